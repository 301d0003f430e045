//! Systems as the mapping names them: who owns a field, whose stamps carry no zone.

use std::collections::BTreeMap;

use super::Context;
use super::history::hashes_only;
use crate::exports::{Dataset, Dialect, System};
use crate::facts::{Answers, Column, Filter, Question, Tokens};
use crate::findings::Gap;
use crate::mapping::expr::Expr;
use crate::mapping::spelling::Spellings;
use crate::mapping::{self, Attribute, ColumnPath, EARLIER};
use crate::text::nearest;

impl Context<'_> {
    /// Whether a dataset belongs to the system that a team names as owner: by the source's name, or the system's own.
    pub fn owns(&self, owner: &str, dataset: &Dataset) -> bool {
        dataset.source == owner.to_lowercase() || System::parse(owner) == Some(dataset.system)
    }

    /// The system of a source or an owner: what was read under that name, else the vendor of that name.
    pub fn system(&self, name: &str) -> Option<System> {
        let source = name.trim().to_lowercase();
        let read = self.datasets.values().find(|dataset| dataset.source == source);
        read.map(|dataset| dataset.system).or_else(|| System::parse(&source))
    }

    /// Whether a name is that of any system here: a source, a vendor, or one that the mapping declares.
    pub fn is_system(&self, name: &str) -> bool {
        let declared =
            self.mapping.is_some_and(|mapping| mapping.systems.iter().any(|system| system.eq_ignore_ascii_case(name)));
        let source =
            self.config.sources.iter().any(|source| source.request.name.as_deref() == Some(&name.to_lowercase()));
        declared
            || source
            || System::parse(name).is_some()
            || self.people().any(|dataset| dataset.source == name.to_lowercase())
    }

    /// What is wrong with the name of a system that is not known.
    pub fn unknown_system(&self, name: &str) -> String {
        let mut known: Vec<&str> = System::ALL.into_iter().map(System::name).collect();
        known.extend(self.config.sources.iter().filter_map(|source| source.request.name.as_deref()));
        nearest(name, known).map_or_else(
            || format!("`{name}` is no system that crmlint.yaml or `systems:` of the mapping names"),
            |near| format!("`{name}` is no known system (did you mean {near}?)"),
        )
    }

    /// Whether the mapping calls a column, or the attribute it feeds, sensitive.
    pub fn is_sensitive(&self, column: &Column) -> bool {
        let Some(mapping) = self.mapping else { return false };
        let path = format!("{}.{}", column.dataset, self.label(column));
        let feeds = |attribute: &&Attribute| {
            let from = attribute
                .from
                .iter()
                .filter_map(|from| from.column.as_ref())
                .any(|from| self.resolve(from).is_ok_and(|found| found == *column));
            from || self.on_profile(&attribute.name).is_ok_and(|found| found == *column)
        };
        mapping.sensitive.contains(&path)
            || mapping.attributes.iter().filter(|attribute| attribute.sensitive).any(|attribute| feeds(&attribute))
            || mapping
                .sensitive
                .iter()
                .any(|name| mapping.attributes.iter().filter(feeds).any(|attribute| attribute.name == *name))
    }

    /// The spellings of every source column of an enum with a list, by the column's name in conditions. Where several
    /// attributes read one column, the first in the document says.
    pub fn spellings(&self) -> BTreeMap<String, Spellings> {
        let mut found = BTreeMap::new();
        let attributes = self.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
        for attribute in attributes.filter(|attribute| attribute.is(&["enum"]) && !attribute.values.is_empty()) {
            let columns = attribute.from.iter().filter_map(|from| self.resolve(from.column.as_ref()?).ok());
            for column in columns {
                let name = format!("{}.{}", column.dataset, self.label(&column));
                found.entry(name).or_insert_with(|| Spellings::new(attribute, false));
            }
        }
        found
    }

    /// Texts that mean missing, by the names of source columns in conditions. Where several attributes read one column, the
    /// first in the document says.
    pub fn tokens(&self) -> Tokens {
        let mut own = BTreeMap::new();
        for attribute in self.mapping.into_iter().flat_map(|mapping| &mapping.attributes) {
            let columns = attribute.from.iter().filter_map(|from| self.resolve(from.column.as_ref()?).ok());
            for column in columns {
                let name = format!("{}.{}", column.dataset, self.label(&column));
                own.entry(name).or_insert_with(|| attribute.missing.clone());
            }
        }
        Tokens { everywhere: self.mapping.map(|mapping| mapping.missing.clone()).unwrap_or_default(), own }
    }

    /// A gap for an attribute whose first source is one of several records of the person: which of them counts is not
    /// worked out, so its values cannot be compared with the profile's.
    pub fn looked_up(&self, attribute: &Attribute) -> Option<Gap> {
        let first = attribute.from.first().filter(|from| !from.helpers.is_empty())?;
        Some(Gap {
            subject: attribute.name.clone(),
            reason: format!(
                "{} comes from {} through a lookup, which is not compared",
                attribute.name, first.spot.text
            ),
            column: None,
        })
    }

    /// A gap for a column without a single value: nothing was looked at.
    pub fn blank(&self, column: &Column) -> Gap {
        Gap::blank(format!("{}.{}", column.dataset, self.label(column)))
    }

    /// What a condition reads and is blank in every record, with the questions that tell: it finds nobody there. That
    /// nobody opted out is an answer.
    pub fn unfilled(&self, expr: &Expr, answers: &Answers) -> (Vec<Question>, Vec<Gap>) {
        let (mut questions, mut gaps) = (Vec::new(), Vec::new());
        for (name, _) in expr.columns() {
            let Some(column) = ColumnPath::parse(&name).and_then(|path| self.resolve(&path).ok()) else { continue };
            if self.label(&column) == "unsubscribed" {
                continue;
            }
            if answers.is_blank(&column) {
                gaps.push(self.blank(&column));
            }
            questions.push(Question::Columns { dataset: column.dataset });
        }
        (questions, gaps)
    }

    /// What is missing of the canonical identifier, on the profile and at its source.
    pub fn identifier_gaps(&self) -> Vec<Gap> {
        let Some(key) = self.mapping.and_then(|mapping| mapping.canonical.as_ref()) else { return Vec::new() };
        let source = key.source.as_ref().and_then(|path| self.resolve(path).err());
        self.on_profile(&key.attribute.text).err().into_iter().chain(source).collect()
    }

    /// When a source's export was taken, where the config says so.
    pub fn taken_at(&self, source: &str) -> Option<i64> {
        let mut named = self.config.sources.iter().filter(|known| known.request.name.as_deref() == Some(source));
        named.find_map(|known| known.taken_at.as_ref()).map(|(at, _)| *at)
    }

    /// The first part of the names of profile attributes.
    pub fn profile_source(&self) -> &str {
        self.profiles().map_or("customerio", |dataset| dataset.source.as_str())
    }

    /// What stands in the way of a condition: columns that no export has, stamps that no zone places in time.
    pub fn filter_gaps(&self, filter: &Filter) -> Vec<Gap> {
        let absent = filter.expr.columns().into_iter().filter_map(|(name, _)| {
            let path = ColumnPath::parse(&name)?;
            let on_profile = self.profiles().is_some_and(|profiles| profiles.name == path.dataset);
            let found = if on_profile { self.on_profile(&path.column) } else { self.resolve(&path) };
            // A condition names columns by their own names: an export that lacks one lacks a standard one.
            found.err().map(|gap| Gap { column: gap.column.or_else(|| self.lacking(&path)), ..gap })
        });
        let mut gaps: Vec<Gap> = absent.chain(self.zone_gap(filter)).chain(self.hash_gap(filter)).collect();
        gaps.dedup();
        gaps
    }

    /// What stands in the way of a condition that reads values of a snapshot which holds hashes.
    fn hash_gap(&self, filter: &Filter) -> Option<Gap> {
        self.earlier_key?;
        let mut reads = filter.expr.leaves().into_iter().filter(|leaf| !leaf.is_equality()).flat_map(Expr::columns);
        let (name, _) = reads.find(|(name, _)| name.starts_with(EARLIER))?;
        Some(hashes_only(&name))
    }

    fn lacking(&self, path: &ColumnPath) -> Option<(String, String)> {
        let dataset = self.datasets.get(&path.dataset).filter(|dataset| dataset.system != System::CustomerIo)?;
        dataset.find(&path.column).is_none().then(|| (path.dataset.clone(), path.column.clone()))
    }

    /// What stands in the way of a condition that compares stamps of a source without a zone.
    fn zone_gap(&self, filter: &Filter) -> Option<Gap> {
        let zoneless = |dialect| matches!(dialect, Dialect::ZohoUi | Dialect::ZohoBackup);
        filter.expr.dated().iter().filter_map(|name| ColumnPath::parse(name)).find_map(|path| {
            let dataset = self.dataset(&path.dataset)?;
            let unknown = zoneless(dataset.dialect) && !self.zones().contains_key(&dataset.source);
            unknown.then(|| Gap {
                subject: path.to_string(),
                reason: format!(
                    "the stamps of {} carry no zone; declare `time_zone:` for the source {}",
                    path.dataset, dataset.source
                ),
                column: None,
            })
        })
    }
}

/// A gap for a source that names no column.
pub(super) fn no_column(attribute: &Attribute, from: &mapping::From) -> Gap {
    let reason = format!("`{}` names no column of an export", from.spot.text);
    Gap { subject: attribute.name.clone(), reason, column: None }
}

//! One attribute of one profile: its sources and what the mapping makes of them in, what the profile holds and how the two
//! compare out. Values stay as they are here; what may be shown of them is decided on the way out.

use std::collections::BTreeSet;

use super::causes::Cause;
use super::consent;
use super::desk::Desk;
use super::subject::Subject;
use super::times::{self, Pair};
use super::{Value, Verdict};
use crate::checks::agreement::{is_of, reading};
use crate::checks::timestamp::is_birthday;
use crate::facts::items::items;
use crate::facts::{Column, Reading, Said};
use crate::findings::Shows;
use crate::frames::normalize::{Form, fold, is_missing};
use crate::mapping::Attribute;
use crate::mapping::spelling::{How, Place, Spellings};

/// Items of a list that are shown.
const LISTED: usize = 6;

/// What a profile should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// This.
    Value(String),
    /// Nothing, and why nothing comes.
    Blank(Cause),
    /// Nobody can say, and what stands in the way.
    Open(Option<Cause>, String),
}

/// An attribute of one profile.
pub(super) struct Held<'a> {
    pub(super) name: String,
    pub(super) attribute: Option<&'a Attribute>,
    pub(super) sources: Vec<(Column, String)>,
    pub(super) expected: Expected,
    /// None when no profile has the attribute.
    pub(super) found: Option<String>,
    pub(super) verdict: Verdict,
    /// What is wrong with what the profile holds.
    pub(super) fault: Option<Cause>,
    pub(super) detail: String,
}

/// Looks at an attribute of a profile.
pub(super) fn held<'a>(desk: &Desk<'a>, subject: &Subject, profile: u32, name: &str) -> Held<'a> {
    let attribute = desk.context.mapping.and_then(|mapping| mapping.attribute(name));
    let right = desk.context.on_profile(name).ok();
    let found = right.as_ref().map(|column| desk.cell(column, profile).to_owned());
    let mut held = Held {
        name: name.to_owned(),
        attribute,
        sources: Vec::new(),
        expected: Expected::Open(None, "the mapping names no source of it".to_owned()),
        found,
        verdict: Verdict::NotCompared,
        fault: None,
        detail: String::new(),
    };
    if let Some(attribute) = attribute {
        held.sources = sources(desk, subject, profile, attribute);
        held.expected = expected(desk, subject, attribute, &held.sources);
    } else if held.found.as_deref().is_none_or(str::is_empty) && !is_own(name) {
        held.expected = Expected::Blank(Cause::AttributeNotMapped);
    }
    match right {
        None => held.absent(desk, profile),
        Some(right) => held.compare(desk, subject, profile, &right),
    }
    held
}

/// Whether Customer.io writes it itself.
fn is_own(name: &str) -> bool {
    matches!(name, "id" | "cio_id" | "email" | "unsubscribed" | "_created_in_customerio_at" | "created_at" | "timezone")
}

/// Columns of the person's records that feed an attribute, the owner's first.
fn sources(desk: &Desk<'_>, subject: &Subject, profile: u32, attribute: &Attribute) -> Vec<(Column, String)> {
    let plain = attribute.from.iter().filter(|from| from.helpers.is_empty()).filter_map(|from| from.column.as_ref());
    let owned = |path: &&crate::mapping::ColumnPath| {
        attribute.owner.as_ref().is_some_and(|owner| is_of(desk.context, &owner.text, path))
    };
    let (first, rest): (Vec<_>, Vec<_>) = plain.partition(owned);
    let found = first.into_iter().chain(rest).filter_map(|path| {
        let column = desk.context.resolve(path).ok()?;
        let row = subject.record(desk, &column.dataset, Some(profile))?;
        let value = desk.cell(&column, row).to_owned();
        Some((column, value))
    });
    found.collect()
}

/// What the mapping makes of the sources: the first that says something, the owner's before others, else the default.
fn expected(desk: &Desk<'_>, subject: &Subject, attribute: &Attribute, sources: &[(Column, String)]) -> Expected {
    let owner = attribute.owner.as_ref().map(|owner| owner.text.as_str());
    let own = desk.context.profiles().zip(owner).is_some_and(|(profiles, owner)| desk.context.owns(owner, profiles));
    if own {
        return Expected::Open(None, "Customer.io owns it".to_owned());
    }
    if attribute.is_consent() {
        return consent::expected(desk, attribute, sources);
    }
    let filled = sources.iter().find(|(_, value)| !is_nothing(attribute, value));
    if let Some((column, value)) = filled {
        return meant(desk, attribute, column, value);
    }
    if let Some(default) = attribute.default.as_ref().filter(|_| !sources.is_empty()) {
        let read = reading(attribute).and_then(|reading| reading.expected(default));
        return Expected::Value(read.unwrap_or_else(|| default.clone()));
    }
    if !sources.is_empty() {
        // Everyone is at some stage; a tier may well be blank.
        let stage = attribute.is_role("lifecycle");
        return Expected::Blank(if stage { Cause::BlankWithoutDefault } else { Cause::BlankAtSource });
    }
    unfed(desk, subject, attribute)
}

/// Why nothing feeds an attribute of this person.
fn unfed(desk: &Desk<'_>, subject: &Subject, attribute: &Attribute) -> Expected {
    if let Some(gap) = desk.context.looked_up(attribute) {
        return Expected::Open(None, gap.reason);
    }
    let paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
    if let Some(gap) = paths.filter_map(|path| desk.context.resolve(path).err()).next() {
        return Expected::Open(None, gap.reason);
    }
    if attribute.from.is_empty() {
        return Expected::Open(None, "the mapping names no source of it".to_owned());
    }
    let none = subject.zoho(desk).next().is_none();
    Expected::Blank(if none { Cause::ProfileWithoutRecord } else { Cause::BlankAtSource })
}

/// What a source's value becomes on the profile.
fn meant(desk: &Desk<'_>, attribute: &Attribute, column: &Column, value: &str) -> Expected {
    if attribute.is(&["timestamp", "date"]) {
        return match times::expected(desk, attribute, column, value) {
            Some(seconds) => Expected::Value(seconds),
            None => Expected::Open(None, format!("its source in {} is no sure time", column.dataset)),
        };
    }
    match reading(attribute) {
        Some(Reading::Words { .. }) if attribute.values.is_empty() => Expected::Value(value.trim().to_owned()),
        Some(reading @ Reading::Words { .. }) => match reading.expected(value) {
            Some(word) => Expected::Value(word),
            None => Expected::Open(Some(Cause::ValueUnlisted), "the source's value is not on the list".to_owned()),
        },
        Some(reading @ Reading::Truth) => match reading.expected(value) {
            Some(truth) => Expected::Value(truth),
            None => Expected::Open(Some(Cause::ValueUnlisted), "the source says neither yes nor no".to_owned()),
        },
        _ => Expected::Value(value.trim().to_owned()),
    }
}

impl Held<'_> {
    /// No profile has it; one whose name differs in case may hold what it lacks.
    fn absent(&mut self, desk: &Desk<'_>, profile: u32) {
        self.verdict = Verdict::Absent;
        self.fault = Some(Cause::AttributeAbsent);
        let Some(dataset) = desk.context.profiles() else { return };
        let twin = dataset.columns.iter().zip(0..).find(|(column, _)| column.label.eq_ignore_ascii_case(&self.name));
        let Some((column, index)) = twin else { return };
        if !desk.cell(&Column { dataset: dataset.name.clone(), index }, profile).is_empty() {
            self.fault = Some(Cause::AttributeNameCase);
            self.detail = format!("`{}` holds a value", column.label);
        }
    }

    fn compare(&mut self, desk: &Desk<'_>, subject: &Subject, profile: u32, right: &Column) {
        let found = self.found.clone().unwrap_or_default();
        let Some(attribute) = self.attribute else { return };
        if attribute.is_consent() {
            consent::compare(self, &found);
        } else {
            self.weigh(desk, attribute, right, &found);
        }
        let record = self.sources.first().map(|(column, _)| column.dataset.clone());
        let row = record.as_deref().and_then(|dataset| Some((dataset, subject.record(desk, dataset, Some(profile))?)));
        let fresh = row.is_some_and(|(dataset, row)| desk.is_fresh(Some(attribute), dataset, row));
        let blank = self.fault == Some(Cause::DefaultNotApplied);
        let wrong = blank || matches!(self.verdict, Verdict::Missing | Verdict::Differs);
        if fresh && (wrong || self.verdict == Verdict::Kept) {
            self.verdict = Verdict::TooFresh;
            self.fault = Some(Cause::TooFresh);
        // An opt-out that did not arrive is the graver of the two.
        } else if wrong && subject.shares(profile) && self.fault != Some(Cause::OptOutNotSynced) {
            self.fault = Some(Cause::SharedProfile);
        }
    }

    fn weigh(&mut self, desk: &Desk<'_>, attribute: &Attribute, right: &Column, found: &str) {
        let gone = is_nothing(attribute, found);
        let expected = match &self.expected {
            Expected::Open(_, why) => {
                self.detail.clone_from(why);
                return;
            }
            Expected::Blank(_) if gone => {
                self.verdict = Verdict::Same;
                return;
            }
            Expected::Blank(Cause::ProfileWithoutRecord) => {
                "the profile belongs to no record".clone_into(&mut self.detail);
                return;
            }
            Expected::Blank(_) => {
                self.verdict = Verdict::Kept;
                return;
            }
            Expected::Value(expected) => expected.clone(),
        };
        let filled = self.sources.iter().find(|(_, value)| !is_nothing(attribute, value)).cloned();
        if gone {
            self.gone(filled.is_some());
            return;
        }
        if attribute.is(&["timestamp", "date"]) {
            let Some((left, source)) = &filled else { return };
            let pair = Pair { attribute, left, right, source, found };
            (self.verdict, self.fault, self.detail) = times::judge(desk, &pair);
            return;
        }
        (self.verdict, self.fault) = judge(attribute, &expected, found);
        if self.verdict == Verdict::Differs && self.foreign(attribute, found) {
            self.fault = Some(Cause::ForeignValue);
        }
    }

    /// The profile holds nothing. Where the source does not either, both say the same, as the audit has it: only a
    /// condition that tests the default takes the two for different things.
    fn gone(&mut self, filled: bool) {
        if filled {
            (self.verdict, self.fault) = (Verdict::Missing, Some(Cause::NotSynced));
            return;
        }
        (self.verdict, self.fault) = (Verdict::Same, Some(Cause::DefaultNotApplied));
        self.detail = "a blank, which stands for the default".to_owned();
    }

    /// Whether another system than the first source holds what the profile does.
    fn foreign(&self, attribute: &Attribute, found: &str) -> bool {
        let Some(reading) = reading(attribute) else { return false };
        let right = reading.read(found, &attribute.missing, false);
        let mut others = self.sources.iter().skip(1);
        others.any(|(_, value)| reading.same(&reading.read(value, &attribute.missing, true), &right))
    }

    fn is_private(&self, desk: &Desk<'_>) -> bool {
        let sources = self.sources.iter().map(|(column, _)| column.clone());
        let mut columns = sources.chain(desk.context.on_profile(&self.name).ok());
        columns.any(|column| desk.context.is_sensitive(&column)) || is_birthday(&self.name)
    }

    /// What of it may be shown.
    pub(super) fn shows(&self, desk: &Desk<'_>) -> Shows {
        if self.is_private(desk) {
            return Shows::Nothing;
        }
        match self.attribute {
            // What people may write as they like is theirs, though the mapping calls it an enum.
            Some(attribute) if attribute.is(&["enum"]) && attribute.values.is_empty() => Shows::Nothing,
            Some(attribute) if attribute.is_consent() || attribute.is(&["enum", "boolean", "number"]) => Shows::Words,
            Some(attribute) if attribute.is(&["timestamp", "date"]) && !times::of_birth(attribute) => Shows::Instants,
            None if self.name == "unsubscribed" => Shows::Words,
            _ => Shows::Nothing,
        }
    }

    /// A value of it as it may be shown: spellings of allowed values are nobody's data.
    pub(super) fn show(&self, desk: &Desk<'_>, text: &str) -> String {
        if let Some(attribute) = self.attribute.filter(|attribute| is_list(attribute) && !desk.shows_all()) {
            return self.show_items(desk, attribute, text);
        }
        let listed = self.attribute.filter(|attribute| attribute.is(&["enum"]) && !attribute.values.is_empty());
        let allowed = listed.is_some_and(|attribute| {
            let place = |profile| matches!(Spellings::new(attribute, profile).place(text), Place::Word(..));
            place(false) || place(true)
        });
        match self.shows(desk) {
            Shows::Words if allowed => desk.plainly(text),
            shows => desk.shown(text, shows),
        }
    }

    /// A list as it may be shown, item by item: the tags that the mapping names are nobody's data.
    fn show_items(&self, desk: &Desk<'_>, attribute: &Attribute, text: &str) -> String {
        let tags = desk.context.mapping.map(|mapping| &mapping.tags).filter(|_| attribute.is_role("tags"));
        let is_known = |item: &str| {
            !self.is_private(desk) && tags.is_some_and(|tags| tags.usable().any(|known| fold(known) == fold(item)))
        };
        let show = |item: &str| if is_known(item) { desk.plainly(item) } else { desk.shown(item, Shows::Nothing) };
        let all = items(text);
        let mut shown: Vec<String> = all.iter().take(LISTED).map(|item| show(item)).collect();
        shown.extend((all.len() > LISTED).then(|| "…".to_owned()));
        shown.join(", ")
    }

    /// It as a line of the report.
    pub(super) fn line(&self, desk: &Desk<'_>, profile: String) -> Value {
        let show = |text: &str| self.show(desk, text);
        let label = |column: &Column| format!("{}.{}", column.dataset, desk.context.label(column));
        Value {
            profile,
            name: self.name.clone(),
            sources: self.sources.iter().map(|(column, value)| (label(column), show(value))).collect(),
            expected: match &self.expected {
                Expected::Value(text) => Some(show(text)),
                _ => None,
            },
            found: self.found.as_deref().map(show),
            verdict: self.verdict,
            detail: self.detail.clone(),
        }
    }
}

/// How a value that is no time compares with what it should be.
fn judge(attribute: &Attribute, expected: &str, found: &str) -> (Verdict, Option<Cause>) {
    if attribute.is(&["email", "identifier"]) {
        let form = if attribute.is(&["email"]) { Form::Address } else { Form::Identifier };
        let same = form.of(expected) == form.of(found);
        return if same { (Verdict::Same, None) } else { (Verdict::Differs, Some(Cause::StaleValue)) };
    }
    if is_list(attribute) && attribute.values.is_empty() {
        return lists(expected, found);
    }
    let Some(reading) = reading(attribute) else { return (Verdict::NotCompared, None) };
    if matches!(reading, Reading::Words { .. }) && !attribute.values.is_empty() {
        return words(attribute, expected, found);
    }
    let reading = if matches!(reading, Reading::Words { .. }) { Reading::Text } else { reading };
    let (one, other) = (reading.read(expected, &[], false), reading.read(found, &attribute.missing, false));
    match other {
        Said::Unreadable => {
            (Verdict::WrongForm, Some(if reading == Reading::Number { Cause::NumberForm } else { Cause::ValueVariant }))
        }
        _ if !reading.same(&one, &other) => (Verdict::Differs, Some(Cause::StaleValue)),
        // Customer.io takes what a program writes as a number, and everything else as text.
        _ if reading == Reading::Number && found.trim().parse::<f64>().is_err() => {
            (Verdict::WrongForm, Some(Cause::NumberForm))
        }
        _ if reading == Reading::Text && expected != found => (Verdict::Variant, Some(Cause::ValueVariant)),
        _ => (Verdict::Same, None),
    }
}

/// Lists hold the same in whatever order, and each item once.
fn lists(expected: &str, found: &str) -> (Verdict, Option<Cause>) {
    let [one, other] = [expected, found].map(|text| items(text).iter().map(|item| item.to_string()).collect());
    let folded = |list: &BTreeSet<String>| list.iter().map(|item| fold(item)).collect::<BTreeSet<_>>();
    match (one == other, folded(&one) == folded(&other)) {
        (true, _) => (Verdict::Same, None),
        (_, true) => (Verdict::Variant, Some(Cause::ValueVariant)),
        _ => (Verdict::Differs, Some(Cause::StaleValue)),
    }
}

fn is_list(attribute: &Attribute) -> bool {
    attribute.is(&["list"])
}

/// Whether a value says nothing: a list without items does not either.
fn is_nothing(attribute: &Attribute, value: &str) -> bool {
    is_missing(value, &attribute.missing) || (is_list(attribute) && items(value).is_empty())
}

fn words(attribute: &Attribute, expected: &str, found: &str) -> (Verdict, Option<Cause>) {
    let spellings = Spellings::new(attribute, true);
    match spellings.place(found) {
        Place::Word(word, How::Declared) if word.text == found && found == expected => (Verdict::Same, None),
        Place::Word(word, _) if word.text == expected => (Verdict::Variant, Some(Cause::ValueVariant)),
        _ => (Verdict::Differs, Some(Cause::StaleValue)),
    }
}

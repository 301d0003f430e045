//! Who enters and who leaves: the condition of every segment, before and after, held against the counts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Summary;
use super::cells::{Axis, Conditions, Said, Table, decided, fits, title};
use crate::checks::Context;
use crate::mapping::expr::{Expr, Op, Operand};

/// What a revision does to a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Profiles in it before, and how many leave and enter.
    Moves {
        /// Members today.
        before: u64,
        /// Members that would be none.
        leave: u64,
        /// Profiles that would become members.
        enter: u64,
    },
    /// The counts do not say: the test that they lack.
    Untold(String),
}

/// What a value becomes with the new revision: another one, or nothing.
type Becomes<'a> = BTreeMap<(String, &'a str), Option<&'a str>>;

/// What the revision does to each segment that is in it and was before, by name. Values that are gone are taken for blank,
/// those that are spelled otherwise for rewritten.
pub fn effects(context: &Context<'_>, summary: &Summary) -> BTreeMap<String, Effect> {
    let Some(table) = &summary.segments else { return BTreeMap::new() };
    let mut becomes = Becomes::new();
    let mut gone: Vec<&str> = Vec::new();
    for change in &context.changes {
        let Some(attribute) = &change.attribute else { continue };
        if change.category.name == "attribute-removed" {
            gone.push(attribute);
        }
        let values = change.values.iter().map(|value| ((attribute.clone(), value.as_str()), change.becomes.as_deref()));
        becomes.extend(values);
    }
    let prefix = format!("{}.", context.profiles().map_or("customerio.people", |dataset| dataset.name.as_str()));
    let world = |tomorrow: bool| World {
        table,
        any_case: summary.any_case,
        prefix: &prefix,
        becomes: &becomes,
        gone: &gone,
        tomorrow,
    };
    let (today, tomorrow) = (world(false), world(true));
    let mut found = BTreeMap::new();
    for (name, conditions) in Conditions::of(context).segments {
        let [Some(before), Some(after)] = &conditions else { continue };
        found.insert(name, moves(table, [before, after], [&today, &tomorrow]));
    }
    found
}

fn moves(table: &Table, conditions: [&Expr; 2], worlds: [&World<'_>; 2]) -> Effect {
    let (mut before, mut leave, mut enter) = (0, 0, 0);
    for cell in &table.cells {
        let profiles = Table::profiles(cell);
        let held: Result<Vec<bool>, String> =
            conditions.iter().zip(worlds).map(|(condition, world)| world.holds(condition, cell)).collect();
        match held.as_deref() {
            Ok([was, is]) => {
                before += if *was { profiles } else { 0 };
                leave += if *was && !*is { profiles } else { 0 };
                enter += if *is && !*was { profiles } else { 0 };
            }
            Ok(_) => {}
            Err(test) => return Effect::Untold(test.clone()),
        }
    }
    Effect::Moves { before, leave, enter }
}

/// A condition is held against the profiles of today, or against what becomes of them.
struct World<'a> {
    table: &'a Table,
    any_case: bool,
    prefix: &'a str,
    becomes: &'a Becomes<'a>,
    gone: &'a [&'a str],
    tomorrow: bool,
}

impl World<'_> {
    /// Whether the profiles of a cell meet a condition; the test that cannot be told.
    fn holds(&self, condition: &Expr, cell: &[u64]) -> Result<bool, String> {
        let untold = RefCell::new(String::new());
        let known = |leaf: &Expr| self.leaf(leaf, cell).map_err(|test| *untold.borrow_mut() = test).ok();
        condition.given(&known).ok_or_else(|| untold.borrow().clone())
    }

    fn leaf(&self, leaf: &Expr, cell: &[u64]) -> Result<bool, String> {
        let name = decided(leaf).and_then(|name| name.strip_prefix(self.prefix));
        let at = name.and_then(|name| self.table.column(name));
        if let (Some(name), Some(at)) = (name, at)
            && fits(leaf, self.table.columns[at].words.is_some())
            && let Some(held) = self.decide(leaf, &self.table.columns[at], self.said(name, cell, at))
        {
            return Ok(held);
        }
        let untold = title(leaf, self.prefix);
        // What becomes of a value that changes is known where values are counted, not where a test was run.
        let columns = leaf.columns();
        let names = || columns.iter().filter_map(|(column, _)| column.strip_prefix(self.prefix));
        let moved = |name: &str| self.gone.contains(&name) || self.becomes.keys().any(|(own, _)| own == name);
        match self.table.met(cell, &untold) {
            Some(met) if !(self.tomorrow && names().any(moved)) => Ok(met),
            _ => Err(untold),
        }
    }

    fn said<'a>(&'a self, name: &str, cell: &[u64], at: usize) -> Said<'a> {
        let said = self.table.said(cell, at);
        if !self.tomorrow {
            return said;
        }
        if self.gone.contains(&name) {
            return Said::Missing;
        }
        match said {
            Said::Word(word) => match self.becomes.get(&(name.to_owned(), word)) {
                Some(Some(other)) => Said::Word(other),
                Some(None) => Said::Missing,
                None => said,
            },
            _ => said,
        }
    }

    /// Whether a value meets a test; none when it may be any of several values.
    fn decide(&self, leaf: &Expr, axis: &Axis, said: Said<'_>) -> Option<bool> {
        let same = |text: &str, word: &str| {
            if self.any_case { text.to_lowercase() == word.to_lowercase() } else { text == word }
        };
        let texts = |values: &[Operand], negated: bool| -> Option<bool> {
            let texts = || {
                values.iter().filter_map(|value| match value {
                    Operand::Text(text) => Some(text.as_str()),
                    _ => None,
                })
            };
            match said {
                Said::Missing => Some(false),
                Said::Word(word) => Some(texts().any(|text| same(text, word)) != negated),
                // A value off the list is none of the words that were looked for, and may be any other.
                Said::Other => {
                    let words = axis.words.as_deref().unwrap_or_default();
                    texts().all(|text| words.iter().any(|word| same(text, word))).then_some(negated)
                }
                Said::Flag(_) => None,
            }
        };
        match leaf {
            Expr::Missing(_) => Some(said == Said::Missing),
            Expr::True(_) => Some(said == Said::Flag(true)),
            Expr::Compare { op, right: Operand::Boolean(value), .. } => match said {
                Said::Flag(flag) => Some((flag == *value) == (*op == Op::Equal)),
                _ => Some(false),
            },
            Expr::Compare { op, right, .. } => texts(std::slice::from_ref(right), *op == Op::NotEqual),
            Expr::OneOf { values, negated, .. } => texts(values, *negated),
            _ => None,
        }
    }
}

impl Effect {
    /// `12 of At Risk's 52 members leave`.
    pub fn told(&self, segment: &str) -> String {
        match self {
            Self::Moves { before, leave: 0, enter: 0 } => format!("{segment} keeps its {before} members"),
            Self::Moves { before, leave, enter: 0 } => format!("{leave} of {segment}'s {before} members leave"),
            Self::Moves { before, leave: 0, enter } => format!("{enter} profiles join {segment}'s {before} members"),
            Self::Moves { before, leave, enter } => {
                format!("{leave} of {segment}'s {before} members leave and {enter} other profiles enter")
            }
            Self::Untold(test) => format!("who enters or leaves {segment} is not known without the exports ({test})"),
        }
    }
}

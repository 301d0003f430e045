//! Who enters and who leaves: the condition of every segment, before and after, held against the counts.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Axis, Said, Table};
use super::segments::{Conditions, Side, decided, fits, gone, prefix, title};
use super::{MOST_CELLS, Summary};
use crate::checks::Context;
use crate::mapping::changes::{Fate, Holders};
use crate::mapping::expr::{Expr, Op, Operand};
use crate::text::count;

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
    /// The revision has the segment no longer: its members today.
    Members(u64),
    /// The counts do not say, and why.
    Untold(String),
}

/// What becomes of the values of an attribute with the revision.
#[derive(Default)]
struct Fates<'a> {
    /// Of all of them, nobody knows.
    is_open: bool,
    blank: Option<&'a Fate>,
    values: BTreeMap<&'a str, &'a Fate>,
}

/// What the revision does to each segment that was before, by name. Values that are gone are taken for blank, those that
/// are spelled otherwise for rewritten.
pub fn effects(context: &Context<'_>, summary: &Summary) -> BTreeMap<String, Effect> {
    let told_by = if context.summary.is_some() { "the summary does" } else { "the exports do" };
    let conditions = Conditions::of(context).segments;
    let Some(table) = &summary.segments else {
        let why = format!("what the segments test has over {} combinations", count(MOST_CELLS as u64));
        return conditions.into_keys().map(|name| (name, Effect::Untold(why.clone()))).collect();
    };
    let mut fates: BTreeMap<&str, Fates<'_>> = BTreeMap::new();
    for change in &context.changes {
        let Some(attribute) = &change.attribute else { continue };
        let own = fates.entry(attribute).or_default();
        for (holders, fate) in &change.moves {
            match holders {
                Holders::All => own.is_open = true,
                Holders::Blank => own.blank = Some(fate),
                Holders::Value(value) => drop(own.values.insert(value, fate)),
            }
        }
    }
    fates.retain(|_, own| own.is_open || own.blank.is_some() || !own.values.is_empty());
    let prefix = prefix(context);
    let tests = table.tests.iter().map(String::as_str).zip(0..).collect();
    let axes = table.columns.iter().map(|axis| axis.attribute.as_str()).zip(0..).collect();
    let world = |is_tomorrow: bool| World {
        table,
        tests: &tests,
        axes: &axes,
        any_case: summary.any_case,
        prefix: &prefix,
        fates: is_tomorrow.then_some(&fates),
        told_by,
    };
    let (today, tomorrow) = (world(false), world(true));
    let mut found = BTreeMap::new();
    for (name, sides) in &conditions {
        let effect = match sides {
            [Side::Absent, _] => continue,
            [Side::Unread, _] => Effect::Untold("its earlier condition cannot be read".to_owned()),
            [_, Side::Unread] => Effect::Untold("its condition cannot be read".to_owned()),
            [Side::Reads(before), Side::Absent] => members(&today.tree(before), table),
            [Side::Reads(before), Side::Reads(after)] => moves(&[today.tree(before), tomorrow.tree(after)], table),
        };
        found.insert(name.clone(), effect);
    }
    found
}

fn members(condition: &Tree, table: &Table) -> Effect {
    let mut members = 0;
    for cell in &table.cells {
        match condition.holds(cell) {
            Ok(true) => members += Table::profiles(cell),
            Ok(false) => {}
            Err(why) => return Effect::Untold(why.to_owned()),
        }
    }
    Effect::Members(members)
}

fn moves(conditions: &[Tree; 2], table: &Table) -> Effect {
    let (mut before, mut leave, mut enter) = (0, 0, 0);
    for cell in &table.cells {
        let profiles = Table::profiles(cell);
        let [was, is] = conditions.each_ref().map(|condition| condition.holds(cell));
        let (was, is) = match (was, is) {
            (Ok(was), Ok(is)) => (was, is),
            (Err(why), _) | (_, Err(why)) => return Effect::Untold(why.to_owned()),
        };
        before += if was { profiles } else { 0 };
        leave += if was && !is { profiles } else { 0 };
        enter += if is && !was { profiles } else { 0 };
    }
    Effect::Moves { before, leave, enter }
}

/// A condition made ready for the cells of a table.
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    /// The same for every cell; an error says why nobody knows.
    Told(Result<bool, String>),
    /// By the code of a column; what no code says is an error.
    Codes(usize, Vec<Result<bool, String>>),
    /// By a test that was run on every profile, at this place.
    Met(usize),
}

impl Tree {
    /// Whether the profiles of a cell meet it; why that cannot be told.
    fn holds(&self, cell: &[u64]) -> Result<bool, &str> {
        match self {
            Self::All(terms) => join(terms, false, cell),
            Self::Any(terms) => join(terms, true, cell),
            Self::Not(inner) => inner.holds(cell).map(|met| !met),
            Self::Told(told) => told.as_ref().map(|met| *met).map_err(String::as_str),
            Self::Met(at) => Ok(cell.get(*at) == Some(&1)),
            Self::Codes(at, codes) => {
                let code = cell.get(*at).and_then(|code| usize::try_from(*code).ok()).unwrap_or_default();
                let told = codes.get(code).map(|told| told.as_ref().map(|met| *met).map_err(String::as_str));
                told.unwrap_or(Err("the counts are damaged"))
            }
        }
    }
}

/// One term that decides is enough, whatever the others are.
fn join<'a>(terms: &'a [Tree], decisive: bool, cell: &[u64]) -> Result<bool, &'a str> {
    let mut open = None;
    for term in terms {
        match term.holds(cell) {
            Ok(met) if met == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(why) => open = open.or(Some(why)),
        }
    }
    open.map_or(Ok(!decisive), Err)
}

/// A condition is held against the profiles of today, or against what becomes of them.
struct World<'a> {
    table: &'a Table,
    /// Places of the tests in the table, by title.
    tests: &'a BTreeMap<&'a str, usize>,
    /// Places of the columns, by attribute.
    axes: &'a BTreeMap<&'a str, usize>,
    any_case: bool,
    prefix: &'a str,
    /// What becomes of values; nothing today.
    fates: Option<&'a BTreeMap<&'a str, Fates<'a>>>,
    told_by: &'a str,
}

impl World<'_> {
    fn tree(&self, expr: &Expr) -> Tree {
        let all = |terms: &[Expr]| terms.iter().map(|term| self.tree(term)).collect();
        match expr {
            Expr::All(terms) => Tree::All(all(terms)),
            Expr::Any(terms) => Tree::Any(all(terms)),
            Expr::Not(inner) => Tree::Not(Box::new(self.tree(inner))),
            Expr::Const(value) => Tree::Told(Ok(*value)),
            leaf => self.leaf(leaf),
        }
    }

    fn leaf(&self, leaf: &Expr) -> Tree {
        let columns = leaf.columns();
        let names: BTreeSet<&str> = columns.iter().filter_map(|(name, _)| name.strip_prefix(self.prefix)).collect();
        if let Some(name) = names.iter().find_map(|name| gone(name)) {
            return Tree::Told(Ok(blank(leaf, name)));
        }
        let name = decided(leaf).and_then(|name| name.strip_prefix(self.prefix));
        let fates = |name: &str| self.fates.and_then(|fates| fates.get(name));
        if let Some(open) = names.iter().find(|name| fates(name).is_some_and(|own| own.is_open)) {
            return Tree::Told(Err(format!("the next sync tells what becomes of `{open}`")));
        }
        let untold = title(leaf, self.prefix);
        let unknown = || Err(format!("{} not tell `{untold}`", self.told_by));
        if let Some(name) = name
            && let Some(at) = self.axes.get(name)
            && let Some(axis) = self.table.columns.get(*at)
            && fits(leaf, axis.words.is_some())
        {
            let codes = (0..axis.codes()).map(|code| {
                let said = fates(name).map_or(Ok(axis.said(code)), |own| own.becomes(axis, axis.said(code)));
                let said = said.map_err(|()| format!("the next sync tells what becomes of `{name}`"))?;
                self.decide(leaf, axis, said).map_or_else(unknown, Ok)
            });
            let codes: Vec<Result<bool, String>> = codes.collect();
            // Where a column leaves something open, a test of the same title may have it.
            if codes.iter().all(Result::is_ok) || !self.tests.contains_key(untold.as_str()) {
                return Tree::Codes(*at, codes);
            }
        }
        // What becomes of a value that changes is known where values are counted, not where a test was run.
        match self.tests.get(untold.as_str()) {
            Some(at) if !names.iter().any(|name| fates(name).is_some()) => Tree::Met(self.table.columns.len() + at),
            _ => Tree::Told(unknown()),
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

/// Whether a profile without the attribute meets a test.
fn blank(leaf: &Expr, name: &str) -> bool {
    match leaf {
        Expr::Missing(_) => true,
        // To Customer.io a profile without the flag is subscribed.
        Expr::Compare { op, right: Operand::Boolean(value), .. } if name == "unsubscribed" => {
            (*op == Op::Equal) != *value
        }
        _ => false,
    }
}

impl<'a> Fates<'a> {
    /// What profiles of a value hold tomorrow; an error where only the sync tells.
    fn becomes(&self, axis: &Axis, said: Said<'a>) -> Result<Said<'a>, ()> {
        let fate = match said {
            Said::Missing => self.blank,
            Said::Word(word) => self.values.get(word).copied(),
            Said::Flag(flag) => self.values.get(if flag { "true" } else { "false" }).copied(),
            Said::Other => None,
        };
        match fate {
            None => Ok(said),
            Some(Fate::Blank) => Ok(Said::Missing),
            Some(Fate::Unknown) => Err(()),
            Some(Fate::Value(other)) => Ok(match (&axis.words, other.parse()) {
                (None, Ok(flag)) => Said::Flag(flag),
                _ => Said::Word(other),
            }),
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
            Self::Members(members) => format!("{segment} with its {members} members is watched no longer"),
            Self::Untold(why) => format!("who enters or leaves {segment} is not known: {why}"),
        }
    }
}

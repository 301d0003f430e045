//! Profiles by what the segments ask of them: which columns and tests that takes, and the table of counts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::segments::{Conditions, decided, fits, title};
use super::{listed, mappings};
use crate::checks::Context;
use crate::facts::cells::{FIRST, Read};
use crate::facts::{Answer, Answers, Filter, Question};
use crate::mapping::Mapping;
use crate::mapping::expr::{Expr, Operand};

/// A column of the table: an attribute of few values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// The attribute.
    pub attribute: String,
    /// Its values; none for true and false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<String>>,
}

/// Profiles by every combination of a few attributes and tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Attributes. A cell's code is 0 for a blank, 1 for another value, then the place in `words`, or false and true.
    pub columns: Vec<Axis>,
    /// Conditions on other attributes: 0 where a profile does not meet it, 1 where it does.
    pub tests: Vec<String>,
    /// Codes of the columns, then of the tests, then how many profiles.
    pub cells: Vec<Vec<u64>>,
}

/// What a cell says of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Missing,
    Other,
    Word(&'a str),
    Flag(bool),
}

impl Axis {
    /// How many codes there are.
    pub(super) fn codes(&self) -> u64 {
        u64::from(FIRST) + self.words.as_ref().map_or(2, |words| words.len() as u64)
    }

    /// What a code says.
    pub(super) fn said(&self, code: u64) -> Said<'_> {
        let at = usize::try_from(code).unwrap_or(usize::MAX);
        match (&self.words, at) {
            (_, 0) => Said::Missing,
            (_, 1) => Said::Other,
            (None, _) => Said::Flag(at > usize::from(FIRST)),
            (Some(words), _) => words.get(at - usize::from(FIRST)).map_or(Said::Other, |word| Said::Word(word)),
        }
    }
}

struct Plan {
    columns: Vec<(usize, String, Read)>,
    tests: Vec<Filter>,
}

/// What the counts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// For this run.
    Run,
    /// For a file that others read: no test in it may be one for a person.
    File,
}

/// Words in the names of attributes that tell who somebody is.
const PERSONAL: [&str; 8] = ["mail", "email", "phone", "mobile", "name", "birthday", "street", "address"];

/// Whether what an attribute holds tells who somebody is.
fn is_personal(known: &[&Mapping], name: &str) -> bool {
    let told = |mapping: &&Mapping| {
        let keys = mapping.canonical.iter().chain(&mapping.also).any(|key| key.attribute.text == name);
        let marked = mapping.sensitive.iter().any(|field| field == name);
        let declared = mapping.attribute(name).is_some_and(|own| own.sensitive || own.is(&["email", "phone"]));
        keys || marked || declared
    };
    let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    known.iter().any(told)
        || ["id", "cio_id"].contains(&name)
        || words.into_iter().any(|word| PERSONAL.contains(&word.as_str()))
}

fn plan(context: &Context<'_>, using: Use) -> Option<Plan> {
    let profiles = context.profiles()?;
    let (known, conditions) = (mappings(context), Conditions::of(context));
    let prefix = format!("{}.", profiles.name);
    let leaves = conditions.leaves();
    let own = |name: &str| name.strip_prefix(&prefix).map(str::to_owned);
    let personal = |name: &str| using == Use::File && is_personal(&known, name);
    let mut asked: BTreeMap<String, Vec<&Expr>> = BTreeMap::new();
    for leaf in leaves.values() {
        if let Some(name) = decided(leaf).and_then(own) {
            asked.entry(name).or_default().push(leaf);
        }
    }
    let mut plan = Plan { columns: Vec::new(), tests: Vec::new() };
    let mut settled: BTreeMap<String, bool> = BTreeMap::new();
    let listed = listed(&known);
    for (name, own) in asked {
        let Ok(column) = context.on_profile(&name) else { continue };
        let is_flag = own.iter().any(|leaf| {
            matches!(leaf, Expr::True(_)) || matches!(leaf, Expr::Compare { right: Operand::Boolean(_), .. })
        });
        let read = match is_flag {
            true if name == "unsubscribed" => Read::OptOut,
            true => Read::Flag,
            false if personal(&name) => Read::Words(Vec::new()),
            false => {
                let literals = own.iter().flat_map(|leaf| leaf.literals()).map(|(_, text)| text);
                let words = listed.get(name.as_str()).into_iter().flatten().cloned();
                Read::Words(words.chain(literals).collect::<BTreeSet<_>>().into_iter().collect())
            }
        };
        settled.insert(name.clone(), matches!(read, Read::Words(_)));
        plan.columns.push((column.index, name, read));
    }
    let windows: Vec<Expr> = leaves.values().flat_map(|leaf| windows(leaf)).collect();
    let mut tests = BTreeMap::new();
    for leaf in leaves.values().copied().chain(&windows) {
        let name = decided(leaf).and_then(own);
        let is_settled = name.as_ref().and_then(|name| settled.get(name)).is_some_and(|words| fits(leaf, *words));
        let mut columns = leaf.columns().into_iter().filter_map(|(name, _)| own(&name));
        let is_private = !matches!(leaf, Expr::Missing(_)) && columns.any(|name| personal(&name));
        if is_settled || is_private || matches!(leaf, Expr::Const(_)) {
            continue;
        }
        let filter = Filter::new(leaf.clone());
        // A test of what no profile has stays open: nobody knows how it would end.
        if !tests.contains_key(&filter.text) && context.filter_gaps(&filter).is_empty() {
            tests.insert(filter.text.clone(), filter);
        }
    }
    plan.tests = tests.into_values().collect();
    Some(plan)
}

/// Days of the windows that teams test for: a summary knows them too, as a window is what changes most often.
const WINDOWS: [i64; 8] = [1, 7, 14, 30, 60, 90, 180, 365];

/// The same test with each of the usual windows, when it compares a time with one before or after now.
fn windows(leaf: &Expr) -> Vec<Expr> {
    let Expr::Compare { left: left @ Operand::Column { .. }, op, right: Operand::Now { day, offset_seconds } } = leaf
    else {
        return Vec::new();
    };
    let within = |days: i64| Operand::Now { day: *day, offset_seconds: offset_seconds.signum() * days * 86_400 };
    let of = |days: &i64| Expr::Compare { left: left.clone(), op: *op, right: within(*days) };
    WINDOWS.iter().filter(|_| *offset_seconds != 0).map(of).collect()
}

/// What must be asked for the table.
pub(super) fn question(context: &Context<'_>, using: Use) -> Option<Question> {
    asking(context, &plan(context, using)?)
}

fn asking(context: &Context<'_>, plan: &Plan) -> Option<Question> {
    let columns = plan.columns.iter().map(|(index, _, read)| (*index, read.clone())).collect();
    Some(Question::Cells { dataset: context.profiles()?.name.clone(), columns, tests: plan.tests.clone() })
}

impl Table {
    pub(super) fn of(context: &Context<'_>, answers: &Answers, using: Use) -> Option<Self> {
        let plan = plan(context, using)?;
        let asked = asking(context, &plan)?;
        let Some(Answer::Cells { cells, overflow: false, .. }) = answers.get(&asked) else { return None };
        let prefix = format!("{}.", context.profiles()?.name);
        let columns = plan.columns.into_iter().map(|(_, attribute, read)| Axis {
            attribute,
            words: match read {
                Read::Words(words) => Some(words),
                Read::Flag | Read::OptOut => None,
            },
        });
        let codes = |(cell, rows): (&Vec<u16>, &u64)| cell.iter().map(|code| u64::from(*code)).chain([*rows]).collect();
        Some(Self {
            columns: columns.collect(),
            tests: plan.tests.iter().map(|test| title(&test.expr, &prefix)).collect(),
            cells: cells.iter().map(codes).collect(),
        })
    }

    /// How many profiles a cell counts.
    pub(super) fn profiles(cell: &[u64]) -> u64 {
        cell.last().copied().unwrap_or_default()
    }
}

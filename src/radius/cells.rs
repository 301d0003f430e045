//! Profiles by what the segments ask of them: which columns and tests that takes, and the table of counts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{listed, mappings};
use crate::checks::Context;
use crate::facts::cells::{FIRST, MISSING, Read};
use crate::facts::{Answer, Answers, Filter, Question};
use crate::mapping::expr::{Expr, Op, Operand};

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
    fn said(&self, code: u64) -> Said<'_> {
        let at = usize::try_from(code).unwrap_or(usize::MAX);
        match (&self.words, at) {
            (_, 0) => Said::Missing,
            (_, 1) => Said::Other,
            (None, _) => Said::Flag(at > usize::from(FIRST)),
            (Some(words), _) => words.get(at - usize::from(FIRST)).map_or(Said::Other, |word| Said::Word(word)),
        }
    }
}

/// Conditions of a segment before and after, on today's attribute names.
pub(super) struct Conditions {
    pub(super) segments: BTreeMap<String, [Option<Expr>; 2]>,
}

/// The name under which today's profiles hold an attribute of the new revision.
pub(super) fn todays(context: &Context<'_>, name: &str) -> String {
    let known = |base: &crate::mapping::Mapping| base.attribute(name).is_some();
    let renamed = context.base.filter(|base| !known(base)).and_then(|base| {
        let now = context.mapping?.attribute(name)?;
        now.was.iter().find(|was| base.attribute(was).is_some())
    });
    renamed.map_or_else(|| name.to_owned(), Clone::clone)
}

impl Conditions {
    pub(super) fn of(context: &Context<'_>) -> Self {
        let mut segments: BTreeMap<String, [Option<Expr>; 2]> = BTreeMap::new();
        let profiles = context.profiles().map_or("customerio.people", |dataset| dataset.name.as_str());
        let prefix = format!("{profiles}.");
        let own = |name: &str| match name.strip_prefix(&prefix) {
            Some(attribute) => format!("{prefix}{}", todays(context, attribute)),
            None => name.to_owned(),
        };
        for mapping in mappings(context) {
            for segment in &mapping.segments {
                let after = context.segment(&segment.name).map(|filter| filter.expr.renamed(&own));
                let before = match context.base {
                    Some(_) => context.segment_before(&segment.name).map(|filter| filter.expr.as_ref().clone()),
                    None => after.clone(),
                };
                segments.insert(segment.name.clone(), [before, after]);
            }
        }
        Self { segments }
    }

    /// Every test in them, once.
    fn leaves(&self) -> Vec<&Expr> {
        let mut found: Vec<&Expr> = Vec::new();
        for leaf in self.segments.values().flatten().flatten().flat_map(Expr::leaves) {
            if !found.contains(&leaf) {
                found.push(leaf);
            }
        }
        found
    }
}

/// The column that a test asks, when what it holds decides the test.
pub(super) fn decided(leaf: &Expr) -> Option<&str> {
    let column = |operand: &'_ Operand| matches!(operand, Operand::Column { .. });
    let left = match leaf {
        Expr::True(left) | Expr::Missing(left) => left,
        Expr::Compare { left, op: Op::Equal | Op::NotEqual, right: Operand::Text(_) | Operand::Boolean(_) } => left,
        Expr::OneOf { left, values, .. } if values.iter().all(|value| matches!(value, Operand::Text(_))) => left,
        _ => return None,
    };
    match left {
        Operand::Column { name, .. } if column(left) => Some(name),
        _ => None,
    }
}

struct Plan {
    columns: Vec<(usize, String, Read)>,
    tests: Vec<Filter>,
}

fn plan(context: &Context<'_>) -> Option<Plan> {
    let profiles = context.profiles()?;
    let (known, conditions) = (mappings(context), Conditions::of(context));
    let prefix = format!("{}.", profiles.name);
    let leaves = conditions.leaves();
    let mut plan = Plan { columns: Vec::new(), tests: Vec::new() };
    let asked: BTreeSet<&str> = leaves.iter().filter_map(|leaf| decided(leaf)?.strip_prefix(&prefix)).collect();
    for name in asked {
        let Ok(column) = context.on_profile(name) else { continue };
        let own = leaves.iter().filter(|leaf| decided(leaf).and_then(|full| full.strip_prefix(&prefix)) == Some(name));
        let is_flag = own.clone().any(|leaf| {
            matches!(leaf, Expr::True(_)) || matches!(leaf, Expr::Compare { right: Operand::Boolean(_), .. })
        });
        let read = match is_flag {
            true if name == "unsubscribed" => Read::OptOut,
            true => Read::Flag,
            false => {
                let literals = own.flat_map(|leaf| leaf.literals()).map(|(_, text)| text);
                Read::Words(
                    listed(&known, name).into_iter().chain(literals).collect::<BTreeSet<_>>().into_iter().collect(),
                )
            }
        };
        plan.columns.push((column.index, name.to_owned(), read));
    }
    let windows: Vec<Expr> = leaves.iter().flat_map(|leaf| windows(leaf)).collect();
    for leaf in leaves.into_iter().chain(&windows).filter(|leaf| !settled(leaf, &plan.columns, &prefix)) {
        let filter = Filter::new(leaf.clone());
        // A test of what no profile has stays open: nobody knows how it would end.
        if context.filter_gaps(&filter).is_empty() && !plan.tests.contains(&filter) {
            plan.tests.push(filter);
        }
    }
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

/// Whether the columns decide a test.
fn settled(leaf: &Expr, columns: &[(usize, String, Read)], prefix: &str) -> bool {
    let Some(name) = decided(leaf).and_then(|name| name.strip_prefix(prefix)) else {
        return matches!(leaf, Expr::Const(_));
    };
    columns.iter().any(|(_, own, read)| own == name && fits(leaf, matches!(read, Read::Words(_))))
}

/// Whether a column of words, or one of true and false, decides a test.
pub(super) fn fits(leaf: &Expr, words: bool) -> bool {
    match leaf {
        Expr::True(_) | Expr::Compare { right: Operand::Boolean(_), .. } => !words,
        // An absent flag is read as one, and is absent all the same.
        _ => words,
    }
}

/// What must be asked for the table.
pub(super) fn question(context: &Context<'_>) -> Option<Question> {
    let plan = plan(context)?;
    let columns = plan.columns.into_iter().map(|(index, _, read)| (index, read)).collect();
    Some(Question::Cells { dataset: context.profiles()?.name.clone(), columns, tests: plan.tests })
}

/// A test as the table names it: attributes by their own names.
pub(super) fn title(leaf: &Expr, prefix: &str) -> String {
    leaf.renamed(&|name| name.strip_prefix(prefix).unwrap_or(name).to_owned()).to_string()
}

impl Table {
    pub(super) fn of(context: &Context<'_>, answers: &Answers) -> Option<Self> {
        let Some(Answer::Cells { cells, overflow: false, .. }) = answers.get(&question(context)?) else { return None };
        let plan = plan(context)?;
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

    /// The place of an attribute's column.
    pub(super) fn column(&self, attribute: &str) -> Option<usize> {
        self.columns.iter().position(|axis| axis.attribute == attribute)
    }

    /// What a cell says of an attribute.
    pub(super) fn said<'a>(&'a self, cell: &[u64], at: usize) -> Said<'a> {
        let code = cell.get(at).copied().unwrap_or(u64::from(MISSING));
        self.columns.get(at).map_or(Said::Missing, |axis| axis.said(code))
    }

    /// Whether a cell meets a test; none when the table does not have it.
    pub(super) fn met(&self, cell: &[u64], title: &str) -> Option<bool> {
        let at = self.tests.iter().position(|test| test == title)?;
        Some(*cell.get(self.columns.len() + at)? == 1)
    }

    /// How many profiles a cell counts.
    pub(super) fn profiles(cell: &[u64]) -> u64 {
        cell.last().copied().unwrap_or_default()
    }
}

//! The conditions of segments before and after a revision, on the names that today's profiles have.

use std::collections::{BTreeMap, BTreeSet};

use super::mappings;
use crate::checks::Context;
use crate::mapping::Mapping;
use crate::mapping::expr::{Expr, Op, Operand, Type};

/// Stands before the name of an attribute that profiles are going to lose.
const GONE: &str = "\u{0}";

/// The condition of a segment in one of the revisions.
pub(super) enum Side {
    /// The revision does not have the segment.
    Absent,
    /// It has, and its condition cannot be read with the names that are known.
    Unread,
    /// Its condition.
    Reads(Expr),
}

impl Side {
    fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Reads(expr) => Some(expr),
            Self::Absent | Self::Unread => None,
        }
    }
}

/// Conditions of every segment, before and after.
pub(super) struct Conditions {
    pub(super) segments: BTreeMap<String, [Side; 2]>,
}

/// The name under which today's profiles hold an attribute of the new revision.
fn todays(base: &Mapping, head: &Mapping, name: &str) -> String {
    match (head.names_attribute(name), base.names_attribute(name)) {
        // Renamed or removed: whoever still reads it finds nothing there.
        (false, true) => format!("{GONE}{name}"),
        (true, false) => {
            let was = head.attribute(name).and_then(|now| now.was.iter().find(|was| base.attribute(was).is_some()));
            was.map_or_else(|| name.to_owned(), Clone::clone)
        }
        _ => name.to_owned(),
    }
}

/// Whether the name is one of an attribute that profiles are going to lose, and that attribute's name.
pub(super) fn gone(name: &str) -> Option<&str> {
    name.strip_prefix(GONE)
}

impl Conditions {
    pub(super) fn of(context: &Context<'_>) -> Self {
        let mut segments: BTreeMap<String, [Side; 2]> = BTreeMap::new();
        let prefix = prefix(context);
        let own = |name: &str| match (name.strip_prefix(&prefix), context.base.zip(context.mapping)) {
            (Some(attribute), Some((base, head))) => format!("{prefix}{}", todays(base, head, attribute)),
            _ => name.to_owned(),
        };
        let known = mappings(context);
        let names: BTreeSet<&str> = known
            .iter()
            .flat_map(|mapping| &mapping.segments)
            .filter(|segment| segment.open.is_none())
            .map(|segment| segment.name.as_str())
            .collect();
        let has = |mapping: Option<&Mapping>, name: &str| {
            mapping.is_some_and(|mapping| mapping.segments.iter().any(|segment| segment.name == name))
        };
        for name in names {
            let side = |mapping: Option<&Mapping>, expr: Option<Expr>| match expr {
                Some(expr) => Side::Reads(expr),
                None if has(mapping, name) => Side::Unread,
                None => Side::Absent,
            };
            let after = context.segment(name).map(|filter| filter.expr.renamed(&own));
            let before = match context.base {
                Some(_) => context.segment_before(name).map(|filter| filter.expr.as_ref().clone()),
                None => after.clone(),
            };
            let sides = [side(context.base.or(context.mapping), before), side(context.mapping, after)];
            segments.insert(name.to_owned(), sides);
        }
        Self { segments }
    }

    /// Every test in them, once, by its text.
    pub(super) fn leaves(&self) -> BTreeMap<String, &Expr> {
        let whole = self.segments.values().flatten().filter_map(Side::expr);
        whole.flat_map(Expr::leaves).map(|leaf| (leaf.to_string(), leaf)).collect()
    }
}

/// What the names of profile attributes begin with in conditions.
pub(super) fn prefix(context: &Context<'_>) -> String {
    format!("{}.", context.profiles().map_or("customerio.people", |dataset| dataset.name.as_str()))
}

/// The column that a test asks, when what it holds decides the test.
pub(super) fn decided(leaf: &Expr) -> Option<&str> {
    let left = match leaf {
        Expr::True(left) | Expr::Missing(left) => left,
        Expr::Compare { left, op: Op::Equal | Op::NotEqual, right: Operand::Text(_) | Operand::Boolean(_) } => left,
        Expr::OneOf { left, values, .. } if values.iter().all(|value| matches!(value, Operand::Text(_))) => left,
        _ => return None,
    };
    match left {
        // A cell holds a whole list, which no item of it decides.
        Operand::Column { name, ty } if *ty != Type::List => Some(name),
        _ => None,
    }
}

/// Whether a column of words, or one of true and false, decides a test.
pub(super) fn fits(leaf: &Expr, words: bool) -> bool {
    match leaf {
        Expr::True(_) | Expr::Compare { right: Operand::Boolean(_), .. } => !words,
        // An absent flag is read as one, and is absent all the same.
        _ => words,
    }
}

/// A test as the table names it: attributes by their own names.
pub(super) fn title(leaf: &Expr, prefix: &str) -> String {
    leaf.renamed(&|name| name.strip_prefix(prefix).unwrap_or(name).to_owned()).to_string()
}

//! Which records a question is about, by what they hold.

use std::collections::BTreeSet;

use super::filter::Filter;
use super::instants::{Apart, Instants};
use super::{Column, Lens, Scope};
use crate::frames::normalize::Form;

/// Which records a listing names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// Those that hold one of these values.
    Values { column: Column, values: BTreeSet<String> },
    /// Those whose list holds one of these items.
    Items { column: Column, items: BTreeSet<String> },
    /// Those whose value has one of these shapes.
    Shapes { column: Column, lens: Lens, shapes: BTreeSet<String> },
    /// Those in scope whose value has one of these shapes.
    Shaped { column: Column, lens: Lens, shapes: BTreeSet<String>, scope: Scope },
    /// Linked pairs that fall into one of these cells.
    Pairs { left: Column, left_lens: Lens, right: Column, right_lens: Lens, cells: BTreeSet<(String, String)> },
    /// Linked pairs whose instants are apart in one of these ways.
    Instants { asked: Instants, cells: BTreeSet<Apart> },
}

/// What sets the members of a group of equal values apart, where equal alone is no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unlike {
    /// They differ in a finer form.
    Form(Form),
    /// They are different records, not one record exported twice.
    Record,
}

impl Pick {
    /// The column whose cells are named.
    pub fn column(&self) -> &Column {
        match self {
            Self::Values { column, .. }
            | Self::Items { column, .. }
            | Self::Shapes { column, .. }
            | Self::Shaped { column, .. } => column,
            Self::Instants { asked, .. } => &asked.right,
            Self::Pairs { right, .. } => right,
        }
    }

    /// The dataset whose records are named.
    pub fn dataset(&self) -> &str {
        &self.column().dataset
    }

    /// The columns that must be held.
    pub(super) fn columns(&self) -> Vec<Column> {
        let left = match self {
            Self::Pairs { left, .. } => Some(left.clone()),
            Self::Instants { asked, .. } => return asked.columns(),
            _ => None,
        };
        left.into_iter().chain([self.column().clone()]).collect()
    }

    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        match self {
            Self::Pairs { left, right, .. } if left.dataset != right.dataset => {
                vec![(left.dataset.clone(), right.dataset.clone())]
            }
            Self::Shaped { column, scope, .. } => scope.pairs(&column.dataset),
            Self::Instants { asked, .. } => vec![(asked.left.dataset.clone(), asked.right.dataset.clone())],
            _ => Vec::new(),
        }
    }

    pub(super) fn filter(&self) -> Option<(&str, &Filter)> {
        match self {
            Self::Shaped { column, scope: Scope::Where(filter), .. } => Some((&column.dataset, filter)),
            _ => None,
        }
    }
}

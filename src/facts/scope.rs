//! Which records count: a scope in, a test of rows out.

use std::collections::BTreeSet;

use super::local::{Shard, Slice};
use super::{Filter, Lens};
use crate::frames::normalize::Form;

/// Which records of the left side count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Those with a usable address or identifier to be linked by.
    Reachable(usize),
    /// Those that meet a filter.
    Where(Filter),
    /// Those that are linked to a record of any of these datasets.
    Linked(Vec<String>),
    /// Those that are linked to no record of any of them.
    Unlinked(Vec<String>),
    /// Those whose value has one of these shapes.
    Shaped { index: usize, lens: Lens, shapes: BTreeSet<String> },
    /// Those in both.
    Both(Box<Scope>, Box<Scope>),
    /// Those in either.
    Either(Box<Scope>, Box<Scope>),
    /// Those not in it.
    Not(Box<Scope>),
    /// All.
    All,
}

impl Scope {
    /// The scopes it is made of, itself included.
    fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::Both(one, other) | Self::Either(one, other) => [one.leaves(), other.leaves()].concat(),
            Self::Not(inner) => inner.leaves(),
            _ => vec![self],
        }
    }

    /// The columns that it reads.
    pub(super) fn columns(&self) -> Vec<usize> {
        let of = |leaf: &&Self| match leaf {
            Self::Reachable(index) | Self::Shaped { index, .. } => Some(*index),
            _ => None,
        };
        self.leaves().iter().filter_map(of).collect()
    }

    pub(super) fn filters(&self) -> Vec<&Filter> {
        let mut found = Vec::new();
        for leaf in self.leaves() {
            if let Self::Where(filter) = leaf {
                found.push(filter);
            }
        }
        found
    }

    /// The datasets whose records must be linked to know it.
    pub(super) fn pairs(&self, dataset: &str) -> Vec<(String, String)> {
        let of = |leaf: &Self| match leaf {
            Self::Linked(others) | Self::Unlinked(others) => others.clone(),
            _ => Vec::new(),
        };
        self.leaves().into_iter().flat_map(of).map(|other| (other, dataset.to_owned())).collect()
    }
}

/// Whether a left record counts.
pub(crate) fn in_scope<'a>(
    shard: &'a Shard<'a>,
    slice: &Slice<'a>,
    scope: &Scope,
) -> Result<Box<dyn Fn(u32) -> bool + 'a>, String> {
    match scope {
        Scope::All => Ok(Box::new(|_| true)),
        Scope::Reachable(index) => {
            let column = slice.column(*index)?;
            let usable = column.reading(|value| Form::Address.read(value).is_some());
            Ok(Box::new(move |row| usable.get(row)))
        }
        Scope::Linked(others) | Scope::Unlinked(others) => {
            let mut linked = vec![false; slice.frame.rows as usize];
            for other in others {
                for link in shard.engine.identity.links(other, &slice.frame.dataset.name).iter() {
                    linked[link.right as usize] = true;
                }
            }
            let wanted = matches!(scope, Scope::Linked(_));
            Ok(Box::new(move |row| linked[row as usize] == wanted))
        }
        Scope::Shaped { index, lens, shapes } => {
            let column = slice.column(*index)?;
            let (lens, shapes) = (lens.clone(), shapes.clone());
            let named = column.reading(move |value| shapes.contains(lens.shape(value)));
            Ok(Box::new(move |row| named.get(row)))
        }
        Scope::Both(one, other) => {
            let (one, other) = (in_scope(shard, slice, one)?, in_scope(shard, slice, other)?);
            Ok(Box::new(move |row| one(row) && other(row)))
        }
        Scope::Either(one, other) => {
            let (one, other) = (in_scope(shard, slice, one)?, in_scope(shard, slice, other)?);
            Ok(Box::new(move |row| one(row) || other(row)))
        }
        Scope::Not(inner) => {
            let inner = in_scope(shard, slice, inner)?;
            Ok(Box::new(move |row| !inner(row)))
        }
        Scope::Where(filter) => {
            let rows = shard.met(slice, filter)?;
            Ok(Box::new(move |row| rows.contains(row)))
        }
    }
}

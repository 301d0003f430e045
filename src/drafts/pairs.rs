//! Drafts: the columns of two datasets and who is who in, the columns that carry one another's values out, with why.
//!
//! What people agree on row by row says most, then the values that both columns have, then the names.

use ahash::AHashMap;
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::cells::{Agreed, Cells};
use super::columns::{Holds, Look};
use super::sheet::shown;
use crate::checks::likeness::{ALIKE, Name};
use crate::frames::Frame;
use crate::frames::links::Link;
use crate::text::{count, percent};

/// People that are looked at, and cells of all pairs of columns together.
const PEOPLE: usize = 20_000;
const CELLS: usize = 300_000_000;
/// The fewest people whose values say something.
const FEWEST: u64 = 8;
/// The agreement beyond chance that makes a pair whatever the names are.
const SURE: f64 = 0.7;
/// The same where the names are alike too.
const NAMED: f64 = 0.4;
/// The share of the profile's values that a source must be able to explain.
const COVER: f64 = 0.2;
/// The share of different values that two lists must have in common.
const OVERLAP: f64 = 0.5;

/// Why a pair was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Why {
    /// Values agree row by row.
    Rows(Agreed),
    /// The two lists share so many of so many values.
    Values(u64, u64),
    /// The names are the same.
    Name,
}

/// A column that carries the values of an attribute.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) dataset: String,
    pub(super) column: usize,
    pub(super) label: String,
    pub(super) why: Why,
    pub(super) score: f64,
}

impl Source {
    /// The column as the mapping names it.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.dataset, self.label)
    }

    /// Why, as a comment says it.
    pub(super) fn told(&self) -> String {
        let path = shown(&self.path());
        match self.why {
            Why::Rows(agreed) => {
                format!("{path} agrees on {} of {} people", percent(agreed.same, agreed.both), count(agreed.both))
            }
            Why::Values(shared, all) => format!("{path} has {shared} of {all} values in common"),
            Why::Name => format!("{path} has the same name; the values do not tell"),
        }
    }

    /// Whether values speak for it.
    pub(super) fn is_sure(&self) -> bool {
        matches!(self.why, Why::Rows(_))
    }
}

/// A dataset and what its columns hold.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) frame: &'a Frame,
    pub(super) looks: &'a [Look],
}

/// For each column on the right, the columns on the left that may carry its values, the best first.
pub(super) fn pairs(left: Side<'_>, right: Side<'_>, links: &[Link]) -> Vec<Vec<Source>> {
    let columns = left.looks.len() * right.looks.len();
    let most = (CELLS / columns.max(1)).clamp(200, PEOPLE);
    let step = links.len().div_ceil(most).max(1);
    let people: Vec<Link> = links.iter().step_by(step).copied().collect();
    let cells = |side: Side<'_>, row: fn(&Link) -> u32| -> Vec<Option<Cells>> {
        let columns: Vec<usize> = (0..side.looks.len()).collect();
        let read = |index: usize| {
            let column = side.frame.column(index)?;
            Some(Cells::new(column, &side.looks[index], people.iter().map(row)))
        };
        columns.into_par_iter().map(read).collect()
    };
    let (mine, theirs) = (cells(left, |link| link.left), cells(right, |link| link.right));
    let names: Vec<Name> = left.looks.iter().map(|look| Name::new(&look.label)).collect();
    let rights: Vec<usize> = (0..right.looks.len()).collect();
    let found = rights.into_par_iter().map(|at| {
        let (look, name) = (&right.looks[at], Name::new(&right.looks[at].label));
        let mut sources: Vec<Source> = (0..left.looks.len())
            .filter_map(|index| {
                let other = &left.looks[index];
                let pair = mine[index].as_ref().zip(theirs[at].as_ref())?;
                let (why, score) = judge(pair, (other, look), names[index].like(&name))?;
                Some(Source {
                    dataset: left.frame.dataset.name.clone(),
                    column: index,
                    label: other.label.clone(),
                    why,
                    score,
                })
            })
            .collect();
        sources.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.column.cmp(&other.column)));
        sources
    });
    found.collect()
}

/// Whether two columns are a pair, why, and how good a one.
fn judge((mine, theirs): (&Cells, &Cells), (left, right): (&Look, &Look), likeness: f64) -> Option<(Why, f64)> {
    let agreed = mine.agree(theirs);
    if let Some(agreed) = agreed.filter(|agreed| agreed.both >= FEWEST && agreed.cover >= COVER) {
        let constant = mine.is_constant() && theirs.is_constant();
        let named = likeness >= ALIKE && agreed.kappa >= NAMED;
        if !constant && (agreed.kappa >= SURE || named) {
            return Some((Why::Rows(agreed), agreed.kappa + 0.3 * likeness + 0.1 * agreed.cover.min(1.0)));
        }
        // All say the same, or one of few values: only the names are left to tell.
        let alike = agreed.same as f64 >= SURE * agreed.both as f64;
        return (likeness >= 1.0 && alike).then_some((Why::Rows(agreed), 0.3));
    }
    let lists = left.holds == Holds::Enum && right.holds == Holds::Enum;
    if let Some((shared, all)) = mine.overlap(theirs).filter(|_| lists && agreed.is_none())
        && shared >= 2
        && shared as f64 >= OVERLAP * all as f64
    {
        return Some((Why::Values(shared, all), 0.2 + 0.3 * likeness));
    }
    let fits = left.holds == right.holds || left.holds == Holds::Nothing || right.holds == Holds::Nothing;
    (likeness >= 1.0 && fits).then_some((Why::Name, 0.1))
}

/// For each value on the left, the one that most of the same people have on the right.
pub(super) fn translated(left: (&Frame, usize), right: (&Frame, usize), links: &[Link]) -> AHashMap<String, String> {
    let Some((one, other)) = left.0.column(left.1).zip(right.0.column(right.1)) else { return AHashMap::new() };
    let mut counted: AHashMap<(&str, &str), u64> = AHashMap::new();
    for link in links {
        *counted.entry((one.get(link.left), other.get(link.right))).or_default() += 1;
    }
    let mut pairs: Vec<((&str, &str), u64)> = counted.into_iter().collect();
    pairs.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let mut said = AHashMap::new();
    for ((from, to), _) in pairs {
        if !from.is_empty() && !to.is_empty() {
            said.entry(from.to_owned()).or_insert_with(|| to.to_owned());
        }
    }
    said
}

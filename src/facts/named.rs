//! Named people: the values that name them in, their records out, wherever they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};

use super::local::Shard;
use super::mask::Mask;
use super::rows::Marks;
use super::{Answer, Column, Filter};
use crate::frames::normalize::Form;
use crate::text::trim;

/// One value that names a person, and where it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The column that may hold it.
    pub column: Column,
    /// The form in which values are compared.
    pub form: Form,
    /// The value in that form.
    pub value: String,
}

/// Whose records are looked for, and what of them is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Roll {
    /// Each person by every value that names it; one of them is enough.
    pub people: Vec<Vec<Name>>,
    /// The datasets in which their records are looked for.
    pub datasets: Vec<String>,
    /// Two of them whose linked records are one person's.
    pub linked: Option<(String, String)>,
    /// The columns whose cells are told.
    pub cells: Vec<Column>,
    /// Conditions that are tested, each on records of a dataset.
    pub tests: Vec<(String, Filter)>,
}

impl Roll {
    /// The columns that must be held.
    pub(super) fn columns(&self) -> Vec<Column> {
        let names = self.people.iter().flatten().map(|name| name.column.clone());
        let mut columns: Vec<Column> = names.chain(self.cells.iter().cloned()).collect();
        columns.sort();
        columns.dedup();
        columns
    }
}

/// A record of a named person.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// Its own id as it stands in the file.
    pub key: String,
    /// The cells that were asked for, by the place of their column.
    pub cells: BTreeMap<usize, String>,
    /// The conditions that it meets, by their place in the question.
    pub met: BTreeSet<usize>,
}

/// A person's records by dataset, those of each in order.
pub type Found = BTreeMap<String, Vec<Record>>;

/// Adds what another shard found.
pub(super) fn merge(into: &mut [Found], from: Vec<Found>) {
    for (mine, theirs) in into.iter_mut().zip(from) {
        for (dataset, records) in theirs {
            let all = mine.entry(dataset).or_default();
            all.extend(records);
            all.sort();
        }
    }
}

/// Rows of one person, by dataset.
type Rows = BTreeMap<String, BTreeSet<u32>>;

/// The records of every named person.
pub(crate) fn named(shard: &Shard<'_>, roll: &Roll) -> Result<Answer, String> {
    let mut people = seeds(shard, roll)?;
    if let Some((left, right)) = &roll.linked {
        widen(shard, roll, &mut people)?;
        let links = shard.engine.identity.links(left, right);
        for rows in &mut people {
            // Who is known by the profile alone is whoever it belongs to.
            let (known, sought) = if rows.contains_key(left) { (left, right) } else { (right, left) };
            let of = |row: &u32| match known == left {
                true => links.of_left(*row).iter().map(|link| link.right).collect::<Vec<_>>(),
                false => links.of_right(*row).iter().map(|link| link.left).collect(),
            };
            let linked: Vec<u32> = rows.get(known).into_iter().flatten().flat_map(of).collect();
            if !linked.is_empty() {
                rows.entry(sought.clone()).or_default().extend(linked);
            }
        }
    }
    widen(shard, roll, &mut people)?;
    told(shard, roll, &people)
}

/// The rows that hold a value which names a person.
fn seeds(shard: &Shard<'_>, roll: &Roll) -> Result<Vec<Rows>, String> {
    let mut sought: BTreeMap<(&Column, Form), AHashMap<&str, Vec<usize>>> = BTreeMap::new();
    for (who, names) in roll.people.iter().enumerate() {
        for name in names {
            sought.entry((&name.column, name.form)).or_default().entry(&name.value).or_default().push(who);
        }
    }
    let mut people = vec![Rows::new(); roll.people.len()];
    for ((column, form), wanted) in sought {
        let slice = shard.slice(&column.dataset)?;
        let cells = slice.column(column.index)?;
        let ends = Ends::of(form, wanted.keys().copied());
        slice.each(cells, |row, cell| {
            let value = if ends.may_be_of(cell) { form.read(cell) } else { None };
            for who in value.and_then(|value| wanted.get(&*value)).into_iter().flatten() {
                people[*who].entry(column.dataset.clone()).or_default().insert(row);
            }
        });
    }
    Ok(people)
}

/// The last two bytes of values, by which most cells are passed over before they are read.
struct Ends(Option<AHashSet<[u8; 2]>>);

impl Ends {
    /// Of values in a form that keeps the end of a plain text but for its case.
    fn of<'a>(form: Form, mut values: impl Iterator<Item = &'a str>) -> Self {
        let keeps = matches!(form, Form::Address | Form::Identifier | Form::Folded);
        let end = |value: &'a str| value.as_bytes().last_chunk().copied();
        Self(if keeps {
            values.try_fold(AHashSet::new(), |mut ends, value| {
                ends.insert(end(value)?);
                Some(ends)
            })
        } else {
            None
        })
    }

    fn may_be_of(&self, cell: &str) -> bool {
        let Some(ends) = self.0.as_ref().filter(|_| cell.is_ascii()) else { return true };
        let end = trim(cell).as_bytes().last_chunk::<2>();
        end.is_none_or(|end| ends.contains(&end.map(|byte| byte.to_ascii_lowercase())))
    }
}

/// Adds the other records of the same people. Where somebody has records on the left, those say who it is: a profile that
/// only shares the address may be another's.
fn widen(shard: &Shard<'_>, roll: &Roll, people: &mut [Rows]) -> Result<(), String> {
    let mut labels: AHashMap<u32, BTreeSet<usize>> = AHashMap::new();
    for (who, rows) in people.iter().enumerate() {
        let home = roll.linked.as_ref().and_then(|(left, _)| rows.get_key_value(left));
        let sure: Vec<(&String, &BTreeSet<u32>)> = home.map_or_else(|| rows.iter().collect(), |home| vec![home]);
        for (dataset, rows) in sure {
            let slice = shard.slice(dataset)?;
            for row in rows {
                labels.entry(slice.people.person[*row as usize]).or_default().insert(who);
            }
        }
    }
    let marked = Marks::new(labels.keys().copied());
    for dataset in &roll.datasets {
        let slice = shard.slice(dataset)?;
        for row in slice.rows().filter(|row| marked.has(slice.people.person[*row as usize])) {
            for who in labels.get(&slice.people.person[row as usize]).into_iter().flatten() {
                people[*who].entry(dataset.clone()).or_default().insert(row);
            }
        }
    }
    Ok(())
}

fn told(shard: &Shard<'_>, roll: &Roll, people: &[Rows]) -> Result<Answer, String> {
    let mut met: Vec<(&str, Arc<Mask>)> = Vec::new();
    for (dataset, filter) in &roll.tests {
        met.push((dataset, shard.met(&shard.slice(dataset)?, filter)?));
    }
    let mut found = Vec::new();
    for rows in people {
        let mut records = Found::new();
        for (dataset, rows) in rows {
            let slice = shard.slice(dataset)?;
            let mut own = Vec::new();
            for row in rows {
                let mut record = Record { key: slice.frame.key(*row).into_owned(), ..Record::default() };
                for column in roll.cells.iter().filter(|column| column.dataset == *dataset) {
                    record.cells.insert(column.index, slice.column(column.index)?.get(*row).to_owned());
                }
                let met = met.iter().enumerate().filter(|(_, (on, _))| on == dataset);
                record.met = met.filter(|(_, (_, rows))| rows.contains(*row)).map(|(at, _)| at).collect();
                own.push(record);
            }
            own.sort();
            records.insert(dataset.clone(), own);
        }
        found.push(records);
    }
    Ok(Answer::Roll(found))
}

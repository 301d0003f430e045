//! Facts about records that are probably one person though no key joins them. People are matched, not records: what the
//! linked records of a person say together is held against what others say.

use std::sync::Arc;

use ahash::AHashMap;

use super::decisions::Decided;
use super::lenses::shape;
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Consent, Groups, Lens, Match, Matching, Sample};
use crate::frames::normalize::{Form, address};
use crate::frames::{Frame, TextColumn};
use crate::matching::clusters::Refusal;
use crate::matching::lists::{DomainKind, LISTS};
use crate::matching::people::{Cells, Field, Source, Told};
use crate::matching::typo_pairs::is_slip;
use crate::matching::{Link, Matches, Settings, explain, find};
use crate::text::counted;

pub(super) const NOBODY: u32 = u32::MAX;

/// What matching found, by people.
#[derive(Debug)]
pub(crate) struct Found {
    /// For each side, the first row of every matched person.
    pub(super) firsts: Vec<Vec<u32>>,
    /// For each side, the matched person of every row.
    pub(super) persons: Vec<Vec<u32>>,
    pub(crate) matches: Matches,
    /// Decisions that name records which are not there, or are there twice.
    pub(crate) unknown: u64,
    /// Pairs that were decided apart and share a key.
    pub(crate) joined: u64,
}

impl Found {
    /// What was done, in numbers.
    pub(super) fn stage(&self) -> String {
        let (people, pairs) = (self.matches.records.len() as u64, self.matches.compared);
        format!("matching {}, {}", counted(people, "person", "people"), counted(pairs, "pair", "pairs"))
    }
}

/// A column of a side, by person.
struct OfPeople<'a> {
    column: &'a TextColumn,
    firsts: &'a [u32],
}

impl Cells for OfPeople<'_> {
    fn cell(&self, person: u32) -> &str {
        match self.firsts.get(person as usize) {
            Some(row) if *row != NOBODY => self.column.get(*row),
            _ => "",
        }
    }
}

/// Matches the people of all sides.
pub(crate) fn found(shard: &Shard<'_>, asked: &Matching) -> Result<Found, String> {
    let slices: Vec<Slice<'_>> =
        asked.sides.iter().map(|side| shard.slice(&side.dataset)).collect::<Result<_, String>>()?;
    let mut places: Vec<u32> = vec![NOBODY; shard.engine.identity.count as usize];
    let mut rows = 0_u32;
    let mut persons: Vec<Vec<u32>> = Vec::new();
    for slice in &slices {
        let next = |person: &u32| {
            let place = &mut places[*person as usize];
            if *place == NOBODY {
                *place = rows;
                rows += 1;
            }
            *place
        };
        persons.push(slice.people.person.iter().map(next).collect());
    }
    let mut firsts: Vec<Vec<u32>> = vec![vec![NOBODY; rows as usize]; slices.len()];
    for (firsts, persons) in firsts.iter_mut().zip(&persons) {
        for (row, person) in (0..).zip(persons) {
            let first = &mut firsts[*person as usize];
            *first = (*first).min(row);
        }
    }
    let mut columns: Vec<(Field, OfPeople<'_>)> = Vec::new();
    for ((side, slice), firsts) in asked.sides.iter().zip(&slices).zip(&firsts) {
        for (field, index) in &side.fields {
            columns.push((*field, OfPeople { column: slice.column(*index)?, firsts }));
        }
    }
    // The address is the profile's, which is mailed; what else is known of a person comes from the others first.
    let (addresses, others): (Vec<_>, Vec<_>) = columns.into_iter().partition(|(field, _)| *field == Field::Email);
    let (profile, rest): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|(_, column)| std::ptr::eq(column.firsts, firsts[0].as_slice()));
    let columns: Vec<_> = addresses.into_iter().chain(rest).chain(profile).collect();
    let fields = columns.iter().map(|(field, column)| (*field, column as &dyn Cells)).collect();
    let source = Source { rows, fields };
    let Decided { decided, unknown, joined } = Decided::of(asked, &slices, &persons);
    let settings = Settings {
        threshold: f64::from(asked.threshold) / 1000.0,
        edits: asked.edits,
        cap: asked.cap,
        estimate: asked.estimate,
        told: Told { region: asked.region.clone(), domains: asked.domains.clone(), missing: asked.missing.clone() },
        decided,
    };
    let matches = find(&[source], &settings);
    drop(columns);
    Ok(Found { firsts, persons, matches, unknown, joined })
}

/// A record that is matched. There may be very many of them, so words are found for those alone that are shown.
struct Entry<'a> {
    row: u32,
    /// The side and the row of the other record.
    other: Option<(usize, u32)>,
    /// What one of the two says that the other does not.
    said: &'static str,
    why: Why<'a>,
}

/// Why two records are one person, or a record is named.
#[derive(Clone, Copy)]
enum Why<'a> {
    /// They were compared.
    Link(&'a Link),
    /// Each was compared with further ones.
    Others,
    /// They are among so many.
    Cluster(usize),
    /// They are not, for a reason.
    Refused(&'a Link, Refusal),
}

/// Answers about matches. Matches join pieces of the work: the first piece answers for all.
pub(crate) fn matches(shard: &Shard<'_>, asked: &Matching, of: &Match) -> Result<Answer, String> {
    let slice = shard.slice(of.dataset())?;
    if !shard.is_first() {
        return Ok(Answer::Repeats { rows: 0, groups: Groups::default() });
    }
    let whole = shard.whole();
    let slice_of_all = whole.slice(of.dataset())?;
    let found = shard.engine.memo.found(asked).ok_or_else(|| "the records were not matched".to_owned())??;
    let side = asked.sides.iter().position(|side| side.dataset == of.dataset());
    let side = side.ok_or_else(|| format!("{} was not matched", of.dataset()))?;
    let frames = asked.sides.iter().map(|side| Ok(whole.slice(&side.dataset)?.frame)).collect::<Result<_, String>>()?;
    let reader = Reader { found: &found, asked, whole: &whole, slice: slice_of_all, side, frames };
    let (count, mut entries) = reader.entries(of)?;
    let key = |entry: &Entry<'_>| entry.other.map(|(side, row)| reader.frames[side].key(row));
    entries.sort_by(|one, other| one.row.cmp(&other.row).then_with(|| key(one).cmp(&key(other))));
    entries.dedup_by_key(|entry| entry.row);
    let mut counter = Counter::default();
    let value = of.columns().into_iter().next();
    let value = value.map(|column| slice_of_all.column(column.index)).transpose()?;
    for entry in entries {
        slice_of_all.count(&mut counter, entry.row);
        counter.sample(shard.cap(), slice_of_all.frame.rank(entry.row), || Sample {
            key: slice_of_all.frame.key(entry.row).into_owned(),
            other: key(&entry).unwrap_or_default().into_owned(),
            value: value.map(|column| column.get(entry.row).to_owned()).unwrap_or_default(),
            detail: reader.detail(&entry),
        });
    }
    let rows = u64::from(slice.frame.rows);
    let members = counter.finish(shard.cap());
    Ok(Answer::Repeats { rows, groups: Groups { count, keyed: rows, members } })
}

struct Reader<'a> {
    found: &'a Arc<Found>,
    asked: &'a Matching,
    whole: &'a Shard<'a>,
    slice: Slice<'a>,
    side: usize,
    /// The records of every side.
    frames: Vec<&'a Frame>,
}

impl<'a> Reader<'a> {
    fn row(&self, person: u32) -> Option<u32> {
        Some(self.found.firsts[self.side][person as usize]).filter(|row| *row != NOBODY)
    }

    fn detail(&self, entry: &Entry<'_>) -> String {
        let elsewhere = entry.other.map(|(side, _)| side).filter(|side| *side != self.side);
        let place = elsewhere.map(|side| format!("in {}, ", self.asked.sides[side].dataset)).unwrap_or_default();
        let shown = |link: &Link| explain::percent(link.probability);
        let why = match entry.why {
            Why::Link(link) => {
                format!("{} one person by {}", shown(link), explain::why(link, &self.found.matches.weights))
            }
            Why::Others => "one person through other records of the cluster".to_owned(),
            Why::Cluster(people) => format!("{people} people by their keys"),
            Why::Refused(link, refusal) => format!("{}, not followed as {}", shown(link), refusal.about()),
        };
        format!("{}{place}{why}", entry.said)
    }

    /// Both records of every link that `holds`, in this dataset.
    fn pairs(&self, holds: impl Fn(u32, u32) -> bool) -> (u64, Vec<Entry<'a>>) {
        let (mut count, mut entries) = (0, Vec::new());
        for link in &self.found.matches.links {
            let (Some(left), Some(right)) = (self.row(link.left), self.row(link.right)) else { continue };
            if holds(left, right) {
                count += 1;
                entries.extend(self.both(left, right, Why::Link(link)));
            }
        }
        (count, entries)
    }

    /// Both records of every two people of one cluster of whom there is something to say: what a merge would bring together.
    fn together(&self, say: impl Fn(u32, u32) -> Option<[&'static str; 2]>) -> (u64, Vec<Entry<'a>>) {
        let links: AHashMap<(u32, u32), &Link> =
            self.found.matches.links.iter().map(|link| ((link.left, link.right), link)).collect();
        let (mut count, mut entries) = (0, Vec::new());
        for members in &self.found.matches.clusters {
            let rows: Vec<(u32, u32)> =
                members.iter().filter_map(|person| Some((*person, self.row(*person)?))).collect();
            for (at, (one, left)) in rows.iter().enumerate() {
                for (other, right) in &rows[at + 1..] {
                    let Some(said) = say(*left, *right) else { continue };
                    let why = links.get(&(*one, *other)).map_or(Why::Others, |link| Why::Link(link));
                    count += 1;
                    let both = self.both(*left, *right, why).into_iter().zip(said);
                    entries.extend(both.map(|(entry, said)| Entry { said, ..entry }));
                }
            }
        }
        (count, entries)
    }

    fn both(&self, left: u32, right: u32, why: Why<'a>) -> [Entry<'a>; 2] {
        [(left, right), (right, left)].map(|(row, other)| self.entry(row, Some((self.side, other)), why))
    }

    fn entry(&self, row: u32, other: Option<(usize, u32)>, why: Why<'a>) -> Entry<'a> {
        Entry { row, other, said: "", why }
    }

    fn entries(&self, of: &Match) -> Result<(u64, Vec<Entry<'a>>), String> {
        Ok(match of {
            Match::Typo(column) => {
                let column = self.slice.column(column.index)?;
                let delivered = |row: u32| Form::Mailbox.of(column.get(row));
                self.pairs(|left, right| match (delivered(left), delivered(right)) {
                    (Some(left), Some(right)) => is_slip(&left, &right, self.asked.edits),
                    _ => false,
                })
            }
            Match::Relay(column) => self.relays(self.slice.column(column.index)?),
            Match::Both(columns) => {
                let columns: Vec<&TextColumn> =
                    columns.iter().map(|column| self.slice.column(column.index)).collect::<Result<_, _>>()?;
                let full = |row: u32| columns.iter().all(|column| !column.get(row).trim().is_empty());
                self.together(|left, right| (full(left) && full(right)).then_some(["", ""]))
            }
            Match::Consent(column) => {
                let column = self.slice.column(column.index)?;
                let lens = Lens::Consent(Consent::Mailable);
                let out = |row: u32| lens.shape(column.get(row)) == shape::OUT;
                let said =
                    |out: bool| if out { "opted out, the other is not; " } else { "mailable, the other opted out; " };
                self.together(|left, right| (out(left) != out(right)).then(|| [out(left), out(right)].map(said)))
            }
            Match::Segment(_, filter) => {
                let met = self.whole.met(&self.slice, filter)?;
                let inside = |row: u32| met.contains(row);
                let said =
                    |inside: bool| if inside { "inside, the other is not; " } else { "not inside, the other is; " };
                self.together(|left, right| {
                    let sides = [inside(left), inside(right)];
                    (sides[0] != sides[1]).then(|| sides.map(said))
                })
            }
            Match::Cluster(_) => self.clustered(),
            Match::Refused(_) => self.refused(),
        })
    }

    fn relays(&self, column: &TextColumn) -> (u64, Vec<Entry<'a>>) {
        let masked = |row: u32| {
            let address = address(column.get(row))?;
            let domain = address.rsplit_once('@')?.1;
            Some(LISTS.kind(domain, &self.asked.domains) == DomainKind::Relay)
        };
        let (mut count, mut entries) = (0, Vec::new());
        let real = |person: u32| self.found.matches.records[person as usize].has_real_address;
        for link in &self.found.matches.links {
            for (one, other) in [(link.left, link.right), (link.right, link.left)] {
                let Some(row) = self.row(one).filter(|row| masked(*row) == Some(true)) else { continue };
                // Two masked addresses tell nothing of a real one.
                let Some(other) = self.anywhere(other).filter(|_| real(other)) else { continue };
                count += 1;
                entries.push(self.entry(row, Some(other), Why::Link(link)));
            }
        }
        (count, entries)
    }

    /// A record of a person: in this dataset, else in the first that has one.
    fn anywhere(&self, person: u32) -> Option<(usize, u32)> {
        let order = std::iter::once(self.side).chain(0..self.asked.sides.len());
        order.map(|side| (side, self.found.firsts[side][person as usize])).find(|(_, row)| *row != NOBODY)
    }

    fn clustered(&self) -> (u64, Vec<Entry<'a>>) {
        let (mut count, mut entries) = (0, Vec::new());
        for members in &self.found.matches.clusters {
            count += 1;
            let rows: Vec<u32> = members.iter().filter_map(|person| self.row(*person)).collect();
            for (at, row) in rows.iter().enumerate() {
                let other = rows.get(usize::from(at == 0)).map(|row| (self.side, *row));
                entries.push(self.entry(*row, other, Why::Cluster(members.len())));
            }
        }
        (count, entries)
    }

    fn refused(&self) -> (u64, Vec<Entry<'a>>) {
        let (mut count, mut entries) = (0, Vec::new());
        for (link, refusal) in &self.found.matches.refused {
            if *refusal == Refusal::Decided {
                continue;
            }
            let (Some(left), Some(right)) = (self.row(link.left), self.row(link.right)) else { continue };
            count += 1;
            entries.extend(self.both(left, right, Why::Refused(link, *refusal)));
        }
        (count, entries)
    }
}

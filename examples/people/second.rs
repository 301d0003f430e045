//! The second noise model, the one held out: people of Spanish, French, Polish, Turkish, Nordic and English names, the
//! whole name in one column. A size and a seed come in; labelled records go out.

use super::{Labelled, Pair};

mod apart;
mod entry;
mod land;
mod mail;
mod names;
mod places;
mod slips;
mod spell;
mod twice;
mod world;

use entry::Entry;
use world::World;

const HEADER: [&str; 9] =
    ["Record ID", "Full Name", "E-Mail", "Mobile", "Date of Birth", "ZIP", "City", "Organization", "Street Address"];

/// Entries that belong together, and which of them are different people by plan.
struct Group {
    entries: Vec<Entry>,
    apart: Vec<(usize, usize)>,
    kind: &'static str,
}

/// Draws one group of a kind.
type Make = fn(&mut World) -> Group;

/// Odds of a group in ten thousand, so that each kind makes up about 0.75 % of the records.
const KINDS: [(Make, usize); 9] = [
    (apart::siblings, 34),
    (apart::couple, 37),
    (apart::father_and_son, 40),
    (apart::twins, 40),
    (apart::namesakes, 40),
    (apart::numbered, 40),
    (apart::office_box, 10),
    (apart::placeholder, 23),
    (apart::lookalike, 40),
];

/// Makes exactly `records` records; the same arguments give the same bytes.
pub(crate) fn make(records: usize, seed: u64) -> Labelled {
    let mut world = World::new(records, seed);
    let mut cells: Vec<[String; 8]> = Vec::with_capacity(records);
    let mut people: Vec<u32> = Vec::with_capacity(records);
    let mut pairs: Vec<Pair> = Vec::new();
    while cells.len() < records {
        let room = records - cells.len();
        let mut group = draw(&mut world, room);
        group.entries.truncate(room);
        label(&group, cells.len(), &mut pairs);
        for entry in group.entries {
            people.push(entry.person);
            cells.push(entry.cells);
        }
    }
    shuffled(&mut world, cells, &people, pairs)
}

fn draw(world: &mut World, room: usize) -> Group {
    let mut left = world.rng.below(10_000);
    for (make, odds) in KINDS {
        if left < odds {
            return make(world);
        }
        left -= odds;
    }
    twice::one_person(world, room)
}

/// Every pair of one person, and the planted pairs of different people that are still whole.
fn label(group: &Group, base: usize, pairs: &mut Vec<Pair>) {
    let entries = &group.entries;
    let mut note = |left: usize, right: usize, same: bool, kind: &'static str| {
        pairs.push(Pair {
            left: (base + left) as u32,
            right: (base + right) as u32,
            same,
            kind,
            agrees: entry::agrees(&entries[left], &entries[right]),
        });
    };
    for right in 1..entries.len() {
        for left in 0..right {
            if entries[left].person == entries[right].person {
                note(left, right, true, mail::tier(&entries[left].cells[1], &entries[right].cells[1]));
            }
        }
    }
    for &(left, right) in group.apart.iter().filter(|(_, right)| *right < entries.len()) {
        note(left, right, false, group.kind);
    }
}

/// Puts the records in random order and gives them their ids.
fn shuffled(world: &mut World, mut cells: Vec<[String; 8]>, people: &[u32], mut pairs: Vec<Pair>) -> Labelled {
    let mut order: Vec<usize> = (0..cells.len()).collect();
    world.rng.shuffle(&mut order);
    let mut place = vec![0_u32; order.len()];
    for (now, &before) in order.iter().enumerate() {
        place[before] = now as u32;
    }
    for pair in &mut pairs {
        let (a, b) = (place[pair.left as usize], place[pair.right as usize]);
        (pair.left, pair.right) = (a.min(b), a.max(b));
    }
    pairs.sort_by_key(|pair| (pair.left, pair.right));
    let records = order.iter().enumerate().map(|(now, &before)| {
        let mut record = Vec::with_capacity(HEADER.len());
        record.push(format!("p-{:06}", now + 1));
        record.extend(std::mem::take(&mut cells[before]));
        record
    });
    let records = records.collect();
    let person = order.iter().map(|&before| people[before]).collect();
    Labelled { header: HEADER.to_vec(), records, person, pairs }
}

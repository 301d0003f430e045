//! The first noise model: people of a shop with English and German customers, entered by newsletter form, shop,
//! telephone desk and event list, each of which errs in its own way. A size and a seed come in, labelled records go
//! out.

use std::collections::HashSet;

use super::{Labelled, Pair, Rng};
use names::Names;
use places::Places;

mod addresses;
mod companies;
mod copies;
mod entries;
mod events;
mod labels;
mod lists;
mod names;
mod negatives;
mod persons;
mod places;
mod slips;

/// Columns after the id, in the order of the file.
const HEADER: [&str; 10] =
    ["id", "email", "first_name", "last_name", "phone", "birth_date", "street", "postcode", "city", "company"];

/// Places of the cells of a row; the id is given at the end.
const EMAIL: usize = 0;
const FIRST: usize = 1;
const LAST: usize = 2;
const PHONE: usize = 3;
const BIRTH: usize = 4;
const STREET: usize = 5;
const POSTCODE: usize = 6;
const CITY: usize = 7;
const COMPANY: usize = 8;

/// A set of cells, one bit each.
type Cells = u16;

const NAME: Cells = 1 << FIRST | 1 << LAST;
const HOME: Cells = 1 << STREET | 1 << POSTCODE | 1 << CITY;

/// Share of the records that each kind of hard negative takes.
const NEGATIVES: f64 = 0.0075;

/// A record before the shuffle, with what its cells truly say.
struct Row {
    person: u32,
    cells: [String; 9],
    said: Said,
}

/// The clean values behind the cells that get disturbed beyond case; zero where the cell is empty.
#[derive(Clone, Copy, Default)]
struct Said {
    given: u32,
    family: u64,
    slips: u8,
    suffix: u8,
    phone: u64,
    birth: u32,
}

/// The file in the making.
struct World {
    rng: Rng,
    names: Names,
    places: Places,
    wanted: usize,
    rows: Vec<Row>,
    unlike: Vec<(u32, u32, &'static str)>,
    persons: u32,
    areas: Vec<u64>,
    phones: [u64; 2],
    mailboxes: HashSet<u64>,
    known: HashSet<u64>,
}

/// Makes the file. Hard negatives come first, ordinary people fill the rest, and a shuffle hides the order.
pub(super) fn make(records: usize, seed: u64) -> Labelled {
    let mut rng = Rng::new(seed ^ 0xF125_7000);
    let places = Places::new(&mut rng, records);
    let mut world = World {
        rng,
        names: Names::new(),
        places,
        wanted: records,
        rows: Vec::with_capacity(records),
        unlike: Vec::new(),
        persons: 0,
        areas: persons::AREAS.split(' ').filter_map(|code| code.parse().ok()).collect(),
        phones: [0, 0],
        mailboxes: HashSet::with_capacity(records),
        known: HashSet::with_capacity(records * 2),
    };
    world.negatives((records as f64 * NEGATIVES) as usize);
    world.everybody();
    world.finish()
}

impl World {
    /// The ordinary people; nine in a hundred were entered more than once.
    fn everybody(&mut self) {
        while self.rows.len() < self.wanted {
            let copies = if self.rng.chance(0.092) { [1, 2, 3][self.rng.weighted(&[86, 10, 4])] } else { 0 };
            let room = self.wanted - self.rows.len() - 1;
            self.entered(copies.min(room));
        }
    }

    fn finish(mut self) -> Labelled {
        let count = self.rows.len();
        let mut order: Vec<u32> = (0..count as u32).collect();
        self.rng.shuffle(&mut order);
        let mut place = vec![0u32; count];
        for (new, old) in order.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        let mut pairs = labels::pairs(&self.rows, &self.unlike);
        for pair in &mut pairs {
            let (one, other) = (place[pair.left as usize], place[pair.right as usize]);
            (pair.left, pair.right) = (one.min(other), one.max(other));
        }
        pairs.sort_by_key(|pair| (pair.left, pair.right));
        let mut person = vec![0u32; count];
        let mut records = vec![Vec::new(); count];
        for (row, at) in self.rows.into_iter().zip(&place) {
            let mut cells = Vec::with_capacity(HEADER.len());
            cells.push(format!("p-{at:06}"));
            cells.extend(row.cells);
            records[*at as usize] = cells;
            person[*at as usize] = row.person;
        }
        Labelled { header: HEADER.to_vec(), records, person, pairs }
    }
}

/// An index below `n` in the skew of names and places: `flat` says how many at the top are about equally frequent.
fn skewed(rng: &mut Rng, n: usize, flat: f64) -> usize {
    let rank = flat * ((n as f64 + flat) / flat).powf(rng.unit()) - flat;
    (rank as usize).min(n.saturating_sub(1))
}

/// A stable hash of some texts (FNV-1a): the library's own may change with a release, and with it the file.
fn stable(parts: &[&str]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    hash
}

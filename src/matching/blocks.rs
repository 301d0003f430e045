//! Blocking: the few pairs worth comparing, out of all. Records that share a key meet; no key is worth a crowd.

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator, ParallelSliceMut,
};

use super::lists::DomainKind;
use super::people::{People, Person};
use super::slips;

/// Records under one key beyond which each is compared with its neighbours by name only.
pub const CAP: usize = 50;
/// Records of a file beyond which what one common value brings together is nearly always chance.
const CROWDED: usize = 250_000;
/// How many of those neighbours.
const NEIGHBOURS: usize = 8;
/// Records of one mailbox that stand for it where another mailbox is a slip away.
const STAND_INS: usize = 4;

/// A key whose records were too many to compare each with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// The block.
    pub block: &'static str,
    /// One of its records.
    pub record: u32,
    /// How many there are.
    pub records: u32,
}

/// Pairs to compare.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Smaller record in the upper half, greater in the lower, with a bit for every block that gave it; in order.
    pub pairs: Vec<(u64, u32)>,
    /// Keys with too many records.
    pub crowds: Vec<Crowd>,
    /// Broad blocks that were used for their rarest values only, with the pairs left out.
    pub trimmed: Vec<(&'static str, u64)>,
    /// Blocks that are of no use in a file of this size.
    pub unused: Vec<&'static str>,
}

/// How many pairs a block may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// Twice as many as there are records; keys of crowds are compared with their neighbours.
    Much,
    /// Half as many, the rarest values first.
    Some,
    /// A few, the rarest values first.
    Little,
}

/// Fields that a block's key is made of, so that none is learned from pairs which it chose itself.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Its name in reports.
    pub name: &'static str,
    /// How many pairs it may give.
    worth: Worth,
    key: fn(&People, &Person) -> [u64; 2],
    /// Which aspects agree by construction, as bits of [`super::weights::Aspect`].
    pub uses: u32,
}

const ADDRESS: u32 = 1;
const FIRST: u32 = 1 << 1;
const LAST: u32 = 1 << 2;
const PHONE: u32 = 1 << 4;
const BIRTH: u32 = 1 << 5;
const PLACE: u32 = 1 << 6;
const STREET: u32 = 1 << 7;
const COMPANY: u32 = 1 << 8;

fn join(parts: &[u64]) -> u64 {
    let mut hash = 0x51_7c_c1_b7_27_22_0a_95_u64;
    for part in parts {
        if *part == 0 {
            return 0;
        }
        hash = (hash ^ *part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash | 1
}

fn name(at: u32) -> u64 {
    u64::from(at)
}

/// The first letters of a name, 0 where it is shorter.
fn head(people: &People, at: u32, letters: usize) -> u64 {
    let key = people.names.all[at as usize].key.as_bytes();
    let Some(head) = key.get(..letters) else { return 0 };
    head.iter().fold(1, |hash: u64, byte| hash.wrapping_mul(257).wrapping_add(u64::from(*byte)))
}

/// The mailbox, its domain being the one that was meant.
fn meant(people: &People, person: &Person) -> u64 {
    let domain = people.domains[person.domain as usize].meant;
    if domain == person.domain {
        return person.mailbox;
    }
    super::people::mailbox_hash(people.locals.text(person.local), &people.domains[domain as usize].name)
}

fn one(key: u64) -> [u64; 2] {
    [key, 0]
}

/// The blocks, the most telling first. The third is of slips and has a way of its own.
pub static BLOCKS: [Block; 21] = [
    Block {
        name: "address",
        worth: Worth::Much,
        key: |people, person| [if person.mailbox == 0 { 0 } else { meant(people, person) }, person.spare],
        uses: ADDRESS,
    },
    Block { name: "id", worth: Worth::Much, key: |_, person| one(person.id), uses: 0 },
    Block { name: "slip in the address", worth: Worth::Much, key: |_, _| one(0), uses: ADDRESS },
    Block { name: "phone", worth: Worth::Much, key: |_, person| person.phones, uses: PHONE },
    Block {
        name: "surname and postcode",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.last), name(p.postcode)])),
        uses: LAST | PLACE,
    },
    Block {
        name: "surname and birth",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.last), name(p.birth), 5])),
        uses: LAST | BIRTH,
    },
    Block {
        name: "first name and birth",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.first), name(p.birth), 6])),
        uses: FIRST | BIRTH,
    },
    Block {
        name: "name and city",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.first), name(p.last), name(p.city), 7])),
        uses: FIRST | LAST | PLACE,
    },
    Block {
        name: "surname and company",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.last), name(p.company), 8])),
        uses: LAST | COMPANY,
    },
    Block {
        name: "first name and postcode",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.first), name(p.postcode), 9])),
        uses: FIRST | PLACE,
    },
    Block {
        name: "birth and postcode",
        worth: Worth::Much,
        key: |_, p| one(join(&[name(p.birth), name(p.postcode), 10])),
        uses: BIRTH | PLACE,
    },
    Block {
        name: "whole name",
        worth: Worth::Some,
        // Either order: forms swap them.
        key: |_, p| {
            one(if p.first == 0 || p.last == 0 {
                0
            } else {
                join(&[name(p.first.min(p.last)), name(p.first.max(p.last)), 11])
            })
        },
        uses: FIRST | LAST,
    },
    Block { name: "local part", worth: Worth::Some, key: |_, p| one(join(&[name(p.local), 12])), uses: ADDRESS },
    Block {
        name: "street and first letter",
        worth: Worth::Little,
        key: |people, p| one(join(&[name(p.street), name(p.postcode.max(p.city)), head(people, p.first, 1)])),
        uses: STREET | PLACE,
    },
    Block {
        name: "birth and city",
        worth: Worth::Little,
        key: |_, p| one(join(&[name(p.birth), name(p.city), 14])),
        uses: BIRTH | PLACE,
    },
    Block { name: "birth", worth: Worth::Little, key: |_, p| one(join(&[name(p.birth), 15])), uses: BIRTH },
    Block { name: "surname", worth: Worth::Little, key: |_, p| one(join(&[name(p.last), 16])), uses: LAST },
    Block {
        name: "heads of the names",
        worth: Worth::Little,
        key: |people, p| one(join(&[head(people, p.first, 3), head(people, p.last, 3), 17])),
        uses: FIRST | LAST,
    },
    Block {
        name: "month of birth and first letters",
        worth: Worth::Little,
        key: |people, p| one(join(&[name(p.birth / 100), head(people, p.first, 1), head(people, p.last, 1), 18])),
        uses: BIRTH,
    },
    Block {
        name: "first name and head of the address",
        worth: Worth::Little,
        key: |people, p| {
            let head =
                people.locals.text(p.local).get(..4).map_or(0, |head| xxhash_rust::xxh3::xxh3_64(head.as_bytes()));
            one(join(&[name(p.first), head, 19]))
        },
        uses: FIRST | ADDRESS,
    },
    Block {
        name: "surname and city",
        worth: Worth::Little,
        key: |_, p| one(join(&[name(p.last), name(p.city), 20])),
        uses: LAST | PLACE,
    },
];

/// The place of the block of slips.
const SLIPS: usize = 2;

fn pack(one: u32, other: u32) -> u64 {
    (u64::from(one.min(other)) << 32) | u64::from(one.max(other))
}

/// The two records of a packed pair.
pub fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Finds the pairs worth comparing.
pub fn candidates(people: &People, edits: u8) -> Candidates {
    let mut found = Candidates::default();
    for (bit, block) in BLOCKS.iter().enumerate() {
        if block.worth == Worth::Little && people.all.len() > CROWDED {
            found.unused.push(block.name);
            continue;
        }
        let pairs =
            if bit == SLIPS { slip_pairs(people, edits, &mut found) } else { block_pairs(people, block, &mut found) };
        found.pairs.extend(pairs.into_iter().map(|pair| (pair, 1 << bit)));
    }
    // Blocks overlap: what several give is kept once.
    settle(&mut found.pairs);
    found
}

fn settle(pairs: &mut Vec<(u64, u32)>) {
    pairs.par_sort_unstable_by_key(|pair| pair.0);
    pairs.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
        }
        same
    });
}

fn block_pairs(people: &People, block: &Block, found: &mut Candidates) -> Vec<u64> {
    let mut keyed: Vec<(u64, u32)> = people
        .all
        .par_iter()
        .enumerate()
        .flat_map_iter(|(row, person)| {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            (block.key)(people, person).into_iter().filter(|key| *key != 0).map(move |key| (key, row))
        })
        .collect();
    keyed.par_sort_unstable();
    let runs: Vec<&[(u64, u32)]> = keyed.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1).collect();
    let records = people.all.len();
    let budget = match block.worth {
        Worth::Much => records * 2 + 200_000,
        Worth::Some => records / 2 + 100_000,
        Worth::Little => records / 20 + 100_000,
    };
    let broad = block.worth != Worth::Much;
    let largest = largest(&runs, budget as u64);
    if broad {
        let left: u64 = runs.iter().filter(|run| run.len() > largest).map(|run| pairs_of(run.len())).sum();
        if left > 0 {
            found.trimmed.push((block.name, left));
        }
    } else {
        let crowds = runs.iter().filter(|run| run.len() > largest);
        found.crowds.extend(crowds.map(|run| Crowd {
            block: block.name,
            record: run[0].1,
            records: u32::try_from(run.len()).unwrap_or(u32::MAX),
        }));
    }
    runs.into_par_iter()
        .flat_map_iter(|run| {
            let mut rows: Vec<u32> = run.iter().map(|(_, row)| *row).collect();
            let reach = match run.len() > largest {
                true if broad => 0,
                true => {
                    rows.sort_unstable_by_key(|row| {
                        let person = &people.all[*row as usize];
                        (person.last, person.first, *row)
                    });
                    NEIGHBOURS
                }
                false => rows.len(),
            };
            let mut pairs = Vec::new();
            for (at, one) in rows.iter().enumerate() {
                pairs.extend(
                    rows[at + 1..].iter().take(reach).filter(|row| *row != one).map(|other| pack(*one, *other)),
                );
            }
            pairs
        })
        .collect()
}

fn pairs_of(records: usize) -> u64 {
    (records as u64) * (records as u64 - 1) / 2
}

/// The most records that a key may have for its pairs to stay within the budget, the rarest keys being spent first.
fn largest(runs: &[&[(u64, u32)]], budget: u64) -> usize {
    let mut by_size = vec![0_u64; CAP + 1];
    for run in runs.iter().filter(|run| run.len() <= CAP) {
        by_size[run.len()] += pairs_of(run.len());
    }
    let mut spent = 0;
    let mut largest = CAP;
    for (size, pairs) in by_size.iter().enumerate() {
        spent += pairs;
        if spent > budget {
            largest = size - 1;
            break;
        }
    }
    largest.max(2)
}

/// Mailboxes of one domain that are a slip apart.
fn slip_pairs(people: &People, edits: u8, found: &mut Candidates) -> Vec<u64> {
    let mut boxes: Vec<(u64, u32)> = (0..)
        .zip(&people.all)
        .filter(|(_, person)| {
            person.local != 0
                && people.domains[person.domain as usize].kind == DomainKind::Plain
                && !people.roles[person.local as usize]
        })
        .map(|(row, person)| ((u64::from(person.domain) << 32) | u64::from(person.local), row))
        .collect();
    boxes.par_sort_unstable();
    let distinct: Vec<&[(u64, u32)]> = boxes.chunk_by(|one, other| one.0 == other.0).collect();
    let text = |at: u32| {
        let key = distinct[at as usize][0].0;
        (people.locals.text(key as u32), key >> 32)
    };
    let (pairs, crowds) = slips::pairs(text, u32::try_from(distinct.len()).unwrap_or(u32::MAX), edits);
    found.crowds.extend(crowds.into_iter().map(|(at, records)| Crowd {
        block: BLOCKS[SLIPS].name,
        record: distinct[at as usize][0].1,
        records: u32::try_from(records).unwrap_or(u32::MAX),
    }));
    let mut out = Vec::new();
    for (one, other) in pairs {
        for (_, left) in distinct[one as usize].iter().take(STAND_INS) {
            out.extend(distinct[other as usize].iter().take(STAND_INS).map(|(_, right)| pack(*left, *right)));
        }
    }
    out
}

/// Finds the domain that each rare one is a slip of: a neighbour many times as frequent. Real domains are no slips.
pub fn correct_domains(people: &mut People) {
    const TIMES: u32 = 10;
    let domains = &people.domains;
    let stem = |at: u32| (&*domains[at as usize].name, 1);
    let count = u32::try_from(domains.len()).unwrap_or(u32::MAX);
    let (pairs, _) = slips::pairs(stem, count, 1);
    let mut meant: Vec<u32> = (0..count).collect();
    for (one, other) in pairs {
        for (rare, famous) in [(one, other), (other, one)] {
            let (own, its) = (&domains[rare as usize], &domains[famous as usize]);
            let likelier = its.count > domains[meant[rare as usize] as usize].count;
            if its.count >= own.count.saturating_mul(TIMES).max(3)
                && likelier
                && !super::lists::LISTS.is_real(&own.name)
                && own.kind == DomainKind::Plain
                && its.kind == DomainKind::Plain
            {
                meant[rare as usize] = famous;
            }
        }
    }
    for (domain, meant) in people.domains.iter_mut().zip(meant) {
        domain.meant = meant;
    }
    people.recast();
}

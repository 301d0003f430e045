//! The blocks: what two records may share that makes them worth comparing, the most telling first.

use super::mailboxes::mailbox_hash;
use super::people::{People, Person};

/// How many pairs a block may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Half as many as there are records, the rarest values first; of crowds, those who share a name.
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
    pub(super) worth: Worth,
    pub(super) key: fn(&People, &Person) -> [u64; 2],
    /// Which aspects agree by construction, as bits of [`super::weights::Aspect`].
    pub uses: u32,
}

const ADDRESS: u32 = 1;
pub(super) const FIRST: u32 = 1 << 1;
pub(super) const LAST: u32 = 1 << 2;
const PHONE: u32 = 1 << 4;
const BIRTH: u32 = 1 << 5;
const PLACE: u32 = 1 << 6;
const STREET: u32 = 1 << 7;
const COMPANY: u32 = 1 << 8;

impl Block {
    /// Whether it is used for its rarest values only, and not for what those of a crowd have in common.
    pub(super) fn is_broad(&self) -> bool {
        self.worth != Worth::Much
    }

    /// Whether its key is somebody's own, as an address is and a name is not.
    pub(super) fn is_own(&self) -> bool {
        self.uses & !(ADDRESS | PHONE) == 0
    }
}

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
    mailbox_hash(people.locals.text(person.local), &people.domains[domain as usize].name)
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
        name: "street and place",
        worth: Worth::Much,
        key: |_, p| [join(&[name(p.street), name(p.postcode), 13]), join(&[name(p.street), name(p.city), 21])],
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

//! Two addresses held against each other. A local part that is made of the names says little beside the names; one that
//! is not says much.

use super::compare::{Found, Named, Tier};
use super::lists::LISTS;
use super::near::Sign;
use super::people::Person;
use super::weights::{Aspect, address};
use super::{near, slips};

/// Characters of a local part under which others are one letter apart by chance.
const SHORT: usize = 8;

impl Found<'_> {
    pub(super) fn address(&mut self, a: &Person, b: &Person, named: Named, [own, its]: [Sign; 2]) -> Tier {
        let people = self.comparer.people;
        let spare =
            a.spare != 0 && (a.spare == b.spare || a.spare == b.mailbox) || b.spare != 0 && b.spare == a.mailbox;
        if a.mailbox == 0 || b.mailbox == 0 {
            if spare {
                self.put_rare(Aspect::Address, address::SAME, 2);
            }
            return Tier::None;
        }
        if a.mailbox == b.mailbox {
            let role = people.roles[a.local as usize] || people.crowded.contains(&a.mailbox);
            let level = if role { address::ROLE } else { address::SAME };
            self.put_rare(Aspect::Address, level, u32::from(a.shared[0]));
            return if a.address == b.address { Tier::Exact } else { Tier::Provider };
        }
        if spare {
            self.put_rare(Aspect::Address, address::SAME, 2);
            return Tier::Exact;
        }
        if people.is_relay(a) || people.is_relay(b) {
            return Tier::Relay;
        }
        let hopeless = self.bits.iter().sum::<f32>() < self.comparer.floor;
        if hopeless {
            self.put(Aspect::Address, address::OTHER);
            return if a.local == b.local { Tier::Moved } else { Tier::Other };
        }
        if a.local != b.local && !may_be_alike(own, its) {
            self.put(Aspect::Address, address::OTHER);
            return Tier::Other;
        }
        let (one, other) = (people.locals.text(a.local), people.locals.text(b.local));
        let role = people.roles[a.local as usize] || people.roles[b.local as usize];
        let meant = |person: &Person| people.domains[person.domain as usize].meant;
        if a.local == b.local {
            // With other names it is another person at a domain that only looks alike.
            let tier = if meant(a) == meant(b) { Tier::Typo } else { Tier::Moved };
            if tier == Tier::Typo && named != Named::Contrary {
                self.put(Aspect::Address, if role { address::OTHER } else { address::DOMAIN });
                return tier;
            }
            let numbered = one.bytes().filter(u8::is_ascii_digit).count() > 1;
            let short = one.bytes().filter(u8::is_ascii_alphabetic).count() < slips::LETTERS;
            match (role, self.is_named(one, a, b, &self.words_of(a, b), true)) {
                (true, _) => self.put(Aspect::Address, address::OTHER),
                (false, _) if short => self.put(Aspect::Address, address::NUMBERED_MOVED),
                (false, true) if numbered => self.put(Aspect::Address, address::NUMBERED_MOVED),
                (false, true) => self.put(Aspect::Address, address::NAMED_MOVED),
                (false, false) => {
                    let held = people.locals.counts[a.local as usize];
                    self.put_rare(Aspect::Address, address::MOVED, held);
                }
            }
            return tier;
        }
        let near = meant(a) == meant(b) && slips::is_slip(one, other, self.comparer.edits);
        let alike = if near { address::SLIP } else { alike(one, other) };
        if role || alike == address::OTHER {
            self.put(Aspect::Address, address::OTHER);
            return if near { Tier::Typo } else { Tier::Other };
        }
        // Two local parts that are both made of the names as they should be are no slips of each other.
        let words = self.words_of(a, b);
        let [one_named, other_named] = [one, other].map(|local| self.is_named(local, a, b, &words, !near));
        let level = match one_named && other_named {
            // john.smith1980 and john.smith1981: the names were taken, the numbers tell two people apart.
            true if alike == address::NUMBERED => alike,
            true if named == Named::Both => address::NAMED_LIKE,
            true => address::OTHER,
            false
                if near
                    && (a.first, a.last) != (b.first, b.last)
                    && self.is_spelled(one, a)
                    && self.is_spelled(other, b) =>
            {
                address::OTHER
            }
            false if near && (one.len().min(other.len()) < SHORT || self.holds_name(one, a, b)) => address::PART_SLIP,
            false if alike == address::LIKE && (one_named || other_named) => address::NAMED_LIKE,
            false => alike,
        };
        self.put(Aspect::Address, level);
        if near { Tier::Typo } else { Tier::Other }
    }

    fn names_of<'b>(&'b self, people: [&Person; 2]) -> impl Iterator<Item = &'b super::names::Name> {
        let all = people.map(|person| [person.last, person.first]).into_iter().flatten();
        all.filter(|name| *name != 0).map(|name| &self.comparer.people.names.all[name as usize])
    }

    /// Whether a local part holds every name of its own record.
    fn is_spelled(&self, local: &str, own: &Person) -> bool {
        let plain: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        own.last != 0
            && own.first != 0
            && self.names_of([own, own]).all(|name| name.words().any(|word| word.len() > 1 && plain.contains(word)))
    }

    /// Whether a local part without numbers holds a name of the two: what stands beside it may be another name.
    fn holds_name(&self, local: &str, a: &Person, b: &Person) -> bool {
        let plain: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        !plain.bytes().any(|byte| byte.is_ascii_digit())
            && (a.first == 0 || a.last == 0 || b.first == 0 || b.last == 0)
            && self.names_of([a, b]).any(|name| name.words().any(|word| word.len() > 2 && plain.contains(word)))
    }

    /// The words of the names of the two, the longest first.
    fn words_of(&self, a: &Person, b: &Person) -> Words<'_> {
        let mut words = Words { all: [""; WORDS], count: 0 };
        for word in self.names_of([a, b]).flat_map(|name| name.words()).filter(|word| word.len() > 1).take(WORDS) {
            words.all[words.count] = word;
            words.count += 1;
        }
        words.all[..words.count].sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
        words
    }

    /// Whether the letters of a local part are nothing but the names of the two: then it says little beside the names. With
    /// `slips` a name may be written with one.
    fn is_named(&self, local: &str, a: &Person, b: &Person, words: &Words<'_>, slips: bool) -> bool {
        let mut left = Letters::of(local);
        let all = left.len;
        let found = words.all[..words.count].iter().filter(|word| left.take(word.as_bytes())).count();
        let letters = left.text();
        // What is left may be a form of the first name, or the name that neither record tells.
        let known = if letters.is_empty() { None } else { LISTS.nicknames.get(letters) };
        let groups = known.map_or(&[] as &[u16], Vec::as_slice);
        let form = !letters.is_empty()
            && self.names_of([a, b]).any(|name| {
                name.groups.iter().any(|one| groups.contains(one))
                    || (slips && letters.len() > 3 && near::within(letters, &name.key, 1))
            });
        let untold = a.last == 0 && b.last == 0 || a.first == 0 && b.first == 0 && left.len < all;
        // An initial stands for a name that is not written out; beside both names a letter more is a slip.
        let initials = if found > 1 { 0 } else { 1 };
        letters.chars().count() <= initials || form || untold
    }
}

/// The letters of a local part, from which names are taken out without a place on the heap.
struct Letters {
    bytes: [u8; 96],
    len: usize,
}

impl Letters {
    fn of(local: &str) -> Self {
        let mut letters = Self { bytes: [0; 96], len: 0 };
        for byte in lettered(local).take(96) {
            letters.bytes[letters.len] = byte;
            letters.len += 1;
        }
        letters
    }

    /// Takes a word out, when it is in.
    fn take(&mut self, word: &[u8]) -> bool {
        // So few letters are gone through sooner than a search is prepared.
        let mut places = self.bytes[..self.len].windows(word.len());
        let Some(at) = places.position(|place| place[0] == word[0] && place == word) else { return false };
        self.bytes.copy_within(at + word.len()..self.len, at);
        self.len -= word.len();
        true
    }

    /// What is left; nothing when letters of several bytes were cut.
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// Words of two people's names that are looked for in a local part.
const WORDS: usize = 12;

/// Some words, without a place on the heap.
struct Words<'a> {
    all: [&'a str; WORDS],
    count: usize,
}

/// Whether the local parts of two records are read at all, as far as their signs and mailboxes tell.
pub(super) fn are_read(a: &Person, b: &Person, [own, its]: [Sign; 2]) -> bool {
    a.mailbox != 0 && b.mailbox != 0 && a.mailbox != b.mailbox && (a.local == b.local || may_be_alike(own, its))
}

/// Whether two different local parts could be alike, or a slip apart: most are told apart without reading them.
fn may_be_alike(one: Sign, other: Sign) -> bool {
    one.may_be_spelled(other) || one.may_begin(other) || one.may_be_within(other, most_edits(one.lengths(other).0))
}

/// Edits that two texts of so many letters, or bytes, may be apart.
fn most_edits(letters: u32) -> u32 {
    2.max(letters / 5)
}

/// The letters of a local part.
fn lettered(local: &str) -> impl Iterator<Item = u8> {
    local.bytes().filter(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
}

/// The level of two local parts that are neither the same nor a slip apart.
fn alike(one: &str, other: &str) -> u8 {
    let shortest = one.len().min(other.len());
    if shortest < slips::LETTERS {
        return address::OTHER;
    }
    let (own, its) = (lettered(one).count(), lettered(other).count());
    let (count, longer) = (own.min(its), own.max(its));
    if count < slips::LETTERS {
        return address::OTHER;
    }
    let same_letters = count == longer && lettered(one).eq(lettered(other));
    if same_letters {
        let has = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
        let numbered = has(one) && has(other) && !near::same_digits(one, other);
        return if numbered { address::NUMBERED } else { address::LIKE };
    }
    let edits = most_edits(u32::try_from(count).unwrap_or_default());
    let alike = (count >= 6 && (one.starts_with(other) || other.starts_with(one)))
        || (count >= 7 && near::within(one, other, edits));
    if alike { address::LIKE } else { address::OTHER }
}

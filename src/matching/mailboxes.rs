//! Addresses as mailboxes: local parts and domains, each once, and the hash of what the provider delivers to.

use std::borrow::Cow;

use ahash::AHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::lists::DomainKind;
use super::near::Sign;
use crate::frames::normalize::{address, delivered, invisible};

/// The local parts of mailboxes, each once, one after the other.
#[derive(Debug, Default)]
pub struct Locals {
    text: String,
    ends: Vec<u32>,
    pub(super) places: AHashMap<u64, u32>,
    /// Records that hold each.
    pub counts: Vec<u32>,
    signs: Vec<Sign>,
}

impl Locals {
    /// A local part by its place.
    pub fn text(&self, at: u32) -> &str {
        &self.text[self.begin(at)..self.ends[at as usize] as usize]
    }

    /// Where a local part begins among all.
    pub(super) fn begin(&self, at: u32) -> usize {
        let before = (at as usize).checked_sub(1);
        before.map_or(0, |before| self.ends[before] as usize)
    }

    /// A byte of all local parts.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or_default()
    }

    /// What tells a local part apart from most others.
    pub(super) fn sign(&self, at: u32) -> Sign {
        self.signs[at as usize]
    }

    /// How many there are, the missing one among them.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    pub(super) fn enter(&mut self, text: &str) -> u32 {
        self.enter_hashed(text, xxh3_64(text.as_bytes()))
    }

    /// Looks local parts up before they are entered, by their hashes: the waits for memory fall together.
    pub(super) fn fetch(&self, hashes: impl Iterator<Item = u64>) {
        std::hint::black_box(hashes.filter(|hash| self.places.contains_key(hash)).count());
    }

    /// The same as [`Locals::enter`] of a text whose hash is known.
    pub(super) fn enter_hashed(&mut self, text: &str, hash: u64) -> u32 {
        if let Some(at) = self.places.get(&hash) {
            return *at;
        }
        let at = self.push(text);
        self.places.insert(hash, at);
        at
    }

    pub(super) fn push(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.counts.push(0);
        self.signs.push(Sign::of(text));
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }
}

/// A mail domain of a run.
#[derive(Debug, Default)]
pub struct Domain {
    /// Its name.
    pub name: Box<str>,
    /// Records that hold it.
    pub count: u32,
    /// What it is.
    pub kind: DomainKind,
    /// The domain it is a slip of; its own place when it is none.
    pub meant: u32,
}

/// Mailboxes as they were read, their texts one after the other.
#[derive(Default)]
pub(super) struct Mailboxes {
    text: String,
    pub(super) read: Vec<Mailbox>,
}

/// A mailbox: hashes, and where its local part and its domain stand.
#[derive(Default)]
pub(super) struct Mailbox {
    pub(super) row: u32,
    pub(super) address: u64,
    pub(super) hash: u64,
    pub(super) spare: u64,
    /// Of its local part.
    pub(super) local_hash: u64,
    local: u32,
    domain: u32,
    end: u32,
}

impl Mailboxes {
    pub(super) fn of<'a>(rows: &[u32], cells: impl Fn(u32) -> [&'a str; 2]) -> Self {
        let mut found = Self::default();
        for row in rows {
            let [one, two] = cells(*row);
            let mut mailbox = Mailbox { row: *row, ..Mailbox::default() };
            let read = |text: &str, into: &mut String| if text.is_empty() { None } else { delivered_to(text, into) };
            let place = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
            let start = found.text.len();
            if let Some((_, domain)) = read(two, &mut found.text) {
                mailbox.spare = hash_of(&found.text[start..], domain).0;
                found.text.truncate(start);
            }
            if let Some((address, domain)) = read(one, &mut found.text) {
                mailbox.address = address;
                (mailbox.hash, mailbox.local_hash) = hash_of(&found.text[start..], domain);
                mailbox.end = place(&found.text);
                mailbox.local = u32::try_from(start).unwrap_or(u32::MAX);
                mailbox.domain = mailbox.local.saturating_add(u32::try_from(domain).unwrap_or(u32::MAX));
            } else if mailbox.spare == 0 {
                continue;
            }
            found.read.push(mailbox);
        }
        found
    }

    pub(super) fn parts(&self, mailbox: &Mailbox) -> (&str, &str) {
        let (local, domain, end) = (mailbox.local as usize, mailbox.domain as usize, mailbox.end as usize);
        (&self.text[local..domain], &self.text[domain..end])
    }
}

/// The address alone: mail programs put a name before it and brackets around, links `mailto:`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let text = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((_, inside)) => inside.trim(),
        None => text,
    };
    let Some(head) = text.get(..7) else { return text };
    if head.eq_ignore_ascii_case("mailto:") { &text[7..] } else { text }
}

/// Adds the local part and the domain of the mailbox behind an address to a text. Out come the hash of the address, and
/// where the domain begins in what was added.
fn delivered_to(text: &str, into: &mut String) -> Option<(u64, usize)> {
    // What nobody sees is no part of an address.
    let seen = |c: &char| !invisible(*c);
    let cleaned: Cow<'_, str> =
        if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.chars().filter(seen).collect()) };
    let address = address(bare(&cleaned))?;
    let hash = xxh3_64(address.as_bytes());
    let (local, domain) = address.rsplit_once('@')?;
    let (other, provider) = delivered(local, domain);
    let local = other.as_deref().unwrap_or(local);
    into.push_str(local);
    into.push_str(provider.unwrap_or(domain));
    Some((hash, local.len()))
}

/// The hashes of a mailbox and of its local part, which ends where the domain begins.
fn hash_of(both: &str, domain: usize) -> (u64, u64) {
    let (local, domain) = both.split_at(domain);
    let local = xxh3_64(local.as_bytes());
    (together(local, domain), local)
}

fn together(local: u64, domain: &str) -> u64 {
    local.rotate_left(17) ^ xxh3_64(domain.as_bytes())
}

#[cfg(test)]
#[test]
fn what_stands_around_an_address_is_no_part_of_it() {
    let table = [
        "anna@example.com",
        "<anna@example.com>",
        "Anna Weber <anna@example.com>",
        "mailto:anna@example.com",
        " MAILTO:Anna@example.com ",
    ];
    let read = |text: &str| {
        let mut both = "before".to_owned();
        delivered_to(text, &mut both).map(|(hash, domain)| (hash, domain, both))
    };
    let wanted = read("anna@example.com");
    assert_eq!(wanted.as_ref().map(|(_, domain, both)| (*domain, both.as_str())), Some((4, "beforeannaexample.com")));
    for text in table {
        assert_eq!(read(text), wanted, "{text}");
    }
}

/// The hash of a mailbox.
pub fn mailbox_hash(local: &str, domain: &str) -> u64 {
    together(xxh3_64(local.as_bytes()), domain)
}

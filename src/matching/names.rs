//! Names as they are compared: without case, diacritics, titles; with nicknames, initials, double names and slips.

use ahash::AHashMap;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

use super::initials::Initials;
use super::known::Known;
use super::lists::LISTS;
use super::near;

/// How two names are alike, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// The same but for case and diacritics.
    Same,
    /// Another spelling or form: a nickname, an umlaut written out, joined or split.
    Variant,
    /// One is a part of the other: a second first name, half of a double surname, a cut-off value.
    Part,
    /// One is the initial of the other.
    Initial,
    /// A slip of typing apart.
    Slip,
    /// They sound or look alike.
    Alike,
    /// They look alike, and both are known as names of their own.
    Known,
    /// Two different names.
    Other,
}

impl Likeness {
    /// All, the strongest first.
    pub const ALL: [Self; 8] =
        [Self::Same, Self::Variant, Self::Part, Self::Initial, Self::Slip, Self::Alike, Self::Known, Self::Other];
}

/// One distinct name.
#[derive(Debug, Default)]
pub struct Name {
    /// Words in lower case without diacritics, a blank between them.
    pub key: String,
    /// The same with umlauts written out, where that differs.
    pub(super) written: Option<String>,
    /// Groups of forms of one first name.
    pub groups: Vec<u16>,
    /// Whether it is a full form of a first name.
    pub is_full: bool,
    /// Which generation a suffix tells; 0 when none does.
    pub generation: u8,
}

impl Name {
    /// Whether it is known only as the short form of other names.
    pub fn is_short(&self) -> bool {
        !self.groups.is_empty() && !self.is_full
    }

    /// The words of the name, umlauts also written out.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(String::as_str).chain([self.key.as_str()]).flat_map(|text| text.split(' '))
    }
}

/// Letters that do not decompose, as people without them write them.
fn plain(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'ø' => out.push('o'),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'þ' => out.push_str("th"),
        'ı' => out.push('i'),
        _ => out.push(c),
    }
}

/// Words in lower case without diacritics and punctuation, one blank between them.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let letter = |c: char, out: &mut String| {
        if c.is_alphanumeric() {
            plain(c, out);
        } else if !matches!(c, '\'' | '\u{2019}' | '`' | '\u{b4}') && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    };
    if text.is_ascii() {
        text.bytes().for_each(|byte| letter(char::from(byte.to_ascii_lowercase()), &mut out));
    } else {
        // Lower case twice: a capital dotted I decomposes into a letter and a mark.
        let decomposed = text
            .nfkd()
            .flat_map(char::to_lowercase)
            .filter(|c| !(is_combining_mark(*c) && ('\u{300}'..='\u{36f}').contains(c)));
        decomposed.for_each(|c| letter(c, &mut out));
    }
    out.truncate(out.trim_end().len());
    out
}

/// The form with umlauts written out; none when there are none.
fn written(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut any = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let two = match c {
            'ü' => "ue",
            'ö' | 'ø' => "oe",
            'ä' => "ae",
            'å' => "aa",
            _ => {
                out.push(c);
                continue;
            }
        };
        any = true;
        out.push_str(two);
    }
    any.then(|| fold(&out))
}

/// First name and surname out of one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// First names.
    pub first: String,
    /// Surname with its particles.
    pub last: String,
    /// Which generation a suffix tells.
    pub generation: u8,
}

/// Takes titles and suffixes away and returns what is left, with the generation that a suffix told.
fn bare(words: &mut Vec<&str>) -> u8 {
    let lists = &*LISTS;
    let mut generation = 0;
    // Behind the name `sr` is senior, before it señor.
    while words.len() > 1 {
        let Some(last) = words.last() else { break };
        match lists.generations.get(*last) {
            Some(told) => generation = *told,
            None if lists.titles.contains(*last) => {}
            None => break,
        }
        words.pop();
    }
    let titles = words.iter().take(words.len().saturating_sub(1)).take_while(|word| lists.titles.contains(**word));
    words.drain(..titles.count());
    generation
}

/// Splits a whole name: `Dr. Anna Maria van der Berg`, `Weber, Anna`.
pub fn split(text: &str) -> Split {
    let (before, after) = text.split_once(',').unwrap_or((text, ""));
    let (before, after) = (fold(before), fold(after));
    let mut left: Vec<&str> = before.split(' ').filter(|word| !word.is_empty()).collect();
    let mut right: Vec<&str> = after.split(' ').filter(|word| !word.is_empty()).collect();
    // `Weber, Jr.` and `Weber, Dr.` name no first name behind the comma.
    let suffix = |words: &[&str]| words.iter().all(|word| is_around(word));
    let generation = bare(&mut left).max(if suffix(&right) { generation_of(&right) } else { bare(&mut right) });
    if !right.is_empty() && !suffix(&right) {
        return Split { first: right.join(" "), last: left.join(" "), generation };
    }
    if left.len() < 2 {
        return Split { first: String::new(), last: left.join(" "), generation };
    }
    let mut at = left.len() - 1;
    while at > 1 && LISTS.particles.contains(left[at - 1]) {
        at -= 1;
    }
    Split { first: left[..at].join(" "), last: left[at..].join(" "), generation }
}

fn is_around(word: &str) -> bool {
    LISTS.titles.contains(word) || LISTS.generations.contains_key(word)
}

fn generation_of(words: &[&str]) -> u8 {
    words.iter().find_map(|word| LISTS.generations.get(*word)).copied().unwrap_or_default()
}

/// What tells most names apart without reading them.
#[derive(Debug, Clone, Copy, Default)]
struct Sign {
    /// Which letters occur.
    letters: u64,
    /// Groups of forms, as bits that several groups share.
    groups: u64,
    /// Whether only reading tells: several words, an initial, umlauts written out.
    special: bool,
}

impl Sign {
    fn of(name: &Name) -> Self {
        let special = name.key.contains(' ') || name.key.chars().count() < 3 || name.written.is_some();
        let groups = name.groups.iter().fold(0, |bits, group| bits | 1 << (group % 64));
        Self { letters: near::letters(name.key.as_bytes()), groups, special }
    }

    /// Whether two names can only be different ones.
    fn is_other(self, other: Self) -> bool {
        let apart = (self.letters ^ other.letters).count_ones();
        // One letter of the shorter name may be its ending.
        let outside = (self.letters & !other.letters).count_ones().min((other.letters & !self.letters).count_ones());
        !self.special && !other.special && self.groups & other.groups == 0 && apart > 6 && outside > 1
    }
}

/// Every distinct name of a run, each worked out once.
#[derive(Debug, Default)]
pub struct Names {
    by_key: AHashMap<u64, u32>,
    signs: Vec<Sign>,
    pub(super) initials: Vec<Initials>,
    likeness: Known,
    /// The names; 0 is the missing one.
    pub all: Vec<Name>,
}

/// What a cell of a name column gives.
#[derive(Debug, Default)]
pub struct Given {
    first: Option<Name>,
    last: Option<Name>,
}

/// Works out one name; nothing for what is no name.
fn name(text: &str, is_first: bool) -> Option<Name> {
    let key = fold(text);
    let mut words: Vec<&str> = key.split(' ').filter(|word| !word.is_empty()).collect();
    let generation = if words.len() > 1 { bare(&mut words) } else { 0 };
    let key = words.join(" ");
    if key.is_empty() || LISTS.name_words.contains(&key) || !key.chars().any(char::is_alphabetic) {
        return None;
    }
    let written = written(text).filter(|other| *other != key);
    let groups = match is_first {
        true => key.split(' ').next().and_then(|word| LISTS.nicknames.get(word)).cloned().unwrap_or_default(),
        false => Vec::new(),
    };
    let is_full = is_first && LISTS.full_names.contains(&key);
    Some(Name { key, written, groups, is_full, generation })
}

/// Cells of the name columns of one record, as they stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cells<'a> {
    /// First name.
    pub first: &'a str,
    /// Surname.
    pub last: &'a str,
    /// Both in one.
    pub full: &'a str,
}

impl<'a> Cells<'a> {
    /// The text that holds both names, when one does.
    fn whole(&self) -> Option<&'a str> {
        match (self.first.trim(), self.last.trim(), self.full.trim()) {
            ("", "", "") => None,
            ("", "", full) => Some(full),
            // Forms with one field for the name leave everything in the first one.
            (first, "", "") if first.contains([' ', ',']) => Some(first),
            ("", last, "") if last.contains(',') => Some(last),
            ("", _, full) | (_, "", full) if full.contains(' ') => Some(full),
            _ => None,
        }
    }
}

/// The names in a text that holds both.
fn read(whole: &str) -> Given {
    let Split { first, last, generation } = split(whole);
    let umlauts = written(whole);
    // The parts are folded already; their umlauts come from the text.
    let mut given = Given { first: name(&first, true), last: name(&last, false) };
    if let Some(umlauts) = umlauts {
        let parts = split(&umlauts);
        let add = |name: &mut Option<Name>, text: String| {
            if let Some(name) = name.as_mut().filter(|name| name.key != text) {
                name.written = Some(text);
            }
        };
        add(&mut given.first, parts.first);
        add(&mut given.last, parts.last);
    }
    if let Some(name) = given.last.as_mut().or(given.first.as_mut()) {
        name.generation = name.generation.max(generation);
    }
    given
}

/// What the cells of a record give.
enum Read<'a> {
    /// Names that one text held.
    Whole(Given),
    /// First name and surname as they stand, with their hashes.
    Parts((&'a str, u64), (&'a str, u64)),
}

impl<'a> Read<'a> {
    fn of(cells: Cells<'a>) -> Self {
        let hashed = |text: &'a str| (text, xxh3_64(text.as_bytes()));
        match cells.whole() {
            Some(whole) => Self::Whole(read(whole)),
            None => Self::Parts(hashed(cells.first), hashed(cells.last)),
        }
    }
}

impl Names {
    /// The names of every record: first and last as places in [`Names::all`], 0 where there is none, with the generation.
    pub fn read<'a>(rows: u32, cells: impl Fn(u32) -> Cells<'a> + Sync) -> (Self, Vec<(u32, u32, u8)>) {
        let mut names = Self { all: vec![Name::default()], ..Self::default() };
        // The same cell is worked out once.
        let mut firsts: AHashMap<u64, (u32, u8)> = AHashMap::new();
        let mut lasts: AHashMap<u64, (u32, u8)> = AHashMap::new();
        let mut all = Vec::with_capacity(rows as usize);
        for start in (0..rows).step_by(1 << 16) {
            let piece: Vec<u32> = (start..rows.min(start + (1 << 16))).collect();
            let read: Vec<Read<'_>> = piece.par_iter().map(|row| Read::of(cells(*row))).collect();
            for read in read {
                all.push(match read {
                    Read::Whole(given) => {
                        let generation = [&given.first, &given.last].into_iter().flatten().map(|name| name.generation);
                        let generation = generation.max().unwrap_or_default();
                        (names.enter(given.first), names.enter(given.last), generation)
                    }
                    Read::Parts(first, last) => {
                        let (first, elder) = names.known(&mut firsts, first, true);
                        let (last, younger) = names.known(&mut lasts, last, false);
                        (first, last, elder.max(younger))
                    }
                });
            }
        }
        names.signs = names.all.iter().map(Sign::of).collect();
        names.initials = names.all.iter().map(Initials::of).collect();
        names.by_key = AHashMap::new();
        (names, all)
    }

    fn known(&mut self, cells: &mut AHashMap<u64, (u32, u8)>, (text, hash): (&str, u64), is_first: bool) -> (u32, u8) {
        if text.is_empty() {
            return (0, 0);
        }
        if let Some(known) = cells.get(&hash) {
            return *known;
        }
        let name = name(text, is_first);
        let generation = name.as_ref().map_or(0, |name| name.generation);
        let entered = (self.enter(name), generation);
        cells.insert(hash, entered);
        entered
    }

    fn enter(&mut self, name: Option<Name>) -> u32 {
        let Some(name) = name else { return 0 };
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let at = *self.by_key.entry(xxh3_64(name.key.as_bytes())).or_insert(next);
        if at == next {
            self.all.push(name);
        } else {
            // The same letters may come with umlauts in one record and without in another.
            let known = &mut self.all[at as usize];
            known.written = known.written.take().or(name.written);
            if known.groups.is_empty() {
                (known.groups, known.is_full) = (name.groups, name.is_full);
            }
        }
        at
    }

    /// How two names are alike.
    pub fn likeness(&self, one: u32, other: u32) -> Likeness {
        if one == other {
            return Likeness::Same;
        }
        if self.signs[one as usize].is_other(self.signs[other as usize]) {
            return Likeness::Other;
        }
        let read = || super::likeness::likeness(&self.all[one as usize], &self.all[other as usize]) as u8;
        Likeness::ALL[usize::from(self.likeness.of(one, other, read))]
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;

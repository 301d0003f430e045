//! Mapping stage: the allowed values of an enum and a value come in, what the value is comes out: allowed, another spelling
//! of one, a typo of one, or none of them. What a value is said to mean is right or absent.
//!
//! A column may hold as many values as records, so what can be told of the allowed ones is worked out once.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ahash::AHashMap;
use serde::Deserialize;

use super::typo::{Typed, nearest};
use super::{Allowed, Attribute};
use crate::frames::lists::shipped;
use crate::frames::normalize::{alike, fold, is_missing, masks, signs, unmasked};

/// An allowed spelling on one side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// As this side spells it.
    pub text: String,
    /// Further spellings that the team declared.
    pub aliases: Vec<String>,
    /// How the other side of the sync spells it.
    pub other_side: String,
}

/// How a value leads to an allowed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is that value, or a declared alias.
    Declared,
    /// Another case, other blanks or punctuation.
    Variant,
    /// Invisible characters, or look-alike letters of another alphabet.
    Masked,
    /// The other system's spelling.
    Untranslated,
    /// Another word for the same, as shipped.
    Synonym,
    /// An edit away from it, and from no other.
    Typo,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Nothing, or a text that means nothing.
    Missing,
    /// An allowed value, however it got this spelling.
    Word(&'a Word, How),
    /// Not on the list.
    Outside,
}

/// What a value is, by the place of the allowed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// Nothing, or a text that means nothing.
    Missing,
    /// An allowed value.
    Word(usize, How),
    /// Not on the list.
    Outside,
}

/// The allowed values of an enum as one side spells them.
#[derive(Debug, Clone)]
pub struct Spellings {
    words: Vec<Word>,
    missing: Vec<String>,
    profile: bool,
    index: Arc<Index>,
}

impl Spellings {
    /// Of an attribute, as its sources spell them or as the profile does; made once for each.
    pub fn new(attribute: &Attribute, profile: bool) -> Self {
        attribute.spelled[usize::from(profile)].get_or_init(|| Self::listed(attribute, profile)).clone()
    }

    fn listed(attribute: &Attribute, profile: bool) -> Self {
        let side = |allowed: &Allowed| Word {
            text: if profile { allowed.attribute.clone() } else { allowed.source.clone() },
            other_side: if profile { allowed.source.clone() } else { allowed.attribute.clone() },
            aliases: allowed.aliases.clone(),
        };
        let mut words: Vec<Word> = Vec::new();
        for word in attribute.values.iter().map(side) {
            if !words.iter().any(|known| known.text == word.text) {
                words.push(word);
            }
        }
        Self::of(words, attribute.missing.clone(), profile)
    }

    fn of(words: Vec<Word>, missing: Vec<String>, profile: bool) -> Self {
        let index = Arc::new(Index::new(&words));
        Self { words, missing, profile, index }
    }

    /// What a value is.
    pub fn place(&self, value: &str) -> Place<'_> {
        self.at(self.sort(value))
    }

    /// What a value is that was sorted by these spellings.
    pub fn at(&self, sorted: Sorted) -> Place<'_> {
        match sorted {
            Sorted::Missing => Place::Missing,
            Sorted::Word(at, how) => Place::Word(&self.words[at], how),
            Sorted::Outside => Place::Outside,
        }
    }

    /// Sorts a value.
    pub fn sort(&self, value: &str) -> Sorted {
        let index = &*self.index;
        if let Some(at) = index.exact.get(value) {
            return Sorted::Word(*at, How::Declared);
        }
        if is_missing(value, &self.missing) {
            return Sorted::Missing;
        }
        let open = || index.strays.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open().get(value).copied();
        let found = known.unwrap_or_else(|| {
            let found = self.stray(value);
            let mut strays = open();
            if strays.len() < REMEMBERED {
                strays.insert(value.into(), found);
            }
            found
        });
        found.map_or(Sorted::Outside, |(at, how)| Sorted::Word(at, how))
    }

    /// Which word a value is that is none as it stands, and how.
    fn stray(&self, value: &str) -> Option<Stray> {
        let index = &*self.index;
        let look = Look::new(value);
        if let Some(at) = sole(index.lower.get(&lower(value)).into_iter()).or_else(|| index.own.sole(&look)) {
            let word = &self.words[at];
            let mut spellings = std::iter::once(&word.text).chain(&word.aliases);
            let plain = spellings.any(|spelling| alike(spelling, value) && !masks(spelling, value));
            return Some((at, if plain { How::Variant } else { How::Masked }));
        }
        if let Some(at) = index.other_side.sole(&look) {
            return Some((at, How::Untranslated));
        }
        if let Some(at) = sole(groups(value).iter().filter_map(|group| index.groups.get(group))) {
            return Some((at, How::Synonym));
        }
        nearest(&Typed::new(value), index.typed.iter().zip(0..)).map(|at| (at, How::Typo))
    }

    /// What a value means, as the attribute spells it; none for a value that is missing or outside.
    pub fn meant(&self, value: &str) -> Option<&str> {
        match self.place(value) {
            Place::Word(word, _) => Some(self.said(word)),
            Place::Missing | Place::Outside => None,
        }
    }

    /// A word as the attribute spells it.
    pub fn said<'a>(&self, word: &'a Word) -> &'a str {
        if self.profile { &word.text } else { &word.other_side }
    }

    /// All that tells two lists apart.
    fn list(&self) -> (&[Word], &[String], bool) {
        (&self.words, &self.missing, self.profile)
    }
}

impl PartialEq for Spellings {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list()
    }
}
impl Eq for Spellings {}
impl PartialOrd for Spellings {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Spellings {
    fn cmp(&self, other: &Self) -> Ordering {
        self.list().cmp(&other.list())
    }
}

/// Places in a list of words, by what leads to them.
type Places<T> = AHashMap<T, BTreeSet<usize>>;

/// The one place that is named; nothing when several are.
fn sole<'a>(named: impl Iterator<Item = &'a BTreeSet<usize>>) -> Option<usize> {
    let mut places = named.flatten();
    let first = places.next()?;
    places.all(|place| place == first).then_some(*first)
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

/// What two texts that are [`alike`] have in common: one of these, with what carries meaning beside it.
struct Look {
    folded: String,
    unmasked: String,
}

impl Look {
    fn new(text: &str) -> Self {
        let signs = signs(text);
        let with = |folded: String| if signs.is_empty() { folded } else { format!("{folded}\0{signs}") };
        let folded = with(fold(text));
        let unmasked = if text.is_ascii() { folded.clone() } else { with(fold(&unmasked(text))) };
        Self { folded, unmasked }
    }
}

/// Words by how they look.
#[derive(Debug, Default)]
struct Looks {
    folded: Places<String>,
    unmasked: Places<String>,
}

impl Looks {
    fn add(&mut self, text: &str, at: usize) {
        let Look { folded, unmasked } = Look::new(text);
        self.folded.entry(folded).or_default().insert(at);
        self.unmasked.entry(unmasked).or_default().insert(at);
    }

    fn sole(&self, look: &Look) -> Option<usize> {
        sole(self.folded.get(&look.folded).into_iter().chain(self.unmasked.get(&look.unmasked)))
    }
}

/// Words by everything that leads to them.
#[derive(Debug, Default)]
struct Index {
    exact: AHashMap<String, usize>,
    lower: Places<String>,
    own: Looks,
    other_side: Looks,
    groups: Places<usize>,
    typed: Vec<Typed>,
    strays: Strays,
}

/// What other values were found to be, as several rules ask about those of one column. Nothing compares by it.
#[derive(Debug, Default)]
struct Strays(Mutex<AHashMap<Box<str>, Option<Stray>>>);

/// The place of the word that a value is, and how.
type Stray = (usize, How);

/// Values of which that is remembered.
const REMEMBERED: usize = 200_000;

impl Index {
    fn new(words: &[Word]) -> Self {
        let mut index = Self { typed: words.iter().map(|word| Typed::new(&word.text)).collect(), ..Self::default() };
        let aliases = words.iter().zip(0..).flat_map(|(word, at)| word.aliases.iter().map(move |alias| (alias, at)));
        // A word goes before an alias of another.
        for (text, at) in words.iter().map(|word| &word.text).zip(0..).chain(aliases) {
            index.exact.entry(text.clone()).or_insert(at);
            index.own.add(text, at);
        }
        for (word, at) in words.iter().zip(0..) {
            index.lower.entry(lower(&word.text)).or_default().insert(at);
            index.other_side.add(&word.other_side, at);
            for group in groups(&word.text).iter().chain(groups(&word.other_side)) {
                index.groups.entry(*group).or_default().insert(at);
            }
        }
        index
    }
}

#[derive(Deserialize)]
struct Shipped {
    groups: Vec<Vec<String>>,
}

/// The groups that a folded word stands in.
static SYNONYMS: LazyLock<AHashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let shipped: Shipped = shipped("synonyms", include_str!("../../rules/data/synonyms.yaml"));
    let mut groups: AHashMap<String, Vec<usize>> = AHashMap::new();
    for (number, group) in shipped.groups.iter().enumerate() {
        for word in group {
            let known = groups.entry(fold(word)).or_default();
            if !known.contains(&number) {
                known.push(number);
            }
        }
    }
    groups
});

/// The groups of words for one thing that a word stands in.
fn groups(text: &str) -> &'static [usize] {
    SYNONYMS.get(&fold(text)).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{How, Place, SYNONYMS, Shipped, Spellings, Word, shipped};
    use crate::frames::normalize::fold;

    fn spellings(list: &[&str]) -> Spellings {
        let words = list
            .iter()
            .map(|text| Word { text: (*text).to_owned(), other_side: (*text).to_owned(), aliases: Vec::new() })
            .collect();
        Spellings::of(words, Vec::new(), false)
    }

    #[test]
    fn a_stray_value_is_named_for_what_it_is() {
        let list =
            spellings(&["Prospect", "Active", "At Risk", "Churned", "Tier 1", "Tier 2", "Pro", "Plan A", "Plan B"]);
        let table = [
            ("Active", Some(("Active", How::Declared))),
            ("active ", Some(("Active", How::Variant))),
            ("at-risk", Some(("At Risk", How::Variant))),
            ("\u{a0}Active", Some(("Active", How::Variant))),
            ("\u{410}ctive", Some(("Active", How::Masked))),
            ("AT\u{200b} RISK", Some(("At Risk", How::Masked))),
            ("Actve", Some(("Active", How::Typo))),
            ("Prospcet", Some(("Prospect", How::Typo))),
            ("Chruned", Some(("Churned", How::Typo))),
            ("rospect", Some(("Prospect", How::Typo))),
            ("AActive", Some(("Active", How::Typo))),
            ("Tier 3", None),
            ("Pra", None),
            ("Plan C", None),
            ("Dormant", None),
            ("Inactive", None),
            ("Unchurned", None),
            ("Pro+", None),
            ("Plan D", None),
        ];
        for (value, wanted) in table {
            let found = match list.place(value) {
                Place::Word(word, how) => Some((word.text.as_str(), how)),
                Place::Missing | Place::Outside => None,
            };
            assert_eq!(found, wanted, "{value}");
        }
        assert!(["  ", "n/a"].iter().all(|value| list.place(value) == Place::Missing));
    }

    #[test]
    fn a_synonym_means_one_allowed_value_or_none() {
        let found = |value: &str, list: &[&str]| match spellings(list).place(value) {
            Place::Word(word, How::Synonym) => Some(word.text.clone()),
            _ => None,
        };
        assert_eq!(found("MQL", &["Prospect", "Marketing Qualified"]).as_deref(), Some("Marketing Qualified"));
        assert_eq!(found("Deutschland", &["Germany", "Austria"]).as_deref(), Some("Germany"));
        assert_eq!(found("\u{d6}sterreich", &["DE", "AT"]).as_deref(), Some("AT"));
        assert_eq!(found("DEU", &["Germany", "DE"]), None, "two allowed values are one country");
        assert_eq!(found("France", &["Germany", "Austria"]), None);
    }

    #[test]
    fn no_shipped_synonym_has_two_meanings() {
        let several: Vec<&String> =
            SYNONYMS.iter().filter(|(_, groups)| groups.len() > 1).map(|(word, _)| word).collect();
        assert!(several.is_empty(), "{several:?}");
        let lists: Shipped = shipped("synonyms", include_str!("../../rules/data/synonyms.yaml"));
        for group in &lists.groups {
            let folded: BTreeSet<String> = group.iter().map(|word| fold(word)).collect();
            assert_eq!(folded.len(), group.len(), "said twice: {group:?}");
        }
    }
}

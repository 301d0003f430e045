//! Names of the first noise model: draws given names and surnames, and knows which given names are short forms of
//! which.

use std::collections::HashMap;

use super::super::Rng;
use super::lists::{GIVEN, PARTS, SHORT_FORMS, SURNAMES};
use super::skewed;

/// How likely a person speaks each tongue of the lists.
const TONGUES: [u32; 7] = [49, 36, 3, 4, 3, 3, 2];

/// English, the first tongue of the lists.
pub(super) const ENGLISH: usize = 0;
/// German, the second.
pub(super) const GERMAN: usize = 1;

/// Ids of double names start here, far above the plain ones.
const DOUBLE: u32 = 1_000_000;

/// A given name as its bearer would write it in full.
#[derive(Clone)]
pub(super) struct Given {
    /// The same for the same name, whatever is made of it in a record.
    pub(super) id: u32,
    /// In full.
    pub(super) text: String,
}

/// The tables, split once.
pub(super) struct Names {
    given: Vec<[Vec<&'static str>; 2]>,
    surnames: Vec<Vec<&'static str>>,
    parts: Vec<[Vec<&'static str>; 3]>,
    short: HashMap<&'static str, Vec<&'static str>>,
    full: HashMap<&'static str, &'static str>,
    ids: HashMap<&'static str, u32>,
}

impl Names {
    /// Splits the lists.
    pub(super) fn new() -> Self {
        let split = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let given: Vec<_> = GIVEN.iter().map(|pair| pair.map(split)).collect();
        let mut short = HashMap::new();
        let mut full = HashMap::new();
        for line in SHORT_FORMS.split('|') {
            let forms = split(line);
            for form in &forms[1..] {
                full.entry(*form).or_insert(forms[0]);
            }
            short.insert(forms[0], forms[1..].to_vec());
        }
        let mut ids = HashMap::new();
        for name in given.iter().flatten().flatten().chain(full.keys()) {
            ids.insert(*name, 0);
        }
        // Numbered by place in the lists, because a map's own order changes from run to run.
        for (id, name) in given.iter().flatten().flatten().enumerate() {
            ids.insert(name, id as u32);
        }
        Self {
            given,
            surnames: SURNAMES.iter().map(|text| split(text)).collect(),
            parts: PARTS.iter().map(|parts| parts.map(split)).collect(),
            short,
            full,
            ids,
        }
    }

    /// A tongue, by its weight.
    pub(super) fn tongue(rng: &mut Rng) -> usize {
        rng.weighted(&TONGUES)
    }

    /// A given name of this tongue; one in forty is a double name.
    pub(super) fn given(&self, rng: &mut Rng, tongue: usize, woman: bool) -> Given {
        let list = &self.given[tongue][usize::from(!woman)];
        let first = list[skewed(rng, list.len(), 14.0)];
        let second = list[skewed(rng, list.len(), 14.0)];
        if first == second || first.len() + second.len() > 12 || !rng.chance(0.06) {
            return Given { id: self.ids[first], text: first.to_owned() };
        }
        let joint = if tongue == ENGLISH || tongue == 3 { " " } else { "-" };
        Given { id: DOUBLE + self.ids[first] * 1000 + self.ids[second], text: format!("{first}{joint}{second}") }
    }

    /// A surname of this tongue: about half come from the common head, the rest from a tail that grows with use.
    pub(super) fn family(&self, rng: &mut Rng, tongue: usize) -> String {
        if rng.chance(0.48) {
            let head = &self.surnames[tongue];
            return head[skewed(rng, head.len(), 25.0)].replace('-', " ");
        }
        let family = self.rare(rng, tongue);
        if rng.chance(0.02) { format!("{}-{family}", self.rare(rng, tongue)) } else { family }
    }

    /// A composed surname; middling ranks are drawn more often than far ones.
    pub(super) fn rare(&self, rng: &mut Rng, tongue: usize) -> String {
        let [start, middle, end] = &self.parts[tongue];
        let total = start.len() * middle.len() * end.len();
        let rank = ((rng.unit().powf(1.7)) * total as f64) as usize;
        // Neighbours in rank should share nothing; 7919 is prime, so that every rank keeps its own name.
        let at = rank * 7919 % total;
        let (first, rest) = (at % start.len(), at / start.len());
        let mid = middle[rest % middle.len()].trim_start_matches('.');
        let mut name = format!("{}{mid}{}", start[first], end[rest / middle.len()]);
        if tongue == ENGLISH && rank.is_multiple_of(37) {
            name = format!("Mc{name}");
        }
        name
    }

    /// A short form of this name, if people use one.
    pub(super) fn short(&self, rng: &mut Rng, name: &str) -> Option<&'static str> {
        self.short.get(name).map(|forms| *rng.pick(forms))
    }

    /// The full name behind a short form, the name itself otherwise: one key for Max and Maximilian.
    pub(super) fn root<'a>(&self, name: &'a str) -> &'a str {
        let first = name.split([' ', '-']).next().unwrap_or(name);
        self.full.get(first).copied().unwrap_or(first)
    }

    /// Whether two given names might be taken for one: a short form, a shared short form, or two letters apart.
    pub(super) fn akin(&self, left: &str, right: &str) -> bool {
        let forms = |name: &str| self.short.get(self.root(name)).cloned().unwrap_or_default();
        let right_forms = forms(right);
        self.root(left) == self.root(right)
            || forms(left).iter().any(|form| right_forms.contains(form) || *form == right)
            || right_forms.contains(&left)
            || super::slips::edits(&left.to_lowercase(), &right.to_lowercase()) <= 2
    }
}

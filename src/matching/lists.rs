//! The dated lists that matching reads: masked and throw-away domains, boxes of a role, famous domains and their rare
//! look-alikes, nicknames, dialling rules, what stands around a name. Users add to them; nothing is fetched.

use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};
use serde::Deserialize;

use crate::frames::lists::shipped;

/// What a mail domain is, beside a place where people have mailboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DomainKind {
    /// Nothing special.
    #[default]
    Plain,
    /// Stands before the real mailbox and hides it.
    Relay,
    /// Gives addresses that are thrown away.
    Disposable,
}

/// Domains that a user adds to the shipped lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MoreDomains {
    /// Further domains of masked addresses; their subdomains count.
    pub relay: Vec<String>,
    /// Further throw-away domains; their subdomains count.
    pub disposable: Vec<String>,
}

#[derive(Deserialize)]
struct Relays {
    relays: Vec<Relay>,
}

#[derive(Deserialize)]
struct Relay {
    domain: String,
}

#[derive(Deserialize)]
struct Flat {
    domains: Vec<String>,
}

#[derive(Deserialize)]
struct Roles {
    local_parts: Vec<String>,
}

#[derive(Deserialize)]
struct Famous {
    famous: Vec<String>,
    rare: Vec<String>,
}

#[derive(Deserialize)]
struct Nicknames {
    groups: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Around {
    titles: Vec<String>,
    generations: Vec<Vec<String>>,
    particles: Vec<String>,
    name_words: Vec<String>,
}

#[derive(Deserialize)]
struct Phones {
    regions: Vec<Dialling>,
}

/// How a region writes its numbers.
#[derive(Debug, Clone, Deserialize)]
pub struct Dialling {
    /// ISO 3166 code.
    pub region: String,
    /// Country calling code.
    pub code: u16,
    /// What is dialled before a national number; blank where nothing is.
    #[serde(default)]
    pub trunk: String,
    /// Other beginnings that are dropped like it.
    #[serde(default)]
    pub also: Vec<String>,
    /// What is dialled before a calling code.
    #[serde(default)]
    pub abroad: Vec<String>,
    /// Fewest and most digits of a national number.
    pub digits: [usize; 2],
    /// Whether the region stands for its calling code where several share it.
    #[serde(default)]
    pub main: bool,
}

/// Everything the lists say, ready to be asked.
pub struct Lists {
    relays: AHashSet<String>,
    disposable: AHashSet<String>,
    /// Local parts that are boxes of a role.
    pub roles: AHashSet<String>,
    famous: AHashSet<String>,
    rare: AHashSet<String>,
    /// Groups in which a first name stands.
    pub nicknames: AHashMap<String, Vec<u16>>,
    /// First names that are full forms, not short ones alone.
    pub full_names: AHashSet<String>,
    /// Titles before or after a name.
    pub titles: AHashSet<String>,
    /// Suffixes that tell generations apart, with the generation each means.
    pub generations: AHashMap<String, u8>,
    /// Words that belong to the surname that follows them.
    pub particles: AHashSet<String>,
    /// Texts in name columns that are no name.
    pub name_words: AHashSet<String>,
    /// Dialling rules, by region.
    pub regions: AHashMap<String, Dialling>,
    /// Dialling rules, by calling code; the main region of a shared one.
    pub codes: AHashMap<u16, Dialling>,
}

/// The shipped lists.
pub static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let relays: Relays = shipped("relays", include_str!("../../rules/data/relays.yaml"));
    let disposable: Flat = shipped("disposable", include_str!("../../rules/data/disposable.yaml"));
    let roles: Roles = shipped("roles", include_str!("../../rules/data/roles.yaml"));
    let famous: Famous = shipped("domains", include_str!("../../rules/data/domains.yaml"));
    let nicknames: Nicknames = shipped("nicknames", include_str!("../../rules/data/nicknames.yaml"));
    let around: Around = shipped("suffixes", include_str!("../../rules/data/suffixes.yaml"));
    let phones: Phones = shipped("phones", include_str!("../../rules/data/phones.yaml"));
    let full_names = nicknames.groups.iter().filter_map(|names| names.first().cloned()).collect();
    let mut by_name: AHashMap<String, Vec<u16>> = AHashMap::new();
    for (group, names) in (0..).zip(nicknames.groups) {
        for name in names {
            by_name.entry(name).or_default().push(group);
        }
    }
    let generations = (1..).zip(around.generations);
    let mut codes: AHashMap<u16, Dialling> = AHashMap::new();
    for dialling in &phones.regions {
        if dialling.main || !codes.contains_key(&dialling.code) {
            codes.insert(dialling.code, dialling.clone());
        }
    }
    Lists {
        relays: relays.relays.into_iter().map(|relay| relay.domain).collect(),
        disposable: disposable.domains.into_iter().collect(),
        roles: roles.local_parts.into_iter().collect(),
        famous: famous.famous.into_iter().collect(),
        rare: famous.rare.into_iter().collect(),
        nicknames: by_name,
        full_names,
        titles: around.titles.into_iter().collect(),
        generations: generations.flat_map(|(at, words)| words.into_iter().map(move |word| (word, at))).collect(),
        particles: around.particles.into_iter().collect(),
        name_words: around.name_words.into_iter().collect(),
        regions: phones.regions.into_iter().map(|dialling| (dialling.region.clone(), dialling)).collect(),
        codes,
    }
});

impl Lists {
    /// What a domain is; a subdomain is what its parent is.
    pub fn kind(&self, domain: &str, more: &MoreDomains) -> DomainKind {
        let mut rest = domain;
        loop {
            let named = |list: &[String]| list.iter().any(|name| name.eq_ignore_ascii_case(rest));
            if self.relays.contains(rest) || named(&more.relay) {
                return DomainKind::Relay;
            }
            if self.disposable.contains(rest) || named(&more.disposable) {
                return DomainKind::Disposable;
            }
            match rest.split_once('.') {
                Some((_, parent)) if parent.contains('.') => rest = parent,
                _ => return DomainKind::Plain,
            }
        }
    }

    /// Whether a domain is known to exist, and so is no slip of another.
    pub fn is_real(&self, domain: &str) -> bool {
        self.famous.contains(domain) || self.rare.contains(domain)
    }
}

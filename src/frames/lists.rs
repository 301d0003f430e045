//! The lists of `rules/data` by which values are recognised: placeholders, texts that mean missing, providers of mail.

use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};
use serde::Deserialize;

#[derive(Deserialize)]
struct Placeholders {
    local_parts: Vec<String>,
    domains: Vec<String>,
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<String>,
}

#[derive(Deserialize)]
struct Providers {
    providers: Vec<Provider>,
}

#[derive(Deserialize)]
struct Provider {
    domains: Vec<String>,
    #[serde(default)]
    canonical: Option<String>,
    #[serde(default)]
    dots: bool,
    #[serde(default)]
    plus: bool,
}

/// A list of `rules/data/`.
pub(crate) fn shipped<T: for<'a> Deserialize<'a>>(name: &str, text: &str) -> T {
    match serde_yaml::from_str(text) {
        Ok(data) => data,
        Err(error) => panic!("the list {name} ships with the program and is tested: {error}"),
    }
}

/// Words in lower case. Most texts are longer than any of them, or begin otherwise: these are not looked up.
pub(super) struct Words {
    words: AHashSet<String>,
    longest: usize,
    /// Whether a word begins with a byte, in either case.
    begins: [bool; 256],
}

impl Words {
    fn of(words: Vec<String>) -> Self {
        let words: AHashSet<String> = words.into_iter().map(|word| word.to_lowercase()).collect();
        let mut begins = [false; 256];
        for first in words.iter().filter_map(|word| word.bytes().next()) {
            begins[usize::from(first)] = true;
            begins[usize::from(first.to_ascii_uppercase())] = true;
        }
        Self { longest: words.iter().map(String::len).max().unwrap_or_default(), words, begins }
    }

    #[inline]
    fn may_hold(&self, text: &str) -> bool {
        text.len() <= self.longest && text.bytes().next().is_some_and(|first| self.begins[usize::from(first)])
    }

    /// Whether a text in lower case is one of them.
    #[inline]
    pub(super) fn holds(&self, text: &str) -> bool {
        self.may_hold(text) && self.words.contains(text)
    }

    /// Whether a text is one of them but for the case of plain letters.
    #[inline]
    pub(super) fn holds_in_any_case(&self, text: &str) -> bool {
        self.may_hold(text) && self.words.contains(&text.to_ascii_lowercase())
    }
}

/// What the program ships.
pub(super) struct Lists {
    pub(super) locals: Words,
    pub(super) domains: Words,
    pub(super) addresses: Words,
    pub(super) missing: Words,
    /// The domain of a provider: its canonical one, whether dots are noise, and whether what follows a plus is.
    pub(super) providers: AHashMap<String, (String, bool, bool)>,
}

pub(super) static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let placeholders: Placeholders = shipped("placeholders", include_str!("../../rules/data/placeholders.yaml"));
    let tokens: Tokens = shipped("missing", include_str!("../../rules/data/missing.yaml"));
    let providers: Providers = shipped("providers", include_str!("../../rules/data/providers.yaml"));
    let mut by_domain = AHashMap::new();
    for provider in providers.providers {
        for domain in &provider.domains {
            let canonical = provider.canonical.clone().unwrap_or_else(|| domain.clone());
            by_domain.insert(domain.to_lowercase(), (canonical, provider.dots, provider.plus));
        }
    }
    Lists {
        locals: Words::of(placeholders.local_parts),
        domains: Words::of(placeholders.domains),
        addresses: Words::of(placeholders.addresses),
        missing: Words::of(tokens.tokens),
        providers: by_domain,
    }
});

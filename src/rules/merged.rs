//! Codes of rules that went into others: they say so, and wherever one is named, the other is meant.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::frames::lists::shipped;

/// A code that another rule covers.
#[derive(Debug, Clone, Deserialize)]
pub struct Merged {
    /// The code that is no rule.
    pub code: String,
    /// The code of the rule that covers it.
    pub into: String,
    /// How it covers it, one sentence.
    pub why: String,
}

impl std::fmt::Display for Merged {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} merged into {}: {}", self.code, self.into, self.why)
    }
}

#[derive(Deserialize)]
struct Shipped {
    codes: Vec<Merged>,
}

static LIST: LazyLock<Shipped> = LazyLock::new(|| shipped("merged", include_str!("../../rules/data/merged.yaml")));

/// Every such code, sorted.
pub fn all() -> &'static [Merged] {
    &LIST.codes
}

/// The entry of a code, in any case.
pub fn of(code: &str) -> Option<&'static Merged> {
    among(all(), code)
}

fn among<'a>(list: &'a [Merged], code: &str) -> Option<&'a Merged> {
    list.iter().find(|merged| merged.code.eq_ignore_ascii_case(code.trim()))
}

#[cfg(test)]
mod tests {
    use super::{Merged, all, among};

    #[test]
    fn a_merged_code_is_found_in_any_case_and_says_where_it_went() {
        let [code, into, why] = ["ENM000", "ENM001", "It is the same list."].map(str::to_owned);
        let list = [Merged { code, into, why }];
        let found = among(&list, " enm000 ").map(ToString::to_string);
        assert_eq!(found.as_deref(), Some("ENM000 merged into ENM001: It is the same list."));
        assert!(among(&list, "ENM001").is_none());
        assert!(all().is_sorted_by(|one, other| one.code < other.code), "not in order");
    }
}

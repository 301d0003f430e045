//! `docs/advice.md`: what practitioners advise, and the rules that check each piece; no piece is without one.

use std::collections::BTreeSet;
use std::fmt::Write;

use crmlint::rules::Rules;

use super::rule_pages::page_name;
use super::support::{cell, in_sync, root};

const TABLE: &str = include_str!("../../rules/data/advice.yaml");

/// One piece of advice.
struct Advice {
    text: String,
    rules: Vec<String>,
    needs: String,
}

/// The sections of the table, each with its pieces.
fn sections() -> Vec<(String, Vec<Advice>)> {
    let table: serde_yaml::Value = serde_yaml::from_str(TABLE).expect("the table is YAML");
    let list = |node: &serde_yaml::Value, key: &str| node[key].as_sequence().cloned().unwrap_or_default();
    let text = |node: &serde_yaml::Value, key: &str| node[key].as_str().unwrap_or_default().to_owned();
    let advice = |node: &serde_yaml::Value| Advice {
        text: text(node, "advice"),
        rules: list(node, "rules").iter().filter_map(|code| code.as_str().map(str::to_owned)).collect(),
        needs: text(node, "needs"),
    };
    let section =
        |node: &serde_yaml::Value| (text(node, "title"), list(node, "advice").iter().map(advice).collect::<Vec<_>>());
    list(&table, "sections").iter().map(section).collect()
}

/// A code as a link to the page of the rule that checks it.
fn link(rules: &Rules, code: &str) -> String {
    let rule = rules.get(code).unwrap_or_else(|| panic!("{code} is no rule"));
    match rule.code == code {
        true => format!("[{code}](rules/{})", page_name(rule)),
        false => format!("{code} (in [{}](rules/{}))", rule.code, page_name(rule)),
    }
}

#[test]
fn every_piece_of_advice_has_a_rule_and_every_rule_a_piece() {
    let rules = Rules::load(&[]).expect("the built-in rules");
    let mut named = BTreeSet::new();
    for (title, pieces) in sections() {
        assert!(!pieces.is_empty(), "{title} is empty");
        for advice in pieces {
            assert!(advice.text.ends_with('.'), "not a sentence: {}", advice.text);
            assert!(!advice.rules.is_empty(), "no rule checks this: {}", advice.text);
            named.extend(advice.rules.iter().map(|code| {
                rules.get(code).unwrap_or_else(|| panic!("{code} is no rule: {}", advice.text)).code.clone()
            }));
        }
    }
    // What is said of the config itself is nobody's advice.
    let others: Vec<&str> =
        rules.iter().map(|rule| rule.code.as_str()).filter(|code| !code.starts_with("CFG")).collect();
    let missing: Vec<&&str> = others.iter().filter(|code| !named.contains(**code)).collect();
    assert!(missing.is_empty(), "rules that no advice asks for: {missing:?}");
}

#[test]
fn the_page_of_advice_is_in_sync() {
    let rules = Rules::load(&[]).expect("the built-in rules");
    let mut text = String::from(
        "# From advice to rules\n\nWhat practitioners advise for a sync of Zoho CRM into Customer.io, and the rules that check it. \
         Where exports of both systems and a mapping are not enough, the last column says what else a rule needs; without it the \
         rule is reported as not evaluated.\n",
    );
    for (title, pieces) in sections() {
        let _ = writeln!(text, "\n## {title}\n\n| Advice | Checked by | What it needs beside |\n| --- | --- | --- |");
        for advice in pieces {
            let links: Vec<String> = advice.rules.iter().map(|code| link(&rules, code)).collect();
            let _ = writeln!(text, "| {} | {} | {} |", cell(&advice.text), links.join(", "), cell(&advice.needs));
        }
    }
    in_sync(&root().join("docs/advice.md"), &text);
}

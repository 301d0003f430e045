//! Personal data is masked unless it was asked for: enough is left to recognise a record one already knows.

use super::{Finding, Row, Verdict};

/// Samples that a report shows of a finding; the file of failing rows holds all.
const SHOWN: usize = 5;

/// The verdict as reports may show it: few samples, personal data masked unless it was asked for.
pub fn for_reports(verdict: &Verdict) -> Verdict {
    let mut shown = verdict.clone();
    let outcomes = shown.outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
    for finding in shown.findings.iter_mut().chain(&mut shown.accepted).chain(outcomes) {
        mask(finding, verdict.show_pii);
    }
    shown
}

fn mask(finding: &mut Finding, show: bool) {
    finding.hit.samples.truncate(SHOWN);
    for part in &mut finding.hit.parts {
        part.label = if show { shown(&part.label) } else { value(&part.label) };
    }
    for row in &mut finding.hit.samples {
        let masked = |text: &str| if show { shown(text) } else { value(text) };
        let named = |text: &str| if show { shown(text) } else { key(text) };
        *row = Row {
            key: named(&row.key),
            other_key: named(&row.other_key),
            value: masked(&row.value),
            detail: shown(&row.detail),
            ..row.clone()
        };
    }
}

/// A value that may be personal: addresses, ids, names and everything with a digit run are cut down; plain words of an
/// enum stay readable.
pub fn value(text: &str) -> String {
    let text = printable(text);
    if let Some((local, domain)) = text.rsplit_once('@') {
        return format!(
            "{}@{}",
            hide(local),
            domain.rsplit_once('.').map_or_else(|| hide(domain), |(name, top)| format!("{}.{top}", hide(name)))
        );
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 && !looks_like_time(&text) {
        return key(&text);
    }
    shorten(&text)
}

/// A record key: its last four characters.
pub fn key(text: &str) -> String {
    let text = printable(text);
    if text.starts_with("record ") || text.chars().count() <= 4 {
        return text;
    }
    if text.contains('@') {
        return value(&text);
    }
    let tail: Vec<char> = text.chars().rev().take(4).collect();
    format!("…{}", tail.into_iter().rev().collect::<String>())
}

/// A value without control and direction characters, which could disturb a terminal, cut to a readable length.
pub fn shown(text: &str) -> String {
    shorten(&printable(text))
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    let head: String = text.chars().take(59).collect();
    format!("{head}…")
}

fn hide(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |first| format!("{first}***"))
}

fn looks_like_time(text: &str) -> bool {
    use crate::frames::time::{Stamp, classify};
    !matches!(classify(text), Stamp::Other | Stamp::UnixNanos)
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() || crate::frames::normalize::invisible(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{key, value};

    #[test]
    fn people_are_hidden_and_words_stay() {
        assert_eq!(value("ana.weber@example.com"), "a***@e***.com");
        assert_eq!(value("+49 30 23125101"), "…5101");
        assert_eq!(value("At Risk"), "At Risk");
        assert_eq!(value("2026-02-14 09:12:44"), "2026-02-14 09:12:44");
        assert_eq!(value("\u{202e}gold\u{7}"), "\u{fffd}gold\u{fffd}");
        assert_eq!(key("zcrm_5725767000004101001"), "…1001");
        assert_eq!(key("record 17"), "record 17");
    }
}

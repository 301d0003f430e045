//! Personal data is masked unless it was asked for: enough is left to recognise a record one already knows.
//!
//! What a cell may show depends on what it can hold. Spellings of allowed values are nobody's data; a stray text of an enum
//! is shown when it is one plain word, and hidden when it is several, an address or a number.

use super::{Finding, Hit, Part, Row, Shows, Status, Verdict};
use crate::facts::agree::difference;
use crate::frames::normalize::invisible;
use crate::frames::time::{Stamp, classify};

/// Most characters that are shown of the end of a number or an id.
const TAIL: usize = 6;

/// Samples that a report shows of a finding; the file of failing rows holds all.
const SHOWN: usize = 5;

/// Zoho's own names of data sources that are more than one word.
const SOURCES: &[&str] = &[
    "Bulk API",
    "Email Workflow",
    "Google Calendar Sync",
    "Mail Parser",
    "Manual (Mobile)",
    "Manual Mass Add",
    "Microsoft Outlook",
    "Office 365",
    "Phonebridge API",
    "Sample Data",
    "System Generated",
    "Zoho Campaigns",
    "Zoho Docs",
    "Zoho SalesIQ",
];

/// The verdict as reports may show it: few samples, personal data masked unless it was asked for.
pub fn for_reports(verdict: &Verdict) -> Verdict {
    let mut shown = verdict.clone();
    let outcomes = shown.outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
    for finding in shown.findings.iter_mut().chain(&mut shown.accepted).chain(outcomes) {
        mask(finding, verdict.show_pii);
    }
    for outcome in &mut shown.outcomes {
        for gap in &mut outcome.gaps {
            (gap.subject, gap.reason) = (clean(&gap.subject), clean(&gap.reason));
        }
        let texts = &mut outcome.texts;
        for text in [&mut texts.what, &mut texts.why, &mut texts.fix, &mut texts.false_positive] {
            *text = clean(text);
        }
        if let Status::Failed(why) = &mut outcome.status {
            *why = clean(why);
        }
    }
    for checked in shown.checklist.iter_mut().flat_map(|list| &mut list.items) {
        checked.open.iter_mut().for_each(|open| open.reason = clean(&open.reason));
        if let Some(waiver) = &mut checked.waiver {
            for text in waiver.reason.iter_mut().chain(&mut waiver.by) {
                *text = clean(text);
            }
        }
    }
    for fixed in shown.trend.iter_mut().flat_map(|trend| &mut trend.fixed) {
        fixed.subject = label(&fixed.subject);
    }
    shown.remarks = shown.remarks.iter().map(|remark| clean(remark)).collect();
    shown
}

fn mask(finding: &mut Finding, show: bool) {
    let hit = &mut finding.hit;
    hit.samples.truncate(SHOWN);
    let open: Vec<String> =
        hit.parts.iter().filter(|part| show || is_open(hit, part)).map(|part| part.label.clone()).collect();
    let shows = hit.shows;
    let plain = |text: &str| show || open.iter().any(|label| label == text);
    for row in &mut hit.samples {
        let cell = if plain(&row.value) { printable(&row.value) } else { value(&row.value, shows) };
        let detail = row.detail.split_once(": ").map_or_else(
            || if show || !row.detail.contains('@') { printable(&row.detail) } else { masked(&row.detail) },
            |(what, said)| {
                let kept = matches!(shows, Shows::Nothing | Shows::Instants);
                let shows = if kept { shows } else { Shows::Words };
                format!("{}: {}", printable(what), if show { printable(said) } else { value(said, shows) })
            },
        );
        let named = |text: &str| if show { printable(text) } else { key(text) };
        *row = Row {
            key: named(&row.key),
            other_key: named(&row.other_key),
            value: cell,
            detail,
            column: label(&row.column),
            ..row.clone()
        };
    }
    for part in &mut hit.parts {
        part.label = if open.contains(&part.label) { printable(&part.label) } else { value(&part.label, shows) };
    }
    hit.subject.name = label(&hit.subject.name);
    hit.statement = clean(&hit.statement);
    (finding.why, finding.fix) = (clean(&finding.why), clean(&finding.fix));
    finding.accepted = finding.accepted.as_deref().map(clean);
    finding.line = finding.line.as_deref().map(clean);
    for writers in &mut finding.writers {
        writers.column = label(&writers.column);
        let person = writers.person;
        for (name, _) in &mut writers.values {
            // A source is one of Zoho's list, or one plain word.
            let open = show || (!person && (SOURCES.contains(&name.as_str()) || is_word(name)));
            *name = match (open, person) {
                (true, _) => printable(name),
                (_, true) => colleague(name),
                _ => masked(name),
            };
        }
    }
}

/// Whether a part's label may be read by anyone.
fn is_open(hit: &Hit, part: &Part) -> bool {
    match hit.shows {
        Shows::Words if difference::ALL.contains(&part.label.as_str()) => true,
        Shows::Words => !is_number(&part.label) && (part.suggestion.is_some() || is_word(&part.label)),
        // Their parts are names of forms and kinds.
        Shows::Labels | Shows::Times | Shows::Instants => true,
        Shows::Nothing => Stamp::parse(&part.label).is_some() || difference::ALL.contains(&part.label.as_str()),
    }
}

/// An address, or digits enough for a phone number.
fn is_number(text: &str) -> bool {
    text.contains('@') || text.chars().filter(char::is_ascii_digit).count() >= 5
}

/// One plain word, as stages, tiers and flags are named.
fn is_word(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 24
        && !text.contains('@')
        && text.split_whitespace().count() <= 1
        && text.chars().filter(char::is_ascii_digit).count() <= 4
}

/// A value as a report may show it.
fn value(text: &str, shows: Shows) -> String {
    match shows {
        Shows::Words if is_word(text) => printable(text),
        Shows::Times | Shows::Instants if is_moment(text) => printable(text),
        Shows::Instants if classify(text) == Stamp::UnixSeconds => printable(text),
        _ => masked(text),
    }
}

/// One cell as it may be shown, outside of a finding.
pub(crate) fn cell(text: &str, shows: Shows, show: bool) -> String {
    if show { printable(text) } else { value(text, shows) }
}

/// A record key as it may be shown.
pub(crate) fn named(text: &str, show: bool) -> String {
    if show { printable(text) } else { key(text) }
}

/// A time of the day or of an order is nobody's data; digits alone could be a phone number.
fn is_moment(text: &str) -> bool {
    !matches!(classify(text), Stamp::Other | Stamp::UnixNanos | Stamp::UnixSeconds | Stamp::Compact)
}

/// First letters of an address; the last digits of a number; first letters of words; nothing of a day, as it may be
/// somebody's birthday.
fn masked(text: &str) -> String {
    let text = printable(text.trim());
    let blanks = text.contains(char::is_whitespace);
    if let (Some((local, domain)), false) = (text.rsplit_once('@'), blanks) {
        let domain =
            domain.rsplit_once('.').map_or_else(|| hide(domain), |(name, top)| format!("{}.{top}", hide(name)));
        return format!("{}@{domain}", hide(local));
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let bare = digits == text.len();
    if (is_moment(&text) && !bare) || is_day(&text) {
        return "***".to_owned();
    }
    if digits >= 5 {
        return tail(&text.replace(char::is_whitespace, ""), digits);
    }
    text.split_whitespace().take(4).map(hide).collect::<Vec<_>>().join(" ")
}

/// A record key: its last characters, or the first one where there are few.
pub fn key(text: &str) -> String {
    let text = printable(text);
    let long = text.chars().count();
    if text.starts_with("record ") || text == "header" {
        return text;
    }
    if text.contains('@') {
        return masked(&text);
    }
    if long <= TAIL { hide(&text) } else { tail(&text, long) }
}

/// The end of a text, and never more than half of what tells it from others.
fn tail(text: &str, telling: usize) -> String {
    let last: Vec<char> = text.chars().rev().take(TAIL.min(telling / 2)).collect();
    format!("…{}", last.into_iter().rev().collect::<String>())
}

/// A day in digits, whichever part comes first.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let is_part = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    classify(text) == Stamp::Compact || (parts.len() == 3 && text.len() <= 10 && parts.iter().all(is_part))
}

/// A column's name; one that is an address is data that got into a header.
pub fn label(text: &str) -> String {
    let clean = printable(text);
    match clean.find('@') {
        Some(_) => clean
            .split('.')
            .map(|part| if part.contains('@') { masked(part) } else { part.to_owned() })
            .collect::<Vec<_>>()
            .join("."),
        None => clean,
    }
}

/// A colleague's first name and the letters of the others: enough for whoever has to talk to them.
fn colleague(name: &str) -> String {
    let (first, others) = name.trim().split_once(char::is_whitespace).unwrap_or((name.trim(), ""));
    if !is_word(first) || others.is_empty() {
        return if is_word(name) { printable(name.trim()) } else { masked(name) };
    }
    format!("{} {}", printable(first), masked(others))
}

fn hide(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |first| format!("{first}***"))
}

/// Text without control and direction characters, which could disturb a terminal.
fn clean(text: &str) -> String {
    let clean = text.chars().map(|c| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() || invisible(c) => '\u{fffd}',
        c => c,
    });
    clean.collect()
}

/// Clean text, cut to a readable length.
fn printable(text: &str) -> String {
    let clean = clean(text);
    if clean.chars().count() <= 60 {
        return clean;
    }
    let head: String = clean.chars().take(59).collect();
    format!("{head}…")
}

/// A text of a report for a message: clean, cut to a length, and with every address in it hidden, though the report has
/// hidden them already.
pub(crate) fn open(text: &str, most: usize) -> String {
    let text = clean(text);
    let word = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_address = inner
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !inner.contains("***"));
        if is_address { word.replacen(inner, &masked(inner), 1) } else { word.to_owned() }
    };
    let text = text.split(' ').map(word).collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        None => text,
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{colleague, key, label, masked, open, value};
    use crate::findings::Shows;

    #[test]
    fn people_are_hidden_and_words_stay() {
        assert_eq!(masked("ana.weber@example.com"), "a***@e***.com");
        assert_eq!(masked("ana.weber@example.com Erika Muster, +49 30 23125101"), "…125101");
        assert_eq!(masked("+49 30 23125101"), "…125101");
        assert_eq!(value("Jane Miller", Shows::Words), "J*** M***");
        assert_eq!(value("Dormant", Shows::Words), "Dormant");
        assert_eq!(value("quast.eileen178", Shows::Labels), "q***", "what the parts name is open, the cells are not");
        assert_eq!(value("2125551234", Shows::Words), "…51234");
        assert_eq!(value("2125551234", Shows::Times), "…51234");
        assert_eq!(value("2026-02-14 09:12:44", Shows::Times), "2026-02-14 09:12:44");
        assert_eq!(value("1771056764", Shows::Instants), "1771056764");
        assert_eq!(value("ana.weber@example.com", Shows::Instants), "a***@e***.com");
        for day in ["1987-05-03", "03.05.1987", "5/3/1987", "19870503", "1987-05-03 00:00:00"] {
            assert_eq!(value(day, Shows::Nothing), "***", "{day}");
        }
        assert_eq!(["123456", "90210"].map(|number| value(number, Shows::Words)), ["…456", "…10"]);
        assert_eq!(["kim", "u-0009", "cust_1002"].map(key), ["k***", "u***", "…1002"]);
        assert_eq!(value("\u{202e}gold\u{7}", Shows::Words), "\u{fffd}gold\u{fffd}");
        assert_eq!(key("zcrm_5725767000004101001"), "…101001");
        assert_eq!(key("record 17"), "record 17");
        assert_eq!(
            ["Dana Roth", "Shop Sync", "API", "dana@example.com"].map(colleague),
            ["Dana R***", "Shop S***", "API", "d***@e***.com"]
        );
        assert_eq!(label("people.ana@example.com"), "people.a***@e***.com");
        assert_eq!(
            open("See (ana@example.com), `b@example.org`: a***@e***.com @here", 99),
            "See (a***@e***.com), `b***@e***.org`: a***@e***.com @here"
        );
        assert_eq!(open("one\ntwo\u{202e}", 99), "one two\u{fffd}");
        assert_eq!(open("abcdef", 4), "abc…");
    }
}

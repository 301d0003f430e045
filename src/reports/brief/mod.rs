//! What fits into a message: a report in, a headline, a few lines and the worst findings out. Chat, mail and webhooks say
//! the same, each in its own form.

mod read;

use std::collections::BTreeSet;
use std::fmt::Write;

pub use read::{Item, Report};

use super::summary::{graded, word};
use crate::error::{Error, Exit, Fault, Result};
use crate::findings::masking;
use crate::text::{count, counted};

/// Characters of one text.
const LONGEST: usize = 400;

/// Which findings were there when the last message went out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// Their fingerprints.
    pub findings: BTreeSet<String>,
}

/// What is new, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What it is compared with: `the last message`, `the run before`.
    pub since: &'static str,
    /// Findings that were not there.
    pub new: u64,
    /// Findings that had been fixed and are back.
    pub reopened: u64,
    /// Findings that are found no longer.
    pub gone: u64,
    /// Findings of before that nobody looked for; none where no history is kept.
    pub unknown: u64,
}

impl News {
    /// `Since the last message: 2 new, 1 no longer found.`
    pub fn line(&self) -> String {
        let rest = [(self.reopened, "back"), (self.unknown, "not looked for")];
        let mut parts = vec![format!("{} new", count(self.new)), format!("{} no longer found", count(self.gone))];
        parts.extend(
            rest.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}", count(*number))),
        );
        format!("Since {}: {}.", self.since, parts.join(", "))
    }
}

/// One finding in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// `ID002 blank-identifier`
    pub rule: String,
    /// What it is about.
    pub subject: String,
    /// The fact.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// People affected.
    pub people: u64,
    /// `new` or `back`, where that is known.
    pub mark: Option<&'static str>,
}

/// A run in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// `crmlint: Not ready`
    pub title: String,
    /// The run in a line: profile and time.
    pub run: String,
    /// Counts, checklist, scores, news: one sentence each.
    pub facts: Vec<String>,
    /// Findings, new ones first, then worst first.
    pub lines: Vec<Line>,
    /// How many findings are left out.
    pub more: u64,
}

impl Brief {
    /// A report in short, with at most so many findings. A report that shows personal data is refused: messages go to
    /// people who need not see it.
    pub fn of(report: &Report, before: Option<&Before>, most: usize) -> Result<Self> {
        if !report.masked {
            let fault = Fault::new("this report shows personal data, and messages go to many");
            return Err(Error::usage(fault.help("write it without --show-pii")));
        }
        let counts = &report.counts;
        let unseen = counts.rules_not_evaluated > 0;
        let exit = match report.exit {
            0 => Exit::Clean,
            1 => Exit::Findings,
            _ => Exit::Failed,
        };
        let (_, word) = word(exit, unseen, !report.findings.is_empty(), !report.accepted.is_empty());
        let mut sorted: Vec<&Item> = report.findings.iter().collect();
        // The order of the report is kept within each group.
        sorted.sort_by_key(|item| mark(item, before).is_none());
        let shown = sorted.iter().take(most);
        Ok(Self {
            title: format!("crmlint: {word}"),
            run: run(report),
            facts: facts(report, before),
            lines: shown.map(|item| line(item, before)).collect(),
            more: sorted.len().saturating_sub(most) as u64,
        })
    }

    /// Plain text: a line each, no table and no markup.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n\n", self.title, self.run);
        for fact in &self.facts {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{fact}");
        }
        if !self.lines.is_empty() {
            text.push('\n');
        }
        for line in &self.lines {
            let _ = writeln!(text, "• {}: {}", line.head(), line.what);
        }
        if let Some(more) = self.rest() {
            let _ = writeln!(text, "{more}");
        }
        text
    }

    /// What is said of the findings that are left out.
    pub fn rest(&self) -> Option<String> {
        (self.more > 0).then(|| format!("And {}.", counted(self.more, "more finding", "more findings")))
    }
}

impl Line {
    /// `error ID002 blank-identifier (new), zoho.contacts.Email`
    pub fn head(&self) -> String {
        let mark = self.mark.map(|mark| format!(" ({mark})")).unwrap_or_default();
        format!("{} {}{mark}, {}", self.severity, self.rule, self.subject)
    }
}

/// What is new since the last message; since the run before, where a history remembers it and nothing was told yet.
pub fn news(report: &Report, before: Option<&Before>) -> Option<News> {
    let trend = report.trend.clone().unwrap_or_default();
    if before.is_none() && trend.before.is_none() {
        return None;
    }
    let of = |wanted: &str| report.findings.iter().filter(|item| mark(item, before) == Some(wanted)).count() as u64;
    let (since, gone) = match before {
        Some(before) => ("the last message", gone(report, &trend, before)),
        None => ("the run before", trend.fixed.len() as u64),
    };
    Some(News { since, new: of("new"), reopened: of("back"), gone, unknown: trend.unknown })
}

/// How many findings of before are found no longer. What was told and not looked for now is not gone.
fn gone(report: &Report, trend: &read::Trend, before: &Before) -> u64 {
    let now: BTreeSet<&String> = report.findings.iter().map(|item| &item.fingerprint).collect();
    let missing = before.findings.iter().filter(|print| !now.contains(print));
    let gone = missing.filter(|print| !trend.not_looked_for.contains(*print)).count() as u64;
    // A report of before says how many, and not which.
    gone.saturating_sub(if trend.not_looked_for.is_empty() { trend.unknown } else { 0 })
}

/// Whether a finding is new or back: to those who had the last message, else by the history.
pub fn mark(item: &Item, before: Option<&Before>) -> Option<&'static str> {
    let state = item.state.as_deref();
    let fresh = match before {
        Some(before) => !before.findings.contains(&item.fingerprint),
        None => matches!(state, Some("new" | "reopened")),
    };
    fresh.then_some(if state == Some("reopened") { "back" } else { "new" })
}

fn run(report: &Report) -> String {
    let profile = report.profile.as_ref().map(|profile| format!(", profile {profile}")).unwrap_or_default();
    masking::open(&format!("{}{profile}, {}", report.now, report.tool), LONGEST)
}

fn facts(report: &Report, before: Option<&Before>) -> Vec<String> {
    let counts = &report.counts;
    let mut facts = vec![format!("{}.", graded([counts.errors, counts.warnings, counts.notes]))];
    facts.extend(report.checklist.as_ref().map(|list| format!("{}.", masking::open(&list.headline, LONGEST))));
    let scores = [("identity", &report.scores.identity), ("triggers", &report.scores.triggers)];
    let scores = scores.iter().filter_map(|(name, score)| score.value.map(|value| format!("{name} {value}")));
    let scores: Vec<String> = scores.collect();
    if !scores.is_empty() {
        facts.push(format!("Scores of 100: {}.", scores.join(", ")));
    }
    if counts.rules_failed > 0 {
        facts.push(format!("{} failed.", counted(counts.rules_failed, "rule", "rules")));
    }
    if counts.rules_not_evaluated > 0 {
        let rules = counted(counts.rules_not_evaluated, "rule", "rules");
        facts.push(format!("{rules} could not be evaluated; none of them counts as passed."));
    }
    facts.extend(news(report, before).map(|news| news.line()));
    facts
}

fn line(item: &Item, before: Option<&Before>) -> Line {
    let people = match item.people {
        0 => String::new(),
        people => format!(" ({})", counted(people, "person", "people")),
    };
    Line {
        severity: masking::open(&item.severity, 20),
        rule: masking::open(&format!("{} {}", item.code, item.name), 80),
        subject: masking::open(&item.subject, 120),
        what: format!("{}{people}", masking::open(&item.what, LONGEST)),
        fix: masking::open(&item.fix, LONGEST),
        people: item.people,
        mark: mark(item, before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(prints: &[&str]) -> Report {
        let item = |print: &&str| Item {
            code: "ID002".to_owned(),
            name: "blank-identifier".to_owned(),
            severity: "error".to_owned(),
            subject: "zoho.contacts.Email".to_owned(),
            what: format!("Finding {print} of ana.weber@example.com."),
            fingerprint: (*print).to_owned(),
            people: 3,
            ..Item::default()
        };
        Report { masked: true, exit: 1, findings: prints.iter().map(item).collect(), ..Report::default() }
    }

    fn before(prints: &[&str]) -> Before {
        Before { findings: prints.iter().map(|print| (*print).to_owned()).collect() }
    }

    #[test]
    fn new_findings_come_first_and_addresses_are_hidden_again() {
        let brief = Brief::of(&report(&["a", "b", "c"]), Some(&before(&["a", "x"])), 2).expect("masked");
        let heads: Vec<&str> = brief.lines.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(heads, ["Finding b of a***@e***.com. (3 people)", "Finding c of a***@e***.com. (3 people)"]);
        assert_eq!(brief.rest().as_deref(), Some("And 1 more finding."));
        assert!(
            brief.facts.contains(&"Since the last message: 2 new, 1 no longer found.".to_owned()),
            "{:?}",
            brief.facts
        );
        assert!(brief.text().starts_with("crmlint: Not ready\n"), "{}", brief.text());
        assert!(!brief.text().contains("weber"));
    }

    #[test]
    fn a_history_tells_what_is_back_and_what_nobody_looked_for() {
        let mut report = report(&["a", "b", "c"]);
        for (item, state) in report.findings.iter_mut().zip(["still", "reopened", "new"]) {
            item.state = Some(state.to_owned());
        }
        let trend = "{\"before\": \"2026-05-31T00:00:00Z\", \"fixed\": [{\"code\": \"A\"}, 7], \"unknown\": 1}";
        report.trend = serde_json::from_str(trend).ok();
        let marks = |brief: &Brief| brief.lines.iter().map(|line| line.mark).collect::<Vec<_>>();
        let brief = Brief::of(&report, None, 9).expect("masked");
        assert_eq!(marks(&brief), [Some("back"), Some("new"), None]);
        let told = "Since the run before: 1 new, 2 no longer found, 1 back, 1 not looked for.";
        assert!(brief.facts.contains(&told.to_owned()), "{:?}", brief.facts);
        // A message that never went out makes old findings new to those who wait for it.
        let brief = Brief::of(&report, Some(&before(&["b", "x", "y"])), 9).expect("masked");
        assert_eq!(marks(&brief), [Some("new"), Some("new"), None]);
        let told = "Since the last message: 2 new, 1 no longer found, 1 not looked for.";
        assert!(brief.facts.contains(&told.to_owned()), "{:?}", brief.facts);
        report.trend = serde_json::from_str("{\"before\": null, \"fixed\": []}").ok();
        report.findings.iter_mut().for_each(|item| item.state = None);
        assert_eq!(news(&report, None), None, "the first run of a history");
    }

    #[test]
    fn a_report_that_shows_people_is_refused() {
        let open = Report { masked: false, ..report(&["a"]) };
        assert!(Brief::of(&open, None, 5).is_err());
    }
}

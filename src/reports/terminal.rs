//! The report for people at a terminal: what was read, what is wrong (worst first), what could not be looked at, and one
//! line of verdict at the end, where the eye rests.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Color};

use super::Look;
use super::excerpt::excerpt;
use super::page::Page;
use super::summary::{Mood, Unseen, ending, told};
use super::trend;
use crate::findings::checklist::{Checklist, State};
use crate::findings::scores::Score;
use crate::findings::{Finding, Row, Severity, Verdict};
use crate::frames::time::rfc3339;
use crate::text::{count, counted, is_unsafe};

/// Findings whose details are shown unless everything was asked for.
const DETAILED: usize = 12;
/// Accepted findings that are named one by one.
const ACCEPTED: usize = 12;
/// Fixed findings that are named one by one.
const FIXED: usize = 8;
/// Parts shown under a finding.
const PARTS: usize = 6;
/// Names shown of those who wrote.
const WRITERS: usize = 4;

/// Renders the report.
pub fn render(verdict: &Verdict, look: Look) -> String {
    let mut page = Page::new(look);
    if look.detail > 0 {
        page.line(&format!("crmlint {}, now {}", env!("CARGO_PKG_VERSION"), rfc3339(verdict.now)));
    }
    if let Some(checklist) = &verdict.checklist {
        page.checklist(checklist);
    }
    page.score("Identity", &verdict.scores.identity);
    page.score("Triggers", &verdict.scores.triggers);
    page.trend(verdict);
    if look.detail > 0 {
        page.inputs(verdict);
    }
    page.findings(verdict);
    if look.detail > 0 {
        page.details(verdict);
    }
    page.unseen(verdict);
    page.accepted(verdict);
    page.remarks(verdict);
    page.verdict(verdict);
    page.text
}

fn color(severity: Severity) -> (Color, &'static str) {
    match severity {
        Severity::Error => (Color::Red, "\u{1b}[1;31m"),
        Severity::Warning => (Color::Yellow, "\u{1b}[1;33m"),
        Severity::Note => (Color::Blue, "\u{1b}[1;34m"),
    }
}

impl Page {
    /// The line that says whether to launch, and the items with what stands under each.
    fn checklist(&mut self, checklist: &Checklist) {
        let paint = |state: State| match state {
            State::Passed => "\u{1b}[1;32m",
            State::Failed => "\u{1b}[1;31m",
            State::Waived | State::Unseen => "\u{1b}[1;33m",
        };
        let worst = State::ALL.into_iter().find(|state| checklist.count(*state) > 0).unwrap_or(State::Passed);
        let headline = self.paint(paint(worst), &checklist.headline());
        self.line(&format!("{headline}."));
        if self.look.detail == 0 {
            return;
        }
        let most = if self.look.detail > 1 { usize::MAX } else { 2 };
        for checked in &checklist.items {
            let state = self.paint(paint(checked.state), &format!("{:13}", checked.state.name()));
            self.line(&format!("  {} {state} {}: {}", checked.number, checked.item.name, checked.item.title));
            for line in told(checked, most) {
                self.wrapped("                  ", &line);
            }
        }
        self.line("");
    }

    /// One headline score, and what it does not rest on.
    fn score(&mut self, title: &str, score: &Score) {
        let open = [("in part", &score.partly), ("not evaluated", &score.unseen)];
        let open = open.iter().filter(|(_, codes)| !codes.is_empty());
        let open: Vec<String> = open.map(|(what, codes)| format!("{what}: {}", codes.join(", "))).collect();
        match score.tenths {
            Some(tenths) => {
                let rules = counted(score.rules as u64, "rule", "rules");
                let told = [vec![rules], open].concat().join("; ");
                self.wrapped("", &format!("{title} {}.{} of 100 ({told})", tenths / 10, tenths % 10));
            }
            // Nothing of it was asked for.
            None if open.is_empty() => {}
            None => self.wrapped("", &format!("{title}: no score, too little was evaluated ({})", open.join("; "))),
        }
    }

    /// What happened since the run before, and what is fixed.
    fn trend(&mut self, verdict: &Verdict) {
        let Some(found) = &verdict.trend else { return };
        self.wrapped("", &format!("{}.", trend::since(found)));
        if self.look.detail == 0 {
            return;
        }
        trend::but(found).iter().for_each(|line| self.wrapped("  ", line));
        let most = if self.look.detail > 1 { usize::MAX } else { FIXED };
        found.fixed.iter().take(most).for_each(|one| self.wrapped("  Fixed: ", &trend::fixed(one)));
        let more = found.fixed.len().saturating_sub(most);
        if more > 0 {
            self.wrapped("  ", &format!("and {more} more fixed; -v names all of them"));
        }
    }

    fn inputs(&mut self, verdict: &Verdict) {
        if verdict.inputs.is_empty() {
            return;
        }
        let folder = common_folder(verdict.inputs.iter().flat_map(|input| &input.files));
        let title = if folder.is_empty() { "Read".to_owned() } else { format!("Read from {}", plain(folder)) };
        self.heading(&title);
        let mut table = self.table(&["Dataset", "Recognised as", "Records", "Columns", "From"]);
        for input in &verdict.inputs {
            let from = match input.files.as_slice() {
                [one] => short(one, folder),
                [first, rest @ ..] => format!("{} and {} more", short(first, folder), rest.len()),
                [] => String::new(),
            };
            let recognised = if input.encoding == "UTF-8" {
                input.recognised.clone()
            } else {
                format!("{}, {}", input.recognised, input.encoding)
            };
            table.add_row([
                self.cell(&plain(&input.dataset), None),
                self.cell(&recognised, None),
                Cell::new(count(input.rows)).set_alignment(CellAlignment::Right),
                Cell::new(input.columns).set_alignment(CellAlignment::Right),
                self.cell(&plain(&from), None),
            ]);
        }
        self.line(&table.to_string());
    }

    fn findings(&mut self, verdict: &Verdict) {
        if verdict.findings.is_empty() {
            return;
        }
        self.heading("Findings, worst first");
        // What the other columns leave, borders and padding included.
        let longest = verdict
            .findings
            .iter()
            .map(|finding| finding.code.len() + 1 + finding.name.len())
            .max()
            .unwrap_or_default();
        let stated = verdict.findings.iter().any(|finding| finding.state.is_some());
        let taken = longest.min(32) + 37 + if stated { 14 } else { 0 };
        let room = usize::from(self.look.width).saturating_sub(taken);
        let header = ["Severity", "Rule", "Where", "People", "Records", "Since before"];
        let mut table = self.table(if stated { &header } else { &header[..5] });
        for finding in &verdict.findings {
            let number = |number: u64| {
                Cell::new(if number == 0 { "–".to_owned() } else { count(number) }).set_alignment(CellAlignment::Right)
            };
            let mut row = vec![
                self.cell(finding.severity.name(), Some(color(finding.severity).0)),
                Cell::new(format!("{} {}", finding.code, finding.name)),
                Cell::new(broken(&finding.hit.subject.name, finding.hit.subject.dataset.as_ref(), room)),
                number(finding.hit.people),
                number(finding.hit.rows),
            ];
            if stated {
                row.push(Cell::new(finding.state.map_or("", |state| state.word())));
            }
            table.add_row(row);
        }
        self.line(&table.to_string());
    }

    fn details(&mut self, verdict: &Verdict) {
        let shown = if self.look.detail > 1 { usize::MAX } else { DETAILED };
        for (at, finding) in verdict.findings.iter().take(shown).enumerate() {
            let known = verdict.findings[..at].iter().any(|other| other.code == finding.code);
            self.finding(finding, known);
        }
        let hidden = verdict.findings.len().saturating_sub(shown);
        if hidden > 0 {
            self.line(&format!(
                "\n{} in the table above; -v shows the details of all.",
                counted(hidden as u64, "more finding stands", "more findings stand")
            ));
        }
    }

    /// One finding; why it matters is said once a rule.
    fn finding(&mut self, finding: &Finding, known: bool) {
        let hit = &finding.hit;
        let title = format!("{} {} {}", finding.severity.name(), finding.code, finding.name);
        let title = self.paint(color(finding.severity).1, &title);
        let place = hit.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        self.line(&format!("\n{title} · {}{place}", hit.subject.name));
        if let (Some(place), Some(line)) = (&hit.place, &finding.line) {
            let [line, mark] = excerpt(line, place.line, place.column, usize::from(self.look.width));
            self.line(&line);
            let (lead, carets) = mark.split_at(mark.find('^').unwrap_or(mark.len()));
            let carets = self.paint(color(finding.severity).1, carets);
            self.line(&format!("{lead}{carets}"));
        }
        self.wrapped("  ", &hit.statement);
        if let Some(state) = trend::state(finding) {
            self.wrapped("  Runs: ", &state);
        }
        if !known {
            self.wrapped("  Why:  ", &finding.why);
        }
        self.wrapped("  Next: ", &finding.fix);
        for part in hit.parts.iter().take(PARTS) {
            let better = part.suggestion.as_ref().map(|right| format!(" → {right}")).unwrap_or_default();
            // What a suggestion is worth: the people that the wrong spelling costs.
            let people = match part.people {
                people if part.suggestion.is_some() && people > 0 => {
                    format!(" ({})", counted(people, "person", "people"))
                }
                _ => String::new(),
            };
            self.line(&format!("    {:>8}  \"{}\"{better}{people}", count(part.rows), part.label));
        }
        if hit.parts.len() > PARTS {
            self.line(&format!("              and {} more", hit.parts.len() - PARTS));
        }
        for writers in &finding.writers {
            let named = writers.values.iter().take(WRITERS).map(|(name, rows)| format!("{name} {}", count(*rows)));
            let named: Vec<String> = named.collect();
            let more = writers.values.len().saturating_sub(WRITERS);
            let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
            self.wrapped("    ", &format!("{}: {}{tail}", writers.column, named.join(", ")));
        }
        for row in hit.samples.iter().take(if hit.parts.is_empty() { 3 } else { 2 }) {
            let text = sample(row);
            self.wrapped("    e.g. ", &text);
        }
        if self.look.detail > 1 {
            let dataset =
                hit.subject.dataset.as_ref().map(|dataset| format!(", dataset: {dataset}")).unwrap_or_default();
            self.line(&format!(
                "    To accept it: - {{rule: {}{dataset}, subject: \"{}\", reason: \"…\", until: YYYY-MM-DD}}",
                finding.code, hit.subject.name
            ));
        }
    }

    fn unseen(&mut self, verdict: &Verdict) {
        let unseen = Unseen::all(verdict);
        if unseen.is_empty() {
            return;
        }
        self.heading("Not evaluated (none of these counts as passed)");
        let most = if self.look.detail > 1 { usize::MAX } else { 2 };
        for unseen in unseen {
            let (code, name) = (&unseen.outcome.code, &unseen.outcome.name);
            self.wrapped("  ", &format!("{code} {name}{}: {}", unseen.how, unseen.told(most, " (-v)")));
        }
    }

    fn accepted(&mut self, verdict: &Verdict) {
        if verdict.accepted.is_empty() {
            return;
        }
        self.heading("Accepted");
        let most = if self.look.detail > 1 { usize::MAX } else { ACCEPTED };
        for finding in verdict.accepted.iter().take(most) {
            let why = finding.accepted.as_deref().unwrap_or_default();
            self.wrapped("  ", &format!("{} {} · {}: {why}", finding.code, finding.name, finding.hit.subject.name));
        }
        let rest = verdict.accepted.len().saturating_sub(most);
        if rest > 0 {
            self.wrapped("  ", &format!("and {rest} more; -v names all of them"));
        }
    }

    fn remarks(&mut self, verdict: &Verdict) {
        // Findings of documents have no records to write.
        let is_masked = verdict.findings.iter().any(|finding| !finding.hit.samples.is_empty()) && !verdict.show_pii;
        if is_masked || !verdict.remarks.is_empty() {
            self.line("");
        }
        for remark in &verdict.remarks {
            self.wrapped("", remark);
        }
        if is_masked {
            self.wrapped("", "Personal data is masked; `--rows FILE.csv` writes every failing record as it stands.");
        }
    }

    fn verdict(&mut self, verdict: &Verdict) {
        let ending = ending(verdict);
        let code = match ending.mood {
            Mood::Good => "\u{1b}[1;32m",
            Mood::Doubtful => "\u{1b}[1;33m",
            Mood::Bad => "\u{1b}[1;31m",
        };
        let word = self.paint(code, ending.word);
        self.line(&format!("\n{word}: {}.", ending.counts));
    }
}

/// A name without what a terminal would obey.
fn plain(name: &str) -> String {
    name.replace(is_unsafe, "\u{fffd}")
}

/// The folder that all files lie in, said once instead of in every line.
fn common_folder<'a>(files: impl Iterator<Item = &'a String>) -> &'a str {
    let folders = files.map(|file| {
        let path = file.split(": ").next().unwrap_or(file);
        path.rfind('/').map_or("", |at| &path[..at])
    });
    let common = folders.reduce(|one, other| {
        let shared = one
            .split('/')
            .zip(other.split('/'))
            .take_while(|(a, b)| a == b)
            .map(|(part, _)| part.len() + 1)
            .sum::<usize>();
        &one[..shared.saturating_sub(1)]
    });
    common.unwrap_or_default()
}

fn short(file: &str, folder: &str) -> String {
    let inside = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    inside.filter(|_| !folder.is_empty()).unwrap_or(file).to_owned()
}

/// A name that is too long for its column breaks after the dataset.
fn broken(name: &str, dataset: Option<&String>, room: usize) -> String {
    let tail = dataset.and_then(|dataset| name.strip_prefix(dataset)?.strip_prefix('.'));
    match (dataset, tail) {
        (Some(dataset), Some(tail)) if name.chars().count() > room => format!("{dataset}.\n{tail}"),
        _ => name.to_owned(),
    }
}

fn sample(row: &Row) -> String {
    let mut text = row.key.clone();
    let told = !row.value.is_empty() || !row.suggestion.is_empty();
    if told && !row.column.is_empty() {
        let _ = write!(text, ": {} = \"{}\"", row.column, row.value);
    }
    if !row.suggestion.is_empty() {
        let _ = write!(text, " → {}", row.suggestion);
    }
    if !row.other_key.is_empty() {
        let _ = write!(text, ", with {}", row.other_key);
    }
    if !row.detail.is_empty() {
        let _ = write!(text, " ({})", row.detail);
    }
    text
}

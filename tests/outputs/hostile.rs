//! Verdicts made by hand, with names and values that try to be something else in each format.

use crmlint::error::{Exit, Place};
use crmlint::findings::scores::Scores;
use crmlint::findings::{
    Finding, Firmness, Gap, Hit, Input, Outcome, Part, Row, Severity, Status, Subject, Texts, Verdict, fingerprint,
    masking,
};
use crmlint::reports::{Format, Look, render};
use serde_json::Value;

use super::readers::{annotations, table, xml};
use super::sarif::Official;

/// One name that holds all of it: bars, line ends, ends of sections, commands, escapes, markup, links, mentions,
/// placeholders, controls, a direction override.
const NAME: &str = "a|b\r\nc ]]> ::error::x %0A%25 <script>alert(1)</script> [x](https://evil.example) ![i](//e) @team #1 `co|de` {0} \
                    *b* _u_ a:b,c & \"q\" 'p' \u{0}\u{7}\u{1b}[31m \u{202e}rtl\u{2066} \u{fffe} end\\";

/// The same without what could disturb a terminal, as every report has it.
fn cleaned() -> String {
    let plain = NAME.replace(['\r', '\n'], " ");
    plain.replace(['\u{0}', '\u{7}', '\u{1b}', '\u{202e}', '\u{2066}'], "\u{fffd}")
}

fn texts() -> Texts {
    let say = |what: &str| format!("{what} {NAME}");
    Texts {
        what: say("What"),
        why: say("Why"),
        fix: say("Fix"),
        false_positive: say("Not"),
        confidence: "high".to_owned(),
    }
}

fn finding(code: &str, severity: Severity, name: &str, place: Option<Place>) -> Finding {
    let subject = Subject { dataset: place.is_none().then(|| "zoho.contacts".to_owned()), name: name.to_owned() };
    Finding {
        code: code.to_owned(),
        name: "some-fault".to_owned(),
        severity,
        confidence: "high".to_owned(),
        fingerprint: fingerprint(code, &subject),
        hit: Hit {
            subject,
            rows: 2,
            total: 9,
            people: 1,
            statement: format!("It says {NAME}."),
            place,
            ..Hit::default()
        },
        why: "It matters.".to_owned(),
        fix: format!("Change {NAME}."),
        writers: Vec::new(),
        line: None,
        accepted: None,
        firmness: Firmness::Usual,
        state: None,
        since: None,
        moved: None,
    }
}

fn outcome(code: &str, status: Status, gaps: &[&str], findings: &[&Finding]) -> Outcome {
    let gap = |reason: &&str| Gap { subject: "x".to_owned(), reason: (*reason).to_owned(), column: None };
    Outcome {
        code: code.to_owned(),
        name: "some-fault".to_owned(),
        texts: texts(),
        severity: Severity::Error,
        status,
        subjects: findings.len(),
        gaps: gaps.iter().map(gap).collect(),
        findings: findings.iter().map(|finding| (*finding).clone()).collect(),
    }
}

fn verdict(outcomes: Vec<Outcome>, findings: Vec<Finding>, accepted: Vec<Finding>) -> Verdict {
    let input = Input {
        dataset: "zoho.contacts".to_owned(),
        recognised: "Zoho CRM UI export".to_owned(),
        files: vec!["./ex ports/a,b:c%\n#ü.zip: Data/Contacts_001.csv".to_owned()],
        rows: 9,
        columns: 2,
        encoding: "UTF-8".to_owned(),
    };
    Verdict {
        checklist: None,
        now: 1_780_272_000,
        profile: None,
        selection: String::new(),
        forgotten: None,
        fail_on: Some(Severity::Error),
        config: Some("crmlint.yaml".to_owned()),
        inputs: vec![input],
        scores: Scores::of(&outcomes),
        outcomes,
        findings,
        accepted,
        remarks: vec![NAME.to_owned()],
        pictures: Vec::new(),
        trend: None,
        exit: Exit::Findings,
        show_pii: false,
    }
}

fn hostile() -> Verdict {
    let place = Place { file: "map,ping:%.yaml".to_owned(), line: 7, column: 3 };
    let standing = finding("X001", Severity::Error, NAME, Some(place));
    let of_export = finding("X001", Severity::Warning, "zoho.contacts.Stage", None);
    let taken = Finding { accepted: Some(format!("ignored: {NAME}")), ..finding("X002", Severity::Note, NAME, None) };
    let outcomes = vec![
        outcome("X001", Status::Findings, &[], &[&standing, &of_export]),
        outcome("X002", Status::Findings, &[], &[&taken]),
        outcome("X003", Status::NotEvaluated, &[NAME], &[]),
        outcome("X004", Status::Failed(NAME.to_owned()), &[], &[]),
        outcome("X005", Status::Clean, &[], &[]),
    ];
    verdict(outcomes, vec![standing, of_export], vec![taken])
}

fn rendered(verdict: &Verdict, format: Format) -> String {
    as_it_is(&masking::for_reports(verdict), format)
}

/// A report of values that nothing has masked or cut.
fn as_it_is(verdict: &Verdict, format: Format) -> String {
    let report = render(verdict, format, Look { color: false, width: 100, detail: 1 });
    String::from_utf8(report.unwrap()).unwrap()
}

#[test]
fn nothing_that_disturbs_a_terminal_gets_into_a_report() {
    for format in [
        Format::Terminal,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Md,
        Format::Html,
        Format::Chat,
        Format::Csv,
    ] {
        let text = rendered(&hostile(), format);
        let bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{2066}');
        assert!(!text.contains(bad), "{format:?}");
        assert_eq!(text, rendered(&hostile(), format), "{format:?}: same input, same bytes");
    }
}

#[test]
fn sarif_holds_hostile_text() {
    let log: Value = serde_json::from_str(&rendered(&hostile(), Format::Sarif)).unwrap();
    Official::new().accepts(&log).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let text = result["message"]["text"].as_str().unwrap();
    assert!(text.contains("]]> ::error::x %0A%25 <script>"), "{text}");
    assert!(text.contains("{{0}}") && !text.contains("](https"), "no placeholder, no link: {text}");
    let place = |at: usize| run["results"][at]["locations"][0]["physicalLocation"].clone();
    assert_eq!(place(0)["artifactLocation"]["uri"], "map%2Cping%3A%25.yaml");
    assert_eq!((&place(0)["region"]["startLine"], &place(0)["region"]["startColumn"]), (&7.into(), &3.into()));
    assert_eq!(place(1)["artifactLocation"]["uri"], "ex%20ports/a%2Cb%3Ac%25%0A%23%C3%BC.zip", "the archive");
    assert_eq!(place(1)["region"], Value::Null, "an export as a whole has no line");
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let levels: Vec<&str> = notes.iter().map(|note| note["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["warning", "error"], "not evaluated, failed");
}

#[test]
fn github_holds_hostile_text() {
    let read = annotations(&rendered(&hostile(), Format::Github));
    let commands: Vec<&str> = read.iter().map(|annotation| annotation.command.as_str()).collect();
    assert_eq!(commands, ["error", "error", "warning", "notice"], "what failed, the findings, the verdict");
    assert_eq!(read[0].get("title"), Some("X004 some-fault failed"));
    assert_eq!(read[0].message, cleaned());
    assert_eq!(read[1].get("file"), Some("map,ping:%.yaml"));
    assert_eq!((read[1].get("line"), read[1].get("col")), (Some("7"), Some("3")));
    assert!(read[1].message.ends_with(&format!(": It says {0}. Change {0}.", cleaned())), "{read:?}");
    assert_eq!((read[2].get("file"), read[2].get("line")), (Some("ex ports/a,b:c%\n#ü.zip"), None));
    assert!(read[3].message.contains("X003, X004"), "what was not evaluated: {}", read[3].message);
}

#[test]
fn gitlab_holds_hostile_text() {
    let list: Value = serde_json::from_str(&rendered(&hostile(), Format::Gitlab)).unwrap();
    let entries = list.as_array().unwrap();
    let of = |key: &str| entries.iter().map(|entry| entry[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("check_name"), ["X001", "X001", "X003", "X004"]);
    assert_eq!(of("severity"), ["critical", "major", "info", "blocker"]);
    assert!(of("description")[0].contains(&cleaned()));
    let prints: std::collections::BTreeSet<&str> = of("fingerprint").into_iter().collect();
    assert_eq!(prints.len(), entries.len(), "an entry is known by its fingerprint");
    assert_eq!(entries[0]["location"], serde_json::json!({"path": "map,ping:%.yaml", "lines": {"begin": 7}}));
    assert_eq!(entries[2]["location"]["path"], "crmlint.yaml");
}

#[test]
fn junit_holds_hostile_text() {
    let report = xml(&rendered(&hostile(), Format::Junit));
    let ended = |key: &str| report.get(key).to_owned();
    assert_eq!(["tests", "failures", "errors", "skipped"].map(ended), ["5", "1", "1", "1"]);
    let cases = report.all("testcase");
    let text = |name: &str| cases.iter().find_map(|case| case.child(name)).unwrap();
    let held = cleaned().replace('\u{fffe}', "\u{fffd}");
    assert_eq!(text("error").get("message"), held);
    assert!(text("failure").text.contains(&format!("It says {held}.")));
    assert_eq!(text("failure").get("type"), "error", "the worst of them");
    assert!(text("skipped").get("message").ends_with(&held));
    assert_eq!(cases[1].children.len(), 1, "an accepted finding is no failure");
    assert!(cases[1].child("system-out").unwrap().text.contains("Accepted"));
    assert_eq!(cases[4].children, []);
}

#[test]
fn markdown_holds_hostile_text() {
    let text = rendered(&hostile(), Format::Md);
    let rows = table(&text);
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [6, 6], "a bar in a value makes no cell: {rows:?}");
    // A backslash makes text of what follows it.
    let mut bare = text.clone();
    while let Some(at) = bare.find('\\') {
        bare.replace_range(at..at + 2, "");
    }
    for markup in ["<script", "[", "]", "@team", "#1", "://", "`", "*b", "_u", "~", "$"] {
        assert!(!bare.contains(markup), "{markup} in {text}");
    }
    assert!(rows[0][3].contains("&lt;script&gt;") && rows[0][3].contains("<code>co\\|de</code>"), "{}", rows[0][3]);
    assert!(text.contains("X003 some-fault: ") && text.contains("X004 some-fault failed: "));
    assert!(text.contains("**Accepted:** 1 finding of X002."));
}

#[test]
fn markdown_fits_a_comment_and_says_what_was_cut() {
    let many: Vec<Finding> =
        (0..3_000).map(|at| finding("X001", Severity::Error, &format!("column {at} {NAME}"), None)).collect();
    let refs: Vec<&Finding> = many.iter().collect();
    let mut outcomes = vec![outcome("X001", Status::Findings, &[], &refs)];
    let long = "€".repeat(100_000);
    outcomes.extend((0..900).map(|at| outcome(&format!("Y{at:03}"), Status::NotEvaluated, &[&long], &[])));
    let accepted: Vec<Finding> =
        (0..2_000).map(|at| finding(&format!("Z{at:04}"), Severity::Note, "x", None)).collect();
    let mut whole = verdict(outcomes, many, accepted);
    whole.remarks = vec![long; 50];
    let text = rendered(&whole, Format::Md);
    assert!(text.len() <= crmlint::reports::markdown::LIMIT, "{} bytes", text.len());
    let shown = table(&text).len();
    assert!(shown > 5, "{shown} rows");
    let cut = text.lines().find_map(|line| line.strip_prefix("**Cut for length:** ")).unwrap();
    assert!(cut.starts_with(&format!("{} findings (", crmlint::text::count(3_000 - shown as u64))), "{cut}");
    let listed = text.matches("\n- Y").count();
    assert!(listed > 0 && text.contains(&format!("\n- {} more, cut for length\n", 900 - listed)), "{listed} rules");
    assert!(text.contains("**Accepted:** 2,000 findings of Z0000, ") && text.contains(", and "));
}

#[test]
fn html_of_thousands_of_findings_stays_below_ten_megabytes() {
    let long = format!("{NAME} {}", "€<".repeat(5_000));
    let part = Part { label: long.clone(), rows: 3, people: 2, suggestion: Some(long.clone()) };
    let row = Row { key: long.clone(), value: long.clone(), detail: long.clone(), ..Row::default() };
    let one = |at: usize| {
        let mut one = finding(&format!("X{:03}", at % 200), Severity::Error, &format!("column {at} {NAME}"), None);
        one.hit.statement = format!("{at} {long}");
        one.fix.clone_from(&long);
        (one.hit.parts, one.hit.samples) = (vec![part.clone(); 9], vec![row.clone(); 5]);
        one
    };
    let many: Vec<Finding> = (0..5_000).map(one).collect();
    let text = as_it_is(&verdict(Vec::new(), many, Vec::new()), Format::Html);
    assert_eq!(text.matches("<article").count(), 5_000, "each has its line");
    assert!(text.len() < 10_000_000, "{} bytes", text.len());
    assert!(text.contains("Left out: the page would be too large."), "and what is missing is said");
}

#[test]
fn html_holds_hostile_text() {
    let page = rendered(&hostile(), Format::Html);
    assert_eq!(page.matches("<script").count(), 1, "its own");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("map,ping:%.yaml:7:3"));
    let chapters = ["findings", "unseen", "accepted", "rules", "inputs", "remarks"];
    for chapter in chapters {
        let link = page.contains(&format!("<a href=\"#{chapter}\">"));
        assert!(link && page.contains(&format!("<h2 id=\"{chapter}\">")), "{chapter}");
    }
}

#[test]
fn github_shows_ten_of_a_kind_and_counts_the_rest() {
    let of = |severity: Severity, count: usize| {
        (0..count).map(move |at| finding("X001", severity, &format!("column {at}"), None))
    };
    let findings = of(Severity::Error, 13).chain(of(Severity::Warning, 10)).chain(of(Severity::Note, 12)).collect();
    let read = annotations(&rendered(&verdict(Vec::new(), findings, Vec::new()), Format::Github));
    let of = |command: &str| read.iter().filter(|annotation| annotation.command == command).count();
    assert_eq!(["error", "warning", "notice"].map(of), [10, 10, 10]);
    let last = &read.last().unwrap().message;
    assert!(
        last.ends_with("Left out here, because GitHub shows 10 of a kind: 3 errors, 0 warnings, 3 notes."),
        "{last}"
    );
    assert!(read[0].message.starts_with("column 0: "), "in the order of the verdict");
}

//! `crmlint notify` against a server on this machine: what is sent, what is tried again, what is kept for the next time, and
//! that no address and no secret stands anywhere.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/listener.rs"]
mod listener;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use boon::{Compiler, Schemas};
use common::{Ran, audit, command, finish, root, run, run_in, write};
use listener::{Listener, Reply};
use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What stands in every address and secret of these tests, and nowhere else.
const CANARY: &str = "T0CANARY9x";
const SECRET: &str = "s3cret-T0CANARY9x-of-the-webhook";

/// The report of a small audit, made once.
fn report() -> Value {
    static REPORT: OnceLock<Value> = OnceLock::new();
    REPORT.get_or_init(|| audit(root(), "fixtures/duplicate-email/fires", &["--profile", "hygiene"]).json()).clone()
}

/// The same with another finding.
fn changed() -> Value {
    let mut report = report();
    let mut more = report["findings"][0].clone();
    more["fingerprint"] = json!("0123456789abcdef0123456789abcdef");
    more["subject"] = json!("customerio.people.another");
    report["findings"].as_array_mut().unwrap().push(more);
    report
}

/// A folder with a report and a config that names targets.
struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new(targets: &[&str]) -> Self {
        let dir = common::workspace(&[]);
        let entries: String = targets.iter().map(|target| format!("  - {{{target}}}\n")).collect();
        let config = format!("sources: {{customerio: {{files: people.csv}}}}\nnotify:\n{entries}");
        write(dir.path(), "crmlint.yaml", config.as_bytes());
        let desk = Self { dir };
        desk.lay(&report());
        desk
    }

    fn lay(&self, report: &Value) {
        write(self.dir.path(), "report.json", report.to_string().as_bytes());
    }

    fn run(&self, environment: &[(&str, &str)], more: &[&str]) -> Ran {
        let mut args = vec!["notify"];
        if !more.contains(&"--patience") {
            args.extend(["--patience", "4"]);
        }
        args.extend(more);
        let mut command = command(self.dir.path(), &args);
        command.envs(environment.iter().copied());
        let ran = finish(command);
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(CANARY), "a secret is told: {text}");
        }
        for file in common::files(self.dir.path()) {
            let text = fs::read_to_string(self.dir.path().join(&file)).unwrap();
            let is_secret = file.starts_with("secrets");
            assert!(is_secret || !text.contains(CANARY), "a secret is in {}", file.display());
        }
        ran
    }
}

const SLACK: &str = "kind: slack, url_env: SLACK_URL";
const HOOK: &str = "kind: webhook, url_env: HOOK_URL, secret_env: HOOK_SECRET";

fn path() -> String {
    format!("/services/{CANARY}/B0")
}

/// Runs against a server that gives these replies; returns what it was asked.
fn against(replies: Vec<Reply>, more: &[&str]) -> (Ran, Vec<listener::Asked>, Duration) {
    let (desk, server) = (Desk::new(&[SLACK]), Listener::new(replies));
    let started = Instant::now();
    let ran = desk.run(&[("SLACK_URL", &server.url(&path()))], more);
    (ran, server.asked(), started.elapsed())
}

fn fine() -> Reply {
    Reply::Says("200 OK", "ok".to_owned())
}

#[test]
fn a_channel_is_told_once_and_again_when_something_changed() {
    let desk = Desk::new(&[SLACK]);
    let server = Listener::new(vec![fine(), fine()]);
    let url = server.url(&path());
    let ran = desk.run(&[("SLACK_URL", &url)], &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "slack (SLACK_URL) is told.\n"), "{ran:?}");
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].head.starts_with(&format!("POST {} HTTP/1.1", path())), "{}", asked[0].head);
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert!(asked[0].header("user-agent").unwrap().starts_with("crmlint/"));
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(body["blocks"][0]["type"], "header");
    assert!(body.to_string().contains("DUP001 duplicate-email"), "{body}");
    assert!(!body.to_string().contains("@example"), "no address of anybody");
    // The state holds fingerprints and the verdict.
    let state: Value =
        serde_json::from_str(&fs::read_to_string(desk.dir.path().join(".crmlint/notify.json")).unwrap()).unwrap();
    let told = &state["told"]["slack (SLACK_URL), hygiene"];
    assert_eq!(told["findings"][0], report()["findings"][0]["fingerprint"]);
    assert_eq!(told.as_object().unwrap().len(), 2, "{told}");

    let ran = desk.run(&[("SLACK_URL", &url)], &[]);
    assert_eq!((ran.code, server.asked().len()), (0, 0), "{ran:?}");
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("Nothing changed since slack (SLACK_URL) was told last.\n", ""));
    desk.lay(&changed());
    let ran = desk.run(&[("SLACK_URL", &url)], &["--link", "https://ci.example.com/17"]);
    let asked = server.asked();
    assert_eq!((ran.code, asked.len()), (0, 1), "{ran:?}");
    assert!(asked[0].body.contains("Since the last message: 1 new, 0 no longer found."), "{}", asked[0].body);
    assert!(asked[0].body.contains("(new), customerio.people.another"), "{}", asked[0].body);
    assert!(asked[0].body.contains("<https://ci.example.com/17|"), "{}", asked[0].body);
}

#[test]
fn what_can_pass_is_tried_again() {
    let late = Reply::status("429 Too Many Requests\r\nRetry-After: 2");
    let (ran, asked, took) = against(vec![late, fine()], &[]);
    assert_eq!((ran.code, asked.len()), (0, 2), "{ran:?}");
    assert!(took >= Duration::from_secs(2), "{took:?}: not before it was asked for");
    assert_eq!(asked[0].body, asked[1].body);
    let (ran, asked, _) = against(vec![Reply::status("500 Internal Server Error"), fine()], &[]);
    assert_eq!((ran.code, asked.len()), (0, 2), "{ran:?}");
    let (ran, asked, _) = against(vec![Reply::Cut, fine()], &[]);
    assert_eq!((ran.code, asked.len()), (0, 2), "{ran:?}");
    let (ran, asked, _) = against(vec![Reply::Slowly(Duration::from_millis(1500), "ok")], &[]);
    assert_eq!((ran.code, asked.len()), (0, 1), "{ran:?}");
}

#[test]
fn what_cannot_pass_ends_soon_and_says_why() {
    let an_hour = Reply::status("429 Too Many Requests\r\nRetry-After: 3600");
    let (ran, asked, took) = against(vec![an_hour], &[]);
    assert_eq!((ran.code, asked.len()), (3, 1), "{ran:?}");
    assert!(ran.err.contains("asks to wait 3,600 seconds"), "{}", ran.err);
    assert!(took < Duration::from_secs(3), "{took:?}");
    let tomorrow =
        "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Mon, 07 Nov 1994 08:49:37 GMT";
    let (ran, ..) = against(vec![Reply::status(tomorrow)], &[]);
    assert!(ran.code == 3 && ran.err.contains("asks to wait 86,400 seconds"), "{}", ran.err);
    let gone = Reply::Says("404 Not Found", "no_service".to_owned());
    let (ran, asked, _) = against(vec![gone], &[]);
    assert_eq!((ran.code, asked.len()), (3, 1), "{ran:?}");
    assert!(ran.err.contains("slack (SLACK_URL) could not be told: it answered 404: no_service"), "{}", ran.err);
    // A server that says back what it was asked is not repeated.
    let (ran, ..) = against(vec![Reply::Says("403 Forbidden", path())], &[]);
    assert!(ran.code == 3 && ran.err.contains("it answered 403"), "{}", ran.err);
    let silent = vec![Reply::Silent(Duration::from_secs(3)); 3];
    let (ran, _, took) = against(silent, &["--patience", "2"]);
    assert!(ran.code == 3 && ran.err.contains("it was silent for 2 seconds"), "{}", ran.err);
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[test]
fn nobody_listens() {
    // The port is free again when the listener is gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::new(&[SLACK]);
    let started = Instant::now();
    let ran = desk.run(&[("SLACK_URL", &format!("http://127.0.0.1:{port}{}", path()))], &["--patience", "2"]);
    assert!(ran.code == 3 && ran.err.contains("there is no connection"), "{}", ran.err);
    assert!(ran.err.contains("(tried ") && !ran.err.contains(&port.to_string()), "{}", ran.err);
    assert!(started.elapsed() < Duration::from_secs(6));
    assert!(!desk.dir.path().join(".crmlint/notify.json").exists(), "nobody was told");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Listener::new(vec![fine()]);
    let to: &'static str = format!("307 Temporary Redirect\r\nLocation: {}", other.url("/another-place")).leak();
    let desk = Desk::new(&[HOOK]);
    let server = Listener::new(vec![Reply::status(to)]);
    let ran = desk.run(&[("HOOK_URL", &server.url(&path())), ("HOOK_SECRET", SECRET)], &[]);
    assert!(ran.code == 3 && ran.err.contains("that is not followed"), "{}", ran.err);
    assert_eq!((server.asked().len(), other.asked().len()), (1, 0));
    assert!(!ran.err.contains("another-place"), "{}", ran.err);
}

/// Holds a message against the published schema.
fn fits(message: &Value) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let name = "https://crmlint.test/notify.json";
    compiler.add_resource(name, run(&["schema", "notify"]).json()).unwrap();
    let index = compiler.compile(name, &mut schemas).unwrap();
    schemas.validate(message, index).unwrap_or_else(|error| panic!("{error:#}"));
}

#[test]
fn the_message_on_the_page_is_one() {
    let page = fs::read_to_string(root().join("docs/notify.md")).unwrap();
    let block = page.split("```json\n").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
    fits(&serde_json::from_str(block).unwrap());
}

#[test]
fn a_webhook_is_signed_and_fits_its_schema() {
    let desk = Desk::new(&[&format!("{HOOK}, when: always")]);
    let server = Listener::new(vec![fine(), fine()]);
    let environment = [("HOOK_URL", server.url(&path())), ("HOOK_SECRET", SECRET.to_owned())];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let ran = desk.run(&environment, &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let asked = server.asked().remove(0);
        let hex = asked.header("x-crmlint-signature").unwrap().strip_prefix("sha256=").unwrap().to_owned();
        let tag: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        assert!(hmac::verify(&key, asked.body.as_bytes(), &tag).is_ok());
        assert!(hmac::verify(&key, asked.body.replace("hygiene", "launch").as_bytes(), &tag).is_err());
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        fits(&body);
        let sent: jiff::Timestamp = body["sent_at"].as_str().unwrap().parse().unwrap();
        let age = jiff::Timestamp::now().as_second() - sent.as_second();
        assert!((0..60).contains(&age), "signed with the time: {age}");
        let found = &body["findings"][0];
        assert_eq!(found["fingerprint"], report()["findings"][0]["fingerprint"]);
        assert!(!asked.body.contains("@example"), "{}", asked.body);
        ids.push((body["id"].clone(), found["new"].clone()));
    }
    assert_eq!(ids[0].1, Value::Null, "nothing to compare with");
    assert_eq!(ids[1].1, false);
}

#[test]
fn each_target_is_told_for_itself_and_later_what_it_missed() {
    let desk = Desk::new(&["kind: teams, url_env: TEAMS_URL", SLACK]);
    let (teams, slack) = (Listener::new(vec![Reply::status("400 Bad Request"), fine()]), Listener::new(vec![fine()]));
    let environment = [("TEAMS_URL", teams.url(&path())), ("SLACK_URL", slack.url(&path()))];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let ran = desk.run(&environment, &[]);
    assert!(ran.code == 3 && ran.err.contains("teams (TEAMS_URL) could not be told: it answered 400"), "{ran:?}");
    assert!(ran.err.contains("slack (SLACK_URL) is told."), "{ran:?}");
    let ran = desk.run(&environment, &[]);
    assert!(ran.code == 0 && ran.err.contains("teams (TEAMS_URL) is told."), "{ran:?}");
    assert!(ran.out.contains("Nothing changed since slack"), "{ran:?}");
    assert_eq!((teams.asked().len(), slack.asked().len()), (2, 1));
}

#[test]
fn secrets_come_from_files_too_and_nothing_is_sent_when_one_is_missing() {
    let server = Listener::new(vec![fine(), fine()]);
    let desk = Desk::new(&["kind: slack, url_file: secrets/slack", HOOK]);
    write(desk.dir.path(), "secrets/slack", format!("{}\n", server.url(&path())).as_bytes());
    write(desk.dir.path(), "secrets/hook", SECRET.as_bytes());
    let url = server.url(&path());
    let ran = desk.run(&[("HOOK_URL", &url)], &[]);
    assert!(ran.code == 2 && ran.err.contains("HOOK_SECRET is not set"), "{ran:?}");
    assert!(ran.err.contains("HOOK_SECRET_FILE"), "{ran:?}");
    assert_eq!(server.asked().len(), 0);
    let ran = desk.run(&[("HOOK_URL", &url), ("HOOK_SECRET_FILE", "secrets/hook")], &[]);
    assert_eq!((ran.code, server.asked().len()), (0, 2), "{ran:?}");
    for (wrong, told) in [
        (format!("http://example.com/{CANARY}"), "begins with http://"),
        (format!("{CANARY}.example.com"), "is no address"),
        (format!("https://user:{CANARY}@example.com"), "holds a user or a password"),
        (" ".to_owned(), "HOOK_URL is blank"),
    ] {
        let ran = desk.run(&[("HOOK_URL", &wrong), ("HOOK_SECRET", SECRET)], &[]);
        assert!(ran.code == 2 && ran.err.contains(told), "{wrong}: {ran:?}");
    }
}

#[test]
fn an_address_in_the_config_is_refused_by_every_command_and_not_shown() {
    let dir = common::demo();
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    for entry in [
        format!("{{kind: slack, url: 'https://hooks.example.com/{CANARY}'}}"),
        format!("{{kind: slack, url_env: 'https://hooks.example.com/{CANARY}'}}"),
        format!("{{kind: webhook, url_env: A, secret: {CANARY}}}"),
        format!("{{kind: slack, ulr: {CANARY}}}"),
        format!("'https://hooks.example.com/{CANARY}'"),
        format!("{{kind: 'https://hooks.example.com/{CANARY}', url_env: A}}"),
    ] {
        write(dir.path(), "crmlint.yaml", format!("{config}\nnotify:\n  - {entry}\n").as_bytes());
        for args in [&["notify"][..], &["audit", "--now", "2026-06-01"], &["gate", "--against", "mapping.yaml"]] {
            let ran = run_in(dir.path(), args);
            assert!(ran.code == 2 && ran.err.contains("crmlint.yaml:"), "{args:?} {ran:?}");
            let shown = format!("{}{}", ran.out, ran.err);
            assert!(!shown.contains(CANARY), "{args:?} {shown}");
        }
    }
}

#[test]
fn a_dry_run_shows_the_message_and_the_names_and_reads_no_secret() {
    let desk = Desk::new(&[SLACK, "kind: teams, url_env: TEAMS_URL", HOOK]);
    let ran = desk.run(&[], &["--dry-run"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    for told in [
        "slack (SLACK_URL): POST to the address in SLACK_URL",
        "application/vnd.microsoft.card.adaptive",
        "X-Crmlint-Signature: sha256=(of the body, with the secret in HOOK_SECRET)",
        "DUP001",
    ] {
        assert!(ran.out.contains(told), "{told}: {}", ran.out);
    }
    let ran =
        desk.run(&[("SLACK_URL", &format!("https://127.0.0.1:1{}", path())), ("HOOK_SECRET", SECRET)], &["--dry-run"]);
    assert_eq!(ran.code, 0);
    assert!(!desk.dir.path().join(".crmlint").exists(), "nothing is kept");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let desk = Desk::new(&[SLACK]);
    let refused = |more: &[&str], told: &str| {
        let ran = desk.run(&[("SLACK_URL", "https://127.0.0.1:1/")], more);
        assert!(ran.code == 2 && ran.err.contains(told), "{more:?}: {ran:?}");
    };
    refused(&["--report", "none.json"], "crmlint audit --output json=report.json");
    refused(&["--report", "crmlint.yaml"], "is no JSON");
    refused(&["--link", "javascript:alert(1)"], "no address that a reader could follow");
    refused(&["--link", "https://example.com/<b>"], "no address that a reader could follow");
    refused(&["--from", "a@example.com"], "--eml");
    refused(&["--eml", "x.eml"], "--from ADDRESS");
    refused(&["--eml", "x.eml", "--from", "a@example.com"], "--to ADDRESS");
    refused(&["--eml", "x.eml", "--from", "a", "--to", "b@example.com"], "--from is no mail address");
    refused(
        &["--eml", "x.eml", "--from", "a@example.com", "--to", "b@example.com\r\nBcc: c@example.com"],
        "line break",
    );
    let mut open = report();
    open["masked"] = json!(false);
    desk.lay(&open);
    refused(&[], "write it without --show-pii");
    let mut later = report();
    later["version"] = json!(99);
    desk.lay(&later);
    refused(&[], "of version 99");
    desk.lay(&report());
    write(desk.dir.path(), "told.json", b"{");
    let ran = desk.run(&[("SLACK_URL", "https://127.0.0.1:1/")], &["--state", "told.json"]);
    assert!(ran.code == 3 && ran.err.contains("is damaged"), "{ran:?}");
    write(desk.dir.path(), "crmlint.yaml", b"sources: {customerio: {files: people.csv}}\n");
    refused(&[], "has no `notify:`");
}

/// A header of a mail with its folded lines joined, as a reader sees it.
fn header(head: &str, name: &str) -> String {
    let unfolded = head.replace("\r\n ", " ");
    let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned);
    line.unwrap_or_else(|| panic!("{name} in {head}"))
}

fn mail(dir: &Path, more: &[&str]) -> String {
    let mut args = vec!["notify", "--eml", "x.eml"];
    args.extend(more);
    let ran = run_in(dir, &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    fs::read_to_string(dir.join("x.eml")).unwrap()
}

#[test]
fn a_mail_is_one_that_every_program_reads() {
    let dir = common::workspace(&[(
        "crmlint.yaml",
        "sources: {customerio: {files: people.csv}}\nmail: {from: Überwachung <crm@example.com>, to: [a@example.com, 'Team, Data <b@example.org>']}\n",
    )]);
    let mut told = report();
    told["findings"][0]["what"] = json!("<script>alert(1)</script> ‘Müller’ 🚀 of ana.weber@example.com");
    write(dir.path(), "report.json", told.to_string().as_bytes());
    let link = ["--link", "https://ci.example.com/run?a=1&b=2"];
    let text = mail(dir.path(), &link);
    assert_eq!(text, mail(dir.path(), &link), "the same bytes for the same report");
    assert!(text.is_ascii(), "what is not is encoded");
    assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n']) && line.len() <= 78), "{text}");
    let (head, rest) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(header(head, "From"), "=?UTF-8?B?w5xiZXJ3YWNodW5n?= <crm@example.com>");
    assert_eq!(header(head, "To"), "a@example.com, \"Team, Data\" <b@example.org>");
    assert_eq!(header(head, "Date"), "Mon, 1 Jun 2026 00:00:00 +0000");
    assert!(header(head, "Subject").starts_with("crmlint: No blocking finding"), "{head}");
    let id = header(head, "Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@example.com>"), "{id}");
    assert_eq!(header(head, "MIME-Version"), "1.0");
    let kind = header(head, "Content-Type");
    let boundary = kind.strip_prefix("multipart/alternative; boundary=\"").unwrap().trim_end_matches('"');
    let parts: Vec<&str> = rest.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"), "two parts and an end");
    let read = |part: &str, kind: &str| {
        let (head, body) = part.trim_start().split_once("\r\n\r\n").unwrap();
        assert_eq!(header(head, "Content-Type"), format!("text/{kind}; charset=utf-8"));
        assert_eq!(header(head, "Content-Transfer-Encoding"), "base64");
        let lines: Vec<&str> = body.trim_end().split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 76));
        use base64::Engine as _;
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(lines.concat()).unwrap()).unwrap()
    };
    let (plain, page) = (read(parts[1], "plain"), read(parts[2], "html"));
    assert!(plain.contains("<script>alert(1)</script> ‘Müller’ 🚀 of a***@e***.com"), "{plain}");
    assert!(plain.contains("The whole report: https://ci.example.com/run?a=1&b=2"), "{plain}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; ‘Müller’ 🚀 of a***@e***.com"), "{page}");
    assert!(page.contains("href=\"https://ci.example.com/run?a=1&amp;b=2\""), "{page}");
    for active in ["<script", "src=", "url(", "@import", "<img", "<link"] {
        assert!(!page.contains(active), "{active}: nothing is loaded or run");
    }
    // Flags go before the config.
    let text = mail(dir.path(), &["--from", "x@example.net", "--to", "y@example.net", "--to", "z@example.net"]);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        (header(head, "From").as_str(), header(head, "To").as_str()),
        ("x@example.net", "y@example.net, z@example.net")
    );
}

#[test]
fn what_was_not_looked_for_stays_told() {
    let desk = Desk::new(&[SLACK]);
    let server = Listener::new(vec![fine(), fine(), fine()]);
    let url = server.url(&path());
    let tell = |report: &Value| {
        desk.lay(report);
        let ran = desk.run(&[("SLACK_URL", &url)], &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        server.asked().into_iter().map(|asked| asked.body).collect::<String>()
    };
    tell(&changed());
    let mut without = report();
    without["trend"] = json!({"before": "2026-05-31T00:00:00Z", "fixed": [], "unknown": 1,
        "not_looked_for": ["0123456789abcdef0123456789abcdef"]});
    assert_eq!(tell(&without), "", "nothing is new and nothing is gone");
    assert_eq!(tell(&changed()), "");
    // A selection is a series of its own.
    let mut few = report();
    few["selection"] = json!("dup");
    assert!(!tell(&few).contains("Since the last message"));
    assert_eq!(tell(&changed()), "");
}

#[test]
fn a_link_may_be_blank_and_holds_no_password() {
    let desk = Desk::new(&[SLACK]);
    let mail = ["--eml", "-", "--from", "a@example.com", "--to", "b@example.com", "--dry-run"];
    let ran = desk.run(&[], &[&mail[..], &["--link", ""]].concat());
    assert!(ran.code == 0 && ran.out.contains("To: "), "{ran:?}");
    let ran = desk.run(&[], &["--link", "https://me:secret@ci.example.com/17"]);
    assert!(ran.code == 2 && ran.err.contains("a password") && !ran.err.contains("secret@"), "{ran:?}");
}

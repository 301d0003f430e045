//! Pulling from a process that stands in for the vendors: the same findings as from the files, a fault at each request in
//! turn, and no secret anywhere. `cargo test` builds that process; for this file alone, `cargo build --example api_server`
//! comes first.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "pull/hostile.rs"]
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use boon::{Compiler, Schemas};
use common::vendors::{
    SECRETS, Vendors, customerio, demo_exports, fine, manifest, no_canary, pulling, put, run_secretly, shop, told,
    visible, zoho,
};
use common::{NOW, command, finish, list, root, run_in, text};
use serde_json::{Value, json};

const ALL: &str = "modules: [Contacts, Leads, Deals, Cases], fields: all";
const WHAT: &str = "what: [people, segments, campaigns, deliveries], attributes: all";

/// A finding: code, subject and records.
type Found = (String, String, u64);

/// What differs, and has to: the API gives times with an offset and the screens give them without one; the demo's profiles
/// hold one such time as it stands on the screen; and one of its screen exports has a damaged record.
const EXPLAINED: [(&str, &str); 7] = [
    ("ENM007", "customerio.people.customer_since"),
    ("IO001", "zoho.leads"),
    ("QA002", "test_people:"),
    ("TS001", "zoho.contacts.Last Order Time"),
    ("TS005", "zoho.contacts.Last Order Time"),
    ("TS007", "customerio.people.last_order_at"),
    ("TS015", "zoho.contacts.Last Order Time"),
];

/// Findings as code, subject and records.
fn findings(report: &Value) -> BTreeSet<Found> {
    let one = |finding: &Value| {
        (
            text(finding, "code").to_owned(),
            text(finding, "subject").to_owned(),
            finding["records"].as_u64().unwrap_or(0),
        )
    };
    list(report, "findings").iter().map(one).collect()
}

#[test]
fn a_pull_and_an_audit_in_one_command_find_what_the_files_hold() {
    let vendors = Vendors::start(&["--page", "200"]);
    let dir = pulling(&[zoho(vendors.port, ALL), customerio(vendors.port, WHAT), shop(vendors.port)]);
    // The App API exports no events: these are put there by hand, and stay.
    put(dir.path(), "exports/customerio/events.csv");
    let ran = run_secretly(dir.path(), &["audit", ".", "--pull", "-v", "--now", NOW, "--output", "json=a.json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("`events.csv`, which no pull put there"), "{}", ran.err);
    let pulled: Value = serde_json::from_slice(&fs::read(dir.path().join("a.json")).unwrap()).unwrap();

    let zoho = manifest(dir.path(), "exports/zoho");
    assert_eq!((text(&zoho, "time_zone"), text(&zoho, "asked")), ("Europe/Berlin", "2026-05-21T06:00:00Z"));
    let rows: BTreeMap<&str, u64> =
        list(&zoho, "files").iter().filter_map(|file| Some((text(file, "file"), file["rows"].as_u64()?))).collect();
    assert_eq!((rows["Contacts_001.csv"], rows["Contacts_002.csv"]), (200, 129));
    assert_eq!((rows["Leads.csv"], rows["Leads_converted.csv"], rows["deleted_contacts.json"]), (8, 70, 2));

    // The same exports as people fetch them from the screens.
    let by_hand = pulling(&[
        "  zoho:\n    files: exports/zoho\n    kind: zoho\n    time_zone: Europe/Berlin\n    taken_at: 2026-05-21T06:00:00Z\n".into(),
        "  customerio:\n    files: exports/customerio\n    kind: customerio\n    taken_at: 2026-05-21T06:00:00Z\n".into(),
        "  shopify:\n    files: exports/shopify\n    kind: shopify\n    taken_at: 2026-05-21T06:00:00Z\n".into(),
    ]);
    demo_exports(by_hand.path());
    // What the APIs tell beside the records, saved by hand as docs/config.md describes.
    let beside = ["customerio/segments.json", "customerio/campaigns.json"].map(str::to_owned).into_iter();
    let fields = ["contacts", "leads", "deals", "cases"].map(|module| format!("zoho/fields_{module}.json"));
    for name in beside.chain(fields) {
        fs::copy(dir.path().join("exports").join(&name), by_hand.path().join("exports").join(&name)).unwrap();
    }
    let files = run_in(by_hand.path(), &["audit", ".", "--now", NOW, "--output", "json=-"]).json();
    let (one, other) = (findings(&pulled), findings(&files));
    let apart: Vec<&Found> = one.symmetric_difference(&other).collect();
    let is = |(code, subject, _): &Found, (known, start): &(&str, &str)| code == known && subject.starts_with(start);
    let unexplained: Vec<_> = apart.iter().filter(|found| !EXPLAINED.iter().any(|known| is(found, known))).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    for known in EXPLAINED {
        assert!(apart.iter().any(|found| is(found, &known)), "{known:?} does not differ any more");
    }
    assert!(one.len() > 150, "{}", one.len());
}

#[test]
fn answers_fit_the_public_descriptions_and_secrets_go_to_their_own_hosts() {
    let vendors = Vendors::start(&["--page", "200"]);
    let more = "what: [people, segments, campaigns, topics, deliveries]";
    let dir = pulling(&[zoho(vendors.port, ALL), customerio(vendors.port, more), shop(vendors.port)]);
    fine(&run_secretly(dir.path(), &["pull"]));
    run_secretly(dir.path(), &["doctor"]);
    let log = vendors.log();
    let mut kinds = BTreeSet::new();
    for entry in &log {
        let kind = text(entry, "kind");
        if !["zip", "gzip", "file"].contains(&kind) && kinds.insert(kind.to_owned()) {
            let path = root().join(format!("tests/api_server/schemas/{kind}.json"));
            let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
            let schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            compiler.add_resource("https://crmlint.test/answer.json", schema).unwrap();
            let index = compiler.compile("https://crmlint.test/answer.json", &mut schemas).unwrap();
            for wrong in [json!({}), json!({ "data": [{}] }), json!([]), json!("x")] {
                assert!(schemas.validate(&wrong, index).is_err(), "{kind} lets {wrong} pass");
            }
            for same in log.iter().filter(|same| text(same, "kind") == kind) {
                schemas.validate(&same["body"], index).unwrap_or_else(|error| panic!("{kind}: {error:#}\n{same}"));
            }
        }
        let sent = entry["headers"].to_string() + text(entry, "asked") + &entry["query"].to_string();
        let has = |canary: &str| sent.contains(canary);
        let path = text(entry, "path");
        assert_eq!(has("canaryzohorefresh"), path == "/oauth/v2/token", "{entry}");
        assert_eq!(has("canaryaccess"), path.starts_with("/zohoapis/"), "{entry}");
        assert_eq!(has("canarycustomeriokey"), path.starts_with("/v1/"), "{entry}");
        assert_eq!(has("canaryfileskey"), path.starts_with("/files/"), "{entry}");
        assert!(
            !path.starts_with("/store/") || entry["headers"].to_string().to_lowercase().matches("auth").count() == 0
        );
    }
    // A refusal of Customer.io and one of a token are answered when their schemas are asked for below.
    let schemas = fs::read_dir(root().join("tests/api_server/schemas")).unwrap();
    for schema in schemas.map(|entry| entry.unwrap().path()) {
        let kind = schema.file_stem().unwrap().to_str().unwrap();
        let is_refusal = ["zoho_token_error", "customerio_errors"].contains(&kind);
        assert!(is_refusal || kinds.contains(kind), "{kind} was never answered: {kinds:?}");
    }
    // Two runs, two tokens: none is asked for by call.
    assert_eq!(vendors.asked().iter().filter(|line| line.ends_with("/oauth/v2/token")).count(), 2);
}

/// What a walk pulls: the sources, and arguments of the stand-in.
fn walks(port: u16) -> [Vec<String>; 4] {
    [
        vec![zoho(port, "modules: [Leads]")],
        vec![customerio(port, "what: [people, segments, campaigns]")],
        vec![customerio(port, "what: [deliveries]")],
        vec![shop(port)],
    ]
}

const STAND: [&str; 4] = ["--page", "40", "--polls", "0"];
/// Once, and from then on.
const FAULTS: [(&str, &str); 16] = [
    ("echo", ""),
    ("wait", ""),
    ("400", ""),
    ("401", ""),
    ("429", ""),
    ("500", "+"),
    ("slow", ""),
    ("cut", ""),
    ("cut", "+"),
    ("short", ""),
    ("gone", "+"),
    ("header", ""),
    ("html", "+"),
    ("redirect", ""),
    ("fails", ""),
    ("endless", "+"),
];

#[test]
fn a_fault_at_any_request_ends_in_success_or_one_sentence_and_never_in_half_a_file() {
    let mut jobs = Vec::new();
    let mut whole = Vec::new();
    for walk in 0..4 {
        let vendors = Vendors::start(&STAND);
        let dir = pulling(&walks(vendors.port)[walk]);
        fine(&run_secretly(dir.path(), &["pull", "--quiet"]));
        whole.push(visible(dir.path()));
        let requests = vendors.asked().len();
        jobs.extend((0..requests).flat_map(|at| FAULTS.map(|(kind, stays)| (walk, at, kind, stays))));
    }
    let next = AtomicUsize::new(0);
    let ends = Mutex::new(BTreeMap::<(&str, i32), usize>::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some((walk, at, kind, stays)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    let code = one_fault(walk, &format!("{kind}@{at}{stays}"), &whole[walk]);
                    *ends.lock().unwrap().entry((kind, code)).or_default() += 1;
                }
            });
        }
    });
    let ends = ends.into_inner().unwrap();
    // What passes does not stop a pull.
    for kind in ["429", "slow"] {
        assert_eq!(ends.get(&(kind, 3)), None, "{ends:?}");
    }
    for kind in ["500", "html", "wait"] {
        assert_eq!(ends.get(&(kind, 0)), None, "{ends:?}");
    }
    assert!(ends.contains_key(&("endless", 3)) && ends.contains_key(&("fails", 3)), "{ends:?}");
}

/// One pull with a fault, and another where the fault has passed.
fn one_fault(walk: usize, fault: &str, whole: &[(std::path::PathBuf, Vec<u8>)]) -> i32 {
    let vendors = Vendors::start(&[&STAND[..], &["--fault", fault]].concat());
    let dir = pulling(&walks(vendors.port)[walk]);
    let ran = run_secretly(dir.path(), &["pull", "-v"]);
    let seen = visible(dir.path());
    assert!(!vendors.asked().iter().any(|line| line.ends_with("/stolen")), "walk {walk}, {fault}: it went elsewhere");
    if fault.starts_with("wait") {
        assert!(ran.err.contains("asks to wait 86,400 seconds"), "walk {walk}, {fault}: {}", ran.err);
    }
    match ran.code {
        0 => {
            // What columns a file at an address has is for the audit to say.
            let is_open = walk == 3 && fault.starts_with("header");
            let is_noted = || seen.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("\"notes\""));
            assert!(is_open || seen == whole || is_noted(), "walk {walk}, {fault}: something else landed\n{}", ran.err);
        }
        3 => {
            assert_eq!(ran.err.matches("error: ").count(), 1, "walk {walk}, {fault}: {}", ran.err);
            assert_eq!(ran.err.matches("help: ").count(), 1, "walk {walk}, {fault}: {}", ran.err);
            assert!(seen.is_empty(), "walk {walk}, {fault}: half of it landed\n{}", ran.err);
            if !fault.ends_with('+') {
                let again = run_secretly(dir.path(), &["pull"]);
                assert_eq!(again.code, 0, "walk {walk}, {fault}, again: {}", again.err);
                assert!(visible(dir.path()) == whole, "walk {walk}, {fault}, again: something else landed");
            }
        }
        code => panic!("walk {walk}, {fault}: exit {code}\n{}", ran.err),
    }
    ran.code
}

#[test]
fn a_fault_leaves_what_was_pulled_before() {
    let vendors = Vendors::start(&["--page", "200"]);
    let dir = pulling(&[zoho(vendors.port, "modules: [Contacts]")]);
    fine(&run_secretly(dir.path(), &["pull"]));
    let before = visible(dir.path());
    assert!(before.iter().any(|(file, _)| file.ends_with("Contacts_002.csv")));
    drop(vendors);
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    let moved = |port: u16| {
        let start = config.find("127.0.0.1:").unwrap() + "127.0.0.1:".len();
        let end = start + config[start..].find('"').unwrap();
        fs::write(dir.path().join("crmlint.yaml"), format!("{}{port}{}", &config[..start], &config[end..])).unwrap();
    };
    let vendors = Vendors::start(&["--fault", "short@6+"]);
    moved(vendors.port);
    told(&run_secretly(dir.path(), &["pull"]), 3, "is not whole");
    assert!(visible(dir.path()) == before);
    drop(vendors);
    // All in one page now: the second one of before is gone, what others put there is not.
    put(dir.path(), "exports/zoho/Cases_2026_05_21.csv");
    let vendors = Vendors::start(&[]);
    moved(vendors.port);
    fine(&run_secretly(dir.path(), &["pull"]));
    let names: Vec<String> = visible(dir.path()).iter().map(|(file, _)| file.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "zoho/Cases_2026_05_21.csv",
            "zoho/Contacts.csv",
            "zoho/deleted_contacts.json",
            "zoho/fields_contacts.json",
            "zoho/manifest.json"
        ]
    );
}

#[test]
fn a_pull_that_was_stopped_goes_on_with_the_same_export() {
    let vendors = Vendors::start(&["--polls", "3"]);
    let patient = |text: String| text.replace("poll: 10ms, patience: 3s", "poll: 150ms, patience: 20s");
    let dir = pulling(&[patient(customerio(vendors.port, "what: [people]"))]);
    let mut child = {
        let mut command = command(dir.path(), &["pull"]);
        command.envs(SECRETS).stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    let state = dir.path().join("exports/customerio/.crmlint-pull/state.json");
    for _ in 0..300 {
        if fs::read_to_string(&state).is_ok_and(|text| text.contains("\"id\": \"1\"")) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(visible(dir.path()).is_empty());
    let ran = run_secretly(dir.path(), &["pull"]);
    fine(&ran);
    assert!(ran.err.contains("going on where the last pull stopped"), "{}", ran.err);
    let creates = vendors.asked().iter().filter(|line| *line == "POST /v1/exports/customers").count();
    assert_eq!(creates, 1, "{:?}", vendors.asked());
    assert!(!state.exists() && !visible(dir.path()).is_empty());
}

#[test]
fn a_folder_between_two_pulls_is_not_audited() {
    let dir = pulling(&["  zoho:\n    files: exports/zoho\n    kind: zoho\n".to_owned()]);
    put(dir.path(), "exports/zoho/Contacts_2026_05_21.csv");
    common::write(dir.path(), "exports/zoho/.crmlint-pull/landing", b"");
    for files in ["exports/zoho", "exports/zoho/*.csv"] {
        let config = format!("version: 1\nsources: {{zoho: {{files: {files:?}, kind: zoho}}}}\n");
        common::write(dir.path(), "crmlint.yaml", config.as_bytes());
        told(&run_in(dir.path(), &["audit", "."]), 3, "was stopped while it put the files in their places");
    }
}

#[test]
fn a_dry_run_names_every_request_and_makes_none() {
    let vendors = Vendors::start(&["--page", "200"]);
    let what = "what: [people, segments, campaigns, topics, deliveries]";
    let dir = pulling(&[zoho(vendors.port, ""), customerio(vendors.port, what), shop(vendors.port)]);
    let dry = run_in(dir.path(), &["pull", "--dry-run"]);
    assert_eq!((dry.code, dry.err.as_str()), (0, ""));
    assert!(vendors.log().is_empty());
    assert!(visible(dir.path()).is_empty());
    for (variable, _) in SECRETS {
        assert!(dry.out.contains(variable), "{variable} is not in\n{}", dry.out);
    }
    fine(&run_secretly(dir.path(), &["pull"]));
    let plain = |line: &str| {
        let path = line.replace("/zohoapis", "");
        let parts = path.split('/').map(|part| if part.bytes().all(|byte| byte.is_ascii_digit()) { "#" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let base = format!("http://127.0.0.1:{}", vendors.port);
    let planned = dry.out.replace(&base, "");
    let planned = ["{job}", "{export}", "{segment}"].iter().fold(planned, |text, name| text.replace(name, "#"));
    for line in vendors.asked().iter().filter(|line| !line.contains("/store/")) {
        assert!(planned.contains(&plain(line)), "{line} is not in\n{planned}");
    }
}

#[test]
fn the_doctor_says_what_is_set_accepted_and_missing() {
    let vendors = Vendors::start(&[]);
    let dir = pulling(&[zoho(vendors.port, "modules: [Contacts]"), customerio(vendors.port, ""), shop(vendors.port)]);
    let ran = run_secretly(dir.path(), &["doctor"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in ["zoho: ZOHO_CLIENT_ID is set", "the refresh token is accepted", "ZohoCRM.bulk.READ gives every export"]
    {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    // The stand-in lives in May.
    assert!(ran.out.contains("this machine's clock is"), "{}", ran.out);
    assert!(!dir.path().join("exports").exists(), "nothing is written");
    let unset = run_in(dir.path(), &["doctor"]);
    assert_eq!(unset.code, 2, "{}", unset.out);
    assert!(unset.out.contains("CUSTOMERIO_KEY is not set"), "{}", unset.out);
    let unset = run_in(dir.path(), &["pull"]);
    told(&unset, 2, "ZOHO_CLIENT_ID is not set");
    told(&run_in(dir.path(), &["audit", "."]), 3, "zoho was not pulled yet");
    let mut wrong = command(dir.path(), &["doctor"]);
    wrong.envs(SECRETS).env("CUSTOMERIO_KEY", "canaryother").env("ZOHO_REFRESH_TOKEN", "1000.canaryother");
    let wrong = finish(wrong);
    no_canary(dir.path(), &wrong, &["doctor"]);
    assert_eq!(wrong.code, 3, "{}", wrong.out);
    for line in ["the refresh token is not accepted", "the key is not accepted"] {
        assert!(wrong.out.contains(line), "{line}\n{}", wrong.out);
    }
}

#[test]
fn secrets_and_slips_in_the_config_are_refused_and_not_repeated() {
    let dir = tempfile::tempdir().unwrap();
    for (pull, sentence) in [
        ("{region: eu, key: canary1}", "`key` would be a secret"),
        ("{region: eu, key_env: canary1}", "takes the name of an environment variable"),
        ("{region: eu, api_token: canary1}", "`api_token` would be a secret"),
        ("{url: \"https://x.example/a.csv?token=canary1\"}", "holds a user, a password or a token"),
        ("{url: \"https://canary1:b@x.example/a.csv\"}", "holds a user, a password or a token"),
        ("{url: \"https://x.example/a.csv\", headers: {A: canary1}}", "`headers` would be a secret"),
        ("{region: eu, key_env: KEY, data_centre: eu}", "`data_centre` means nothing"),
        ("{region: eu, key_en: KEY}", "did you mean `key_env`?"),
        ("{region: eu, key_env: KEY, pol: 5s}", "did you mean `poll`?"),
        ("{region: eu, key_env: KEY, poll: soon}", "this is no duration"),
        ("{region: eu, key_env: KEY, timeout: 99999999999999d}", "`timeout` is out of reach"),
        ("{region: eu, key_env: KEY, patience: 0s}", "`patience` is out of reach"),
        ("{region: eu, key_env: KEY, api: \"https://x.example/?a=1\"}", "`api:` holds a query"),
        ("{region: eu, key_env: KEY, api: \"http://127.0.0.1.evil.example\"}", "everyone on the way could read it"),
        ("{region: eu, key_env: KEY, api: \"http://x.example\"}", "everyone on the way could read it"),
        ("{region: eu}", "`key_env:` is missing"),
        ("{url: \"https://x.example/a.csv\"}", "where the file goes is not told"),
    ] {
        let config =
            format!("version: 1\nsources:\n  cio:\n    files: exports/x\n    kind: customerio\n    pull: {pull}\n");
        common::write(dir.path(), "crmlint.yaml", config.as_bytes());
        let ran = run_in(dir.path(), &["pull"]);
        told(&ran, 2, sentence);
        assert!(ran.err.contains("crmlint.yaml:"), "{}", ran.err);
        assert!(!ran.err.contains("canary"), "{}", ran.err);
    }
    common::write(dir.path(), "crmlint.yaml", b"version: 1\nsources: {a: {files: x}}\n");
    told(&run_in(dir.path(), &["pull"]), 2, "no source has a `pull:` section");
}

#[test]
fn the_page_and_the_help_show_configs_that_are_read() {
    let page = fs::read_to_string(root().join("docs/pull.md")).unwrap();
    let shown = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned();
    let help = run_in(root(), &["pull", "--help"]).out;
    let example = help.split("  sources:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let example = format!("sources:{}\n", example.replace("\n  ", "\n"));
    for sources in [shown, example] {
        let dir = tempfile::tempdir().unwrap();
        common::write(dir.path(), "crmlint.yaml", format!("version: 1\n{sources}").as_bytes());
        let ran = run_in(dir.path(), &["pull", "--dry-run"]);
        assert_eq!(ran.code, 0, "{sources}\n{}", ran.err);
        for address in ["https://accounts.zoho.eu/oauth/v2/token", "https://api-eu.customer.io/v1/exports/customers"] {
            assert!(ran.out.contains(address), "{}", ran.out);
        }
    }
}

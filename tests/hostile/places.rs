//! Places that are no files, lead elsewhere, are full or may not be written.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{NOW, Ran, demo, files, finish, run_in, workspace, write};
use crate::{assert_stops, audit};

const ROWS: &str = "id,email,cio_id,created_at,unsubscribed\n1,a@example.com,b7c10800f301d500,1736935977,false\n";

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_and_devices_are_no_exports_and_no_documents() {
    let dir = workspace(&[("people.csv", ROWS)]);
    fifo(&dir.path().join("pipe.csv"));
    fifo(&dir.path().join("pipe.yaml"));
    for path in ["pipe.csv", "/dev/zero", "/dev/null", "/dev/stdin"] {
        assert_stops(&audit(dir.path(), &[path]), 3, "is no regular file");
    }
    assert_stops(&audit(dir.path(), &["pipe.yaml"]), 2, "pipe.yaml is no regular file");
    for (config, phrase) in [
        ("mapping: pipe.yaml", "pipe.yaml is no regular file"),
        ("mapping: /dev/zero", "/dev/zero is no regular file"),
        ("baseline: pipe.yaml", "the baseline pipe.yaml is not there"),
        ("rules: pipe.yaml", "the rules in pipe.yaml cannot be read"),
        ("matching: {decisions: pipe.csv}", "pipe.csv cannot be read: it is no regular file"),
    ] {
        let config = format!("version: 1\nsources: {{customerio: {{files: people.csv}}}}\n{config}\n");
        write(dir.path(), "crmlint.yaml", config.as_bytes());
        assert_stops(&audit(dir.path(), &["."]), 2, phrase);
    }
    // A pipe beside exports is none of them, and neither is one that is called as what a pull leaves.
    fs::create_dir(dir.path().join("exports")).unwrap();
    write(dir.path(), "exports/people.csv", ROWS.as_bytes());
    fifo(&dir.path().join("exports/manifest.json"));
    fifo(&dir.path().join("exports/more.csv"));
    let ran = audit(dir.path(), &["exports", "--format", "json"]);
    assert_eq!(ran.json()["inputs"][0]["records"], 1);
}

#[test]
fn links_in_circles_and_to_nothing_end_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    symlink("two.csv", at("one.csv")).unwrap();
    symlink("one.csv", at("two.csv")).unwrap();
    symlink("nothing.csv", at("dangling.csv")).unwrap();
    for name in ["one.csv", "dangling.csv"] {
        assert_stops(&audit(dir.path(), &[name]), 3, &format!("There is no file or folder {name}"));
    }
    assert_stops(&audit(dir.path(), &["."]), 3, "holds no export");
    // A folder that holds itself is not walked for ever.
    fs::create_dir(at("exports")).unwrap();
    write(dir.path(), "exports/people.csv", ROWS.as_bytes());
    symlink(".", at("exports/again")).unwrap();
    let ran = audit(dir.path(), &["exports", "--format", "json"]);
    assert!(ran.code < 2 || ran.err.matches("error: ").count() == 1, "{ran:?}");
    // An export and a config may be links.
    symlink(at("exports/people.csv"), at("link.csv")).unwrap();
    assert_eq!(audit(dir.path(), &["link.csv", "--format", "json"]).json()["inputs"][0]["records"], 1);
}

/// Behind a link the file itself is written, and what stood beside it stays.
#[test]
fn outputs_behind_links_are_written_where_they_lead() {
    let dir = demo();
    let other = tempfile::tempdir().unwrap();
    for name in ["rows.csv", "report.json", "summary.json"] {
        write(other.path(), name, b"old");
        symlink(other.path().join(name), dir.path().join(name)).unwrap();
    }
    let args = [".", "--rows", "rows.csv", "--output", "report.json", "--save-summary", "summary.json"];
    assert_eq!(audit(dir.path(), &args).code, 1);
    for name in ["rows.csv", "report.json", "summary.json"] {
        assert!(fs::symlink_metadata(dir.path().join(name)).unwrap().is_symlink(), "{name}");
        assert!(fs::metadata(other.path().join(name)).unwrap().len() > 100, "{name}");
    }
    assert_eq!(files(other.path()).len(), 3);
    // A link to itself is no place.
    symlink("loop.json", dir.path().join("loop.json")).unwrap();
    let ran = audit(dir.path(), &[".", "--output", "loop.json"]);
    assert!(ran.code == 1 || ran.code == 3 && ran.err.contains("could not be written"), "{ran:?}");
}

/// What each command writes, into a folder; the demo's config gets a history and snapshots in it where they are named.
fn writers(place: &str) -> Vec<(String, Vec<String>)> {
    let at = |name: &str| format!("{place}/{name}");
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for kind in ["terminal", "json", "sarif", "github", "gitlab", "junit", "html", "md", "csv", "parquet"] {
        all.push((
            String::new(),
            vec!["audit".into(), ".".into(), "--output".into(), format!("{kind}={}", at("report"))],
        ));
    }
    let audit = |more: &[&str]| ["audit", "."].iter().chain(more).map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    all.push((String::new(), audit(&["--rows", &at("rows.csv")])));
    all.push((String::new(), audit(&["--rows", &at("rows.parquet")])));
    all.push((String::new(), audit(&["--save-summary", &at("summary.json")])));
    all.push((format!("history: {}\n", at("history.sqlite")), audit(&[])));
    all.push((format!("snapshots: {{folder: {}}}\n", at("snapshots")), audit(&[])));
    let own = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    all.push((String::new(), own(&["baseline", "write", "--file", &at("baseline.yaml")])));
    all.push((String::new(), own(&["init", "exports/zoho", "exports/customerio", "--out", &at("drafts")])));
    all.push((String::new(), own(&["demo", &at("demo")])));
    let pairs = at("pairs.csv");
    all.push((String::new(), own(&["match", "exports/customerio/people.csv", "--clusters", &pairs])));
    all
}

/// A copy of the demo with more in its config.
fn with(more: &str) -> tempfile::TempDir {
    let dir = demo();
    let config = dir.path().join("crmlint.yaml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(config, format!("{text}\n{more}")).unwrap();
    fs::create_dir(dir.path().join("out")).unwrap();
    dir
}

fn run(dir: &Path, args: &[String], script: Option<&str>) -> Ran {
    let dated = args[0] == "audit" || args[0] == "baseline";
    let args = args.iter().map(String::as_str).chain(if dated { &["--now", NOW][..] } else { &[] }.iter().copied());
    let mut command = match script {
        None => Command::new(env!("CARGO_BIN_EXE_crmlint")),
        Some(script) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", script, env!("CARGO_BIN_EXE_crmlint")]);
            shell
        }
    };
    command.current_dir(dir).args(args).env_clear().stdin(std::process::Stdio::null());
    finish(command)
}

fn assert_nothing_written(dir: &Path, before: &[PathBuf], args: &[String], ran: &Ran) {
    assert_eq!(ran.code, 3, "{args:?}: {ran:?}");
    let errors = ran.err.lines().filter(|line| line.starts_with("error: ")).count();
    assert!(errors == 1 && !ran.err.contains("panicked at"), "{args:?}: {}", ran.err);
    assert_eq!(files(dir), before, "{args:?} left something");
}

/// No user, the superuser included, may write to this place.
#[test]
fn a_place_that_takes_no_file_is_one_sentence_for_every_output() {
    for (config, args) in writers("/proc/self") {
        let dir = with(&config);
        let before = files(dir.path());
        assert_nothing_written(dir.path(), &before, &args, &run(dir.path(), &args, None));
    }
}

/// A limit of the system on the size of files stands in for a disk that is full.
#[test]
fn a_full_disk_is_one_sentence_for_every_output() {
    let full = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    for (config, args) in writers("out") {
        let dir = with(&config);
        let before = files(dir.path());
        let ran = run(dir.path(), &args, Some(full));
        // A history that could not be written is left without a run; its file may be there.
        let before: Vec<PathBuf> = if config.starts_with("history") {
            files(dir.path()).into_iter().filter(|file| before.contains(file) || file.starts_with("out")).collect()
        } else {
            before
        };
        assert_nothing_written(dir.path(), &before, &args, &ran);
    }
}

#[test]
fn a_device_that_is_full_takes_no_report_and_no_other_is_written() {
    for kind in ["terminal", "json", "sarif", "github", "gitlab", "junit", "html", "md", "csv", "parquet"] {
        let dir = demo();
        let before = files(dir.path());
        let full = format!("{kind}=/dev/full");
        let ran = audit(dir.path(), &[".", "--output", "first.json", "--output", &full]);
        assert_eq!(ran.code, 3, "{kind}");
        assert!(ran.err.contains("/dev/full could not be written"), "{kind}: {}", ran.err);
        assert_eq!(files(dir.path()), before, "{kind}");
    }
}

#[test]
fn documents_that_could_not_be_written_stay_as_they_were() {
    let full = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let dir = demo();
    let file = dir.path().join("mapping.yaml");
    let untidy = fs::read_to_string(&file).unwrap().replace("  canonical: ", "  canonical:   ");
    fs::write(&file, &untidy).unwrap();
    let before = files(dir.path());
    let args = ["fmt".to_owned(), "mapping.yaml".to_owned()];
    assert_nothing_written(dir.path(), &before, &args, &run(dir.path(), &args, Some(full)));
    assert_eq!(fs::read_to_string(&file).unwrap(), untidy);
    // The history goes out as a file of its own.
    let dir = with("history: out/history.sqlite\n");
    assert_eq!(audit(dir.path(), &["."]).code, 1);
    let args = ["history", "export", "out/runs.json"].map(str::to_owned);
    let ran = run(dir.path(), &args, Some(full));
    // SQLite's own files beside the history go when it is closed next, on a disk that has room.
    assert_nothing_written(dir.path(), &files(dir.path()), &args, &ran);
    assert!(!dir.path().join("out/runs.json").exists());
    assert_eq!(run_in(dir.path(), &["history"]).code, 0);
    assert_eq!(files(&dir.path().join("out")), [PathBuf::from("history.sqlite")]);
}

#[test]
fn a_pull_onto_a_full_disk_leaves_no_export() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let body = format!("{ROWS}{}", ROWS.lines().last().unwrap().repeat(100));
    let serve = std::thread::spawn(move || {
        // One download, and nobody after it.
        let (mut stream, _) = server.accept().unwrap();
        let mut head = [0_u8; 2_048];
        let _ = stream.read(&mut head);
        let length = body.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {length}\r\n\r\n{body}");
        let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
    });
    let config = format!(
        "version: 1\nsources:\n  shopify:\n    files: exports/orders.csv\n    kind: shopify\n    pull: {{url: \
         \"http://127.0.0.1:{port}/orders.csv\"}}\n"
    );
    let dir = workspace(&[("crmlint.yaml", &config)]);
    let ran = run(dir.path(), &["pull".to_owned()], Some("trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""));
    serve.join().unwrap();
    assert!(ran.code == 3 && ran.err.matches("error: ").count() == 1, "{ran:?}");
    let hidden = |path: &PathBuf| path.to_string_lossy().contains(".crmlint-pull");
    assert_eq!(
        files(dir.path()).into_iter().filter(|path| !hidden(path)).count(),
        1,
        "nothing that an audit would read"
    );
}

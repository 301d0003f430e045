//! Names and values that a spreadsheet takes for formulas and a browser for markup, from the export to every output.

use std::fs;
use std::path::Path;

use crate::audit;
use crate::common::{run_in, workspace, write};

/// What a spreadsheet runs.
const FORMULAS: [&str; 10] = [
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://evil.example\")",
    "+A1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋A1",
];
/// What a browser runs, and what GitHub and a terminal obey.
const MARKUP: &str =
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'--></style>::error::x [a](javascript:alert(3)) |";

/// A workspace whose names and values are all hostile.
fn place() -> tempfile::TempDir {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let column = format!("=plan {MARKUP}");
    writer.write_record(["id", "email", "cio_id", "created_at", "unsubscribed", "phone", "=stage", &column]).unwrap();
    for (number, formula) in FORMULAS.iter().cycle().take(60).enumerate() {
        // Everybody is there twice, under an id and an address that are formulas.
        let id = format!("{formula}{}", number % 10);
        let email = format!("=a{}@example.com", number % 10);
        let cio = format!("b7c10800f301d5{number:02}");
        let stage = if number % 7 == 0 { MARKUP } else { formula };
        writer.write_record([&id, &email, &cio, "1736935977", formula, "+49 (0)30 123-45", stage, formula]).unwrap();
    }
    let people = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mapping = format!(
        "attributes:\n  {0}: {{from: {1}, type: enum, values: [A, {0}], owner: customerio}}\nsegments:\n  {0}: {{where: {2}}}\n",
        quoted(MARKUP),
        quoted("customerio.people.=stage"),
        quoted("\"id\" = 'x'"),
    );
    let rule = format!(
        "code: ZZZ001\nname: own-rule\ncheck: repeats\nparams: {{of: address}}\nseverity: error\nconfidence: high\nstatus: \
         stable\nsince: 0.1.0\nwhat: {0}\nwhy: {0}\nfix: {0}\nneeds: [people]\nfalse_positive: {0}\n",
        quoted(MARKUP)
    );
    let config = "version: 1\nmapping: mapping.yaml\nrules: own.yaml\nhistory: h.sqlite\nsources: {customerio: {files: people.csv}}\n";
    workspace(&[("people.csv", &people), ("mapping.yaml", &mapping), ("own.yaml", &rule), ("crmlint.yaml", config)])
}

/// No cell begins as a formula does; where numbers are to be repaired they keep their sign.
fn assert_no_formula(file: &Path, numbers: bool) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(file).unwrap();
    let mut guarded = 0;
    for record in reader.records() {
        for cell in record.unwrap().iter() {
            let number = numbers && cell.chars().all(|c| c.is_ascii_digit() || "+-(). ".contains(c));
            assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋']), "{cell:?}");
            guarded += usize::from(cell.starts_with('\''));
        }
    }
    guarded
}

#[test]
fn no_csv_file_holds_a_formula() {
    let dir = place();
    let at = |name: &str| dir.path().join(name);
    let ran = audit(dir.path(), &[".", "--show-pii", "--rows", "rows.csv", "--output", "findings.csv"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(assert_no_formula(&at("rows.csv"), true) > 50);
    assert_no_formula(&at("findings.csv"), false);
    assert_no_formula(&at("rows.pairs.csv"), true);
    assert_no_formula(&at("rows.clusters.csv"), true);
    assert_eq!(run_in(dir.path(), &["history", "export", "runs.csv"]).code, 0);
    assert_no_formula(&at("runs.csv"), false);
    let args = ["match", "people.csv", "--id", "id", "--pairs", "p.csv", "--clusters", "c.csv"];
    let ran = run_in(dir.path(), &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(assert_no_formula(&at("c.csv"), true) > 50);
    // What was guarded is known again when it comes back as decisions.
    let mut writer = csv::Writer::from_path(at("decided.csv")).unwrap();
    writer.write_record(["id_l", "id_r", "same"]).unwrap();
    writer.write_record(["'=HYPERLINK(\"http://evil.example\")1", "'+A12", "no"]).unwrap();
    writer.flush().unwrap();
    let two =
        format!("id,email\n\"{}\",a@example.com\n+A12,a@example.com\n", "=HYPERLINK(\"\"http://evil.example\"\")1");
    write(dir.path(), "two.csv", two.as_bytes());
    let ran = run_in(dir.path(), &["match", "two.csv", "--id", "id", "--decisions", "decided.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn no_page_holds_markup_of_others() {
    let dir = place();
    for more in [&[][..], &["--show-pii"]] {
        let outputs = ["html=page.html", "md=x.md", "github=x.github", "junit=x.xml", "sarif=x.sarif", "chat=x.txt"];
        let mut args = vec![".", "-v"];
        // Nobody's data goes into a message.
        let outputs = outputs.iter().filter(|output| more.is_empty() || !output.starts_with("chat"));
        args.extend(outputs.flat_map(|output| ["--output", output]));
        args.extend(more);
        assert_eq!(audit(dir.path(), &args).code, 1);
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        let page = read("page.html");
        assert_eq!(page.matches("<script").count(), 1, "its own");
        assert!(!page.contains("<img src=x") && !page.contains("href=\"javascript") && page.contains("&lt;script"));
        // An escaped bracket makes no link.
        let md = read("x.md").replace("\\]", "");
        assert!(!md.contains("<script") && !md.contains("<img src=x") && !md.contains("](javascript"));
        // A command begins a line; inside of one it is text.
        let commands = ["::error ", "::error::", "::warning ", "::notice ", "::notice::", "::warning::"];
        let github = read("x.github");
        assert!(github.lines().all(|line| commands.iter().any(|command| line.starts_with(command))), "{github}");
        assert!(!github.lines().any(|line| line.starts_with("::error::x")));
        assert!(!read("x.xml").contains("<script") && read("x.sarif").contains("script"));
    }
}

/// A member of an archive names itself, and an export its folder.
#[test]
fn names_of_files_are_no_markup_and_move_no_cursor() {
    let name = "pe\u{1b}[31m\u{7}\u{202e}<script>alert(1)</script>\n::error::x.csv";
    let rows = "id,email,cio_id,created_at,unsubscribed\n1,a@example.com,b7c10800f301d500,1736935977,maybe\n";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut writer, rows.as_bytes()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "people.zip", &writer.finish().unwrap().into_inner());
    // A file system takes all but a slash.
    let plain = name.replace('/', "_");
    write(dir.path(), &plain, rows.as_bytes());
    write(dir.path(), &format!("bad {plain}"), b"%PDF-1.7");
    for path in ["people.zip", plain.as_str(), &format!("bad {plain}")] {
        for format in ["terminal", "html", "md", "github", "junit", "chat"] {
            let ran = audit(dir.path(), &[path, "--format", format, "-v"]);
            for text in [&ran.out, &ran.err] {
                assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format} of {path:?}: {text:?}");
                // Nobody prints a page into the log of a job, where a line may be a command.
                let command = text.lines().any(|line| line.starts_with("::error::x"));
                assert!(format == "html" || !command, "{format}: {text}");
            }
            let markup = ["html", "md", "junit"].contains(&format);
            assert!(!markup || !ran.out.contains("<script>alert"), "{format}: {}", ran.out);
        }
    }
}

//! `crmlint fmt`: one layout, every comment and every value kept, and a file left alone where that cannot be.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{copy, root, run_in, workspace};
use crmlint::layout::format;
use crmlint::yaml::{Document, Node, Value};

const MESSY: &str = "\u{feff}# the contract\r\n\r\n\r\n\r\nversion:   1   \r\nattributes:\r\n    stage:     # where they stand\r\n        from:   \"zoho.contacts.Stage\"\r\n        type: 'enum'\r\n        values:\r\n        - \"A\"    # first\r\n        - 'true'\r\n        - \"a: b\"\r\n        # the last word\r\n    plan: { from: zoho.contacts.Plan,type: text }\r\n# goodbye";

const TIDY: &str = "\
# the contract

version: 1
attributes:
  stage: # where they stand
    from: zoho.contacts.Stage
    type: enum
    values:
      - A # first
      - 'true'
      - \"a: b\"
      # the last word
  plan: {from: zoho.contacts.Plan, type: text}
# goodbye
";

/// The texts of a tree, without their places and quotes.
fn said(node: &Node) -> String {
    match &node.value {
        Value::Null => "~".to_owned(),
        Value::Scalar(text, _) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(said).collect::<Vec<_>>().join(",")),
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{:?}:{}", entry.key, said(&entry.node))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn read(text: &str) -> String {
    said(&Document::parse("a.yaml", text.to_owned()).unwrap().root)
}

/// Lines of comments, where no text in quotes or blocks holds a `#`.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment.trim()).collect()
}

#[test]
fn a_document_gets_one_layout_and_keeps_comments_and_values() {
    let tidy = format("a.yaml", MESSY).unwrap();
    assert_eq!(tidy.replace('"', "'"), TIDY.replace('"', "'"), "{tidy}");
    assert_eq!(format("a.yaml", &tidy).unwrap(), tidy, "what is laid out stays so");
    assert_eq!(read(&tidy), read(MESSY));
    assert_eq!(comments(&tidy), comments(MESSY));
    for (odd, wanted) in [("", ""), ("\n\n", ""), ("# only", "# only\n"), ("a:", "a:\n"), ("a: 1\n\n\n\n", "a: 1\n")] {
        assert_eq!(format("a.yaml", odd).unwrap(), wanted, "{odd:?}");
    }
}

/// Every YAML document of the repository that is one.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["fixtures", "rules", "examples"] {
        let dir = root().join(folder);
        let yaml = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "yaml");
        for file in common::files(&dir).into_iter().filter(yaml) {
            let text = fs::read_to_string(dir.join(&file)).unwrap();
            if Document::parse("a.yaml", text.clone()).is_ok() {
                found.push((Path::new(folder).join(file), text));
            }
        }
    }
    found
}

#[test]
fn every_document_of_the_repository_is_kept() {
    let documents = documents();
    assert!(documents.len() > 200, "{}", documents.len());
    for (file, text) in documents {
        let name = file.display().to_string();
        let tidy = format(&name, &text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read(&tidy), read(&text), "{name}");
        assert_eq!(format(&name, &tidy).unwrap(), tidy, "{name}");
        assert!(tidy.lines().all(|line| line == line.trim_end()) && !tidy.contains("\n\n\n"), "{name}");
    }
}

#[test]
fn hostile_documents_are_kept_or_refused() {
    let table = [
        "a: |\n  x  \n\n\n  y # no comment\nb: >-\n  folded\n  text\n",
        "a: |+\n  x\n\n\nb: 1\n",
        "a: \"two\\nlines # no comment\"\nb: 'it''s'\n",
        "? a\n: b\n",
        "a: &x {b: 1}\nc: *x\n",
        "a: !tag b\n",
        "- - - a\n    - b\n",
        "{a: {b: [1, {c: d}, # why\n  2]}}\n",
        "a: [\n  # nothing yet\n]\n",
        "a:\n\n  # far\n\n\n  # away\n\nb: 1 # end\n",
        "\"yes\": \"no\"\n'1': \"2\"\n\"~\": \"\"\n",
        "a: \"x # y\"\nb: \"- z\"\nc: \"[\"\nd: \" e\"\nf: \"g \"\n",
        "a: plain\n  over\n  lines # after\n",
        "%YAML 1.2\n---\na: 1\n...\n",
        "--- # start\na: 1\n",
        "a: \u{202e}x\nb: \"\\u202ex\"\n",
        "😀: 名前 # ß\n",
    ];
    let long = format!("# x\n{}", "  # y\n".repeat(500));
    let deep = "a:\n".to_owned() + &(1..60).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect::<String>();
    for text in table.into_iter().chain([long.as_str(), deep.as_str()]) {
        let Ok(tidy) = format("a.yaml", text) else { continue };
        assert_eq!(read(&tidy), read(text), "{text:?} became {tidy:?}");
        assert_eq!(tidy.matches('#').count(), text.matches('#').count(), "{text:?} became {tidy:?}");
        assert_eq!(format("a.yaml", &tidy).unwrap(), tidy, "{text:?}");
    }
    let kept = table.iter().filter(|text| format("a.yaml", text).is_ok()).count();
    assert!(kept * 10 >= table.len() * 8, "{kept} of {} are laid out", table.len());
    assert!(format("a.yaml", "a: [1\n").unwrap_err().fault().place.is_some(), "no YAML is told at its line");
}

/// Damage at places that do not depend on chance.
#[test]
fn damaged_documents_never_change_their_meaning() {
    let demo = fs::read_to_string(root().join("fixtures/demo/mapping.yaml")).unwrap();
    let marks = [": ", "\n", "#", "\"", "'", "- ", "  ", "{", "]", "|", "\t", "&a ", ","];
    let (mut laid_out, mut at) = (0, 7);
    for turn in 0..400 {
        at = (at * 31 + 17 * turn) % demo.len();
        let Some((before, after)) = demo.split_at_checked(at) else { continue };
        let text = format!("{before}{}{after}", marks[turn % marks.len()]);
        if Document::parse("a.yaml", text.clone()).is_err() {
            continue;
        }
        if let Ok(tidy) = format("a.yaml", &text) {
            laid_out += 1;
            assert_eq!(read(&tidy), read(&text), "at {at}");
        }
    }
    assert!(laid_out > 100, "{laid_out}");
}

#[test]
fn check_names_the_files_and_their_first_line_and_changes_nothing() {
    let dir = workspace(&[
        ("crmlint.yaml", "version: 1\nmapping: docs/mapping.yaml\n"),
        ("docs/mapping.yaml", "version: 1\n\nattributes:\n    a: {type: text}\n"),
        ("other.yaml", "a:   1\n"),
    ]);
    let before = fs::read_to_string(dir.path().join("docs/mapping.yaml")).unwrap();
    let ran = run_in(dir.path(), &["fmt", "--check"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "docs/mapping.yaml:4: is formatted otherwise\n"), "{}", ran.err);
    assert_eq!(fs::read_to_string(dir.path().join("docs/mapping.yaml")).unwrap(), before);
    assert_eq!(run_in(dir.path(), &["fmt", "other.yaml", "--check"]).out, "other.yaml:1: is formatted otherwise\n");

    let ran = run_in(dir.path(), &["fmt"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "formatted docs/mapping.yaml\n1 file was so already\n"),
        "{}",
        ran.err
    );
    assert_eq!(run_in(dir.path(), &["fmt", "--check"]).code, 0);
    assert_eq!(fs::read_to_string(dir.path().join("other.yaml")).unwrap(), "a:   1\n", "nobody named it");
    for (args, told) in [
        (&["fmt", "gone.yaml"][..], "gone.yaml cannot be read"),
        (&["fmt", "docs"], "holds no crmlint.yaml"),
        (&["fmt", "other.yaml", "other.yaml"], "named twice"),
    ] {
        let ran = run_in(dir.path(), args);
        assert!(ran.code == 2 && ran.err.contains(told), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_document_that_is_no_yaml_leaves_every_file_alone() {
    let dir = workspace(&[("a.yaml", "a:   1\n"), ("b.yaml", "a: [1\n")]);
    let ran = run_in(dir.path(), &["fmt", "a.yaml", "b.yaml"]);
    assert!(ran.code == 2 && ran.err.contains("b.yaml"), "{}", ran.err);
    assert_eq!(fs::read_to_string(dir.path().join("a.yaml")).unwrap(), "a:   1\n");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_and_a_read_only_file_is_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = workspace(&[("real.yaml", "a:   1\n"), ("kept.yaml", "a:   1\n")]);
    let (real, kept, link) = (dir.path().join("real.yaml"), dir.path().join("kept.yaml"), dir.path().join("link.yaml"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o444)).unwrap();
    symlink("real.yaml", &link).unwrap();
    assert_eq!(run_in(dir.path(), &["fmt", "link.yaml"]).code, 0);
    assert!(link.is_symlink() && fs::read_to_string(&real).unwrap() == "a: 1\n");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let ran = run_in(dir.path(), &["fmt", "kept.yaml"]);
    assert!(ran.code == 3 && ran.err.contains("read-only"), "{} {}", ran.code, ran.err);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "a:   1\n");
}

#[test]
fn the_demo_means_the_same_and_drafts_are_laid_out_as_they_are_written() {
    let dir = common::demo();
    assert_eq!(run_in(dir.path(), &["fmt"]).code, 0);
    for file in ["crmlint.yaml", "mapping.yaml"] {
        let [before, after] = [root().join("fixtures/demo"), dir.path().to_owned()]
            .map(|dir| fs::read_to_string(dir.join(file)).unwrap());
        assert_eq!(read(&before), read(&after), "{file}");
    }
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/demo/exports"), &dir.path().join("exports"));
    assert_eq!(run_in(dir.path(), &["init", "exports"]).code, 0);
    let ran = run_in(dir.path(), &["fmt", "--check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

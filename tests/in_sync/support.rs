//! Running the binary without the caller's environment, and the one way in which generated text meets its file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The instant of every documented run.
pub(crate) const NOW: &str = "2026-06-01";

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a run printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) complaint: String,
    pub(crate) code: i32,
}

/// Runs the binary in a folder: no environment, no terminal, so 100 characters a line and no colours.
pub(crate) fn crmlint_in(folder: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_crmlint"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the binary was built for this test");
    Ran {
        out: String::from_utf8(output.stdout).expect("reports are UTF-8"),
        complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().expect("no signal ends it"),
    }
}

/// Runs the binary in the repository; wrong usage and unreadable input are failures.
pub(crate) fn crmlint(args: &[&str]) -> String {
    let ran = crmlint_in(root(), args);
    assert!(ran.code < 2, "crmlint {} ended with {}:\n{}", args.join(" "), ran.code, ran.complaint);
    ran.out
}

/// Whether generated files are to be rewritten.
fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Compares a generated text with the file that holds it, or rewrites the file.
pub(crate) fn in_sync(file: &Path, built: &str) {
    let held = fs::read_to_string(file).unwrap_or_default().replace("\r\n", "\n");
    if held == built {
        return;
    }
    assert!(updating(), "{} is out of date; {}\n{}", shown(file), HOW, first_difference(&held, built));
    fs::create_dir_all(file.parent().expect("generated files lie in folders")).expect("the folder is writable");
    fs::write(file, built).expect("the file is writable");
}

/// Takes away a generated file that nothing generates any more.
pub(crate) fn gone(file: &Path) {
    assert!(updating(), "nothing generates {} any more; {HOW}", shown(file));
    fs::remove_file(file).expect("the file is writable");
}

const HOW: &str = "run `UPDATE=1 cargo test --test in_sync`, read the difference, commit it";

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

fn first_difference(held: &str, built: &str) -> String {
    let (mut held, mut built) = (held.lines(), built.lines());
    for line in 1.. {
        match (held.next(), built.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                return format!(
                    "line {line}\n  committed: {}\n  built:     {}",
                    old.unwrap_or("(ends)"),
                    new.unwrap_or("(ends)")
                );
            }
        }
    }
    "only line ends differ".to_owned()
}

/// Replaces what stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->`; each name occurs exactly once.
pub(crate) fn filled(text: &str, name: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->"));
    assert_eq!((text.matches(&begin).count(), text.matches(&end).count()), (1, 1), "one block {name}");
    let (head, rest) = text.split_once(&begin).expect("counted above");
    let (_, tail) = rest.split_once(&end).expect("counted above");
    format!("{head}{begin}{}\n{end}{tail}", block.trim_end())
}

/// A fenced block that its own content cannot close.
pub(crate) fn fenced(language: &str, content: &str) -> String {
    let fence = if content.contains("```") { "````" } else { "```" };
    format!("{fence}{language}\n{}\n{fence}\n", content.trim_end_matches('\n'))
}

/// Text for a cell of a Markdown table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Every file below a folder, hidden ones left out, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let entry = entry.expect("a readable entry");
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.path() {
            path if path.is_dir() => found.extend(files_below(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

//! Where reports go: one run writes as many as were asked for, each in its format, all of them or none.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::console::Console;
use super::output;
use crate::error::{Error, Fault, Result};
use crate::reports::{Format, Look};
use crate::text::nearest;

/// Standard output, as people name it.
const STDOUT: &str = "-";

/// One report: its format and its place; none is standard output.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    format: Format,
    file: Option<PathBuf>,
}

/// The reports that were asked for: `KIND=FILE` or `FILE`, whose format is the one named, or that of its ending.
pub(super) fn targets(outputs: &[String], format: Option<Format>) -> Result<Vec<Target>> {
    if outputs.is_empty() {
        let format = format.unwrap_or(Format::Terminal);
        return printable(format).map(|()| vec![Target { format, file: None }]);
    }
    let mut targets: Vec<Target> = Vec::new();
    let mut named = 0;
    for text in outputs {
        let (kind, place) = split(text)?;
        named += usize::from(kind.is_some());
        if place.is_empty() {
            let fault = Fault::new(format!("--output {text} names no file"));
            return Err(Error::usage(fault.help(format!("write {text}report, or {text}- for standard output"))));
        }
        let file = (place != STDOUT).then(|| PathBuf::from(place));
        let format = kind.or(format).unwrap_or_else(|| by_ending(place));
        match &file {
            Some(file) => output::fits(file)?,
            None => printable(format)?,
        }
        if targets.iter().any(|other| same(other.file.as_deref(), file.as_deref())) {
            let what = file.map_or("standard output".to_owned(), |file| file.display().to_string());
            let fault = Fault::new(format!("two reports would go to {what}"));
            return Err(Error::usage(fault.help("give each --output a file of its own")));
        }
        targets.push(Target { format, file });
    }
    if let (Some(format), true) = (format, named == outputs.len()) {
        let kind = name(format);
        let fault = Fault::new(format!("--format {kind} says nothing: every --output names its kind"));
        return Err(Error::usage(fault.help(format!("leave it out, or add --output {kind}=- to print that report"))));
    }
    Ok(targets)
}

/// Refuses to print what is no text.
fn printable(format: Format) -> Result<()> {
    if format != Format::Parquet {
        return Ok(());
    }
    let fault = Fault::new("Parquet is no text, and cannot be printed");
    Err(Error::usage(fault.help("name a file: --output parquet=findings.parquet")))
}

/// The first page for a browser among the files.
pub(super) fn page(targets: &[Target]) -> Result<&Path> {
    let page = targets.iter().filter(|target| target.format == Format::Html).find_map(|target| target.file.as_deref());
    page.ok_or_else(|| {
        let fault = Fault::new("--open opens the HTML report, and none is written to a file");
        Error::usage(fault.help("add --output report.html"))
    })
}

/// Refuses a report in the place of another file of the run.
pub(super) fn apart(targets: &[Target], taken: &Path) -> Result<()> {
    if targets.iter().any(|target| target.file.is_some() && same(target.file.as_deref(), Some(taken))) {
        let fault = Fault::new(format!("a report and the failing rows would both go to {}", taken.display()));
        return Err(Error::usage(fault.help("give --output and --rows files of their own")));
    }
    Ok(())
}

/// Renders and writes all: drafts first, so that one that cannot be written leaves no other behind.
pub(super) fn write(
    targets: &[Target],
    console: Console,
    detail: u8,
    render: impl Fn(Format, Look) -> Result<Vec<u8>>,
) -> Result<()> {
    let mut drafts = Vec::new();
    for target in targets {
        let Some(file) = &target.file else { continue };
        let mut look = console.look(detail);
        look.color = false;
        let report = render(target.format, look)?;
        drafts.push(output::draft(file, |out| out.write_all(&report))?);
    }
    for target in targets.iter().filter(|target| target.file.is_none()) {
        console.print(&String::from_utf8_lossy(&render(target.format, console.look(detail))?))?;
    }
    output::keep(drafts)
}

/// The kind, when one is named, and the file. What stands before `=` is no kind when it holds a dot or a slash.
fn split(text: &str) -> Result<(Option<Format>, &str)> {
    let Some((kind, file)) = text.split_once('=').filter(|(kind, _)| !kind.contains(['.', '/', '\\'])) else {
        return Ok((None, text));
    };
    if let Ok(format) = Format::from_str(kind, true) {
        return Ok((Some(format), file));
    }
    let kinds: Vec<String> = Format::value_variants().iter().map(|format| name(*format)).collect();
    let near = match nearest(kind, kinds.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}={file}`?"),
        None => format!("kinds are: {}", kinds.join(", ")),
    };
    let fault = Fault::new(format!("there is no kind of report `{kind}`"));
    Err(Error::usage(fault.help(format!("{near} For a file of that name, write ./{text}"))))
}

fn name(format: Format) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn by_ending(file: &str) -> Format {
    let file = file.to_ascii_lowercase();
    let endings = [
        (".sarif", Format::Sarif),
        (".sarif.json", Format::Sarif),
        (".json", Format::Json),
        (".html", Format::Html),
        (".htm", Format::Html),
        (".md", Format::Md),
        (".xml", Format::Junit),
        (".csv", Format::Csv),
        (".parquet", Format::Parquet),
    ];
    endings.iter().find(|(ending, _)| file.ends_with(ending)).map_or(Format::Terminal, |(_, format)| *format)
}

/// Whether two places are one, however they are written.
fn same(one: Option<&Path>, other: Option<&Path>) -> bool {
    let real = |file: &Path| {
        let folder = output::folder(file).canonicalize().ok();
        folder.zip(file.file_name()).map_or_else(|| file.to_owned(), |(folder, name)| folder.join(name))
    };
    one.map(real) == other.map(real)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Target, targets};
    use crate::reports::Format;

    fn read(outputs: &[&str], format: Option<Format>) -> Result<Vec<(Format, Option<PathBuf>)>, String> {
        let outputs: Vec<String> = outputs.iter().map(|text| (*text).to_owned()).collect();
        let pairs = |targets: Vec<Target>| targets.into_iter().map(|target| (target.format, target.file)).collect();
        targets(&outputs, format).map(pairs).map_err(|error| {
            let fault = error.fault();
            format!("{}; {}", fault.message, fault.help.as_deref().unwrap_or_default())
        })
    }

    #[test]
    fn a_kind_stands_before_the_file_or_is_its_ending() {
        for (text, format, file) in [
            ("sarif=x.json", Format::Sarif, Some("x.json")),
            ("SARIF=x", Format::Sarif, Some("x")),
            ("md=-", Format::Md, None),
            ("-", Format::Terminal, None),
            ("x.sarif", Format::Sarif, Some("x.sarif")),
            ("x.sarif.json", Format::Sarif, Some("x.sarif.json")),
            ("x.JSON", Format::Json, Some("x.JSON")),
            ("x.md", Format::Md, Some("x.md")),
            ("x.xml", Format::Junit, Some("x.xml")),
            ("x.txt", Format::Terminal, Some("x.txt")),
            ("x.csv", Format::Csv, Some("x.csv")),
            ("x.Parquet", Format::Parquet, Some("x.Parquet")),
            ("chat=-", Format::Chat, None),
            ("gitlab=a=b", Format::Gitlab, Some("a=b")),
            ("./a=b.json", Format::Json, Some("./a=b.json")),
            ("a.b=c.json", Format::Json, Some("a.b=c.json")),
        ] {
            assert_eq!(read(&[text], None), Ok(vec![(format, file.map(PathBuf::from))]), "{text}");
        }
        assert_eq!(read(&[], Some(Format::Github)), Ok(vec![(Format::Github, None)]));
        assert_eq!(read(&["x.md"], Some(Format::Json)), Ok(vec![(Format::Json, Some(PathBuf::from("x.md")))]));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_could_be() {
        for (outputs, format, told) in [
            (&["srif=x"][..], None, "did you mean `sarif=x`?"),
            (
                &["picture=x"],
                None,
                "kinds are: terminal, json, sarif, github, gitlab, junit, html, md, chat, csv, parquet",
            ),
            (&["a=b.json"], None, "write ./a=b.json"),
            (&["md="], None, "names no file"),
            (&["parquet=-"], None, "--output parquet=findings.parquet"),
            (&[], Some(Format::Parquet), "--output parquet=findings.parquet"),
            (&[""], None, "names no file"),
            (&["md=-", "-"], None, "standard output"),
            (&["md=x", "json=./x"], None, "two reports would go to ./x"),
            (&["md=src/../x", "x"], None, "two reports would go to x"),
            (&["md=x"], Some(Format::Json), "--output json=-"),
            (&["md=src"], None, "it is a folder"),
            (&["md=no-such-folder/x"], None, "its folder does not exist"),
        ] {
            let refused = read(outputs, format).expect_err("a refusal");
            assert!(refused.contains(told), "{outputs:?}: {refused}");
        }
    }
}

//! Writes labelled records as three files side by side: the people as an export would hold them, the pairs with what
//! is known of each, and who every record is. Errors go back to the caller.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::people::Labelled;

/// Writes `OUT.csv`, `OUT.pairs.csv` and `OUT.truth.csv`; `out` may be given with or without the ending `.csv`.
pub(crate) fn write(labelled: &Labelled, out: &Path) -> io::Result<()> {
    let file = |ending: &str| {
        let path = out.with_extension(ending);
        File::create(&path)
            .map(BufWriter::new)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    };
    people(labelled, file("csv")?)?;
    pairs(labelled, file("pairs.csv")?)?;
    truth(labelled, file("truth.csv")?)
}

fn people(labelled: &Labelled, mut out: impl Write) -> io::Result<()> {
    line(&mut out, labelled.header.iter().copied())?;
    for record in &labelled.records {
        line(&mut out, record.iter().map(String::as_str))?;
    }
    out.flush()
}

fn pairs(labelled: &Labelled, mut out: impl Write) -> io::Result<()> {
    line(&mut out, ["id_l", "id_r", "same", "kind", "agrees"])?;
    for pair in &labelled.pairs {
        let same = if pair.same { "true" } else { "false" };
        let agrees = pair.agrees.join("+");
        line(&mut out, [id(labelled, pair.left), id(labelled, pair.right), same, pair.kind, &agrees])?;
    }
    out.flush()
}

fn truth(labelled: &Labelled, mut out: impl Write) -> io::Result<()> {
    line(&mut out, ["id", "person"])?;
    for (record, person) in labelled.person.iter().enumerate() {
        line(&mut out, [id(labelled, record as u32), &person.to_string()])?;
    }
    out.flush()
}

fn id(labelled: &Labelled, record: u32) -> &str {
    &labelled.records[record as usize][0]
}

/// One line of CSV after RFC 4180, but with a plain line feed; blanks at the edge are quoted so that nobody trims them.
fn line<'a>(out: &mut impl Write, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        let quoted = cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ');
        if quoted {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

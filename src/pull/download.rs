//! A file at an address: CSV, JSON, Parquet or an archive of them. In: the address and its headers. Out: the file, when it
//! is whole as far as a file can tell.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::api::{Call, Vendor};
use super::landing::{Kept, Landing};
use super::{Wish, now, table};
use crate::config::pull::{Remote, Target, Url};
use crate::error::{Error, Fault, Result};
use crate::net::{Address, Secret};

/// The call for the file.
pub(super) fn call(remote: &Remote, api: Option<&Address>) -> Result<Call> {
    let at = match (&remote.url, api) {
        (_, Some(api)) => api.clone(),
        (Url::Open(at), None) => at.clone(),
        (Url::Kept(kept), None) => Address::of(&kept.read()?)?,
    };
    Ok(Call::get(at, "the file"))
}

/// Fetches it.
pub(super) fn pull(vendor: &Vendor<'_>, remote: &Remote, wish: &Wish<'_>, landing: &mut Landing) -> Result<()> {
    let Target::File(place) = &wish.pull.target else {
        return Err(Error::usage(Fault::new("a file at an address needs a file to go to")));
    };
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Url::Kept(kept) = &remote.url {
        vendor.hide(&kept.read()?);
    }
    let mut headers: Vec<(&str, Secret)> = Vec::new();
    for (header, kept) in &remote.headers {
        let value = kept.read()?;
        vendor.hide(&value);
        headers.push((header, value));
    }
    let call = call(remote, wish.pull.api.as_ref())?;
    let (packed, draft) = (landing.draft(&format!("{name}.packed")), landing.draft(&name));
    let mut why = String::new();
    for _ in 0..2 {
        let told = vendor.file(&call, &headers, &packed)?;
        if told.status != 200 {
            return Err(vendor.refused(&call, &told));
        }
        match checked(&packed, &draft) {
            Ok(rows) => {
                let at = told.date.unwrap_or_else(now);
                return landing.keep(&name, Kept { holds: "records", module: None, rows, asked: at, finished: at });
            }
            Err(broken) => why = broken,
        }
    }
    let help = "look at the address in a browser; nothing of it was put among the exports";
    Err(vendor.stop(format!("The file that came is not whole: {why}"), help))
}

/// Whether a file is whole, and how many records it has where that can be counted.
fn checked(packed: &Path, draft: &Path) -> std::result::Result<Option<u64>, String> {
    table::gunzip(packed, draft)?;
    let told = |error: std::io::Error| error.to_string();
    let mut file = File::open(draft).map_err(told)?;
    let mut head = Vec::new();
    (&mut file).take(64).read_to_end(&mut head).map_err(told)?;
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    match start.first() {
        None => Err("it is empty".to_owned()),
        _ if head.starts_with(b"PAR1") => {
            let mut tail = [0; 4];
            file.seek(SeekFrom::End(-4)).and_then(|_| file.read_exact(&mut tail)).map_err(told)?;
            if tail == *b"PAR1" { Ok(None) } else { Err("its end is missing".to_owned()) }
        }
        _ if head.starts_with(b"PK") => table::intact(draft).map(|()| None),
        Some(b'{' | b'[') => {
            file.rewind().map_err(told)?;
            let documents = serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter();
            let mut broken = documents.filter_map(std::result::Result::<serde::de::IgnoredAny, _>::err);
            broken.next().map_or(Ok(None), |_| Err("its JSON breaks off or is damaged".to_owned()))
        }
        Some(_) => match table::rows(draft, &[], None)? {
            // A server that would not, and said so in plain words with a status that says it would.
            0 if table::header(draft)?.len() < 2 => Err("it holds a line of text, and no table".to_owned()),
            rows => Ok(Some(rows)),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::checked;

    #[test]
    fn files_are_whole_as_far_as_they_tell() {
        let dir = tempfile::tempdir().unwrap();
        let (packed, draft) = (dir.path().join("a.packed"), dir.path().join("a"));
        for (text, expected) in [
            ("a,b\n1,2\n", Ok(Some(1))),
            ("{\"a\": 1}\n{\"a\": 2}\n", Ok(None)),
            ("[{\"a\": 1}]", Ok(None)),
            ("a,b\n", Ok(Some(0))),
            ("a,b\n1", Err(())),
            ("please sign in", Err(())),
            ("[{\"a\": 1}", Err(())),
            ("<!doctype html>", Err(())),
            ("PAR1xxxx", Err(())),
            ("PK\u{3}\u{4}half", Err(())),
            ("", Err(())),
        ] {
            std::fs::write(&packed, text).unwrap();
            assert_eq!(checked(&packed, &draft).map_err(|_| ()), expected, "{text}");
        }
    }
}

//! `crmlint demo`: the demo workspace travels in the binary.

use std::fs;
use std::path::PathBuf;

use super::console::Console;
use crate::error::{Error, Exit, Fault, Result};
use crate::interrupt;

macro_rules! workspace {
    ($($file:literal),* $(,)?) => {
        /// The files of the demo workspace.
        const FILES: &[(&str, &[u8])] = &[$(($file, include_bytes!(concat!("../../fixtures/demo/", $file)))),*];
    };
}

include!("demo_files.rs");

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write; it must not exist yet, or be empty
    dir: PathBuf,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let dir = &args.dir;
    let failed = |error: std::io::Error| {
        Error::input(Fault::new(format!("{} could not be written: {error}", dir.display())).help("name another folder"))
    };
    if dir.is_file() {
        return Err(Error::usage(Fault::new(format!("{} is a file", dir.display())).help("name a new folder")));
    }
    if dir.is_dir() && fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(Error::usage(
            Fault::new(format!("{} is not empty", dir.display())).help("name a new folder: nothing is overwritten"),
        ));
    }
    let parent =
        dir.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
    fs::create_dir_all(&parent).map_err(failed)?;
    let make = || tempfile::Builder::new().prefix(".crmlint-demo").tempdir_in(&parent);
    let (draft, _listed) = interrupt::listed(make, |draft| draft.path()).map_err(failed)?;
    let root = draft.path().join("demo");
    for (file, content) in FILES {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&root)).map_err(failed)?;
        fs::write(&path, content).map_err(failed)?;
    }
    if dir.is_dir() {
        fs::remove_dir(dir).map_err(failed)?;
    }
    fs::rename(&root, dir).map_err(failed)?;
    console.print(&format!(
        "{} files of a small shop with planted defects are in {}.\nNow: crmlint audit {}\n",
        FILES.len(),
        dir.display(),
        dir.display()
    ))
}

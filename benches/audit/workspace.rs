//! The workspaces that are measured: made by `examples/generate` where they are not there yet.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crmlint::text::count;

use crate::Failure;
use crate::options::Options;

/// Every workspace is made from this.
const SEED: &str = "7";

/// A workspace on disk.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    /// Of its exports.
    pub(crate) bytes: u64,
    /// Whether it was made just now.
    pub(crate) is_made: bool,
}

/// The workspace of so many people, made where it is not there, and once read so that the page cache is warm.
pub(crate) fn ready(options: &Options, people: u64) -> Result<Place, Failure> {
    let folder = options.data.join(format!("people-{people}"));
    // The generator writes its config last.
    let is_made = !folder.join("crmlint.yaml").is_file();
    if is_made {
        make(options, people, &folder, &[])?;
    }
    let bytes = warm(&folder)?;
    println!("## {} people\n\n{}: {} bytes of exports.\n", count(people), folder.display(), count(bytes));
    Ok(Place { folder, bytes, is_made })
}

/// The same people without any fault.
pub(crate) fn clean(options: &Options, people: u64) -> Result<PathBuf, Failure> {
    let folder = options.data.join(format!("clean-{people}"));
    if !folder.join("crmlint.yaml").is_file() {
        make(options, people, &folder, &["--clean"])?;
    }
    Ok(folder)
}

fn make(options: &Options, people: u64, folder: &Path, more: &[&str]) -> Result<(), Failure> {
    eprintln!("making {}", folder.display());
    fs::create_dir_all(folder)?;
    let mut command = match &options.generate {
        Some(program) => Command::new(program),
        None => by_cargo(),
    };
    let people = people.to_string();
    command.args(["--people", &people, "--seed", SEED, "--out"]).arg(folder).args(more);
    match command.status()?.success() {
        true => Ok(()),
        false => Err(format!("{people} people could not be made").into()),
    }
}

/// Cargo builds and runs the example, in the profile of this program.
fn by_cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", "--quiet", "--example", "generate"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // What Cargo told this program about itself makes it build what asks for it anew, Polars with it.
    let of_this_program = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_program)) {
        command.env_remove(name);
    }
    command.arg("--");
    command
}

/// Reads every export once; how many bytes they hold.
pub(crate) fn warm(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for system in fs::read_dir(folder.join("exports"))? {
        for file in fs::read_dir(system?.path())? {
            bytes += std::io::copy(&mut fs::File::open(file?.path())?, &mut std::io::sink())?;
        }
    }
    Ok(bytes)
}

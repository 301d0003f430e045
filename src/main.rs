//! Parse, run, print, exit: nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(crmlint::cli::main() as u8)
}

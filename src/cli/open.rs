//! Opens a file in the browser of whoever sits here. No shell sees its name.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::console::Console;

/// How long the program that opens files may take to say that it cannot.
const WAIT: Duration = Duration::from_secs(3);

/// Opens the file; what goes wrong is said and stops nothing.
pub(super) fn open(file: &Path, console: Console) {
    if let Err(why) = opened(file) {
        console.say(&format!("warning: {} could not be opened: {why}", file.display()));
    }
}

fn opened(file: &Path) -> Result<(), String> {
    // An absolute path is no option, whatever it begins with.
    let place = std::path::absolute(file).map_err(|error| error.to_string())?;
    let (program, arguments) = opener();
    let mut command = Command::new(program);
    command.args(arguments).arg(place);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    let started = Instant::now();
    // Some openers stay for as long as the browser does.
    while started.elapsed() < WAIT {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{program} ended with {status}")),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn opener() -> (&'static str, &'static [&'static str]) {
    if cfg!(windows) {
        // `start` is a word of the shell; this is what it calls.
        ("rundll32.exe", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    }
}

//! Secrets: the environment or a file in, a value out that no message, log or report can print.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use crate::error::{Error, Fault, Result};

/// The longest secret that is read: a file that is longer is another file.
const LONGEST: usize = 64 << 10;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// An environment variable, or the file that the variable with `_FILE` behind its name names.
    Variable(String),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => out.write_str(name),
            Self::File(file) => write!(out, "{}", file.display()),
        }
    }
}

impl Kept {
    /// Whether a word can be the name of a variable. What is none may be a secret itself: do not print it.
    pub fn is_variable(word: &str) -> bool {
        let starts = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts && word.len() <= 128 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    /// The file that holds it, when every user of this machine may read that.
    #[cfg(unix)]
    pub fn open_file(&self) -> Option<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let file = match self {
            Self::File(file) => file.clone(),
            Self::Variable(name) => {
                PathBuf::from(std::env::var_os(format!("{name}_FILE")).filter(|path| !path.is_empty())?)
            }
        };
        let mode = std::fs::metadata(&file).ok()?.permissions().mode();
        (mode & 0o004 != 0).then_some(file)
    }

    /// The file that holds it, when every user of this machine may read that; here nobody can say.
    #[cfg(not(unix))]
    pub fn open_file(&self) -> Option<PathBuf> {
        None
    }

    /// Reads the secret.
    pub fn read(&self) -> Result<Secret> {
        let (text, name) = match self {
            Self::Variable(name) => from_variable(name)?,
            Self::File(file) => (from_file(file)?, self.to_string()),
        };
        // The line end behind a secret in a file is not of it.
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(Error::usage(Fault::new(format!("{name} is blank")).help("put the secret there")));
        }
        if text.contains(|c: char| c.is_control()) {
            let fault = Fault::new(format!("{name} holds more than one line, or a character that no secret has"));
            return Err(Error::usage(fault.help("put the secret alone there")));
        }
        Ok(Secret { text: text.to_owned(), name })
    }
}

fn from_variable(name: &str) -> Result<(String, String)> {
    let set = |name: &str| std::env::var_os(name).filter(|text| !text.is_empty());
    let file = format!("{name}_FILE");
    match (set(name), set(&file)) {
        (Some(_), Some(_)) => {
            let fault = Fault::new(format!("{name} and {file} are both set"));
            Err(Error::usage(fault.help("set one of them")))
        }
        (Some(text), None) => match text.into_string() {
            Ok(text) => Ok((text, name.to_owned())),
            Err(_) => Err(Error::usage(Fault::new(format!("{name} is no text")).help("put the secret alone there"))),
        },
        (None, Some(path)) => Ok((from_file(&PathBuf::from(path))?, file)),
        (None, None) => {
            let fault = Fault::new(format!("{name} is not set"));
            Err(Error::usage(fault.help(format!("set it, or set {file} to a file that holds it"))))
        }
    }
}

fn from_file(file: &std::path::Path) -> Result<String> {
    let refuse = |why: &str| {
        let fault = Fault::new(format!("the secret in {} cannot be read: {why}", file.display()));
        Err(Error::usage(fault.help("check its name and its permissions")))
    };
    match std::fs::metadata(file) {
        Ok(about) if about.is_dir() => return refuse("it is a folder"),
        Ok(about) if about.len() > LONGEST as u64 => return refuse("it is too large for a secret"),
        Ok(_) => {}
        Err(error) => return refuse(&error.to_string()),
    }
    // What is no plain file, such as a pipe, tells no size beforehand.
    let mut text = String::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(LONGEST as u64 + 1).read_to_string(&mut text));
    match read {
        Ok(read) if read > LONGEST => refuse("it is too large for a secret"),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => refuse("it is no text"),
        Err(error) => refuse(&error.to_string()),
    }
}

/// A secret. It prints as the name of the place that holds it.
#[derive(Clone)]
pub struct Secret {
    text: String,
    name: String,
}

impl Secret {
    /// A secret that a server gave, under a name of ours.
    pub fn given(text: impl Into<String>, name: &str) -> Self {
        Self { text: text.into(), name: name.to_owned() }
    }

    /// What is to be sent. It goes into a request and nowhere else.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The name of the place that holds it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_file_prints_as_the_name_of_the_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("token");
        std::fs::write(&file, "canary-1\n").expect("written");
        let kept = Kept::File(file.clone());
        let secret = kept.read().expect("a secret");
        #[cfg(unix)]
        for (mode, is_open) in [(0o600, false), (0o640, false), (0o644, true)] {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
            assert_eq!(kept.open_file().is_some(), is_open, "{mode:o}");
        }
        assert_eq!(secret.reveal(), "canary-1");
        assert!(!format!("{secret:?} {}", secret.name()).contains("canary"));
        for (text, told) in [("", "is blank"), (" \n", "is blank"), ("one\ntwo canary", "more than one line")] {
            std::fs::write(&file, text).expect("written");
            let refused = Kept::File(file.clone()).read().expect_err(text).to_string();
            assert!(refused.contains(told) && !refused.contains("canary"), "{refused}");
        }
        for (path, told) in [(dir.path().join("none"), "cannot be read"), (dir.path().to_owned(), "a folder")] {
            assert!(Kept::File(path).read().expect_err("no file").to_string().contains(told));
        }
        #[cfg(unix)]
        assert!(Kept::File("/dev/zero".into()).read().expect_err("endless").to_string().contains("too large"));
        std::fs::write(&file, vec![b'a'; LONGEST + 1]).expect("written");
        assert!(Kept::File(file).read().expect_err("too large").to_string().contains("too large"));
    }

    #[test]
    fn an_address_is_no_name_of_a_variable() {
        assert!(Kept::is_variable("SLACK_URL") && Kept::is_variable("_x1"));
        for wrong in ["", "1A", "https://hooks.example.com", "SLACK URL", "a-b", "xoxb/1"] {
            assert!(!Kept::is_variable(wrong), "{wrong}");
        }
        let refused = Kept::Variable("CRMLINT_NO_SUCH_VARIABLE".to_owned()).read().expect_err("not set");
        assert!(refused.fault().help.as_deref().is_some_and(|help| help.contains("CRMLINT_NO_SUCH_VARIABLE_FILE")));
    }
}

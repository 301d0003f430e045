//! The stand-in for the vendors' APIs as a process, and a workspace that pulls from it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Ran, command, copy, files, finish, root};

/// What opens the stand-in, by the variables that the workspace names. No output may hold any of it.
pub const SECRETS: [(&str, &str); 5] = [
    ("ZOHO_CLIENT_ID", "1000.CANARYZOHOCLIENT"),
    ("ZOHO_CLIENT_SECRET", "canaryzohosecret0f"),
    ("ZOHO_REFRESH_TOKEN", "1000.canaryzohorefresh.77"),
    ("CUSTOMERIO_KEY", "canarycustomeriokey5b"),
    ("FILES_KEY", "canaryfileskey31"),
];

/// A running stand-in; it ends with the value.
pub struct Vendors {
    child: Child,
    pub port: u16,
    log: PathBuf,
    _dir: tempfile::TempDir,
}

impl Drop for Vendors {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Vendors {
    /// Starts one that serves the demo's exports.
    pub fn start(args: &[&str]) -> Self {
        Self::serving(&root().join("fixtures/demo"), args)
    }

    pub fn serving(folder: &Path, args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log.ndjson");
        let test = std::env::current_exe().unwrap();
        let server = test.parent().and_then(Path::parent).unwrap().join("examples/api_server");
        assert!(
            server.with_extension(std::env::consts::EXE_EXTENSION).is_file(),
            "cargo build --example api_server first"
        );
        let mut command = Command::new(server);
        command.args(["--folder", folder.to_str().unwrap(), "--log", log.to_str().unwrap()]).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap(), log, _dir: dir }
    }

    /// Every request and its answer so far.
    pub fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `POST /oauth/v2/token`, request by request.
    pub fn asked(&self) -> Vec<String> {
        let line = |entry: &Value| format!("{} {}", entry["method"].as_str().unwrap(), entry["path"].as_str().unwrap());
        self.log().iter().map(line).collect()
    }
}

/// Waits that a test can bear.
const PACE: &str = "poll: 10ms, patience: 3s, timeout: 1s";

/// The `pull:` of Zoho.
pub fn zoho(port: u16, more: &str) -> String {
    format!(
        "  zoho:\n    files: exports/zoho\n    kind: zoho\n    time_zone: Europe/Berlin\n    pull: {{data_centre: eu, \
         client_id_env: ZOHO_CLIENT_ID, client_secret_env: ZOHO_CLIENT_SECRET, refresh_token_env: ZOHO_REFRESH_TOKEN, \
         api: \"http://127.0.0.1:{port}\", {PACE}, {more}}}\n"
    )
}

/// The `pull:` of Customer.io.
pub fn customerio(port: u16, more: &str) -> String {
    format!(
        "  customerio:\n    files: exports/customerio\n    kind: customerio\n    pull: {{region: eu, key_env: CUSTOMERIO_KEY, \
         api: \"http://127.0.0.1:{port}\", {PACE}, {more}}}\n"
    )
}

/// The `pull:` of a file.
pub fn shop(port: u16) -> String {
    format!(
        "  shopify:\n    files: exports/shopify/customers_export.csv\n    kind: shopify\n    pull: \
         {{url: \"http://127.0.0.1:{port}/files/shopify/customers_export.csv\", headers_env: {{X-Api-Key: FILES_KEY}}, {PACE}}}\n"
    )
}

/// A folder with the demo's mapping and these sources.
pub fn pulling(sources: &[String]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = format!("version: 1\nmapping: mapping.yaml\nsources:\n{}", sources.concat());
    fs::write(dir.path().join("crmlint.yaml"), config).unwrap();
    fs::copy(root().join("fixtures/demo/mapping.yaml"), dir.path().join("mapping.yaml")).unwrap();
    dir
}

/// Runs the binary with every secret set, and sees that none of them came out: neither on a screen nor in any file.
pub fn run_secretly(dir: &Path, args: &[&str]) -> Ran {
    let mut command = command(dir, args);
    // As much as any library may be brought to say.
    command.envs(SECRETS).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    let ran = finish(command);
    no_canary(dir, &ran, args);
    ran
}

/// Looks for secrets in everything that a run left behind.
pub fn no_canary(dir: &Path, ran: &Ran, args: &[&str]) {
    let is = |text: &str| text.to_lowercase().contains("canary");
    assert!(!is(&ran.out) && !is(&ran.err), "{args:?} gave a secret away:\n{}\n{}", ran.out, ran.err);
    for file in files(dir) {
        let bytes = fs::read(dir.join(&file)).unwrap();
        assert!(!is(&String::from_utf8_lossy(&bytes)), "{args:?} left a secret in {}", file.display());
    }
}

/// The files that an audit may see, with what they hold.
pub fn visible(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let is_hidden = |file: &PathBuf| file.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    let exports = dir.join("exports");
    if !exports.is_dir() {
        return Vec::new();
    }
    let seen = files(&exports).into_iter().filter(|file| !is_hidden(file));
    seen.map(|file| (file.clone(), fs::read(exports.join(file)).unwrap())).collect()
}

/// A file of the demo that no API gives, put there by hand.
pub fn put(dir: &Path, name: &str) {
    let to = dir.join(name);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(root().join("fixtures/demo").join(name), to).unwrap();
}

/// The demo's exports, for the audit that is compared with.
pub fn demo_exports(dir: &Path) {
    copy(&root().join("fixtures/demo/exports"), &dir.join("exports"));
}

/// The manifest of a folder.
pub fn manifest(dir: &Path, folder: &str) -> Value {
    serde_json::from_slice(&fs::read(dir.join(folder).join("manifest.json")).unwrap()).unwrap()
}

/// It went well.
pub fn fine(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// One sentence of why not, and what to do.
pub fn told(ran: &Ran, code: i32, sentence: &str) {
    assert_eq!(ran.code, code, "{}", ran.err);
    assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
    assert!(ran.err.contains(sentence), "{sentence:?} is not in {}", ran.err);
}

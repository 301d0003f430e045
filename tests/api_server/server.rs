//! A process that stands in for the APIs of Zoho CRM and Customer.io and for a host of files, in tests alone.
//!
//! It listens on a free port of this machine, prints the port, and ends when its standard input does, after two minutes
//! or after some thousand requests. It serves the exports of a workspace, `--folder`, in the vendors' shapes. `--fault`
//! makes one request go wrong (see [`faults`]), `--log` names a file that gets one line of JSON a request. The shapes are
//! held against the schemas beside this file by `tests/pull.rs`, so that client and server cannot be wrong together.
#![allow(clippy::unwrap_used, clippy::exit, clippy::print_stdout)]

mod customerio;
mod faults;
mod http;
mod workspace;
mod zoho;

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use faults::Fault;
use http::{Answer, Request, Sending};
use workspace::Workspace;

/// Requests after which it ends.
const MOST: usize = 5_000;
/// How long it lives.
const LIFE: Duration = Duration::from_secs(120);
/// What the host of files wants to see; no output of the client may hold it.
const FILES_KEY: &str = "canaryfileskey31";

/// What the test asked for.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where it is reached.
    pub(crate) base: String,
    /// Records a job gives.
    pub(crate) page: usize,
    /// Looks at a job before it is done.
    pub(crate) polls: usize,
    /// The time that every answer tells.
    date: String,
}

struct Server {
    settings: Settings,
    workspace: Workspace,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    requests: usize,
    faults: Vec<Fault>,
    log: Option<File>,
    zoho: zoho::State,
    customerio: customerio::State,
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut settings = Settings {
        base: format!("http://127.0.0.1:{port}"),
        page: 200_000,
        polls: 1,
        date: "Thu, 21 May 2026 06:00:00 GMT".to_owned(),
    };
    let (mut folder, mut state) = (PathBuf::from("."), State::default());
    let args: Vec<String> = std::env::args().skip(1).collect();
    for pair in args.chunks(2) {
        let [name, value] = pair else { panic!("{pair:?} needs a value") };
        match name.as_str() {
            "--folder" => folder = PathBuf::from(value),
            "--fault" => state.faults.push(Fault::parse(value).unwrap_or_else(|| panic!("{value} is no fault"))),
            "--log" => state.log = Some(File::create(value).unwrap()),
            "--page" => settings.page = value.parse().unwrap(),
            "--polls" => settings.polls = value.parse().unwrap(),
            "--date" => settings.date.clone_from(value),
            other => panic!("{other} is not known"),
        }
    }
    println!("{port}");
    std::io::stdout().flush().unwrap();
    std::thread::spawn(|| {
        // Ends with the test that holds the other end.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    std::thread::spawn(|| {
        std::thread::sleep(LIFE);
        std::process::exit(1);
    });
    let server = Arc::new(Server { settings, workspace: Workspace::read(&folder), state: Mutex::new(state) });
    for stream in listener.incoming().flatten() {
        let server = Arc::clone(&server);
        std::thread::spawn(move || server.serve(&stream));
    }
}

impl Server {
    fn serve(&self, stream: &TcpStream) {
        let Some(request) = Request::read(stream) else { return };
        let (answer, sending) = self.answer(&request);
        http::send(stream, &answer, &self.settings.date, sending);
    }

    fn answer(&self, request: &Request) -> (Answer, Sending) {
        let mut state = self.state.lock().unwrap();
        let at = state.requests;
        state.requests += 1;
        if at >= MOST {
            std::process::exit(1);
        }
        let answer = self.right(request, &mut state);
        let struck = state.faults.iter_mut().find_map(|fault| fault.strikes(at, request));
        let vendor = if request.path.starts_with("/v1/") { "customerio" } else { "zoho" };
        let log = line(request, &answer, struck.as_deref());
        let (answer, sending) = struck
            .map_or((answer.clone(), Sending::Whole), |kind| faults::spoil(&kind, answer.clone(), vendor, request));
        if let Some(file) = &mut state.log {
            writeln!(file, "{log}").unwrap();
        }
        (answer, sending)
    }

    /// What is answered when nothing goes wrong.
    fn right(&self, request: &Request, state: &mut State) -> Answer {
        let (workspace, settings) = (&self.workspace, &self.settings);
        let path = request.path.as_str();
        if path == "/oauth/v2/token" {
            return zoho::token(request, &mut state.zoho, settings);
        }
        if let Some(path) = path.strip_prefix("/zohoapis/") {
            return zoho::answer(path, request, &mut state.zoho, workspace, settings);
        }
        if let Some(path) = path.strip_prefix("/v1/") {
            return customerio::answer(path, request, &mut state.customerio, workspace, settings);
        }
        if let Some(path) = path.strip_prefix("/store/") {
            return customerio::store(path, request, &state.customerio);
        }
        if let Some(name) = path.strip_prefix("/files/") {
            if request.header("x-api-key") != Some(FILES_KEY) {
                return faults::told(401, "zoho", "UNAUTHORIZED", "who are you?");
            }
            if let Some(bytes) = workspace.file(name).filter(|_| !name.contains("..")) {
                return Answer::file("file", "text/csv", bytes);
            }
        }
        faults::told(404, "zoho", "NOT_FOUND", "there is nothing here")
    }
}

/// A request and its answer before anything went wrong with it, for the test to look at.
fn line(request: &Request, answer: &Answer, fault: Option<&str>) -> Value {
    let body: Value = match answer.media {
        "application/json" => serde_json::from_slice(&answer.body).unwrap_or_default(),
        _ => Value::Null,
    };
    json!({
        "method": request.method, "path": request.path, "query": request.query, "headers": request.headers,
        "asked": request.body, "status": answer.status, "kind": answer.kind, "body": body, "fault": fault,
    })
}

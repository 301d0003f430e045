//! How a system is asked. In: a call. Out: its JSON or its file, or one sentence of why not. Every text that leaves here is
//! cleared of secrets, whoever put them there.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::pacer::Pacer;
use super::veil::Veil;
use crate::config::pull::Pace;
use crate::error::{Error, Fault, Result};
use crate::net::{Address, Client, Limits, Method, Secret, Trouble, form, http_date};

/// Bytes of the largest answer that is no file.
const MOST_TALK: u64 = 64 << 20;
/// Bytes of the largest file.
const MOST_FILE: u64 = 64 << 30;
/// Bytes of an answer that is no file where a file was to be.
const MOST_REFUSAL: u64 = 64 << 10;
/// Letters of what a vendor says that a message repeats.
const MOST_SAID: usize = 200;

/// Where a pull says how far it is.
pub struct Voice<'a> {
    /// Says a line.
    pub say: &'a dyn Fn(&str),
    /// 0 nothing, 1 each step, 2 each request.
    pub detail: u8,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    /// GET or POST.
    pub method: Method,
    /// To whom.
    pub at: Address,
    /// JSON that goes along.
    pub body: Option<Value>,
    /// What it is about: `the fields of Contacts`.
    pub what: String,
}

impl Call {
    /// A question.
    pub fn get(at: Address, what: impl Into<String>) -> Self {
        Self { method: Method::GET, at, body: None, what: what.into() }
    }

    /// An order.
    pub fn post(at: Address, body: Value, what: impl Into<String>) -> Self {
        Self { method: Method::POST, at, body: Some(body), what: what.into() }
    }
}

/// What was answered.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// `200`
    pub status: u16,
    /// The JSON of it; null where there is none.
    pub json: Value,
    /// Whether there was a body that is no JSON.
    pub strange: bool,
    /// The time by the vendor's clock.
    pub date: Option<i64>,
}

impl Told {
    /// Whether it did what it was asked for.
    pub fn is_fine(&self) -> bool {
        (200..300).contains(&self.status) && !self.strange
    }

    /// A text of the answer by its route: `/data/0/details/id`.
    pub fn text(&self, route: &str) -> Option<String> {
        match self.json.pointer(route)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What the vendor says is wrong: its code and its words, in any of the shapes that are known.
    pub fn said(&self) -> (String, String) {
        let routes = ["/code", "/data/0/code", "/error", "/errors/0/code"];
        let code = routes.iter().find_map(|route| self.text(route)).unwrap_or_default();
        let routes = ["/message", "/data/0/message", "/errors/0/detail", "/meta/error", "/errors/0/message"];
        (code, routes.iter().find_map(|route| self.text(route)).unwrap_or_default())
    }
}

/// A system and how it is spoken to.
pub struct Vendor<'a> {
    /// `Zoho CRM`
    pub name: &'static str,
    voice: &'a Voice<'a>,
    talk: Client,
    fetch: Client,
    pacer: RefCell<Pacer>,
    files: RefCell<Pacer>,
    veil: RefCell<Veil>,
}

impl<'a> Vendor<'a> {
    /// A system that bears so many requests in a time, and so many files.
    pub fn new(name: &'static str, pace: Pace, most: [(usize, Duration); 2], voice: &'a Voice<'a>) -> Self {
        let limits = Limits {
            tries: 5,
            first: pace.poll.min(Duration::from_secs(1)),
            patience: pace.patience.min(Duration::from_secs(180)),
            silence: pace.timeout,
            whole: pace.timeout.saturating_mul(2),
            bytes: MOST_TALK,
        };
        let patience = pace.patience.saturating_mul(2);
        let fetch = Limits { whole: pace.patience, patience, bytes: MOST_FILE, ..limits };
        Self {
            name,
            voice,
            talk: Client::new(limits),
            fetch: Client::new(fetch),
            pacer: RefCell::new(Pacer::new(most[0])),
            files: RefCell::new(Pacer::new(most[1])),
            veil: RefCell::default(),
        }
    }

    /// Keeps a secret out of everything that is said from now on.
    pub fn hide(&self, secret: &Secret) {
        self.veil.borrow_mut().add(secret.reveal());
    }

    /// Says a step.
    pub fn say(&self, line: &str) {
        if self.voice.detail > 0 {
            (self.voice.say)(&self.clear(line));
        }
    }

    fn note(&self, call: &Call, status: u16, started: Instant) {
        if self.voice.detail > 1 {
            let line = format!("  {} {} {status} in {} ms", call.method, call.at, started.elapsed().as_millis());
            (self.voice.say)(&self.clear(&line));
        }
    }

    /// A text without secrets and without what a terminal obeys.
    pub fn clear(&self, text: &str) -> String {
        self.veil.borrow().clear(text)
    }

    /// As much of a vendor's words as a message repeats. They are cleared before they are cut, lest half a secret stays.
    pub fn quote(&self, text: &str) -> String {
        let clear = self.clear(text);
        if clear.chars().count() <= MOST_SAID {
            clear
        } else {
            clear.chars().take(MOST_SAID).collect::<String>() + "…"
        }
    }

    /// Asks for JSON. Any answer is one, but for those that may pass and do not.
    pub fn json(&self, call: &Call, headers: &[(&str, Secret)]) -> Result<Told> {
        let body = call.body.as_ref().map(Value::to_string);
        self.ask(call, headers, body.as_deref().map(|body| ("application/json", body)))
    }

    /// Sends a form whose values are secrets.
    pub fn form(&self, call: &Call, pairs: &[(&str, &str)]) -> Result<Told> {
        self.ask(call, &[], Some(("application/x-www-form-urlencoded", &form(pairs))))
    }

    fn ask(&self, call: &Call, headers: &[(&str, Secret)], body: Option<(&str, &str)>) -> Result<Told> {
        self.pacer.borrow_mut().wait();
        let started = Instant::now();
        let answer = self.talk.ask_whole(&call.method, &call.at, |mut request| {
            for (name, value) in headers {
                request = request.header(*name, value.reveal());
            }
            match body {
                Some((media, body)) => request.header("Content-Type", media).body(body.to_owned()),
                None => request,
            }
        });
        let answer = answer.map_err(|trouble| self.trouble(call, &trouble))?;
        self.note(call, answer.status, started);
        let date = answer.header("date").and_then(http_date);
        Ok(told(answer.status, &answer.body, date))
    }

    /// Fetches a file to a place. What is no file is told as an answer.
    pub fn file(&self, call: &Call, headers: &[(&str, Secret)], into: &Path) -> Result<Told> {
        self.files.borrow_mut().wait();
        self.pacer.borrow_mut().wait();
        let started = Instant::now();
        let dress = |mut request: reqwest::blocking::RequestBuilder| {
            for (name, value) in headers {
                request = request.header(*name, value.reveal());
            }
            request
        };
        let answer = self.fetch.ask(&call.method, &call.at, dress, |status, _, body| {
            if status != 200 {
                let mut bytes = Vec::new();
                body.take(MOST_REFUSAL).read_to_end(&mut bytes)?;
                return Ok(bytes);
            }
            let mut file = File::create(into)?;
            std::io::copy(body, &mut file)?;
            file.flush().map(|()| Vec::new())
        });
        let answer = answer.map_err(|trouble| self.trouble(call, &trouble))?;
        self.note(call, answer.status, started);
        Ok(told(answer.status, &answer.body, answer.header("date").and_then(http_date)))
    }

    /// Asks for a file and looks at no more than whether it would come.
    pub fn knock(&self, call: &Call, headers: &[(&str, Secret)]) -> Result<Told> {
        self.pacer.borrow_mut().wait();
        let dress = |mut request: reqwest::blocking::RequestBuilder| {
            for (name, value) in headers {
                request = request.header(*name, value.reveal());
            }
            request
        };
        let answer = self.talk.ask(&call.method, &call.at, dress, |_, _, _| Ok(()));
        let answer = answer.map_err(|trouble| self.trouble(call, &trouble))?;
        Ok(told(answer.status, &[], answer.header("date").and_then(http_date)))
    }

    /// An answer that is as it should be, or why the run stops.
    pub fn fine(&self, call: &Call, told: Told) -> Result<Told> {
        if told.is_fine() { Ok(told) } else { Err(self.refused(call, &told)) }
    }

    fn trouble(&self, call: &Call, trouble: &Trouble) -> Error {
        let help = match trouble.status {
            Some(429) => "its limits are used up: run the pull again later, it goes on where it stopped",
            _ => "run the pull again, it goes on where it stopped; `crmlint doctor` looks at the connection",
        };
        self.stop(format!("{} could not be asked for {}: {trouble}", self.name, call.what), help)
    }

    /// The error of an answer that is a refusal.
    pub fn refused(&self, call: &Call, told: &Told) -> Error {
        let (code, words) = told.said();
        let why = match (told.strange, told.status) {
            (true, _) => "what it answered is no JSON; a proxy or a sign-in page may have answered instead".to_owned(),
            (false, 200..300) => "what it answered is not what its API describes".to_owned(),
            (false, 300..400) => "it answered with another address, which is not followed".to_owned(),
            (false, status) => {
                let mut said = vec![code.as_str(), words.as_str()];
                said.retain(|text| !text.is_empty());
                let said = self.quote(&said.join(", "));
                if said.is_empty() { format!("it answered {status}") } else { format!("it answered {status}: {said}") }
            }
        };
        let help = match (told.status, code.as_str()) {
            (_, "OAUTH_SCOPE_MISMATCH") | (403, _) => {
                "the credentials do not allow this: `crmlint doctor` says which scope gives what"
            }
            (401, _) => "the credentials are not accepted: `crmlint doctor` looks at them",
            _ => "run the pull again, it goes on where it stopped",
        };
        self.stop(format!("{} did not give {}: {why}", self.name, call.what), help)
    }

    /// An error with its secrets cleared.
    pub fn stop(&self, message: impl AsRef<str>, help: &str) -> Error {
        Error::input(Fault::new(self.clear(message.as_ref())).help(help))
    }
}

fn told(status: u16, bytes: &[u8], date: Option<i64>) -> Told {
    let json = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    // A refusal may say so in any words; what was granted is JSON.
    let strange = json.is_err() && !bytes.is_empty() && (200..300).contains(&status);
    Told { status, json: json.unwrap_or_default(), strange, date }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Told, told};

    #[test]
    fn refusals_are_read_in_every_shape() {
        let said = |text: &str| told(400, text.as_bytes(), None).said();
        let is = |code: &str, words: &str| (code.to_owned(), words.to_owned());
        assert_eq!(said(r#"{"code": "A", "message": "b", "details": {}}"#), is("A", "b"));
        assert_eq!(said(r#"{"data": [{"code": "A", "message": "b"}]}"#), is("A", "b"));
        assert_eq!(said(r#"{"errors": [{"detail": "b", "status": "400"}]}"#), is("", "b"));
        assert_eq!(said(r#"{"meta": {"error": "b"}}"#), is("", "b"));
        assert_eq!(said(r#"{"error": "invalid_code"}"#), is("invalid_code", ""));
        assert_eq!(said("<html>"), is("", ""));
        assert!(told(200, b"<html>", None).strange && !told(204, b"", None).strange);
        assert!(!Told { status: 302, ..Told::default() }.is_fine());
    }
}

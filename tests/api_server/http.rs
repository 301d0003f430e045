//! As much of HTTP/1.1 as the stand-in needs: one request a connection, read whole; an answer, written whole or broken on
//! purpose.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// The longest body of a request.
const MOST: usize = 1 << 20;

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    /// Reads a request; none where the other side said nothing that is one.
    pub(crate) fn read(stream: &TcpStream) -> Option<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0).min(MOST);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let body = String::from_utf8_lossy(&body).into_owned();
        Some(Self { method, path: path.to_owned(), query: pairs(query), headers, body })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The pairs of a query or a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (unescaped(name), unescaped(value))
    };
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The schema that its JSON fits, or what it is.
    pub(crate) kind: &'static str,
    pub(crate) media: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, kind: &'static str, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { status, kind, media: "application/json", headers: Vec::new(), body }
    }

    pub(crate) fn file(kind: &'static str, media: &'static str, body: Vec<u8>) -> Self {
        Self { status: 200, kind, media, headers: Vec::new(), body }
    }

    /// An answer without a body.
    pub(crate) fn nothing(kind: &'static str) -> Self {
        Self { status: 204, kind, media: "application/json", headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// How the body goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sending {
    /// As it should.
    Whole,
    /// Half of it, and the connection ends.
    Cut,
    /// A byte now and then.
    Slow,
    /// More and more of it.
    Forever,
}

/// Writes an answer. The time it tells is the one that the test chose.
pub(crate) fn send(mut stream: &TcpStream, answer: &Answer, date: &str, sending: Sending) {
    let Answer { status, media, body, .. } = answer;
    let mut head = format!("HTTP/1.1 {status} Told\r\nDate: {date}\r\nConnection: close\r\n");
    if *status != 204 {
        head += &format!("Content-Type: {media}\r\n");
        if sending != Sending::Forever {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
    }
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    // Whoever asked may be gone.
    let _ = stream.write_all(head.as_bytes());
    let _ = match sending {
        Sending::Whole => stream.write_all(body),
        Sending::Cut => stream.write_all(&body[..body.len() / 2]),
        Sending::Slow => drip(stream, body),
        Sending::Forever => flow(stream, body),
    };
    let _ = stream.flush();
    let _ = stream.shutdown(std::net::Shutdown::Write);
}

/// Until nobody reads any more, and for twenty seconds at most.
fn flow(mut stream: &TcpStream, body: &[u8]) -> std::io::Result<()> {
    for _ in 0..1_000 {
        stream.write_all(body)?;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn drip(mut stream: &TcpStream, body: &[u8]) -> std::io::Result<()> {
    for byte in body.iter().take(100) {
        stream.write_all(&[*byte])?;
        stream.flush()?;
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

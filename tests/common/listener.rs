//! A server on this machine that answers as it is told to and remembers what it was asked.
#![allow(clippy::unwrap_used, unreachable_pub, dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What it answers to one request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status line and headers, and a body.
    Says(&'static str, String),
    /// The head at once, the body after a while.
    Slowly(Duration, &'static str),
    /// A body that is shorter than announced.
    Cut,
    /// Nothing at all, for a while.
    Silent(Duration),
}

impl Reply {
    pub fn status(line: &'static str) -> Self {
        Self::Says(line, String::new())
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub head: String,
    pub body: String,
}

impl Asked {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The server: it ends after its last reply, or with the test.
pub struct Listener {
    pub port: u16,
    asked: Receiver<Asked>,
}

impl Listener {
    pub fn new(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else { return };
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                if let Some(request) = request(&mut stream) {
                    let _ = sender.send(request);
                }
                // Who asked may be gone.
                let _ = answer(&mut stream, &reply);
            }
        });
        Self { port, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.try_iter().collect()
    }
}

fn request(stream: &mut TcpStream) -> Option<Asked> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend(&buffer[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let asked = Asked { head, body: String::new() };
    let length: usize = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
    while bytes.len() < end + 4 + length {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend(&buffer[..read]);
    }
    Some(Asked { body: String::from_utf8(bytes[end + 4..].to_vec()).ok()?, ..asked })
}

fn answer(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let length = |body: &str| format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    match reply {
        Reply::Says(head, body) => write!(stream, "HTTP/1.1 {head}\r\n{}{body}", length(body))?,
        Reply::Slowly(wait, body) => {
            write!(stream, "HTTP/1.1 200 OK\r\n{}", length(body))?;
            stream.flush()?;
            std::thread::sleep(*wait);
            write!(stream, "{body}")?;
        }
        Reply::Cut => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nok")?,
        Reply::Silent(wait) => std::thread::sleep(*wait),
    }
    stream.flush()
}

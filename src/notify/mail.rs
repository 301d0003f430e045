//! A brief in, a mail out: one file as RFC 5322 wants it, with the same in plain text and in HTML, and nothing to load.
//! Mail programs open it as a draft; `sendmail -t` sends it as it is.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Fault, Result};
use crate::reports::brief::{Brief, Line};

/// Characters of one line of base64.
const LINE: usize = 76;
/// Bytes whose encoded word is no longer than the 75 characters that it may have.
const WORD: usize = 45;

/// Somebody's name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: String,
}

impl Mailbox {
    /// Reads `ana@example.com` or `Ana Weber <ana@example.com>`; `what` names the place it comes from.
    pub fn read(text: &str, what: &str) -> Result<Self> {
        let refuse = |why: &str| {
            let help = "write data@example.com, or Data Team <data@example.com>";
            Err(Error::usage(Fault::new(format!("{what} {why}")).help(help)))
        };
        let text = text.trim();
        if text.contains(|c: char| c.is_control()) {
            return refuse("holds a line break or a control character");
        }
        let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.split_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
            None => ("", text),
        };
        let fine = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]:;,\"\\@".contains(&byte))
        };
        match address.split_once('@') {
            Some((local, domain)) if fine(local) && fine(domain) && address.len() <= 254 && name.len() <= 500 => {
                Ok(Self { name: name.to_owned(), address: address.to_owned() })
            }
            _ if !address.is_ascii() => {
                refuse("is no address in ASCII: a domain with other letters is written as xn--…")
            }
            _ => refuse("is no mail address"),
        }
    }

    /// As a header holds it.
    fn header(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || " -_'".contains(c);
        match self.name.as_str() {
            "" => self.address.clone(),
            name if name.chars().all(plain) => format!("{name} <{}>", self.address),
            name if name.is_ascii() && name.len() < 60 => {
                format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), self.address)
            }
            name => format!("{}\r\n <{}>", encoded(name), self.address),
        }
    }
}

/// Words of a header that are not ASCII, each on a line of its own.
fn encoded(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= WORD => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

/// The text of a header whose name has so many characters: folded at blanks where it can be, else as encoded words.
fn worded(text: &str, name: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // What looks like an encoded word would be read as one.
    if !text.is_ascii() || text.contains("=?") || text.split(' ').any(|word| word.len() > WORD || word.is_empty()) {
        return encoded(&text);
    }
    let (mut folded, mut line) = (String::new(), name + 2);
    for word in text.split(' ') {
        let (between, start) = match (folded.is_empty(), line + 1 + word.len() > LINE) {
            (true, _) => ("", line),
            (_, true) => ("\r\n ", 1),
            (_, false) => (" ", line + 1),
        };
        folded.extend([between, word]);
        line = start + word.len();
    }
    folded
}

/// The mail. `now` is the instant of the run, in seconds: the same report makes the same file.
pub fn message(brief: &Brief, link: Option<&str>, from: &Mailbox, to: &[Mailbox], now: i64) -> String {
    let (plain, page) = (plain(brief, link), html(brief, link));
    let receivers: Vec<String> = to.iter().map(Mailbox::header).collect();
    let subject = format!("{}: {}", brief.title, brief.facts.first().map_or("", |fact| fact.trim_end_matches('.')));
    let mut hasher = blake3::Hasher::new();
    [&plain, &page, &subject, &receivers.join(",")].iter().for_each(|part| {
        hasher.update(part.as_bytes()).update(&[0]);
    });
    let id = hasher.finalize().to_hex()[..32].to_owned();
    let domain = from.address.rsplit('@').next().unwrap_or_default();
    let boundary = format!("=_crmlint_{id}");
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}@{domain}>\r\n\
         Auto-Submitted: auto-generated\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n",
        from.header(),
        receivers.join(",\r\n "),
        worded(&subject, "Subject".len()),
        date(now),
    );
    for (kind, part) in [("plain", plain), ("html", page)] {
        let _ = write!(
            text,
            "--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines(&part)
        );
    }
    let _ = write!(text, "--{boundary}--\r\n");
    text
}

/// `Mon, 1 Jun 2026 08:00:00 +0000`
fn date(now: i64) -> String {
    let stamp = jiff::Timestamp::from_second(now).unwrap_or_default();
    jiff::fmt::rfc2822::to_string(&stamp.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// Base64 in lines. Ends of lines within are as mail wants them.
fn lines(text: &str) -> String {
    let coded = STANDARD.encode(text.replace('\n', "\r\n"));
    let lines = coded.as_bytes().chunks(LINE).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\r\n")
}

fn plain(brief: &Brief, link: Option<&str>) -> String {
    let link = link.map(|link| format!("\nThe whole report: {link}\n")).unwrap_or_default();
    format!("{}{link}", brief.text())
}

fn html(brief: &Brief, link: Option<&str>) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"font-family: sans-serif; font-size: 15px; line-height: 1.4; max-width: 45em\">\n\
         <h1 style=\"font-size: 20px\">{title}</h1>\n<p style=\"color: #555\">{}</p>\n<p>{}</p>\n",
        escaped(&brief.run),
        brief.facts.iter().map(|fact| escaped(fact)).collect::<Vec<_>>().join("<br>\n"),
        title = escaped(&brief.title),
    );
    if !brief.lines.is_empty() {
        let items: String = brief.lines.iter().map(item).collect();
        let _ = write!(page, "<ol>\n{items}</ol>\n");
    }
    if let Some(more) = brief.rest() {
        let _ = writeln!(page, "<p>{more}</p>");
    }
    if let Some(link) = link {
        let _ = writeln!(page, "<p><a href=\"{}\">The whole report</a></p>", escaped(link));
    }
    page + "</body></html>\n"
}

fn item(line: &Line) -> String {
    let [head, what, fix] = [line.head(), line.what.clone(), line.fix.clone()].map(|text| escaped(&text));
    format!(
        "<li style=\"margin-bottom: 10px\"><strong>{head}</strong><br>{what}<br>\
         <span style=\"color: #555\">{fix}</span></li>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_cannot_bring_a_header_with_it() {
        let read = |text: &str| Mailbox::read(text, "--to").map(|found| found.header());
        assert_eq!(read("a@example.com").ok().as_deref(), Some("a@example.com"));
        assert_eq!(read(" Data Team <a@example.com>").ok().as_deref(), Some("Data Team <a@example.com>"));
        assert_eq!(read("\"Weber, Ana\" <a@example.com>").ok().as_deref(), Some("\"Weber, Ana\" <a@example.com>"));
        assert_eq!(read("Änne <a@example.com>").ok().as_deref(), Some("=?UTF-8?B?w4RubmU=?=\r\n <a@example.com>"));
        for wrong in [
            "",
            "a",
            "a@",
            "@example.com",
            "a@b@c.example",
            "a@example.com, b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "A\nB <a@example.com>",
            "änne@example.com",
            "<a@example.com",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn words_of_a_header_are_no_longer_than_they_may_be() {
        let text = "Überprüfung 🚀 ".repeat(12);
        let words = worded(text.trim_end(), 7);
        let mut read = Vec::new();
        for word in words.split("\r\n ") {
            assert!(word.len() <= 75, "{word}");
            let inner = word.strip_prefix("=?UTF-8?B?").and_then(|rest| rest.strip_suffix("?=")).expect("a word");
            let bytes = STANDARD.decode(inner).expect("base64");
            assert!(std::str::from_utf8(&bytes).is_ok(), "no letter is cut in two");
            read.extend(bytes);
        }
        assert_eq!(String::from_utf8(read).expect("UTF-8"), text.trim_end());
        assert_eq!(worded("plain\nBcc: x", 7), "plain Bcc: x");
        let long = "so many words ".repeat(9);
        let folded = worded(long.trim_end(), 7);
        assert!(folded.split("\r\n").all(|line| line.len() <= LINE) && folded.contains("\r\n "), "{folded}");
        assert_eq!(folded.replace("\r\n ", " "), long.trim_end());
        assert!(worded("=?UTF-8?B?eA==?=", 7).starts_with("=?UTF-8?B?PT9V"), "text that looks encoded stays text");
    }
}

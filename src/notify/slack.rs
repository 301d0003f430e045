//! A brief in, the message of a Slack incoming webhook out: Block Kit within its limits, and every value as text.

use serde_json::{Value, json};

use crate::reports::brief::{Brief, Line};
use crate::text::counted;

/// Characters that Slack takes in the text of a block, and of a header.
pub const BLOCK: usize = 3_000;
/// The same of a header.
const HEADER: usize = 150;
/// Blocks of one message.
pub const BLOCKS: usize = 50;
/// Blocks that are not findings: header, run, facts, divider, what is left out, link.
const OTHERS: usize = 6;

/// The message. `link` is where the whole report is.
pub fn message(brief: &Brief, link: Option<&str>) -> Value {
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": cut(&brief.title, HEADER), "emoji": false } }),
        json!({ "type": "context", "elements": [text(&escaped(&brief.run))] }),
        json!({ "type": "section", "text": text(&escaped(&brief.facts.join("\n"))) }),
    ];
    if !brief.lines.is_empty() {
        blocks.push(json!({ "type": "divider" }));
    }
    let room = BLOCKS - OTHERS;
    blocks.extend(brief.lines.iter().take(room).map(|line| json!({ "type": "section", "text": text(&told(line)) })));
    let left = brief.more + brief.lines.len().saturating_sub(room) as u64;
    if left > 0 {
        let said = format!("And {}.", counted(left, "more finding", "more findings"));
        blocks.push(json!({ "type": "context", "elements": [text(&said)] }));
    }
    if let Some(link) = link {
        blocks.push(json!({ "type": "section", "text": text(&format!("<{}|The whole report>", escaped(link))) }));
    }
    // Shown in notifications, and where blocks are not.
    let plain = format!("{}: {}", brief.title, brief.facts.first().map(String::as_str).unwrap_or_default());
    json!({ "text": cut(&escaped(&plain), BLOCK), "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

fn told(line: &Line) -> String {
    format!("*{}*\n{}\n_{}_", escaped(&line.head()), escaped(&line.what), escaped(&line.fix))
}

/// Marked-up text in which Slack makes no link and no mention of its own.
fn text(marked: &str) -> Value {
    json!({ "type": "mrkdwn", "text": cut(marked, BLOCK), "verbatim": true })
}

/// Slack's three control characters as text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cut to a length, and never within an escape.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    let whole = match head.rfind('&') {
        Some(at) if !head[at..].contains(';') => &head[..at],
        _ => &head,
    };
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(findings: usize, what: &str) -> Brief {
        let line = Line {
            severity: "error".to_owned(),
            rule: "ENM002 enum-variant".to_owned(),
            subject: "customerio.people.stage".to_owned(),
            what: what.to_owned(),
            fix: "Write it as <Active>.".to_owned(),
            people: 3,
            mark: Some("new"),
        };
        Brief {
            title: "crmlint: Not ready".to_owned(),
            run: "2026-06-01T00:00:00Z".to_owned(),
            facts: vec!["1 error, 0 warnings, 0 notes.".to_owned()],
            lines: vec![line; findings],
            more: 7,
        }
    }

    #[test]
    fn a_message_stays_within_the_limits_and_its_values_are_text() {
        let hostile = format!("<!channel> & <https://example.com|click> {}", "&".repeat(3_000));
        let message = message(&brief(99, &hostile), Some("https://ci.example.com/run?a=1&b=2"));
        let blocks = message["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= BLOCKS, "{}", blocks.len());
        for block in blocks {
            let texts = block["text"]["text"].as_str().into_iter();
            for text in texts.chain(block["elements"][0]["text"].as_str()) {
                assert!(text.chars().count() <= BLOCK && !text.is_empty());
                assert!(!text.contains("<!"), "{text}");
                assert!(
                    text.split('&')
                        .skip(1)
                        .all(|rest| ["amp;", "lt;", "gt;"].iter().any(|tail| rest.starts_with(tail))),
                    "{text}"
                );
            }
        }
        let rest = &blocks[blocks.len() - 2]["elements"][0]["text"];
        assert_eq!(rest, "And 62 more findings.", "55 of 99 and the 7");
        assert_eq!(
            blocks[blocks.len() - 1]["text"]["text"],
            "<https://ci.example.com/run?a=1&amp;b=2|The whole report>"
        );
    }
}

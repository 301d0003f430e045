//! A brief in, the message of a Microsoft Teams Workflows webhook out: one Adaptive Card, whose values are runs of text and
//! no markup.

use serde_json::{Value, json};

use crate::reports::brief::{Brief, Line};

/// Bytes that Teams takes of one message.
pub const LIMIT: usize = 28 << 10;

/// The message. `link` is where the whole report is. Findings that would make it too large are left out and counted.
pub fn message(brief: &Brief, link: Option<&str>) -> Value {
    let mut brief = brief.clone();
    loop {
        let message = whole(&brief, link);
        if message.to_string().len() <= LIMIT || brief.lines.pop().is_none() {
            return message;
        }
        brief.more += 1;
    }
}

fn whole(brief: &Brief, link: Option<&str>) -> Value {
    let mut body = vec![
        rich(&[run(&brief.title, &[("size", json!("Large")), ("weight", json!("Bolder"))])]),
        rich(&[run(&brief.run, &[("isSubtle", json!(true))])]),
    ];
    body.extend(brief.facts.iter().map(|fact| rich(&[run(fact, &[])])));
    body.extend(brief.lines.iter().map(told));
    body.extend(brief.rest().map(|more| rich(&[run(&more, &[("isSubtle", json!(true))])])));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": brief.title,
        "body": body,
        "msteams": { "width": "Full" },
    });
    if let Some(link) = link {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": "The whole report", "url": link }]);
    }
    let kind = "application/vnd.microsoft.card.adaptive";
    json!({ "type": "message", "attachments": [{ "contentType": kind, "contentUrl": null, "content": card }] })
}

fn told(line: &Line) -> Value {
    let color = match line.severity.as_str() {
        "error" => "Attention",
        "warning" => "Warning",
        _ => "Default",
    };
    let items = [
        rich(&[run(&line.head(), &[("weight", json!("Bolder")), ("color", json!(color))])]),
        rich(&[run(&line.what, &[])]),
        rich(&[run(&line.fix, &[("isSubtle", json!(true))])]),
    ];
    json!({ "type": "Container", "separator": true, "items": items })
}

/// Unlike a block of text, runs know no Markdown.
fn rich(runs: &[Value]) -> Value {
    json!({ "type": "RichTextBlock", "inlines": runs })
}

fn run(text: &str, look: &[(&str, Value)]) -> Value {
    let mut run = json!({ "type": "TextRun", "text": text });
    look.iter().for_each(|(key, value)| run[*key] = value.clone());
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_stays_within_the_limit_and_counts_what_is_left_out() {
        let line = Line {
            severity: "error".to_owned(),
            rule: "ENM002 enum-variant".to_owned(),
            subject: "customerio.people.stage".to_owned(),
            what: "[click](https://example.com) **x** <at>all</at>".repeat(8),
            fix: "Write it as Active.".to_owned(),
            people: 3,
            mark: None,
        };
        let brief = Brief {
            title: "crmlint: Not ready".to_owned(),
            run: String::new(),
            facts: Vec::new(),
            lines: vec![line; 80],
            more: 0,
        };
        let message = message(&brief, Some("https://ci.example.com/"));
        assert!(message.to_string().len() <= LIMIT);
        let body = message["attachments"][0]["content"]["body"].as_array().expect("a body");
        let shown = body.iter().filter(|item| item["type"] == "Container").count();
        let rest = body.last().and_then(|last| last["inlines"][0]["text"].as_str()).unwrap_or_default();
        assert_eq!(rest, format!("And {} more findings.", 80 - shown));
        assert!(shown > 5, "{shown}");
        assert!(!message.to_string().contains("\"TextBlock\""), "Markdown is read in blocks of text");
    }
}

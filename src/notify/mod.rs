//! A finished run told to people: a JSON report and the targets of crmlint.yaml in, messages out. Nothing is audited here,
//! and nothing but what the report holds is told.

pub mod mail;
pub mod slack;
pub mod state;
pub mod teams;
pub mod webhook;

use reqwest::header::CONTENT_TYPE;

use crate::config::notify::{Kind, Target};
use crate::error::Result;
use crate::net::{Address, Client, Method, Secret};
use crate::reports::brief::{Before, Brief, Report};
use webhook::{SIGNATURE, signature};

/// Findings of a message to a channel.
const CHAT: usize = 5;

/// What Slack says of a message that it does not take. Other answers could hold anything, and are not repeated.
const SLACK: &[&str] = &[
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_blocks",
    "invalid_payload",
    "invalid_token",
    "no_service",
    "no_team",
    "no_text",
    "posting_to_general_channel_denied",
    "rollup_error",
    "team_disabled",
    "too_many_attachments",
    "user_not_found",
];

/// The body of a message as it goes out.
pub fn body(kind: Kind, report: &Report, before: Option<&Before>, link: Option<&str>, sent_at: &str) -> Result<String> {
    let brief = Brief::of(report, before, CHAT)?;
    let value = match kind {
        Kind::Slack => slack::message(&brief, link),
        Kind::Teams => teams::message(&brief, link),
        Kind::Webhook => {
            serde_json::to_value(webhook::message(report, &brief, before, link, sent_at)).unwrap_or_default()
        }
    };
    Ok(value.to_string())
}

/// A target whose address and secret were read.
pub struct Ready<'a> {
    /// The entry of the config.
    pub target: &'a Target,
    address: Address,
    secret: Option<Secret>,
}

impl<'a> Ready<'a> {
    /// Reads what the entry names.
    pub fn read(target: &'a Target) -> Result<Self> {
        let address = Address::of(&target.url.read()?)?;
        let secret = target.secret.as_ref().map(crate::net::Kept::read).transpose()?;
        Ok(Self { target, address, secret })
    }

    /// Sends a body. What went wrong is a clause that names neither the address nor a secret.
    pub fn send(&self, client: &Client, body: &str) -> std::result::Result<(), String> {
        let answer = client.ask_whole(&Method::POST, &self.address, |request| {
            let request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
            match &self.secret {
                Some(secret) => request.header(SIGNATURE, signature(secret, body.as_bytes())),
                None => request,
            }
        });
        let answer = answer.map_err(|trouble| trouble.to_string())?;
        match answer.status {
            200..300 => Ok(()),
            300..400 => Err(format!("it answered {} and wants it sent elsewhere; that is not followed", answer.status)),
            status => Err(format!("it answered {status}{}", reason(self.target.kind, &answer.body))),
        }
    }
}

/// Slack's own word for why, where it is one of its list.
fn reason(kind: Kind, body: &[u8]) -> String {
    let said = std::str::from_utf8(body).unwrap_or_default().trim();
    let known = SLACK.iter().find(|word| kind == Kind::Slack && **word == said);
    known.map(|word| format!(": {word}")).unwrap_or_default()
}

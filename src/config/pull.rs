//! How exports are fetched: the `pull:` section of a source in, what to ask which system for out. Secrets are named here,
//! by a variable or a file, and never written.

use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

pub use super::pull_target::Target;
use super::{pull_target, refuse};
use crate::error::{Error, Place, Result};
use crate::net::{Address, Kept};
use crate::shape::{Key, Shape, TEXTS, key};
use crate::text::seconds;
use crate::yaml::{Document, Entry, Node, Value};

const CENTRES: &[&str] = &["us", "eu", "in", "au", "jp", "cn", "ca", "sa"];
const REGIONS: &[&str] = &["us", "eu"];
const WHAT: &[&str] = &["people", "segments", "campaigns", "topics", "deliveries"];

/// How long a wait may be: jobs and the tokens of their pages live for a day.
const BEARABLE: std::ops::RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(20 * 3600);

/// The section.
pub(super) const PULL: &[Key] = &[
    key("data_centre", Shape::Word(CENTRES), "Zoho: where the organisation lives"),
    key(
        "client_id_env",
        Shape::Text,
        "Zoho: the variable that holds the client's id; `_file` instead of `_env`: a file",
    ),
    key("client_id_file", Shape::Text, "Zoho: a file that holds the client's id, relative to this file"),
    key("client_secret_env", Shape::Text, "Zoho: the variable that holds the client's secret"),
    key("client_secret_file", Shape::Text, "Zoho: a file that holds the client's secret"),
    key("refresh_token_env", Shape::Text, "Zoho: the variable that holds the refresh token"),
    key("refresh_token_file", Shape::Text, "Zoho: a file that holds the refresh token"),
    key("modules", TEXTS, "Zoho: modules by their API names [default: Contacts, Leads, Deals]"),
    key("fields", TEXTS, "Zoho: mapping, the fields that the mapping and the rules use [default]; all; or API names"),
    key("deleted", Shape::Flag, "Zoho: whether deleted records are asked for as well [default: true]"),
    key("region", Shape::Word(REGIONS), "Customer.io: where the workspace lives"),
    key("key_env", Shape::Text, "Customer.io: the variable that holds the App API key"),
    key("key_file", Shape::Text, "Customer.io: a file that holds the App API key"),
    key(
        "what",
        Shape::Any(&[Shape::Word(WHAT), Shape::ListOf(&Shape::Word(WHAT))]),
        "Customer.io: what to fetch [default: people, segments, campaigns]",
    ),
    key("attributes", TEXTS, "Customer.io: mapping, those of the mapping [default]; all; or names"),
    key("filters", Shape::Free, "Customer.io: whom to export, in the words of its API [default: everyone]"),
    key("since", Shape::Text, "Customer.io: how far back deliveries go: 90d [default: all]"),
    key("url", Shape::Text, "a file at an address, CSV or JSON; https"),
    key("url_env", Shape::Text, "the variable that holds the address, where it is a secret itself"),
    key("url_file", Shape::Text, "a file that holds the address"),
    key("headers_env", Shape::MapOf(&Shape::Text), "header: the variable that holds its value"),
    key("headers_file", Shape::MapOf(&Shape::Text), "header: the file that holds its value"),
    key("api", Shape::Text, "the address that stands for the vendor's own, for a proxy or a test"),
    key("poll", Shape::Text, "the first wait for a job, which doubles up to twelve times as long [default: 5s]"),
    key("patience", Shape::Text, "how long a job, or the file of one, may take [default: 30m]"),
    key("timeout", Shape::Text, "how long a server may be silent [default: 60s]"),
];

/// How a source is fetched.
#[derive(Debug, Clone)]
pub struct Pull {
    /// Where the section stands.
    pub place: Place,
    /// From whom, and what.
    pub from: From,
    /// Where it goes.
    pub target: Target,
    /// How long to wait.
    pub pace: Pace,
    /// What stands for the vendor's own address.
    pub api: Option<Address>,
}

/// From whom.
#[derive(Debug, Clone)]
pub enum From {
    /// Zoho CRM.
    Zoho(Zoho),
    /// Customer.io.
    CustomerIo(CustomerIo),
    /// A file at an address.
    File(Remote),
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Before the second look at a job.
    pub poll: Duration,
    /// For a job in all.
    pub patience: Duration,
    /// For a silent server.
    pub timeout: Duration,
}

/// Which fields or attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Those that the mapping and the rules use.
    Mapping,
    /// Every one.
    All,
    /// These.
    These(Vec<String>),
}

/// What to ask Zoho CRM for.
#[derive(Debug, Clone)]
pub struct Zoho {
    /// `eu`
    pub centre: String,
    /// Where the id of the client is.
    pub id: Kept,
    /// Where its secret is.
    pub secret: Kept,
    /// Where the refresh token is.
    pub refresh: Kept,
    /// API names of modules.
    pub modules: Vec<String>,
    /// Which fields of them.
    pub fields: Wanted,
    /// Whether deleted records, too.
    pub deleted: bool,
}

/// What to ask Customer.io for.
#[derive(Debug, Clone)]
pub struct CustomerIo {
    /// `eu`
    pub region: String,
    /// Where the key is.
    pub key: Kept,
    /// `people`, `segments`, …
    pub what: Vec<String>,
    /// Which attributes of people.
    pub attributes: Wanted,
    /// Whom to export; everyone when it is not told.
    pub filters: Option<Json>,
    /// How many seconds deliveries go back.
    pub since: Option<i64>,
}

/// A file at an address.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The address.
    pub url: Url,
    /// Headers and where their values are.
    pub headers: Vec<(String, Kept)>,
}

/// An address that may be read by all, or one that is kept.
#[derive(Debug, Clone)]
pub enum Url {
    /// Written in the config.
    Open(Address),
    /// Kept elsewhere.
    Kept(Kept),
}

/// Reads the section of a source.
pub(super) fn read(document: &Document, source: &Entry, base: &Path) -> Result<Option<Pull>> {
    let Some(node) = source.node.get("pull") else { return Ok(None) };
    let reader = Reader { document, node, base };
    let kind = source.node.get_text("kind");
    let remote = ["url", "url_env", "url_file"].iter().any(|name| node.get(name).is_some());
    let (from, own): (From, &[&str]) = match kind.as_deref() {
        _ if remote => (From::File(reader.remote()?), &["url", "url_env", "url_file", "headers_env", "headers_file"]),
        Some("zoho") => (From::Zoho(reader.zoho()?), ZOHO),
        Some("customerio") => (From::CustomerIo(reader.customerio()?), CUSTOMERIO),
        _ => {
            let said = "what to pull is not told: this source has no `kind:` that has an API here, and no `url:`";
            let help = "write `kind: zoho` or `kind: customerio` beside `pull:`, or `url:` in it";
            return refuse(document, node, said.to_owned(), help);
        }
    };
    for entry in node.entries() {
        if !own.contains(&entry.key.as_str()) && !["api", "poll", "patience", "timeout"].contains(&entry.key.as_str()) {
            let fault = document.fault(entry.mark, format!("`{}` means nothing for what is pulled here", entry.key));
            return Err(Error::usage(fault.help(format!("the keys are: {}", own.join(", ")))));
        }
    }
    let target = pull_target::read(document, &source.node, base, matches!(from, From::File(_)))?;
    let api = match node.get("api").and_then(|api| api.text().map(|text| (api, text))) {
        None => None,
        Some((api, text)) if text.contains(['?', '#']) => {
            return refuse(document, api, "`api:` holds a query".to_owned(), "write the address of a server alone");
        }
        Some((api, text)) => Some(reader.address(api, text)?),
    };
    let place = document.place(node.mark);
    Ok(Some(Pull { place, from, target, pace: reader.pace()?, api }))
}

const ZOHO: &[&str] = &[
    "data_centre",
    "client_id_env",
    "client_id_file",
    "client_secret_env",
    "client_secret_file",
    "refresh_token_env",
    "refresh_token_file",
    "modules",
    "fields",
    "deleted",
];
const CUSTOMERIO: &[&str] = &["region", "key_env", "key_file", "what", "attributes", "filters", "since"];

struct Reader<'a> {
    document: &'a Document,
    node: &'a Node,
    base: &'a Path,
}

impl Reader<'_> {
    fn word(&self, key: &str, why: &str) -> Result<String> {
        match self.node.get_text(key) {
            Some(word) => Ok(word),
            None => refuse(self.document, self.node, format!("`{key}:` is missing"), why),
        }
    }

    /// Where a secret is kept.
    fn kept(&self, name: &str) -> Result<Kept> {
        let both = [format!("{name}_env"), format!("{name}_file")];
        match (self.node.get_text(&both[0]), self.node.get_text(&both[1])) {
            (Some(variable), None) => Ok(Kept::Variable(variable)),
            (None, Some(file)) => Ok(Kept::File(self.base.join(file))),
            (Some(_), Some(_)) => {
                let said = format!("`{}` and `{}` both say where one secret is", both[0], both[1]);
                refuse(self.document, self.node, said, "keep one of them")
            }
            (None, None) => {
                let help = format!("write `{}: {}`, and set that variable", both[0], name.to_uppercase());
                refuse(self.document, self.node, format!("`{}:` is missing", both[0]), &help)
            }
        }
    }

    fn zoho(&self) -> Result<Zoho> {
        let mut modules = self.node.get_texts("modules");
        if modules.is_empty() {
            modules = ["Contacts", "Leads", "Deals"].map(str::to_owned).to_vec();
        }
        for (at, module) in modules.iter().enumerate() {
            let named = !module.is_empty() && module.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !named || modules[..at].iter().any(|other| other.eq_ignore_ascii_case(module)) {
                let node = self.node.get("modules").unwrap_or(self.node);
                let said = format!("`{module}` is no module's API name, or stands here twice");
                return refuse(self.document, node, said, "write names as in the API: [Contacts, Leads, Deals]");
            }
        }
        Ok(Zoho {
            centre: self.word("data_centre", "write the end of the address you sign in at: us for .com, eu, in, au")?,
            id: self.kept("client_id")?,
            secret: self.kept("client_secret")?,
            refresh: self.kept("refresh_token")?,
            modules,
            fields: self.wanted("fields"),
            deleted: self.node.get_flag("deleted").unwrap_or(true),
        })
    }

    fn customerio(&self) -> Result<CustomerIo> {
        let mut what = self.node.get_texts("what");
        if what.is_empty() {
            what = ["people", "segments", "campaigns"].map(str::to_owned).to_vec();
        }
        what.sort_by_key(|name| WHAT.iter().position(|known| known == name));
        what.dedup();
        let since = match self.node.get("since") {
            None => None,
            Some(node) => match node.text().and_then(seconds) {
                Some(seconds) => Some(seconds),
                None => return refuse(self.document, node, "this is no duration".to_owned(), "write 90d"),
            },
        };
        Ok(CustomerIo {
            region: self.word("region", "write us or eu: the workspace's settings say which")?,
            key: self.kept("key")?,
            what,
            attributes: self.wanted("attributes"),
            filters: self.node.get("filters").map(json),
            since,
        })
    }

    fn remote(&self) -> Result<Remote> {
        let url = match self.node.get("url").and_then(|node| node.text().map(|text| (node, text))) {
            Some((node, text)) => Url::Open(self.address(node, text)?),
            None => Url::Kept(self.kept("url")?),
        };
        let mut headers = Vec::new();
        let listed = |key: &str| self.node.get(key).map(Node::entries).unwrap_or_default().to_vec();
        for entry in listed("headers_env") {
            headers.push((entry.key.clone(), Kept::Variable(entry.node.text().unwrap_or_default().to_owned())));
        }
        for entry in listed("headers_file") {
            headers.push((entry.key.clone(), Kept::File(self.base.join(entry.node.text().unwrap_or_default()))));
        }
        Ok(Remote { url, headers })
    }

    fn wanted(&self, key: &str) -> Wanted {
        match self.node.get_texts(key) {
            words if words.is_empty() || words == ["mapping"] => Wanted::Mapping,
            words if words == ["all"] => Wanted::All,
            words => Wanted::These(words),
        }
    }

    fn address(&self, node: &Node, text: &str) -> Result<Address> {
        let shown = text.split('?').next().unwrap_or(text).trim_end_matches('/');
        Address::parse(text, shown).map_err(|error| {
            let fault = self.document.fault(node.mark, error.to_string());
            Error::usage(fault.help(error.fault().help.clone().unwrap_or_default()))
        })
    }

    fn pace(&self) -> Result<Pace> {
        let of = |key: &str, default: Duration| match self.node.get(key) {
            None => Ok(default),
            Some(node) => match node.text().and_then(duration).filter(|found| BEARABLE.contains(found)) {
                Some(found) => Ok(found),
                None if node.text().and_then(duration).is_some() => {
                    let said = format!("`{key}` is out of reach: an answer that old is worth nothing");
                    refuse(self.document, node, said, "write at least 1ms, and at most 20h")
                }
                None => refuse(self.document, node, "this is no duration".to_owned(), "write 500ms, 5s or 30m"),
            },
        };
        Ok(Pace {
            poll: of("poll", Duration::from_secs(5))?,
            patience: of("patience", Duration::from_secs(1800))?,
            timeout: of("timeout", Duration::from_secs(60))?,
        })
    }
}

fn duration(text: &str) -> Option<Duration> {
    if let Some(number) = text.trim().strip_suffix("ms") {
        return number.trim().parse().ok().map(Duration::from_millis);
    }
    seconds(text).and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs)
}

/// A part of the document as JSON; plain words that are numbers or flags are.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar(text, true) => Json::String(text.clone()),
        Value::Scalar(text, false) => match text.as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => text.parse::<i64>().map_or_else(|_| Json::String(text.clone()), Json::from),
        },
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json(&entry.node))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn short_waits_are_told() {
        assert_eq!(duration("20ms").map(|wait| wait.as_millis()), Some(20));
        assert_eq!(duration("2m").map(|wait| wait.as_secs()), Some(120));
        assert_eq!(duration("soon"), None);
    }
}

//! Who is told of a run: the `notify:` and `mail:` sections of crmlint.yaml in, targets out. Addresses of webhooks and
//! secrets are named here and kept elsewhere; one that stands here is refused, and not repeated on any screen.

use std::path::Path;

use super::refuse;
use crate::error::{Error, Fault, Place, Result};
use crate::net::Kept;
use crate::shape::{Key, Shape, TEXTS, key, required};
use crate::text::nearest;
use crate::yaml::{Document, Entry, Mark, Node};

const KINDS: &[&str] = &["slack", "teams", "webhook"];

/// One entry of `notify:`.
pub(super) const NOTIFY: &[Key] = &[
    required("kind", Shape::Word(KINDS), "what listens: Slack, Microsoft Teams, or a server of yours"),
    key(
        "url_env",
        Shape::Text,
        "the environment variable that holds the address; with _FILE behind it, a file that does",
    ),
    key("url_file", Shape::Text, "the file that holds the address, relative to this one, instead of url_env"),
    key("secret_env", Shape::Text, "of a webhook: the variable with the secret that signs the body"),
    key("secret_file", Shape::Text, "of a webhook: the file with that secret, instead of secret_env"),
    key(
        "when",
        Shape::Word(&["change", "always"]),
        "whether a run that found the same as the last is told [default: change]",
    ),
];
/// `mail:`
pub(super) const MAIL: &[Key] =
    &[key("from", Shape::Text, "who sends: Data Quality <crmlint@example.com>"), key("to", TEXTS, "who receives")];

/// What listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An incoming webhook of Slack.
    Slack,
    /// A Workflows webhook of Microsoft Teams.
    Teams,
    /// A server of the team's own.
    Webhook,
}

impl Kind {
    /// The word in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Webhook => "webhook",
        }
    }
}

/// Someone to tell.
#[derive(Debug, Clone)]
pub struct Target {
    /// What listens.
    pub kind: Kind,
    /// Where the address is kept.
    pub url: Kept,
    /// Where the secret that signs is kept.
    pub secret: Option<Kept>,
    /// Whether a run that found the same is told too.
    pub always: bool,
    /// Where the entry stands.
    pub place: Place,
}

impl Target {
    /// `slack (SLACK_URL)`, which says nothing of the address.
    pub fn name(&self) -> String {
        format!("{} ({})", self.kind.name(), self.url)
    }
}

/// Both sections.
#[derive(Debug, Clone, Default)]
pub struct Notify {
    /// Who is told, in the order of the file.
    pub targets: Vec<Target>,
    /// Who sends mail.
    pub from: Option<String>,
    /// Who receives it.
    pub to: Vec<String>,
}

impl Notify {
    /// Reads the sections of a document that has the right shape.
    pub fn read(document: &Document, base: &Path) -> Result<Self> {
        let mut targets: Vec<Target> = Vec::new();
        for node in document.root.get("notify").map(Node::items).unwrap_or_default() {
            let target = target(document, node, base)?;
            if let Some(twin) = targets.iter().find(|known| known.name() == target.name()) {
                let said = format!("{} is named twice, first at {}", target.name(), twin.place);
                return refuse(document, node, said, "take one of the entries out");
            }
            targets.push(target);
        }
        let mail = document.root.get("mail");
        let from = mail.and_then(|mail| mail.get_text("from"));
        Ok(Self { targets, from, to: mail.map(|mail| mail.get_texts("to")).unwrap_or_default() })
    }
}

/// Refuses what may be an address or a secret, before anything quotes the line that it stands on.
pub(super) fn guard(document: &Document) -> Result<()> {
    let Some(section) = document.root.get("notify") else { return Ok(()) };
    if !section.entries().is_empty() || section.text().is_some_and(|text| !text.is_empty()) {
        return hidden(document, section.mark, "`notify:` takes a list", "write an entry a line, each behind a dash");
    }
    for node in section.items() {
        if node.text().is_some() {
            return hidden(
                document,
                node.mark,
                "an entry of `notify:` is one text",
                "write {kind: slack, url_env: SLACK_URL}",
            );
        }
        node.entries().iter().try_for_each(|entry| guard_entry(document, entry))?;
    }
    Ok(())
}

fn guard_entry(document: &Document, entry: &Entry) -> Result<()> {
    let text = entry.node.text().unwrap_or_default();
    match entry.key.as_str() {
        "url" => hidden(
            document,
            entry.mark,
            "the address of a webhook stands in the config, and whoever reads the config could post",
            "set it as an environment variable and write its name: url_env: SLACK_URL. Make a new address if this one was shared",
        ),
        "secret" => hidden(
            document,
            entry.mark,
            "a secret stands in the config",
            "set it as an environment variable and write its name: secret_env: CRMLINT_WEBHOOK_SECRET. Make a new one",
        ),
        "url_env" | "secret_env" if !text.is_empty() && !Kept::is_variable(text) => {
            let said = format!("`{}` takes the name of an environment variable, and this is none", entry.key);
            hidden(
                document,
                entry.mark,
                &said,
                "write a name such as SLACK_URL, and set that variable to the address or secret",
            )
        }
        _ if text.contains("://") => {
            let help = "write the address into an environment variable or a file, and the name of that here";
            hidden(document, entry.mark, "an address stands in an entry of `notify:`", help)
        }
        known if NOTIFY.iter().any(|key| key.name == known) => Ok(()),
        // What stands under an unknown key may be meant for one of them.
        _ => {
            let names = || NOTIFY.iter().map(|key| key.name);
            let near = nearest(&entry.key, names()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            let help = format!("{near}The keys here are: {}", names().collect::<Vec<_>>().join(", "));
            hidden(document, entry.mark, "unknown key in an entry of `notify:`", &help)
        }
    }
}

/// A fault that names its place and does not show the line.
fn hidden(document: &Document, mark: Mark, said: &str, help: &str) -> Result<()> {
    Err(Error::usage(Fault::new(format!("{}: {said}", document.place(mark))).help(help)))
}

fn target(document: &Document, node: &Node, base: &Path) -> Result<Target> {
    let kind = match node.get_text("kind").as_deref() {
        Some("slack") => Kind::Slack,
        Some("teams") => Kind::Teams,
        Some(_) => Kind::Webhook,
        None => return refuse(document, node, "`kind:` is blank".to_owned(), "write slack, teams or webhook"),
    };
    let Some(url) = kept(document, node, base, "url")? else {
        let said = format!("this entry of `notify:` does not say where the address of {} is kept", kind.name());
        return refuse(document, node, said, "add url_env: with the name of an environment variable, or url_file:");
    };
    let secret = kept(document, node, base, "secret")?;
    if secret.is_some() && kind != Kind::Webhook {
        let said = format!("{} takes no secret: its address is one", kind.name());
        return refuse(document, node, said, "take the line out; it is for kind: webhook");
    }
    let always = node.get_text("when").is_some_and(|when| when == "always");
    Ok(Target { kind, url, secret, always, place: document.place(node.mark) })
}

fn kept(document: &Document, node: &Node, base: &Path, what: &str) -> Result<Option<Kept>> {
    let named = |suffix: &str| node.get_text(&format!("{what}_{suffix}")).filter(|text| !text.is_empty());
    match (named("env"), named("file")) {
        (Some(_), Some(_)) => {
            let said = format!("both `{what}_env` and `{what}_file` are given");
            refuse(document, node, said, "take one of them out")
        }
        (Some(name), None) => Ok(Some(Kept::Variable(name))),
        (None, Some(file)) => Ok(Some(Kept::File(base.join(file)))),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;
    use crate::yaml::Document;

    fn read(text: &str) -> Result<Config, String> {
        let document = Document::parse("crmlint.yaml", text.to_owned()).expect("YAML");
        Config::build(document, Path::new("")).map_err(|error| crate::cli::fault(error.fault(), false))
    }

    #[test]
    fn what_may_be_a_secret_is_refused_and_not_shown() {
        for (text, told) in [
            ("notify:\n  - {kind: slack, url: 'https://hooks.example.com/canary'}\n", "url_env: SLACK_URL"),
            (
                "notify:\n  - {kind: slack, url_env: 'https://hooks.example.com/canary'}\n",
                "takes the name of an environment",
            ),
            ("notify:\n  - {kind: webhook, url_env: A, secret: canary}\n", "secret_env:"),
            ("notify:\n  - {kind: webhook, url_env: A, secret_env: canary-1}\n", "takes the name of an environment"),
            (
                "notify:\n  - {kind: slack, url_file: 'https://hooks.example.com/canary'}\n",
                "an address stands in an entry",
            ),
            ("notify:\n  - {kind: slack, urlenv: canary}\n", "did you mean `url_env`?"),
            ("notify:\n  - https://hooks.example.com/canary\n", "one text"),
            ("notify:\n  - {kind: slak, url_env: A}\n", "did you mean `slack`?"),
            ("notify:\n  - {kind: slack}\n", "does not say where"),
            ("notify:\n  - {kind: slack, url_env: A, secret_env: B}\n", "takes no secret"),
            ("notify:\n  - {kind: slack, url_env: A, url_file: b}\n", "both `url_env` and `url_file`"),
            ("notify:\n  - {kind: slack, url_env: A}\n  - {kind: slack, url_env: A}\n", "is named twice"),
            ("notify:\n  - {url_env: A}\n", "needs the key `kind`"),
            ("notify: {kind: slack, secret: canary}\n", "takes a list"),
            ("notify: canary\n", "takes a list"),
        ] {
            let refused = read(text).expect_err(text);
            assert!(refused.contains(told) && refused.contains("crmlint.yaml:"), "{text}{refused}");
            assert!(!refused.contains("canary"), "{refused}");
        }
        assert!(read("notify:\n  - {kind: teams, url_env: A, when: always}\n  - {kind: slack, url_env: A}\n").is_ok());
        assert!(read("notify: []\nmail: {from: a@example.com, to: b@example.com}\n").is_ok());
    }
}

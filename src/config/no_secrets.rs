//! Secrets have no place in a document that a team shares. In: the document, before anything else looks at it. Out: why it
//! is refused, without its line.

use super::pull::PULL;
use crate::error::{Error, Fault, Result};
use crate::net::Kept;
use crate::text::nearest;
use crate::yaml::{Document, Entry, Node};

/// Refuses secrets in the document, before anything else looks at it: no message shows their line.
pub(super) fn check(document: &Document) -> Result<()> {
    let sources = document.root.get("sources").map(Node::entries).unwrap_or_default();
    let pulls = sources.iter().filter_map(|source| source.node.get("pull"));
    pulls.flat_map(Node::entries).try_for_each(|entry| no_secret(document, entry))
}

fn no_secret(document: &Document, entry: &Entry) -> Result<()> {
    let told = |mark, message: String, help: String| {
        // The place stands in the sentence, because an excerpt would show the line.
        Err(Error::usage(Fault::new(format!("{}: {message}", document.place(mark))).help(help)))
    };
    if PULL.iter().all(|key| key.name != entry.key) && is_secret_name(&entry.key) && !is_slip(entry) {
        let (key, upper) = (&entry.key, entry.key.to_uppercase());
        let help = format!(
            "write `{key}_env: {upper}`, the name of an environment variable, or `{key}_file:` with a file; and make a new \
             secret where this one may have been seen"
        );
        return told(entry.mark, format!("`{key}` would be a secret in a file that a team shares"), help);
    }
    let names: Vec<&Node> = match entry.key.as_str() {
        "headers_env" => entry.node.entries().iter().map(|header| &header.node).collect(),
        key if key.ends_with("_env") => vec![&entry.node],
        _ => Vec::new(),
    };
    for node in names {
        if !node.text().is_some_and(is_variable) {
            let help = format!("write a name in capitals, such as `{}: ZOHO_SECRET`, and set the variable", entry.key);
            let message = format!("`{}` takes the name of an environment variable, not what it holds", entry.key);
            return told(node.mark, message, help);
        }
    }
    let is_address = matches!(entry.key.as_str(), "url" | "api");
    if is_address && entry.node.text().is_some_and(holds_secret) {
        let message = format!("`{}` holds a user, a password or a token", entry.key);
        return told(entry.node.mark, message, "use `url_env` or `url_file`, or a header by `headers_env`".to_owned());
    }
    Ok(())
}

/// Whether a key is a known one with a slip, and a name stands under it: the next reader of the document says so.
fn is_slip(entry: &Entry) -> bool {
    let near = nearest(&entry.key, PULL.iter().map(|key| key.name));
    near.is_some_and(|near| entry.key.len() + 1 >= near.len()) && entry.node.text().is_some_and(is_variable)
}

/// Whether what stands under a key of this name would be a secret.
fn is_secret_name(key: &str) -> bool {
    let key = key.to_lowercase();
    ["secret", "token", "password", "key", "auth", "credential", "headers", "client_id"]
        .iter()
        .any(|word| key.contains(word))
}

/// Whether a word is the name of a variable; in capitals, because a key in small letters could be one too.
fn is_variable(word: &str) -> bool {
    Kept::is_variable(word) && !word.contains(|c: char| c.is_ascii_lowercase())
}

/// Whether an address says who calls.
fn holds_secret(address: &str) -> bool {
    let (rest, query) = address.split_once('?').unwrap_or((address, ""));
    let host = rest.split_once("://").map_or(rest, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default().to_lowercase());
    let mut words = names.flat_map(|name| name.split(['-', '_', '.']).map(str::to_owned).collect::<Vec<_>>());
    let telling = ["token", "key", "apikey", "secret", "sig", "signature", "password", "pwd", "auth", "code"];
    host.contains('@') || words.any(|word| telling.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{holds_secret, is_variable};

    #[test]
    fn secrets_are_told_from_names() {
        assert!(is_variable("ZOHO_SECRET_2"));
        for wrong in ["1000.ab", "abc", "canarykey5b", "A-B", ""] {
            assert!(!is_variable(wrong), "{wrong}");
        }
        for secret in
            ["https://a:b@x.example/y", "https://x.example/y?api_key=1", "https://x.example/?X-Amz-Signature=1"]
        {
            assert!(holds_secret(secret), "{secret}");
        }
        assert!(!holds_secret("https://x.example/a@b.csv?since=1&format=csv"));
    }
}

//! Where a request goes: text in, an address out that may be connected to. It prints as its name, never as it is.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::Secret;
use crate::error::{Error, Fault, Result};

/// An address of a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    shown: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Address({})", self.shown)
    }
}

/// Its name, for messages.
impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown)
    }
}

impl Address {
    /// Reads an address: https, or http on this machine. `shown` stands for it in every message.
    pub fn parse(text: &str, shown: &str) -> Result<Self> {
        let refuse = |why: &str, help: &str| Err(Error::usage(Fault::new(format!("{shown} {why}")).help(help)));
        let Ok(url) = Url::parse(text.trim()) else {
            return refuse("is no address", "write one that begins with https://");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user or a password", "take it out: what a server must know goes into a header");
        }
        let found = Self { url, shown: shown.to_owned() };
        match found.url.scheme() {
            "https" if found.url.has_host() => Ok(found),
            "http" if found.is_near() => Ok(found),
            "http" => refuse("begins with http://, and everyone on the way could read it", "write https://"),
            _ => refuse("is no address of a web server", "write one that begins with https://"),
        }
    }

    /// The address that a secret holds.
    pub fn of(secret: &Secret) -> Result<Self> {
        Self::parse(secret.reveal(), &format!("the address in {}", secret.name()))
    }

    /// A path and a query below this address, which has neither. It shows with its path, and without its query.
    #[must_use]
    pub fn at(&self, path: &str, query: &[(&str, &str)]) -> Self {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{}", self.url.path().trim_end_matches('/'), path.trim_start_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let shown = format!("{}/{}", self.shown.trim_end_matches('/'), path.trim_start_matches('/'));
        Self { url, shown }
    }

    /// Whether it is this machine.
    pub fn is_near(&self) -> bool {
        let Some(host) = self.url.host_str() else { return false };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// As it is, for the client alone.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

/// Pairs as a form sends them: `a=1&b=two+words`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse("https://form.invalid/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_this_machine() {
        for fine in [
            "https://hooks.example.com/services/T0/B0/x",
            " https://example.com\n",
            "http://localhost:8080/x",
            "http://127.0.0.1:1",
            "http://127.8.9.1/",
            "http://[::1]:9/",
        ] {
            assert!(Address::parse(fine, "it").is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "hooks.example.com/x",
            "http://example.com/x",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://192.168.0.1/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://user:pass@example.com/",
            "https:///",
        ] {
            let refused = Address::parse(wrong, "the address in SLACK_URL").expect_err(wrong);
            let told = format!("{refused} {:?}", refused.fault().help);
            assert!(told.starts_with("the address in SLACK_URL"), "{told}");
            assert!(!told.contains("example.com") && !told.contains("pass@"), "{told}");
        }
    }

    #[test]
    fn a_path_below_it_shows_and_its_query_does_not() {
        let base = Address::parse("https://api.example.com/v1/", "https://api.example.com/v1").expect("fits");
        let below = base.at("/exports", &[("token", "s3cret"), ("q", "a b")]);
        assert_eq!(below.url().as_str(), "https://api.example.com/v1/exports?token=s3cret&q=a+b");
        assert_eq!(format!("{below} {below:?}").matches("s3cret").count(), 0);
        assert_eq!(below.to_string(), "https://api.example.com/v1/exports");
        assert_eq!(form(&[("a", "1"), ("b", "two words"), ("c", "&=")]), "a=1&b=two+words&c=%26%3D");
    }
}

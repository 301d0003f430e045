//! What no text may show. In: secrets as they are set. Out: texts without them, in whichever form a server says them again:
//! whole, a word of them, the token in an address, or escaped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::net::form;

/// Letters of the shortest secret that is looked for: shorter ones are in any text.
const LEAST: usize = 4;
/// Letters of the shortest part that is looked for.
const LEAST_PART: usize = 8;
/// Letters of a part of a path that is taken for a token.
const LONG_STEP: usize = 16;

/// The secrets so far.
#[derive(Debug, Default)]
pub(super) struct Veil {
    /// The longest first: one may be a part of another.
    forms: Vec<String>,
}

impl Veil {
    /// Keeps a secret out of every text from now on.
    pub(super) fn add(&mut self, secret: &str) {
        let mut found = vec![(secret.to_owned(), LEAST)];
        if secret.contains("://") {
            found.extend(of_address(secret));
        } else {
            found.extend(of_header(secret));
        }
        for (part, least) in found {
            if part.len() < least {
                continue;
            }
            let escaped = form(&[("", &part)]).trim_start_matches('=').to_owned();
            for form in [part, escaped] {
                if !self.forms.contains(&form) {
                    self.forms.push(form);
                }
            }
        }
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// A text without secrets and without what a terminal obeys.
    pub(super) fn clear(&self, text: &str) -> String {
        let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for form in &self.forms {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), "…");
            }
        }
        text
    }
}

/// `Bearer x` and `Basic x`: the word behind the scheme, and what that of Basic says.
fn of_header(secret: &str) -> Vec<(String, usize)> {
    let words: Vec<&str> = secret.split_whitespace().collect();
    let mut found: Vec<(String, usize)> =
        words.iter().skip(usize::from(words.len() > 1)).map(|word| ((*word).to_owned(), LEAST_PART)).collect();
    if let [scheme, packed] = words.as_slice()
        && scheme.eq_ignore_ascii_case("basic")
        && let Some(pair) = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    {
        found.extend(pair.split_once(':').map(|(_, password)| (password.to_owned(), LEAST)));
        found.push((pair, LEAST));
    }
    found
}

/// What of an address is no place: values of its query, and long steps of its path.
fn of_address(secret: &str) -> Vec<(String, usize)> {
    let (path, query) = secret.split_once(['?', '#']).unwrap_or((secret, ""));
    let values = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    let values = values.map(|(_, value)| (value.to_owned(), LEAST_PART));
    let steps = path.split('/').skip(3).map(|step| (step.to_owned(), LONG_STEP));
    values.chain(steps).collect()
}

#[cfg(test)]
mod tests {
    use super::Veil;

    #[test]
    fn a_secret_is_cleared_in_whichever_form_it_comes_back() {
        for (secret, said) in [
            ("canary/1+2", "canary/1+2 is wrong"),
            ("canary/1+2", "client_secret=canary%2F1%2B2&x"),
            ("Bearer canary12345", "no such token: canary12345"),
            ("Basic YTpjYW5hcnk=", "user a, password canary"),
            ("Basic YTpjYW5hcnk=", "a:canary"),
            ("https://shop.example/x.csv?key=canary12345&b=1", "the key canary12345 is over"),
            ("https://shop.example/canary0123456789/x.csv", "no canary0123456789 here"),
        ] {
            let mut veil = Veil::default();
            veil.add(secret);
            let shown = veil.clear(said);
            assert!(!shown.contains("canary") && shown.contains('…'), "{said}: {shown}");
        }
        let mut veil = Veil::default();
        ["abc", "https://shop.example/orders.csv?page=1"].iter().for_each(|short| veil.add(short));
        assert_eq!(veil.clear("abc: orders.csv, page 1\u{1b}[31m"), "abc: orders.csv, page 1 [31m");
    }
}

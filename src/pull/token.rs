//! The door of Zoho CRM: a refresh token in, questions answered out. One access token serves a whole run and is kept in
//! memory alone: it opens everything for an hour, so no file of ours holds it, and a run asks for one, which is far below
//! the ten in ten minutes that Zoho allows.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::time::{Duration, Instant};

use super::api::{Call, Told, Vendor};
use crate::config::pull::Zoho;
use crate::error::{Error, Fault, Result};
use crate::net::{Address, Method, Secret};

/// Data centres: where tokens are given, and where the API of most organisations is.
const CENTRES: [(&str, &str, &str); 8] = [
    ("us", "https://accounts.zoho.com", "https://www.zohoapis.com"),
    ("eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu"),
    ("in", "https://accounts.zoho.in", "https://www.zohoapis.in"),
    ("au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au"),
    ("jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp"),
    ("cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"),
    ("ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca"),
    ("sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa"),
];
/// Domains that a token may be sent to.
const DOMAINS: [&str; 9] = [
    "zohoapis.com",
    "zohoapis.eu",
    "zohoapis.in",
    "zohoapis.com.au",
    "zohoapis.jp",
    "zohoapis.com.cn",
    "zohoapis.ca",
    "zohoapis.sa",
    "zohocloud.ca",
];
/// A token is renewed this long before it ends.
const EARLY: Duration = Duration::from_secs(120);
/// The longest that a token is trusted to live, in seconds, whatever its answer says.
const LONGEST: u64 = 24 * 3600;

/// Where tokens are given, and where the API is as far as nobody told otherwise.
pub(super) fn bases(centre: &str, api: Option<&Address>) -> Result<(Address, Address)> {
    if let Some(api) = api {
        return Ok((api.clone(), api.clone()));
    }
    let found = CENTRES.iter().find(|(name, ..)| *name == centre);
    let (_, accounts, base) = found.ok_or_else(|| Error::usage(Fault::new(format!("{centre} is no data centre"))))?;
    Ok((Address::parse(accounts, accounts)?, Address::parse(base, base)?))
}

/// The call for a token.
pub(super) fn call(accounts: &Address) -> Call {
    Call {
        method: Method::POST,
        at: accounts.at("oauth/v2/token", &[]),
        body: None,
        what: "an access token".to_owned(),
    }
}

/// An access token.
#[derive(Debug, Clone)]
struct Token {
    header: Secret,
    api: Address,
    until: Instant,
}

/// The door.
pub(super) struct Door<'a> {
    vendor: &'a Vendor<'a>,
    accounts: Address,
    standing: Option<Address>,
    id: Secret,
    secret: Secret,
    refresh: Secret,
    token: RefCell<Option<Token>>,
    /// Whether a new token was refused like the old one: then it is no matter of tokens, and each costs one of ten.
    is_vain: Cell<bool>,
    /// The vendor's clock when the token was given.
    pub(super) date: RefCell<Option<i64>>,
}

impl<'a> Door<'a> {
    /// Reads the credentials. Nothing is asked yet.
    pub(super) fn new(vendor: &'a Vendor<'a>, zoho: &Zoho, standing: Option<&Address>) -> Result<Self> {
        let (id, secret, refresh) = (zoho.id.read()?, zoho.secret.read()?, zoho.refresh.read()?);
        [&id, &secret, &refresh].into_iter().for_each(|secret| vendor.hide(secret));
        let (accounts, _) = bases(&zoho.centre, standing)?;
        Ok(Self {
            vendor,
            accounts,
            standing: standing.cloned(),
            id,
            secret,
            refresh,
            token: RefCell::default(),
            is_vain: Cell::new(false),
            date: RefCell::default(),
        })
    }

    /// Where the API is, as the token's answer says.
    pub(super) fn base(&self) -> Result<Address> {
        Ok(self.token()?.api)
    }

    fn token(&self) -> Result<Token> {
        if let Some(token) = self.token.borrow().as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.clone());
        }
        self.renew()
    }

    fn renew(&self) -> Result<Token> {
        let call = call(&self.accounts);
        let pairs = [
            ("grant_type", "refresh_token"),
            ("client_id", self.id.reveal()),
            ("client_secret", self.secret.reveal()),
            ("refresh_token", self.refresh.reveal()),
        ];
        let told = self.vendor.form(&call, &pairs)?;
        // A refusal may come with 200.
        let (Some(text), true) = (told.text("/access_token"), told.is_fine()) else {
            return Err(self.no_token(&call, &told));
        };
        let secret = Secret::given(text.as_str(), "the access token");
        self.vendor.hide(&secret);
        let header = Secret::given(format!("Zoho-oauthtoken {text}"), "the access token");
        let lasts = told.json.pointer("/expires_in").and_then(serde_json::Value::as_u64).unwrap_or(3600).min(LONGEST);
        let until = Instant::now() + Duration::from_secs(lasts).saturating_sub(EARLY).max(Duration::from_secs(30));
        let api = self.api(told.text("/api_domain").as_deref())?;
        *self.date.borrow_mut() = told.date;
        let token = Token { header, api, until };
        *self.token.borrow_mut() = Some(token.clone());
        Ok(token)
    }

    fn no_token(&self, call: &Call, told: &Told) -> Error {
        let (code, _) = told.said();
        let (why, help) = match code.as_str() {
            "invalid_client" => ("the client's id is not known in this data centre", "check `data_centre` and the id"),
            "invalid_client_secret" => ("the client's secret is not accepted", "check the secret"),
            "invalid_code" | "invalid_token" => {
                ("the refresh token is not accepted", "check `data_centre` and the token, or make a new one")
            }
            "Access Denied" | "access_denied" => ("too many tokens were asked for", "wait ten minutes"),
            _ => return self.vendor.refused(call, told),
        };
        self.vendor.stop(format!("Zoho CRM gave no access token: {why} ({code})"), help)
    }

    /// The API's address that the answer tells: Zoho's own, or beside the one that stands for it.
    fn api(&self, told: Option<&str>) -> Result<Address> {
        let stranger = || {
            let said = "Zoho CRM told an address of its API that is not Zoho's, and no token goes there";
            self.vendor.stop(said, "check `data_centre`, and `api` where it is set")
        };
        // What it shows as goes to the screen.
        let shown = told.map(|told| self.vendor.quote(told.split(['?', '#']).next().unwrap_or_default()));
        let parse = |told: &str| Address::parse(told, shown.as_deref().unwrap_or_default()).map_err(|_| stranger());
        match (&self.standing, told) {
            (Some(standing), None) => Ok(standing.clone()),
            (Some(standing), Some(told)) => {
                let told = parse(told)?;
                Ok(if told.is_beside(standing) { told } else { standing.clone() })
            }
            (None, Some(told)) => {
                let found = parse(told)?;
                if found.is_of(&DOMAINS) { Ok(found) } else { Err(stranger()) }
            }
            (None, None) => Err(self.vendor.stop("Zoho CRM did not tell where its API is", "run the pull again")),
        }
    }

    /// Asks, with a new token where the old one is not accepted any more, once.
    fn with_token(&self, ask: impl Fn(&[(&str, Secret)]) -> Result<Told>) -> Result<Told> {
        let header = |token: Token| [("Authorization", token.header)];
        let told = ask(&header(self.token()?))?;
        let is_worn = |told: &Told| told.status == 401 && told.said().0 != "OAUTH_SCOPE_MISMATCH";
        if !is_worn(&told) || self.is_vain.get() {
            return Ok(told);
        }
        let told = ask(&header(self.renew()?))?;
        self.is_vain.set(is_worn(&told));
        Ok(told)
    }

    /// Asks for JSON.
    pub(super) fn json(&self, call: &Call) -> Result<Told> {
        self.with_token(|headers| self.vendor.json(call, headers))
    }

    /// Asks for JSON that must come.
    pub(super) fn fine(&self, call: &Call) -> Result<Told> {
        self.vendor.fine(call, self.json(call)?)
    }

    /// Fetches a file.
    pub(super) fn file(&self, call: &Call, into: &Path) -> Result<Told> {
        self.with_token(|headers| self.vendor.file(call, headers, into))
    }
}

#[cfg(test)]
mod tests {
    use super::{CENTRES, DOMAINS, bases};
    use crate::net::Address;

    #[test]
    fn every_data_centre_is_one_of_zohos() {
        for (centre, ..) in CENTRES {
            let (accounts, api) = bases(centre, None).expect("known");
            assert!(api.is_of(&DOMAINS), "{api}");
            assert!(accounts.to_string().starts_with("https://accounts.zoho"), "{accounts}");
        }
        assert!(bases("uk", None).is_err());
        let standing = Address::parse("http://127.0.0.1:1", "x").expect("fits");
        assert_eq!(bases("eu", Some(&standing)).expect("told").1, standing);
    }
}

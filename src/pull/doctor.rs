//! Whether a pull would work, and what would be missing. In: the config. Out: one line a thing that was looked at: what is
//! set, what is accepted, what each right gives, and how far the clocks are apart. Nothing is exported, nothing is written.

use super::api::{Call, Told, Vendor, Voice};
use super::token::Door;
use super::{customerio, download, now, sources, vendor, zoho};
use crate::config::Config;
use crate::config::pull::{CustomerIo, From, Pull, Remote, Url, Zoho};
use crate::error::{Error, Exit, Result};
use crate::net::{Kept, Secret};
use crate::text::duration;

/// Seconds that two clocks may be apart.
const SKEW: i64 = 300;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Fine,
    /// Something will be missing.
    Note,
    /// The pull would stop.
    Wrong,
}

/// What was found.
#[derive(Debug)]
pub struct Checkup {
    /// Each thing that was looked at.
    pub lines: Vec<(Mark, String)>,
    /// How it ends.
    pub exit: Exit,
}

impl Checkup {
    fn add(&mut self, mark: Mark, line: String) {
        self.lines.push((mark, line));
    }

    fn wrong(&mut self, name: &str, error: &Error) {
        let help = error.fault().help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        self.add(Mark::Wrong, format!("{name}: {error}{help}"));
        self.exit = self.exit.max(error.exit());
    }
}

/// Where the secrets of a source are.
fn kept(pull: &Pull) -> Vec<&Kept> {
    match &pull.from {
        From::Zoho(zoho) => vec![&zoho.id, &zoho.secret, &zoho.refresh],
        From::CustomerIo(asked) => vec![&asked.key],
        From::File(remote) => {
            let url = match &remote.url {
                Url::Kept(kept) => Some(kept),
                Url::Open(_) => None,
            };
            url.into_iter().chain(remote.headers.iter().map(|(_, kept)| kept)).collect()
        }
    }
}

/// Reads the secrets of a source, or says which is not there.
pub(super) fn credentials(pull: &Pull) -> Result<Vec<Secret>> {
    kept(pull).into_iter().map(Kept::read).collect()
}

/// Looks at every source that is pulled.
pub fn look(config: &Config, only: &[String], voice: &Voice<'_>) -> Result<Checkup> {
    let mut checkup = Checkup { lines: Vec::new(), exit: Exit::Clean };
    for (name, _, pull) in sources(config, only)? {
        let mut is_set = true;
        for kept in kept(pull) {
            match kept.read() {
                Ok(secret) => checkup.add(Mark::Fine, format!("{name}: {} is set", secret.name())),
                Err(error) => {
                    is_set = false;
                    checkup.wrong(name, &error);
                }
            }
        }
        if !is_set {
            continue;
        }
        let vendor = vendor(pull, voice);
        let looked = match &pull.from {
            From::Zoho(asked) => of_zoho(name, asked, pull, &vendor, &mut checkup),
            From::CustomerIo(asked) => of_customerio(name, asked, pull, &vendor, &mut checkup),
            From::File(remote) => of_file(name, remote, pull, &vendor, &mut checkup),
        };
        if let Err(error) = looked {
            checkup.wrong(name, &error);
        }
    }
    Ok(checkup)
}

/// A right, what it gives, and a request that needs it.
struct Right {
    scope: String,
    gives: String,
    call: Call,
    /// Whether a pull stops without it.
    needed: bool,
}

impl Right {
    fn new(scope: impl Into<String>, gives: impl Into<String>, call: Call, needed: bool) -> Self {
        Self { scope: scope.into(), gives: gives.into(), call, needed }
    }

    fn judge(&self, name: &str, told: &Told, vendor: &Vendor<'_>, checkup: &mut Checkup) {
        let Self { scope, gives, .. } = self;
        // A job of no number is not found by whoever may look for it.
        if told.is_fine() || (told.status == 404 && told.json.is_object()) {
            return checkup.add(Mark::Fine, format!("{name}: {scope} gives {gives}"));
        }
        if matches!(told.status, 401 | 403) {
            let mark = if self.needed { Mark::Wrong } else { Mark::Note };
            checkup.add(mark, format!("{name}: {scope} is missing: it would give {gives}"));
            if self.needed {
                checkup.exit = checkup.exit.max(Exit::Failed);
            }
            return;
        }
        checkup.wrong(name, &vendor.refused(&self.call, told));
    }
}

fn of_zoho(name: &str, asked: &Zoho, pull: &Pull, vendor: &Vendor<'_>, checkup: &mut Checkup) -> Result<()> {
    let door = Door::new(vendor, asked, pull.api.as_ref())?;
    let base = door.base()?;
    checkup.add(Mark::Fine, format!("{name}: the refresh token is accepted, the API is at {base}"));
    skew(name, "Zoho CRM", *door.date.borrow(), checkup);
    let mut rights = vec![
        Right::new("ZohoCRM.bulk.READ", "every export of records", zoho::look(&base, "no module", "0"), true),
        Right::new("ZohoCRM.org.READ", "the organisation's time zone", zoho::organisation(&base), false),
    ];
    for module in &asked.modules {
        let call = zoho::fields_of(&base, module);
        let gives = format!("labels, API names and picklists of {module}");
        rights.push(Right::new("ZohoCRM.settings.fields.READ", gives, call, true));
        if asked.deleted {
            let scope = format!("ZohoCRM.modules.{}.READ", module.to_lowercase());
            let gives = format!("records of {module}, and which were deleted");
            rights.push(Right::new(scope, gives, zoho::deleted(&base, module, 1), false));
        }
    }
    for right in rights {
        let told = door.json(&right.call)?;
        right.judge(name, &told, vendor, checkup);
    }
    Ok(())
}

fn of_customerio(
    name: &str,
    asked: &CustomerIo,
    pull: &Pull,
    vendor: &Vendor<'_>,
    checkup: &mut Checkup,
) -> Result<()> {
    let key = asked.key.read()?;
    vendor.hide(&key);
    let header = [("Authorization", Secret::given(format!("Bearer {}", key.reveal()), key.name()))];
    let base = customerio::base(&asked.region, pull.api.as_ref())?;
    let asks = |what: &str| asked.what.iter().any(|found| found == what);
    let rights = [
        ("exports", "exports of people and of deliveries", asks("people") || asks("deliveries")),
        ("segments", "segments and their conditions", asks("segments")),
        ("campaigns", "campaigns, and deliveries of each", asks("campaigns") || asks("deliveries")),
        ("subscription_topics", "subscription topics", asks("topics")),
    ];
    let (mut refused, mut date) = (0, None);
    let rights: Vec<_> = rights.into_iter().filter(|(_, _, needed)| *needed).collect();
    for (path, gives, needed) in &rights {
        let scope = format!("the right to read {}", path.replace('_', " "));
        let right = Right::new(scope, *gives, customerio::listed(&base, path, gives), *needed);
        let told = vendor.json(&right.call, &header)?;
        refused += usize::from(told.status == 401);
        date = date.or(told.date);
        right.judge(name, &told, vendor, checkup);
    }
    if refused == rights.len() {
        let line =
            format!("{name}: the key is not accepted at {base}: it may be of the other region, or no App API key");
        checkup.add(Mark::Wrong, line);
    }
    skew(name, "Customer.io", date, checkup);
    Ok(())
}

fn of_file(name: &str, remote: &Remote, pull: &Pull, vendor: &Vendor<'_>, checkup: &mut Checkup) -> Result<()> {
    let mut headers = Vec::new();
    for (header, kept) in &remote.headers {
        let value = kept.read()?;
        vendor.hide(&value);
        headers.push((header.as_str(), value));
    }
    let call = download::call(remote, pull.api.as_ref())?;
    let told = vendor.knock(&call, &headers)?;
    if told.status == 200 {
        checkup.add(Mark::Fine, format!("{name}: the file is there"));
    } else {
        checkup.wrong(name, &vendor.refused(&call, &told));
    }
    skew(name, "the server", told.date, checkup);
    Ok(())
}

/// Ages of exports are counted by this machine's clock from a time that the vendor's clock told.
fn skew(name: &str, whose: &str, date: Option<i64>, checkup: &mut Checkup) {
    let Some(apart) = date.map(|date| now() - date) else {
        return checkup
            .add(Mark::Note, format!("{name}: {whose} does not tell the time, so the clocks are not compared"));
    };
    let told = duration(apart.abs());
    if apart.abs() <= SKEW {
        return checkup.add(Mark::Fine, format!("{name}: the clocks are {told} apart"));
    }
    let way = if apart > 0 { "ahead of" } else { "behind" };
    let line =
        format!("{name}: this machine's clock is {told} {way} that of {whose}: ages of exports would be wrong by it");
    checkup.add(Mark::Note, line);
}

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
        // Whoever asks the doctor needs no word on the pull that he does not make.
        let is_apt = |help: &&str| !help.contains("the pull again") && !help.contains("crmlint doctor");
        let help = error.fault().help.as_deref().filter(is_apt).map(|help| format!("; {help}")).unwrap_or_default();
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
    if let Err(error) = super::Documents::of(config) {
        checkup.wrong("mapping", &error);
    }
    for (name, _, pull) in sources(config, only)? {
        let mut is_set = true;
        for kept in kept(pull) {
            match kept.read() {
                Ok(secret) => {
                    checkup.add(Mark::Fine, format!("{name}: {} is set", secret.name()));
                    if let Some(file) = kept.open_file() {
                        let line = format!(
                            "{name}: {} can be read by everyone on this machine: take that right away",
                            file.display()
                        );
                        checkup.add(Mark::Note, line);
                    }
                }
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
        credentials(pull)?.iter().for_each(|secret| vendor.hide(secret));
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
    /// Whether what is asked for is not there, and is not found by whoever may look for it.
    hollow: bool,
}

impl Right {
    fn new(scope: impl Into<String>, gives: impl Into<String>, call: Call, needed: bool) -> Self {
        Self { scope: scope.into(), gives: gives.into(), call, needed, hollow: false }
    }

    fn judge(&self, name: &str, told: &Told, vendor: &Vendor<'_>, checkup: &mut Checkup) {
        let Self { scope, gives, .. } = self;
        let is_found_out = self.hollow && matches!(told.status, 400 | 404) && told.json.is_object();
        if told.is_fine() || is_found_out {
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
    let bulk = Right::new("ZohoCRM.bulk.READ", "every export of records", zoho::look(&base, "no module", "0"), true);
    let mut rights = vec![
        Right { hollow: true, ..bulk },
        Right::new("ZohoCRM.org.READ", "the organisation's time zone", zoho::organisation(&base), false),
    ];
    for module in &asked.modules {
        let call = zoho::fields_of(&base, module);
        let gives = format!("labels, API names and picklists of {module}");
        rights.push(Right::new("ZohoCRM.settings.fields.READ", gives, call, true));
        // The documents do not say clearly whether Bulk Read wants it beside its own scope.
        let scope = format!("ZohoCRM.modules.{}.READ", module.to_lowercase());
        let gives = format!("which records of {module} were deleted, and an export may want it as well");
        rights.push(Right::new(scope, gives, zoho::deleted(&base, module, 1), false));
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
        ("exports", "exports of people and of deliveries", asks("people") || asks("deliveries"), true),
        ("segments", "segments and their conditions", asks("segments"), true),
        ("campaigns", "campaigns, and deliveries of each", asks("campaigns") || asks("deliveries"), true),
        ("newsletters", "deliveries of newsletters", asks("deliveries"), false),
        ("subscription_topics", "subscription topics", asks("topics"), true),
    ];
    let (mut refused, mut date) = (0, None);
    let rights: Vec<_> = rights.into_iter().filter(|(_, _, asked, _)| *asked).collect();
    for (path, gives, _, needed) in &rights {
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

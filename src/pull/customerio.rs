//! Customer.io: exports of people and of deliveries, segments with their conditions, campaigns, subscription topics. In:
//! what the config asks for. Out: files in the landing place.

use serde_json::{Value, json};

use super::api::{Call, Told, Vendor};
use super::landing::{Job, Kept, Landing};
use super::{Wish, now, table, wait};
use crate::config::pull::{CustomerIo, Wanted};
use crate::error::Result;
use crate::net::{Address, Secret};
use crate::text::{count, list};

/// Attributes that rules look at whether the mapping names them or not.
const STANDARD: [&str; 6] =
    ["created_at", "unsubscribed", "cio_subscription_preferences", "_created_in_customerio_at", "timezone", "phone"];
/// Pages of a list.
const MOST_PAGES: usize = 1_000;
/// Items of a list: no workspace has more, and each segment is asked for alone.
const MOST_ITEMS: usize = 20_000;
/// What names a person.
const IDENTIFIERS: [&str; 3] = ["id", "email", "cio_id"];

/// Where the API is.
pub(super) fn base(region: &str, api: Option<&Address>) -> Result<Address> {
    match api {
        Some(api) => Ok(api.at("v1", &[])),
        None => {
            let base = if region == "eu" { "https://api-eu.customer.io/v1" } else { "https://api.customer.io/v1" };
            Address::parse(base, base)
        }
    }
}

/// Everyone, whether with an address or without: the API has no word for all.
fn everyone() -> Value {
    let exists = json!({ "attribute": { "field": "email", "operator": "exists" } });
    json!({ "or": [exists, { "not": exists }] })
}

/// An export of people, with these attributes, or with all.
pub(super) fn export_people(base: &Address, asked: &CustomerIo, attributes: Option<&[String]>) -> Call {
    let mut body = json!({ "filters": asked.filters.clone().unwrap_or_else(everyone) });
    if let Some(attributes) = attributes {
        body["attributes"] = json!(attributes);
    }
    Call::post(base.at("exports/customers", &[]), body, "an export of people")
}

/// An export of what one campaign or newsletter sent: `campaign_id` or `newsletter_id` says of which.
pub(super) fn export_deliveries(base: &Address, whose: &str, id: &Value, start: Option<i64>) -> Call {
    let mut body = json!({ whose: id });
    if let Some(start) = start {
        body["start"] = json!(start);
    }
    Call::post(base.at("exports/deliveries", &[]), body, "an export of deliveries")
}

pub(super) fn look(base: &Address, id: &str, what: &str) -> Call {
    Call::get(base.at(&format!("exports/{id}"), &[]), format!("the state of the export of {what}"))
}

pub(super) fn download(base: &Address, id: &str, what: &str) -> Call {
    Call::get(base.at(&format!("exports/{id}/download"), &[]), format!("the link to the export of {what}"))
}

pub(super) fn listed(base: &Address, path: &str, what: &str) -> Call {
    Call::get(base.at(path, &[]), what)
}

/// The attributes to ask for; none in particular where all are wanted, or where no mapping says which.
pub(super) fn attributes(asked: &CustomerIo, wish: &Wish<'_>) -> Option<Vec<String>> {
    let mapped = wish.attributes;
    let mut names: Vec<String> = match &asked.attributes {
        Wanted::All => return None,
        Wanted::Mapping if wish.documents.is_empty() => return None,
        Wanted::These(names) => names.clone(),
        Wanted::Mapping => STANDARD.iter().map(|name| (*name).to_owned()).chain(mapped.iter().cloned()).collect(),
    };
    names.retain(|name| !IDENTIFIERS.contains(&name.as_str()));
    names.sort();
    names.dedup();
    Some(names)
}

/// One pull of Customer.io.
struct Run<'a> {
    vendor: &'a Vendor<'a>,
    asked: &'a CustomerIo,
    wish: &'a Wish<'a>,
    base: Address,
    key: Secret,
    landing: &'a mut Landing,
}

/// Pulls everything that is asked for.
pub(super) fn pull(vendor: &Vendor<'_>, asked: &CustomerIo, wish: &Wish<'_>, landing: &mut Landing) -> Result<()> {
    let key = asked.key.read()?;
    vendor.hide(&key);
    let base = base(&asked.region, wish.pull.api.as_ref())?;
    let key = Secret::given(format!("Bearer {}", key.reveal()), key.name());
    let mut run = Run { vendor, asked, wish, base, key, landing };
    let asks = |what: &str| asked.what.iter().any(|found| found == what);
    if asks("people") {
        run.people()?;
    }
    if asks("segments") {
        run.segments()?;
    }
    if asks("campaigns") || asks("deliveries") {
        let (campaigns, at) = run.listing("campaigns.json", "campaigns", "campaigns", asks("campaigns"))?;
        if asks("deliveries") {
            run.deliveries(&campaigns, at)?;
            run.newsletters(at)?;
        }
    }
    if asks("topics") {
        run.listing("topics.json", "subscription_topics", "topics", true)?;
    }
    Ok(())
}

impl Run<'_> {
    fn json(&self, call: &Call) -> Result<Told> {
        self.vendor.json(call, &[("Authorization", self.key.clone())])
    }

    fn fine(&self, call: &Call) -> Result<Told> {
        self.vendor.fine(call, self.json(call)?)
    }

    fn people(&mut self) -> Result<()> {
        let wanted = attributes(self.asked, self.wish);
        let call = export_people(&self.base, self.asked, wanted.as_deref());
        let Some(header) = self.export("people", "people.csv", &call)? else { return Ok(()) };
        let lacks = |name: &&String| !header.contains(name);
        let own: Vec<String> = IDENTIFIERS.iter().map(|name| (*name).to_owned()).collect();
        let absent: Vec<String> = own.iter().chain(wanted.iter().flatten()).filter(lacks).cloned().collect();
        if absent.is_empty() {
            return Ok(());
        }
        let note = format!("people came without {}: nobody may have them", list(&absent, 8));
        self.vendor.say(&format!("  {note}"));
        self.landing.remark(note)
    }

    /// One export from its beginning to its file; its header, when it came in this run.
    fn export(&mut self, what: &str, file: &str, create: &Call) -> Result<Option<Vec<String>>> {
        let known = self.landing.job(file).cloned();
        if known.as_ref().is_some_and(|job| job.done) && self.landing.has(file) {
            return Ok(None);
        }
        let known = known.filter(|job| !job.done);
        let is_known = known.is_some();
        let mut job = known.map_or_else(|| self.begin(what, file, create), Ok)?;
        let mut done = self.finish(what, file, &job)?;
        if done.is_err() && is_known {
            // The export of an earlier pull is gone, and is made anew.
            job = self.begin(what, file, create)?;
            done = self.finish(what, file, &job)?;
        }
        let total = done?.json["export"]["total"].as_u64().filter(|total| *total > 0);
        match self.fetch(what, file, &job, total) {
            Ok(header) => {
                self.landing.note_job(file, Job { done: true, ..job })?;
                Ok(Some(header))
            }
            Err(error) => {
                // Another pull makes another export, rather than to fetch the same file again.
                self.landing.forget_job(file)?;
                Err(error)
            }
        }
    }

    fn begin(&mut self, what: &str, file: &str, create: &Call) -> Result<Job> {
        let told = self.fine(create)?;
        let Some(id) = told.text("/export/id").filter(|id| is_number(id)) else {
            let message = format!("Customer.io named no export of {what}");
            return Err(self.vendor.stop(message, "run the pull again"));
        };
        self.vendor.say(&format!("  {what}: asked for, export {id}"));
        let job = Job { id, asked: told.date.unwrap_or_else(now), ..Job::default() };
        self.landing.note_job(file, job.clone())?;
        Ok(job)
    }

    /// Looks at an export until it is done. The inner error is that of one that never will be, which is forgotten.
    fn finish(&mut self, what: &str, file: &str, job: &Job) -> Result<Result<Told>> {
        let call = look(&self.base, &job.id, what);
        let done = wait(self.vendor, &self.wish.pull.pace, what, || {
            let told = self.json(&call)?;
            let failed = told.json["export"]["failed"] == json!(true);
            let broken = || {
                let message = format!("Customer.io could not make the export of {what}");
                self.vendor.stop(message, "run the pull again; a new export is made")
            };
            match told.text("/export/status").as_deref() {
                _ if !told.is_fine() => Ok(Some(Err(self.vendor.refused(&call, &told)))),
                Some("failed") => Ok(Some(Err(broken()))),
                _ if failed => Ok(Some(Err(broken()))),
                Some("done") => Ok(Some(Ok(told))),
                Some(_) => Ok(None),
                None => {
                    let message = format!("Customer.io did not tell the state of the export of {what}");
                    Err(self.vendor.stop(message, "run the pull again"))
                }
            }
        })?;
        if done.is_err() {
            self.landing.forget_job(file)?;
        }
        Ok(done)
    }

    /// Fetches the file at once, because its link lives for fifteen minutes; by a new link once where the link is dead or
    /// the file broken.
    fn fetch(&mut self, what: &str, file: &str, job: &Job, total: Option<u64>) -> Result<Vec<String>> {
        let (packed, draft) = (self.landing.draft(&format!("{file}.packed")), self.landing.draft(file));
        let mut why = String::new();
        for _ in 0..2 {
            let link = self.fine(&download(&self.base, &job.id, what))?;
            let Some(url) = link.text("/url") else {
                let message = format!("Customer.io gave no link to the export of {what}");
                return Err(self.vendor.stop(message, "run the pull again"));
            };
            self.vendor.hide(&Secret::given(url.as_str(), "the link"));
            let shown = format!("the link to the export of {what}");
            let help = "run the pull again; if it stays so, ask Customer.io's support";
            let at = Address::parse(&url, &shown).map_err(|error| self.vendor.stop(error.to_string(), help))?;
            if at.is_near() && !self.base.is_near() {
                return Err(self.vendor.stop(format!("{shown} leads to this machine, and is not followed"), help));
            }
            // Whoever has the link has the file: the key does not go along.
            let told = self.vendor.file(&Call::get(at, format!("the file of {what}")), &[], &packed)?;
            if told.status != 200 {
                why = format!("its link answered {}", told.status);
                continue;
            }
            let checked = table::gunzip(&packed, &draft).and_then(|()| table::rows(&draft, &[], total));
            let header = checked.and_then(|rows| Ok((rows, named(table::header(&draft)?)?)));
            match header {
                Ok((rows, header)) => {
                    self.vendor.say(&format!("  {what}: {} records", count(rows)));
                    let (module, finished) = (module(file), told.date.unwrap_or_else(now));
                    let (rows, asked) = (Some(rows), job.asked);
                    let kept = Kept { holds: "records", module: Some(module), rows, asked, finished };
                    self.landing.keep(file, kept)?;
                    return Ok(header);
                }
                Err(broken) => why = broken,
            }
        }
        let message = format!("The export of {what} is not whole: {why}");
        Err(self.vendor.stop(message, "run the pull again; nothing of it was put among the exports"))
    }

    /// A list, and when it was: that of an earlier pull where it is there, else asked for.
    fn listing(&mut self, file: &str, path: &str, name: &str, keeps: bool) -> Result<(Vec<Value>, i64)> {
        if let Some(Value::Array(known)) = self.landing.json(file).map(|mut known| known[name].take()) {
            return Ok((known, now()));
        }
        let (items, at) = self.list(path, name)?;
        if keeps {
            self.keep_list(file, &json!({ name: items }), at)?;
        }
        Ok((items, at))
    }

    /// The list of an answer, and when it was.
    fn list(&self, path: &str, name: &str) -> Result<(Vec<Value>, i64)> {
        self.pages(path, name)?.map_err(|told| self.vendor.refused(&listed(&self.base, path, name), &told))
    }

    /// The same, or the refusal. These lists are said to come without pages; where one does, it is whole or it is none.
    fn pages(&self, path: &str, name: &str) -> Result<std::result::Result<(Vec<Value>, i64), Told>> {
        let (mut found, mut at, mut starts) = (Vec::new(), None, Vec::<String>::new());
        loop {
            let query: Vec<_> = starts.last().map(|start| ("start", start.as_str())).into_iter().collect();
            let told = self.json(&Call::get(self.base.at(path, &query), name))?;
            if !told.is_fine() {
                return Ok(Err(told));
            }
            at = at.or(told.date);
            let Some(items) = told.json.get(name).and_then(Value::as_array) else {
                let message = format!("Customer.io answered no list of {name}");
                return Err(self.vendor.stop(message, "run the pull again"));
            };
            found.extend(items.iter().cloned());
            let Some(next) = told.text("/next").filter(|next| !next.is_empty()) else {
                return Ok(Ok((found, at.unwrap_or_else(now))));
            };
            if starts.contains(&next) || starts.len() >= MOST_PAGES || found.len() > MOST_ITEMS {
                let message = format!("Customer.io leads from page to page of {name} without an end");
                return Err(self.vendor.stop(message, "run the pull again; if it stays so, ask Customer.io's support"));
            }
            starts.push(next);
        }
    }

    fn keep_list(&mut self, file: &str, answer: &Value, at: i64) -> Result<()> {
        let kept = Kept { holds: "workspace", module: None, rows: None, asked: at, finished: at };
        self.landing.keep_json(file, answer, kept)
    }

    /// The list of segments; each one alone also tells its conditions, which are no documented part of the answer.
    fn segments(&mut self) -> Result<()> {
        if self.landing.has("segments.json") {
            return Ok(());
        }
        let (mut segments, at) = self.list("segments", "segments")?;
        for segment in &mut segments {
            let id = self.id(segment, "segment")?;
            let call = listed(&self.base, &format!("segments/{id}"), &format!("segment {id}"));
            let told = self.json(&call)?;
            if told.status == 404 {
                continue;
            }
            let told = self.vendor.fine(&call, told)?;
            if !told.json["segment"].is_object() {
                return Err(self.vendor.refused(&call, &told));
            }
            if let Some(conditions) = told.json.pointer("/segment/conditions") {
                segment["conditions"] = conditions.clone();
            }
        }
        self.vendor.say(&format!("  segments: {}", segments.len()));
        self.keep_list("segments.json", &json!({ "segments": segments }), at)
    }

    /// The number of a segment or a campaign, which goes into paths and into names of files.
    fn id(&self, item: &Value, what: &str) -> Result<u64> {
        let id = item["id"].as_u64().or_else(|| item["id"].as_str().filter(|id| is_number(id))?.parse().ok());
        id.ok_or_else(|| self.vendor.stop(format!("Customer.io names a {what} without a number"), "run the pull again"))
    }

    /// What was sent, by campaign, because the API exports deliveries of one at a time.
    fn deliveries(&mut self, campaigns: &[Value], now: i64) -> Result<()> {
        let started = campaigns.iter().filter(|campaign| campaign["state"] != json!("draft"));
        for campaign in started {
            let id = self.id(campaign, "campaign")?;
            let start = self.asked.since.map(|since| now - since);
            let call = export_deliveries(&self.base, "campaign_id", &json!(id), start);
            let what = format!("deliveries of campaign {id}");
            self.export(&what, &format!("deliveries_{id}.csv"), &call)?;
        }
        Ok(())
    }
}

impl Run<'_> {
    /// What newsletters sent: whoever opted out and got one is who a rule on deliveries looks for.
    fn newsletters(&mut self, now: i64) -> Result<()> {
        let found = match self.pages("newsletters", "newsletters")? {
            Ok((found, _)) => found,
            Err(told) if matches!(told.status, 401 | 403 | 404) => {
                let note = "deliveries of newsletters could not be had: the key does not give the list of newsletters";
                self.vendor.say(&format!("  {note}"));
                return self.landing.remark(note.to_owned());
            }
            Err(told) => return Err(self.vendor.refused(&listed(&self.base, "newsletters", "newsletters"), &told)),
        };
        let start = self.asked.since.map(|since| now - since);
        // One without a time of sending may have been sent as well; one of a draft is blank or 0.
        let is_sent = |newsletter: &&Value| match newsletter.get("sent_at") {
            None => true,
            Some(at) => at.as_i64().is_some_and(|at| at > 0 && start.is_none_or(|start| at >= start)),
        };
        for newsletter in found.iter().filter(is_sent) {
            let id = self.id(newsletter, "newsletter")?;
            let call = export_deliveries(&self.base, "newsletter_id", &json!(id), start);
            self.export(&format!("deliveries of newsletter {id}"), &format!("deliveries_newsletter_{id}.csv"), &call)?;
        }
        Ok(())
    }
}

/// A header, which must name somebody.
fn named(header: Vec<String>) -> std::result::Result<Vec<String>, String> {
    let names = ["id", "email", "cio_id", "customer_id", "internal_customer_id", "recipient", "delivery_id"];
    let has = header.iter().any(|label| names.contains(&label.as_str()));
    if has { Ok(header) } else { Err("none of its columns names a person".to_owned()) }
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.len() < 20 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The module that a file holds.
fn module(file: &str) -> &'static str {
    if file.starts_with("deliveries") { "deliveries" } else { "people" }
}

//! Zoho CRM: fields, records by Bulk Read jobs, deleted records, the organisation's time zone. In: what the config asks
//! for. Out: files in the landing place.

use std::path::Path;

use serde_json::{Value, json};

use super::api::{Call, Told, Vendor};
use super::fields::{self, Chosen, Field};
use super::landing::{Job, Kept, Landing};
use super::token::Door;
use super::{Wish, now, table, wait};
use crate::config::pull::Zoho;
use crate::error::{Error, Result};
use crate::net::Address;
use crate::text::count;

/// The version of the API, in its paths.
const API: &str = "crm/v8";
const BULK: &str = "crm/bulk/v8/read";
/// Pages of deleted records, of 200 each.
const MOST_PAGES: u32 = 5_000;

pub(super) fn organisation(base: &Address) -> Call {
    Call::get(base.at(&format!("{API}/org"), &[]), "the organisation's time zone")
}

pub(super) fn fields_of(base: &Address, module: &str) -> Call {
    let query = [("module", module), ("type", "all")];
    Call::get(base.at(&format!("{API}/settings/fields"), &query), format!("the fields of {module}"))
}

pub(super) fn create(base: &Address, module: &str, query: &Value) -> Call {
    let body = json!({ "query": query, "file_type": "csv" });
    Call::post(base.at(BULK, &[]), body, format!("an export of {module}"))
}

/// What a job is asked for by.
pub(super) fn query(module: &str, fields: &[String], converted: bool) -> Value {
    let mut query = json!({ "module": { "api_name": module }, "fields": fields });
    if converted {
        let field = json!({ "api_name": CONVERTED });
        query["criteria"] = json!({ "field": field, "comparator": "equal", "value": true });
    }
    query
}

pub(super) fn look(base: &Address, module: &str, id: &str) -> Call {
    Call::get(base.at(&format!("{BULK}/{id}"), &[]), format!("the state of the export of {module}"))
}

pub(super) fn result(base: &Address, module: &str, id: &str) -> Call {
    Call::get(base.at(&format!("{BULK}/{id}/result"), &[]), format!("the records of {module}"))
}

pub(super) fn deleted(base: &Address, module: &str, page: u32) -> Call {
    let page = page.to_string();
    let query = [("type", "all"), ("page", page.as_str()), ("per_page", "200")];
    Call::get(base.at(&format!("{API}/{module}/deleted"), &query), format!("the deleted records of {module}"))
}

/// The field of a lead that says whether it was converted.
pub(super) const CONVERTED: &str = "Converted__s";

/// One pull of Zoho CRM.
struct Run<'a> {
    vendor: &'a Vendor<'a>,
    door: Door<'a>,
    wish: &'a Wish<'a>,
    landing: &'a mut Landing,
}

/// Pulls everything that is asked for.
pub(super) fn pull(vendor: &Vendor<'_>, zoho: &Zoho, wish: &Wish<'_>, landing: &mut Landing) -> Result<()> {
    let door = Door::new(vendor, zoho, wish.pull.api.as_ref())?;
    let mut run = Run { vendor, door, wish, landing };
    run.zone()?;
    for module in &zoho.modules {
        run.module(zoho, module)?;
    }
    Ok(())
}

impl Run<'_> {
    /// The zone of the organisation, which tells what stamps without one mean. The records have offsets without it.
    fn zone(&mut self) -> Result<()> {
        let call = organisation(&self.door.base()?);
        let told = self.door.json(&call)?;
        match told.text("/org/0/time_zone").filter(|_| told.is_fine()) {
            Some(zone) => {
                if let Some(written) = self.wish.zone.filter(|written| **written != zone) {
                    self.vendor.say(&format!(
                        "  crmlint.yaml says {written}, the organisation's own time zone is {zone}: check `time_zone:`"
                    ));
                }
                self.landing.manifest().time_zone = Some(zone);
                Ok(())
            }
            None if may_lack(&told) => self.lacks(&call),
            None => Err(self.vendor.refused(&call, &told)),
        }
    }

    /// Notes what the credentials do not give.
    fn lacks(&mut self, call: &Call) -> Result<()> {
        self.note(format!("{} could not be had: the credentials do not allow it", call.what))
    }

    fn note(&mut self, note: String) -> Result<()> {
        self.vendor.say(&format!("  {note}"));
        self.landing.remark(note)
    }

    fn module(&mut self, zoho: &Zoho, module: &str) -> Result<()> {
        let all = self.fields(module)?;
        let chosen = fields::wanted(module, &all, &zoho.fields, self.wish.documents);
        if !chosen.absent.is_empty() {
            self.note(format!("{module} has no field {}", chosen.absent.join(", ")))?;
        }
        let of = Table { module, chosen: &chosen, name: module.to_owned(), converted: false };
        let files = self.records(&of)?;
        let has_field = all.iter().any(|field| field.is(CONVERTED));
        if module.eq_ignore_ascii_case("Leads") && has_field {
            self.converted(&of, &files)?;
        }
        if zoho.deleted { self.deleted(module) } else { Ok(()) }
    }

    /// The fields of a module, kept as the reader of exports knows them.
    fn fields(&mut self, module: &str) -> Result<Vec<Field>> {
        let call = fields_of(&self.door.base()?, module);
        let told = self.door.fine(&call)?;
        let all = fields::all(&told.json);
        if all.is_empty() {
            let message = format!("Zoho CRM named no fields of {module}");
            return Err(self.vendor.stop(message, "check the module's API name, and run `crmlint doctor`"));
        }
        let at = told.date.unwrap_or_else(now);
        let name = format!("fields_{}.json", module.to_lowercase());
        let kept = Kept { holds: "fields", module: Some(module), rows: None, asked: at, finished: at };
        self.landing.keep_json(&name, &told.json, kept)?;
        Ok(all)
    }

    /// Every page of a table. A job that an earlier pull began goes on.
    fn records(&mut self, of: &Table<'_>) -> Result<Vec<String>> {
        let (mut files, mut token, mut page) = (Vec::new(), None::<String>, 1);
        loop {
            let step = format!("{}#{page}", of.name);
            let file = match self.landing.job(&step).filter(|job| job.done).cloned() {
                Some(job) if self.whole(of, page, job.next.is_some()) => job.next,
                _ => self.page(of, &step, page, token.as_deref())?,
            };
            files.push(of.file(page, file.is_some()));
            match file {
                Some(next) => (token, page) = (Some(next), page + 1),
                None => return Ok(files),
            }
        }
    }

    /// Whether the file of a page is there already; a table without records leaves none.
    fn whole(&self, of: &Table<'_>, page: u32, more: bool) -> bool {
        let file = of.file(page, more);
        self.landing.has(&file) || (of.converted && !self.landing.lists(&file))
    }

    /// One job from its beginning to its file; out comes what the next page is asked for by.
    fn page(&mut self, of: &Table<'_>, step: &str, page: u32, token: Option<&str>) -> Result<Option<String>> {
        let known = self.landing.job(step).filter(|job| !job.done).cloned();
        let is_known = known.is_some();
        let mut job = known.map_or_else(|| self.begin(of, step, token), Ok)?;
        let mut done = self.finish(of, step, &job)?;
        if done.is_err() && is_known {
            // The job of an earlier pull is gone, and is made anew.
            job = self.begin(of, step, token)?;
            done = self.finish(of, step, &job)?;
        }
        let told = self.announced(of, &done?)?;
        let file = of.file(page, told.next.is_some());
        if let Err(error) = self.fetch(of, &job, told.rows, &file) {
            // Another pull makes another job, rather than to fetch the same file again.
            self.landing.forget_job(step)?;
            return Err(error);
        }
        self.landing.note_job(step, Job { done: true, next: told.next.clone(), ..job })?;
        Ok(told.next)
    }

    fn begin(&mut self, of: &Table<'_>, step: &str, token: Option<&str>) -> Result<Job> {
        let base = self.door.base()?;
        let Chosen { fields, names, .. } = of.chosen;
        let order = |fields: &[String]| match token {
            Some(token) => create(&base, of.module, &json!({ "page_token": token })),
            None => create(&base, of.module, &query(of.module, fields, of.converted)),
        };
        let mut call = order(&[fields.clone(), names.clone()].concat());
        let mut told = self.door.json(&call)?;
        if told.status == 400 && token.is_none() && !names.is_empty() {
            // The documents show names of lookups for some fields only: the records matter more than they do.
            call = order(fields);
            told = self.door.json(&call)?;
        }
        let told = self.vendor.fine(&call, told)?;
        let Some(id) = told.text("/data/0/details/id").filter(|id| is_number(id)) else {
            return Err(self.vendor.stop(format!("Zoho CRM named no job for {}", of.module), "run the pull again"));
        };
        self.vendor.say(&format!("  {}: asked for, job {id}", of.name));
        let job = Job { id, asked: told.date.unwrap_or_else(now), ..Job::default() };
        self.landing.note_job(step, job.clone())?;
        Ok(job)
    }

    /// Looks at a job until it is done. The inner error is that of a job that never will be, which is forgotten.
    fn finish(&mut self, of: &Table<'_>, step: &str, job: &Job) -> Result<Result<Told>> {
        let call = look(&self.door.base()?, of.module, &job.id);
        let done = wait(self.vendor, &self.wish.pull.pace, of.module, || {
            let told = self.door.json(&call)?;
            match told.text("/data/0/state").as_deref() {
                _ if !told.is_fine() => Ok(Some(Err(self.vendor.refused(&call, &told)))),
                Some("COMPLETED") => Ok(Some(Ok(told))),
                Some("FAILURE") => Ok(Some(Err(self.failed(of, &told)))),
                Some(_) => Ok(None),
                None => {
                    let message = format!("Zoho CRM did not tell the state of the export of {}", of.module);
                    Err(self.vendor.stop(message, "run the pull again"))
                }
            }
        })?;
        if done.is_err() {
            self.landing.forget_job(step)?;
        }
        Ok(done)
    }

    fn failed(&self, of: &Table<'_>, told: &Told) -> Error {
        let routes = ["/data/0/result/error_message/message", "/data/0/result/error_message/code"];
        let why = routes.iter().find_map(|route| told.text(route)).unwrap_or_else(|| "it does not say why".to_owned());
        let message = format!("Zoho CRM could not make the export of {}: {why}", of.module);
        self.vendor.stop(message, "run the pull again; a new job is made")
    }

    /// What a job that is done says of its file.
    fn announced(&self, of: &Table<'_>, told: &Told) -> Result<Announced> {
        let result = &told.json["data"][0]["result"];
        let more = result["more_records"] == json!(true);
        let next = result["next_page_token"].as_str().filter(|_| more).map(str::to_owned);
        let Some(rows) = result["count"].as_u64().filter(|_| next.is_some() == more) else {
            let message = format!("Zoho CRM did not tell how many records of {} there are", of.module);
            return Err(self.vendor.stop(message, "run the pull again"));
        };
        Ok(Announced { rows, next })
    }

    /// Fetches the archive of a job and keeps its table; a broken one is fetched once more.
    fn fetch(&mut self, of: &Table<'_>, job: &Job, rows: u64, file: &str) -> Result<()> {
        let call = result(&self.door.base()?, of.module, &job.id);
        let (archive, draft) = (self.landing.draft(&format!("{file}.zip")), self.landing.draft(file));
        let mut why = String::new();
        for _ in 0..2 {
            let told = self.vendor.fine(&call, self.door.file(&call, &archive)?)?;
            match unpacked(&told, &archive, &draft, of.chosen, rows) {
                // Nobody needs an empty table of converted leads.
                Ok((0, _)) if of.converted => return Ok(()),
                Ok((rows, named)) => {
                    let is_named = |name: &&String| named.iter().any(|lookup| name.starts_with(&format!("{lookup}.")));
                    if !of.chosen.names.iter().all(|name| is_named(&name)) {
                        self.note(format!("{} came without the names of its lookups, such as owners", of.module))?;
                    }
                    self.vendor.say(&format!("  {}: {} records", of.name, count(rows)));
                    let finished = told.date.unwrap_or_else(now);
                    let (module, asked) = (Some(of.module), job.asked);
                    return self
                        .landing
                        .keep(file, Kept { holds: "records", module, rows: Some(rows), asked, finished });
                }
                Err(broken) => why = broken,
            }
        }
        let message = format!("The export of {} is not whole: {why}", of.module);
        Err(self.vendor.stop(message, "run the pull again; nothing of it was put among the exports"))
    }

    /// Whether lists of leads hold converted ones is not documented: where they do not, they are asked for.
    fn converted(&mut self, of: &Table<'_>, files: &[String]) -> Result<()> {
        for file in files {
            if self.landing.any(file, CONVERTED, "true")? {
                return Ok(());
            }
        }
        let name = format!("{}_converted", of.name);
        let more = Table { name, converted: true, ..*of };
        match self.records(&more) {
            Ok(_) => Ok(()),
            Err(error) => {
                let is_refused = error.to_string().contains("_IN_CRITERIA_NOT_SUPPORTED");
                if !is_refused {
                    return Err(error);
                }
                self.landing.remark("converted leads could not be had: Zoho CRM does not filter by them".to_owned())
            }
        }
    }

    /// Records that were deleted; of each its id, when, and whether for good.
    fn deleted(&mut self, module: &str) -> Result<()> {
        let (mut found, mut at) = (Vec::new(), None);
        for page in 1..=MOST_PAGES {
            let call = deleted(&self.door.base()?, module, page);
            let told = self.door.json(&call)?;
            if may_lack(&told) {
                return self.lacks(&call);
            }
            let told = self.vendor.fine(&call, told)?;
            at = at.or(told.date);
            if told.status != 204 && !told.json["data"].is_array() {
                let message = format!("Zoho CRM answered no list of the deleted records of {module}");
                return Err(self.vendor.stop(message, "run the pull again"));
            }
            let listed = told.json["data"].as_array().into_iter().flatten();
            found.extend(listed.map(|record| {
                let part = |key: &str| record[key].clone();
                json!({ "id": part("id"), "deleted_time": part("deleted_time"), "type": part("type") })
            }));
            if told.json["info"]["more_records"] != json!(true) {
                break;
            }
        }
        let (rows, at) = (Some(found.len() as u64), at.unwrap_or_else(now));
        let name = format!("deleted_{}.json", module.to_lowercase());
        let kept = Kept { holds: "deleted", module: Some(module), rows, asked: at, finished: at };
        self.landing.keep_json(&name, &json!({ "data": found }), kept)
    }
}

/// Whether an answer says that the credentials do not allow what a pull can do without.
fn may_lack(told: &Told) -> bool {
    told.status == 403 || (told.status == 401 && told.said().0 == "OAUTH_SCOPE_MISMATCH")
}

/// The table of an archive, whole, its records counted, and the lookups that have names; without a body there are no records.
fn unpacked(
    told: &Told,
    archive: &Path,
    draft: &Path,
    chosen: &Chosen,
    rows: u64,
) -> std::result::Result<(u64, Vec<String>), String> {
    let must: Vec<String> = std::iter::once("Id".to_owned()).chain(chosen.fields.iter().cloned()).collect();
    let raw = archive.with_extension("raw");
    if told.status == 204 {
        std::fs::write(&raw, must.join(",") + "\n").map_err(|error| error.to_string())?;
    } else {
        table::unzip(archive, &raw)?;
        std::fs::remove_file(archive).map_err(|error| error.to_string())?;
    }
    let rows = table::rows(&raw, &must, Some(rows))?;
    let named = table::pair(&raw, draft, chosen)?;
    std::fs::remove_file(&raw).map_err(|error| error.to_string())?;
    Ok((rows, named))
}

/// A table that is asked for, in pages.
#[derive(Debug, Clone)]
struct Table<'a> {
    module: &'a str,
    chosen: &'a Chosen,
    /// `Leads`, `Leads_converted`
    name: String,
    converted: bool,
}

impl Table<'_> {
    /// The file of a page: `Contacts.csv` when it is the only one, else `Contacts_001.csv`.
    fn file(&self, page: u32, more: bool) -> String {
        if page == 1 && !more { format!("{}.csv", self.name) } else { format!("{}_{page:03}.csv", self.name) }
    }
}

/// What a job that is done says of its file.
struct Announced {
    rows: u64,
    next: Option<String>,
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

//! Records of Zoho CRM by Bulk Read jobs. In: a module and its fields. Out: a table in the landing place for each page, whole
//! and counted.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::api::Told;
use super::fields::Chosen;
use super::landing::{Job, Kept};
use super::zoho::{CONVERTED, Run, create, look, query, result};
use super::{now, table, wait};
use crate::error::{Error, Result};
use crate::text::count;

/// Pages of a module, of 200,000 records each.
const MOST_JOBS: u32 = 1_000;

impl Run<'_> {
    /// Every page of a table. A job that an earlier pull began goes on.
    pub(super) fn records(&mut self, of: &Table<'_>) -> Result<Vec<String>> {
        let (mut files, mut token, mut page) = (Vec::new(), None::<String>, 1);
        let mut seen = BTreeSet::new();
        loop {
            let step = format!("{}#{page}", of.name);
            let file = match self.landing.job(&step).filter(|job| job.done).cloned() {
                Some(job) if self.whole(of, page, job.next.is_some()) => job.next,
                _ => self.page(of, &step, page, token.as_deref())?,
            };
            files.push(of.file(page, file.is_some()));
            match file {
                Some(next) if page >= MOST_JOBS || !seen.insert(next.clone()) => return Err(self.endless(of, page)?),
                Some(next) => (token, page) = (Some(next), page + 1),
                None => {
                    self.landing.only(&of.name, &files)?;
                    return Ok(files);
                }
            }
        }
    }

    /// Each page costs credits: one that leads back to an earlier one is not followed, and nothing of it is gone on with.
    fn endless(&mut self, of: &Table<'_>, page: u32) -> Result<Error> {
        for page in 1..=page {
            self.landing.forget_job(&format!("{}#{page}", of.name))?;
        }
        let message = format!("Zoho CRM leads from page to page of {} without an end", of.module);
        Ok(self.vendor.stop(message, "run the pull again later; if it stays so, ask Zoho's support"))
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
        let why = self.vendor.quote(&why);
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
    pub(super) fn converted(&mut self, of: &Table<'_>, files: &[String]) -> Result<()> {
        let name = format!("{}_converted", of.name);
        for file in files {
            if self.landing.any(file, CONVERTED, "true")? {
                return self.landing.only(&name, &[]);
            }
        }
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
pub(super) struct Table<'a> {
    pub(super) module: &'a str,
    pub(super) chosen: &'a Chosen,
    /// `Leads`, `Leads_converted`
    pub(super) name: String,
    pub(super) converted: bool,
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
    !id.is_empty() && id.len() < 40 && id.bytes().all(|byte| byte.is_ascii_digit())
}

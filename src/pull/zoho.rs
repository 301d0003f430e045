//! Zoho CRM: fields, deleted records, the organisation's time zone, and what [`super::bulk`] fetches. In: what the config
//! asks for. Out: files in the landing place.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::api::{Call, Told, Vendor};
use super::bulk::Table;
use super::fields::{self, Field};
use super::landing::{Kept, Landing};
use super::token::Door;
use super::{Wish, now};
use crate::config::pull::Zoho;
use crate::error::Result;
use crate::net::Address;

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
pub(super) struct Run<'a> {
    pub(super) vendor: &'a Vendor<'a>,
    pub(super) door: Door<'a>,
    pub(super) wish: &'a Wish<'a>,
    pub(super) landing: &'a mut Landing,
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
                let zone = self.vendor.quote(&zone);
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

    pub(super) fn note(&mut self, note: String) -> Result<()> {
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
        let name = format!("fields_{}.json", module.to_lowercase());
        if let Some(known) = self.landing.json(&name) {
            return Ok(fields::all(&known));
        }
        let call = fields_of(&self.door.base()?, module);
        let told = self.door.fine(&call)?;
        let all = fields::all(&told.json);
        if all.is_empty() {
            let message = format!("Zoho CRM named no fields of {module}");
            return Err(self.vendor.stop(message, "check the module's API name, and run `crmlint doctor`"));
        }
        let at = told.date.unwrap_or_else(now);
        let kept = Kept { holds: "fields", module: Some(module), rows: None, asked: at, finished: at };
        self.landing.keep_json(&name, &told.json, kept)?;
        Ok(all)
    }

    /// Records that were deleted; of each its id, when, and whether for good.
    fn deleted(&mut self, module: &str) -> Result<()> {
        let name = format!("deleted_{}.json", module.to_lowercase());
        if self.landing.has(&name) {
            return Ok(());
        }
        let (mut found, mut at) = (BTreeMap::new(), None);
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
            let before = found.len();
            found.extend(told.json["data"].as_array().into_iter().flatten().filter_map(tombstone));
            if told.json["info"]["more_records"] != json!(true) {
                let (rows, at) = (Some(found.len() as u64), at.unwrap_or_else(now));
                let kept = Kept { holds: "deleted", module: Some(module), rows, asked: at, finished: at };
                let found: Vec<Value> = found.into_values().collect();
                return self.landing.keep_json(&name, &json!({ "data": found }), kept);
            }
            if found.len() == before {
                break;
            }
        }
        // Half of a list would pass for all of it.
        self.note(format!(
            "the deleted records of {module} could not be had: Zoho CRM leads from page to page without an end"
        ))
    }
}

/// A deleted record, by its id, without the name that the answer has of it.
fn tombstone(record: &Value) -> Option<(String, Value)> {
    let id = record["id"].as_str()?;
    let (deleted_time, kind) = (&record["deleted_time"], &record["type"]);
    Some((id.to_owned(), json!({ "id": id, "deleted_time": deleted_time, "type": kind })))
}

/// Whether an answer says that the credentials do not allow what a pull can do without.
fn may_lack(told: &Told) -> bool {
    told.status == 403 || (told.status == 401 && told.said().0 == "OAUTH_SCOPE_MISMATCH")
}

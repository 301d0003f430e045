//! Zoho CRM as the stand-in plays it: tokens, the organisation, fields, Bulk Read jobs and deleted records.

use std::io::{Cursor, Read, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::http::{Answer, Request, pairs};
use super::workspace::{Module, Workspace, ZONE};
use super::{Settings, faults};

/// What the application is known by; no output of the client may hold them.
pub(crate) const CLIENT: &str = "1000.CANARYZOHOCLIENT";
pub(crate) const SECRET: &str = "canaryzohosecret0f";
pub(crate) const REFRESH: &str = "1000.canaryzohorefresh.77";

/// Jobs and tokens so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    tokens: usize,
    jobs: Vec<Job>,
}

/// A Bulk Read job: which records of which module, and how often it was looked at.
#[derive(Debug)]
struct Job {
    module: String,
    fields: Vec<String>,
    rows: Vec<usize>,
    from: usize,
    looks: usize,
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    faults::told(status, "zoho", code, message)
}

pub(crate) fn token(request: &Request, state: &mut State, settings: &Settings) -> Answer {
    let form = pairs(&request.body);
    let is = |name: &str, value: &str| form.iter().any(|(found, said)| found == name && said == value);
    let known = is("client_id", CLIENT) && is("client_secret", SECRET) && is("refresh_token", REFRESH);
    if !known || !is("grant_type", "refresh_token") {
        return Answer::json(200, "zoho_token_error", &json!({ "error": "invalid_code" }));
    }
    state.tokens += 1;
    let body = json!({
        "access_token": format!("1000.canaryaccess.{}", state.tokens),
        "api_domain": format!("{}/zohoapis", settings.base),
        "scope": "ZohoCRM.bulk.READ ZohoCRM.modules.contacts.READ ZohoCRM.settings.fields.READ ZohoCRM.org.READ",
        "token_type": "Bearer",
        "expires_in": 3600,
    });
    Answer::json(200, "zoho_token", &body)
}

/// Anything below the API's own domain.
pub(crate) fn answer(
    path: &str,
    request: &Request,
    state: &mut State,
    workspace: &Workspace,
    settings: &Settings,
) -> Answer {
    let live = format!("Zoho-oauthtoken 1000.canaryaccess.{}", state.tokens);
    if request.header("authorization") != Some(live.as_str()) || state.tokens == 0 {
        return error(401, "INVALID_TOKEN", "invalid oauth token");
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["crm", "v8", "org"]) => organisation(),
        ("GET", ["crm", "v8", "settings", "fields"]) => {
            match request.asked("module").and_then(|name| workspace.module(name)) {
                Some(module) => Answer::json(200, "zoho_fields", &module.described()),
                None => error(400, "INVALID_MODULE", "the module name given seems to be invalid"),
            }
        }
        ("POST", ["crm", "bulk", "v8", "read"]) => create(request, state, workspace),
        ("GET", ["crm", "bulk", "v8", "read", id]) => look(id, state, settings),
        ("GET", ["crm", "bulk", "v8", "read", id, "result"]) => result(id, state, workspace, settings),
        ("GET", ["crm", "v8", module, "deleted"]) => deleted(module, request),
        _ => error(404, "INVALID_URL_PATTERN", "please check if the URL trying to access is a correct one"),
    }
}

fn organisation() -> Answer {
    let body = json!({ "org": [{
        "id": "7045123000000000001", "company_name": "Fernweh Tea", "time_zone": ZONE, "iso_code": "EUR",
        "currency": "Euro", "zgid": "70451230", "type": "production", "privacy_settings": true, "mc_status": false,
    }] });
    Answer::json(200, "zoho_org", &body)
}

fn create(request: &Request, state: &mut State, workspace: &Workspace) -> Answer {
    let body = request.json();
    let query = &body["query"];
    let job = match query["page_token"].as_str() {
        Some(token) => next(token, state),
        None => first(query, workspace),
    };
    let Some(job) = job else { return error(400, "INVALID_DATA", "invalid data") };
    state.jobs.push(job);
    let id = id_of(state.jobs.len() - 1);
    let body = json!({ "data": [{
        "status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully.",
        "details": { "id": id, "operation": "read", "state": "ADDED",
            "created_by": { "id": "7045123000000411001", "name": "Shop Sync" },
            "created_time": "2026-05-21T08:00:00+02:00" },
    }], "info": {} });
    Answer::json(201, "zoho_job_added", &body)
}

fn first(query: &Value, workspace: &Workspace) -> Option<Job> {
    let module = workspace.module(query["module"]["api_name"].as_str()?)?;
    let asked: Vec<String> = query["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| field.as_str().map(str::to_owned))
        .collect();
    let all = || module.fields.iter().map(|field| field.api.clone()).collect();
    let fields: Vec<String> = if asked.is_empty() { all() } else { asked };
    if fields.iter().any(|field| !module.has(field)) {
        return None;
    }
    let criteria = query.get("criteria");
    if criteria.is_some_and(|found| found["field"]["api_name"] != "Converted__s" || found["comparator"] != "equal") {
        return None;
    }
    // Leads that were converted are left out of lists unless they are asked for.
    let converted = module.column("Converted__s");
    let wanted = |row: &Vec<String>| converted.is_none_or(|at| (row[at] == "true") == criteria.is_some());
    let rows = (0..module.rows.len()).filter(|at| wanted(&module.rows[*at])).collect();
    Some(Job { module: module.name.clone(), fields, rows, from: 0, looks: 0 })
}

fn next(token: &str, state: &State) -> Option<Job> {
    let (job, from) = token.strip_prefix("page-")?.split_once('-')?;
    let job = state.jobs.get(job.parse::<usize>().ok()?)?;
    let (module, fields, rows) = (job.module.clone(), job.fields.clone(), job.rows.clone());
    Some(Job { module, fields, rows, from: from.parse().ok()?, looks: 0 })
}

fn id_of(at: usize) -> String {
    format!("70451230000043{at:05}")
}

fn find(id: &str, state: &State) -> Option<usize> {
    (0..state.jobs.len()).find(|at| id_of(*at) == id)
}

fn look(id: &str, state: &mut State, settings: &Settings) -> Answer {
    let Some(at) = find(id, state) else { return error(404, "RESOURCE_NOT_FOUND", "the job does not exist") };
    let job = &mut state.jobs[at];
    job.looks += 1;
    let done = job.looks > settings.polls;
    let until = (job.from + settings.page).min(job.rows.len());
    let more = until < job.rows.len();
    let mut body = json!({ "data": [{
        "id": id, "operation": "read", "file_type": "csv",
        "state": if done { "COMPLETED" } else if job.looks > 1 { "IN PROGRESS" } else { "QUEUED" },
        "query": { "module": { "api_name": job.module } },
        "created_by": { "id": "7045123000000411001", "name": "Shop Sync" },
        "created_time": "2026-05-21T08:00:00+02:00",
    }] });
    if done {
        body["data"][0]["result"] = json!({
            "page": 1, "per_page": settings.page, "count": until - job.from, "more_records": more,
            "download_url": format!("/crm/bulk/v8/read/{id}/result"),
            "next_page_token": if more { json!(format!("page-{at}-{until}")) } else { Value::Null },
        });
    }
    Answer::json(200, "zoho_job", &body)
}

fn result(id: &str, state: &State, workspace: &Workspace, settings: &Settings) -> Answer {
    let job = find(id, state).map(|at| &state.jobs[at]);
    let Some((job, module)) = job.and_then(|job| Some((job, workspace.module(&job.module)?))) else {
        return error(404, "RESOURCE_NOT_FOUND", "the job does not exist");
    };
    let until = (job.from + settings.page).min(job.rows.len());
    let table = table(module, &job.fields, &job.rows[job.from..until]);
    Answer::file("zip", "application/zip", zipped(&format!("{id}.csv"), &table))
}

/// The records as the result of a job: the id first, whether it was asked for or not.
pub(crate) fn table(module: &Module, fields: &[String], rows: &[usize]) -> Vec<u8> {
    let mut columns = vec!["Id"];
    columns.extend(fields.iter().map(String::as_str).filter(|field| !field.eq_ignore_ascii_case("id")));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for row in rows {
        writer.write_record(columns.iter().map(|api| module.cell(*row, api))).unwrap();
    }
    writer.into_inner().unwrap()
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

/// The same archive with another first column.
pub(crate) fn rezipped(bytes: &[u8], first: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
    let (_, rest) = text.split_once(',').unwrap_or(("", "\n"));
    zipped("changed.csv", format!("{first}{rest}").as_bytes())
}

fn deleted(module: &str, request: &Request) -> Answer {
    if !module.eq_ignore_ascii_case("contacts") {
        return Answer::nothing("zoho_deleted");
    }
    let page: usize = request.asked("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let who = json!({ "id": "7045123000000411002", "name": "Dana Roth" });
    let body = json!({
        "data": [{ "id": format!("704512300100099900{page}"), "display_name": "Test Person", "type": "recycle",
            "deleted_time": "2026-05-20T10:00:00+02:00", "created_by": who, "deleted_by": who }],
        "info": { "per_page": 200, "count": 1, "page": page, "more_records": page < 2 },
    });
    Answer::json(200, "zoho_deleted", &body)
}

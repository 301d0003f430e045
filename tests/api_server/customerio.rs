//! Customer.io as the stand-in plays it: exports of people and of deliveries, segments, campaigns, topics.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::http::{Answer, Request};
use super::workspace::Workspace;
use super::{Settings, faults};

/// The App API key; no output of the client may hold it.
pub(crate) const KEY: &str = "canarycustomeriokey5b";

/// Exports so far: what each holds and how often it was looked at.
#[derive(Debug, Default)]
pub(crate) struct State {
    exports: Vec<Export>,
}

#[derive(Debug)]
struct Export {
    kind: &'static str,
    table: Vec<u8>,
    rows: usize,
    looks: usize,
    links: usize,
}

fn error(status: u16, message: &str) -> Answer {
    faults::told(status, "customerio", "", message)
}

pub(crate) fn answer(
    path: &str,
    request: &Request,
    state: &mut State,
    workspace: &Workspace,
    settings: &Settings,
) -> Answer {
    if request.header("authorization") != Some(format!("Bearer {KEY}").as_str()) {
        return error(401, "unauthorized");
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["exports", "customers"]) => people(request, state, workspace),
        ("POST", ["exports", "deliveries"]) => deliveries(request, state, workspace),
        ("GET", ["exports"]) => listed(state),
        ("GET", ["exports", id]) => look(id, state, settings),
        ("GET", ["exports", id, "download"]) => link(id, state, settings),
        ("GET", ["segments"]) => Answer::json(200, "customerio_segments", &json!({ "segments": segments(false) })),
        ("GET", ["segments", id]) => {
            let found = segments(true).into_iter().find(|segment| segment["id"].as_u64() == id.parse().ok());
            let known = |found| Answer::json(200, "customerio_segment", &json!({ "segment": found }));
            found.map_or_else(|| error(404, "not found"), known)
        }
        ("GET", ["campaigns"]) => Answer::json(200, "customerio_campaigns", &campaigns()),
        ("GET", ["newsletters"]) => Answer::json(200, "customerio_newsletters", &newsletters()),
        ("GET", ["subscription_topics"]) => Answer::json(200, "customerio_topics", &topics()),
        _ => error(404, "not found"),
    }
}

/// Whether a filter is one of the grammar: one key at the top, `not` with one filter below it.
fn fits(filter: &Value) -> bool {
    let Some(map) = filter.as_object().filter(|map| map.len() == 1) else { return false };
    match map.iter().next().map(|(key, value)| (key.as_str(), value)) {
        Some(("and" | "or", Value::Array(list))) => !list.is_empty() && list.iter().all(fits),
        Some(("not", inner)) => fits(inner),
        Some(("segment", inner)) => inner["id"].is_u64(),
        Some(("attribute", inner)) => {
            inner["field"].is_string() && (inner["operator"] == "exists" || inner["operator"] == "eq")
        }
        _ => false,
    }
}

fn people(request: &Request, state: &mut State, workspace: &Workspace) -> Answer {
    let body = request.json();
    if !fits(&body["filters"]) {
        return error(400, "filters is required");
    }
    let Some(table) = workspace.file("customerio/people.csv") else { return error(404, "nobody") };
    let wanted: Option<Vec<&str>> =
        body["attributes"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect());
    let own = |label: &str| ["id", "email", "cio_id"].contains(&label);
    let table = cut(&table, |label| wanted.as_ref().is_none_or(|list| own(label) || list.contains(&label)), |_| true);
    added(state, "customers", table)
}

fn deliveries(request: &Request, state: &mut State, workspace: &Workspace) -> Answer {
    let body = request.json();
    let scopes: Vec<(&str, u64)> =
        ["campaign_id", "newsletter_id"].iter().filter_map(|key| Some((*key, body[*key].as_u64()?))).collect();
    let [(scope, id)] = scopes.as_slice() else { return error(400, "one scope is required") };
    let Some(table) = workspace.file("customerio/deliveries.csv") else { return error(404, "nothing") };
    // The workspace has deliveries of campaigns alone.
    let own = |row: &csv::StringRecord| *scope == "campaign_id" && row.iter().any(|cell| cell == id.to_string());
    added(state, "deliveries", cut(&table, |_| true, own))
}

/// Some columns and some rows of a table.
fn cut(table: &[u8], column: impl Fn(&str) -> bool, keep: impl Fn(&csv::StringRecord) -> bool) -> (Vec<u8>, usize) {
    let mut reader = csv::Reader::from_reader(table);
    let labels = reader.headers().unwrap().clone();
    let kept: Vec<usize> = (0..labels.len()).filter(|at| column(&labels[*at])).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kept.iter().map(|at| &labels[*at])).unwrap();
    let mut rows = 0;
    for record in reader.records().map(Result::unwrap).filter(keep) {
        writer.write_record(kept.iter().map(|at| &record[*at])).unwrap();
        rows += 1;
    }
    (writer.into_inner().unwrap(), rows)
}

fn added(state: &mut State, kind: &'static str, (table, rows): (Vec<u8>, usize)) -> Answer {
    state.exports.push(Export { kind, table, rows, looks: 0, links: 0 });
    Answer::json(200, "customerio_export", &json!({ "export": export(state, state.exports.len() - 1, false) }))
}

fn export(state: &State, at: usize, done: bool) -> Value {
    let export = &state.exports[at];
    json!({
        "id": at + 1, "deduplicate_id": format!("{}:1779343200", at + 1), "type": export.kind, "failed": false,
        "status": if done { "done" } else { "pending" }, "total": if done { export.rows } else { 0 },
        "description": "", "downloads": export.links, "user_id": 1, "user_email": "dana@example.com",
        "created_at": 1_779_343_200, "updated_at": 1_779_343_260,
    })
}

fn listed(state: &State) -> Answer {
    let exports: Vec<Value> = (0..state.exports.len()).map(|at| export(state, at, true)).collect();
    Answer::json(200, "customerio_exports", &json!({ "exports": exports }))
}

fn find(id: &str, state: &State) -> Option<usize> {
    id.parse::<usize>().ok().and_then(|id| id.checked_sub(1)).filter(|at| *at < state.exports.len())
}

fn look(id: &str, state: &mut State, settings: &Settings) -> Answer {
    let Some(at) = find(id, state) else { return error(404, "not found") };
    state.exports[at].looks += 1;
    let done = state.exports[at].looks > settings.polls;
    Answer::json(200, "customerio_export", &json!({ "export": export(state, at, done) }))
}

fn link(id: &str, state: &mut State, settings: &Settings) -> Answer {
    let Some(at) = find(id, state) else { return error(404, "not found") };
    state.exports[at].links += 1;
    let url = format!("{}/store/{}/export.csv?signature=canarylinksignature", settings.base, at + 1);
    Answer::json(200, "customerio_download", &json!({ "url": url }))
}

/// The store behind the link, which belongs to somebody else: it must not see the key. It serves gzip and does not say so.
pub(crate) fn store(path: &str, request: &Request, state: &State) -> Answer {
    let export = path.trim_matches('/').split('/').next().and_then(|id| find(id, state));
    match export.map(|at| &state.exports[at]) {
        _ if request.header("authorization").is_some() => error(400, "only one way to sign in is allowed"),
        Some(_) if request.asked("signature") != Some("canarylinksignature") => error(403, "the link has expired"),
        Some(export) => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(&export.table).unwrap();
            Answer::file("gzip", "text/csv", packer.finish().unwrap())
        }
        None => error(404, "not found"),
    }
}

/// The list names them, each alone also has its conditions.
fn segments(conditions: bool) -> Vec<Value> {
    let one = |id: u64, name: &str, field: &str, value: &str| {
        let mut segment = json!({
            "id": id, "deduplicate_id": format!("{id}:1779343200"), "name": name, "description": "",
            "state": "finished", "progress": null, "type": "dynamic", "tags": null,
            "created_at": 1_770_000_000, "updated_at": 1_770_000_000,
        });
        if conditions {
            segment["conditions"] = json!({ "and": [{ "field": field, "operator": "eq", "value": value }] });
        }
        segment
    };
    vec![one(3, "At Risk", "lifecycle_stage", "At Risk"), one(4, "VIP", "vip_tier", "gold")]
}

fn campaigns() -> Value {
    let one = |id: u64, name: &str, state: &str| {
        json!({
            "id": id, "deduplicate_id": format!("{id}:1779343200"), "name": name, "type": "segment", "state": state,
            "active": state == "running", "created": 1_770_000_000, "updated": 1_770_000_000,
            "first_started": if state == "running" { 1_770_000_000 } else { 0 }, "tags": null,
            "actions": [{ "id": 1, "type": "email" }], "msg_templates": [], "trigger_segment_ids": [3],
        })
    };
    json!({ "campaigns": [one(7, "winback", "running"), one(8, "cart", "draft")] })
}

fn newsletters() -> Value {
    let one = |id: u64, name: &str, sent: Value| {
        json!({
            "id": id, "deduplicate_id": format!("{id}:1779343200"), "name": name, "type": "email", "sent_at": sent,
            "created": 1_770_000_000, "updated": 1_770_000_000, "tags": null,
        })
    };
    json!({ "newsletters": [one(21, "spring", json!(1_777_000_000)), one(22, "summer", Value::Null)], "next": "" })
}

fn topics() -> Value {
    let one =
        |id: u64, name: &str| json!({ "id": id, "identifier": format!("topic_{id}"), "name": name, "description": "" });
    json!({ "topics": [one(1, "Newsletter"), one(2, "Offers")] })
}

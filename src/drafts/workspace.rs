//! Drafts: segments and campaigns of Customer.io, as its App API answers them, in; the mapping's segments and journeys out.
//!
//! Conditions of segments are no documented part of those answers, so they are read as far as they are understood; what is
//! not becomes a question.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::sheet::{Sheet, flow, scalar, shown};
use super::{Given, Scene};
use crate::checks::context::{Context, Exports};
use crate::config::Config;
use crate::error::Result;
use crate::frames::time::rfc3339;
use crate::mapping::Mapping;
use crate::yaml::Document;

/// Bytes of the largest file of metadata.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes in which such a file says what it is.
const HEAD: usize = 4_096;

/// A segment of Customer.io.
#[derive(Debug, Clone)]
struct Segment {
    id: String,
    name: String,
    conditions: Option<Value>,
}

/// A campaign of Customer.io.
#[derive(Debug, Clone)]
struct Campaign {
    id: String,
    name: String,
    state: Option<String>,
    segments: Vec<String>,
    filters: Vec<String>,
    event: Option<String>,
    date: Option<String>,
    started: Option<i64>,
}

/// Segments and campaigns, as far as files of them were given.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    segments: Vec<Segment>,
    campaigns: Vec<Campaign>,
}

impl Workspace {
    /// Adds what a file tells; false when it is none of metadata, and may be an export.
    pub fn read(&mut self, path: &Path) -> bool {
        let json = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
        let small = std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= MOST_BYTES);
        if !json || !small {
            return false;
        }
        let Ok(bytes) = std::fs::read(path) else { return false };
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
        let told = ["\"segments\"", "\"segment\"", "\"campaigns\"", "\"campaign\""];
        if !told.iter().any(|key| head.contains(key)) {
            return false;
        }
        serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
            .is_ok_and(|value| self.add(&value))
    }

    /// Adds an answer of the App API.
    fn add(&mut self, answer: &Value) -> bool {
        let Some(answer) = answer.as_object() else { return false };
        let under = |many: &str, one: &str| -> Option<Vec<&Map<String, Value>>> {
            match answer.get(many).or_else(|| answer.get(one))? {
                Value::Array(items) => Some(items.iter().filter_map(Value::as_object).collect()),
                Value::Object(item) => Some(vec![item]),
                _ => None,
            }
        };
        let (segments, campaigns) = (under("segments", "segment"), under("campaigns", "campaign"));
        let known = segments.is_some() || campaigns.is_some();
        self.segments.extend(segments.unwrap_or_default().into_iter().filter_map(segment));
        self.campaigns.extend(campaigns.unwrap_or_default().into_iter().filter_map(campaign));
        known
    }

    /// Whether there is anything to draft from.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.campaigns.is_empty()
    }
}

/// A text or a number as text.
fn text(item: &Map<String, Value>, key: &str) -> Option<String> {
    match item.get(key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn ids(item: &Map<String, Value>, key: &str) -> Vec<String> {
    let items = item.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|id| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()))).collect()
}

fn segment(item: &Map<String, Value>) -> Option<Segment> {
    let conditions = item.get("conditions").filter(|value| value.is_object()).cloned();
    Some(Segment { id: text(item, "id").unwrap_or_default(), name: text(item, "name")?, conditions })
}

fn campaign(item: &Map<String, Value>) -> Option<Campaign> {
    Some(Campaign {
        id: text(item, "id").unwrap_or_default(),
        name: text(item, "name")?,
        state: text(item, "state"),
        segments: ids(item, "trigger_segment_ids"),
        filters: ids(item, "filter_segment_ids"),
        event: text(item, "event_name"),
        date: text(item, "date_attribute"),
        started: item.get("first_started").and_then(Value::as_i64).filter(|at| *at > 0),
    })
}

/// `segments:` and `journeys:` of the mapping.
pub(super) fn write(sheet: &mut Sheet, scene: &Scene<'_>, given: &Given<'_>) -> Result<()> {
    let workspace = given.workspace;
    if workspace.is_empty() {
        return Ok(());
    }
    // A condition must be understood by the documents alone, as the gate reads them.
    let (config, none) = (Config::default(), std::collections::BTreeMap::new());
    let mapping = Mapping::build(Document::parse("mapping.yaml", sheet.text().to_owned())?)?;
    let exports = Exports::new(&none, &none);
    let context = Context::new(&config, Some(&mapping), exports, given.now)?;
    let mut names = BTreeSet::new();
    let mut open = Vec::new();
    let named: Vec<(String, &Segment)> =
        workspace.segments.iter().map(|segment| (unique(&mut names, &segment.name, &segment.id), segment)).collect();
    let mut live = Vec::new();
    for (name, segment) in &named {
        match segment.conditions.as_ref().and_then(condition).filter(|text| context.understands(text)) {
            Some(text) => live.push((name, text)),
            None => open.push((name, segment.conditions.is_some())),
        }
    }
    sheet.gap();
    if !live.is_empty() {
        sheet.open("segments");
        sheet.deeper();
    }
    for (name, text) in &live {
        sheet.map(name, &[("where", text)]);
    }
    for (name, stated) in &open {
        let why = if *stated { "its condition was not understood" } else { "its condition is not in the file" };
        let question = format!("{why}; who is in it? Then: {}: {{where: …}}", scalar(&shown(name)));
        sheet.ask(&format!("segments.{}", shown(name)), &question);
    }
    if !named.is_empty() {
        let question = "who must never exist? Then: a name of yours: {never: \"unsubscribed = true AND …\"}";
        sheet.ask("segments", question);
    }
    if !live.is_empty() {
        sheet.shallower();
    }
    journeys(sheet, scene, workspace, &named);
    Ok(())
}

fn journeys(sheet: &mut Sheet, scene: &Scene<'_>, workspace: &Workspace, segments: &[(String, &Segment)]) {
    if workspace.campaigns.is_empty() {
        return;
    }
    let reader = |id: &String| {
        let known = segments.iter().find(|(_, segment)| segment.id == *id);
        format!("segment:{}", known.map_or(id.as_str(), |(name, _)| name))
    };
    let mut names = BTreeSet::new();
    sheet.gap();
    sheet.open("journeys");
    sheet.deeper();
    for campaign in &workspace.campaigns {
        let name = unique(&mut names, &campaign.name, &campaign.id);
        let about = |key: &str| format!("journeys.{}.{key}", shown(&name));
        sheet.open(&name);
        sheet.deeper();
        let date = campaign.date.as_ref().map(|date| format!("date:{date}"));
        let event = campaign.event.as_ref().map(|event| format!("event:{event}"));
        match campaign.segments.first().map(reader).or(event).or(date) {
            Some(trigger) => sheet.set("trigger", &trigger),
            None => sheet.ask(&about("trigger"), "what starts it? Then: trigger: segment:At Risk"),
        }
        if let [_, more @ ..] = campaign.segments.as_slice()
            && !more.is_empty()
        {
            sheet.ask(
                &about("trigger"),
                &format!("these start it too: {}", flow(&more.iter().map(reader).collect::<Vec<_>>())),
            );
        }
        if let Some(date) = campaign.date.as_ref().filter(|date| !is_known(scene, date)) {
            sheet.ask(&about("trigger"), &format!("no profile has an attribute {}; which one is it?", shown(date)));
        }
        if !campaign.filters.is_empty() {
            sheet.list("filter", &campaign.filters.iter().map(reader).collect::<Vec<_>>());
        }
        sheet.ask(&about("exit"), "what ends it? Then: exit: [order_completed]");
        sheet.ask(&about("suppress"), "who never receives it? Then: suppress: [unsubscribed]");
        sheet.ask(&about("cap"), "how often at most? Then: cap: 1/7d");
        if let Some(state) = campaign.state.as_deref().filter(|state| ["draft", "running", "stopped"].contains(state)) {
            sheet.set("state", state);
        }
        if let Some(day) =
            campaign.started.map(rfc3339).and_then(|at| at.split_once('T').map(|(day, _)| day.to_owned()))
        {
            sheet.set("since", &day);
        }
        sheet.shallower();
    }
    sheet.shallower();
}

fn is_known(scene: &Scene<'_>, attribute: &str) -> bool {
    let profiles = scene.profiles();
    profiles.is_none_or(|profiles| profiles.looks.iter().any(|look| look.label == attribute))
}

/// A name that no other one has: two segments may have one name, and have two ids.
fn unique(taken: &mut BTreeSet<String>, name: &str, id: &str) -> String {
    let mut text = name.trim().to_owned();
    while !taken.insert(text.clone()) {
        text = format!("{text} ({id})");
    }
    text
}

/// A tree of conditions as the mapping writes it; nothing where any part of it is not understood.
fn condition(tree: &Value) -> Option<String> {
    let tree = tree.as_object()?;
    let terms = |value: &Value, joint: &str| -> Option<String> {
        let parts: Option<Vec<String>> = value.as_array()?.iter().map(condition).collect();
        match parts?.as_slice() {
            [] => None,
            [part] => Some(part.clone()),
            parts => Some(parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(joint)),
        }
    };
    if let Some(value) = tree.get("and") {
        return terms(value, " AND ");
    }
    if let Some(value) = tree.get("or") {
        return terms(value, " OR ");
    }
    if let Some(value) = tree.get("not") {
        return Some(format!("NOT ({})", condition(value).or_else(|| terms(value, " AND "))?));
    }
    let leaf = tree.get("attribute").and_then(Value::as_object).unwrap_or(tree);
    let text = attribute(leaf)?;
    let inverse = [leaf, tree].into_iter().any(|node| node.get("inverse") == Some(&Value::Bool(true)));
    Some(if inverse { format!("NOT ({text})") } else { text })
}

fn attribute(leaf: &Map<String, Value>) -> Option<String> {
    let name = format!("\"{}\"", text(leaf, "field")?.replace('"', "\"\""));
    let compared = |sign: &str| Some(format!("{name} {sign} {}", literal(leaf.get("value")?)?));
    match leaf.get("operator")?.as_str()? {
        "eq" => compared("="),
        "ne" | "neq" => compared("<>"),
        "gt" => compared(">"),
        "gte" => compared(">="),
        "lt" => compared("<"),
        "lte" => compared("<="),
        "exists" => Some(format!("{name} IS NOT NULL")),
        "timestamp_gt" => Some(format!("{name} > {}", ago(leaf.get("value")?.as_i64()?)?)),
        "timestamp_lt" => Some(format!("{name} < {}", ago(leaf.get("value")?.as_i64()?)?)),
        _ => None,
    }
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text == "true" || text == "false" => Some(text.clone()),
        Value::String(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// An offset from now in seconds, negative for the past.
fn ago(offset: i64) -> Option<String> {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit))?;
    Some(if seconds == 0 { "now()".to_owned() } else { format!("now() {sign} interval '{} {name}'", seconds / unit) })
}

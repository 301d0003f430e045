//! Drafts: segments and campaigns of Customer.io, as its App API answers them, in; the mapping's segments and journeys out.
//!
//! Conditions of segments are no documented part of those answers, so they are read as far as they are understood; what is
//! not becomes a question.

use std::collections::BTreeSet;

use super::sheet::{Sheet, flow, scalar, shown};
use super::{Given, Scene};
use crate::checks::context::{Context, Exports};
use crate::config::Config;
use crate::error::Result;
use crate::exports::workspace::{Segment, Workspace};
use crate::frames::time::rfc3339;
use crate::mapping::Mapping;
use crate::mapping::listed::unique;
use crate::mapping::listed_conditions::condition;
use crate::yaml::Document;

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

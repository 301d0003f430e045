//! Drafts: sources in, the text of `crmlint.yaml` out.

use std::collections::BTreeMap;

use super::attributes::Attribute;
use super::columns::Look;
use super::mapping::head;
use super::sheet::Sheet;
use super::zones::{self, Found};
use super::{Given, SCHEMAS, Scene};
use crate::exports::System;
use crate::frames::time::Stamp;
use crate::text::count;

/// The zones of sources, as far as the instants on profiles tell them.
pub(super) fn zones(scene: &Scene<'_>, attributes: &[Attribute]) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let Some(profiles) = scene.profiles() else { return found };
    for attribute in attributes.iter().filter(|attribute| attribute.holds.is_time()) {
        for source in attribute.sources.iter().chain(&attribute.others) {
            let Some(frame) = scene.store.get(&source.dataset) else { continue };
            let columns =
                frame.column(source.column).zip(profiles.frame.column(attribute.profile.unwrap_or(usize::MAX)));
            let Some((left, right)) = columns else { continue };
            let links = scene.identity.links(&source.dataset, &profiles.frame.dataset.name);
            let Some(zone) = zones::find(left, right, &links) else { continue };
            let best = found.entry(frame.dataset.source.clone()).or_insert_with(|| zone.clone());
            if zone.same > best.same {
                *best = zone;
            }
        }
    }
    found
}

/// The whole document.
pub(super) fn write(scene: &Scene<'_>, given: &Given<'_>, zones: &BTreeMap<String, Found>) -> String {
    let mut sheet = Sheet::default();
    head(&mut sheet, SCHEMAS[0].1, "What crmlint reads, and which findings are accepted.");
    sheet.number("version", 1);
    sheet.set("mapping", SCHEMAS[1].0);
    sheet.gap();
    if given.files.is_empty() {
        return sheet.finish();
    }
    sheet.open("sources");
    sheet.deeper();
    for (source, files) in given.files {
        let datasets = || given.datasets.values().filter(|dataset| dataset.source == *source);
        sheet.open(source);
        sheet.deeper();
        sheet.list("files", files);
        let system = datasets().map(|dataset| dataset.system).next().unwrap_or(System::Generic);
        match system {
            System::Generic => {
                let question = "which column holds the record's own id? Then: key: Customer ID";
                sheet.ask(&format!("sources.{source}.key"), question);
            }
            system => sheet.set("kind", system.name()),
        }
        if let Some(zone) = zones.get(source) {
            let (same, of) = (count(zone.same), count(zone.of));
            let question =
                format!("in this zone {same} of {of} times are those of the same people's profiles; is it right?");
            sheet.ask(&format!("sources.{source}.time_zone"), &question);
            sheet.set("time_zone", zone.zone);
        } else if let Some(question) = unzoned(scene, datasets().map(|dataset| dataset.name.as_str()), system) {
            sheet.ask(&format!("sources.{source}.time_zone"), &format!("{question} Then: time_zone: Europe/Berlin"));
        }
        sheet.shallower();
    }
    sheet.shallower();
    sheet.finish()
}

/// What is to be asked about the times of a source. On profiles a time without a zone is a fault, and no matter of zones.
fn unzoned<'a>(scene: &Scene<'_>, datasets: impl Iterator<Item = &'a str>, system: System) -> Option<&'static str> {
    let looks: Vec<&Look> = datasets.filter_map(|name| scene.looks.get(name)).flatten().collect();
    let mut times = looks.into_iter().filter(|look| look.holds.is_time()).peekable();
    if system == System::CustomerIo || times.peek().is_none() {
        return None;
    }
    let zoneless = times.any(|look| look.has(&[Stamp::IsoLocal, Stamp::SpaceLocal]));
    Some(if zoneless {
        "in which zone are its times without one?"
    } else {
        "its times carry an offset or are days; which zone holds where they do not?"
    })
}

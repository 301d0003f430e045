//! What no shape of the mapping can refuse: entries in, an error with its place out.

use super::{spot, values};
use crate::error::{Error, Result};
use crate::frames::time;
use crate::text::{nearest, seconds};
use crate::yaml::{Document, Entry, Node};

/// A duration that is none would count as not said, without a word.
pub(super) fn duration(document: &Document, node: &Node, key: &str) -> Result<()> {
    let help = "write a number and a unit: 30m, 4h or 2d";
    vouched(document, node, key, "duration", help, |text| seconds(text).is_some())
}

/// A day, or a word in its place.
pub(super) fn day(document: &Document, node: &Node, key: &str, word: &str) -> Result<()> {
    let beside = if word.is_empty() { String::new() } else { format!(", or `{word}`") };
    let help = format!("write a date{beside}: 2026-03-01");
    vouched(document, node, key, "date", &help, |text| text == word || time::written(text).is_some())
}

/// What journeys and the workspace say in numbers.
pub(super) fn journeys(document: &Document) -> Result<()> {
    let journeys = document.root.get("journeys").map(Node::entries).unwrap_or_default();
    let nodes = journeys.iter().map(|entry| &entry.node);
    for node in nodes.chain(document.root.get("workspace")) {
        for key in ["debounce", "within", "delay"] {
            duration(document, node, key)?;
        }
        day(document, node, "since", "")?;
        let help = "write how many messages in what time: 1/7d";
        vouched(document, node, "cap", "frequency cap", help, |text| {
            let parts = text.split_once('/').map(|(most, time)| (most.trim().parse::<u32>(), seconds(time)));
            matches!(parts, Some((Ok(_), Some(1..))))
        })?;
    }
    Ok(())
}

/// Bands of members that nothing can be in.
pub(super) fn segments(document: &Document) -> Result<()> {
    let segments = document.root.get("segments").map(Node::entries).unwrap_or_default();
    for expect in segments.iter().filter_map(|entry| entry.node.get("expect")) {
        let (min, max) = (expect.get_number("min"), expect.get_number("max"));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let fault = document.fault(expect.mark, "`min` is larger than `max`: no number of members is right");
            return Err(Error::usage(fault.help("write the smaller number as `min`")));
        }
    }
    Ok(())
}

fn vouched(
    document: &Document,
    node: &Node,
    key: &str,
    noun: &str,
    help: &str,
    is: impl Fn(&str) -> bool,
) -> Result<()> {
    let wrong = spot(node, key).filter(|spot| !is(&spot.text));
    wrong.map_or(Ok(()), |spot| {
        Err(Error::usage(document.fault(spot.mark, format!("`{}` is no {noun}", spot.text)).help(help)))
    })
}

/// Zones that do not exist, aliases of values that are not allowed.
pub(super) fn attribute(document: &Document, entry: &Entry) -> Result<()> {
    if let Some(zone) =
        entry.node.get("time_zone").filter(|node| node.text().is_none_or(|name| time::zone(name).is_none()))
    {
        let fault = document.fault(zone.mark, format!("`{}` is no time zone", zone.text().unwrap_or_default()));
        return Err(Error::usage(fault.help("write a name of the IANA list, such as Europe/Berlin or UTC")));
    }
    let allowed = values(&entry.node);
    let names = allowed.iter().flat_map(|value| [value.source.as_str(), value.attribute.as_str()]);
    // A value spelled alike on both sides is named once.
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    let aliases = entry.node.get("aliases").map(Node::entries).unwrap_or_default();
    let stray = aliases.iter().find(|alias| !names.is_empty() && !names.contains(&alias.key.as_str()));
    let Some(stray) = stray else { return Ok(()) };
    let message = format!("`{}` has aliases but is no allowed value of {}", stray.key, entry.key);
    let help = nearest(&stray.key, names.iter().copied()).map_or_else(
        || format!("the allowed values are: {}", names.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Error::usage(document.fault(stray.mark, message).help(help)))
}

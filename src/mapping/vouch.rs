//! What no shape of the mapping can refuse: entries in, an error with its place out.

use super::{spot, values};
use crate::error::{Error, Result};
use crate::frames::time;
use crate::text::{nearest, seconds};
use crate::yaml::{Document, Entry, Node};

/// A lag that is no duration would count as none, without a word.
pub(super) fn lag(document: &Document, node: &Node) -> Result<()> {
    let wrong = spot(node, "lag").filter(|lag| seconds(&lag.text).is_none());
    wrong.map_or(Ok(()), |lag| {
        let fault = document.fault(lag.mark, format!("`{}` is no duration", lag.text));
        Err(Error::usage(fault.help("write a number and a unit: 30m, 4h or 2d")))
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

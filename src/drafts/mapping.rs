//! Drafts: attributes in, the text of `mapping.yaml` out.

use super::attributes::Attribute;
use super::columns::{Holds, Look};
use super::lists::{Listed, Votes, list};
use super::pairs::{Why, translated};
use super::sheet::{Sheet, flow, scalar, shown};
use super::{Given, SCHEMAS, Scene, keys};
use crate::checks::consent::out_when;
use crate::checks::inferred::{MOST, labels};
use crate::error::Result;
use crate::exports::System;
use crate::frames::time::Stamp;
use crate::text::{count, counted, percent};

/// Values, and spellings of each, that a question about aliases names.
const SPELLINGS: usize = 20;
/// Attributes without a source that are asked about one by one.
const NAMED: usize = 20;

/// The whole document.
pub(super) fn write(scene: &Scene<'_>, attributes: &[Attribute], given: &Given<'_>) -> Result<String> {
    let mut sheet = Sheet::default();
    head(&mut sheet, SCHEMAS[1].1, "What flows into Customer.io, and who decides it.");
    sheet.number("version", 1);
    sheet.gap();
    keys::write(&mut sheet, &scene.keys, scene.profiles().is_some());
    modules(&mut sheet, scene);
    let (live, bare): (Vec<&Attribute>, Vec<&Attribute>) =
        attributes.iter().partition(|attribute| is_live(scene, attribute));
    if scene.profiles().is_none() && !live.is_empty() {
        sheet.ask(
            "attributes",
            "no export of Customer.io was given: the names are proposals; which fields are synced, as what?",
        );
    }
    if !live.is_empty() {
        sheet.open("attributes");
        sheet.deeper();
        live.iter().for_each(|attribute| one(&mut sheet, scene, attribute));
        sheet.shallower();
    }
    sourceless(&mut sheet, &bare);
    super::workspace::write(&mut sheet, scene, given)?;
    Ok(sheet.finish())
}

/// The first lines of a document.
pub(super) fn head(sheet: &mut Sheet, schema: &str, about: &str) {
    sheet.note(&format!("yaml-language-server: $schema={schema}"));
    sheet.note(about);
    sheet.note(
        "Drafted from the exports. Lines that begin with `# ?` are questions: answer them, and take the line away.",
    );
}

/// Whether an attribute is an entry of the draft, and not only a question.
pub(super) fn is_live(scene: &Scene<'_>, attribute: &Attribute) -> bool {
    let typed = !matches!(attribute.holds, Holds::Nothing | Holds::Text | Holds::Identifier | Holds::Object);
    scene.key(&attribute.name).is_some() || !attribute.sources.is_empty() || (typed && !attribute.name.is_empty())
}

fn modules(sheet: &mut Sheet, scene: &Scene<'_>) {
    let zoho: Vec<_> = scene.sources().into_iter().filter(|side| side.frame.dataset.system == System::Zoho).collect();
    if zoho.is_empty() {
        return;
    }
    sheet.open("modules");
    sheet.deeper();
    for side in zoho {
        let dataset = &side.frame.dataset;
        let module = dataset.name.split_once('.').map_or(dataset.name.as_str(), |(_, module)| module);
        let linked = scene.profiles().map(|profiles| {
            let links = scene.identity.links(&dataset.name, &profiles.frame.dataset.name);
            let mut left: Vec<u32> = links.iter().map(|link| link.left).collect();
            left.dedup();
            (left.len() as u64, u64::from(side.frame.rows))
        });
        let becomes = match module {
            _ if scene.lookup(&dataset.name).is_some() => "related",
            "contacts" => "people",
            "leads" if linked.is_some_and(|(linked, rows)| linked * 2 > rows) => "people",
            _ => "none",
        };
        if let ("leads", Some((linked, rows))) = (module, linked) {
            let rows = counted(rows, "record has", "records have");
            sheet
                .ask(&format!("modules.{module}"), &format!("{} of {rows} a profile; are they synced?", count(linked)));
        }
        sheet.map(module, &[("as", becomes)]);
    }
    sheet.shallower();
    sheet.gap();
}

fn one(sheet: &mut Sheet, scene: &Scene<'_>, attribute: &Attribute) {
    sheet.open(&attribute.name);
    sheet.deeper();
    let name = shown(&attribute.name);
    let ask = |sheet: &mut Sheet, key: &str, question: &str| sheet.ask(&format!("{name}.{key}"), question);
    if let Some(key) = scene.key(&attribute.name) {
        sheet.set("from", &key.path());
        sheet.set("type", Holds::Identifier.name());
        owner(sheet, scene, attribute, Some(&key.dataset));
        sheet.shallower();
        return;
    }
    from(sheet, attribute, &name);
    let profile = profile(scene, attribute);
    let sources: Vec<&Look> =
        attribute.sources.iter().filter_map(|source| scene.look(&source.dataset, source.column)).collect();
    let looks: Vec<&Look> = if sources.is_empty() { profile.into_iter().collect() } else { sources.clone() };
    let votes = votes(scene, attribute, profile);
    let (listed, rare) = if attribute.holds == Holds::Enum { list(&looks, &votes) } else { (Vec::new(), 0) };
    let holds = if attribute.holds == Holds::Enum && listed.is_empty() { Holds::Text } else { attribute.holds };
    forms(sheet, holds, &sources, profile);
    sheet.set("type", holds.name());
    values(sheet, scene, attribute, &listed, rare, &name);
    if let Some(role) = attribute.role {
        if role == "consent" && attribute.name != "unsubscribed" {
            let means = if out_when(&attribute.name) == Some(true) { "opted out" } else { "opted in" };
            ask(sheet, "role", &format!("its name sounds like consent, and true like {means}; is it?"));
        }
        sheet.set("role", role);
    }
    if let (Some("lifecycle" | "tier"), Some(word)) = (attribute.role, listed.first()) {
        ask(sheet, "default", &format!("what does a blank mean? Then: default: {}", scalar(&word.text)));
    }
    if holds.is_time() && profile.is_some_and(mostly_days) {
        ask(
            sheet,
            "used_as",
            "segments match Unix seconds alone, date campaigns days too; who reads it? Then: used_as: date_campaign",
        );
    }
    owner(sheet, scene, attribute, attribute.sources.first().map(|source| source.dataset.as_str()));
    sheet.shallower();
}

/// Where it comes from, and why that was drawn.
fn from(sheet: &mut Sheet, attribute: &Attribute, name: &str) {
    let about = format!("{name}.from");
    let Some(first) = attribute.sources.first() else {
        sheet.ask(&about, "no column of the exports agrees with it; where does it come from?");
        return;
    };
    for source in attribute.sources.iter().chain(&attribute.others) {
        match source.why {
            Why::Rows(_) => sheet.note(&source.told()),
            _ if source.path() == first.path() => sheet.ask(&about, &format!("{}; is it right?", source.told())),
            _ => sheet.note(&source.told()),
        }
    }
    if let Some(through) = &attribute.through {
        sheet.ask(&about, "a person has several records there; which one counts?");
        let (column, lookup) = (first.path(), through.lookup.as_str());
        let mut entries = vec![("column", column.as_str()), ("through", lookup), ("pick", "last")];
        let by = through.by.as_ref().map(|by| format!("{}.{by}", first.dataset));
        entries.extend(by.as_deref().map(|by| ("by", by)));
        sheet.map("from", &entries);
        return;
    }
    let paths: Vec<String> = attribute.sources.iter().map(super::pairs::Source::path).collect();
    match paths.as_slice() {
        [path] => sheet.set("from", path),
        _ => sheet.list("from", &paths),
    }
}

fn profile<'a>(scene: &'a Scene<'_>, attribute: &Attribute) -> Option<&'a Look> {
    let profiles = scene.context.profiles()?;
    scene.look(&profiles.name, attribute.profile?)
}

/// What the profiles and the system's own options say of the values.
fn votes<'a>(scene: &'a Scene<'_>, attribute: &Attribute, profile: Option<&'a Look>) -> Votes<'a> {
    let other_side = profile.filter(|_| !attribute.sources.is_empty()).map(|look| look.values.as_slice());
    let options = attribute.sources.first().and_then(|source| {
        let dataset = scene.dataset(&source.dataset)?;
        dataset.picklists.get(&source.label)
    });
    let declared = options
        .into_iter()
        .flatten()
        .filter(|option| option.used)
        .map(|option| option.shown.as_str())
        .take(MOST)
        .collect();
    Votes { other_side: other_side.unwrap_or_default(), declared }
}

/// The forms of times on both sides.
fn forms(sheet: &mut Sheet, holds: Holds, sources: &[&Look], profile: Option<&Look>) {
    if !holds.is_time() {
        return;
    }
    let told = |look: &Look| {
        let known = look.stamps.iter().filter(|(stamp, _)| *stamp != Stamp::Other);
        let forms: Vec<String> =
            known.take(3).map(|(stamp, rows)| format!("{} ({})", stamp.name(), percent(*rows, look.filled))).collect();
        forms.join(", ")
    };
    let sides = sources.iter().take(1).map(|look| ("at the source", *look));
    for (side, look) in sides.chain(profile.map(|look| ("on profiles", look))).filter(|(_, look)| look.filled > 0) {
        sheet.note(&format!("{side}: {}", told(look)));
    }
}

/// Whether a column holds more days than instants.
fn mostly_days(look: &Look) -> bool {
    let unix = |stamp: Stamp| matches!(stamp, Stamp::UnixSeconds | Stamp::Zero);
    let instants: u64 = look.stamps.iter().filter(|(stamp, _)| unix(*stamp)).map(|(_, rows)| rows).sum();
    look.filled > 0 && instants * 2 < look.filled
}

fn values(sheet: &mut Sheet, scene: &Scene<'_>, attribute: &Attribute, listed: &[Listed], rare: usize, name: &str) {
    if listed.is_empty() {
        return;
    }
    let said = spelled(scene, attribute, listed);
    let differ = said.iter().zip(listed).any(|(said, word)| *said != word.text);
    if rare > 0 {
        let rare = counted(rare as u64, "rare value is", "rare values are");
        sheet.ask(&format!("{name}.values"), &format!("is the list right? {rare} not in it, and the audit names them"));
    }
    sheet.open("values");
    sheet.deeper();
    for (said, word) in said.iter().zip(listed) {
        match differ {
            true => sheet.counted(&word.text, said, &count(word.records)),
            false => sheet.item(&word.text, &count(word.records)),
        }
    }
    sheet.shallower();
    let spelled = listed.iter().filter(|word| !word.spellings.is_empty());
    let aliases: Vec<String> = spelled
        .take(SPELLINGS)
        .map(|word| format!("{}: {}", scalar(&word.text), flow(&word.spellings[..word.spellings.len().min(SPELLINGS)])))
        .collect();
    if !aliases.is_empty() {
        let question = "does the sync translate these spellings? Then:";
        sheet.ask(&format!("{name}.aliases"), &format!("{question} aliases: {{{}}}", aliases.join(", ")));
    }
}

/// The allowed values as the profiles of the same people spell them.
fn spelled(scene: &Scene<'_>, attribute: &Attribute, listed: &[Listed]) -> Vec<String> {
    let own = || listed.iter().map(|word| word.text.clone()).collect();
    let theirs = profile(scene, attribute).map(|look| list(&[look], &Votes::default()).0).unwrap_or_default();
    let (Some(source), Some(profiles), Some(column)) = (attribute.sources.first(), scene.profiles(), attribute.profile)
    else {
        return own();
    };
    let Some(left) = scene.store.get(&source.dataset).filter(|_| !theirs.is_empty()) else { return own() };
    let links = scene.identity.links(&source.dataset, &profiles.frame.dataset.name);
    let said = translated((left, source.column), (profiles.frame, column), &links);
    let spelling = |word: &Listed| {
        let said = said.get(&word.text)?;
        theirs
            .iter()
            .find(|known| known.text == *said || known.spellings.contains(said))
            .map(|known| known.text.clone())
    };
    listed.iter().map(|word| spelling(word).unwrap_or_else(|| word.text.clone())).collect()
}

fn owner(sheet: &mut Sheet, scene: &Scene<'_>, attribute: &Attribute, dataset: Option<&str>) {
    let mut systems: Vec<&str> = Vec::new();
    let others = attribute.others.iter().map(|source| source.dataset.as_str());
    for dataset in dataset.into_iter().chain(others).filter_map(|name| scene.dataset(name)) {
        if !systems.contains(&dataset.source.as_str()) {
            systems.push(&dataset.source);
        }
    }
    let such = systems.first().copied().unwrap_or("zoho");
    let whom = if systems.len() > 1 {
        format!("whose value is right, {}'s?", systems.join("'s or "))
    } else {
        "whose value is right?".to_owned()
    };
    sheet.ask(&format!("{}.owner", shown(&attribute.name)), &format!("{whom} Then: owner: {such}"));
}

/// Attributes of which nothing is known but their names.
fn sourceless(sheet: &mut Sheet, attributes: &[&Attribute]) {
    let named = || attributes.iter().filter(|attribute| !labels(&attribute.name).is_empty());
    let blank: Vec<String> =
        named().filter(|attribute| attribute.holds == Holds::Nothing).map(|attribute| shown(&attribute.name)).collect();
    let held: Vec<String> =
        named().filter(|attribute| attribute.holds != Holds::Nothing).map(|attribute| shown(&attribute.name)).collect();
    if !attributes.is_empty() {
        sheet.gap();
    }
    for name in held.iter().take(NAMED) {
        let question = format!(
            "no column of the exports agrees with it; where does it come from? Then: {}: {{from: …, type: text}}",
            scalar(name)
        );
        sheet.ask(&format!("{name}.from"), &question);
    }
    if let Some(more) = held.get(NAMED..).filter(|more| !more.is_empty()) {
        sheet.ask("attributes", &format!("where do these come from? {}", list_of(more)));
    }
    if !blank.is_empty() {
        sheet.ask("attributes", &format!("blank on all profiles; should the sync fill them? {}", list_of(&blank)));
    }
}

/// Names in a row, as many as a line holds.
fn list_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {} more", count(more as u64)) } else { first }
}

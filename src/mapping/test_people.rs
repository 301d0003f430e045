//! Named people to validate the sync with: the list of the mapping in, typed entries out.
//!
//! Their keys are names of the team's own, so no shape can refuse a misspelt one: it is refused here.

use super::{Mapping, Spot, under};
use crate::error::{Error, Result};
use crate::text::nearest;
use crate::yaml::{Entry, Mark, Node, Value};

/// Keys of an entry that name nobody.
const BESIDE: &[&str] = &["expect", "in", "note"];
/// Attributes that every profile can have, whatever the mapping says.
const OWN: &[&str] = &["id", "email", "unsubscribed"];

/// A named person.
#[derive(Debug, Clone)]
pub struct TestPerson {
    /// Where the entry stands.
    pub mark: Mark,
    /// The attributes by which the person is known, and their values.
    pub keys: Vec<(Spot, Spot)>,
    /// What the profile must hold; a blank text where it must hold nothing.
    pub expect: Vec<(Spot, Spot)>,
    /// The segments that the person must be in.
    pub within: Vec<Spot>,
}

impl Mapping {
    /// The attributes by which the document can name a person: the identifiers, `id` and the address.
    pub fn person_keys(&self) -> Vec<&str> {
        let declared = self.canonical.iter().chain(&self.also).map(|key| key.attribute.text.as_str());
        let address = self.attributes.iter().filter(|attribute| attribute.is_role("email"));
        let mut names: Vec<&str> =
            declared.chain(address.map(|attribute| attribute.name.as_str())).chain(["id", "email"]).collect();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }
}

/// Reads the list, and refuses what names nobody or nothing.
pub(super) fn read(mapping: &Mapping) -> Result<Vec<TestPerson>> {
    let items = mapping.document.root.get("test_people").map(Node::items).unwrap_or_default();
    items.into_iter().map(|item| person(mapping, item)).collect()
}

fn person(mapping: &Mapping, item: &Node) -> Result<TestPerson> {
    let mut person = TestPerson { mark: item.mark, keys: Vec::new(), expect: Vec::new(), within: Vec::new() };
    for entry in item.entries().iter().filter(|entry| !BESIDE.contains(&entry.key.as_str())) {
        let known = mapping.person_keys();
        if !known.contains(&entry.key.as_str()) {
            let message = format!("unknown key `{}` in a test person", entry.key);
            let help = help(&entry.key, known.iter().chain(BESIDE).copied(), "a person is named by");
            return refuse(mapping, entry.mark, message, help);
        }
        person.keys.push(named(mapping, entry)?);
    }
    if person.keys.is_empty() {
        let known = mapping.person_keys().join(", ");
        let help = format!("add one of: {known}");
        return refuse(mapping, item.mark, "this test person has no key, so nobody is meant".to_owned(), help);
    }
    for entry in under(item, "expect") {
        person.expect.push(expected(mapping, entry)?);
    }
    for node in item.get("in").map(Node::items).unwrap_or_default() {
        person.within.extend(node.text().map(|text| Spot { text: text.to_owned(), mark: node.mark }));
    }
    Ok(person)
}

fn named(mapping: &Mapping, entry: &Entry) -> Result<(Spot, Spot)> {
    if matches!(entry.node.value, Value::List(_) | Value::Map(_)) {
        let message = format!("`{}` of a test person is not a single value", entry.key);
        return refuse(mapping, entry.node.mark, message, "write one entry a person".to_owned());
    }
    let value = entry.node.text().unwrap_or_default();
    if value.trim().is_empty() {
        let message = format!("`{}` of a test person is blank", entry.key);
        return refuse(mapping, entry.mark, message, "write the person's value, as the profile has it".to_owned());
    }
    Ok((Spot { text: entry.key.clone(), mark: entry.mark }, Spot { text: value.to_owned(), mark: entry.node.mark }))
}

fn expected(mapping: &Mapping, entry: &Entry) -> Result<(Spot, Spot)> {
    if !mapping.names_attribute(&entry.key) && !OWN.contains(&entry.key.as_str()) {
        let message = format!("`{}` under `expect` is no attribute of the mapping", entry.key);
        let names = mapping.attributes.iter().map(|attribute| attribute.name.as_str()).chain(OWN.iter().copied());
        return refuse(mapping, entry.mark, message, help(&entry.key, names, "the attributes are"));
    }
    let value = entry.node.text().unwrap_or_default().to_owned();
    Ok((Spot { text: entry.key.clone(), mark: entry.mark }, Spot { text: value, mark: entry.node.mark }))
}

/// Refuses segments that neither the document nor Customer.io's list has: nobody could be in them.
pub(super) fn within(mapping: &Mapping) -> Result<()> {
    let known = |name: &str| mapping.segments.iter().any(|segment| segment.name == name);
    let mut named = mapping.test_people.iter().flat_map(|person| &person.within);
    let Some(spot) = named.find(|spot| !known(&spot.text)) else { return Ok(()) };
    let names = mapping.segments.iter().map(|segment| segment.name.as_str());
    let message = format!("`{}` under `in` is no segment of the mapping", spot.text);
    refuse(mapping, spot.mark, message, help(&spot.text, names, "the segments are"))
}

/// The nearest name, and all of them where they are few.
fn help<'a>(typed: &str, names: impl Iterator<Item = &'a str>, lead: &str) -> String {
    let names: Vec<&str> = names.collect();
    let near = nearest(typed, names.iter().copied()).map(|near| {
        // Of short words many are as near as each other: `i` is `id` as much as `in`.
        let alike = names.iter().filter(|name| typed.len() < 3 && name.len() == near.len() && name.starts_with(typed));
        let beside = alike.filter(|name| **name != near).map(|name| format!(" or `{name}`"));
        format!("did you mean `{near}`{}? ", beside.collect::<String>())
    });
    let shown = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("{}{lead}: {shown}", near.unwrap_or_default())
}

fn refuse<T>(mapping: &Mapping, mark: Mark, message: String, help: String) -> Result<T> {
    Err(Error::usage(mapping.document.fault(mark, message).help(help)))
}

#[cfg(test)]
mod tests {
    use crate::mapping::Mapping;
    use crate::yaml::Document;

    /// A mapping with these people; where it is refused, the place, what and the help.
    fn mapping(people: &str) -> Result<Mapping, String> {
        let head =
            "identity: {canonical: crm_id}\nattributes: {stage: {type: enum}}\nsegments: {Vip: {where: stage = 'a'}}\n";
        let document = Document::parse("m.yaml", format!("{head}test_people:\n{people}")).expect("YAML");
        Mapping::build(document).map_err(|error| {
            let fault = error.fault();
            let place = fault.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{place} {} {}", fault.message, fault.help.as_deref().unwrap_or_default())
        })
    }

    #[test]
    fn a_person_has_keys_values_and_segments() {
        let mapping = mapping("  - {crm_id: 12, email: a@example.com, expect: {stage: x, unsubscribed: }, in: Vip}\n");
        let person = mapping.expect("a mapping").test_people.remove(0);
        let texts = |pairs: &[(super::Spot, super::Spot)]| -> Vec<String> {
            pairs.iter().map(|(name, value)| format!("{}={}", name.text, value.text)).collect()
        };
        assert_eq!(texts(&person.keys), ["crm_id=12", "email=a@example.com"]);
        assert_eq!(texts(&person.expect), ["stage=x", "unsubscribed="]);
        assert_eq!((person.within[0].text.as_str(), person.mark.line), ("Vip", 5));
    }

    #[test]
    fn a_name_that_nothing_has_is_refused_at_its_place() {
        for (people, place, said) in [
            ("  - {crm_di: 12}", "m.yaml:5:6", "did you mean `crm_id`"),
            ("  - {crm_id: 12, expct: {}}", "m.yaml:5:18", "did you mean `expect`"),
            ("  - {crm_id: 12, expect: {stag: x}}", "m.yaml:5:27", "did you mean `stage`"),
            ("  - {crm_id: 12, expect: {stage: [x]}}", "m.yaml:5:34", "expect.stage is a list"),
            ("  - {expect: {stage: x}}", "m.yaml:5:5", "nobody is meant"),
            ("  - {crm_id: [1, 2]}", "m.yaml:5:14", "not a single value"),
            ("  - {crm_id: }", "m.yaml:5:6", "is blank"),
        ] {
            let refused = mapping(people).expect_err("refused");
            assert!(refused.contains(place) && refused.contains(said), "{people}: {refused}");
        }
    }
}

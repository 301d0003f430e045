//! Input stage: one JSON record into named cells. In: the record's raw JSON and whose it is. Out: keys and texts, in the
//! record's order; numbers keep their digits, lookups and maps are unfolded as their system means them.

use std::borrow::Cow;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Whose conventions a JSON record follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Values as they are; nested ones stay JSON text.
    Plain,
    /// Lookups become `X.id` and `X`, lists are joined by `;`.
    Zoho,
    /// `identifiers` and `attributes` are unfolded, `timestamps` become `timestamps.<attribute>`.
    CustomerIo,
}

/// The members of an object, values raw.
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(parser: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        parser.deserialize_map(Collect)
    }
}

/// The members of raw JSON; none when it is no object.
pub(super) fn members(raw: &str) -> Vec<(String, &RawValue)> {
    if !raw.trim_start().starts_with('{') {
        return Vec::new();
    }
    serde_json::from_str::<Members<'_>>(raw).map(|found| found.0).unwrap_or_default()
}

/// A member of JSON objects that stand in cells.
pub struct Member<'a> {
    name: &'a str,
    /// Most cells lack most members, and do not even hold the name.
    finder: memchr::memmem::Finder<'a>,
}

impl<'a> Member<'a> {
    /// Of a name.
    pub fn new(name: &'a str) -> Self {
        Self { name, finder: memchr::memmem::Finder::new(name) }
    }

    /// What a cell says; nothing where it is absent, null or blank.
    pub fn of<'c>(&self, cell: &'c str) -> Option<Cow<'c, str>> {
        self.finder.find(cell.as_bytes())?;
        if !cell.trim_start().starts_with('{') {
            return None;
        }
        let mut parser = serde_json::Deserializer::from_str(cell);
        let found = Named(self.name).deserialize(&mut parser).ok()?;
        parser.end().ok()?;
        Some(text(found?)).filter(|value| !value.is_empty())
    }
}

/// The first member of a name, values raw; the others are passed over.
struct Named<'n>(&'n str);

/// A key, borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(Key(key)) = map.next_key()? {
            match found.is_none() && key == self.0 {
                true => found = Some(map.next_value()?),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// Tells every cell of a record. A key may come twice; its first filled cell counts.
pub(super) fn cells(flavour: Flavour, raw: &str, tell: &mut dyn FnMut(&str, &str)) {
    match flavour {
        Flavour::Plain => {
            for (key, value) in members(raw) {
                tell(&key, &text(value));
            }
        }
        Flavour::Zoho => {
            for (key, value) in members(raw) {
                zoho(&key, value, tell);
            }
        }
        Flavour::CustomerIo => person(raw, tell),
    }
}

fn person(raw: &str, tell: &mut dyn FnMut(&str, &str)) {
    let found = members(raw);
    if let Some((_, inner)) = found.iter().find(|(key, value)| key == "customer" && value.get().starts_with('{')) {
        return person(inner.get(), tell);
    }
    for (key, value) in &found {
        if !matches!(key.as_str(), "identifiers" | "attributes" | "timestamps") {
            tell(key, &text(value));
        }
    }
    for part in ["identifiers", "attributes", "timestamps"] {
        for (_, value) in found.iter().filter(|(key, _)| key == part) {
            for (key, value) in members(value.get()) {
                if part == "timestamps" {
                    tell(&format!("timestamps.{key}"), &text(value));
                } else {
                    tell(&key, &text(value));
                }
            }
        }
    }
}

fn zoho(key: &str, value: &RawValue, tell: &mut dyn FnMut(&str, &str)) {
    let raw = value.get();
    if raw.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(raw).unwrap_or_default();
        let texts: Vec<Cow<'_, str>> = items.into_iter().map(item).collect();
        return tell(key, &texts.join(";"));
    }
    if raw.starts_with('{') {
        let found = members(raw);
        let member = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| text(value));
        // COQL answers bare lookups with the id alone.
        if let Some(id) = member("id") {
            tell(&format!("{key}.id"), &id);
            return tell(key, &member("name").unwrap_or_default());
        }
    }
    tell(key, &text(value));
}

/// A list item: its name when it is a tag or a lookup.
fn item(value: &RawValue) -> Cow<'_, str> {
    if value.get().starts_with('{') {
        let found = members(value.get());
        if let Some((_, name)) = found.into_iter().find(|(key, _)| key == "name") {
            return text(name);
        }
    }
    text(value)
}

/// A value as text: strings decoded, null empty, everything else as it is written.
pub(super) fn text(value: &RawValue) -> Cow<'_, str> {
    let raw = value.get();
    if raw == "null" {
        return Cow::Borrowed("");
    }
    let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return Cow::Borrowed(raw) };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    // Half a surrogate pair is no text; the escape itself stays readable.
    serde_json::from_str::<String>(raw).map_or(Cow::Borrowed(inner), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Flavour, Member, cells};

    fn told(flavour: Flavour, raw: &str) -> Vec<String> {
        let mut found = Vec::new();
        cells(flavour, raw, &mut |key, value| found.push(format!("{key}={value}")));
        found
    }

    #[test]
    fn plain_values_keep_their_digits() {
        let raw = r#"{"id":5725767000004101001,"n":1.10,"t":true,"e":null,"s":"a\n\"b\"","o":{"a": 1},"bad":"\ud800"}"#;
        let expected =
            ["id=5725767000004101001", "n=1.10", "t=true", "e=", "s=a\n\"b\"", "o={\"a\": 1}", "bad=\\ud800"];
        assert_eq!(told(Flavour::Plain, raw), expected);
    }

    #[test]
    fn a_member_is_the_first_of_its_name_in_an_object() {
        let cell = r#" {"deal":{"stage":"x"},"st\u0061ge":"Won","stage":"Lost","blank":""} "#;
        let member = |cell: &str, name: &str| Member::new(name).of(cell).map(Cow::into_owned);
        assert_eq!(member(cell, "stage").as_deref(), Some("Won"));
        assert_eq!(member(cell, "deal").as_deref(), Some(r#"{"stage":"x"}"#));
        let none =
            [(cell, "blank"), ("[\"stage\"]", "stage"), (r#"{"stage":1"#, "stage"), (r#"{"stage":1} x"#, "stage")];
        assert!(none.iter().all(|(cell, name)| member(cell, name).is_none()));
    }

    #[test]
    fn zoho_lookups_and_lists_are_unfolded() {
        let raw = r#"{"Owner":{"name":"Dana Roth","id":"57","email":"d@example.com"},"Account_Name":null,
            "Tag":[{"name":"vip","id":"1"},{"name":"shop","id":"2"}],"Channel":["Email","SMS"],"Who":{"id":"9"}}"#;
        let expected = [
            "Owner.id=57",
            "Owner=Dana Roth",
            "Account_Name=",
            "Tag=vip;shop",
            "Channel=Email;SMS",
            "Who.id=9",
            "Who=",
        ];
        assert_eq!(told(Flavour::Zoho, raw), expected);
    }

    #[test]
    fn people_of_customerio_are_flattened() {
        let raw = r#"{"customer":{"id":"7","identifiers":{"id":"7","email":"a@example.com","cio_id":"a1"},
            "attributes":{"plan":"gold","address":{"city":"Lund"}},"timestamps":{"plan":1714577744},"unsubscribed":false}}"#;
        let expected = [
            "id=7",
            "unsubscribed=false",
            "id=7",
            "email=a@example.com",
            "cio_id=a1",
            "plan=gold",
            "address={\"city\":\"Lund\"}",
            "timestamps.plan=1714577744",
        ];
        assert_eq!(told(Flavour::CustomerIo, raw), expected);
    }
}

//! Input stage: where the records of a JSON file are. In: an input. Out: whether they are its lines, its array, an array
//! below a key, or the one object that it is.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::archive::{Input, stop};
use super::json::{Holder, Page, decoded, parse};
use super::records::LONGEST;
use crate::error::Result;

/// Finds where the records are, and what is said of further ones.
pub(super) fn find(input: &Input) -> Result<(Holder, Page)> {
    let mut one_line = false;
    let first = decoded(input, &(), &mut |reader| {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while line.iter().all(u8::is_ascii_whitespace) {
            line.clear();
            let count = reader.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line);
            if count.map_err(|error| input.broken(&error))? == 0 {
                return Err(super::listing::empty(&input.shown));
            }
        }
        if line.trim_ascii_start().starts_with(b"[") {
            return Ok(Some(Holder::Array));
        }
        if serde_json::from_slice::<IgnoredAny>(&line).is_err() {
            return Ok(None);
        }
        let mut more = [0_u8; 1];
        loop {
            if reader.read(&mut more).map_err(|error| input.broken(&error))? == 0 {
                one_line = true;
                return Ok(None);
            }
            if !more[0].is_ascii_whitespace() {
                return Ok(Some(Holder::Lines));
            }
        }
    })?;
    match first {
        Some(found) => Ok((found, Page::default())),
        None => holder_of_object(input, one_line),
    }
}

/// What a value of the top object is, as far as the search for records goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Objects,
    Empty,
    Other,
}

fn holder_of_object(input: &Input, one_line: bool) -> Result<(Holder, Page)> {
    let mut page = Page::default();
    let mut keys: Vec<(String, Shape)> = Vec::new();
    parse(input, &(), &Cell::new(None), &mut |reader| {
        let mut parser = serde_json::Deserializer::from_reader(reader);
        parser.deserialize_map(Keys { keys: &mut keys, page: &mut page })?;
        parser.end()
    })?;
    let has = |name: &str| keys.iter().any(|(key, _)| key == name);
    let known = ["data", "customers", "people", "profiles", "records", "results", "customer", "suppressions"];
    let list = |name: &str| keys.iter().any(|(key, shape)| key == name && *shape != Shape::Other);
    if list("identifiers") {
        return Ok((Holder::Key("identifiers".to_owned()), page));
    }
    if has("attributes") || has("identifiers") || has("cio_id") || has("customer") {
        return Ok((Holder::One, Page::default()));
    }
    if let Some(found) = known.iter().find(|name| list(name)) {
        return Ok((Holder::Key((*found).to_owned()), page));
    }
    let mut lists = keys.iter().filter(|(_, shape)| *shape == Shape::Objects);
    match (lists.next(), lists.next()) {
        (Some((key, _)), None) => Ok((Holder::Key(key.clone()), page)),
        (None, _) if one_line => Ok((Holder::One, Page::default())),
        _ => Err(stop(
            format!("{} is a JSON document without a list of records that crmlint could find", input.shown),
            "Give an array of objects, or an object a line.",
        )),
    }
}

/// The keys of the top object and the shapes of their values.
struct Keys<'a> {
    keys: &'a mut Vec<(String, Shape)>,
    page: &'a mut Page,
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let shape = map.next_value_seed(ShapeOf { key: &key, page: &mut *self.page })?;
            self.keys.push((key, shape));
        }
        Ok(())
    }
}

/// The shape of the value of a key; what is told of pages is kept on the way.
struct ShapeOf<'a> {
    key: &'a str,
    page: &'a mut Page,
}

impl<'de> DeserializeSeed<'de> for ShapeOf<'_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> std::result::Result<Shape, D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ShapeOf<'_> {
    type Value = Shape;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Shape, E> {
        if self.key == "next" {
            self.page.more = Some(!text.is_empty());
        }
        Ok(Shape::Other)
    }

    fn visit_unit<E>(self) -> std::result::Result<Shape, E> {
        if self.key == "next" {
            self.page.more = Some(false);
        }
        Ok(Shape::Other)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<Shape, M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match (self.key, key.as_str()) {
                ("info", "more_records") => {
                    self.page.more = map.next_value::<Box<RawValue>>()?.get().trim_matches('"').parse().ok();
                }
                ("info", "page") => self.page.number = map.next_value::<Box<RawValue>>()?.get().parse().ok(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Shape::Other)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> std::result::Result<Shape, S::Error> {
        let Some(first) = list.next_element::<Box<RawValue>>()? else { return Ok(Shape::Empty) };
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if first.get().starts_with('{') { Shape::Objects } else { Shape::Other })
    }
}

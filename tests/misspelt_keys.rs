//! A misspelt key in the user's documents never does nothing: each known key of the demo's config and mapping is
//! misspelt in turn, and the run must stop at its place and name the right one.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{NOW, demo, run_in};
use crmlint::config::CONFIG;
use crmlint::mapping::keys::MAPPING;
use crmlint::shape::Shape;
use crmlint::yaml::{Document, Mark, Node, Value, number};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

/// A key that the shape knows; keys that the user chooses are none.
struct Known {
    name: &'static str,
    mark: Mark,
    siblings: Vec<&'static str>,
}

fn known(node: &Node, shape: &'static Shape, found: &mut Vec<Known>) {
    match (shape, &node.value) {
        (Shape::Object(keys), Value::Map(entries)) => {
            for entry in entries {
                let key = keys.iter().find(|key| key.name == entry.key).unwrap();
                let siblings = keys.iter().map(|key| key.name).collect();
                found.push(Known { name: key.name, mark: entry.mark, siblings });
                known(&entry.node, &key.shape, found);
            }
        }
        (Shape::MapOf(inner), Value::Map(entries)) => entries.iter().for_each(|entry| known(&entry.node, inner, found)),
        (Shape::Named(keys, _), Value::Map(entries)) => {
            // A misspelt key beside those that the user chooses is told by the same words.
            for entry in entries {
                if let Some(key) = keys.iter().find(|key| key.name == entry.key) {
                    let siblings = keys.iter().map(|key| key.name).collect();
                    found.push(Known { name: key.name, mark: entry.mark, siblings });
                    known(&entry.node, &key.shape, found);
                }
            }
        }
        (Shape::ListOf(inner), Value::List(items)) => items.iter().for_each(|item| known(item, inner, found)),
        (Shape::Any(shapes), value) => {
            if let Some(shape) = shapes.iter().find(|shape| outer(shape, value)) {
                known(node, shape, found);
            }
        }
        _ => {}
    }
}

/// Whether a shape takes a value of this outer form.
fn outer(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Count | Shape::Share, Value::Scalar(text, _)) => number(text).is_some(),
        (Shape::Text | Shape::Flag | Shape::Word(_), Value::Scalar(..)) | (Shape::Free, _) => true,
        (Shape::Object(_) | Shape::Named(..) | Shape::MapOf(_), Value::Map(_)) | (Shape::ListOf(_), Value::List(_)) => {
            true
        }
        (Shape::Any(shapes), value) => shapes.iter().any(|shape| outer(shape, value)),
        _ => false,
    }
}

/// The key with a letter dropped, with two swapped, with one doubled.
fn misspellings(key: &Known) -> Vec<String> {
    let letters: Vec<char> = key.name.chars().collect();
    let middle = letters.len() / 2;
    let (mut dropped, mut swapped, mut doubled) = (letters.clone(), letters.clone(), letters.clone());
    dropped.remove(middle);
    if let Some(at) = (0..letters.len() - 1).rev().find(|at| letters[*at] != letters[at + 1]) {
        swapped.swap(at, at + 1);
    }
    doubled.insert(middle, letters[middle]);
    let words = [dropped, swapped, doubled].map(|letters| letters.into_iter().collect::<String>());
    words.into_iter().filter(|word| !key.siblings.contains(&word.as_str())).collect()
}

fn misspell_all(file: &str, shape: &'static Shape, at_least: usize) {
    let dir = demo();
    let text = fs::read_to_string(dir.path().join(file)).unwrap();
    let document = Document::parse(file, text.clone()).unwrap();
    let mut keys = Vec::new();
    known(&document.root, shape, &mut keys);
    assert!(keys.len() >= at_least, "only {} keys", keys.len());
    let wrong: Vec<String> = keys.par_iter().flat_map_iter(|key| check(file, &text, key)).collect();
    assert!(wrong.is_empty(), "{} of {} keys:\n{}", wrong.len(), keys.len(), wrong.join("\n"));
}

fn check(file: &str, text: &str, key: &Known) -> Vec<String> {
    let dir = demo();
    let mut wrong = Vec::new();
    for typo in misspellings(key) {
        let mut changed = text.to_owned();
        changed.replace_range(key.mark.offset..key.mark.offset + key.name.len(), &typo);
        fs::write(dir.path().join(file), changed).unwrap();
        let ran = run_in(dir.path(), &["audit", ".", "--now", NOW]);
        let place = format!("{file}:{}:{}\n", key.mark.line, key.mark.column);
        let said = [place.as_str(), &format!("unknown key `{typo}`"), "did you mean `", &format!("`{}`?", key.name)];
        if ran.code != 2 || !ran.out.is_empty() || said.iter().any(|phrase| !ran.err.contains(phrase)) {
            wrong.push(format!("{typo} for {} at {place}exit {}\n{}", key.name, ran.code, ran.err));
        }
    }
    wrong
}

#[test]
fn every_key_of_the_config() {
    misspell_all("crmlint.yaml", &CONFIG, 30);
}

#[test]
fn every_key_of_the_mapping() {
    misspell_all("mapping.yaml", &MAPPING, 130);
}

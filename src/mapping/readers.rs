//! Who reads an attribute: segments by their conditions, journeys by their triggers and lists, others by being named.

use std::collections::BTreeSet;

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::Mapping;

/// The names in a condition.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize().unwrap_or_default();
    let names = tokens.into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.value),
        _ => None,
    });
    names.collect()
}

/// Segments and journeys that read an attribute, by what they say and by what the attribute says.
pub fn readers(mappings: [&Mapping; 2], name: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for mapping in mappings {
        found.extend(mapping.attribute(name).into_iter().flat_map(|attribute| attribute.used_by.clone()));
        let reading =
            mapping.segments.iter().filter(|segment| words(segment.text.text().unwrap_or_default()).contains(name));
        let segments: Vec<String> = reading.map(|segment| format!("segment:{}", segment.name)).collect();
        for journey in &mapping.journeys {
            let mut spots = journey.trigger.iter().chain(&journey.reads).map(|spot| spot.text.as_str());
            let own = [format!("attribute:{name}"), format!("date:{name}")];
            if spots.any(|spot| spot == name || own.iter().chain(&segments).any(|own| own == spot)) {
                found.insert(format!("journey:{}", journey.name));
            }
        }
        found.extend(segments);
    }
    found.into_iter().collect()
}

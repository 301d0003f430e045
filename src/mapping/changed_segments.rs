//! What changed about the segments between two revisions: conditions, and segments that are watched no longer.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::Segment;
use super::changes::Diff;
use super::journeys::Kind;

/// The tokens of a condition, with other names for its attributes. Blanks do not count.
fn tokens(segment: &Segment, name: impl Fn(&str) -> String) -> Vec<String> {
    let text = segment.text.text().unwrap_or_default();
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize().unwrap_or_default();
    let tokens = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_)));
    let named = tokens.map(|token| match token {
        Token::Word(word) => name(&word.value),
        other => other.to_string(),
    });
    named.collect()
}

impl Diff<'_> {
    /// What an attribute of the new revision was called in the old one.
    fn before(&self, name: &str) -> String {
        let renamed = self.head.attribute(name).filter(|_| self.base.attribute(name).is_none());
        let was = renamed.and_then(|new| new.was.iter().find(|was| self.base.attribute(was).is_some()));
        was.map_or_else(|| name.to_owned(), Clone::clone)
    }

    pub(super) fn segments(&mut self) {
        let words = |segment: &Segment| {
            segment.text.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for old in &self.base.segments {
            let name = &old.name;
            let named = self.head.segments.iter().find(|new| new.name == *name);
            let (category, said, action, mark) = match named {
                None => (
                    "segment-removed",
                    match old.never {
                        true => format!(
                            "The segment `{name}` must never have members, and is gone: nobody will notice when it has."
                        ),
                        false => format!("The segment `{name}` is gone."),
                    },
                    "Take it out here only when it is taken out of Customer.io too.",
                    self.section("segments"),
                ),
                Some(new) if old.never != new.never => (
                    "segment-changed",
                    match old.never {
                        true => format!("The segment `{name}` was never to have members, and may have some now."),
                        false => format!("The segment `{name}` may no longer have members."),
                    },
                    "Make sure that whoever reads it knows.",
                    Some(new.text.mark),
                ),
                Some(new) if tokens(old, str::to_owned) != tokens(new, |name| self.before(name)) => (
                    "segment-changed",
                    format!("The condition of the segment `{name}` was `{}` and is `{}`.", words(old), words(new)),
                    "Change the segment in Customer.io in the same hour.",
                    Some(new.text.mark),
                ),
                Some(_) => continue,
            };
            let own = format!("segment:{name}");
            self.put(category, None, own.clone(), [said, action.to_owned()], mark);
            let journeys = self
                .head
                .journeys
                .iter()
                .filter(|journey| journey.cues.iter().any(|cue| cue.kind == Kind::Segment && cue.name == *name));
            let readers: Vec<String> = journeys.map(|journey| format!("journey:{}", journey.name)).collect();
            if let Some(change) = self.changes.last_mut() {
                change.readers = readers;
            }
        }
    }
}

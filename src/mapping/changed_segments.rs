//! What changed about the segments between two revisions: conditions, and segments that are watched no longer.

use super::Segment;
use super::changes::Diff;
use super::journeys::Kind;

impl Diff<'_> {
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
                Some(new) if words(old) != words(new) => (
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

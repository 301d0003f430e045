//! What a finding is made of: tallies under their labels in, the sum and the parts out, most first.

use crate::facts::Tally;
use crate::facts::local::SAMPLES;
use crate::findings::Part;

/// Adds tallies up. A person who is in several counts in each of them, and in the sum: [`super::Context::listed`] knows
/// better.
pub(super) fn gather<'a>(
    found: impl Iterator<Item = (&'a str, Option<&'a Tally>, Option<String>)>,
) -> (Tally, Vec<Part>) {
    let mut whole = Tally::default();
    let mut parts = Vec::new();
    for (label, tally, suggestion) in found {
        let tally = tally.cloned().unwrap_or_default();
        parts.push(Part { label: label.to_owned(), rows: tally.rows, people: tally.people, suggestion });
        whole.merge(tally, SAMPLES);
    }
    parts.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    (whole, parts)
}

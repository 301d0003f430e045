//! Why a pair is taken for one person, field by field, in words.

use super::Link;
use super::runs::OF;
use super::weights::{Aspect, Weights};
use crate::text::counted;

/// A probability as a share; only what was decided is wholly sure.
pub fn percent(probability: f32) -> String {
    format!("{:.1}%", (f64::from(probability) * 100.0).min(99.9))
}

/// What speaks for and against a pair: `phone same +17.2, first name different -4.2`, the strongest first.
pub fn why(link: &Link, weights: &Weights) -> String {
    if link.decided {
        return "decided by hand".to_owned();
    }
    let mut said: Vec<(f32, String)> = Vec::new();
    for aspect in Aspect::ALL {
        let (level, bits) = (link.compared.levels[aspect as usize], link.compared.bits[aspect as usize]);
        if level == 0 && bits == 0.0 {
            continue;
        }
        let name = if level == 0 { "on one side only" } else { weights.of(aspect, level).name };
        said.push((bits, format!("{} {name} {bits:+.1}", aspect.name())));
    }
    said.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()));
    said.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(", ")
}

/// What is said of the pairs that were not compared for their names, where there are some.
pub fn left_out(pairs: u64) -> Option<String> {
    let said = counted(pairs, "pair", "pairs");
    (pairs > 0).then(|| {
        format!(
            "Not compared: about {said} of one home, or of one birthday and postcode, in whose names nothing begins alike (in a crowd, in their first names), or of namesakes in a city or a crowd where many have their names. One in {OF} of such pairs is, to tell what these people have in common."
        )
    })
}

//! What happens to people between two entries in the first noise model: they move, marry, or get a new phone.

use super::names::Names;
use super::persons::Person;
use super::{Cells, HOME, LAST, PHONE, World};

impl World {
    /// The person as they are at a later entry; what is in `fixed` has not changed.
    pub(super) fn later(&mut self, who: &Person, fixed: Cells) -> Person {
        let mut now = who.clone();
        if fixed & HOME == 0 && self.rng.chance(0.14) {
            self.moves(&mut now);
        }
        if fixed & 1 << PHONE == 0 && self.rng.chance(0.14) {
            now.phone = 0;
        }
        if fixed & 1 << LAST == 0 && self.rng.chance(if who.woman { 0.09 } else { 0.02 }) {
            self.marries(&mut now);
        }
        now
    }

    fn moves(&mut self, now: &mut Person) {
        let next = match self.places.across_town(&mut self.rng, &now.home) {
            Some(home) if self.rng.chance(0.5) => home,
            _ => self.places.home(&mut self.rng, now.home.country),
        };
        // Somebody else of that name may live there: then this one stays at home.
        if self.first_known(now, "postcode", &next.postcode) {
            now.home = next;
        }
    }

    fn marries(&mut self, now: &mut Person) {
        let tongue = if self.rng.chance(0.8) { now.tongue } else { Names::tongue(&mut self.rng) };
        let other = self.names.family(&mut self.rng, tongue);
        let before = std::mem::take(&mut now.family);
        now.family = if self.rng.chance(0.3) { format!("{before}-{other}") } else { other };
        let (day, code) = (now.birth.to_string(), now.home.postcode.clone());
        if !self.first_known(now, "birth", &day) || !self.first_known(now, "postcode", &code) {
            now.family = before;
        }
    }
}

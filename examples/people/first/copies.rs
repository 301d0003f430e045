//! Further records of one person in the first noise model: each copy is planned by the tier its address shall have,
//! then written by another source at a later time.

use super::addresses::{Address, PLACEHOLDERS, masked, other_spelling, provider, slip, tier};
use super::companies::company;
use super::entries::{Care, Source};
use super::persons::Person;
use super::{BIRTH, Cells, EMAIL, HOME, NAME, PHONE, World};

/// Tiers of copies and their weights.
const TIERS: [(&str, u32); 7] =
    [("exact", 17), ("provider", 18), ("typo", 22), ("relay", 13), ("moved", 11), ("other", 11), ("none", 8)];

impl World {
    /// Somebody ordinary with their records.
    pub(super) fn entered(&mut self, copies: usize) {
        let tiers: Vec<&str> = (0..copies).map(|_| self.planned()).collect();
        let mut who = self.person(tiers.contains(&"provider"));
        let must: Vec<Cells> = tiers.iter().map(|tier| self.evidence(tier)).collect();
        let all = must.iter().fold(0, |sum, cells| sum | cells);
        let source = self.source();
        let mut cells = self.filled(source, false) | all;
        let primary = who.address.clone();
        let mut address = primary.clone();
        // With a single copy it is as likely that the first entry is the one without the true address.
        let swapped = copies == 1 && self.rng.chance(0.4);
        let weaker = swapped && matches!(tiers[0], "relay" | "none");
        if weaker && tiers[0] == "relay" || copies == 0 && self.rng.chance(0.02) {
            address = masked(&mut self.rng);
            cells |= 1 << EMAIL;
        } else if weaker {
            cells &= !(1 << EMAIL);
        } else if copies > 0 {
            cells |= 1 << EMAIL;
        }
        let text = self.written(cells, &address, Care::First);
        let row = self.row(&mut who, source, Care::First, cells, text);
        self.rows.push(row);
        for (tier, must) in tiers.into_iter().zip(must) {
            self.copied(&mut who, if weaker { "exact" } else { tier }, must, Care::Copy);
        }
    }

    /// A tier for a copy, by weight.
    pub(super) fn planned(&mut self) -> &'static str {
        TIERS[self.rng.weighted(&TIERS.map(|tier| tier.1))].0
    }

    /// Cells that must be there on both sides for anybody to see that two records with such addresses are one person.
    pub(super) fn evidence(&mut self, tier: &str) -> Cells {
        let enough = match tier {
            "relay" | "other" | "none" => false,
            "moved" => self.rng.chance(0.4),
            _ => self.rng.chance(0.8),
        };
        if enough {
            return 0;
        }
        let name = if self.rng.chance(0.88) { NAME } else { HOME };
        match self.rng.below(100) {
            // Some are beyond anybody, as in every file.
            0..=5 => name,
            6..=49 => name | 1 << PHONE,
            50..=81 => name | HOME,
            _ => name | 1 << BIRTH | if name == NAME { 0 } else { 1 << PHONE },
        }
    }

    /// Writes one more record of somebody, with an address of this tier seen from the first.
    pub(super) fn copied(&mut self, who: &mut Person, tier: &str, must: Cells, care: Care) {
        let source = self.source();
        let mut now = if care == Care::Gentle { who.clone() } else { self.later(who, must) };
        let mut cells = self.filled(source, true) | must | 1 << EMAIL;
        let address = self.readdressed(&mut now, tier);
        if tier == "none" {
            cells &= !(1 << EMAIL);
        }
        let text = match address {
            Some(address) => self.written(cells, &address, Care::Copy),
            None => self.written(cells & !(1 << EMAIL), &who.address, care),
        };
        let row = self.row(&mut now, source, care, cells | must, text);
        // The phone is drawn late; a copy that drew it first must not leave the next one to draw another.
        if who.phone == 0 && now.phone != 0 {
            who.phone = now.phone;
        }
        self.rows.push(row);
    }

    /// Another address of the same person in this tier; None where there is none to give.
    fn readdressed(&mut self, who: &mut Person, tier: &str) -> Option<Address> {
        let old = who.address.clone();
        for _ in 0..12 {
            let new = match tier {
                "none" => return None,
                "exact" => return Some(old),
                "relay" => return Some(masked(&mut self.rng)),
                "provider" => other_spelling(&mut self.rng, &old),
                "typo" => slip(&mut self.rng, &old),
                "moved" => Some(self.moved_to(who)),
                _ => self.unrelated(who),
            };
            if let Some(new) = new.filter(|new| self::tier(&old.text(), &new.text()) == tier)
                && (tier == "provider" || self.take(&new))
            {
                return Some(new);
            }
        }
        Some(old)
    }

    /// The same local part elsewhere: a new provider, now and then a new employer.
    fn moved_to(&mut self, who: &mut Person) -> Address {
        if who.address.local.contains('.') && self.rng.chance(0.2) {
            let firm = company(&mut self.rng, &self.names, self.wanted);
            let address = Address::new(who.address.local.clone(), &firm.domain);
            who.company = Some(firm);
            return address;
        }
        Address::new(who.address.local.clone(), provider(&mut self.rng, who.tongue, false))
    }

    /// An address that says nothing of the first, or says it with two slips.
    fn unrelated(&mut self, who: &mut Person) -> Option<Address> {
        if self.rng.chance(0.12) {
            let once = slip(&mut self.rng, &who.address)?;
            return slip(&mut self.rng, &once);
        }
        if self.rng.chance(0.4) {
            let firm = who.company.get_or_insert_with(|| company(&mut self.rng, &self.names, self.wanted)).clone();
            return Some(self.work_address(who, &firm)).inspect(|address| self.give_back(address));
        }
        Some(self.private_address(who, false)).inspect(|address| self.give_back(address))
    }

    /// Frees an address that is still to be judged by its tier.
    fn give_back(&mut self, address: &Address) {
        self.mailboxes.remove(&super::stable(&[&address.canonical()]));
    }

    /// The text of the address cell.
    pub(super) fn written(&mut self, cells: Cells, address: &Address, care: Care) -> String {
        if cells & 1 << EMAIL == 0 {
            let given = care == Care::Copy && self.rng.chance(0.2);
            return if given { (*self.rng.pick(PLACEHOLDERS)).to_owned() } else { String::new() };
        }
        let text = address.text();
        match self.rng.below(200) {
            0..=3 => text.to_uppercase(),
            4..=9 => text.split_inclusive(['.', '_', '-', '@']).map(capital).collect(),
            10 | 11 => format!("{text} "),
            12..=31 if care == Care::Copy => capital(&text),
            _ => text,
        }
    }

    /// A record of a hard negative and, for one in fourteen, a careful second one. Gives the place of the first.
    pub(super) fn settled(&mut self, who: &mut Person, must: Cells, hidden: Cells, source: Source) -> u32 {
        let cells = (self.filled(source, false) | must) & !hidden;
        let text = self.written(cells, &who.address.clone(), Care::Gentle);
        let row = self.row(who, source, Care::Gentle, cells, text);
        let at = self.rows.len() as u32;
        self.rows.push(row);
        if self.rng.chance(0.07) && cells & 1 << EMAIL != 0 && self.rows.len() < self.wanted {
            let tier = *self.rng.pick(&["exact", "typo", "moved", "relay"]);
            self.copied(who, tier, must, Care::Gentle);
        }
        at
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

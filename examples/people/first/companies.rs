//! Employers of the first noise model: a company is a number, and the number decides its name and its domain, so that
//! no two companies share a domain.

use super::names::Names;
use super::slips::folded;
use super::{Rng, skewed};

const STEMS: &[&str] = &[
    "Brightwater",
    "Northgate",
    "Bluestone",
    "Silverline",
    "Greenfield",
    "Redwood",
    "Summit",
    "Harbor",
    "Keystone",
    "Lakeside",
    "Pioneer",
    "Atlas",
    "Beacon",
    "Cobalt",
    "Evergreen",
    "Falcon",
    "Granite",
    "Horizon",
    "Ironwood",
    "Juniper",
    "Alpen",
    "Nordwind",
    "Rheintal",
    "Isar",
    "Hanse",
    "Elbe",
    "Taunus",
    "Spree",
    "Neckar",
    "Eifel",
    "Adler",
    "Phönix",
    "Merkur",
    "Südstern",
    "Morgenrot",
    "Lindenhof",
    "Kranich",
    "Bergmann",
    "Ostsee",
    "Kompass",
];

const TRADES: &[&str] = &[
    "Logistics",
    "Consulting",
    "Software",
    "Foods",
    "Textiles",
    "Media",
    "Energy",
    "Health",
    "Dental",
    "Construction",
    "Analytics",
    "Insurance",
    "Travel",
    "Design",
    "Motors",
    "Robotics",
    "Bau",
    "Technik",
    "Möbel",
    "Versand",
    "Druck",
    "Optik",
    "Elektro",
    "Reisen",
    "Immobilien",
    "Werkzeuge",
    "Getränke",
    "Spedition",
    "Maschinenbau",
    "Gartenbau",
];

const FORMS: &[&str] = &["Inc.", "LLC", "Ltd", "Group", "GmbH", "GmbH & Co. KG", "AG", "KG", "& Co."];

/// An employer as a record names it.
#[derive(Clone)]
pub(super) struct Company {
    pub(super) name: String,
    /// Without the legal form, as most people say it.
    pub(super) short: String,
    pub(super) domain: String,
}

/// An employer; their number grows with the file, and few of them employ many.
pub(super) fn company(rng: &mut Rng, names: &Names, records: usize) -> Company {
    numbered(names, skewed(rng, (records / 8).max(60), 30.0))
}

fn numbered(names: &Names, number: usize) -> Company {
    // The number is the seed, so that the same company reads the same wherever it turns up.
    let mut rng = Rng::new(number as u64 ^ 0x00C0_FFEE);
    let trade = TRADES[number % TRADES.len()];
    let form = *rng.pick(FORMS);
    let rest = number / TRADES.len();
    let (stem, tongue) = if rest < STEMS.len() {
        (STEMS[rest].to_owned(), 1)
    } else {
        let tongue = rng.below(2);
        (names.rare(&mut rng, tongue), tongue)
    };
    let joint = if number.is_multiple_of(2) { "-" } else { "" };
    let mut domain = format!("{}{joint}{}", folded(&stem, tongue), folded(trade, 1));
    // Composed stems may repeat; the number keeps the domains apart.
    if rest >= STEMS.len() {
        domain += &number.to_string();
    }
    Company { name: format!("{stem} {trade} {form}"), short: format!("{stem} {trade}"), domain }
}

//! How a person becomes a record: which cells get filled by the source that entered it, and how each cell is written.
//! The clean values are kept beside the cells, so that the labels need no guessing.

use super::companies::company;
use super::names::{ENGLISH, GERMAN};
use super::persons::Person;
use super::slips::{ear, edits, hand, phone, plain};
use super::{BIRTH, CITY, COMPANY, Cells, EMAIL, FIRST, LAST, NAME, PHONE, POSTCODE, Row, STREET, Said, World, stable};

/// Who entered a record, and so what is in it and how it errs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Newsletter,
    Shop,
    Desk,
    Event,
}

/// How carefully a record is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// The only or the first record of somebody.
    First,
    /// A further record of somebody.
    Copy,
    /// A record on whose names and dates a hard negative rests.
    Gentle,
}

/// Percent of records with each cell, by source; together they give the fill of a CRM.
const FILL: [[f64; 9]; 4] = [
    [1.0, 0.74, 0.66, 0.19, 0.30, 0.02, 0.19, 0.23, 0.03],
    [0.975, 0.99, 0.99, 0.61, 0.31, 0.71, 0.92, 0.92, 0.07],
    [0.74, 0.95, 0.97, 0.97, 0.33, 0.13, 0.48, 0.60, 0.14],
    [0.94, 0.95, 0.95, 0.49, 0.14, 0.04, 0.39, 0.54, 0.34],
];

/// Notations of phones each source uses.
const NOTATIONS: [[u32; 9]; 4] = [
    [4, 1, 2, 4, 2, 1, 1, 0, 8],
    [10, 4, 2, 2, 1, 1, 1, 0, 3],
    [1, 1, 6, 4, 4, 1, 2, 3, 2],
    [2, 6, 1, 2, 3, 4, 3, 1, 1],
];

impl World {
    /// The source of a record.
    pub(super) fn source(&mut self) -> Source {
        [Source::Newsletter, Source::Shop, Source::Desk, Source::Event][self.rng.weighted(&[30, 35, 20, 15])]
    }

    /// The cells this source fills. Postcode and city hang together, so they share one throw.
    pub(super) fn filled(&mut self, source: Source, copy: bool) -> Cells {
        let fill = &FILL[source as usize];
        let less = if copy { 0.9 } else { 1.0 };
        let place = self.rng.unit();
        let mut cells = 0;
        for (cell, share) in fill.iter().enumerate() {
            let throw = if matches!(cell, POSTCODE | CITY) { place } else { self.rng.unit() };
            // An address is what a newsletter is for; only the other cells get lazier with the second entry.
            if throw < if cell == EMAIL { *share } else { share * less } {
                cells |= 1 << cell;
            }
        }
        if cells & 1 << EMAIL == 0 { cells | NAME } else { cells }
    }

    /// Writes a record of a person. `address` is the text of the address cell.
    pub(super) fn row(&mut self, who: &mut Person, source: Source, care: Care, cells: Cells, address: String) -> Row {
        let has = |cell: usize| cells & 1 << cell != 0;
        let mut row = Row { person: who.id, cells: Default::default(), said: Said::default() };
        row.cells[EMAIL] = address;
        self.write_name(&mut row, who, source, care, cells);
        if has(PHONE) {
            row.said.phone = self.phone_of(who);
            if self.rng.chance(if care == Care::Copy { 0.03 } else { 0.0 }) {
                row.said.phone = self.misheard(row.said.phone);
            }
            row.cells[PHONE] = phone(&mut self.rng, row.said.phone, &NOTATIONS[source as usize]);
        }
        if has(BIRTH) {
            row.said.birth = self.written_day(who.birth, care);
            let day = row.said.birth;
            row.cells[BIRTH] = format!("{}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
        }
        if has(STREET) {
            row.cells[STREET] = self.written_street(&who.home.street, care);
        }
        if has(POSTCODE) {
            row.cells[POSTCODE] = self.written_postcode(&who.home.postcode, source);
        }
        if has(CITY) {
            row.cells[CITY] = self.written_city(&who.home.city, source, care);
        }
        if has(COMPANY) {
            let firm = who.company.get_or_insert_with(|| company(&mut self.rng, &self.names, self.wanted));
            row.cells[COMPANY] = if self.rng.chance(0.25) { firm.short.clone() } else { firm.name.clone() };
        }
        row
    }

    fn write_name(&mut self, row: &mut Row, who: &Person, source: Source, care: Care, cells: Cells) {
        let mut first = if cells & 1 << FIRST == 0 { String::new() } else { self.said_first(row, who, source, care) };
        let mut last = if cells & 1 << LAST == 0 { String::new() } else { self.said_last(row, who, source, care) };
        let copy = care == Care::Copy;
        let event = source == Source::Event;
        let rng = &mut self.rng;
        if rng.chance(if copy { 0.35 } else { 0.06 }) {
            let written_out = who.tongue == GERMAN && rng.chance(0.6);
            (first, last) = (plain(&first, written_out), plain(&last, written_out));
        }
        if rng.chance(if !copy { 0.005 } else { 0.03 + 0.05 * f64::from(u8::from(event)) }) {
            (first, last) = (last, first);
        }
        let loud = if event { 0.3 } else { 0.05 };
        match rng.unit() {
            throw if throw < if copy { loud } else { 0.02 } => {
                (first, last) = (first.to_uppercase(), last.to_uppercase());
            }
            throw if throw > if copy { 0.9 } else { 0.96 } => {
                (first, last) = (first.to_lowercase(), last.to_lowercase())
            }
            _ => {}
        }
        if rng.chance(0.015) {
            first.push(' ');
        }
        (row.cells[FIRST], row.cells[LAST]) = (first, last);
    }

    /// The given name as this source takes it down.
    fn said_first(&mut self, row: &mut Row, who: &Person, source: Source, care: Care) -> String {
        let full = &who.given.text;
        row.said.given = who.given.id + 1;
        let heard = if source == Source::Desk { 14 } else { 2 };
        let way = match care {
            Care::Copy if source == Source::Event => self.rng.weighted(&[50, 16, 14, 8, heard, 6, 6]),
            Care::Copy => self.rng.weighted(&[60, 18, 4, 8, heard, 2, 6]),
            Care::First => self.rng.weighted(&[890, 70, 5, 8, heard, 8, 4]),
            Care::Gentle => 0,
        };
        let made = match way {
            1 => self.names.short(&mut self.rng, full).map(str::to_owned),
            2 => full
                .chars()
                .next()
                .map(|initial| if self.rng.chance(0.7) { format!("{initial}.") } else { initial.into() }),
            3 => hand(&mut self.rng, full),
            4 => ear(&mut self.rng, full),
            5 => Some(format!("{full} {}.", char::from(b"ABCDEFGHJKLMPRSTW"[self.rng.below(17)]))),
            6 => full.split_once([' ', '-']).map(|(head, _)| head.to_owned()),
            _ => None,
        };
        let made = made.unwrap_or_else(|| full.clone());
        if matches!(way, 3 | 4) {
            row.said.slips += edits(full, &made) as u8;
        }
        made
    }

    /// The surname as this source takes it down, with Jr or Sr where two share one name.
    fn said_last(&mut self, row: &mut Row, who: &Person, source: Source, care: Care) -> String {
        row.said.family = stable(&[&who.family]);
        row.said.suffix = who.suffix;
        let heard = if source == Source::Desk { 16 } else { 2 };
        let made = match care {
            Care::Gentle => None,
            Care::First if !self.rng.chance(0.012) => None,
            _ => match self.rng.weighted(&[80, 9, heard]) {
                1 => hand(&mut self.rng, &who.family),
                2 => ear(&mut self.rng, &who.family),
                _ => None,
            },
        };
        if let Some(made) = &made {
            row.said.slips += edits(&who.family, made) as u8;
        }
        let suffix = match (who.suffix, who.tongue) {
            (0, _) => "",
            (1, ENGLISH) => *self.rng.pick(&[" Jr.", " Jr", ", Jr."]),
            (_, ENGLISH) => *self.rng.pick(&[" Sr.", " Sr", ", Sr."]),
            (1, _) => " jun.",
            _ => " sen.",
        };
        made.unwrap_or_else(|| who.family.clone()) + suffix
    }

    /// A number with one digit wrong or two changed round, as it happens when somebody dictates it.
    fn misheard(&mut self, number: u64) -> u64 {
        let mut digits = number.to_string().into_bytes();
        let end = digits.len();
        let at = end - 1 - self.rng.below(3);
        if self.rng.chance(0.5) && digits[at] != digits[at - 1] && at > end - 3 {
            digits.swap(at, at - 1);
        } else {
            digits[at] = b'0' + (digits[at] - b'0' + self.rng.between(1, 9) as u8) % 10;
        }
        digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
    }

    fn written_day(&mut self, day: u32, care: Care) -> u32 {
        let (year, month, date) = (day / 10_000, day / 100 % 100, day % 100);
        match self.rng.below(100) {
            _ if care != Care::Copy => day,
            0..=2 if date <= 12 && date != month => year * 10_000 + date * 100 + month,
            3 => (year - year % 10 + self.rng.between(0, 9) as u32) * 10_000 + month * 100 + date,
            4 if date < 20 => year * 10_000 + month * 100 + date + 10 - date / 11,
            5 => day / 100 * 100 + 1,
            _ => day,
        }
    }

    fn written_street(&mut self, street: &str, care: Care) -> String {
        let ways = [
            ("straße", ["str.", "strasse", "str"]),
            (" Street", [" St", " St.", " Str"]),
            (" Avenue", [" Ave", " Ave.", " Av"]),
            (" Road", [" Rd", " Rd.", " Road"]),
            (" Drive", [" Dr", " Dr.", " Drv"]),
            (" Lane", [" Ln", " Ln.", " La"]),
            (" Boulevard", [" Blvd", " Blvd.", " Bd"]),
            (" Apt ", [" #", ", Apt ", " Apartment "]),
        ];
        let mut text = street.to_owned();
        if self.rng.chance(if care == Care::Copy { 0.35 } else { 0.15 }) {
            for (from, to) in ways {
                text = text.replace(from, to[self.rng.below(3)]);
            }
        }
        if self.rng.chance(if care == Care::Copy { 0.04 } else { 0.005 }) {
            text = hand(&mut self.rng, &text).unwrap_or(text);
        }
        text
    }

    fn written_postcode(&mut self, postcode: &str, source: Source) -> String {
        // Event lists pass through a spreadsheet, which takes a postcode for a number.
        let spreadsheet = source == Source::Event && self.rng.chance(0.5);
        match postcode.strip_prefix('0') {
            Some(rest) if spreadsheet => rest.to_owned(),
            _ if self.rng.chance(0.12) => postcode.replace(' ', ""),
            _ => postcode.to_owned(),
        }
    }

    fn written_city(&mut self, city: &str, source: Source, care: Care) -> String {
        let other = match city {
            "München" => "Munich",
            "Köln" => "Cologne",
            "Nürnberg" => "Nuremberg",
            "Hannover" => "Hanover",
            "New York" => "NYC",
            "Los Angeles" => "LA",
            "San Francisco" => "SF",
            "St. Louis" => "Saint Louis",
            "Frankfurt am Main" => "Frankfurt",
            "Freiburg im Breisgau" => "Freiburg",
            "Halle (Saale)" => "Halle",
            "Newcastle upon Tyne" => "Newcastle",
            _ => city,
        };
        let copy = care == Care::Copy;
        let mut text = if self.rng.chance(if copy { 0.2 } else { 0.08 }) { other } else { city }.to_owned();
        if self.rng.chance(if copy { 0.3 } else { 0.1 }) {
            text = plain(&text, self.rng.chance(0.6));
        }
        if copy && self.rng.chance(0.02) {
            text = hand(&mut self.rng, &text).unwrap_or(text);
        }
        if source == Source::Event && self.rng.chance(0.2) { text.to_uppercase() } else { text }
    }
}

//! Second noise model: one entry. A draft (what somebody wants to enter) comes in; the cells as they end up in the
//! file go out, with a shadow of what they still say, by which agreement is labelled.

use super::mail::FRESH_TRIES;
use super::slips::{Source, digit_slip, edits, fold, slip};
use super::spell::{birth_text, name_text, phone_text, place_texts};
use super::world::{Day, Home, Person, World};

/// The fields of an entry; also the index into a row of `FILL`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Mail,
    First,
    Last,
    Phone,
    Birth,
    Code,
    Town,
    Street,
    Firm,
}

/// How often a source fills a field, in the order of `Field`.
const FILL: [(Source, f64, [f64; 9]); 5] = [
    (Source::Web, 0.30, [0.99, 0.79, 0.74, 0.11, 0.20, 0.13, 0.24, 0.03, 0.05]),
    (Source::Guest, 0.34, [0.98, 0.97, 0.96, 0.69, 0.18, 0.86, 0.88, 0.58, 0.12]),
    (Source::Agent, 0.17, [0.75, 0.96, 0.97, 0.92, 0.46, 0.56, 0.60, 0.22, 0.15]),
    (Source::Import, 0.12, [0.88, 0.90, 0.90, 0.58, 0.42, 0.55, 0.60, 0.20, 0.28]),
    (Source::Scan, 0.07, [0.72, 0.95, 0.96, 0.58, 0.50, 0.66, 0.72, 0.48, 0.05]),
];

/// A first name as it is said, and what is meant by it.
#[derive(Clone)]
pub(super) struct Spoken {
    pub(super) text: String,
    formal: String,
    initial: bool,
}

/// What somebody wants to enter, before hand and machine get at it.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) person: u32,
    pub(super) female: bool,
    pub(super) first: Option<Spoken>,
    pub(super) last: Option<String>,
    pub(super) middle: Option<char>,
    pub(super) suffix: &'static str,
    pub(super) mail: Option<String>,
    pub(super) phone: Option<u64>,
    pub(super) birth: Option<Day>,
    pub(super) code: Option<usize>,
    pub(super) town: Option<usize>,
    pub(super) street: Option<String>,
    pub(super) firm: Option<usize>,
    /// A stand-in instead of a value: mail, phone, birth.
    pub(super) stand_in: [Option<&'static str>; 3],
}

/// What an entry still says of its person.
struct Said {
    first: Option<(String, String, String, bool)>,
    last: Option<String>,
    phone: Option<u64>,
    birth: Option<Day>,
}

/// The cells behind the id: name, mail, phone, birth, code, town, firm, street.
pub(super) struct Entry {
    pub(super) person: u32,
    pub(super) cells: [String; 8],
    said: Said,
}

impl Draft {
    /// Everything that is true of the person.
    pub(super) fn of(person: &Person) -> Self {
        let Home { code, street } = person.home.clone();
        Self {
            person: person.id,
            female: person.female,
            first: Some(Spoken { text: person.first.clone(), formal: fold(&person.first), initial: false }),
            last: Some(person.last.clone()),
            middle: person.middle,
            suffix: "",
            mail: Some(person.mail.clone()),
            phone: Some(person.phone),
            birth: Some(person.birth),
            code: Some(code),
            town: Some(code),
            street: Some(street),
            firm: Some(person.firm),
            stand_in: [None; 3],
        }
    }

    /// Leaves out what this source leaves out; `gap` below 1 leaves out more, `keep` stays whatever comes.
    pub(super) fn thin(&mut self, world: &mut World, source: Source, gap: f64, keep: &[Field]) {
        let fill = FILL.iter().find(|row| row.0 == source).map_or([1.0; 9], |row| row.2);
        // A form asks for the whole name or for none, so that both halves mostly share their luck.
        let (luck, shared) = (world.rng.unit(), world.rng.chance(0.7));
        let mut lost = |field: Field| {
            let rate = fill[field as usize];
            // Names are what a second entry leaves out last.
            let rate = if matches!(field, Field::First | Field::Last) { rate * gap.sqrt() } else { rate * gap };
            let own = world.rng.unit();
            let draw = if shared && matches!(field, Field::First | Field::Last) { luck } else { own };
            draw >= rate && !keep.contains(&field)
        };
        let bare = lost(Field::Mail);
        let [first, last] = [Field::First, Field::Last].map(&mut lost);
        // Who gives no address is known by name, and by a number or a place.
        self.mail = self.mail.take().filter(|_| !bare);
        self.first = self.first.take().filter(|_| bare || !first);
        self.last = self.last.take().filter(|_| bare || !last);
        self.birth = self.birth.take().filter(|_| !lost(Field::Birth));
        let code = !lost(Field::Code);
        self.code = self.code.take().filter(|_| code);
        self.phone = self.phone.take().filter(|_| !lost(Field::Phone) || (bare && !code));
        self.town = self.town.take().filter(|_| !lost(Field::Town));
        self.street = self.street.take().filter(|_| !lost(Field::Street));
        self.firm = self.firm.take().filter(|_| !lost(Field::Firm));
    }

    /// The first name in a short form: what friends say, one of two names, or the letter alone.
    pub(super) fn shorten(&mut self, world: &mut World, tongue: usize, level: f64) {
        let Some(spoken) = self.first.as_mut() else { return };
        let shorts = world.short_of(tongue, &spoken.text).to_vec();
        if !shorts.is_empty() && world.rng.chance(0.26 * level) {
            spoken.text = (*world.rng.pick(&shorts)).to_owned();
        } else if spoken.text.contains([' ', '-']) && world.rng.chance(0.5 * level) {
            spoken.text = halved(world, &spoken.text);
        } else if world.rng.chance(0.06 * level) {
            let letter: String = spoken.text.chars().take(1).collect();
            spoken.text = if world.rng.chance(0.6) { format!("{letter}.") } else { letter };
            spoken.initial = true;
        }
    }
}

/// A double first name as it shrinks.
fn halved(world: &mut World, name: &str) -> String {
    match world.rng.below(6) {
        0..=2 => name.split([' ', '-']).next().unwrap_or(name).to_owned(),
        3 => name.replace([' ', '-'], ""),
        4 if name.contains('-') => name.replace('-', " "),
        _ => name.rsplit([' ', '-']).next().unwrap_or(name).to_owned(),
    }
}

/// A source by its share.
pub(super) fn any_source(world: &mut World) -> Source {
    let mut left = world.rng.unit();
    for (source, share, _) in FILL {
        left -= share;
        if left < 0.0 {
            return source;
        }
    }
    Source::Guest
}

/// Writes the draft down; `level` 0 changes the writing only, 1 is the haste of a second entry.
pub(super) fn put_down(world: &mut World, draft: Draft, source: Source, level: f64) -> Entry {
    let mut first = draft.first.as_ref().map(|spoken| spoken.text.clone());
    let mut last = draft.last.clone();
    let meant = first.as_deref().map(fold);
    let initial = draft.first.as_ref().is_some_and(|spoken| spoken.initial);
    if let Some(text) = first.as_mut()
        && !initial
        && world.rng.chance(0.09 * level)
    {
        *text = slip(&mut world.rng, text, source);
    }
    if let Some(text) = last.as_mut() {
        if world.rng.chance(0.13 * level) {
            *text = slip(&mut world.rng, text, source);
        }
        if source == Source::Import && world.rng.chance(0.06 * level) {
            *text = text.chars().take(9).collect();
        }
    }
    let formal = draft.first.as_ref().map(|spoken| spoken.formal.clone());
    let said_first =
        first.as_deref().zip(meant).zip(formal).map(|((text, meant), formal)| (fold(text), meant, formal, initial));
    let mut phone = draft.phone;
    if let Some(number) = phone
        && world.rng.chance(0.06 * level)
    {
        phone = misdialled(world, number);
    }
    let mut birth = draft.birth;
    if let Some(day) = birth
        && world.rng.chance(0.09 * level)
    {
        birth = Some(misread(world, day));
    }
    let said = Said { first: said_first, last: last.as_deref().map(fold), phone, birth };
    let [code, town, firm, street] = place_texts(world, &draft, source, level);
    let name = name_text(world, &draft, first.as_deref(), last.as_deref(), source);
    let stand = |index: usize, text: String| draft.stand_in[index].map_or(text, str::to_owned);
    let mail = stand(0, draft.mail.clone().unwrap_or_default());
    let phone = stand(1, phone.map_or_else(String::new, |number| phone_text(world, number, source)));
    let birth = stand(2, birth.map_or_else(String::new, birth_text));
    let said = Said {
        phone: said.phone.filter(|_| draft.stand_in[1].is_none()),
        birth: said.birth.filter(|_| draft.stand_in[2].is_none()),
        ..said
    };
    Entry { person: draft.person, cells: [name, mail, phone, birth, code, town, firm, street], said }
}

/// A number with a slip, still one that nobody can have: the reserved exchange stays, or the length is wrong.
fn misdialled(world: &mut World, number: u64) -> Option<u64> {
    let whole = number.to_string();
    for _ in 0..FRESH_TRIES {
        let text = digit_slip(&mut world.rng, &whole);
        let british = whole.starts_with("44");
        let harmless = if text.len() != whole.len() {
            british || !text[1..].starts_with(['0', '1'])
        } else if british {
            text.starts_with("447700900")
        } else {
            text[4..].starts_with("555") && !text[1..].starts_with(['0', '1'])
        };
        if harmless {
            return text.parse().ok();
        }
    }
    Some(number)
}

/// A day of birth with its parts swapped or a digit beside the right one.
fn misread(world: &mut World, day: Day) -> Day {
    if day.day <= 12 && day.day != day.month && world.rng.chance(0.5) {
        return Day { month: day.day, day: day.month, ..day };
    }
    match world.rng.below(4) {
        0 => Day { year: day.year + 1, ..day },
        1 => Day { year: day.year - 10, ..day },
        2 if day.day > 10 => Day { day: day.day - 10, ..day },
        _ => Day { day: if day.day < 28 { day.day + 1 } else { day.day - 1 }, ..day },
    }
}

/// Whether first and last name both say the same, with at most one slip over the two.
fn names_agree(a: &Said, b: &Said) -> bool {
    let (Some(x), Some(y), Some(left), Some(right)) = (&a.first, &b.first, &a.last, &b.last) else {
        return false;
    };
    let same_letter = x.0.chars().next() == y.0.chars().next();
    let first = if x.3 || y.3 {
        // A nickname may begin otherwise than the name that the letter stands for.
        if same_letter || x.2.chars().next() == y.0.chars().next() && x.2 == y.2 { 0 } else { 3 }
    } else {
        let plain = edits(&x.0, &y.0);
        if x.2 == y.2 { plain.min(edits(&x.0, &x.1) + edits(&y.0, &y.1) + half(x, y)) } else { plain }
    };
    first + edits(left, right) <= 1
}

/// One half of a double name is neither a nickname nor a slip.
fn half(x: &(String, String, String, bool), y: &(String, String, String, bool)) -> usize {
    let cut = |name: &(String, String, String, bool)| {
        name.2.split(' ').count() > 1 && name.1 != name.2 && name.2.split(' ').any(|part| part == name.1)
    };
    if cut(x) != cut(y) { 3 } else { 0 }
}

/// The fields that agree between two entries; a stand-in or a gap agrees with nothing.
pub(super) fn agrees(a: &Entry, b: &Entry) -> Vec<&'static str> {
    let alike = |cell: usize| {
        let (x, y) = (a.cells[cell].trim(), b.cells[cell].trim());
        !x.is_empty() && (x == y || x.to_lowercase() == y.to_lowercase())
    };
    let mut fields = Vec::new();
    let mut note = |name, holds| {
        if holds {
            fields.push(name);
        }
    };
    note("name", names_agree(&a.said, &b.said));
    note("phone", a.said.phone.is_some() && a.said.phone == b.said.phone);
    note("birth", a.said.birth.is_some() && a.said.birth == b.said.birth);
    note("postcode", alike(4));
    note("street", alike(7));
    note("city", alike(5));
    note("company", alike(6));
    fields
}

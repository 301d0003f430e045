//! Second noise model: how a value is written. Values come in, the text of a cell goes out; the meaning stays, but for
//! the slips that the level of haste allows in places, streets and firms.

use super::entry::Draft;
use super::places::ABROAD;
use super::slips::{Source, digit_slip, finger, slip, stripped, written_out};
use super::world::{Day, World};

/// Days stand the same way in the whole column.
pub(super) fn birth_text(day: Day) -> String {
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}

/// A number in one of the ways of its source.
pub(super) fn phone_text(world: &mut World, number: u64, source: Source) -> String {
    let digits = number.to_string();
    if let Some(rest) = digits.strip_prefix("447700")
        && rest.len() == 6
    {
        return match world.rng.below(6) {
            0 => format!("+44 7700 {rest}"),
            1 => format!("07700 {rest}"),
            2 => format!("07700{rest}"),
            3 => format!("0044 7700 {rest}"),
            4 => format!("+44 (0)7700 {rest}"),
            _ => format!("+447700{rest}"),
        };
    }
    let Some(rest) = digits.strip_prefix('1').filter(|rest| rest.len() == 10) else {
        // A lost or doubled digit leaves nothing to group.
        return digits.strip_prefix('1').unwrap_or(&digits).to_owned();
    };
    let (area, exchange, line) = (&rest[..3], &rest[3..6], &rest[6..]);
    let style = match source {
        Source::Web => world.rng.below(5),
        Source::Guest => world.rng.below(8),
        Source::Agent => 2 + world.rng.below(7),
        Source::Import => *world.rng.pick(&[0, 1, 9, 9, 10, 11, 0]),
        Source::Scan => 4 + world.rng.below(5),
    };
    match style {
        0 => format!("+1{rest}"),
        1 => rest.to_owned(),
        2 => format!("({area}) {exchange}-{line}"),
        3 => format!("{area}-{exchange}-{line}"),
        4 => format!("{area} {exchange} {line}"),
        5 => format!("+1 {area} {exchange} {line}"),
        6 => format!("{area}.{exchange}.{line}"),
        7 => format!("+1 ({area}) {exchange}-{line}"),
        8 => format!("1-{area}-{exchange}-{line}"),
        9 => format!("1{rest}"),
        10 => format!("001{rest}"),
        _ => format!("{area}/{exchange}{line}"),
    }
}

/// Marks kept, dropped or written out, by the habits of the source.
fn accents(world: &mut World, text: String, source: Source) -> String {
    if text.is_ascii() {
        return text;
    }
    let (drop, write) = match source {
        Source::Web => (0.15, 0.04),
        Source::Guest => (0.35, 0.08),
        Source::Agent => (0.45, 0.1),
        Source::Import => (0.3, 0.25),
        Source::Scan => (0.25, 0.0),
    };
    let draw = world.rng.unit();
    if draw < drop {
        stripped(&text)
    } else if draw < drop + write {
        written_out(&text)
    } else {
        text
    }
}

/// The one column that holds the whole name.
pub(super) fn name_text(
    world: &mut World,
    draft: &Draft,
    first: Option<&str>,
    last: Option<&str>,
    source: Source,
) -> String {
    let (first, last) = match (first, last) {
        (Some(first), Some(last)) => (first, last),
        (one, other) => {
            let text = one.or(other).unwrap_or_default().to_owned();
            return accents(world, text, source);
        }
    };
    let first = match draft.middle {
        Some(middle) if world.rng.chance(0.4) => format!("{first} {middle}."),
        Some(middle) if world.rng.chance(0.1) => format!("{first} {middle}"),
        _ => first.to_owned(),
    };
    let last = if draft.suffix.is_empty() { last.to_owned() } else { format!("{last} {}", draft.suffix) };
    // Percent of: Last, First; Last First; capitals; LAST, First; lower case; with a title.
    let [comma, turned, caps, loud, small, title] = match source {
        Source::Web => [1, 2, 2, 0, 6, 1],
        Source::Guest => [1, 4, 4, 0, 9, 0],
        Source::Agent => [20, 2, 8, 6, 0, 10],
        Source::Import => [20, 9, 15, 4, 2, 3],
        Source::Scan => [14, 4, 22, 6, 0, 3],
    };
    let mut left = world.rng.below(100);
    let mut hit = |share: usize| {
        let here = left < share;
        left = left.wrapping_sub(share);
        here
    };
    let text = if hit(comma) {
        if world.rng.chance(0.1) { format!("{last},{first}") } else { format!("{last}, {first}") }
    } else if hit(turned) && draft.suffix.is_empty() {
        format!("{last} {first}")
    } else if hit(caps) {
        format!("{first} {last}").to_uppercase()
    } else if hit(loud) {
        format!("{}, {first}", last.to_uppercase())
    } else if hit(small) {
        // Turkish İ would leave a combining dot behind.
        format!("{first} {last}").replace('İ', "i").to_lowercase()
    } else if hit(title) {
        let titles: &[&str] =
            if draft.female { &["Dr.", "Mrs.", "Ms.", "Mme", "Dra."] } else { &["Dr.", "Mr.", "Prof.", "Mr"] };
        format!("{} {first} {last}", *world.rng.pick(titles))
    } else {
        format!("{first} {last}")
    };
    let text = accents(world, text, source);
    match (draft.firm, source) {
        (Some(firm), Source::Import) if world.rng.chance(0.04) => format!("{text} ({})", world.firm_name(firm)),
        _ if world.rng.chance(0.012) => text.replacen(' ', "  ", 1),
        _ if world.rng.chance(0.008) => format!("{text} "),
        _ => text,
    }
}

/// Code, town, firm and street of a draft.
pub(super) fn place_texts(world: &mut World, draft: &Draft, source: Source, level: f64) -> [String; 4] {
    let code = draft.code.map(|code| world.code(code).to_owned());
    let code = code.map_or_else(String::new, |code| code_text(world, code, source, level));
    let town = draft.town.map(|code| world.town(code).to_owned());
    let town = town.map_or_else(String::new, |town| town_text(world, town, source, level));
    let firm = draft.firm.map(|firm| world.firm_name(firm));
    let firm = firm.map_or_else(String::new, |firm| firm_text(world, firm, source, level));
    let street = draft.street.clone().map_or_else(String::new, |street| street_text(world, street, source, level));
    if !code.is_empty() && !town.is_empty() && world.rng.chance(0.03 * level) {
        return match source {
            Source::Import => [code.clone(), format!("{code} {town}"), firm, street],
            Source::Scan if !street.is_empty() => [code, town.clone(), firm, format!("{street}, {town}")],
            _ => [code, town, firm, street],
        };
    }
    [code, town, firm, street]
}

fn code_text(world: &mut World, code: String, source: Source, level: f64) -> String {
    if source == Source::Import
        && let Some(rest) = code.strip_prefix('0')
        && world.rng.chance(0.5)
    {
        return rest.to_owned();
    }
    if world.rng.chance(0.05 * level) {
        return digit_slip(&mut world.rng, &code);
    }
    if code.contains([' ', '-']) && world.rng.chance(0.25 * level) {
        return code.replace([' ', '-'], "");
    }
    if code.len() == 5 && world.rng.chance(0.015 * level) {
        return format!("{code}-{:04}", 1000 + world.rng.below(8999));
    }
    if world.rng.chance(0.05 * level) { code.to_lowercase() } else { code }
}

fn town_text(world: &mut World, town: String, source: Source, level: f64) -> String {
    let abroad = ABROAD.iter().find(|(home, _)| *home == town);
    if let Some((_, name)) = abroad
        && world.rng.chance(0.15 * level)
    {
        return (*name).to_owned();
    }
    let town = if world.rng.chance(0.07 * level) { slip(&mut world.rng, &town, source) } else { town };
    let town = accents(world, town, source);
    match world.rng.below(40) {
        0 | 1 => town.to_uppercase(),
        2 => town.to_lowercase(),
        3 if world.rng.chance(level) => format!("{town} {}", world.rng.pick(&["Centro", "(North)", "2", "East"])),
        _ => town,
    }
}

const STREET_WORDS: [(&str, &str); 22] = [
    (" Street", " St"),
    (" Street", " St."),
    (" Avenue", " Ave"),
    (" Road", " Rd"),
    (" Lane", " Ln"),
    (" Drive", " Dr."),
    (" Boulevard", " Blvd"),
    (" Court", " Ct"),
    ("Calle ", "C/ "),
    ("Calle ", "C. "),
    ("Avenida ", "Avda. "),
    ("Plaza ", "Pza. "),
    ("rue ", "r. "),
    ("avenue ", "av. "),
    ("boulevard ", "bd "),
    ("ul. ", ""),
    ("ul. ", "ulica "),
    (" Caddesi", " Cad."),
    (" Sokak", " Sk."),
    (" No: ", " "),
    ("gatan", "g."),
    ("vägen", "v."),
];

fn street_text(world: &mut World, street: String, source: Source, level: f64) -> String {
    let fits: Vec<(&str, &str)> = STREET_WORDS.into_iter().filter(|(long, _)| street.contains(long)).collect();
    let street = if !fits.is_empty() && world.rng.chance(0.1 + 0.3 * level) {
        let (long, short) = *world.rng.pick(&fits);
        street.replacen(long, short, 1)
    } else {
        street
    };
    let street = if world.rng.chance(0.08 * level) { slip(&mut world.rng, &street, source) } else { street };
    let street = accents(world, street, source);
    match world.rng.below(30) {
        0 => street.to_uppercase(),
        1 => street.to_lowercase(),
        2 if world.rng.chance(level) => {
            let flat = 1 + world.rng.below(40);
            format!("{street}{}{flat}", world.rng.pick(&[", Apt ", " #", " - ", ", ap. "]))
        }
        3 if source == Source::Import && world.rng.chance(level) => street.chars().take(14).collect(),
        _ => street,
    }
}

fn firm_text(world: &mut World, firm: String, source: Source, level: f64) -> String {
    let draw = world.rng.unit();
    if draw < 0.3 * level {
        for form in [" Ltd", " Inc.", " LLC", " S.L.", " SARL", " Sp. z o.o.", " A.Ş.", " AB", " S.A.", " & Co."] {
            if let Some(bare) = firm.strip_suffix(form) {
                return bare.to_owned();
            }
        }
    }
    if draw > 1.0 - 0.05 * level {
        return finger(&mut world.rng, &firm);
    }
    if draw > 0.9 - 0.05 * level {
        return if source == Source::Guest { firm.to_lowercase() } else { firm.to_uppercase() };
    }
    accents(world, firm, source)
}

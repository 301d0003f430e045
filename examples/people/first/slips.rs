//! How the first noise model disturbs a text: slips of the hand (neighbouring keys, doubled, dropped and swapped
//! letters), slips of the ear (a name written as it sounds on the telephone), and other notations of phones. Pure
//! functions.

use super::super::Rng;
use super::names::GERMAN;

/// Keys beside each other on the keyboards of both countries, letters only.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Spellings that sound alike, in both directions.
const SOUNDS: &[(&str, &str)] = &[
    ("ei", "ai"),
    ("ey", "ei"),
    ("ay", "ai"),
    ("ph", "f"),
    ("ff", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("dt", "tt"),
    ("tz", "z"),
    ("ss", "s"),
    ("ß", "ss"),
    ("ll", "l"),
    ("mm", "m"),
    ("nn", "n"),
    ("tt", "t"),
    ("rr", "r"),
    ("ie", "y"),
    ("ea", "ee"),
    ("ou", "oo"),
    ("oh", "o"),
    ("ah", "a"),
    ("eh", "e"),
    ("ae", "e"),
    ("ks", "x"),
    ("kn", "n"),
    ("wr", "r"),
    ("ä", "e"),
    ("v", "f"),
    ("c", "k"),
    ("tion", "zion"),
    ("ow", "au"),
    ("son", "sen"),
];

/// One slip of the hand in the letters of a word; the first letter is hardly ever hit. None if nothing can slip.
pub(super) fn hand(rng: &mut Rng, word: &str) -> Option<String> {
    let mut chars: Vec<char> = word.chars().collect();
    let spots: Vec<usize> = (1..chars.len()).filter(|&i| chars[i].is_alphabetic()).collect();
    if spots.len() < 2 {
        return None;
    }
    for _ in 0..8 {
        let at = *rng.pick(&spots);
        match rng.weighted(&[28, 14, 26, 24, 8]) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at].to_lowercase().next().unwrap_or('e')),
            2 if at > 1 && chars[at - 1].is_alphabetic() && chars[at - 1] != chars[at] => chars.swap(at - 1, at),
            3 => match neighbour(rng, chars[at]) {
                Some(key) => chars[at] = key,
                None => continue,
            },
            4 => match neighbour(rng, chars[at]) {
                Some(key) => chars.insert(at, key),
                None => continue,
            },
            _ => continue,
        }
        return Some(chars.into_iter().collect());
    }
    None
}

fn neighbour(rng: &mut Rng, letter: char) -> Option<char> {
    let lower = letter.to_ascii_lowercase();
    let (row, at) = KEYS.iter().enumerate().find_map(|(row, keys)| keys.find(lower).map(|at| (row, at)))?;
    // On the other keyboard y and z change places, the slip of everybody who works on both.
    if matches!(lower, 'y' | 'z') && rng.chance(0.6) {
        return Some(if lower == 'y' { 'z' } else { 'y' });
    }
    let mut near = Vec::new();
    for (r, a) in [(row, at.wrapping_sub(1)), (row, at + 1), (row.wrapping_sub(1), at), (row + 1, at)] {
        near.extend(KEYS.get(r).and_then(|keys| keys.chars().nth(a)));
    }
    let key = *rng.pick(&near);
    Some(if letter.is_uppercase() { key.to_ascii_uppercase() } else { key })
}

/// The word as somebody writes it who only heard it. None if it has but one spelling.
pub(super) fn ear(rng: &mut Rng, word: &str) -> Option<String> {
    let mut heard = Vec::new();
    for &(one, other) in SOUNDS {
        for (from, to) in [(one, other), (other, one)] {
            // A single letter stands for a longer spelling too often to be doubled everywhere.
            if from.len() == 1 && to.len() > 1 && !rng.chance(0.15) {
                continue;
            }
            heard.extend(word.match_indices(from).filter(|(at, _)| *at > 0).map(|(at, _)| (at, from, to)));
        }
    }
    if heard.is_empty() {
        return None;
    }
    let &(at, from, to) = rng.pick(&heard);
    Some(format!("{}{to}{}", &word[..at], &word[at + from.len()..]))
}

/// Letters without marks. `written_out` is the German way (ü as ue), otherwise the mark is dropped.
pub(super) fn plain(text: &str, written_out: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        let base = match lower {
            'ä' if written_out => "ae",
            'ö' if written_out => "oe",
            'ü' if written_out => "ue",
            'á' | 'à' | 'â' | 'ä' | 'ą' | 'ã' => "a",
            'é' | 'è' | 'ê' | 'ë' | 'ę' => "e",
            'í' | 'ì' | 'î' | 'ï' | 'ı' => "i",
            'ó' | 'ò' | 'ô' | 'ö' => "o",
            'ú' | 'ù' | 'û' | 'ü' => "u",
            'ß' => "ss",
            'ł' => "l",
            'ñ' | 'ń' => "n",
            'ç' | 'ć' => "c",
            'ş' | 'ś' => "s",
            'ğ' => "g",
            'ż' | 'ź' => "z",
            _ => {
                out.push(letter);
                continue;
            }
        };
        if letter.is_uppercase() {
            let (head, tail) = base.split_at(1);
            out.push_str(&head.to_uppercase());
            out.push_str(tail);
        } else {
            out.push_str(base);
        }
    }
    out
}

/// A name as the local part of an address would hold it: small plain letters and nothing else.
pub(super) fn folded(text: &str, tongue: usize) -> String {
    plain(text, tongue == GERMAN).to_lowercase().chars().filter(char::is_ascii_alphabetic).collect()
}

/// Edits between two texts: insert, delete, substitute, swap of neighbours. Stops counting at three.
pub(super) fn edits(left: &str, right: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[1][j] + 1).min(rows[2][j - 1] + 1).min(rows[1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()].min(3)
}

/// A phone of the clean form 12125550123 or 447700900123 in one of the notations people use; the first is E.164.
pub(super) fn phone(rng: &mut Rng, number: u64, weights: &[u32; 9]) -> String {
    let digits = number.to_string();
    let style = rng.weighted(weights);
    if let Some(rest) = digits.strip_prefix("44") {
        let (head, tail) = rest.split_at(4);
        let (mid, end) = tail.split_at(3);
        return match style {
            0 | 1 => format!("+44{rest}"),
            2 | 3 => format!("0{head} {tail}"),
            4 => format!("+44 {head} {mid} {end}"),
            5 => format!("0044 {head} {tail}"),
            6 => format!("+44 (0){head} {tail}"),
            _ => format!("0{rest}"),
        };
    }
    let (area, exchange, line) = (&digits[1..4], &digits[4..7], &digits[7..]);
    match style {
        0 => format!("+{digits}"),
        1 => format!("+1 ({area}) {exchange}-{line}"),
        2 => format!("({area}) {exchange}-{line}"),
        3 => format!("{area}-{exchange}-{line}"),
        4 => format!("{area}.{exchange}.{line}"),
        5 => format!("001 {area} {exchange} {line}"),
        6 => format!("1-{area}-{exchange}-{line}"),
        7 => format!("{area} {exchange} {} {}", &line[..2], &line[2..]),
        _ => digits[1..].to_owned(),
    }
}

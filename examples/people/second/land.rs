//! Second noise model: the land. Towns with their codes and the names of firms, out of the raw words of `places`;
//! beside them the skewed draw by rank and the form of a surname that the world needs.

use std::collections::HashSet;

use super::super::Rng;
use super::places::{COUNTRIES, FIRM_TRADES};
use super::slips::fold;

/// A town and the country whose writing it follows.
pub(super) struct Town {
    pub(super) name: String,
    pub(super) country: usize,
}

/// The items of a raw list.
pub(super) fn words(list: &'static str) -> Vec<&'static str> {
    list.split(',').collect()
}

/// Rank below `n`, about as frequent as 1 / (rank + `flat`).
pub(super) fn ranked(rng: &mut Rng, n: usize, flat: f64) -> usize {
    let rank = flat * (((n as f64 + flat) / flat).powf(rng.unit()) - 1.0);
    (rank as usize).min(n.saturating_sub(1))
}

/// One number for what was given away; the parts stay apart.
pub(super) fn hashed(parts: &[&str]) -> u64 {
    let mut sum = 0xCBF2_9CE4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0x1F]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    sum
}

/// The form of a Polish surname that a woman bears.
pub(super) fn feminine(name: &str) -> String {
    for (man, woman) in [("ski", "ska"), ("cki", "cka"), ("dzki", "dzka")] {
        if let Some(stem) = name.strip_suffix(man) {
            return format!("{stem}{woman}");
        }
    }
    name.to_owned()
}

/// What a firm is called and what it trades in; no two firms share both.
pub(super) fn firm_parts(words: &[Vec<&'static str>; 2], firm: usize) -> (String, String) {
    let [heads, tails] = words;
    let pairs = heads.len() * tails.len();
    // A prime step spreads neighbours in rank over the words.
    let at = (firm * 1_709) % pairs;
    let layer = firm / pairs;
    let mut core = format!("{}{}", heads[at % heads.len()], tails[at / heads.len()]);
    if layer >= FIRM_TRADES.len() {
        core.push_str(&format!(" {}", layer / FIRM_TRADES.len() + 1));
    }
    (core, FIRM_TRADES[layer % FIRM_TRADES.len()].to_owned())
}

/// Towns and their codes; more of both in a larger world, and a code lies in one town only.
pub(super) fn settle(rng: &mut Rng, records: usize) -> (Vec<Town>, Vec<(String, usize)>) {
    let wanted = 60 + (4.0 * (records as f64).sqrt()) as usize;
    let (mut towns, mut codes): (Vec<Town>, Vec<(String, usize)>) = (Vec::new(), Vec::new());
    let (mut names, mut taken) = (HashSet::new(), HashSet::new());
    let mut made = [0_usize; COUNTRIES.len()];
    while towns.len() < wanted {
        let mut left = rng.unit();
        let country = COUNTRIES.iter().position(|country| {
            left -= country.share;
            left < 0.0
        });
        let country = country.unwrap_or(0);
        let name = town_name(rng, country, made[country]);
        made[country] += 1;
        if !names.insert(fold(&name)) {
            continue;
        }
        let town = towns.len();
        let size = 1 + wanted / 2 / (town + 8);
        let start = rng.below(100_000);
        codes.extend((0..size).filter_map(|step| {
            let code = spell_code(rng, COUNTRIES[country].code, start + step * 3);
            taken.insert(code.replace([' ', '-'], "")).then_some((code, town))
        }));
        towns.push(Town { name, country });
    }
    (towns, codes)
}

fn town_name(rng: &mut Rng, country: usize, made: usize) -> String {
    let land = &COUNTRIES[country];
    let known = words(land.towns);
    if let Some(name) = known.get(made) {
        return (*name).to_owned();
    }
    let (heads, tails) = (words(land.heads), words(land.tails));
    let (head, tail) = (*rng.pick(&heads), *rng.pick(&tails));
    let tail = if head.ends_with([' ', '-']) { capital(tail) } else { tail.to_owned() };
    // The composed names of one country run out in a large world; the second round takes a side of the sky.
    let side = if made > heads.len() * tails.len() { *rng.pick(&["North ", "South ", "East ", "West "]) } else { "" };
    format!("{side}{head}{tail}")
}

/// The word with a capital first letter.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |head| head.to_uppercase().chain(letters).collect())
}

fn spell_code(rng: &mut Rng, pattern: &str, number: usize) -> String {
    let digits = format!("{:05}", 1000 + number % 98_000);
    if pattern.starts_with('A') {
        let areas =
            ["LS", "SN", "LE", "CV", "NG", "PL", "DE", "NR", "EX", "YO", "BA", "RG", "PR", "LU", "IP", "DH", "LN"];
        let mut letter = || char::from(b"ABDEFGHJLNPQRSTUWXYZ"[rng.below(20)]);
        let (one, two) = (letter(), letter());
        return format!("{}{} {}{one}{two}", areas[number % areas.len()], 1 + number / 17 % 40, number % 9 + 1);
    }
    let mut digits = digits.chars();
    pattern.chars().map(|sign| if sign == '9' { digits.next().unwrap_or('0') } else { sign }).collect()
}

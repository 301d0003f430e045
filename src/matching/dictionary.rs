//! Distinct texts of a column, each normalised once, and the forms in which places and companies are compared.

use ahash::AHashMap;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use xxhash_rust::xxh3::xxh3_64;

use super::known::Known;
use super::lists::LISTS;
use super::names::fold;
use super::near::{self, Sign};

/// Distinct texts of a column with how often each stands.
#[derive(Debug, Default)]
pub struct Dictionary {
    /// The texts; 0 is the missing one.
    pub texts: Vec<Box<str>>,
    /// Records that hold each.
    pub counts: Vec<u32>,
    signs: Vec<Sign>,
    near: Known,
}

impl Dictionary {
    pub(super) fn read<'a>(
        rows: u32,
        cell: impl Fn(u32) -> &'a str + Sync,
        normal: impl Fn(&str) -> Option<String> + Sync,
    ) -> (Self, Vec<u32>) {
        let rows: Vec<u32> = (0..rows).collect();
        let hashes: Vec<u64> = rows.par_iter().map(|row| xxh3_64(cell(*row).as_bytes())).collect();
        let mut distinct: AHashMap<u64, u32> = AHashMap::new();
        let mut samples: Vec<u32> = Vec::new();
        let mut places = Vec::with_capacity(rows.len());
        for (hash, row) in hashes.iter().zip(&rows) {
            places.push(*distinct.entry(*hash).or_insert_with(|| {
                samples.push(*row);
                u32::try_from(samples.len() - 1).unwrap_or(u32::MAX)
            }));
        }
        drop((distinct, hashes));
        let normal: Vec<Option<String>> = samples.par_iter().map(|row| normal(cell(*row))).collect();
        let mut dictionary =
            Self { texts: vec![Box::from("")], counts: vec![0], signs: vec![Sign::default()], near: Known::default() };
        let mut by_text: AHashMap<Box<str>, u32> = AHashMap::new();
        let mut known = Vec::with_capacity(normal.len());
        for text in normal {
            known.push(text.map_or(0, |text| dictionary.enter(&mut by_text, text.into_boxed_str())));
        }
        let ids: Vec<u32> = places.iter().map(|at| known[*at as usize]).collect();
        for id in &ids {
            dictionary.counts[*id as usize] += 1;
        }
        dictionary.counts[0] = 0;
        (dictionary, ids)
    }

    fn enter(&mut self, by_text: &mut AHashMap<Box<str>, u32>, text: Box<str>) -> u32 {
        if let Some(at) = by_text.get(&text) {
            return *at;
        }
        let at = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.signs.push(Sign::of(&text));
        self.texts.push(text.clone());
        self.counts.push(0);
        by_text.insert(text, at);
        at
    }

    /// Whether two texts are a slip apart, with the same digits. Most are told apart without reading them.
    pub(super) fn are_near(&self, one: u32, other: u32) -> bool {
        let (sign, its) = (self.signs[one as usize], self.signs[other as usize]);
        let (shorter, longer) = sign.lengths(its);
        let may = match longer > 3 {
            true => sign.may_begin(its),
            false => sign.may_be_within(its, slips_of(shorter)),
        };
        let read = || u8::from(are_near(self.text(one), self.text(other)));
        may && self.near.of(one.min(other), one.max(other), read) == 1
    }

    /// A text by its place.
    pub fn text(&self, at: u32) -> &str {
        &self.texts[at as usize]
    }
}

/// Slips that two texts of so many bytes may be apart.
fn slips_of(shorter: u32) -> u32 {
    if shorter >= 8 { 2 } else { 1 }
}

fn are_near(one: &str, other: &str) -> bool {
    let length = one.len().min(other.len());
    if length < 4 {
        return false;
    }
    if one.len().abs_diff(other.len()) > 3 {
        return (one.starts_with(other) || other.starts_with(one)) && near::same_digits(one, other);
    }
    if !near::within(one, other, slips_of(u32::try_from(length).unwrap_or(u32::MAX))) {
        return false;
    }
    // A postcode is all digits: there one wrong digit is a slip too.
    near::same_digits(one, other) || (near::within(one, other, 1) && one.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !LISTS.name_words.contains(text)
}

/// A city without case and diacritics.
pub(super) fn city(text: &str) -> Option<String> {
    Some(fold(text)).filter(|text| is_word(text))
}

/// A postcode without blanks and dashes; the first part of a long one of the United States.
pub(super) fn postcode(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((short, _)) = trimmed.split_once('-').filter(|(short, long)| digits(short, 5) && digits(long, 4)) {
        return Some(short.to_owned());
    }
    let key: String = trimmed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let nothing = key.len() < 3 || key.bytes().all(|b| b == b'0') || LISTS.name_words.contains(&key.to_lowercase());
    (!nothing).then_some(key)
}

/// A street with the usual words short.
pub(super) fn street(text: &str) -> Option<String> {
    let folded = fold(text);
    let short = |word: &str| match word {
        "street" | "str" | "strasse" => "st".to_owned(),
        "avenue" => "ave".to_owned(),
        "road" => "rd".to_owned(),
        "lane" => "ln".to_owned(),
        "drive" => "dr".to_owned(),
        "court" => "ct".to_owned(),
        "place" => "pl".to_owned(),
        "calle" | "c" => "cl".to_owned(),
        _ => word
            .strip_suffix("strasse")
            .or_else(|| word.strip_suffix("str"))
            .filter(|stem| stem.len() > 2)
            .map_or_else(|| word.to_owned(), |stem| format!("{stem}st")),
    };
    let words: Vec<String> = folded.split(' ').map(short).collect();
    let key = words.join(" ");
    is_word(&key).then_some(key)
}

/// A company without its legal form.
pub(super) fn company(text: &str) -> Option<String> {
    const FORMS: [&str; 26] = [
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "plc",
        "corp",
        "corporation",
        "co",
        "company",
        "sa",
        "sas",
        "sarl",
        "sl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
    ];
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !FORMS.contains(word)).collect();
    let key = if words.is_empty() { folded.clone() } else { words.join(" ") };
    is_word(&key).then_some(key)
}

//! Phone numbers as E.164 digits, for comparison only.

use unicode_normalization::UnicodeNormalization;

use super::lists::{Dialling, LISTS};
use super::near;

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phone {
    /// With its calling code: all digits as a number.
    Full(u64),
    /// Without: digits as they stand, with how many there are.
    National(u64, u8),
}

/// Fewest digits of a number that can be somebody's.
const FEWEST: usize = 6;
/// Most digits of a number, after E.164.
const MOST: usize = 15;

/// Reads a number; nothing for what is none, or a made-up one.
pub fn read(text: &str) -> Option<Phone> {
    if !text.is_ascii() {
        return digits_of(&text.nfkc().collect::<String>());
    }
    digits_of(text)
}

fn digits_of(text: &str) -> Option<Phone> {
    let mut digits = [0_u8; MOST + 5];
    let (mut count, mut plus) = (0, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            byte @ b'0'..=b'9' => {
                *digits.get_mut(count)? = byte - b'0';
                count += 1;
            }
            b'+' if count == 0 => plus = true,
            // `+44 (0)20`: the zero in brackets is not dialled from abroad.
            b'(' if plus && bytes.get(at + 1..at + 3) == Some(b"0)") => at += 2,
            // An extension is another phone on the same number.
            b'x' | b'X' | b'e' | b'E' | b'#' | b';' if count >= FEWEST => break,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'\t' | b':' => {}
            b't' | b'e' | b'l' | b'T' | b'E' | b'L' if count == 0 => {}
            // What else stands in front of a number (an apostrophe against spreadsheets) is not part of it.
            _ if count == 0 && !bytes[at].is_ascii_alphabetic() => {}
            byte if byte >= 0x80 => {}
            _ => return None,
        }
        at += 1;
    }
    if count < FEWEST {
        return None;
    }
    let all = &digits[..count];
    if is_made_up(all) {
        return None;
    }
    if plus {
        return full(all);
    }
    Some(Phone::National(number(all), u8::try_from(count).ok()?))
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number: u64, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// All the same digit, or counting up or down.
fn is_made_up(digits: &[u8]) -> bool {
    let steps = |step: u8| digits.windows(2).all(|pair| (pair[0] + step) % 10 == pair[1]);
    let body = &digits[digits.len().min(2)..];
    steps(0) || steps(1) || steps(9) || (body.len() >= 6 && body.iter().all(|digit| *digit == body[0]))
}

/// A number with its calling code; the trunk prefix that people leave in it is taken out.
fn full(digits: &[u8]) -> Option<Phone> {
    if digits.len() < FEWEST + 1 || digits.len() > MOST + 2 {
        return None;
    }
    let found = (1..=3).find_map(|length| {
        let code = u16::try_from(number(&digits[..length])).ok()?;
        LISTS.codes.get(&code).map(|dialling| (length, dialling))
    });
    let (length, dialling) = found?;
    let national = national(&digits[length..], dialling);
    (national.len() >= 4).then(|| Phone::Full(join(dialling.code, national)))
}

fn begins(digits: &[u8], with: &str) -> bool {
    digits.len() >= with.len() && digits.iter().zip(with.bytes()).all(|(digit, byte)| digit + b'0' == byte)
}

/// The number without what is dialled before it inside its region. What is left decides: a first digit can look like a trunk.
fn national<'a>(digits: &'a [u8], dialling: &Dialling) -> &'a [u8] {
    let fits = |digits: &[u8]| (dialling.digits[0]..=dialling.digits[1]).contains(&digits.len());
    let trunks = std::iter::once(&dialling.trunk).chain(&dialling.also).filter(|trunk| !trunk.is_empty());
    let mut cut = trunks.filter(|trunk| begins(digits, trunk)).map(|trunk| &digits[trunk.len()..]);
    cut.find(|rest| fits(rest)).unwrap_or(digits)
}

fn join(code: u16, national: &[u8]) -> u64 {
    let mut all = [0_u8; MOST + 8];
    let code = code.to_string();
    let mut at = 0;
    for digit in code.bytes().map(|byte| byte - b'0').chain(national.iter().copied()).take(all.len()) {
        all[at] = digit;
        at += 1;
    }
    number(&all[..at])
}

fn spread(mut number: u64, count: u8) -> Vec<u8> {
    let mut digits = vec![0; usize::from(count)];
    for slot in digits.iter_mut().rev() {
        *slot = u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    digits
}

/// A number in E.164, read as one of the first of these regions that it fits where it does not say its own.
pub fn e164(phone: Phone, regions: &[&Dialling]) -> u64 {
    let (number, count) = match phone {
        Phone::Full(number) => return number,
        Phone::National(number, count) => (number, count),
    };
    let digits = spread(number, count);
    let Some(first) = regions.first() else {
        // Without a region the digits themselves are compared.
        return abroad(&digits, &[]).unwrap_or(number);
    };
    let long = digits.len() > first.digits[1];
    if let Some(number) =
        abroad(&digits, &first.abroad).filter(|_| long || first.abroad.iter().any(|way| begins(&digits, way)))
    {
        return number;
    }
    // A file of several countries: a number that cannot be one of the first is read as one of the next.
    let fits = |region: &&&Dialling| {
        let inside = national(&digits, region);
        let north_american = region.code != 1 || inside.first().is_some_and(|digit| *digit > 1);
        let trunk_is_told = region.trunk.is_empty() || region.code == 1 || inside.len() < digits.len();
        (region.digits[0]..=region.digits[1]).contains(&inside.len()) && north_american && trunk_is_told
    };
    let region = regions.iter().find(fits).unwrap_or(first);
    let told: Vec<u8> = region.code.to_string().bytes().map(|byte| byte - b'0').collect();
    let inside = national(&digits, region);
    // Exports often lose the plus: a number that is too long for its region and starts with the calling code has one.
    if inside.len() > region.digits[1] && digits.starts_with(&told) {
        return join(region.code, national(&digits[told.len()..], region));
    }
    join(region.code, inside)
}

/// A number that is dialled with what leads abroad: the longest way out first, and 00, which people write everywhere.
fn abroad(digits: &[u8], ways: &[String]) -> Option<u64> {
    let mut ways: Vec<&str> = ways.iter().map(String::as_str).chain(["00"]).filter(|way| begins(digits, way)).collect();
    ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
    ways.into_iter().find_map(|way| match full(&digits[way.len()..]) {
        Some(Phone::Full(number)) => Some(number),
        _ => None,
    })
}

/// The regions of numbers that say their own calling code, the most frequent first; ties go to the smaller code.
pub fn usual_regions(numbers: impl Iterator<Item = Phone>) -> Vec<&'static Dialling> {
    let mut heads = [0; 1_000];
    for phone in numbers {
        let Phone::Full(number) = phone else { continue };
        // The first three digits, in which every calling code is.
        let behind = number.checked_ilog10().unwrap_or_default().saturating_sub(2);
        heads[(number / 10_u64.pow(behind)) as usize] += 1;
    }
    let mut counts: std::collections::BTreeMap<u16, u64> = std::collections::BTreeMap::new();
    for (head, count) in heads.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let digits = head.to_string();
        let code = (1..=3).find_map(|length| {
            let code: u16 = digits.get(..length)?.parse().ok()?;
            LISTS.codes.contains_key(&code).then_some(code)
        });
        let Some(code) = code else { continue };
        *counts.entry(code).or_default() += count;
    }
    let mut order: Vec<(u64, u16)> = counts.into_iter().map(|(code, count)| (count, code)).collect();
    order.sort_unstable_by_key(|(count, code)| (std::cmp::Reverse(*count), *code));
    order.into_iter().filter_map(|(_, code)| LISTS.codes.get(&code)).collect()
}

/// Whether two numbers differ in their last two digits alone.
pub fn is_extension(one: u64, other: u64) -> bool {
    one != other && one / 100 == other / 100
}

/// Whether two numbers are one slip apart: a digit changed, lost or added, two neighbours swapped.
pub fn is_slip(one: u64, other: u64) -> bool {
    if differ_widely(one, other) {
        return false;
    }
    let digits = |mut number: u64| {
        let (mut all, mut count) = ([0_u8; 20], 0);
        while number > 0 {
            all[count] = (number % 10) as u8;
            number /= 10;
            count += 1;
        }
        (all, count)
    };
    let ((one, count), (other, others)) = (digits(one), digits(other));
    near::within_one(&one[..count], &other[..others])
}

/// Whether two numbers of as many digits differ in more than two of them. Most pairs do, and it shows without taking
/// their digits apart one by one.
fn differ_widely(one: u64, other: u64) -> bool {
    const HALF: u64 = 100_000_000;
    if one.checked_ilog10() != other.checked_ilog10() || one.max(other) >= HALF * HALF {
        return false;
    }
    let unequal = |one: u64, other: u64| {
        let apart = eight_digits(one) ^ eight_digits(other);
        (apart.wrapping_add(0x7f7f_7f7f_7f7f_7f7f) & 0x8080_8080_8080_8080).count_ones()
    };
    unequal(one / HALF, other / HALF) + unequal(one % HALF, other % HALF) > 2
}

/// The eight digits of a number, a byte each: halved in all places at once.
fn eight_digits(number: u64) -> u64 {
    let four = (number / 10_000) | (number % 10_000) << 32;
    let hundreds = ((four * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let two = hundreds | (four - 100 * hundreds) << 16;
    let tens = ((two * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (two - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::{differ_widely, e164, eight_digits, is_slip, read};
    use crate::matching::lists::LISTS;

    #[test]
    fn numbers_of_many_regions_come_out_in_e164() {
        let cases = include_str!("../../tests/data/phone_cases.csv");
        let mut reader = csv::Reader::from_reader(cases.as_bytes());
        let mut wrong = Vec::new();
        for record in reader.records() {
            let record = record.expect("the list of cases is CSV");
            let region = LISTS.regions.get(&record[0]).expect("a region of the list");
            let found = read(&record[1]).map(|phone| format!("+{}", e164(phone, &[region])));
            if found.as_deref() != Some(&record[2]) {
                wrong.push(format!("{} {} is {}, not {found:?}", &record[0], &record[1], &record[2]));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn numbers_that_differ_widely_are_no_slips() {
        for number in (0..100_000_000).step_by(9_973) {
            let digits: String = eight_digits(number).to_le_bytes().iter().map(u8::to_string).collect();
            assert_eq!(digits, format!("{number:08}"));
        }
        let number = 493_055_503_000_017_u64;
        for other in (0..200_000).map(|step| number + step * step * 7 - 3_000_000_000) {
            let text = |number: u64| number.to_string();
            let slip = strsim::osa_distance(&text(number), &text(other)) <= 1;
            assert_eq!(is_slip(number, other), slip, "{other}");
            assert!(!(slip && differ_widely(number, other)), "{other}");
        }
        assert!(is_slip(number, number * 10 + 4) && is_slip(number, number / 10) && !is_slip(12, 3_456));
        assert!(differ_widely(number, number + 111) && !differ_widely(number, 12));
    }

    #[test]
    fn made_up_numbers_are_none() {
        for text in ["0000000000", "1234567890", "n/a", "12", "0123456789", "+1 555 555 5555", "call me"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

//! Second noise model: how a word goes wrong on its way into a form. A clean word comes in, the slipped one goes out;
//! beside it the comparisons by which the labels are decided.

use super::super::Rng;

/// Whose hand or machine wrote an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The person, on a web form.
    Web,
    /// The person as a guest of a shop, on a telephone.
    Guest,
    /// An agent who hears it.
    Agent,
    /// A script that moves lists.
    Import,
    /// A paper form that was scanned.
    Scan,
}

/// The letter without its mark; a few letters have no base and are given by hand.
fn bare(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'å' | 'ą' | 'ã' | 'æ' => 'a',
        'ç' | 'ć' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ğ' => 'g',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'ø' | 'õ' | 'œ' => 'o',
        'ś' | 'ş' | 'ß' => 's',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' => 'z',
        other => other,
    }
}

/// Lower case; Turkish İ must not leave a combining dot behind.
fn lower(letter: char) -> char {
    if letter == 'İ' { 'i' } else { letter.to_lowercase().next().unwrap_or(letter) }
}

/// Lower case without marks, hyphens as spaces: the form in which labels compare names.
pub(super) fn fold(text: &str) -> String {
    text.chars().map(|letter| if letter == '-' { ' ' } else { bare(lower(letter)) }).collect()
}

/// What can stand in an address: folded letters and digits only.
pub(super) fn handle(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Without marks but in its own case, as old systems keep it.
pub(super) fn stripped(text: &str) -> String {
    text.chars().map(|letter| if letter.is_lowercase() { bare(letter) } else { raised(letter) }).collect()
}

fn raised(letter: char) -> char {
    let base = bare(lower(letter));
    if letter.is_uppercase() { base.to_ascii_uppercase() } else { letter }
}

/// Marks written out as people of the language do it where a keyboard lacks them.
pub(super) fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        let pair = match lower(letter) {
            'ä' | 'æ' => "ae",
            'ö' | 'ø' | 'œ' => "oe",
            'ü' => "ue",
            'å' => "aa",
            'ñ' => "ny",
            'ş' => "sh",
            _ => {
                out.push_str(&stripped(letter.encode_utf8(&mut [0; 4])));
                continue;
            }
        };
        let mut pair = pair.chars();
        let first = pair.next().unwrap_or('?');
        out.push(if letter.is_uppercase() { first.to_ascii_uppercase() } else { first });
        out.extend(pair);
    }
    out
}

/// Number of single edits (insert, delete, substitute, neighbour swap) between two words, counted up to 3.
pub(super) fn edits(a: &str, b: &str) -> usize {
    if a == b {
        return 0;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let width = b.len() + 1;
    let mut table = vec![0_usize; (a.len() + 1) * width];
    for (column, cell) in table.iter_mut().enumerate().take(width) {
        *cell = column;
    }
    for i in 1..=a.len() {
        table[i * width] = i;
        for j in 1..width {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (table[(i - 1) * width + j - 1] + cost)
                .min(table[(i - 1) * width + j] + 1)
                .min(table[i * width + j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(table[(i - 2) * width + j - 2] + 1);
            }
            table[i * width + j] = best;
        }
    }
    table[a.len() * width + width - 1].min(3)
}

/// Whether exactly one edit, and one that touches a letter, lies between the words.
pub(super) fn one_letter(a: &str, b: &str) -> bool {
    if edits(a, b) != 1 {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let longer = if a.len() >= b.len() { &a } else { &b };
    let shorter = if a.len() >= b.len() { &b } else { &a };
    let letter = |word: &[char], at: usize| word.get(at).is_some_and(|c| c.is_alphabetic());
    letter(longer, start) || (longer.len() == shorter.len() && letter(shorter, start))
}

const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// The key beside this one in the same row of a keyboard.
fn beside(rng: &mut Rng, letter: char) -> Option<char> {
    let small = lower(letter);
    let row = ROWS.iter().find(|row| row.contains(small))?;
    let at = row.find(small)?;
    let right = rng.chance(0.5);
    let near = if (right && at + 1 < row.len()) || at == 0 { at + 1 } else { at - 1 };
    let key = row.chars().nth(near)?;
    Some(if letter.is_uppercase() { key.to_ascii_uppercase() } else { key })
}

/// One slip of fingers at a letter.
pub(super) fn finger(rng: &mut Rng, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let spots: Vec<usize> = (0..letters.len()).filter(|&at| letters[at].is_alphabetic()).collect();
    if spots.len() < 3 {
        return word.to_owned();
    }
    // First letters are looked at while they are typed and seldom go wrong.
    let at = if rng.chance(0.08) { spots[0] } else { spots[1 + rng.below(spots.len() - 1)] };
    let mut out = letters.clone();
    match rng.below(10) {
        0..=2 => match beside(rng, letters[at]) {
            Some(key) => out[at] = key,
            None => out.insert(at, lower(letters[at])),
        },
        3 | 4 => out.insert(at, lower(letters[at])),
        5 | 6 if at + 1 < letters.len() && letters[at + 1].is_alphabetic() && letters[at + 1] != letters[at] => {
            out.swap(at, at + 1);
            if letters[at].is_uppercase() {
                out[at] = out[at].to_uppercase().next().unwrap_or(out[at]);
                out[at + 1] = lower(out[at + 1]);
            }
        }
        7 => match beside(rng, letters[at]) {
            Some(key) => out.insert(at + 1, lower(key)),
            None => drop(out.remove(at)),
        },
        _ => {
            if out[at].is_uppercase() && at + 1 < out.len() {
                out[at + 1] = out[at + 1].to_uppercase().next().unwrap_or(out[at + 1]);
            }
            out.remove(at);
        }
    }
    out.into_iter().collect()
}

const HEARD: [(&str, &str); 34] = [
    ("ph", "f"),
    ("f", "ph"),
    ("ck", "k"),
    ("c", "k"),
    ("k", "c"),
    ("qu", "k"),
    ("y", "i"),
    ("i", "y"),
    ("sz", "sh"),
    ("cz", "ch"),
    ("rz", "z"),
    ("ch", "h"),
    ("sch", "sh"),
    ("th", "t"),
    ("z", "s"),
    ("s", "z"),
    ("v", "b"),
    ("w", "v"),
    ("v", "w"),
    ("x", "ks"),
    ("ou", "u"),
    ("au", "o"),
    ("eau", "o"),
    ("ee", "i"),
    ("ll", "l"),
    ("nn", "n"),
    ("ss", "s"),
    ("l", "ll"),
    ("n", "nn"),
    ("d", "t"),
    ("b", "p"),
    ("g", "j"),
    ("ai", "e"),
    ("qv", "kv"),
];
const SEEN: [(&str, &str); 16] = [
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("o", "0"),
    ("cl", "d"),
    ("d", "cl"),
    ("i", "l"),
    ("l", "i"),
    ("e", "c"),
    ("n", "ri"),
    ("u", "ii"),
    ("vv", "w"),
    ("h", "b"),
    ("s", "5"),
    ("a", "o"),
    ("t", "f"),
];

/// One replacement of the table that fits behind the first letter.
fn swapped_sound(rng: &mut Rng, word: &str, table: &[(&str, &str)]) -> Option<String> {
    let head = word.chars().next()?.len_utf8();
    let from = rng.below(table.len());
    for step in 0..table.len() {
        let (old, new) = table[(from + step) % table.len()];
        let hits: Vec<usize> = word[head..].match_indices(old).map(|(at, _)| head + at).collect();
        if !hits.is_empty() {
            let at = *rng.pick(&hits);
            return Some(format!("{}{new}{}", &word[..at], &word[at + old.len()..]));
        }
    }
    None
}

/// A word of a name, slipped the way of its source.
pub(super) fn slip(rng: &mut Rng, word: &str, source: Source) -> String {
    let slipped = match source {
        Source::Agent if rng.chance(0.75) => swapped_sound(rng, word, &HEARD),
        Source::Scan if rng.chance(0.8) => swapped_sound(rng, word, &SEEN),
        Source::Import => lossy(word),
        _ => None,
    };
    slipped.unwrap_or_else(|| finger(rng, word))
}

/// One marked letter that a wrong character set turned into a question mark.
fn lossy(word: &str) -> Option<String> {
    let (at, letter) = word.char_indices().find(|(_, letter)| !letter.is_ascii())?;
    Some(format!("{}?{}", &word[..at], &word[at + letter.len_utf8()..]))
}

/// A run of digits with one lost, doubled, changed or swapped.
pub(super) fn digit_slip(rng: &mut Rng, text: &str) -> String {
    let mut out: Vec<char> = text.chars().collect();
    let spots: Vec<usize> = (0..out.len()).filter(|&at| out[at].is_ascii_digit()).collect();
    if spots.len() < 4 {
        return text.to_owned();
    }
    let at = spots[1 + rng.below(spots.len() - 1)];
    let fresh = char::from(b'0' + rng.below(10) as u8);
    match rng.below(6) {
        0 => drop(out.remove(at)),
        1 => out.insert(at, fresh),
        2 | 3 if at + 1 < out.len() && out[at + 1].is_ascii_digit() => out.swap(at, at + 1),
        _ => out[at] = fresh,
    }
    out.into_iter().collect()
}

//! Spellings of enum values: the words each field allows, the ways in which they go wrong, and what a spelling means.
//! In: a kind of slip and a number. Out: a value and the word that is right. Seed 1 takes its slips from lists that read
//! well; every other seed makes up its own.

use crate::rng::Rng;

/// A field of fixed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Stage,
    /// As Zoho spells it.
    Tier,
    /// As Customer.io spells it.
    ProfileTier,
    Channel,
    Country,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Not on the list.
    Outside,
    /// Another case, blank or punctuation mark.
    Variant,
    /// A character that cannot be seen, or a letter of another alphabet.
    Invisible,
    /// A letter too many, too few or in the wrong place.
    Typo,
}

/// A value, and the allowed one that it should be: "" where there is none.
pub(crate) type Spelling = (String, String);

/// Other spellings that the mapping declares.
const ALIASES: &[(&str, &str)] = &[("at-risk", "At Risk"), ("AtRisk", "At Risk"), ("Website download", "Web Download")];
/// Other names of the countries of the list.
pub(crate) const COUNTRIES: &[(&str, &str)] = &[
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("Deutschland", "Germany"),
    ("FR", "France"),
    ("UK", "United Kingdom"),
    ("Suisse", "Switzerland"),
    ("NLD", "Netherlands"),
    ("CH", "Switzerland"),
    ("GB", "United Kingdom"),
    ("Österreich", "Austria"),
    ("DEU", "Germany"),
    ("Nederland", "Netherlands"),
];
/// Letters of the Latin alphabet and their doubles in the Cyrillic one.
const DOUBLES: &[(char, char)] = &[
    ('a', '\u{430}'),
    ('c', '\u{441}'),
    ('e', '\u{435}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('A', '\u{410}'),
    ('C', '\u{421}'),
    ('P', '\u{420}'),
];
/// Characters without width.
const UNSEEN: &[char] = &['\u{200b}', '\u{200d}', '\u{ad}', '\u{feff}'];
/// Parts of words that mean nothing.
const SYLLABLES: &[&str] =
    &["ba", "dru", "fen", "go", "hul", "kma", "lo", "mur", "nuk", "quo", "sab", "tun", "vo", "wub", "zan"];

impl Field {
    /// What it allows.
    pub(crate) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Stage => &["Prospect", "First Order", "Active", "Loyal", "At Risk", "Churned"],
            Self::Tier => &["Bronze", "Silver", "Gold", "Platinum"],
            Self::ProfileTier => &["bronze", "silver", "gold", "platinum"],
            Self::Channel => &[
                "Web Download",
                "Online Store",
                "Trade Show",
                "Chat",
                "Referral",
                "Instagram",
                "Partner",
                "Fair 2024",
                "Fair 2025",
            ],
            Self::Country => &["Germany", "Austria", "Switzerland", "France", "United Kingdom", "Netherlands"],
        }
    }

    /// The slips that seed 1 takes in turn.
    fn written(self, slip: Slip) -> &'static [(&'static str, &'static str)] {
        match (self, slip) {
            (Self::Stage, Slip::Outside) => &[
                ("Dormant", ""),
                ("Subscriber", ""),
                ("Do not use", ""),
                ("VIP only", ""),
                ("Lapsed", ""),
                ("Wholesale", ""),
                ("Trial", ""),
            ],
            (Self::Stage, Slip::Variant) => &[
                ("active", "Active"),
                ("AT RISK", "At Risk"),
                ("Churned ", "Churned"),
                ("first_order", "First Order"),
                ("prospect", "Prospect"),
                ("LOYAL", "Loyal"),
                ("First-Order", "First Order"),
                ("\u{a0}Prospect", "Prospect"),
                ("At  Risk", "At Risk"),
            ],
            (Self::Stage, Slip::Invisible) => &[
                ("\u{410}ctive", "Active"),
                ("Loy\u{200b}al", "Loyal"),
                ("Pr\u{43e}spect", "Prospect"),
                ("At\u{200b} Risk", "At Risk"),
                ("Churned\u{feff}", "Churned"),
            ],
            (Self::Stage, Slip::Typo) => &[
                ("Prospct", "Prospect"),
                ("Churnd", "Churned"),
                ("Actve", "Active"),
                ("Loyall", "Loyal"),
                ("Prosspect", "Prospect"),
                ("Fist Order", "First Order"),
                ("Aktive", "Active"),
            ],
            (Self::Tier, Slip::Outside) => &[("Diamond", ""), ("Gld", ""), ("Tier 3", ""), ("Ambassador", "")],
            (Self::Tier, Slip::Variant) => &[
                ("GOLD", "Gold"),
                ("Silver ", "Silver"),
                ("PLATINUM", "Platinum"),
                (" Bronze", "Bronze"),
                ("SILVER", "Silver"),
            ],
            (Self::Tier, Slip::Invisible) => &[("G\u{43e}ld", "Gold"), ("Plati\u{200d}num", "Platinum")],
            (Self::Tier, Slip::Typo) => &[
                ("Platinium", "Platinum"),
                ("Bronce", "Bronze"),
                ("Silvr", "Silver"),
                ("Goldd", "Gold"),
                ("Silvar", "Silver"),
            ],
            (Self::ProfileTier, Slip::Outside) => &[("diamond", ""), ("member", ""), ("tier-3", "")],
            (Self::ProfileTier, Slip::Variant) => {
                &[("GOLD", "gold"), ("SILVER", "silver"), ("platinum ", "platinum"), ("BRONZE", "bronze")]
            }
            (Self::ProfileTier, Slip::Invisible) => &[("g\u{43e}ld", "gold"), ("br\u{43e}nze", "bronze")],
            (Self::ProfileTier, Slip::Typo) => {
                &[("platinm", "platinum"), ("bronce", "bronze"), ("silvr", "silver"), ("goldd", "gold")]
            }
            (Self::Channel, Slip::Outside) => &[("Fair 2026", ""), ("Fair 2023", "")],
            (Self::Channel, _) => &[
                ("web download", "Web Download"),
                ("CHAT", "Chat"),
                ("Trade  Show", "Trade Show"),
                ("online-store", "Online Store"),
                ("instagram", "Instagram"),
            ],
            (Self::Country, _) => COUNTRIES,
        }
    }

    /// The nth slip of a kind, from a list or, with chance given, made up.
    pub(crate) fn slip(self, slip: Slip, nth: u64, chance: Option<&mut Rng>) -> Spelling {
        let listed = self.written(slip);
        // A year that is missing from a list, and the codes of countries, are given, not made.
        let given = self == Self::Country || (self == Self::Channel && slip == Slip::Outside);
        match chance {
            Some(rng) if !given => self.made_up(slip, rng),
            _ => {
                let (value, right) = listed[(nth % listed.len() as u64) as usize];
                (value.to_owned(), right.to_owned())
            }
        }
    }

    fn made_up(self, slip: Slip, rng: &mut Rng) -> Spelling {
        loop {
            let word = *rng.pick(self.words());
            let value = match slip {
                Slip::Outside => (0..3).map(|_| *rng.pick(SYLLABLES)).collect(),
                Slip::Variant => varied(word, rng),
                Slip::Invisible => disguised(word, rng),
                Slip::Typo => mistyped(word, rng),
            };
            let right = if slip == Slip::Outside { "" } else { word };
            let plain = self.words().iter().any(|word| *word == value) || ALIASES.iter().any(|alias| alias.0 == value);
            let far =
                slip != Slip::Outside || self.words().iter().all(|word| distance(&folded(word), &folded(&value)) > 3);
            if !plain && far && (slip == Slip::Outside || self.meaning(&value) == Some(right)) {
                return (value, right.to_owned());
            }
        }
    }

    /// The word that a value is a spelling of, if it is one of just one.
    pub(crate) fn meaning(self, value: &str) -> Option<&'static str> {
        let words = self.words();
        let known = |text: &str| words.iter().copied().find(|word| *word == text);
        let alias = ALIASES.iter().chain(COUNTRIES).find(|alias| alias.0 == value);
        if let Some(word) = alias.and_then(|alias| known(alias.1)) {
            return Some(word);
        }
        let folded_value = folded(value);
        if let Some(word) = words.iter().copied().find(|word| folded(word) == folded_value) {
            return Some(word);
        }
        let near = |word: &&&str| {
            let length = folded(word).chars().count().min(folded_value.chars().count());
            length >= 4 && distance(&folded(word), &folded_value) <= if length < 8 { 1 } else { 2 }
        };
        let mut found = words.iter().filter(near);
        found.next().filter(|_| found.next().is_none()).copied()
    }
}

/// Another case, blank or punctuation mark.
fn varied(word: &str, rng: &mut Rng) -> String {
    let between: &str = rng.pick::<&str>(&["_", "-", "  ", ""]);
    match rng.below(7) {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        2 => word.replace(' ', between),
        3 => format!("{word} "),
        4 => format!(" {word}"),
        5 => format!("\u{a0}{}", word.to_lowercase()),
        _ => word.to_uppercase().replace(' ', "-"),
    }
}

/// A character nobody sees, or a letter of another alphabet.
fn disguised(word: &str, rng: &mut Rng) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = rng.below(letters.len() as u64) as usize;
    let double = DOUBLES.iter().find(|double| double.0 == letters[at]);
    let mut out: String = letters[..at].iter().collect();
    match double {
        Some(double) => out.push(double.1),
        None => out.extend([letters[at], *rng.pick(UNSEEN)]),
    }
    out.extend(&letters[at + 1..]);
    out
}

/// A letter doubled, dropped or swapped with the next, never the first.
fn mistyped(word: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + rng.below(letters.len() as u64 - 2) as usize;
    if !letters[at].is_alphabetic() || !letters[at + 1].is_alphabetic() || !letters[at - 1].is_alphabetic() {
        return word.to_owned();
    }
    match rng.below(3) {
        0 => letters.insert(at, letters[at]),
        1 if letters.len() > 4 => drop(letters.remove(at)),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// A spelling without case, blanks, punctuation, what cannot be seen and other alphabets.
fn folded(text: &str) -> String {
    let plain = |letter: char| DOUBLES.iter().find(|double| double.1 == letter).map_or(letter, |double| double.0);
    text.chars().map(plain).filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Letters to add, drop, replace or swap with their neighbour until one text is the other.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, wanted) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != wanted);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == other[j - 1] && one[i - 1] == *wanted {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

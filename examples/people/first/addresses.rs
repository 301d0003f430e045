//! E-mail addresses of the first noise model: how people choose them, what a second entry makes of them, and the tier
//! of two addresses as they stand. Every domain ends in `.example`, a name reserved for this.

use super::super::Rng;
use super::names::GERMAN;
use super::slips::{edits, folded, hand};

/// Providers and how often an English and a German speaker is there; the last eight are real but rare look-alikes.
const PROVIDERS: &[(&str, u32, u32)] = &[
    ("gmail", 455, 300),
    ("googlemail", 12, 40),
    ("yahoo", 130, 35),
    ("outlook", 85, 60),
    ("hotmail", 90, 60),
    ("icloud", 80, 50),
    ("me", 12, 8),
    ("proton", 14, 14),
    ("protonmail", 12, 10),
    ("gmx", 3, 190),
    ("web", 1, 170),
    ("fastline", 30, 1),
    ("cometnet", 25, 1),
    ("bluewire", 18, 3),
    ("telenova", 1, 40),
    ("nordfunk", 1, 16),
    ("posteingang", 1, 10),
    ("ymail", 3, 2),
    ("mail", 5, 6),
    ("email", 2, 4),
    ("gmx-mail", 1, 3),
    ("mycloud", 2, 1),
    ("photon", 1, 1),
    ("hotmall", 1, 1),
    ("webb", 1, 2),
];

/// Pairs of a famous and a rare domain that only look alike.
pub(super) const LOOKALIKES: &[(&str, &str)] = &[
    ("gmail", "ymail"),
    ("gmail", "mail"),
    ("gmail", "email"),
    ("gmx", "gmx-mail"),
    ("gmail", "gmx-mail"),
    ("icloud", "mycloud"),
    ("proton", "photon"),
    ("hotmail", "hotmall"),
    ("web", "webb"),
];

/// What stands where an address is wanted and nobody has one to give.
pub(super) const PLACEHOLDERS: &[&str] = &[
    "test@test.example",
    "noemail@noemail.example",
    "n/a",
    "none@none.example",
    "noemail@shop.example",
    "unknown@unknown.example",
    "asdf@asdf.example",
    "-",
];

const RELAY: &str = "privaterelay.appleid.example";

const WORDS: [&[&str]; 4] = [
    &[
        "sunny", "happy", "crazy", "little", "blue", "silver", "lucky", "wild", "sweet", "dark", "funky", "lazy",
        "magic",
    ],
    &[
        "cat", "dragon", "rider", "tiger", "star", "moon", "fox", "bear", "panda", "wolf", "rose", "storm", "owl",
        "cookie",
    ],
    &["kleine", "wilder", "bunte", "lieber", "flotte", "graue", "schoene", "alte", "frecher", "tolle", "stille"],
    &["maus", "hase", "katze", "biene", "baer", "fuchs", "sonne", "hexe", "igel", "wolke", "falke", "krabbe"],
];

const HOBBIES: &[&str] = &[
    "photo", "yoga", "chess", "runner", "guitar", "surf", "baking", "garten", "angler", "biker", "vinyl", "hiking",
    "drums", "segeln", "reiter", "gamer", "knitting", "climber",
];

/// An address in its parts, as its owner would write it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) local: String,
    pub(super) domain: String,
}

impl Address {
    /// From a local part and the name of a domain.
    pub(super) fn new(local: String, name: &str) -> Self {
        Self { local, domain: format!("{name}.example") }
    }

    /// With the at sign.
    pub(super) fn text(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Where mail to it arrives, by the rules of its provider.
    pub(super) fn canonical(&self) -> String {
        canonical(&self.text()).unwrap_or_default().join("@")
    }
}

/// A provider for this tongue; `ruled` asks for one with rules of its own about dots, tags or aliases.
pub(super) fn provider(rng: &mut Rng, tongue: usize, ruled: bool) -> &'static str {
    let weights: Vec<u32> = PROVIDERS.iter().map(|p| if tongue == GERMAN { p.2 } else { p.1 }).collect();
    loop {
        let name = PROVIDERS[rng.weighted(&weights)].0;
        if !ruled
            || matches!(
                name,
                "gmail" | "googlemail" | "outlook" | "hotmail" | "icloud" | "me" | "proton" | "protonmail"
            )
        {
            return name;
        }
    }
}

/// A local part made of words, which says nothing about its owner.
pub(super) fn wordy(rng: &mut Rng, tongue: usize) -> String {
    let (one, two) = if tongue == GERMAN { (WORDS[2], WORDS[3]) } else { (WORDS[0], WORDS[1]) };
    let joint = *rng.pick(&["", ".", "_"]);
    match rng.below(3) {
        0 => format!("{}{}", rng.pick(HOBBIES), rng.between(1, 999)),
        1 => format!("{}{joint}{}", rng.pick(one), rng.pick(two)),
        _ => format!("{}{joint}{}{}", rng.pick(one), rng.pick(two), rng.between(1, 99)),
    }
}

/// A local part in one of the ways people choose one.
pub(super) fn local(rng: &mut Rng, first: &str, last: &str, year: u32, tongue: usize) -> String {
    let (f, l) = (folded(first, tongue), folded(last, tongue));
    let (fi, li) = (f.get(..1).unwrap_or("x"), l.get(..1).unwrap_or("x"));
    match rng.weighted(&[24, 9, 7, 4, 4, 4, 3, 3, 7, 5, 5, 3, 2, 4, 9, 3, 2, 2]) {
        0 => format!("{f}.{l}"),
        1 => format!("{f}{l}"),
        2 => format!("{fi}{l}"),
        3 => format!("{fi}.{l}"),
        4 => format!("{l}.{f}"),
        5 => format!("{f}_{l}"),
        6 => format!("{l}_{fi}"),
        7 => format!("{f}-{l}"),
        8 => format!("{f}.{l}{:02}", year % 100),
        9 => format!("{f}{year}"),
        10 => format!("{f}{}", rng.between(1, 999)),
        11 => format!("{fi}{li}{:02}", year % 100),
        12 => format!("{l}{fi}{}", rng.between(1, 99)),
        13 => format!("{f}{l}{}", rng.between(1, 99)),
        14 => wordy(rng, tongue),
        15 => format!("{f}.{}", rng.pick(HOBBIES)),
        16 => format!("the{f}{l}"),
        _ => format!("{l}{:02}", year % 100),
    }
}

/// The local part an employer gives.
pub(super) fn work_local(rng: &mut Rng, first: &str, last: &str, tongue: usize) -> String {
    let (f, l) = (folded(first, tongue), folded(last, tongue));
    match rng.weighted(&[60, 15, 10, 10, 5]) {
        0 => format!("{f}.{l}"),
        1 => format!("{}{l}", f.get(..1).unwrap_or("x")),
        2 => format!("{}.{l}", f.get(..1).unwrap_or("x")),
        3 => f,
        _ => format!("{l}.{f}"),
    }
}

/// A masked address, new each time.
pub(super) fn masked(rng: &mut Rng) -> Address {
    let local = (0..10).map(|_| char::from(b"abcdefghjkmnpqrstvwxyz23456789"[rng.below(30)])).collect();
    Address::new(local, "privaterelay.appleid")
}

/// The same mailbox written in another way its provider accepts.
pub(super) fn other_spelling(rng: &mut Rng, address: &Address) -> Option<Address> {
    let mut out = address.clone();
    let name = address.domain.trim_end_matches(".example");
    let tag =
        |rng: &mut Rng| format!("+{}", rng.pick(&["shop", "news", "spam", "promo", "2024", "club", "x", "newsletter"]));
    match (name, rng.below(10)) {
        ("gmail" | "googlemail" | "proton" | "protonmail", 0..=4) => {
            if out.local.contains('.') {
                out.local = out.local.replace('.', "");
            } else {
                let at = rng.between(1, out.local.len().max(2) - 1);
                out.local.insert(at, '.');
            }
        }
        ("gmail", 5) => out.domain = "googlemail.example".to_owned(),
        ("googlemail", 5) => out.domain = "gmail.example".to_owned(),
        ("proton", 5 | 6) => out.domain = "protonmail.example".to_owned(),
        ("protonmail", 5 | 6) => out.domain = "proton.example".to_owned(),
        ("icloud", _) => out.domain = (*rng.pick(&["me.example", "mac.example"])).to_owned(),
        ("me", _) => out.domain = (*rng.pick(&["icloud.example", "mac.example"])).to_owned(),
        ("gmail" | "googlemail" | "proton" | "protonmail" | "outlook" | "hotmail", _) => out.local += &tag(rng),
        _ => return None,
    }
    Some(out)
}

/// The address with one slip of the hand, in the local part or in the domain's name.
pub(super) fn slip(rng: &mut Rng, address: &Address) -> Option<Address> {
    let mut out = address.clone();
    if rng.chance(0.6) {
        out.local = hand(rng, &address.local)?;
    } else {
        let name = address.domain.trim_end_matches(".example");
        out.domain = format!("{}.example", hand(rng, name)?);
        // A slip that lands on a provider of its own would be another mailbox, not a slip.
        if PROVIDERS.iter().any(|p| out.domain.strip_suffix(".example") == Some(p.0)) {
            return None;
        }
    }
    (tier(&address.text(), &out.text()) == "typo").then_some(out)
}

/// Local part and domain where mail arrives; None without an address.
fn canonical(text: &str) -> Option<[String; 2]> {
    let text = text.trim().to_lowercase();
    if PLACEHOLDERS.contains(&text.as_str()) {
        return None;
    }
    let (local, domain) = text.split_once('@')?;
    let untagged = local.split('+').next().unwrap_or(local);
    Some(match domain.trim_end_matches(".example") {
        "gmail" | "googlemail" => [untagged.replace('.', ""), "gmail.example".to_owned()],
        "proton" | "protonmail" => [untagged.replace('.', ""), "proton.example".to_owned()],
        "outlook" | "hotmail" => [untagged.to_owned(), domain.to_owned()],
        "icloud" | "me" | "mac" => [local.to_owned(), "icloud.example".to_owned()],
        _ => [local.to_owned(), domain.to_owned()],
    })
}

/// The tier of two addresses as they stand: the first that fits.
pub(super) fn tier(left: &str, right: &str) -> &'static str {
    let (Some(a), Some(b)) = (canonical(left), canonical(right)) else {
        return "none";
    };
    let (left, right) = (left.trim().to_lowercase(), right.trim().to_lowercase());
    let same_local = a[0] == b[0] || left.split('@').next() == right.split('@').next();
    if left == right {
        "exact"
    } else if a == b {
        "provider"
    } else if a[1] == RELAY || b[1] == RELAY {
        "relay"
    } else if (a[1] == b[1] && letter_slip(&a[0], &b[0])) || (same_local && edits(&a[1], &b[1]) == 1) {
        "typo"
    } else if same_local {
        "moved"
    } else {
        "other"
    }
}

/// Whether one edit of letters leads from one local part to the other; a changed digit is another mailbox.
fn letter_slip(left: &str, right: &str) -> bool {
    let rest = |text: &str| text.chars().filter(|c| !c.is_alphabetic()).collect::<String>();
    edits(left, right) == 1 && rest(left) == rest(right)
}

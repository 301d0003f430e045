//! Second noise model: addresses. Who holds which, how a second one of the same person comes about, and the tier of
//! two addresses as they stand in the records.

use super::super::Rng;
use super::places::{HOBBY_HEADS, HOBBY_TAILS, HOBBY_WORDS};
use super::slips::{edits, finger, handle, one_letter};

/// How often a fresh address is sought before a masked one must do.
pub(super) const FRESH_TRIES: u32 = 12;
pub(super) const RELAY: &str = "privaterelay.appleid.example";
/// Stand-ins for an address nobody wanted to give; only reserved names, so nobody can hold them.
pub(super) const NO_MAIL: [&str; 10] = [
    "test@test.example",
    "noemail@noemail.example",
    "test@example.com",
    "none@none.example",
    "noemail@example.com",
    "na@na.example",
    "n/a",
    "none",
    "no-reply@example.com",
    "x@x.example",
];

/// The parts that decide the mailbox behind an address.
struct Address {
    local: String,
    domain: String,
}

fn split(address: &str) -> Address {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    Address { local: local.to_owned(), domain: domain.to_owned() }
}

fn canonical(address: &Address) -> Address {
    let name = address.domain.strip_suffix(".example").unwrap_or(&address.domain);
    let name = match name {
        "googlemail" => "gmail",
        "me" | "mac" => "icloud",
        "protonmail" => "proton",
        other => other,
    };
    let mut local = address.local.as_str();
    if matches!(name, "gmail" | "outlook" | "hotmail" | "proton") {
        local = local.split('+').next().unwrap_or(local);
    }
    let local = if matches!(name, "gmail" | "proton") { local.replace('.', "") } else { local.to_owned() };
    Address { local, domain: format!("{name}.example") }
}

/// One text for all spellings of a mailbox.
pub(super) fn mailbox(address: &str) -> String {
    let found = canonical(&split(&address.trim().to_lowercase()));
    format!("{}@{}", found.local, found.domain)
}

fn missing(address: &str) -> bool {
    address.is_empty() || NO_MAIL.contains(&address)
}

/// The tier of two addresses; the first that fits.
pub(super) fn tier(left: &str, right: &str) -> &'static str {
    let (left, right) = (left.trim().to_lowercase(), right.trim().to_lowercase());
    if missing(&left) || missing(&right) {
        return "none";
    }
    if left == right {
        return "exact";
    }
    let (a, b) = (split(&left), split(&right));
    let (x, y) = (canonical(&a), canonical(&b));
    let same_local = a.local == b.local || x.local == y.local;
    if x.domain == y.domain && x.local == y.local {
        "provider"
    } else if a.domain == RELAY || b.domain == RELAY {
        "relay"
    } else if (x.domain == y.domain && one_letter(&x.local, &y.local))
        || (same_local && (edits(&a.domain, &b.domain) == 1 || edits(&x.domain, &y.domain) == 1))
    {
        "typo"
    } else if same_local {
        "moved"
    } else {
        "other"
    }
}

/// A local part as people choose it; `born` is the year of birth.
pub(super) fn local(rng: &mut Rng, first: &str, last: &str, born: u16) -> String {
    let (f, l) = (handle(first), handle(last));
    let initial = &f[..f.len().min(1)];
    let year = born.to_string();
    match rng.below(26) {
        0..=4 => format!("{f}.{l}"),
        5 | 6 => format!("{f}{l}"),
        7 | 8 => format!("{initial}{l}"),
        9 => format!("{initial}.{l}"),
        10 => format!("{l}_{initial}"),
        11 => format!("{f}_{l}"),
        12 => format!("{l}.{f}"),
        13 | 14 => format!("{f}.{l}{}", &year[2..]),
        15 => format!("{f}{year}"),
        16 => format!("{l}{}", 1 + rng.below(99)),
        17 => format!("{f}-{l}"),
        18 => format!("{initial}{l}{}", &year[2..]),
        19 => format!("{l}{f}"),
        20 => format!("{f}.{}", &l[..l.len().min(3)]),
        _ => hobby(rng),
    }
}

/// A local part that says nothing of the name.
pub(super) fn hobby(rng: &mut Rng) -> String {
    let mut one = |list: &'static str| {
        let at = rng.below(HOBBY_WORDS);
        list.split(',').nth(at).unwrap_or("cat")
    };
    let (head, tail) = (one(HOBBY_HEADS), one(HOBBY_TAILS));
    match rng.below(4) {
        0 => format!("{head}.{tail}"),
        1 => format!("{head}{tail}{}", 1 + rng.below(999)),
        2 => format!("{tail}_{}", 1 + rng.below(9999)),
        _ => format!("{head}_{tail}{}", rng.below(100)),
    }
}

/// A masked address; nothing in it repeats.
pub(super) fn relay(rng: &mut Rng) -> String {
    const SIGNS: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let local: String = (0..10).map(|_| char::from(SIGNS[rng.below(SIGNS.len())])).collect();
    format!("{local}@{RELAY}")
}

/// A house name drawn by its share.
pub(super) fn house(rng: &mut Rng, houses: &[(&'static str, usize)]) -> &'static str {
    let total = houses.iter().map(|(_, share)| share).sum();
    let mut left = rng.below(total);
    for &(name, share) in houses {
        if left < share {
            return name;
        }
        left -= share;
    }
    houses[0].0
}

/// The same address in other case or with blanks around it.
pub(super) fn exact_again(rng: &mut Rng, address: &str) -> String {
    match rng.below(10) {
        0 => address.to_uppercase(),
        1 => format!("{} ", address),
        2 => {
            let mut letters = address.chars();
            let head = letters.next().map(|c| c.to_ascii_uppercase());
            head.into_iter().chain(letters).collect()
        }
        3 => format!(" {address}"),
        _ => address.to_owned(),
    }
}

/// Another spelling of the same mailbox, where the house knows one.
pub(super) fn provider_again(rng: &mut Rng, address: &str) -> Option<String> {
    let here = split(address);
    let name = here.domain.strip_suffix(".example")?;
    let tag = *rng.pick(&["shop", "news", "promo", "store", "spam", "web", "2", "offers"]);
    let tagged = format!("{}+{tag}", here.local);
    Some(match name {
        "gmail" | "googlemail" => match rng.below(5) {
            0 => format!("{tagged}@{name}.example"),
            1 => format!("{}@{}.example", here.local, if name == "gmail" { "googlemail" } else { "gmail" }),
            2 if here.local.contains('.') => format!("{}@gmail.example", here.local.replace('.', "")),
            _ => format!("{}@{name}.example", dotted(rng, &here.local)),
        },
        "proton" | "protonmail" => match rng.below(3) {
            0 => format!("{tagged}@{name}.example"),
            1 => format!("{}@{name}.example", dotted(rng, &here.local)),
            _ => format!("{}@{}.example", here.local, if name == "proton" { "protonmail" } else { "proton" }),
        },
        "outlook" | "hotmail" => format!("{tagged}@{name}.example"),
        "icloud" => format!("{}@{}.example", here.local, *rng.pick(&["me", "mac"])),
        "me" | "mac" => format!("{}@icloud.example", here.local),
        _ => return None,
    })
}

fn dotted(rng: &mut Rng, local: &str) -> String {
    let plain = local.replace('.', "");
    let at = 1 + rng.below(plain.len().saturating_sub(1).max(1));
    if plain.len() < 3 || at >= plain.len() { plain } else { format!("{}.{}", &plain[..at], &plain[at..]) }
}

/// The address with one slip, in the local part or in the name of the house.
pub(super) fn typo_again(rng: &mut Rng, address: &str) -> String {
    let here = split(address);
    if rng.chance(0.62) {
        return format!("{}@{}", finger(rng, &here.local), here.domain);
    }
    let name = here.domain.strip_suffix(".example").unwrap_or(&here.domain);
    format!("{}@{}.example", here.local, finger(rng, name))
}

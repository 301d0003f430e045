//! Addresses one slip of the keyboard apart. An address alone never tells: only records that agree in a second field are
//! held against each other.

use rayon::prelude::{IntoParallelIterator, ParallelIterator, ParallelSliceMut};

/// Records under one phone beyond which it is a line that people share.
const SHARED_LINE: usize = 4;
/// Records under one name beyond which it says nothing about who bears it.
const COMMON_NAME: usize = 20;
/// Letters of a local part from which one edit is a slip rather than another name.
const LETTERS: usize = 4;
/// Letters of a domain from which one edit is a slip.
const DOMAIN: usize = 5;

/// What is known of a record: its mailbox, and hashes of what could agree.
#[derive(Debug)]
pub struct Known {
    /// The record.
    pub row: u32,
    /// Its mailbox, as the provider delivers.
    pub address: String,
    /// The first name, folded; blank where it is not known.
    pub first: String,
    /// Its phone.
    pub phone: Option<u64>,
    /// Its whole name.
    pub name: Option<u64>,
}

/// One of the fields that can agree.
type Field = fn(&Known) -> Option<u64>;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Each record once, with the first of those that it is a slip away from.
    pub pairs: Vec<(u32, u32)>,
}

/// The records one slip away from another that agrees in a second field; `same` says which are known to be one person.
pub fn pairs(known: &[Known], same: impl Fn(u32, u32) -> bool + Sync) -> Found {
    let fields: [(Field, usize); 2] = [(|known| known.phone, SHARED_LINE), (|known| known.name, COMMON_NAME)];
    let mut found = Found::default();
    for (field, most) in fields {
        let mut block: Vec<(u64, u32)> =
            known.iter().zip(0..).filter_map(|(known, at)| Some((field(known)?, at))).collect();
        block.par_sort_unstable();
        let telling = |run: &&[(u64, u32)]| (2..=most).contains(&run.len());
        let runs: Vec<&[(u64, u32)]> = block.chunk_by(|one, other| one.0 == other.0).filter(telling).collect();
        let pairs = runs.into_par_iter().flat_map_iter(|run| {
            let each =
                run.iter().enumerate().flat_map(move |(at, one)| run[at + 1..].iter().map(move |two| (one.1, two.1)));
            each.filter(|(one, two)| {
                let (one, two) = (&known[*one as usize], &known[*two as usize]);
                let named = one.first.is_empty() || two.first.is_empty() || is_one_name(&one.first, &two.first);
                named && is_slip(&one.address, &two.address) && !same(one.row, two.row)
            })
        });
        let pairs: Vec<(u32, u32)> = pairs.collect();
        let rows = pairs.into_iter().map(|(one, two)| (known[one as usize].row, known[two as usize].row));
        found.pairs.extend(rows.flat_map(|(one, two)| [(one, two), (two, one)]));
    }
    found.pairs.sort_unstable();
    found.pairs.dedup_by_key(|pair| pair.0);
    found
}

/// Whether two mailboxes are one slip apart, in the name before the @ or in the domain.
pub fn is_slip(one: &str, other: &str) -> bool {
    let (Some((name, domain)), Some((other_name, other_domain))) = (one.rsplit_once('@'), other.rsplit_once('@'))
    else {
        return false;
    };
    // What follows a plus is chosen, not mistyped.
    let plain = |name: &'_ str| name.split('+').next().unwrap_or_default().to_owned();
    if name != other_name && plain(name) == plain(other_name) {
        return false;
    }
    if name == other_name {
        return domain != other_domain && near(domain, other_domain, DOMAIN);
    }
    domain == other_domain && near(name, other_name, LETTERS)
}

/// Whether two first names can be one person's: the same, an initial of it, or a slip in a long one.
fn is_one_name(one: &str, other: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    let long = one.chars().count().min(other.chars().count()) >= 5;
    one == other || initial(one, other) || initial(other, one) || (long && strsim::osa_distance(one, other) == 1)
}

/// One edit apart, with the same digits: numbers and years are part of who one is.
fn near(one: &str, other: &str, letters: usize) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let count = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    one.len().abs_diff(other.len()) <= 4
        && count(one) >= letters
        && count(other) >= letters
        && digits(one) == digits(other)
        && strsim::osa_distance(one, other) == 1
}

#[cfg(test)]
mod tests {
    use super::{Known, is_slip, pairs};

    #[test]
    fn slips_are_told_from_other_people() {
        let table = [
            ("ana.weber@example.com", "ana.wber@example.com", true),
            ("ana.weber@example.com", "ana.wbeer@example.com", true),
            ("ana.weber@example.com", "ana.weber@exmple.com", true),
            ("ana.weber@example.com", "anna.webber@example.com", false),
            ("john1@example.com", "john2@example.com", false),
            ("ana.weber1980@example.com", "ana.weber1981@example.com", false),
            ("jo@example.com", "jon@example.com", false),
            ("greta.q+b2b@example.com", "greta.q+b2c@example.com", false),
            ("ana.weber@example.com", "ana.weber@example.com", false),
            ("ana.weber@example.com", "ana.wber@example.org", false),
        ];
        for (one, other, wanted) in table {
            assert_eq!(is_slip(one, other), wanted, "{one} {other}");
        }
    }

    #[test]
    fn an_address_alone_never_links() {
        let known = |row, address: &str, phone, name| Known {
            row,
            address: address.to_owned(),
            first: String::new(),
            phone,
            name,
        };
        let list = [
            known(0, "ana.weber@example.com", Some(1), None),
            known(1, "ana.wber@example.com", Some(1), Some(9)),
            known(2, "ana.webr@example.com", Some(2), Some(8)),
            known(3, "anaweber@example.com", None, Some(9)),
        ];
        assert_eq!(pairs(&list, |_, _| false).pairs, [(0, 1), (1, 0)]);
        assert!(pairs(&list, |_, _| true).pairs.is_empty());
        let called = |first: [&str; 2]| {
            let mut list =
                [known(0, "m.brandt@example.com", Some(1), None), known(1, "n.brandt@example.com", Some(1), None)];
            for (known, first) in list.iter_mut().zip(first) {
                known.first = first.to_owned();
            }
            pairs(&list, |_, _| false).pairs.len()
        };
        assert_eq!(
            [called(["mia", "noah"]), called(["jan", "jana"]), called(["mia", "mia"]), called(["m", "mia"])],
            [0, 0, 2, 2]
        );
        let line: Vec<Known> = (0..8)
            .map(|row| known(row, ["alia@example.com", "alian@example.com"][row as usize % 2], Some(1), None))
            .collect();
        assert!(pairs(&line, |_, _| false).pairs.is_empty(), "a switchboard is nobody's number");
    }
}

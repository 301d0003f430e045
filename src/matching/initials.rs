//! What the names of two records nearly always have in common where both are of one person, however they are written: a
//! word that begins alike, or a form of one first name.

use super::names::Name;

/// Letters by the sounds that they are written for at the beginning of a name: Carl is Karl, Philip is Filip, Yvonne is
/// Ivonne, Zofia is Sofia.
const SOUNDS: [&str; 16] = ["a", "b", "ckqx", "d", "e", "fpvw", "gijy", "h", "l", "m", "n", "o", "r", "sz", "t", "u"];
/// Bits that the forms of first names share.
const FORMS: usize = u32::BITS as usize - SOUNDS.len();

/// The letters with which the words of a name begin, and the first names that it is a form of, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Initials(u32);

impl Initials {
    /// Those of a name that is missing, or that another alphabet or a number begins: they meet all.
    pub(super) const ANY: Self = Self(u32::MAX);

    pub(super) fn of(name: &Name) -> Self {
        let sound = |letter: char| SOUNDS.iter().position(|letters| letters.contains(letter));
        let letters = name.words().map(|word| word.chars().next().and_then(sound));
        let forms = name.groups.iter().map(|group| Some(SOUNDS.len() + usize::from(*group) % FORMS));
        letters.chain(forms).try_fold(0, |bits, bit| Some(bits | 1 << bit?)).map_or(Self::ANY, Self)
    }

    /// Whether two of them have one in common.
    pub(super) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of either.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::matching::names::{Cells, Names};

    /// Whether two records meet by their first names and surnames, and by their first names alone.
    fn meet(one: [&str; 2], other: [&str; 2]) -> [bool; 2] {
        let texts = [one, other];
        let cells = |row: u32| {
            let [first, last] = texts[row as usize];
            Cells { first, last, ..Cells::default() }
        };
        let (names, rows) = Names::read(2, cells);
        let [one, other] =
            [rows[0], rows[1]].map(|(first, last, _)| [first, last].map(|at| names.initials[at as usize]));
        [one[0].and(one[1]).meet(other[0].and(other[1])), one[0].meet(other[0])]
    }

    #[test]
    fn names_of_one_person_have_an_initial_or_a_form_in_common() {
        let table = [
            (["Otto", "Weber"], ["oto", "Wbeer"], [true, true]),
            (["Otto", "Weber"], ["Weber", "Otto"], [true, false]),
            (["Robert", "Weber"], ["Bob", "Lindt"], [true, true]),
            (["Karl", "Weber"], ["Carl", "Lindt"], [true, true]),
            (["Oda", "Weber"], ["Ulf Oda", "Lindt"], [true, true]),
            (["Oda", "von Lindt"], ["Uta", "Lindt"], [true, false]),
            (["\u{d6}da", "Weber"], ["Oeda", "Lindt"], [true, true]),
            (["", "Weber"], ["Otto", "Lindt"], [true, true]),
            (["\u{421}\u{438}\u{43c}\u{430}", "Weber"], ["Otto", "Lindt"], [true, true]),
            (["Otto", ""], ["Ulf", "Lindt"], [true, false]),
            (["Otto", "Weber"], ["Ulf", "Weber"], [true, false]),
            (["Otto", "Weber"], ["Ulf", "Lindt"], [false, false]),
        ];
        for (one, other, wanted) in table {
            assert_eq!(meet(one, other), wanted, "{one:?} {other:?}");
            assert_eq!(meet(other, one), wanted, "{other:?} {one:?}");
        }
    }
}

//! Labels of the first noise model: every pair of records of one person with its tier, the planted hard negatives, and
//! the fields in which the two records of a pair agree.

use super::addresses::tier;
use super::{CITY, COMPANY, FIRST, LAST, POSTCODE, Pair, Row, STREET};

/// All pairs, by places before the shuffle. Records of one person stand side by side there.
pub(super) fn pairs(rows: &[Row], unlike: &[(u32, u32, &'static str)]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (left, row) in rows.iter().enumerate() {
        for (ahead, other) in rows[left + 1..].iter().enumerate().take_while(|(_, other)| other.person == row.person) {
            let kind = tier(&row.cells[0], &other.cells[0]);
            let right = (left + 1 + ahead) as u32;
            pairs.push(Pair { left: left as u32, right, same: true, kind, agrees: agreeing(row, other) });
        }
    }
    for &(left, right, kind) in unlike {
        let agrees = agreeing(&rows[left as usize], &rows[right as usize]);
        pairs.push(Pair { left, right, same: false, kind, agrees });
    }
    pairs
}

/// The fields that agree; an empty cell agrees with nothing.
fn agreeing(left: &Row, right: &Row) -> Vec<&'static str> {
    let (a, b) = (&left.said, &right.said);
    let named = |row: &Row| !row.cells[FIRST].is_empty() && !row.cells[LAST].is_empty();
    let suffix = a.suffix == 0 || b.suffix == 0 || a.suffix == b.suffix;
    let name = named(left) && named(right) && a.given == b.given && a.family == b.family;
    let equal = |cell: usize| {
        let (one, other) = (left.cells[cell].trim(), right.cells[cell].trim());
        !one.is_empty() && one.to_lowercase() == other.to_lowercase()
    };
    [
        ("name", name && suffix && a.slips + b.slips <= 1),
        ("phone", a.phone != 0 && a.phone == b.phone),
        ("birth", a.birth != 0 && a.birth == b.birth),
        ("postcode", equal(POSTCODE)),
        ("street", equal(STREET)),
        ("city", equal(CITY)),
        ("company", equal(COMPANY)),
    ]
    .into_iter()
    .filter_map(|(field, agrees)| agrees.then_some(field))
    .collect()
}

//! What the rules about times say of a unit, hop by hop: what is right at the source is not what Customer.io's date
//! conditions match.

use crate::judge_links::{Links, missing};
use crate::schema::{Contact, Profile, Set};
use crate::stamps::{Form, Stamp, read};
use crate::time::{DAY, NOW, berlin, day_number};
use crate::unit::Unit;
use crate::whole::{PROFILE_TIMES, SOURCE_TIMES, Whole, counts_as_form};

/// Seconds that two sides may be apart.
const TOLERANCE: i64 = 60;

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links, whole: &Whole) {
    for at in 0..unit.rows(Set::Contacts).len() {
        for column in SOURCE_TIMES {
            source(unit, at, column, whole);
        }
    }
    for at in 0..unit.rows(Set::People).len() {
        for column in PROFILE_TIMES {
            profile(unit, at, column, whole);
        }
    }
    instants(unit, links, whole);
}

/// A birthday may be any day, also the first of Unix time.
fn is_birthday_then(stamp: &Stamp, is_birth: bool) -> bool {
    is_birth && stamp.form == Form::Date && stamp.day == Some(day_number(1970, 1, 1))
}

fn is_ahead(stamp: &Stamp) -> bool {
    stamp.sure.or(stamp.day.map(|day| day * DAY)).is_some_and(|second| second > NOW + DAY)
}

fn source(unit: &mut Unit, at: usize, column: Contact, whole: &Whole) {
    let value = unit.get(Set::Contacts, at, column).to_owned();
    if missing(&value) {
        return;
    }
    let stamp = read(&value);
    let moment = matches!(column, Contact::Ordered);
    let is_birth = matches!(column, Contact::Birth);
    let right = matches!(stamp.form, Form::Space | Form::Date);
    let fake = stamp.form == Form::Impossible
        || (right && stamp.is_fake() && !is_birthday_then(&stamp, is_birth))
        || (moment && is_ahead(&stamp));
    let wrong = !right && !stamp.form.is_unit() && stamp.form != Form::Impossible;
    let codes = [
        ("TS001", wrong),
        ("TS003", stamp.form.is_unit()),
        ("TS004", moment && stamp.form == Form::Date),
        ("TS005", moment && whole.is_odd_offset(stamp.form)),
        ("TS006", whole.is_either_way(column, &value)),
        ("TS008", fake),
        ("TS015", stamp.form.is_zoneless() && stamp.unsure_hour),
    ];
    for (code, _) in codes.into_iter().filter(|(_, speaks)| *speaks) {
        unit.found(code, (Set::Contacts, at), column, None);
    }
}

fn profile(unit: &mut Unit, at: usize, column: Profile, whole: &Whole) {
    let value = unit.get(Set::People, at, column).to_owned();
    if missing(&value) {
        return;
    }
    let stamp = read(&value);
    let is_birth = matches!(column, Profile::Birth);
    let seconds = stamp.sure.map(|second| second.to_string());
    let main = whole.form(column);
    let stray = counts_as_form(&value).is_some_and(|form| main != Some(form));
    let (unit_of_time, zero) = (stamp.form.is_unit(), stamp.form == Form::Zero);
    // A date campaign takes ISO dates beside Unix seconds; a segment does not.
    let campaign = matches!(stamp.form, Form::Local | Form::Date) || stamp.form.has_offset();
    let fits = stamp.form == Form::Seconds || unit_of_time || zero;
    let ahead = matches!(column, Profile::Ordered) && stamp.form == Form::Seconds && is_ahead(&stamp);
    let codes = [
        ("TS002", !is_birth && !fits, seconds.clone()),
        ("TS003", unit_of_time, seconds.clone()),
        ("TS008", ahead, None),
        ("TS012", is_birth && !fits && !campaign, None),
        ("TS013", stamp.is_fake() && !is_birthday_then(&stamp, is_birth), None),
        ("TS014", stray, seconds.filter(|_| main == Some(Form::Seconds))),
    ];
    for (code, _, right) in codes.into_iter().filter(|(_, speaks, _)| *speaks) {
        unit.found(code, (Set::People, at), column, right);
    }
}

/// Whether both sides are sure, and not of the same moment or day. Of a birth only days are compared.
fn differs(left: &Stamp, right: &Stamp, is_birth: bool) -> bool {
    let fake = |stamp: &Stamp| stamp.is_fake() && !is_birthday_then(stamp, is_birth);
    if fake(left) || fake(right) {
        return false;
    }
    match (left, right) {
        (Stamp { form: Form::Date, day, .. }, Stamp { form: Form::Date, day: other, .. }) => day != other,
        _ if is_birth => false,
        (Stamp { form: Form::Date, day: Some(day), .. }, Stamp { sure: Some(here), .. }) => {
            let days = [*here, here + berlin(*here)].map(|second| second.div_euclid(DAY));
            !days.contains(day)
        }
        (Stamp { sure: Some(there), .. }, Stamp { sure: Some(here), .. }) => (here - there).abs() > TOLERANCE,
        _ => false,
    }
}

/// TS007: two sides of a pair that do not agree.
fn instants(unit: &mut Unit, links: &Links, whole: &Whole) {
    for pair in &links.pairs {
        for (from, to) in SOURCE_TIMES.into_iter().zip(PROFILE_TIMES) {
            let left = read(unit.get(Set::Contacts, pair.contact, from));
            let right = read(unit.get(Set::People, pair.profile, to));
            if !differs(&left, &right, matches!(to, Profile::Birth)) {
                continue;
            }
            let profile = (Set::People, pair.profile);
            if whole.is_fresh(unit.get(Set::Contacts, pair.contact, Contact::Modified)) {
                unit.near("TS007", profile, to, "changed too recently for the sync to have caught up");
                continue;
            }
            let other = unit.key(Set::Contacts, pair.contact);
            unit.pair("TS007", profile, Some(to.into()), other);
            unit.suggest(left.sure.map(|second| second.to_string()));
        }
    }
}

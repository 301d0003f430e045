//! Second noise model: people who look like one and are not. Each function draws a small group of different persons
//! that share what such people share, and sees to it that what tells them apart stands in the entries.

use super::Group;
use super::entry::{Draft, Entry, Field, any_source, put_down};
use super::land::feminine;
use super::mail::hobby;
use super::names::{ENGLISH_TONGUE, POLISH_TONGUE, SPANISH_TONGUE};
use super::places::{HOUSES, LOOKALIKES};
use super::slips::{edits, fold, handle};
use super::twice::{Wish, address_again};
use super::world::{Home, Person, World};

const NAME: [Field; 2] = [Field::First, Field::Last];

/// An entry with hardly a slip, in which the kept fields certainly stand.
fn careful(world: &mut World, person: &Person, suffix: &'static str, keep: &[Field]) -> Entry {
    let source = any_source(world);
    let mut draft = Draft::of(person);
    draft.suffix = suffix;
    draft.thin(world, source, 1.0, &[&NAME, keep].concat());
    // Where the birth date decides or is shared by plan, nothing may slip.
    let level = if keep.contains(&Field::Birth) { 0.0 } else { 0.15 };
    put_down(world, draft, source, level)
}

/// Every entry beside the one before it.
fn chain(kind: &'static str, entries: Vec<Entry>) -> Group {
    let apart = (1..entries.len()).map(|right| (right - 1, right)).collect();
    Group { entries, apart, kind }
}

/// A first name that nobody hears as one of those taken.
fn other_first(world: &mut World, tongue: usize, female: bool, taken: &[String]) -> String {
    loop {
        let name = world.first(tongue, female).to_owned();
        let clash = taken.iter().any(|other| {
            let short = |name: &str| world.short_of(tongue, name).to_vec();
            let (ours, theirs) = (short(&name), short(other));
            edits(&fold(&name), &fold(other)) < 3
                || ours.iter().any(|form| theirs.contains(form) || form == other)
                || theirs.contains(&name.as_str())
                || part_of(&name, other)
        });
        if !clash {
            return name;
        }
    }
}

/// Whether one of two double names holds a part of the other.
fn part_of(name: &str, other: &str) -> bool {
    name.split([' ', '-']).any(|part| other.split([' ', '-']).any(|piece| piece == part))
}

/// Another person of the same home and surname.
fn kin(world: &mut World, of: &Person, taken: &[String], female: bool) -> Person {
    let first = other_first(world, of.tongue, female, taken);
    let last = match (of.tongue, of.last.strip_suffix("ka"), female) {
        (POLISH_TONGUE, Some(stem), false) if of.female && stem.ends_with(['s', 'c']) => format!("{stem}ki"),
        (POLISH_TONGUE, _, true) => feminine(&of.last),
        _ => of.last.clone(),
    };
    let mut person = world.person_named(of.tongue, female, first, last, of.home.clone(), false);
    person.home = of.home.clone();
    person
}

/// Sometimes the first of a family stands in the file twice, so that merging one pair tempts to merge the family.
fn second_look(world: &mut World, person: &Person, group: &mut Group, keep: &[Field]) {
    if !world.rng.chance(0.18) {
        return;
    }
    let wish = *world.rng.pick(&[Wish::Exact, Wish::Provider, Wish::Typo, Wish::Moved]);
    let mut again = person.clone();
    if let Some(address) = address_again(world, person, wish) {
        again.mail = address;
    }
    let entry = careful(world, &again, "", &[&[Field::Mail], keep].concat());
    group.entries.push(entry);
    group.apart.push((1, group.entries.len() - 1));
}

pub(super) fn siblings(world: &mut World) -> Group {
    let mut first = world.person(false);
    first.birth.year = first.birth.year.min(1996);
    let mut taken = vec![first.first.clone()];
    let mut people = vec![first.clone()];
    for _ in 0..if world.rng.chance(0.2) { 2 } else { 1 } {
        let female = world.rng.chance(0.5);
        let mut other = kin(world, &first, &taken, female);
        let year = people[people.len() - 1].birth.year + 1 + world.rng.below(6) as u16;
        other.birth = world.day_in(year);
        if world.rng.chance(0.4) {
            other.phone = first.phone;
        }
        taken.push(other.first.clone());
        people.push(other);
    }
    let entries = people.iter().map(|person| careful(world, person, "", &[Field::Code])).collect();
    let mut group = chain("siblings", entries);
    second_look(world, &first, &mut group, &[Field::Code]);
    group
}

pub(super) fn couple(world: &mut World) -> Group {
    let one = world.person(false);
    let mut other = kin(world, &one, std::slice::from_ref(&one.first), !one.female);
    if world.rng.chance(0.3) {
        other.last = world.last(other.tongue, other.female);
    }
    other.phone = one.phone;
    let mut keep = vec![Field::Phone];
    if world.rng.chance(0.15) {
        other.mail = one.mail.clone();
        keep.push(Field::Mail);
    }
    if world.rng.chance(0.7) {
        keep.extend([Field::Code, Field::Street]);
    }
    let entries = vec![careful(world, &one, "", &keep), careful(world, &other, "", &keep)];
    let mut group = chain("couple", entries);
    second_look(world, &one, &mut group, &[Field::Phone]);
    group
}

pub(super) fn father_and_son(world: &mut World) -> Group {
    let mut father = world.person(false);
    while father.female {
        father = world.person(false);
    }
    father.birth.year = father.birth.year.min(1972);
    let (first, last) = (father.first.clone(), father.last.clone());
    let mut son = world.person_named(father.tongue, false, first, last, father.home.clone(), false);
    son.home = father.home.clone();
    let year = father.birth.year + 19 + world.rng.below(25) as u16;
    son.birth = world.day_in(year);
    // Two of one name and home do not also bear one middle letter by chance.
    son.middle = father.middle;
    if world.rng.chance(0.5) {
        son.phone = father.phone;
    }
    let marked = matches!(father.tongue, ENGLISH_TONGUE | SPANISH_TONGUE) && world.rng.chance(0.7);
    let (older, younger): (&'static str, &'static str) =
        if marked { *world.rng.pick(&[("Sr.", "Jr."), ("Sr", "Jr"), ("Sr.", "Jr")]) } else { ("", "") };
    let mut keep = vec![Field::Code];
    if !marked || world.rng.chance(0.3) {
        keep.push(Field::Birth);
    }
    if world.rng.chance(0.5) {
        keep.push(Field::Street);
    }
    chain("father-and-son", vec![careful(world, &father, older, &keep), careful(world, &son, younger, &keep)])
}

pub(super) fn twins(world: &mut World) -> Group {
    let one = world.person(false);
    let female = if world.rng.chance(0.6) { one.female } else { !one.female };
    let mut other = kin(world, &one, std::slice::from_ref(&one.first), female);
    other.birth = one.birth;
    if world.rng.chance(0.4) {
        other.phone = one.phone;
    }
    let keep = [Field::Birth, if world.rng.chance(0.6) { Field::Code } else { Field::Town }];
    chain("twins", vec![careful(world, &one, "", &keep), careful(world, &other, "", &keep)])
}

pub(super) fn namesakes(world: &mut World) -> Group {
    let one = world.person(false);
    let home = if world.rng.chance(0.4) { near(world, &one.home) } else { world.home() };
    let (first, last) = (one.first.clone(), one.last.clone());
    let other = world.person_named(one.tongue, one.female, first, last, home, false);
    // Two facts that differ stand in both, so that the file itself tells them apart.
    let keep: &[Field] = match world.rng.below(4) {
        0 => &[Field::Phone, Field::Birth],
        1 => &[Field::Birth, Field::Code, Field::Town],
        2 => &[Field::Phone, Field::Code, Field::Town],
        _ => &[Field::Phone, Field::Birth, Field::Code, Field::Mail],
    };
    chain("namesakes", vec![careful(world, &one, "", keep), careful(world, &other, "", keep)])
}

/// A home elsewhere in the same town where the town has another code.
fn near(world: &mut World, home: &Home) -> Home {
    let mut other = world.home();
    for code in [home.code + 1, home.code.wrapping_sub(1)] {
        if world.same_town(home.code, code) {
            other = world.home_in(code);
        }
    }
    other
}

pub(super) fn numbered(world: &mut World) -> Group {
    let mut one = world.person(false);
    let mut other = world.person(false);
    let style = world.rng.below(20);
    let mut keep = vec![Field::Mail];
    let stem = match style {
        0..=12 => {
            (other.tongue, other.female) = (one.tongue, one.female);
            other.first = one.first.clone();
            while edits(&fold(&one.last), &fold(&other.last)) < 3 {
                other.last = world.last(other.tongue, other.female);
            }
            if world.rng.chance(0.6) { handle(&one.first) } else { plain_hobby(world) }
        }
        13..=16 => {
            let (first, last) = (one.first.clone(), one.last.clone());
            let home = world.home();
            other = world.person_named(one.tongue, one.female, first, last, home, false);
            keep.extend([Field::Birth, Field::Phone]);
            format!("{}.{}", handle(&one.first), handle(&one.last))
        }
        _ => plain_hobby(world),
    };
    for turn in 1.. {
        let house = HOUSES[world.rng.below(HOUSES.len())].0;
        let number = if world.rng.chance(0.5) {
            world.rng.below(8 * turn) + 1
        } else {
            usize::from(one.birth.year) + (turn - 1) / 20 * 100
        };
        let mail = |number: usize| format!("{stem}{number}@{house}.example");
        if world.claim(&mail(number), one.id) && world.claim(&mail(number + 1), other.id) {
            (one.mail, other.mail) = (mail(number), mail(number + 1));
            break;
        }
    }
    chain("numbered", vec![careful(world, &one, "", &keep), careful(world, &other, "", &keep)])
}

/// A hobby without the digits it came with.
fn plain_hobby(world: &mut World) -> String {
    hobby(&mut world.rng).trim_end_matches(|sign: char| sign.is_ascii_digit()).to_owned()
}

pub(super) fn office_box(world: &mut World) -> Group {
    let (firm, home, phone) = (world.own_firm(), world.home(), world.phone());
    let part =
        *world.rng.pick(&["info", "office", "contact", "sales", "hello", "admin", "bureau", "kontakt", "ventas"]);
    let mail = format!("{part}@{}", world.firm_domain(firm));
    let size = 3 + world.rng.below(4) + world.rng.below(7);
    let mut names: Vec<String> = Vec::with_capacity(size);
    let mut entries = Vec::with_capacity(size);
    while entries.len() < size {
        let mut person = world.person(false);
        let name = fold(&format!("{} {}", person.first, person.last));
        if names.iter().any(|other| edits(other, &name) < 3) {
            continue;
        }
        names.push(name);
        (person.firm, person.phone, person.mail, person.home) = (firm, phone, mail.clone(), home.clone());
        let mut keep = vec![Field::Mail, Field::Firm];
        if world.rng.chance(0.85) {
            keep.push(Field::Phone);
        }
        entries.push(careful(world, &person, "", &keep));
    }
    chain("office-box", entries)
}

pub(super) fn placeholder(world: &mut World) -> Group {
    // Which of mail, phone and birth the group shares.
    const WHICH: [&[usize]; 9] = [&[0], &[0], &[0], &[1], &[1], &[2], &[2], &[0, 1], &[1, 2]];
    let mail = *world.rng.pick(&super::mail::NO_MAIL);
    let phone = *world.rng.pick(&["0000000000", "1234567890", "9999999999", "+1 000 000 0000", "1111111111"]);
    let birth = *world.rng.pick(&["1900-01-01", "1970-01-01"]);
    let which = WHICH[world.rng.below(WHICH.len())];
    let size = 2 + world.rng.below(4);
    let mut entries: Vec<Entry> = Vec::with_capacity(size);
    let mut names: Vec<String> = Vec::with_capacity(size);
    while entries.len() < size {
        let person = world.person(false);
        let name = fold(&format!("{} {}", person.first, person.last));
        if names.iter().any(|other| edits(other, &name) < 3) {
            continue;
        }
        names.push(name);
        let source = any_source(world);
        let mut draft = Draft::of(&person);
        draft.thin(world, source, 1.0, &NAME);
        for &index in which {
            draft.stand_in[index] = Some([mail, phone, birth][index]);
        }
        entries.push(put_down(world, draft, source, 0.0));
    }
    chain("placeholder", entries)
}

pub(super) fn lookalike(world: &mut World) -> Group {
    let (famous, rare) = *world.rng.pick(&LOOKALIKES);
    let mut one = world.person(false);
    let mut other = world.person(false);
    let by_name = world.rng.chance(0.45);
    if by_name {
        (other.tongue, other.female) = (one.tongue, one.female);
        other.last = one.last.clone();
        other.first = other_first(world, one.tongue, one.female, std::slice::from_ref(&one.first));
        if one.first.chars().next() != other.first.chars().next() {
            while edits(&fold(&one.last), &fold(&other.last)) < 3 {
                other.last = world.last(other.tongue, other.female);
            }
        }
    } else {
        while edits(&fold(&one.last), &fold(&other.last)) < 3 {
            other.last = world.last(other.tongue, other.female);
        }
    }
    for turn in 0_usize.. {
        let mut part =
            if by_name { format!("{}{}", &handle(&one.first)[..1], handle(&one.last)) } else { hobby(&mut world.rng) };
        if turn > 0 {
            part.push_str(&world.rng.below(100 * turn).to_string());
        }
        let (left, right) = (format!("{part}@{famous}.example"), format!("{part}@{rare}.example"));
        let free = world.claim_local(&one, &part) && world.claim_local(&other, &part);
        if free && world.claim(&left, one.id) && world.claim(&right, other.id) {
            (one.mail, other.mail) = (left, right);
            break;
        }
    }
    let keep = [Field::Mail];
    chain("lookalike-domain", vec![careful(world, &one, "", &keep), careful(world, &other, "", &keep)])
}

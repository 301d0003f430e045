//! Second noise model: one person, one or more entries. A person is drawn; out go the entries that the person, an
//! agent or a script made of them over the years.

use super::Group;
use super::entry::{Draft, Entry, Field, any_source, put_down};
use super::mail::{FRESH_TRIES, NO_MAIL, exact_again, house, provider_again, relay, tier, typo_again};
use super::places::HOUSES;
use super::slips::{Source, finger};
use super::world::{Person, World};

/// The address a second entry comes with; the tier of a pair is read off the addresses afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Exact,
    Provider,
    Typo,
    Relay,
    Moved,
    Other,
    None,
}

/// Weights under which the tiers of all pairs come out as wanted; pairs among copies mostly fall to `other`.
const WISHES: [(Wish, usize); 7] = [
    (Wish::Exact, 180),
    (Wish::Provider, 180),
    (Wish::Typo, 240),
    (Wish::Relay, 130),
    (Wish::Moved, 115),
    (Wish::Other, 125),
    (Wish::None, 65),
];

fn wish(world: &mut World) -> Wish {
    let mut left = world.rng.below(WISHES.iter().map(|(_, weight)| weight).sum());
    for (wish, weight) in WISHES {
        if left < weight {
            return wish;
        }
        left -= weight;
    }
    Wish::Exact
}

/// One person with one entry, or now and then with two to four.
pub(super) fn one_person(world: &mut World, room: usize) -> Group {
    let copies = if room > 1 && world.rng.chance(0.098) {
        *world.rng.pick(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3])
    } else {
        0
    };
    let wishes: Vec<Wish> = (0..copies).map(|_| wish(world)).collect();
    let person = world.person(wishes.contains(&Wish::Provider));
    let nameless = copies > 0 && world.rng.chance(0.035);
    let source = if nameless { Source::Agent } else { any_source(world) };
    let mut draft = Draft::of(&person);
    let keep: &[Field] = if copies > 0 && !nameless { &[Field::Mail] } else { &[] };
    draft.thin(world, source, 1.0, keep);
    if nameless {
        draft.mail = None;
    }
    stand_ins(world, &mut draft);
    draft.shorten(world, person.tongue, 0.4);
    let mut entries = vec![put_down(world, draft, source, 0.3)];
    for wish in wishes {
        let entry = again(world, &person, wish);
        entries.push(entry);
    }
    Group { entries, apart: Vec::new(), kind: "" }
}

/// Who leaves a field out is now and then made to fill in something.
fn stand_ins(world: &mut World, draft: &mut Draft) {
    if draft.mail.is_none() && world.rng.chance(0.12) {
        draft.stand_in[0] = Some(*world.rng.pick(&NO_MAIL));
    }
    if draft.phone.is_none() && world.rng.chance(0.008) {
        draft.stand_in[1] = Some(*world.rng.pick(&["0000000000", "1234567890", "000-000-0000"]));
    }
    if draft.birth.is_none() && world.rng.chance(0.006) {
        draft.stand_in[2] = Some(*world.rng.pick(&["1900-01-01", "1970-01-01"]));
    }
}

/// A later entry of the person, after what may have changed in a life.
fn again(world: &mut World, person: &Person, wish: Wish) -> Entry {
    let mut now = person.clone();
    let source = match wish {
        Wish::Relay if world.rng.chance(0.7) => Source::Guest,
        // Who comes with no known address is an order or a call, seldom a newsletter.
        Wish::Other | Wish::None if world.rng.chance(0.8) => {
            *world.rng.pick(&[Source::Guest, Source::Guest, Source::Agent, Source::Import, Source::Scan])
        }
        _ => any_source(world),
    };
    change(world, &mut now, source);
    let mut draft = Draft::of(&now);
    draft.mail = address_again(world, &now, wish);
    let keep: &[Field] = if wish == Wish::None { &[] } else { &[Field::Mail] };
    // Other addresses are seldom met on thin entries: it is an order that one gives another address for.
    let gap = if matches!(wish, Wish::Relay | Wish::Other | Wish::None) { 0.96 } else { 0.88 };
    draft.thin(world, source, gap, keep);
    if draft.mail.is_none() {
        // An entry without address and name would be nobody's.
        let whole = Draft::of(&now);
        draft.first = whole.first;
        draft.last = whole.last;
        if draft.phone.is_none() && draft.code.is_none() {
            draft.phone = whole.phone;
        }
    }
    stand_ins(world, &mut draft);
    split_last(world, &mut draft);
    draft.shorten(world, now.tongue, 1.0);
    put_down(world, draft, source, 1.0)
}

/// At most two things change between two entries: home, number, surname, employer.
fn change(world: &mut World, now: &mut Person, source: Source) {
    let mut left = 2;
    let mut happens = |world: &mut World, odds: f64| {
        let here = left > 0 && world.rng.chance(odds);
        left -= usize::from(here);
        here
    };
    if happens(world, 0.1) {
        let birth = now.birth;
        now.home = world.home();
        world.set_apart(now);
        // The search for a free home must not make the person another age.
        now.birth = birth;
    }
    if happens(world, 0.11) {
        now.phone = world.phone();
    }
    if now.female && matches!(source, Source::Web | Source::Guest | Source::Agent) && happens(world, 0.06) {
        let other = world.last(now.tongue, true);
        now.last = if world.rng.chance(0.25) { format!("{}-{other}", now.last) } else { other };
    }
    if happens(world, 0.12) {
        now.firm = world.firm();
    }
}

/// Two surnames as they shrink or grow together.
fn split_last(world: &mut World, draft: &mut Draft) {
    let Some(last) = draft.last.as_mut().filter(|last| last.contains([' ', '-'])) else {
        return;
    };
    let parts: Vec<&str> = last.split([' ', '-']).collect();
    let (head, tail) = (parts[0].to_owned(), parts[parts.len() - 1].to_owned());
    *last = match world.rng.below(12) {
        0..=2 if head.len() > 3 => head,
        3 if tail.len() > 3 => tail,
        4 => last.replace(' ', "-"),
        5 => last.replace('-', " "),
        6 => last.replace([' ', '-'], ""),
        _ => return,
    };
}

/// The second address by its wish; where the base allows none such, the nearest.
pub(super) fn address_again(world: &mut World, person: &Person, wish: Wish) -> Option<String> {
    let base = person.mail.clone();
    Some(match wish {
        Wish::None => return None,
        Wish::Exact => exact_again(&mut world.rng, &base),
        Wish::Provider => provider_again(&mut world.rng, &base).unwrap_or_else(|| exact_again(&mut world.rng, &base)),
        Wish::Relay => relay(&mut world.rng),
        Wish::Typo => sought(world, person, "typo", |world, base| typo_again(&mut world.rng, base)),
        Wish::Moved => sought(world, person, "moved", |world, base| {
            let part = base.rsplit_once('@').map_or(base, |(part, _)| part);
            if world.rng.chance(0.2) {
                let domain = world.firm_domain(person.firm);
                return format!("{part}@{domain}");
            }
            format!("{part}@{}.example", house(&mut world.rng, &HOUSES))
        }),
        Wish::Other if world.rng.chance(0.15) => sought(world, person, "other", |world, base| {
            let (part, domain) = base.rsplit_once('@').unwrap_or((base, "none.example"));
            let once = finger(&mut world.rng, part);
            format!("{}@{domain}", finger(&mut world.rng, &once))
        }),
        Wish::Other => {
            let private = world.rng.chance(0.6);
            world.address(person, private.then_some(&HOUSES))
        }
    })
}

/// Tries until the address makes the wished tier and is nobody else's.
fn sought(world: &mut World, person: &Person, wanted: &str, make: impl Fn(&mut World, &str) -> String) -> String {
    for _ in 0..FRESH_TRIES {
        let address = make(world, &person.mail);
        // A point at the head of the address would be refused by every form.
        let fit = !address.starts_with('.') && !address.contains(".@") && tier(&person.mail, &address) == wanted;
        if fit && world.claim(&address, person.id) {
            return address;
        }
    }
    person.mail.clone()
}

//! Hard negatives of the first noise model: different people who look like one. Each builder adds one small group and
//! lists a bounded number of its pairs; what tells the people apart is always written in the records.

use super::addresses::{Address, LOOKALIKES, PLACEHOLDERS, provider, wordy};
use super::companies::company;
use super::entries::{Care, Source};
use super::names::{GERMAN, Given};
use super::persons::Person;
use super::slips::folded;
use super::{BIRTH, COMPANY, Cells, EMAIL, HOME, NAME, PHONE, World};

/// A group is never larger than this, copies included.
const ROOM: usize = 30;

type Builder = fn(&mut World);

const BUILDERS: [Builder; 8] = [
    World::siblings,
    World::couple,
    World::father_and_son,
    World::twins,
    World::namesakes,
    World::numbered,
    World::office_box,
    World::lookalike,
];

impl World {
    /// Adds about `each` records of every kind.
    pub(super) fn negatives(&mut self, each: usize) {
        for build in BUILDERS {
            let start = self.rows.len();
            while self.rows.len() - start < each && self.rows.len() + ROOM <= self.wanted {
                build(self);
            }
        }
        self.placeholders(each);
    }

    fn unlike(&mut self, left: u32, right: u32, kind: &'static str) {
        self.unlike.push((left, right, kind));
    }

    fn all_unlike(&mut self, places: &[u32], kind: &'static str) {
        for (at, left) in places.iter().enumerate() {
            for right in &places[at + 1..] {
                self.unlike(*left, *right, kind);
            }
        }
    }

    /// Somebody of the same family in the same house, whose name nobody takes for a name already there.
    fn relative(&mut self, of: &[Person], family: bool) -> Person {
        let head = &of[0];
        for _ in 0..20 {
            let mut who = self.person(false);
            let woman = if family { who.woman } else { !head.woman };
            let given = self.names.given(&mut self.rng, head.tongue, woman);
            if of.iter().any(|other| self.names.akin(&other.given.text, &given.text)) {
                continue;
            }
            (who.given, who.woman, who.tongue) = (given, woman, head.tongue);
            if family || self.rng.chance(0.75) {
                who.family = head.family.clone();
            }
            who.home = head.home.clone();
            let (code, day) = (who.home.postcode.clone(), who.birth.to_string());
            if self.first_known(&who, "postcode", &code) && self.first_known(&who, "birth", &day) {
                who.address = self.private_address(&who, false);
                return who;
            }
        }
        // Twenty failures mean a house full of the commonest names: then a stranger moves in.
        self.person(false)
    }

    fn siblings(&mut self) {
        let mut house = vec![self.person(false)];
        let number = if self.rng.chance(0.25) { 3 } else { 2 };
        let parents = self.rng.chance(0.45);
        let phone = self.new_phone(house[0].home.country);
        while house.len() < number {
            let mut who = self.relative(&house, true);
            let first = house[0].birth / 10_000;
            let year = (first as usize + self.rng.between(1, 12)).min(2008);
            who.birth = self.birthday(year, year);
            let day = who.birth.to_string();
            if self.first_known(&who, "birth", &day) {
                house.push(who);
            }
        }
        let mut places = Vec::new();
        for who in &mut house {
            let mut must = NAME;
            if parents && self.rng.chance(0.8) {
                who.phone = phone;
                must |= 1 << PHONE;
            }
            must |= if self.rng.chance(0.7) { HOME } else { 0 };
            let source = self.source();
            places.push(self.settled(who, must, 0, source));
        }
        self.all_unlike(&places, "siblings");
    }

    fn couple(&mut self) {
        let mut one = self.person(false);
        let mut other = self.relative(std::slice::from_ref(&one), false);
        let (phone, shared) = (self.phone_of(&mut one), self.rng.chance(0.15));
        other.phone = phone;
        let must = NAME | 1 << PHONE | if self.rng.chance(0.75) { HOME } else { 0 };
        if shared {
            if self.rng.chance(0.5) {
                let (a, b) = (folded(&one.given.text, one.tongue), folded(&other.given.text, other.tongue));
                let joint = if one.tongue == GERMAN { "und" } else { "and" };
                let name = provider(&mut self.rng, one.tongue, false);
                let ours = Address::new(format!("{a}{joint}{b}"), name);
                if self.take(&ours) {
                    one.address = ours;
                }
            }
            other.address = one.address.clone();
        }
        let (first, second) = (self.source(), self.source());
        // A second record at a shared address could be of either, so there are none.
        let places = if shared {
            [self.alone(&mut one, must | 1, 0, first), self.alone(&mut other, must | 1, 0, second)]
        } else {
            [self.settled(&mut one, must, 0, first), self.settled(&mut other, must, 0, second)]
        };
        self.unlike(places[0], places[1], "couple");
    }

    fn father_and_son(&mut self) {
        let mut father = self.person(false);
        let woman = self.rng.chance(0.1);
        father.given = self.names.given(&mut self.rng, father.tongue, woman);
        father.woman = woman;
        let mut son = self.person(false);
        (son.given, son.family) = (father.given.clone(), father.family.clone());
        (son.tongue, son.woman) = (father.tongue, father.woman);
        let age = self.rng.between(18, 45);
        let year = self.rng.between(1930, 1965);
        (father.birth, son.birth) = (self.birthday(year, year), self.birthday(year + age, year + age));
        // Their birthdays are 18 years apart on the day, not only by the calendar.
        if (son.birth - father.birth) < 180_000 {
            son.birth += 10_000;
        }
        let (old, young) = (father.birth.to_string(), son.birth.to_string());
        if !self.first_known(&father, "birth", &old) || !self.first_known(&son, "birth", &young) {
            return;
        }
        let code = father.home.postcode.clone();
        if !self.first_known(&father, "postcode", &code) {
            return;
        }
        son.home = father.home.clone();
        son.address = self.private_address(&son, false);
        father.address = self.private_address(&father, false);
        let mut must = NAME | HOME;
        if self.rng.chance(0.5) {
            son.phone = self.phone_of(&mut father);
            must |= 1 << PHONE;
        }
        if self.rng.chance(0.4) {
            (son.suffix, father.suffix) = (1, 2);
        } else {
            must |= 1 << BIRTH;
        }
        let (first, second) = (self.source(), self.source());
        let places = [self.settled(&mut father, must, 0, first), self.settled(&mut son, must, 0, second)];
        self.unlike(places[0], places[1], "father-and-son");
    }

    fn twins(&mut self) {
        let mut one = self.person(false);
        let mut other = self.relative(std::slice::from_ref(&one), true);
        other.birth = one.birth;
        let must = NAME | 1 << BIRTH | HOME;
        let day = other.birth.to_string();
        if other.family != one.family || !self.first_known(&other, "birth", &day) {
            return;
        }
        if self.rng.chance(0.3) {
            other.phone = self.phone_of(&mut one);
        }
        let (first, second) = (self.source(), self.source());
        let places = [self.settled(&mut one, must, 0, first), self.settled(&mut other, must, 0, second)];
        self.unlike(places[0], places[1], "twins");
    }

    fn namesakes(&mut self) {
        let mut one = self.person(false);
        let mut other = self.person(false);
        (other.given, other.family) = (one.given.clone(), one.family.clone());
        (other.tongue, other.woman) = (one.tongue, one.woman);
        let near = self.places.across_town(&mut self.rng, &one.home);
        other.home = match near {
            Some(home) if self.rng.chance(0.5) => home,
            _ => self.places.home(&mut self.rng, one.home.country),
        };
        let apart = (one.birth / 10_000).abs_diff(other.birth / 10_000) > 1 && !looks_alike(one.birth, other.birth);
        let (code, day) = (other.home.postcode.clone(), other.birth.to_string());
        if !apart || !self.first_known(&other, "postcode", &code) || !self.first_known(&other, "birth", &day) {
            return;
        }
        other.address = self.private_address(&other, false);
        // Birth dates decide for most; for the rest everything else is there and differs.
        let must = NAME | if self.rng.chance(0.75) { 1 << BIRTH } else { 1 << PHONE | HOME | 1 << EMAIL };
        let (first, second) = (self.source(), self.source());
        let places = [self.settled(&mut one, must, 0, first), self.settled(&mut other, must, 0, second)];
        self.unlike(places[0], places[1], "namesakes");
    }

    fn numbered(&mut self) {
        let one = self.person(false);
        let domain = provider(&mut self.rng, one.tongue, false);
        let years = self.rng.chance(0.5);
        let number = if years { one.birth as usize / 10_000 } else { self.rng.between(1, 60) };
        let stem = match self.rng.below(4) {
            0 => wordy(&mut self.rng, one.tongue).trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(),
            1 => folded(&one.family, one.tongue),
            _ => folded(&one.given.text, one.tongue),
        };
        let mut group = vec![one.clone()];
        for _ in 0..self.rng.weighted(&[0, 75, 18, 7]) {
            let mut who = self.person(false);
            let stays = (stem == folded(&one.given.text, one.tongue), stem == folded(&one.family, one.tongue));
            (who.tongue, who.woman) = (one.tongue, one.woman);
            who.given =
                if stays.0 { one.given.clone() } else { self.names.given(&mut self.rng, one.tongue, one.woman) };
            who.family = if stays.1 { one.family.clone() } else { self.names.family(&mut self.rng, one.tongue) };
            self.tell_apart(&mut who);
            if group.iter().all(|other| self.differ(other, &who)) {
                group.push(who);
            }
        }
        let mut places = Vec::new();
        if group.len() < 2 || group.iter().all(|who| who.family == one.family && who.given.id == one.given.id) {
            return;
        }
        for (step, who) in group.iter_mut().enumerate() {
            let local = format!("{stem}{}", number + step);
            let address = Address::new(local, domain);
            if !self.take(&address) {
                continue;
            }
            who.address = address;
            if years {
                who.birth = ((number + step) * 10_000) as u32 + who.birth % 10_000;
            }
            let source = self.source();
            places.push(self.settled(who, NAME | 1 << EMAIL, 0, source));
        }
        self.all_unlike(&places, "numbered");
    }

    fn office_box(&mut self) {
        let firm = company(&mut self.rng, &self.names, self.wanted);
        let boxes = ["info", "office", "sales", "contact", "kontakt", "team", "buero", "hello", "service", "einkauf"];
        let address =
            Address { local: (*self.rng.pick(&boxes)).to_owned(), domain: format!("{}.example", firm.domain) };
        if !self.take(&address) {
            return;
        }
        let mut group: Vec<Person> = Vec::new();
        let number = 3 + self.rng.below(10);
        while group.len() < number {
            let who = self.person(false);
            if group.iter().all(|other| self.differ(other, &who)) {
                group.push(who);
            }
        }
        let phone = self.new_phone(group[0].home.country);
        let seat = group[0].home.clone();
        let must = NAME | 1 << EMAIL | 1 << PHONE | 1 << COMPANY;
        let mut before = None;
        for who in &mut group {
            (who.phone, who.address, who.company) = (phone, address.clone(), Some(firm.clone()));
            let code = seat.postcode.clone();
            if self.rng.chance(0.8) && self.first_known(who, "postcode", &code) {
                who.home = seat.clone();
            }
            let source = if self.rng.chance(0.6) { Source::Desk } else { Source::Event };
            let at = self.alone(who, must, 0, source);
            if let Some(before) = before.replace(at) {
                self.unlike(before, at, "office-box");
            }
        }
    }

    fn lookalike(&mut self) {
        let (famous, rare) = *self.rng.pick(LOOKALIKES);
        let mut one = self.person(false);
        let mut other = self.person(false);
        (other.tongue, other.woman) = (one.tongue, one.woman);
        other.given = self.names.given(&mut self.rng, one.tongue, one.woman);
        let given = folded(&one.given.text, one.tongue);
        let local = match self.rng.below(4) {
            0 => wordy(&mut self.rng, one.tongue),
            1 => format!("{}{}", folded(&one.family, one.tongue), self.rng.between(1, 99)),
            2 => format!("{given}{}", one.birth / 10_000),
            _ => format!("{}.{}", &given[..1], folded(&one.family, one.tongue)),
        };
        // A local part that names somebody has to fit both of them.
        if local.starts_with(&given) {
            other.given = Given { ..one.given.clone() };
        } else if local.contains(&folded(&one.family, one.tongue)) {
            other.family = one.family.clone();
            other.given = self.same_initial(&one, local.contains('.'));
        }
        self.tell_apart(&mut other);
        let (here, there) = (Address::new(local.clone(), famous), Address::new(local, rare));
        if !self.differ(&one, &other) || !self.take(&here) || !self.take(&there) {
            return;
        }
        (one.address, other.address) = (here, there);
        let (first, second) = (self.source(), self.source());
        let must = NAME | 1 << EMAIL;
        let places = [self.settled(&mut one, must, 0, first), self.settled(&mut other, must, 0, second)];
        self.unlike(places[0], places[1], "lookalike-domain");
    }

    fn same_initial(&mut self, one: &Person, same: bool) -> Given {
        let initial = one.given.text.chars().next();
        let mut given = one.given.clone();
        for _ in 0..60 {
            given = self.names.given(&mut self.rng, one.tongue, one.woman);
            if !self.names.akin(&one.given.text, &given.text) && (!same || given.text.chars().next() == initial) {
                return given;
            }
        }
        given
    }

    /// Ordinary people with a placeholder where they had nothing to give: an address, a phone or a birth date.
    fn placeholders(&mut self, each: usize) {
        let phones = [("0000000000", 1), ("1234567890", 2), ("+1 555 555 5555", 3)];
        let days = [19_000_101, 19_700_101];
        // The last record with each placeholder, in the order of the lists.
        let mut last = [const { None }; 16];
        for _ in 0..each {
            if self.rows.len() + ROOM > self.wanted {
                return;
            }
            let mut who = self.person(false);
            let source = self.source();
            let (kind, hidden) = match self.rng.below(10) {
                0..=4 => (self.rng.below(PLACEHOLDERS.len()), 0),
                5..=7 => (PLACEHOLDERS.len() + self.rng.below(phones.len()), 1 << PHONE),
                _ => (12 + self.rng.below(days.len()), 1 << BIRTH),
            };
            // Two of one name with one placeholder and nothing more could be anybody.
            if !self.first_known(&who, "placeholder", &kind.to_string()) {
                continue;
            }
            let at = self.alone(&mut who, NAME, hidden, source);
            let row = &mut self.rows[at as usize];
            if kind < PLACEHOLDERS.len() {
                row.cells[EMAIL] = PLACEHOLDERS[kind].to_owned();
            } else if kind < 12 {
                let (text, number) = phones[kind - PLACEHOLDERS.len()];
                (row.cells[PHONE], row.said.phone) = (text.to_owned(), number);
            } else {
                let day = days[kind - 12];
                (row.cells[BIRTH], row.said.birth) = (format!("{}-01-01", day / 10_000), day);
            }
            if let Some((before, who_before)) = last[kind].replace((at, who.clone()))
                && self.differ(&who_before, &who)
            {
                self.unlike(before, at, "placeholder");
            }
        }
    }

    /// Whether nobody takes the two for one by their names.
    fn differ(&self, one: &Person, other: &Person) -> bool {
        one.family != other.family || !self.names.akin(&one.given.text, &other.given.text)
    }

    /// A record of a hard negative without any second one.
    fn alone(&mut self, who: &mut Person, must: Cells, hidden: Cells, source: Source) -> u32 {
        let cells = (self.filled(source, false) | must) & !hidden;
        let text = self.written(cells, &who.address.clone(), Care::Gentle);
        let row = self.row(who, source, Care::Gentle, cells, text);
        self.rows.push(row);
        self.rows.len() as u32 - 1
    }
}

/// Whether one date may be the other with day and month changed round or one digit wrong.
fn looks_alike(one: u32, other: u32) -> bool {
    let digits = |day: u32| day.to_string().into_bytes();
    let wrong = digits(one).iter().zip(digits(other)).filter(|(a, b)| **a != *b).count();
    wrong <= 2
}

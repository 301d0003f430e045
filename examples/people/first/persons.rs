//! The people behind the records: who somebody is, before anybody writes it down. Keeps addresses and phones of
//! different people apart, and sees to it that no two of them share a name with a birth date or a postcode.

use super::World;
use super::addresses::{Address, local, provider, work_local};
use super::companies::{Company, company};
use super::names::{ENGLISH, Given, Names};
use super::places::{Country, Home};
use super::slips::folded;
use super::stable;

/// Area codes in use in North America.
pub(super) const AREAS: &str = "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 \
    231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 \
    314 315 316 317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 \
    409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 443 458 469 470 475 478 479 480 484 501 502 503 \
    504 505 507 508 509 510 512 513 515 516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573 574 575 580 \
    585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 \
    660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 727 731 732 734 740 754 \
    757 760 762 763 765 769 770 772 773 774 775 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817 \
    818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 863 864 865 870 878 901 903 904 906 907 908 909 910 \
    912 913 914 915 916 917 918 919 920 925 928 929 931 936 937 940 941 947 949 951 952 954 956 970 971 972 973 978 \
    979 980 985 989";

/// Somebody.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: u32,
    pub(super) tongue: usize,
    pub(super) woman: bool,
    pub(super) given: Given,
    pub(super) family: String,
    /// Nothing, or which of two of one name: 1 the younger, 2 the elder.
    pub(super) suffix: u8,
    /// Year, month and day as one number: 19840312.
    pub(super) birth: u32,
    pub(super) home: Home,
    /// As in E.164 without the plus; zero until somebody asks for it.
    pub(super) phone: u64,
    pub(super) address: Address,
    pub(super) company: Option<Company>,
}

impl World {
    /// Somebody new. `ruled` asks for an address at a provider with rules of its own.
    pub(super) fn person(&mut self, ruled: bool) -> Person {
        let tongue = Names::tongue(&mut self.rng);
        let woman = self.rng.chance(0.54);
        let given = self.names.given(&mut self.rng, tongue, woman);
        let family = self.names.family(&mut self.rng, tongue);
        let country = match tongue {
            ENGLISH if self.rng.chance(0.16) => Country::Britain,
            ENGLISH => Country::America,
            1 => Country::Germany,
            _ => *self.rng.pick(&[Country::America, Country::Germany]),
        };
        self.persons += 1;
        let home = self.places.home(&mut self.rng, country);
        let address = Address { local: String::new(), domain: String::new() };
        let id = self.persons - 1;
        let mut person =
            Person { id, tongue, woman, given, family, suffix: 0, birth: 0, home, phone: 0, address, company: None };
        person.birth = self.birthday(1932, 2006);
        self.tell_apart(&mut person);
        person.company = self.rng.chance(0.2).then(|| company(&mut self.rng, &self.names, self.wanted));
        person.address = match &person.company {
            Some(firm) if !ruled && self.rng.chance(0.5) => {
                let firm = firm.clone();
                self.work_address(&person, &firm)
            }
            _ => self.private_address(&person, ruled),
        };
        person
    }

    /// Draws home and birth date anew as long as another of that name has the same.
    pub(super) fn tell_apart(&mut self, person: &mut Person) {
        while !self.first_known(person, "birth", &person.birth.to_string()) {
            person.birth = self.birthday(1932, 2006);
        }
        while !self.first_known(person, "postcode", &person.home.postcode.clone()) {
            person.home = self.places.home(&mut self.rng, person.home.country);
        }
    }

    /// Whether nobody of this name was seen with this value yet; from now on somebody was.
    pub(super) fn first_known(&mut self, person: &Person, what: &str, value: &str) -> bool {
        let root = self.names.root(&person.given.text);
        self.known.insert(stable(&[what, root, &folded(&person.family, person.tongue), value]))
    }

    /// A day in these years, the middle ones more often.
    pub(super) fn birthday(&mut self, from: usize, to: usize) -> u32 {
        let year = (self.rng.between(from, to) + self.rng.between(from, to)) / 2;
        let month = self.rng.between(1, 12);
        let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
        (year * 10_000 + month * 100 + self.rng.between(1, days)) as u32
    }

    /// A phone nobody has: the numbers set aside for fiction first, then the rest of the exchange 555.
    pub(super) fn new_phone(&mut self, country: Country) -> u64 {
        if country == Country::Britain && self.phones[1] < 1000 {
            self.phones[1] += 1;
            return 447_700_900_000 + (self.phones[1] * 377) % 1000;
        }
        let areas = self.areas.len() as u64;
        let turn = self.phones[0];
        self.phones[0] += 1;
        // Steps by a prime visit every number once and put those drawn one after the other far apart.
        let fiction = areas * 100;
        let (area, line) = if turn < fiction {
            let at = turn * 1_000_003 % fiction;
            (at % areas, 100 + at / areas)
        } else {
            let at = (turn - fiction) * 15_485_863 % (areas * 9900);
            let line = at / areas;
            (at % areas, if line < 100 { line } else { line + 100 })
        };
        10_000_000_000 + self.areas[area as usize] * 10_000_000 + 5_550_000 + line
    }

    /// Takes the address for a person; false if it is somebody's already.
    pub(super) fn take(&mut self, address: &Address) -> bool {
        self.mailboxes.insert(stable(&[&address.canonical()]))
    }

    /// A private address.
    pub(super) fn private_address(&mut self, person: &Person, ruled: bool) -> Address {
        let year = person.birth / 10_000;
        for attempt in 0.. {
            let mut text = local(&mut self.rng, &person.given.text, &person.family, year, person.tongue);
            if attempt > 2 {
                text += &self.rng.between(1, 9999).to_string();
            }
            let own = !ruled && attempt == 0 && self.rng.chance(0.015);
            let name = if own {
                format!(
                    "{}-{}",
                    folded(&person.family, person.tongue),
                    self.rng.pick(&["home", "family", "online", "net"])
                )
            } else {
                provider(&mut self.rng, person.tongue, ruled).to_owned()
            };
            let address = Address::new(text, &name);
            // One name with one local part at two providers is one person nearly always: so it must be here.
            let namesake = !self.first_known(person, "local", &address.local) && self.rng.chance(0.985);
            if !namesake && self.take(&address) {
                return address;
            }
        }
        unreachable!("an address with a random number is free sooner or later")
    }

    /// The address an employer gives; namesakes get an initial or a number between.
    pub(super) fn work_address(&mut self, person: &Person, firm: &Company) -> Address {
        let text = work_local(&mut self.rng, &person.given.text, &person.family, person.tongue);
        let mut address = Address::new(text.clone(), &firm.domain);
        loop {
            let namesake = !self.first_known(person, "local", &address.local) && self.rng.chance(0.985);
            if !namesake && self.take(&address) {
                return address;
            }
            let initial =
                *self.rng.pick(&["a", "b", "c", "d", "e", "g", "h", "j", "k", "l", "m", "p", "r", "s", "t", "w"]);
            address.local = match text.split_once('.') {
                Some((first, last)) if self.rng.chance(0.7) => format!("{first}.{initial}.{last}"),
                _ => format!("{text}{}", self.rng.between(2, 999)),
            };
        }
    }

    /// The person's phone, drawn when it is first asked for, so that hidden phones use up no numbers.
    pub(super) fn phone_of(&mut self, person: &mut Person) -> u64 {
        if person.phone == 0 {
            person.phone = self.new_phone(person.home.country);
        }
        person.phone
    }
}

//! How much each likeness of each field says, as the odds of three explanations of a pair: one person, two people who
//! share a home or an office, two people who have nothing to do with each other (Fellegi and Sunter's model with a third
//! class, so that a family's common name, phone and home do not add up to one person).

/// What of two records is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Aspect {
    /// The addresses.
    Address,
    /// First names.
    First,
    /// Surnames.
    Last,
    /// Whether first name and surname stand in the other's column.
    Order,
    /// Phones.
    Phone,
    /// Days of birth.
    Birth,
    /// Postcode, or city where there is none.
    Place,
    /// Streets.
    Street,
    /// Companies.
    Company,
    /// What suffixes tell: junior, senior.
    Generation,
    /// An id that all systems share.
    Id,
}

/// How many aspects there are.
pub const ASPECTS: usize = 11;

impl Aspect {
    /// All, in the order of reports.
    pub const ALL: [Self; ASPECTS] = [
        Self::Address,
        Self::First,
        Self::Last,
        Self::Order,
        Self::Phone,
        Self::Birth,
        Self::Place,
        Self::Street,
        Self::Company,
        Self::Generation,
        Self::Id,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::First => "first name",
            Self::Last => "surname",
            Self::Order => "order of names",
            Self::Phone => "phone",
            Self::Birth => "date of birth",
            Self::Place => "place",
            Self::Street => "street",
            Self::Company => "company",
            Self::Generation => "generation",
            Self::Id => "id",
        }
    }
}

/// How often a level is seen among pairs of each kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The name in reports.
    pub name: &'static str,
    /// Among pairs of one person.
    pub same: f64,
    /// Among pairs of two strangers. Where the value itself is known to be frequent or rare, that is taken instead.
    pub stranger: f64,
    /// Among pairs of two people who share a home or an office.
    pub housemate: f64,
    /// Whether how rare the value is in this very file counts.
    pub by_rarity: bool,
}

const fn level(name: &'static str, same: f64, stranger: f64, housemate: f64) -> Level {
    Level { name, same, stranger, housemate, by_rarity: false }
}

const fn rare(name: &'static str, same: f64, stranger: f64, housemate: f64) -> Level {
    Level { name, same, stranger, housemate, by_rarity: true }
}

/// Levels of addresses, the first being that nothing can be said.
pub mod address {
    /// The mailbox is the same.
    pub const SAME: u8 = 1;
    /// The mailbox of a role is the same.
    pub const ROLE: u8 = 2;
    /// One letter apart in the local part.
    pub const SLIP: u8 = 3;
    /// The domain is a slip of the other one.
    pub const DOMAIN: u8 = 4;
    /// The same local part at another domain.
    pub const MOVED: u8 = 5;
    /// The same local part, made of the names and a number, at another domain.
    pub const NUMBERED_MOVED: u8 = 6;
    /// The same local part, made of the names, at another domain.
    pub const NAMED_MOVED: u8 = 7;
    /// Local parts alike.
    pub const LIKE: u8 = 8;
    /// Local parts alike, made of the same names.
    pub const NAMED_LIKE: u8 = 9;
    /// The same letters with other digits.
    pub const NUMBERED: u8 = 10;
    /// Different.
    pub const OTHER: u8 = 11;
    /// One letter apart in a short local part, of which there are many, or beside a name, where another name may stand.
    pub const PART_SLIP: u8 = 12;
}

/// Levels of first names and surnames, the first being that one is missing.
pub mod name {
    /// The same.
    pub const SAME: u8 = 1;
    /// Another form.
    pub const VARIANT: u8 = 2;
    /// A part.
    pub const PART: u8 = 3;
    /// An initial.
    pub const INITIAL: u8 = 4;
    /// A slip.
    pub const SLIP: u8 = 5;
    /// Alike.
    pub const ALIKE: u8 = 6;
    /// Different.
    pub const OTHER: u8 = 7;
    /// Alike, and both known as names of their own.
    pub const KNOWN: u8 = 8;
}

/// Levels of everything else.
pub mod other {
    /// The same.
    pub const SAME: u8 = 1;
    /// A slip, or nearly the same.
    pub const NEAR: u8 = 2;
    /// Different.
    pub const OTHER: u8 = 3;
    /// Days of birth: day and month swapped.
    pub const SWAPPED: u8 = 4;
    /// Days of birth: two of three parts. Places: the same city.
    pub const PART: u8 = 5;
    /// Days of birth: the same year, and the first of January in one.
    pub const YEAR: u8 = 6;
}

/// Weights of every level of every aspect.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// By aspect, then by level; level 0 says nothing.
    pub levels: [Vec<Level>; ASPECTS],
    /// Expected records of the same person for a record, where the data do not tell.
    pub twins: f64,
    /// Expected records of people who share a home or an office with a record's.
    pub housemates: f64,
}

const UNKNOWN: Level = level("not known", 1.0, 1.0, 1.0);

impl Default for Weights {
    /// The shipped weights: judged on generated people, and on what is known of names and homes. A slip of the pen strikes what
    /// two people of one home share as often as what one person has twice: there it is as frequent among what they share.
    fn default() -> Self {
        let address = vec![
            UNKNOWN,
            rare("same mailbox", 0.36, 1e-10, 0.006),
            rare("same box of a role", 0.03, 1e-4, 0.3),
            level("one slip apart", 0.06, 2e-7, 0.0018),
            level("a slip in the domain", 0.03, 2e-7, 0.0009),
            rare("same local part, other domain", 0.09, 2e-5, 0.002),
            level("same local part made of name and number, other domain", 0.05, 2e-3, 5e-4),
            level("same local part made of the name, other domain", 0.09, 0.02, 0.01),
            level("local parts alike", 0.05, 4e-4, 0.01),
            level("local parts alike, made of the name", 0.05, 0.05, 0.05),
            level("same letters, other digits", 0.01, 0.1, 0.1),
            level("different", 0.33, 1.0, 0.96),
            level("one slip apart, short or beside a name", 0.06, 1e-5, 0.002),
        ];
        let first = vec![
            UNKNOWN,
            rare("same", 0.68, 0.004, 0.015),
            level("other form", 0.12, 0.004, 0.006),
            level("part", 0.04, 0.003, 0.004),
            level("initial", 0.05, 0.006, 0.007),
            level("slip", 0.07, 0.003, 0.004),
            level("alike", 0.03, 0.012, 0.014),
            level("different", 0.013, 0.96, 0.95),
            level("alike, but another name", 0.001, 0.006, 0.015),
        ];
        let last = vec![
            UNKNOWN,
            rare("same", 0.76, 0.0005, 0.5),
            level("other form", 0.03, 0.0003, 0.02),
            level("part", 0.05, 0.0006, 0.035),
            level("initial", 0.01, 0.003, 0.02),
            level("slip", 0.07, 0.0008, 0.046),
            level("alike", 0.03, 0.004, 0.01),
            level("different", 0.06, 0.99, 0.45),
        ];
        let order = vec![
            UNKNOWN,
            level("as usual", 0.97, 1.0, 1.0),
            level("swapped", 0.03, 1.0, 0.01),
            level("first names go with surnames", 0.2, 1.0, 0.2),
        ];
        let phone = vec![
            UNKNOWN,
            rare("same", 0.66, 1e-6, 0.3),
            level("one digit apart", 0.03, 1e-4, 0.014),
            level("different", 0.31, 1.0, 0.7),
        ];
        let birth = vec![
            UNKNOWN,
            rare("same", 0.87, 4e-5, 0.03),
            level("a digit apart", 0.07, 1.5e-3, 4e-3),
            level("different", 0.006, 0.992, 0.96),
            level("day and month swapped", 0.02, 4e-5, 7e-4),
            level("two of day, month and year", 0.02, 6e-3, 7e-3),
            level("the same year, one on January 1st", 0.008, 4e-4, 7e-4),
        ];
        let place = vec![
            UNKNOWN,
            rare("same postcode", 0.72, 1.2e-4, 0.75),
            level("postcode a slip apart", 0.03, 2e-3, 0.03),
            level("different", 0.16, 0.98, 0.15),
            level("city a slip apart", 0.04, 2e-3, 0.04),
            rare("same city", 0.75, 2e-3, 0.8),
        ];
        let street = vec![
            UNKNOWN,
            level("same", 0.7, 2e-3, 0.6),
            level("alike", 0.08, 2e-3, 0.07),
            level("different", 0.22, 0.996, 0.35),
        ];
        let company = vec![
            UNKNOWN,
            rare("same", 0.5, 1e-3, 0.5),
            level("alike", 0.05, 2e-3, 0.05),
            level("different", 0.45, 0.997, 0.45),
        ];
        let generation = vec![UNKNOWN, level("same", 0.9, 0.4, 0.2), level("different", 0.001, 0.6, 0.6)];
        let id = vec![UNKNOWN, rare("same", 0.98, 1e-9, 1e-6)];
        Self {
            levels: [address, first, last, order, phone, birth, place, street, company, generation, id],
            twins: 0.2,
            housemates: 0.5,
        }
    }
}

impl Weights {
    /// A level of an aspect.
    pub fn of(&self, aspect: Aspect, level: u8) -> &Level {
        &self.levels[aspect as usize][usize::from(level)]
    }
}

/// How likely two records of strangers hold a value that both records hold: by how many others of the file hold it, and
/// by what is usual where the file is too small to tell.
pub fn rarity(held: u32, filled: u32, usual: f64) -> f64 {
    // The pair itself tells nothing of strangers; one more who could have it keeps a rare value from being unique.
    let others = f64::from(held.saturating_sub(2)) + 1.0;
    others / (f64::from(filled.saturating_sub(2)) + 1.0 / usual)
}

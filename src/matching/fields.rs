//! Where records come from: columns, and the field of a person that each holds.

use crate::frames::normalize::is_missing;

/// What of a person can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// An id that all systems share.
    Id,
    /// E-mail address.
    Email,
    /// First name.
    First,
    /// Surname.
    Last,
    /// Both names in one.
    Full,
    /// Phone number.
    Phone,
    /// Day of birth.
    Birth,
    /// Street and number.
    Street,
    /// Postcode.
    Postcode,
    /// City.
    City,
    /// Company.
    Company,
}

impl Field {
    /// All, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Id,
        Self::Email,
        Self::First,
        Self::Last,
        Self::Full,
        Self::Phone,
        Self::Birth,
        Self::Street,
        Self::Postcode,
        Self::City,
        Self::Company,
    ];

    /// The name under which people declare it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Email => "email",
            Self::First => "first",
            Self::Last => "last",
            Self::Full => "full",
            Self::Phone => "phone",
            Self::Birth => "birth",
            Self::Street => "street",
            Self::Postcode => "postcode",
            Self::City => "city",
            Self::Company => "company",
        }
    }

    /// The field of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// A column of texts.
pub trait Cells: Sync {
    /// The cell of a row, counted from 0; blank where there is none.
    fn cell(&self, row: u32) -> &str;
}

impl Cells for crate::frames::TextColumn {
    fn cell(&self, row: u32) -> &str {
        self.get(row)
    }
}

impl Cells for Vec<String> {
    fn cell(&self, row: u32) -> &str {
        self.get(row as usize).map_or("", String::as_str)
    }
}

/// Records of one system.
#[derive(Default)]
pub struct Source<'a> {
    /// How many.
    pub rows: u32,
    /// Their columns; a field may have several (phone and mobile).
    pub fields: Vec<(Field, &'a dyn Cells)>,
}

impl<'a> Source<'a> {
    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = &'a dyn Cells> {
        self.fields.iter().filter(move |(own, _)| *own == field).map(|(_, cells)| *cells)
    }

    /// The first cell of a field that says something; `missing` are further texts that say nothing.
    pub(super) fn first(&self, field: Field, row: u32, missing: &[String]) -> &'a str {
        self.of(field).map(|cells| cells.cell(row)).find(|text| !is_missing(text, missing)).unwrap_or_default()
    }
}

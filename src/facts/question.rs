//! What a check may ask: columns, lenses, scopes and picks in, one question out.

use super::agree::Blank;
use super::cells::Read;
use super::cohort::Cohort;
use super::delays::{Clocks, Held};
use super::filter::Filter;
use super::fits::Fit;
use super::follows::Follows;
use super::instants::{Fresh, Instants};
use super::named::Roll;
use super::order::Order;
use super::pick::{Pick, Unlike};
use super::readings::Reading;
use super::{Carried, Echo, Gained, Match, Matching, Moves, Scope, Sequence, Times};
use crate::frames::calendar;
use crate::frames::normalize::Form;
use crate::mapping::ColumnPath;

/// A column of a dataset, by its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column {
    /// `zoho.contacts`, `prev.zoho.contacts`
    pub dataset: String,
    /// Place in the dataset's columns.
    pub index: usize,
}

/// How a value is read before it is counted by its shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lens {
    /// Forms of timestamps, with the texts that mean missing beside the usual ones.
    Stamp(Vec<String>),
    /// Forms of record ids, damaged ones apart.
    Identifier,
    /// Missing, placeholder, malformed, usable address.
    Address,
    /// What a value says about consent.
    Consent(Consent),
    /// Missing or filled, with the texts that mean missing beside the usual ones.
    Filled(Vec<String>),
    /// Zoho's record ids by how they are written: with `zcrm_` or bare.
    Prefix,
    /// What kind of value a profile's `id` is.
    ProfileId,
    /// What is wrong with a profile's `id` itself.
    ProfileIdFault,
    /// What the cell of topics says: all of them off, some on.
    Topics,
    /// Whether the cell of topics can be read, and names none but these; which exist is not known where none is given.
    Preferences(Vec<String>),
    /// Of more than so many bytes, or not.
    Size(usize),
    /// What the date and the clock of a time tell, with the texts that mean missing beside the usual ones.
    Calendar(calendar::Reading, Vec<String>),
    /// Whether a value fits a declared type, with the texts that mean missing beside the usual ones.
    Fits(Fit, Vec<String>),
}

/// Who wrote a consent value, which decides what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// `unsubscribed` of Customer.io: any casing of true, or 1, is an opt-out; everything else is not.
    Profile,
    /// The same, told as opted out or mailable alone.
    Mailable,
    /// A box that is ticked when the person opted out.
    OptOutBox,
    /// Subscribed, unsubscribed, never subscribed.
    State,
    /// Reasons for which nobody is mailed: some are the person's own wish.
    Suppressed,
    /// A flag whose `no` may mean never asked: it can say yes only.
    OptInFlag,
    /// The spellings that the mapping declares, folded, and whether each means opted out.
    Declared(Vec<(String, bool)>),
}

/// What a check may ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// What was read: records, damage.
    Read { dataset: String },
    /// Names, fill and longest value of every column.
    Columns { dataset: String },
    /// Records that fill more than so many of these columns.
    Wide { dataset: String, columns: Vec<usize>, over: u64 },
    /// Distinct values with counts; past `cap` it says that it overflowed.
    Values { column: Column, cap: usize },
    /// Distinct items of a column of lists, with counts; past `cap` it says that it overflowed.
    Items { column: Column, cap: usize },
    /// Values by their shape under a lens.
    Shapes { column: Column, lens: Lens },
    /// The newest instant of a column; `zone` is that of stamps without one.
    Newest { column: Column, zone: Option<String> },
    /// Records that meet a filter.
    Rows { dataset: String, filter: Filter },
    /// Records by every combination of what these columns hold and which of these conditions they meet.
    Cells { dataset: String, columns: Vec<(usize, Read)>, tests: Vec<Filter> },
    /// Values by their shape, of the records in scope.
    Shaped { column: Column, lens: Lens, scope: Scope },
    /// Values that occur more than once in a form; with `unlike`, only where something sets them apart.
    Repeats { column: Column, form: Form, unlike: Option<Unlike> },
    /// Records of one person that a lens reads differently.
    Divided { column: Column, lens: Lens },
    /// Records that are probably one person though no key joins them.
    Matches { asked: Matching, of: Match },
    /// Linked pairs by what both sides say; with both columns of one dataset, its records by what both columns say.
    Compare { left: Column, left_lens: Lens, right: Column, right_lens: Lens },
    /// Minutes from the left time to the right one over linked pairs; zones are those of stamps without one.
    Gap { left: Column, left_zone: Option<String>, right: Column, right_zone: Option<String> },
    /// Linked pairs by whether both cells say the same. With `also`, they differ only where both are filled and one of
    /// these columns, of a record linked to the same right one, says what the right cell says; with `spare` as well, only
    /// where none does.
    Agree {
        left: Column,
        right: Column,
        reading: Reading,
        missing: Vec<String>,
        blank: Blank,
        also: Vec<Column>,
        spare: bool,
        fresh: Option<Fresh>,
    },
    /// Linked pairs by how far apart the instants of both sides are.
    Instants(Instants),
    /// Records that came after an instant of the same person.
    Follows(Follows),
    /// Linked pairs by how late the profile was written; more than `over` seconds is late.
    Delays { clocks: Clocks, over: Option<i64> },
    /// Linked pairs whose record changed before an instant and after the last write of its profile, one of whose cells
    /// says something else.
    Unwritten { clocks: Clocks, before: i64, cells: Vec<Held> },
    /// Records whose cell changed since the snapshot, and whether events tell of it.
    Moves(Moves),
    /// Profiles that people have beside those that they had.
    Gained(Gained),
    /// Events in the order of time: what does not follow, comes twice, goes back and forth.
    Sequence(Sequence),
    /// How far events are from the changes of records that they tell of.
    Echo(Echo),
    /// Events that lack a property.
    Carried(Carried),
    /// Records by whether two of their times are in order.
    Order(Order),
    /// Who is on which side.
    Coverage { left: String, right: String, scope: Scope },
    /// Left addresses that stand on another right record than the left identifier, and right addresses that are not the left one's any more.
    CrossedIdentity { left: Column, right: Column, fresh: Option<Fresh> },
    /// Records of `right` that belong to a record of `child`, while its person has another one by a record of `parent`.
    LeadAndContact { child: String, parent: String, right: String },
    /// The records of named people.
    Roll(Roll),
    /// Groups of people, and whom to choose of each.
    Cohort(Cohort),
    /// Records whose id no record of `parent` has any more, though the one that took its place is known: the only one with
    /// the address, or the one that the lookup of a record of `child` names. One that has a record of its own is left out.
    Stranded { column: Column, parent: String, child: Option<String> },
    /// Pairs of which the left record names the right one in a lookup, by what both sides say.
    Named { left: Column, left_lens: Lens, right: Column, right_lens: Lens },
    /// Records of one person of which one fills none of the columns of `life` and is opted out by a cell that another one,
    /// which fills some, leaves blank: a merge would copy it.
    Stubs { consent: Column, topics: Option<usize>, life: Vec<usize> },
    /// What [`Question::Agree`] asks about values of other systems, where times tell which of the two is the newer one.
    Dated { asked: Box<Question>, times: Times },
    /// The records that a judgement is about, by columns that say who wrote them.
    Writers { pick: Pick, by: Vec<usize> },
    /// Every record that a judgement is about, for the file of failing rows.
    Listing(Pick),
}

impl Question {
    /// The listing of what a pick names; nothing when it names nothing.
    pub fn listing(pick: Pick) -> Option<Self> {
        let empty = match &pick {
            Pick::Values { values, .. } => values.is_empty(),
            Pick::Items { items, .. } => items.is_empty(),
            Pick::Shapes { shapes, .. } | Pick::Shaped { shapes, .. } => shapes.is_empty(),
            Pick::Pairs { cells, .. } => cells.is_empty(),
            Pick::Instants { cells, .. } => cells.is_empty(),
        };
        (!empty).then_some(Self::Listing(pick))
    }

    /// The columns that are missed when they are blank: those that somebody named.
    pub fn named_columns(&self) -> Vec<Column> {
        match self {
            Self::Matches { asked, of } => asked.told().into_iter().chain(of.columns()).collect(),
            Self::Coverage { left, scope: Scope::Reachable(index), .. } => {
                vec![Column { dataset: left.clone(), index: *index }]
            }
            // Where these are blank, nobody is of that kind.
            Self::Coverage { .. } => Vec::new(),
            Self::Stubs { consent, .. } => vec![consent.clone()],
            // What else they read may be blank: it is told by other columns as well, or not at all.
            Self::Sequence(asked) => asked.events.columns(),
            Self::Carried(asked) => asked.events.columns(),
            Self::Echo(asked) => asked.events.columns().into_iter().chain([asked.changed.clone()]).collect(),
            Self::Moves(asked) => vec![asked.before.clone(), asked.after.clone()],
            Self::Gained(_) => Vec::new(),
            _ => self.columns(),
        }
    }

    /// The columns that must be held to answer, filters apart.
    pub fn columns(&self) -> Vec<Column> {
        match self {
            Self::Values { column, .. }
            | Self::Items { column, .. }
            | Self::Shapes { column, .. }
            | Self::Newest { column, .. }
            | Self::Repeats { column, .. }
            | Self::Divided { column, .. } => vec![column.clone()],
            Self::Shaped { column, .. } => vec![column.clone()],
            Self::Matches { asked, of } => asked.columns().into_iter().chain(of.columns()).collect(),
            Self::Compare { left, right, .. }
            | Self::Gap { left, right, .. }
            | Self::CrossedIdentity { left, right, fresh: None } => {
                vec![left.clone(), right.clone()]
            }
            Self::CrossedIdentity { left, right, fresh: Some(fresh) } => {
                vec![left.clone(), right.clone(), fresh.column.clone()]
            }
            Self::Agree { left, right, also, fresh, .. } => {
                let fresh = fresh.iter().map(|fresh| &fresh.column);
                [left, right].into_iter().chain(also).chain(fresh).cloned().collect()
            }
            Self::Cells { dataset, columns, .. } => {
                columns.iter().map(|(index, _)| Column { dataset: dataset.clone(), index: *index }).collect()
            }
            Self::Wide { dataset, columns, .. } => {
                columns.iter().map(|index| Column { dataset: dataset.clone(), index: *index }).collect()
            }
            Self::Coverage { left, scope, .. } => {
                scope.columns().into_iter().map(|index| Column { dataset: left.clone(), index }).collect()
            }
            Self::Stranded { column, .. } => vec![column.clone()],
            Self::Named { left, right, .. } => vec![left.clone(), right.clone()],
            Self::Stubs { consent, topics, life } => {
                let more = topics.iter().chain(life).map(|index| Column { index: *index, ..consent.clone() });
                std::iter::once(consent.clone()).chain(more).collect()
            }
            Self::Dated { asked, times } => [asked.columns(), times.columns()].concat(),
            Self::Listing(pick) => pick.columns(),
            Self::Writers { pick, by } => {
                let more = by.iter().map(|index| Column { index: *index, ..pick.column().clone() });
                pick.columns().into_iter().chain(more).collect()
            }
            Self::Instants(asked) => asked.columns(),
            Self::Follows(asked) => asked.columns(),
            Self::Delays { clocks, .. } => clocks.columns(),
            Self::Unwritten { clocks, cells, .. } => {
                let cells = cells.iter().flat_map(|held| [held.left.clone(), held.right.clone()]);
                clocks.columns().into_iter().chain(cells).collect()
            }
            Self::Moves(asked) => asked.columns(),
            Self::Gained(asked) => asked.columns(),
            Self::Sequence(asked) => asked.columns(),
            Self::Echo(asked) => asked.columns(),
            Self::Carried(asked) => asked.columns(),
            Self::Order(asked) => vec![asked.first.clone(), asked.then.clone()],
            Self::Roll(roll) => roll.columns(),
            Self::Cohort(cohort) => cohort.columns(),
            _ => Vec::new(),
        }
    }

    /// The datasets it is about.
    pub fn datasets(&self) -> Vec<String> {
        let mut named: Vec<String> = self.columns().into_iter().map(|column| column.dataset).collect();
        match self {
            Self::Rows { dataset, .. } | Self::Cells { dataset, .. } => named.push(dataset.clone()),
            Self::Matches { of, .. } => named.push(of.dataset().to_owned()),
            Self::Coverage { left, right, .. } => named.extend([left.clone(), right.clone()]),
            Self::Gained(asked) => named.extend(asked.datasets()),
            Self::Roll(roll) => named.extend(roll.datasets.iter().cloned()),
            Self::Cohort(cohort) => named.push(cohort.base.clone()),
            _ => {}
        }
        named.extend(self.pairs().into_iter().flat_map(|(left, right)| [left, right]));
        named.sort();
        named.dedup();
        named
    }

    /// The datasets whose records must be linked to answer, left and right.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let pair = |left: &Column, right: &Column| vec![(left.dataset.clone(), right.dataset.clone())];
        let mut pairs = match self {
            // Two columns of one dataset are compared within the record.
            Self::Compare { left, right, .. } if left.dataset == right.dataset => Vec::new(),
            Self::Compare { left, right, .. } | Self::Gap { left, right, .. } => pair(left, right),
            Self::CrossedIdentity { left, right, .. } => pair(left, right),
            Self::Listing(pick) | Self::Writers { pick, .. } => pick.pairs(),
            Self::Shaped { column, scope, .. } => scope.pairs(&column.dataset),
            Self::Agree { left, right, also, .. } => {
                std::iter::once(left).chain(also).flat_map(|column| pair(column, right)).collect()
            }
            Self::Instants(asked) => pair(&asked.left, &asked.right),
            Self::Delays { clocks, .. } | Self::Unwritten { clocks, .. } => pair(&clocks.left, &clocks.right),
            Self::Roll(roll) => roll.linked.iter().cloned().collect(),
            Self::Cohort(cohort) => cohort.pairs(),
            Self::Coverage { left, right, scope } => [vec![(left.clone(), right.clone())], scope.pairs(left)].concat(),
            Self::Stranded { column, parent, child } => {
                let of = |name: &String| (name.clone(), column.dataset.clone());
                std::iter::once(parent).chain(child).map(of).collect()
            }
            Self::Dated { asked, .. } => asked.pairs(),
            Self::LeadAndContact { child, parent, right } => {
                vec![(child.clone(), right.clone()), (parent.clone(), right.clone())]
            }
            _ => Vec::new(),
        };
        for (own, filter) in self.filters() {
            let named = filter.expr.columns().into_iter().filter_map(|(name, _)| ColumnPath::parse(&name));
            for path in named.filter(|path| path.dataset != own) {
                pairs.push((path.dataset.clone(), own.to_owned()));
                pairs.push((own.to_owned(), path.dataset));
            }
        }
        pairs
    }

    /// What is matched, when it is about matches.
    pub fn matching(&self) -> Option<&Matching> {
        match self {
            Self::Matches { asked, .. } => Some(asked),
            _ => None,
        }
    }

    /// The filters, each with the dataset it runs on.
    pub fn filters(&self) -> Vec<(&str, &Filter)> {
        match self {
            Self::Rows { dataset, filter } => vec![(dataset, filter)],
            Self::Cells { dataset, tests, .. } => tests.iter().map(|test| (dataset.as_str(), test)).collect(),
            Self::Coverage { left, scope, .. } => {
                scope.filters().into_iter().map(|filter| (left.as_str(), filter)).collect()
            }
            Self::Follows(Follows { then, scope: Scope::Where(filter), .. }) => vec![(&then.dataset, filter)],
            Self::Shaped { column, scope: Scope::Where(filter), .. } => vec![(&column.dataset, filter)],
            Self::Listing(pick) | Self::Writers { pick, .. } => pick.filter().into_iter().collect(),
            Self::Matches { of: Match::Segment(dataset, filter), .. } => vec![(dataset, filter)],
            Self::Roll(roll) => roll.tests.iter().map(|(dataset, filter)| (dataset.as_str(), filter)).collect(),
            Self::Cohort(cohort) => cohort.filter.iter().map(|filter| (cohort.base.as_str(), filter)).collect(),
            _ => Vec::new(),
        }
    }
}

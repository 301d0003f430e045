//! A condition on one profile: test by test, as it stands and as it would stand if the profile held what it should; and
//! which of the tests decide.

use std::collections::BTreeMap;

use super::Test;
use super::desk::Desk;
use super::held::{Expected, Held};
use super::subject::Subject;
use crate::facts::fits::number;
use crate::facts::items::items;
use crate::facts::lenses::truth;
use crate::facts::{Column, Filter, single};
use crate::findings::Shows;
use crate::frames::time::instant;
use crate::mapping::expr::{Expr, Operand, Type};
use crate::mapping::spelling::{Place, Spellings};
use crate::mapping::{Attribute, ColumnPath};

/// The attributes of a profile, by name.
pub(super) type Profile<'a> = BTreeMap<String, Held<'a>>;

/// A test of a condition.
#[derive(Clone, Copy)]
pub(super) struct Tested<'e> {
    pub(super) test: &'e Expr,
    pub(super) holds: Option<bool>,
    /// Whether it would hold if the profile held what it should.
    pub(super) should: Option<bool>,
}

/// A condition on one profile.
pub(super) struct Standing<'e> {
    pub(super) inside: Option<bool>,
    pub(super) should: Option<bool>,
    pub(super) open: Option<String>,
    expr: &'e Expr,
    tests: Vec<Tested<'e>>,
}

/// Evaluates a condition on a profile.
pub(super) fn stand<'e>(desk: &Desk<'_>, profile: u32, filter: &'e Filter, held: &Profile<'_>) -> Standing<'e> {
    let tests: Vec<Tested<'e>> =
        filter.expr.leaves().into_iter().map(|test| tested(desk, profile, test, held)).collect();
    let known = |test: &Expr| find(&tests, test).and_then(|found| found.holds);
    let should = |test: &Expr| find(&tests, test).and_then(|found| found.should);
    let gap = desk.gap(filter);
    // Several records of the person may meet one test each and none of them all.
    let whole = if gap.is_none() { meets(desk, profile, filter) } else { None };
    Standing {
        inside: whole.or_else(|| filter.expr.given(&known)),
        should: filter.expr.given(&should),
        open: gap.map(|gap| gap.reason),
        expr: &filter.expr,
        tests,
    }
}

fn find<'t, 'e>(tests: &'t [Tested<'e>], test: &Expr) -> Option<&'t Tested<'e>> {
    tests.iter().find(|known| std::ptr::eq(known.test, test))
}

fn meets(desk: &Desk<'_>, profile: u32, filter: &Filter) -> Option<bool> {
    single::meets(desk.engine, desk.profiles()?, profile, filter).ok()
}

fn tested<'e>(desk: &Desk<'_>, profile: u32, test: &'e Expr, held: &Profile<'_>) -> Tested<'e> {
    let filter = Filter::new(test.clone());
    let holds = if desk.gap(&filter).is_none() { meets(desk, profile, &filter) } else { None };
    Tested { test, holds, should: should(desk, profile, test, held, holds) }
}

/// Whether a test would hold if its attributes held what they should; as it stands where that is not known.
fn should(desk: &Desk<'_>, profile: u32, test: &Expr, held: &Profile<'_>, holds: Option<bool>) -> Option<bool> {
    let columns = test.columns();
    let mut values: BTreeMap<String, Operand> = BTreeMap::new();
    for (name, ty) in &columns {
        let Some(own) = attribute(desk, name).and_then(|own| held.get(&own)) else { return holds };
        match &own.expected {
            Expected::Value(text) if *ty == Type::List => {
                return if columns.len() == 1 { of_items(desk, profile, test, text) } else { holds };
            }
            Expected::Value(text) => match operand(text, *ty) {
                Some(value) => drop(values.insert(name.clone(), value)),
                None => return holds,
            },
            Expected::Blank(_) if own.name == "unsubscribed" => {
                values.insert(name.clone(), Operand::Boolean(false));
            }
            // A missing side meets no comparison, and is missing.
            Expected::Blank(_) if columns.len() == 1 => return Some(matches!(test, Expr::Missing(_))),
            Expected::Blank(_) | Expected::Open(..) => return holds,
        }
    }
    let put = |name: &str, ty: Type| values.get(name).cloned().unwrap_or(Operand::Column { name: name.to_owned(), ty });
    meets(desk, profile, &Filter::new(test.replaced(&put)))
}

/// Whether a test of a list would hold with these items: where one of them meets it, or each is another one.
fn of_items(desk: &Desk<'_>, profile: u32, test: &Expr, text: &str) -> Option<bool> {
    let held = items(text);
    if held.is_empty() || matches!(test, Expr::Missing(_)) {
        return Some(held.is_empty() && matches!(test, Expr::Missing(_)));
    }
    let meets = |item: &str| {
        let put = |_: &str, _: Type| Operand::Text(item.to_owned());
        meets(desk, profile, &Filter::new(test.replaced(&put)))
    };
    let met: Vec<bool> = held.iter().map(|item| meets(item)).collect::<Option<_>>()?;
    Some(if test.is_negative() { met.iter().all(|met| *met) } else { met.contains(&true) })
}

/// The attribute that a column of a condition is, when it is one.
pub(super) fn attribute(desk: &Desk<'_>, name: &str) -> Option<String> {
    let path = ColumnPath::parse(name)?;
    (Some(path.dataset.as_str()) == desk.profiles()).then_some(path.column)
}

fn operand(text: &str, ty: Type) -> Option<Operand> {
    match ty {
        Type::Text | Type::List | Type::Unknown => Some(Operand::Text(text.to_owned())),
        Type::Number => number(text).map(Operand::Number),
        Type::Boolean => truth(text).map(Operand::Boolean),
        Type::Timestamp => instant(text, None).map(Operand::Instant),
    }
}

impl<'e> Standing<'e> {
    /// The tests that decide as it stands.
    pub(super) fn decisive(&self) -> Vec<Tested<'e>> {
        self.deciding(|found| found.holds)
    }

    fn deciding(&self, says: fn(&Tested<'_>) -> Option<bool>) -> Vec<Tested<'e>> {
        let known = |test: &Expr| find(&self.tests, test).and_then(says);
        let tests = decisive(self.expr, &known);
        tests.into_iter().filter_map(|test| find(&self.tests, test).copied()).collect()
    }

    /// Whether the same test of the same condition is met here.
    pub(super) fn meets(&self, test: &Tested<'_>) -> bool {
        find(&self.tests, test.test).and_then(|found| found.holds) == Some(true)
    }

    /// The test to blame where the condition does not come to what is wanted: one that what the profile should hold would
    /// turn, when that turns the whole; else one that stays as it is.
    pub(super) fn blamed(&self, wanted: bool) -> Option<Tested<'e>> {
        let now = self.decisive();
        if self.should == Some(wanted) {
            return now.iter().find(|test| test.holds != test.should).or(now.first()).copied();
        }
        let then = self.deciding(|found| found.should);
        let stays = now.iter().find(|test| then.iter().any(|other| std::ptr::eq(other.test, test.test)));
        stays.or(now.first()).copied()
    }
}

/// The tests that decide what a condition comes to.
fn decisive<'e>(expr: &'e Expr, known: &dyn Fn(&Expr) -> Option<bool>) -> Vec<&'e Expr> {
    match expr {
        Expr::All(terms) => among(terms, false, known),
        Expr::Any(terms) => among(terms, true, known),
        Expr::Not(inner) => decisive(inner, known),
        test => vec![test],
    }
}

/// Where a term settles it: every false one of AND, as each has to change, and the first true one of OR. Else what is not
/// known, else all of them.
fn among<'e>(terms: &'e [Expr], settles: bool, known: &dyn Fn(&Expr) -> Option<bool>) -> Vec<&'e Expr> {
    let of = |wanted: Option<bool>| terms.iter().filter(move |term| term.given(known) == wanted);
    let mut chosen: Vec<&Expr> = of(Some(settles)).collect();
    if settles {
        chosen.truncate(1);
    }
    if chosen.is_empty() {
        chosen = of(None).collect();
    }
    if chosen.is_empty() {
        chosen = terms.iter().collect();
    }
    chosen.into_iter().flat_map(|term| decisive(term, known)).collect()
}

/// The value that a test asks for and no list allows, where the person has the one that may be meant.
pub(super) fn unlisted(desk: &Desk<'_>, found: &Tested<'_>, held: &Profile<'_>) -> Option<(String, String)> {
    if found.holds != Some(false) || found.test.is_negative() {
        return None;
    }
    let mut slips = Vec::new();
    for (column, text) in found.test.literals() {
        let name = attribute(desk, &column)?;
        let own = held.get(&name)?;
        let attribute = own.attribute.filter(|attribute| !attribute.values.is_empty())?;
        if attribute.values.iter().any(|allowed| allowed.attribute == text) {
            return None;
        }
        let spellings = Spellings::new(attribute, true);
        let is_meant = match (spellings.place(&text), &own.expected) {
            (Place::Outside, _) => true,
            (Place::Word(word, _), Expected::Value(expected)) => word.text == *expected,
            _ => false,
        };
        slips.push((is_meant, name, text));
    }
    slips.into_iter().find(|(is_meant, ..)| *is_meant).map(|(_, name, text)| (name, text))
}

/// A test as people write it: the names of attributes alone.
pub(super) fn text(desk: &Desk<'_>, test: &Expr) -> String {
    test.renamed(&|name| attribute(desk, name).unwrap_or_else(|| name.to_owned())).to_string()
}

/// A test as a line of the report.
pub(super) fn line(desk: &Desk<'_>, subject: &Subject, found: &Tested<'_>, held: &Profile<'_>) -> Test {
    let saw = found.test.columns().into_iter().flat_map(|(name, _)| saw(desk, subject, &name, held));
    Test { text: text(desk, found.test), holds: found.holds, saw: saw.collect() }
}

/// What a column of a condition holds: the profile's attribute, or that column of the person's records.
fn saw(desk: &Desk<'_>, subject: &Subject, name: &str, held: &Profile<'_>) -> Vec<(String, String)> {
    if let Some(own) = attribute(desk, name) {
        let found = held.get(&own).map(|held| held.show(desk, held.found.as_deref().unwrap_or_default()));
        return vec![(own, found.unwrap_or_default())];
    }
    let Some(path) = ColumnPath::parse(name) else { return Vec::new() };
    let index = desk.context.datasets.get(&path.dataset).and_then(|dataset| dataset.find(&path.column));
    let Some(index) = index else { return Vec::new() };
    let column = Column { dataset: path.dataset.clone(), index };
    let shows = if is_listed(desk, &column) { Shows::Words } else { Shows::Nothing };
    let rows = subject.records.get(&path.dataset).into_iter().flatten();
    rows.map(|row| (name.to_owned(), desk.shown(desk.cell(&column, *row), shows))).collect()
}

/// Whether a column of a record holds words of a list, which are nobody's data: Zoho or the mapping says so.
fn is_listed(desk: &Desk<'_>, column: &Column) -> bool {
    let context = desk.context;
    let feeds = |attribute: &&Attribute| {
        let mut sources = attribute.from.iter().filter_map(|from| context.resolve(from.column.as_ref()?).ok());
        sources.any(|source| source == *column)
    };
    let listed = |attribute: &Attribute| attribute.is(&["boolean"]) || !attribute.values.is_empty();
    let mut fed = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes).filter(feeds);
    let offered = || context.datasets.get(&column.dataset).is_some_and(|own| own.options(column.index).is_some());
    !context.is_sensitive(column) && (fed.any(listed) || offered())
}

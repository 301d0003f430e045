//! Times of one record that contradict each other: changed before it was created, or a purchase before the customer was.
//!
//! History that is imported is older than the records it comes with, and an order may be known a little before its
//! customer is: purchases have a day of slack, and records that were created on a day of import are held back.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::stamp_days::is_purchase;
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::{Answer, Answers, Column, Order, Orders, Question};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::{count, counted, duration, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "date-order",
    about: "times of one record that contradict each other",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
/// Records that a day needs before it can be one of import.
const FEWEST: u64 = 5;
/// How many times as many records as a usual day a day of import has.
const RUSH: u64 = 10;
/// A day with one in so many of all records is one of import as well.
const SHARE: u64 = 4;

/// Two columns of times in the order they must have.
struct Plan {
    order: Order,
    /// Whether what an import brings is held back.
    imported: bool,
}

impl Plan {
    /// The answer over all records.
    fn first<'b>(&self, answers: &'b Answers) -> Option<&'b Orders> {
        found(answers, &Question::Order(self.order.clone()))
    }

    /// The question that leaves out the days of import, once these are known.
    fn question(&self, answers: &Answers) -> Option<Question> {
        let except = if self.imported { imports(&self.first(answers)?.days) } else { BTreeSet::new() };
        Some(Question::Order(Order { except, ..self.order.clone() }))
    }

    fn last<'b>(&self, answers: &'b Answers) -> Option<&'b Orders> {
        found(answers, &self.question(answers)?)
    }
}

fn found<'b>(answers: &'b Answers, question: &Question) -> Option<&'b Orders> {
    match answers.get(question) {
        Some(Answer::Order(orders)) => Some(orders),
        _ => None,
    }
}

/// Days on which far more records were created than usual, or a large share of all.
fn imports(days: &BTreeMap<i64, u64>) -> BTreeSet<i64> {
    let mut sorted: Vec<u64> = days.values().copied().collect();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let all: u64 = sorted.iter().sum();
    let is_import = |rows: u64| rows >= FEWEST && (rows >= RUSH * usual || rows * SHARE >= all);
    days.iter().filter(|(_, rows)| is_import(**rows)).map(|(day, _)| *day).collect()
}

/// What an export calls the creation of a record, and what cannot be before it.
fn stamps(dataset: &Dataset) -> Option<(&'static str, &'static [&'static str])> {
    match dataset.system {
        System::Zoho => Some(("Created Time", &["Modified Time", "Converted Date Time"])),
        System::CustomerIo if dataset.module == "people" => Some(("created_at", &[])),
        _ => None,
    }
}

fn plans(context: &Context<'_>) -> (Vec<Plan>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let (bought, absent) = context.targets(is_purchase);
    gaps.extend(absent);
    for dataset in context.datasets.values().filter(|dataset| !dataset.preview.is_empty()) {
        let Some((created, later)) = stamps(dataset) else { continue };
        let column = |index: usize| Column { dataset: dataset.name.clone(), index };
        let bought: Vec<_> = bought.iter().filter(|target| target.column.dataset == dataset.name).collect();
        let Some(first) = dataset.find(created).map(column) else {
            gaps.extend(bought.first().map(|target| no_creation(context, &target.column, created)));
            continue;
        };
        let own = later.iter().filter_map(|name| dataset.find(name)).map(|index| (column(index), MINUTE, None));
        let purchases = bought.iter().map(|target| (target.column.clone(), DAY, Some(target.attribute)));
        for (then, slack, attribute) in own.chain(purchases).filter(|(then, ..)| *then != first) {
            let zone = context.zone(&dataset.source, attribute);
            let order = Order { first: first.clone(), then, zone, slack, except: BTreeSet::new() };
            found.push(Plan { order, imported: attribute.is_some() });
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason =
            "no export holds the creation of its records beside their change or a mapped last purchase".to_owned();
        gaps.push(Gap { subject: "the exports".to_owned(), reason, column: None });
    }
    (found, gaps)
}

fn no_creation(context: &Context<'_>, then: &Column, created: &str) -> Gap {
    let subject = format!("{}.{}", then.dataset, context.label(then));
    let reason = format!("{} has no column `{created}` to hold {subject} against", then.dataset);
    Gap { subject, reason, column: None }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (plans, gaps) = plans(context);
    let mut ask = Ask { subjects: plans.len(), gaps, ..Ask::default() };
    for plan in &plans {
        ask.gaps.extend(plan.last(answers).and_then(|orders| unseen(context, plan, orders)));
        ask.questions.push(Question::Order(plan.order.clone()));
        ask.questions.extend(plan.question(answers));
    }
    ask
}

/// What the answer leaves open: a blank column, times that are not sure, or imported records alone.
fn unseen(context: &Context<'_>, plan: &Plan, orders: &Orders) -> Option<Gap> {
    let Order { first, then, .. } = &plan.order;
    let sides = orders.filled.into_iter().zip([first, then]);
    if let Some((_, column)) = sides.into_iter().find(|(filled, _)| *filled == 0) {
        return Some(context.blank(column));
    }
    let compared: u64 = orders.days.values().sum();
    let (subject, label) = (format!("{}.{}", then.dataset, context.label(then)), context.label(first));
    let reason = match () {
        () if compared == 0 => format!("no record holds a sure time in `{label}` and in {subject}"),
        () if orders.excused > 0 && compared == held(plan, orders) => {
            format!("every record of {subject} was created on a day of import")
        }
        () => return None,
    };
    Some(Gap { subject, reason, column: None })
}

/// Records that were created on days of import.
fn held(plan: &Plan, orders: &Orders) -> u64 {
    let days = if plan.imported { imports(&orders.days) } else { BTreeSet::new() };
    days.iter().filter_map(|day| orders.days.get(day)).sum()
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    plans(context).0.iter().filter_map(|plan| hit(context, answers, plan)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, plan: &Plan) -> Option<Hit> {
    let orders = plan.last(answers)?;
    let early = &orders.early;
    if early.rows == 0 {
        return None;
    }
    let Order { first, then, slack, .. } = &plan.order;
    let (label, created) = (context.label(then), context.label(first));
    let compared = orders.days.values().sum::<u64>() - held(plan, orders);
    let excused = match orders.excused {
        0 => String::new(),
        1 => " Another one was held back: it was created on a day of import.".to_owned(),
        more => format!(" {} more were held back: they were created on a day of import.", count(more)),
    };
    let statement = format!(
        "`{label}` is more than {} before `{created}` in {} ({}).{excused}",
        duration(*slack),
        counted(early.rows, "record", "records"),
        percent(early.rows, compared)
    );
    let row = |sample: &crate::facts::Sample| {
        let detail = format!("{created}: {}", sample.detail);
        Row { detail, ..context.row(then, sample.clone(), None) }
    };
    Some(Hit {
        subject: Subject::column(&then.dataset, label),
        rows: early.rows,
        total: compared,
        people: early.people,
        statement,
        samples: early.samples.iter().map(row).collect(),
        shows: if context.is_sensitive(then) { Shows::Nothing } else { Shows::Instants },
        ..Hit::default()
    })
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn a_day_of_import_stands_out() {
        let of =
            |days: &[u64]| -> Vec<i64> { imports(&(0..).zip(days.iter().copied()).collect()).into_iter().collect() };
        assert_eq!(of(&[1, 2, 1, 40, 1]), [3], "ten times as many as on a usual day");
        assert_eq!(of(&[3, 3, 3, 3, 6, 3]), [4], "more than a quarter of all");
        assert_eq!(of(&[1, 1, 1, 4]), [0; 0], "too few");
        assert_eq!(of(&[20; 30]), [0; 0]);
    }
}

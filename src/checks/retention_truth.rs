//! Truths about customers that a CRM keeps and the mapping does not take: columns of the Zoho export, by their names.

use super::concepts::Concept;
use super::context::{Context, filled, no_mapping};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::Mapping;
use crate::shape::Shape;
use crate::text::{counted, list};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "retention-truth",
    about: "what Zoho knows of customers and the mapping does not take",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// What retention needs of a CRM, in words, and how an attribute of it may be called.
const TRUTHS: [(Concept, &str, &str); 5] = [
    (Concept::Status, "where a customer stands", "lifecycle_stage"),
    (Concept::AssistedOrder, "orders that a rep closed", "last_deal_won_at"),
    (Concept::Warranty, "warranties and registered products", "warranty_until"),
    (Concept::Subscription, "subscriptions", "subscription_renews_at"),
    (Concept::Reorder, "reorders", "reorder_due_at"),
];

/// The Zoho exports that hold records.
fn exports<'a>(context: &Context<'a>) -> Vec<&'a Dataset> {
    let zoho =
        context.datasets.values().filter(|dataset| dataset.system == System::Zoho && !dataset.preview.is_empty());
    zoho.map(AsRef::as_ref).collect()
}

/// The column of a module that is a truth as a whole by which its records are counted.
fn telling(dataset: &Dataset) -> Option<usize> {
    ["Stage", "Status", "Record Id"].iter().find_map(|name| dataset.find(name))
}

/// The columns that hold a truth; of a module that is such a truth as a whole, the one that tells its state or its name.
fn columns(context: &Context<'_>, truth: Concept) -> Vec<Column> {
    let found = exports(context).into_iter().flat_map(|dataset| {
        let column = |index| Column { dataset: dataset.name.clone(), index };
        let module = dataset.name.split_once('.').map_or("", |(_, module)| module);
        if truth.is_module(module) {
            return telling(dataset).map(column).into_iter().collect();
        }
        let named = dataset.columns.iter().enumerate().filter(|(_, column)| truth.is(&column.label));
        named.map(|(index, _)| column(index)).collect::<Vec<_>>()
    });
    found.collect()
}

/// Whether the mapping takes a truth, as an attribute or an event.
fn is_taken(mapping: &Mapping, truth: Concept) -> bool {
    mapping.attributes.iter().any(|attribute| truth.is_held_by(attribute))
        || mapping.events.iter().any(|event| truth.is_told_by(event))
}

/// Modules that are a truth as a whole, of which nobody takes anything and no column is known.
fn untold(context: &Context<'_>, mapping: &Mapping) -> Vec<Gap> {
    let is_open = |dataset: &&Dataset| {
        let module = dataset.name.split_once('.').map_or("", |(_, module)| module);
        TRUTHS.iter().any(|(truth, ..)| truth.is_module(module) && !is_taken(mapping, *truth))
            && telling(dataset).is_none()
    };
    let gap = |dataset: &Dataset| Gap {
        subject: format!("{}.Stage", dataset.name),
        reason: format!("{} has no column `Stage`", dataset.name),
        column: Some((dataset.name.clone(), "Stage".to_owned())),
    };
    exports(context).into_iter().filter(is_open).map(gap).collect()
}

/// Truths of which the exports have a column and the mapping takes none.
fn untaken(context: &Context<'_>, mapping: &Mapping) -> Vec<(usize, Vec<Column>)> {
    let open = TRUTHS.iter().enumerate().filter_map(|(at, (truth, ..))| {
        let columns = columns(context, *truth);
        (!is_taken(mapping, *truth) && !columns.is_empty()).then_some((at, columns))
    });
    open.collect()
}

fn question(column: &Column) -> Question {
    Question::Shapes { column: column.clone(), lens: filled(&[]) }
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let gap = |reason: &str| Gap { subject: "zoho".to_owned(), reason: reason.to_owned(), column: None };
    let reason = match exports(context).is_empty() {
        true => Some("no export of Zoho CRM with records was given"),
        false if mapping.attributes.is_empty() => Some("the mapping holds no attributes"),
        false => None,
    };
    if let Some(reason) = reason {
        return Ask { gaps: vec![gap(reason)], ..Ask::default() };
    }
    let columns = untaken(context, mapping).into_iter().flat_map(|(_, columns)| columns);
    // An export without any such column was looked at as well.
    let questions = columns.map(|column| question(&column)).collect();
    Ask { subjects: TRUTHS.len(), questions, gaps: untold(context, mapping) }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let hits = untaken(context, mapping).into_iter().filter_map(|(at, columns)| {
        let (_, truth, such) = TRUTHS.get(at)?;
        let held: Vec<_> =
            columns.iter().filter_map(|column| filled_of(answers, column).map(|held| (column, held))).collect();
        let (first, (rows, total, people)) = held.first()?;
        let labels: Vec<String> = held.iter().map(|(column, _)| context.label(column).to_owned()).collect();
        let statement = format!(
            "Zoho keeps {truth} in {} ({} of {}), and the mapping takes none of it.",
            list(&labels, 4),
            counted(*rows, "record", "records"),
            first.dataset
        );
        let action = format!("Map it if a journey needs it, such as `{such}`; otherwise accept this with a reason.");
        let section = mapping.document.root.entries().iter().find(|entry| entry.key == "attributes");
        Some(Hit {
            subject: Subject::column(&first.dataset, context.label(first)),
            rows: *rows,
            total: *total,
            people: *people,
            statement,
            action: Some(action),
            place: section.map(|section| mapping.document.place(section.mark)),
            shows: Shows::Labels,
            ..Hit::default()
        })
    });
    hits.collect()
}

/// Records with a value in a column, all records, and people; nothing where no record has one.
fn filled_of(answers: &Answers, column: &Column) -> Option<(u64, u64, u64)> {
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&question(column)) else { return None };
    let tally = shapes.get(shape::FILLED).filter(|tally| tally.rows > 0)?;
    Some((tally.rows, *rows, tally.people))
}

//! Whether the inputs can be trusted: damage in the bytes, and columns that rules need and an export does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_records};
use super::{Ask, Judged, Kind, Stage};
use crate::config::{LABELS, Source, label_of};
use crate::exports::workspace::LeftOut;
use crate::exports::{Damage, Dataset, Dialect, System, is_label};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Hit, Outcome, Part, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::{count, counted, list, nearest};
use crate::yaml::{Document, Node};

pub(super) static DAMAGE: Kind = Kind {
    name: "damage",
    about: "records that could not be read whole",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_damage, judge: judge_damage },
};

pub(super) static MISSING_COLUMN: Kind = Kind {
    name: "missing-column",
    about: "columns that enabled rules need and an export does not have",
    params: Shape::Object(&[]),
    stage: Stage::Outcomes(missing_columns),
};

fn question(dataset: &str) -> Question {
    Question::Read { dataset: dataset.to_owned() }
}

fn ask_damage(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let empty = context.datasets.values().filter(|dataset| dataset.preview.is_empty());
    let gaps = empty.map(|dataset| no_records(dataset, dataset.name.clone())).collect();
    let lists = context.workspace.map_or(0, |workspace| workspace.files.len());
    Ask {
        subjects: context.datasets.len() + lists,
        questions: context.datasets.keys().map(|name| question(name)).collect(),
        gaps,
    }
}

fn judge_damage(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let hits = context.datasets.keys().filter_map(|name| match answers.get(&question(name)) {
        Some(Answer::Read { rows, damage, .. }) if !damage.is_empty() => Some(damaged(name, *rows, damage)),
        _ => None,
    });
    hits.chain(left_out(context)).collect()
}

/// Segments, campaigns and topics of Customer.io that no rule looks at, by file.
fn left_out(context: &Context<'_>) -> Vec<Hit> {
    let Some(workspace) = context.workspace else { return Vec::new() };
    let mut files: BTreeMap<usize, Vec<&LeftOut>> = BTreeMap::new();
    for own in &workspace.left_out {
        files.entry(own.file).or_default().push(own);
    }
    let hits = files.into_iter().filter_map(|(file, entries)| {
        let file = workspace.files.get(file)?;
        let said: Vec<String> =
            entries.iter().map(|own| format!("entry {} of `{}` {}", own.entry, own.list, own.lacks)).collect();
        let number = entries.len() as u64;
        Some(Hit {
            rows: number,
            total: number,
            ..Hit::entry(
                Subject::entry("workspace", file),
                None,
                format!(
                    "{} of {file} could not be read as meant: {}.",
                    counted(number, "entry", "entries"),
                    list(&said, 6)
                ),
                "Fetch the list again, so that every entry has its name: no rule looks at those without.".to_owned(),
            )
        })
    });
    hits.collect()
}

fn damaged(dataset: &str, rows: u64, damage: &[Damage]) -> Hit {
    let total: u64 = damage.iter().map(|kind| kind.count).sum();
    let mut parts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut samples = Vec::new();
    for kind in damage {
        *parts.entry(kind.kind.describe()).or_default() += kind.count;
        samples.extend(kind.places.iter().map(|place| {
            Row {
                dataset: dataset.to_owned(),
                key: place.record.map_or_else(|| "header".to_owned(), |record| format!("record {record}")),
                column: place.column.clone().unwrap_or_default(),
                detail: [
                    Some(kind.kind.describe().to_owned()),
                    Some(place.detail.clone()).filter(|text| !text.is_empty()),
                    place.line.map(|line| format!("{} line {line}", kind.file)),
                ]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
                ..Row::default()
            }
        }));
    }
    let unnamed = match total - samples.len() as u64 {
        0 => String::new(),
        more => format!(" {} of them are counted without being named.", count(more)),
    };
    let kinds: Vec<String> = parts.iter().map(|(kind, number)| format!("{number} × {kind}")).collect();
    Hit {
        severity: None,
        subject: Subject::dataset(dataset),
        rows: total,
        total: rows.max(total),
        people: 0,
        statement: format!(
            "{} in {dataset} could not be read as meant: {}.{unnamed}",
            counted(total, "place", "places"),
            kinds.join(", ")
        ),
        action: None,
        parts: parts
            .into_iter()
            .map(|(label, rows)| Part { label: label.to_owned(), rows, people: 0, suggestion: None })
            .collect(),
        samples,
        place: None,
        shows: Shows::Labels,
    }
}

/// What to do where a column is there under another name: fields that Zoho has by itself are named in the config, and
/// others in the mapping.
fn renamed(context: &Context<'_>, dataset: &str, columns: &[String]) -> String {
    let known = context.datasets.get(dataset).filter(|known| known.system == System::Zoho);
    let base = |column: &String| column.strip_suffix(".id").unwrap_or(column).to_owned();
    let own: Vec<String> = columns.iter().map(base).filter(|it| LABELS.iter().any(|key| key.name == it)).collect();
    let (Some(known), Some(first)) = (known, own.first()) else {
        return "or name the column's new label in the mapping.".to_owned();
    };
    let given = context.config.sources.iter().filter(|source| source.request.name.as_ref() == Some(&known.source));
    let mut given = given.flat_map(|source| &source.request.labels).filter(|(name, _)| own.contains(name));
    match given.next() {
        Some((_, label)) => {
            let near = nearest(label, known.columns.iter().map(|column| column.label.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("or correct `labels:` of the source {}: no column is called `{label}`{near}", known.source)
        }
        None => format!(
            "or say under `labels:` of the source {} in crmlint.yaml what Zoho's fields are called there: {{{first}: …}}.",
            known.source
        ),
    }
}

fn missing_columns(context: &Context<'_>, _: &Node, outcomes: &[Outcome]) -> Judged {
    let mut absent: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for outcome in outcomes {
        for (dataset, column) in outcome.gaps.iter().filter_map(|gap| gap.column.as_ref()) {
            let entry = absent.entry(dataset).or_default();
            entry.0.insert(column);
            entry.1.insert(&outcome.code);
        }
    }
    let hits = absent.into_iter().map(|(dataset, (columns, rules))| {
        let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
        let rules: Vec<String> = rules.into_iter().map(str::to_owned).collect();
        let statement = format!(
            "{dataset} lacks {}; {} could not be evaluated: {}.",
            list(&columns, 5),
            counted(rules.len() as u64, "rule", "rules"),
            rules.join(", ")
        );
        let action =
            format!("Export {dataset} again with {}, {}", list(&columns, 5), renamed(context, dataset, &columns));
        let mut hit = Hit::entry(Subject::dataset(dataset), None, statement, action);
        hit.rows = columns.len() as u64;
        hit.total = hit.rows;
        hit.samples = columns
            .into_iter()
            .map(|column| Row { dataset: dataset.to_owned(), key: "header".to_owned(), column, ..Row::default() })
            .collect();
        hit
    });
    let hits = hits.chain(strange_labels(context)).collect();
    Judged { hits, subjects: context.datasets.len(), gaps: Vec::new() }
}

/// Labels that the config gives to Zoho's fields and that no file of the source has: what they name is not looked at.
fn strange_labels(context: &Context<'_>) -> Vec<Hit> {
    let Some(document) = &context.config.document else { return Vec::new() };
    let hits = context.config.sources.iter().flat_map(|source| strange_of(context, document, source));
    hits.collect()
}

fn strange_of(context: &Context<'_>, document: &Document, source: &Source) -> Vec<Hit> {
    let Some(name) = source.request.name.as_deref() else { return Vec::new() };
    // Files with API names need no labels.
    let labelled =
        |dataset: &&Dataset| dataset.source == name && matches!(dataset.dialect, Dialect::ZohoUi | Dialect::ZohoBackup);
    let files: Vec<&Dataset> = context.datasets.values().map(AsRef::as_ref).filter(labelled).collect();
    let columns = files.iter().flat_map(|dataset| &dataset.columns).map(|column| label_of(&column.label));
    let columns: BTreeSet<&str> = columns.collect();
    let sources = document.root.get("sources").map(Node::entries).unwrap_or_default();
    let own = sources.iter().find(|entry| entry.key.to_lowercase() == name);
    let Some(given) = own.and_then(|entry| entry.node.get("labels")).filter(|_| !files.is_empty()) else {
        return Vec::new();
    };
    let texts = given.entries().iter().flat_map(|entry| entry.node.items().into_iter().map(|item| (&entry.key, item)));
    let strange = texts.filter_map(|(field, item)| {
        let label = label_of(item.text()?);
        (!columns.iter().any(|column| is_label(label, column))).then_some((field, item, label))
    });
    let hit = |(field, item, label): (&String, &Node, &str)| {
        let statement = format!("No file of the source {name} has a column `{label}`, which is to be {field}.");
        let near =
            nearest(label, columns.iter().copied()).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        let action = format!("{near}Correct or remove it under `labels:` of the source.");
        let subject = Subject::entry("sources", &format!("{name}.labels.{label}"));
        Hit::entry(subject, Some(document.place(item.mark)), statement, action)
    };
    strange.map(hit).collect()
}

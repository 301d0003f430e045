//! Exports that end where a limit does: a round number of records, or parts of a numbered set that are not there.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_records};
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Hit, Shows, Subject};
use crate::shape::Shape;
use crate::text::{count, list};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "export-cut",
    about: "round numbers of records, and numbered parts that are missing",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Limits of exports are multiples of it.
const ROUND: u64 = 1_000;

fn question(dataset: &str) -> Question {
    Question::Read { dataset: dataset.to_owned() }
}

fn rows(answers: &Answers, dataset: &str) -> u64 {
    match answers.get(&question(dataset)) {
        Some(Answer::Read { rows, .. }) => *rows,
        _ => 0,
    }
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let (empty, held): (Vec<_>, Vec<_>) = context.datasets.values().partition(|dataset| dataset.preview.is_empty());
    Ask {
        subjects: held.len(),
        questions: context.datasets.keys().map(|name| question(name)).collect(),
        gaps: empty.into_iter().map(|dataset| no_records(dataset, dataset.name.clone())).collect(),
    }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    context.datasets.values().filter_map(|dataset| hit(context, answers, dataset)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, dataset: &Dataset) -> Option<Hit> {
    let held = rows(answers, &dataset.name);
    let missing = missing(&dataset.files);
    let mut said = Vec::new();
    if held >= ROUND && held.is_multiple_of(ROUND) && !is_confirmed(context, answers, dataset, held) {
        said.push(format!(
            "{} holds exactly {} records, as an export does that ends at a limit.",
            dataset.name,
            count(held)
        ));
    }
    if !missing.is_empty() {
        said.push(format!("Of the numbered files of {} there is no {}.", dataset.name, list(&missing, 5)));
    }
    (!said.is_empty() && held > 0).then(|| Hit {
        subject: Subject::dataset(&dataset.name),
        rows: held,
        total: held,
        statement: said.join(" "),
        action: Some(format!(
            "Export {0} whole, with every part. If the file is complete, say so under `rows:` of its source: {{{1}: {held}}}.",
            dataset.name,
            module(dataset)
        ))
        .filter(|_| missing.is_empty()),
        shows: Shows::Labels,
        ..Hit::default()
    })
}

fn module(dataset: &Dataset) -> &str {
    dataset.name.rsplit('.').next().unwrap_or(&dataset.name)
}

/// Whether the config says that the export holds as many: of the module, or of the source as a whole.
fn is_confirmed(context: &Context<'_>, answers: &Answers, dataset: &Dataset, held: u64) -> bool {
    let whole = || -> u64 {
        let own = context.datasets.values().filter(|other| other.source == dataset.source);
        own.map(|other| rows(answers, &other.name)).sum()
    };
    let own = context.config.sources.iter().filter(|source| source.request.name.as_ref() == Some(&dataset.source));
    own.flat_map(|source| &source.rows).any(|expected| match &expected.module {
        Some(name) => name == module(dataset) && expected.rows == held,
        None => expected.rows == whole(),
    })
}

/// The names of parts that a numbered set of files lacks.
fn missing(files: &[String]) -> Vec<String> {
    let mut sets: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
    for (name, digits) in files.iter().filter_map(|file| numbered(file)) {
        sets.entry(name).or_default().extend(digits.parse().ok().map(|number: u32| (number, digits)));
    }
    let mut missing = BTreeSet::new();
    for (name, numbers) in sets {
        let (Some((first, digits)), Some((last, _))) = (numbers.first_key_value(), numbers.last_key_value()) else {
            continue;
        };
        // Three digits are a part's number only where it was padded to three.
        if digits.len() == 3 && !digits.starts_with('0') {
            continue;
        }
        // Systems number with zeros in front and begin at the first; other numbers may begin anywhere.
        let from = if digits.starts_with('0') { 1.min(*first) } else { *first };
        let absent = (from..*last).filter(|number| !numbers.contains_key(number));
        missing.extend(absent.map(|number| format!("{name}{number:0width$}", width = digits.len())));
    }
    missing.into_iter().collect()
}

/// A file's name without its number, and the number: `Contacts_` and `001`. A day or a year is no such number.
fn numbered(file: &str) -> Option<(&str, &str)> {
    let name = file.rsplit(['/', '\\']).next()?;
    let name = name.rsplit(": ").next()?;
    let stem = name.split('.').next()?;
    let bare = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &stem[bare.len()..];
    let dated = bare.trim_end_matches(['_', '-', ' ']).ends_with(|c: char| c.is_ascii_digit());
    (digits.len() == 3 || ((1..=2).contains(&digits.len()) && !dated)).then_some((bare, digits))
}

#[cfg(test)]
mod tests {
    use super::missing;

    fn of(files: &[&str]) -> Vec<String> {
        missing(&files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn parts_that_are_not_there_are_named() {
        assert_eq!(of(&["a/Contacts_001.csv", "a/Contacts_003.csv"]), ["Contacts_002"]);
        assert_eq!(of(&["b.zip: Data/Contacts_002.csv"]), ["Contacts_001"], "a backup begins with the first");
        assert_eq!(of(&["people-1.csv", "people-4.csv"]), ["people-2", "people-3"]);
        assert_eq!(of(&["Contacts_2026_05_21_001.csv", "Contacts_2026_05_21_003.csv"]), ["Contacts_2026_05_21_002"]);
    }

    #[test]
    fn other_numbers_are_no_parts() {
        for files in [
            &["Contacts_001.csv", "Contacts_002.csv"][..],
            &["Contacts_2026_05_21.csv", "Contacts_2026_05_23.csv"],
            &["orders-2023.csv", "orders-2026.csv"],
            &["people7.csv"],
            &["people-200.csv", "people-300.csv"],
            &["Contacts_001.csv", "Leads_001.csv"],
        ] {
            assert!(of(files).is_empty(), "{files:?}");
        }
    }
}

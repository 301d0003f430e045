//! Values of enums against the list of allowed ones: outside it, variants in spelling, typos.
//!
//! Every distinct value is sorted once, so the cost follows the number of values, not of records. Without a mapping the
//! most frequent spelling stands for the allowed one, and only variants and typos can be told.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target};
use super::parts::gather;
use super::spelling::{Place, Word, nearest, sort};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::normalize::{alike, is_missing};
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "enum",
    about: "values of an enum against its allowed ones",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["outside", "variant", "typo"]),
        "which kind of stray value it names",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a declared enum that are looked at one by one.
const MOST_VALUES: usize = 100_000;
/// A column with more distinct values than this is no enum unless the mapping says so.
const MOST_INFERRED: usize = 60;
/// Records a value needs on average before a column counts as an enum without being declared one.
const FEWEST_EACH: u64 = 4;
/// How much more frequent a spelling must be than the one taken for its typo, without a declared list.
const TYPO_WEIGHT: u64 = 10;

fn words(attribute: &Attribute, profile: bool) -> Vec<Word> {
    let side = |allowed: &crate::mapping::Allowed| Word {
        text: if profile { allowed.attribute.clone() } else { allowed.source.clone() },
        other_side: if profile { allowed.source.clone() } else { allowed.attribute.clone() },
        aliases: allowed.aliases.clone(),
    };
    let mut words: Vec<Word> = Vec::new();
    for word in attribute.values.iter().map(side) {
        if !words.iter().any(|known| known.text == word.text) {
            words.push(word);
        }
    }
    words
}

fn question(column: &Column, cap: usize) -> Question {
    Question::Values { column: column.clone(), cap }
}

fn declared<'a>(context: &Context<'a>) -> (Vec<Target<'a>>, Vec<Gap>) {
    let (targets, mut gaps) = context.targets(|attribute| attribute.is(&["enum"]) && !attribute.values.is_empty());
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let listless = attributes.filter(|attribute| attribute.is(&["enum"]) && attribute.values.is_empty());
    gaps.extend(listless.map(|attribute| Gap {
        subject: attribute.name.clone(),
        reason: format!("the mapping lists no allowed values of {}", attribute.name),
        column: None,
    }));
    (targets, gaps)
}

fn inferred(context: &Context<'_>) -> Vec<Column> {
    let sources = context.datasets.values().filter(|dataset| !dataset.preview.is_empty());
    let columns = sources.flat_map(|dataset| {
        let lookup = |label: &str| label.ends_with(".id") || label.ends_with(".module") || is_personal(label);
        let wanted = dataset
            .columns
            .iter()
            .enumerate()
            .filter(move |(index, column)| dataset.key != Some(*index) && !lookup(&column.label));
        wanted.map(|(index, _)| Column { dataset: dataset.name.clone(), index })
    });
    columns.collect()
}

/// Words of labels under which people, places and notes stand: they vary by nature and are nobody's list.
const PERSONAL: &[&str] = &[
    "name",
    "vorname",
    "nachname",
    "owner",
    "email",
    "mail",
    "phone",
    "mobile",
    "telefon",
    "fax",
    "street",
    "strasse",
    "address",
    "address1",
    "address2",
    "zip",
    "plz",
    "postal",
    "note",
    "notes",
    "description",
    "subject",
    "company",
    "firma",
    "title",
    "tag",
    "tags",
    // Consent has rules of its own.
    "unsubscribed",
    "by",
    "url",
    "website",
    "id",
    "twitter",
    "birth",
    "geburtsdatum",
];

fn is_personal(label: &str) -> bool {
    label.split(|c: char| !c.is_alphanumeric()).any(|word| PERSONAL.contains(&word.to_lowercase().as_str()))
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    if context.mapping.is_none() {
        if fault == "outside" {
            return Ask { gaps: vec![super::context::no_mapping()], ..Ask::default() };
        }
        let columns = inferred(context);
        let mut questions: Vec<Question> = columns.iter().map(|column| question(column, MOST_INFERRED)).collect();
        let found = likely(answers, &columns);
        let asked = answers.open(questions.clone()).is_empty();
        let recognised = found.len();
        for (column, words, values) in found {
            let values = stray(&values, &fault, |value| sort_inferred(value, &words)).into_keys().collect();
            questions.extend(Question::listing(Pick::Values { column: column.clone(), values }));
        }
        if asked && recognised == 0 {
            let reason = "no column repeats its values often enough to be taken for an enum; a mapping would name them"
                .to_owned();
            return Ask {
                questions,
                subjects: 0,
                gaps: vec![Gap { subject: "the exports".to_owned(), reason, column: None }],
            };
        }
        return Ask { subjects: recognised, questions, gaps: Vec::new() };
    }
    let (targets, mut gaps) = declared(context);
    let mut questions = Vec::new();
    for target in &targets {
        let asked = question(&target.column, MOST_VALUES);
        if let Some(Answer::Values { values, overflow, .. }) = answers.get(&asked) {
            if values.keys().all(|value| is_missing(value, &target.attribute.missing)) {
                gaps.push(context.blank(&target.column));
            }
            if *overflow {
                let subject = format!("{}.{}", target.column.dataset, context.label(&target.column));
                let reason = format!(
                    "{subject} holds over {} different values; only that many were judged",
                    count(MOST_VALUES as u64)
                );
                gaps.push(Gap { subject, reason, column: None });
            }
            let words = words(target.attribute, target.profile);
            let values =
                stray(values, &fault, |value| sort(value, &words, &target.attribute.missing)).into_keys().collect();
            questions.extend(Question::listing(Pick::Values { column: target.column.clone(), values }));
        }
        questions.push(asked);
    }
    Ask { subjects: targets.len(), questions, gaps }
}

/// The values of one fault, with what each should be.
fn stray(
    values: &BTreeMap<String, Tally>,
    fault: &str,
    place: impl Fn(&str) -> Place,
) -> BTreeMap<String, Option<String>> {
    let sorted = values.keys().filter_map(|value| match (place(value), fault) {
        (Place::Variant(word), "variant") | (Place::Typo(word), "typo") => Some((value.clone(), Some(word))),
        (Place::Untranslated(word), "outside") => Some((value.clone(), Some(word))),
        (Place::Outside, "outside") => Some((value.clone(), None)),
        _ => None,
    });
    sorted.collect()
}

type Likely<'a> = (&'a Column, Vec<(Word, u64)>, BTreeMap<String, Tally>);

/// Columns that behave as enums, with their spellings by frequency.
fn likely<'a>(answers: &Answers, columns: &'a [Column]) -> Vec<Likely<'a>> {
    let mut found = Vec::new();
    for column in columns {
        let Some(Answer::Values { values, overflow: false, .. }) = answers.get(&question(column, MOST_INFERRED)) else {
            continue;
        };
        let filled: BTreeMap<String, Tally> = values
            .iter()
            .filter(|(value, _)| !is_missing(value, &[]))
            .map(|(value, tally)| (value.clone(), tally.clone()))
            .collect();
        let rows: u64 = filled.values().map(|tally| tally.rows).sum();
        let worded = filled.keys().any(|value| value.chars().any(char::is_alphabetic));
        if filled.len() < 2 || rows < FEWEST_EACH * filled.len() as u64 || !worded {
            continue;
        }
        let mut words: Vec<(Word, u64)> = filled
            .iter()
            .map(|(value, tally)| {
                (Word { text: value.clone(), other_side: value.clone(), aliases: Vec::new() }, tally.rows)
            })
            .collect();
        words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.text.cmp(&other.0.text)));
        found.push((column, words, filled));
    }
    found
}

fn sort_inferred(value: &str, words: &[(Word, u64)]) -> Place {
    let Some(at) = words.iter().position(|(word, _)| word.text == value) else { return Place::Fine };
    let own = words[at].1;
    // A spelling yields to a more frequent one of the same fold; among equals the first in order stands.
    if let Some((word, _)) = words[..at].iter().find(|(word, _)| alike(&word.text, value)) {
        return Place::Variant(word.text.clone());
    }
    let frequent: Vec<Word> =
        words[..at].iter().filter(|(_, rows)| *rows >= own * TYPO_WEIGHT).map(|(word, _)| word.clone()).collect();
    nearest(value, &frequent).map_or(Place::Fine, Place::Typo)
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    if context.mapping.is_none() {
        let columns = inferred(context);
        let found = likely(answers, &columns);
        let hits = found.into_iter().filter_map(|(column, words, values)| {
            let stray = stray(&values, &fault, |value| sort_inferred(value, &words));
            let total = values.values().map(|tally| tally.rows).sum();
            hit(context, answers, &Found { column, values: &values, stray, fault: &fault, declared: false, total })
        });
        return hits.collect();
    }
    let (targets, _) = declared(context);
    let hits = targets.iter().filter_map(|target| {
        let Some(Answer::Values { rows, values, .. }) = answers.get(&question(&target.column, MOST_VALUES)) else {
            return None;
        };
        let words = words(target.attribute, target.profile);
        let stray = stray(values, &fault, |value| sort(value, &words, &target.attribute.missing));
        hit(
            context,
            answers,
            &Found { column: &target.column, values, stray, fault: &fault, declared: true, total: *rows },
        )
    });
    hits.collect()
}

struct Found<'a> {
    column: &'a Column,
    values: &'a BTreeMap<String, Tally>,
    stray: BTreeMap<String, Option<String>>,
    fault: &'a str,
    declared: bool,
    /// Records looked at.
    total: u64,
}

fn hit(context: &Context<'_>, answers: &Answers, found: &Found<'_>) -> Option<Hit> {
    let Found { column, values, stray, fault, declared, .. } = found;
    if stray.is_empty() {
        return None;
    }
    let total = found.total;
    let found = stray.iter().map(|(value, right)| (value.as_str(), values.get(value), right.clone()));
    let (summed, parts) = gather(found);
    let names: BTreeSet<String> = stray.keys().cloned().collect();
    let whole = context.listed(answers, &Pick::Values { column: (*column).clone(), values: names }, summed);
    let suggest = |value: &str| stray.get(value).cloned().flatten();
    let rows: Vec<Row> = whole
        .samples
        .into_iter()
        .map(|sample| {
            let right = suggest(&sample.value);
            context.row(column, sample, right)
        })
        .collect();
    let label = context.label(column);
    let (kinds, one) = (counted(stray.len() as u64, "value", "values"), stray.len() == 1);
    let (are, mean, look) =
        if one { ("is", "it means", "looks like a typo") } else { ("are", "they mean", "look like typos") };
    let what = match (*fault, *declared) {
        ("outside", _) => format!("{kinds} of `{label}` {are} not on its list of allowed values"),
        ("variant", true) => format!("{kinds} of `{label}` {are} spelled differently from the allowed value {mean}"),
        ("typo", true) => format!("{kinds} of `{label}` {look} of an allowed value"),
        ("variant", false) => {
            format!("{kinds} of `{label}` {are} spelled differently from a more frequent value (no list is declared)")
        }
        _ => format!("{kinds} of `{label}` {look} of a far more frequent value (no list is declared)"),
    };
    let statement = format!("{what}: {} ({}).", counted(whole.rows, "record", "records"), percent(whole.rows, total));
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total,
        people: whole.people,
        statement,
        action: None,
        parts,
        samples: rows,
        place: None,
        shows: if context.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
    })
}

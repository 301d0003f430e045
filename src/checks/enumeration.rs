//! Values of enums against the list of allowed ones: outside it, variants in spelling, typos.
//!
//! Every distinct value is sorted once, so the cost follows the number of values, not of records. Without a mapping the
//! most frequent spelling stands for the allowed one, and only variants and typos can be told.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Part, Row, Subject};
use crate::frames::normalize::{alike, fold, is_missing};
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

/// An allowed spelling on one side.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    aliases: Vec<String>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Allowed, missing, or a declared alias.
    Fine,
    /// A spelling of an allowed value.
    Variant(String),
    /// An edit away from one allowed value.
    Typo(String),
    /// Not on the list.
    Outside,
}

fn words(attribute: &Attribute, profile: bool) -> Vec<Word> {
    let side = |allowed: &crate::mapping::Allowed| Word {
        text: if profile { allowed.attribute.clone() } else { allowed.source.clone() },
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

fn sort(value: &str, words: &[Word], missing: &[String]) -> Place {
    let known = |word: &Word| word.text == value || word.aliases.iter().any(|alias| alias == value);
    if words.iter().any(known) || is_missing(value, missing) {
        return Place::Fine;
    }
    if let Some(word) = only(words, |word| alike(&word.text, value)) {
        return Place::Variant(word);
    }
    nearest(value, words).map_or(Place::Outside, Place::Typo)
}

/// The one word that fits; nothing when several do.
fn only(words: &[Word], fits: impl Fn(&Word) -> bool) -> Option<String> {
    let mut found = words.iter().filter(|word| fits(word));
    let first = found.next()?;
    found.next().is_none().then(|| first.text.clone())
}

/// The allowed value that a value is a typo of: near enough, and no other as near.
fn nearest(value: &str, words: &[Word]) -> Option<String> {
    let wanted = fold(value);
    let mut best: Option<(usize, &Word)> = None;
    let mut tied = false;
    for word in words {
        let allowed = fold(&word.text);
        let Some(distance) = edits(&wanted, &allowed) else { continue };
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, _)) if distance == least => tied = true,
            _ => (best, tied) = (Some((distance, word)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word.text.clone())
}

/// Edits between two folded words when they may be one word mistyped: one, or two from eight letters on. Digits are
/// identity: `tier1` is no typo of `tier2`.
fn edits(one: &str, other: &str) -> Option<usize> {
    let shorter = one.chars().count().min(other.chars().count());
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let most = match shorter {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    if digits(one) != digits(other) {
        return None;
    }
    let distance = strsim::osa_distance(one, other);
    (1..=most).contains(&distance).then_some(distance)
}

fn question(column: &Column, cap: usize) -> Question {
    Question::Values { column: column.clone(), cap }
}

fn declared<'a>(context: &Context<'a>) -> (Vec<Target<'a>>, Vec<Gap>) {
    context.targets(|attribute| attribute.is(&["enum"]) && !attribute.values.is_empty())
}

fn inferred(context: &Context<'_>) -> Vec<Column> {
    let sources = context.datasets.values().filter(|dataset| !dataset.preview.is_empty());
    let columns = sources.flat_map(|dataset| {
        let lookup = |label: &str| label.ends_with(".id") || label.ends_with(".module");
        let wanted = dataset
            .columns
            .iter()
            .enumerate()
            .filter(move |(index, column)| dataset.key != Some(*index) && !lookup(&column.label));
        wanted.map(|(index, _)| Column { dataset: dataset.name.clone(), index })
    });
    columns.collect()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    if context.mapping.is_none() {
        if fault == "outside" {
            return Ask { gaps: vec![super::context::no_mapping()], ..Ask::default() };
        }
        let columns = inferred(context);
        let mut questions: Vec<Question> = columns.iter().map(|column| question(column, MOST_INFERRED)).collect();
        for (column, words, values) in likely(answers, &columns) {
            let values = stray(&values, &fault, |value| sort_inferred(value, &words)).into_keys().collect();
            context.list(&mut questions, Pick::Values { column: column.clone(), values });
        }
        return Ask { subjects: columns.len(), questions, gaps: Vec::new() };
    }
    let (targets, mut gaps) = declared(context);
    let mut questions = Vec::new();
    for target in &targets {
        let asked = question(&target.column, MOST_VALUES);
        if let Some(Answer::Values { values, overflow, .. }) = answers.get(&asked) {
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
            context.list(&mut questions, Pick::Values { column: target.column.clone(), values });
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
            .map(|(value, tally)| (Word { text: value.clone(), aliases: Vec::new() }, tally.rows))
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
            hit(context, answers, &Found { column, values: &values, stray, fault: &fault, declared: false })
        });
        return hits.collect();
    }
    let (targets, _) = declared(context);
    let hits = targets.iter().filter_map(|target| {
        let Some(Answer::Values { values, .. }) = answers.get(&question(&target.column, MOST_VALUES)) else {
            return None;
        };
        let words = words(target.attribute, target.profile);
        let stray = stray(values, &fault, |value| sort(value, &words, &target.attribute.missing));
        hit(context, answers, &Found { column: &target.column, values, stray, fault: &fault, declared: true })
    });
    hits.collect()
}

struct Found<'a> {
    column: &'a Column,
    values: &'a BTreeMap<String, Tally>,
    stray: BTreeMap<String, Option<String>>,
    fault: &'a str,
    declared: bool,
}

fn hit(context: &Context<'_>, answers: &Answers, found: &Found<'_>) -> Option<Hit> {
    let Found { column, values, stray, fault, declared } = found;
    if stray.is_empty() {
        return None;
    }
    let total: u64 = values.values().map(|tally| tally.rows).sum();
    let mut whole = Tally::default();
    let mut parts = Vec::new();
    for (value, suggestion) in stray {
        let tally = values.get(value).cloned().unwrap_or_default();
        parts.push(Part {
            label: value.clone(),
            rows: tally.rows,
            people: tally.people,
            suggestion: suggestion.clone(),
        });
        whole.merge(tally, crate::facts::local::SAMPLES);
    }
    parts.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    let names: BTreeSet<String> = stray.keys().cloned().collect();
    let samples = context.listed(answers, &Pick::Values { column: (*column).clone(), values: names }, whole.samples);
    let suggest = |value: &str| stray.get(value).cloned().flatten();
    let rows: Vec<Row> = samples
        .into_iter()
        .map(|sample| {
            let right = suggest(&sample.value);
            context.row(column, sample, right)
        })
        .collect();
    let label = context.label(column);
    let kinds = counted(stray.len() as u64, "value", "values");
    let what = match (*fault, *declared) {
        ("outside", _) => format!("{kinds} of `{label}` are not on its list of allowed values"),
        ("variant", true) => format!("{kinds} of `{label}` are spelled differently from the allowed value they mean"),
        ("typo", true) => format!("{kinds} of `{label}` look like typos of an allowed value"),
        ("variant", false) => {
            format!("{kinds} of `{label}` are other spellings of a more frequent value (no list is declared)")
        }
        _ => format!("{kinds} of `{label}` look like typos of a far more frequent value (no list is declared)"),
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
    })
}

#[cfg(test)]
mod tests {
    use super::{Place, Word, sort};

    fn words(list: &[&str]) -> Vec<Word> {
        list.iter().map(|text| Word { text: (*text).to_owned(), aliases: Vec::new() }).collect()
    }

    #[test]
    fn a_stray_value_is_named_for_what_it_is() {
        let list = words(&["Prospect", "Active", "At Risk", "Churned", "Tier 1", "Tier 2", "Pro", "Plan A", "Plan B"]);
        let table = [
            ("Active", Place::Fine),
            ("  ", Place::Fine),
            ("n/a", Place::Fine),
            ("active ", Place::Variant("Active".into())),
            ("at-risk", Place::Variant("At Risk".into())),
            ("\u{410}ctive", Place::Variant("Active".into())),
            ("Actve", Place::Typo("Active".into())),
            ("Prospcet", Place::Typo("Prospect".into())),
            ("Chruned", Place::Typo("Churned".into())),
            ("Tier 3", Place::Outside),
            ("Pra", Place::Outside),
            ("Plan C", Place::Outside),
            ("Dormant", Place::Outside),
        ];
        for (value, wanted) in table {
            assert_eq!(sort(value, &list, &[]), wanted, "{value}");
        }
    }
}

//! Tags against the approved ones and against each other: those outside the list, and spellings of one tag.
//!
//! Tags live in attributes with `role: tags`. Without a mapping those of Zoho's own column are held against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target, no_mapping};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit};
use crate::frames::normalize::{fold, is_missing, signs, unmasked};
use crate::mapping::Mapping;
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "tag",
    about: "tags against the approved ones and against each other",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["outside", "variant"]),
        "outside: not approved; variant: another spelling of an approved or a more frequent one",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct tags of a column that are looked at one by one.
const MOST_TAGS: usize = 10_000;
/// Letters that a tag needs before an `s` behind it makes no other tag.
const SHORTEST_PLURAL: usize = 4;

/// A column of tags with the texts that mean missing in it.
struct Tagged {
    column: Column,
    missing: Vec<String>,
}

impl Tagged {
    fn question(&self) -> Question {
        Question::Items { column: self.column.clone(), cap: MOST_TAGS }
    }

    /// The tags with the records that have them, once they are known.
    fn tags<'b>(&self, answers: &'b Answers) -> Option<(u64, BTreeMap<&'b str, &'b Tally>, bool)> {
        let Some(Answer::Values { rows, values, overflow }) = answers.get(&self.question()) else { return None };
        let filled = values.iter().filter(|(tag, _)| !is_missing(tag, &self.missing));
        Some((*rows, filled.map(|(tag, tally)| (tag.as_str(), tally)).collect(), *overflow))
    }
}

/// A gap for a mapping that declares no tags.
pub(super) fn no_tags() -> Gap {
    let reason = "no attribute of the mapping has `role: tags`".to_owned();
    Gap { subject: "mapping:attributes".to_owned(), reason, column: None }
}

/// A gap for a mapping that approves none.
pub(super) fn none_approved() -> Gap {
    let reason = "the mapping names no approved tags (`tags: {approved: […]}`)".to_owned();
    Gap { subject: "mapping:tags.approved".to_owned(), reason, column: None }
}

/// The columns of tags, and what is missing of them.
fn columns(context: &Context<'_>, fault: &str) -> (Vec<Tagged>, Vec<Gap>) {
    let Some(mapping) = context.mapping else {
        return if fault == "variant" { unmapped(context) } else { (Vec::new(), vec![no_mapping()]) };
    };
    if fault == "outside" && mapping.tags.approved.is_empty() {
        return (Vec::new(), vec![none_approved()]);
    }
    let (targets, gaps) = context.targets(|attribute| attribute.is_role("tags"));
    let gaps = if targets.is_empty() && gaps.is_empty() { vec![no_tags()] } else { gaps };
    let tagged = |target: Target<'_>| Tagged { missing: target.attribute.missing.clone(), column: target.column };
    (targets.into_iter().map(tagged).collect(), gaps)
}

/// The columns that are Zoho's own.
fn unmapped(context: &Context<'_>) -> (Vec<Tagged>, Vec<Gap>) {
    let zoho = context.datasets.values().filter(|dataset| dataset.system == System::Zoho);
    let found = zoho.filter(|dataset| !dataset.preview.is_empty()).filter_map(|dataset| {
        let column = Column { dataset: dataset.name.clone(), index: dataset.find("Tag")? };
        Some(Tagged { column, missing: Vec::new() })
    });
    let found: Vec<Tagged> = found.collect();
    let reason = "no export of Zoho has a column `Tag`; a mapping would name the attribute".to_owned();
    let gap = Gap { subject: "the exports".to_owned(), reason, column: None };
    let gaps = if found.is_empty() { vec![gap] } else { Vec::new() };
    (found, gaps)
}

/// What spellings of one tag have in common: all but case, blanks, punctuation and an `s` behind words.
fn look(tag: &str) -> String {
    let folded = fold(&unmasked(tag));
    let singular = folded.strip_suffix('s').filter(|word| {
        let worded = word.chars().all(char::is_alphabetic);
        worded && word.chars().count() >= SHORTEST_PLURAL
    });
    format!("{}\0{}", singular.unwrap_or(&folded), signs(tag))
}

/// The tags of one fault, with what each should be.
fn stray<'b>(tags: &BTreeMap<&'b str, &Tally>, usable: &[&str], fault: &str) -> BTreeMap<&'b str, Option<String>> {
    let mut words: Vec<(&str, u64)> = tags.iter().map(|(tag, tally)| (*tag, tally.rows)).collect();
    words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    let mut leading: BTreeMap<String, &str> = BTreeMap::new();
    for word in usable.iter().copied().chain(words.into_iter().map(|(word, _)| word)) {
        leading.entry(look(word)).or_insert(word);
    }
    let meant = |tag: &str| leading.get(&look(tag)).copied().filter(|word| *word != tag);
    let open = tags.keys().copied().filter(|tag| !usable.contains(tag));
    let sorted = open.map(|tag| (tag, meant(tag).map(str::to_owned)));
    sorted.filter(|(_, meant)| meant.is_some() == (fault == "variant")).collect()
}

fn usable(mapping: Option<&Mapping>) -> Vec<&str> {
    mapping.map(|mapping| mapping.tags.usable().collect()).unwrap_or_default()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    let (columns, mut gaps) = columns(context, &fault);
    let (usable, mut questions) = (usable(context.mapping), Vec::new());
    for tagged in &columns {
        questions.push(tagged.question());
        let Some((_, tags, overflow)) = tagged.tags(answers) else { continue };
        if tags.is_empty() {
            gaps.push(context.blank(&tagged.column));
        }
        if overflow {
            gaps.push(too_many(context, &tagged.column));
        }
        let items = stray(&tags, &usable, &fault).into_keys().map(str::to_owned).collect();
        questions.extend(Question::listing(Pick::Items { column: tagged.column.clone(), items }));
    }
    Ask { subjects: columns.len(), questions, gaps }
}

fn too_many(context: &Context<'_>, column: &Column) -> Gap {
    let subject = format!("{}.{}", column.dataset, context.label(column));
    let reason = format!("{subject} holds over {} different tags; only that many were judged", count(MOST_TAGS as u64));
    Gap { subject, reason, column: None }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let usable = usable(context.mapping);
    let (columns, _) = columns(context, &fault);
    columns.iter().filter_map(|tagged| hit(context, answers, tagged, &usable, &fault)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, tagged: &Tagged, usable: &[&str], fault: &str) -> Option<Hit> {
    let (total, tags, _) = tagged.tags(answers)?;
    let stray = stray(&tags, usable, fault);
    if stray.is_empty() {
        return None;
    }
    let column = &tagged.column;
    let (summed, parts) = gather(stray.iter().map(|(tag, meant)| (*tag, tags.get(tag).copied(), meant.clone())));
    let items: BTreeSet<String> = stray.keys().map(|tag| (*tag).to_owned()).collect();
    let whole = context.listed(answers, &Pick::Items { column: column.clone(), items }, summed);
    let label = context.label(column);
    let statement = format!(
        "{}: {} ({}).",
        said(label, stray.len() as u64, fault),
        counted(whole.rows, "record", "records"),
        percent(whole.rows, total)
    );
    Some(Hit { parts, ..context.hit(column, whole, total, statement, &|_| None) })
}

fn said(label: &str, tags: u64, fault: &str) -> String {
    match (fault, tags) {
        ("outside", 1) => format!("A tag of `{label}` is not approved"),
        ("outside", _) => format!("{} tags of `{label}` are not approved", count(tags)),
        (_, 1) => format!("A tag of `{label}` is another spelling of one that is there or approved"),
        _ => format!("{} tags of `{label}` are other spellings of ones that are there or approved", count(tags)),
    }
}

#[cfg(test)]
mod tests {
    use super::look;

    #[test]
    fn spellings_of_one_tag_are_told_from_other_tags() {
        let same = [("VIP", "vip"), ("at-risk", "At Risk"), ("wholesale", "Wholesales"), ("nl_2024", "NL 2024")];
        assert!(same.iter().all(|(one, other)| look(one) == look(other)), "{same:?}");
        let others = [("nl-2024", "nl-2025"), ("new", "news"), ("a1", "a1s"), ("A+", "A"), ("vip", "vib")];
        assert!(others.iter().all(|(one, other)| look(one) != look(other)), "{others:?}");
    }
}

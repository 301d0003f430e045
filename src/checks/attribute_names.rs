//! Names of attributes: two that differ in case alone, one concept under several, and names that are not ours to write.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping, no_profiles};
use super::ownership::source_column;
use super::reserved_name::{is_reserved, is_system};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Hit, Row, Subject};
use crate::mapping::{Attribute, Mapping};
use crate::shape::{Shape, required};
use crate::text::{counted, list};
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "attribute-names",
    about: "names of attributes that are alike, or not for a sync to write",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["case", "concept", "unwritable"]),
        "case: two names that differ in case alone; concept: one concept under several names; unwritable: a name \
         that Customer.io writes itself",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Names that are one when case, or separators as well, do not count: each with its place in the mapping, if it is there.
type Alike<'a> = BTreeMap<&'a str, Option<Mark>>;

/// Every attribute that the mapping names or a profile has.
fn names<'a>(context: &Context<'a>) -> Alike<'a> {
    let mut names = Alike::new();
    for column in context.profiles().iter().flat_map(|profiles| &profiles.columns) {
        names.insert(&column.label, None);
    }
    if let Some(mapping) = context.mapping {
        let keys = mapping.canonical.iter().chain(&mapping.also);
        names.extend(keys.map(|key| (key.attribute.text.as_str(), Some(key.attribute.mark))));
        names.extend(mapping.attributes.iter().map(|attribute| (attribute.name.as_str(), Some(attribute.mark))));
    }
    names
}

/// The name without what does not count.
fn folded(name: &str, fault: &str) -> String {
    let kept = |c: &char| fault == "case" || c.is_alphanumeric();
    name.to_lowercase().chars().filter(kept).collect()
}

/// Names that are alike, two or more each. Those that equal a reserved name but for case are a matter of MAP019, and
/// one that stands in the mapping alone or on profiles alone is one of MAP004.
fn alike<'a>(context: &Context<'a>, fault: &str) -> Vec<Alike<'a>> {
    let mut groups: BTreeMap<String, Alike<'_>> = BTreeMap::new();
    for (name, mark) in names(context) {
        groups.entry(folded(name, fault)).or_default().insert(name, mark);
    }
    let labels: BTreeSet<&str> =
        context.profiles().iter().flat_map(|profiles| &profiles.columns).map(|column| column.label.as_str()).collect();
    let twice = |group: &Alike<'_>| {
        let held = group.keys().filter(|name| labels.contains(*name)).count();
        let named = group.values().filter(|mark| mark.is_some()).count();
        held > 1 || named > 1
    };
    let apart = |group: &Alike<'_>| {
        // Names that differ in case alone are the other rule's.
        let spelled: BTreeSet<String> = group.keys().map(|name| name.to_lowercase()).collect();
        fault == "case" || spelled.len() == group.len()
    };
    let ours = |group: &Alike<'_>| !group.keys().any(|name| is_reserved(&name.to_lowercase()));
    groups.into_values().filter(|group| group.len() > 1 && twice(group) && apart(group) && ours(group)).collect()
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let mut ask = Ask::default();
    let fault = params.get_text("fault").unwrap_or_default();
    match context.mapping {
        Some(mapping) => ask.subjects += mapping.attributes.len().max(1),
        None => ask.gaps.push(no_mapping()),
    }
    if fault == "unwritable" {
        return ask;
    }
    match context.profiles() {
        Some(profiles) => {
            ask.subjects += 1;
            // What each name holds is worth a pass only where there are two of them.
            if !alike(context, &fault).is_empty() {
                ask.questions.push(Question::Columns { dataset: profiles.name.clone() });
            }
        }
        None => ask.gaps.push(no_profiles("customerio.people")),
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    if fault == "unwritable" {
        return context.mapping.map(unwritable).unwrap_or_default();
    }
    let doubled = alike(context, &fault);
    let mut hits: Vec<Hit> =
        doubled.iter().filter_map(|group| self::doubled(context, answers, group, &fault)).collect();
    if let Some(mapping) = context.mapping.filter(|_| fault == "concept") {
        let named = hits.iter().map(|hit| hit.subject.clone()).collect::<BTreeSet<_>>();
        hits.extend(shared(context, mapping).into_iter().filter(|hit| !named.contains(&hit.subject)));
    }
    hits
}

/// A name without the number of its version: `lifecycle_stage_v2` replaces `lifecycle_stage`, it does not repeat it.
fn unversioned(name: &str) -> &str {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.strip_suffix("_v").filter(|_| bare.len() < name.len()).unwrap_or(name)
}

/// Attributes for one purpose, or copied from one column, that one system owns. Two owners are a matter of OWN002.
fn shared(context: &Context<'_>, mapping: &Mapping) -> Vec<Hit> {
    let mut seen: BTreeMap<(String, [String; 3]), Vec<&Attribute>> = BTreeMap::new();
    let mut hits = Vec::new();
    for later in mapping.attributes.iter().filter(|attribute| !attribute.is_consent()) {
        let owner = later.owner.as_ref().map(|owner| owner.text.trim().to_lowercase()).unwrap_or_default();
        let role = later.role.as_deref().filter(|role| *role != "routing" && *role != "tags");
        let role = role
            .map(|role| (["role".to_owned(), role.to_owned(), String::new()], format!("both have the role {role}")));
        // A column may well be wanted in two forms: as a date and as text.
        let kind = later.kind.as_ref().map(|kind| kind.text.clone()).unwrap_or_default();
        let copied = source_column(context, later).map(|(dataset, column)| {
            let why = format!("both are {dataset}.{column}");
            ([kind, dataset, column], why)
        });
        let mut repeated = None;
        for (key, why) in role.into_iter().chain(copied) {
            let like = seen.entry((owner.clone(), key)).or_default();
            let earlier = like.iter().find(|earlier| unversioned(&earlier.name) != unversioned(&later.name));
            repeated = repeated.or(earlier.map(|earlier| (*earlier, why)));
            like.push(later);
        }
        let Some((earlier, why)) = repeated else { continue };
        let name = &later.name;
        let statement = format!("`{name}` repeats `{}`: {why}.", earlier.name);
        let action =
            format!("Keep one of them, let segments read that one, and map `{name}` no more if it is the other.");
        let subject = Subject::entry("mapping", &format!("attributes.{name}"));
        hits.push(Hit::entry(subject, Some(mapping.document.place(later.mark)), statement, action));
    }
    hits
}

/// How many profiles hold a value under a name.
fn holders(context: &Context<'_>, answers: &Answers, name: &str) -> Option<u64> {
    let profiles = context.profiles()?;
    let question = Question::Columns { dataset: profiles.name.clone() };
    let Some(Answer::Columns { columns, .. }) = answers.get(&question) else { return None };
    columns.iter().find(|column| column.label == name).map(|column| column.filled)
}

fn doubled(context: &Context<'_>, answers: &Answers, group: &Alike<'_>, fault: &str) -> Option<Hit> {
    let spelled: Vec<String> = group.keys().map(|name| (*name).to_owned()).collect();
    let held: Vec<(&str, u64)> =
        group.keys().filter_map(|name| Some((*name, holders(context, answers, name)?))).collect();
    let fill = |(name, held): &(&str, u64)| format!("{} `{name}`", counted(*held, "profile fills", "profiles fill"));
    let counts: Vec<String> = held.iter().map(fill).collect();
    let told = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let differ = if fault == "case" { "differ in case alone" } else { "differ in separators alone" };
    let statement = format!("{} {differ} and are {} attributes{told}.", list(&spelled, 6), group.len());
    let mut named: Vec<(Mark, &str)> = group.iter().filter_map(|(name, mark)| Some(((*mark)?, *name))).collect();
    named.sort_by_key(|(mark, _)| mark.offset);
    // The one that the mapping names first, else the one that most profiles have, is the one to keep. What the finding
    // is about must not move with counts.
    let most = held.iter().max_by_key(|(name, held)| (*held, std::cmp::Reverse(*name))).map(|(name, _)| *name);
    let keep = named.first().map(|(_, name)| *name).or(most).or_else(|| group.keys().next().copied())?;
    let action = format!("Write to `{keep}` alone, move what the other holds there, then remove the other.");
    let (subject, place) = match (named.last(), context.mapping) {
        (Some((mark, name)), Some(mapping)) => {
            (Subject::entry("mapping", &format!("attributes.{name}")), Some(mapping.document.place(*mark)))
        }
        _ => (Subject::column(&context.profiles()?.name, group.keys().next()?), None),
    };
    let samples = held.iter().filter(|(name, _)| *name != keep).map(|(name, held)| Row {
        dataset: context.profiles().map(|profiles| profiles.name.clone()).unwrap_or_default(),
        key: "header".to_owned(),
        column: (*name).to_owned(),
        detail: counted(*held, "profile holds", "profiles hold") + " it",
        ..Row::default()
    });
    let people = held.iter().filter(|(name, _)| *name != keep).map(|(_, held)| *held).sum();
    let samples = samples.collect();
    Some(Hit { people, samples, ..Hit::entry(subject, place, statement, action) })
}

/// Names that only Customer.io can write. The length of names is a matter of MAP020.
fn unwritable(mapping: &Mapping) -> Vec<Hit> {
    let hits = mapping.attributes.iter().filter(|attribute| is_system(&attribute.name)).map(|attribute| {
        let name = &attribute.name;
        let statement = format!("The mapping writes `{name}`, which Customer.io sets itself.");
        let action = format!("Give the value an attribute of its own, or remove `{name}` from the mapping.");
        let subject = Subject::entry("mapping", &format!("attributes.{name}"));
        Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action)
    });
    hits.collect()
}

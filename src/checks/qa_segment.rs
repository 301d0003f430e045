//! Segments by which a team sees that the sync works: those that nobody defined, and those whose size is wrong.

use super::context::{Context, no_mapping};
use super::segments::{gap, known, members, none};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Filter, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{EARLIER, Mapping, Segment};
use crate::shape::{Shape, required};
use crate::snapshots;
use crate::text::{count, counted, percent, words};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "qa-segment",
    about: "segments by which a team sees that the sync works",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["undefined", "size"]),
        "undefined: nobody watches a tier, a stage or the last purchase; size: too few members, too many, or too many more \
         or fewer than before",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// What to watch: the role of the attribute, the purpose of the segment, its usual name.
const WATCHED: [(&str, &str, &str); 3] = [
    ("tier", " vip ", "VIP"),
    ("lifecycle", " at risk ", "At Risk"),
    ("last_purchase", " recent buyer ", "Recent Buyer"),
];

fn is_qa(segment: &Segment) -> bool {
    let purpose = segment.purpose.as_ref().map(|purpose| words(&purpose.text));
    WATCHED.iter().any(|(_, wanted, _)| purpose.as_deref() == Some(*wanted))
}

/// Whether a segment watches a purpose: it says so, is called so, or reads an attribute with the role.
fn watches(mapping: &Mapping, segment: &Segment, role: &str, wanted: &str) -> bool {
    let purpose = segment.purpose.as_ref().map(|purpose| words(&purpose.text));
    let has_role = |name: &str| mapping.attribute(name).is_some_and(|attribute| attribute.is_role(role));
    purpose.as_deref() == Some(wanted)
        || words(&segment.name).contains(wanted)
        || segment.reads.iter().any(|read| has_role(&read.text))
}

/// Roles that the mapping declares, with the purposes of the segments that should watch them.
fn roles(mapping: &Mapping) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let declared = |role: &str| mapping.attributes.iter().any(|attribute| attribute.is_role(role));
    WATCHED.into_iter().filter(move |(role, ..)| declared(role))
}

fn unwatched(mapping: &Mapping) -> impl Iterator<Item = (&'static str, &'static str)> {
    let positive = || mapping.segments.iter().filter(|segment| !segment.never);
    let open =
        roles(mapping).filter(move |(role, wanted, _)| !positive().any(|own| watches(mapping, own, role, wanted)));
    open.map(|(role, _, title)| (role, title))
}

/// A listed segment that may read anything.
fn unknown(mapping: &Mapping) -> Option<&Segment> {
    mapping.segments.iter().find(|segment| segment.hidden)
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    if params.get_text("fault").as_deref() == Some("size") {
        return ask_sizes(context, mapping);
    }
    if mapping.document.root.get("segments").is_none() && mapping.segments.is_empty() {
        return Ask { gaps: vec![none("the mapping declares no segments")], ..Ask::default() };
    }
    let subjects = roles(mapping).count();
    if subjects == 0 {
        let reason = "no attribute of the mapping has the role tier, lifecycle or last_purchase";
        return Ask { gaps: vec![none(reason)], ..Ask::default() };
    }
    let hidden = unknown(mapping).filter(|_| unwatched(mapping).next().is_some());
    let gaps = hidden.map(|segment| gap(segment, segment.open.as_deref().unwrap_or_default()));
    Ask { subjects, gaps: gaps.into_iter().collect(), questions: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    if params.get_text("fault").as_deref() == Some("size") {
        return sized(mapping).filter_map(|segment| size(context, mapping, segment, answers)).collect();
    }
    let told = mapping.document.root.get("segments").is_some() || !mapping.segments.is_empty();
    if !told || unknown(mapping).is_some() {
        return Vec::new();
    }
    unwatched(mapping).filter_map(|(role, title)| undefined(mapping, role, title)).collect()
}

fn undefined(mapping: &Mapping, role: &str, title: &str) -> Option<Hit> {
    let attribute = mapping.attributes.iter().find(|attribute| attribute.is_role(role))?;
    let name = &attribute.name;
    let entries = mapping.document.root.entries();
    let section = entries.iter().find(|entry| entry.key == "segments").map_or(attribute.mark, |entry| entry.mark);
    let statement = format!("No segment watches `{name}`, which has the role {role}.");
    let purpose = words(title).trim().replace(' ', "_");
    let action = format!(
        "Define one in Customer.io and here, such as `{title}: {{where: \"{name} …\", purpose: {purpose}, expect: {{min: 1}}}}`."
    );
    let subject = Subject::entry("mapping", &format!("segments.{purpose}"));
    Some(Hit::entry(subject, Some(mapping.document.place(section)), statement, action))
}

/// Segments whose size somebody cares for.
fn sized(mapping: &Mapping) -> impl Iterator<Item = &Segment> {
    mapping.segments.iter().filter(|segment| segment.expect.is_some() || (is_qa(segment) && !segment.never))
}

fn ask_sizes(context: &Context<'_>, mapping: &Mapping) -> Ask {
    let mut ask = Ask::default();
    for segment in sized(mapping) {
        match now(context, segment) {
            Ok(question) => {
                ask.subjects += 1;
                ask.questions.push(question);
            }
            Err(gaps) => {
                ask.gaps.extend(gaps);
                continue;
            }
        }
        match before(context, segment) {
            Some(Ok(question)) => ask.questions.push(question),
            Some(Err(gaps)) => ask.gaps.extend(gaps),
            None => {}
        }
    }
    if sized(mapping).next().is_none() {
        let what = "segment that says how many members are right (`expect:`), or is for vip, at_risk or recent_buyer \
                    (`purpose:`)";
        ask.gaps.push(Gap::undeclared("mapping:segments", what));
    }
    ask
}

fn now(context: &Context<'_>, segment: &Segment) -> Result<Question, Vec<Gap>> {
    let filter = known(context, segment).map_err(|gap| vec![gap])?;
    members(context, segment, filter.clone())
}

/// The members at the time of the newest snapshot, where it matters how many they were.
fn before(context: &Context<'_>, segment: &Segment) -> Option<Result<Question, Vec<Gap>>> {
    segment.expect.as_ref()?.moved?;
    let missing = |reason: &str| Some(Err(vec![gap(segment, reason)]));
    let (profiles, filter) = (context.profiles()?, context.segment(&segment.name)?);
    let dataset = format!("{EARLIER}{}", profiles.name);
    let Some(earlier) = context.earlier.get(&dataset) else {
        return missing("there is no earlier snapshot to see how far it moved (`snapshots:` of crmlint.yaml)");
    };
    let Some(taken) = snapshots::taken(earlier) else {
        return missing("the earlier snapshot does not tell when it was taken");
    };
    let filter = Filter::new(filter.expr.renamed(&|name| format!("{EARLIER}{name}")).as_of(taken));
    let gaps = context.filter_gaps(&filter);
    if !gaps.is_empty() {
        let subject = format!("segment:{}", segment.name);
        return Some(Err(gaps.into_iter().map(|gap| Gap { subject: subject.clone(), ..gap }).collect()));
    }
    Some(Ok(Question::Rows { dataset, filter }))
}

/// How many meet the condition of a question.
fn met(answers: &Answers, question: &Question) -> Option<u64> {
    match answers.get(question) {
        Some(Answer::Rows { met, .. }) => Some(met.rows),
        _ => None,
    }
}

fn size(context: &Context<'_>, mapping: &Mapping, segment: &Segment, answers: &Answers) -> Option<Hit> {
    let has = met(answers, &now(context, segment).ok()?)?;
    let expect = segment.expect.as_ref();
    let least = expect.and_then(|expect| expect.min).unwrap_or(u64::from(is_qa(segment) && !segment.never));
    let most = expect.and_then(|expect| expect.max).unwrap_or(u64::MAX);
    let (name, members) = (&segment.name, counted(has, "member", "members"));
    let statement = if has < least {
        format!("The segment `{name}` has {members}; at least {} should be in it.", count(least))
    } else if has > most {
        format!("The segment `{name}` has {members}; at most {} should be in it.", count(most))
    } else {
        let had = met(answers, &before(context, segment)?.ok()?)?;
        let limit = expect?.moved?;
        if has.abs_diff(had) as f64 <= limit * had as f64 {
            return None;
        }
        let share = if had == 0 { String::new() } else { format!(", {} of them", percent(has.abs_diff(had), had)) };
        let change = format!("{} {}", count(has.abs_diff(had)), if has > had { "more" } else { "fewer" });
        format!("The segment `{name}` has {members}, {change} than the {} before{share}.", count(had))
    };
    let action =
        "Look at what its condition reads: a value that the sync writes in another way empties it. If the number \
                  is right, change `expect:`."
            .to_owned();
    let mark = expect.map_or(segment.mark, |expect| expect.mark);
    Some(Hit::entry(Subject::entry("segment", name), Some(mapping.document.place(mark)), statement, action))
}

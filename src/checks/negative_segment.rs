//! Segments that must never have members.

use super::context::{Context, no_mapping, no_profiles};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Filter, Question};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::Segment;
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "negative-segment",
    about: "segments that must never have members",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

fn segments<'a>(context: &'a Context<'_>) -> Vec<(&'a Segment, &'a Filter)> {
    let never = context.mapping.into_iter().flat_map(|mapping| &mapping.segments).filter(|segment| segment.never);
    never.filter_map(|segment| Some((segment, context.segment(&segment.name)?))).collect()
}

fn gaps(context: &Context<'_>, segment: &Segment, filter: &Filter) -> Vec<Gap> {
    let subject = format!("segment:{}", segment.name);
    context.filter_gaps(filter).into_iter().map(|gap| Gap { subject: subject.clone(), ..gap }).collect()
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let segments = segments(context);
    if segments.is_empty() {
        let reason = "the mapping declares no segment with `never:`".to_owned();
        return Ask {
            gaps: vec![Gap { subject: "mapping:segments".to_owned(), reason, column: None }],
            ..Ask::default()
        };
    }
    let Some(profiles) = context.profiles() else {
        return Ask { gaps: vec![no_profiles("mapping:segments")], ..Ask::default() };
    };
    let mut ask = Ask::default();
    for (segment, filter) in segments {
        let missing = gaps(context, segment, filter);
        if missing.is_empty() {
            ask.subjects += 1;
            ask.questions.push(Question::Rows { dataset: profiles.name.clone(), filter: filter.clone() });
        }
        ask.gaps.extend(missing);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (Some(profiles), Some(mapping)) = (context.profiles(), context.mapping) else { return Vec::new() };
    let hits = segments(context).into_iter().filter_map(|(segment, filter)| {
        let question = Question::Rows { dataset: profiles.name.clone(), filter: filter.clone() };
        let Some(Answer::Rows { rows, met }) = answers.get(&question) else { return None };
        (met.rows > 0).then(|| Hit {
            subject: Subject::entry("segment", &segment.name),
            rows: met.rows,
            total: *rows,
            people: met.people,
            statement: format!(
                "The segment `{}` must never have members and has {}.",
                segment.name,
                counted(met.rows, "member", "members")
            ),
            action: None,
            parts: Vec::new(),
            samples: met
                .samples
                .iter()
                .map(|sample| Row { dataset: profiles.name.clone(), key: sample.key.clone(), ..Row::default() })
                .collect(),
            place: Some(mapping.document.place(segment.mark)),
            shows: Shows::Nothing,
        })
    });
    hits.collect()
}

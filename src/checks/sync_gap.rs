//! A sync that stands still: nothing new has reached the profiles since the snapshot, while Zoho went on.

use super::context::{Context, no_mapping, no_profiles};
use super::history::earlier_values;
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::frames::time::rfc3339;
use crate::shape::{Shape, required};
use crate::text::{count, duration, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "sync-gap",
    about: "the newest arrival on profiles, in the snapshot and today, against the newest change in Zoho",
    params: Shape::Object(&[required("intervals", Shape::Count, "how many lags Zoho has to be ahead")]),
    stage: Stage::Facts { ask, judge },
};

/// Attributes that say when a profile was last written.
const WRITTEN: &[&str] =
    &["updated_at", "last_updated_at", "_updated_at", "synced_at", "last_synced_at", "zoho_synced_at"];
/// Attributes that say when a profile was made.
const MADE: &[&str] = &["_created_in_customerio_at", "created_at"];

/// The column that says when something reached the profiles, and the column of Zoho's contacts that it answers to.
fn arrivals(context: &Context<'_>) -> Result<(Column, &'static str), Gap> {
    let Some(profiles) = context.profiles() else { return Err(no_profiles("customerio.people")) };
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let of_zoho = |source: &str| context.system(source) == Some(System::Zoho);
    let carried = attributes.filter(|attribute| {
        let mut paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
        paths.any(|path| of_zoho(path.source()) && path.column.replace('_', " ") == "Modified Time")
    });
    let written = carried.map(|attribute| attribute.name.as_str()).chain(WRITTEN.iter().copied());
    let find = |name: &str| context.on_profile(name).ok();
    if let Some(column) = written.into_iter().find_map(find) {
        return Ok((column, "Modified Time"));
    }
    if let Some(column) = MADE.iter().copied().find_map(find) {
        return Ok((column, "Created Time"));
    }
    let reason = format!("{} has no attribute that says when a profile was written (`updated_at`)", profiles.name);
    Err(Gap { subject: profiles.name.clone(), reason, column: None })
}

/// The columns that a snapshot has to keep for this.
pub(crate) fn watched(context: &Context<'_>) -> Option<Column> {
    arrivals(context).ok().map(|(column, _)| column)
}

/// What is held against each other.
struct Plan {
    now: Column,
    then_at: Question,
    now_at: Question,
    changed: Question,
    lag: i64,
}

fn plan(context: &Context<'_>) -> Result<Plan, Vec<Gap>> {
    let Some(mapping) = context.mapping else { return Err(vec![no_mapping()]) };
    let Some(lag) = mapping.lag.as_ref().and_then(|lag| seconds(&lag.text)) else {
        let reason = "the mapping does not say how late the sync may be (`lag: 4h`)".to_owned();
        return Err(vec![Gap { subject: "mapping:lag".to_owned(), reason, column: None }]);
    };
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    let (now, answers_to) = arrivals(context).map_err(|gap| vec![gap])?;
    let changed = context.standard(contacts, answers_to).map_err(|gap| vec![gap])?;
    let then = earlier_values(context, &now).map_err(|gap| vec![gap])?;
    let zone = |source: &str| context.zone(source, None);
    let own = context.profiles().and_then(|profiles| zone(&profiles.source));
    let newest = |column: &Column, zone: Option<String>| Question::Newest { column: column.clone(), zone };
    let (then_at, now_at) = (newest(&then, own.clone()), newest(&now, own));
    Ok(Plan { changed: newest(&changed, zone(&contacts.source)), then_at, now_at, now, lag })
}

fn at(answers: &Answers, question: &Question) -> Option<Option<i64>> {
    match answers.get(question) {
        Some(Answer::Newest(newest)) => Some(*newest),
        _ => None,
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let plan = match plan(context) {
        Ok(plan) => plan,
        Err(gaps) => return Ask { gaps, ..Ask::default() },
    };
    let mut ask = Ask::default();
    let questions = [&plan.then_at, &plan.now_at, &plan.changed];
    for question in questions {
        if at(answers, question) == Some(None) {
            let column = question.columns().remove(0);
            let subject = format!("{}.{}", column.dataset, context.label(&column));
            let reason = "no value of it is a sure time; a zone may be missing (`time_zone:`)".to_owned();
            ask.gaps.push(Gap { subject, reason, column: None });
        }
    }
    ask.subjects = usize::from(ask.gaps.is_empty());
    ask.questions = questions.into_iter().cloned().collect();
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(plan) = plan(context) else { return Vec::new() };
    let newest = |question: &Question| at(answers, question).flatten();
    let (Some(then), Some(now), Some(changed)) = (newest(&plan.then_at), newest(&plan.now_at), newest(&plan.changed))
    else {
        return Vec::new();
    };
    let intervals = params.get_number("intervals").unwrap_or(3.0).max(1.0) as i64;
    let ahead = changed - now;
    if now > then || plan.lag == 0 || ahead <= plan.lag.saturating_mul(intervals) {
        return Vec::new();
    }
    let label = context.label(&plan.now);
    let lags = ahead / plan.lag;
    let statement = format!(
        "Nothing has reached `{label}` since {}, as in the snapshot, while Zoho is {} ahead: {} times the lag of {}.",
        rfc3339(now),
        duration(ahead),
        count(lags.unsigned_abs()),
        duration(plan.lag)
    );
    vec![Hit { subject: Subject::column(&plan.now.dataset, label), rows: 1, total: 1, statement, ..Hit::default() }]
}

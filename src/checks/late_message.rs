//! Messages that went to people after they opted out.

use super::audience::{one_of, texts};
use super::concepts::Concept;
use super::consent::{attributes, lens, standard_name};
use super::context::{Context, no_profiles};
use super::lists::{DELIVERIES, Role};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, Dialect, System};
use crate::facts::{Answer, Answers, Column, Consent, Filter, Followed, Follows, Lens, Question, Scope};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::expr::Expr;
use crate::shape::{Shape, key};
use crate::text::{count, counted, duration, percent, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "late-message",
    about: "messages after the opt-out of those who got them",
    params: Shape::Object(&[key("grace", Shape::Text, "how long a message may already be on its way: 1d")]),
    stage: Stage::Facts { ask, judge },
};

/// A message that was queued before the opt-out may go out within it.
const GRACE: i64 = 86_400;
/// Channels that an opt-out does not close: in-app messages, and what goes to the team or to machines.
const OPEN: &[&str] = &["in_app", "in-app", "in app", "inapp", "inbox", "slack", "webhook", "transactional"];
/// What never reached anybody.
const UNSENT: &[&str] =
    &["draft", "drafted", "created", "queued", "failed", "undeliverable", "dropped", "suppressed", "unsent", "deleted"];
/// Names of attributes with the time of an opt-out, where the mapping does not know them.
const TIMES: &[&str] = &["unsubscribed_at", "unsubscribed_time", "opted_out_at", "opt_out_at", "opt_out_time"];

/// A column that says when somebody opted out, and one that says that it still holds.
struct OptOut {
    time: Column,
    zone: Option<String>,
    standing: (Column, Lens),
}

/// A time without a zone is no instant.
fn zoneless(context: &Context<'_>, dataset: &Dataset) -> Option<Gap> {
    let bare = matches!(dataset.dialect, Dialect::ZohoUi | Dialect::ZohoBackup);
    (bare && context.zone(&dataset.source, None).is_none()).then(|| Gap {
        subject: dataset.name.clone(),
        reason: format!(
            "the stamps of {} carry no zone; declare `time_zone:` for the source {}",
            dataset.name, dataset.source
        ),
        column: None,
    })
}

/// What the owner of consent says of the time. The profile's own flag is another matter.
fn at_owner(context: &Context<'_>) -> (Vec<OptOut>, Vec<Gap>) {
    let (mut found, mut gaps): (Vec<OptOut>, Vec<Gap>) = (Vec::new(), Vec::new());
    for attribute in attributes(context) {
        let Some(owner) = &attribute.owner else { continue };
        let owned = context.people().filter(|dataset| {
            context.owns(&owner.text, dataset) && dataset.system == System::Zoho && !dataset.preview.is_empty()
        });
        for dataset in owned {
            let Ok(time) = context.standard(dataset, "Unsubscribed Time") else { continue };
            let own = attribute.from.iter().filter_map(|from| from.column.as_ref());
            let own = own.filter(|path| path.dataset == dataset.name).find_map(|path| context.resolve(path).ok());
            if found.iter().any(|known| known.time == time) {
                continue;
            }
            let usual = || standard_name(dataset.system).map(|name| context.standard(dataset, name));
            let flag = match own.map(Ok).or_else(usual) {
                Some(Ok(flag)) => flag,
                Some(Err(gap)) => {
                    gaps.push(gap);
                    continue;
                }
                None => continue,
            };
            match (lens(attribute, dataset, context.label(&flag)), zoneless(context, dataset)) {
                (Ok(consent), None) => found.push(OptOut {
                    time,
                    zone: context.zone(&dataset.source, None),
                    standing: (flag, Lens::Consent(consent)),
                }),
                (read, zone) => gaps.extend(read.err().into_iter().chain(zone)),
            }
        }
    }
    (found, gaps)
}

/// Attributes with the time of an opt-out, beside the flag that still says so.
fn on_profile(context: &Context<'_>, known: &[OptOut]) -> (Vec<OptOut>, Option<Gap>) {
    let Some(profiles) = context.profiles() else { return (Vec::new(), None) };
    let mapped = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mapped = mapped.filter(|attribute| attribute.is(&["timestamp", "date"]) && Concept::OptOut.is(&attribute.name));
    // The copy of a time that is read at its source says nothing more.
    let copied = |name: &str| {
        let attribute = context.mapping.and_then(|mapping| mapping.attribute(name));
        let from = attribute.into_iter().flat_map(|attribute| &attribute.from);
        let mut from = from.filter_map(|from| context.resolve(from.column.as_ref()?).ok());
        from.any(|column| known.iter().any(|out| out.time == column))
    };
    let mut names: Vec<&str> = mapped.map(|attribute| attribute.name.as_str()).chain(TIMES.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !copied(name) && context.on_profile(name).is_ok());
    let flag = match context.on_profile("unsubscribed") {
        Ok(flag) => flag,
        Err(gap) => return (Vec::new(), (!names.is_empty()).then_some(gap)),
    };
    let times = names.into_iter().filter_map(|name| {
        let attribute = context.mapping.and_then(|mapping| mapping.attribute(name));
        Some(OptOut {
            time: context.on_profile(name).ok()?,
            zone: context.zone(&profiles.source, attribute),
            standing: (flag.clone(), Lens::Consent(Consent::Profile)),
        })
    });
    (times.collect(), None)
}

/// Blank, or one of these words.
fn blank_or(context: &Context<'_>, column: &Column, words: &[&str]) -> Expr {
    let label = context.label(column);
    Expr::Any(vec![Expr::Missing(texts(&column.dataset, label).0), one_of(&column.dataset, label, words)])
}

/// Which messages count: sent, over a channel that an opt-out closes, and not transactional, where columns tell.
fn scope(context: &Context<'_>, deliveries: &Dataset) -> Result<Scope, Gap> {
    let mut terms = Vec::new();
    for (role, words) in [(Role::Type, OPEN), (Role::State, UNSENT)] {
        let column = context.told(deliveries, role)?;
        let not = |column: Column| one_of(&column.dataset, context.label(&column), words);
        terms.extend(column.map(|column| Expr::Not(Box::new(not(column)))));
    }
    let transactional = context.told(deliveries, Role::Transactional)?;
    terms.extend(transactional.map(|column| blank_or(context, &column, &["0", "false", "no"])));
    Ok(if terms.is_empty() { Scope::All } else { Scope::Where(Filter::new(Expr::All(terms))) })
}

/// Every time of an opt-out against the messages, and what stands in the way.
fn plans(context: &Context<'_>, params: &Node) -> (Vec<Follows>, Vec<Gap>) {
    let stop = |gap: Gap| (Vec::new(), vec![gap]);
    let Some(deliveries) = context.list(DELIVERIES) else {
        let reason = "no export of deliveries was given (the warehouse sync, or the App API's deliveries)".to_owned();
        return stop(Gap { subject: "customerio.deliveries".to_owned(), reason, column: None });
    };
    if context.profiles().is_none() {
        return stop(no_profiles(&deliveries.name));
    }
    if let Some(gap) = context.nobody(deliveries) {
        return stop(gap);
    }
    let (then, scope) = match (context.told(deliveries, Role::Time), scope(context, deliveries)) {
        (Ok(Some(then)), Ok(scope)) => (then, scope),
        (Ok(None), _) => {
            let reason = format!("no column of {} is known to say when a message was sent", deliveries.name);
            return stop(Gap { subject: deliveries.name.clone(), reason, column: None });
        }
        (Err(gap), _) | (_, Err(gap)) => return stop(gap),
    };
    let (mut outs, mut gaps) = at_owner(context);
    let (times, missing) = on_profile(context, &outs);
    outs.extend(times);
    gaps.extend(missing);
    if outs.is_empty() && gaps.is_empty() {
        let reason = "nothing says when somebody opted out; it needs `Unsubscribed Time` at the owner of consent, or an \
                      attribute such as `unsubscribed_at`";
        gaps.push(Gap { subject: "the time of the opt-out".to_owned(), reason: reason.to_owned(), column: None });
    }
    let grace = params.get_text("grace").and_then(|text| seconds(&text)).unwrap_or(GRACE);
    let follows = outs.into_iter().map(|out| Follows {
        first: out.time,
        first_zone: out.zone,
        standing: out.standing,
        then: then.clone(),
        then_zone: context.zone(&deliveries.source, None),
        scope: scope.clone(),
        grace,
    });
    (follows.collect(), gaps)
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (plans, gaps) = plans(context, params);
    let mut ask = Ask { subjects: plans.len(), gaps, ..Ask::default() };
    for plan in plans {
        let question = Question::Follows(plan);
        if let (Some(Answer::Follows(found)), Question::Follows(plan)) = (answers.get(&question), &question) {
            ask.gaps.extend(unseen(context, plan, found));
        }
        ask.questions.push(question);
    }
    ask
}

/// What the answer leaves open: no message, none with a time, none of a person who is known there, no time at all,
/// times that nobody can read.
fn unseen(context: &Context<'_>, plan: &Follows, found: &Followed) -> Vec<Gap> {
    let (then, first) = (&plan.then.dataset, &plan.first.dataset);
    let column = |column: &Column| format!("{}.{}", column.dataset, context.label(column));
    let (subject, reason) = if found.scope == 0 {
        (then.clone(), format!("{then} holds no message of a kind that an opt-out ends"))
    } else if found.timed == 0 {
        (column(&plan.then), format!("no time in {} can be placed; it may need `time_zone:`", column(&plan.then)))
    } else if found.known == 0 {
        (then.clone(), format!("no message of {then} could be linked to a person in {first}"))
    } else if found.standing == 0 {
        (column(&plan.first), format!("nobody in {first} is opted out with a time that can be placed"))
    } else {
        return unplaced(context, plan, found);
    };
    vec![Gap { subject, reason, column: None }]
}

/// The times on either side that somebody wrote and nobody can read: such a message may have come too late as well.
fn unplaced(context: &Context<'_>, plan: &Follows, found: &Followed) -> Vec<Gap> {
    let sides = [(&plan.first, found.unplaced_firsts, found.standing), (&plan.then, found.unplaced, found.timed)];
    let open = sides.into_iter().filter(|(_, unplaced, _)| *unplaced > 0);
    let gap = |(column, unplaced, placed): (&Column, u64, u64)| {
        let subject = format!("{}.{}", column.dataset, context.label(column));
        let times = counted(unplaced + placed, "time", "times");
        let reason = format!("{} of {times} of {subject} cannot be placed", count(unplaced));
        Gap { subject, reason, column: None }
    };
    open.map(gap).collect()
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (plans, _) = plans(context, params);
    plans.into_iter().filter_map(|plan| hit(context, answers, plan)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, plan: Follows) -> Option<Hit> {
    let question = Question::Follows(plan.clone());
    let Some(Answer::Follows(found)) = answers.get(&question) else { return None };
    let met = &found.met;
    let label = context.label(&plan.first);
    let row = |sample: &crate::facts::Sample| {
        let detail = format!("{label} in {}: {}", plan.first.dataset, sample.detail);
        Row { detail, ..context.row(&plan.then, sample.clone(), None) }
    };
    (met.rows > 0).then(|| Hit {
        subject: Subject::column(&plan.first.dataset, label),
        rows: met.rows,
        total: found.timed,
        people: met.people,
        statement: format!(
            "{} went to {} later than {} after the opt-out by `{label}` of {} ({} of those sent).",
            counted(met.rows, "message", "messages"),
            counted(met.people, "person", "people"),
            duration(plan.grace),
            plan.first.dataset,
            percent(met.rows, found.timed)
        ),
        samples: met.samples.iter().map(row).collect(),
        shows: Shows::Instants,
        ..Hit::default()
    })
}

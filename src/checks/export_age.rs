//! How old the exports are: by the time that is declared for them, else by the newest change that they hold.

use super::context::Context;
use super::{Ask, Kind, Stage};
use crate::config::Source;
use crate::error::Place;
use crate::exports::{Dataset, Dialect, System};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::shape::Shape;
use crate::text::duration;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "export-age",
    about: "exports that are older than allowed",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// What is known of an export's age.
enum Age {
    /// Its changes have to be asked for.
    Open,
    Fresh,
    /// Older than allowed, by so many seconds in all.
    Old(i64, Place),
    Unknown(String),
}

fn name(source: &Source) -> &str {
    source.request.name.as_deref().unwrap_or_default()
}

/// The columns that say when something in an export changed last. An export cannot be older than what it holds; it may
/// well be younger.
fn changes(context: &Context<'_>, source: &Source) -> Vec<Question> {
    let own = context.datasets.values().filter(|dataset| dataset.source == name(source));
    let newest = own.filter_map(|dataset| {
        let zone = context.zone(&dataset.source, None);
        let bare = matches!(dataset.dialect, Dialect::ZohoUi | Dialect::ZohoBackup);
        let column = match dataset.system {
            System::Zoho if bare && zone.is_none() => return None,
            System::Zoho => context.standard(dataset, "Modified Time").ok()?,
            System::CustomerIo => of_profiles(context, dataset)?,
            _ => return None,
        };
        Some(Question::Newest { column, zone })
    });
    newest.collect()
}

fn of_profiles(context: &Context<'_>, dataset: &Dataset) -> Option<crate::facts::Column> {
    let stamp = context.mapping.and_then(|mapping| mapping.written_at.as_ref()).map(|spot| spot.text.as_str());
    let names = stamp.into_iter().chain(["_created_in_customerio_at"]);
    let found = names.filter_map(|name| context.on_profile(name).ok());
    found.into_iter().find(|column| column.dataset == dataset.name)
}

fn age(context: &Context<'_>, source: &Source, most: i64, answers: &Answers) -> Age {
    if let Some((taken, place)) = &source.taken_at {
        let age = context.now - taken;
        return if age > most { Age::Old(age, place.clone()) } else { Age::Fresh };
    }
    let unknown = |why: &str| Age::Unknown(format!("nothing says when {} was taken (`taken_at:`){why}", name(source)));
    let asked = changes(context, source);
    let answered: Vec<Option<&Answer>> = asked.iter().map(|question| answers.get(question)).collect();
    if answered.iter().any(Option::is_none) {
        return Age::Open;
    }
    let newest = answered.into_iter().filter_map(|answer| match answer {
        Some(Answer::Newest(newest)) => *newest,
        _ => None,
    });
    match newest.max().map(|newest| context.now - newest) {
        None => unknown(""),
        Some(since) if since < 0 => unknown(", and its newest change lies after now"),
        Some(since) if since <= most => Age::Fresh,
        Some(since) => unknown(&format!(", and its newest change is {} old", duration(since))),
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let Some((most, _)) = &context.config.max_age else {
        let reason = "nothing says how old an export may be (`options: {max_age: 7d}`)".to_owned();
        return Ask { gaps: vec![Gap { subject: "options".to_owned(), reason, column: None }], ..Ask::default() };
    };
    let mut ask = Ask::default();
    for source in &context.config.sources {
        match age(context, source, *most, answers) {
            Age::Unknown(reason) => {
                ask.gaps.push(Gap { subject: name(source).to_owned(), reason, column: None });
                continue;
            }
            Age::Open | Age::Fresh | Age::Old(..) => ask.subjects += 1,
        }
        if source.taken_at.is_none() {
            ask.questions.extend(changes(context, source));
        }
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Some((most, _)) = &context.config.max_age else { return Vec::new() };
    let hits = context.config.sources.iter().filter_map(|source| {
        let Age::Old(age, place) = age(context, source, *most, answers) else { return None };
        let name = name(source);
        let statement = format!("{name} was exported {} ago; {} is allowed.", duration(age), duration(*most));
        let action =
            format!("Export {name} again and correct its `taken_at:`, or allow more under `options: max_age`.");
        Some(Hit::entry(Subject::entry("sources", &format!("{name}.taken_at")), Some(place), statement, action))
    });
    hits.collect()
}

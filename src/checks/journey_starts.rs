//! How declared journeys start: on what, how soon, how many of them, and how long after a sale.

use super::concepts::Concept;
use super::context::Context;
use super::event_plan::raised_by;
use super::journeys::{Look, Scene, look, look_declared};
use super::{Ask, Judged, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit};
use crate::frames::time::written;
use crate::mapping::journeys::{Cue, Kind as Cued};
use crate::mapping::{Attribute, Journey, Mapping};
use crate::shape::{Shape, required};
use crate::text::{duration, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "journey-start",
    about: "what starts declared journeys, how soon and how many of them",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["slow-source", "nature", "before-validation", "reorder-delay"]),
        "slow-source: in a hurry, and started by the CRM; nature: a moment on an attribute, or a durable state on an event; \
         before-validation: not the first one that runs before a validated run; reorder-delay: a reorder nudge too \
         early or too late after a sale by a rep",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn judged(context: &Context<'_>, params: &Node) -> Judged {
    let fault = match params.get_text("fault").unwrap_or_default().as_str() {
        "slow-source" => slow_source,
        "nature" => nature,
        "before-validation" => before_validation,
        _ => return look_declared(context, reorder_delay),
    };
    look(context, fault)
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    judged(context, params).into()
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    judged(context, params).hits
}

/// What counts as a hurry where nothing says how late the source may be.
const HOUR: i64 = 3_600;

/// How late an attribute may arrive, as declared for it or for the document.
fn lag(mapping: &Mapping, attribute: &Attribute) -> Option<i64> {
    attribute.lag.as_ref().or(mapping.lag.as_ref()).and_then(|lag| seconds(&lag.text))
}

pub(super) fn slow_source(scene: &Scene<'_>) -> Look {
    let journey = scene.journey;
    let within = journey.within.as_ref().and_then(|within| seconds(&within.text));
    let cart = scene.purpose() == "cart";
    if !cart && within.is_none() {
        return Look::Aside("no journey of the mapping is a cart journey or says `within:`");
    }
    if let Some(reason) = scene.hidden_start() {
        return Look::unknown(journey, reason);
    }
    let Some(trigger) = journey.trigger().filter(|trigger| matches!(trigger.kind, Cued::Attribute | Cued::Segment))
    else {
        return Look::Fine;
    };
    let started_by = scene.started_by();
    // What the shop writes is what moves in time; a field of the CRM beside it only narrows down.
    let Some(slow) = started_by.first().filter(|_| started_by.iter().all(|attribute| scene.is_of_crm(attribute)))
    else {
        return Look::Fine;
    };
    let late = lag(scene.mapping, slow);
    let hurry = match (within, late) {
        (Some(within), Some(late)) => within < late,
        (Some(within), None) => within <= HOUR,
        (None, _) => true,
    };
    if !hurry {
        return Look::Fine;
    }
    let wants = within.map_or_else(|| "cannot wait".to_owned(), |within| format!("promises {}", duration(within)));
    let comes = late.map_or_else(String::new, |late| format!(" and may be {} late", duration(late)));
    Look::Wrong(
        trigger.mark,
        format!("`{}` {wants} and starts on `{}`, which comes from the CRM{comes}.", journey.name, slow.name),
        "Start it on an event of the shop and read the field of the CRM in a branch, or give it more time.".to_owned(),
    )
}

fn nature(scene: &Scene<'_>) -> Look {
    const ASIDE: &str = "no journey of the mapping starts on an attribute whose entry says `kind: state` or `kind: moment`, \
                         or on an event that such an attribute raises";
    if let Some(reason) = scene.hidden_start() {
        return Look::unknown(scene.journey, reason);
    }
    let Some(trigger) = scene.journey.trigger() else { return Look::Aside(ASIDE) };
    match trigger.kind {
        Cued::Event => state_by_event(scene, trigger).unwrap_or(Look::Aside(ASIDE)),
        Cued::Attribute | Cued::Segment => moment_by_attribute(scene, trigger).unwrap_or(Look::Aside(ASIDE)),
        Cued::Date | Cued::Tag | Cued::Words => Look::Aside(ASIDE),
    }
}

fn state_by_event(scene: &Scene<'_>, trigger: &Cue) -> Option<Look> {
    let event = scene.mapping.events.iter().find(|event| event.name == trigger.name)?;
    // A record of its own, such as a deal, ends once: that is a moment whatever the field is.
    let state = scene.mapping.attributes.iter().find(|attribute| {
        let own = attribute.from.iter().all(|from| from.helpers.is_empty());
        own && attribute.is_nature("state") && raised_by(scene.context, event, attribute)
    })?;
    // An event of every change that says from what to what is how stages are best followed.
    let carries = |wanted: &str| event.properties.iter().any(|property| property.text == wanted);
    if carries("from") && carries("to") {
        return Some(Look::Fine);
    }
    let name = &state.name;
    Some(Look::Wrong(
        trigger.mark,
        format!("`{}` starts on the event `{}`, and `{name}` is a durable state.", scene.journey.name, event.name),
        format!("Start it on a segment that tests `{name}`, or let the event carry `from` and `to` of every change."),
    ))
}

fn moment_by_attribute(scene: &Scene<'_>, trigger: &Cue) -> Option<Look> {
    let started_by = scene.started_by();
    let Some(moment) = started_by.iter().find(|attribute| attribute.is_nature("moment")) else {
        return started_by.iter().any(|attribute| attribute.is_nature("state")).then_some(Look::Fine);
    };
    Some(Look::Wrong(
        trigger.mark,
        format!("`{}` starts on `{}`, which is a moment and not a state.", scene.journey.name, moment.name),
        "Plan an event under `events:` for it, and start the journey on that.".to_owned(),
    ))
}

/// The first journey may run before a run is validated; this names every other one that did.
fn before_validation(scene: &Scene<'_>) -> Look {
    let Scene { mapping, journey, .. } = *scene;
    let is_on = |journey: &&Journey| journey.is_judged() && journey.is_state("running");
    if !is_on(&journey) {
        return Look::Aside("no journey of the mapping says `state: running`");
    }
    if mapping.journeys.iter().filter(is_on).count() < 2 {
        return Look::Fine;
    }
    let Some(validated) = &mapping.validated else {
        let reason = "several journeys are running, and nothing says when the first run was validated; it needs \
                      `validated:` with a date or no";
        return Look::Unknown(Gap { subject: "mapping:validated".to_owned(), reason: reason.to_owned(), column: None });
    };
    let validated = written(&validated.text);
    let since = |journey: &Journey| journey.since.as_ref().and_then(|since| written(&since.text));
    if validated.is_some() && since(journey).is_none() {
        return Look::unknown(journey, "it is running, and nothing says since when (`since:`)".to_owned());
    }
    let early = |journey: &Journey| validated.is_none_or(|day| since(journey).is_some_and(|since| since < day));
    // Without a date it counts as the later one; of equals the document decides.
    let rank = |journey: &Journey| (since(journey).unwrap_or(i64::MAX), journey.mark);
    let others = mapping.journeys.iter().filter(is_on).filter(|other| early(other));
    let Some(first) = others.min_by_key(|other| rank(other)).filter(|_| early(journey)) else { return Look::Fine };
    if first.name == journey.name {
        return Look::Fine;
    }
    let (when, action) = match validated {
        Some(_) => (
            "before the first validated run",
            "Look at whom it reached until then, or correct `since:` or `validated:`.",
        ),
        None => (
            "and no run is validated yet",
            "Stop it until one is, with real people: while a single journey is on, a fault of the data is found quickly.",
        ),
    };
    Look::Wrong(
        journey.since.as_ref().or(journey.state.as_ref()).map_or(journey.mark, |spot| spot.mark),
        format!("`{}` was switched on beside `{}`, {when}.", journey.name, first.name),
        action.to_owned(),
    )
}

/// When after a sale by a rep a nudge to reorder is expected: 21 to 30 days.
const NUDGE: std::ops::RangeInclusive<i64> = 21 * 86_400..=30 * 86_400;

fn reorder_delay(scene: &Scene<'_>) -> Look {
    let journey = scene.journey;
    let by_rep = |attribute: &&Attribute| Concept::AssistedOrder.is_held_by(attribute);
    let told = |trigger: &Cue| scene.speaks(trigger, Concept::Won) || scene.speaks(trigger, Concept::AssistedOrder);
    let assisted = journey.trigger().is_some_and(told) || scene.started_by().iter().any(by_rep);
    if scene.purpose() != "reorder" || !assisted {
        return Look::Aside("no journey of the mapping is a reorder nudge that a sale by a rep starts");
    }
    let name = &journey.name;
    let action = "Wait three to four weeks: `delay: 21d` to `delay: 30d`.".to_owned();
    match &journey.delay {
        None => {
            let statement = format!("`{name}` follows a sale by a rep and says no delay.");
            Look::Wrong(journey.mark, statement, action)
        }
        Some(delay) => match seconds(&delay.text) {
            Some(wait) if !NUDGE.contains(&wait) => {
                let wait = duration(wait);
                let statement = format!("`{name}` reminds {wait} after a sale by a rep, outside 21 to 30 days.");
                Look::Wrong(delay.mark, statement, action)
            }
            _ => Look::Fine,
        },
    }
}

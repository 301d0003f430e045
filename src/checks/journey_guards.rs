//! The guard rails of declared journeys: exits, suppression, caps, a wait before a stage counts, exclusions, fallbacks.

use super::concepts::Concept;
use super::context::Context;
use super::declarations::is_kept_by_hand;
use super::journeys::{Look, Scene, look_declared};
use super::{Ask, Judged, Kind, Stage};
use crate::facts::Answers;
use crate::findings::Hit;
use crate::mapping::journeys::Slot;
use crate::shape::{Shape, required};
use crate::text::{list, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "journey-guard",
    about: "guard rails that declared journeys lack",
    params: Shape::Object(&[required(
        "lacks",
        Shape::Word(&["purchase-exit", "consent-or-refund-exit", "cap", "debounce", "exclusions", "fallback"]),
        "which one: an exit for buyers; an exit or suppression for those who opt out or get a refund; a frequency cap; a \
         wait before a stage counts; who a winback leaves out; what a blank means to a branch",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn judged(context: &Context<'_>, params: &Node) -> Judged {
    let lacks = match params.get_text("lacks").unwrap_or_default().as_str() {
        "purchase-exit" => buyers,
        "consent-or-refund-exit" => leavers,
        "cap" => cap,
        "debounce" => debounce,
        "exclusions" => exclusions,
        _ => fallback,
    };
    look_declared(context, lacks)
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    judged(context, params).into()
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    judged(context, params).hits
}

/// What takes a person out of a journey.
const WAYS_OUT: &[Slot] = &[Slot::Exit, Slot::Suppress];
/// What can leave a person out of a journey.
const KEYS: &[Slot] = &[Slot::Trigger, Slot::Filter, Slot::Suppress, Slot::Exit];

fn buyers(scene: &Scene<'_>) -> Look {
    if ["post_purchase", "newsletter"].contains(&scene.purpose()) {
        return Look::Aside("every journey of the mapping is a newsletter or follows a purchase");
    }
    if scene.any(WAYS_OUT, Concept::Purchase) || scene.any(WAYS_OUT, Concept::Won) {
        return Look::Fine;
    }
    if let Some(reason) = scene.hidden(WAYS_OUT) {
        return Look::unknown(scene.journey, reason);
    }
    let such = scene.event_of(Concept::Purchase, "order_completed");
    Look::Wrong(
        scene.journey.at(Slot::Exit),
        format!("Nothing ends `{}` for those who buy.", scene.journey.name),
        format!(
            "Add the event of a purchase: `exit: [{such}]`. If it follows a purchase, say `purpose: post_purchase`."
        ),
    )
}

fn leavers(scene: &Scene<'_>) -> Look {
    let spared = scene.spares_the_unsubscribed();
    // What these are about comes before any purchase, or has nothing to do with one.
    let unbought = ["welcome", "cart", "newsletter"].contains(&scene.purpose());
    let refunded = unbought || scene.any(WAYS_OUT, Concept::Refund);
    // A segment without a condition may leave out whoever opted out; who got a refund leaves on the way only.
    let hidden = scene.hidden(KEYS);
    let open = if refunded { hidden.clone().filter(|_| !spared) } else { scene.hidden(WAYS_OUT) };
    if let Some(reason) = open {
        return Look::unknown(scene.journey, reason);
    }
    let (mut whom, mut add) = (Vec::new(), Vec::new());
    if !spared && hidden.is_none() {
        whom.push("opt out");
        add.push("`suppress: [unsubscribed]`".to_owned());
    }
    if !refunded {
        whom.push("get a refund");
        add.push(format!("`exit: [{}]`", scene.event_of(Concept::Refund, "refund_issued")));
    }
    if whom.is_empty() {
        return Look::Fine;
    }
    Look::Wrong(
        scene.journey.at(if spared { Slot::Exit } else { Slot::Suppress }),
        format!("`{}` goes on for those who {}.", scene.journey.name, whom.join(" or ")),
        format!("Add {}; what holds for every journey belongs under `workspace:`.", add.join(" and ")),
    )
}

fn cap(scene: &Scene<'_>) -> Look {
    let everywhere = scene.mapping.workspace.as_ref().and_then(|workspace| workspace.cap.as_ref());
    if scene.journey.cap.is_some() || everywhere.is_some() {
        return Look::Fine;
    }
    Look::Wrong(
        scene.journey.mark,
        format!("`{}` has no frequency cap, and the workspace declares none.", scene.journey.name),
        "Add `cap: 1/7d` (messages in a time), or the limit of the workspace under `workspace:`.".to_owned(),
    )
}

fn debounce(scene: &Scene<'_>) -> Look {
    if let Some(reason) = scene.hidden_start() {
        return Look::unknown(scene.journey, reason);
    }
    let stage = scene.started_by().into_iter().find(|attribute| Concept::Status.is_held_by(attribute));
    let (Some(stage), Some(trigger)) = (stage, scene.journey.trigger()) else {
        return Look::Aside("no journey of the mapping starts on a lifecycle stage");
    };
    if scene.journey.debounce.as_ref().and_then(|wait| seconds(&wait.text)).is_some_and(|wait| wait > 0) {
        return Look::Fine;
    }
    Look::Wrong(
        scene.journey.debounce.as_ref().map_or(trigger.mark, |wait| wait.mark),
        format!("`{}` starts the moment `{}` changes.", scene.journey.name, stage.name),
        "Let it wait before the trigger counts: `debounce: 1h`.".to_owned(),
    )
}

fn exclusions(scene: &Scene<'_>) -> Look {
    if scene.purpose() != "winback" {
        return Look::Aside("no journey of the mapping is a winback");
    }
    let wanted = [
        (Concept::OpenCase, "an open case", "open_case"),
        (Concept::Subscription, "an active subscription", "active_subscription"),
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|(concept, ..)| !scene.any(KEYS, *concept)).collect();
    if missing.is_empty() {
        return Look::Fine;
    }
    if let Some(reason) = scene.hidden(KEYS) {
        return Look::unknown(scene.journey, reason);
    }
    let whom: Vec<&str> = missing.iter().map(|(_, whom, _)| *whom).collect();
    let names: Vec<&str> = missing.iter().map(|(.., name)| *name).collect();
    Look::Wrong(
        scene.journey.at(Slot::Suppress),
        format!("`{}` does not leave out people with {}.", scene.journey.name, whom.join(" or ")),
        format!(
            "Add what tells them, such as `suppress: [{}]`, or test it in the segment that starts it.",
            names.join(", ")
        ),
    )
}

/// Fields of the CRM that a branch reads. Stages and tiers are another rule's matter; a flag or a list that is blank takes
/// the branch of those who do not have it, and a blank in a message is filled in there.
fn fallback(scene: &Scene<'_>) -> Look {
    let branches = scene.journey.named(Slot::Reads).filter_map(|cue| {
        let attribute = scene.mapping.attribute(&cue.name)?;
        let implied = attribute.is(&["boolean", "list"]) || attribute.used_as.as_deref() == Some("message");
        let judged = scene.is_of_crm(attribute) && !implied && !is_kept_by_hand(scene.context, attribute);
        judged.then_some((cue, attribute))
    });
    let mut branches = branches.peekable();
    if branches.peek().is_none() {
        let reason = "no journey of the mapping names under `reads:` a field of the CRM that can be blank in a branch";
        return Look::Aside(reason);
    }
    let told = |name: &str| scene.journey.named(Slot::Fallback).any(|cue| cue.name == name);
    let open: Vec<_> = branches
        .filter(|(cue, attribute)| attribute.default.is_none() && !told(&cue.name))
        .map(|(cue, _)| cue)
        .collect();
    let Some(first) = open.first() else { return Look::Fine };
    let names: Vec<String> = open.iter().map(|cue| cue.name.clone()).collect();
    Look::Wrong(
        first.mark,
        format!("`{}` branches on {}, and nothing says what a blank means.", scene.journey.name, list(&names, 4)),
        format!("Add `fallback: {{{}: …}}` to the journey, or `default:` to the attribute.", first.name),
    )
}

//! How late the sync is, from the change of a Zoho record to the write of its profile: over what is declared, too late for a
//! journey, or never.
//!
//! A profile keeps its last write alone. One that was written again much later, and hours in which very many were written,
//! tell nothing of the way of a change, and are left out.

use super::agreement::{blind, compared};
use super::context::Context;
use super::journey_starts::slow_source;
use super::journeys::{Look, Scene};
use super::{Ask, Kind, Stage};
use crate::exports::{Dialect, System};
use crate::facts::{Answer, Answers, Clocks, Column, Delayed, Question, Sample};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::journeys::Kind as Cued;
use crate::mapping::{Attribute, Journey, Mapping, Spot};
use crate::shape::{Shape, required};
use crate::text::{counted, duration, list, percent, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "delay",
    about: "how late changes of Zoho reach profiles",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["over-limit", "trigger", "unwritten"]),
        "over-limit: later than `lag:` says; trigger: too late for the journey that starts on it; unwritten: not at all",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Attributes that say by their names when a sync wrote a profile.
const KNOWN: &[&str] = &["zoho_synced_at", "crm_synced_at", "last_synced_at", "synced_at"];
/// Fewest changes whose way tells how late they usually are.
const FEWEST: u64 = 10;

/// Attributes that are written at one time, with one limit.
struct Group<'a> {
    clocks: Clocks,
    attributes: Vec<&'a Attribute>,
    limit: Option<&'a Spot>,
    /// What the mapping says of them, as a route.
    route: String,
}

impl Group<'_> {
    fn lag(&self) -> Option<i64> {
        self.limit.and_then(|limit| seconds(&limit.text))
    }

    fn question(&self) -> Question {
        Question::Delays { clocks: self.clocks.clone(), over: self.lag() }
    }

    fn delayed<'b>(&self, answers: &'b Answers) -> Option<&'b Delayed> {
        match answers.get(&self.question()) {
            Some(Answer::Delays(delayed)) => Some(delayed),
            _ => None,
        }
    }

    /// The seconds within which half and 95 of 100 changes arrive, where enough of them tell.
    fn measured(&self, answers: &Answers) -> Option<(i64, i64)> {
        let delayed = self.delayed(answers).filter(|delayed| delayed.told() >= FEWEST)?;
        Some((delayed.within(50)?, delayed.within(95)?))
    }

    fn named(&self) -> String {
        let names: Vec<String> = self.attributes.iter().map(|attribute| attribute.name.clone()).collect();
        list(&names, 3)
    }

    fn gap(&self, reason: String) -> Gap {
        Gap { subject: format!("mapping:{}", self.route), reason, column: None }
    }

    /// Why too little can be said of the way of a change.
    fn untold(&self, delayed: &Delayed) -> Option<Gap> {
        let told = delayed.told();
        if told >= FEWEST {
            return None;
        }
        let others = [
            (delayed.ahead, "changed after the last write"),
            (delayed.bulk, "written among very many at once"),
            (delayed.again, "written again more than a week later"),
        ];
        let others = others.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}"));
        let others: Vec<String> = others.collect();
        let rest = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        let some = counted(told, "pair tells", "pairs tell");
        Some(self.gap(format!("{some} how late changes reach {}, and it takes {FEWEST}{rest}", self.named())))
    }
}

/// The stamp of the last write of an attribute: its own, that of Customer.io's API, else that of the whole profile.
fn stamp(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> Option<(Result<Column, Gap>, bool)> {
    if let Some(own) = &attribute.written_at {
        return Some((context.on_profile(&own.text), true));
    }
    if let Ok(column) = context.on_profile(&format!("timestamps.{}", attribute.name)) {
        return Some((Ok(column), true));
    }
    match &mapping.written_at {
        Some(whole) => Some((context.on_profile(&whole.text), false)),
        None => KNOWN.iter().find_map(|name| context.on_profile(name).ok()).map(|column| (Ok(column), false)),
    }
}

/// When the record changed that an attribute comes from; nothing where it comes from no person of Zoho.
fn changed(context: &Context<'_>, attribute: &Attribute) -> Option<Result<(Column, Option<String>), Gap>> {
    let plain = attribute.from.first().filter(|from| from.helpers.is_empty())?;
    let path = plain.column.as_ref()?;
    let dataset = context.people().find(|dataset| dataset.name == path.dataset && dataset.system == System::Zoho)?;
    let zone = context.zone(&dataset.source, None);
    if zone.is_none() && matches!(dataset.dialect, Dialect::ZohoUi | Dialect::ZohoBackup) {
        let reason = format!("the stamps of {} carry no zone; declare `time_zone:` for the source", dataset.name);
        return Some(Err(Gap { subject: dataset.name.clone(), reason, column: None }));
    }
    Some(context.standard(dataset, "Modified Time").map(|column| (column, zone)))
}

fn groups<'a>(context: &Context<'a>) -> (Vec<Group<'a>>, Vec<Gap>) {
    let mut gaps = blind(context);
    let Some(mapping) = context.mapping.filter(|_| gaps.is_empty()) else { return (Vec::new(), gaps) };
    let mut found: Vec<Group<'a>> = Vec::new();
    for attribute in &mapping.attributes {
        let Some(changed) = changed(context, attribute) else { continue };
        let Some((written, own)) = stamp(context, mapping, attribute) else { continue };
        let ((left, left_zone), right) = match (changed, written) {
            (Ok(changed), Ok(written)) => (changed, written),
            (changed, written) => {
                gaps.extend(changed.err().into_iter().chain(written.err()));
                continue;
            }
        };
        let right_zone = context.zone(context.profile_source(), mapping.attribute(context.label(&right)));
        let clocks = Clocks { left, left_zone, right, right_zone };
        let limit = attribute.lag.as_ref().or(mapping.lag.as_ref());
        let same = |group: &&mut Group<'_>| {
            group.clocks == clocks && group.limit.map(|lag| &lag.text) == limit.map(|lag| &lag.text)
        };
        match found.iter_mut().find(same) {
            Some(group) => group.attributes.push(attribute),
            None => {
                let route = if own || attribute.lag.is_some() {
                    format!("attributes.{}", attribute.name)
                } else {
                    "lag".to_owned()
                };
                found.push(Group { clocks, attributes: vec![attribute], limit, route });
            }
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "nothing says when the sync wrote what comes from Zoho, so the lag cannot be measured; it needs \
                      `written_at:` with an attribute of the profile";
        gaps.push(Gap { subject: "mapping:written_at".to_owned(), reason: reason.to_owned(), column: None });
    }
    gaps.sort();
    gaps.dedup();
    (found, gaps)
}

fn fault(params: &Node) -> String {
    params.get_text("fault").unwrap_or_default()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (groups, gaps) = groups(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    match fault(params).as_str() {
        "over-limit" => ask_limit(&groups, answers, &mut ask),
        "trigger" => ask_trigger(context, &groups, answers, &mut ask),
        _ => ask_unwritten(context, &groups, answers, &mut ask),
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (groups, _) = groups(context);
    match fault(params).as_str() {
        "over-limit" => groups.iter().filter_map(|group| over_limit(context, answers, group)).collect(),
        "trigger" => {
            promises(context, &groups, answers).into_iter().filter_map(|promise| promise.hit(answers)).collect()
        }
        _ => groups.iter().filter_map(|group| unwritten(context, answers, group)).collect(),
    }
}

fn ask_limit(groups: &[Group<'_>], answers: &Answers, ask: &mut Ask) {
    for group in groups {
        if group.lag().is_none() {
            ask.gaps.push(group.gap(format!("nothing says how late {} may be (`lag:`)", group.named())));
            continue;
        }
        ask.subjects += 1;
        ask.gaps.extend(group.delayed(answers).and_then(|delayed| group.untold(delayed)));
        ask.questions.push(group.question());
    }
}

/// A sample that shows the stamp of the profile, and that of the record beside it.
fn row(context: &Context<'_>, group: &Group<'_>, sample: &Sample) -> Row {
    let detail = format!("{} in {}: {}", context.label(&group.clocks.left), group.clocks.left.dataset, sample.detail);
    Row { detail, ..context.row(&group.clocks.right, sample.clone(), None) }
}

fn over_limit(context: &Context<'_>, answers: &Answers, group: &Group<'_>) -> Option<Hit> {
    let (limit, lag) = (group.limit?, group.lag()?);
    let (half, most) = group.measured(answers).filter(|(_, most)| *most > lag)?;
    let delayed = group.delayed(answers)?;
    let late = &delayed.late;
    Some(Hit {
        subject: Subject::entry("mapping", &group.route),
        rows: late.rows,
        total: delayed.told(),
        people: late.people,
        statement: format!(
            "Half of the changes of {} reach {} within {}, 95 of 100 within {}; {} is declared, and {} took longer ({}).",
            group.clocks.left.dataset,
            group.named(),
            duration(half),
            duration(most),
            duration(lag),
            counted(late.rows, "pair", "pairs"),
            percent(late.rows, delayed.told())
        ),
        samples: late.samples.iter().map(|sample| row(context, group, sample)).collect(),
        place: context.mapping.map(|mapping| mapping.document.place(limit.mark)),
        shows: Shows::Instants,
        ..Hit::default()
    })
}

/// A journey that promises a time and starts on attributes whose lag is measured.
struct Promise<'a, 'b> {
    mapping: &'a Mapping,
    journey: &'a Journey,
    within: i64,
    spot: &'a Spot,
    started_by: Vec<&'b str>,
    groups: Vec<&'b Group<'a>>,
}

impl Promise<'_, '_> {
    fn hit(&self, answers: &Answers) -> Option<Hit> {
        let measured = self.groups.iter().filter_map(|group| Some((group.measured(answers)?.1, *group)));
        let (most, group) = measured.max_by_key(|(most, _)| *most).filter(|(most, _)| *most > self.within)?;
        let own = group.attributes.iter().map(|attribute| &attribute.name);
        let own: Vec<String> = own.filter(|name| self.started_by.contains(&name.as_str())).cloned().collect();
        let statement = format!(
            "`{}` promises {}, and {}, on which it starts, takes {} to arrive (95 of 100 changes).",
            self.journey.name,
            duration(self.within),
            list(&own, 3),
            duration(most)
        );
        let action = "Start it on an event of the shop, give it more time, or make the sync faster.".to_owned();
        let subject = Subject::entry("mapping", &format!("journeys.{}", self.journey.name));
        Some(Hit::entry(subject, Some(self.mapping.document.place(self.spot.mark)), statement, action))
    }
}

/// The journeys whose promise can be held against a measured lag. What their declared lag tells is another rule's matter.
fn promises<'a, 'b>(context: &'b Context<'a>, groups: &'b [Group<'a>], answers: &Answers) -> Vec<Promise<'a, 'b>> {
    let (mut found, _) = looked_at(context, groups);
    found.retain(|promise| promise.groups.iter().any(|group| group.measured(answers).is_some()));
    found
}

fn looked_at<'a, 'b>(context: &'b Context<'a>, groups: &'b [Group<'a>]) -> (Vec<Promise<'a, 'b>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), Vec::new()) };
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let mut nothing = "no journey of the mapping says `within:`";
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        let Some((spot, within)) = journey.within.as_ref().and_then(|spot| Some((spot, seconds(&spot.text)?))) else {
            continue;
        };
        let gap = |reason: String| Gap { subject: format!("mapping:journeys.{}", journey.name), reason, column: None };
        let scene = Scene::new(context, mapping, journey);
        if let Some(reason) = scene.hidden_start() {
            gaps.push(gap(reason));
            continue;
        }
        nothing = "no journey that says `within:` starts on attributes of the CRM alone";
        let starts = journey.trigger().is_some_and(|cue| matches!(cue.kind, Cued::Attribute | Cued::Segment));
        let started_by: Vec<&'b str> =
            scene.started_by().into_iter().map(|attribute| attribute.name.as_str()).collect();
        // What the shop writes moves in time; a field of the CRM beside it only narrows down.
        let of_crm = scene.started_by().into_iter().all(|attribute| scene.is_of_crm(attribute));
        if !starts || started_by.is_empty() || !of_crm || matches!(slow_source(&scene), Look::Wrong(..)) {
            continue;
        }
        let reads =
            |group: &&Group<'_>| group.attributes.iter().any(|attribute| started_by.contains(&attribute.name.as_str()));
        let groups: Vec<&Group<'_>> = groups.iter().filter(reads).collect();
        if groups.is_empty() {
            gaps.push(gap(format!("nothing says when `{}` was written (`written_at:`)", started_by.join("`, `"))));
            continue;
        }
        found.push(Promise { mapping, journey, within, spot, started_by, groups });
    }
    if found.is_empty() && gaps.is_empty() {
        gaps.push(Gap { subject: "mapping:journeys".to_owned(), reason: nothing.to_owned(), column: None });
    }
    (found, gaps)
}

fn ask_trigger(context: &Context<'_>, groups: &[Group<'_>], answers: &Answers, ask: &mut Ask) {
    if context.mapping.is_none() {
        return;
    }
    let (promises, gaps) = looked_at(context, groups);
    ask.gaps.extend(gaps);
    for promise in promises {
        ask.subjects += 1;
        for group in promise.groups {
            ask.gaps.extend(group.delayed(answers).and_then(|delayed| group.untold(delayed)));
            ask.questions.push(group.question());
        }
    }
}

/// The question about changes that never arrived; none before it is known what is late, or where nothing tells.
fn never(context: &Context<'_>, group: &Group<'_>, answers: &Answers) -> Option<(Question, i64)> {
    let cells: Vec<_> = group.attributes.iter().filter_map(|attribute| compared(context, attribute)).collect();
    let lag = group.measured(answers).map(|(_, most)| most).or(group.lag())?;
    let Some(Answer::Newest(newest)) = answers.get(&last_write(group)) else { return None };
    // What was changed shortly before the export may have been on its way.
    let taken = context.profiles().and_then(|profiles| context.taken_at(&profiles.source)).or(*newest)?;
    let before = taken.min(context.now) - lag;
    (!cells.is_empty()).then(|| (Question::Unwritten { clocks: group.clocks.clone(), before, cells }, lag))
}

fn last_write(group: &Group<'_>) -> Question {
    Question::Newest { column: group.clocks.right.clone(), zone: group.clocks.right_zone.clone() }
}

fn ask_unwritten(context: &Context<'_>, groups: &[Group<'_>], answers: &Answers, ask: &mut Ask) {
    for group in groups {
        if !group.attributes.iter().any(|attribute| compared(context, attribute).is_some()) {
            let reason =
                format!("nothing tells whether a change touched {}: none of them can be compared", group.named());
            ask.gaps.push(group.gap(reason));
            continue;
        }
        ask.subjects += 1;
        ask.questions.extend([group.question(), last_write(group)]);
        let Some(delayed) = group.delayed(answers) else { continue };
        match never(context, group, answers) {
            Some((question, _)) => ask.questions.push(question),
            None => ask.gaps.extend(group.untold(delayed)),
        }
        if delayed.stamped == 0 {
            ask.gaps.push(group.gap("no pair has a time of change and a time of writing".to_owned()));
        }
    }
}

fn unwritten(context: &Context<'_>, answers: &Answers, group: &Group<'_>) -> Option<Hit> {
    let (question, lag) = never(context, group, answers)?;
    let Some(Answer::Rows { rows, met }) = answers.get(&question) else { return None };
    let stamp = &group.clocks.right;
    let subject = match group.route.as_str() {
        "lag" => Subject::column(&stamp.dataset, context.label(stamp)),
        own => Subject::entry("mapping", own),
    };
    (met.rows > 0).then(|| Hit {
        subject,
        rows: met.rows,
        total: *rows,
        people: met.people,
        statement: format!(
            "{} not written since the record changed in {}, though changes arrive within {}, and differ in {} ({}).",
            counted(met.rows, "profile was", "profiles were"),
            group.clocks.left.dataset,
            duration(lag),
            group.named(),
            percent(met.rows, *rows)
        ),
        samples: met.samples.iter().map(|sample| row(context, group, sample)).collect(),
        shows: Shows::Instants,
        ..Hit::default()
    })
}

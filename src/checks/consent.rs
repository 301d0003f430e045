//! Consent: who is opted out where, and who may say so.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping, no_profiles};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::{shape, truth};
use crate::facts::local::SAMPLES;
use crate::facts::{Answer, Answers, Column, Consent, Lens, Pick, Question, Sample, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::normalize::fold;
use crate::mapping::{Attribute, ColumnPath};
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static CONFLICT: Kind = Kind {
    name: "consent-conflict",
    about: "consent at its owner against consent on the profile",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["mailable", "lost"]),
        "mailable: opted out at the owner, mailable in Customer.io; lost: the other way round",
    )]),
    stage: Stage::Facts { ask: ask_conflict, judge: judge_conflict },
};

pub(super) static SOURCE: Kind = Kind {
    name: "consent-source",
    about: "which systems the mapping lets write consent",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_source, judge: judge_source },
};

pub(super) fn attributes<'a>(context: &Context<'a>) -> Vec<&'a Attribute> {
    context
        .mapping
        .into_iter()
        .flat_map(|mapping| &mapping.attributes)
        .filter(|attribute| attribute.is_consent())
        .collect()
}

/// Klaviyo's column of reasons for which nobody is mailed.
const SUPPRESSED: &str = "Email Suppressions";

/// What a system's own consent column is called.
pub(crate) fn standard_name(system: System) -> Option<&'static str> {
    match system {
        System::Zoho => Some("Email Opt Out"),
        System::Shopify => Some("Accepts Email Marketing"),
        System::Klaviyo => Some("Email Marketing Consent"),
        System::CustomerIo | System::Generic => None,
    }
}

/// Words in the names of attributes that are true for people who opted out, and of those who opted in.
const OUT_WORDS: &[&str] = &[
    "unsub",
    "optout",
    "optedout",
    "suppress",
    "donot",
    "nomail",
    "noemail",
    "nomarketing",
    "withdr",
    "revoke",
    "declin",
    "denied",
    "refus",
    "block",
];
const IN_WORDS: &[&str] =
    &["optin", "optedin", "subscri", "newsletter", "consent", "permission", "mailable", "marketing", "accept", "allow"];

/// Which truth of an attribute means opted out, as far as its name tells.
pub(crate) fn out_when(name: &str) -> Option<bool> {
    let name = fold(name);
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if holds(OUT_WORDS) {
        return Some(true);
    }
    holds(IN_WORDS).then_some(false)
}

/// How the owner's values are read. Declared spellings go first; Shopify's flag alone cannot say no, and a field of the
/// team's own may mean either.
pub(crate) fn lens(attribute: &Attribute, owner: &Dataset, column: &str) -> Result<Consent, Gap> {
    let subject = format!("{}.{column}", owner.name);
    let gap = |reason: String| Gap { subject: subject.clone(), reason, column: None };
    let name = &attribute.name;
    let said = attribute.values.iter().filter_map(|allowed| Some((fold(&allowed.source), truth(&allowed.attribute)?)));
    let said: Vec<(String, bool)> = said.collect();
    // Spellings are declared as the attribute has them, and what its true means is in its name.
    let declared = match out_when(name) {
        Some(out) => said.into_iter().map(|(spelling, says)| (spelling, says == out)).collect(),
        None if said.is_empty() => said,
        None => {
            return Err(gap(format!(
                "the name of {name} does not tell whether true means opted out or opted in; map consent to unsubscribed, or name it such as newsletter_opt_in"
            )));
        }
    };
    let of_vendor = standard_name(owner.system).is_some_and(|own| owner.find(own) == owner.find(column));
    match owner.system {
        _ if declared.iter().any(|(_, out)| *out) => Ok(Consent::Declared(declared)),
        System::Zoho if of_vendor || name == "unsubscribed" => Ok(Consent::OptOutBox),
        System::Klaviyo if owner.find(SUPPRESSED) == owner.find(column) => Ok(Consent::Suppressed),
        System::Klaviyo if of_vendor => Ok(Consent::State),
        System::Shopify if of_vendor => Err(gap(format!(
            "`no` in {subject} means opted out or never asked; if it always means opted out in your shop, write `values: {{\"yes\": false, \"no\": true}}` under {name}"
        ))),
        _ => Err(gap(format!(
            "nothing says which values of {subject} mean opted out; list them under `values:` of {name}, such as {{\"yes\": false, \"no\": true}}"
        ))),
    }
}

struct Conflict {
    left: Column,
    left_lens: Lens,
    right: Column,
}

impl Conflict {
    fn right_lens() -> Lens {
        Lens::Consent(Consent::Profile)
    }

    fn question(&self) -> Question {
        Question::Compare {
            left: self.left.clone(),
            left_lens: self.left_lens.clone(),
            right: self.right.clone(),
            right_lens: Self::right_lens(),
        }
    }

    /// Opted out at the owner, and not read as an opt-out by Customer.io; or lost: the other way round, where the owner says
    /// so and is not merely silent.
    fn cells(lost: bool) -> BTreeSet<(String, String)> {
        let cell = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        if lost {
            return [shape::IN, shape::UNTICKED].into_iter().map(|left| cell(left, shape::OUT)).collect();
        }
        let mailable = [shape::IN, shape::SILENT, shape::UNREADABLE];
        mailable.into_iter().map(|right| cell(shape::OUT, right)).collect()
    }

    fn pick(&self, lost: bool) -> Pick {
        let Question::Compare { left, left_lens, right, right_lens } = self.question() else {
            return Pick::Values { column: self.left.clone(), values: BTreeSet::new() };
        };
        Pick::Pairs { left, left_lens, right, right_lens, cells: Self::cells(lost) }
    }
}

/// Every column in which the owner says something about consent, and what stands in the way of reading it.
fn conflicts(context: &Context<'_>, attribute: &Attribute) -> (Vec<Conflict>, Vec<Gap>) {
    let stop = |reason: String| (Vec::new(), vec![Gap { subject: attribute.name.clone(), reason, column: None }]);
    let Some(profiles) = context.profiles() else { return (Vec::new(), vec![no_profiles(&attribute.name)]) };
    let Some(owner) = &attribute.owner else {
        return stop(format!("the mapping names no owner of {}", attribute.name));
    };
    if !context.is_system(&owner.text) {
        return stop(context.unknown_system(&owner.text));
    }
    if context.owns(&owner.text, profiles) {
        return (Vec::new(), Vec::new());
    }
    let paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
    let is_owned = |path: &&ColumnPath| {
        context.datasets.get(&path.dataset).is_some_and(|dataset| context.owns(&owner.text, dataset))
            || path.source() == owner.text.to_lowercase()
    };
    let mut named: Vec<Result<Column, Gap>> = paths.filter(is_owned).map(|path| context.resolve(path)).collect();
    if named.is_empty() {
        let own = context.people().filter(|dataset| context.owns(&owner.text, dataset));
        named.extend(own.filter_map(|dataset| Some(context.standard(dataset, standard_name(dataset.system)?))));
    }
    // Who complained is suppressed, whatever the consent beside it says.
    let suppressed = context.people().filter(|dataset| context.owns(&owner.text, dataset)).filter_map(|dataset| {
        dataset.find(SUPPRESSED).filter(|_| dataset.system == System::Klaviyo)?;
        Some(context.standard(dataset, SUPPRESSED))
    });
    named.extend(suppressed.collect::<Vec<_>>());
    if named.is_empty() {
        return stop(format!("no export says what {}, which owns {}, knows of consent", owner.text, attribute.name));
    }
    // Without the identifier's columns people are linked by address alone, and whose consent is whose is a guess.
    let blind = context.identifier_gaps();
    if !blind.is_empty() {
        return (Vec::new(), blind);
    }
    let right = match (context.on_profile("unsubscribed"), context.email(profiles)) {
        (Ok(right), Ok(_)) => right,
        (right, address) => return (Vec::new(), right.err().into_iter().chain(address.err()).collect()),
    };
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for left in named {
        match left.and_then(|left| side(context, attribute, left)) {
            Ok((left, left_lens)) => found.push(Conflict { left, left_lens, right: right.clone() }),
            Err(gap) => gaps.push(gap),
        }
    }
    (found, gaps)
}

fn side(context: &Context<'_>, attribute: &Attribute, left: Column) -> Result<(Column, Lens), Gap> {
    let Some(dataset) = context.datasets.get(&left.dataset) else { return Err(no_profiles(&left.dataset)) };
    context.email(dataset)?;
    let lens = lens(attribute, dataset, context.label(&left))?;
    Ok((left, Lens::Consent(lens)))
}

fn ask_conflict(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let mut ask = Ask::default();
    for attribute in attributes(context) {
        let (found, gaps) = conflicts(context, attribute);
        // Where Customer.io owns the flag itself, nothing can disagree with it: that was looked at too.
        ask.subjects += if gaps.is_empty() { found.len().max(1) } else { found.len() };
        ask.gaps.extend(gaps);
        for conflict in found {
            ask.gaps.extend(unread(context, answers, &conflict));
            ask.questions.push(conflict.question());
            ask.questions.extend(Question::listing(conflict.pick(is_lost(params))));
        }
    }
    ask
}

/// What the answers leave open: no linked pair, or values at the owner that say neither yes nor no.
fn unread(context: &Context<'_>, answers: &Answers, conflict: &Conflict) -> Option<Gap> {
    let Some(Answer::Compare { pairs, cells }) = answers.get(&conflict.question()) else { return None };
    let subject = format!("{}.{}", conflict.left.dataset, context.label(&conflict.left));
    if *pairs == 0 {
        let reason = format!("no record of {} could be linked to a profile", conflict.left.dataset);
        return Some(Gap { subject, reason, column: None });
    }
    let unreadable: u64 =
        cells.iter().filter(|((left, _), _)| left == shape::UNREADABLE).map(|(_, tally)| tally.rows).sum();
    (unreadable > 0).then(|| Gap {
        reason: format!(
            "{} of {subject} say neither yes nor no; list their spellings under `values:`",
            counted(unreadable, "value", "values")
        ),
        subject,
        column: None,
    })
}

fn is_lost(params: &Node) -> bool {
    params.get_text("fault").as_deref() == Some("lost")
}

fn judge_conflict(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let found = attributes(context).into_iter().flat_map(|attribute| conflicts(context, attribute).0);
    let mut hits: Vec<Hit> = Vec::new();
    for hit in found.filter_map(|conflict| contradiction(context, answers, &conflict, is_lost(params))) {
        // Several columns of the owner speak of one flag: one finding.
        match hits.iter_mut().find(|known| known.subject == hit.subject) {
            Some(known) => {
                known.rows += hit.rows;
                known.total += hit.total;
                known.people += hit.people;
                known.statement = format!("{} {}", known.statement, hit.statement);
                known.samples.extend(hit.samples);
            }
            None => hits.push(hit),
        }
    }
    hits
}

fn contradiction(context: &Context<'_>, answers: &Answers, conflict: &Conflict, lost: bool) -> Option<Hit> {
    let Some(Answer::Compare { pairs, cells }) = answers.get(&conflict.question()) else { return None };
    let wanted = Conflict::cells(lost);
    let mut whole = Tally::default();
    for (_, tally) in cells.iter().filter(|(cell, _)| wanted.contains(*cell)) {
        whole.merge(tally.clone(), SAMPLES);
    }
    if whole.rows == 0 {
        return None;
    }
    let whole = context.listed(answers, &conflict.pick(lost), whole);
    let (count, people) = (whole.rows, whole.people);
    let owner = conflict.left.dataset.clone();
    let rows = whole.samples.into_iter().map(|sample| Row {
        suggestion: if lost { String::new() } else { "true".to_owned() },
        detail: format!("{} at {owner}: {}", context.label(&conflict.left), sample.detail),
        ..context.row(&conflict.right, Sample { detail: String::new(), ..sample }, None)
    });
    Some(Hit {
        severity: None,
        subject: Subject::column(&conflict.right.dataset, context.label(&conflict.right)),
        rows: count,
        total: *pairs,
        people,
        statement: format!(
            "{} {} ({} of {}).",
            counted(people, "person is", "people are"),
            if lost {
                format!("not opted out in {owner} and unsubscribed in Customer.io")
            } else {
                format!("opted out in {owner} and still mailable in Customer.io")
            },
            counted(count, "profile", "profiles"),
            counted(*pairs, "linked pair", "linked pairs")
        ),
        action: None,
        parts: Vec::new(),
        samples: rows.collect(),
        place: None,
        shows: Shows::Words,
    })
}

fn ask_source(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let attributes = attributes(context);
    let blind = attributes.iter().filter_map(|attribute| {
        let reason = match &attribute.owner {
            None => format!("the mapping names no owner of {}", attribute.name),
            Some(owner) if !context.is_system(&owner.text) => context.unknown_system(&owner.text),
            Some(_) => return None,
        };
        Some(Gap { subject: attribute.name.clone(), reason, column: None })
    });
    let gaps: Vec<Gap> = blind.collect();
    Ask { subjects: attributes.len() - gaps.len(), gaps, ..Ask::default() }
}

fn judge_source(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let mut hits = Vec::new();
    for attribute in attributes(context) {
        let Some(owner) = attribute.owner.as_ref().filter(|owner| context.is_system(&owner.text)) else { continue };
        let is_foreign = |path: &ColumnPath| match context.datasets.get(&path.dataset) {
            Some(dataset) => !context.owns(&owner.text, dataset),
            None => {
                path.source() != owner.text.to_lowercase() && System::parse(path.source()) != System::parse(&owner.text)
            }
        };
        let foreign: Vec<_> =
            attribute.from.iter().filter(|from| from.column.as_ref().is_some_and(is_foreign)).collect();
        let Some(first) = foreign.first() else { continue };
        let names: Vec<String> = foreign.iter().map(|from| from.spot.text.clone()).collect();
        let statement = format!(
            "`{}` is owned by {}, but the mapping lets {} write it.",
            attribute.name,
            owner.text,
            crate::text::list(&names, 3)
        );
        let action = format!("Take {} out of `from:`, or make that system the owner.", crate::text::list(&names, 3));
        let place = Some(mapping.document.place(first.spot.mark));
        hits.push(Hit::entry(
            Subject::entry("mapping", &format!("attributes.{}", attribute.name)),
            place,
            statement,
            action,
        ));
    }
    hits
}

//! The team's policy is audited too: ignores, waivers and overrides of the config and entries of the baseline that match
//! nothing, have expired, or say no reason.

use std::collections::BTreeMap;

use super::context::Context;
use super::launch::foreseen;
use super::{Judged, Kind, Stage};
use crate::config::{Config, Ignore, Selector, Waiver};
use crate::error::Place;
use crate::findings::checklist::State;
use crate::findings::ignores::{holds, is_rule};
use crate::findings::{Finding, Gap, Hit, Outcome, Subject};
use crate::rules::merged;
use crate::shape::{Shape, required};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "policy",
    about: "ignore entries, waivers and overrides of the config, and entries of the baseline",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["stale", "expired", "no-reason", "override", "baseline", "retired"]),
        "which fault it names; override and baseline: entries of these that match nothing; retired: entries of the config \
         that name a rule which is one no more",
    )]),
    stage: Stage::Outcomes(judge),
};

fn judge(context: &Context<'_>, params: &Node, outcomes: &[Outcome]) -> Judged {
    let ignores = || {
        let subjects = subjects("ignore", context.config.ignores.iter().map(|own| &own.selector));
        subjects.into_iter().zip(&context.config.ignores)
    };
    match params.get_text("fault").as_deref() {
        Some("stale") => {
            let mut judged = idle(ignores().filter(|(_, own)| holds(own, context.now)).map(ignored), outcomes);
            judged.hits.extend(needless(context, outcomes));
            judged
        }
        Some("override") => {
            let overrides = &context.config.overrides;
            let subjects = subjects("override", overrides.iter().map(|own| &own.selector));
            let entries = subjects.into_iter().zip(overrides).map(|(subject, own)| Entry {
                subject,
                place: own.place.clone(),
                title: format!("override for {}", titled(&own.selector)),
                action: "Correct what it names, or remove it.",
                rule: own.selector.rule.as_ref().map(|rule| rule.text.clone()),
                dataset: own.selector.dataset.clone(),
                means: Box::new(|finding| own.selector.means(finding)),
            });
            idle(entries, outcomes)
        }
        Some("retired") => retired(context),
        Some("baseline") => {
            let entries = context.baseline.into_iter().flat_map(|baseline| baseline.entries.iter());
            let entries = entries.filter(|(_, own)| !context.resting.contains(&own.code));
            let entries = entries.filter_map(|(print, own)| {
                Some(Entry {
                    subject: Subject { dataset: None, name: format!("baseline:{} {}", own.code, own.subject.name) },
                    place: own.place.clone()?,
                    title: format!("baseline entry for {} of {}", own.code, own.subject.name),
                    action: "Take it out, so that nothing hides behind it: crmlint baseline prune.",
                    rule: Some(own.code.clone()),
                    // What is on one side may not be seen for want of the other.
                    dataset: None,
                    means: Box::new(move |finding: &Finding| finding.fingerprint == *print),
                })
            });
            idle(entries, outcomes)
        }
        fault => {
            let expired = fault == Some("expired");
            let wrong = ignores().filter(|(_, own)| match expired {
                true => !holds(own, context.now),
                false => own.reason.is_none(),
            });
            let (said, action) = match expired {
                true => {
                    ("has expired, so what it accepted counts again", "Fix what it accepted, or give it a new date.")
                }
                false => ("gives no reason", "Add `reason:` so that the next reader knows why it is accepted."),
            };
            let hits = wrong.map(|own| {
                let entry = ignored(own);
                hit(&entry, said, action)
            });
            let hits = hits.chain(void(context, expired)).collect();
            let entries = context.config.ignores.len() + context.config.waivers.len();
            Judged { hits, subjects: entries.max(1), gaps: Vec::new() }
        }
    }
}

/// A rule as an entry of the config names it: the subject of the entry, the name, and where it stands.
type Named = (Subject, String, Place);

/// Every rule that the config names.
fn named(config: &Config) -> Vec<Named> {
    let Some(document) = &config.document else { return Vec::new() };
    let severity = config
        .severity
        .iter()
        .map(|(rule, _)| (Subject::entry("severity", &rule.text), rule.text.clone(), document.place(rule.mark)));
    let limits = config.thresholds.iter().filter_map(|limit| {
        Some((Subject::entry("thresholds", &limit.rule), limit.rule.clone(), limit.place.clone()?))
    });
    let of = |kind: &str, selectors: Vec<&Selector>| {
        let subjects = subjects(kind, selectors.iter().copied()).into_iter().zip(selectors);
        let named = subjects.filter_map(|(subject, selector)| {
            let rule = selector.rule.as_ref()?;
            Some((subject, rule.text.clone(), document.place(rule.mark)))
        });
        named.collect::<Vec<_>>()
    };
    let ignores = of("ignore", config.ignores.iter().map(|own| &own.selector).collect());
    let overrides = of("override", config.overrides.iter().map(|own| &own.selector).collect());
    severity.chain(limits).chain(ignores).chain(overrides).collect()
}

/// What entries are called: by what they are for, so that one that is added above leaves the others who they were. Of
/// entries for the same, the later ones are counted.
fn subjects<'a>(kind: &str, selectors: impl Iterator<Item = &'a Selector>) -> Vec<Subject> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let names = selectors.map(|selector| {
        let title = titled(selector);
        let times = seen.entry(title.clone()).or_default();
        *times += 1;
        if *times == 1 { title } else { format!("{title} ({times})") }
    });
    names.map(|name| Subject::entry(kind, &name)).collect()
}

/// Entries that name a code which went into another rule, or a rule that is deprecated.
fn retired(context: &Context<'_>) -> Judged {
    let named = named(context.config);
    let subjects = named.len().max(1);
    let hits = named.into_iter().filter_map(|(subject, name, place)| {
        let is_old = |(code, old): &&(String, String)| is_rule(&name, code, old);
        let (statement, action) = match merged::of(&name) {
            Some(merged) => (
                format!("{} is no rule of its own, but part of {}. {}", merged.code, merged.into, merged.why),
                format!("Write {} in its place.", merged.into),
            ),
            None => {
                let (code, old) = context.deprecated.iter().find(is_old)?;
                let action =
                    format!("Take the entry out, or name the rule that took its place: crmlint explain {code}.");
                (format!("{code} ({old}) is deprecated, and only runs where somebody selects it."), action)
            }
        };
        Some(Hit::entry(subject, Some(place), statement, action))
    });
    Judged { hits: hits.collect(), subjects, gaps: Vec::new() }
}

/// An entry that is for some findings.
struct Entry<'a> {
    subject: Subject,
    place: Place,
    /// `ignore entry for DUP001`
    title: String,
    /// What to do when it matches nothing.
    action: &'static str,
    /// The rule it is for; any when it names none.
    rule: Option<String>,
    dataset: Option<String>,
    means: Box<dyn Fn(&Finding) -> bool + 'a>,
}

fn titled(selector: &Selector) -> String {
    let rule = selector.rule.as_ref().map_or("every rule", |rule| rule.text.as_str());
    let field = selector.subject.as_ref().or(selector.dataset.as_ref());
    field.map_or_else(|| rule.to_owned(), |field| format!("{rule} of {field}"))
}

fn ignored((subject, own): (Subject, &Ignore)) -> Entry<'_> {
    let rule = own.selector.rule.as_ref().map(|rule| rule.text.clone());
    Entry {
        subject,
        place: own.place.clone(),
        title: format!("ignore entry for {}", rule.as_deref().unwrap_or("no rule")),
        action: "Remove it: what it accepted is gone.",
        rule,
        dataset: own.selector.dataset.clone(),
        means: Box::new(|finding| own.selector.means(finding)),
    }
}

fn waived(own: &Waiver, said: &str, action: &str) -> Hit {
    let statement = format!("The waiver of {} {said}.", own.item);
    Hit::entry(Subject::entry("waiver", &own.item), Some(own.place.clone()), statement, action.to_owned())
}

/// Waivers of items that pass. Only the launch profile makes the checklist: elsewhere they wait.
fn needless<'a>(context: &'a Context<'_>, outcomes: &[Outcome]) -> impl Iterator<Item = Hit> + 'a {
    let waivers = || context.config.waivers.iter().filter(|own| own.holds(context.now));
    let checklist = waivers().next().and_then(|_| foreseen(context, outcomes));
    let passed: Vec<&str> = checklist
        .iter()
        .flat_map(|list| &list.items)
        .filter(|checked| checked.bare == State::Passed)
        .map(|checked| checked.item.name)
        .collect();
    let needless = waivers().filter(move |own| passed.contains(&own.item.as_str()));
    needless.map(|own| waived(own, "waives an item that passes", "Remove it: nothing is left to waive."))
}

/// Waivers whose last day is over, or those of the others that leave something out.
fn void<'a>(context: &'a Context<'_>, expired: bool) -> impl Iterator<Item = Hit> + 'a {
    let waivers = context.config.waivers.iter().filter(move |own| own.lasts(context.now) != expired);
    waivers.filter_map(move |own| match expired {
        true => {
            let action = "Repair what fails the item, or agree on a new day.";
            Some(waived(own, "has expired, so the item counts again", action))
        }
        false => unsaid(own),
    })
}

/// A waiver that does not say why, who decided, or until when.
fn unsaid(own: &Waiver) -> Option<Hit> {
    let parts = [
        (
            own.reason.is_none(),
            "gives no reason, so it waives nothing",
            "`reason:` with why the launch can do without it",
        ),
        (own.by.is_none(), "does not say who decided", "`by:` with who decided"),
        (own.until.is_none(), "has no last day, so it never ends", "`until:` with the last day it holds"),
    ];
    let [said, action]: [Vec<&str>; 2] = [
        parts.iter().filter(|(lacks, ..)| *lacks).map(|(_, said, _)| *said).collect(),
        parts.iter().filter(|(lacks, ..)| *lacks).map(|(.., action)| *action).collect(),
    ];
    (!said.is_empty()).then(|| waived(own, &said.join("; it "), &format!("Add {}.", action.join(", and "))))
}

fn hit(entry: &Entry<'_>, said: &str, action: &str) -> Hit {
    let statement = format!("The {} {said}.", entry.title);
    Hit::entry(entry.subject.clone(), Some(entry.place.clone()), statement, action.to_owned())
}

/// Entries that match nothing. What a rule that was not evaluated would have found is unknown: an entry for it is not
/// called idle.
fn idle<'a>(entries: impl Iterator<Item = Entry<'a>>, outcomes: &[Outcome]) -> Judged {
    let mut judged = Judged::default();
    for entry in entries {
        judged.subjects += 1;
        let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
        if findings().any(|finding| (entry.means)(finding)) {
            continue;
        }
        match unseen(&entry, outcomes) {
            Some(why) => {
                let (rule, kind) = (entry.rule.as_deref().unwrap_or("a rule"), kind(&entry));
                let reason =
                    format!("{rule}, which the {kind} at {} is for, was not evaluated in full{why}", entry.place);
                judged.gaps.push(Gap { subject: entry.subject.name.clone(), reason, column: None });
            }
            None => judged.hits.push(hit(&entry, "matches no finding", entry.action)),
        }
    }
    judged.subjects = judged.subjects.max(1);
    judged
}

fn kind<'a>(entry: &'a Entry<'_>) -> &'a str {
    entry.title.split_once(" for ").map_or("entry", |(kind, _)| kind)
}

/// What the rules of an entry could not look at, as the tail of a sentence.
fn unseen(entry: &Entry<'_>, outcomes: &[Outcome]) -> Option<String> {
    let own = |outcome: &&Outcome| entry.rule.as_ref().is_none_or(|rule| is_rule(rule, &outcome.code, &outcome.name));
    let mut own = outcomes.iter().filter(own).peekable();
    if own.peek().is_none() {
        return Some(String::new());
    }
    // An entry for one dataset is about that one alone.
    let concerns = |gap: &&Gap| {
        let other = |dataset: &String| {
            gap.subject.contains('.') && !gap.subject.to_lowercase().starts_with(&dataset.to_lowercase())
        };
        !entry.dataset.as_ref().is_some_and(other)
    };
    own.flat_map(|outcome| &outcome.gaps).find(concerns).map(|gap| format!(": {}", gap.reason))
}

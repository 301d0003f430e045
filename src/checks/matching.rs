//! People who are probably one though no key joins them: typos, masked addresses, clusters, and what a merge would change.

use super::context::{Context, no_mapping, no_profiles};
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::{Answer, Answers, Groups, Match, Matching, Question, Side};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::{Mapping, journeys};
use crate::matching::columns;
use crate::matching::people::Field;
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "matching",
    about: "records that are probably one person though no key joins them",
    params: Shape::Object(&[required(
        "of",
        Shape::Word(&["typo", "relay", "undeclared", "weak", "unmerged", "consent-or-segment"]),
        "typo: addresses one slip apart; relay: a masked address beside a real one; undeclared: clusters without a merge rule; weak: links that were not followed; unmerged: pairs that Customer.io leaves apart; consent-or-segment: what a merge would change",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn of(params: &Node) -> String {
    params.get_text("of").unwrap_or_default()
}

/// Fields of which one must agree before two addresses are held against each other.
const SECOND: [Field; 5] = [Field::Last, Field::Full, Field::Phone, Field::Birth, Field::Street];

impl Context<'_> {
    /// Which columns of a dataset say who somebody is: those that the mapping declares, else those with a usual name.
    fn side(&self, dataset: &Dataset) -> Side {
        let (mut fields, mut told): (Vec<(Field, usize)>, Vec<usize>) = (Vec::new(), Vec::new());
        let declared = self.mapping.into_iter().flat_map(|mapping| &mapping.match_on);
        for (field, paths) in declared {
            let own = paths.iter().filter(|path| path.dataset == dataset.name);
            fields.extend(own.filter_map(|path| Some((*field, dataset.find(&path.column)?))));
            told.extend(fields.iter().map(|(_, index)| *index));
        }
        let usual = self.email(dataset).ok().map(|column| (Field::Email, column.index));
        let mapped = self.mapping.into_iter().flat_map(|mapping| &mapping.attributes).filter_map(|attribute| {
            let role = attribute.is_role("phone").then_some(Field::Phone);
            let field = role.or_else(|| columns::field(&attribute.name))?;
            let sources = attribute.from.iter().filter_map(|from| self.resolve(from.column.as_ref()?).ok());
            let found =
                sources.chain(self.on_profile(&attribute.name).ok()).find(|found| found.dataset == dataset.name);
            Some((field, found?.index))
        });
        let recognised = columns::recognise(dataset.columns.iter().map(|column| column.label.as_str()));
        let named: Vec<(Field, usize)> = usual.into_iter().chain(mapped).collect();
        told.extend(named.iter().map(|(_, index)| *index));
        for (field, index) in named.into_iter().chain(recognised) {
            let declared = self.mapping.is_some_and(|mapping| {
                let on = mapping.match_on.iter().filter(|(declared, _)| *declared == field);
                let mut paths = on.flat_map(|(_, paths)| paths);
                paths.any(|path| path.dataset == dataset.name && dataset.find(&path.column).is_some())
            });
            if !declared && !fields.iter().any(|(_, known)| *known == index) {
                fields.push((field, index));
            }
        }
        told.sort_unstable();
        told.dedup();
        Side { dataset: dataset.name.clone(), fields, told }
    }

    /// Whose records are matched: profiles, contacts, leads, then those of other writers.
    fn matched(&self) -> Matching {
        let rank = |dataset: &Dataset| match dataset.system {
            System::CustomerIo => 0,
            System::Zoho if dataset.name.ends_with(".contacts") => 1,
            System::Zoho => 2,
            _ => 3,
        };
        let mut datasets: Vec<_> = self.people().filter(|dataset| !dataset.preview.is_empty()).collect();
        datasets.sort_by_key(|dataset| (rank(dataset), dataset.name.clone()));
        let told = &self.config.matching;
        Matching {
            sides: datasets.into_iter().map(|dataset| self.side(dataset)).collect(),
            threshold: told.threshold,
            edits: told.edits,
            cap: told.cap,
            estimate: told.estimate,
            region: told.region.clone(),
            domains: told.domains.clone(),
            missing: self.mapping.map(|mapping| mapping.missing.clone()).unwrap_or_default(),
            decided: told.decided.clone(),
        }
    }

    /// The datasets whose duplicates are named one by one, or why not.
    fn both_sides(&self) -> Vec<Result<&Dataset, Gap>> {
        vec![
            self.profiles().map(AsRef::as_ref).ok_or_else(|| no_profiles("customerio.people")),
            self.zoho("contacts").map(AsRef::as_ref).ok_or_else(|| no_contacts("zoho.contacts")),
        ]
    }
}

/// A gap where no record of a person has anything to compare, so that nobody takes silence for an answer.
fn thin(sides: &[Side]) -> Option<Gap> {
    let has = |field: &Field| sides.iter().any(|side| side.fields.iter().any(|(own, _)| own == field));
    let names: Vec<&str> = sides.iter().map(|side| side.dataset.as_str()).collect();
    (!SECOND.iter().any(has)).then(|| Gap {
        subject: names.first().copied().unwrap_or_default().to_owned(),
        reason: format!(
            "{} {} no phone, surname, date of birth or street to back an address",
            names.join(", "),
            if names.len() == 1 { "has" } else { "have" }
        ),
        column: None,
    })
}

fn questions(context: &Context<'_>, params: &Node) -> (Vec<Question>, Vec<Gap>) {
    let asked = context.matched();
    let ask = |of: Match| Question::Matches { asked: asked.clone(), of };
    let mut questions = Vec::new();
    // A column that is declared and not there is evidence that nobody weighs.
    let declared = context.mapping.into_iter().flat_map(|mapping| &mapping.match_on).flat_map(|(_, paths)| paths);
    let mut gaps: Vec<Gap> = declared.filter_map(|path| context.resolve(path).err()).collect();
    let usable = |dataset: &Dataset| -> Result<(), Gap> {
        context.email(dataset)?;
        thin(&asked.sides).map_or(Ok(()), Err)
    };
    match of(params).as_str() {
        name @ ("typo" | "relay" | "weak") => {
            for dataset in context.both_sides() {
                match dataset.and_then(|dataset| usable(dataset).map(|()| dataset)) {
                    Ok(dataset) => questions.extend(context.email(dataset).ok().map(|column| match name {
                        "typo" => ask(Match::Typo(column)),
                        "relay" => ask(Match::Relay(column)),
                        _ => ask(Match::Refused(dataset.name.clone())),
                    })),
                    Err(gap) => gaps.push(gap),
                }
            }
        }
        "undeclared" => {
            let given = context.both_sides();
            let first = given.iter().find_map(|dataset| dataset.as_ref().ok().filter(|one| usable(one).is_ok()));
            match (context.mapping, first) {
                (None, _) => gaps.push(no_mapping()),
                (_, None) => gaps.extend(given.into_iter().filter_map(|dataset| dataset.and_then(usable).err())),
                (Some(_), Some(dataset)) => questions.push(ask(Match::Cluster(dataset.name.clone()))),
            }
        }
        name => match context.both_sides().swap_remove(0).and_then(|profiles| usable(profiles).map(|()| profiles)) {
            Err(gap) => gaps.push(gap),
            Ok(profiles) if name == "unmerged" => match (context.standard(profiles, "id"), context.email(profiles)) {
                (Ok(id), Ok(email)) => questions.push(ask(Match::Both(vec![id, email]))),
                (id, email) => gaps.extend(id.err().into_iter().chain(email.err())),
            },
            Ok(profiles) => {
                match context.on_profile("unsubscribed") {
                    Ok(column) => questions.push(ask(Match::Consent(column))),
                    Err(gap) => gaps.push(gap),
                }
                for (_, name) in triggers(context.mapping) {
                    match context.segment(&name) {
                        Some(filter) => {
                            let missing = context.filter_gaps(filter);
                            if missing.is_empty() {
                                questions.push(ask(Match::Segment(profiles.name.clone(), filter.clone())));
                            }
                            gaps.extend(
                                missing.into_iter().map(|gap| Gap { subject: format!("segment:{name}"), ..gap }),
                            );
                        }
                        None => gaps.push(Gap {
                            subject: format!("segment:{name}"),
                            reason: format!("`segments:` of the mapping has no condition for {name}"),
                            column: None,
                        }),
                    }
                }
            }
        },
    }
    (questions, gaps)
}

/// Journeys that a segment triggers, with the segment.
fn triggers(mapping: Option<&Mapping>) -> Vec<(String, String)> {
    let running = mapping.into_iter().flat_map(|mapping| &mapping.journeys).filter(|journey| !journey.is_stopped());
    let triggered = running.filter_map(|journey| {
        let trigger = journey.trigger().filter(|trigger| trigger.kind == journeys::Kind::Segment)?;
        Some((journey.name.clone(), trigger.name.clone()))
    });
    triggered.collect()
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let (questions, gaps) = questions(context, params);
    Ask { subjects: questions.len(), questions, gaps }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (questions, _) = questions(context, params);
    questions.iter().filter_map(|question| hit(context, answers, question)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, question: &Question) -> Option<Hit> {
    let (Question::Matches { of, .. }, Some(Answer::Repeats { rows, groups })) = (question, answers.get(question))
    else {
        return None;
    };
    let declared = context.mapping.is_some_and(|mapping| mapping.merge_rule.is_some() || mapping.external_id.is_some());
    let clustered = matches!(of, Match::Cluster(_));
    if groups.count == 0 || (groups.members.rows == 0 && !clustered) || (clustered && declared) {
        return None;
    }
    let (subject, statement, action) = said(context, of, groups);
    let column = of.columns().into_iter().next();
    let segment = match of {
        Match::Segment(_, filter) => {
            let named = triggers(context.mapping);
            let name = named.iter().find(|(_, segment)| context.segment(segment) == Some(filter));
            name.map(|(_, segment)| format!("{segment}: ")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let row = |sample: &crate::facts::Sample| match &column {
        Some(column) if matches!(of, Match::Typo(_) | Match::Relay(_) | Match::Consent(_)) => {
            context.row(column, sample.clone(), None)
        }
        _ => crate::findings::Row {
            dataset: of.dataset().to_owned(),
            key: sample.key.clone(),
            other_key: sample.other.clone(),
            detail: format!("{segment}{}", sample.detail),
            ..crate::findings::Row::default()
        },
    };
    Some(Hit {
        subject,
        rows: groups.members.rows.max(1),
        total: (*rows).max(1),
        people: groups.members.people,
        statement,
        action,
        samples: groups.members.samples.iter().map(row).collect(),
        place: match of {
            Match::Cluster(_) => context.mapping.and_then(Mapping::identity_place),
            _ => None,
        },
        shows: Shows::Nothing,
        ..Hit::default()
    })
}

/// The subject, the fact, and what to do where that is more exact than the rule's advice.
fn said(context: &Context<'_>, of: &Match, groups: &Groups) -> (Subject, String, Option<String>) {
    let members = groups.members.rows;
    let pairs = || counted(groups.count, "pair of profiles is", "pairs of profiles are");
    match of {
        Match::Typo(column) => {
            let records = counted(members, "record has an address", "records have addresses");
            let statement =
                format!("{records} one slip away from that of another record of what is probably the same person.");
            (Subject::column(&column.dataset, context.label(column)), statement, None)
        }
        Match::Relay(column) => {
            let records = counted(members, "record has a masked address", "records have masked addresses");
            let statement = format!("{records} and belong to people who are probably here under a real one too.");
            let statement = if members == 1 {
                statement.replace("and belong to people who are", "and belongs to somebody who is")
            } else {
                statement
            };
            (Subject::column(&column.dataset, context.label(column)), statement, None)
        }
        Match::Cluster(dataset) => {
            let people = counted(groups.count, "person is", "people are");
            let statement = format!(
                "{people} probably several records each, and the mapping says neither which record survives nor which id all systems share."
            );
            (Subject { dataset: Some(dataset.clone()), name: "mapping:identity".to_owned() }, statement, None)
        }
        Match::Refused(dataset) => {
            let links = counted(groups.count, "likely link was", "likely links were");
            let statement = format!(
                "{links} not followed: what it would join contradicts itself, hangs together by it alone, or is too large."
            );
            let statement = if groups.count == 1 {
                statement
            } else {
                statement.replace(
                    "what it would join contradicts itself, hangs together by it alone, or is too large",
                    "what they would join contradicts itself, hangs together by one of them alone, or is too large",
                )
            };
            (Subject::dataset(dataset), statement, None)
        }
        Match::Both(columns) => {
            let dataset = columns.first().map_or("", |column| column.dataset.as_str());
            let statement = format!(
                "{} probably one person each, and both sides hold an id and an email: Customer.io never merges those by itself.",
                pairs()
            );
            (Subject::dataset(dataset), statement, None)
        }
        Match::Consent(column) => {
            let statement = format!(
                "{} probably one person each, one side opted out and the other not: a merge would change the consent of one.",
                pairs()
            );
            (Subject::column(&column.dataset, context.label(column)), statement, None)
        }
        Match::Segment(_, filter) => {
            let named = triggers(context.mapping);
            let name = named.iter().find(|(_, segment)| context.segment(segment) == Some(filter));
            let segment = name.map_or("", |(_, segment)| segment.as_str());
            let journeys: Vec<String> =
                named.iter().filter(|(_, other)| other == segment).map(|(journey, _)| format!("`{journey}`")).collect();
            let statement = format!(
                "{} probably one person each, one side in the segment {segment} and the other not: a merge could move somebody into or out of {}.",
                pairs(),
                journeys.join(" and ")
            );
            (Subject::entry("segment", segment), statement, None)
        }
    }
}

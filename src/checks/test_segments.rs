//! Test people who are not in the segments that the mapping says they are in.

use super::context::{Context, no_mapping, no_profiles};
use super::segments::known;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Filter, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::expr::{Expr, Function, Op, Operand, Type};
use crate::mapping::{Mapping, Spot, TestPerson};
use crate::shape::Shape;
use crate::text::nearest;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "test-person-segment",
    about: "test people who are not in the segments that they should be in",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// One person and one segment.
struct Test<'a> {
    /// Which of the people, from 1 on.
    number: usize,
    person: &'a TestPerson,
    within: &'a Spot,
    /// Who the person is.
    who: Expr,
    /// The condition of the segment.
    filter: &'a Filter,
}

impl Test<'_> {
    fn gap(&self, reason: String) -> Gap {
        Gap { subject: format!("mapping:test_people.{}", self.number), reason, column: None }
    }
}

/// Who a person is, by what the entry is found by.
fn who(profiles: &str, person: &TestPerson) -> Expr {
    let keys = person.keys.iter().map(|(name, value)| {
        let column = Operand::Column { name: format!("{profiles}.{}", name.text), ty: Type::Text };
        let text = |value: &str| Operand::Text(value.to_owned());
        if name.text == "email" {
            // Customer.io knows an address in any case.
            let left = Operand::Call { function: Function::Lower, args: vec![column] };
            return Expr::Compare { left, op: Op::Equal, right: text(&value.text.trim().to_lowercase()) };
        }
        // Zoho's ids are written with a prefix or bare.
        let bare = value.text.strip_prefix("zcrm_").unwrap_or(&value.text);
        let values = vec![text(&value.text), text(bare), text(&format!("zcrm_{bare}"))];
        Expr::OneOf { left: column, values, negated: false }
    });
    Expr::All(keys.collect())
}

fn tests<'a>(context: &'a Context<'_>, mapping: &'a Mapping) -> (Vec<Test<'a>>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let profiles = context.profiles().map_or("customerio.people", |profiles| profiles.name.as_str());
    for (person, number) in mapping.test_people.iter().zip(1..) {
        for within in &person.within {
            let subject = format!("mapping:test_people.{number}");
            let Some(segment) = mapping.segments.iter().find(|segment| segment.name == within.text) else {
                let names = mapping.segments.iter().map(|segment| segment.name.as_str());
                let near =
                    nearest(&within.text, names).map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
                let reason = format!("there is no segment {}{near}", within.text);
                gaps.push(Gap { subject, reason, column: None });
                continue;
            };
            match known(context, segment) {
                Ok(filter) => found.push(Test { number, person, within, who: who(profiles, person), filter }),
                Err(gap) => gaps.push(Gap { subject, reason: format!("{}: {}", within.text, gap.reason), ..gap }),
            }
        }
    }
    (found, gaps)
}

/// The profiles of the person that meet further conditions.
fn rows(profiles: &str, who: &Expr, more: Vec<Expr>) -> Question {
    let mut terms = vec![who.clone()];
    terms.extend(more);
    Question::Rows { dataset: profiles.to_owned(), filter: Filter::new(Expr::All(terms)) }
}

fn met<'a>(answers: &'a Answers, question: &Question) -> Option<&'a Tally> {
    match answers.get(question) {
        Some(Answer::Rows { met, .. }) => Some(met),
        _ => None,
    }
}

/// The tests that a condition asks all of.
fn terms(filter: &Filter) -> Vec<Expr> {
    match filter.expr.as_ref() {
        Expr::All(terms) => terms.clone(),
        whole => vec![whole.clone()],
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    if !mapping.test_people.iter().any(|person| !person.within.is_empty()) {
        let what = "test person who is in a segment (`in:`)";
        return Ask { gaps: vec![Gap::undeclared("mapping:test_people", what)], ..Ask::default() };
    }
    let Some(profiles) = context.profiles() else {
        return Ask { gaps: vec![no_profiles("mapping:test_people")], ..Ask::default() };
    };
    let (tests, gaps) = tests(context, mapping);
    let mut ask = Ask { gaps, ..Ask::default() };
    for test in &tests {
        let whole = Filter::new(Expr::All(vec![test.who.clone(), test.filter.expr.as_ref().clone()]));
        let missing = context.filter_gaps(&whole);
        if !missing.is_empty() {
            ask.gaps.extend(missing.into_iter().map(|gap| test.gap(gap.reason)));
            continue;
        }
        let (found, inside) = questions(&profiles.name, test);
        if met(answers, &found).is_some_and(|met| met.rows == 0) {
            ask.gaps.push(test.gap("no profile is this person".to_owned()));
        } else {
            ask.subjects += 1;
        }
        if met(answers, &inside).is_some_and(|met| met.rows == 0) {
            ask.questions
                .extend(terms(test.filter).into_iter().map(|term| rows(&profiles.name, &test.who, vec![term])));
        }
        ask.questions.extend([found, inside]);
    }
    ask
}

/// Who the person is among profiles, and who of these is in the segment.
fn questions(profiles: &str, test: &Test<'_>) -> (Question, Question) {
    let condition = test.filter.expr.as_ref().clone();
    (rows(profiles, &test.who, Vec::new()), rows(profiles, &test.who, vec![condition]))
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (Some(mapping), Some(profiles)) = (context.mapping, context.profiles()) else { return Vec::new() };
    let (tests, _) = tests(context, mapping);
    tests.iter().filter_map(|test| hit(mapping, &profiles.name, test, answers)).collect()
}

fn hit(mapping: &Mapping, profiles: &str, test: &Test<'_>, answers: &Answers) -> Option<Hit> {
    let (found, inside) = questions(profiles, test);
    let (found, inside) = (met(answers, &found)?, met(answers, &inside)?);
    if found.rows == 0 || inside.rows > 0 {
        return None;
    }
    let own = |name: &str| name.strip_prefix(&format!("{profiles}.")).unwrap_or(name).to_owned();
    let failed = terms(test.filter).into_iter().filter(|term| {
        let asked = rows(profiles, &test.who, vec![term.clone()]);
        met(answers, &asked).is_some_and(|met| met.rows == 0)
    });
    let failed: Vec<String> = failed.map(|term| format!("`{}`", term.renamed(&own))).collect();
    let verb = if failed.len() == 1 { "does" } else { "do" };
    let why = if failed.is_empty() { String::new() } else { format!(": {} {verb} not hold", failed.join(" and ")) };
    let segment = &test.within.text;
    let statement = format!("Test person {} is not in the segment `{segment}`{why}.", test.number);
    let action =
        "Follow the attributes of that test from the source to the profile, and correct the first that differs.";
    let subject = Subject::entry("mapping", &format!("test_people.{}.{segment}", test.number));
    let place = mapping.document.place(if test.within.mark.line > 0 { test.within.mark } else { test.person.mark });
    let samples = found.samples.iter().map(|sample| Row {
        dataset: profiles.to_owned(),
        key: sample.key.clone(),
        ..Row::default()
    });
    Some(Hit {
        rows: found.rows,
        total: found.rows,
        people: found.people,
        samples: samples.collect(),
        shows: Shows::Nothing,
        ..Hit::entry(subject, Some(place), statement, action.to_owned())
    })
}

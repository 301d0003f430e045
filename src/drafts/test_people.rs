//! Test people: exports and a mapping in, a `test_people:` block out, with somebody of each group in which syncs fail.
//!
//! Who is chosen follows from a hash of the record's id, so that the same exports give the same people. The block names
//! people by their real ids: it is personal data, as the exports are.

use std::collections::{BTreeMap, BTreeSet};

use super::format;
use super::sheet::scalar;
use crate::audit::{Options, open, refuse_twins};
use crate::checks::context::{Context, Exports};
use crate::checks::{test_cohort, test_values};
use crate::config::Config;
use crate::error::{Error, Fault, Result};
use crate::exports::Dataset;
use crate::facts::{Answer, Answers, Column, Drawn, Found, Name, Question, Roll, Stratum};
use crate::frames::normalize::Form;
use crate::frames::time::rfc3339;
use crate::mapping::{IdentityKey, Mapping};
use crate::rounds::answered;

/// A list of people, and what could not be looked for.
#[derive(Debug)]
pub struct Proposal {
    /// The block for the mapping.
    pub text: String,
    /// How many people it names.
    pub people: usize,
    /// Groups that nobody in the exports is in.
    pub absent: Vec<String>,
    /// Groups that could not be looked for, and why.
    pub gaps: Vec<String>,
}

/// Somebody who was chosen, and for which groups.
struct Chosen {
    key: String,
    groups: Vec<String>,
}

/// Chooses people of each group, and others until there are so many.
pub fn propose(config: &Config, count: usize, options: &Options<'_>) -> Result<Proposal> {
    let datasets = open(config)?;
    refuse_twins(&datasets)?;
    let Some(mapping) = config.mapping.as_ref().map(|(path, name)| Mapping::read(path, name)).transpose()? else {
        let help = "add `mapping:` to crmlint.yaml; crmlint init drafts the document";
        return refuse("there is no mapping document, which says by what people are named", help);
    };
    let earlier = BTreeMap::new();
    let context = Context::new(config, Some(&mapping), Exports::new(&datasets, &earlier), options.policy.now)?;
    let Some(contacts) = context.zoho("contacts") else {
        return refuse("no export of Zoho contacts was given", "name it under `sources:` in crmlint.yaml");
    };
    let (canonical, source) = identifier(&context, &mapping, contacts)?;
    let (groups, gaps) = test_cohort::groups(&context, contacts);
    let everyone = ("everyone".to_owned(), Stratum::Anyone);
    let groups: Vec<test_cohort::Group> = groups.into_iter().chain([everyone]).collect();
    let keep = count + groups.len();
    let cohort = Question::Cohort(test_cohort::cohort(&context, contacts, &groups, BTreeSet::new(), keep));
    let mapped = test_values::mapped(&context, contacts);
    let tests = segments(&context, &mapping);
    let roll = |chosen: &[Chosen]| {
        let key = Column { dataset: contacts.name.clone(), index: contacts.key.unwrap_or(source.index) };
        let name = |one: &Chosen| {
            let value = Form::Identifier.of(&one.key);
            value.map(|value| Name { column: key.clone(), form: Form::Identifier, value }).into_iter().collect()
        };
        let cells = mapped.iter().map(|mapped| mapped.column().clone()).chain([source.clone()]).collect();
        let profiles = context.profiles().map(|profiles| profiles.name.clone());
        Roll {
            people: chosen.iter().map(name).collect(),
            datasets: context.people().map(|dataset| dataset.name.clone()).collect(),
            linked: profiles.map(|profiles| (contacts.name.clone(), profiles)),
            cells,
            tests: tests.iter().map(|(_, test)| test.clone()).collect(),
        }
    };
    let drawn = |answers: &Answers| match answers.get(&cohort) {
        Some(Answer::Cohort(drawn)) => Some(choose(&groups, drawn, count)),
        _ => None,
    };
    let asked = |answers: &Answers| {
        let second = drawn(answers).map(|chosen| Question::Roll(roll(&chosen)));
        std::iter::once(cohort.clone()).chain(second).collect::<Vec<_>>()
    };
    let facts = answered(&context, &asked, options, false)?;
    let chosen = drawn(&facts.answers).unwrap_or_default();
    let (Some(Answer::Roll(found)), Some(Answer::Cohort(drawn))) =
        (facts.answers.get(&Question::Roll(roll(&chosen))), facts.answers.get(&cohort))
    else {
        return Err(Error::input(
            Fault::new("the people could not be looked up").help("run `crmlint audit` to see why"),
        ));
    };
    let scene = Scene {
        canonical: &canonical.attribute.text,
        source: &source,
        mapped: &mapped,
        segments: tests.iter().map(|(name, _)| name.as_str()).collect(),
        contacts: &contacts.name,
        profiles: context.profiles().map(|profiles| profiles.name.as_str()),
    };
    let told: Vec<String> = chosen.iter().zip(found).map(|(one, found)| scene.entry(one, found)).collect();
    if told.is_empty() {
        return refuse(
            "nobody in the exports can be named",
            "check the scope of contacts under `modules:` of the mapping",
        );
    }
    let absent = groups.iter().zip(drawn).filter(|(_, drawn)| drawn.people == 0).map(|((name, _), _)| name.clone());
    let mut reasons: Vec<String> = gaps.into_iter().map(|gap| gap.reason).collect();
    reasons.dedup();
    Ok(Proposal {
        text: format("mapping.yaml", &block(options.policy.now, &test_values::left_out(&context), &told))?,
        people: told.len(),
        absent: absent.collect(),
        gaps: reasons,
    })
}

fn refuse<T>(why: &str, help: &str) -> Result<T> {
    Err(Error::usage(Fault::new(why).help(help)))
}

/// The canonical identifier and its column among the contacts.
fn identifier<'a>(
    context: &Context<'_>,
    mapping: &'a Mapping,
    contacts: &Dataset,
) -> Result<(&'a IdentityKey, Column)> {
    let Some(key) = &mapping.canonical else {
        return refuse("the mapping names no canonical identifier", "add `identity:` with `canonical:` and `source:`");
    };
    let found = key.source.as_ref().map(|path| context.resolve(path));
    match found {
        Some(Ok(column)) if column.dataset == contacts.name => Ok((key, column)),
        Some(Err(gap)) => refuse(&gap.reason, "correct `source:` under `identity:` of the mapping"),
        _ => match contacts.key {
            Some(index) => Ok((key, Column { dataset: contacts.name.clone(), index })),
            None => refuse("Zoho contacts carry no id", "export them with `Record Id`"),
        },
    }
}

/// Segments that can be evaluated on profiles, with their conditions.
fn segments(context: &Context<'_>, mapping: &Mapping) -> Vec<(String, (String, crate::facts::Filter))> {
    let Some(profiles) = context.profiles() else { return Vec::new() };
    let wanted = mapping.segments.iter().filter(|segment| !segment.never).filter_map(|segment| {
        let filter = context.segment(&segment.name).filter(|filter| context.filter_gaps(filter).is_empty())?;
        Some((segment.name.clone(), (profiles.name.clone(), filter.clone())))
    });
    wanted.collect()
}

/// One of each group, and everyone else in turn until there are enough.
fn choose(groups: &[test_cohort::Group], drawn: &[Drawn], count: usize) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let (last, strata) = drawn.split_last().map_or((None, drawn), |(last, strata)| (Some(last), strata));
    for ((name, _), drawn) in groups.iter().zip(strata) {
        let mut keys = drawn.kept.iter().map(|(.., key)| key);
        if let Some(key) = keys.clone().find(|key| !chosen.iter().any(|one| one.key == **key)) {
            chosen.push(Chosen { key: key.clone(), groups: vec![name.clone()] });
        } else if let Some(key) = keys.next() {
            // Nobody else is in it.
            let known = chosen.iter_mut().find(|one| one.key == *key);
            known.into_iter().for_each(|one| one.groups.push(name.clone()));
        }
    }
    for (.., key) in last.into_iter().flat_map(|drawn| &drawn.kept) {
        if chosen.len() < count && !chosen.iter().any(|one| one.key == *key) {
            chosen.push(Chosen { key: key.clone(), groups: vec!["one of everyone".to_owned()] });
        }
    }
    chosen
}

/// What an entry is written from, whoever it names.
struct Scene<'a> {
    canonical: &'a str,
    source: &'a Column,
    mapped: &'a [test_values::Mapped<'a>],
    segments: Vec<&'a str>,
    contacts: &'a str,
    profiles: Option<&'a str>,
}

impl Scene<'_> {
    fn entry(&self, one: &Chosen, found: &Found) -> String {
        let records = found.get(self.contacts).map(Vec::as_slice).unwrap_or_default();
        let record = records.iter().find(|record| record.key == one.key).or_else(|| records.first());
        let cell = |column: &Column| record.and_then(|record| record.cells.get(&column.index)).map(String::as_str);
        let id = cell(self.source).map(str::trim).filter(|id| !id.is_empty()).unwrap_or(&one.key);
        let mut text = format!("  - {}: {} # {}\n", scalar(self.canonical), scalar(id), one.groups.join(", "));
        let expect = self.mapped.iter().filter_map(|mapped| {
            let value = mapped.value(cell(mapped.column())?)?;
            // A flag needs no quotes here: every value is read as text.
            let value = if value == "true" || value == "false" { value } else { scalar(&value) };
            Some(format!("{}: {value}", scalar(mapped.name())))
        });
        let expect: Vec<String> = expect.collect();
        if !expect.is_empty() {
            text.push_str(&format!("    expect: {{{}}}\n", expect.join(", ")));
        }
        let profiles = self.profiles.and_then(|profiles| found.get(profiles)).into_iter().flatten();
        let met: BTreeSet<usize> = profiles.flat_map(|record| record.met.iter().copied()).collect();
        let within = met.into_iter().filter_map(|at| self.segments.get(at));
        let within: Vec<String> = within.map(|name| scalar(name)).collect();
        if !within.is_empty() {
            text.push_str(&format!("    in: [{}]\n", within.join(", ")));
        }
        text
    }
}

fn block(now: i64, open: &BTreeSet<String>, entries: &[String]) -> String {
    let day: String = rfc3339(now).chars().take(10).collect();
    let open: Vec<String> = open.iter().map(|why| format!("# - {why}\n")).collect();
    let open = match open.concat() {
        lines if lines.is_empty() => lines,
        lines => {
            format!("# QA002 is not evaluated for these, unless `expect:` says what each person should have:\n{lines}")
        }
    };
    format!(
        "# Proposed by crmlint sample on {day}: look at each person in both systems before you rely on it.\n\
         # Real ids are personal data. Keep this list where the exports may be kept.\n\
         {open}test_people:\n{}",
        entries.concat()
    )
}

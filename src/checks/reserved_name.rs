//! Names that equal a reserved name of Customer.io but for case: written, never read.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::context::{Context, no_profiles};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Hit, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "reserved-name",
    about: "attribute names that equal a reserved name but for case",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

#[derive(Deserialize)]
struct Names {
    names: BTreeSet<String>,
    system: BTreeSet<String>,
}

static RESERVED: LazyLock<Names> =
    LazyLock::new(|| match serde_yaml::from_str(include_str!("../../rules/data/reserved.yaml")) {
        Ok(list) => list,
        Err(error) => panic!("the list of reserved names ships with the program and is tested: {error}"),
    });

/// Whether Customer.io gives a name a meaning of its own.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.names.contains(name)
}

/// Whether Customer.io alone writes it.
pub(crate) fn is_system(name: &str) -> bool {
    RESERVED.system.contains(name)
}

/// The reserved name that a name misspells by case.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    if is_reserved(name) {
        return None;
    }
    RESERVED.names.iter().find(|reserved| reserved.eq_ignore_ascii_case(name)).map(String::as_str)
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let mut ask = Ask::default();
    match context.profiles() {
        Some(profiles) => {
            ask.subjects += 1;
            ask.questions.push(Question::Columns { dataset: profiles.name.clone() });
        }
        None => ask.gaps.push(no_profiles("customerio.people")),
    }
    ask.subjects += usize::from(context.mapping.is_some());
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let mut hits = Vec::new();
    let profiles = context.profiles();
    let asked = profiles.map(|profiles| Question::Columns { dataset: profiles.name.clone() });
    if let (Some(profiles), Some(Answer::Columns { columns, .. })) =
        (profiles, asked.and_then(|asked| answers.get(&asked)))
    {
        for (column, name) in columns.iter().filter_map(|column| Some((column, meant(&column.label)?))) {
            let holders = counted(column.filled, "profile holds", "profiles hold");
            hits.push(Hit {
                severity: None,
                subject: Subject::column(&profiles.name, &column.label),
                rows: 1,
                total: columns.len() as u64,
                people: column.filled,
                statement: format!("`{}` is not `{name}`: {holders} it and Customer.io never reads it.", column.label),
                action: Some(format!("Write to `{name}` instead, then remove `{}`.", column.label)),
                parts: Vec::new(),
                samples: vec![Row {
                    dataset: profiles.name.clone(),
                    key: "header".to_owned(),
                    column: column.label.clone(),
                    detail: holders.clone(),
                    ..Row::default()
                }],
                place: None,
                shows: Shows::Labels,
            });
        }
    }
    for attribute in context.mapping.iter().flat_map(|mapping| &mapping.attributes) {
        let (Some(name), Some(mapping)) = (meant(&attribute.name), context.mapping) else { continue };
        let statement =
            format!("The mapping writes `{}`, which Customer.io does not read as `{name}`.", attribute.name);
        let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
        hits.push(Hit::entry(
            subject,
            Some(mapping.document.place(attribute.mark)),
            statement,
            format!("Rename the entry to `{name}`."),
        ));
    }
    hits
}

//! What single records say of consent: values that are read as the opposite of what was meant, or not at all, and columns of
//! one record that contradict each other.

use std::collections::BTreeSet;

use super::consent::{attributes, lens, standard_name};
use super::context::{Context, no_mapping, no_profiles};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Consent, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::shape::{Shape, required};
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static VALUE: Kind = Kind {
    name: "consent-value",
    about: "values of consent that nobody reads as they were meant",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["misread", "blank"]),
        "misread: Customer.io reads another meaning; blank: nothing there at its source, or nothing readable",
    )]),
    stage: Stage::Facts { ask: ask_value, judge: judge_value },
};

pub(super) static RECORD: Kind = Kind {
    name: "consent-record",
    about: "columns of one record that contradict each other about consent",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["reopened", "topics"]),
        "reopened: a time of unsubscribing beside a box that is not ticked; topics: every topic off, and mailable",
    )]),
    stage: Stage::Facts { ask: ask_record, judge: judge_record },
};

fn fault(params: &Node) -> String {
    params.get_text("fault").unwrap_or_default()
}

/// A column of consent, the lens that reads it, and the shapes that are wrong in it.
type Look = (Column, Lens, &'static [&'static str]);

fn looks(context: &Context<'_>, params: &Node) -> (Vec<Look>, Vec<Gap>) {
    if fault(params) == "misread" {
        return match context.on_profile("unsubscribed") {
            Ok(column) => (vec![(column, Lens::Consent(Consent::Profile), &[shape::UNREADABLE])], Vec::new()),
            Err(gap) => (Vec::new(), vec![gap]),
        };
    }
    if context.mapping.is_none() {
        return (Vec::new(), vec![no_mapping()]);
    }
    let (mut looks, mut gaps): (Vec<Look>, Vec<Gap>) = (Vec::new(), Vec::new());
    for attribute in attributes(context) {
        for path in attribute.from.iter().filter_map(|from| from.column.as_ref()) {
            let column = match context.resolve(path) {
                Ok(column) => column,
                Err(gap) => {
                    gaps.push(gap);
                    continue;
                }
            };
            let Some(dataset) = context.datasets.get(&column.dataset) else { continue };
            let vendor = standard_name(dataset.system).and_then(|name| dataset.find(name)) == Some(column.index);
            // Whether the shop's flag means no or never is another matter: it is filled.
            let read = match lens(attribute, dataset, context.label(&column)) {
                Err(_) if vendor && dataset.system == System::Shopify => Ok(Consent::OptInFlag),
                read => read,
            };
            match read {
                Ok(consent) => looks.push((column, Lens::Consent(consent), &[shape::MISSING, shape::UNREADABLE])),
                Err(gap) => gaps.push(gap),
            }
        }
    }
    (looks, gaps)
}

fn question((column, lens, _): &Look) -> Question {
    Question::Shapes { column: column.clone(), lens: lens.clone() }
}

fn wrong<'a>(answers: &'a Answers, look: &Look) -> Vec<(&'a str, &'a Tally)> {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&question(look)) else { return Vec::new() };
    let found = shapes.iter().filter(|(name, _)| look.2.contains(&name.as_str()));
    found.map(|(name, tally)| (name.as_str(), tally)).collect()
}

fn pick(look: &Look, found: &[(&str, &Tally)]) -> Pick {
    let shapes = found.iter().map(|(name, _)| (*name).to_owned()).collect();
    Pick::Shapes { column: look.0.clone(), lens: look.1.clone(), shapes }
}

/// Spellings that a report counts one by one.
const SPELLINGS: usize = 100_000;

fn spellings(look: &Look) -> Question {
    Question::Values { column: look.0.clone(), cap: SPELLINGS }
}

fn ask_value(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (looks, mut gaps) = looks(context, params);
    let mut questions = Vec::new();
    for look in &looks {
        questions.push(question(look));
        if let Some(Answer::Shapes { rows, shapes }) = answers.get(&question(look))
            && fault(params) == "misread"
            && shapes.get(shape::SILENT).map_or(0, |tally| tally.rows) == *rows
        {
            gaps.push(context.blank(&look.0));
        }
        let found = wrong(answers, look);
        if !found.is_empty() {
            questions.push(spellings(look));
            questions.extend(Question::listing(pick(look, &found)));
        }
    }
    Ask { subjects: looks.len(), questions, gaps }
}

fn judge_value(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (looks, _) = looks(context, params);
    looks.iter().filter_map(|look| value_hit(context, answers, look, &fault(params))).collect()
}

fn value_hit(context: &Context<'_>, answers: &Answers, look: &Look, fault: &str) -> Option<Hit> {
    let Some(Answer::Shapes { rows, .. }) = answers.get(&question(look)) else { return None };
    let found = wrong(answers, look);
    if found.is_empty() {
        return None;
    }
    let (summed, kinds) = gather(found.iter().map(|(name, tally)| (*name, Some(*tally), None)));
    let (_, words) = match answers.get(&spellings(look)) {
        Some(Answer::Values { values, overflow: false, .. }) => {
            let wrong = values.iter().filter(|(value, _)| look.2.contains(&look.1.shape(value)));
            gather(wrong.map(|(value, tally)| (value.as_str(), Some(tally), None)))
        }
        _ => (Tally::default(), kinds.clone()),
    };
    let whole = context.listed(answers, &pick(look, &found), summed);
    let label = context.label(&look.0);
    let (count, share) = (whole.rows, percent(whole.rows, *rows));
    let statement = if fault == "misread" {
        let spelled = counted(words.len() as u64, "spelling", "spellings");
        let profiles = counted(count, "profile", "profiles");
        format!("{spelled} of `{label}` read as subscribed whatever they mean: {profiles} ({share}).")
    } else {
        let records = counted(count, "record says", "records say");
        format!("{records} nothing readable about consent in `{label}` ({share}).")
    };
    Some(Hit {
        subject: Subject::column(&look.0.dataset, label),
        rows: count,
        total: *rows,
        people: whole.people,
        statement,
        parts: if fault == "misread" { words } else { kinds },
        samples: whole.samples.into_iter().map(|sample| context.row(&look.0, sample, None)).collect(),
        shows: Shows::Words,
        ..Hit::default()
    })
}

/// Two columns of one record, the cells of them that contradict each other, and which of the two is shown.
struct Clash {
    said: (Column, Lens),
    shown: (Column, Lens),
    cells: BTreeSet<(String, String)>,
}

impl Clash {
    fn question(&self) -> Question {
        Question::Compare {
            left: self.said.0.clone(),
            left_lens: self.said.1.clone(),
            right: self.shown.0.clone(),
            right_lens: self.shown.1.clone(),
        }
    }

    fn pick(&self) -> Pick {
        let ((left, left_lens), (right, right_lens)) = (self.said.clone(), self.shown.clone());
        Pick::Pairs { left, left_lens, right, right_lens, cells: self.cells.clone() }
    }
}

fn cells(left: &str, rights: &[&str]) -> BTreeSet<(String, String)> {
    rights.iter().map(|right| (left.to_owned(), (*right).to_owned())).collect()
}

fn clash(context: &Context<'_>, fault: &str) -> Result<Clash, Gap> {
    // These columns are looked at where they are there; an export does not have to have them.
    let optional = |gap: Gap| Gap { column: None, ..gap };
    if fault == "topics" {
        context.profiles().ok_or_else(|| no_profiles("customerio.people"))?;
        let topics = context.on_profile("cio_subscription_preferences").map_err(optional)?;
        return Ok(Clash {
            said: (topics, Lens::Topics),
            shown: (context.on_profile("unsubscribed")?, Lens::Consent(Consent::Profile)),
            cells: cells(shape::TOPICS_OFF, &[shape::IN, shape::SILENT, shape::UNREADABLE]),
        });
    }
    if context.mapping.is_none() {
        return Err(no_mapping());
    }
    let owner = attributes(context).into_iter().find_map(|attribute| attribute.owner.as_ref());
    let Some(owner) = owner else {
        let reason = "the mapping names no owner of consent".to_owned();
        return Err(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    };
    let own = context.zoho("contacts").filter(|contacts| context.owns(&owner.text, contacts));
    let Some(contacts) = own else {
        let reason = format!("no export of {}, which owns consent, says when somebody unsubscribed", owner.text);
        return Err(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    };
    Ok(Clash {
        said: (context.standard(contacts, "Unsubscribed Time").map_err(optional)?, Lens::Filled(Vec::new())),
        shown: (context.standard(contacts, "Email Opt Out").map_err(optional)?, Lens::Consent(Consent::OptOutBox)),
        cells: cells(shape::FILLED, &[shape::UNTICKED, shape::MISSING]),
    })
}

fn ask_record(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    match clash(context, &fault(params)) {
        Err(gap) => Ask { gaps: vec![gap], ..Ask::default() },
        Ok(clash) => {
            let mut ask = Ask { subjects: 1, questions: vec![clash.question()], gaps: Vec::new() };
            if let Some(Answer::Compare { cells, .. }) = answers.get(&clash.question()) {
                if cells.keys().all(|(said, _)| said == shape::MISSING) {
                    ask.gaps.push(context.blank(&clash.said.0));
                }
                if cells.keys().any(|cell| clash.cells.contains(cell)) {
                    ask.questions.extend(Question::listing(clash.pick()));
                }
            }
            ask
        }
    }
}

fn judge_record(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(clash) = clash(context, &fault(params)) else { return Vec::new() };
    let Some(Answer::Compare { pairs, cells }) = answers.get(&clash.question()) else { return Vec::new() };
    let found = cells.iter().filter(|(cell, _)| clash.cells.contains(*cell));
    let (summed, _) = gather(found.map(|((_, shown), tally)| (shown.as_str(), Some(tally), None)));
    if summed.rows == 0 {
        return Vec::new();
    }
    let whole = context.listed(answers, &clash.pick(), summed);
    let (said, shown) = (context.label(&clash.said.0), context.label(&clash.shown.0));
    let statement = if fault(params) == "topics" {
        let people = counted(whole.rows, "profile that is", "profiles that are");
        format!("Every topic is switched off on {people} mailable by `{shown}` all the same.")
    } else {
        let records = counted(whole.rows, "contact has", "contacts have");
        format!("{records} a time in `{said}` although `{shown}` is not ticked.")
    };
    let (count, people) = (whole.rows, whole.people);
    vec![Hit {
        subject: Subject::column(&clash.shown.0.dataset, shown),
        rows: count,
        total: *pairs,
        people,
        statement,
        samples: whole.samples.into_iter().map(|sample| context.row(&clash.shown.0, sample, None)).collect(),
        shows: Shows::Words,
        ..Hit::default()
    }]
}

//! What profiles say of their last writer: a system that owns nothing there, none, or one that nobody knows.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping, no_profiles};
use super::ownership::{is_key, is_same};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::{Answer, Answers, Column, Filter, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::expr::{Expr, Op, Operand, Type};
use crate::mapping::stamps::Stamp;
use crate::mapping::{Attribute, Mapping};
use crate::shape::{Shape, required};
use crate::text::{counted, list, nearest, percent, trim};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "writer-stamp",
    about: "stamps of the system that wrote a field last, against its owner",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["foreign", "missing", "unknown"]),
        "foreign: a system that does not own the field; missing: no stamp beside a filled field; unknown: no system at all",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Different stamps that are looked at: there are a handful of systems.
const MOST: usize = 1_000;

/// What picks the profiles that should carry a stamp, and those of them that do not.
type Asked = (Question, Question);

/// A stamp and its column on the profile.
struct Plan<'a> {
    stamp: Stamp<'a>,
    column: Column,
    /// Where a blank is the fault.
    missing: Option<Asked>,
}

impl Plan<'_> {
    fn values(&self) -> Question {
        Question::Values { column: self.column.clone(), cap: MOST }
    }

    fn pick(&self, values: BTreeSet<String>) -> Pick {
        Pick::Values { column: self.column.clone(), values }
    }

    fn names(&self) -> Vec<String> {
        self.stamp.fields.iter().map(|field| field.name.clone()).collect()
    }
}

fn fault(params: &Node) -> String {
    params.get_text("fault").unwrap_or_default()
}

fn owner(field: &Attribute) -> Option<&str> {
    field.owner.as_ref().map(|owner| owner.text.trim()).filter(|owner| !owner.is_empty())
}

/// Key fields: those that decide whom a mail reaches, and when.
fn is_key_field(field: &Attribute) -> bool {
    is_key(field) || field.is_role("lifecycle") || field.is_role("tier")
}

fn plans<'a>(context: &Context<'a>, fault: &str) -> (Vec<Plan<'a>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let stamps = mapping.stamps();
    if stamps.is_empty() {
        let reason = "the mapping names no stamp of the last writer: `source_of_truth:`, or `stamp:` of a field";
        let subject = "mapping:source_of_truth".to_owned();
        return (Vec::new(), vec![Gap { subject, reason: reason.to_owned(), column: None }]);
    }
    if context.profiles().is_none() {
        return (Vec::new(), vec![no_profiles("mapping:source_of_truth")]);
    }
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for mut stamp in stamps {
        if fault == "missing" && stamp.whole {
            stamp.fields.retain(|field| is_key_field(field));
        }
        match plan(context, mapping, stamp, fault) {
            Ok((plan, more)) => {
                found.push(plan);
                gaps.extend(more);
            }
            Err(more) => gaps.extend(more),
        }
    }
    (found, gaps)
}

fn plan<'a>(
    context: &Context<'a>,
    mapping: &Mapping,
    stamp: Stamp<'a>,
    fault: &str,
) -> Result<(Plan<'a>, Vec<Gap>), Vec<Gap>> {
    let column = context.on_profile(&stamp.spot.text).map_err(|gap| vec![gap])?;
    let gap = |reason: String| Gap { subject: stamp.spot.text.clone(), reason, column: None };
    let mut gaps = Vec::new();
    let mut missing = None;
    match fault {
        "foreign" => {
            let unowned: Vec<&&Attribute> = stamp.fields.iter().filter(|field| owner(field).is_none()).collect();
            gaps.extend(unowned.iter().map(|field| gap(format!("the mapping names no owner of {}", field.name))));
            if unowned.len() == stamp.fields.len() {
                gaps.push(gap(format!("no field whose writer `{}` names has an owner", stamp.spot.text)));
                return Err(gaps);
            }
        }
        "missing" => {
            let (asked, open) = absent(context, mapping, &stamp)?;
            missing = Some(asked);
            gaps.extend(open);
        }
        _ => {}
    }
    Ok((Plan { stamp, column, missing }, gaps))
}

/// What picks the profiles that fill a field of a stamp, and those of them without the stamp.
fn absent(context: &Context<'_>, mapping: &Mapping, stamp: &Stamp<'_>) -> Result<(Asked, Vec<Gap>), Vec<Gap>> {
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles(&stamp.spot.text)]) };
    let operand = |name: &str, ty: Type| Operand::Column { name: format!("{}.{name}", profiles.name), ty };
    let (there, gaps): (Vec<_>, Vec<_>) =
        stamp.fields.iter().map(|field| context.on_profile(&field.name).map(|_| &field.name)).partition(Result::is_ok);
    let filled = there.into_iter().filter_map(Result::ok);
    let filled: Vec<Expr> = filled.map(|name| Expr::Not(Box::new(Expr::Missing(operand(name, Type::Text))))).collect();
    let mut gaps: Vec<Gap> = gaps.into_iter().filter_map(Result::err).collect();
    if filled.is_empty() {
        let reason = format!("no key field whose writer `{}` names is on the profile", stamp.spot.text);
        gaps.push(Gap { subject: stamp.spot.text.clone(), reason, column: None });
        return Err(gaps);
    }
    let mut terms = vec![Expr::Any(filled)];
    if let Some(since) = mapping.stamped_since() {
        let names = ["_created_in_customerio_at", "created_at"];
        let made = names.into_iter().find(|name| context.on_profile(name).is_ok());
        let Some(made) = made else { return Err(context.on_profile("created_at").err().into_iter().collect()) };
        let (left, right) = (operand(made, Type::Timestamp), Operand::Instant(since));
        terms.push(Expr::Compare { left, op: Op::GreaterOrEqual, right });
    }
    let rows =
        |terms: Vec<Expr>| Question::Rows { dataset: profiles.name.clone(), filter: Filter::new(Expr::All(terms)) };
    let all = rows(terms.clone());
    terms.push(Expr::Missing(operand(&stamp.spot.text, Type::Text)));
    Ok(((all, rows(terms)), gaps))
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = fault(params);
    let (plans, mut gaps) = plans(context, &fault);
    let mut questions = Vec::new();
    for plan in &plans {
        match &plan.missing {
            Some((all, wrong)) => {
                if let Some(Answer::Rows { met, .. }) = answers.get(all)
                    && met.rows == 0
                {
                    let fields = list(&plan.names(), 3);
                    let reason = format!("no profile that should say who wrote last fills {fields}");
                    gaps.push(Gap { subject: plan.stamp.spot.text.clone(), reason, column: None });
                }
                questions.extend([all.clone(), wrong.clone()]);
            }
            None => {
                let wrong = wrong(context, answers, plan, &fault).into_iter().map(|(value, _)| value.to_owned());
                questions.extend(Question::listing(plan.pick(wrong.collect())));
                questions.push(plan.values());
            }
        }
    }
    Ask { subjects: plans.len(), questions, gaps }
}

/// The stamps that name the wrong system, or none.
fn wrong<'b>(context: &Context<'_>, answers: &'b Answers, plan: &Plan<'_>, fault: &str) -> Vec<(&'b str, &'b Tally)> {
    let Some(Answer::Values { values, .. }) = answers.get(&plan.values()) else { return Vec::new() };
    let tokens = context.mapping.map(|mapping| mapping.missing.as_slice()).unwrap_or_default();
    let is_wrong = |value: &str| {
        let known = is_known(context, value);
        !is_missing(value, tokens)
            && if fault == "foreign" { known && !may_write(context, plan, value) } else { !known }
    };
    values.iter().filter(|(value, _)| is_wrong(trim(value))).map(|(value, tally)| (value.as_str(), tally)).collect()
}

/// Whether two names mean one system, also where no export of it was given.
fn is_one(context: &Context<'_>, one: &str, other: &str) -> bool {
    let vendor = System::parse(one);
    is_same(context, one, other) || (vendor.is_some() && vendor == System::parse(other))
}

/// Whether a stamp names a system: a source, a vendor, one that the mapping declares, or any owner.
fn is_known(context: &Context<'_>, value: &str) -> bool {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut named = attributes.filter_map(owner);
    context.is_system(value) || named.any(|owner| owner.eq_ignore_ascii_case(value))
}

/// The owner of a field may write it, and so may the systems of its order: that is an agreement.
fn may_write(context: &Context<'_>, plan: &Plan<'_>, value: &str) -> bool {
    let fields = plan.stamp.fields.iter();
    let mut systems =
        fields.flat_map(|field| owner(field).into_iter().chain(field.precedence.iter().map(String::as_str)));
    systems.any(|system| is_one(context, system, value))
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = fault(params);
    let (plans, _) = plans(context, &fault);
    let hits = plans.iter().filter_map(|plan| match &plan.missing {
        Some(asked) => unstamped(answers, plan, asked),
        None => named(context, answers, plan, &fault),
    });
    hits.collect()
}

/// Profiles that fill a field and do not say who wrote it.
fn unstamped(answers: &Answers, plan: &Plan<'_>, (all, wrong): &Asked) -> Option<Hit> {
    let (Some(Answer::Rows { met: all, .. }), Some(Answer::Rows { met, .. })) = (answers.get(all), answers.get(wrong))
    else {
        return None;
    };
    if met.rows == 0 {
        return None;
    }
    let (dataset, label) = (&plan.column.dataset, &plan.stamp.spot.text);
    let fields = list(&plan.names(), 3);
    let fills = if plan.stamp.fields.len() > 1 { format!("one of {fields}") } else { fields };
    let profiles = counted(met.rows, "profile that fills", "profiles that fill");
    let share = percent(met.rows, all.rows);
    let row = |sample: &crate::facts::Sample| Row {
        dataset: dataset.clone(),
        key: sample.key.clone(),
        column: label.clone(),
        ..Row::default()
    };
    Some(Hit {
        subject: Subject::column(dataset, label),
        rows: met.rows,
        total: all.rows,
        people: met.people,
        statement: format!("`{label}` is blank on {profiles} {fills} ({share})."),
        samples: met.samples.iter().map(row).collect(),
        shows: Shows::Labels,
        ..Hit::default()
    })
}

/// Stamps that name the wrong system.
fn named(context: &Context<'_>, answers: &Answers, plan: &Plan<'_>, fault: &str) -> Option<Hit> {
    let found = wrong(context, answers, plan, fault);
    let Some(Answer::Values { rows, .. }) = answers.get(&plan.values()) else { return None };
    if found.is_empty() {
        return None;
    }
    let near = |value: &str| if fault == "unknown" { meant(context, value) } else { None };
    let (summed, parts) = gather(found.iter().map(|(value, tally)| (*value, Some(*tally), near(value))));
    let values = found.iter().map(|(value, _)| (*value).to_owned()).collect();
    let whole = context.listed(answers, &plan.pick(values), summed);
    let label = &plan.stamp.spot.text;
    let profiles = counted(whole.rows, "profile", "profiles");
    let statement = if fault == "foreign" {
        let fields = list(&plan.names(), 3);
        format!("`{label}` names a system that does not own {fields} as the last writer on {profiles}.")
    } else {
        format!("`{label}` names a system that nobody declared on {profiles}.")
    };
    Some(Hit {
        subject: Subject::column(&plan.column.dataset, label),
        rows: whole.rows,
        total: *rows,
        people: whole.people,
        statement,
        parts,
        samples: whole.samples.into_iter().map(|sample| context.row(&plan.column, sample, None)).collect(),
        shows: Shows::Words,
        ..Hit::default()
    })
}

/// The known system that a stamp probably means.
fn meant(context: &Context<'_>, value: &str) -> Option<String> {
    let sources = context.config.sources.iter().filter_map(|source| source.request.name.as_deref());
    let declared = context.mapping.into_iter().flat_map(|mapping| mapping.systems.iter().map(String::as_str));
    nearest(value, sources.chain(declared)).map(str::to_owned)
}

//! Records of other datasets that a condition about profiles names: where none of them leads to a profile, the condition
//! finds nobody, whoever there is.

use std::collections::BTreeSet;

use super::Ask;
use super::context::Context;
use super::lists::SUPPRESSIONS;
use crate::exports::System;
use crate::facts::{Answer, Answers, Column, Filter, Question, Scope};
use crate::findings::Gap;
use crate::frames::identity::Keys;
use crate::mapping::expr::Expr;
use crate::mapping::{ColumnPath, EARLIER};

/// What a check asks, and whether what its conditions name beside profiles belongs to anybody.
pub fn with_links(context: &Context<'_>, mut ask: Ask, answers: &Answers) -> Ask {
    let asked = questions(context, &ask.questions);
    ask.gaps.extend(asked.iter().filter_map(|question| unlinked(context, answers, question, "record")));
    ask.questions.extend(asked);
    ask
}

fn questions(context: &Context<'_>, asked: &[Question]) -> Vec<Question> {
    // A rule that asks of some of the records only knows better.
    let own = asked.iter().filter_map(|question| match question {
        Question::Coverage { left, right, .. } => Some((left.clone(), right.clone())),
        _ => None,
    });
    let own: BTreeSet<(String, String)> = own.collect();
    let named = asked.iter().flat_map(|question| foreign(context, question, |_| true));
    let named: BTreeSet<(String, String)> = named.map(|(path, own)| (path.dataset, own)).collect();
    let open = named.difference(&own).cloned();
    open.map(|(left, right)| Question::Coverage { left, right, scope: Scope::All }).collect()
}

/// Columns of other datasets in the tests of a question about profiles, each with the profiles. Who is on a list of those
/// who must not be mailed has no profile, as a rule.
fn foreign(context: &Context<'_>, question: &Question, counts: fn(&Expr) -> bool) -> Vec<(ColumnPath, String)> {
    let Some(profiles) = context.profiles() else { return Vec::new() };
    let about = |own: &str| own.strip_prefix(EARLIER).unwrap_or(own) == profiles.name;
    let mut found = Vec::new();
    for (own, filter) in question.filters().into_iter().filter(|(own, _)| about(own)) {
        let other = beside(context, own, filter, counts).into_iter();
        found.extend(other.map(|path| (path, own.to_owned())));
    }
    found
}

fn beside(context: &Context<'_>, own: &str, filter: &Filter, counts: fn(&Expr) -> bool) -> Vec<ColumnPath> {
    let is_list = |dataset: &str| {
        context.dataset(dataset).is_none_or(|dataset| dataset.module.eq_ignore_ascii_case(SUPPRESSIONS))
    };
    let leaves = filter.expr.leaves().into_iter().filter(|leaf| counts(leaf));
    let named = leaves.flat_map(Expr::columns).filter_map(|(name, _)| ColumnPath::parse(&name));
    named.filter(|path| path.dataset != own && !is_list(&path.dataset)).collect()
}

/// What has to be known of the datasets that a condition on profiles names beside them.
pub(crate) fn links(context: &Context<'_>, filter: &Filter) -> Vec<Question> {
    let Some(profiles) = context.profiles() else { return Vec::new() };
    let named = beside(context, &profiles.name, filter, |_| true);
    let named: BTreeSet<String> = named.into_iter().map(|path| path.dataset).collect();
    let right = || profiles.name.clone();
    named.into_iter().map(|left| Question::Coverage { left, right: right(), scope: Scope::All }).collect()
}

/// A gap where a condition on profiles names records of which none leads to anybody.
pub(crate) fn link_gap(context: &Context<'_>, answers: &Answers, filter: &Filter) -> Option<Gap> {
    links(context, filter).iter().find_map(|question| unlinked(context, answers, question, "record"))
}

/// What such a question reads beside profiles. Whether a column is blank is told by a blank one as well.
pub(super) fn read_beside(context: &Context<'_>, question: &Question) -> Vec<Column> {
    let foreign = foreign(context, question, |test| !matches!(test, Expr::Missing(_))).into_iter();
    foreign.filter_map(|(path, _)| context.resolve(&path).ok()).collect()
}

/// A gap where none of the records in scope leads to a profile: they tell nothing about anybody.
pub(super) fn unlinked(context: &Context<'_>, answers: &Answers, question: &Question, what: &str) -> Option<Gap> {
    let (Question::Coverage { left, .. }, Some(Answer::Coverage(sides))) = (question, answers.get(question)) else {
        return None;
    };
    let (way, column) = way(context, left);
    (sides.scope.rows > 0 && sides.missing.rows == sides.scope.rows).then(|| Gap {
        subject: left.clone(),
        reason: format!("no {what} of {left} could be linked to a profile{way}"),
        column,
    })
}

/// By which columns a dataset's records are linked to profiles, or which one is missing for that, as the tail of a
/// sentence.
fn way(context: &Context<'_>, name: &str) -> (String, Option<(String, String)>) {
    let plan = context.identity();
    let (Some(keys), Some(dataset)) = (plan.get(name), context.dataset(name)) else { return Default::default() };
    let lacks = |holder: &str, label: &str| {
        (format!(": {holder} has no column `{label}`"), Some((holder.to_owned(), label.to_owned())))
    };
    if keys.is_common {
        let label = "Account Name.id";
        return match context.zoho("contacts") {
            None => (", as there is no export of contacts".to_owned(), None),
            Some(contacts) if plan.get(&contacts.name).is_none_or(|keys| keys.common.is_none()) => {
                lacks(&contacts.name, label)
            }
            Some(contacts) => (format!(" by `{label}` of {}", contacts.name), None),
        };
    }
    let of_person = context.people().any(|people| people.name == name);
    let linking = linking(keys, of_person);
    let label = |index: &usize| dataset.columns.get(*index).map(|column| format!("`{}`", column.label));
    let labels: Vec<String> = linking.iter().filter_map(label).collect();
    match (labels.is_empty(), dataset.system) {
        (true, System::Zoho) => lacks(name, "Contact Name.id"),
        (true, _) => (", as it has no column that names a person".to_owned(), None),
        (false, _) => (format!(" by {}", labels.join(", ")), None),
    }
}

fn linking(keys: &Keys, of_person: bool) -> BTreeSet<usize> {
    let ids = keys.ids.iter().chain(&keys.refs).map(|id| id.column);
    let own = keys.record.filter(|_| of_person && keys.shared);
    ids.chain(keys.address).chain(keys.parents.iter().copied()).chain(own).collect()
}

//! Picklists of Zoho, as its metadata gives them: against the list of the mapping, and by whether the text that Zoho shows
//! and the one that it stores are both in circulation.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target, no_mapping};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::{Choice, System};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{counted, list, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "picklist",
    about: "picklists of Zoho against the mapping, and against what is in circulation",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["list", "label"]),
        "list: options and allowed values differ; label: the shown and the stored text of an option are both held",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a column that are looked at one by one.
const MOST_VALUES: usize = 100_000;
/// What Zoho calls no choice.
const NONE: &str = "-None-";

fn no_metadata(subject: String) -> Gap {
    let reason = "it needs Zoho field metadata among the files of the source: a backup with its Metadata folder, or the \
                  answer of `settings/fields?module=…` as JSON";
    Gap { subject, reason: reason.to_owned(), column: None }
}

/// The options of a column of Zoho.
fn options<'a>(context: &Context<'a>, column: &Column) -> Option<&'a [Choice]> {
    context.datasets.get(&column.dataset)?.options(column.index)
}

/// Whether a dataset came with metadata at all.
fn is_described(context: &Context<'_>, column: &Column) -> bool {
    context.datasets.get(&column.dataset).is_some_and(|dataset| !dataset.picklists.is_empty())
}

/// An enum with a list, and the options of one of its columns in Zoho.
type Compared<'a> = (Target<'a>, &'a [Choice]);

fn compared<'a>(context: &Context<'a>) -> (Vec<Compared<'a>>, Vec<Gap>) {
    if context.mapping.is_none() {
        return (Vec::new(), vec![no_mapping()]);
    }
    let wanted = |attribute: &Attribute| attribute.is(&["enum"]) && !attribute.values.is_empty();
    let (targets, mut gaps) = context.targets_on(|profile| !profile, wanted);
    let mut found = Vec::new();
    for target in targets.into_iter().filter(|target| is_zoho(context, &target.column)) {
        let subject = format!("{}.{}", target.column.dataset, context.label(&target.column));
        match options(context, &target.column) {
            Some(options) => found.push((target, options)),
            None if is_described(context, &target.column) => {
                let reason = format!("the metadata names no options of {subject}");
                gaps.push(Gap { subject, reason, column: None });
            }
            None => gaps.push(no_metadata(subject)),
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "no enum of the mapping with a list of allowed values comes from Zoho".to_owned();
        gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    (found, gaps)
}

fn is_zoho(context: &Context<'_>, column: &Column) -> bool {
    context.datasets.get(&column.dataset).is_some_and(|dataset| dataset.system == System::Zoho)
}

/// Options that are not allowed, and allowed values that are no option.
fn apart(attribute: &Attribute, options: &[Choice]) -> (Vec<String>, Vec<String>) {
    let offered: BTreeSet<&str> =
        options.iter().flat_map(|option| [option.shown.as_str(), option.stored.as_str()]).collect();
    let allowed: BTreeSet<&str> = attribute
        .values
        .iter()
        .flat_map(|allowed| std::iter::once(&allowed.source).chain(&allowed.aliases))
        .map(String::as_str)
        .collect();
    let is_open = |option: &&Choice| {
        let nothing = option.shown == NONE || is_missing(&option.shown, &attribute.missing);
        option.used && !nothing && !allowed.contains(option.shown.as_str()) && !allowed.contains(option.stored.as_str())
    };
    let unlisted = options.iter().filter(is_open).map(|option| option.shown.clone()).collect();
    let names = |allowed: &crate::mapping::Allowed| {
        offered.contains(allowed.source.as_str())
            || allowed.aliases.iter().any(|alias| offered.contains(alias.as_str()))
    };
    let gone = attribute.values.iter().filter(|allowed| !names(allowed)).map(|allowed| allowed.source.clone());
    (unlisted, gone.collect())
}

/// A column whose options are shown and stored under different texts, with those options.
struct Twofold<'a> {
    column: Column,
    options: Vec<&'a Choice>,
    /// Whether the mapping names the column.
    named: bool,
}

impl Twofold<'_> {
    fn question(&self) -> Question {
        Question::Values { column: self.column.clone(), cap: MOST_VALUES }
    }

    /// The texts of options of which the column holds both, the shown and the stored one, with their records.
    fn both<'b>(&self, answers: &'b Answers) -> Option<(u64, BTreeMap<&str, &'b Tally>)> {
        let Some(Answer::Values { rows, values, .. }) = answers.get(&self.question()) else { return None };
        let mut found = BTreeMap::new();
        for option in &self.options {
            let held = [&option.shown, &option.stored].map(|text| Some((text.as_str(), values.get(text)?)));
            if let [Some(shown), Some(stored)] = held {
                found.extend([shown, stored]);
            }
        }
        Some((*rows, found))
    }
}

/// Options whose two texts differ, and are no other option's.
fn distinct(options: &[Choice]) -> Vec<&Choice> {
    let owners = |text: &str| options.iter().filter(|option| option.shown == text || option.stored == text).count();
    let sure =
        |option: &&Choice| option.shown != option.stored && owners(&option.shown) == 1 && owners(&option.stored) == 1;
    options.iter().filter(sure).collect()
}

/// The columns of Zoho that have such options, and the attributes that they feed.
fn twofold<'a>(context: &Context<'a>) -> (Vec<Twofold<'a>>, Vec<Gap>) {
    let (targets, _) = context.targets(|_| true);
    let (mut found, mut described) = (Vec::new(), false);
    for dataset in
        context.datasets.values().filter(|dataset| dataset.system == System::Zoho && !dataset.preview.is_empty())
    {
        for index in 0..dataset.columns.len() {
            let column = Column { dataset: dataset.name.clone(), index };
            let Some(all) = options(context, &column) else { continue };
            described = true;
            let (options, named) = (distinct(all), targets.iter().any(|target| target.column == column));
            let fed = targets.iter().filter(|target| target.column == column);
            let profiles = fed.filter_map(|target| context.on_profile(&target.attribute.name).ok());
            let columns: Vec<(Column, bool)> =
                profiles.map(|profile| (profile, true)).chain([(column.clone(), named)]).collect();
            found.extend(columns.into_iter().filter(|_| !options.is_empty()).map(|(column, named)| Twofold {
                column,
                options: options.clone(),
                named,
            }));
        }
    }
    let reason = "the metadata names no option that Zoho shows and stores under different texts".to_owned();
    let gaps = match (found.is_empty(), described) {
        (false, _) => Vec::new(),
        (true, true) => vec![Gap { subject: "the exports".to_owned(), reason, column: None }],
        (true, false) => vec![no_metadata("the exports".to_owned())],
    };
    (found, gaps)
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    if is_list(params) {
        let (compared, gaps) = compared(context);
        return Ask { subjects: compared.len(), gaps, questions: Vec::new() };
    }
    let (columns, gaps) = twofold(context);
    let mut ask = Ask { subjects: columns.len(), gaps, ..Ask::default() };
    for twofold in &columns {
        ask.questions.push(twofold.question());
        let Some(Answer::Values { values, .. }) = answers.get(&twofold.question()) else { continue };
        if twofold.named && values.keys().all(|value| is_missing(value, &[])) {
            ask.gaps.push(context.blank(&twofold.column));
        }
        if let Some((_, both)) = twofold.both(answers) {
            let values = both.into_keys().map(str::to_owned).collect();
            ask.questions.extend(Question::listing(Pick::Values { column: twofold.column.clone(), values }));
        }
    }
    ask
}

fn is_list(params: &Node) -> bool {
    params.get_text("fault").as_deref() == Some("list")
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    if is_list(params) {
        return compared(context)
            .0
            .iter()
            .filter_map(|(target, options)| differing(context, target, options))
            .collect();
    }
    twofold(context).0.iter().filter_map(|twofold| mixed(context, answers, twofold)).collect()
}

fn differing(context: &Context<'_>, target: &Target<'_>, options: &[Choice]) -> Option<Hit> {
    let (unlisted, gone) = apart(target.attribute, options);
    if unlisted.is_empty() && gone.is_empty() {
        return None;
    }
    let label = context.label(&target.column);
    let mut said = Vec::new();
    if !unlisted.is_empty() {
        said.push(format!("Zoho offers {}, which `{}` does not allow", list(&unlisted, 6), target.attribute.name));
    }
    if !gone.is_empty() {
        said.push(format!("the mapping allows {}, which Zoho does not offer", list(&gone, 6)));
    }
    let statement =
        format!("The picklist `{label}` of {} and the mapping differ: {}.", target.column.dataset, said.join("; "));
    Some(Hit {
        subject: Subject::column(&target.column.dataset, label),
        rows: (unlisted.len() + gone.len()) as u64,
        total: (options.len() + gone.len()) as u64,
        statement,
        place: context.mapping.map(|mapping| mapping.document.place(target.attribute.mark)),
        shows: Shows::Labels,
        ..Hit::default()
    })
}

fn mixed(context: &Context<'_>, answers: &Answers, twofold: &Twofold<'_>) -> Option<Hit> {
    let (total, both) = twofold.both(answers)?;
    if both.is_empty() {
        return None;
    }
    let (column, label) = (&twofold.column, context.label(&twofold.column));
    let (summed, parts) = gather(both.iter().map(|(text, tally)| (*text, Some(*tally), None)));
    let values = both.keys().map(|text| (*text).to_owned()).collect();
    let whole = context.listed(answers, &Pick::Values { column: column.clone(), values }, summed);
    let options = both.len() as u64 / 2;
    let statement = format!(
        "`{label}` holds {} under both texts, the one that Zoho shows and the one that it stores: {} ({}).",
        counted(options, "option", "options"),
        counted(whole.rows, "record", "records"),
        percent(whole.rows, total)
    );
    Some(Hit { parts, ..context.hit(column, whole, total, statement, &|_| None) })
}

#[cfg(test)]
mod tests {
    use super::{Choice, distinct};

    #[test]
    fn a_text_of_two_options_tells_neither() {
        let option =
            |shown: &str, stored: &str| Choice { shown: shown.to_owned(), stored: stored.to_owned(), used: true };
        // Renamed in place: the text that is stored for Silver is shown for another option.
        let options =
            [option("Silver", "Gold"), option("Gold", "Gold 2"), option("Trial", "trl"), option("Pro", "Pro")];
        assert_eq!(distinct(&options), [&options[2]]);
    }
}

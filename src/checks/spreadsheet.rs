//! Zoho exports that were opened and saved in a spreadsheet, told by what it leaves behind.

use super::context::{Context, no_records};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Question};
use crate::findings::{Gap, Hit, Part, Shows, Subject};
use crate::frames::time::Stamp;
use crate::shape::Shape;
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "spreadsheet",
    about: "what a spreadsheet leaves behind in an export of Zoho",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Signs from which it is no chance.
const SIGNS: usize = 2;
/// Distinct values of a box that are looked at.
const DISTINCT: usize = 50;
/// Times that Zoho writes itself, never with slashes.
const TIMES: &[&str] = &["Created Time", "Modified Time"];
/// Boxes that Zoho writes in lower case.
const BOXES: &[&str] = &["Email Opt Out", "Is Converted"];
const IDS: &[&str] = &[shape::SCIENTIFIC, shape::DECIMAL_TAIL, shape::ROUNDED, shape::ROUNDED_SHORT, shape::FLOATED];
/// How spreadsheets write a ticked or an empty box.
const LOUD: &[&str] = &["TRUE", "FALSE", "WAHR", "FALSCH", "VRAI", "FAUX", "VERDADERO", "FALSO", "VERO"];

/// A column and how it is looked at.
struct Look {
    what: &'static str,
    question: Question,
}

fn exports<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Dataset> {
    let zoho = context.datasets.values().filter(|dataset| dataset.system == System::Zoho);
    zoho.map(AsRef::as_ref).filter(|dataset| dataset.delimiter.is_some())
}

fn looks(dataset: &Dataset) -> Vec<Look> {
    let column = |index: usize| Column { dataset: dataset.name.clone(), index };
    let find = |name: &&str| dataset.find(name).map(column);
    let shapes = |what, column, lens| Look { what, question: Question::Shapes { column, lens } };
    let ids = dataset.key.map(column).into_iter().map(|column| shapes("damaged record ids", column, Lens::Identifier));
    let times = TIMES.iter().filter_map(find);
    let times = times.map(|column| shapes("times with slashes", column, Lens::Stamp(Vec::new())));
    let boxes = BOXES
        .iter()
        .filter_map(find)
        .map(|column| Look { what: "boxes in capital letters", question: Question::Values { column, cap: DISTINCT } });
    ids.chain(times).chain(boxes).collect()
}

fn read(dataset: &Dataset) -> Question {
    Question::Read { dataset: dataset.name.clone() }
}

/// The records that show a sign, where more than half of the filled ones do.
fn shown(answers: &Answers, look: &Look) -> Option<u64> {
    let (filled, worn): (u64, u64) = match answers.get(&look.question)? {
        Answer::Shapes { shapes, .. } => {
            let worn = |name: &str| IDS.contains(&name) || name == Stamp::Slashed.name();
            let rows = |only: &dyn Fn(&str) -> bool| {
                shapes.iter().filter(|(name, _)| only(name)).map(|(_, tally)| tally.rows).sum()
            };
            (rows(&|name| name != shape::MISSING), rows(&worn))
        }
        Answer::Values { values, overflow: false, .. } => {
            let rows = |only: &dyn Fn(&str) -> bool| {
                values.iter().filter(|(value, _)| only(value.trim())).map(|(_, tally)| tally.rows).sum()
            };
            (rows(&|value| !value.is_empty()), rows(&|value| LOUD.contains(&value)))
        }
        _ => return None,
    };
    (worn * 2 > filled).then_some(worn)
}

/// The signs of an export, each with its records.
fn signs(answers: &Answers, dataset: &Dataset) -> (u64, Vec<(&'static str, u64)>) {
    let Some(Answer::Read { rows, crlf, .. }) = answers.get(&read(dataset)) else { return (0, Vec::new()) };
    let mut signs: Vec<(&'static str, u64)> = Vec::new();
    for look in looks(dataset) {
        let Some(worn) = shown(answers, &look) else { continue };
        match signs.iter_mut().find(|(what, _)| *what == look.what) {
            Some((_, most)) => *most = worn.max(*most),
            None => signs.push((look.what, worn)),
        }
    }
    if *crlf {
        signs.push(("line ends of Windows", *rows));
    }
    (*rows, signs)
}

/// Columns that could bear witness and are not there.
fn absent(dataset: &Dataset) -> Vec<&'static str> {
    let person = ["contacts", "leads"].iter().any(|module| dataset.name.ends_with(&format!(".{module}")));
    let expected = TIMES.iter().chain(BOXES.iter().take(usize::from(person)));
    expected.copied().filter(|name| dataset.find(name).is_none()).collect()
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let mut ask = Ask::default();
    for dataset in exports(context) {
        if dataset.preview.is_empty() {
            ask.gaps.push(no_records(dataset, dataset.name.clone()));
            continue;
        }
        ask.subjects += 1;
        ask.questions.push(read(dataset));
        ask.questions.extend(looks(dataset).into_iter().map(|look| look.question));
        // One sign alone proves nothing; a column that is not there might have been the second.
        let absent = absent(dataset);
        if signs(answers, dataset).1.len() + 1 == SIGNS && !absent.is_empty() {
            let reason = format!("{} shows one sign of a spreadsheet and lacks {}", dataset.name, absent.join(", "));
            ask.gaps.push(Gap { subject: dataset.name.clone(), reason, column: None });
        }
    }
    if ask.subjects == 0 && ask.gaps.is_empty() {
        let reason = "no export of Zoho was given as CSV".to_owned();
        ask.gaps.push(Gap { subject: "zoho".to_owned(), reason, column: None });
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    exports(context).filter_map(|dataset| hit(answers, dataset)).collect()
}

fn hit(answers: &Answers, dataset: &Dataset) -> Option<Hit> {
    let (rows, mut signs) = signs(answers, dataset);
    if signs.len() < SIGNS {
        return None;
    }
    signs.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    let told: Vec<String> = signs.iter().map(|(what, held)| format!("{what} ({})", count(*held))).collect();
    let part =
        |(label, rows): &(&str, u64)| Part { label: (*label).to_owned(), rows: *rows, people: 0, suggestion: None };
    Some(Hit {
        subject: Subject::dataset(&dataset.name),
        rows,
        total: rows,
        statement: format!(
            "{} of {} went through a spreadsheet, by {}.",
            counted(rows, "record", "records"),
            dataset.name,
            told.join(", ")
        ),
        parts: signs.iter().map(part).collect(),
        shows: Shows::Labels,
        ..Hit::default()
    })
}

//! What people would rather look at than read: answers that the checks already have in, pictures out. A picture holds
//! words of lists, forms, and numbers, and no cell of anybody's record.

use std::collections::BTreeMap;

use crate::checks::Context;
use crate::exports::System;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Question, Sides, Tally};
use crate::frames::normalize::is_missing;
use crate::mapping::spelling::{How, Place, Spellings};
use crate::mapping::{Attribute, Mapping};
use crate::text::{count, counted, duration};

/// Buckets of a spread; what is later stands in the last one.
const LIMITS: [(i64, &str); 9] = [
    (1, "under 1 min"),
    (5, "1–5 min"),
    (15, "5–15 min"),
    (60, "15–60 min"),
    (240, "1–4 h"),
    (1_440, "4–24 h"),
    (4_320, "1–3 days"),
    (10_080, "3–7 days"),
    (i64::MAX, "over 7 days"),
];

/// Whether what a bar or a cell counts is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Neither.
    Plain,
    /// At fault.
    Bad,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// Records.
    pub rows: u64,
    /// People.
    pub people: u64,
    /// Whether they are as they should be.
    pub tone: Tone,
}

/// How a picture is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawing {
    /// Bars on one scale.
    Bars(Vec<Bar>),
    /// What one side says by what the other says.
    Matrix {
        /// What the rows are, and their labels.
        rows: (String, Vec<String>),
        /// What the columns are, and their labels.
        columns: (String, Vec<String>),
        /// Pairs, row by row.
        cells: Vec<Vec<(u64, Tone)>>,
    },
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The chapter it belongs to.
    pub chapter: &'static str,
    /// What it shows.
    pub title: String,
    /// One sentence on how to read it.
    pub note: String,
    /// The drawing.
    pub drawing: Drawing,
}

/// Every picture that the answers give, chapter by chapter.
pub(crate) fn of(context: &Context<'_>, answers: &Answers) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = overlaps(context, answers).into_iter().collect();
    pictures.extend(consent(context, answers));
    pictures.extend(values(context, answers));
    pictures.extend(forms(context, answers));
    pictures.extend(delays(context, answers));
    pictures.extend(doubles(answers));
    pictures
}

fn title(context: &Context<'_>, column: &Column) -> String {
    format!("{}.{}", column.dataset, context.label(column))
}

/// Contacts by where they land.
fn overlaps(context: &Context<'_>, answers: &Answers) -> Option<Picture> {
    // Whether cases or deals belong to anybody is asked as well.
    let is_contacts = |name: &str| context.zoho("contacts").is_some_and(|contacts| contacts.name == name);
    let (left, right, sides) = answers.iter().find_map(|(question, answer)| match (question, answer) {
        (Question::Coverage { left, right, .. }, Answer::Coverage(sides)) if is_contacts(left) => {
            Some((left, right, sides))
        }
        _ => None,
    })?;
    context.profiles()?;
    let Sides { scope, split, missing, collapsed, profiles, .. } = sides;
    let single = scope.rows.saturating_sub(split.rows + missing.rows);
    let bar = |label: &str, rows: u64, people: u64, tone| Bar { label: label.to_owned(), rows, people, tone };
    let bars = vec![
        bar("on one profile", single, single.min(scope.people), Tone::Good),
        bar("on several profiles", split.rows, split.people, Tone::Bad),
        bar("on none", missing.rows, missing.people, Tone::Bad),
        bar("profiles shared by several contacts", collapsed.rows, collapsed.people, Tone::Bad),
    ];
    let orphans = answers.iter().find_map(|(question, answer)| match (question, answer) {
        (Question::Shaped { column, scope: crate::facts::Scope::Unlinked(_), .. }, Answer::Shapes { shapes, .. })
            if column.dataset == *right =>
        {
            shapes.get(shape::FILLED)
        }
        _ => None,
    });
    let orphans =
        orphans.map(|tally| bar("profiles that name no contact there is", tally.rows, tally.people, Tone::Bad));
    Some(Picture {
        chapter: "How the systems overlap",
        title: format!("{left} and {right}"),
        note: format!(
            "{} in scope, {}.",
            counted(scope.rows, "contact", "contacts"),
            counted(*profiles, "profile", "profiles")
        ),
        drawing: Drawing::Bars(bars.into_iter().chain(orphans).collect()),
    })
}

/// What the owner of consent says by what the profile says.
fn consent(context: &Context<'_>, answers: &Answers) -> Vec<Picture> {
    let order = [shape::OUT, shape::IN, shape::UNTICKED, shape::SILENT, shape::MISSING, shape::UNREADABLE];
    let mut pictures = Vec::new();
    for (question, answer) in answers.iter() {
        let (
            Question::Compare { left, left_lens: Lens::Consent(_), right, right_lens: Lens::Consent(_) },
            Answer::Compare { pairs, cells },
        ) = (question, answer)
        else {
            continue;
        };
        let labels = |side: fn(&(String, String)) -> &String| -> Vec<String> {
            let said = |label: &&str| cells.keys().any(|cell| side(cell) == *label);
            order.iter().filter(|label| said(label)).map(|label| (*label).to_owned()).collect()
        };
        let (rows, columns) = (labels(|cell| &cell.0), labels(|cell| &cell.1));
        let tone = |row: &str, column: &str| match (row == shape::OUT, column == shape::OUT) {
            (true, false) => Tone::Bad,
            (true, true) => Tone::Good,
            (false, true) => Tone::Plain,
            (false, false) => Tone::Good,
        };
        let cell = |row: &String, column: &String| {
            let found = cells.get(&(row.clone(), column.clone())).map_or(0, |tally| tally.rows);
            (found, tone(row, column))
        };
        let cells: Vec<Vec<(u64, Tone)>> =
            rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
        if *pairs == 0 || left.dataset == right.dataset {
            continue;
        }
        pictures.push(Picture {
            chapter: "Where consent disagrees",
            title: format!("{} and {}", title(context, left), title(context, right)),
            note: format!(
                "{}: who opted out on the left and is not opted out in Customer.io is still mailed.",
                counted(*pairs, "linked pair", "linked pairs")
            ),
            drawing: Drawing::Matrix {
                rows: (title(context, left), rows),
                columns: (title(context, right), columns),
                cells,
            },
        });
    }
    pictures
}

/// Values of each enum by the allowed value they mean.
fn values(context: &Context<'_>, answers: &Answers) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for attribute in context.mapping.into_iter().flat_map(|mapping| &mapping.attributes) {
        if !attribute.is(&["enum"]) || attribute.values.is_empty() {
            continue;
        }
        for (column, profile) in columns(context, attribute) {
            let found = answers.iter().find_map(|(question, answer)| match (question, answer) {
                (Question::Values { column: asked, .. }, Answer::Values { values, .. }) if *asked == column => {
                    Some(values)
                }
                _ => None,
            });
            pictures.extend(found.map(|found| Picture {
                chapter: "Values against the allowed ones",
                title: title(context, &column),
                note: "Every other spelling keeps its people out of segments that test the allowed one.".to_owned(),
                drawing: Drawing::Bars(spelled(attribute, profile, found)),
            }));
        }
    }
    pictures
}

fn columns(context: &Context<'_>, attribute: &Attribute) -> Vec<(Column, bool)> {
    let sources = attribute.from.iter().filter_map(|from| context.resolve(from.column.as_ref()?).ok());
    let profile = context.on_profile(&attribute.name).ok();
    sources.map(|column| (column, false)).chain(profile.map(|column| (column, true))).collect()
}

/// A bar for each allowed value, and one for what stands beside it.
fn spelled(attribute: &Attribute, profile: bool, found: &BTreeMap<String, Tally>) -> Vec<Bar> {
    let spellings = Spellings::new(attribute, profile);
    let side = |value: &crate::mapping::Allowed| if profile { value.attribute.clone() } else { value.source.clone() };
    let mut right: Vec<Bar> = Vec::new();
    for label in attribute.values.iter().map(side) {
        if !right.iter().any(|bar| bar.label == label) {
            right.push(Bar { label, rows: 0, people: 0, tone: Tone::Good });
        }
    }
    let mut wrong: Vec<Bar> = Vec::new();
    let mut other = Bar { label: "values that are not on the list".to_owned(), rows: 0, people: 0, tone: Tone::Bad };
    for (value, tally) in found.iter().filter(|(value, _)| !is_missing(value, &attribute.missing)) {
        let (rows, people) = (tally.rows, tally.people);
        match spellings.place(value) {
            Place::Word(word, How::Declared) if word.text == *value => {
                right.iter_mut().filter(|bar| bar.label == *value).for_each(|bar| {
                    bar.rows += rows;
                    bar.people += people;
                });
            }
            Place::Word(word, How::Declared) => {
                wrong.push(Bar { label: format!("{value} (alias of {})", word.text), rows, people, tone: Tone::Plain });
            }
            // A spelling of an allowed value is nobody's data.
            Place::Word(word, _) => {
                wrong.push(Bar { label: format!("{value} (means {})", word.text), rows, people, tone: Tone::Bad });
            }
            Place::Outside => {
                other.rows += rows;
                other.people += people;
            }
            Place::Missing => {}
        }
    }
    wrong.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    let other = (other.rows > 0).then_some(other);
    right.into_iter().chain(wrong).chain(other).collect()
}

/// Times of each field by how they are written.
fn forms(context: &Context<'_>, answers: &Answers) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for (question, answer) in answers.iter() {
        let (Question::Shapes { column, lens: Lens::Stamp(_) }, Answer::Shapes { shapes, .. }) = (question, answer)
        else {
            continue;
        };
        if context.mapping.is_some_and(|mapping| !is_time(context, mapping, column)) {
            continue;
        }
        let mut bars: Vec<Bar> = shapes
            .iter()
            .filter(|(form, _)| *form != shape::MISSING)
            .map(|(form, tally)| Bar { label: form.clone(), rows: tally.rows, people: tally.people, tone: Tone::Plain })
            .collect();
        bars.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
        if bars.len() < 2 {
            continue;
        }
        pictures.push(Picture {
            chapter: "How times are written",
            title: title(context, column),
            note: match context.dataset(&column.dataset).map(|dataset| dataset.system) {
                Some(System::CustomerIo) => "Date conditions of segments match Unix seconds alone.".to_owned(),
                _ => "One field should hold one form.".to_owned(),
            },
            drawing: Drawing::Bars(bars),
        });
    }
    pictures
}

fn is_time(context: &Context<'_>, mapping: &Mapping, column: &Column) -> bool {
    let times = mapping.attributes.iter().filter(|attribute| attribute.is(&["timestamp", "date"]));
    times.flat_map(|attribute| columns(context, attribute)).any(|(known, _)| known == *column)
}

/// How long changes take to arrive: from a change to the write of the profile, or from one creation to the other where a
/// check had to infer the lag.
fn delays(context: &Context<'_>, answers: &Answers) -> Vec<Picture> {
    let drawn = |(question, answer): (&Question, &Answer)| {
        let (left, right, minutes, half, most, over) = match (question, answer) {
            (Question::Delays { clocks, over }, Answer::Delays(delayed)) => {
                let (half, most) = (delayed.within(50)?, delayed.within(95)?);
                (&clocks.left, &clocks.right, &delayed.minutes, half, most, *over)
            }
            (Question::Gap { left, right, .. }, Answer::Gap { minutes, .. }) => {
                let (half, most) = (answer.quantile(0.5)? * 60, answer.quantile(0.95)? * 60);
                (left, right, minutes, half, most, None)
            }
            _ => return None,
        };
        Some(Picture {
            chapter: "How late the sync is",
            title: format!("from {} to {}", title(context, left), title(context, right)),
            note: format!(
                "{}: half within {}, 95 of 100 within {}.{}",
                counted(minutes.values().sum(), "pair", "pairs"),
                duration(half.max(0)),
                duration(most.max(0)),
                over.map(|over| format!(" Allowed: {}.", duration(over))).unwrap_or_default()
            ),
            drawing: Drawing::Bars(spread(minutes, over)),
        })
    };
    answers.iter().filter_map(drawn).collect()
}

/// Minutes in buckets; a bucket that begins at what is allowed or later is late.
fn spread(minutes: &BTreeMap<i64, u64>, over: Option<i64>) -> Vec<Bar> {
    let starts = [0].into_iter().chain(LIMITS.iter().map(|(limit, _)| *limit));
    let tone = |start: i64| match over {
        Some(over) if start * 60 >= over => Tone::Bad,
        Some(_) => Tone::Good,
        None => Tone::Plain,
    };
    let bar = |(start, (_, label)): (i64, &(i64, &str))| Bar {
        label: (*label).to_owned(),
        rows: 0,
        people: 0,
        tone: tone(start),
    };
    let mut bars: Vec<Bar> = starts.zip(&LIMITS).map(bar).collect();
    for (minute, rows) in minutes {
        let at = LIMITS.iter().position(|(limit, _)| minute < limit).unwrap_or(LIMITS.len() - 1);
        bars[at].rows += rows;
    }
    bars
}

/// Records of probably one person, by what shows it.
fn doubles(answers: &Answers) -> Option<Picture> {
    let mut bars: Vec<Bar> = Vec::new();
    for (question, answer) in answers.iter() {
        let (Question::Matches { of, .. }, Answer::Repeats { groups, .. }) = (question, answer) else { continue };
        if let Some(label) = of.told()
            && groups.members.rows > 0
        {
            let label = format!("{label} in {} ({})", of.dataset(), counted(groups.count, "group", "groups"));
            bars.push(Bar { label, rows: groups.members.rows, people: groups.members.people, tone: Tone::Bad });
        }
    }
    bars.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    let records: u64 = bars.iter().map(|bar| bar.rows).sum();
    (!bars.is_empty()).then(|| Picture {
        chapter: "Records of one person",
        title: "Found without a shared key".to_owned(),
        note: format!("{} that names, dates, phones and addresses bring together.", count(records)),
        drawing: Drawing::Bars(bars),
    })
}

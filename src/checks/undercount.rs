//! Segments that miss people: variants of the value that a segment tests for hold them back.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping};
use super::segments::{attribute, conditions, members, none, subject};
use super::{Ask, Kind, Stage, inferred};
use crate::facts::{Answer, Answers, Column, Filter, Question, Tally};
use crate::findings::{Gap, Hit, Part, Row, Shows};
use crate::frames::normalize::fold;
use crate::mapping::expr::{Expr, Op, Operand, Type};
use crate::mapping::spelling::{How, Place, Spellings};
use crate::mapping::{Mapping, Segment};
use crate::shape::Shape;
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "segment-undercount",
    about: "people whom variants of a tested value keep out of a segment",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of an enum that are looked at, as the rules of enums do.
const MOST_VALUES: usize = 100_000;
/// Variants of one value that are counted one by one.
const MOST_VARIANTS: usize = 40;

/// A value that a segment tests an attribute for.
struct Test<'a> {
    segment: &'a Segment,
    filter: &'a Filter,
    /// The attribute as conditions name it, and by itself.
    column: String,
    name: String,
    word: String,
    at: Column,
    /// What tells spellings of the list apart; without a list only the tested value tells.
    spellings: Option<Spellings>,
}

impl Test<'_> {
    fn values(&self) -> Question {
        let cap = if self.spellings.is_some() { MOST_VALUES } else { inferred::MOST };
        Question::Values { column: self.at.clone(), cap }
    }

    /// Whether a value means the tested one and is not spelled so. The list's own spelling of it is no variant.
    fn is_variant(&self, value: &str) -> bool {
        if value == self.word {
            return false;
        }
        let Some(spellings) = &self.spellings else { return fold(value) == fold(&self.word) };
        let (Place::Word(one, _), Place::Word(other, how)) = (spellings.place(&self.word), spellings.place(value))
        else {
            return false;
        };
        one.text == other.text && (how != How::Declared || value != other.text)
    }

    fn variants(&self, answers: &Answers) -> Vec<String> {
        let Some(Answer::Values { values, .. }) = answers.get(&self.values()) else { return Vec::new() };
        let mut found: Vec<(&String, &Tally)> = values.iter().filter(|(value, _)| self.is_variant(value)).collect();
        found.sort_by(|one, other| other.1.rows.cmp(&one.1.rows).then_with(|| one.0.cmp(other.0)));
        found.into_iter().map(|(value, _)| value.clone()).collect()
    }

    /// Those who would be members if their value were spelled as it is tested; of one variant, or of all.
    fn held_back(&self, variants: &[String]) -> Filter {
        let spelled = self.filter.expr.counting(&self.column, &self.word, variants);
        let holds = Expr::OneOf {
            left: Operand::Column { name: self.column.clone(), ty: Type::Text },
            values: variants.iter().cloned().map(Operand::Text).collect(),
            negated: false,
        };
        Filter::new(Expr::All(vec![spelled, Expr::Not(Box::new(self.filter.expr.as_ref().clone())), holds]))
    }
}

/// Whether a leaf lets people in by a word: `=` or IN.
fn words(leaf: &Expr) -> Vec<(String, String)> {
    match leaf {
        Expr::Compare { op: Op::Equal, .. } | Expr::OneOf { negated: false, .. } => leaf.literals(),
        _ => Vec::new(),
    }
}

/// The values that segments test for, and what cannot be looked at.
fn tests<'a>(context: &'a Context<'_>, mapping: &'a Mapping) -> (Vec<Test<'a>>, Vec<Gap>) {
    let (segments, mut gaps) = conditions(context, mapping);
    let mut found = Vec::new();
    for (segment, filter) in segments {
        let tested: BTreeSet<(String, String)> = filter.expr.leaves().into_iter().flat_map(words).collect();
        let own = tested.into_iter().filter_map(|(column, word)| Some((attribute(context, &column)?, column, word)));
        let own: Vec<_> = own.filter(|(name, ..)| !inferred::is_personal(name)).collect();
        if own.is_empty() {
            continue;
        }
        if let Err(missing) = members(context, segment, filter.clone()) {
            gaps.extend(missing);
            continue;
        }
        found.extend(own.into_iter().filter_map(|(name, column, word)| {
            let at = context.on_profile(&name).ok()?;
            let listed = mapping.attribute(&name).filter(|attribute| !attribute.values.is_empty());
            let spellings = listed.map(|attribute| Spellings::new(attribute, true));
            Some(Test { segment, filter, column, name, word, at, spellings })
        }));
    }
    (found, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let (tests, gaps) = tests(context, mapping);
    let mut ask = Ask { gaps, ..Ask::default() };
    if tests.is_empty() && ask.gaps.is_empty() {
        ask.gaps.push(none("no segment tests an attribute for a value"));
    }
    for test in &tests {
        ask.questions.push(test.values());
        if let Some(Answer::Values { overflow: true, .. }) = answers.get(&test.values()) {
            let reason =
                "it holds too many different values to tell variants of a tested one; a list would (`values:`)";
            ask.gaps.push(Gap { subject: test.name.clone(), reason: reason.to_owned(), column: None });
            continue;
        }
        ask.subjects += 1;
        let variants = test.variants(answers);
        if variants.is_empty() {
            continue;
        }
        let whole = members(context, test.segment, test.held_back(&variants));
        let each = variants
            .iter()
            .take(MOST_VARIANTS)
            .map(|variant| members(context, test.segment, test.held_back(std::slice::from_ref(variant))));
        ask.questions.extend(std::iter::once(whole).chain(each).flatten());
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let (tests, _) = tests(context, mapping);
    let mut hits: Vec<Hit> = Vec::new();
    for test in &tests {
        let Some(hit) = hit(context, mapping, test, answers) else { continue };
        // One finding a segment and attribute, whatever number of values it tests for.
        match hits.iter_mut().find(|known| known.subject == hit.subject) {
            Some(known) => {
                known.rows += hit.rows;
                known.people += hit.people;
                known.statement = format!("{} {}", known.statement, hit.statement);
                known.parts.extend(hit.parts);
                known.samples.extend(hit.samples);
            }
            None => hits.push(hit),
        }
    }
    hits
}

fn met<'a>(
    context: &Context<'_>,
    test: &Test<'_>,
    variants: &[String],
    answers: &'a Answers,
) -> Option<(u64, &'a Tally)> {
    match answers.get(&members(context, test.segment, test.held_back(variants)).ok()?) {
        Some(Answer::Rows { rows, met }) => Some((*rows, met)),
        _ => None,
    }
}

fn hit(context: &Context<'_>, mapping: &Mapping, test: &Test<'_>, answers: &Answers) -> Option<Hit> {
    let variants = test.variants(answers);
    let (total, whole) = met(context, test, &variants, answers).filter(|(_, met)| met.rows > 0)?;
    let (mut parts, mut samples) = (Vec::new(), Vec::new());
    for variant in variants.iter().take(MOST_VARIANTS) {
        let Some((_, tally)) = met(context, test, std::slice::from_ref(variant), answers) else { continue };
        if tally.rows == 0 {
            continue;
        }
        let (rows, people, suggestion) = (tally.rows, tally.people, Some(test.word.clone()));
        parts.push(Part { label: variant.clone(), rows, people, suggestion });
        samples.extend(tally.samples.iter().map(|sample| Row {
            value: variant.clone(),
            ..context.row(&test.at, sample.clone(), Some(test.word.clone()))
        }));
    }
    let mut statement = format!(
        "The segment `{}` misses {}: {} of `{}` {} not spelled as the value that it tests for.",
        test.segment.name,
        counted(whole.people, "person", "people"),
        counted(parts.len() as u64, "value", "values"),
        test.name,
        if parts.len() == 1 { "is" } else { "are" }
    );
    let unnamed = variants.len().saturating_sub(MOST_VARIANTS) as u64;
    if unnamed > 0 {
        let others = counted(unnamed, "rarer one is", "rarer ones are");
        statement
            .push_str(&format!(" The {MOST_VARIANTS} most frequent are named; people of {others} counted with them."));
    }
    let action = format!(
        "Correct {} at the source and in the sync, rather than adding spellings to the segment.",
        match count(whole.rows).as_str() {
            "1" => "the value".to_owned(),
            rows => format!("the {rows} values"),
        }
    );
    Some(Hit {
        subject: subject(&test.segment.name, &test.name),
        rows: whole.rows,
        total,
        people: whole.people,
        statement,
        action: Some(action),
        parts,
        samples,
        place: Some(mapping.document.place(test.segment.mark)),
        shows: if context.is_sensitive(&test.at) { Shows::Nothing } else { Shows::Words },
        severity: None,
    })
}

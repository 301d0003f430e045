//! Checks hold judgement: mapping and parameters in, questions out; answers in, hits out. No frame is in sight.
//!
//! One file a kind, and one list of them. `explain`, the docs, the schema of rule files and the meta-tests read the list.

pub mod context;

pub(crate) mod agreement;
mod attribute_names;
mod attribute_use;
mod audience;
mod blank_stage;
mod boolean;
mod carried;
mod concepts;
mod conditions;
pub(crate) mod consent;
mod consent_values;
mod converted_consent;
mod coverage;
mod crossed_identity;
mod date_order;
mod deal_events;
mod declarations;
mod delay;
mod double_welcome;
mod engaged;
mod enumeration;
mod event_plan;
mod export_age;
mod export_cut;
mod export_facts;
mod feed;
mod free_text;
mod gained_profile;
mod gaps;
mod happened;
mod history;
mod id_values;
mod identifier;
mod identifier_change;
mod identities;
pub(crate) mod inferred;
mod inputs;
pub(crate) mod instants;
mod journey_flip;
mod journey_footing;
mod journey_guards;
mod journey_starts;
mod journeys;
pub(crate) mod lag;
mod late_message;
mod launch;
mod lead_and_contact;
pub(crate) mod likeness;
mod limits;
pub(crate) mod linked;
mod lists;
mod mapping_change;
mod mapping_entry;
mod matching;
mod missing_event;
mod names;
mod negative_segment;
mod new_tags;
mod other_systems;
mod ownership;
mod partial;
mod parts;
mod picklist;
mod policy;
mod qa_segment;
mod record_id;
mod repeats;
pub(crate) mod reserved_name;
mod retention_truth;
mod retired_alias;
mod routing_tag;
mod segment_reads;
mod segments;
mod sensitive_field;
mod spreadsheet;
mod stage_events;
mod stage_jump;
mod stamp_days;
mod stamp_forms;
mod stranded_id;
mod stub_merge;
pub(crate) mod sync_gap;
mod systems;
mod tag_reads;
mod tags;
pub(crate) mod test_cohort;
pub(crate) mod test_people;
mod test_segments;
pub(crate) mod test_values;
mod tested_value;
mod text_times;
pub(crate) mod timestamp;
mod topics;
mod types;
mod undercount;
mod unmapped_copy;
mod unseen_value;
mod writer_stamp;
pub mod writers;

pub use context::Context;
pub use linked::with_links;
pub use partial::partial;
pub(crate) use test_people::PREFIX as TEST_PEOPLE;

use crate::facts::{Answers, Question};
use crate::findings::{Firmness, Gap, Hit, Outcome, Subject};
use crate::mapping::changes;
use crate::shape::Shape;
use crate::yaml::Node;

/// What a check wants to know, and what it cannot look at.
#[derive(Debug, Default)]
pub struct Ask {
    /// Questions to the engine. Asked again each round until nothing new comes, three rounds at most.
    pub questions: Vec<Question>,
    /// Subjects it can look at.
    pub subjects: usize,
    /// Subjects it cannot look at, and why.
    pub gaps: Vec<Gap>,
}

/// What a check of outcomes says.
#[derive(Debug, Default)]
pub struct Judged {
    /// What it found.
    pub hits: Vec<Hit>,
    /// Subjects it looked at.
    pub subjects: usize,
    /// What it could not look at.
    pub gaps: Vec<Gap>,
}

/// When a kind of check runs.
pub enum Stage {
    /// On facts.
    Facts {
        /// Names the facts.
        ask: fn(&Context<'_>, &Node, &Answers) -> Ask,
        /// Turns the answers into hits.
        judge: fn(&Context<'_>, &Node, &Answers) -> Vec<Hit>,
    },
    /// On what became of the rules that run on facts.
    Outcomes(fn(&Context<'_>, &Node, &[Outcome]) -> Judged),
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Facts { .. } => "Facts",
            Self::Outcomes(_) => "Outcomes",
        })
    }
}

/// A kind of check.
#[derive(Debug)]
pub struct Kind {
    /// Its name in rule files.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Its parameters.
    pub params: Shape,
    /// When and how it runs.
    pub stage: Stage,
}

impl Kind {
    /// Whether it is about findings of others: what it finds goes where what it rests on is accepted, and comes back with
    /// it.
    pub fn rests_on_findings(&self) -> bool {
        [journey_footing::KIND.name, launch::KIND.name].contains(&self.name)
    }
}

/// Whether a kind compares two revisions: it has nothing to say where there is one.
pub fn compares(kind: &Kind) -> bool {
    kind.name == mapping_change::KIND.name
}

/// How far a team's policy reaches into what a kind finds.
pub fn firmness(kind: &Kind, subject: &Subject) -> Firmness {
    let category = subject.name.split_once(':').and_then(|(category, _)| changes::named(category));
    // An item fails by what other rules found: those are what a team accepts.
    if kind.name == launch::KIND.name {
        return Firmness::Change;
    }
    match (compares(kind), category) {
        (true, Some(category)) if category.fixed => Firmness::Fixed,
        (true, _) => Firmness::Change,
        _ => Firmness::Usual,
    }
}

/// THE list.
pub static KINDS: &[&Kind] = &[
    &agreement::KIND,
    &attribute_names::KIND,
    &attribute_use::KIND,
    &audience::KIND,
    &blank_stage::KIND,
    &boolean::KIND,
    &consent::CONFLICT,
    &consent::SOURCE,
    &consent_values::RECORD,
    &consent_values::VALUE,
    &converted_consent::KIND,
    &coverage::KIND,
    &crossed_identity::KIND,
    &date_order::KIND,
    &deal_events::KIND,
    &declarations::KIND,
    &delay::KIND,
    &double_welcome::KIND,
    &engaged::KIND,
    &enumeration::KIND,
    &event_plan::KIND,
    &export_age::KIND,
    &export_cut::KIND,
    &export_facts::ROWS,
    &export_facts::SKEW,
    &feed::KIND,
    &free_text::KIND,
    &gained_profile::KIND,
    &id_values::KIND,
    &identifier::KIND,
    &identifier_change::KIND,
    &inputs::DAMAGE,
    &inputs::MISSING_COLUMN,
    &instants::KIND,
    &journey_flip::KIND,
    &journey_footing::KIND,
    &journey_guards::KIND,
    &journey_starts::KIND,
    &late_message::KIND,
    &launch::KIND,
    &lead_and_contact::KIND,
    &limits::KIND,
    &mapping_change::KIND,
    &mapping_entry::KIND,
    &matching::KIND,
    &missing_event::KIND,
    &negative_segment::KIND,
    &new_tags::KIND,
    &ownership::KIND,
    &picklist::KIND,
    &policy::KIND,
    &qa_segment::KIND,
    &record_id::KIND,
    &repeats::KIND,
    &reserved_name::KIND,
    &retention_truth::KIND,
    &retired_alias::KIND,
    &routing_tag::KIND,
    &segment_reads::KIND,
    &sensitive_field::KIND,
    &spreadsheet::KIND,
    &stage_events::KIND,
    &stage_jump::KIND,
    &stranded_id::KIND,
    &stub_merge::KIND,
    &sync_gap::KIND,
    &tag_reads::KIND,
    &tags::KIND,
    &test_people::KIND,
    &test_segments::KIND,
    &tested_value::KIND,
    &text_times::KIND,
    &timestamp::KIND,
    &topics::KIND,
    &types::KIND,
    &undercount::KIND,
    &unmapped_copy::KIND,
    &unseen_value::KIND,
    &writer_stamp::KIND,
];

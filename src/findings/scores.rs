//! Headline scores: what became of each rule in, one number for identities and one for triggers out.
//!
//! A score is `100 × Σ weight × pass / Σ weight` over the rules of its families that were evaluated, cut (never rounded
//! up) to one decimal. The weight is the rule's own severity: error 3, warning 2, note 1. The pass share of a rule is
//! `1 − Σ (records that fail / records looked at) / max(subjects, findings)`, over all its findings: one that the team
//! accepted is still so. Re-grading in the config moves no score, so that scores of two teams can be compared.
//!
//! A rule that was not evaluated or broke counts neither way and is named beside the score; one that found something and
//! could look at a part only counts and is named as such. Where fewer than a third of the rules were evaluated there is
//! no score, which is not a score of zero.

use super::{Outcome, Severity, Status};

/// Families that tell whether people are recognised.
const IDENTITY: &[&str] = &["ID", "DUP"];
/// Families that tell whether segments and journeys start when they should.
const TRIGGERS: &[&str] = &["ENM", "TS", "SEG", "OWN", "CON", "EVT", "JNY", "MAP"];
/// One rule in so many has to be evaluated for a score to mean anything.
const FEWEST: usize = 3;
/// What floating sums may lose; a single record of a billion weighs more.
const LOSS: f64 = 1e-9;

/// Both scores of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores {
    /// Whether people are recognised.
    pub identity: Score,
    /// Whether segments and journeys start when they should.
    pub triggers: Score,
}

/// One score and what it rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    /// Tenths of a point: 874 is 87.4 of 100. None when no rule was evaluated.
    pub tenths: Option<u32>,
    /// Rules that count.
    pub rules: usize,
    /// Codes of rules that count and could look at a part only.
    pub partly: Vec<String>,
    /// Codes of rules that do not count: not evaluated, or failed.
    pub unseen: Vec<String>,
}

impl Scores {
    /// The scores of what became of the rules.
    pub fn of(outcomes: &[Outcome]) -> Self {
        Self { identity: Score::of(outcomes, IDENTITY), triggers: Score::of(outcomes, TRIGGERS) }
    }
}

impl Score {
    fn of(outcomes: &[Outcome], families: &[&str]) -> Self {
        let mut score = Self::default();
        let (mut passed, mut weights) = (0.0, 0.0);
        for outcome in outcomes.iter().filter(|outcome| families.contains(&outcome.family())) {
            if !is_evaluated(outcome) {
                score.unseen.push(outcome.code.clone());
                continue;
            }
            if !outcome.gaps.is_empty() {
                score.partly.push(outcome.code.clone());
            }
            let weight = weight(outcome.severity);
            passed += weight * pass(outcome);
            weights += weight;
            score.rules += 1;
        }
        let enough = score.rules > 0 && score.rules * FEWEST >= score.rules + score.unseen.len();
        score.tenths = enough.then(|| (1000.0 * passed / weights + LOSS).floor() as u32);
        score
    }
}

fn weight(severity: Severity) -> f64 {
    match severity {
        Severity::Error => 3.0,
        Severity::Warning => 2.0,
        Severity::Note => 1.0,
    }
}

/// Whether a rule looked at what it had to. One that found something did, also where it saw a part; one that found
/// nothing in a part may have looked at the wrong one.
fn is_evaluated(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::Clean | Status::Findings)
}

fn pass(outcome: &Outcome) -> f64 {
    let failed = outcome.findings.iter().map(|finding| finding.hit.rows as f64 / finding.hit.total.max(1) as f64);
    let subjects = outcome.subjects.max(outcome.findings.len()).max(1);
    (1.0 - failed.map(|share| share.min(1.0)).sum::<f64>() / subjects as f64).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Score, Scores};
    use crate::findings::{Finding, Firmness, Gap, Hit, Outcome, Severity, Status, Texts};

    fn outcome(code: &str, severity: Severity, status: Status, subjects: usize, failing: &[(u64, u64)]) -> Outcome {
        let finding = |(rows, total): &(u64, u64)| Finding {
            code: code.to_owned(),
            name: String::new(),
            severity,
            confidence: String::new(),
            hit: Hit { rows: *rows, total: *total, ..Hit::default() },
            why: String::new(),
            fix: String::new(),
            fingerprint: String::new(),
            writers: Vec::new(),
            line: None,
            accepted: None,
            firmness: Firmness::Usual,
            state: None,
            since: None,
            moved: None,
        };
        Outcome {
            code: code.to_owned(),
            name: String::new(),
            texts: Texts::default(),
            severity,
            status,
            subjects,
            gaps: Vec::new(),
            findings: failing.iter().map(finding).collect(),
        }
    }

    fn clean(code: &str, severity: Severity) -> Outcome {
        outcome(code, severity, Status::Clean, 1, &[])
    }

    fn tenths(outcomes: &[Outcome]) -> Option<u32> {
        Scores::of(outcomes).identity.tenths
    }

    fn gap() -> Gap {
        Gap { subject: String::new(), reason: String::new(), column: None }
    }

    #[test]
    fn a_rule_weighs_as_much_as_it_is_severe() {
        let found = |severity| outcome("ID001", severity, Status::Findings, 1, &[(1, 1)]);
        assert_eq!(tenths(&[found(Severity::Error), clean("ID002", Severity::Note)]), Some(250));
        assert_eq!(tenths(&[found(Severity::Note), clean("ID002", Severity::Error)]), Some(750));
        assert_eq!(tenths(&[found(Severity::Warning), clean("DUP001", Severity::Note)]), Some(333), "cut, not rounded");
        assert_eq!(tenths(&[clean("ID001", Severity::Error)]), Some(1000));
    }

    #[test]
    fn a_finding_costs_its_share_of_the_subjects() {
        let found =
            |subjects, failing| tenths(&[outcome("ID002", Severity::Error, Status::Findings, subjects, failing)]);
        assert_eq!(found(1, &[(1, 10)]), Some(900));
        assert_eq!(found(2, &[(1, 10)]), Some(950));
        assert_eq!(found(4, &[(1, 2), (1, 4)]), Some(812));
        assert_eq!(found(1, &[(1, 2), (1, 1)]), Some(250), "more findings than subjects");
        assert_eq!(found(0, &[(0, 0)]), Some(1000));
        assert_eq!(found(1, &[(1, 10_000_000)]), Some(999), "what is not whole is never a hundred");
    }

    #[test]
    fn an_accepted_finding_costs_the_same() {
        let mut one = outcome("ID002", Severity::Error, Status::Findings, 1, &[(1, 4)]);
        one.findings[0].accepted = Some("known".to_owned());
        one.findings[0].severity = Severity::Note;
        assert_eq!(tenths(&[one, clean("ID003", Severity::Error)]), Some(875));
    }

    #[test]
    fn what_was_not_evaluated_is_left_out_and_named() {
        let mut partly = outcome("DUP005", Severity::Error, Status::Findings, 1, &[(0, 2)]);
        partly.gaps.push(gap());
        let mut blind = outcome("ID004", Severity::Error, Status::NotEvaluated, 0, &[]);
        blind.gaps.push(gap());
        let broken = outcome("ID005", Severity::Error, Status::Failed("x".to_owned()), 3, &[]);
        let half = outcome("ID006", Severity::Error, Status::Findings, 1, &[(1, 2)]);
        let stranger = outcome("IDX001", Severity::Error, Status::Findings, 1, &[(1, 1)]);
        let score = Scores::of(&[partly, blind.clone(), broken, half, stranger]).identity;
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let wanted =
            Score { tenths: Some(750), rules: 2, partly: codes(&["DUP005"]), unseen: codes(&["ID004", "ID005"]) };
        assert_eq!(score, wanted);
        assert_eq!(tenths(&[blind]), None, "nothing evaluated is no score");
        assert_eq!(tenths(&[]), None);
    }

    #[test]
    fn each_family_counts_where_it_belongs() {
        let outcomes =
            ["CON001", "ENM001", "IO001", "MAP001", "OWN001", "SEG001", "TS001", "CFG001", "ID001", "DUP001"]
                .map(|code| clean(code, Severity::Error));
        let scores = Scores::of(&outcomes);
        assert_eq!((scores.identity.rules, scores.triggers.rules), (2, 6));
    }
}

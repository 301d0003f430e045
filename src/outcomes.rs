//! What a rule's hits and gaps come to: rule and hits in, its outcome with findings out.

use crate::checks;
use crate::findings::{Finding, Gap, Hit, Outcome, Status, Texts, fingerprint};
use crate::rules::Rule;

/// A rule that could not be judged, and why.
pub(crate) fn failed(rule: &Rule, why: String) -> Outcome {
    Outcome {
        code: rule.code.clone(),
        name: rule.name.clone(),
        texts: texts(rule),
        severity: rule.severity,
        status: Status::Failed(why),
        subjects: 0,
        gaps: Vec::new(),
        findings: Vec::new(),
    }
}

pub(crate) fn outcome(rule: &Rule, subjects: usize, mut gaps: Vec<Gap>, hits: Vec<Hit>) -> Outcome {
    gaps.sort();
    gaps.dedup();
    if subjects == 0 && gaps.is_empty() {
        let needs = if rule.needs.is_empty() {
            "nothing here that it looks at".to_owned()
        } else {
            format!("it needs: {}", rule.needs.join("; "))
        };
        gaps.push(Gap { subject: "the inputs".to_owned(), reason: needs, column: None });
    }
    let findings: Vec<Finding> = hits.into_iter().map(|hit| finding(rule, hit)).collect();
    let status = match (findings.is_empty(), gaps.is_empty()) {
        (false, _) => Status::Findings,
        (true, false) => Status::NotEvaluated,
        (true, true) => Status::Clean,
    };
    let (code, name) = (rule.code.clone(), rule.name.clone());
    Outcome { code, name, texts: texts(rule), severity: rule.severity, status, subjects, gaps, findings }
}

fn texts(rule: &Rule) -> Texts {
    Texts {
        what: rule.what.clone(),
        why: rule.why.clone(),
        fix: rule.fix.clone(),
        false_positive: rule.false_positive.clone(),
        confidence: rule.confidence.clone(),
    }
}

fn finding(rule: &Rule, mut hit: Hit) -> Finding {
    hit.samples.sort();
    Finding {
        code: rule.code.clone(),
        name: rule.name.clone(),
        severity: hit.severity.unwrap_or(rule.severity),
        confidence: rule.confidence.clone(),
        why: rule.why.clone(),
        fix: hit.action.clone().unwrap_or_else(|| rule.fix.clone()),
        fingerprint: fingerprint(&rule.code, &hit.subject),
        writers: Vec::new(),
        line: None,
        accepted: None,
        firmness: checks::firmness(rule.kind, &hit.subject),
        state: None,
        since: None,
        moved: None,
        hit,
    }
}

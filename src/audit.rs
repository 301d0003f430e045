//! One run, in the order of the stages: exports → frames → facts → checks → findings.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::checks::{self, Context, Stage, context::Exports};
use crate::config::Config;
use crate::error::{Error, Exit, Fault, Result};
use crate::exports::{self, Dataset, Progress, System, Workspace};
use crate::facts::{Answer, Answers, Listed};
use crate::findings::baseline::Baseline;
use crate::findings::checklist::Checklist;
use crate::findings::scores::Scores;
use crate::findings::triage::{self, Policy};
use crate::findings::{Input, Outcome, Verdict};
use crate::history::Affected;
use crate::mapping::{EARLIER, Mapping};
use crate::outcomes::{failed, outcome};
use crate::pictures;
use crate::radius::{self, Summary};
use crate::remarks::remarks;
use crate::rounds::{Facts, ask, gather};
use crate::rules::{Rule, Rules};
use crate::snapshots;
use crate::text::counted;
use crate::timings::{Cost, Timings};

/// What a run is asked to do, beside the config.
pub struct Options<'a> {
    /// Severity, profile, strictness, now.
    pub policy: Policy,
    /// Codes, names or families to run; all stable rules when empty.
    pub select: Vec<String>,
    /// Codes, names or families to leave out.
    pub leave_out: Vec<String>,
    /// Whether every failing record is named.
    pub all_rows: bool,
    /// Whether personal data is shown as it stands.
    pub show_pii: bool,
    /// Into how many pieces people are cut.
    pub shards: u32,
    /// How many bytes of memory the run may take; most of what the machine has left when nobody says.
    pub memory: Option<u64>,
    /// Whether the watched columns are stored for later runs.
    pub snapshot: bool,
    /// Whether it is told whom each finding names, for a history that follows people.
    pub follow: bool,
    /// A rule whose judgement is withheld, for tests that see whether anybody notices.
    pub blank: Option<String>,
    /// The mapping, when it is not the file's.
    pub head: Option<Mapping>,
    /// An earlier revision of the mapping to compare with.
    pub base: Option<Mapping>,
    /// The baseline, when it is not the file's.
    pub baseline: Option<Baseline>,
    /// What profiles hold, where no export tells it.
    pub summary: Option<Summary>,
    /// Whether what profiles hold is counted for others to compare with.
    pub count: bool,
    /// Told how far reading is.
    pub progress: &'a dyn Progress,
    /// Told what every stage takes.
    pub timings: Timings,
}

impl<'a> Options<'a> {
    /// Every stable rule, and nothing beside the verdict.
    pub fn new(policy: Policy, progress: &'a dyn Progress) -> Self {
        Self {
            policy,
            select: Vec::new(),
            leave_out: Vec::new(),
            all_rows: false,
            show_pii: false,
            shards: 1,
            memory: None,
            snapshot: false,
            follow: false,
            blank: None,
            head: None,
            base: None,
            baseline: None,
            summary: None,
            count: false,
            progress,
            timings: Timings::default(),
        }
    }
}

/// A finished run: the verdict, and the frames it was made of.
pub struct Run {
    /// What every reporter renders.
    pub verdict: Verdict,
    /// Pairs and clusters of people who are probably one, when every record was to be named.
    pub listed: Option<Listed>,
    /// What profiles hold, when it was to be counted and there are any.
    pub summary: Option<Summary>,
    /// Whom each finding names, when that was to be told.
    pub affected: Option<Affected>,
    /// The folder of the snapshot that was stored.
    pub snapshot: Option<String>,
    /// What each rule's questions cost, where the timings note it.
    pub costs: Vec<Cost>,
    /// Bytes held in columns, for those who measure.
    pub bytes: usize,
}

/// Audits what a config names.
pub fn run(config: &Config, options: &Options<'_>) -> Result<Run> {
    let rules = Rules::load(&config.rules)?;
    let selected = select(&rules, config, options)?;
    let mut workspace = Workspace::default();
    let datasets = options.timings.stage("looking at the files", || open_with(config, &mut workspace))?;
    refuse_twins(&datasets)?;
    let read = || config.mapping.as_ref().map(|(path, name)| Mapping::read(path, name)).transpose();
    let mapping = options.head.clone().map_or_else(read, |head| Ok(Some(head)))?;
    let complete = |mapping: Mapping| mapping.with(&workspace);
    let (mapping, base) = (mapping.map(complete), options.base.clone().map(complete));
    mapping.as_ref().map_or(Ok(()), Mapping::refuse_unknown_segments)?;
    if datasets.is_empty() && workspace.is_empty() && mapping.is_none() {
        let fault = Fault::new("there is nothing to audit: no export and no mapping");
        return Err(Error::usage(fault.help("add `sources:` to crmlint.yaml, or name export files")));
    }
    let earlier = snapshots::open(config, options.policy.now, &datasets)?;
    let baseline = options.baseline.clone().map_or_else(|| Baseline::open(config), |own| Ok(Some(own)))?;
    let exports = Exports {
        baseline: baseline.as_ref(),
        current: &datasets,
        earlier: &earlier.datasets,
        earlier_at: earlier.at,
        earlier_key: earlier.key.as_ref(),
        base: base.as_ref(),
        summary: options.summary.as_ref(),
        workspace: Some(&workspace),
    };
    let mut context = Context::new(config, mapping.as_ref(), exports, options.policy.now)?;
    let deprecated = rules.iter().filter(|rule| rule.status == "deprecated");
    context.deprecated = deprecated.map(|rule| (rule.code.clone(), rule.name.clone())).collect();
    let resting = rules.iter().filter(|rule| rule.kind.rests_on_findings());
    context.resting = resting.map(|rule| rule.code.clone()).collect();
    context.profile = options.policy.profile.clone();
    let all_rows = options.all_rows || baseline.as_ref().is_some_and(Baseline::wants_rows);
    let mut facts = gather(&context, &selected, options, all_rows || options.follow)?;
    let asked = |rule: &&Rule| (rule.code.clone(), ask(&context, rule, &facts.answers).questions);
    let costs = options.timings.costs(|| selected.par_iter().with_max_len(1).map(asked).collect());
    let mut outcomes = options.timings.stage("judging", || judge(&context, &selected, &facts.answers, options));
    let snapshot = if options.snapshot {
        let mut watched = BTreeMap::new();
        snapshots::want(&context, &mut watched);
        facts.store.ensure(&watched, options.progress)?;
        let store = || snapshots::store(config, &context, &facts.store, options.policy.now);
        options.timings.stage("storing the snapshot", store)?
    } else {
        None
    };
    let affected = options.follow.then(|| Affected::of(&facts.store, &facts.identity, &mut outcomes, all_rows));
    let inputs = facts.store.iter().filter(|frame| !frame.dataset.name.starts_with(EARLIER)).map(|frame| Input {
        dataset: frame.dataset.name.clone(),
        recognised: frame.dataset.dialect.describe().to_owned(),
        files: frame.dataset.files.clone(),
        rows: frame.report.rows,
        columns: frame.dataset.columns.len(),
        encoding: frame.report.encoding.clone(),
    });
    let mut verdict = verdict(config, &context, options, inputs.collect(), outcomes);
    verdict.remarks.extend(facts.wide.iter().map(|((left, right), keys)| {
        let keys = counted(*keys, "address or id stands", "addresses or ids stand");
        format!("{keys} on so many records of {left} that not each was paired with each of {right}; all of them were looked at.")
    }));
    verdict.remarks.append(&mut facts.matching);
    verdict.remarks.extend(earlier.remark);
    verdict.pictures = pictures::of(&context, &facts.answers);
    let summary = options.count.then(|| Summary::of(&context, &facts.answers, radius::Use::File)).flatten();
    let bytes = facts.store.bytes();
    // Letting go of millions of texts takes a while, and nobody waits for it.
    let Facts { store, identity, answers, listed, .. } = facts;
    rayon::spawn(move || drop((store, identity, answers)));
    Ok(Run { verdict, summary, affected, snapshot, listed, costs, bytes })
}

fn select<'a>(rules: &'a Rules, config: &Config, options: &Options<'_>) -> Result<Vec<&'a Rule>> {
    let document = config.document.as_ref();
    let limits = config.thresholds.iter().map(|threshold| (threshold.rule.as_str(), threshold.place.clone()));
    let graded = config.severity.iter().map(|(rule, _)| rule);
    let ignored = config.ignores.iter().filter_map(|ignore| ignore.selector.rule.as_ref());
    let own = config.overrides.iter().filter_map(|own| own.selector.rule.as_ref());
    let named = graded.chain(ignored).chain(own);
    let named = named.map(|rule| (rule.text.as_str(), document.map(|document| document.place(rule.mark))));
    for (name, place) in named.chain(limits) {
        if rules.get(name).is_none() {
            return Err(rules.unknown(name, place));
        }
    }
    let mean = |selectors: &[String]| -> Result<BTreeSet<&'a str>> {
        let mut codes = BTreeSet::new();
        for selector in selectors {
            let found = rules.select(selector);
            if found.is_empty() {
                return Err(rules.unknown(selector, None));
            }
            codes.extend(found.into_iter().map(|rule| rule.code.as_str()));
        }
        Ok(codes)
    };
    let (wanted, unwanted) = (mean(&options.select)?, mean(&options.leave_out)?);
    let on = |rule: &&Rule| match wanted.is_empty() {
        true => rule.status == "stable" && (options.base.is_some() || !checks::compares(rule.kind)),
        false => wanted.contains(rule.code.as_str()),
    };
    let selected: Vec<&Rule> = rules.iter().filter(on).filter(|rule| !unwanted.contains(rule.code.as_str())).collect();
    if selected.is_empty() {
        let fault = Fault::new("no rule is left to run");
        return Err(Error::usage(fault.help("change --select and --ignore so that at least one rule remains")));
    }
    Ok(selected)
}

/// One workspace and one org a run: rules speak of the profiles and the contacts, and would pass over a second set.
pub(crate) fn refuse_twins(datasets: &BTreeMap<String, Arc<Dataset>>) -> Result<()> {
    let people = |dataset: &&Arc<Dataset>| dataset.system == System::CustomerIo && dataset.module == "people";
    let contacts = |dataset: &&Arc<Dataset>| dataset.system == System::Zoho && dataset.name.ends_with(".contacts");
    let events = |dataset: &&Arc<Dataset>| dataset.dialect == exports::Dialect::CustomerIoEvents;
    for (title, twins) in [
        ("people exports of Customer.io", datasets.values().filter(people).collect::<Vec<_>>()),
        ("exports of Zoho contacts", datasets.values().filter(contacts).collect()),
        ("exports of events", datasets.values().filter(events).collect()),
    ] {
        if let [first, second, ..] = twins.as_slice() {
            let fault = Fault::new(format!("{} and {} are both {title}", first.name, second.name));
            return Err(Error::usage(
                fault.help("audit one workspace and one org a run: give each its own crmlint.yaml"),
            ));
        }
    }
    Ok(())
}

/// The datasets of a config, by name.
pub(crate) fn open(config: &Config) -> Result<BTreeMap<String, Arc<Dataset>>> {
    open_with(config, &mut Workspace::default())
}

/// The same, with what the files tell of a workspace of Customer.io.
pub(crate) fn open_with(config: &Config, workspace: &mut Workspace) -> Result<BTreeMap<String, Arc<Dataset>>> {
    let mut datasets: BTreeMap<String, Arc<Dataset>> = BTreeMap::new();
    for source in config.sources.iter().filter(|source| !source.request.paths.is_empty()) {
        for dataset in exports::open_with(&source.request, workspace)? {
            if let Some(twin) = datasets.get(&dataset.name) {
                let fault = Fault::new(format!(
                    "{} and {} are both {}",
                    twin.files.join(", "),
                    dataset.files.join(", "),
                    dataset.name
                ));
                return Err(Error::usage(
                    fault.help("give each source its own name under `sources:`, or name only one of the files"),
                ));
            }
            datasets.insert(dataset.name.clone(), Arc::new(dataset));
        }
    }
    Ok(datasets)
}

fn judge(context: &Context<'_>, rules: &[&Rule], answers: &Answers, options: &Options<'_>) -> Vec<Outcome> {
    let blanked = options.blank.as_deref();
    let blank = |rule: &Rule| blanked == Some(rule.code.as_str());
    let of_facts = |rule: &&Rule| {
        let Stage::Facts { judge, .. } = &rule.kind.stage else { return None };
        let ask = ask(context, rule, answers);
        let broken = ask.questions.iter().find_map(|question| match answers.get(question) {
            Some(Answer::Failed(why)) => Some(why.clone()),
            Some(_) => None,
            None => Some("a question stayed open".to_owned()),
        });
        let hits = catch_unwind(AssertUnwindSafe(|| judge(context, &rule.params, answers)));
        Some(match (broken, hits) {
            (Some(why), _) => failed(rule, why),
            (None, Err(_)) => failed(rule, "the check stopped on these answers".to_owned()),
            (None, Ok(hits)) => {
                let mut gaps = [ask.gaps, checks::partial(context, &ask.questions, answers)].concat();
                // What a finding names was looked at.
                gaps.retain(|gap| !(gap.is_blank() && hits.iter().any(|hit| hit.subject.name == gap.subject)));
                let hits = if blank(rule) { Vec::new() } else { hits };
                let mut outcome = outcome(rule, ask.subjects, gaps, hits);
                for finding in &mut outcome.findings {
                    finding.writers = checks::writers::of(context, &finding.hit.subject, &ask.questions, answers);
                }
                outcome
            }
        })
    };
    let mut outcomes: Vec<Outcome> = rules.par_iter().with_max_len(1).filter_map(of_facts).collect();
    // The policy judges what all others found, so it comes last.
    for is_policy in [false, true] {
        let mut later = Vec::new();
        for rule in rules.iter().filter(|rule| (rule.kind.name == "policy") == is_policy) {
            let Stage::Outcomes(judge) = &rule.kind.stage else { continue };
            let judged = judge(context, &rule.params, &outcomes);
            later.push(outcome(rule, judged.subjects, judged.gaps, if blank(rule) { Vec::new() } else { judged.hits }));
        }
        outcomes.extend(later);
    }
    outcomes.sort_by(|one, other| one.code.cmp(&other.code));
    outcomes
}

fn verdict(
    config: &Config,
    context: &Context<'_>,
    options: &Options<'_>,
    inputs: Vec<Input>,
    mut outcomes: Vec<Outcome>,
) -> Verdict {
    quote(config, context, &mut outcomes);
    let triaged = triage::triage(config, context.baseline, &options.policy, &mut outcomes);
    let policy = &options.policy;
    let checklist = policy.is_launch().then(|| Checklist::of(&outcomes, &config.waivers, policy));
    let exit: Exit = triage::exit(policy, checklist.as_ref(), &outcomes, &triaged.standing);
    Verdict {
        now: options.policy.now,
        profile: options.policy.profile.clone(),
        selection: String::new(),
        fail_on: options.policy.fail_on,
        config: config.document.as_ref().map(|document| document.file.clone()),
        remarks: remarks(context, &inputs, &outcomes),
        inputs,
        checklist,
        scores: Scores::of(&outcomes),
        outcomes,
        findings: triaged.standing,
        accepted: triaged.accepted,
        pictures: Vec::new(),
        trend: None,
        forgotten: None,
        exit,
        show_pii: options.show_pii,
    }
}

/// Gives findings the line of the document that they point at.
fn quote(config: &Config, context: &Context<'_>, outcomes: &mut [Outcome]) {
    let documents = config.document.iter().chain(context.mapping.map(|mapping| &mapping.document));
    let documents: Vec<(&str, Vec<&str>)> =
        documents.map(|document| (document.file.as_str(), document.text.lines().collect())).collect();
    for finding in outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings) {
        let Some(place) = &finding.hit.place else { continue };
        // The line names a person.
        if finding.hit.subject.name.starts_with(checks::TEST_PEOPLE) {
            continue;
        }
        let document = documents.iter().find(|(file, _)| *file == place.file);
        let line = document.and_then(|(_, lines)| lines.get(place.line.checked_sub(1)?));
        finding.line = line.map(|line| (*line).to_owned());
    }
}

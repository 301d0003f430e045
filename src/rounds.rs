//! Rounds of questions: what the checks ask in, what the engine answers out, and asked again while new questions come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::audit::Options;
use crate::checks::{self, Ask, Context, Stage};
use crate::error::Result;
use crate::exports::Dataset;
use crate::facts::local::Engine;
use crate::facts::memo::Memo;
use crate::facts::{Answers, Column, Listed, Question};
use crate::frames::Store;
use crate::frames::identity::{Identity, Plan};
use crate::mapping::{ColumnPath, EARLIER, Mapping};
use crate::matching::explain;
use crate::memory;
use crate::radius;
use crate::rules::Rule;
use crate::snapshots;
use crate::text::{count, counted};
use crate::timings::Timings;

/// Rounds in which a check may ask on: values, then what they cost, then what remains.
const ROUNDS: usize = 3;

/// What a run holds after its questions.
pub(crate) struct Facts {
    /// The records.
    pub(crate) store: Store,
    /// Who is who.
    pub(crate) identity: Identity,
    /// What the engine said.
    pub(crate) answers: Answers,
    /// Dataset pairs with keys on so many records that not each was linked with each.
    pub(crate) wide: BTreeMap<(String, String), u64>,
    /// Pairs and clusters of people who are probably one, when every record is to be named.
    pub(crate) listed: Option<Listed>,
    /// What matching could not do, as sentences.
    pub(crate) matching: Vec<String>,
}

/// Asks all checks, answers all questions at once, and asks again while new questions come.
pub(crate) fn gather(context: &Context<'_>, rules: &[&Rule], options: &Options<'_>, all_rows: bool) -> Result<Facts> {
    let asked = |answers: &Answers| {
        // One by one: neighbours are alike, and dear together.
        let rules = rules.par_iter().with_max_len(1);
        rules.flat_map_iter(|rule| ask(context, rule, answers).questions).collect()
    };
    answered(context, &asked, options, all_rows)
}

/// Answers what is asked, and what is asked after that.
pub(crate) fn answered(
    context: &Context<'_>,
    asked: &dyn Fn(&Answers) -> Vec<Question>,
    options: &Options<'_>,
    all_rows: bool,
) -> Result<Facts> {
    let plan = context.identity();
    let mut answers = Answers::default();
    let memo = Memo::default();
    let mut held: Option<(Store, Identity)> = None;
    let (mut listed, mut budget) = (None, None);
    let timings = &options.timings;
    for round in 1..=ROUNDS {
        let wished = asked(&answers).into_iter();
        // What was read is asked in any case: no rule may rest on half a file unawares.
        let read = context
            .datasets
            .keys()
            .flat_map(|name| [Question::Read { dataset: name.clone() }, Question::Columns { dataset: name.clone() }]);
        let counted = if options.count { radius::questions(context, radius::Use::File) } else { Vec::new() };
        let wished: Vec<Question> = wished.chain(counted).collect();
        let writers = checks::writers::questions(context, wished.iter());
        let open = answers.open(wished.into_iter().chain(writers).chain(read));
        if open.is_empty() && held.is_some() {
            break;
        }
        let mut wanted = wanted(context, &open);
        let (mut store, identity) = match held.take() {
            Some(held) => held,
            None => {
                for (dataset, keys) in &plan {
                    wanted.entry(dataset.clone()).or_default().extend(keys.columns());
                }
                snapshots::want(context, &mut wanted);
                foresee(context, &mut wanted);
                let datasets: Vec<Arc<Dataset>> =
                    context.datasets.values().chain(context.earlier.values()).cloned().collect();
                let exports = datasets.iter().map(|dataset| dataset.unpacked_bytes()).sum();
                budget = memory::for_columns(options.memory, exports);
                let load = || Store::load_as(&datasets, &wanted, options.progress, budget.is_some());
                let mut store = timings.stage_of(load, read_stage)?;
                if budget.is_some() {
                    let keys = plan.iter().map(|(dataset, keys)| (dataset.clone(), keys.columns())).collect();
                    store.ensure(&with_twins(context, keys, &plan), options.progress)?;
                }
                restored(context, &mut store);
                let identity = timings.stage("telling who is who", || Identity::build(&store, &plan));
                (store, identity)
            }
        };
        for batch in batches(context, &store, open, budget) {
            let mut needed = self::wanted(context, &batch);
            if budget.is_some() {
                needed = with_twins(context, needed, &plan);
                memo.forget_instants();
            }
            if timings.stage("reading more columns", || store.ensure(&needed, options.progress))? {
                restored(context, &mut store);
            }
            let engine =
                Engine { shards: options.shards, all_rows, ..engine(context, &store, &identity, &memo, timings) };
            answers.extend(timings.stage(format!("answering, round {round}"), || engine.answer(&batch)));
            if options.all_rows && batch.iter().any(|question| question.matching().is_some()) {
                listed = engine.listed();
            }
        }
        held = Some((store, identity));
    }
    let wide = held.as_ref().map(|(_, identity)| identity.wide()).unwrap_or_default();
    let (store, identity) = held.unwrap_or_default();
    Ok(Facts { store, identity, answers, wide, listed, matching: matched(&memo) })
}

/// How `--timings` names the reading: by what the columns take that rules use.
fn read_stage(loaded: &Result<Store>) -> String {
    let Ok(store) = loaded else { return "reading".to_owned() };
    let megabytes = |bytes: u64| format!("{} MB", count(bytes.div_ceil(1_000_000)));
    match store.bytes_aside() {
        0 => {
            format!("reading {} of columns, held as {}", megabytes(store.bytes_read()), megabytes(store.bytes() as u64))
        }
        aside => format!("reading {} of columns, laid aside", megabytes(aside as u64)),
    }
}

/// Questions in groups whose columns fit into a budget together; all of them at once without one. A question whose own
/// columns are more than that is alone.
fn batches(
    context: &Context<'_>,
    store: &Store,
    open: BTreeSet<Question>,
    budget: Option<usize>,
) -> Vec<BTreeSet<Question>> {
    let Some(budget) = budget else { return vec![open] };
    let mut questions: Vec<(BTreeSet<(String, usize)>, Question)> = Vec::new();
    for question in open {
        let columns = wanted(context, &BTreeSet::from([question.clone()]));
        let columns = columns.into_iter().flat_map(|(name, own)| own.into_iter().map(move |at| (name.clone(), at)));
        questions.push((columns.collect(), question));
    }
    // Neighbours share columns.
    questions.sort();
    let size = |columns: &BTreeSet<(String, usize)>| -> usize {
        // One that was never read is as large as the largest may be.
        columns.iter().map(|(name, at)| store.size(name, *at).unwrap_or(budget / 4)).sum()
    };
    let (mut batches, mut batch, mut held) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (columns, question) in questions {
        let together: BTreeSet<(String, usize)> = held.union(&columns).cloned().collect();
        if !batch.is_empty() && size(&together) > budget {
            batches.push(std::mem::take(&mut batch));
            held = columns;
        } else {
            held = together;
        }
        batch.insert(question);
    }
    batches.push(batch);
    batches
}

/// The columns, and those of today without which hashes of a snapshot do not become values again.
fn with_twins(
    context: &Context<'_>,
    mut columns: BTreeMap<String, BTreeSet<usize>>,
    plan: &Plan,
) -> BTreeMap<String, BTreeSet<usize>> {
    if context.earlier_key.is_none() {
        return columns;
    }
    let mut more: Vec<(String, usize)> = Vec::new();
    for (name, own) in &columns {
        let Some((now, then)) = name.strip_prefix(EARLIER).zip(context.earlier.get(name)) else { continue };
        let Some(today) = context.datasets.get(now) else { continue };
        let twins = own.iter().filter_map(|index| today.find(&then.columns[*index].label));
        more.extend(twins.map(|twin| (now.to_owned(), twin)));
    }
    more.extend(plan.iter().flat_map(|(name, keys)| keys.columns().into_iter().map(|at| (name.clone(), at))));
    for (name, index) in more {
        columns.entry(name).or_default().insert(index);
    }
    columns
}

/// A snapshot of hashes, with the values that the run knows.
fn restored(context: &Context<'_>, store: &mut Store) {
    if let Some(key) = context.earlier_key {
        snapshots::hashes::restore(context, store, key);
    }
}

/// The engine of a run, in one piece.
pub(crate) fn engine<'a>(
    context: &Context<'_>,
    store: &'a Store,
    identity: &'a Identity,
    memo: &'a Memo,
    timings: &'a Timings,
) -> Engine<'a> {
    Engine {
        memo,
        store,
        identity,
        shards: 1,
        all_rows: false,
        now: context.now,
        any_case: context.config.text_any_case,
        zones: context.zones(),
        spellings: context.spellings(),
        missing: context.tokens(),
        timings,
    }
}

/// What matching says about itself: keys on too many records, decisions about nobody.
fn matched(memo: &Memo) -> Vec<String> {
    let mut said = Vec::new();
    for (_, found) in memo.matched() {
        let mut blocks: BTreeMap<&str, (u64, u32)> = BTreeMap::new();
        for crowd in &found.matches.crowds {
            let block = blocks.entry(crowd.block).or_default();
            *block = (block.0 + 1, block.1.max(crowd.records));
        }
        said.extend(blocks.into_iter().map(|(block, (keys, most))| {
            let keys = counted(keys, "key stands", "keys stand");
            format!("Matching by {block}: {keys} on too many records (up to {}) to compare each with each; only some of them were compared.", count(u64::from(most)))
        }));
        for (block, pairs) in &found.matches.trimmed {
            said.push(format!(
                "Matching by {block} used the rarest values only: {} of common ones were not compared for it.",
                counted(*pairs, "pair", "pairs")
            ));
        }
        said.extend(explain::left_out(found.matches.left_out));
        if !found.matches.unused.is_empty() {
            said.push(format!(
                "Matching left out {}: among so many people they bring together strangers.",
                found.matches.unused.join(", ")
            ));
        }
        if found.joined > 0 {
            let pairs = counted(found.joined, "pair that", "pairs that");
            said.push(format!("{pairs} `matching.decisions` keep apart share a key and count as one person: give one of them another key."));
        }
        if found.unknown > 0 {
            let decisions = counted(found.unknown, "decision names a record", "decisions name records");
            said.push(format!("{decisions} of `matching.decisions` that no export has, or that several have."));
        }
    }
    said
}

/// Adds the columns that later rounds are likely to ask for, so that each file is read once.
pub(crate) fn foresee(context: &Context<'_>, wanted: &mut BTreeMap<String, BTreeSet<usize>>) {
    let mapping = context.mapping.into_iter();
    let sources = mapping.clone().flat_map(Mapping::columns).filter_map(|path| context.resolve(&path).ok());
    let profile = mapping.flat_map(|mapping| &mapping.attributes);
    let profile = profile.filter_map(|attribute| context.on_profile(&attribute.name).ok());
    // The phones of other systems than the owner.
    let phones = context.people().flat_map(|dataset| {
        let found = ["Phone", "Default Address Phone", "Phone Number"].iter().filter_map(|name| dataset.find(name));
        found.map(|index| Column { dataset: dataset.name.clone(), index })
    });
    for column in sources.chain(profile).chain(phones).chain(checks::writers::told(context)) {
        wanted.entry(column.dataset).or_default().insert(column.index);
    }
}

/// The columns that questions need.
pub(crate) fn wanted(context: &Context<'_>, questions: &BTreeSet<Question>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut wanted: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for question in questions {
        for column in question.columns() {
            wanted.entry(column.dataset).or_default().insert(column.index);
        }
        let named = question.filters().into_iter().flat_map(|(_, filter)| filter.expr.columns());
        for path in named.filter_map(|(name, _)| ColumnPath::parse(&name)) {
            let dataset = context.dataset(&path.dataset);
            let index =
                dataset.and_then(|dataset| dataset.columns.iter().position(|column| column.label == path.column));
            wanted.entry(path.dataset).or_default().extend(index);
        }
    }
    wanted
}

/// What a rule asks, as far as answers are known.
pub(crate) fn ask(context: &Context<'_>, rule: &Rule, answers: &Answers) -> Ask {
    match &rule.kind.stage {
        Stage::Facts { ask, .. } => checks::with_links(context, ask(context, &rule.params, answers), answers),
        Stage::Outcomes(_) => Ask::default(),
    }
}

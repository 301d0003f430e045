//! Writes a whole demo workspace: the exports of an invented tea shop, its mapping and config, and `expected.json`,
//! which says what an audit must find in them. In: a number of people and a seed. Out: a folder, the same on every
//! platform.
//!
//! `cargo run --example generate -- --people 300 --seed 1 --out fixtures/demo [--shuffle] [--lang de] [--clean]`; a clean
//! workspace is the same shop with nothing wrong.

mod cast;
mod consents;
mod documents;
mod doubles;
mod happenings;
mod identity;
mod journeys;
mod judge;
mod judge_audience;
mod judge_consent;
mod judge_doubles;
mod judge_identity;
mod judge_links;
mod judge_people;
mod judge_times;
mod judge_values;
mod ledger;
mod moments;
mod names;
mod people;
mod rng;
mod roles;
mod schema;
mod spellings;
mod stamps;
mod tables;
mod time;
mod unit;
mod values;
mod whole;

use std::fs::{create_dir_all, write};
use std::path::PathBuf;

use ledger::{Entry, Ledger};
use people::Person;
use rng::Rng;
use roles::{BLOCK, Role, Slot, deal_out};
use schema::Set;
use tables::Tables;
use unit::{List, Note, Unit};
use values::Plan;
use whole::Whole;

type Failure = Box<dyn std::error::Error>;

/// What the command line asks for.
struct Options {
    people: u64,
    seed: u64,
    out: PathBuf,
    shuffle: bool,
    german: bool,
    clean: bool,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            people: BLOCK,
            seed: 1,
            out: PathBuf::from("fixtures/demo"),
            shuffle: false,
            german: false,
            clean: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--people" => options.people = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--out" => options.out = PathBuf::from(value()?),
                "--shuffle" => options.shuffle = true,
                "--clean" => options.clean = true,
                "--lang" => {
                    options.german = match value()?.as_str() {
                        "de" => true,
                        "en" => false,
                        other => return Err(format!("--lang takes en or de, not {other}").into()),
                    };
                }
                other => {
                    let known = "--people, --seed, --out, --shuffle, --lang, --clean";
                    return Err(format!("{other} is not known: {known}").into());
                }
            }
        }
        if options.people < BLOCK {
            return Err(format!("--people takes {BLOCK} or more, so that every fault is there").into());
        }
        Ok(options)
    }
}

fn main() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    for folder in ["exports/zoho", "exports/customerio", "exports/shopify"] {
        create_dir_all(options.out.join(folder))?;
    }
    let mut tables =
        Tables::create(&options.out, options.shuffle.then_some(options.seed), options.german, options.clean)?;
    let mut ledger = Ledger::new(&options.out)?;
    let plan = Plan::new(options.seed, options.shuffle);
    let mut whole = Whole::default();
    // Twice the same people: what is odd in a column shows only when all of it was seen.
    people(&options, &plan, |unit| {
        whole.count(&unit);
        Ok(())
    })?;
    let mut cast = cast::Cast::default();
    people(&options, &plan, |mut unit| {
        judge::judge(&mut unit, &whole);
        if options.clean {
            unit.notes.clear();
        }
        cast.consider(&unit);
        record(&unit, &mut tables, &mut ledger, options.german)
    })?;
    let config = documents::config(|set| tables.records(set), options.clean, options.german);
    tables.finish()?;
    if !options.clean {
        documents::expect(&mut ledger, options.german)?;
        cast.expect(&mut ledger)?;
        write(options.out.join("crmlint.baseline.yaml"), documents::BASELINE)?;
    }
    ledger.finish(&options.out)?;
    write(
        options.out.join("mapping.yaml"),
        documents::mapping(options.german, options.clean, &cast.block(options.clean)),
    )?;
    write(options.out.join("crmlint.yaml"), config)?;
    Ok(())
}

/// Every person in turn, made anew.
fn people(options: &Options, plan: &Plan, mut each: impl FnMut(Unit) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut slots = Vec::new();
    for index in 0..options.people {
        let at = index % BLOCK;
        if at == 0 && !options.clean {
            slots = deal_out(options.seed, index / BLOCK);
        }
        let slot = slots.get(at as usize).copied().unwrap_or(Slot { role: Role::Plain, nth: 0 });
        each(person(plan, options, index, slot))?;
    }
    Ok(())
}

/// One person with the fault of their role.
fn person(plan: &Plan, options: &Options, index: u64, slot: Slot) -> Unit {
    let seed = options.seed;
    let mut rng = Rng::new(seed, index);
    let person = Person::new(&mut rng, index, slot.role != Role::Plain);
    let mut unit = people::clean(&person, &mut rng, Unit::new(seed, index), slot.role);
    if !values::apply(plan, slot, &person, &mut rng, &mut unit) {
        identity::apply(plan, slot, &person, &mut rng, &mut unit);
    }
    happenings::add(&person, seed, index, &mut unit);
    happenings::apply(slot, &person, &mut rng, &mut unit);
    unit.ragged = slot.role == Role::LeadOnly && slot.nth == 0;
    if options.clean {
        people::mend(&person, &mut unit);
    }
    unit
}

/// Writes a person's records and what is expected of them.
fn record(unit: &Unit, tables: &mut Tables, ledger: &mut Ledger, german: bool) -> Result<(), Failure> {
    for set in Set::ALL {
        for (at, row) in unit.rows(set).iter().enumerate() {
            let number = tables.write(set, row, unit.ragged && set == Set::Leads)?;
            if unit.ragged && set == Set::Leads && at == 0 {
                let key = format!("record {number}");
                ledger.enter(&Entry {
                    list: List::Finding,
                    code: "IO001",
                    dataset: set.dataset(),
                    key: &key,
                    subject: None,
                    column: "",
                    value: "",
                    suggestion: None,
                    other: None,
                    why: "",
                })?;
            }
        }
    }
    unit.notes.iter().try_for_each(|note| enter(unit, note, ledger, german))
}

fn enter(unit: &Unit, note: &Note, ledger: &mut Ledger, german: bool) -> Result<(), Failure> {
    let Some(row) = unit.rows(note.set).get(note.row) else {
        let (code, set, row) = (note.code, note.set.dataset(), note.row);
        let who = unit.key(Set::Contacts, 0);
        return Err(format!("{code} is noted of record {row} of {set}, which {who} does not have").into());
    };
    let subject = note.said.subject.map(|subject| documents::translated(subject, german));
    ledger.enter(&Entry {
        list: note.list,
        code: note.code,
        dataset: note.set.dataset(),
        key: note.set.key(row),
        subject: subject.as_deref(),
        column: note.said.column.unwrap_or_else(|| note.column.map_or("", |column| note.set.label(column, german))),
        value: note.said.value.unwrap_or_else(|| note.column.map_or("", |column| row.get(column))),
        suggestion: note.suggestion.as_deref(),
        other: note.other.as_deref(),
        why: note.why,
    })
}

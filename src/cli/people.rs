//! `crmlint match`: one file of people in, pairs and clusters of records of one person out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};

use super::console::Console;
use super::output;
use super::progress::Bar;
use crate::config::matching;
use crate::error::{Error, Exit, Fault, Result};
use crate::exports::{self, Dataset, Request};
use crate::frames::Frame;
use crate::matching::people::{Cells, Field, Source, Told};
use crate::matching::{CLUSTER_CAP, Settings, THRESHOLD, columns, find};
use crate::reports::people as report;
use crate::text::{counted, nearest};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint match people.csv                                   columns recognised by their names
  crmlint match people.csv --clusters clusters.csv --pairs pairs.csv
  crmlint match crm.parquet --id ref --on first=given,last=family,email=mail,birth=dob
  crmlint match people.csv --estimate --threshold 0.99       learn the weights from the file; only the surest pairs

Fields for --on: id (one that all systems share), email, first, last, full, phone, birth, street, postcode, city, company.
A field may be named more than once (phone=Phone,phone=Mobile).")]
pub(super) struct Args {
    /// A CSV or Parquet file of people
    file: PathBuf,
    /// The column that holds the record's own id [default: recognised, else the record's number]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Which column holds which field, with commas [default: recognised by their names]
    #[arg(long, value_name = "FIELD=COLUMN", value_delimiter = ',')]
    on: Vec<String>,
    /// Write every record with its cluster: id,cluster
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Write every pair taken for one person: id_l,id_r,probability,tier,why
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// The probability from which a pair is one person
    #[arg(long, value_name = "P", default_value_t = THRESHOLD, value_parser = probability)]
    threshold: f64,
    /// Learn the weights from these very records
    #[arg(long)]
    estimate: bool,
    /// Slips of typing that two addresses may be apart
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    edits: u8,
    /// Records of one cluster beyond which it is nobody
    #[arg(long, value_name = "N", default_value_t = CLUSTER_CAP as u16, value_parser = clap::value_parser!(u16).range(2..=10_000))]
    cluster_cap: u16,
    /// The region of phone numbers without a country code: DE, US [default: that of most other numbers]
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<String>,
    /// Pairs that somebody decided, a CSV file with the columns id_l,id_r,same (yes or no)
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// How many of the least certain pairs to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// How many cores to use [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

fn probability(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.5..1.0).contains(&number) => Ok(number),
        _ => Err("a probability from 0.5 to below 1, such as 0.95".to_owned()),
    }
}

fn region(text: &str) -> std::result::Result<String, String> {
    let region = text.to_uppercase();
    if crate::matching::lists::LISTS.regions.contains_key(&region) {
        return Ok(region);
    }
    Err("a region is two letters of ISO 3166, such as DE, US or GB".to_owned())
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| Error::input(Fault::new(format!("the threads could not be started: {error}"))))?;
    pool.install(|| matched(args, console))
}

/// Outputs that would take the place of an input, or of each other.
fn refuse_overwriting(args: &Args) -> Result<()> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let inputs = [Some(&args.file), args.decisions.as_ref()];
    let outputs = [("--pairs", args.pairs.as_ref()), ("--clusters", args.clusters.as_ref())];
    for (name, output) in outputs.iter().filter_map(|(name, output)| Some((*name, (*output)?))) {
        if inputs.iter().flatten().any(|input| real(input) == real(output)) {
            let fault = Fault::new(format!("{name} {} is a file that is read", output.display()));
            return Err(Error::usage(fault.help("name another file: nothing is overwritten that is needed")));
        }
        if output.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet")) {
            let fault = Fault::new(format!("{name} {} would be a CSV file", output.display()));
            return Err(Error::usage(fault.help("name a file that ends in .csv")));
        }
        if output.exists() && !output.is_file() {
            let fault = Fault::new(format!("{name} {} is no file", output.display()));
            return Err(Error::usage(fault.help("name a file that ends in .csv")));
        }
    }
    if let (Some(pairs), Some(clusters)) = (&args.pairs, &args.clusters)
        && real(pairs) == real(clusters)
    {
        let fault = Fault::new(format!("--pairs and --clusters both name {}", pairs.display()));
        return Err(Error::usage(fault.help("name two files")));
    }
    Ok(())
}

fn matched(args: &Args, console: Console) -> Result<Exit> {
    refuse_overwriting(args)?;
    let dataset = open(&args.file)?;
    let fields = fields(args, &dataset)?;
    let key = own_id(args, &dataset, &fields)?;
    let wanted: BTreeSet<usize> = fields.iter().map(|(_, column)| *column).chain(key).collect();
    let bar = Bar::new(false);
    let frame = Frame::read(&dataset, &wanted, &bar)?;
    bar.finish();
    let ids = Ids { frame: &frame, key };
    let settings = Settings {
        threshold: args.threshold,
        edits: args.edits,
        estimate: args.estimate,
        cap: usize::from(args.cluster_cap),
        told: Told { region: args.region.clone(), ..Told::default() },
        decided: args.decisions.as_deref().map(|file| decisions(file, &ids)).transpose()?.unwrap_or_default(),
    };
    let columns = fields.iter().filter_map(|(field, column)| Some((*field, frame.column(*column)? as &dyn Cells)));
    let source = Source { rows: frame.rows, fields: columns.collect() };
    let matches = find(&[source], &settings);
    // Both are written before either takes its place.
    let pairs = args.pairs.as_deref();
    let pairs = pairs.map(|file| output::draft(file, |out| report::pairs(out, &matches, |row| ids.of(row))));
    let clusters = args.clusters.as_deref();
    let clusters = clusters.map(|file| output::draft(file, |out| report::clusters(out, &matches, |row| ids.of(row))));
    let drafts: Vec<output::Draft> = pairs.into_iter().chain(clusters).collect::<Result<_>>()?;
    output::keep(drafts)?;
    let used = fields.iter().map(|(field, column)| (*field, dataset.columns[*column].label.as_str()));
    let summary = report::Summary {
        file: args.file.display().to_string(),
        id: key.map(|key| dataset.columns[key].label.clone()),
        fields: used.collect(),
        threshold: args.threshold,
        estimated: args.estimate,
        show: args.show,
        repeated: ids.repeated(),
        damage: frame.report.damage.iter().map(|damage| damage.count).sum(),
    };
    console.print(&report::summary(&matches, &summary, &|row| ids.of(row), console.look(1)))
}

/// The record ids of a file.
struct Ids<'a> {
    frame: &'a Frame,
    key: Option<usize>,
}

impl Ids<'_> {
    fn of(&self, row: u32) -> String {
        let own = self.key.and_then(|key| self.frame.column(key)).map(|column| column.get(row).trim());
        own.filter(|id| !id.is_empty()).map_or_else(|| format!("record {}", row + 1), str::to_owned)
    }
}

impl Ids<'_> {
    /// Records whose id another record before them has.
    fn repeated(&self) -> u64 {
        let mut known = AHashSet::new();
        if self.key.is_none() {
            return 0;
        }
        (0..self.frame.rows).filter(|row| !known.insert(self.of(*row))).count() as u64
    }
}

fn open(file: &Path) -> Result<Arc<Dataset>> {
    let request = Request { paths: vec![file.to_owned()], ..Request::default() };
    let mut datasets = exports::open(&request)?;
    if datasets.len() != 1 {
        let names: Vec<String> = datasets.iter().map(|dataset| dataset.name.clone()).collect();
        let fault = Fault::new(format!("{} holds {} tables: {}", file.display(), names.len(), names.join(", ")));
        return Err(Error::usage(fault.help("name one file of people")));
    }
    Ok(Arc::new(datasets.swap_remove(0)))
}

fn column(dataset: &Dataset, name: &str, told: &str) -> Result<usize> {
    let labels = || dataset.columns.iter().map(|column| column.label.as_str());
    dataset.find(name).ok_or_else(|| {
        let fault =
            Fault::new(format!("{told} names the column {name}, which {} does not have", dataset.files.join(", ")));
        let near = nearest(name, labels());
        let all: Vec<&str> = labels().collect();
        Error::usage(fault.help(match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("its columns are: {}", all.join(", ")),
        }))
    })
}

fn fields(args: &Args, dataset: &Dataset) -> Result<Vec<(Field, usize)>> {
    let mut fields: Vec<(Field, usize)> = Vec::new();
    for told in &args.on {
        let (name, label) = told.split_once('=').ok_or_else(|| {
            Error::usage(
                Fault::new(format!("--on {told} is not field=column")).help("write --on email=mail,first=given"),
            )
        })?;
        let names = || Field::ALL.into_iter().map(Field::name);
        let field = Field::parse(name.trim()).ok_or_else(|| {
            let fault = Fault::new(format!("--on names the field {name}, which there is not"));
            let all = names().collect::<Vec<_>>().join(", ");
            let near = nearest(name, names()).map(|near| format!("did you mean {near}? "));
            Error::usage(fault.help(format!("{}fields are: {all}", near.unwrap_or_default())))
        })?;
        let index = column(dataset, label.trim(), "--on")?;
        if let Some((known, _)) = fields.iter().find(|(known, used)| *used == index && *known != field) {
            let fault = Fault::new(format!("--on names {} as {} and as {}", label.trim(), known.name(), field.name()));
            return Err(Error::usage(fault.help("a column holds one field: name each once")));
        }
        fields.push((field, index));
    }
    if fields.is_empty() {
        fields = columns::recognise(dataset.columns.iter().map(|column| column.label.as_str()));
    }
    if fields.is_empty() {
        let labels: Vec<&str> = dataset.columns.iter().map(|column| column.label.as_str()).collect();
        let fault = Fault::new(format!("no column of {} was recognised as one of people", dataset.files.join(", ")));
        return Err(Error::usage(
            fault.help(format!("name them: --on email=…,first=… (columns: {})", labels.join(", "))),
        ));
    }
    Ok(fields)
}

fn own_id(args: &Args, dataset: &Dataset, fields: &[(Field, usize)]) -> Result<Option<usize>> {
    if let Some(name) = &args.id {
        return column(dataset, name, "--id").map(Some);
    }
    let recognised = columns::own_id(dataset.columns.iter().map(|column| column.label.as_str()));
    let free = |column: &usize| !fields.iter().any(|(_, used)| used == column);
    Ok(recognised.or(dataset.key).filter(free))
}

fn decisions(file: &Path, ids: &Ids<'_>) -> Result<Vec<(u32, u32, bool)>> {
    let mut known: AHashMap<String, u32> = AHashMap::new();
    let mut twice: AHashSet<String> = AHashSet::new();
    for row in 0..ids.frame.rows {
        if known.insert(ids.of(row), row).is_some() {
            twice.insert(ids.of(row));
        }
    }
    let (mut decided, mut unknown) = (Vec::new(), Vec::new());
    for (left, right, same) in matching::decisions(file)? {
        if let Some(id) = [&left, &right].into_iter().find(|id| twice.contains(*id)) {
            let fault = Fault::new(format!("{} decides about {id}, which several records have", file.display()));
            return Err(Error::usage(fault.help("name an --id column that tells records apart")));
        }
        match (known.get(&left), known.get(&right)) {
            (Some(one), Some(other)) if one != other => decided.push((*one, *other, same)),
            _ => unknown.push(format!("{left} and {right}")),
        }
    }
    if let Some(pair) = unknown.first() {
        let count = counted(unknown.len() as u64, "decision names", "decisions name");
        let fault = Fault::new(format!("{count} records that the file does not have, such as {pair}"));
        let help = format!("take them out of {}, or name the --id column they are written with", file.display());
        return Err(Error::usage(fault.help(help)));
    }
    Ok(decided)
}

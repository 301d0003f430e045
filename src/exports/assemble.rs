//! Input stage: from files to datasets. In: a request. Out: one dataset a module, its parts joined, its columns named and
//! its key found; or the sentence why the files do not go together.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ahash::{AHashMap, AHashSet};

use super::archive::stop;
use super::dataset::{Body, Dataset};
use super::heading::{clean, is_private};
use super::labels::{api_name, declared, give_labels};
use super::listing::inputs;
use super::manifest::Told;
use super::metadata::Metadata;
use super::part::{PREVIEW, Part, Shape};
use super::recognise::{Verdict, bulk_column, recognise, zcrm_column};
use super::rows::Row;
use super::shopify::{is_guarded, unguard};
use super::{Column, Dialect, Request, System, Workspace, customerio, zoho};
use crate::error::{Error, Fault, Result};

/// Parts that become one dataset.
struct Group {
    module: String,
    dialect: Dialect,
    parts: Vec<Part>,
    /// What the column of the record's own id is called, where it was given its label.
    id: Option<String>,
}

/// Everything the request names, recognised and sorted by name.
pub(super) fn datasets(request: &Request, workspace: &mut Workspace) -> Result<Vec<Dataset>> {
    let mut metadata = Metadata::default();
    let mut parts = Vec::new();
    let may_tell = request.system.is_none_or(|system| system == System::CustomerIo);
    let is_own = customerio::is_own(request);
    let (mut told, mut manifests) = (false, Told::default());
    for input in inputs(&request.paths)? {
        let pulled = manifests.of(&input).cloned();
        if pulled.as_ref().is_some_and(|pulled| pulled.holds == "deleted") {
            continue;
        }
        if Metadata::is(&input)? {
            metadata.add(&input)?;
        } else if may_tell && workspace.take(&input, is_own) {
            told = true;
        } else {
            let part = Part::open(input, request)?;
            let mut verdict = recognise(&part, request);
            // Who asked for a module knows it better than its columns tell.
            verdict.module = pulled.and_then(|pulled| pulled.module).or(verdict.module);
            parts.push((part, verdict));
        }
    }
    if parts.is_empty() && told {
        return Ok(Vec::new());
    }
    if parts.is_empty() {
        return Err(stop("The source names no file that holds records", "Give the exports themselves."));
    }
    join_backup(&mut parts);
    declare_modules(&mut parts, request);
    let mut groups = pick(grouped(parts, request)?, request)?;
    metadata.settle(&modules(&groups));
    for group in groups.iter_mut().filter(|group| group.dialect == Dialect::ZohoBulk) {
        group.id = give_labels(&mut group.parts, &group.module, &metadata);
    }
    let mut found = Vec::new();
    for group in fold_warehouse(groups) {
        found.push(build(group, request, &metadata)?);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    declare_key(&mut found, request)?;
    for dataset in &mut found {
        dataset.note_whole();
    }
    Ok(found)
}

/// Zoho's modules with the labels of their columns.
fn modules(groups: &[Group]) -> Vec<(&str, Vec<&str>)> {
    let zoho = groups.iter().filter(|group| group.dialect.system() == System::Zoho);
    let labelled = zoho.map(|group| (group, group.parts.iter().flat_map(|part| &part.labels).map(String::as_str)));
    labelled.map(|(group, labels)| (group.module.as_str(), labels.collect())).collect()
}

/// In a backup every table is Zoho's, also one without record ids.
fn join_backup(parts: &mut [(Part, Verdict)]) {
    if !parts.iter().any(|(_, verdict)| verdict.dialect == Dialect::ZohoBackup) {
        return;
    }
    for (part, verdict) in parts.iter_mut().filter(|(part, _)| part.input.in_folder("Data")) {
        if matches!(verdict.dialect, Dialect::Generic | Dialect::ZohoUi | Dialect::ZohoBulk) {
            verdict.dialect = Dialect::ZohoBackup;
            verdict.module = zoho::module_of(part, Dialect::ZohoBackup);
        }
    }
}

/// Where the user named the system, what the columns leave open is what the request says, else people.
fn declare_modules(parts: &mut [(Part, Verdict)], request: &Request) {
    let is = |verdict: &Verdict, module: &str| {
        verdict.module.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(module))
    };
    match (request.system, &request.module) {
        (Some(System::CustomerIo), None) if !parts.iter().any(|(_, verdict)| is(verdict, "people")) => {
            let only = parts.len() == 1;
            for (part, verdict) in parts.iter_mut().filter(|(_, verdict)| verdict.module.is_none()) {
                if customerio::may_be_people(&part.labels) || (only && part.is_headless()) {
                    verdict.module = Some("people".to_owned());
                }
            }
        }
        (Some(System::Zoho), Some(wanted)) if !parts.iter().any(|(_, verdict)| is(verdict, wanted)) => {
            for (part, verdict) in parts.iter_mut().filter(|(_, verdict)| verdict.dialect != Dialect::ZohoBackup) {
                if zoho::by_content(part, verdict.dialect).is_none() {
                    verdict.module = Some(wanted.clone());
                }
            }
        }
        _ => {}
    }
}

/// Files of one module together, in the order they were given.
fn grouped(parts: Vec<(Part, Verdict)>, request: &Request) -> Result<Vec<Group>> {
    let stems = generic_stems(&parts);
    let mut groups: Vec<Group> = Vec::new();
    for (part, verdict) in parts {
        let stem = part.input.stem();
        let by_name = || match verdict.dialect {
            Dialect::Generic => stems.get(&stem).cloned().unwrap_or_else(|| stem.clone()),
            _ => zoho::module_of_stem(&stem),
        };
        let module =
            verdict.module.clone().or_else(|| request.module.clone()).unwrap_or_else(|| clean(&by_name()).into_owned());
        let same = |group: &&mut Group| {
            group.module.eq_ignore_ascii_case(&module)
                && source(request, group.dialect) == source(request, verdict.dialect)
        };
        match groups.iter_mut().find(same) {
            Some(group) if group.dialect == verdict.dialect => group.parts.push(part),
            Some(group) => return Err(twice(group, &part, verdict.dialect)),
            None => groups.push(Group { module, dialect: verdict.dialect, parts: vec![part], id: None }),
        }
    }
    Ok(groups)
}

fn twice(group: &Group, part: &Part, dialect: Dialect) -> Error {
    let first = group.parts.first().map_or("", |part| part.input.shown.as_str());
    stop(
        format!(
            "{} is given twice: {first} is a {} and {} is a {}",
            group.module,
            group.dialect.describe(),
            part.input.shown,
            dialect.describe()
        ),
        "Give one of the two, or make two sources with names of their own.",
    )
}

/// Numbered files with one header are parts of one table: `orders_1`, `orders_2` are `orders`.
fn generic_stems(parts: &[(Part, Verdict)]) -> BTreeMap<String, String> {
    let mut by_base: BTreeMap<String, Vec<&Part>> = BTreeMap::new();
    for (part, verdict) in parts {
        if verdict.dialect == Dialect::Generic && verdict.module.is_none() {
            by_base.entry(zoho::module_of_stem(&part.input.stem().replace('-', "_"))).or_default().push(part);
        }
    }
    let mut stems = BTreeMap::new();
    for (base, parts) in by_base {
        if parts.len() > 1 && parts.iter().all(|part| part.labels == parts[0].labels) {
            stems.extend(parts.iter().map(|part| (part.input.stem(), base.clone())));
        }
    }
    stems
}

/// The module that the request asks for: one of several, or the name of the only one.
fn pick(mut groups: Vec<Group>, request: &Request) -> Result<Vec<Group>> {
    let Some(wanted) = &request.module else { return Ok(groups) };
    let word = |text: &str| text.trim().to_lowercase().replace(' ', "_");
    if groups.iter().any(|group| word(&group.module) == word(wanted)) {
        // The attributes of the warehouse sync belong to its people.
        let people = word(wanted) == "people";
        groups.retain(|group| {
            word(&group.module) == word(wanted)
                || (people && group.dialect == Dialect::CustomerIoWarehouse && group.module == "attributes")
        });
        return Ok(groups);
    }
    if let [only] = groups.as_mut_slice() {
        only.module.clone_from(wanted);
        return Ok(groups);
    }
    let names: Vec<&str> = groups.iter().map(|group| group.module.as_str()).collect();
    Err(stop(
        format!("The source has no module {wanted:?}; it holds {}", names.join(", ")),
        "Name one of these as the module, or leave the module out.",
    ))
}

/// A dataset before its columns are named.
struct Folded {
    module: String,
    dialect: Dialect,
    labels: Vec<String>,
    files: Vec<String>,
    delimiter: Option<char>,
    id: Option<String>,
    source: Source,
}

enum Source {
    Parts(Vec<Part>),
    Pivot { people: Vec<Part>, attributes: Vec<Part> },
}

/// Joins the people and attributes tables of the warehouse sync.
fn fold_warehouse(groups: Vec<Group>) -> Vec<Folded> {
    let (mut people, mut attributes) = (Vec::new(), Vec::new());
    let mut folded = Vec::new();
    for group in groups {
        let table = group.parts.first().and_then(|part| customerio::table(&part.labels));
        match (group.dialect, table) {
            (Dialect::CustomerIoWarehouse, Some("people")) => people.extend(group.parts),
            (Dialect::CustomerIoWarehouse, Some("attributes")) => attributes.extend(group.parts),
            _ => folded.push(fold(group)),
        }
    }
    if !people.is_empty() || !attributes.is_empty() {
        let mut files: Vec<String> = people.iter().chain(&attributes).map(|part| part.input.shown.clone()).collect();
        files.sort();
        folded.push(Folded {
            module: "people".to_owned(),
            dialect: Dialect::CustomerIoWarehouse,
            labels: Vec::new(),
            files,
            delimiter: None,
            id: None,
            source: Source::Pivot { people, attributes },
        });
    }
    folded
}

fn fold(group: Group) -> Folded {
    let mut seen: AHashSet<&str> = AHashSet::new();
    let labels = group.parts.iter().flat_map(|part| &part.labels).filter(|label| seen.insert(label)).cloned().collect();
    let mut files: Vec<String> = group.parts.iter().map(|part| part.input.shown.clone()).collect();
    files.sort();
    let id = group.parts.iter().find_map(|part| {
        let column = match group.dialect {
            Dialect::ZohoUi | Dialect::ZohoBackup => zcrm_column(part),
            Dialect::ZohoBulk | Dialect::ZohoJson => {
                group.id.as_deref().and_then(|label| part.column(label)).or_else(|| bulk_column(part))
            }
            _ => None,
        };
        column.map(|at| part.labels[at].clone())
    });
    let delimiter = group.parts.iter().find_map(|part| match &part.shape {
        Shape::Delimited(format) => Some(char::from(format.delimiter)),
        _ => None,
    });
    let Group { module, dialect, parts, .. } = group;
    Folded { module, dialect, labels, files, delimiter, id, source: Source::Parts(parts) }
}

/// Who wrote a table: what Customer.io's own source holds is Customer.io's, whatever it is.
fn system(request: &Request, dialect: Dialect) -> System {
    let is_own = dialect == Dialect::Generic && customerio::is_own(request);
    if is_own { System::CustomerIo } else { dialect.system() }
}

fn source(request: &Request, dialect: Dialect) -> String {
    request.name.clone().unwrap_or_else(|| system(request, dialect).name().to_owned())
}

fn build(folded: Folded, request: &Request, metadata: &Metadata) -> Result<Dataset> {
    let Folded { module, dialect, mut labels, files, delimiter, id, source: from } = folded;
    let body = match from {
        Source::Parts(parts) => Body::Parts(parts),
        Source::Pivot { people, attributes } => {
            let (names, held) = customerio::pivot(&people, &attributes)?;
            labels = names;
            Body::Held(Arc::new(held))
        }
    };
    let system = system(request, dialect);
    let source = source(request, dialect);
    let position = |name: &str| labels.iter().position(|label| label == name);
    let key = match system {
        System::Zoho => id.as_deref().and_then(position),
        System::CustomerIo if dialect == Dialect::Generic => None,
        System::CustomerIo => customerio::key(&module, &labels),
        System::Shopify => position("Customer ID").or_else(|| position("Email")),
        System::Klaviyo => position("Klaviyo ID").or_else(|| position("Email")),
        System::Generic => None,
    };
    let preview = preview(&body, &labels, system);
    let columns = labels
        .iter()
        .enumerate()
        .map(|(at, label)| Column {
            label: label.clone(),
            api_name: if system != System::Zoho {
                None
            } else if Some(at) == key {
                Some("id".to_owned())
            } else if dialect.by_api_name() {
                metadata.api_name(&module, label, 0).or_else(|| Some(label.clone()))
            } else {
                declared(request, &module, label).or_else(|| api_name(metadata, &module, label, &labels))
            },
        })
        .collect();
    Ok(Dataset {
        name: format!("{source}.{module}").to_lowercase().replace(' ', "_"),
        picklists: if system == System::Zoho { metadata.picklists(&module) } else { BTreeMap::new() },
        source,
        module,
        system,
        dialect,
        columns,
        key,
        files,
        delimiter,
        preview,
        patchy: Vec::new(),
        damage: Vec::new(),
        body,
        index: OnceLock::new(),
    })
}

fn preview(body: &Body, labels: &[String], system: System) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    match body {
        Body::Held(held) => {
            held.scan(&mut |row: Row<'_>| {
                rows.push(row.owned(labels.len()));
                rows.len() < PREVIEW
            });
        }
        Body::Parts(parts) => {
            for part in parts {
                let mut places: AHashMap<&str, usize> = AHashMap::new();
                for (at, label) in part.labels.iter().enumerate() {
                    places.entry(label).or_insert(at);
                }
                let map: Vec<Option<usize>> = labels.iter().map(|label| places.get(label.as_str()).copied()).collect();
                for row in part.preview.iter().take(PREVIEW.saturating_sub(rows.len())) {
                    rows.push(map.iter().map(|&at| at.map_or_else(String::new, |at| row[at].clone())).collect());
                }
            }
        }
    }
    if system == System::Shopify {
        for row in &mut rows {
            for (cell, label) in row.iter_mut().zip(labels) {
                *cell = unguard(cell, is_guarded(label)).to_owned();
            }
        }
    }
    rows
}

/// Sets the declared key where the column exists; it has to exist somewhere.
fn declare_key(found: &mut [Dataset], request: &Request) -> Result<()> {
    let Some(key) = &request.key else { return Ok(()) };
    let mut known = false;
    for dataset in found.iter_mut() {
        if let Some(column) = dataset.find(key) {
            dataset.key = Some(column);
            known = true;
        }
    }
    if known {
        return Ok(());
    }
    let labels = found.iter().flat_map(|dataset| &dataset.columns).map(|column| column.label.as_str());
    // Neither what was taken for a name nor what was given as one may be a person's data.
    let close = labels
        .filter(|label| !is_private(label))
        .map(|label| (strsim::damerau_levenshtein(&label.to_lowercase(), &key.to_lowercase()), label))
        .min()
        .filter(|(distance, _)| *distance <= 2 + key.len() / 4);
    let names: Vec<&str> = found.iter().map(|dataset| dataset.name.as_str()).collect();
    let help = close.map_or_else(
        || "Name a column of the export as the key.".to_owned(),
        |(_, label)| format!("Did you mean {label:?}?"),
    );
    let what = if is_private(key) { "The declared key column".to_owned() } else { format!("The key column {key:?}") };
    Err(Error::usage(Fault::new(format!("{what} is not in {}", names.join(", "))).help(help)))
}

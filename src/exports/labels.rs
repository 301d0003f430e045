//! Input stage: labels for API names. In: results of Bulk Read jobs, whose columns are named as in the API, and what the
//! fields API told. Out: the same with the labels of the screens, so that a finding has one name whichever way an export was
//! fetched.

use super::Request;
use super::dataset::loose;
use super::metadata::Metadata;
use super::part::Part;
use super::recognise::bulk_column;
use super::zoho;

/// Gives columns their labels; out comes what the column of the record's own id is called then.
pub(super) fn give_labels(parts: &mut [Part], module: &str, metadata: &Metadata) -> Option<String> {
    let mut id = None;
    for part in parts {
        let at = bulk_column(part);
        let given = part.labels.iter().map(|name| metadata.label(module, name).unwrap_or_else(|| name.clone()));
        let given: Vec<String> = given.collect();
        // Fields may share a label, and a label may be the API name of another field.
        let is_unique = |label: &String| given.iter().filter(|other| *other == label).count() == 1;
        let labels = given.iter().zip(&part.labels).map(|(label, name)| if is_unique(label) { label } else { name });
        let labels: Vec<String> = labels.cloned().collect();
        id = at.map(|at| labels[at].clone()).or(id);
        part.labels = labels;
    }
    id
}

/// Whether a label that somebody wrote is that of a column: case and blanks around it do not count.
pub fn is_label(written: &str, label: &str) -> bool {
    loose(written) == loose(label)
}

/// By what the user says that a field of Zoho is called here.
pub(super) fn declared(request: &Request, module: &str, label: &str) -> Option<String> {
    let (base, suffix) = label.strip_suffix(".id").map_or((label, ""), |base| (base, ".id"));
    let exact = request.labels.iter().find(|(_, own)| own == base);
    let (name, _) = exact.or_else(|| request.labels.iter().find(|(_, own)| is_label(own, base)))?;
    zoho::api_name(module, &format!("{name}{suffix}"))
}

/// By the metadata when there is some; the second field of a label has no other source.
pub(super) fn api_name(metadata: &Metadata, module: &str, label: &str, labels: &[String]) -> Option<String> {
    let repeated = label.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).and_then(|(base, number)| {
        let number = number.parse::<usize>().ok().filter(|&number| number > 1)?;
        labels.iter().any(|found| found == base).then_some((base, number))
    });
    match repeated {
        Some((base, number)) => metadata.api_name(module, base, number - 1),
        None => metadata.api_name(module, label, 0).or_else(|| zoho::api_name(module, label)),
    }
}

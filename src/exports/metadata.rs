//! Input stage: the metadata tables of a Zoho backup. In: `Metadata/Fields_001.csv` and
//! `Metadata/PickListFieldProperties_001.csv`, whose headers are not documented. Out: API names and options of fields by
//! module, as far as the headers can be understood.

use std::collections::BTreeMap;

use super::archive::Input;
use super::delimited::{self, Format};
use super::kinds::plain;
use crate::error::Result;

const LABEL: [&str; 5] = ["label", "fieldlabel", "displaylabel", "fieldname", "name"];
const API: [&str; 4] = ["apiname", "fieldapiname", "columnname", "api"];
const MODULE: [&str; 7] = ["module", "modulename", "moduleapiname", "modulelabel", "tab", "tabname", "tablabel"];
const FIELD_ID: [&str; 3] = ["fieldid", "id", "recordid"];
const FIELD: [&str; 8] =
    ["field", "fieldlabel", "fieldapiname", "fieldname", "apiname", "label", "columnname", "fieldid"];
const DISPLAY: [&str; 6] = ["displayvalue", "picklistvalue", "value", "option", "displayname", "optionname"];
const STORED: [&str; 5] = ["actualvalue", "storedvalue", "referencevalue", "apivalue", "actualname"];

/// A field of a module.
#[derive(Debug, Clone)]
struct Field {
    module: String,
    label: String,
    api_name: String,
    id: String,
}

/// An option of a picklist.
#[derive(Debug, Clone)]
struct Choice {
    module: String,
    field: String,
    display: String,
    stored: String,
}

/// What the metadata of a backup tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    fields: Vec<Field>,
    choices: Vec<Choice>,
}

/// Display and stored value of each option, by field label.
pub(super) type Picklists = BTreeMap<String, Vec<(String, String)>>;

impl Metadata {
    /// Whether a file is metadata rather than records.
    pub(super) fn is(input: &Input) -> bool {
        input.in_folder("Metadata")
    }

    /// Adds what a metadata file tells; files of other kinds, as the roles, tell nothing.
    pub(super) fn add(&mut self, input: &Input) -> Result<()> {
        let stem = plain(&input.stem());
        if !stem.starts_with("fields") && !stem.starts_with("picklist") {
            return Ok(());
        }
        let format = Format::sniff(&input.head(1 << 16)?, None, None);
        let mut rows = Vec::new();
        let seen = delimited::scan(input, format, 0, &(), &mut |row| {
            rows.push(row.owned(row.ends.len()));
            true
        })?;
        let header: Vec<String> = seen.labels.iter().map(|label| plain(label)).collect();
        let column = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|found| found == name));
        let cell = |row: &[String], column: Option<usize>| {
            column.and_then(|at| row.get(at)).map(|cell| cell.trim().to_owned()).unwrap_or_default()
        };
        let module = column(&MODULE);
        if stem.starts_with("fields") {
            let (label, api, id) = (column(&LABEL), column(&API), column(&FIELD_ID));
            self.fields.extend(rows.iter().map(|row| Field {
                module: plain(&cell(row, module)),
                label: cell(row, label),
                api_name: cell(row, api),
                id: cell(row, id),
            }));
            self.fields.retain(|field| !field.label.is_empty() && !field.api_name.is_empty());
        } else {
            let (field, display, stored) = (column(&FIELD), column(&DISPLAY), column(&STORED));
            self.choices.extend(rows.iter().map(|row| {
                let display = cell(row, display);
                let stored = Some(cell(row, stored)).filter(|stored| !stored.is_empty());
                Choice {
                    module: plain(&cell(row, module)),
                    field: cell(row, field),
                    stored: stored.unwrap_or_else(|| display.clone()),
                    display,
                }
            }));
            self.choices.retain(|choice| !choice.field.is_empty() && !choice.display.is_empty());
        }
        Ok(())
    }

    /// The API name of the `nth` field with a label; fields may share one.
    pub(super) fn api_name(&self, module: &str, label: &str, nth: usize) -> Option<String> {
        let (base, suffix) = match label.rsplit_once('.') {
            Some((base, suffix @ ("id" | "module"))) => (base, format!(".{suffix}")),
            _ => (label, String::new()),
        };
        let mut names: Vec<&str> = Vec::new();
        for field in self.fields.iter().filter(|field| field.label == base && same(&field.module, module)) {
            if !names.contains(&field.api_name.as_str()) {
                names.push(&field.api_name);
            }
        }
        // Without a column of modules a label may mean several fields.
        let unsure = names.len() > 1 && self.fields.iter().all(|field| field.module.is_empty());
        names.get(nth).filter(|_| !unsure).map(|name| format!("{name}{suffix}"))
    }

    /// The options of a module's picklists.
    pub(super) fn picklists(&self, module: &str) -> Picklists {
        let mut lists = Picklists::new();
        for choice in self.choices.iter().filter(|choice| same(&choice.module, module)) {
            let by = |field: &&Field| {
                same(&field.module, module)
                    && (field.api_name == choice.field || field.label == choice.field || field.id == choice.field)
            };
            let label = self.fields.iter().find(by).map_or(&choice.field, |field| &field.label);
            let options = lists.entry(label.clone()).or_default();
            let option = (choice.display.clone(), choice.stored.clone());
            if !options.contains(&option) {
                options.push(option);
            }
        }
        lists
    }
}

/// Whether a module of the metadata is the dataset's: the same word, in the singular or the plural.
fn same(found: &str, module: &str) -> bool {
    let module = plain(module);
    found.is_empty() || found == module || found.trim_end_matches('s') == module.trim_end_matches('s')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Input, Metadata};

    #[test]
    fn fields_and_options_are_understood_under_several_headers() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("Metadata");
        std::fs::create_dir(&folder).unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            Input::file(&path)
        };
        let fields = write(
            "Fields_001.csv",
            "Field Id,Module,Label,Api Name,Type\n1,Contacts,Plan Tier,Plan,picklist\n2,Contacts,Plan Tier,Plan_Old,text\n3,Deals,Plan Tier,Deal_Plan,text\n",
        );
        let options = write(
            "PickListFieldProperties_001.csv",
            "Module,Field Id,Display Value,Actual Value\nContact,1,Gold,gold\nContact,1,Silver,\n",
        );
        let roles = write("Roles_001.csv", "Role\nCEO\n");
        let mut metadata = Metadata::default();
        for input in [&fields, &options, &roles] {
            assert!(Metadata::is(input));
            metadata.add(input).unwrap();
        }
        assert_eq!(metadata.api_name("Contacts", "Plan Tier", 0).as_deref(), Some("Plan"));
        assert_eq!(metadata.api_name("Contacts", "Plan Tier", 1).as_deref(), Some("Plan_Old"));
        assert_eq!(metadata.api_name("Deals", "Plan Tier.id", 0).as_deref(), Some("Deal_Plan.id"));
        assert_eq!(metadata.api_name("Leads", "Plan Tier", 0), None);
        let lists = metadata.picklists("Contacts");
        assert_eq!(lists["Plan Tier"], [("Gold".into(), "gold".into()), ("Silver".into(), "Silver".into())]);
        assert!(metadata.picklists("Deals").is_empty());
    }

    #[test]
    fn unknown_headers_tell_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("Fields_001.csv");
        std::fs::write(&path, "Foo,Bar\n1,2\n").unwrap();
        let mut metadata = Metadata::default();
        metadata.add(&Input::file(&path)).unwrap();
        assert_eq!(metadata.api_name("Contacts", "Foo", 0), None);
    }
}

//! Input stage: what Zoho says of its fields. In: `Metadata/Fields_001.csv` and
//! `Metadata/PickListFieldProperties_001.csv` of a backup, whose headers are not documented, and answers of the fields
//! API. Out: API names and options of fields by module, as far as the headers can be understood.

use std::collections::BTreeMap;

use super::archive::Input;
use super::delimited::{self, Format};
use super::field_list::FieldList;
use super::kinds::plain;
use super::rows::Row;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As Zoho shows it.
    pub shown: String,
    /// As Zoho stores it.
    pub stored: String,
    /// Whether it can still be chosen.
    pub used: bool,
}

/// An option with the field it belongs to.
#[derive(Debug, Clone)]
struct Offered {
    module: String,
    field: String,
    choice: Choice,
}

/// What the metadata tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    fields: Vec<Field>,
    choices: Vec<Offered>,
    lists: Vec<FieldList>,
}

/// The options of each picklist, by the field's label and by its API name.
pub(super) type Picklists = BTreeMap<String, Vec<Choice>>;

impl Metadata {
    /// Whether a file is metadata rather than records.
    pub(super) fn is(input: &Input) -> Result<bool> {
        Ok(input.in_folder("Metadata") || FieldList::is(input)?)
    }

    /// Adds what a metadata file tells; files of other kinds, as the roles, tell nothing.
    pub(super) fn add(&mut self, input: &Input) -> Result<()> {
        if !input.in_folder("Metadata") {
            self.lists.push(FieldList::read(input)?);
            return Ok(());
        }
        let stem = plain(&input.stem());
        if !stem.starts_with("fields") && !stem.starts_with("picklist") {
            return Ok(());
        }
        let format = Format::sniff(&input.head(1 << 16)?, None, None);
        let mut rows = Vec::new();
        let seen = delimited::scan(input, format, 0, &(), &mut |row: Row<'_>| {
            rows.push(row.owned(row.places.len()));
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
                let stored = stored.unwrap_or_else(|| display.clone());
                Offered {
                    module: plain(&cell(row, module)),
                    field: cell(row, field),
                    choice: Choice { shown: display, stored, used: true },
                }
            }));
            self.choices.retain(|offered| !offered.field.is_empty() && !offered.choice.shown.is_empty());
        }
        Ok(())
    }

    /// Gives the fields of each answer to the module whose they are; `modules` are Zoho's, with the labels of their
    /// columns.
    pub(super) fn settle(&mut self, modules: &[(&str, Vec<&str>)]) {
        for list in std::mem::take(&mut self.lists) {
            let Some(module) = list.module(modules).map(plain) else { continue };
            for field in list.fields {
                let offered = field.options.into_iter().map(|(shown, stored, used)| Offered {
                    module: module.clone(),
                    field: field.api_name.clone(),
                    choice: Choice { shown, stored, used },
                });
                self.choices.extend(offered);
                let (label, api_name, id) = (field.label, field.api_name, field.id);
                self.fields.push(Field { module: module.clone(), label, api_name, id });
            }
        }
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

    /// The label of the field with an API name, when the metadata knows exactly one.
    pub(super) fn label(&self, module: &str, api_name: &str) -> Option<String> {
        let (base, suffix) = match api_name.rsplit_once('.') {
            Some((base, suffix @ ("id" | "module"))) => (base, format!(".{suffix}")),
            _ => (api_name, String::new()),
        };
        let is = |field: &&Field| field.api_name.eq_ignore_ascii_case(base) && same(&field.module, module);
        let mut labels: Vec<&str> = self.fields.iter().filter(is).map(|field| field.label.as_str()).collect();
        labels.dedup();
        match labels.as_slice() {
            [label] => Some(format!("{label}{suffix}")),
            _ => None,
        }
    }

    /// The options of a module's picklists.
    pub(super) fn picklists(&self, module: &str) -> Picklists {
        let mut lists = Picklists::new();
        for offered in self.choices.iter().filter(|offered| same(&offered.module, module)) {
            let by = |field: &&Field| {
                let names = [&field.api_name, &field.label, &field.id];
                same(&field.module, module) && names.contains(&&offered.field)
            };
            let field = self.fields.iter().find(by);
            let label = field.map_or(&offered.field, |field| &field.label);
            let names = [Some(label), field.map(|field| &field.api_name).filter(|name| *name != label)];
            for name in names.into_iter().flatten() {
                let options = lists.entry(name.clone()).or_default();
                if !options.contains(&offered.choice) {
                    options.push(offered.choice.clone());
                }
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
    use super::{Choice, Input, Metadata};

    fn choice(shown: &str, stored: &str, used: bool) -> Choice {
        Choice { shown: shown.to_owned(), stored: stored.to_owned(), used }
    }

    #[test]
    fn answers_of_the_fields_api_belong_to_the_module_of_their_file_or_of_their_columns() {
        let dir = tempfile::tempdir().unwrap();
        let answer = |label: &str| {
            format!(
                r#"{{"fields": [{{"api_name": "Plan", "field_label": "{label}", "data_type": "picklist", "pick_list_values":
                [{{"display_value": "Gold", "actual_value": "gold", "type": "used"}}, {{"display_value": "Old", "type": "unused"}}]}}]}}"#
            )
        };
        let mut metadata = Metadata::default();
        for (name, label) in [("fields_leads.json", "Plan of the lead"), ("answer.json", "Plan Tier")] {
            let path = dir.path().join(name);
            std::fs::write(&path, answer(label)).unwrap();
            assert!(Metadata::is(&Input::file(&path)).unwrap());
            metadata.add(&Input::file(&path)).unwrap();
        }
        metadata.settle(&[("Contacts", vec!["Record Id", "Plan Tier"]), ("Deals", vec!["Stage"]), ("Leads", vec![])]);
        let options = [choice("Gold", "gold", true), choice("Old", "Old", false)];
        assert_eq!(metadata.picklists("Contacts")["Plan Tier"], options);
        assert_eq!(metadata.picklists("Leads")["Plan of the lead"], options);
        assert!(metadata.picklists("Deals").is_empty());
        assert_eq!(metadata.api_name("Contacts", "Plan Tier", 0).as_deref(), Some("Plan"));
        let records = dir.path().join("records.json");
        std::fs::write(&records, r#"{"data": [{"fields": "api_name field_label data_type"}]}"#).unwrap();
        assert!(!Metadata::is(&Input::file(&records)).unwrap());
    }

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
            assert!(Metadata::is(input).unwrap());
            metadata.add(input).unwrap();
        }
        assert_eq!(metadata.api_name("Contacts", "Plan Tier", 0).as_deref(), Some("Plan"));
        assert_eq!(metadata.api_name("Contacts", "Plan Tier", 1).as_deref(), Some("Plan_Old"));
        assert_eq!(metadata.api_name("Deals", "Plan Tier.id", 0).as_deref(), Some("Deal_Plan.id"));
        assert_eq!(metadata.api_name("Leads", "Plan Tier", 0), None);
        let lists = metadata.picklists("Contacts");
        assert_eq!(lists["Plan Tier"], [choice("Gold", "gold", true), choice("Silver", "Silver", true)]);
        assert_eq!(lists["Plan"], lists["Plan Tier"], "by the API name too");
        assert!(metadata.picklists("Deals").is_empty());
    }

    #[test]
    fn unknown_headers_tell_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("Metadata");
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("Fields_001.csv");
        std::fs::write(&path, "Foo,Bar\n1,2\n").unwrap();
        let mut metadata = Metadata::default();
        metadata.add(&Input::file(&path)).unwrap();
        assert_eq!(metadata.api_name("Contacts", "Foo", 0), None);
    }
}

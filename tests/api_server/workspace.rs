//! What the stand-in serves: the exports of a workspace on disk, in the shapes that the APIs give them. Labels become API
//! names, ids lose their prefix, and times get the offset of the organisation's zone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The zone of the organisation.
pub(crate) const ZONE: &str = "Europe/Berlin";

/// Labels whose API name is another word.
const SPECIAL: [(&str, &str, &str); 6] = [
    ("Contacts", "Contact Name", "Full_Name"),
    ("Leads", "Lead Name", "Full_Name"),
    ("", "Probability (%)", "Probability"),
    ("", "Is Converted", "Converted__s"),
    ("", "Record Id", "Id"),
    ("", "Account Name.id", "Account_Name"),
];

/// A field of a module: its label, its API name, and which column of the export it is.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) label: String,
    pub(crate) api: String,
    pub(crate) kind: &'static str,
}

/// A module with its records.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Of each lookup the names that its ids stand for, record by record.
    names: BTreeMap<String, Vec<String>>,
}

impl Module {
    pub(crate) fn column(&self, api: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.api.eq_ignore_ascii_case(api))
    }

    /// Whether a field can be asked for, also one of the record that a lookup points to.
    pub(crate) fn has(&self, api: &str) -> bool {
        match api.split_once('.') {
            None => self.column(api).is_some(),
            Some((base, "first_name" | "last_name")) => is_user(base) && self.names.contains_key(base),
            Some((base, "Full_Name")) => !is_user(base) && self.names.contains_key(base),
            Some(_) => false,
        }
    }

    /// A cell by the name of its field.
    pub(crate) fn cell(&self, row: usize, api: &str) -> &str {
        let Some((base, part)) = api.split_once('.') else { return &self.rows[row][self.column(api).unwrap()] };
        let name = self.names[base][row].as_str();
        let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
        match part {
            "first_name" => first,
            "last_name" => last,
            _ => name,
        }
    }

    /// The answer of the fields API.
    pub(crate) fn described(&self) -> Value {
        let fields: Vec<Value> = self.fields.iter().enumerate().map(|(at, field)| self.one(at, field)).collect();
        json!({ "fields": fields })
    }

    fn one(&self, at: usize, field: &Field) -> Value {
        let mut options: Vec<&str> = Vec::new();
        if field.kind == "picklist" {
            for row in &self.rows {
                if !row[at].is_empty() && !options.contains(&row[at].as_str()) {
                    options.push(&row[at]);
                }
            }
            options.sort_unstable();
        }
        let options: Vec<Value> =
            options.iter().map(|word| json!({ "display_value": word, "actual_value": word, "type": "used" })).collect();
        json!({
            "id": format!("70451230000009{at:05}"),
            "api_name": if field.api == "Id" { "id" } else { &field.api },
            "field_label": field.label,
            "display_label": field.label,
            "data_type": field.kind,
            "json_type": "string",
            "visible": true,
            "read_only": false,
            "type": "used",
            "unique": {},
            "pick_list_values": options,
            "lookup": if field.kind == "lookup" { json!({ "module": { "api_name": "Contacts" } }) } else { json!({}) },
        })
    }
}

/// Everything that is served.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) modules: Vec<Module>,
    folder: PathBuf,
}

impl Workspace {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut modules = Vec::new();
        for name in ["Contacts", "Leads", "Deals", "Cases"] {
            if let Some(file) = export(&folder.join("exports/zoho"), name) {
                modules.push(module(name, &file));
            }
        }
        Self { modules, folder: folder.to_owned() }
    }

    pub(crate) fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name.eq_ignore_ascii_case(name))
    }

    /// A file of Customer.io or of a shop, as it is.
    pub(crate) fn file(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join("exports").join(name)).ok()
    }
}

/// `Contacts_2026_05_21.csv` of a folder.
fn export(folder: &Path, module: &str) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found.into_iter().find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(module)))
}

fn module(name: &str, file: &Path) -> Module {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).unwrap();
    let labels: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    // A lookup is two columns on the screen and its id in the API.
    let is_name = |label: &str| labels.iter().any(|other| *other == format!("{label}.id"));
    let kept: Vec<usize> = (0..labels.len()).filter(|at| !is_name(&labels[*at])).collect();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        for at in (0..labels.len()).filter(|at| is_name(&labels[*at])) {
            let api = field(name, &format!("{}.id", labels[at])).api;
            names.entry(api).or_default().push(record.get(at).unwrap_or_default().to_owned());
        }
        rows.push(kept.iter().map(|at| cell(&labels[*at], record.get(*at).unwrap_or_default())).collect());
    }
    let fields = kept.iter().map(|at| field(name, &labels[*at])).collect();
    Module { name: name.to_owned(), fields, rows, names }
}

fn field(module: &str, label: &str) -> Field {
    let special = SPECIAL.iter().find(|(of, from, _)| *from == label && (of.is_empty() || *of == module));
    let base = label.strip_suffix(".id").unwrap_or(label);
    let singular = module.trim_end_matches('s');
    let api = match special {
        Some((.., api)) => (*api).to_owned(),
        None if base == format!("{singular} Owner") => "Owner".to_owned(),
        None => base.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect(),
    };
    let kind = match label {
        "Lead Source" | "Lifecycle Stage" | "VIP Tier" | "Stage" | "Lead Status" => "picklist",
        "Email" | "Secondary Email" => "email",
        _ if label == "Record Id" => "bigint",
        _ if label.ends_with(".id") && is_user(&api) => "ownerlookup",
        _ if label.ends_with(".id") => "lookup",
        _ if label.ends_with(" Time") => "datetime",
        _ => "text",
    };
    Field { label: base.to_owned(), api, kind }
}

/// Whether a lookup points to a user.
fn is_user(api: &str) -> bool {
    ["Owner", "Created_By", "Modified_By"].contains(&api)
}

fn cell(label: &str, text: &str) -> String {
    if label == "Record Id" || label.ends_with(".id") {
        return text.strip_prefix("zcrm_").unwrap_or(text).to_owned();
    }
    if label.ends_with(" Time")
        && let Ok(local) = DateTime::strptime("%Y-%m-%d %H:%M:%S", text)
        && let Ok(zoned) = local.to_zoned(TimeZone::get(ZONE).unwrap())
    {
        return zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    }
    text.to_owned()
}

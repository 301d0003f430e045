//! Which fields of a Zoho module are asked for. In: the fields that the module has, and the documents that name some. Out:
//! API names: what the documents use, and what rules look at in any module.

use serde_json::Value;

use crate::config::pull::Wanted;
use crate::exports::zoho_api_name;

/// API names that rules look at where a module has them.
const STANDARD: &[&str] = &[
    "Owner",
    "First_Name",
    "Last_Name",
    "Full_Name",
    "Email",
    "Secondary_Email",
    "Phone",
    "Mobile",
    "Company",
    "Email_Opt_Out",
    "Unsubscribed_Mode",
    "Unsubscribed_Time",
    "Data_Processing_Basis",
    "Data_Source",
    "Lead_Source",
    "Lead_Status",
    "Industry",
    "Rating",
    "Tag",
    "Description",
    "Created_By",
    "Created_Time",
    "Modified_By",
    "Modified_Time",
    "Last_Activity_Time",
    "Record_Status__s",
    "Date_of_Birth",
    "Mailing_Street",
    "Mailing_City",
    "Mailing_State",
    "Mailing_Zip",
    "Mailing_Country",
    "Street",
    "City",
    "State",
    "Zip_Code",
    "Country",
    "Converted__s",
    "Converted_Date_Time",
    "Converted_Account",
    "Converted_Contact",
    "Converted_Deal",
    "Deal_Name",
    "Stage",
    "Stage_Modified_Time",
    "Amount",
    "Closing_Date",
    "Pipeline",
    "Type",
    "Probability",
    "Contact_Name",
    "Account_Name",
    "Account_Type",
    "Related_To",
    "Case_Number",
    "Subject",
    "Status",
    "Priority",
];
/// Lookups whose names rules read.
const NAMED: [&str; 2] = ["Owner", "Modified_By"];
/// Types of fields that a table cannot hold.
const NO_CELL: &[&str] = &["subform", "fileupload", "imageupload", "profileimage", "layout"];

/// A field of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    label: String,
    api: String,
    /// `ownerlookup`
    kind: String,
    /// The module that a lookup points to.
    to: String,
}

impl Field {
    /// Whether this is its API name.
    pub(super) fn is(&self, api: &str) -> bool {
        self.api == api
    }

    /// Whether its value is the id of another record.
    fn is_lookup(&self) -> bool {
        ["lookup", "ownerlookup", "userlookup"].contains(&self.kind.as_str())
    }

    /// Whether it is the id of a user.
    fn is_user(&self) -> bool {
        self.is_lookup() && self.kind != "lookup"
    }

    /// Where the name of the record is that it points to.
    fn names(&self) -> Vec<String> {
        let parts: &[&str] = match (self.kind.as_str(), self.to.as_str()) {
            ("ownerlookup" | "userlookup", _) => &["first_name", "last_name"],
            (_, "Contacts" | "Leads") => &["Full_Name"],
            (_, "Accounts") => &["Account_Name"],
            (_, "Deals") => &["Deal_Name"],
            _ => return Vec::new(),
        };
        parts.iter().map(|part| format!("{}.{part}", self.api)).collect()
    }
}

/// The fields of an answer that a table can hold, but for the id, which always comes.
pub(super) fn all(answer: &Value) -> Vec<Field> {
    let listed = answer["fields"].as_array().into_iter().flatten();
    let text = |field: &Value, key: &str| field[key].as_str().unwrap_or_default().to_owned();
    // A field that no layout uses has no values, and an export does not know it.
    let used = listed.filter(|field| field["type"].as_str() != Some("unused"));
    let fields = used.filter(|field| !NO_CELL.contains(&field["data_type"].as_str().unwrap_or_default()));
    let fields = fields.map(|field| Field {
        label: text(field, "field_label"),
        api: text(field, "api_name"),
        kind: text(field, "data_type"),
        to: field.pointer("/lookup/module/api_name").and_then(Value::as_str).unwrap_or_default().to_owned(),
    });
    fields.filter(|field| !field.api.is_empty() && !field.api.eq_ignore_ascii_case("id")).collect()
}

/// What is asked for of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// API names, in the module's own order.
    pub(super) fields: Vec<String>,
    /// Those among them whose value is the id of another record.
    pub(super) lookups: Vec<String>,
    /// Those among the lookups that point to users.
    pub(super) users: Vec<String>,
    /// Where the names of those records are, as far as anybody reads them.
    pub(super) names: Vec<String>,
    /// What was wanted and is not there.
    pub(super) absent: Vec<String>,
}

/// The fields that are wanted.
pub(super) fn wanted(module: &str, fields: &[Field], wanted: &Wanted, documents: &str) -> Chosen {
    let is = |field: &Field, name: &str| {
        let api = zoho_api_name(module, name).unwrap_or_default();
        [field.label.as_str(), field.api.as_str()].contains(&name) || field.api == api
    };
    let expected = expected(module, wanted, documents);
    // A mapping names columns in any case, and so does the audit.
    let documents = documents.to_lowercase();
    let is_named =
        |field: &Field| names(&documents, &field.label.to_lowercase()) || names(&documents, &field.api.to_lowercase());
    let takes = |field: &Field| match wanted {
        Wanted::All => true,
        Wanted::These(names) => names.iter().any(|name| is(field, name)),
        Wanted::Mapping => {
            documents.is_empty()
                || STANDARD.contains(&field.api.as_str())
                || expected.iter().any(|name| field.api.eq_ignore_ascii_case(name))
                || is_named(field)
        }
    };
    let chosen: Vec<&Field> = fields.iter().filter(|field| takes(field)).collect();
    let lookups: Vec<&&Field> = chosen.iter().filter(|field| field.is_lookup()).collect();
    let is_read = |field: &&&&Field| NAMED.contains(&field.api.as_str()) || is_named(field);
    let absent = match wanted {
        Wanted::These(names) => {
            names.iter().filter(|name| !fields.iter().any(|field| is(field, name))).cloned().collect()
        }
        _ => Vec::new(),
    };
    Chosen {
        fields: chosen.iter().map(|field| field.api.clone()).collect(),
        names: lookups.iter().filter(is_read).flat_map(|field| field.names()).collect(),
        users: lookups.iter().filter(|field| field.is_user()).map(|field| field.api.clone()).collect(),
        lookups: lookups.iter().map(|field| field.api.clone()).collect(),
        absent,
    }
}

/// Names that the fields of a module will be chosen from, before the module was asked.
pub(super) fn expected(module: &str, wanted: &Wanted, documents: &str) -> Vec<String> {
    match wanted {
        Wanted::All => Vec::new(),
        Wanted::These(names) => names.iter().filter_map(|name| zoho_api_name(module, name)).collect(),
        Wanted::Mapping if documents.is_empty() => Vec::new(),
        Wanted::Mapping => {
            let prefix = format!(".{}.", module.to_lowercase());
            let lower = documents.to_ascii_lowercase();
            let named = lower.match_indices(&prefix).map(|(at, _)| &documents[at + prefix.len()..]);
            let named = named.filter_map(|rest| rest.split(['\n', '"', '\'', ',', ']', '}', '#', '=']).next());
            let mut names: Vec<String> = named.filter_map(|name| zoho_api_name(module, name.trim())).collect();
            names.sort();
            names.dedup();
            names.retain(|name| !name.eq_ignore_ascii_case("id"));
            names
        }
    }
}

/// Whether a text holds a name as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let is_inner = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            !is_inner(text[..at].chars().next_back()) && !is_inner(text[at + name.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, Wanted, all, expected, wanted, zoho_api_name};
    use crate::config::LABELS;
    use serde_json::json;

    #[test]
    fn what_rules_look_for_by_name_is_asked_for() {
        for key in LABELS.iter().filter(|key| key.name != "Record Id") {
            let api = zoho_api_name("Leads", key.name).unwrap_or_default();
            assert!(STANDARD.contains(&api.as_str()), "{} is not asked for", key.name);
        }
    }

    #[test]
    fn fields_are_those_that_the_mapping_names_and_rules_look_at() {
        let field =
            |label: &str, api: &str, kind: &str| json!({ "field_label": label, "api_name": api, "data_type": kind });
        let answer = json!({ "fields": [
            field("Record Id", "id", "bigint"), field("Email", "Email", "email"), field("Plan Tier", "Plan", "picklist"),
            field("Shoe Size", "Shoe_Size", "text"), field("Title", "Designation", "text"), field("Items", "Items", "subform"), field("Lead Owner", "Owner", "ownerlookup"),
            json!({ "field_label": "Partner", "api_name": "Partner", "data_type": "lookup",
                "lookup": { "module": { "api_name": "Accounts" } } }),
            json!({ "field_label": "Old", "api_name": "Old", "data_type": "text", "type": "unused" }),
        ] });
        let fields = all(&answer);
        let of = |choice: &Wanted, text: &str| wanted("Leads", &fields, choice, text);
        let named = |choice: &Wanted, text: &str| of(choice, text).fields;
        assert_eq!(named(&Wanted::Mapping, "from: zoho.leads.Plan Tier"), ["Email", "Plan", "Owner"]);
        assert_eq!(named(&Wanted::Mapping, "from: zoho.Leads.plan tier"), ["Email", "Plan", "Owner"]);
        assert_eq!(named(&Wanted::Mapping, "from: zoho.leads.My Planned Tiers, X_Shoe_Size"), ["Email", "Owner"]);
        assert_eq!(named(&Wanted::Mapping, "").len(), 6, "without a mapping there is nothing to choose by");
        assert_eq!(named(&Wanted::All, "x").len(), 6);
        let these = of(&Wanted::These(vec!["Title".to_owned(), "Nope".to_owned()]), "");
        assert_eq!((these.fields, these.absent), (vec!["Designation".to_owned()], vec!["Nope".to_owned()]));
        let all = of(&Wanted::All, "from: zoho.leads.Campaign");
        assert_eq!(all.lookups, ["Owner", "Partner"]);
        assert_eq!(all.names, ["Owner.first_name", "Owner.last_name"], "nobody reads the name of the partner");
        assert_eq!(
            of(&Wanted::All, "zoho.leads.Partner").names.last().map(String::as_str),
            Some("Partner.Account_Name")
        );
        let text = "from: [zoho.leads.Plan Tier, \"zoho.leads.Email\"]\nid: zoho.leads.Record Id\nx: zoho.deals.Stage";
        assert_eq!(expected("Leads", &Wanted::Mapping, text), ["Email", "Plan_Tier"]);
    }
}

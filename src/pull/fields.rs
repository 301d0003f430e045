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
/// Types of fields that a table cannot hold.
const NO_CELL: &[&str] = &["subform", "fileupload", "imageupload", "profileimage", "layout"];

/// A field of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    label: String,
    api: String,
}

impl Field {
    /// Whether this is its API name.
    pub(super) fn is(&self, api: &str) -> bool {
        self.api == api
    }
}

/// The fields of an answer that a table can hold, but for the id, which always comes.
pub(super) fn all(answer: &Value) -> Vec<Field> {
    let listed = answer["fields"].as_array().into_iter().flatten();
    let text = |field: &Value, key: &str| field[key].as_str().unwrap_or_default().to_owned();
    let fields = listed.filter(|field| !NO_CELL.contains(&field["data_type"].as_str().unwrap_or_default()));
    let fields = fields.map(|field| Field { label: text(field, "field_label"), api: text(field, "api_name") });
    fields.filter(|field| !field.api.is_empty() && !field.api.eq_ignore_ascii_case("id")).collect()
}

/// API names of those that are wanted, in the module's own order, and the wanted ones that it does not have.
pub(super) fn wanted(module: &str, fields: &[Field], wanted: &Wanted, documents: &str) -> (Vec<String>, Vec<String>) {
    let is = |field: &Field, name: &str| {
        let api = zoho_api_name(module, name).unwrap_or_default();
        [field.label.as_str(), field.api.as_str()].contains(&name) || field.api == api
    };
    let takes = |field: &Field| match wanted {
        Wanted::All => true,
        Wanted::These(names) => names.iter().any(|name| is(field, name)),
        Wanted::Mapping => {
            documents.is_empty()
                || STANDARD.contains(&field.api.as_str())
                || names(documents, &field.label)
                || names(documents, &field.api)
        }
    };
    let chosen = fields.iter().filter(|field| takes(field)).map(|field| field.api.clone()).collect();
    let absent = match wanted {
        Wanted::These(names) => {
            names.iter().filter(|name| !fields.iter().any(|field| is(field, name))).cloned().collect()
        }
        _ => Vec::new(),
    };
    (chosen, absent)
}

/// Names that the fields of a module will be chosen from, before the module was asked.
pub(super) fn expected(module: &str, wanted: &Wanted, documents: &str) -> Vec<String> {
    match wanted {
        Wanted::All => Vec::new(),
        Wanted::These(names) => names.iter().filter_map(|name| zoho_api_name(module, name)).collect(),
        Wanted::Mapping if documents.is_empty() => Vec::new(),
        Wanted::Mapping => {
            let prefix = format!(".{}.", module.to_lowercase());
            let named = documents.match_indices(&prefix).map(|(at, _)| &documents[at + prefix.len()..]);
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
    use super::{Wanted, all, expected, wanted};
    use serde_json::json;

    #[test]
    fn fields_are_those_that_the_mapping_names_and_rules_look_at() {
        let field =
            |label: &str, api: &str, kind: &str| json!({ "field_label": label, "api_name": api, "data_type": kind });
        let answer = json!({ "fields": [
            field("Record Id", "id", "bigint"), field("Email", "Email", "email"), field("Plan Tier", "Plan", "picklist"),
            field("Shoe Size", "Shoe_Size", "text"), field("Title", "Designation", "text"), field("Items", "Items", "subform"),
        ] });
        let fields = all(&answer);
        let of = |choice: &Wanted, text: &str| wanted("Leads", &fields, choice, text);
        assert_eq!(of(&Wanted::Mapping, "from: zoho.leads.Plan Tier").0, ["Email", "Plan"]);
        assert_eq!(of(&Wanted::Mapping, "from: zoho.leads.My Plan Tiers, X_Shoe_Size").0, ["Email"]);
        assert_eq!(of(&Wanted::Mapping, "").0.len(), 4, "without a mapping there is nothing to choose by");
        assert_eq!(of(&Wanted::All, "x").0.len(), 4);
        let these = Wanted::These(vec!["Title".to_owned(), "Nope".to_owned()]);
        assert_eq!(of(&these, ""), (vec!["Designation".to_owned()], vec!["Nope".to_owned()]));
        let text = "from: [zoho.leads.Plan Tier, \"zoho.leads.Email\"]\nid: zoho.leads.Record Id\nx: zoho.deals.Stage";
        assert_eq!(expected("Leads", &Wanted::Mapping, text), ["Email", "Plan_Tier"]);
    }
}

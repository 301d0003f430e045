//! Input stage: Zoho's names. In: labels of exports, which users rename and translate. Out: the API names behind the
//! standard ones, and which module a file holds.

use super::Dialect;
use super::kinds::plain;
use super::part::Part;

/// Labels whose API name is not the label with `_` for blanks.
const STANDARD: [(&str, &str); 22] = [
    ("Record Id", "id"),
    ("Record ID", "id"),
    ("Full Name", "Full_Name"),
    ("Probability (%)", "Probability"),
    ("Is Converted", "Converted__s"),
    ("Change Log Time", "Change_Log_Time__s"),
    ("Locked", "Locked__s"),
    ("Last Enriched Time", "Last_Enriched_Time__s"),
    ("Enrich Status", "Enrich_Status__s"),
    ("Record Status", "Record_Status__s"),
    ("Connected To", "Connected_To__s"),
    ("Reason For Loss", "Reason_For_Loss__s"),
    ("No. of Employees", "No_of_Employees"),
    ("First Visit", "First_Visited_Time"),
    ("Most Recent Visit", "Last_Visited_Time"),
    ("First Page Visited", "First_Visited_URL"),
    ("Average Time Spent (Minutes)", "Average_Time_Spent_Minutes"),
    ("Visitor Score", "Visitor_Score"),
    ("Zip / Postal Code", "Zip_Code"),
    ("State / Province", "State"),
    ("Country / Region", "Country"),
    ("Street Address", "Street"),
];

/// The API name of a standard label; by Zoho's own rule for new fields otherwise. None for a label without Latin letters,
/// whose API name the label does not tell.
pub fn api_name(module: &str, label: &str) -> Option<String> {
    for suffix in [".id", ".module"] {
        if let Some(base) = label.strip_suffix(suffix) {
            // A pair is a lookup: in Deals "Contact Name.id", but never the full name of Contacts.
            let is_name = matches!(base, "Contact Name" | "Lead Name");
            let name = if is_name { Some(underscored(base)) } else { api_name(module, base) };
            return name.map(|name| format!("{name}{suffix}"));
        }
    }
    let is = |name: &str| module.eq_ignore_ascii_case(name);
    if is_own_owner(module, label) {
        return Some("Owner".to_owned());
    }
    match label {
        "Contact Name" if is("Contacts") => return Some("Full_Name".to_owned()),
        "Lead Name" if is("Leads") => return Some("Full_Name".to_owned()),
        "Title" if is("Leads") => return Some("Designation".to_owned()),
        _ => {}
    }
    if let Some(name) = address(module, label) {
        return Some(name);
    }
    if let Some((_, name)) = STANDARD.iter().find(|(standard, _)| *standard == label) {
        return Some((*name).to_owned());
    }
    let name = underscored(label);
    (!name.is_empty()).then_some(name)
}

/// Runs of blanks and punctuation become one `_`.
fn underscored(label: &str) -> String {
    let mut name = String::new();
    for c in label.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '$' {
            name.push(c);
        } else if c.is_ascii() && !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        } else if !c.is_ascii() {
            return String::new();
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// The new composite address: "Address - City" of Leads is `City`, of Contacts `Mailing_City`.
fn address(module: &str, label: &str) -> Option<String> {
    let (kind, part) = label.split_once("Address - ")?;
    let prefix = match kind.trim() {
        "" if module.eq_ignore_ascii_case("Contacts") => "Mailing_",
        "" => "",
        "Mailing" => "Mailing_",
        "Other" => "Other_",
        "Billing" => "Billing_",
        "Shipping" => "Shipping_",
        _ => return None,
    };
    let base = match part {
        "Street Address" => "Street",
        "State / Province" => "State",
        "Zip / Postal Code" if prefix == "Mailing_" || prefix == "Other_" => "Zip",
        "Zip / Postal Code" if prefix.is_empty() => "Zip_Code",
        "Zip / Postal Code" => "Code",
        "Country / Region" => "Country",
        other => return Some(format!("{prefix}{}", underscored(other))),
    };
    Some(format!("{prefix}{base}"))
}

/// "Contact Owner" of Contacts, "Entry Owner" of Entries.
fn is_own_owner(module: &str, label: &str) -> bool {
    let Some(singular) = label.strip_suffix(" Owner") else { return false };
    let singular = plain(singular);
    let stem = singular.strip_suffix('y').unwrap_or(&singular);
    let module = plain(module);
    !stem.is_empty() && module.starts_with(stem) && module.len() <= singular.len() + 2
}

/// Owner labels of the standard modules, in the singular, and the modules.
const OWNERS: [(&str, &str); 12] = [
    ("Contact", "Contacts"),
    ("Lead", "Leads"),
    ("Deal", "Deals"),
    ("Account", "Accounts"),
    ("Task", "Tasks"),
    ("Note", "Notes"),
    ("Call", "Calls"),
    ("Event", "Events"),
    ("Campaign", "Campaigns"),
    ("Product", "Products"),
    ("Vendor", "Vendors"),
    ("Case", "Cases"),
];

/// The module that a file holds, as far as its content or its name tells.
pub(super) fn module_of(part: &Part, dialect: Dialect) -> Option<String> {
    let stem = module_of_stem(&part.input.stem());
    let stem = stem.chars().any(char::is_alphabetic).then_some(stem);
    // A backup names each module by its file, and has modules of its own that look like the standard ones.
    if dialect == Dialect::ZohoBackup {
        return stem.or_else(|| by_content(part, dialect));
    }
    by_content(part, dialect).or(stem)
}

/// The module that the columns of a file tell.
pub(super) fn by_content(part: &Part, dialect: Dialect) -> Option<String> {
    if dialect.by_api_name() { by_api_columns(part) } else { by_labels(part) }
}

fn by_labels(part: &Part) -> Option<String> {
    let has = |label: &str| part.column(label).is_some();
    let starts = |start: &str| part.labels.iter().any(|label| label.starts_with(start));
    // A file of its own that looks like Deals: a row for each stage a deal was in.
    if has("Deal Name") && (has("Stage Duration (Calendar Days)") || has("Moved To")) {
        return Some("Deal Stage History".to_owned());
    }
    let owner = part.labels.iter().find_map(|label| label.strip_suffix(" Owner").filter(|base| !base.is_empty()));
    if let Some(owner) = owner {
        if let Some((_, module)) = OWNERS.iter().find(|(singular, _)| *singular == owner) {
            return Some((*module).to_owned());
        }
        let stem = module_of_stem(&part.input.stem());
        return Some(if is_own_owner(&stem, &format!("{owner} Owner")) { stem } else { plural(owner) });
    }
    if has("Lead Status") || has("Is Converted") || (has("Company") && has("Lead Name")) {
        Some("Leads".to_owned())
    } else if has("Deal Name") && has("Stage") {
        Some("Deals".to_owned())
    } else if starts("Mailing ") || (has("Contact Name") && !has("Contact Name.id") && has("Last Name")) {
        Some("Contacts".to_owned())
    } else if has("Case Number") || has("Case Origin") {
        Some("Cases".to_owned())
    } else if has("Account Name") && ["Account Type", "Account Number", "Account Site"].into_iter().any(has) {
        Some("Accounts".to_owned())
    } else {
        None
    }
}

fn by_api_columns(part: &Part) -> Option<String> {
    let has = |label: &str| part.column(label).is_some();
    let starts = |start: &str| part.labels.iter().any(|label| label.starts_with(start));
    if has("Deal_Name") && has("Stage") {
        Some("Deals".to_owned())
    } else if has("Lead_Status") || starts("Converted") || starts("$converted") || (has("Company") && has("Last_Name"))
    {
        Some("Leads".to_owned())
    } else if starts("Mailing_") || (has("Account_Name") && has("Last_Name")) {
        Some("Contacts".to_owned())
    } else if has("Case_Number") || has("Case_Origin") {
        Some("Cases".to_owned())
    } else if has("Account_Name") && ["Account_Type", "Account_Number", "Account_Site"].into_iter().any(has) {
        Some("Accounts".to_owned())
    } else {
        None
    }
}

fn plural(singular: &str) -> String {
    match singular.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if singular.ends_with('s') => singular.to_owned(),
        _ => format!("{singular}s"),
    }
}

/// `Contacts_2026_02_10` and `Contacts_001` are Contacts, `Payments_C_001` is Payments.
pub(super) fn module_of_stem(stem: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let mut words: Vec<&str> = stem.split(['_', ' ']).collect();
    let mut numbered = false;
    while words.len() > 1 && words.last().is_some_and(|word| is_number(word) || word.is_empty()) {
        numbered = true;
        words.pop();
    }
    if numbered && words.len() > 1 && words.last() == Some(&"C") {
        words.pop();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{api_name, module_of_stem, plural};

    #[test]
    fn labels_have_their_api_names() {
        for (module, label, expected) in [
            ("Contacts", "Record Id", "id"),
            ("Contacts", "Contact Owner", "Owner"),
            ("Contacts", "Contact Owner.id", "Owner.id"),
            ("Contacts", "Contact Name", "Full_Name"),
            ("Deals", "Contact Name", "Contact_Name"),
            ("Deals", "Contact Name.id", "Contact_Name.id"),
            ("Contacts", "Contact Name.id", "Contact_Name.id"),
            ("Deals", "Account Owner", "Account_Owner"),
            ("Leads", "Title", "Designation"),
            ("Contacts", "Title", "Title"),
            ("Deals", "Probability (%)", "Probability"),
            ("Leads", "Address - City", "City"),
            ("Leads", "Address - Zip / Postal Code", "Zip_Code"),
            ("Contacts", "Mailing Address - Country / Region", "Mailing_Country"),
            ("Contacts", "Email Opt Out", "Email_Opt_Out"),
            ("Leads", "Is Converted", "Converted__s"),
            ("Leads", "Locked", "Locked__s"),
            ("Leads", "Connected To.module", "Connected_To__s.module"),
            ("Entries", "Entry Owner", "Owner"),
            ("Contacts", "Average Time Spent (Minutes)", "Average_Time_Spent_Minutes"),
        ] {
            assert_eq!(api_name(module, label).as_deref(), Some(expected), "{module} {label}");
        }
        assert_eq!(api_name("Contacts", "データID"), None);
    }

    #[test]
    fn file_names_give_modules() {
        for (stem, expected) in [
            ("Contacts_2026_02_10", "Contacts"),
            ("Contacts_001", "Contacts"),
            ("Payments_C_001", "Payments"),
            ("Deals__2026_05_28", "Deals"),
            ("Gift Cards_C_002", "Gift Cards"),
            ("5725767000004301001", "5725767000004301001"),
        ] {
            assert_eq!(module_of_stem(stem), expected);
        }
        assert_eq!(plural("Payment"), "Payments");
        assert_eq!(plural("Entry"), "Entries");
    }
}

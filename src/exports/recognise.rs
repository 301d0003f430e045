//! Input stage: whose export a file is. In: its column names and first values. Out: the dialect and the module. Content
//! decides; a file's name only settles what content leaves open.

use super::fields::{Flavour, members};
use super::json::Holder;
use super::part::{Part, Shape};
use super::zoho;
use super::{Dialect, EventColumns, Request, System, customerio};

/// What a file was recognised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) dialect: Dialect,
    /// `None` leaves it to the request or the file's name.
    pub(super) module: Option<String>,
}

/// Names of Zoho's API that no other system spells so.
const ZOHO_API: [&str; 16] = [
    "Created_Time",
    "Modified_Time",
    "Last_Name",
    "First_Name",
    "Email_Opt_Out",
    "Lead_Source",
    "Lead_Status",
    "Deal_Name",
    "Closing_Date",
    "Account_Name",
    "Contact_Name",
    "Created_By",
    "Modified_By",
    "Full_Name",
    "Last_Activity_Time",
    "Mailing_City",
];

/// Recognises a file under what the request says of it.
pub(super) fn recognise(part: &Part, request: &Request) -> Verdict {
    // A source named customerio says what its people are, also without the ids that every such export should have.
    let named = request.name.as_deref().and_then(System::parse) == Some(System::CustomerIo);
    if let Some(dialect) = declared(part, request) {
        return Verdict { dialect, module: request.module.as_ref().map(|module| module.to_lowercase()) };
    }
    let dialect = match request.system {
        None => match dialect(part) {
            Dialect::Generic if named && customerio::may_be_people(&part.labels) => {
                return Verdict { dialect: Dialect::CustomerIoPeople, module: Some("people".to_owned()) };
            }
            Dialect::Generic if named && customerio::guess(part) == Dialect::CustomerIoSuppressions => {
                Dialect::CustomerIoSuppressions
            }
            found => found,
        },
        Some(system) => {
            let declared = request.module.as_ref().is_some_and(|module| module.eq_ignore_ascii_case("people"));
            let found = dialect(part);
            if found.system() == system { found } else { fallback(part, system, declared) }
        }
    };
    let module = match dialect {
        Dialect::ZohoUi | Dialect::ZohoBackup | Dialect::ZohoBulk | Dialect::ZohoJson => zoho::module_of(part, dialect),
        Dialect::CustomerIoWarehouse => customerio::table(&part.labels).map(str::to_owned),
        Dialect::CustomerIoPeople | Dialect::CustomerIoJson => {
            customerio::is_people(&part.labels).then(|| "people".into())
        }
        Dialect::CustomerIoDeliveries => Some(customerio::DELIVERIES.to_owned()),
        Dialect::CustomerIoSuppressions => Some(customerio::SUPPRESSIONS.to_owned()),
        Dialect::CustomerIoEvents => Some("events".to_owned()),
        Dialect::ShopifyCustomers => Some("customers".to_owned()),
        Dialect::KlaviyoProfiles => Some("profiles".to_owned()),
        Dialect::Generic => None,
    };
    Verdict { dialect, module }
}

/// A list of Customer.io that the request names by its module, in a table whose columns do not tell.
fn declared(part: &Part, request: &Request) -> Option<Dialect> {
    let module = request.module.as_deref()?.to_lowercase();
    let own = request.system.is_none_or(|system| system == System::CustomerIo);
    let open = customerio::table(&part.labels).is_none();
    match module.as_str() {
        customerio::SUPPRESSIONS if own && open => Some(Dialect::CustomerIoSuppressions),
        customerio::DELIVERIES if own && open => Some(Dialect::CustomerIoDeliveries),
        _ => None,
    }
}

fn dialect(part: &Part) -> Dialect {
    if let Shape::Json(layout) = &part.shape {
        if layout.holder == Holder::Key(customerio::SUPPRESSIONS.to_owned()) {
            return Dialect::CustomerIoSuppressions;
        }
        return match layout.flavour {
            Flavour::CustomerIo | Flavour::Plain if is_events(&part.labels) => Dialect::CustomerIoEvents,
            Flavour::Zoho => Dialect::ZohoJson,
            Flavour::CustomerIo => Dialect::CustomerIoJson,
            Flavour::Plain => Dialect::Generic,
        };
    }
    // Profiles whose `id` is Zoho's record id are profiles all the same.
    let profiles = customerio::is_people(&part.labels) && !has(part, &["Record Id"]);
    if !profiles && is_zoho_labels(part) {
        return if part.input.in_folder("Data") || is_backup(part) { Dialect::ZohoBackup } else { Dialect::ZohoUi };
    }
    if is_events(&part.labels) {
        Dialect::CustomerIoEvents
    } else if customerio::table(&part.labels).is_some() {
        Dialect::CustomerIoWarehouse
    } else if customerio::is_deliveries(&part.labels) {
        Dialect::CustomerIoDeliveries
    } else if customerio::is_people(&part.labels) {
        Dialect::CustomerIoPeople
    } else if is_bulk(part) {
        Dialect::ZohoBulk
    } else if has(part, &["Klaviyo ID"]) || has(part, &["Email Marketing Consent"]) {
        Dialect::KlaviyoProfiles
    } else if is_shopify(part) {
        Dialect::ShopifyCustomers
    } else if customerio::is_suppressions(&part.labels, &part.input.stem()) {
        Dialect::CustomerIoSuppressions
    } else {
        Dialect::Generic
    }
}

fn is_events(labels: &[String]) -> bool {
    EventColumns::of(labels).is_some()
}

/// The dialect of a system that the user named and the content did not show; `declared` as people.
fn fallback(part: &Part, system: System, declared: bool) -> Dialect {
    let json = matches!(part.shape, Shape::Json(_));
    match system {
        System::Zoho if json => Dialect::ZohoJson,
        System::Zoho if part.column("Id").is_some() => Dialect::ZohoBulk,
        System::Zoho if part.input.in_folder("Data") => Dialect::ZohoBackup,
        System::Zoho => Dialect::ZohoUi,
        System::CustomerIo if json => Dialect::CustomerIoJson,
        System::CustomerIo if declared => Dialect::CustomerIoPeople,
        System::CustomerIo => customerio::guess(part),
        System::Shopify => Dialect::ShopifyCustomers,
        System::Klaviyo => Dialect::KlaviyoProfiles,
        System::Generic => Dialect::Generic,
    }
}

fn has(part: &Part, labels: &[&str]) -> bool {
    labels.iter().any(|label| part.column(label).is_some())
}

fn is_shopify(part: &Part) -> bool {
    has(part, &["Customer ID", "First Name"])
        && has(part, &["Accepts Email Marketing", "Accepts Marketing"])
        && has(part, &["Total Orders", "Total Spent"])
}

/// Whether the text is `zcrm_` and 15 to 19 digits.
pub(super) fn is_zcrm(text: &str) -> bool {
    text.strip_prefix("zcrm_").is_some_and(is_record_digits)
}

/// Whether the text is a record id that a spreadsheet or a float has worn: `5.72577E+18`, `5725767000004101000.0`.
pub(super) fn is_worn(text: &str) -> bool {
    let bare = text.strip_prefix("zcrm_").unwrap_or(text);
    let Some((first, rest)) = bare.split_once(['.', ',', 'e', 'E']) else { return false };
    if !rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+')) {
        return false;
    }
    let tail = is_record_digits(first) && rest.bytes().all(|byte| byte == b'0');
    let large = || bare.replace(',', ".").parse::<f64>().is_ok_and(|number| (1e14..1e19).contains(&number));
    tail || (first.len() == 1 && bare.contains(['e', 'E']) && large())
}

fn is_record_digits(text: &str) -> bool {
    (15..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The column of a record's own id in a UI export or a backup: `Record Id`, or the same in another language.
pub(super) fn zcrm_column(part: &Part) -> Option<usize> {
    let all_ids = |column: usize| {
        let mut values = part.values(column).peekable();
        values.peek().is_some() && values.all(is_zcrm)
    };
    if let Some(column) = part.column("Record Id") {
        return Some(column);
    }
    // `zoho_contact_id` of another system points to a record; without a header only the first place tells.
    let within = if part.is_headless() { 1 } else { part.labels.len().min(3) };
    let names_itself = |label: &str| !label.ends_with(".id") && !label.contains('_');
    let firsts = || (0..within).filter(|&column| names_itself(&part.labels[column]));
    firsts()
        .find(|&column| all_ids(column))
        .or_else(|| firsts().find(|&column| has_pair(part) && all_worn(part, column)))
}

fn all_worn(part: &Part, column: usize) -> bool {
    let mut values = part.values(column).peekable();
    values.peek().is_some() && values.all(is_worn)
}

/// Whether a lookup has its two columns, `X.id` and `X`, as only Zoho writes them.
fn has_pair(part: &Part) -> bool {
    part.labels.iter().any(|label| label.strip_suffix(".id").is_some_and(|base| part.column(base).is_some()))
}

fn is_zoho_labels(part: &Part) -> bool {
    let Some(column) = zcrm_column(part) else { return false };
    // Other systems have a `Record Id` too, but neither its values nor Zoho's pairs of lookup columns.
    part.labels[column] != "Record Id"
        || part.values(column).any(|id| is_zcrm(id) || is_worn(id))
        || part.labels.iter().any(|label| label.ends_with(".id"))
        || has(part, &["Created Time", "Modified Time", "Email Opt Out", "Contact Owner", "Lead Owner", "Deal Owner"])
        || (part.labels.len() == 1 && part.preview.is_empty())
}

fn is_backup(part: &Part) -> bool {
    let telling = ["Layout.id", "System Modified Time", "User Modified Time", "Record Approval Status"];
    telling.iter().filter(|label| part.column(label).is_some()).count() >= 2
}

/// The id column of a Bulk Read result, which is spelled `Id`, in the documentation `id`.
pub(super) fn bulk_column(part: &Part) -> Option<usize> {
    part.labels.iter().position(|label| label.eq_ignore_ascii_case("id"))
}

fn is_bulk(part: &Part) -> bool {
    let Some(column) = bulk_column(part) else { return false };
    let known = part.labels.iter().filter(|label| ZOHO_API.contains(&label.as_str())).count();
    let spaced = part.labels.iter().any(|label| label.contains(' '));
    // Names that others may spell so too.
    let common = ["First_Name", "Last_Name", "Full_Name", "Account_Name", "Created_By", "Modified_By"];
    let common = common.iter().filter(|name| part.column(name).is_some()).count();
    let ids = || part.values(column).all(|id| is_record_digits(id) || is_worn(id));
    // Two names that only Zoho has tell enough, whatever became of the ids.
    !spaced && known > 0 && (known > common + 1 || (ids() && (known > 1 || !part.preview.is_empty())))
}

/// Whose conventions a JSON record follows.
pub(super) fn flavour(raw: &str) -> Flavour {
    let found = members(raw);
    let member = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| value.get());
    let labels: Vec<String> = found.iter().map(|(key, _)| key.clone()).collect();
    if is_events(&labels) {
        return Flavour::Plain;
    }
    let is_object = |name: &str| member(name).is_some_and(|value| value.starts_with('{'));
    if is_object("customer") || is_object("identifiers") || (is_object("attributes") && member("id").is_some()) {
        return Flavour::CustomerIo;
    }
    if customerio::is_people(&labels) {
        return Flavour::CustomerIo;
    }
    let id = member("id").map(|value| value.trim_matches('"'));
    let api = labels.iter().any(|key| key.starts_with('$') || ZOHO_API.contains(&key.as_str()));
    if id.is_some_and(|id| is_record_digits(id) || is_worn(id)) && (api || is_object("Owner")) {
        Flavour::Zoho
    } else {
        Flavour::Plain
    }
}

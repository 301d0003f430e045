//! Input stage: the closed lists of the readers. In: spellings in a config or on the command line. Out: what system
//! wrote an export, in which dialect and encoding, and what can be wrong with a file.

/// A system that writes exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Zoho CRM.
    Zoho,
    /// Customer.io.
    CustomerIo,
    /// Shopify.
    Shopify,
    /// Klaviyo.
    Klaviyo,
    /// Anything else.
    Generic,
}

impl System {
    /// Every system, in order.
    pub const ALL: [Self; 5] = [Self::Zoho, Self::CustomerIo, Self::Shopify, Self::Klaviyo, Self::Generic];

    /// The name in configs, rules and dataset names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zoho => "zoho",
            Self::CustomerIo => "customerio",
            Self::Shopify => "shopify",
            Self::Klaviyo => "klaviyo",
            Self::Generic => "generic",
        }
    }

    /// The name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Zoho => "Zoho CRM",
            Self::CustomerIo => "Customer.io",
            Self::Shopify => "Shopify",
            Self::Klaviyo => "Klaviyo",
            Self::Generic => "Generic",
        }
    }

    /// The system of a spelling: `zoho`, `Zoho CRM`, `customer.io`, `customer_io`.
    pub fn parse(text: &str) -> Option<Self> {
        match plain(text).as_str() {
            "zoho" | "zohocrm" => Some(Self::Zoho),
            "customerio" | "cio" => Some(Self::CustomerIo),
            "shopify" => Some(Self::Shopify),
            "klaviyo" => Some(Self::Klaviyo),
            "generic" => Some(Self::Generic),
            _ => None,
        }
    }
}

/// A shape that a system gives its exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// CSV of a module from Zoho's screens: labels, `zcrm_` ids.
    ZohoUi,
    /// The data backup of a whole Zoho organisation.
    ZohoBackup,
    /// The result of a Bulk Read job: API names, bare ids.
    ZohoBulk,
    /// An answer of Zoho's Records API or COQL.
    ZohoJson,
    /// Customer.io's people as CSV.
    CustomerIoPeople,
    /// A table of Customer.io's warehouse sync.
    CustomerIoWarehouse,
    /// Customer.io's people as JSON.
    CustomerIoJson,
    /// Customer.io's deliveries as CSV.
    CustomerIoDeliveries,
    /// Addresses or people that Customer.io must not mail.
    CustomerIoSuppressions,
    /// Customer.io's events, one a row.
    CustomerIoEvents,
    /// Shopify's customers as CSV.
    ShopifyCustomers,
    /// Klaviyo's profiles as CSV.
    KlaviyoProfiles,
    /// Any other table.
    Generic,
}

impl Dialect {
    /// What the dialect is called in reports and messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ZohoUi => "Zoho CRM UI export",
            Self::ZohoBackup => "Zoho CRM data backup",
            Self::ZohoBulk => "Zoho CRM Bulk Read result",
            Self::ZohoJson => "Zoho CRM Records API answer",
            Self::CustomerIoPeople => "Customer.io people export",
            Self::CustomerIoWarehouse => "Customer.io warehouse sync",
            Self::CustomerIoJson => "Customer.io JSON",
            Self::CustomerIoDeliveries => "Customer.io deliveries export",
            Self::CustomerIoSuppressions => "Customer.io suppression list",
            Self::CustomerIoEvents => "Customer.io events export",
            Self::ShopifyCustomers => "Shopify customers export",
            Self::KlaviyoProfiles => "Klaviyo profiles export",
            Self::Generic => "generic table",
        }
    }

    /// The system that writes it.
    pub fn system(self) -> System {
        match self {
            Self::ZohoUi | Self::ZohoBackup | Self::ZohoBulk | Self::ZohoJson => System::Zoho,
            Self::CustomerIoPeople
            | Self::CustomerIoWarehouse
            | Self::CustomerIoJson
            | Self::CustomerIoDeliveries
            | Self::CustomerIoSuppressions
            | Self::CustomerIoEvents => System::CustomerIo,
            Self::ShopifyCustomers => System::Shopify,
            Self::KlaviyoProfiles => System::Klaviyo,
            Self::Generic => System::Generic,
        }
    }

    /// Whether its columns are named by API names, ids bare.
    pub(super) fn by_api_name(self) -> bool {
        matches!(self, Self::ZohoBulk | Self::ZohoJson)
    }
}

/// How the bytes of a text file spell characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows code page 1252.
    Windows1252,
}

impl Encoding {
    /// The encoding of a spelling: `UTF-8`, `utf16le`, `windows-1252`, `cp1252`, `latin1`.
    pub fn parse(text: &str) -> Option<Self> {
        match plain(text).as_str() {
            "utf8" | "utf8bom" | "utf8sig" | "utf8withbom" | "ascii" | "usascii" => Some(Self::Utf8),
            "utf16" | "utf16le" | "unicode" | "ucs2" => Some(Self::Utf16Le),
            "utf16be" => Some(Self::Utf16Be),
            "windows1252" | "win1252" | "cp1252" | "1252" | "latin1" | "iso88591" | "ansi" => Some(Self::Windows1252),
            _ => None,
        }
    }
}

/// What can be wrong with a file that can still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// A record with more cells than the header.
    TooManyFields,
    /// A record with fewer cells than the header.
    TooFewFields,
    /// A quote that nothing closes before the file ends.
    UnclosedQuote,
    /// A cell whose bytes are not text in the file's encoding.
    InvalidText,
    /// A cell with NUL bytes.
    NulByte,
    /// Two columns of one name.
    DuplicateHeader,
    /// A column without a name.
    EmptyHeader,
    /// A table whose first line is a record already.
    NoHeader,
    /// A list that says it goes on elsewhere.
    MoreRecords,
    /// A file with the records of another one.
    RepeatedPart,
    /// A file without a column that other files of the same dataset have.
    ColumnNotInPart,
}

impl DamageKind {
    /// What the kind is called in reports.
    pub fn describe(self) -> &'static str {
        match self {
            Self::TooManyFields => "more cells than the header has columns",
            Self::TooFewFields => "fewer cells than the header has columns",
            Self::UnclosedQuote => "a quote that is never closed",
            Self::InvalidText => "bytes that are not text in the file's encoding",
            Self::NulByte => "NUL bytes inside a cell",
            Self::DuplicateHeader => "two columns of one name",
            Self::EmptyHeader => "a column without a name",
            Self::NoHeader => "the first line looks like a record, not like column names",
            Self::MoreRecords => "the file is one page of a longer list",
            Self::RepeatedPart => "the file holds the same records as another",
            Self::ColumnNotInPart => "the file lacks a column that others of the same dataset have",
        }
    }
}

/// A word without case, blanks and punctuation, for comparing spellings.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Encoding, System};

    #[test]
    fn systems_are_found_by_name_and_title() {
        for system in System::ALL {
            assert_eq!(System::parse(system.name()), Some(system));
            assert_eq!(System::parse(system.title()), Some(system));
        }
        assert_eq!(System::parse("hubspot"), None);
        assert_eq!(Dialect::ZohoBulk.system(), System::Zoho);
    }

    #[test]
    fn encodings_have_several_spellings() {
        assert_eq!(Encoding::parse("UTF-8"), Some(Encoding::Utf8));
        assert_eq!(Encoding::parse("utf_16-le"), Some(Encoding::Utf16Le));
        assert_eq!(Encoding::parse("CP1252"), Some(Encoding::Windows1252));
        assert_eq!(Encoding::parse("ebcdic"), None);
    }
}

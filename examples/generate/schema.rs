//! The exports' columns, in English and as a German organisation names them; and one record of an export.

macro_rules! columns {
    ($about:literal $name:ident { $($column:ident $label:literal $german:literal,)+ }) => {
        #[doc = $about]
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum $name { $($column),+ }

        impl $name {
            /// Labels, English and German.
            pub(crate) const LABELS: &[(&str, &str)] = &[$(($label, $german)),+];
        }

        impl From<$name> for usize {
            fn from(column: $name) -> Self {
                column as Self
            }
        }
    };
}

columns! { "Columns of `zoho.contacts`." Contact {
    Id "Record Id" "Datensatz-ID",
    OwnerId "Contact Owner.id" "Kontakt-Besitzer.id",
    Owner "Contact Owner" "Kontakt-Besitzer",
    Source "Lead Source" "Lead-Quelle",
    First "First Name" "Vorname",
    Last "Last Name" "Nachname",
    Email "Email" "E-Mail",
    Phone "Phone" "Telefon",
    CreatedById "Created By.id" "Erstellt von.id",
    CreatedBy "Created By" "Erstellt von",
    ModifiedById "Modified By.id" "Geändert von.id",
    ModifiedBy "Modified By" "Geändert von",
    Created "Created Time" "Erstellt um",
    Modified "Modified Time" "Geändert um",
    Name "Contact Name" "Kontaktname",
    Street "Mailing Street" "Postanschrift Straße",
    City "Mailing City" "Postanschrift Stadt",
    Zip "Mailing Zip" "Postanschrift PLZ",
    Country "Mailing Country" "Postanschrift Land",
    Birth "Date of Birth" "Geburtsdatum",
    OptOut "Email Opt Out" "E-Mail-Abmeldung",
    Secondary "Secondary Email" "Zweite E-Mail",
    Tag "Tag" "Tag",
    Description "Description" "Beschreibung",
    UnsubscribedMode "Unsubscribed Mode" "Abmeldemodus",
    UnsubscribedTime "Unsubscribed Time" "Abmeldezeit",
    DataSource "Data Source" "Datenquelle",
    Stage "Lifecycle Stage" "Lebenszyklus",
    Tier "VIP Tier" "VIP-Stufe",
    Ordered "Last Order Time" "Letzte Bestellung",
    Renewal "Renewal Date" "Verlängerung am",
    Promo "Promo Journey" "Promo-Strecke",
    Access "Early Access" "Vorabzugang",
    Wholesale "Wholesale" "Großhandel",
    Tea "Favourite Tea" "Lieblingstee",
    Referral "Referral Code" "Empfehlungscode",
} }

columns! { "Columns of `zoho.leads`." Lead {
    Id "Record Id" "Datensatz-ID",
    OwnerId "Lead Owner.id" "Lead-Besitzer.id",
    Owner "Lead Owner" "Lead-Besitzer",
    Company "Company" "Firma",
    First "First Name" "Vorname",
    Last "Last Name" "Nachname",
    Name "Lead Name" "Lead-Name",
    Email "Email" "E-Mail",
    Phone "Phone" "Telefon",
    Source "Lead Source" "Lead-Quelle",
    Status "Lead Status" "Lead-Status",
    OptOut "Email Opt Out" "E-Mail-Abmeldung",
    Converted "Is Converted" "Ist konvertiert",
    ContactId "Converted Contact.id" "Konvertierter Kontakt.id",
    Contact "Converted Contact" "Konvertierter Kontakt",
    Created "Created Time" "Erstellt um",
    Modified "Modified Time" "Geändert um",
    Description "Description" "Beschreibung",
} }

columns! { "Columns of `zoho.deals`." Deal {
    Id "Record Id" "Datensatz-ID",
    OwnerId "Deal Owner.id" "Geschäfts-Besitzer.id",
    Owner "Deal Owner" "Geschäfts-Besitzer",
    Amount "Amount" "Betrag",
    Name "Deal Name" "Geschäftsname",
    Closing "Closing Date" "Abschlussdatum",
    Stage "Stage" "Phase",
    Kind "Type" "Typ",
    Probability "Probability (%)" "Wahrscheinlichkeit (%)",
    ContactId "Contact Name.id" "Kontaktname.id",
    Contact "Contact Name" "Kontaktname",
    Created "Created Time" "Erstellt um",
    Modified "Modified Time" "Geändert um",
    Pipeline "Pipeline" "Pipeline",
} }

columns! { "Columns of `customerio.people`." Profile {
    Id "id" "id",
    Email "email" "email",
    CioId "cio_id" "cio_id",
    Created "created_at" "created_at",
    Unsubscribed "unsubscribed" "unsubscribed",
    Preferences "cio_subscription_preferences" "cio_subscription_preferences",
    First "first_name" "first_name",
    Phone "phone" "phone",
    Country "country" "country",
    Canonical "zoho_contact_id" "zoho_contact_id",
    Stage "lifecycle_stage" "lifecycle_stage",
    Tier "vip_tier" "vip_tier",
    Channel "acquisition_channel" "acquisition_channel",
    Owner "sales_owner" "sales_owner",
    Ordered "last_order_at" "last_order_at",
    Renewal "subscription_renews_at" "subscription_renews_at",
    Birth "birthday" "birthday",
    Promo "promo_journey" "promo_journey",
    Access "early_access" "early_access",
    Wholesale "wholesale" "wholesale",
    Tags "tags" "tags",
    DealStage "last_deal_stage" "last_deal_stage",
    Tea "favourite_tea" "favourite_tea",
    Referral "referral_code" "referral_code",
    Twin "Unsubscribed" "Unsubscribed",
    EmailDomain "email_domain" "email_domain",
    Reason "unsubscribed_reason" "unsubscribed_reason",
    Truth "source_of_truth" "source_of_truth",
    Zone "timezone" "timezone",
    Since "customer_since" "customer_since",
    Spent "total_spent" "total_spent",
    Synced "synced_at" "synced_at",
} }

columns! { "Columns of `shopify.customers`." Customer {
    Id "Customer ID" "Customer ID",
    First "First Name" "First Name",
    Last "Last Name" "Last Name",
    Email "Email" "Email",
    Accepts "Accepts Email Marketing" "Accepts Email Marketing",
    Company "Default Address Company" "Default Address Company",
    Street "Default Address Address1" "Default Address Address1",
    Street2 "Default Address Address2" "Default Address Address2",
    City "Default Address City" "Default Address City",
    Province "Default Address Province Code" "Default Address Province Code",
    Country "Default Address Country Code" "Default Address Country Code",
    Zip "Default Address Zip" "Default Address Zip",
    AddressPhone "Default Address Phone" "Default Address Phone",
    Phone "Phone" "Phone",
    Sms "Accepts SMS Marketing" "Accepts SMS Marketing",
    Spent "Total Spent" "Total Spent",
    Orders "Total Orders" "Total Orders",
    Note "Note" "Note",
    TaxExempt "Tax Exempt" "Tax Exempt",
    Tags "Tags" "Tags",
} }

columns! { "Columns of `zoho.cases`." Case {
    Id "Record Id" "Datensatz-ID",
    OwnerId "Case Owner.id" "Fall-Besitzer.id",
    Owner "Case Owner" "Fall-Besitzer",
    Number "Case Number" "Fallnummer",
    Subject "Subject" "Betreff",
    Status "Status" "Status",
    Priority "Priority" "Priorität",
    ContactId "Contact Name.id" "Kontaktname.id",
    Contact "Contact Name" "Kontaktname",
    Created "Created Time" "Erstellt um",
    Modified "Modified Time" "Geändert um",
} }

columns! { "Columns of `customerio.events`." Event {
    Id "event_id" "event_id",
    Name "event_name" "event_name",
    Person "customer_id" "customer_id",
    Email "email" "email",
    At "timestamp" "timestamp",
    Data "data" "data",
} }

columns! { "Columns of `customerio.deliveries`." Delivery {
    Id "delivery_id" "delivery_id",
    Person "internal_customer_id" "internal_customer_id",
    Campaign "campaign_id" "campaign_id",
    Kind "delivery_type" "delivery_type",
    At "created_at" "created_at",
} }

/// An export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Contacts,
    Leads,
    Deals,
    People,
    Customers,
    Cases,
    Events,
    Deliveries,
}

impl Set {
    /// All of them.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Contacts,
        Self::Leads,
        Self::Deals,
        Self::People,
        Self::Customers,
        Self::Cases,
        Self::Events,
        Self::Deliveries,
    ];

    /// How many there are.
    pub(crate) const COUNT: usize = 8;

    /// The dataset's name.
    pub(crate) fn dataset(self) -> &'static str {
        match self {
            Self::Contacts => "zoho.contacts",
            Self::Leads => "zoho.leads",
            Self::Deals => "zoho.deals",
            Self::People => "customerio.people",
            Self::Customers => "shopify.customers",
            Self::Cases => "zoho.cases",
            Self::Events => "customerio.events",
            Self::Deliveries => "customerio.deliveries",
        }
    }

    /// The file, below the workspace.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Contacts => "exports/zoho/Contacts_2026_05_21.csv",
            Self::Leads => "exports/zoho/Leads_2026_05_21.csv",
            Self::Deals => "exports/zoho/Deals_2026_05_21.csv",
            Self::People => "exports/customerio/people.csv",
            Self::Customers => "exports/shopify/customers_export.csv",
            Self::Cases => "exports/zoho/Cases_2026_05_21.csv",
            Self::Events => "exports/customerio/events.csv",
            Self::Deliveries => "exports/customerio/deliveries.csv",
        }
    }

    /// Labels, English and German.
    pub(crate) fn labels(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Contacts => Contact::LABELS,
            Self::Leads => Lead::LABELS,
            Self::Deals => Deal::LABELS,
            Self::People => Profile::LABELS,
            Self::Customers => Customer::LABELS,
            Self::Cases => Case::LABELS,
            Self::Events => Event::LABELS,
            Self::Deliveries => Delivery::LABELS,
        }
    }

    /// The label of a column.
    pub(crate) fn label(self, column: usize, german: bool) -> &'static str {
        self.labels().get(column).map_or("", |(english, other)| if german { other } else { english })
    }

    /// The record's own id, as the rules name it.
    pub(crate) fn key(self, row: &Row) -> &str {
        match self {
            Self::People => row.get(Profile::CioId),
            _ => row.get(0_usize).trim_start_matches('\''),
        }
    }
}

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Row(pub(crate) Vec<String>);

impl Row {
    /// An empty record of an export.
    pub(crate) fn new(set: Set) -> Self {
        Self(vec![String::new(); set.labels().len()])
    }

    /// A cell.
    pub(crate) fn get(&self, column: impl Into<usize>) -> &str {
        self.0.get(column.into()).map_or("", String::as_str)
    }

    /// Writes a cell.
    pub(crate) fn set(&mut self, column: impl Into<usize>, value: impl Into<String>) {
        if let Some(cell) = self.0.get_mut(column.into()) {
            *cell = value.into();
        }
    }

    /// Writes several cells.
    pub(crate) fn fill<const N: usize, C: Into<usize>>(&mut self, cells: [(C, &str); N]) {
        for (column, value) in cells {
            self.set(column, value);
        }
    }
}

//! Which columns of a file say who somebody is, by their names in the languages of exports.

use super::names::fold;
use super::people::Field;

/// Names of columns, without blanks, and the field each holds; a column's whole name must be one of them.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Email,
        &[
            "email",
            "mail",
            "emailaddress",
            "primaryemail",
            "emailadresse",
            "correo",
            "correoelectronico",
            "courriel",
            "adresseemail",
            "secondaryemail",
            "email2",
            "contactemail",
            "customeremail",
            "workemail",
            "privateemail",
        ],
    ),
    (
        Field::First,
        &[
            "firstname",
            "first",
            "givenname",
            "givennames",
            "forename",
            "forenames",
            "fname",
            "vorname",
            "prenom",
            "nombre",
            "imie",
            "nome",
            "voornaam",
        ],
    ),
    (
        Field::Last,
        &[
            "lastname",
            "last",
            "surname",
            "familyname",
            "lname",
            "nachname",
            "familienname",
            "nom",
            "nomdefamille",
            "apellido",
            "apellidos",
            "nazwisko",
            "cognome",
            "achternaam",
        ],
    ),
    (Field::Full, &["name", "fullname", "contactname", "customername", "personname", "displayname", "leadname"]),
    (
        Field::Phone,
        &[
            "phone",
            "mobile",
            "phonenumber",
            "mobilephone",
            "mobilenumber",
            "telephone",
            "tel",
            "telefon",
            "telefono",
            "handy",
            "cell",
            "cellphone",
            "homephone",
            "otherphone",
            "workphone",
            "phone1",
            "phone2",
            "tlf",
            "gsm",
            "defaultaddressphone",
        ],
    ),
    (
        Field::Birth,
        &[
            "dob",
            "birthdate",
            "dateofbirth",
            "birthday",
            "birth",
            "birthdt",
            "geburtsdatum",
            "geburtstag",
            "datedenaissance",
            "fechadenacimiento",
            "dataurodzenia",
        ],
    ),
    (
        Field::Street,
        &[
            "street",
            "streetaddress",
            "address",
            "address1",
            "addressline1",
            "mailingstreet",
            "strasse",
            "rue",
            "calle",
            "addr",
            "billingstreet",
            "shippingstreet",
            "street1",
            "adresse",
            "defaultaddressaddress1",
        ],
    ),
    (
        Field::Postcode,
        &[
            "postcode",
            "zip",
            "zipcode",
            "postalcode",
            "plz",
            "postleitzahl",
            "codepostal",
            "codigopostal",
            "mailingzip",
            "mailingpostalcode",
            "billingzip",
            "shippingzip",
            "postcd",
            "kodpocztowy",
            "cap",
            "defaultaddresszip",
        ],
    ),
    (
        Field::City,
        &[
            "city",
            "town",
            "suburb",
            "locality",
            "mailingcity",
            "ort",
            "stadt",
            "ville",
            "ciudad",
            "miasto",
            "billingcity",
            "shippingcity",
            "citta",
            "defaultaddresscity",
        ],
    ),
    (
        Field::Company,
        &[
            "company",
            "organization",
            "organisation",
            "employer",
            "companyname",
            "accountname",
            "firma",
            "unternehmen",
            "entreprise",
            "empresa",
            "account",
            "defaultaddresscompany",
        ],
    ),
];

/// Names of columns that hold a record's own id.
const IDS: &[&str] =
    &["id", "uniqueid", "recid", "recordid", "rowid", "contactid", "leadid", "customerid", "personid", "uid", "cioid"];

fn loose(label: &str) -> String {
    fold(label).chars().filter(|c| *c != ' ').collect()
}

/// The field that a column of this name holds.
pub fn field(label: &str) -> Option<Field> {
    let name = loose(label);
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
}

/// The columns that hold fields, in the order in which they help: those whose names stand first on the lists first.
pub fn recognise<'a>(labels: impl IntoIterator<Item = &'a str>) -> Vec<(Field, usize)> {
    let rank = |field: Field, label: &str| {
        let names = NAMES.iter().find(|(known, _)| *known == field).map_or(&[] as &[&str], |(_, names)| *names);
        names.iter().position(|name| *name == loose(label)).unwrap_or(usize::MAX)
    };
    let mut found: Vec<(Field, usize, usize)> = labels
        .into_iter()
        .enumerate()
        .filter_map(|(at, label)| field(label).map(|field| (field, rank(field, label), at)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(field, _, at)| (field, at)).collect()
}

/// The column that holds a record's own id.
pub fn own_id<'a>(labels: impl IntoIterator<Item = &'a str>) -> Option<usize> {
    let labels: Vec<String> = labels.into_iter().map(loose).collect();
    IDS.iter().find_map(|id| labels.iter().position(|label| label == id))
}

#[cfg(test)]
mod tests {
    use super::{field, own_id, recognise};
    use crate::matching::people::Field;

    #[test]
    fn columns_are_recognised_by_their_names() {
        let labels = ["unique_id", "first_name", "surname", "dob", "city", "email", "cluster"];
        let wanted = [(Field::Email, 5), (Field::First, 1), (Field::Last, 2), (Field::Birth, 3), (Field::City, 4)];
        assert_eq!(recognise(labels), wanted);
        assert_eq!(own_id(labels), Some(0));
        let labels = ["Record Id", "E-Mail", "Mobile", "Phone", "Date of Birth", "ZIP", "Organization"];
        let wanted = [
            (Field::Email, 1),
            (Field::Phone, 3),
            (Field::Phone, 2),
            (Field::Birth, 4),
            (Field::Postcode, 5),
            (Field::Company, 6),
        ];
        assert_eq!(recognise(labels), wanted);
        assert_eq!(field("Straße"), Some(Field::Street));
        assert_eq!(field("Email Opt Out"), None);
    }
}

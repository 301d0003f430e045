//! `labels:` of a source: what Zoho's own fields are called in another language.
#![allow(clippy::unwrap_used)]

mod common;

use common::{NOW, Ran, audit, list, run_in, status, text, workspace};

const CONTACTS: &str = "Datensatz-ID,Nachname,E-Mail,Geändert um,E-Mail-Abmeldung
zcrm_5725767000004101001,Dorn,dorn@example.com,2026-05-14 09:12:44,true
zcrm_5725767000004101002,Lind,lind@example.com,2026-05-20 10:00:00,false
";
const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id
cust_1001,dorn@example.com,a1f20700c3000001,1740819600,false,zcrm_5725767000004101001
cust_1002,lind@example.com,a1f20700c3000002,1740819600,false,zcrm_5725767000004101002
";
const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Datensatz-ID}
lag: 4h
attributes:
  email: {from: zoho.contacts.E-Mail, type: email, role: email, owner: zoho}
  unsubscribed: {type: boolean, role: consent, owner: zoho}
";
const CALLED: &str = "{Email Opt Out: E-Mail-Abmeldung, Modified Time: Geändert um, Email: E-Mail}";

fn with(labels: &str) -> tempfile::TempDir {
    let labels = if labels.is_empty() { String::new() } else { format!(", labels: {labels}") };
    let config = format!(
        "version: 1\nsources:\n  zoho: {{files: Contacts.csv, kind: zoho, module: Contacts, time_zone: Europe/Berlin{labels}}}\n  \
         customerio: {{files: people.csv}}\nmapping: mapping.yaml\n"
    );
    workspace(&[
        ("crmlint.yaml", &config),
        ("mapping.yaml", MAPPING),
        ("Contacts.csv", CONTACTS),
        ("people.csv", PEOPLE),
    ])
}

fn missing(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let found = list(&report, "findings").iter().filter(|finding| finding["code"] == "IO003");
    found
        .filter(|finding| finding["subject"] == "zoho.contacts")
        .map(|finding| text(finding, "fix").to_owned())
        .collect()
}

#[test]
fn german_fields_are_found_once_the_config_names_them() {
    let bare = missing(&audit(with("").path(), ".", &[]));
    assert!(bare.len() == 1 && bare[0].contains("`labels:`") && bare[0].contains("Email Opt Out"), "{bare:?}");
    let dir = with(CALLED);
    let ran = audit(dir.path(), ".", &[]);
    let told = missing(&ran).concat();
    assert!(!told.contains("Email Opt Out") && !told.contains("Modified Time"), "{told}");
    let report = ran.json();
    let outed = list(&report, "findings").iter().find(|finding| finding["code"] == "CON001");
    assert_eq!(outed.map(|finding| finding["people"].clone()), Some(1.into()), "{report:#}");
    let trace = run_in(dir.path(), &["trace", "cust_1001", "--now", NOW]);
    assert!(trace.out.contains("E-Mail-Abmeldung") && trace.out.contains("opted out"), "{}", trace.out);
}

#[test]
fn slips_in_german_labels_are_named() {
    let key = audit(with("{Email Opt Uot: E-Mail-Abmeldung}").path(), ".", &[]);
    assert!(key.code == 2 && key.err.contains("did you mean `Email Opt Out`"), "{}", key.err);
    let label = missing(&audit(with("{Email Opt Out: E-Mail-Abmeldng}").path(), ".", &[]));
    assert!(label.iter().any(|fix| fix.contains("did you mean `E-Mail-Abmeldung`?")), "{label:?}");
    let twice = audit(with("{Email: E-Mail, Secondary: E-Mail}").path(), ".", &[]);
    assert_eq!(twice.code, 2, "{}", twice.err);
    let twice = audit(with("{Created Time: Geändert um, Modified Time: Geändert um}").path(), ".", &[]);
    assert!(twice.code == 2 && twice.err.contains("cannot be both Created Time and Modified Time"), "{}", twice.err);
}

#[test]
fn deals_without_a_known_stage_are_not_clean() {
    let run = |labels: &str| {
        let config = format!(
            "version: 1\nsources:\n  zoho: {{files: Deals.csv, kind: zoho, module: Deals{labels}}}\nmapping: mapping.yaml\n"
        );
        let deals = "Nummer,Phase,Kontakt.id,Kontakt\nD-1,Gewonnen,zcrm_5725767000004101001,P1\n";
        let dir = workspace(&[("crmlint.yaml", &config), ("mapping.yaml", MAPPING), ("Deals.csv", deals)]);
        let report = audit(dir.path(), ".", &[]).json();
        status(&report, "MAP018").to_owned()
    };
    assert_eq!(run(""), "not evaluated");
    assert_eq!(run(", labels: {Stage: Phase}"), "findings");
}

#[test]
fn a_label_that_no_file_has_is_found_at_its_line() {
    let strange = |labels: &str| {
        let report = audit(with(labels).path(), ".", &[]).json();
        let found = list(&report, "findings").iter().filter(|finding| finding["code"] == "IO003");
        let found = found.filter(|finding| text(finding, "subject").starts_with("sources:zoho.labels."));
        found.map(|finding| (text(finding, "what").to_owned(), text(finding, "fix").to_owned())).collect::<Vec<_>>()
    };
    let found = strange("{Email: [E-Mail, E-Mial-Adresse], Tag: Schlagwort, Email Opt Out: E-Mail-Abmeldng}");
    assert_eq!(found.len(), 3, "{found:?}");
    let slip = found.iter().find(|(what, _)| what.contains("`E-Mail-Abmeldng`, which is to be Email Opt Out"));
    assert!(slip.is_some_and(|(_, fix)| fix.contains("Did you mean `E-Mail-Abmeldung`?")), "{found:?}");
    assert_eq!(strange(CALLED), []);
    assert_eq!(strange("{Email Opt Out: \" e-mail-abmeldung\", Email: E-MAIL}"), []);
}

#[test]
fn labels_are_compared_without_case_and_a_lookup_has_two_columns() {
    let loose = "{Email Opt Out: \" e-mail-abmeldung\", Modified Time: geändert um, Email: E-MAIL}";
    let told = missing(&audit(with(loose).path(), ".", &[])).concat();
    assert!(!told.contains("Email Opt Out") && !told.contains("Modified Time"), "{told}");
    for lookup in ["Kontakt", "Kontakt.id"] {
        let config = format!(
            "version: 1\nsources:\n  zoho: {{files: Deals.csv, module: Deals, labels: {{Contact Name: {lookup}, Status: Phase}}}}\n"
        );
        let deals = "Datensatz-ID,Phase,Kontakt.id,Kontakt\nzcrm_5725767000004101009,Neu,zcrm_5725767000004101001,P1\n";
        let dir = workspace(&[("crmlint.yaml", &config), ("Deals.csv", deals)]);
        let ran = audit(dir.path(), ".", &[]);
        let report = ran.json();
        let strange = list(&report, "findings").iter().any(|finding| finding["code"] == "IO003");
        assert!(ran.code != 2 && !strange, "{lookup}: {report:#}");
    }
}

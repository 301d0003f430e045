//! Vendors that answer what no description foresees, and pulls that were stopped where it hurts.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::vendors::{
    SECRETS, Vendors, customerio, fine, manifest, no_canary, pulling, run_secretly, shop, told, visible, zoho,
};
use crate::common::{command, files, finish, write};

const STAND: [&str; 4] = ["--page", "40", "--polls", "0"];

fn with_fault(fault: &str) -> Vendors {
    Vendors::start(&[&STAND[..], &["--fault", fault]].concat())
}

fn count(vendors: &Vendors, line: &str) -> usize {
    vendors.asked().iter().filter(|asked| asked.contains(line)).count()
}

#[test]
fn what_leads_in_a_circle_ends_in_one_sentence() {
    let vendors = with_fault("loop@0+");
    let dir = pulling(&[zoho(vendors.port, "modules: [Leads], deleted: false")]);
    told(&run_secretly(dir.path(), &["pull"]), 3, "leads from page to page of Leads without an end");
    assert!(visible(dir.path()).is_empty());
    assert!(count(&vendors, "POST /zohoapis/crm/bulk/v8/read") < 5, "{:?}", vendors.asked());
    assert!(
        !fs::read_to_string(dir.path().join("exports/zoho/.crmlint-pull/state.json")).unwrap().contains("page-0-0")
    );
    let dir = pulling(&[customerio(vendors.port, "what: [segments]")]);
    told(&run_secretly(dir.path(), &["pull"]), 3, "leads from page to page of segments without an end");
    assert!(visible(dir.path()).is_empty());
}

#[test]
fn half_a_list_of_deleted_records_does_not_pass_for_all_of_it() {
    let whole = Vendors::start(&STAND);
    let dir = pulling(&[zoho(whole.port, "modules: [Contacts]")]);
    fine(&run_secretly(dir.path(), &["pull"]));
    let at = whole.asked().iter().position(|line| line.ends_with("/Contacts/deleted")).unwrap();
    let vendors = with_fault(&format!("loop@{at}+"));
    let dir = pulling(&[zoho(vendors.port, "modules: [Contacts]")]);
    let ran = run_secretly(dir.path(), &["pull"]);
    fine(&ran);
    assert!(ran.err.contains("the deleted records of Contacts could not be had"), "{}", ran.err);
    assert!(visible(dir.path()).iter().all(|(file, _)| !file.ends_with("deleted_contacts.json")));
    assert!(manifest(dir.path(), "exports/zoho")["notes"].to_string().contains("deleted records of Contacts"));
}

#[test]
fn a_token_that_lives_for_ever_is_no_accident() {
    let vendors = with_fault("odd@0+");
    let dir = pulling(&[zoho(vendors.port, "modules: [Deals]")]);
    fine(&run_secretly(dir.path(), &["pull"]));
}

#[test]
fn a_right_that_is_refused_whatever_the_token_costs_no_token_by_request() {
    let vendors = Vendors::start(&["--fault", "401@1", "--fault", "401@3", "--fault", "401@4", "--fault", "401@5"]);
    let dir = pulling(&[zoho(vendors.port, "modules: [Contacts]")]);
    run_secretly(dir.path(), &["doctor"]);
    assert_eq!(count(&vendors, "/oauth/v2/token"), 2, "{:?}", vendors.asked());
}

#[test]
fn a_file_without_an_end_is_cut_off_and_taken_away() {
    let vendors = with_fault("forever@0+");
    let dir = pulling(&[shop(vendors.port)]);
    told(&run_secretly(dir.path(), &["pull"]), 3, "its answer took too long");
    let left: Vec<_> = files(&dir.path().join("exports"))
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_there_is_not_asked_for_again() {
    let vendors = with_fault("fails@4");
    let dir = pulling(&[zoho(vendors.port, "modules: [Leads]")]);
    told(&run_secretly(dir.path(), &["pull"]), 3, "could not make the export of Leads: the job broke");
    fine(&run_secretly(dir.path(), &["pull"]));
    assert_eq!(count(&vendors, "/settings/fields"), 1, "{:?}", vendors.asked());
    let whole = Vendors::start(&STAND);
    let what = "what: [segments, campaigns, topics]";
    let dir = pulling(&[customerio(whole.port, what)]);
    fine(&run_secretly(dir.path(), &["pull"]));
    let at = whole.asked().iter().position(|line| line.ends_with("/subscription_topics")).unwrap();
    let vendors = with_fault(&format!("400@{at}"));
    let dir = pulling(&[customerio(vendors.port, what)]);
    told(&run_secretly(dir.path(), &["pull"]), 3, "did not give topics");
    fine(&run_secretly(dir.path(), &["pull"]));
    for once in ["GET /v1/segments/3", "GET /v1/campaigns"] {
        assert_eq!(count(&vendors, once), 1, "{once}: {:?}", vendors.asked());
    }
}

/// Puts what was pulled back to where it was before it went to its place.
fn unland(folder: &Path) {
    let staging = folder.join(".crmlint-pull");
    fs::create_dir(&staging).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let state = json!({ "asks": "another", "began": 0, "jobs": {}, "manifest": manifest, "complete": true });
    fs::write(staging.join("state.json"), state.to_string()).unwrap();
    fs::write(staging.join("landing"), "").unwrap();
    for file in ["Deals.csv", "fields_deals.json", "deleted_deals.json"] {
        fs::rename(folder.join(file), staging.join(file)).unwrap();
    }
}

#[test]
fn what_an_old_pull_left_half_done_does_not_pass_for_a_new_one() {
    let vendors = Vendors::start(&["--polls", "0"]);
    let dir = pulling(&[zoho(vendors.port, "modules: [Deals]")]);
    fine(&run_secretly(dir.path(), &["pull"]));
    let before = visible(dir.path());
    unland(&dir.path().join("exports/zoho"));
    told(&run_secretly(dir.path(), &["audit", "."]), 3, "was stopped while it put the files in their places");
    let ran = run_secretly(dir.path(), &["pull"]);
    fine(&ran);
    assert!(ran.err.contains("its files go to their places first"), "{}", ran.err);
    assert_eq!(count(&vendors, "POST /zohoapis/crm/bulk/v8/read"), 2, "it was fetched anew");
    assert!(visible(dir.path()) == before);
}

/// What people were asked for with.
fn asked_attributes(vendors: &Vendors) -> Value {
    let log = vendors.log();
    let order = log.iter().rfind(|entry| entry["path"] == "/v1/exports/customers").unwrap();
    serde_json::from_str::<Value>(order["asked"].as_str().unwrap()).unwrap()["attributes"].clone()
}

#[test]
fn attributes_are_those_of_the_mapping_and_the_watch_and_all_without_one() {
    let vendors = Vendors::start(&["--polls", "0"]);
    let dir = pulling(&[customerio(vendors.port, "what: [people]")]);
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    let watching = format!("{config}snapshots: {{folder: snapshots, watch: [customerio.people.favourite_tea]}}\n");
    write(dir.path(), "crmlint.yaml", watching.as_bytes());
    fine(&run_secretly(dir.path(), &["pull"]));
    let asked = asked_attributes(&vendors).to_string();
    assert!(asked.contains("favourite_tea") && asked.contains("vip_tier"), "{asked}");
    write(dir.path(), "crmlint.yaml", config.replace("mapping: mapping.yaml\n", "").as_bytes());
    fine(&run_secretly(dir.path(), &["pull"]));
    assert_eq!(asked_attributes(&vendors), Value::Null, "nobody said which");
}

#[test]
fn the_doctor_looks_at_the_mapping_and_at_files_of_secrets() {
    let vendors = Vendors::start(&[]);
    let dir = pulling(&[customerio(vendors.port, "what: [people]")]);
    let kept = tempfile::tempdir().unwrap();
    let file = kept.path().join("key");
    fs::write(&file, format!("{}\n", SECRETS[3].1)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    write(dir.path(), "mapping.yaml", b"version: 1\nattributes: [\n");
    let mut doctor = command(dir.path(), &["doctor"]);
    doctor.env("CUSTOMERIO_KEY_FILE", &file);
    let ran = finish(doctor);
    no_canary(dir.path(), &ran, &["doctor"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.out.contains("wrong  mapping: "), "{}", ran.out);
    assert!(ran.out.contains("CUSTOMERIO_KEY_FILE is set"), "{}", ran.out);
    assert!(!cfg!(unix) || ran.out.contains("can be read by everyone on this machine"), "{}", ran.out);
    drop(vendors);
    let ran = run_secretly(dir.path(), &["doctor"]);
    assert!(!ran.out.contains("run the pull again") && !ran.out.contains("crmlint doctor"), "{}", ran.out);
}

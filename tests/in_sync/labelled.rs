//! `fixtures/people.csv` and the two files beside it: labelled people, as the generator makes them.

use std::fs;

use super::people::{Noise, make};
use super::support::{in_sync, root};
use super::write::write;

#[test]
fn labelled_people_are_what_the_generator_makes() {
    let folder = tempfile::tempdir().expect("a folder of its own");
    write(&make(Noise::First, 3000, 1), &folder.path().join("people.csv")).expect("a folder of its own");
    for name in ["people.csv", "people.pairs.csv", "people.truth.csv"] {
        let built = fs::read_to_string(folder.path().join(name)).expect("written above");
        in_sync(&root().join("fixtures").join(name), &built);
    }
}

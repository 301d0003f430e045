//! Frames from a few lines of CSV, for tests of what stands on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Store;
use crate::exports::{Dataset, Request, open};
use crate::mapping::EARLIER;

/// Reads every column of small files, those named `prev.…` as of a snapshot; panics where a test made a mistake.
pub(crate) fn store(files: &[(&str, &str)]) -> (Store, BTreeMap<String, Arc<Dataset>>) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut datasets = BTreeMap::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file for the test");
        for mut dataset in open(&Request { paths: vec![path], ..Request::default() }).expect("readable") {
            if name.starts_with(EARLIER) {
                dataset.name = format!("{EARLIER}{}", dataset.name);
            }
            datasets.insert(dataset.name.clone(), Arc::new(dataset));
        }
    }
    let wanted = datasets.iter().map(|(name, dataset)| (name.clone(), (0..dataset.columns.len()).collect())).collect();
    let all: Vec<Arc<Dataset>> = datasets.values().cloned().collect();
    (Store::load(&all, &wanted, &()).expect("readable"), datasets)
}

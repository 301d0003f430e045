//! Frames from a few lines of CSV, for tests of what stands on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Store;
use crate::exports::{Dataset, Request, open};

/// Reads every column of small files; panics where a test made a mistake.
pub(crate) fn store(files: &[(&str, &str)]) -> (Store, BTreeMap<String, Arc<Dataset>>) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut datasets = BTreeMap::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file for the test");
        for dataset in open(&Request { paths: vec![path], ..Request::default() }).expect("readable") {
            datasets.insert(dataset.name.clone(), Arc::new(dataset));
        }
    }
    let wanted = datasets.iter().map(|(name, dataset)| (name.clone(), (0..dataset.columns.len()).collect())).collect();
    let all: Vec<Arc<Dataset>> = datasets.values().cloned().collect();
    (Store::load(&all, &wanted, &()).expect("readable"), datasets)
}

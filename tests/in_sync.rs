//! Generated texts and the sources they come from. Each test builds a text, compares it with the committed file, and
//! rewrites the file when `UPDATE=1` is set. The rest are promises that a reader cannot check by eye: every example in
//! the docs runs, every dependency says why it is there, no file names a machine.

#[path = "in_sync/advice.rs"]
mod advice;
#[path = "in_sync/examples.rs"]
mod examples;
#[path = "in_sync/labelled.rs"]
mod labelled;
#[path = "../examples/people/mod.rs"]
mod people;
#[path = "in_sync/readme.rs"]
mod readme;
#[path = "in_sync/repository.rs"]
mod repository;
#[path = "in_sync/rule_pages.rs"]
mod rule_pages;
#[path = "in_sync/schemas.rs"]
mod schemas;
#[path = "in_sync/support.rs"]
mod support;
#[path = "../examples/people/write.rs"]
mod write;

#![no_main]

libfuzzer_sys::fuzz_target!(init: crmlint_fuzz::quiet(), |bytes: &[u8]| crmlint_fuzz::run("delimited", bytes));

//! `daybook_fuzzing::fold`, tried by libFuzzer.

#![no_main]

use daybook_fuzzing::Target;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = Target::Fold.check(input) {
        panic!("{broken}");
    }
});

//! `daybook_fuzzing::signature`, tried by libFuzzer.

#![no_main]

use daybook_fuzzing::Target;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = Target::Signature.check(input) {
        panic!("{broken}");
    }
});

//! Any bytes as an EXIF part.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _facts = doorward_builtin::exif::read(bytes);
});

//! Any bytes as a file: taken or refused, and what is taken can be encoded again.
#![no_main]

use doorward_builtin::Picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = Picture::open(bytes) {
        let anew = picture.jpeg().expect("what was decoded can be encoded");
        assert!(Picture::open(&anew).is_ok());
    }
});

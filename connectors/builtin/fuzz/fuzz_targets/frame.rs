//! Any bytes as a frame of the preview or of a challenge, and any frame as one that was kept.
#![no_main]

use doorward_builtin::face::Seen;
use doorward_builtin::glance;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = glance::open(bytes) {
        assert!(picture.rgb().width() >= 64);
    }
    let _kept = serde_json::from_slice::<Seen>(bytes);
});

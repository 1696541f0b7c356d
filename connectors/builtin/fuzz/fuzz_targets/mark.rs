//! Any text as the mark of a picture.
#![no_main]

use doorward_builtin::watermark;
use image::{Rgb, RgbImage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let picture = RgbImage::from_pixel(200, 160, Rgb([120; 3]));
    assert!(watermark::marked(&picture, text).is_ok());
});

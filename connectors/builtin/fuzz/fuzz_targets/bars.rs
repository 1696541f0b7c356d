//! Any pixels as a barcode: one try of each kind is enough to reach the decoder.
#![no_main]

use std::cell::Cell;

use doorward_builtin::barcode;
use doorward_builtin::raster::Grey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((width, pixels)) = bytes.split_first() else { return };
    let width = usize::from(*width).max(1);
    let height = pixels.len() / width;
    let Some(picture) = Grey::new(width, height, pixels[..width * height].to_vec()) else { return };
    let tries = Cell::new(0);
    let go_on = || {
        tries.set(tries.get() + 1);
        tries.get() < 20
    };
    let _code = barcode::read(&picture, &go_on);
});

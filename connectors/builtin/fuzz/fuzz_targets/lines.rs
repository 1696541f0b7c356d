//! Any pixels as a picture with a zone: located and read with the real networks, so it is slow.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use chrono::NaiveDate;
use doorward_builtin::raster::Grey;
use doorward_builtin::{Models, zone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    static MODELS: OnceLock<Models> = OnceLock::new();
    let models = MODELS.get_or_init(|| Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")));
    let Some((width, pixels)) = bytes.split_first() else { return };
    let width = usize::from(*width).max(1);
    let height = pixels.len() / width;
    let Some(picture) = Grey::new(width, height, pixels[..width * height].to_vec()) else { return };
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
    let _zone = zone::read(models, &picture, today, &|| true).expect("the models are there");
});

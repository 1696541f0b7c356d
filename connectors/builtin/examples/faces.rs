//! What a comparison of faces costs: processor seconds and memory, on this machine.
//!
//! `cargo run --release -p doorward-builtin --example faces [ROUNDS]`, on Linux. The figures in the README of this crate come from it.
#![expect(clippy::print_stdout, reason = "it is made to print")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use doorward_builtin::face::{Faces, Limits};
use doorward_builtin::{Models, face::Look};
use image::RgbImage;

/// Something that is measured.
type Work<'a> = &'a dyn Fn() -> Result<(), doorward_builtin::Error>;

/// Linux counts processor time in hundredths of a second.
const TICKS: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(50), |count| count.parse())?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let people = here.join("../../tests/lab/assets/people");
    let open = |name: &str| -> Result<RgbImage, image::ImageError> { Ok(image::open(people.join(name))?.into_rgb8()) };
    let (portrait, selfie) = (open("maria-silva-portrait.jpg")?, open("maria-silva-selfie.jpg")?);
    let other = open("stranger-selfie.jpg")?;
    let frame = image::imageops::thumbnail(&selfie, 480, 640);

    println!("before the models: {}", memory()?);
    let faces = Faces::open(Arc::new(Models::open(&here.join("models"))), Limits::default());
    let begun = seconds()?;
    faces.warm()?;
    println!("models loaded:     {}, {:.3} s once", memory()?, seconds()? - begun);
    faces.compare(&portrait, &selfie)?;
    let still: Work = &|| faces.detect(&selfie, Look::Closely).map(drop);
    let look: Work = &|| faces.look(&frame).map(drop);
    let compare: Work = &|| faces.compare(&portrait, &selfie).map(drop);
    let strangers: Work = &|| faces.compare(&portrait, &other).map(drop);
    for (what, work) in [
        ("find faces in a still", still),
        ("look at a frame", look),
        ("compare two pictures", compare),
        ("compare strangers", strangers),
    ] {
        let begun = seconds()?;
        for _ in 0..rounds {
            work()?;
        }
        let each = (seconds()? - begun) / f64::from(rounds.max(1));
        println!("{what}: {each:.3} processor seconds, {}", memory()?);
    }
    Ok(())
}

/// Processor seconds of all threads so far.
fn seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th after it.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    let sum = ticks.map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(sum / TICKS)
}

/// Memory in use and its highest so far.
fn memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = |name: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.split_whitespace().next()).unwrap_or("0");
        Ok(number.parse::<u64>()? / 1024)
    };
    Ok(format!("{} MiB, at most {} MiB", line("VmRSS:")?, line("VmHWM:")?))
}

//! What one verification costs, and how far apart the looks of documents are.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use doorward_builtin::document::{self, Sides, Wanted};
use doorward_builtin::face::{self, Faces};
use doorward_builtin::replay::{Look, NEAR};
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Shot, Side, draw, lines};
use doorward_builtin::{Models, Picture};
use image::{RgbImage, imageops};

/// Invented people of the lab.
const PEOPLE: [&str; 4] = ["maria-silva", "juergen-mueller", "amara-okafor", "aiko-tanaka"];
/// Frames of a challenge, as the pages send them.
const FRAMES: u32 = 16;

fn person(name: &str) -> Result<RgbImage, image::ImageError> {
    let people = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lab/assets/people");
    Ok(image::open(people.join(name))?.into_rgb8())
}

/// The page of somebody's passport; the design is one for all.
fn page_of(name: &str, chance: &mut Chance) -> Result<RgbImage, Box<dyn Error>> {
    const DESIGN: u64 = 3;
    let written = lines(Format::Td3, &Bearer::random(chance));
    let side = Side::Zone {
        format: Format::Td3,
        lines: &written,
        portrait: Some(&person(&format!("{name}-portrait.jpg"))?),
    };
    Ok(draw(&side, DESIGN))
}

/// A passport, sixteen frames, a selfie and the comparison: from files to findings.
pub(crate) fn verifications(
    page: &mut String,
    today: NaiveDate,
    cpu: &dyn Fn() -> Result<f64, Box<dyn Error>>,
    memory: &dyn Fn() -> Result<String, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let models = Arc::new(Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models")));
    let faces = Faces::open(Arc::clone(&models), face::Limits::default());
    let before = memory()?;
    let mut chance = Chance::new(2_026);
    let [mut document, mut frames, mut comparison] = [0.0; 3];
    for name in PEOPLE {
        let file = Shot {
            glare: 0.0,
            ..Shot::of(Level::Usual, &mut chance)
        }
        .take(&page_of(name, &mut chance)?, &mut chance);
        let selfie = person(&format!("{name}-selfie.jpg"))?;
        let frame = Picture::of(imageops::thumbnail(&selfie, 480, 640)).jpeg()?;
        let selfie = Picture::of(selfie).jpeg()?;
        let at = [cpu()?, 0.0, 0.0, 0.0];
        let passport = Picture::open(&file)?;
        let sides = Sides {
            front: &passport,
            back: None,
        };
        document::read(&models, &sides, &Wanted::default(), today, &|| true)?;
        let at = [at[0], cpu()?, 0.0, 0.0];
        for _ in 0..FRAMES {
            faces.look(Picture::open(&frame)?.rgb())?;
        }
        let at = [at[0], at[1], cpu()?, 0.0];
        faces.compare(passport.rgb(), Picture::open(&selfie)?.rgb())?;
        let [start, read, looked, _] = at;
        document += read - start;
        frames += looked - read;
        comparison += cpu()? - looked;
    }
    let each = |sum: f64| sum / u32::try_from(PEOPLE.len()).map_or(1.0, f64::from);
    writeln!(
        page,
        "\n## One verification\n\nA passport, {FRAMES} frames of a challenge (480 by 640), a selfie (720 by 960), compared; the models' first loading \
         included. {} invented people, each once.\n\n| part | CPU s, mean |\n|---|---|\n| document read | {:.2} |\n| frames looked at | {:.2} |\n| \
         portrait and selfie compared | {:.2} |\n| together | {:.2} |\n\nMemory before any model was loaded {before}; after these {}.",
        PEOPLE.len(),
        each(document),
        each(frames),
        each(comparison),
        each(document + frames + comparison),
        memory()?
    )?;
    Ok(())
}

/// How far apart looks are: of one picture written anew, of two photographs of one document, of two people's documents of one design.
pub(crate) fn looks(page: &mut String, models: &Models, today: NaiveDate) -> Result<(), Box<dyn Error>> {
    const PHOTOGRAPHS: usize = 3;
    let mut chance = Chance::new(256);
    let mut seen: Vec<(usize, Look)> = Vec::new();
    let mut anew = Vec::new();
    let look = |picture: &Picture| -> Result<Option<Look>, Box<dyn Error>> {
        let sides = Sides {
            front: picture,
            back: None,
        };
        let reading = document::read(models, &sides, &Wanted::default(), today, &|| true)?;
        Ok(reading.looks.first().copied().flatten())
    };
    for (index, name) in PEOPLE.into_iter().enumerate() {
        let sheet = page_of(name, &mut chance)?;
        for photograph in 0..PHOTOGRAPHS {
            let shot = Shot {
                glare: 0.0,
                ..Shot::of(Level::Usual, &mut chance)
            };
            let picture = Picture::open(&shot.take(&sheet, &mut chance))?;
            let Some(first) = look(&picture)? else { continue };
            seen.push((index, first));
            if photograph > 0 {
                continue;
            }
            let (wide, high) = picture.rgb().dimensions();
            let smaller = imageops::thumbnail(picture.rgb(), wide * 3 / 5, high * 3 / 5);
            for other in [Picture::open(&picture.jpeg()?)?, Picture::of(smaller)] {
                anew.extend(look(&other)?.map(|other| first.distance(other)));
            }
        }
    }
    let (mut same, mut others) = (Vec::new(), Vec::new());
    for (index, (whose, one)) in seen.iter().enumerate() {
        for (other, two) in seen.iter().skip(index + 1) {
            let list = if whose == other { &mut same } else { &mut others };
            list.push(one.distance(*two));
        }
    }
    distances(page, [anew, same, others])
}

/// The table of distances.
fn distances(page: &mut String, [anew, same, others]: [Vec<u32>; 3]) -> Result<(), Box<dyn Error>> {
    writeln!(
        page,
        "\n## Looks\n\nBits of 256 that differ; at most {NEAR} count as near. Passports of one design, photographed as most people do. Another photograph \
         of the same document is mostly not near: its number tells it.\n\n| pairs | how many | least | median | most | near |\n|---|---|---|---|---|---|"
    )?;
    for (name, mut distances) in [
        ("one photograph, saved anew or scaled", anew),
        ("two photographs of one document", same),
        ("documents of two people", others),
    ] {
        distances.sort_unstable();
        let at = |index: usize| distances.get(index).copied().unwrap_or(0);
        let count = distances.len();
        let near = distances.iter().filter(|distance| **distance <= NEAR).count();
        writeln!(
            page,
            "| {name} | {count} | {} | {} | {} | {near} |",
            at(0),
            at(count / 2),
            at(count.saturating_sub(1))
        )?;
    }
    Ok(())
}

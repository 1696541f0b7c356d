//! Photographs of the cast's documents, taken anew whenever somebody asks, and films of them for a browser without a camera.
//!
//! What a newcomer downloads to walk through the built-in verifier, and what its tests show to it. The documents are drawn by
//! `doorward_builtin::specimen` after ICAO 9303, of the specimen state UTO; the portraits are the rendered faces in `assets/people`.
//! Only who has a rendered face has such a document. A seed is a moment: the same one gives the same file.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Shot, Side, draw, lines};
use image::RgbImage;
use serde::Deserialize;

use crate::people::LabPerson;

/// What is photographed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sheet {
    /// The data page of a passport.
    Passport,
    /// The front of an identity card.
    Front,
    /// Its back, with the zone.
    Back,
}

/// What is the matter with the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// It ran out last year.
    Expired,
    /// The check digit of its number is wrong.
    WrongDigit,
    /// It shows the stranger's face.
    OtherFace,
    /// No picture of anybody.
    NoFace,
}

/// One photograph.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Wish {
    /// What is the matter with it.
    #[serde(default)]
    pub flaw: Flaw,
    /// Which moment.
    #[serde(default)]
    pub moment: u64,
}

/// Whose face nobody at the company has.
pub const STRANGER: &str = "stranger";
/// How wide a document is in a photograph that fills a phone's picture.
const WIDE: f32 = 1_500.0;
/// The same in a film: what fits a camera of 1280 by 960.
const IN_FILM: f32 = 1_060.0;
/// A film's picture.
const FILM: (u32, u32) = (1_280, 960);
/// Takes in a film, each with a sensor's noise of its own; the camera shows them over and over.
const TAKES: u64 = 4;

/// Where the rendered faces and films lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/people")
}

/// Where the models lie that read all this.
pub fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors/builtin/models")
}

/// Whether somebody has a rendered face, and so a document that can be photographed.
pub fn has_papers(person: &LabPerson) -> bool {
    folder().join(format!("{}-portrait.jpg", person.id)).is_file()
}

/// The film of somebody who does what a camera asks, as a file for a browser's camera.
pub fn film_of(person: &str) -> PathBuf {
    folder().join(format!("{person}.mjpeg"))
}

/// A picture of somebody's face, taken by themselves.
pub fn selfie_of(person: &str) -> PathBuf {
    folder().join(format!("{person}-selfie.jpg"))
}

/// A photograph, JPEG, as most people take it. None of somebody without a rendered face.
pub fn photograph(person: &LabPerson, sheet: Sheet, wish: Wish) -> Option<Vec<u8>> {
    let drawn = drawn(person, sheet, wish.flaw)?;
    let mut chance = Chance::new(seed(&person.id, wish.moment));
    let shot = Shot {
        width: WIDE,
        glare: 0.0,
        ..Shot::of(Level::Usual, &mut chance)
    };
    Some(shot.take(&drawn, &mut chance))
}

/// A film of the document before a camera: JPEG pictures one after another, each 1280 by 960.
pub fn film(person: &LabPerson, sheet: Sheet, wish: Wish) -> Option<Vec<u8>> {
    let drawn = drawn(person, sheet, wish.flaw)?;
    let mut film = Vec::new();
    for take in 0..TAKES {
        let mut chance = Chance::new(seed(&person.id, wish.moment.wrapping_mul(TAKES).wrapping_add(take)));
        let shot = Shot {
            width: IN_FILM,
            turn: 1.5,
            perspective: 0.0,
            blur: 0.5,
            noise: 4.0,
            light: (0.85, 0.1),
            glare: 0.0,
            quality: 92,
        };
        let taken = image::load_from_memory(&shot.take(&drawn, &mut chance)).ok()?.to_rgb8();
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92);
        on_a_table(&taken).write_with_encoder(encoder).ok()?;
        film.append(&mut bytes);
    }
    Some(film)
}

/// The picture in the middle of a camera's, what is left over being table.
fn on_a_table(taken: &RgbImage) -> RgbImage {
    let table = *taken.get_pixel(0, 0);
    let (left, top) = (
        i64::from(FILM.0) / 2 - i64::from(taken.width()) / 2,
        i64::from(FILM.1) / 2 - i64::from(taken.height()) / 2,
    );
    let mut whole = RgbImage::from_pixel(FILM.0, FILM.1, table);
    image::imageops::overlay(&mut whole, taken, left, top);
    whole
}

fn drawn(person: &LabPerson, sheet: Sheet, flaw: Flaw) -> Option<RgbImage> {
    let own = portrait(&person.id)?;
    let shown = match flaw {
        Flaw::OtherFace => portrait(STRANGER),
        Flaw::NoFace => None,
        _ => Some(own),
    };
    let bearer = bearer(person, flaw)?;
    // The paper is the document's own and the same in each photograph of it.
    let paper = seed(&person.id, 0);
    let format = match sheet {
        Sheet::Passport => Format::Td3,
        Sheet::Front | Sheet::Back => Format::Td1,
    };
    let mut zone = lines(format, &bearer);
    if flaw == Flaw::WrongDigit {
        let (line, at) = if format == Format::Td3 { (1, 9) } else { (0, 14) };
        let text = zone.get_mut(line)?;
        let wrong = (text.get(at..=at)?.parse::<u32>().ok()? + 1) % 10;
        text.replace_range(at..=at, &wrong.to_string());
    }
    Some(match sheet {
        Sheet::Front => draw(
            &Side::Front {
                portrait: shown.as_ref(),
                words: &[&bearer.family, &bearer.given, &bearer.number],
            },
            paper,
        ),
        Sheet::Passport | Sheet::Back => draw(
            &Side::Zone {
                format,
                lines: &zone,
                portrait: shown.as_ref(),
            },
            paper,
        ),
    })
}

fn bearer(person: &LabPerson, flaw: Flaw) -> Option<Bearer> {
    let given = [Some(person.given.as_str()), person.middle.as_deref()];
    let given: Vec<&str> = given.into_iter().flatten().collect();
    Some(Bearer {
        family: plain(&person.family),
        given: plain(&given.join(" ")),
        number: person.document.number.chars().take(9).collect(),
        issuer: "UTO".to_owned(),
        nationality: "UTO".to_owned(),
        sex: person.sex.chars().next()?,
        birth: person.birth_date.parse().ok()?,
        expiry: match flaw {
            Flaw::Expired => NaiveDate::from_ymd_opt(2025, 10, 31)?,
            _ => NaiveDate::from_ymd_opt(2033, 5, 17)?,
        },
        optional: String::new(),
    })
}

/// A name as a zone writes it, as far as the cast needs: ICAO 9303 part 3 §6.
fn plain(name: &str) -> String {
    let letters = name.chars().flat_map(char::to_uppercase);
    letters
        .map(|letter| match letter {
            'Ä' => "AE".to_owned(),
            'Ö' => "OE".to_owned(),
            'Ü' => "UE".to_owned(),
            'A'..='Z' => letter.to_string(),
            '\'' | '’' => String::new(),
            _ => " ".to_owned(),
        })
        .collect()
}

fn portrait(person: &str) -> Option<RgbImage> {
    let bytes = std::fs::read(folder().join(format!("{person}-portrait.jpg"))).ok()?;
    Some(image::load_from_memory(&bytes).ok()?.to_rgb8())
}

/// The same person and moment, the same picture; FNV-1a.
fn seed(person: &str, moment: u64) -> u64 {
    let bytes = person.bytes().chain(moment.to_be_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::named;
    use doorward_builtin::document::{Contradiction, Reading, Sides, Wanted, read};
    use doorward_builtin::{Models, Picture};

    fn reading(front: &[u8], back: Option<&[u8]>) -> Reading {
        let models = Models::open(&models());
        let open = |bytes: &[u8]| Picture::open(bytes).expect("a picture");
        let (front, back) = (open(front), back.map(open));
        let sides = Sides {
            front: &front,
            back: back.as_ref(),
        };
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        read(&models, &sides, &Wanted::default(), today, &|| true).expect("models")
    }

    fn taken(id: &str, sheet: Sheet, flaw: Flaw, moment: u64) -> Vec<u8> {
        photograph(named(id).expect("in the cast"), sheet, Wish { flaw, moment }).expect("has papers")
    }

    #[test]
    fn a_passport_reads_as_its_bearer_in_a_photograph_and_in_a_film() {
        for id in [
            "maria-silva",
            "juergen-mueller",
            "omar-al-rashid",
            "charlotte-van-den-berg",
        ] {
            let person = named(id).expect("in the cast");
            let photo = reading(&taken(id, Sheet::Passport, Flaw::None, 1), None);
            assert!(photo.readable() && photo.contradictions.is_empty(), "{id}: {photo:?}");
            assert_eq!(photo.family.as_deref(), Some(plain(&person.family).as_str()), "{id}");
            let film = film(
                person,
                Sheet::Passport,
                Wish {
                    flaw: Flaw::None,
                    moment: 0,
                },
            )
            .expect("papers");
            let frames: Vec<usize> = film
                .windows(3)
                .enumerate()
                .filter(|(_, w)| *w == [0xff, 0xd8, 0xff])
                .map(|(at, _)| at)
                .collect();
            assert_eq!(frames.len(), 4);
            let frame = reading(&film[frames[0]..frames[1]], None);
            assert!(frame.readable() && frame.contradictions.is_empty(), "{id}: {frame:?}");
        }
    }

    #[test]
    fn a_card_reads_by_its_two_sides_and_its_flaws_show() {
        let read = |flaw| {
            reading(
                &taken("aiko-tanaka", Sheet::Front, flaw, 3),
                Some(&taken("aiko-tanaka", Sheet::Back, flaw, 4)),
            )
        };
        assert!(read(Flaw::None).contradictions.is_empty());
        assert!(read(Flaw::Expired).contradictions.contains(&Contradiction::Expired));
        let wrong = read(Flaw::WrongDigit).contradictions;
        assert!(
            wrong.iter().any(|found| matches!(found, Contradiction::CheckDigit(_))),
            "{wrong:?}"
        );
    }

    #[test]
    fn who_has_no_rendered_face_has_no_papers() {
        let nobody = named("sean-oconnor").expect("in the cast");
        assert!(!has_papers(nobody));
        assert!(
            photograph(
                nobody,
                Sheet::Passport,
                Wish {
                    flaw: Flaw::None,
                    moment: 0
                }
            )
            .is_none()
        );
    }
}

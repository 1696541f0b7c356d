//! What the preview says before the picture is taken.

use std::sync::{Arc, OnceLock};

use doorward_builtin::face::{self, Faces};
use doorward_builtin::glance::{self, Hint, Subject};
use doorward_builtin::intake::Refused;
use doorward_builtin::raster::scaled_rgb;
use doorward_builtin::specimen::{Format, Licence, Side, barcode, draw, lines};
use doorward_builtin::{Models, Picture};
use image::{Rgb, RgbImage, imageops};

use crate::stand::{maria, models};

const TABLE: Rgb<u8> = Rgb([96, 84, 72]);

fn faces() -> &'static Faces {
    static FACES: OnceLock<Faces> = OnceLock::new();
    FACES.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        Faces::open(Arc::new(Models::open(&folder)), face::Limits::default())
    })
}

fn hint(frame: &RgbImage, subject: Subject) -> Option<Hint> {
    glance::glance(models(), faces(), frame, subject).expect("models")
}

fn person(name: &str) -> RgbImage {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lab/assets/people");
    image::open(folder.join(name)).expect(name).into_rgb8()
}

/// The page of Maria's passport, with her portrait, as it is printed.
fn page() -> &'static RgbImage {
    static PAGE: OnceLock<RgbImage> = OnceLock::new();
    PAGE.get_or_init(|| {
        let side = Side::Zone {
            format: Format::Td3,
            lines: &lines(Format::Td3, &maria()),
            portrait: Some(&person("maria-silva-portrait.jpg")),
        };
        draw(&side, 3)
    })
}

fn card() -> RgbImage {
    let side = Side::Front {
        portrait: Some(&person("maria-silva-portrait.jpg")),
        words: &["SAMPLETON", "MORGAN LEE", "29 FEB 1988"],
    };
    draw(&side, 3)
}

fn bars() -> RgbImage {
    let code = barcode(&Licence::example(10).text(), 13).expect("the text fits");
    draw(
        &Side::Bars {
            code: &code,
            lines: &[],
        },
        3,
    )
}

/// A frame of 1,280 by 960 with a sheet of this width in it, its middle at this place.
fn framed(sheet: &RgbImage, wide: u32, (x, y): (i64, i64)) -> RgbImage {
    let small = scaled_rgb(sheet, wide, sheet.height() * wide / sheet.width());
    let mut frame = RgbImage::from_pixel(1_280, 960, TABLE);
    let (left, top) = (x - i64::from(small.width()) / 2, y - i64::from(small.height()) / 2);
    imageops::replace(&mut frame, &small, left, top);
    frame
}

const MIDDLE: (i64, i64) = (640, 480);

fn lit(frame: &RgbImage, factor: f32) -> RgbImage {
    let table: Vec<u8> = (0..=255_u8)
        .map(|value| (f32::from(value) * factor).min(255.0))
        .map(|value| (0..=255_u8).find(|byte| f32::from(*byte) >= value).unwrap_or(255))
        .collect();
    let mut lit = frame.clone();
    for pixel in lit.pixels_mut() {
        pixel.0 = pixel.0.map(|value| table[usize::from(value)]);
    }
    lit
}

#[test]
fn a_page_that_fills_the_frame_may_be_taken() {
    assert_eq!(hint(&framed(page(), 1_100, MIDDLE), Subject::Passport), None);
    assert_eq!(hint(&framed(&card(), 1_100, MIDDLE), Subject::CardFront), None);
    assert_eq!(hint(&framed(&bars(), 1_100, MIDDLE), Subject::LicenceBack), None);
}

#[test]
fn the_back_of_a_card_is_told_by_its_zone() {
    let side = Side::Zone {
        format: Format::Td1,
        lines: &lines(Format::Td1, &maria()),
        portrait: None,
    };
    let back = draw(&side, 3);
    assert_eq!(hint(&framed(&back, 1_100, MIDDLE), Subject::CardBack), None);
    assert_eq!(hint(&framed(&back, 560, MIDDLE), Subject::CardBack), Some(Hint::Closer));
}

#[test]
fn a_document_that_is_far_away_is_asked_closer() {
    assert_eq!(
        hint(&framed(page(), 600, MIDDLE), Subject::Passport),
        Some(Hint::Closer)
    );
    assert_eq!(
        hint(&framed(&card(), 520, MIDDLE), Subject::CardFront),
        Some(Hint::Closer)
    );
    assert_eq!(
        hint(&framed(&bars(), 480, MIDDLE), Subject::LicenceBack),
        Some(Hint::Closer)
    );
}

#[test]
fn a_document_too_near_or_partly_outside_is_asked_back_into_the_frame() {
    assert_eq!(
        hint(&framed(page(), 1_320, MIDDLE), Subject::Passport),
        Some(Hint::Farther)
    );
    assert_eq!(
        hint(&framed(page(), 1_000, (560, 330)), Subject::Passport),
        Some(Hint::Corners)
    );
    assert_eq!(
        hint(&framed(&card(), 1_000, (410, 480)), Subject::CardFront),
        Some(Hint::Corners)
    );
}

#[test]
fn a_document_at_the_side_is_asked_into_the_middle() {
    assert_eq!(
        hint(&framed(page(), 800, (860, 480)), Subject::Passport),
        Some(Hint::Centre)
    );
}

#[test]
fn an_empty_table_and_a_page_without_its_lines_are_told_apart() {
    let table = RgbImage::from_pixel(1_280, 960, TABLE);
    assert_eq!(hint(&table, Subject::Passport), Some(Hint::NoDocument));
    assert_eq!(hint(&table, Subject::CardFront), Some(Hint::NoDocument));
    assert_eq!(hint(&table, Subject::CardBack), Some(Hint::NoCode));
    let mut covered = framed(page(), 1_100, MIDDLE);
    imageops::replace(&mut covered, &RgbImage::from_pixel(1_280, 260, TABLE), 0, 690);
    assert_eq!(hint(&covered, Subject::Passport), Some(Hint::NoCode));
}

#[test]
fn light_and_focus_are_told_once_the_document_lies_well() {
    let good = framed(page(), 1_100, MIDDLE);
    assert_eq!(hint(&lit(&good, 0.28), Subject::Passport), Some(Hint::Dark));
    assert_eq!(hint(&lit(&good, 0.05), Subject::Passport), Some(Hint::Dark));
    assert_eq!(hint(&lit(&good, 1.6), Subject::Passport), Some(Hint::Bright));
    assert_eq!(
        hint(&imageops::blur(&good, 3.0), Subject::Passport),
        Some(Hint::Blurred)
    );
    let mut glare = good;
    imageops::replace(&mut glare, &RgbImage::from_pixel(200, 160, Rgb([255; 3])), 700, 300);
    assert_eq!(hint(&glare, Subject::Passport), Some(Hint::Glare));
}

#[test]
fn a_face_is_asked_to_where_it_can_be_compared() {
    let selfie = person("maria-silva-selfie.jpg");
    let (wide, high) = selfie.dimensions();
    assert_eq!(hint(&selfie, Subject::Face), None);
    let mut far = RgbImage::from_pixel(wide, high, TABLE);
    let small = scaled_rgb(&selfie, wide / 3, high / 3);
    imageops::replace(&mut far, &small, i64::from(wide / 3), i64::from(high / 3));
    assert_eq!(hint(&far, Subject::Face), Some(Hint::Closer));
    let near = imageops::crop_imm(&selfie, wide / 5, high / 5, wide * 3 / 5, high * 3 / 5).to_image();
    assert_eq!(hint(&near, Subject::Face), Some(Hint::Farther));
    let mut aside = RgbImage::from_pixel(wide, high, TABLE);
    imageops::replace(&mut aside, &selfie, i64::from(wide) / 4, 0);
    assert_eq!(hint(&aside, Subject::Face), Some(Hint::Centre));
    assert_eq!(hint(&lit(&selfie, 0.3), Subject::Face), Some(Hint::Dark));
    assert_eq!(hint(&imageops::blur(&selfie, 4.0), Subject::Face), Some(Hint::Blurred));
}

#[test]
fn nobody_and_two_people_are_told() {
    assert_eq!(
        hint(&RgbImage::from_pixel(640, 480, TABLE), Subject::Face),
        Some(Hint::NoFace)
    );
    let mut both = RgbImage::new(1_440, 960);
    imageops::replace(&mut both, &person("maria-silva-selfie.jpg"), 0, 0);
    imageops::replace(&mut both, &person("stranger-selfie.jpg"), 720, 0);
    assert_eq!(hint(&both, Subject::Face), Some(Hint::SeveralFaces));
}

#[test]
fn a_frame_is_taken_in_like_any_file_and_only_if_it_is_small() {
    let file = Picture::of(framed(page(), 1_100, MIDDLE)).jpeg().expect("encoded");
    assert!(file.len() <= glance::MOST_BYTES, "{}", file.len());
    assert_eq!(glance::open(&file).expect("a frame").rgb().width(), 1_280);
    assert_eq!(
        glance::open(&vec![0; glance::MOST_BYTES + 1]).map(|_| ()),
        Err(Refused::Heavy)
    );
    assert_eq!(glance::open(b"<svg/>").map(|_| ()), Err(Refused::Unknown));
}

//! What a person is told about a picture before anything is compared.

use doorward_builtin::face::{Finding, Likeness};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::people::{faces, film, frame, portrait, selfie};

fn of_selfie(picture: &RgbImage) -> Vec<Finding> {
    faces().selfie(picture).expect("models")
}

fn shrunk(picture: &RgbImage, wide: u32) -> RgbImage {
    let high = picture.height() * wide / picture.width();
    imageops::resize(picture, wide, high, FilterType::Triangle)
}

#[test]
fn two_people_before_the_camera_are_noticed() {
    let mut both = RgbImage::new(1_440, 960);
    imageops::replace(&mut both, &selfie("maria-silva"), 0, 0);
    imageops::replace(&mut both, &selfie("stranger"), 720, 0);
    assert!(of_selfie(&both).contains(&Finding::SeveralFaces));
    // On a document, a second face is its ghost image.
    assert_eq!(faces().portrait(&both).expect("models"), []);
}

#[test]
fn somebody_far_behind_is_not_company() {
    let mut picture = selfie("maria-silva");
    imageops::replace(&mut picture, &shrunk(&selfie("stranger"), 150), 5, 5);
    assert_eq!(of_selfie(&picture), []);
}

#[test]
fn a_turned_face_is_asked_to_look_at_the_camera() {
    let frames = film("maria-silva");
    // Straight at first, and to the left a second later.
    assert_eq!(of_selfie(&frame(&frames, 2)), []);
    assert_eq!(of_selfie(&frame(&frames, 35)), [Finding::Turned]);
}

#[test]
fn a_small_face_is_asked_to_come_closer() {
    assert_eq!(of_selfie(&shrunk(&selfie("juergen-mueller"), 300)), [Finding::Small]);
    assert_eq!(
        faces()
            .portrait(&shrunk(&portrait("juergen-mueller"), 180))
            .expect("models"),
        [Finding::Small]
    );
}

#[test]
fn a_grey_portrait_is_said_to_be_one_and_keeps_a_difference_from_counting() {
    let grey = image::DynamicImage::ImageRgb8(portrait("maria-silva"))
        .grayscale()
        .into_rgb8();
    assert_eq!(faces().portrait(&grey).expect("models"), [Finding::Grey]);
    let comparison = faces().compare(&grey, &selfie("stranger")).expect("models");
    assert_eq!(comparison.likeness, Some(Likeness::Different));
    assert!(!comparison.is_sound(), "{comparison:?}");
}

#[test]
fn a_face_at_the_edge_is_clipped() {
    let whole = selfie("maria-silva");
    let found = faces()
        .detect(&whole, doorward_builtin::face::Look::Closely)
        .expect("models");
    let eye = found.first().expect("a face").points[1].x;
    let wide = (0..whole.width())
        .find(|x| f64::from(*x) > f64::from(eye))
        .expect("inside")
        + 8;
    let cut = imageops::crop_imm(&whole, 0, 0, wide, whole.height()).to_image();
    assert!(of_selfie(&cut).contains(&Finding::Clipped), "{:?}", of_selfie(&cut));
}

#[test]
fn a_blurred_and_dark_face_is_faint_or_not_found() {
    let dim = imageops::brighten(&imageops::blur(&selfie("amara-okafor"), 26.0), -60);
    let found = of_selfie(&dim);
    assert!(
        found.contains(&Finding::Faint) || found.contains(&Finding::NoFace),
        "{found:?}"
    );
}

#[test]
fn an_empty_room_holds_no_face() {
    assert_eq!(of_selfie(&frame(&film("no-face"), 0)), [Finding::NoFace]);
    assert_eq!(
        of_selfie(&RgbImage::from_pixel(640, 480, Rgb([0; 3]))),
        [Finding::NoFace]
    );
}

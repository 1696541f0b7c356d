//! Two faces beside each other.

use doorward_builtin::face::{Finding, Likeness, Look};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::people::{PEOPLE, faces, portrait, selfie};

#[test]
fn everybody_is_alike_to_their_own_portrait_in_other_light_and_another_pose() {
    for person in PEOPLE {
        let comparison = faces().compare(&portrait(person), &selfie(person)).expect("models");
        assert_eq!(comparison.likeness, Some(Likeness::Alike), "{person}: {comparison:?}");
        assert!(comparison.is_sound(), "{person}: {comparison:?}");
    }
}

#[test]
fn nobody_is_alike_to_the_portrait_of_another() {
    let numbers = |picture: &RgbImage| {
        let found = faces().detect(picture, Look::Closely).expect("models");
        faces()
            .embed(picture, found.first().expect("a face"))
            .expect("models")
            .expect("numbers")
    };
    let portraits = PEOPLE.map(|person| numbers(&portrait(person)));
    let selfies = PEOPLE.map(|person| numbers(&selfie(person)));
    for (one, portrait) in PEOPLE.iter().zip(&portraits) {
        for (other, selfie) in PEOPLE.iter().zip(&selfies).filter(|(other, _)| *other != one) {
            let similarity = portrait.similarity(selfie);
            assert!(similarity < faces().limits().alike, "{one} and {other}: {similarity}");
        }
    }
}

#[test]
fn a_stranger_with_somebody_elses_document_is_different() {
    let comparison = faces()
        .compare(&portrait("maria-silva"), &selfie("stranger"))
        .expect("models");
    assert_eq!(comparison.likeness, Some(Likeness::Different), "{comparison:?}");
    assert!(comparison.is_sound(), "{comparison:?}");
}

#[test]
fn a_document_is_compared_by_its_portrait_and_not_by_its_ghost() {
    let mut card = RgbImage::from_pixel(1_600, 1_000, Rgb([214, 222, 216]));
    let place = |card: &mut RgbImage, person: &str, wide: u32, x: i64, y: i64| {
        let small = imageops::resize(&portrait(person), wide, wide * 9 / 7, FilterType::Triangle);
        imageops::replace(card, &small, x, y);
    };
    place(&mut card, "maria-silva", 380, 90, 240);
    // Somebody else as the ghost: nobody prints that, but here it shows which of the two was taken.
    place(&mut card, "stranger", 150, 1_300, 500);
    let right = faces().compare(&card, &selfie("maria-silva")).expect("models");
    assert_eq!(right.likeness, Some(Likeness::Alike), "{right:?}");
    assert_eq!(right.portrait, []);
    let wrong = faces().compare(&card, &selfie("stranger")).expect("models");
    assert_eq!(wrong.likeness, Some(Likeness::Different), "{wrong:?}");
}

#[test]
fn a_document_may_be_photographed_any_way_up() {
    let portrait = portrait("maria-silva");
    let turns = [
        imageops::rotate90(&portrait),
        imageops::rotate180(&portrait),
        imageops::rotate270(&portrait),
    ];
    for turned in turns {
        let right = faces().compare(&turned, &selfie("maria-silva")).expect("models");
        assert_eq!(right.likeness, Some(Likeness::Alike), "{right:?}");
        assert!(right.is_sound(), "{right:?}");
        let wrong = faces().compare(&turned, &selfie("stranger")).expect("models");
        assert!(
            wrong.similarity.is_some_and(|value| value < faces().limits().probably),
            "{wrong:?}"
        );
    }
}

#[test]
fn without_a_face_there_is_no_likeness_to_speak_of() {
    let wall = RgbImage::from_fn(640, 480, |x, y| Rgb([u8::try_from((x + y) % 200).expect("small"); 3]));
    for (portrait_of, selfie_of) in [(&wall, &selfie("maria-silva")), (&portrait("maria-silva"), &wall)] {
        let comparison = faces().compare(portrait_of, selfie_of).expect("models");
        assert_eq!((comparison.similarity, comparison.likeness), (None, None));
        assert!(!comparison.is_sound());
        let missing = [&comparison.portrait, &comparison.selfie];
        assert_eq!(
            missing.iter().filter(|found| found.contains(&Finding::NoFace)).count(),
            1
        );
    }
}

#[test]
fn the_same_two_pictures_are_always_equally_alike() {
    let once = || {
        let comparison = faces()
            .compare(&portrait("aiko-tanaka"), &selfie("aiko-tanaka"))
            .expect("models");
        comparison.similarity.expect("faces")
    };
    assert!((once() - once()).abs() < 1e-5);
}

#[test]
fn many_threads_compare_with_one_set_of_models() {
    let people = ["maria-silva", "juergen-mueller", "omar-al-rashid", "amara-okafor"];
    std::thread::scope(|scope| {
        for person in people {
            scope.spawn(move || {
                let comparison = faces().compare(&portrait(person), &selfie(person)).expect("models");
                assert_eq!(comparison.likeness, Some(Likeness::Alike), "{person}");
            });
        }
    });
}

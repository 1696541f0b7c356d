//! Pictures that were not made to be looked at.

use doorward_builtin::face::{Finding, Look};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::people::{faces, selfie};

#[test]
fn pictures_of_any_shape_are_answered() {
    for (wide, high) in [
        (0, 0),
        (0, 9),
        (1, 1),
        (1, 4_000),
        (4_000, 1),
        (3, 2_800),
        (2_800, 2_800),
    ] {
        let picture = RgbImage::from_pixel(wide, high, Rgb([120, 90, 80]));
        for look in [Look::Closely, Look::Quickly] {
            assert_eq!(faces().detect(&picture, look).expect("models"), [], "{wide}×{high}");
        }
        assert_eq!(faces().selfie(&picture).expect("models"), [Finding::NoFace]);
        let seen = faces().look(&picture).expect("models");
        assert!(seen.face.is_none() && seen.embedding.is_none() && !seen.company);
    }
}

#[test]
fn noise_and_patterns_are_answered() {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(500, 400, |_, _| {
        Rgb([0; 3].map(|_: u8| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        }))
    });
    let board = RgbImage::from_fn(500, 400, |x, y| Rgb([if (x + y) % 2 == 0 { 0 } else { 255 }; 3]));
    for picture in [noise, board] {
        let found = faces().detect(&picture, Look::Closely).expect("models");
        for face in &found {
            let embedding = faces().embed(&picture, face).expect("models");
            assert!(embedding.is_none_or(|numbers| (numbers.similarity(&numbers) - 1.0).abs() < 1e-3));
        }
    }
}

#[test]
fn a_wall_of_faces_costs_no_more_than_sixteen() {
    let tile = imageops::resize(&selfie("maria-silva"), 72, 96, FilterType::Triangle);
    let mut wall = RgbImage::new(720, 576);
    imageops::tile(&mut wall, &tile);
    let found = faces().detect(&wall, Look::Closely).expect("models");
    assert_eq!(found.len(), 16);
    assert!(faces().selfie(&wall).expect("models").contains(&Finding::SeveralFaces));
}

//! Whether a picture of a face is good enough to be compared, and what the person can do better.
//!
//! A portrait printed grey or lit badly is what makes the comparer miss the right person, more often than anything else; so
//! quality is asked first, and "different" counts only for two good pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use image::RgbImage;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use super::Likeness;
use super::detect::{Face, middle};
use crate::number;

/// Where alike ends and good begins. The likeness values belong to the model file; the rest are first values except for the widths,
/// below which portraits were seen to go wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// From here on two faces are alike.
    pub alike: f32,
    /// From here on probably; what the model's authors use.
    pub probably: f32,
    /// Below this they are different.
    pub unclear: f32,
    /// Smallest width of the face on a document, in pixels.
    pub portrait_width: f32,
    /// Smallest width of the face on a selfie, in pixels.
    pub selfie_width: f32,
    /// How sure the finder must be of the face.
    pub score: f32,
    /// How far the face of a selfie may be turned ([`turn`]).
    pub turn: f32,
    /// A second face of this part of the first's area or more is company, a smaller one background.
    pub second: f32,
    /// Mean difference between the strongest and the weakest colour of a pixel, below which a face is grey.
    pub colour: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            alike: 0.45,
            probably: 0.363,
            unclear: 0.30,
            portrait_width: 90.0,
            selfie_width: 160.0,
            score: 0.8,
            turn: 0.10,
            second: 0.25,
            colour: 6.0,
        }
    }
}

impl Limits {
    /// The word for a similarity.
    pub fn likeness(&self, similarity: f32) -> Likeness {
        if similarity >= self.alike {
            Likeness::Alike
        } else if similarity >= self.probably {
            Likeness::ProbablyAlike
        } else if similarity >= self.unclear {
            Likeness::Unclear
        } else {
            Likeness::Different
        }
    }
}

/// What is wrong with a picture of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// No face was found.
    NoFace,
    /// Somebody else is in the picture.
    SeveralFaces,
    /// The face is too small to be compared.
    Small,
    /// The finder is not sure that it is a face: dark, blurred or covered.
    Faint,
    /// Not looking at the camera.
    Turned,
    /// The face reaches beyond the picture.
    Clipped,
    /// Without colour: printed or copied grey, or lit by one colour.
    Grey,
}

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A document, photographed.
    Portrait,
    /// The person, now.
    Selfie,
}

/// How far a face is turned: the nose's distance from the line between eyes and mouth, in eye distances, positive to the
/// person's left. About 0.12 at ten degrees, 0.27 at twenty, 0.45 at thirty.
pub fn turn(face: &Face) -> f32 {
    let [right, left, nose, mouth_right, mouth_left] = face.points;
    let (across, down) = (left.x - right.x, left.y - right.y);
    let square = across * across + down * down;
    let centre = middle(&[middle(&[right, left]), middle(&[mouth_right, mouth_left])]);
    let along = (nose.x - centre.x) * across + (nose.y - centre.y) * down;
    // Eyes that fall together are no face that looks anywhere.
    if square > 0.0 { along / square } else { 0.0 }
}

/// The face that is meant: on a document the portrait and not its small ghost, on a selfie the person and nobody behind.
pub(crate) fn widest(faces: &[Face]) -> Option<&Face> {
    faces.iter().max_by(|a, b| a.frame.width.total_cmp(&b.frame.width))
}

/// Whether somebody besides the widest face is more than background.
pub(crate) fn company(faces: &[Face], second: f32) -> bool {
    let Some(first) = widest(faces) else { return false };
    let large = |face: &&Face| face.frame.area() >= second * first.frame.area();
    faces.iter().filter(large).count() > 1
}

/// Everything that is wrong with a picture that shows a face.
pub(crate) fn findings(
    faces: &[Face],
    size: (u32, u32),
    aligned: Option<&RgbImage>,
    used: Use,
    limits: &Limits,
) -> Vec<Finding> {
    let Some(face) = widest(faces) else {
        return vec![Finding::NoFace];
    };
    let least = match used {
        Use::Portrait => limits.portrait_width,
        Use::Selfie => limits.selfie_width,
    };
    let selfie = used == Use::Selfie;
    let checks = [
        // A document may show its holder twice: the second is the ghost image.
        (selfie && company(faces, limits.second), Finding::SeveralFaces),
        (face.frame.width < least, Finding::Small),
        (face.score < limits.score, Finding::Faint),
        (selfie && turn(face).abs() > limits.turn, Finding::Turned),
        (is_clipped(face, size), Finding::Clipped),
        (
            aligned.is_none_or(|picture| colourfulness(picture) < limits.colour),
            Finding::Grey,
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(wrong, finding)| wrong.then_some(finding))
        .collect()
}

/// Whether an eye, the nose or the mouth touches the edge of the picture.
fn is_clipped(face: &Face, (wide, high): (u32, u32)) -> bool {
    // A tenth of the face: the eye itself and not only its middle must be there.
    let margin = face.frame.width / 10.0;
    let inside = |at: f32, length: u32| at >= margin && at <= number::length(length) - margin;
    !face
        .points
        .iter()
        .all(|point| inside(point.x, wide) && inside(point.y, high))
}

/// Mean difference between the strongest and the weakest colour of a pixel.
fn colourfulness(picture: &RgbImage) -> f32 {
    let pixels = picture.pixels().len().max(1);
    let spread = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0;
        f32::from(red.max(green).max(blue) - red.min(green).min(blue))
    };
    picture.pixels().map(spread).sum::<f32>() / number::real(pixels)
}

/// Grey values of a frame at fixed places, unfiltered: noise of the sensor changes them from frame to frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Grain(Vec<u8>);

impl Serialize for Grain {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Grain {
    fn deserialize<D: Deserializer<'de>>(kept: D) -> Result<Self, D::Error> {
        let values = BASE64.decode(String::deserialize(kept)?);
        values.map(Self).map_err(serde::de::Error::custom)
    }
}

/// Places across and down: enough that noise shows, few enough to be kept for every frame.
const PLACES: (u32, u32) = (96, 72);

impl Grain {
    /// Takes the values of a frame.
    pub(crate) fn of(frame: &RgbImage) -> Self {
        let (wide, high) = frame.dimensions();
        let (across, down) = PLACES;
        // In the middle of each field; 64 bits, because a picture's edge times a count may be too large for 32.
        let place = |at: u32, of: u32, length: u32| {
            let middle = (u64::from(at) * 2 + 1) * u64::from(length) / (u64::from(of) * 2);
            u32::try_from(middle).unwrap_or(0)
        };
        let value = |x, y| {
            let pixel = frame.get_pixel_checked(place(x, across, wide), place(y, down, high))?;
            let [red, green, blue] = pixel.0.map(u32::from);
            u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).ok()
        };
        let values = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
        Self(values.map(|(x, y)| value(x, y).unwrap_or(0)).collect())
    }

    /// The part of the places that hold exactly the same value in both.
    pub(crate) fn same(&self, other: &Self) -> f32 {
        let same = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        number::real(same) / number::real(self.0.len().max(1))
    }
}

impl Drop for Grain {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Grain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grain(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Frame, Point};
    use super::*;

    fn face(points: [Point; 5]) -> Face {
        Face {
            score: 0.9,
            frame: Frame {
                x: 0.0,
                y: 0.0,
                width: 200.0,
                height: 260.0,
            },
            points,
        }
    }

    /// A face that looks aside by so much, seen at an angle, in a size, somewhere.
    fn seen(aside: f32, degrees: f32, scale: f32, x: f32, y: f32) -> Face {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let places = [(-0.5, 0.0), (0.5, 0.0), (aside, 0.5), (-0.4, 1.0), (0.4, 1.0)];
        face(places.map(|(u, v)| Point {
            x: scale * (cos * u - sin * v) + x,
            y: scale * (sin * u + cos * v) + y,
        }))
    }

    proptest! {
        #[test]
        fn how_far_a_face_is_turned_does_not_depend_on_where_how_large_or_how_tilted_it_is(
            aside in -0.6_f32..0.6, degrees in -180.0_f32..180.0, scale in 10.0_f32..900.0,
            x in 0.0_f32..2_800.0, y in 0.0_f32..2_800.0,
        ) {
            let measured = turn(&seen(aside, degrees, scale, x, y));
            prop_assert!((measured - aside).abs() < 0.005, "{} for {}", measured, aside);
        }

        #[test]
        fn a_mirrored_face_is_turned_the_other_way(aside in -0.6_f32..0.6) {
            let [right, left, nose, mouth_right, mouth_left] = seen(aside, 0.0, 80.0, 300.0, 300.0).points;
            let mirror = |point: Point| Point { x: 640.0 - point.x, ..point };
            let mirrored = face([left, right, nose, mouth_left, mouth_right].map(mirror));
            prop_assert!((turn(&mirrored) + aside).abs() < 0.005);
        }

        #[test]
        fn what_two_frames_share_is_a_part_and_the_same_both_ways(
            a in prop::array::uniform4(1.0_f32..500.0), b in prop::array::uniform4(1.0_f32..500.0),
        ) {
            let frame = |[x, y, width, height]: [f32; 4]| Frame { x, y, width, height };
            let shared = frame(a).shared(&frame(b));
            prop_assert!((0.0..=1.0).contains(&shared));
            prop_assert!((shared - frame(b).shared(&frame(a))).abs() < 1e-6);
            prop_assert!((frame(a).shared(&frame(a)) - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn the_words_change_where_the_limits_say() {
        let limits = Limits::default();
        let words = [0.45, 0.449, 0.363, 0.362, 0.30, 0.299, -1.0].map(|value| limits.likeness(value));
        assert_eq!(
            words,
            [
                Likeness::Alike,
                Likeness::ProbablyAlike,
                Likeness::ProbablyAlike,
                Likeness::Unclear,
                Likeness::Unclear,
                Likeness::Different,
                Likeness::Different
            ]
        );
    }

    #[test]
    fn somebody_small_behind_is_no_company_and_somebody_half_as_wide_is() {
        let wide = |width: f32| Face {
            frame: Frame {
                x: 0.0,
                y: 0.0,
                width,
                height: width,
            },
            ..seen(0.0, 0.0, 80.0, 300.0, 300.0)
        };
        assert!(!company(&[], 0.25));
        assert!(!company(&[wide(200.0)], 0.25));
        assert!(!company(&[wide(98.0), wide(200.0)], 0.25));
        assert!(company(&[wide(100.0), wide(200.0)], 0.25));
    }
}

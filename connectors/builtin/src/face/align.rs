//! Brings a face into the place, size and turn in which the comparer was trained to see faces.
//!
//! The least-squares similarity (turn, scale, shift) of five points onto the five of the template, then bilinear sampling.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::detect::{Face, middle};
use super::{Frame, Point};
use crate::number::{length, nearest};

/// Width and height of an aligned face.
pub(crate) const SIDE: u32 = 112;
/// Where the five points of a face belong; the template that SFace was trained with.
const TEMPLATE: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];
/// Bilinear sampling skips pixels when it shrinks more than this: shrink with a filter first.
const SHRINK: f32 = 2.0;
/// Points closer together than this (squared, in pixels) are no face.
const SPREAD: f32 = 1.0;

/// A turn, a scale and a shift.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Similarity {
    cos: f32,
    sin: f32,
    shift: Point,
}

impl Similarity {
    /// The one that brings the first points closest to the second; none where the first all fall together.
    fn fit(from: &[Point; 5], to: &[Point; 5]) -> Option<Self> {
        let (here, there) = (middle(from), middle(to));
        let (mut cos, mut sin, mut spread) = (0.0, 0.0, 0.0);
        for (a, b) in from.iter().zip(to) {
            let (x, y) = (a.x - here.x, a.y - here.y);
            let (u, v) = (b.x - there.x, b.y - there.y);
            cos += x * u + y * v;
            sin += x * v - y * u;
            spread += x * x + y * y;
        }
        // Also false for what is no number.
        if !(spread > SPREAD && spread.is_finite()) {
            return None;
        }
        let (cos, sin) = (cos / spread, sin / spread);
        let found = Self {
            cos,
            sin,
            shift: Point {
                x: there.x - cos * here.x + sin * here.y,
                y: there.y - sin * here.x - cos * here.y,
            },
        };
        let scale = found.scale();
        (scale.is_finite() && scale > 1e-4).then_some(found)
    }

    fn scale(&self) -> f32 {
        self.cos.hypot(self.sin)
    }

    /// Where a point of the second lies in the first.
    fn back(&self, to: Point) -> Point {
        let (u, v) = (to.x - self.shift.x, to.y - self.shift.y);
        let square = self.cos * self.cos + self.sin * self.sin;
        Point {
            x: (self.cos * u + self.sin * v) / square,
            y: (self.cos * v - self.sin * u) / square,
        }
    }
}

/// The face, 112 by 112; none where its points make no face or all of it lies outside of the picture.
pub(crate) fn aligned(picture: &RgbImage, face: &Face) -> Option<RgbImage> {
    let near = cut(picture, &face.frame)?;
    let (mut source, mut points) = (near.picture, face.points);
    for point in &mut points {
        *point = Point {
            x: point.x - near.corner.x,
            y: point.y - near.corner.y,
        };
    }
    let shrunk = 1.0 / Similarity::fit(&points, &TEMPLATE)?.scale();
    if shrunk > SHRINK {
        let less = |edge| nearest(length(edge) * SHRINK / shrunk).max(1);
        let (wide, high) = (less(source.width()), less(source.height()));
        let (across, down) = (
            length(wide) / length(source.width()),
            length(high) / length(source.height()),
        );
        source = imageops::resize(&source, wide, high, FilterType::Triangle);
        for point in &mut points {
            *point = Point {
                x: point.x * across,
                y: point.y * down,
            };
        }
    }
    let way = Similarity::fit(&points, &TEMPLATE)?;
    Some(RgbImage::from_fn(SIDE, SIDE, |x, y| {
        sample(
            &source,
            way.back(Point {
                x: length(x),
                y: length(y),
            }),
        )
    }))
}

struct Cut {
    picture: RgbImage,
    corner: Point,
}

/// The neighbourhood of a face: three times its box, so that no large picture is shrunk for a small face.
fn cut(picture: &RgbImage, frame: &Frame) -> Option<Cut> {
    let (left, top) = (nearest(frame.x - frame.width), nearest(frame.y - frame.height));
    let right = nearest(frame.x + 2.0 * frame.width).min(picture.width());
    let bottom = nearest(frame.y + 2.0 * frame.height).min(picture.height());
    let (wide, high) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
    (wide > 0 && high > 0).then(|| Cut {
        picture: imageops::crop_imm(picture, left, top, wide, high).to_image(),
        corner: Point {
            x: length(left),
            y: length(top),
        },
    })
}

/// The neighbourhood of a face.
pub(crate) fn around(picture: &RgbImage, frame: &Frame) -> Option<RgbImage> {
    cut(picture, frame).map(|cut| cut.picture)
}

/// The colour between four pixels; what lies outside is black, as the net was trained.
fn sample(picture: &RgbImage, at: Point) -> Rgb<u8> {
    let (left, top) = (at.x.floor(), at.y.floor());
    let (right, low) = (at.x - left, at.y - top);
    let corners = [
        (left, top, (1.0 - right) * (1.0 - low)),
        (left + 1.0, top, right * (1.0 - low)),
        (left, top + 1.0, (1.0 - right) * low),
        (left + 1.0, top + 1.0, right * low),
    ];
    let mut sums = [0.0_f32; 3];
    for (x, y, share) in corners {
        if x < 0.0 || y < 0.0 {
            continue;
        }
        if let Some(pixel) = picture.get_pixel_checked(nearest(x), nearest(y)) {
            for (sum, value) in sums.iter_mut().zip(pixel.0) {
                *sum += share * f32::from(value);
            }
        }
    }
    Rgb(sums.map(|sum| u8::try_from(nearest(sum)).unwrap_or(u8::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moved(points: &[Point; 5], degrees: f32, scale: f32, x: f32, y: f32) -> [Point; 5] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        points.map(|point| Point {
            x: scale * (cos * point.x - sin * point.y) + x,
            y: scale * (sin * point.x + cos * point.y) + y,
        })
    }

    proptest! {
        #[test]
        fn a_face_that_was_turned_scaled_and_shifted_is_brought_back(
            degrees in -180.0_f32..180.0, scale in 0.2_f32..20.0, x in -500.0_f32..3000.0, y in -500.0_f32..3000.0,
        ) {
            let seen = moved(&TEMPLATE, degrees, scale, x, y);
            let way = Similarity::fit(&seen, &TEMPLATE).expect("five points apart");
            prop_assert!((way.scale() * scale - 1.0).abs() < 1e-2);
            for (wanted, at) in seen.iter().zip(TEMPLATE) {
                let found = way.back(at);
                // A hundredth of a pixel of the template, and what single precision loses far from the origin.
                let slack = 0.01 * scale + 0.02;
                prop_assert!((found.x - wanted.x).abs() < slack && (found.y - wanted.y).abs() < slack);
            }
        }

        #[test]
        fn no_five_points_and_no_picture_break_the_alignment(
            spots in prop::array::uniform10(-1.0e4_f32..1.0e4), wide in 1_u32..60, high in 1_u32..60,
        ) {
            let mut points = [Point::default(); 5];
            for (point, pair) in points.iter_mut().zip(spots.chunks_exact(2)) {
                *point = Point { x: pair[0], y: pair[1] };
            }
            let frame = Frame { x: spots[0], y: spots[1], width: spots[2].abs(), height: spots[3].abs() };
            let face = Face { score: 1.0, frame, points };
            if let Some(picture) = aligned(&RgbImage::new(wide, high), &face) {
                prop_assert_eq!(picture.dimensions(), (SIDE, SIDE));
            }
        }
    }

    #[test]
    fn points_that_fall_together_are_no_face() {
        assert_eq!(Similarity::fit(&[Point { x: 7.0, y: 7.0 }; 5], &TEMPLATE), None);
        let nowhere = [Point { x: f32::NAN, y: 7.0 }; 5];
        assert_eq!(Similarity::fit(&nowhere, &TEMPLATE), None);
    }

    #[test]
    fn a_large_face_is_shrunk_without_skipping_pixels() {
        // Stripes of one pixel: skipping would leave stripes, filtering leaves grey.
        let seen = moved(&TEMPLATE, 0.0, 8.0, 0.0, 0.0);
        let picture = RgbImage::from_fn(896, 896, |x, _| if x % 2 == 0 { Rgb([0; 3]) } else { Rgb([254; 3]) });
        let frame = Frame {
            x: 150.0,
            y: 150.0,
            width: 600.0,
            height: 700.0,
        };
        let face = Face {
            score: 1.0,
            frame,
            points: seen,
        };
        let small = aligned(&picture, &face).expect("a face");
        let middle = small.get_pixel(56, 56).0[0];
        assert!((100..155).contains(&middle), "{middle}");
    }
}

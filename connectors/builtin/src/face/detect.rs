//! Finds faces: YuNet (`yunet.onnx`), after the description that comes with the model in OpenCV's model zoo.
//!
//! The picture is fitted into the top left corner of a square, blue before green before red, and never enlarged. The net
//! answers on three grids; every cell says how sure it is of a face, where, and where five points of it are.

use image::RgbImage;
use image::imageops::{self, FilterType};
use serde::{Deserialize, Serialize};

use super::{Frame, Point};
use crate::error::Error;
use crate::model::{File, Models, Output};
use crate::number::{length, nearest};

/// Surer than this (of 1), a cell has found a face; the model's own default.
const SURE: f32 = 0.6;
/// Two boxes that share more than this are one face; the model's own default.
const SHARED: f32 = 0.3;
/// More faces than anybody judges; a picture full of faces costs no more than this.
const MOST: usize = 16;
/// Pixels that one cell of each grid covers.
const GRIDS: [u32; 3] = [8, 16, 32];
/// What the net answers with: for each kind of answer, one output for each grid.
const OUTPUTS: [&str; 12] = [
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16",
    "kps_32",
];

/// How large the square is that a picture is looked at in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// 640: documents and stills, where a face may be a tenth of the width.
    Closely,
    /// 320: frames of a challenge, where the face is near; a third of the cost.
    Quickly,
}

impl Look {
    fn side(self) -> u32 {
        match self {
            Self::Closely => 640,
            Self::Quickly => 320,
        }
    }
}

/// A face in a picture, in the picture's own pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Face {
    /// How sure the net is, 0.6 to 1.
    pub score: f32,
    /// The face without ears and hair.
    pub frame: Frame,
    /// Right eye of the person (left in the picture), left eye, nose, right and left corner of the mouth.
    pub points: [Point; 5],
}

/// The faces of a picture, the surest first, at most sixteen.
pub(crate) fn faces(models: &Models, picture: &RgbImage, look: Look) -> Result<Vec<Face>, Error> {
    let (wide, high) = picture.dimensions();
    if wide == 0 || high == 0 {
        return Ok(Vec::new());
    }
    let side = look.side();
    let scale = (length(side) / length(wide.max(high))).min(1.0);
    let within = |edge| nearest(length(edge) * scale).clamp(1, side);
    let values = if scale < 1.0 {
        let small = imageops::resize(picture, within(wide), within(high), FilterType::Triangle);
        planes(&small, side)
    } else {
        planes(picture, side)
    };
    let square = usize::try_from(side).unwrap_or(0);
    let answer = models
        .get(File::FaceFinder)?
        .run([1, 3, square, square], values, &OUTPUTS)?;
    let mut found = Vec::new();
    for (at, grid) in GRIDS.iter().enumerate() {
        let part = |kind: usize| {
            answer
                .get(3 * kind + at)
                .map_or(&[][..], |output: &Output| &output.values)
        };
        decode([part(0), part(1), part(2), part(3)], *grid, side, scale, &mut found);
    }
    Ok(apart(found))
}

/// Blue, green and red planes of a square with the picture in its top left corner.
fn planes(picture: &RgbImage, side: u32) -> Vec<f32> {
    let side = usize::try_from(side).unwrap_or(0);
    let mut values = vec![0.0; 3 * side * side];
    for (plane, channel) in values.chunks_exact_mut(side * side).zip([2, 1, 0]) {
        for (line, row) in plane.chunks_exact_mut(side).zip(picture.rows()) {
            for (value, pixel) in line.iter_mut().zip(row) {
                *value = pixel.0.get(channel).copied().map_or(0.0, f32::from);
            }
        }
    }
    values
}

/// Reads one grid: certainty of a face, of an object, boxes and points.
fn decode([class, object, boxes, points]: [&[f32]; 4], grid: u32, side: u32, scale: f32, found: &mut Vec<Face>) {
    let (columns, step) = (side / grid, length(grid));
    let cells = class
        .iter()
        .zip(object)
        .zip(boxes.chunks_exact(4).zip(points.chunks_exact(10)));
    for (cell, ((class, object), (sizes, places))) in (0_u32..).zip(cells) {
        let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
        let &[x, y, wide, high] = sizes else { continue };
        if score < SURE || score.is_nan() {
            continue;
        }
        let (column, row) = (length(cell % columns), length(cell / columns));
        let place = |dx: f32, dy: f32| Point {
            x: (column + dx) * step / scale,
            y: (row + dy) * step / scale,
        };
        let centre = place(x, y);
        let (wide, high) = (wide.exp() * step / scale, high.exp() * step / scale);
        let frame = Frame {
            x: centre.x - wide / 2.0,
            y: centre.y - high / 2.0,
            width: wide,
            height: high,
        };
        let mut spots = [Point::default(); 5];
        for (spot, pair) in spots.iter_mut().zip(places.chunks_exact(2)) {
            if let &[dx, dy] = pair {
                *spot = place(dx, dy);
            }
        }
        let face = Face {
            score,
            frame,
            points: spots,
        };
        if face.is_sound(length(side) / scale) {
            found.push(face);
        }
    }
}

impl Face {
    /// Whether every number is one, and none is beyond anything that a picture of this side could hold.
    fn is_sound(&self, side: f32) -> bool {
        let Frame { x, y, width, height } = self.frame;
        let points = self.points.iter().flat_map(|point| [point.x, point.y]);
        width > 0.0
            && height > 0.0
            && points
                .chain([x, y, width, height])
                .all(|value| value.abs() < 4.0 * side)
    }
}

/// Keeps the surest of those that lie over each other.
fn apart(mut found: Vec<Face>) -> Vec<Face> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in found {
        if kept.len() == MOST {
            break;
        }
        if kept.iter().all(|other| other.frame.shared(&face.frame) <= SHARED) {
            kept.push(face);
        }
    }
    kept
}

/// The middle of some points.
pub(crate) fn middle(points: &[Point]) -> Point {
    let count = crate::number::real(points.len().max(1));
    Point {
        x: points.iter().map(|point| point.x).sum::<f32>() / count,
        y: points.iter().map(|point| point.y).sum::<f32>() / count,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A grid of one cell that has found something, in a square of 32.
    fn one(class: f32, object: f32, sizes: [f32; 4], points: [f32; 10]) -> Vec<Face> {
        let mut found = Vec::new();
        decode([&[class], &[object], &sizes, &points], 32, 32, 1.0, &mut found);
        found
    }

    #[test]
    fn a_cell_is_read_as_the_model_describes_it() {
        let points = [0.1, 0.2, 0.5, 0.2, 0.3, 0.4, 0.15, 0.6, 0.45, 0.6];
        let found = one(0.81, 1.0, [0.5, 0.5, 0.0, 0.5_f32.ln()], points);
        let face = found.first().expect("one face");
        assert!((face.score - 0.9).abs() < 1e-6);
        assert_eq!((face.frame.x, face.frame.width, face.frame.height), (0.0, 32.0, 16.0));
        assert_eq!(face.points[1], Point { x: 16.0, y: 6.4 });
    }

    #[test]
    fn of_two_boxes_over_each_other_the_surer_stays_and_of_two_apart_both() {
        let at = |x: f32, score: f32| Face {
            score,
            frame: Frame {
                x,
                y: 0.0,
                width: 10.0,
                height: 10.0,
            },
            points: [Point::default(); 5],
        };
        let kept = apart(vec![at(1.0, 0.7), at(0.0, 0.9), at(30.0, 0.8)]);
        assert_eq!(kept.iter().map(|face| face.score).collect::<Vec<_>>(), [0.9, 0.8]);
    }

    proptest! {
        #[test]
        fn whatever_the_net_answers_every_face_is_made_of_numbers(
            class in prop::num::f32::ANY, object in prop::num::f32::ANY,
            sizes in prop::array::uniform4(prop::num::f32::ANY), points in prop::array::uniform10(prop::num::f32::ANY),
        ) {
            for face in one(class, object, sizes, points) {
                prop_assert!(face.score >= SURE && face.score <= 1.0);
                prop_assert!(face.frame.width.is_finite() && face.frame.width > 0.0);
                prop_assert!(face.points.iter().all(|point| point.x.is_finite() && point.y.is_finite()));
            }
        }
    }
}

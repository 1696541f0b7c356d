//! Whether a picture is good enough to be read, as one hint that helps the person.
//!
//! All of it is on grey values and says nothing about what is shown. The values are first ones, chosen by looking at a few dozen
//! pictures and at those of the specimens; they are in one struct so that settings can move them.

use serde::{Deserialize, Serialize};

use crate::number::{real, whole};
use crate::raster::{Grey, Point};

/// What the person can do better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// More light.
    Dark,
    /// Less light.
    Bright,
    /// Tilt it, so that no lamp is mirrored.
    Glare,
    /// Hold still, or let the camera focus.
    Blurred,
    /// Come closer.
    Small,
}

/// Where a picture begins to be bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Mean grey value below which it is dark.
    pub dark: f32,
    /// Mean grey value above which it is bright.
    pub bright: f32,
    /// Largest share of white pixels.
    pub glare: f32,
    /// Smallest variance of the Laplacian at [`Limits::SHARPNESS_EDGE`].
    pub sharp: f32,
    /// Smallest part of the picture's width that the document takes.
    pub filled: f32,
}

impl Limits {
    /// The edge at which sharpness is measured, so that large pictures are not sharper than small ones.
    pub const SHARPNESS_EDGE: usize = 1_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dark: 60.0,
            bright: 200.0,
            glare: 0.02,
            sharp: 60.0,
            filled: 0.6,
        }
    }
}

/// Grey values from which on a pixel shows the lamp and not the paper.
const WHITE: u8 = 250;
/// Where nothing is known of the document's place, this share of the picture on each side is taken for table.
const TABLE: f32 = 0.15;

/// Everything that could be better, the worst first. `document` are the corners of what was found in it, if anything was.
pub fn hints(picture: &Grey, document: Option<&[Point; 4]>, limits: &Limits) -> Vec<Hint> {
    let (small, factor) = picture.within(Limits::SHARPNESS_EDGE);
    let inside = region(&small, document, factor);
    let mut found = Vec::new();
    let brightness = mean(&inside);
    if brightness < limits.dark {
        found.push(Hint::Dark);
    }
    if brightness > limits.bright {
        found.push(Hint::Bright);
    }
    let white = inside.pixels().iter().filter(|pixel| **pixel >= WHITE).count();
    if real(white) > limits.glare * real(inside.pixels().len()) {
        found.push(Hint::Glare);
    }
    if sharpness(&inside) < limits.sharp {
        found.push(Hint::Blurred);
    }
    if document.is_some_and(|corners| extent(corners).0 < limits.filled * real(picture.width())) {
        found.push(Hint::Small);
    }
    found
}

/// Mean grey value.
pub fn mean(picture: &Grey) -> f32 {
    // Row by row: the sum of millions would lose its last digits in one f32.
    let rows = picture
        .rows()
        .map(|row| row.iter().map(|p| f32::from(*p)).sum::<f32>() / real(row.len()));
    rows.sum::<f32>() / real(picture.height())
}

/// Variance of the Laplacian: how much neighbouring pixels differ.
pub fn sharpness(picture: &Grey) -> f32 {
    let (width, height) = (picture.width(), picture.height());
    let value = |x: usize, y: usize| f32::from(picture.at(x, y));
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let around = value(x - 1, y) + value(x + 1, y) + value(x, y - 1) + value(x, y + 1);
            let laplacian = f64::from(around - 4.0 * value(x, y));
            sum += laplacian;
            squares += laplacian * laplacian;
        }
    }
    let count = f64::from(real(width.saturating_sub(2) * height.saturating_sub(2)).max(1.0));
    let variance = squares / count - (sum / count).powi(2);
    crate::number::narrow(variance)
}

/// Width and height of four corners' frame.
fn extent(corners: &[Point; 4]) -> (f32, f32) {
    let span = |values: [f32; 4]| {
        let low = values.iter().copied().fold(f32::INFINITY, f32::min);
        values.iter().copied().fold(f32::NEG_INFINITY, f32::max) - low
    };
    (
        span(corners.map(|corner| corner.0)),
        span(corners.map(|corner| corner.1)),
    )
}

/// The part of a picture that is looked at.
fn region(picture: &Grey, document: Option<&[Point; 4]>, factor: f32) -> Grey {
    let (width, height) = (real(picture.width()), real(picture.height()));
    let (left, top, right, bottom) = match document {
        Some(corners) => {
            let low = |values: [f32; 4]| values.iter().copied().fold(f32::INFINITY, f32::min) * factor;
            let (left, top) = (low(corners.map(|corner| corner.0)), low(corners.map(|corner| corner.1)));
            let (wide, high) = extent(corners);
            (left, top, left + wide * factor, top + high * factor)
        }
        None => (
            width * TABLE,
            height * TABLE,
            width * (1.0 - TABLE),
            height * (1.0 - TABLE),
        ),
    };
    let (left, top) = (whole(left.max(0.0)), whole(top.max(0.0)));
    let (right, bottom) = (
        whole(right.min(width)).max(left + 3),
        whole(bottom.min(height)).max(top + 3),
    );
    Grey::from_fn(right - left, bottom - top, |x, y| picture.at(left + x, top + y))
}

//! The lines of a zone that was found: where their middles are, and each as a strip for the reader.

use super::distance;
use super::lattice::Steps;
use super::locate::Block;
use crate::error::Error;
use crate::model::{File, Models};
use crate::number::{byte, mean, real, whole};
use crate::raster::{Grey, Point};

/// What is kept around a zone, as a share of its size: strips reach a little over its edges.
const AROUND: (f32, f32) = (0.05, 0.4);

/// The zone's part of the picture, so that nothing else has to be blurred, and the zone in it.
pub(super) fn around(picture: &Grey, block: &Block) -> (Grey, Block) {
    let corners = [block.left_top, block.right_top, block.right_bottom, block.left_bottom];
    let low = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
    let high = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(0.0, f32::max);
    let (wide, tall) = (
        distance(block.left_top, block.right_top),
        distance(block.left_top, block.left_bottom),
    );
    let margin = wide * AROUND.0 + tall * AROUND.1;
    let (left, top) = (whole(low(|p| p.0) - margin), whole(low(|p| p.1) - margin));
    let (left, top) = (left.min(picture.width() - 1), top.min(picture.height() - 1));
    let right = whole(high(|p| p.0) + margin).clamp(left + 1, picture.width());
    let bottom = whole(high(|p| p.1) + margin).clamp(top + 1, picture.height());
    let area = Grey::from_fn(right - left, bottom - top, |x, y| picture.at(left + x, top + y));
    (area, block.moved(real(left), real(top)))
}

/// The reader's steps for each of so many lines, cut to strips of this height and shift (in line distances).
pub(super) fn steps(
    models: &Models,
    area: &Grey,
    block: &Block,
    count: usize,
    (height, shift): (f32, f32),
) -> Result<Vec<Steps>, Error> {
    let (middles, spacing) = middles(area, block, count);
    let mut blurred: Option<Grey> = None;
    let mut all = Vec::with_capacity(count);
    for middle in middles {
        let top = middle - spacing * height * 0.5 + shift * spacing;
        let bottom = top + spacing * height;
        let pixels = distance(block.left_top, block.left_bottom) * (bottom - top);
        let ratio = pixels / real(STRIP);
        let source = if ratio > ANTIALIAS.1 {
            &*blurred.get_or_insert_with(|| area.blurred(ANTIALIAS.0 * ratio))
        } else {
            area
        };
        let length = distance(block.left_top, block.right_top) * (1.0 + 2.0 * OVER) / pixels.max(1.0) * real(STRIP);
        let strip = block.cut(
            source,
            (whole(length).clamp(LENGTHS.0, LENGTHS.1), STRIP),
            OVER,
            (top, bottom),
        );
        all.push(read(models, &strip)?);
    }
    Ok(all)
}

/// Height of the reader's strip.
const STRIP: usize = 32;
/// Shortest and longest strip: 44 signs need at least four pixels each, and never more than 32.
const LENGTHS: (usize, usize) = (64, 1_400);
/// How far a strip reaches over each end, as a share of its length.
const OVER: f32 = 0.02;
/// Blur for each source pixel that becomes one, and from which ratio on it is needed.
const ANTIALIAS: (f32, f32) = (0.35, 2.2);

fn read(models: &Models, strip: &Grey) -> Result<Steps, Error> {
    /// The network halves the width twice.
    const MULTIPLE: usize = 4;
    /// Keeps noise on empty paper from being blown up to letters.
    const FLOOR: f32 = 4.0;
    let values: Vec<f32> = strip.pixels().iter().map(|pixel| f32::from(*pixel)).collect();
    let middle = mean(&values);
    let squares: Vec<f32> = values.iter().map(|value| (value - middle).powi(2)).collect();
    let spread = mean(&squares).sqrt() + FLOOR;
    let width = strip.width().next_multiple_of(MULTIPLE);
    let mut input = Vec::with_capacity(width * STRIP);
    for y in 0..STRIP {
        input.extend((0..width).map(|x| (f32::from(strip.at(x, y)) - middle) / spread));
    }
    let answer = models
        .get(File::ZoneReader)?
        .run_one([1, 1, STRIP, width], input, "y")?;
    Ok(Steps::new(&answer.values))
}

/// Width of the profile's picture; and how far it reaches over the zone above and below.
const PROFILE: usize = 500;
const REACH: f32 = 0.25;

/// The middles of the lines and their distance, in heights of the block: where rows of ink are strongest against the gaps between.
fn middles(area: &Grey, block: &Block, count: usize) -> (Vec<f32>, f32) {
    let (wide, tall) = (
        distance(block.left_top, block.right_top),
        distance(block.left_top, block.left_bottom),
    );
    let height = whole(tall * (1.0 + 2.0 * REACH) / wide.max(1.0) * real(PROFILE)).clamp(20, PROFILE);
    let picture = block.cut(area, (PROFILE, height), 0.0, (-REACH, 1.0 + REACH));
    let ink: Vec<f32> = picture.rows().map(|row| row.windows(2).map(change).sum()).collect();
    let floor = ink.iter().copied().fold(f32::INFINITY, f32::min);
    let ink: Vec<f32> = ink.iter().map(|value| value - floor).collect();

    let block_height = real(height) / (1.0 + 2.0 * REACH);
    let usual = block_height / real(count);
    let start = block_height * REACH;
    let mut best = (f32::NEG_INFINITY, start, usual);
    for spacing in (0..21_u8).map(|step| usual * (0.82 + 0.02 * f32::from(step))) {
        let steps = whole(usual * 0.65 / 0.5);
        for offset in (0..=steps).map(|step| start - 0.2 * usual + 0.5 * real(step)) {
            let line = |index: usize| contrast(&ink, offset + (real(index) + 0.5) * spacing, spacing);
            let score: f32 = (0..count).map(line).sum();
            if score > best.0 {
                best = (score, offset, spacing);
            }
        }
    }
    let (_, offset, spacing) = best;
    let middle = |index: usize| (offset + (real(index) + 0.5) * spacing) / block_height - REACH;
    ((0..count).map(middle).collect(), spacing / block_height)
}

fn change(pair: &[u8]) -> f32 {
    let [left, right] = pair else { return 0.0 };
    f32::from(left.abs_diff(*right))
}

/// Ink in the inner two fifths of a line against the ink at its edges.
fn contrast(ink: &[f32], middle: f32, spacing: f32) -> f32 {
    let inside: Vec<f32> = (whole(middle - 0.21 * spacing)..=whole(middle + 0.21 * spacing))
        .filter_map(|row| ink.get(row).copied())
        .collect();
    let gaps = [-0.5, -0.44, 0.44, 0.5].map(|part| ink.get(whole(middle + part * spacing)).copied());
    let gaps: Vec<f32> = gaps.into_iter().flatten().collect();
    if inside.is_empty() {
        0.0
    } else {
        mean(&inside) - mean(&gaps)
    }
}

impl Block {
    /// A stretch of the zone made straight: from one height to another (0 its top, 1 its bottom), reaching over its ends.
    fn cut(&self, source: &Grey, (width, height): (usize, usize), over: f32, (top, bottom): (f32, f32)) -> Grey {
        let mix = |a: Point, b: Point, part: f32| (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part);
        Grey::from_fn(width, height, |x, y| {
            let along = (real(x) + 0.5) / real(width) * (1.0 + 2.0 * over) - over;
            let down = top + (real(y) + 0.5) / real(height) * (bottom - top);
            let (left, right) = (
                mix(self.left_top, self.left_bottom, down),
                mix(self.right_top, self.right_bottom, down),
            );
            let (u, v) = mix(left, right, along);
            byte(source.sample((u - 0.5, v - 0.5)))
        })
    }
}

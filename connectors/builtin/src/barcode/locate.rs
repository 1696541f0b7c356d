//! Where the bars are: the patch of the picture whose edges all run the same way.
//!
//! Text, pictures and patterns have edges in many directions; the bars of a barcode have two, opposite ones. The structure
//! tensor says of each block how strong its edges are and how much of one mind.

use super::skew::{self, Placed};
use crate::number::real;
use crate::raster::{Grey, Point};

/// The edge to which a picture is shrunk for the search.
const SEARCHED_EDGE: usize = 800;
/// Edge of a block, in pixels of the search.
const BLOCK: usize = 12;
/// Share of the strongest block's energy below which a block is empty.
const STRONG: f32 = 0.08;
/// Coherence above which a block's edges run one way.
const COHERENT: f32 = 0.45;
/// Blocks that belong together may have one between them that does not.
const GAP: usize = 2;
/// Fewer blocks are a stripe of something else.
const FEWEST: usize = 6;
/// What is added around, in blocks: the first and last bars lie in blocks of mixed directions.
pub(super) const MARGIN: f32 = 2.5;

/// A tilted box around the bars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bars {
    centre: Point,
    /// Direction across the bars, in radians.
    angle: f32,
    /// The box in its own axes, from its centre.
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    /// The corners as they are if the bars are seen at an angle, from the centre and in the box's axes.
    skewed: Option<[Point; 4]>,
}

impl Bars {
    /// How long it is across the bars, in pixels of the picture.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// How high it is along the bars.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The corners in the picture: left above, right above, right below, left below as the code itself lies or stands on its head.
    pub fn corners(&self) -> [Point; 4] {
        let (w, h) = (self.width(), self.height());
        [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(along, across)| self.point(along, across, 0.0))
    }

    /// The corners in the picture, each side on its own, if the patch is large enough to tell.
    pub(super) fn skewed(&self) -> Option<[Point; 4]> {
        let (sin, cos) = self.angle.sin_cos();
        let place = |(u, v): Point| (self.centre.0 + u * cos - v * sin, self.centre.1 + u * sin + v * cos);
        self.skewed.map(|corners| corners.map(place))
    }

    /// The place in the picture, counted from the box's own top left corner, when the box is turned by so many degrees more.
    pub(super) fn point(&self, along: f32, across: f32, turn: f32) -> Point {
        let (sin, cos) = (self.angle + turn.to_radians()).sin_cos();
        let (u, v) = (self.left + along, self.top + across);
        (self.centre.0 + u * cos - v * sin, self.centre.1 + u * sin + v * cos)
    }
}

/// Sums over one block: the two components of the doubled direction, and the energy.
#[derive(Clone, Copy, Default)]
pub(super) struct Block {
    pub(super) even: f32,
    pub(super) odd: f32,
    energy: f32,
}

impl Block {
    fn add(&mut self, dx: f32, dy: f32) {
        self.even += dx * dx - dy * dy;
        self.odd += 2.0 * dx * dy;
        self.energy += dx * dx + dy * dy;
    }
}

/// Finds the bars, if anything in the picture looks like them.
pub fn locate(picture: &Grey) -> Option<Bars> {
    let (small, factor) = picture.within(SEARCHED_EDGE);
    let columns = small.width() / BLOCK;
    let blocks = blocks(&small);
    let strongest = blocks.iter().map(|block| block.energy).fold(0.0, f32::max);
    let barred = |block: &Block| {
        let coherence = block.even.hypot(block.odd) / (block.energy + 1.0);
        block.energy > STRONG * strongest && coherence > COHERENT
    };
    let marks: Vec<bool> = blocks.iter().map(barred).collect();
    let patch = largest(&marks, columns, GAP);
    if patch.len() < FEWEST {
        return None;
    }
    let mut sum = Block::default();
    for block in patch.iter().filter_map(|index| blocks.get(*index)) {
        sum.even += block.even;
        sum.odd += block.odd;
    }
    let angle = 0.5 * sum.odd.atan2(sum.even);
    let middles: Vec<Point> = patch.iter().map(|index| middle(*index, columns)).collect();
    let mut bars = fit(&middles, angle, factor);
    let (sin, cos) = angle.sin_cos();
    let placed = |index: &usize| {
        let (x, y) = middle(*index, columns);
        let (dx, dy) = (x - bars.centre.0 * factor, y - bars.centre.1 * factor);
        let block = blocks.get(*index).copied().unwrap_or_default();
        Placed {
            at: (dx * cos + dy * sin, dy * cos - dx * sin),
            block,
        }
    };
    let placed: Vec<Placed> = patch.iter().map(placed).collect();
    let corners = skew::corners(&placed, angle, real(BLOCK));
    bars.skewed = corners.map(|corners| corners.map(|(u, v)| (u / factor, v / factor)));
    Some(bars)
}

fn middle(index: usize, columns: usize) -> Point {
    let block = real(BLOCK);
    (
        (real(index % columns) + 0.5) * block,
        (real(index / columns) + 0.5) * block,
    )
}

fn fit(middles: &[Point], angle: f32, factor: f32) -> Bars {
    let count = real(middles.len());
    let cx = middles.iter().map(|point| point.0).sum::<f32>() / count;
    let cy = middles.iter().map(|point| point.1).sum::<f32>() / count;
    let (sin, cos) = angle.sin_cos();
    let mut bars = Bars {
        centre: (cx / factor, cy / factor),
        angle,
        left: 0.0,
        top: 0.0,
        right: 0.0,
        bottom: 0.0,
        skewed: None,
    };
    let margin = real(BLOCK) * MARGIN / factor;
    for (x, y) in middles {
        let (dx, dy) = ((x - cx) / factor, (y - cy) / factor);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        bars.left = bars.left.min(u - margin);
        bars.right = bars.right.max(u + margin);
        bars.top = bars.top.min(v - margin);
        bars.bottom = bars.bottom.max(v + margin);
    }
    bars
}

fn blocks(picture: &Grey) -> Vec<Block> {
    let (columns, rows) = (picture.width() / BLOCK, picture.height() / BLOCK);
    let mut blocks = vec![Block::default(); columns * rows];
    let value = |x: usize, y: usize| f32::from(picture.at(x, y));
    for y in 1..(rows * BLOCK).min(picture.height() - 1) {
        for x in 1..(columns * BLOCK).min(picture.width() - 1) {
            // Scharr's weights: with the plain difference, directions lean towards the diagonals.
            let across = |y: usize| value(x + 1, y) - value(x - 1, y);
            let down = |x: usize| value(x, y + 1) - value(x, y - 1);
            let dx = (3.0 * across(y - 1) + 10.0 * across(y) + 3.0 * across(y + 1)) / 16.0;
            let dy = (3.0 * down(x - 1) + 10.0 * down(x) + 3.0 * down(x + 1)) / 16.0;
            if let Some(block) = blocks.get_mut(y / BLOCK * columns + x / BLOCK) {
                block.add(dx, dy);
            }
        }
    }
    blocks
}

/// The marks of the largest group whose members are at most `reach` cells from one another.
pub(crate) fn largest(marks: &[bool], columns: usize, reach: usize) -> Vec<usize> {
    let mut left = marks.to_vec();
    let mut best: Vec<usize> = Vec::new();
    let rows = marks.len().checked_div(columns).unwrap_or(0);
    for start in 0..marks.len() {
        if !take(&mut left, start) {
            continue;
        }
        let (mut group, mut seen) = (vec![start], 0);
        while let Some(cell) = group.get(seen).copied() {
            seen += 1;
            let (x, y) = (cell % columns, cell / columns);
            for row in y.saturating_sub(reach)..=(y + reach).min(rows.saturating_sub(1)) {
                for column in x.saturating_sub(reach)..=(x + reach).min(columns - 1) {
                    let near = row * columns + column;
                    if take(&mut left, near) {
                        group.push(near);
                    }
                }
            }
        }
        if group.len() > best.len() {
            best = group;
        }
    }
    best
}

fn take(marks: &mut [bool], index: usize) -> bool {
    marks.get_mut(index).is_some_and(std::mem::take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::byte;

    fn stripes(angle: f32) -> Grey {
        let (sin, cos) = angle.to_radians().sin_cos();
        Grey::from_fn(1_200, 900, |x, y| {
            let (dx, dy) = (real(x) - 600.0, real(y) - 450.0);
            let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
            let inside = u.abs() < 400.0 && v.abs() < 90.0;
            if inside {
                byte(125.0 + 90.0 * (u / 3.0).sin())
            } else {
                220
            }
        })
    }

    #[test]
    fn stripes_are_found_where_they_are_and_as_they_lie() {
        for angle in [-40.0, -7.0, 0.0, 12.0, 33.0] {
            let bars = locate(&stripes(angle)).expect("stripes");
            assert!(
                (bars.angle.to_degrees() - angle).abs() < 2.5,
                "{angle}: {}",
                bars.angle.to_degrees()
            );
            assert!(
                (bars.width() - 800.0).abs() < 140.0 && (bars.height() - 180.0).abs() < 140.0,
                "{bars:?}"
            );
            assert!(
                (bars.centre.0 - 600.0).abs() < 20.0 && (bars.centre.1 - 450.0).abs() < 20.0,
                "{bars:?}"
            );
        }
    }

    #[test]
    fn nothing_is_found_in_emptiness_of_any_size() {
        for (width, height) in [(1, 1), (11, 700), (12, 12), (900, 5), (640, 480)] {
            assert_eq!(locate(&Grey::from_fn(width, height, |_, _| 128)), None);
        }
    }

    #[test]
    fn groups_join_over_a_gap_and_the_largest_wins() {
        let marks = [true, false, true, false, false, false, true];
        assert_eq!(largest(&marks, 7, 2), [0, 2]);
        assert_eq!(largest(&marks, 7, 1), [0]);
        assert!(largest(&[], 7, 1).is_empty());
    }
}

//! The bars seen at an angle: their box with sides of its own.
//!
//! Seen from the side, rows are no longer at right angles to the bars and the far end is lower than the near one. The upper and lower ends
//! of the patch tell how the rows run, the direction of the bars at both ends tells how these lean.

use super::locate::{Block, MARGIN};
use crate::line::Line;
use crate::number::{real, whole};
use crate::raster::Point;

/// A block of the patch: its middle in the axes of the bars, and its sums.
pub(super) struct Placed {
    pub(super) at: Point,
    pub(super) block: Block,
}

/// The four corners in the axes of the bars (pixels of the search), whose mean direction is `angle`; none if the patch is too small to tell.
pub(super) fn corners(patch: &[Placed], angle: f32, cell: f32) -> Option<[Point; 4]> {
    let along = |pick: fn(f32, f32) -> f32, first: f32| patch.iter().map(|placed| placed.at.0).fold(first, pick);
    let (left, right) = (along(f32::min, f32::INFINITY), along(f32::max, f32::NEG_INFINITY));
    let (top, bottom) = ends(patch, left, cell);
    // The ends are found to half a block.
    let (top, bottom) = (Line::fit(&top, cell / 2.0)?, Line::fit(&bottom, cell / 2.0)?);
    let third = (right - left) / 3.0;
    let near_left = lean(patch, angle, &|u| u < left + third)?;
    let near_right = lean(patch, angle, &|u| u > right - third)?;
    // Each is the mean over its third: half a third further out it is a quarter of their difference more.
    let outwards = (near_right - near_left) / 4.0;
    let margin = cell * MARGIN;
    let corner = |u: f32, lean: f32, edge: Line, margin: f32| {
        let v = edge.at(u) + margin;
        (u - lean * v, v)
    };
    Some([
        corner(left - margin, near_left - outwards, top, -margin),
        corner(right + margin, near_right + outwards, top, -margin),
        corner(right + margin, near_right + outwards, bottom, margin),
        corner(left - margin, near_left - outwards, bottom, margin),
    ])
}

/// The highest and lowest blocks of each column of blocks.
fn ends(patch: &[Placed], left: f32, cell: f32) -> (Vec<Point>, Vec<Point>) {
    let mut columns: Vec<Vec<Point>> = Vec::new();
    for placed in patch {
        let index = whole((placed.at.0 - left) / cell);
        if columns.len() <= index {
            columns.resize(index + 1, Vec::new());
        }
        if let Some(column) = columns.get_mut(index) {
            column.push(placed.at);
        }
    }
    let end =
        |column: &Vec<Point>, higher: fn(&Point, &Point) -> std::cmp::Ordering| column.iter().copied().min_by(higher);
    let top = columns
        .iter()
        .filter_map(|column| end(column, |a, b| a.1.total_cmp(&b.1)))
        .collect();
    let bottom = columns
        .iter()
        .filter_map(|column| end(column, |a, b| b.1.total_cmp(&a.1)))
        .collect();
    (top, bottom)
}

/// How far the bars of a part lean: change along for each pixel down.
fn lean(patch: &[Placed], angle: f32, part: &dyn Fn(f32) -> bool) -> Option<f32> {
    /// Fewer blocks say nothing.
    const FEWEST: usize = 3;
    let chosen: Vec<&Placed> = patch.iter().filter(|placed| part(placed.at.0)).collect();
    let sum = |pick: fn(&Block) -> f32| chosen.iter().map(|placed| pick(&placed.block)).sum::<f32>();
    let mean = real(chosen.len());
    let direction = 0.5 * (sum(|block| block.odd) / mean).atan2(sum(|block| block.even) / mean);
    let off = (2.0 * (direction - angle)).sin() / 2.0;
    (chosen.len() >= FEWEST).then_some(off)
}

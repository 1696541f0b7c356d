//! Where the zone is: a coarse map by the network, made exact by fitting lines to its edges.

use super::distance;
use crate::barcode::largest;
use crate::error::Error;
use crate::line::Line;
use crate::model::{File, Models};
use crate::number::{real, whole};
use crate::raster::{Grey, Point};

/// What the network looks at, and the cells it answers with: one for four by four pixels.
pub(super) const INPUT: (usize, usize) = (384, 288);
const MAP: (usize, usize) = (96, 72);
const CELL: f32 = 4.0;
/// Grey of what lies beside the picture.
const BESIDE: f32 = 110.0;
/// Fewer cells are no zone that could be read.
const FEWEST: usize = 60;
/// The map's edges are no more exact than this, in cells.
const EXACT: f32 = 0.15;
/// Values beyond this say no more than that the network is sure.
const SURE: f32 = 6.0;

/// A zone's four corners.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) left_top: Point,
    pub(super) right_top: Point,
    pub(super) right_bottom: Point,
    pub(super) left_bottom: Point,
    /// How far its picture was cut out of the whole one.
    origin: Point,
}

impl Block {
    /// How much wider than high.
    pub(super) fn ratio(&self) -> f32 {
        distance(self.left_top, self.right_top) / distance(self.left_top, self.left_bottom).max(1.0)
    }

    /// Whether it is nearer to lying than to standing.
    pub(super) fn lies(&self) -> bool {
        let (across, down) = (self.right_top.0 - self.left_top.0, self.right_top.1 - self.left_top.1);
        across.abs() > down.abs()
    }

    /// Whether both ends are about as high, and it is neither shorter nor longer than the formats are.
    pub(super) fn regular(&self) -> bool {
        /// Three lines of 30 make 4.4, two of 44 make 9.5; the map is coarse.
        const FORMATS: std::ops::RangeInclusive<f32> = 3.6..=11.5;
        const LEANING: f32 = 1.35;
        let (left, right) = (
            distance(self.left_top, self.left_bottom),
            distance(self.right_top, self.right_bottom),
        );
        FORMATS.contains(&self.ratio()) && left.max(right) < LEANING * left.min(right)
    }

    /// The same in a picture that begins further right and down.
    pub(super) fn moved(&self, left: f32, top: f32) -> Self {
        let moved = |(x, y): Point| (x - left, y - top);
        Self {
            left_top: moved(self.left_top),
            right_top: moved(self.right_top),
            right_bottom: moved(self.right_bottom),
            left_bottom: moved(self.left_bottom),
            origin: (self.origin.0 + left, self.origin.1 + top),
        }
    }

    pub(super) fn corners_in_picture(&self) -> [Point; 4] {
        let back = |(x, y): Point| (x + self.origin.0, y + self.origin.1);
        [self.left_top, self.right_top, self.right_bottom, self.left_bottom].map(back)
    }
}

/// Finds the zone, if there is one within 16 degrees of lying straight.
pub(super) fn locate(models: &Models, picture: &Grey) -> Result<Option<Block>, Error> {
    let (width, height) = (real(picture.width()), real(picture.height()));
    let scale = (real(INPUT.0) / width).min(real(INPUT.1) / height);
    let fitted = |edge: f32, most: usize| whole((edge * scale).round()).clamp(1, most);
    let (wide, high) = (fitted(width, INPUT.0), fitted(height, INPUT.1));
    let small = picture.scaled(wide, high);
    let mut input = Vec::with_capacity(INPUT.0 * INPUT.1);
    for y in 0..INPUT.1 {
        let value = |x: usize| {
            if x < wide && y < high {
                f32::from(small.at(x, y))
            } else {
                BESIDE
            }
        };
        input.extend((0..INPUT.0).map(value));
    }
    let answer = models
        .get(File::ZoneFinder)?
        .run_one([1, 1, INPUT.1, INPUT.0], input, "y")?;
    Ok(Map { values: answer.values }.block(CELL / scale))
}

struct Map {
    values: Vec<f32>,
}

impl Map {
    /// The value between cells; outside, a sure no.
    fn at(&self, (x, y): Point) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let value = |dx: f32, dy: f32| {
            let (x, y) = (left + dx, top + dy);
            let inside = x >= 0.0 && y >= 0.0 && x < real(MAP.0) && y < real(MAP.1);
            let cell = if inside {
                self.values.get(whole(y) * MAP.0 + whole(x)).copied()
            } else {
                None
            };
            cell.unwrap_or(-SURE).clamp(-SURE, SURE)
        };
        let upper = value(0.0, 0.0) * (1.0 - right) + value(1.0, 0.0) * right;
        let lower = value(0.0, 1.0) * (1.0 - right) + value(1.0, 1.0) * right;
        upper * (1.0 - down) + lower * down
    }

    fn block(&self, cell: f32) -> Option<Block> {
        let marks: Vec<bool> = self.values.iter().map(|value| *value > 0.0).collect();
        let group = largest(&marks, MAP.0, 1);
        if group.len() < FEWEST {
            return None;
        }
        let points: Vec<Point> = group
            .iter()
            .map(|index| (real(index % MAP.0) + 0.5, real(index / MAP.0) + 0.5))
            .collect();
        let axes = Axes::of(&points);
        let mut along: Vec<f32> = points.iter().map(|point| axes.along(*point)).collect();
        along.sort_by(f32::total_cmp);
        let share = |part: f32| along.get(whole(real(along.len()) * part)).copied();
        // Single cells at the ends are the network's doubts; the rest reaches to the middle of its last cell.
        let (start, end) = (share(0.01)? - 0.4, share(0.99)? + 0.4);
        let (top, bottom) = self.edges(&axes, start, end);
        let (top, bottom) = (Line::fit(&top, EXACT)?, Line::fit(&bottom, EXACT)?);
        let corner = |u: f32, line: Line| {
            let (x, y) = axes.point(u, line.at(u));
            (x * cell, y * cell)
        };
        Some(Block {
            left_top: corner(start, top),
            right_top: corner(end, top),
            right_bottom: corner(end, bottom),
            left_bottom: corner(start, bottom),
            origin: (0.0, 0.0),
        })
    }

    /// Where the map turns from yes to no, above and below the axis, column by column.
    fn edges(&self, axes: &Axes, start: f32, end: f32) -> (Vec<Point>, Vec<Point>) {
        /// Finer than the map is.
        const STRIDE: f32 = 0.25;
        /// Higher than any zone.
        const FAR: f32 = 30.0;
        /// The ends of a zone are round on the map.
        const ROUND: f32 = 0.04;
        /// Less between the edges is no line of writing.
        const THIN: f32 = 1.5;
        let (mut top, mut bottom) = (Vec::new(), Vec::new());
        let mut u = start + (end - start) * ROUND;
        while u < end - (end - start) * ROUND {
            let walk = |direction: f32| {
                let mut v = 0.0_f32;
                while v.abs() < FAR && self.at(shifted(axes.point(u, v))) > 0.0 {
                    v += direction * STRIDE;
                }
                v - direction * STRIDE / 2.0
            };
            let (above, below) = (walk(-1.0), walk(1.0));
            if below - above > THIN {
                top.push((u, above));
                bottom.push((u, below));
            }
            u += 1.0;
        }
        (top, bottom)
    }
}

/// A cell's value belongs to its middle.
fn shifted((x, y): Point) -> Point {
    (x - 0.5, y - 0.5)
}

/// The main direction of a group of cells, and its middle.
struct Axes {
    centre: Point,
    sin: f32,
    cos: f32,
}

impl Axes {
    fn of(points: &[Point]) -> Self {
        let count = real(points.len());
        let centre = (
            points.iter().map(|p| p.0).sum::<f32>() / count,
            points.iter().map(|p| p.1).sum::<f32>() / count,
        );
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for point in points {
            let (dx, dy) = (point.0 - centre.0, point.1 - centre.1);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        let (sin, cos) = (0.5 * (2.0 * xy).atan2(xx - yy)).sin_cos();
        Self { centre, sin, cos }
    }

    fn along(&self, (x, y): Point) -> f32 {
        (x - self.centre.0) * self.cos + (y - self.centre.1) * self.sin
    }

    fn point(&self, u: f32, v: f32) -> Point {
        (
            self.centre.0 + u * self.cos - v * self.sin,
            self.centre.1 + u * self.sin + v * self.cos,
        )
    }
}

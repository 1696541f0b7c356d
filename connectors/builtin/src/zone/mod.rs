//! Reading a machine-readable zone out of a picture: found by one small network, read line by line by another.
//!
//! The networks are ours (`models/README.md`). What they give are likelihoods; `lattice.rs` takes the likeliest text that the format allows,
//! and the check digits say whether it is right. Where they do not hold, the strip is cut a little differently, then the picture is turned.

mod allow;
mod lattice;
mod line;
mod locate;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::model::Models;
use crate::mrz::Zone;
use crate::raster::{Grey, Point};

use locate::Block;

/// A zone that was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What it says, as far as the formats go.
    pub zone: Zone,
    /// Its lines as read, before repairs.
    pub lines: Vec<String>,
    /// Mean logarithm of the likelihood of each step: 0 is certain.
    pub confidence: f32,
    /// Its corners in the picture: left above, right above, right below, left below, as one reads it.
    pub corners: [Point; 4],
    /// After how many tries.
    pub tries: u32,
}

impl Found {
    /// Above this the lines are nearly always as they are printed: of 180 specimens that lay within 16 degrees of straight none above it was
    /// wrong, of those turned by 25 degrees one was (`rates.md`). A name may be wrong then, for no digit covers it.
    pub const CERTAIN: f32 = -0.12;
    /// Below this width in pixels names go wrong although digits hold.
    pub const NARROW: f32 = 600.0;

    /// Whether all digits hold and the reading is certain.
    pub fn accepted(&self) -> bool {
        self.zone.holds() && self.confidence > Self::CERTAIN
    }

    /// How wide it is in the picture, in pixels.
    pub fn width(&self) -> f32 {
        let [left, right, ..] = self.corners;
        distance(left, right)
    }

    /// How much to trust it. Signs that are clear count for more than digits that hold: of many guesses at nothing, one holds by chance,
    /// and a document whose digits are wrong must not be read as something else.
    fn trust(&self) -> f32 {
        /// What a failing digit takes away: as much as tells a clear reading from a doubtful one.
        const FAILING: f32 = 0.1;
        let failing = self.zone.checks.iter().filter(|check| !check.holds).count();
        self.confidence - FAILING * crate::number::real(failing)
    }

    fn better_than(&self, other: &Self) -> bool {
        self.trust() > other.trust()
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found({:?}, {}, {} tries)", self.zone, self.confidence, self.tries)
    }
}

/// How the picture is turned before it is looked at.
#[derive(Clone, Copy)]
enum Turn {
    Quarters(u8),
    Degrees(f32),
}

/// As it is, on its head, on its sides, and askew beyond what the network was trained on (16 degrees).
const TURNS: [Turn; 6] = [
    Turn::Quarters(0),
    Turn::Quarters(2),
    Turn::Quarters(1),
    Turn::Quarters(3),
    Turn::Degrees(25.0),
    Turn::Degrees(-25.0),
];
/// With all digits right and at least this certain, no other turn can be the right one.
const UPRIGHT: f32 = -0.5;

/// Reads the zone of a picture, if there is one, as long as `go_on` says so.
pub fn read(
    models: &Models,
    picture: &Grey,
    today: NaiveDate,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Found>, Error> {
    let mut best: Option<Found> = None;
    let mut tries = 0;
    for turn in TURNS {
        if !go_on() {
            break;
        }
        let turned = turn.apply(picture);
        let Some(block) = locate::locate(models, &turned)? else {
            continue;
        };
        let Some(mut found) = block_of(models, &turned, &block, today, &mut tries)? else {
            continue;
        };
        found.corners = found.corners.map(|corner| turn.back(corner, picture));
        let upright = found.confidence > Found::CERTAIN || (found.zone.holds() && found.confidence > UPRIGHT);
        if best.as_ref().is_none_or(|best| found.better_than(best)) {
            best = Some(found);
        }
        if upright {
            break;
        }
    }
    Ok(best)
}

impl Turn {
    fn apply(self, picture: &Grey) -> Grey {
        match self {
            Self::Quarters(turns) => picture.quarters(turns),
            Self::Degrees(degrees) => picture.turned(degrees),
        }
    }

    /// Where a point of the turned picture is in the one that was turned.
    fn back(self, (x, y): Point, picture: &Grey) -> Point {
        let real = crate::number::real;
        let (right, bottom) = (real(picture.width() - 1), real(picture.height() - 1));
        match self {
            Self::Quarters(0) => (x, y),
            Self::Quarters(1) => (y, bottom - x),
            Self::Quarters(2) => (right - x, bottom - y),
            Self::Quarters(_) => (right - y, x),
            Self::Degrees(degrees) => {
                let (sin, cos) = degrees.to_radians().sin_cos();
                let (dx, dy) = (x - right / 2.0, y - bottom / 2.0);
                (right / 2.0 + dx * cos + dy * sin, bottom / 2.0 + dy * cos - dx * sin)
            }
        }
    }
}

/// Where a zone lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Its corners in the picture: left above, right above, right below, left below, as one reads it.
    pub corners: [Point; 4],
    /// Whether it is as long as zones of two lines are.
    pub two_lines: bool,
    /// Whether its shape is one that a zone can have. On their head or on their side zones are noticed, but not measured well.
    pub regular: bool,
}

/// Finds a zone without reading it, lying or standing; which end is up is not told. Cheap enough for a preview.
pub fn find(models: &Models, picture: &Grey) -> Result<Option<Place>, Error> {
    let (small, factor) = picture.within(locate::INPUT.0);
    for turns in [0, 1] {
        let turn = Turn::Quarters(turns);
        // One that stands is seen without turning, too, but not its shape.
        if let Some(block) = locate::locate(models, &turn.apply(&small))?.filter(Block::lies) {
            let back = |corner| {
                let (x, y) = turn.back(corner, &small);
                (x / factor, y / factor)
            };
            return Ok(Some(Place {
                corners: block.corners_in_picture().map(back),
                two_lines: block.ratio() > TWO_LINES,
                regular: turns == 0 && block.regular(),
            }));
        }
    }
    Ok(None)
}

/// Height of the strip in line distances, and how far it is moved down: the usual one, then what helps where that fails.
const STRIPS: [(f32, f32); 5] = [(0.92, 0.0), (1.08, 0.0), (0.8, 0.0), (0.92, 0.08), (0.92, -0.08)];
/// Wider than this for its height, a zone has two lines.
const TWO_LINES: f32 = 5.6;

/// How many lines of how many signs.
const TWO: [(usize, usize); 2] = [(2, 44), (2, 36)];
const THREE: [(usize, usize); 1] = [(3, 30)];

fn block_of(
    models: &Models,
    picture: &Grey,
    block: &Block,
    today: NaiveDate,
    tries: &mut u32,
) -> Result<Option<Found>, Error> {
    let (likely, other): (&[_], &[_]) = if block.ratio() > TWO_LINES {
        (&TWO, &THREE)
    } else {
        (&THREE, &TWO)
    };
    let (area, block) = line::around(picture, block);
    let mut best: Option<Found> = None;
    for (index, strip) in STRIPS.into_iter().enumerate() {
        // The other count of lines is worth one look: a wrong one does not come right by cutting differently.
        let shapes = if index == 0 {
            [likely, other].concat()
        } else {
            likely.to_vec()
        };
        let mut read: Option<(usize, Vec<lattice::Steps>)> = None;
        for (count, length) in shapes {
            if read.as_ref().is_none_or(|(known, _)| *known != count) {
                read = Some((count, line::steps(models, &area, &block, count, strip)?));
            }
            *tries += 1;
            let Some((_, steps)) = &read else { continue };
            let found = spell(steps, length, today, *tries);
            let Some(mut found) = found else { continue };
            found.corners = block.corners_in_picture();
            if best.as_ref().is_none_or(|best| found.better_than(best)) {
                best = Some(found);
            }
        }
        if best.as_ref().is_some_and(Found::accepted) {
            break;
        }
    }
    Ok(best)
}

/// The likeliest text that the format allows.
fn spell(steps: &[lattice::Steps], length: usize, today: NaiveDate, tries: u32) -> Option<Found> {
    let mut lines: Vec<String> = Vec::new();
    let mut sum = 0.0;
    for (index, steps) in steps.iter().enumerate() {
        let visa = lines.first().is_some_and(|line| line.starts_with('V'));
        let allowed = |position| allow::signs(length, index, position, visa);
        let (score, line) = lattice::decode(steps, length, &allowed)?;
        sum += score;
        lines.push(line);
    }
    let borrowed: Vec<&str> = lines.iter().map(String::as_str).collect();
    let zone = Zone::parse(&borrowed, today).ok()?;
    let confidence = sum / crate::number::real(lines.len());
    Some(Found {
        zone,
        lines,
        confidence,
        corners: [(0.0, 0.0); 4],
        tries,
    })
}

fn distance(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

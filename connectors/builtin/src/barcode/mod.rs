//! The barcode on the back of a North American card: found, made straight, decoded. PDF417, ISO/IEC 15438.
//!
//! A card photographed by hand is tilted, bent by perspective and far larger than the decoder's own search expects: on ordinary
//! photographs that search finds nothing. So the bars are found by their direction first (`locate.rs`), cut out straight at sizes
//! that the decoder likes (`rectify`), and only then decoded (`decode.rs`); the whole picture is tried last. What the text says is
//! `aamva.rs`'s business. How long it may take is the caller's: it is asked before every try.

mod decode;
mod locate;
mod skew;

use crate::number::{byte, real, whole};
use crate::raster::{Grey, Point};

pub(crate) use locate::largest;
pub use locate::{Bars, locate};

/// What was decoded and where it was.
#[derive(Clone, PartialEq)]
pub struct Barcode {
    /// Its text.
    pub text: String,
    /// The corners of the bars in the picture, if they were found before they were decoded; top left of the code first.
    pub corners: Option<[Point; 4]>,
    /// After how many tries.
    pub tries: u32,
}

impl std::fmt::Debug for Barcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text is a person's card.
        write!(f, "Barcode({} characters, {} tries)", self.text.len(), self.tries)
    }
}

/// Widths to which the bars are cut out. About three pixels a module for the usual seventeen columns; then finer, then coarser.
const WIDTHS: [usize; 3] = [1_150, 1_600, 850];
/// How the bars are made straight: as they lie, side by side, then with small turns (degrees) against what their direction missed.
const SHAPES: [Shape; 6] = [
    Shape::Turned(0.0),
    Shape::Skewed,
    Shape::Turned(-2.0),
    Shape::Turned(2.0),
    Shape::Turned(-4.0),
    Shape::Turned(4.0),
];
/// Reach of the vertical smoothing that takes the noise out of bars: seven rows.
const SMOOTHING: usize = 3;
/// For bars that run into one another: how far around a pixel is looked, and how much it is set off from that.
const SHARPENING: (f32, f32) = (2.0, 2.5);
/// Blur before shrinking, for each source pixel that becomes one; and from which ratio on it is needed.
const ANTIALIAS: (f32, f32) = (0.45, 1.6);
/// Scales and turns (degrees) of the whole picture, when no bars were found or none of them could be decoded.
const SWEEP: [(f32, f32); 14] = [
    (1.0, 0.0),
    (0.6, 0.0),
    (1.5, 0.0),
    (1.0, 6.0),
    (1.0, -6.0),
    (1.0, 12.0),
    (1.0, -12.0),
    (0.6, 6.0),
    (0.6, -6.0),
    (1.5, 6.0),
    (1.5, -6.0),
    (1.0, 90.0),
    (1.0, 18.0),
    (1.0, -18.0),
];
/// The longest edge that is swept: beyond it a try costs a second and finds no more.
const SWEPT_EDGE: usize = 2_000;

/// Reads the barcode, as long as `go_on` says so.
pub fn read(picture: &Grey, go_on: &dyn Fn() -> bool) -> Option<Barcode> {
    let bars = locate(picture);
    let mut tries = 0;
    if let Some(bars) = &bars {
        for width in WIDTHS {
            let scaled = Cut::new(picture, bars, width);
            for (treatment, shape) in Treatment::ALL
                .into_iter()
                .flat_map(|way| SHAPES.map(|shape| (way, shape)))
            {
                let Some(cut) = scaled.shaped(shape) else { continue };
                if !go_on() {
                    return None;
                }
                tries += 1;
                if let Some(text) = decode::decode(&treatment.of(cut)) {
                    return Some(Barcode {
                        text,
                        corners: Some(bars.corners()),
                        tries,
                    });
                }
            }
        }
    }
    sweep(picture, go_on, tries)
}

/// What is done to the bars before they are decoded.
#[derive(Clone, Copy)]
enum Treatment {
    Plain,
    Smoothed,
    Sharpened,
}

impl Treatment {
    const ALL: [Self; 3] = [Self::Plain, Self::Smoothed, Self::Sharpened];

    fn of(self, cut: Grey) -> Grey {
        match self {
            Self::Plain => cut,
            Self::Smoothed => cut.smoothed_down(SMOOTHING),
            Self::Sharpened => cut.smoothed_down(SMOOTHING).sharpened(SHARPENING.0, SHARPENING.1),
        }
    }
}

fn sweep(picture: &Grey, go_on: &dyn Fn() -> bool, mut tries: u32) -> Option<Barcode> {
    let (picture, _) = picture.within(SWEPT_EDGE);
    for (scale, turn) in SWEEP {
        if !go_on() {
            return None;
        }
        tries += 1;
        let edge = |edge: usize| whole(real(edge) * scale).max(1);
        let scaled = if (scale - 1.0).abs() < f32::EPSILON {
            picture.clone()
        } else {
            picture.scaled(edge(picture.width()), edge(picture.height()))
        };
        let turned = match turn {
            0.0 => scaled,
            90.0 => scaled.quarters(1),
            _ => scaled.turned(turn),
        };
        if let Some(text) = decode::decode(&turned) {
            return Some(Barcode {
                text,
                corners: None,
                tries,
            });
        }
    }
    None
}

/// How the bars are cut out.
#[derive(Clone, Copy)]
enum Shape {
    /// As a box, turned by so many degrees.
    Turned(f32),
    /// Each side as it runs.
    Skewed,
}

/// The bars' part of the picture, blurred as fits the width to which they are cut.
struct Cut<'a> {
    source: Grey,
    origin: Point,
    bars: &'a Bars,
    width: usize,
    /// Pixels of the cut for each of the source.
    ratio: f32,
}

impl<'a> Cut<'a> {
    fn new(picture: &Grey, bars: &'a Bars, width: usize) -> Self {
        /// Room for turns and skews, as a share of the box's width.
        const ROOM: f32 = 0.12;
        let ratio = real(width) / bars.width().max(1.0);
        let corners = bars.corners();
        let low = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
        let high = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(0.0, f32::max);
        let room = bars.width() * ROOM;
        let (left, top) = (whole(low(|p| p.0) - room), whole(low(|p| p.1) - room));
        let (left, top) = (left.min(picture.width() - 1), top.min(picture.height() - 1));
        let right = whole(high(|p| p.0) + room).clamp(left + 1, picture.width());
        let bottom = whole(high(|p| p.1) + room).clamp(top + 1, picture.height());
        let part = Grey::from_fn(right - left, bottom - top, |x, y| picture.at(left + x, top + y));
        let shrink = 1.0 / ratio;
        let source = if shrink > ANTIALIAS.1 {
            part.blurred(ANTIALIAS.0 * shrink)
        } else {
            part
        };
        Self {
            source,
            origin: (real(left), real(top)),
            bars,
            width,
            ratio,
        }
    }

    /// Straight, if the shape is known.
    fn shaped(&self, shape: Shape) -> Option<Grey> {
        /// Flatter than this is no code; higher than wide is none either.
        const FLATTEST: usize = 20;
        let height = whole(self.bars.height() * self.ratio).clamp(FLATTEST, self.width);
        let look = |(x, y): Point| byte(self.source.sample((x - self.origin.0, y - self.origin.1)));
        Some(match shape {
            Shape::Turned(turn) => Grey::from_fn(self.width, height, |x, y| {
                look(self.bars.point(real(x) / self.ratio, real(y) / self.ratio, turn))
            }),
            Shape::Skewed => {
                let [a, b, c, d] = self.bars.skewed()?;
                let mix = |from: Point, to: Point, part: f32| {
                    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
                };
                Grey::from_fn(self.width, height, |x, y| {
                    let (along, down) = (real(x) / real(self.width), real(y) / real(height));
                    look(mix(mix(a, d, down), mix(b, c, down), along))
                })
            }
        })
    }
}

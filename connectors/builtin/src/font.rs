//! Letters: the outlines of OCR-B as polygons, filled.
//!
//! `ocrb.txt` holds them in thousandths of the type size, made from `OCRB.otf` of Debian's package fonts-ocr-b 0.3: Matthew Skala's version
//! (2012, public domain) of Norbert Schwarz's drawings (1995, 2010: "you may freely use, modify and/or distribute this file, without
//! limitation"). A line is a letter and its closed polygons; curves are broken into short lines.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::number::{real, whole};
use crate::raster::Point;

/// How far one letter is from the next, in type sizes.
pub(crate) const ADVANCE: f32 = 0.723;
/// How far the line of writing lies below the top, in type sizes.
pub(crate) const ASCENT: f32 = 0.938;

type Outline = Vec<Vec<Point>>;

fn letters() -> &'static BTreeMap<char, Outline> {
    static LETTERS: OnceLock<BTreeMap<char, Outline>> = OnceLock::new();
    LETTERS.get_or_init(|| include_str!("ocrb.txt").lines().filter_map(letter).collect())
}

fn letter(line: &str) -> Option<(char, Outline)> {
    let mut chars = line.chars();
    let name = chars.next()?;
    let point = |text: &str| {
        let (x, y) = text.split_once(':')?;
        Some((x.parse::<f32>().ok()? / 1_000.0, y.parse::<f32>().ok()? / 1_000.0))
    };
    let polygon = |text: &str| text.split(',').map(point).collect::<Option<Vec<Point>>>();
    Some((
        name,
        chars
            .as_str()
            .split_whitespace()
            .map(polygon)
            .collect::<Option<Outline>>()?,
    ))
}

/// How a text lies on the paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Where the line of writing begins, in pixels.
    pub(crate) at: Point,
    /// Type size in pixels.
    pub(crate) size: f32,
    /// Turned against the line of writing, in degrees, counter-clockwise.
    pub(crate) turn: f32,
}

/// Calls back for each pixel that the text covers, with how much of it.
pub(crate) fn fill(text: &str, setting: Setting, paint: &mut dyn FnMut(usize, usize, f32)) {
    let (sin, cos) = setting.turn.to_radians().sin_cos();
    for (index, name) in text.chars().enumerate() {
        let Some(outline) = letters()
            .get(&name.to_ascii_uppercase())
            .or_else(|| letters().get(&name))
        else {
            continue;
        };
        let place = |(x, y): &Point| {
            let (along, up) = ((x + real(index) * ADVANCE) * setting.size, y * setting.size);
            (
                setting.at.0 + along * cos - up * sin,
                setting.at.1 - along * sin - up * cos,
            )
        };
        let placed: Outline = outline
            .iter()
            .map(|polygon| polygon.iter().map(place).collect())
            .collect();
        cover(&placed, paint);
    }
}

/// Lines looked at in each row of pixels.
const LINES: usize = 4;

fn cover(outline: &Outline, paint: &mut dyn FnMut(usize, usize, f32)) {
    let ends = |pick: fn(&Point) -> f32| {
        let values = outline.iter().flatten().map(pick);
        values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        })
    };
    let ((left, right), (top, bottom)) = (ends(|point| point.0), ends(|point| point.1));
    if right <= 0.0 || bottom <= 0.0 {
        return;
    }
    let first = whole(left);
    let mut sums = vec![0.0_f32; whole(right) + 1 - first];
    for y in whole(top)..=whole(bottom) {
        sums.fill(0.0);
        for line in 0..LINES {
            let height = real(y) + (real(line) + 0.5) / real(LINES);
            for (start, end) in spans(outline, height) {
                for (index, sum) in sums.iter_mut().enumerate() {
                    let cell = real(first + index);
                    *sum += (end.min(cell + 1.0) - start.max(cell)).max(0.0) / real(LINES);
                }
            }
        }
        for (index, sum) in sums.iter().enumerate().filter(|(_, sum)| **sum > 0.0) {
            paint(first + index, y, sum.min(1.0));
        }
    }
}

/// Where a horizontal line is inside, by the rule of winding: strokes of this font overlap.
fn spans(outline: &Outline, height: f32) -> Vec<(f32, f32)> {
    let mut crossings: Vec<(f32, i32)> = Vec::new();
    for polygon in outline {
        for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
            if (from.1 <= height) != (to.1 <= height) {
                let x = from.0 + (height - from.1) / (to.1 - from.1) * (to.0 - from.0);
                crossings.push((x, if to.1 > from.1 { 1 } else { -1 }));
            }
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut winding, mut start, mut spans) = (0, 0.0, Vec::new());
    for (x, turn) in crossings {
        if winding == 0 {
            start = x;
        }
        winding += turn;
        if winding == 0 {
            spans.push((start, x));
        }
    }
    spans
}

//! Whether a picture may be one of a screen or of a print. For a reviewer's eye only: it decides nothing.
//!
//! Two traces that are cheap to look for: the grid of a screen or of a printer, as regular peaks in the spectrum of flat places; and the
//! frame of a display, as straight edges across the whole picture on two opposite sides. Both are easily avoided and both occur in honest
//! pictures (woven cloths, the pattern of the document itself, a shelf behind it). Models that promise more were tried and called almost
//! every print real.

use serde::{Deserialize, Serialize};

use crate::number::{real, whole};
use crate::raster::Grey;

/// A trace that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trace {
    /// A fine regular pattern over flat places.
    Grid,
    /// Straight edges across the picture on opposite sides.
    Frame,
}

/// Everything found.
pub fn traces(picture: &Grey) -> Vec<Trace> {
    let found = [(Trace::Grid, grid(picture)), (Trace::Frame, frame(picture))];
    found
        .into_iter()
        .filter_map(|(trace, there)| there.then_some(trace))
        .collect()
}

/// Edge of a patch; a power of two, for the transform.
const PATCH: usize = 64;
/// So many flat patches are enough.
const PATCHES: usize = 12;
/// Periods longer than about four pixels are the document's own print.
const FINEST: usize = 16;
/// How far a peak stands out of the median of its surroundings. A first value.
const PEAK: f32 = 40.0;
/// A wave of one grey value's height, as power in the transform of a patch: what is weaker comes from rounding.
const FAINTEST: f32 = 512.0 * 512.0;

/// The mean spectrum of the flattest patches has a peak away from the axes' multiples of an eighth, where JPEG has its own.
fn grid(picture: &Grey) -> bool {
    let (columns, rows) = (picture.width() / PATCH, picture.height() / PATCH);
    let mut patches: Vec<(f32, usize, usize)> = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            patches.push((
                roughness(picture, column * PATCH, row * PATCH),
                column * PATCH,
                row * PATCH,
            ));
        }
    }
    patches.sort_by(|a, b| a.0.total_cmp(&b.0));
    patches.truncate(PATCHES);
    if patches.is_empty() {
        return false;
    }
    let mut power = vec![0.0_f32; PATCH * PATCH];
    for (_, left, top) in &patches {
        for (sum, value) in power.iter_mut().zip(spectrum(picture, *left, *top)) {
            *sum += value;
        }
    }
    let fold = |index: usize| index.min(PATCH - index);
    let mut kept: Vec<f32> = Vec::new();
    for (index, value) in power.iter().enumerate() {
        let (u, v) = (fold(index % PATCH), fold(index / PATCH));
        let block = (u == 0 || v == 0) && u % 8 == 0 && v % 8 == 0;
        if u.max(v) >= FINEST && !block {
            kept.push(*value);
        }
    }
    kept.sort_by(f32::total_cmp);
    let (median, highest) = (kept.get(kept.len() / 2), kept.last());
    median
        .zip(highest)
        .is_some_and(|(median, highest)| *highest > (PEAK * median).max(FAINTEST * real(patches.len())))
}

/// Spread of the means of eight strips each way: low where nothing but a fine pattern is.
fn roughness(picture: &Grey, left: usize, top: usize) -> f32 {
    const CELL: usize = PATCH / 8;
    let mut means = Vec::with_capacity(64);
    for row in 0..8 {
        for column in 0..8 {
            let mut sum = 0.0;
            for y in 0..CELL {
                for x in 0..CELL {
                    sum += f32::from(picture.at(left + column * CELL + x, top + row * CELL + y));
                }
            }
            means.push(sum / real(CELL * CELL));
        }
    }
    let mean = crate::number::mean(&means);
    means.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The power of each wave in a patch, its brightness and the jump at its edges taken out.
fn spectrum(picture: &Grey, left: usize, top: usize) -> Vec<f32> {
    let window: Vec<f32> = (0..PATCH)
        .map(|at| 0.5 - 0.5 * (std::f32::consts::TAU * real(at) / real(PATCH)).cos())
        .collect();
    let pixel = |x: usize, y: usize| f32::from(picture.at(left + x, top + y));
    let all: Vec<f32> = (0..PATCH * PATCH)
        .map(|index| pixel(index % PATCH, index / PATCH))
        .collect();
    let mean = crate::number::mean(&all);
    let weighted = all.iter().enumerate().map(|(index, value)| {
        let weight = |at: usize| window.get(at).copied().unwrap_or(0.0);
        ((value - mean) * weight(index % PATCH) * weight(index / PATCH), 0.0)
    });
    let field: Vec<Complex> = weighted.collect();
    let once = transposed(&field.chunks_exact(PATCH).flat_map(fourier).collect::<Vec<_>>());
    let twice = transposed(&once.chunks_exact(PATCH).flat_map(fourier).collect::<Vec<_>>());
    twice.iter().map(|(re, im)| re * re + im * im).collect()
}

type Complex = (f32, f32);

fn transposed(field: &[Complex]) -> Vec<Complex> {
    let cell = |index: usize| {
        field
            .get(index % PATCH * PATCH + index / PATCH)
            .copied()
            .unwrap_or((0.0, 0.0))
    };
    (0..PATCH * PATCH).map(cell).collect()
}

/// The transform of a row whose length is a power of two, by halves.
fn fourier(row: &[Complex]) -> Vec<Complex> {
    if row.len() < 2 {
        return row.to_vec();
    }
    let half = |from: usize| fourier(&row.iter().skip(from).step_by(2).copied().collect::<Vec<_>>());
    let (even, odd) = (half(0), half(1));
    let turned: Vec<(Complex, Complex)> = even
        .into_iter()
        .zip(odd)
        .enumerate()
        .map(|(index, (even, (re, im)))| {
            let (sin, cos) = (-std::f32::consts::TAU * real(index) / real(row.len())).sin_cos();
            (even, (re * cos - im * sin, re * sin + im * cos))
        })
        .collect();
    let sums = turned.iter().map(|((a, b), (c, d))| (a + c, b + d));
    let differences = turned.iter().map(|((a, b), (c, d))| (a - c, b - d));
    sums.chain(differences).collect()
}

/// Edge to which the picture is shrunk.
const SEARCHED: usize = 400;
/// Share of the picture's width or height that an edge runs along. A document does not reach from rim to rim.
const ACROSS: f32 = 0.92;
/// Difference of grey values that makes an edge.
const STEP: i16 = 24;

fn frame(picture: &Grey) -> bool {
    let (small, _) = picture.within(SEARCHED);
    let sideways = small.quarters(1);
    [small, sideways].iter().any(|picture| {
        let lines: Vec<usize> = (2..picture.height().saturating_sub(2))
            .filter(|y| runs_across(picture, *y))
            .collect();
        let half = picture.height() / 2;
        lines.iter().any(|y| *y < half) && lines.iter().any(|y| *y > half)
    })
}

fn runs_across(picture: &Grey, y: usize) -> bool {
    let change = |x: usize| i16::from(picture.at(x, y + 1)) - i16::from(picture.at(x, y - 1));
    let enough = whole(real(picture.width()) * ACROSS);
    let down = (0..picture.width()).filter(|x| change(*x) > STEP).count();
    let up = (0..picture.width()).filter(|x| change(*x) < -STEP).count();
    down.max(up) >= enough.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::byte;

    fn wave(x: usize, period: f32) -> f32 {
        (std::f32::consts::TAU * real(x) / period).sin()
    }

    #[test]
    fn a_screens_grid_over_a_flat_picture_is_seen() {
        let screen = |x, y| byte(140.0 + 8.0 * wave(x, 2.7) + 8.0 * wave(y, 2.7));
        assert!(traces(&Grey::from_fn(640, 480, screen)).contains(&Trace::Grid));
    }

    #[test]
    fn flat_paper_wide_waves_and_light_have_no_grid() {
        assert!(!grid(&Grey::from_fn(640, 480, |_, _| 140)));
        assert!(!grid(&Grey::from_fn(640, 480, |x, _| byte(
            120.0 + 20.0 * wave(x, 40.0)
        ))));
        assert!(!grid(&Grey::from_fn(640, 480, |x, y| byte(real(x + y) / 6.0))));
        assert!(!grid(&Grey::from_fn(40, 40, |_, _| 140)), "too small to say");
    }

    #[test]
    fn a_bezel_is_a_frame_and_a_document_is_not() {
        let bezel = Grey::from_fn(640, 480, |_, y| if (40..440).contains(&y) { 150 } else { 10 });
        assert_eq!(traces(&bezel), [Trace::Frame]);
        let card = Grey::from_fn(640, 480, |x, y| {
            if (80..560).contains(&x) && (80..400).contains(&y) {
                200
            } else {
                60
            }
        });
        assert!(traces(&card).is_empty());
    }
}

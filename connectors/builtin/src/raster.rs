//! Grey pictures and the few things that are done to them: scaled, blurred, turned, looked at between the pixels.
//!
//! Every look outside is answered with the nearest pixel of the edge, so nothing here can fail.

use image::RgbImage;

use crate::number::{byte, real, size, whole};

/// A point in a picture, in pixels from its top left corner.
pub type Point = (f32, f32);

/// A grey picture of at least one pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// A picture of these pixels, row by row; none if they do not fill it or it has none.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let fits = width > 0 && height > 0 && width.checked_mul(height) == Some(pixels.len());
        fits.then_some(Self { width, height, pixels })
    }

    /// A picture whose pixels are computed one by one.
    pub fn from_fn(width: usize, height: usize, mut pixel: impl FnMut(usize, usize) -> u8) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            pixels.extend((0..width).map(|x| pixel(x, y)));
        }
        Self { width, height, pixels }
    }

    /// The brightness of a coloured picture.
    pub fn of(picture: &RgbImage) -> Self {
        let grey = image::DynamicImage::ImageRgb8(picture.clone()).into_luma8();
        let (width, height) = (size(grey.width()), size(grey.height()));
        Self::new(width, height, grey.into_raw()).unwrap_or(Self {
            width: 1,
            height: 1,
            pixels: vec![0],
        })
    }

    /// How many pixels wide.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many pixels high.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The rows from top to bottom.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.pixels.chunks_exact(self.width)
    }

    /// The pixel, or the nearest one if that is outside.
    pub fn at(&self, x: usize, y: usize) -> u8 {
        let index = y.min(self.height - 1) * self.width + x.min(self.width - 1);
        self.pixels.get(index).copied().unwrap_or(0)
    }

    /// The grey value between pixels, whose middles lie on whole numbers.
    pub fn sample(&self, point: Point) -> f32 {
        let x = point.0.clamp(0.0, real(self.width - 1));
        let y = point.1.clamp(0.0, real(self.height - 1));
        let (left, top) = (whole(x), whole(y));
        let (right, down) = (x - real(left), y - real(top));
        let value = |dx, dy| f32::from(self.at(left + dx, top + dy));
        let upper = value(0, 0) * (1.0 - right) + value(1, 0) * right;
        let lower = value(0, 1) * (1.0 - right) + value(1, 1) * right;
        upper * (1.0 - down) + lower * down
    }

    /// Scaled to exactly this size: by area where it shrinks, between pixels where it grows.
    #[must_use]
    pub fn scaled(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let pixels = scale::<1>(&self.pixels, (self.width, self.height), (width, height));
        Self { width, height, pixels }
    }

    /// Shrunk, never grown, until no edge is longer; and by which factor.
    pub fn within(&self, longest: usize) -> (Self, f32) {
        let factor = (real(longest) / real(self.width.max(self.height))).min(1.0);
        if factor >= 1.0 {
            return (self.clone(), 1.0);
        }
        let edge = |edge: usize| whole((real(edge) * factor).round());
        (self.scaled(edge(self.width), edge(self.height)), factor)
    }

    /// Blurred with this standard deviation.
    #[must_use]
    pub fn blurred(&self, sigma: f32) -> Self {
        let reach = whole((sigma * 3.0).ceil()).clamp(1, 30);
        let weight = |step: usize| (-0.5 * (real(step) / sigma.max(0.05)).powi(2)).exp();
        let half: Vec<f32> = (0..=reach).map(weight).collect();
        let total = half.iter().skip(1).sum::<f32>() * 2.0 + 1.0;
        let kernel: Vec<f32> = half
            .iter()
            .rev()
            .chain(half.iter().skip(1))
            .map(|w| w / total)
            .collect();
        self.filtered_down(&kernel).flipped().filtered_down(&kernel).flipped()
    }

    /// Each pixel the mean of those up to `reach` above and below: what bars bear and noise does not.
    #[must_use]
    pub fn smoothed_down(&self, reach: usize) -> Self {
        let count = reach * 2 + 1;
        self.filtered_down(&vec![1.0 / real(count); count])
    }

    /// Each pixel set off from its surroundings.
    #[must_use]
    pub fn sharpened(&self, sigma: f32, amount: f32) -> Self {
        let soft = self.blurred(sigma);
        let pairs = self.pixels.iter().zip(&soft.pixels);
        let set_off = |(pixel, soft): (&u8, &u8)| {
            let (pixel, soft) = (f32::from(*pixel), f32::from(*soft));
            byte(pixel + amount * (pixel - soft))
        };
        Self {
            width: self.width,
            height: self.height,
            pixels: pairs.map(set_off).collect(),
        }
    }

    fn filtered_down(&self, kernel: &[f32]) -> Self {
        let reach = kernel.len() / 2;
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut sums = vec![0.0_f32; self.width];
        for y in 0..self.height {
            sums.fill(0.0);
            for (step, weight) in kernel.iter().enumerate() {
                let line = (y + step).saturating_sub(reach).min(self.height - 1);
                let row = self
                    .pixels
                    .get(line * self.width..(line + 1) * self.width)
                    .unwrap_or(&[]);
                for (sum, pixel) in sums.iter_mut().zip(row) {
                    *sum += f32::from(*pixel) * weight;
                }
            }
            pixels.extend(sums.iter().map(|sum| byte(*sum)));
        }
        Self {
            width: self.width,
            height: self.height,
            pixels,
        }
    }

    /// Rows become columns.
    fn flipped(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| self.at(y, x))
    }

    /// Turned by so many quarters of a turn, clockwise.
    #[must_use]
    pub fn quarters(&self, turns: u8) -> Self {
        let (right, bottom) = (self.width - 1, self.height - 1);
        match turns % 4 {
            0 => self.clone(),
            1 => Self::from_fn(self.height, self.width, |x, y| self.at(y, bottom - x)),
            2 => Self::from_fn(self.width, self.height, |x, y| self.at(right - x, bottom - y)),
            _ => Self::from_fn(self.height, self.width, |x, y| self.at(right - y, x)),
        }
    }

    /// Turned about its middle by degrees, clockwise, with the size that it had.
    #[must_use]
    pub fn turned(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (real(self.width - 1) / 2.0, real(self.height - 1) / 2.0);
        Self::from_fn(self.width, self.height, |x, y| {
            let (dx, dy) = (real(x) - cx, real(y) - cy);
            byte(self.sample((cx + dx * cos + dy * sin, cy - dx * sin + dy * cos)))
        })
    }
}

impl std::fmt::Debug for Grey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grey({}×{})", self.width, self.height)
    }
}

/// A coloured picture scaled to exactly this size.
pub fn scaled_rgb(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let from = (size(picture.width()), size(picture.height()));
    let pixels = scale::<3>(picture.as_raw(), from, (size(width), size(height)));
    RgbImage::from_raw(width, height, pixels).unwrap_or_else(|| RgbImage::new(width, height))
}

/// Which pixels of the source make up one of the target, and with which weights.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let ratio = real(from) / real(to);
    let tap = |index: usize| {
        if ratio <= 1.0 {
            let middle = ((real(index) + 0.5) * ratio - 0.5).clamp(0.0, real(from.saturating_sub(1)));
            let part = middle - middle.floor();
            return Taps {
                first: whole(middle),
                weights: vec![1.0 - part, part],
            };
        }
        let (start, end) = (real(index) * ratio, real(index + 1) * ratio);
        let first = whole(start);
        let last = whole(end.ceil()).clamp(first + 1, from.max(first + 1));
        let cover = |cell: usize| ((end.min(real(cell + 1)) - start.max(real(cell))) / ratio).max(0.0);
        Taps {
            first,
            weights: (first..last).map(cover).collect(),
        }
    };
    (0..to).map(tap).collect()
}

fn scale<const CHANNELS: usize>(pixels: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let (across, down) = (taps(from.0, to.0), taps(from.1, to.1));
    let stride = from.0 * CHANNELS;
    let mut out = Vec::with_capacity(to.0 * to.1 * CHANNELS);
    let mut column = vec![0.0_f32; stride];
    for tap in &down {
        column.fill(0.0);
        for (step, weight) in tap.weights.iter().enumerate() {
            let line = (tap.first + step).min(from.1.saturating_sub(1));
            let row = pixels.get(line * stride..(line + 1) * stride).unwrap_or(&[]);
            for (sum, pixel) in column.iter_mut().zip(row) {
                *sum += f32::from(*pixel) * weight;
            }
        }
        for tap in &across {
            for channel in 0..CHANNELS {
                let value = |(step, weight): (usize, &f32)| {
                    let cell = (tap.first + step).min(from.0.saturating_sub(1));
                    column.get(cell * CHANNELS + channel).copied().unwrap_or(0.0) * weight
                };
                out.push(byte(tap.weights.iter().enumerate().map(value).sum()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Grey {
        Grey::new(4, 2, vec![0, 40, 80, 120, 10, 50, 90, 130]).expect("eight pixels")
    }

    #[test]
    fn shrinking_takes_the_mean_of_what_is_covered() {
        assert_eq!(steps().scaled(2, 1).pixels(), [25, 105]);
        assert_eq!(
            Grey::from_fn(90, 70, |_, _| 77).scaled(31, 23).pixels(),
            vec![77; 31 * 23]
        );
    }

    #[test]
    fn four_quarters_are_a_whole_turn_and_one_is_clockwise() {
        let one = steps().quarters(1);
        assert_eq!((one.width(), one.height()), (2, 4));
        assert_eq!(one.pixels(), [10, 0, 50, 40, 90, 80, 130, 120]);
        assert_eq!(one.quarters(3), steps());
        assert_eq!(steps().quarters(2).quarters(2), steps());
    }

    #[test]
    fn a_turn_by_ninety_degrees_is_a_quarter() {
        let square = Grey::from_fn(9, 9, |x, y| byte(real(x * 20 + y * 3)));
        assert_eq!(square.turned(90.0), square.quarters(1));
    }

    #[test]
    fn blurring_keeps_the_brightness() {
        let dot = Grey::from_fn(21, 21, |x, y| if (x, y) == (10, 10) { 250 } else { 0 });
        let soft = dot.blurred(1.0);
        let sum: u32 = soft.pixels().iter().map(|pixel| u32::from(*pixel)).sum();
        assert!((230..=270).contains(&sum), "{sum}");
        assert!(
            soft.at(10, 10) < 60 && soft.at(9, 10) == soft.at(10, 9),
            "{:?}",
            soft.at(10, 10)
        );
    }
}

//! Photographs that nobody took: a sheet on a table, seen at an angle by a hand-held camera in somebody's kitchen.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::chance::Chance;
use crate::number::{byte, edge, real, size, whole};
use crate::raster::{Grey, Point};

/// How hard the photograph is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Flat on the table, in good light.
    Easy,
    /// As most people take it.
    Usual,
    /// Tilted, soft, noisy, badly lit.
    Hard,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Usual, Self::Hard];
}

/// How a photograph is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shot {
    /// Width of the document in the picture, in pixels.
    pub width: f32,
    /// Turned by so many degrees, clockwise.
    pub turn: f32,
    /// How far each corner may be moved, as a share of the width.
    pub perspective: f32,
    /// Standard deviation of the blur, in pixels.
    pub blur: f32,
    /// Standard deviation of the noise, in grey values.
    pub noise: f32,
    /// Light at its weakest, and how much is added across the picture.
    pub light: (f32, f32),
    /// Brightest point of a mirrored lamp, in grey values; none if 0.
    pub glare: f32,
    /// Quality of the JPEG file.
    pub quality: u8,
}

impl Shot {
    /// A shot of this level, its particulars by chance.
    pub fn of(level: Level, chance: &mut Chance) -> Self {
        let (width, turn, perspective, blur, noise, quality) = match level {
            Level::Easy => ((1_500.0, 1_700.0), 1.0, 0.0, (0.0, 0.5), 3.0, (88.0, 95.0)),
            Level::Usual => ((1_300.0, 1_900.0), 4.0, 0.02, (0.4, 1.1), 6.0, (72.0, 88.0)),
            Level::Hard => ((1_000.0, 1_600.0), 9.0, 0.04, (0.9, 1.8), 11.0, (55.0, 75.0)),
        };
        let lamp = match level {
            Level::Easy => 0.0,
            Level::Usual => chance.between(-60.0, 60.0).max(0.0),
            Level::Hard => chance.between(-90.0, 90.0).max(0.0),
        };
        Self {
            width: chance.between(width.0, width.1),
            turn: chance.between(-turn, turn),
            perspective,
            blur: chance.between(blur.0, blur.1),
            noise,
            light: (chance.between(0.6, 0.95), chance.between(0.05, 0.35)),
            glare: lamp,
            quality: byte(chance.between(quality.0, quality.1)),
        }
    }

    /// Takes it: a JPEG file.
    pub fn take(&self, sheet: &RgbImage, chance: &mut Chance) -> Vec<u8> {
        let seen = self.seen(sheet, chance);
        let developed = self.developed(seen, chance);
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, self.quality);
        // Encoding into memory fails for pictures without pixels only; this one has some.
        if developed.write_with_encoder(encoder).is_err() {
            bytes.clear();
        }
        bytes
    }

    /// What lies before the lens.
    fn seen(&self, sheet: &RgbImage, chance: &mut Chance) -> RgbImage {
        let (sheet_width, sheet_height) = (real(size(sheet.width())), real(size(sheet.height())));
        let factor = self.width / sheet_width;
        let (wide, high) = (self.width, sheet_height * factor);
        let (sin, cos) = self.turn.to_radians().sin_cos();
        // Room for the sheet in whatever direction it lies.
        let width = (wide * cos.abs() + high * sin.abs()) * 1.2;
        let height = (wide * sin.abs() + high * cos.abs()) * 1.3;
        let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| {
            let mut jitter = || chance.between(-1.0, 1.0) * self.perspective * wide;
            let (x, y) = (x * wide + jitter(), y * high + jitter());
            (width / 2.0 + x * cos - y * sin, height / 2.0 + x * sin + y * cos)
        });
        let back = Projection::of(corners).inverse();
        let table = [0; 3].map(|_: u8| chance.between(40.0, 140.0));
        let planes = [0, 1, 2].map(|channel| plane(sheet, channel));
        RgbImage::from_fn(edge(whole(width)), edge(whole(height)), |x, y| {
            // Four looks into each pixel, or fine print would flicker.
            let looks = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
            let mut sums = [0.0_f32; 3];
            for (dx, dy) in looks {
                let (u, v) = back.apply((real(size(x)) + dx, real(size(y)) + dy));
                let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
                let point = (u * sheet_width - 0.5, v * sheet_height - 0.5);
                for ((sum, plane), table) in sums.iter_mut().zip(&planes).zip(table) {
                    *sum += if inside { plane.sample(point) } else { table };
                }
            }
            Rgb(sums.map(|sum| byte(sum / 4.0)))
        })
    }

    /// What the lens, the light and the sensor make of it.
    fn developed(&self, seen: RgbImage, chance: &mut Chance) -> RgbImage {
        /// Below this a blur changes nothing.
        const SHARP: f32 = 0.1;
        let (width, height) = (real(size(seen.width())), real(size(seen.height())));
        let soft = if self.blur > SHARP {
            let planes = [0, 1, 2].map(|channel| plane(&seen, channel).blurred(self.blur));
            RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
                let at = |plane: &Grey| plane.at(size(x), size(y));
                let [red, green, blue] = &planes;
                Rgb([at(red), at(green), at(blue)])
            })
        } else {
            seen
        };
        let side = if chance.below(2) == 0 { 1.0 } else { -1.0 };
        let lamp = (chance.between(0.0, width), chance.between(0.0, height));
        let mut lit = soft;
        for (x, y, Rgb(pixel)) in lit.enumerate_pixels_mut() {
            let (x, y) = (real(size(x)), real(size(y)));
            let light = self.light.0 + self.light.1 * (x / width * side + y / height * 0.5);
            let away = ((x - lamp.0) / (width * 0.15)).powi(2) + ((y - lamp.1) / (height * 0.12)).powi(2);
            let glare = if self.glare > 0.0 {
                self.glare * (-away).exp()
            } else {
                0.0
            };
            for value in pixel {
                *value =
                    byte(f32::from(*value) * light.clamp(0.35, 1.15) + glare + chance.normal() * self.noise * 0.87);
            }
        }
        lit
    }
}

fn plane(picture: &RgbImage, channel: usize) -> Grey {
    let pixels = picture.as_raw().iter().skip(channel).step_by(3).copied().collect();
    let (width, height) = (size(picture.width()), size(picture.height()));
    Grey::new(width, height, pixels).unwrap_or_else(|| Grey::from_fn(1, 1, |_, _| 0))
}

/// A view in perspective of the unit square, as nine numbers.
struct Projection([f32; 9]);

#[expect(
    clippy::many_single_char_names,
    reason = "the nine letters of a matrix, as every book has them"
)]
impl Projection {
    /// Onto these corners (Heckbert 1989, §2.2.3).
    fn of([a, b, c, d]: [Point; 4]) -> Self {
        let (sx, sy) = (a.0 - b.0 + c.0 - d.0, a.1 - b.1 + c.1 - d.1);
        let (dx1, dy1, dx2, dy2) = (b.0 - c.0, b.1 - c.1, d.0 - c.0, d.1 - c.1);
        let whole = dx1 * dy2 - dx2 * dy1;
        let (g, h) = ((sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole);
        Self([
            b.0 - a.0 + g * b.0,
            d.0 - a.0 + h * d.0,
            a.0,
            b.1 - a.1 + g * b.1,
            d.1 - a.1 + h * d.1,
            a.1,
            g,
            h,
            1.0,
        ])
    }

    fn apply(&self, (x, y): Point) -> Point {
        let Self([a, b, c, d, e, f, g, h, i]) = self;
        let depth = g * x + h * y + i;
        ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)
    }

    /// Back again; the adjoint, as a common factor changes nothing.
    fn inverse(&self) -> Self {
        let Self([a, b, c, d, e, f, g, h, i]) = self;
        Self([
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ])
    }
}

//! Paper to draw on: measured in millimetres, coloured, with a faint pattern as documents have.

use image::{Rgb, RgbImage};

use super::chance::Chance;
use crate::font::{self, Setting};
use crate::number::{byte, edge, real, size, whole};

/// A sheet that is being drawn on.
#[derive(Clone)]
pub struct Canvas {
    rgb: RgbImage,
    /// Pixels for each millimetre.
    scale: f32,
}

impl Canvas {
    /// An empty sheet of this size in millimetres, with a tint and waves that its chance decides.
    pub fn new(width: f32, height: f32, scale: f32, chance: &mut Chance) -> Self {
        const WAVES: usize = 4;
        let tint = [0; 3].map(|_: u8| chance.between(190.0, 235.0));
        let waves: Vec<[f32; 4]> = (0..WAVES)
            .map(|_| {
                let (step, turn) = (
                    chance.between(0.14, 0.84) / scale,
                    chance.between(0.0, std::f32::consts::PI),
                );
                let (sin, cos) = turn.sin_cos();
                [
                    step * cos * 3.0,
                    step * sin * 3.0,
                    chance.between(0.03, 0.14) / scale,
                    chance.between(-28.0, 6.0),
                ]
            })
            .collect();
        let rgb = RgbImage::from_fn(edge(whole(width * scale)), edge(whole(height * scale)), |x, y| {
            let (x, y) = (real(size(x)), real(size(y)));
            let bend = |wave: &&[f32; 4]| {
                let [across, down, bend, _] = **wave;
                // Where the sine of it is above 0.6, without asking for the sine of each pixel.
                let turn = (x * across + y * down + 2.0 * (y * bend).sin()) / std::f32::consts::TAU;
                (0.102..0.398).contains(&(turn - turn.floor()))
            };
            let shade: f32 = waves.iter().filter(bend).map(|[_, _, _, shade]| shade).sum();
            Rgb(tint.map(|tint| byte(tint + shade)))
        });
        Self { rgb, scale }
    }

    /// What has been drawn.
    pub fn picture(&self) -> &RgbImage {
        &self.rgb
    }

    /// A text whose line of writing begins here (millimetres), in a type size (millimetres), an ink, and how much of it.
    pub fn write(&mut self, text: &str, at: (f32, f32), height: f32, ink: Ink) {
        let setting = Setting {
            at: (at.0 * self.scale, at.1 * self.scale),
            size: height * self.scale,
            turn: ink.turn,
        };
        let rgb = &mut self.rgb;
        font::fill(text, setting, &mut |x, y, part| {
            blend(rgb, x, y, ink.colour, part * ink.cover);
        });
    }

    /// A filled box: left, top, width, height in millimetres.
    pub fn fill(&mut self, place: [f32; 4], colour: [u8; 3]) {
        self.within(place, |_, _| Some(colour));
    }

    /// A filled ellipse in a box.
    pub fn ellipse(&mut self, place: [f32; 4], colour: [u8; 3]) {
        self.within(place, |u, v| {
            ((u - 0.5).powi(2) + (v - 0.5).powi(2) <= 0.25).then_some(colour)
        });
    }

    /// Another picture, stretched over a box.
    pub fn paste(&mut self, place: [f32; 4], picture: &RgbImage) {
        let [_, _, width, height] = place.map(|length| edge(whole(length * self.scale)).max(1));
        let scaled = crate::raster::scaled_rgb(picture, width, height);
        let (width, height) = (real(size(width)), real(size(height)));
        self.within(place, |u, v| {
            let pixel = scaled.get_pixel_checked(edge(whole(u * width)), edge(whole(v * height)));
            pixel.map(|pixel| pixel.0)
        });
    }

    fn within(&mut self, place: [f32; 4], colour: impl Fn(f32, f32) -> Option<[u8; 3]>) {
        let [left, top, width, height] = place.map(|length| length * self.scale);
        for y in whole(top)..whole(top + height) {
            for x in whole(left)..whole(left + width) {
                let found = colour((real(x) - left) / width, (real(y) - top) / height);
                if let (Some(pixel), Some(colour)) = (self.rgb.get_pixel_mut_checked(edge(x), edge(y)), found) {
                    *pixel = Rgb(colour);
                }
            }
        }
    }
}

/// How a text is printed.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    /// Its colour.
    pub colour: [u8; 3],
    /// How much it covers, 1 for all.
    pub cover: f32,
    /// Degrees against the line of writing.
    pub turn: f32,
}

impl Ink {
    /// Printed straight, in full.
    pub fn plain(colour: [u8; 3]) -> Self {
        Self {
            colour,
            cover: 1.0,
            turn: 0.0,
        }
    }
}

fn blend(rgb: &mut RgbImage, x: usize, y: usize, ink: [u8; 3], part: f32) {
    if let Some(Rgb(pixel)) = rgb.get_pixel_mut_checked(edge(x), edge(y)) {
        for (value, ink) in pixel.iter_mut().zip(ink) {
            *value = byte(f32::from(*value) * (1.0 - part) + f32::from(ink) * part);
        }
    }
}

//! Who looked at a picture, and when, written all over it.
//!
//! For what leaves the store towards somebody's screen: a copy that turns up elsewhere says through whose hands it went. The lines repeat
//! slanted over the whole picture, light with a dark rim so that they show on any ground, thin enough to look past. Cutting the
//! picture leaves some of them. It is a deterrent: who has time can paint them over, and nothing here claims otherwise.

use image::{Rgb, RgbImage};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::font::{self, ADVANCE, ASCENT, Setting};
use crate::intake::{self, Picture, Refused};
use crate::number::{byte, edge, length, nearest, real, whole};
use crate::raster::{Grey, scaled_rgb};

/// What keeps the lines of a mark apart.
pub const BREAK: &str = " · ";

/// Smaller pictures are enlarged to it: on a face of 112 pixels no line could be read.
const SMALLEST: u32 = 480;
/// Type size as a part of the picture's diagonal, and its bounds in pixels.
const TYPE: (f32, f32, f32) = (1.0 / 75.0, 12.0, 30.0);
/// Degrees against the horizontal: across faces, lines of zones and bars alike.
const SLANT: f32 = 24.0;
/// Distance of lines, and empty place around a mark, in type sizes.
const LEADING: f32 = 1.25;
const GAP: (f32, f32) = (3.5, 2.5);
/// Each row of marks begins this part of a mark later, so that no straight strip of the picture is free.
const SHIFT: f32 = 0.37;
/// How much the letters and their rim cover: a reviewer has to see what is below.
const LIGHT: f32 = 0.34;
const RIM: f32 = 0.30;
/// Longer lines are no name, number or time.
const LONGEST: usize = 40;
/// More lines than anybody has to be told.
const MOST: usize = 6;

/// The picture with the mark all over it, as a JPEG file. Parts of the mark that are kept apart by [`BREAK`] stand below each other;
/// letters are written without their accents, and what has no Latin letter as `?`.
pub fn marked(picture: &RgbImage, mark: &str) -> Result<Vec<u8>, Refused> {
    let mut picture = enlarged(picture);
    let tile = Tile::of(mark, type_size(&picture));
    let (sin, cos) = SLANT.to_radians().sin_cos();
    for (x, y, Rgb(pixel)) in picture.enumerate_pixels_mut() {
        let (x, y) = (length(x), length(y));
        let (light, rim) = tile.at(x * cos - y * sin, x * sin + y * cos);
        for value in pixel {
            let dark = f32::from(*value) * (1.0 - rim);
            *value = byte(dark + (255.0 - dark) * light);
        }
    }
    intake::encoded(&picture)
}

/// The same of a picture that was stored as a file.
pub fn marked_file(file: &[u8], mark: &str) -> Result<Vec<u8>, Refused> {
    marked(Picture::open(file)?.rgb(), mark)
}

fn enlarged(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest >= SMALLEST || longest == 0 {
        return picture.clone();
    }
    let scaled = |edge| nearest(length(edge) * length(SMALLEST) / length(longest));
    scaled_rgb(picture, scaled(width), scaled(height))
}

fn type_size(picture: &RgbImage) -> f32 {
    let (part, least, most) = TYPE;
    let diagonal = length(picture.width()).hypot(length(picture.height()));
    (diagonal * part).clamp(least, most)
}

/// One mark, to be repeated: how much of each of its pixels is letter, and how much rim.
struct Tile {
    letters: Grey,
    rim: Grey,
}

impl Tile {
    fn of(mark: &str, type_size: f32) -> Self {
        let lines: Vec<String> = mark.split(BREAK).take(MOST).map(plain).collect();
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let width = whole((real(longest) * ADVANCE + GAP.0) * type_size).max(1);
        let height = whole((real(lines.len()) * LEADING + GAP.1) * type_size).max(1);
        let mut cover = RgbImage::new(edge(width), edge(height));
        for (row, line) in lines.iter().enumerate() {
            let top = (GAP.1 / 2.0 + real(row) * LEADING) * type_size;
            let setting = Setting {
                at: (GAP.0 / 2.0 * type_size, top + ASCENT * type_size),
                size: type_size,
                turn: 0.0,
            };
            font::fill(line, setting, &mut |x, y, part| {
                if let Some(pixel) = cover.get_pixel_mut_checked(edge(x), edge(y)) {
                    let value = pixel.0.first().copied().unwrap_or(0);
                    pixel.0 = [value.max(byte(part * 255.0)); 3];
                }
            });
        }
        let letters = Grey::of(&cover);
        let rim = letters.blurred(type_size / 14.0);
        // Blurring thins it; what is left of a letter's neighbourhood is rim in full.
        let rim = Grey::from_fn(rim.width(), rim.height(), |x, y| rim.at(x, y).saturating_mul(3));
        Self { letters, rim }
    }

    /// How much letter and how much rim there is at a place of the slanted plane.
    fn at(&self, along: f32, down: f32) -> (f32, f32) {
        let (width, height) = (real(self.letters.width()), real(self.letters.height()));
        let row = (down / height).floor();
        let (u, v) = ((along - row * SHIFT * width).rem_euclid(width), down.rem_euclid(height));
        let letter = f32::from(self.letters.at(whole(u), whole(v))) / 255.0;
        let rim = f32::from(self.rim.at(whole(u), whole(v))) / 255.0;
        (letter * LIGHT, (rim - letter).max(0.0) * RIM)
    }
}

/// As it can be written with the letters at hand: capitals without marks.
fn plain(line: &str) -> String {
    let mut written = String::new();
    for sign in line.trim().nfkd().filter(|sign| !is_combining_mark(*sign)) {
        match sign {
            ' '..='~' => written.push(sign.to_ascii_uppercase()),
            'ß' | 'ẞ' => written.push_str("SS"),
            'æ' | 'Æ' => written.push_str("AE"),
            'œ' | 'Œ' => written.push_str("OE"),
            'þ' | 'Þ' => written.push_str("TH"),
            'ø' | 'Ø' => written.push('O'),
            'ł' | 'Ł' => written.push('L'),
            'đ' | 'Đ' | 'ð' | 'Ð' => written.push('D'),
            'ħ' | 'Ħ' => written.push('H'),
            'ı' => written.push('I'),
            '‘' | '’' | 'ʼ' => written.push('\''),
            '‐'..='―' => written.push('-'),
            _ => written.push('?'),
        }
    }
    written.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "Zoë Łącka · R-2026-00041 · 2026-11-21 10:05 UTC";

    fn flat(grey: u8) -> RgbImage {
        RgbImage::from_pixel(1_600, 1_200, Rgb([grey; 3]))
    }

    fn opened(file: &[u8]) -> RgbImage {
        Picture::open(file).expect("a JPEG file").rgb().clone()
    }

    /// How far the darkest and the brightest pixel of a part are apart.
    fn contrast(picture: &RgbImage, (left, top): (u32, u32), side: u32) -> u8 {
        let part = image::imageops::crop_imm(picture, left, top, side, side).to_image();
        let values = || part.pixels().map(|pixel| pixel.0[1]);
        values().max().expect("pixels") - values().min().expect("pixels")
    }

    #[test]
    fn every_part_of_a_light_a_grey_and_a_dark_picture_shows_it() {
        /// Smaller than a face on a document that fills the picture.
        const PART: u32 = 200;
        for grey in [0, 40, 128, 215, 255] {
            let shown = opened(&marked(&flat(grey), MARK).expect("marked"));
            for row in 0..(1_200 / PART) {
                for column in 0..(1_600 / PART) {
                    let found = contrast(&shown, (column * PART, row * PART), PART);
                    assert!(found > 45, "{found} at {column}, {row} on {grey}");
                }
            }
        }
    }

    #[test]
    fn what_is_below_can_still_be_seen() {
        let halves = RgbImage::from_fn(1_600, 1_200, |x, _| Rgb([if x < 800 { 60 } else { 180 }; 3]));
        let shown = opened(&marked(&halves, MARK).expect("marked"));
        let unchanged = |x: u32, grey: u8| shown.get_pixel(x, 600).0[1].abs_diff(grey) < 12;
        let left = (0..780).filter(|x| unchanged(*x, 60)).count();
        let right = (820..1_600).filter(|x| unchanged(*x, 180)).count();
        assert!(left > 390 && right > 390, "{left} {right}");
    }

    #[test]
    fn two_marks_make_two_pictures_and_one_mark_the_same() {
        let picture = flat(120);
        let one = marked(&picture, MARK).expect("marked");
        assert_eq!(one, marked(&picture, MARK).expect("marked"));
        let other = marked(&picture, &MARK.replace("Łącka", "Nowak")).expect("marked");
        let (one, other) = (opened(&one), opened(&other));
        let differ = one
            .pixels()
            .zip(other.pixels())
            .filter(|(a, b)| a.0[1].abs_diff(b.0[1]) > 40);
        assert!(differ.count() > 2_000);
    }

    #[test]
    fn a_small_face_is_enlarged_until_it_can_be_marked() {
        let face = RgbImage::from_pixel(112, 84, Rgb([150, 110, 90]));
        let shown = opened(&marked(&face, MARK).expect("marked"));
        assert_eq!(shown.dimensions(), (480, 360));
        assert!(contrast(&shown, (0, 0), 240) > 45);
    }

    #[test]
    fn a_stored_file_is_marked_and_anything_else_refused() {
        let file = intake::encoded(&flat(90)).expect("encoded");
        assert_eq!(
            opened(&marked_file(&file, MARK).expect("marked")).dimensions(),
            (1_600, 1_200)
        );
        assert_eq!(marked_file(b"nothing", MARK), Err(Refused::Unknown));
    }

    #[test]
    fn names_are_written_with_the_letters_at_hand() {
        for (name, written) in [
            ("Zoë Łącka", "ZOE LACKA"),
            ("Jürgen Weiß", "JURGEN WEISS"),
            ("Mary O’Neil", "MARY O'NEIL"),
            ("Ðorđe Ærø", "DORDE AERO"),
            ("Анна 3", "???? 3"),
        ] {
            assert_eq!(plain(name), written);
        }
    }

    #[test]
    fn no_mark_at_all_and_one_without_end_are_drawn_without_harm() {
        for mark in ["", " · ", &"x · ".repeat(400), &"long".repeat(4_000)] {
            marked(&flat(80), mark).expect("marked");
        }
        marked(&RgbImage::new(1, 1), MARK).expect("marked");
    }
}

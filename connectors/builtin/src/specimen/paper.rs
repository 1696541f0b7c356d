//! Sides of documents, drawn: what is printed where.

use image::RgbImage;

use super::canvas::{Canvas, Ink};
use super::chance::Chance;
use super::zone::Format;
use crate::font::{ADVANCE, ASCENT};
use crate::number::{edge, real, size};
use crate::raster::Grey;

/// One side of a document.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    /// A page or a side with a machine-readable zone, in these lines.
    Zone {
        /// Its size.
        format: Format,
        /// What the zone says, right or wrong.
        lines: &'a [String],
        /// Who is shown, on the sides that show somebody.
        portrait: Option<&'a RgbImage>,
    },
    /// The back of a card with a barcode.
    Bars {
        /// The code, one pixel for each module across.
        code: &'a Grey,
        /// Lines of a zone below it, for cards that have both.
        lines: &'a [String],
    },
    /// The front of a card: a portrait and words.
    Front {
        /// Who is shown.
        portrait: Option<&'a RgbImage>,
        /// The words.
        words: &'a [&'a str],
    },
}

/// Distance of letters in a zone, millimetres: ten to an inch.
const PITCH: f32 = 2.54;
const DARK: [u8; 3] = [40, 40, 60];
/// Zones are legible at this many pixels a millimetre, modules of a barcode need more.
const SCALES: (f32, f32) = (14.0, 28.0);

/// Draws one side; the seed decides tint, pattern and ink.
pub fn draw(side: &Side<'_>, seed: u64) -> RgbImage {
    let mut chance = Chance::new(seed);
    let (format, scale) = match side {
        Side::Zone { format, .. } => (*format, SCALES.0),
        Side::Bars { .. } => (Format::Td1, SCALES.1),
        Side::Front { .. } => (Format::Td1, SCALES.0),
    };
    let (width, height) = match format {
        Format::Td1 => (85.6, 54.0),
        Format::Td2 => (105.0, 74.0),
        Format::Td3 => (125.0, 88.0),
    };
    let mut canvas = Canvas::new(width, height, scale, &mut chance);
    match side {
        Side::Zone {
            format,
            lines,
            portrait,
        } => {
            // A document of somebody says in words what its zone says; one of nobody says anything.
            let values = portrait.and_then(|_| printed(lines));
            words(&mut canvas, (width, height), &[], values.as_ref(), &mut chance);
            if *format != Format::Td1 {
                face(&mut canvas, [4.0, height * 0.16, width * 0.26, height * 0.5], *portrait);
            }
            zone(&mut canvas, (width, height), *format, lines, &mut chance);
        }
        Side::Bars { code, lines } => {
            bars(&mut canvas, code, lines.is_empty());
            zone(&mut canvas, (width, height), Format::Td1, lines, &mut chance);
        }
        Side::Front { portrait, words: texts } => {
            words(&mut canvas, (width, height), texts, None, &mut chance);
            face(&mut canvas, [4.0, 12.0, 26.0, 34.0], *portrait);
        }
    }
    canvas.picture().clone()
}

/// Surname, given names, nationality, birth and expiry (YYMMDD), as they stand in a zone of two lines.
fn printed(lines: &[String]) -> Option<[String; 5]> {
    let [first, second] = lines else { return None };
    let plain = |text: &str| text.replace('<', " ").trim().to_owned();
    let (family, given) = first.get(5..)?.split_once("<<")?;
    Some([
        plain(family),
        plain(given),
        plain(second.get(10..13)?),
        second.get(13..19)?.to_owned(),
        second.get(21..27)?.to_owned(),
    ])
}

fn words(
    canvas: &mut Canvas,
    (width, height): (f32, f32),
    texts: &[&str],
    values: Option<&[String; 5]>,
    chance: &mut Chance,
) {
    const LABELS: [&str; 5] = [
        "Surname",
        "Given names",
        "Nationality",
        "Date of birth",
        "Date of expiry",
    ];
    let across = Ink {
        colour: [150, 60, 60],
        cover: 0.18,
        turn: 24.0,
    };
    canvas.write("SPECIMEN", (width * 0.12, height * 0.72), width * 0.13, across);
    canvas.write("SPECIMEN", (width * 0.36, 6.0), 3.0, Ink::plain([120, 30, 30]));
    if texts.is_empty() {
        for (row, label) in (0_u8..).zip(LABELS) {
            let any = (chance.below(900_000) + 100).to_string();
            let value = values.and_then(|values| values.get(usize::from(row))).unwrap_or(&any);
            let line = format!("{label} {value}");
            canvas.write(
                &line,
                (width * 0.36, (13.0 + f32::from(row) * 7.0) * height / 88.0 + 2.6),
                2.2,
                Ink::plain(DARK),
            );
        }
    }
    for (row, text) in (0_u8..).zip(texts) {
        canvas.write(text, (width * 0.4, 14.0 + f32::from(row) * 6.0), 3.0, Ink::plain(DARK));
    }
}

fn face(canvas: &mut Canvas, place: [f32; 4], portrait: Option<&RgbImage>) {
    if let Some(portrait) = portrait {
        canvas.paste(place, portrait);
        return;
    }
    let [left, top, width, height] = place;
    canvas.fill(place, [120, 110, 105]);
    canvas.ellipse(
        [left + width * 0.2, top + height * 0.15, width * 0.6, height * 0.66],
        [190, 160, 140],
    );
}

fn zone(canvas: &mut Canvas, (width, height): (f32, f32), format: Format, lines: &[String], chance: &mut Chance) {
    let (spacing, foot) = if format == Format::Td1 { (6.0, 4.0) } else { (6.35, 8.0) };
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let left = (width - real(longest) * PITCH) / 2.0;
    let type_size = PITCH / ADVANCE;
    let shade = crate::number::byte(chance.between(5.0, 60.0));
    let ink = Ink::plain([shade, shade, shade.saturating_add(5)]);
    for (above, line) in lines.iter().rev().enumerate() {
        let top = height - foot - real(above + 1) * spacing;
        canvas.write(line, (left, top + type_size * ASCENT), type_size, ink);
    }
}

fn bars(canvas: &mut Canvas, code: &Grey, stripe: bool) {
    const WIDTH: f32 = 75.0;
    let height = (WIDTH * real(code.height()) / real(code.width())).min(if stripe { 20.0 } else { 18.0 });
    let left = (85.6 - WIDTH) / 2.0;
    canvas.fill([left - 2.0, 1.5, WIDTH + 4.0, height + 3.0], [245, 245, 245]);
    let (dark, light) = ([35, 35, 38], [245, 245, 245]);
    let picture = RgbImage::from_fn(edge(code.width()), edge(code.height()), |x, y| {
        image::Rgb(if code.at(size(x), size(y)) < 128 { dark } else { light })
    });
    canvas.paste([left, 3.0, WIDTH, height], &picture);
    if stripe {
        canvas.fill([0.0, 32.0, 85.6, 10.0], [40, 40, 40]);
        canvas.write("SPECIMEN", (20.0, 51.0), 6.0, Ink::plain([120, 30, 30]));
    }
}

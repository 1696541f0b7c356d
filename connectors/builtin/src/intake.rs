//! What a stranger sent becomes a picture, or is refused with the reason.
//!
//! JPEG, PNG and WebP, told by their content and never by what they are called. Everything is bounded before it is decoded: bytes,
//! edges, pixels, memory, scans. What is kept is the re-encoded [`Picture::jpeg`]: no byte of the file survives in it, so nothing can be
//! hidden behind or between the pixels. How well it can be read is `quality.rs`'s business.

use std::io::Cursor;

use aws_lc_rs::digest::{Context, SHA256};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, RgbImage};

use crate::exif::{self, Exif};
use crate::guard::guarded;
use crate::number::{edge, real, size, whole};
use crate::raster::{Grey, scaled_rgb};

/// Phones write up to ten megabytes.
pub const MOST_BYTES: usize = 12 * 1024 * 1024;
/// A phone's largest ordinary picture; decoded, 120 MB.
pub const MOST_PIXELS: u64 = 40_000_000;
/// No camera is longer in one direction, panoramas apart.
pub const LONGEST_EDGE: u32 = 12_000;
/// Below this nothing can be read, and arithmetic on it would be about single pixels.
pub const SHORTEST_EDGE: u32 = 64;
/// The longest edge that is worked on: bars and letters of a document that fills the picture are still three pixels wide.
pub const WORKING_EDGE: usize = 2_800;

/// What a decoder may take: the largest picture at four bytes, and as much again for its own tables.
const MOST_MEMORY: u64 = MOST_PIXELS * 8;
/// Progressive pictures have about ten scans; each costs a pass over all pixels.
const MOST_SCANS: usize = 64;
/// What reviewers see: good enough for print of a millimetre.
const QUALITY: u8 = 90;

/// Why a file is not taken. Each has its own help for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More bytes than [`MOST_BYTES`].
    #[error("the file is larger than 12 MB")]
    Heavy,
    /// Wider, higher or of more pixels than a phone's picture.
    #[error("the picture has more pixels than are taken")]
    Large,
    /// Smaller than [`SHORTEST_EDGE`].
    #[error("the picture is smaller than anything that could be read")]
    Tiny,
    /// Neither JPEG, PNG nor WebP.
    #[error("the file is no JPEG, PNG or WebP picture")]
    Unknown,
    /// A film: what is read and what a reviewer sees might be different pictures.
    #[error("the picture moves")]
    Animated,
    /// Cut off or broken.
    #[error("the file is damaged")]
    Damaged,
}

/// A picture as it is worked on: upright as its EXIF part says, at most [`WORKING_EDGE`] long.
#[derive(Clone)]
pub struct Picture {
    rgb: RgbImage,
    format: ImageFormat,
    original: (u32, u32),
    exif: Exif,
    digest: [u8; 32],
}

impl Picture {
    /// Takes a file or says why not.
    pub fn open(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > MOST_BYTES {
            return Err(Refused::Heavy);
        }
        let format = image::guess_format(bytes).map_err(|_| Refused::Unknown)?;
        guarded(|| decode(bytes, format)).unwrap_or(Err(Refused::Damaged))
    }

    /// A picture that was made here, for tests and specimens.
    pub fn of(rgb: RgbImage) -> Self {
        let original = rgb.dimensions();
        let digest = digest(&rgb);
        Self {
            rgb: shrunk(rgb),
            format: ImageFormat::Png,
            original,
            exif: Exif::default(),
            digest,
        }
    }

    /// Its pixels in colour.
    pub fn rgb(&self) -> &RgbImage {
        &self.rgb
    }

    /// Its brightness.
    pub fn grey(&self) -> Grey {
        Grey::of(&self.rgb)
    }

    /// Width and height that the file had, as its pixels lay in it.
    pub fn original(&self) -> (u32, u32) {
        self.original
    }

    /// What kind of file it was.
    pub fn format(&self) -> &'static str {
        self.format.to_mime_type()
    }

    /// What the file said of its origin.
    pub fn exif(&self) -> &Exif {
        &self.exif
    }

    /// SHA-256 of the pixels as they lay in the file, whatever was written around them.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The picture anew, as it is stored and shown.
    pub fn jpeg(&self) -> Result<Vec<u8>, Refused> {
        encoded(&self.rgb)
    }
}

/// A picture as a JPEG file.
pub(crate) fn encoded(rgb: &RgbImage) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    rgb.write_with_encoder(encoder).map_err(|_| Refused::Damaged)?;
    Ok(bytes)
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.rgb.width(), self.rgb.height())
    }
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<Picture, Refused> {
    let file = Cursor::new(bytes);
    let damaged = |_| Refused::Damaged;
    match format {
        ImageFormat::Jpeg => {
            whole_jpeg(bytes)?;
            finish(JpegDecoder::new(file).map_err(damaged)?, format)
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(file, limits()).map_err(refusal)?;
            if decoder.is_apng().map_err(damaged)? {
                return Err(Refused::Animated);
            }
            finish(decoder, format)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(file).map_err(damaged)?;
            if decoder.has_animation() {
                return Err(Refused::Animated);
            }
            finish(decoder, format)
        }
        _ => Err(Refused::Unknown),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn refusal(error: image::ImageError) -> Refused {
    match error {
        image::ImageError::Limits(_) => Refused::Large,
        _ => Refused::Damaged,
    }
}

fn finish(mut decoder: impl ImageDecoder, format: ImageFormat) -> Result<Picture, Refused> {
    let original = decoder.dimensions();
    let (width, height) = original;
    if width.max(height) > LONGEST_EDGE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refused::Large);
    }
    if width.min(height) < SHORTEST_EDGE {
        return Err(Refused::Tiny);
    }
    decoder.set_limits(limits()).map_err(refusal)?;
    // A broken EXIF part is no reason to refuse the pixels.
    let exif = decoder
        .exif_metadata()
        .ok()
        .flatten()
        .map(|bytes| exif::read(&bytes))
        .unwrap_or_default();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Transparency is dropped before anything is read or shown: both see the same pixels.
    let rgb = DynamicImage::from_decoder(decoder).map_err(refusal)?.into_rgb8();
    let digest = digest(&rgb);
    let mut upright = DynamicImage::ImageRgb8(shrunk(rgb));
    upright.apply_orientation(orientation);
    Ok(Picture {
        rgb: upright.into_rgb8(),
        format,
        original,
        exif,
        digest,
    })
}

fn shrunk(rgb: RgbImage) -> RgbImage {
    let longest = size(rgb.width().max(rgb.height()));
    if longest <= WORKING_EDGE {
        return rgb;
    }
    let factor = real(WORKING_EDGE) / real(longest);
    let scaled = |length: u32| edge(whole((real(size(length)) * factor).round()));
    scaled_rgb(&rgb, scaled(rgb.width()), scaled(rgb.height()))
}

fn digest(rgb: &RgbImage) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(&rgb.width().to_be_bytes());
    context.update(&rgb.height().to_be_bytes());
    context.update(rgb.as_raw());
    context.finish().as_ref().try_into().unwrap_or([0; 32])
}

/// Walks a JPEG from marker to marker until its end (ITU-T T.81 annex B). The decoder fills what is missing with grey, which is no
/// picture of anything; and it runs once over all pixels for each scan that a file claims to have. What follows the end is not looked
/// at: phones append films and second pictures.
fn whole_jpeg(bytes: &[u8]) -> Result<(), Refused> {
    const START_OF_SCAN: u8 = 0xDA;
    const END: u8 = 0xD9;
    let (mut at, mut scans) = (2, 0);
    loop {
        let code = match bytes.get(at..at + 2) {
            Some([0xFF, 0xFF]) => {
                at += 1; // a marker may be padded
                continue;
            }
            Some([0xFF, code]) => *code,
            _ => return Err(Refused::Damaged),
        };
        if code == END {
            return if scans > 0 { Ok(()) } else { Err(Refused::Damaged) };
        }
        let length = bytes
            .get(at + 2..at + 4)
            .and_then(|pair| pair.try_into().ok())
            .map(u16::from_be_bytes);
        at += 2 + usize::from(length.ok_or(Refused::Damaged)?);
        if code == START_OF_SCAN {
            scans += 1;
            // Within coded data 0xFF is followed by 0, or by the eight restart marks.
            let mark = |pair: &[u8]| matches!(pair, [0xFF, code] if *code != 0 && !(0xD0..=0xD7).contains(code));
            at += bytes
                .get(at..)
                .and_then(|rest| rest.windows(2).position(mark))
                .ok_or(Refused::Damaged)?;
        }
        if scans > MOST_SCANS {
            return Err(Refused::Damaged);
        }
    }
}

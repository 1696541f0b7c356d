//! Seeing the same thing twice: keyed digests that tell nothing to who has no key, and one digest that survives re-encoding.
//!
//! What is kept of a case to recognise reuse is only this. The keyed digests are HMAC-SHA-256 with a key that the gateway holds, each kind
//! under its own label; the perceptual one is 64 signs of a cosine transform and cannot be turned back into a picture, but
//! nearness can be measured on it, so it is sealed like the rest.

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::intake::Picture;
use crate::number::{byte, real};
use crate::raster::{Grey, Point};

/// Makes keyed digests.
pub struct Digester(hmac::Key);

impl Digester {
    /// With the gateway's key for this purpose and no other.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// Of a file as it was sent.
    pub fn bytes(&self, bytes: &[u8]) -> [u8; 32] {
        self.digest(b"bytes", &[bytes])
    }

    /// Of the pixels in it: the same for the same picture in another wrapping.
    pub fn pixels(&self, picture: &Picture) -> [u8; 32] {
        self.digest(b"pixels", &[picture.digest()])
    }

    /// Of a document: who issued it and its number, in letters and digits only.
    pub fn document(&self, issuer: &str, number: &str) -> [u8; 32] {
        let bare = |text: &str| {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|sign| sign.to_ascii_uppercase())
                .collect::<String>()
        };
        self.digest(b"document", &[bare(issuer).as_bytes(), bare(number).as_bytes()])
    }

    fn digest(&self, label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in std::iter::once(&label).chain(parts) {
            // Lengths keep "AB" + "C" and "A" + "BC" apart.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().unwrap_or([0; 32])
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digester(…)")
    }
}

/// The look of a picture in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Look(pub u64);

/// At most so many bits apart, two pictures are taken for one. A first value.
pub const NEAR: u32 = 6;

impl Look {
    /// Of a picture, or of what lies between four corners in it.
    pub fn of(picture: &Grey, corners: Option<&[Point; 4]>) -> Self {
        /// What the transform is over, and how much of it is kept.
        const EDGE: usize = 32;
        const KEPT: usize = 8;
        let small = match corners {
            Some(corners) => rectified(picture, corners, EDGE * 4).scaled(EDGE, EDGE),
            None => picture.scaled(EDGE, EDGE),
        };
        let wave = |frequency: usize, at: usize| {
            (std::f32::consts::PI / real(EDGE) * (real(at) + 0.5) * real(frequency)).cos()
        };
        let mut values = Vec::with_capacity(KEPT * KEPT);
        for v in 0..KEPT {
            for u in 1..=KEPT {
                let row = |(y, row): (usize, &[u8])| {
                    let sum: f32 = row
                        .iter()
                        .enumerate()
                        .map(|(x, pixel)| f32::from(*pixel) * wave(u, x))
                        .sum();
                    sum * wave(v, y)
                };
                values.push(small.rows().enumerate().map(row).sum::<f32>());
            }
        }
        let mut sorted = values.clone();
        sorted.sort_by(f32::total_cmp);
        let median = sorted.get(KEPT * KEPT / 2).copied().unwrap_or(0.0);
        Self(
            values
                .iter()
                .fold(0, |bits, value| bits << 1 | u64::from(*value > median)),
        )
    }

    /// How many bits differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Whether the two are probably of one picture.
    pub fn near(self, other: Self) -> bool {
        self.distance(other) <= NEAR
    }
}

/// What lies between four corners, as a square.
fn rectified(picture: &Grey, [a, b, c, d]: &[Point; 4], edge: usize) -> Grey {
    let mix = |from: Point, to: Point, part: f32| (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
    Grey::from_fn(edge, edge, |x, y| {
        let (along, down) = ((real(x) + 0.5) / real(edge), (real(y) + 0.5) / real(edge));
        byte(picture.sample(mix(mix(*a, *d, down), mix(*b, *c, down), along)))
    })
}

//! Seeing the same thing twice: keyed digests that tell nothing to who has no key, and one digest that survives re-encoding.
//!
//! What is kept of a case to recognise reuse is only this. The keyed digests are HMAC-SHA-256 with a key that the gateway holds, each kind
//! under its own label; the perceptual one is 256 signs of a cosine transform and cannot be turned back into a picture, but
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

/// Waves across and down whose signs are kept.
const KEPT: usize = 16;
/// Sixty-four signs in each word.
const WORDS: usize = KEPT * KEPT / 64;

/// The look of a picture in 256 bits.
///
/// With 64 of them, two people's documents of one design came within 6 bits of each other once in a few hundred pairs, which in a site of
/// thousands would point to somebody every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Look([u64; WORDS]);

/// At most so many bits apart, two looks are taken for one picture. README, "Looks": below what different documents of one design came to,
/// above what re-encoding, scaling and a little cropping do.
pub const NEAR: u32 = 24;

impl Look {
    /// Of a picture, or of what lies between four corners in it.
    pub fn of(picture: &Grey, corners: Option<&[Point; 4]>) -> Self {
        /// What the transform is over.
        const EDGE: usize = 64;
        let small = match corners {
            Some(corners) => rectified(picture, corners, EDGE * 4).scaled(EDGE, EDGE),
            None => picture.scaled(EDGE, EDGE),
        };
        let wave = |frequency: usize, at: usize| {
            (std::f32::consts::PI / real(EDGE) * (real(at) + 0.5) * real(frequency)).cos()
        };
        // Each row first, then its waves down the picture.
        let across: Vec<Vec<f32>> = small
            .rows()
            .map(|row| {
                (1..=KEPT)
                    .map(|u| {
                        row.iter()
                            .enumerate()
                            .map(|(x, pixel)| f32::from(*pixel) * wave(u, x))
                            .sum()
                    })
                    .collect()
            })
            .collect();
        let mut values = Vec::with_capacity(KEPT * KEPT);
        for v in 0..KEPT {
            for u in 0..KEPT {
                let parts = across
                    .iter()
                    .enumerate()
                    .map(|(y, row)| row.get(u).copied().unwrap_or(0.0) * wave(v, y));
                values.push(parts.sum::<f32>());
            }
        }
        let mut sorted = values.clone();
        sorted.sort_by(f32::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let mut words = [0; WORDS];
        for (word, values) in words.iter_mut().zip(values.chunks_exact(64)) {
            *word = values
                .iter()
                .fold(0, |bits, value| bits << 1 | u64::from(*value > median));
        }
        Self(words)
    }

    /// Its bits in pieces, each with its place: of two looks that are [near](Self::near) at least two pieces are the same, so whoever has
    /// many looks needs to hold a new one against few of them.
    pub fn pieces(self) -> Vec<(u8, u16)> {
        /// Bits of a piece: more pieces than bits may differ.
        const BITS: usize = 10;
        let bit = |index: usize| {
            let word = self.0.get(index / 64).copied().unwrap_or(0);
            u16::from(word >> (index % 64) & 1 == 1)
        };
        let piece = |first: usize| {
            let end = (first + BITS).min(WORDS * 64);
            (first..end).fold(0, |piece, index| piece << 1 | bit(index))
        };
        (0_u8..).zip((0..WORDS * 64).step_by(BITS).map(piece)).collect()
    }

    /// How many bits differ.
    pub fn distance(self, other: Self) -> u32 {
        let pairs = self.0.into_iter().zip(other.0);
        pairs.map(|(one, other)| (one ^ other).count_ones()).sum()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn two_looks_that_are_near_share_two_pieces_at_least(
            words in prop::array::uniform4(prop::num::u64::ANY),
            flipped in prop::collection::hash_set(0_usize..256, 0..=24),
        ) {
            let look = Look(words);
            let mut other = words;
            for bit in &flipped {
                other[bit / 64] ^= 1 << (bit % 64);
            }
            let other = Look(other);
            prop_assert_eq!(usize::try_from(look.distance(other)).expect("small"), flipped.len());
            prop_assert!(look.near(other));
            let theirs = other.pieces();
            let shared = look.pieces().into_iter().filter(|piece| theirs.contains(piece)).count();
            prop_assert!(shared >= 2, "{}", shared);
        }
    }
}

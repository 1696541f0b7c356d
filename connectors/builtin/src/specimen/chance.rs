//! Chance that repeats itself: SplitMix64 (Steele, Lea, Flood 2014). A library's generator may change with its version, and with it
//! every figure in the table of rates.

use crate::number::{real, whole};

/// A stream of numbers that its seed decides.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from the first up to, but not, the second.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let bits = u16::try_from(self.next() >> 48).unwrap_or(0);
        low + (high - low) * f32::from(bits) / 65_536.0
    }

    /// A whole number from 0 up to, but not, the count.
    pub fn below(&mut self, count: usize) -> usize {
        whole(self.between(0.0, real(count))).min(count.saturating_sub(1))
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// Roughly normal, mean 0, standard deviation 1: the sum of four even ones.
    pub fn normal(&mut self) -> f32 {
        let bits = self.next();
        let part = |shift: u32| f32::from(u16::try_from((bits >> shift) & 0xFFFF).unwrap_or(0)) / 32_768.0 - 1.0;
        (part(0) + part(16) + part(32) + part(48)) * 0.866
    }
}

//! Turns an aligned face into numbers that can be compared: SFace (`sface.onnx`), after its description in OpenCV's model zoo.

use std::fmt;

use image::RgbImage;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroize;

use super::align::SIDE;
use crate::error::Error;
use crate::model::{File, Models};

/// Numbers for each face.
pub(crate) const LENGTH: usize = 128;

/// What the comparer makes of a face, of length 1. It is biometric data: never shown, wiped when dropped, not to be searched; who
/// keeps it between two requests seals it, and wipes what it was written into.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// How alike two faces are to the model: 1 for the same picture, about 0 for strangers.
    pub fn similarity(&self, other: &Self) -> f32 {
        let sum: f32 = self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum();
        sum.clamp(-1.0, 1.0)
    }

    /// Scales to length 1; none where there is no direction.
    pub(crate) fn new(mut values: Vec<f32>) -> Option<Self> {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        let sound = values.len() == LENGTH && length.is_finite() && length > f32::EPSILON;
        for value in &mut values {
            *value /= length;
        }
        // Made first, so that what is refused is wiped as well.
        let made = Self(values);
        sound.then_some(made)
    }
}

impl<'de> Deserialize<'de> for Embedding {
    fn deserialize<D: Deserializer<'de>>(kept: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(kept)?).ok_or_else(|| serde::de::Error::custom("no face"))
    }
}

impl Drop for Embedding {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedding(…)")
    }
}

/// The numbers of an aligned face.
pub(crate) fn embed(models: &Models, aligned: &RgbImage) -> Result<Option<Embedding>, Error> {
    let side = usize::try_from(SIDE).unwrap_or(0);
    let mut values = vec![0.0; 3 * side * side];
    for (plane, channel) in values.chunks_exact_mut(side * side).zip(0..) {
        for (value, pixel) in plane.iter_mut().zip(aligned.pixels()) {
            *value = pixel.0.get::<usize>(channel).copied().map_or(0.0, f32::from);
        }
    }
    let answer = models
        .get(File::FaceComparer)?
        .run_one([1, 3, side, side], values, "fc1")?;
    Ok(Embedding::new(answer.values))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_no_direction_is_no_face() {
        assert!(Embedding::new(vec![0.0; LENGTH]).is_none());
        assert!(Embedding::new(vec![f32::NAN; LENGTH]).is_none());
        assert!(Embedding::new(vec![1.0; 7]).is_none());
    }

    #[test]
    fn it_is_never_printed() {
        let face = Embedding::new(vec![0.25; LENGTH]).expect("a direction");
        assert_eq!(format!("{face:?}"), "Embedding(…)");
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_bounded_and_one_with_itself(
            a in prop::collection::vec(-9.0_f32..9.0, LENGTH), b in prop::collection::vec(-9.0_f32..9.0, LENGTH),
        ) {
            if let (Some(a), Some(b)) = (Embedding::new(a), Embedding::new(b)) {
                prop_assert!((a.similarity(&a) - 1.0).abs() < 1e-4);
                prop_assert_eq!(a.similarity(&b).to_bits(), b.similarity(&a).to_bits());
                prop_assert!((-1.0..=1.0).contains(&a.similarity(&b)));
            }
        }
    }
}

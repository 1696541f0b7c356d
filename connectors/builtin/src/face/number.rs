//! From pixels to coordinates and back: the only place of the faces where kinds of numbers meet.

/// A count of pixels as a coordinate; exact below sixteen million.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the standard library has no other way; pictures are far below 2^24 pixels wide"
)]
pub(crate) fn real(count: u32) -> f32 {
    count as f32
}

/// A coordinate as a count of pixels, to the nearest; what is negative or no number becomes 0.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, which is what is wanted"
)]
pub(crate) fn whole(coordinate: f32) -> u32 {
    coordinate.round() as u32
}

/// A number of things as a divisor.
pub(crate) fn many(count: usize) -> f32 {
    real(u32::try_from(count).unwrap_or(u32::MAX))
}

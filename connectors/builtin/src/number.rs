//! From pixels to coordinates and back. The only file that converts between kinds of numbers by `as`, each with its reason.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "float to integer saturates and takes NaN for 0; counts of pixels are far below the 24 bits that f32 holds"
)]

/// A count as a coordinate.
pub(crate) fn real(count: usize) -> f32 {
    count as f32
}

/// A picture's edge as a coordinate.
pub(crate) fn length(edge: u32) -> f32 {
    edge as f32
}

/// A coordinate as a place in a picture, to the nearest; what is negative or no number becomes 0.
pub(crate) fn nearest(coordinate: f32) -> u32 {
    coordinate.round() as u32
}

/// The largest count that is not above the coordinate; what is negative is 0.
pub(crate) fn whole(coordinate: f32) -> usize {
    coordinate as usize
}

/// The nearest grey value.
pub(crate) fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// A picture's edge as a count.
pub(crate) fn size(edge: u32) -> usize {
    edge as usize
}

/// A count as a picture's edge; nothing here comes near the 32 bits.
pub(crate) fn edge(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The mean of many values; 0 of none.
pub(crate) fn mean(values: &[f32]) -> f32 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f32>() / real(values.len())
    }
}

/// Less exact, as all further arithmetic is.
pub(crate) fn narrow(value: f64) -> f32 {
    value as f32
}

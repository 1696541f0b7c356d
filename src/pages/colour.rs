//! Colours that can be read: the contrast of WCAG 2.2 (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>), and a
//! company's colour moved just as far as it must be to reach it.

use std::fmt;

/// A colour of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Steps on the way to black or white. One is about a percent: nobody sees the difference to the exact answer.
const STEPS: u16 = 100;

impl Colour {
    pub(super) const BLACK: Self = Self::new(0, 0, 0);
    pub(super) const WHITE: Self = Self::new(255, 255, 255);

    pub(super) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rrggbb` or `#rgb`; nothing else, so that no text of a setting reaches a style sheet.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#')?;
        let digits: Vec<u8> = hex
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        match *digits.as_slice() {
            [r, g, b] => Some(Self::new(r * 17, g * 17, b * 17)),
            [r, r2, g, g2, b, b2] => Some(Self::new(r * 16 + r2, g * 16 + g2, b * 16 + b2)),
            _ => None,
        }
    }

    /// This colour with `share` of `STEPS` of the other in it.
    pub(super) fn mixed(self, other: Self, share: u16) -> Self {
        let share = share.min(STEPS);
        let mix = |mine: u8, theirs: u8| {
            let sum = u16::from(mine) * (STEPS - share) + u16::from(theirs) * share;
            u8::try_from((sum + STEPS / 2) / STEPS).unwrap_or(u8::MAX)
        };
        Self::new(
            mix(self.red, other.red),
            mix(self.green, other.green),
            mix(self.blue, other.blue),
        )
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.040_45 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// From 1 (the same) to 21 (black on white).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (mine, theirs) = (self.luminance(), other.luminance());
        (mine.max(theirs) + 0.05) / (mine.min(theirs) + 0.05)
    }

    /// Black or white, whichever reads better on this.
    pub(super) fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// The nearest to this, on the way to `end`, that `fits`; `end` itself if none before does.
    pub(super) fn towards(self, end: Self, fits: impl Fn(Self) -> bool) -> Self {
        (0..STEPS)
            .map(|share| self.mixed(end, share))
            .find(|colour| fits(*colour))
            .unwrap_or(end)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

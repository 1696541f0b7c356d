//! A QR code as the page draws it: dark squares on paper, with the margin that readers need (ISO/IEC 18004 §6.3.8).

use std::fmt::Write as _;

/// A QR code: its squares, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Qr {
    /// How many squares a side has.
    pub side: usize,
    /// Whether each square is dark; `side` times `side` of them.
    pub dark: Vec<bool>,
}

/// What it says is a secret: nothing of it goes into a log.
impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Qr({} squares)", self.side)
    }
}

/// The light margin around it, in squares.
const MARGIN: usize = 4;

impl Qr {
    /// The picture as inline SVG. Trusted text: nothing but numbers goes into it.
    pub(super) fn svg(&self) -> String {
        let side = self.side + 2 * MARGIN;
        let mut squares = String::new();
        for (at, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (at % self.side.max(1) + MARGIN, at / self.side.max(1) + MARGIN);
            // Writing to a String cannot fail.
            let _ = write!(squares, "M{x} {y}h1v1h-1z");
        }
        format!(
            "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\" focusable=\"false\">\
             <path fill=\"black\" d=\"{squares}\"/></svg>"
        )
    }

    /// Something that looks like one and says nothing.
    pub(super) fn sample() -> Self {
        const SIDE: usize = 33;
        let finder = |x: usize, y: usize| {
            let ring = x.abs_diff(3).max(y.abs_diff(3));
            (x < 8 && y < 8).then_some(ring != 2 && ring < 4)
        };
        let dark = (0..SIDE * SIDE).map(|at| {
            let (x, y) = (at % SIDE, at / SIDE);
            finder(x, y)
                .or_else(|| finder(SIDE - 1 - x, y))
                .or_else(|| finder(x, SIDE - 1 - y))
                .unwrap_or((x * 7 + y * 13 + x * y * 5 + x * x * 3 + y * y * y) % 7 % 2 == 0)
        });
        Self {
            side: SIDE,
            dark: dark.collect(),
        }
    }
}

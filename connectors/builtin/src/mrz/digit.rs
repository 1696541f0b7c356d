//! Check digits. Part 3 §4.9: weights 7, 3, 1; letters count 10 to 35, the filler nothing; the sum modulo 10.
//!
//! They are weak: of wrong single letters one in thirteen passes.

use super::Check;
use super::layout::{Checked, Layout, Lines};

/// The digit of a text.
pub(super) fn of(text: impl Iterator<Item = char>) -> char {
    let weighted = text.zip([7, 3, 1].into_iter().cycle());
    let sum: u32 = weighted
        .map(|(sign, weight)| sign.to_digit(36).unwrap_or(0) * weight)
        .sum();
    char::from_digit(sum % 10, 10).unwrap_or('0')
}

/// Whether one check holds.
pub(super) fn holds(lines: &Lines, layout: &Layout, over: Checked) -> bool {
    if over == Checked::Composite {
        let Some((pieces, digit)) = layout.composite else {
            return true;
        };
        let text = pieces.iter().flat_map(|piece| lines.field(*piece).chars());
        return lines.field(digit).chars().eq([of(text)]);
    }
    let Some((_, field)) = layout.checked.iter().find(|(checked, _)| *checked == over) else {
        return true;
    };
    let (text, digit) = (lines.field(*field), lines.after(*field));
    if over == Checked::Number
        && let Some((rest, digit)) = lines.overflow(layout)
    {
        return of(text.chars().chain(rest.chars())) == digit;
    }
    let empty = text.chars().all(|sign| sign == '<');
    // Part 4 §4.2.2.2 position 43: a filler or 0 where there is no optional data.
    of(text.chars()) == digit || (over == Checked::Optional && empty && digit == '<')
}

/// All checks of a format.
pub(super) fn checks(lines: &Lines, layout: &Layout) -> Vec<Check> {
    let single = layout.checked.iter().map(|(over, _)| *over);
    let all = single.chain(layout.composite.map(|_| Checked::Composite));
    all.map(|over| Check {
        over,
        holds: holds(lines, layout, over),
    })
    .collect()
}

//! Letters and digits that look alike, put right where a check digit leaves no choice.

use serde::{Deserialize, Serialize};

use super::digit;
use super::layout::{Checked, Field, Layout, Lines};

/// A sign that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// Which line, from 0.
    pub line: usize,
    /// Which sign, from 0.
    pub column: usize,
    /// What it was over.
    pub over: Checked,
}

const TWINS: [(char, char); 6] = [('O', '0'), ('I', '1'), ('S', '5'), ('B', '8'), ('Z', '2'), ('G', '6')];

fn twin(sign: char, figures_only: bool) -> Option<char> {
    TWINS.iter().find_map(|(letter, figure)| match sign {
        sign if sign == *letter => Some(*figure),
        sign if sign == *figure && !figures_only => Some(*letter),
        _ => None,
    })
}

/// Mends each field whose digit fails, if exactly one twin makes it hold. With two there would be a choice, and choosing is guessing.
pub(super) fn mend(lines: &mut Lines, layout: &Layout) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for (over, field) in layout.checked {
        if digit::holds(lines, layout, *over) {
            continue;
        }
        let Field(line, start, end) = *field;
        // The digit itself may have been read as a letter; it stands behind the field.
        let columns = start..=end;
        let candidate = |column: usize| {
            let sign = lines.field(Field(line, column, column + 1)).chars().next()?;
            // Dates and check digits are figures: a letter in their place would be an invention, not a repair.
            let figures_only = column == end || matches!(over, Checked::Birth | Checked::Expiry);
            let mended = lines.with(line, column, twin(sign, figures_only)?);
            digit::holds(&mended, layout, *over).then_some((column, mended))
        };
        let mut candidates = columns.filter_map(candidate);
        if let (Some((column, mended)), None) = (candidates.next(), candidates.next()) {
            *lines = mended;
            repairs.push(Repair {
                line,
                column,
                over: *over,
            });
        }
    }
    repairs
}

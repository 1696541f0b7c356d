//! The likeliest text of exactly so many signs, out of likelihoods for each step across a line.
//!
//! The reader was trained with connectionist temporal classification (Graves et al. 2006): at each step it names a sign or "none", and
//! a sign may last several steps; two equal signs in a row have a "none" between them. The best path through all steps is found by
//! dynamic programming over how many signs were written so far.

use super::allow::Signs;

/// The reader's symbols, after "none".
pub(super) const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
/// How many values the reader gives for each step.
pub(super) const SYMBOLS: usize = 38;

/// Logarithms of likelihoods for each step: "none" first, then the alphabet.
pub(super) struct Steps(Vec<[f32; SYMBOLS]>);

impl Steps {
    /// From the reader's raw values; a rest that fills no step is dropped.
    pub(super) fn new(values: &[f32]) -> Self {
        let step = |values: &[f32]| {
            let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = values.iter().map(|value| (value - highest).exp()).sum();
            let mut step = [IMPOSSIBLE; SYMBOLS];
            for (to, value) in step.iter_mut().zip(values) {
                *to = (value - highest - sum.ln()).max(IMPOSSIBLE / 1e6);
            }
            step
        };
        Self(values.chunks_exact(SYMBOLS).map(step).collect())
    }
}

const IMPOSSIBLE: f32 = -1e30;

/// Where a best path came from.
#[derive(Clone, Copy, PartialEq)]
enum From {
    /// It cannot be.
    Nowhere,
    /// The same state one step before.
    Same,
    /// "None" after as many, or one less.
    Blank,
    /// This sign.
    Sign(u8),
}

/// Best paths on which so many signs are written.
#[derive(Clone)]
struct Row {
    blank: f32,
    /// Indexed like the steps; the first is not used.
    signs: [f32; SYMBOLS],
}

const EMPTY: Row = Row {
    blank: IMPOSSIBLE,
    signs: [IMPOSSIBLE; SYMBOLS],
};

struct Trail {
    blank: From,
    signs: [From; SYMBOLS],
}

/// The text and the mean logarithm of its likelihood over all steps; none if there are fewer steps than signs.
pub(super) fn decode(steps: &Steps, length: usize, allowed: &dyn Fn(usize) -> Signs) -> Option<(f32, String)> {
    let sets: Vec<Signs> = (0..length).map(allowed).collect();
    let mut rows = vec![EMPTY; length + 1];
    rows.first_mut()?.blank = 0.0;
    let mut trails: Vec<Vec<Trail>> = Vec::with_capacity(steps.0.len());
    for step in &steps.0 {
        let mut next = Vec::with_capacity(rows.len());
        let mut trail = Vec::with_capacity(rows.len());
        let before = std::iter::once(None).chain(rows.iter().zip(&sets).map(Some));
        for (row, before) in rows.iter().zip(before) {
            let (row, from) = advance(row, before, step);
            next.push(row);
            trail.push(from);
        }
        rows = next;
        trails.push(trail);
    }
    let last = rows.last()?;
    let (sign, score) = best(&last.signs);
    let (state, score) = if last.blank > score {
        (0, last.blank)
    } else {
        (sign, score)
    };
    if score <= IMPOSSIBLE / 2.0 {
        return None;
    }
    let text = walk(&trails, length, state)?;
    Some((score / crate::number::real(steps.0.len()), text))
}

fn best(signs: &[f32; SYMBOLS]) -> (usize, f32) {
    let numbered = signs.iter().copied().enumerate().skip(1);
    numbered.fold(
        (0, IMPOSSIBLE),
        |best, (index, value)| if value > best.1 { (index, value) } else { best },
    )
}

fn named(index: usize) -> From {
    u8::try_from(index).map_or(From::Nowhere, From::Sign)
}

/// One step further: the row itself, and the row with one sign less together with what the next sign may be.
fn advance(row: &Row, before: Option<(&Row, &Signs)>, step: &[f32; SYMBOLS]) -> (Row, Trail) {
    let [none, ..] = step;
    let (held, value) = best(&row.signs);
    let (blank, from) = if value > row.blank {
        (value, named(held))
    } else {
        (row.blank, From::Same)
    };
    let mut next = Row {
        blank: blank + none,
        signs: [IMPOSSIBLE; SYMBOLS],
    };
    let mut trail = Trail {
        blank: from,
        signs: [From::Nowhere; SYMBOLS],
    };
    let first = before.map(|(row, _)| best(&row.signs));
    let second = before.zip(first).map(|((row, _), (skip, _))| {
        let mut others = row.signs;
        others
            .iter_mut()
            .skip(skip)
            .take(1)
            .for_each(|value| *value = IMPOSSIBLE);
        best(&others)
    });
    let cells = next
        .signs
        .iter_mut()
        .zip(&mut trail.signs)
        .zip(row.signs.iter().zip(step))
        .enumerate()
        .skip(1);
    for (index, ((to, from), (same, likelihood))) in cells {
        (*to, *from) = (*same, From::Same);
        if let (Some((row, set)), Some(first), Some(second)) = (before, first, second)
            && set.contains(index - 1)
        {
            // A sign follows another one directly only if it differs.
            let (other, value) = if first.0 == index { second } else { first };
            if row.blank > *to {
                (*to, *from) = (row.blank, From::Blank);
            }
            if value > *to {
                (*to, *from) = (value, named(other));
            }
        }
        *to += likelihood;
    }
    (next, trail)
}

/// Back along the trails, writing each sign at the step where it begins.
fn walk(trails: &[Vec<Trail>], length: usize, mut state: usize) -> Option<String> {
    let (mut written, mut text) = (length, Vec::with_capacity(length));
    for trail in trails.iter().rev() {
        let trail = trail.get(written)?;
        let from = if state == 0 {
            trail.blank
        } else {
            *trail.signs.get(state)?
        };
        let begins = state != 0 && from != From::Same;
        if begins {
            text.push(ALPHABET.chars().nth(state - 1)?);
            written = written.checked_sub(1)?;
        }
        state = match from {
            From::Nowhere => return None,
            From::Same => state,
            From::Blank => 0,
            From::Sign(sign) => usize::from(sign),
        };
    }
    (written == 0).then(|| text.iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::super::allow;
    use super::*;

    /// Steps that say this text with one "none" after each sign, as surely as given.
    fn steps(text: &str, sure: f32) -> Steps {
        let mut values = Vec::new();
        for sign in text.chars() {
            for index in [ALPHABET.find(sign).expect("a sign") + 1, 0] {
                let mut step = [0.0; SYMBOLS];
                step[index] = sure;
                values.extend(step);
            }
        }
        Steps::new(&values)
    }

    #[test]
    fn sure_steps_are_spelt_out() {
        let line = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
        let (score, text) = decode(&steps(line, 20.0), 44, &|at| allow::signs(44, 0, at, false)).expect("a line");
        assert_eq!(text, line);
        assert!(score > -0.01, "{score}");
    }

    #[test]
    fn what_is_not_allowed_becomes_the_next_likely() {
        let mut values = steps("7408122F1204159UTO<<<<<<<<<<<6", 12.0).0;
        // The reader takes the first 0 for an O, with 0 close behind.
        let (o, zero) = (ALPHABET.find('O').expect("O") + 1, 1);
        values[4][o] = 0.0;
        values[4][zero] = -1.0;
        let (_, text) = decode(&Steps(values), 30, &|at| allow::signs(30, 1, at, false)).expect("a line");
        assert_eq!(text, "7408122F1204159UTO<<<<<<<<<<<6");
    }

    #[test]
    fn fewer_steps_than_signs_give_nothing() {
        assert_eq!(
            decode(&steps("ABC", 9.0), 30, &|at| allow::signs(30, 2, at, false)),
            None
        );
        assert_eq!(decode(&Steps::new(&[]), 30, &|at| allow::signs(30, 2, at, false)), None);
    }

    #[test]
    fn equal_neighbours_need_a_gap_between_them() {
        let doubled = |gap: bool| {
            let a = ALPHABET.find('A').expect("A") + 1;
            let step = |index: usize| std::array::from_fn(|at| if at == index { 0.0 } else { -9.0 });
            Steps(if gap {
                vec![step(a), step(0), step(a)]
            } else {
                vec![step(a), step(a), step(a)]
            })
        };
        let any = |_| allow::signs(44, 1, 0, false);
        let sure = decode(&doubled(true), 2, &any).expect("two signs");
        assert_eq!(sure, (0.0, "AA".to_owned()));
        let one = decode(&doubled(false), 1, &any).expect("one sign");
        assert_eq!(one, (0.0, "A".to_owned()));
        assert!(decode(&doubled(false), 2, &any).expect("two signs at a cost").0 < -2.0);
    }
}

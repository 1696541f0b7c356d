//! Which signs each position of a zone allows, as sets of the reader's symbols. ICAO Doc 9303 parts 4 to 7.

use super::lattice::ALPHABET;

/// A set of symbols: bit n is the n-th of the alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs(u64);

impl Signs {
    fn of(text: &str) -> Self {
        let bit = |sign: char| ALPHABET.find(sign).map_or(0, |index| 1_u64 << index);
        Self(text.chars().map(bit).fold(0, |set, bit| set | bit))
    }

    pub(super) fn contains(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }
}

/// What position `at` of line `line` may hold, where lines are `length` long.
pub(super) fn signs(length: usize, line: usize, at: usize, visa: bool) -> Signs {
    const DIGITS: &str = "0123456789";
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digits = || DIGITS.to_owned();
    let filled = |set: &str| format!("{set}<");
    let any = || filled(&format!("{DIGITS}{LETTERS}"));
    let sex = || "MF<X".to_owned();
    Signs::of(&match (length, line, at) {
        (_, 0, 0) => LETTERS.to_owned(),
        (44 | 36, 0, _) | (30, 0, 1..=4) | (30, 1, 15..=17) | (30, 2, _) | (44 | 36, 1, 10..=12) => filled(LETTERS),
        // A filler behind the number: it goes on in the optional field, passports apart. Month and day of a birth may be unknown.
        (30, 0, 14) | (36, 1, 9) | (30, 1, 2..=5) | (44 | 36, 1, 15..=18) => filled(DIGITS),
        (30, 1, 0..=6 | 8..=14 | 29) | (44 | 36, 1, 9 | 13..=19 | 21..=27) => digits(),
        (30, 1, 7) | (44 | 36, 1, 20) => sex(),
        (44, 1, 42) if !visa => filled(DIGITS),
        (44, 1, 43) | (36, 1, 35) if !visa => digits(),
        _ => any(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(length: usize, line: usize, at: usize, sign: char) -> bool {
        signs(length, line, at, false).contains(ALPHABET.find(sign).expect("a sign"))
    }

    #[test]
    fn dates_are_digits_and_names_are_letters() {
        assert!(allows(44, 1, 13, '7') && !allows(44, 1, 13, 'Z') && !allows(44, 1, 13, '<'));
        assert!(allows(44, 1, 16, '<'), "an unknown month");
        assert!(allows(44, 0, 20, '<') && allows(44, 0, 20, 'Q') && !allows(44, 0, 20, '0'));
        assert!(allows(30, 1, 7, 'F') && !allows(30, 1, 7, '7'));
        assert!(allows(44, 1, 3, 'A') && allows(44, 1, 3, '9'));
    }

    #[test]
    fn visas_end_in_free_text() {
        let last = |visa| signs(44, 1, 43, visa).contains(ALPHABET.find('<').expect("the filler"));
        assert!(last(true) && !last(false));
    }
}

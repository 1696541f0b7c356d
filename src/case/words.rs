//! Two words by which two people tell that they look at the same case: on the agent's screen and on the person's.
//!
//! Threats T2 and T22: who calls and says that they are the helpdesk can be asked for the words, and so can who calls the
//! helpdesk. They open nothing, so two of some six hundred are enough.

use std::fmt;

use rand::RngExt;
use serde::{Deserialize, Serialize};

/// One word a line: short, known to everybody, and no two that sound or are written nearly alike.
const LIST: &str = include_str!("words.txt");

/// The two words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(String, String);

impl Words {
    /// Two fresh ones, never the same twice.
    pub fn random() -> Self {
        let list: Vec<&str> = LIST.lines().collect();
        let mut rng = rand::rng();
        let first = rng.random_range(0..list.len());
        // Any but the first: one of the others, counted on from it.
        let second = (first + rng.random_range(1..list.len())) % list.len();
        let word = |at: usize| list.get(at).copied().unwrap_or_default().to_owned();
        Self(word(first), word(second))
    }
}

impl Words {
    /// Them, one by one.
    pub fn pair(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{LIST, Words};

    /// Whether one letter more, less or other makes one of the other.
    fn is_near(one: &str, other: &str) -> bool {
        strsim::levenshtein(one, other) < 2
    }

    #[test]
    fn the_words_are_many_short_plain_and_unlike_one_another() {
        let words: Vec<&str> = LIST.lines().collect();
        assert!(words.len() >= 512, "{}", words.len());
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
        for (at, word) in words.iter().enumerate() {
            assert!((4..=9).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|letter| letter.is_ascii_lowercase()), "{word}");
            for other in words.iter().skip(at + 1) {
                assert!(!is_near(word, other), "{word} and {other}");
            }
        }
    }

    #[test]
    fn the_two_words_differ_and_so_do_two_draws() {
        let mut seen = BTreeSet::new();
        for _ in 0..64 {
            let words = Words::random();
            assert_ne!(words.0, words.1);
            seen.insert(words.to_string());
        }
        // Sixty-four draws of some 450,000 pairs: that nearly all differ is as good as certain.
        assert!(seen.len() > 55, "{}", seen.len());
    }
}

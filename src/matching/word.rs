//! From written text to words of letters, and whether two runs of words spell the same name.
//!
//! A letter knows two things: how it looks in its own script once case and diacritics are folded away, and how it may be
//! spelled in a document. Two Latin spellings meet if one text can stand for both (`Müller` meets `MULLER` and
//! `MUELLER`, which do not meet each other). Two names in one foreign script are compared in that script only, because
//! its letters can share a Latin spelling without being the same.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Finding;
use super::script::{self, Spellings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    /// Greek or Cyrillic: there is a table that spells it in Latin.
    Spelled,
    /// Compared in itself only.
    Foreign,
}

/// One letter of a name.
#[derive(Clone, Debug)]
struct Letter {
    /// Folded, in its own script. Several characters where the plain spelling has them (`Æ`).
    own: String,
    /// Every spelling, if there are others than its own.
    spellings: Spellings,
    script: Script,
}

impl Letter {
    fn spellings(&self) -> impl Iterator<Item = &str> {
        let own = self.spellings.is_empty().then_some(self.own.as_str());
        own.into_iter().chain(self.spellings.iter().copied())
    }
}

/// One word of a name: what stands between spaces or hyphens.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    letters: Vec<Letter>,
    /// Whether a hyphen binds it to the word before it.
    pub(super) joined: bool,
}

impl Word {
    /// The word in its own script, folded.
    pub(super) fn own(&self) -> String {
        self.letters.iter().map(|letter| letter.own.as_str()).collect()
    }

    /// Whether this is one letter, and the other word begins with it.
    pub(super) fn is_initial_of(&self, other: &Self) -> bool {
        match (self.letters.as_slice(), other.letters.first()) {
            ([initial], Some(first)) => initial.spellings().any(|left| {
                first
                    .spellings()
                    .any(|right| left.chars().next() == right.chars().next())
            }),
            _ => false,
        }
    }

    fn take(&mut self, letter: char) {
        let known = (script::latin(letter).map(|spellings| (Script::Latin, spellings)))
            .or_else(|| script::cyrillic(letter).map(|spellings| (Script::Spelled, spellings)))
            .or_else(|| script::greek(letter).map(|spellings| (Script::Spelled, spellings)));
        let letter = match known {
            Some((Script::Latin, spellings)) => Letter {
                own: spellings.first().copied().unwrap_or_default().to_owned(),
                spellings,
                script: Script::Latin,
            },
            Some((script, spellings)) => Letter {
                own: script::own(letter).to_string(),
                spellings,
                script,
            },
            None => Letter {
                own: script::own(letter).to_string(),
                spellings: &[],
                script: if script::is_latin(letter) {
                    Script::Latin
                } else {
                    Script::Foreign
                },
            },
        };
        let pair = self
            .letters
            .last_mut()
            .and_then(|before| script::greek_pair(&before.own, &letter.own).map(|spellings| (before, spellings)));
        if let Some((before, spellings)) = pair {
            before.own.push_str(&letter.own);
            before.spellings = spellings;
        } else {
            self.letters.push(letter);
        }
    }
}

/// Splits a written name into words. Punctuation inside a word is dropped (`O'Brien`, `Gal·la`).
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    // The acute accent is typed for an apostrophe, and compatibility folding would make a space of it.
    for letter in text.chars().filter(|letter| *letter != '\u{00B4}').nfkc() {
        // `<` fills machine-readable zones; the dots part names in abbreviations and in Japanese.
        if letter.is_whitespace() || matches!(letter, '<' | ',' | ';' | '.' | '/' | '_' | '・') {
            words.push(Word::default());
        } else if matches!(
            letter,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{05BE}' | '\u{30A0}'
        ) {
            words.push(Word {
                joined: words.last().is_some_and(|before| !before.letters.is_empty()),
                ..Word::default()
            });
        } else if let Some(word) = words.last_mut() {
            fold(letter, word);
        }
    }
    words.retain(|word| !word.letters.is_empty());
    words
}

fn fold(letter: char, word: &mut Word) {
    // Letters in name only, typed for an apostrophe (Hawaiian, transcribed Arabic); and the Arabic stretching stroke.
    if matches!(letter, '\u{02B0}'..='\u{02FF}' | '\u{0640}') {
        return;
    }
    for upper in letter.to_uppercase() {
        if script::latin(upper).is_some() || script::cyrillic(upper).is_some() {
            word.take(upper);
            continue;
        }
        for part in std::iter::once(upper).nfkd() {
            if !script::is_diacritic(part) && (part.is_alphanumeric() || is_combining_mark(part)) {
                word.take(part);
            }
        }
    }
}

/// How many letters these words have.
pub(super) fn length(words: &[Word]) -> usize {
    words.iter().map(|word| word.letters.len()).sum()
}

/// Whether these words can be held against Latin ones.
pub(super) fn spells_in_latin(words: &[Word]) -> bool {
    letters(words).iter().all(|letter| letter.script != Script::Foreign)
}

/// Whether two runs of words are the same name, divided however they are: [`Finding::Equal`] if they look alike after
/// folding, [`Finding::Equivalent`] if they meet in a document's spelling.
pub(super) fn alike(left: &[Word], right: &[Word]) -> Option<Finding> {
    let (left, right) = (letters(left), letters(right));
    if left.is_empty() || right.is_empty() {
        None
    } else if own(&left) == own(&right) {
        Some(Finding::Equal)
    } else {
        (comparable(&left, &right) && meet(&left, &right, End::Both)).then_some(Finding::Equivalent)
    }
}

/// Whether `whole` goes on where `start` stops.
pub(super) fn begins(start: &[Word], whole: &[Word]) -> bool {
    let (start, whole) = (letters(start), letters(whole));
    own(&whole).starts_with(&own(&start)) || (comparable(&start, &whole) && meet(&start, &whole, End::Left))
}

fn letters(words: &[Word]) -> Vec<&Letter> {
    words.iter().flat_map(|word| &word.letters).collect()
}

fn own(letters: &[&Letter]) -> String {
    letters.iter().map(|letter| letter.own.as_str()).collect()
}

/// Spelling is asked only if one side is Latin throughout and the other has a table.
fn comparable(left: &[&Letter], right: &[&Letter]) -> bool {
    let all = |letters: &[&Letter], wanted: fn(Script) -> bool| letters.iter().all(|letter| wanted(letter.script));
    let latin = |script| script == Script::Latin;
    let known = |script| script != Script::Foreign;
    (all(left, latin) && all(right, known)) || (all(right, latin) && all(left, known))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Both sides must be spelled out.
    Both,
    /// The left side must be spelled out; the right may go on.
    Left,
}

/// One point of the search: how far each side is read, and what one has spelled that the other still owes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    left: usize,
    right: usize,
    owed: String,
    left_owes: bool,
}

/// Whether some spelling of `left` is some spelling of `right`. Each point is visited once and what is owed is at most
/// one letter's spelling, so the search grows with the length of the names, not with the number of spellings.
fn meet(left: &[&Letter], right: &[&Letter], end: End) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![Point {
        left: 0,
        right: 0,
        owed: String::new(),
        left_owes: true,
    }];
    while let Some(point) = open.pop() {
        let left_done = point.left == left.len() && (point.owed.is_empty() || point.left_owes);
        let right_done = point.right == right.len() && point.owed.is_empty();
        if left_done && (right_done || end == End::Left) {
            return true;
        }
        if !seen.insert(point.clone()) {
            continue;
        }
        let turn_left = point.left < left.len() && (point.owed.is_empty() || point.left_owes);
        let next = if turn_left {
            left.get(point.left)
        } else {
            right.get(point.right)
        };
        // The left side owes and has nothing more to say: the right side cannot pay for it.
        if !turn_left && !point.owed.is_empty() && point.left_owes {
            continue;
        }
        open.extend(next.into_iter().flat_map(|letter| follow(&point, letter, turn_left)));
    }
    false
}

/// The points reached by reading one more letter on the side whose turn it is.
fn follow(point: &Point, letter: &Letter, turn_left: bool) -> Vec<Point> {
    let step = |owed: &str, left_owes| Point {
        left: point.left + usize::from(turn_left),
        right: point.right + usize::from(!turn_left),
        owed: owed.to_owned(),
        left_owes,
    };
    (letter.spellings())
        .filter_map(|spelling| match point.owed.strip_prefix(spelling) {
            Some(rest) => Some(step(rest, turn_left)),
            None => spelling
                .strip_prefix(point.owed.as_str())
                .map(|ahead| step(ahead, !turn_left)),
        })
        .collect()
}

//! Which passwords the tenant takes.
//!
//! After "Password policies and account restrictions" and "Eliminate bad passwords"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-password-ban-bad>, August 2026). The vendor's
//! list of bad words is hidden; the few here stand for it.

use super::Desk;
use super::state::Resident;

const SHORTEST: usize = 8;
const LONGEST: usize = 256;
const SYMBOLS: &str = "@#$%^&*-_!+=[]{}|\\:',.?/`~\"();<> ";
/// Of lower case, upper case, digits and symbols.
const CLASSES: usize = 3;
/// Points a password must reach.
const ENOUGH: usize = 5;
/// Names shorter than this are not looked for.
const SHORTEST_NAME: usize = 4;
const BANNED: [&str; 12] = [
    "password", "welcome", "qwerty", "letmein", "admin", "login", "spring", "summer", "autumn", "winter", "abc123",
    "changeme",
];

impl Desk<'_> {
    /// Whether the rules for cloud passwords let this one pass.
    pub(super) fn is_acceptable(&self, password: &str, person: &Resident) -> bool {
        let length = password.chars().count();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || SYMBOLS.contains(letter);
        if !(SHORTEST..=LONGEST).contains(&length) || !password.chars().all(allowed) {
            return false;
        }
        let classes: [fn(char) -> bool; 4] = [
            |letter| letter.is_ascii_lowercase(),
            |letter| letter.is_ascii_uppercase(),
            |letter| letter.is_ascii_digit(),
            |letter| !letter.is_ascii_alphanumeric(),
        ];
        if classes.iter().filter(|class| password.chars().any(class)).count() < CLASSES {
            return false;
        }
        let names = [
            person.given.as_deref(),
            person.family.as_deref(),
            Some(self.world.tenant_name.as_str()),
        ];
        let names = names.into_iter().flatten().map(normalised);
        let banned: Vec<String> = names
            .filter(|name| name.chars().count() >= SHORTEST_NAME)
            .chain(BANNED.map(normalised))
            .collect();
        score(&normalised(password), &banned) >= ENOUGH
    }
}

fn normalised(text: &str) -> String {
    let fold = |letter: char| match letter {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    };
    text.to_lowercase().chars().map(fold).collect()
}

/// One point for each banned word in it, one for each further character.
fn score(text: &str, banned: &[String]) -> usize {
    if banned.iter().any(|word| is_within_one(text, word)) {
        return 1;
    }
    let mut points = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let longest = banned
            .iter()
            .filter(|word| rest.starts_with(word.as_str()))
            .map(String::len)
            .max();
        let step = longest.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
        rest = rest.get(step..).unwrap_or_default();
        points += 1;
    }
    points
}

/// Whether one insertion, deletion or replacement at most lies between the two.
fn is_within_one(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same = |pair: &(&char, &char)| pair.0 == pair.1;
    let head = one.iter().zip(&other).take_while(same).count();
    let shorter = one.len().min(other.len());
    let tail = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(same)
        .count()
        .min(shorter - head);
    one.len().max(other.len()) - head - tail <= 1
}

//! Everything that is wrong with a settings file, told at once.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands: a table and a key (`source "portal" · kind`), or a variable of the environment.
    pub place: String,
    /// Line and column in the file, from 1; none for what stands in the environment.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Everything that is wrong, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it; at least one.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        let problems = if count == 1 { "problem" } else { "problems" };
        writeln!(f, "{}: {count} {problems}", still(&self.file.display().to_string()))?;
        for fault in &self.faults {
            writeln!(f)?;
            match fault.position {
                Some((line, column)) => writeln!(f, "  {} (line {line}, column {column})", still(&fault.place))?,
                None => writeln!(f, "  {}", still(&fault.place))?,
            }
            writeln!(f, "    {}", still(&fault.what))?;
            if !fault.remedy.is_empty() {
                writeln!(f, "    {}", still(&fault.remedy))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The text without what moves a terminal's cursor or turns the direction of writing: keys and values come from outside.
fn still(text: &str) -> String {
    let moves = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|letter| {
            if moves(letter) {
                char::REPLACEMENT_CHARACTER
            } else {
                letter
            }
        })
        .collect()
}

/// What parts a fault's text from its remedy while it travels through the deserialiser.
const PART: &str = "\u{1f}";

/// A deserialiser's error made of what is wrong and what to do.
pub(super) fn wrong<E: serde::de::Error>(what: impl fmt::Display, remedy: impl fmt::Display) -> E {
    E::custom(format_args!("{what}{PART}{remedy}"))
}

/// What is wrong and what to do, from a deserialiser's text.
pub(super) fn parted(message: &str) -> (String, String) {
    if let Some((what, remedy)) = message.split_once(PART) {
        return (what.to_owned(), remedy.to_owned());
    }
    if let Some((unknown, right)) = unknown_of(message) {
        let remedy = match nearest(&unknown, &right) {
            Some(guess) => format!("did you mean `{guess}`? there are: {}", right.join(", ")),
            None => format!("there are: {}", right.join(", ")),
        };
        let kind = if message.starts_with("unknown variant") {
            "value"
        } else {
            "key"
        };
        return (format!("there is no {kind} `{unknown}`"), remedy);
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return (
            format!("{name} is missing"),
            "add it; config/doorward.toml explains every key".to_owned(),
        );
    }
    if let Some((found, wanted)) = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.split_once(", expected "))
    {
        // The value itself is not repeated: it may be a secret in the wrong place.
        let found = found.split([' ', '`', '"']).next().unwrap_or("something else");
        return (
            format!("{} stands where {} belongs", plain(found), plain(wanted)),
            String::new(),
        );
    }
    if let Some((_, wanted)) = message
        .strip_prefix("invalid value: ")
        .and_then(|rest| rest.split_once(", expected "))
    {
        return (
            format!("the value does not fit: {} belongs here", plain(wanted)),
            String::new(),
        );
    }
    (message.to_owned(), String::new())
}

/// A type as a person calls it.
fn plain(word: &str) -> &str {
    match word {
        "string" | "a string" | "str" => "text",
        "integer" | "u32" | "u64" | "i64" => "a whole number",
        "boolean" | "a boolean" => "true or false",
        "map" => "a table",
        "sequence" | "a sequence" => "a list",
        "floating" => "a fraction",
        other => other,
    }
}

/// ``unknown field `x`, expected one of `a`, `b` ``: the stranger and the right ones.
fn unknown_of(message: &str) -> Option<(String, Vec<String>)> {
    message
        .strip_prefix("unknown field ")
        .or_else(|| message.strip_prefix("unknown variant "))?;
    let mut quoted = message.split('`').skip(1).step_by(2).map(ToOwned::to_owned);
    let unknown = quoted.next()?;
    Some((unknown, quoted.collect()))
}

/// The right name that is meant, if one is near enough.
pub(super) fn nearest<'a>(unknown: &str, right: &'a [String]) -> Option<&'a str> {
    right
        .iter()
        .map(|name| (strsim::osa_distance(unknown, name), name))
        .min()
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .map(|(_, name)| name.as_str())
}

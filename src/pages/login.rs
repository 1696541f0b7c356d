//! Whose account it is: one field. What is wrong with it is said of its shape only, never whether an account exists.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};

/// Whose account it is.
#[derive(Clone, Debug)]
pub struct Login {
    /// The purpose's name in the settings, sent along in [`path::PURPOSE`].
    pub purpose: String,
    /// Where the form goes, by `POST` with [`path::LOGIN`] and [`path::PURPOSE`].
    pub action: String,
    /// Where to go back to at the end, sent along in [`path::RETURN_TO`].
    pub return_to: Option<String>,
    /// What was wrong with the last try.
    pub error: Option<LoginError>,
    /// What was typed.
    pub value: String,
}

/// What is wrong with the shape of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginError {
    /// Nothing was typed.
    Empty,
    /// Longer than [`Login::MAX_LENGTH`].
    TooLong,
    /// Has characters that no address and no user name has.
    Malformed,
}

impl LoginError {
    /// What is wrong with what was typed, if anything, and what of it is shown again.
    pub fn of(typed: &str) -> Option<(Self, String)> {
        let error = match typed {
            "" => Self::Empty,
            long if long.len() > Login::MAX_LENGTH => Self::TooLong,
            odd if odd.chars().any(char::is_control) => Self::Malformed,
            _ => return None,
        };
        let plain = typed.chars().filter(|letter| !letter.is_control());
        Some((error, plain.take(Login::MAX_LENGTH).collect()))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    label: String,
    hint: String,
    empty: String,
    too_long: String,
    malformed: String,
    button: String,
    back: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Login,
    error: Option<&'a str>,
}

impl Screen for Login {
    fn state(&self) -> &'static str {
        "login"
    }

    fn about(&self) -> About<'_> {
        About {
            step: Some(1),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.login;
        View {
            shell,
            words,
            page: self,
            error: self.error.map(|error| match error {
                LoginError::Empty => words.empty.as_str(),
                LoginError::TooLong => &words.too_long,
                LoginError::Malformed => &words.malformed,
            }),
        }
        .render()
    }
}

impl Login {
    /// The longest address or name that is taken: RFC 5321 §4.5.3.1 allows an address no more.
    pub const MAX_LENGTH: usize = 254;

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            purpose: "recovery".to_owned(),
            action: "/start".to_owned(),
            return_to: None,
            error: None,
            value: String::new(),
        };
        let wrong = |error, value: &str| Self {
            error: Some(error),
            value: value.to_owned(),
            ..empty.clone()
        };
        vec![
            ("login-empty", wrong(LoginError::Empty, "")),
            (
                "login-too-long",
                wrong(LoginError::TooLong, "maria.lindqvist@example.com"),
            ),
            ("login-malformed", wrong(LoginError::Malformed, "maria lindqvist")),
            (
                "login-from-elsewhere",
                Self {
                    return_to: Some("https://apps.example.com/".to_owned()),
                    ..empty.clone()
                },
            ),
            ("login", empty),
        ]
    }
}

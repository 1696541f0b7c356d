//! Where a short code is typed in that somebody read out. What is wrong with it is never said: a code that never was, one that
//! is over and one that was used look alike.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};

/// Where a short code is typed in.
#[derive(Clone, Copy, Debug)]
pub struct EnterCode {
    /// Whether the last try led nowhere.
    pub wrong: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    label: String,
    hint: String,
    wrong: String,
    button: String,
}

#[derive(Template)]
#[template(path = "code.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: EnterCode,
}

impl Screen for EnterCode {
    fn state(&self) -> &'static str {
        "code"
    }

    fn about(&self) -> About<'_> {
        About {
            step: Some(1),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        View {
            shell,
            words: &shell.text.code,
            page: *self,
        }
        .render()
    }
}

impl EnterCode {
    /// The longest text that is looked at: a code with blanks wherever somebody may put them.
    pub const MAX_LENGTH: usize = 32;

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        vec![("code", Self { wrong: false }), ("code-wrong", Self { wrong: true })]
    }
}

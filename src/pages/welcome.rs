//! The company's recovery page: who asks, why, what is looked at, how long it takes and what stays.

use std::time::Duration;

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};
use super::text::{Kept, LookedAt, Sentence};

/// One purpose a person may come for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the settings, sent back in [`path::PURPOSE`].
    pub name: String,
    /// What the person reads.
    pub title: String,
}

/// The company's recovery page.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// What a person may come for: one button each.
    pub choices: Vec<Choice>,
    /// Where the choice goes, by `GET` with [`path::PURPOSE`].
    pub form_action: String,
    /// Where to go back to at the end, sent along in [`path::RETURN_TO`].
    pub return_to: Option<String>,
    /// What will be looked at, over all choices.
    pub looked_at: Vec<LookedAt>,
    /// The longest that anything is kept, over all choices.
    pub kept: Kept,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: Sentence,
    why: String,
    why_text: Sentence,
    ready: String,
    ready_text: String,
    looked_at: String,
    kept: String,
    button: String,
    choose: String,
    before: String,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Welcome,
    looked_at: Vec<&'a str>,
    kept: [String; 3],
}

impl Screen for Welcome {
    fn state(&self) -> &'static str {
        "welcome"
    }

    fn about(&self) -> About<'_> {
        About::default()
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        View {
            shell,
            words: &shell.text.welcome,
            page: self,
            looked_at: shell.text.looked_at.list(&self.looked_at),
            kept: shell.text.kept.list(self.kept, &shell.text.time),
        }
        .render()
    }
}

const DAY: Duration = Duration::from_hours(24);

impl Welcome {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let choice = |name: &str, title: &str| Choice {
            name: name.to_owned(),
            title: title.to_owned(),
        };
        let one = Self {
            choices: vec![choice("recovery", "Get back into your account")],
            form_action: "/start".to_owned(),
            return_to: None,
            looked_at: LookedAt::ALL.to_vec(),
            kept: Kept {
                proof: Duration::ZERO,
                personal: 30 * DAY,
            },
        };
        let two = Self {
            choices: vec![
                choice("recovery", "Get back into your account"),
                choice("new-phone", "Set up a new phone"),
            ],
            return_to: Some("https://apps.example.com/".to_owned()),
            kept: Kept {
                proof: Duration::from_mins(30),
                personal: Duration::ZERO,
            },
            ..one.clone()
        };
        vec![("welcome", one), ("welcome-choices", two)]
    }
}

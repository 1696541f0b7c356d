//! On to the verifier. The person may prove themselves in another tab or on another phone; this page notices and follows.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};

/// On to the verifier.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What the person quotes on the phone.
    pub number: String,
    /// Proves that the form is ours.
    pub form_token: String,
    /// Whether the check was not begun yet.
    pub fresh: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    title_again: String,
    lead: String,
    lead_again: String,
    ready: Vec<String>,
    scripts: String,
    button: String,
    button_again: String,
    follows: String,
}

#[derive(Template)]
#[template(path = "visit.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Visit,
    title: &'a str,
    lead: &'a str,
    button: &'a str,
}

/// Seconds between two looks of a browser without scripts: long enough to read the page and press the button.
const REFRESH: u64 = 30;

impl Screen for Visit {
    fn state(&self) -> &'static str {
        "visit"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: None,
            step: Some(3),
            refresh: Some(REFRESH),
            script: Some(Script::Follow),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.visit;
        let (title, lead, button) = if self.fresh {
            (&words.title, &words.lead, &words.button)
        } else {
            (&words.title_again, &words.lead_again, &words.button_again)
        };
        View {
            shell,
            words,
            page: self,
            title,
            lead,
            button,
        }
        .render()
    }
}

impl Visit {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let visit = |fresh| Self {
            number: "K7QF-3M2P".to_owned(),
            form_token: "sample".to_owned(),
            fresh,
        };
        vec![("visit", visit(true)), ("visit-again", visit(false))]
    }
}

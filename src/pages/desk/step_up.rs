//! Before what changes what people get: whoever is signed in shows once more that it is they.

use askama::Template;

use super::frame::Surface;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// Asked anew who is there.
#[derive(Clone, Debug)]
pub struct StepUp {
    /// Where to go on afterwards: a path of the console.
    pub to: String,
    /// What the provider is called that is asked.
    pub provider: String,
    /// Whether it was tried and came to nothing.
    pub failed: bool,
}

words! {
    /// What the screen says.
    Words { title, lead, failed, back; button }
}

#[derive(Template)]
#[template(path = "desk/step_up.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a StepUp,
}

impl Drawn for StepUp {
    fn state(&self) -> &'static str {
        "desk-step-up"
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.step_up;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl StepUp {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let asked = Self {
            to: "/desk/approvals/0198c0de-0000-7000-8000-000000000001".to_owned(),
            provider: "Okta".to_owned(),
            failed: false,
        };
        let again = Self {
            failed: true,
            ..asked.clone()
        };
        vec![("desk-step-up", asked), ("desk-step-up-failed", again)]
    }
}

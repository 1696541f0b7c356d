//! The shield: one switch for days on which somebody is trying. What it does is said before it is raised.

use askama::Template;
use http::StatusCode;

use super::frame::Surface;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// The switch. Whether the shield is up says the frame.
#[derive(Clone, Debug)]
pub struct Shield {
    /// How many cases are under way, which it concerns at once.
    pub open: u32,
    /// Whether the reason was missing.
    pub reason_missing: bool,
}

words! {
    /// What the screen says.
    Words {
        title_up, title_down, lead_up, lead_down, effect, self_service, attended, approvers, running, ended, stays_open, reason,
        reason_hint, reason_missing, raise, lower, lower_effect;
        open
    }
}

#[derive(Template)]
#[template(path = "desk/shield.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Shield,
    up: bool,
}

impl View<'_> {
    fn title(&self) -> &str {
        if self.up {
            &self.words.title_up
        } else {
            &self.words.title_down
        }
    }
}

impl Drawn for Shield {
    fn state(&self) -> &'static str {
        "desk-shield"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Shield)
    }

    fn status(&self) -> StatusCode {
        if self.reason_missing {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.shield;
        View {
            desk,
            words,
            page: self,
            up: desk.frame.shield.is_some(),
        }
        .render()
    }
}

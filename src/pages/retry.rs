//! The proof did not work and another attempt is left. The tips are neutral: what exactly failed is not told.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};
use super::text::Sentence;

/// The proof did not work; another attempt is left.
#[derive(Clone, Debug)]
pub struct Retry {
    /// What the person quotes on the phone.
    pub number: String,
    /// Proves that the form is ours.
    pub form_token: String,
    /// How many attempts are left, the next one included.
    pub attempts_left: u32,
    /// Why another one is needed.
    pub cause: RetryCause,
    /// Which check that can be.
    pub again: Again,
}

/// Which check comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The one there is.
    Same,
    /// The full one, where a short one would be had.
    Full,
    /// The short one, or the full one if there is time for it.
    Short {
        /// Whether there is.
        full: bool,
    },
}

/// Why another attempt is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryCause {
    /// The verifier could not confirm it.
    Declined,
    /// It took too long, or the tab was closed.
    Expired,
    /// The face was recognised, but that is not enough.
    FullNeeded,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title_declined: String,
    lead_declined: String,
    title_expired: String,
    lead_expired: String,
    left_one: String,
    left: Sentence,
    tips_title: String,
    tips: Vec<String>,
    tips_face: Vec<String>,
    button: String,
    full: String,
    title_full: String,
    lead_full: String,
    button_full: String,
}

#[derive(Template)]
#[template(path = "retry.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Retry,
    title: &'a str,
    lead: &'a str,
    tips: &'a [String],
    button: &'a str,
    left: String,
}

impl Screen for Retry {
    fn state(&self) -> &'static str {
        "retry"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            step: Some(3),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.retry;
        let (title, lead) = match self.cause {
            RetryCause::Declined => (&words.title_declined, &words.lead_declined),
            RetryCause::Expired => (&words.title_expired, &words.lead_expired),
            RetryCause::FullNeeded => (&words.title_full, &words.lead_full),
        };
        let tips = match self.again {
            Again::Short { .. } => &words.tips_face,
            Again::Same | Again::Full => &words.tips,
        };
        let button = match self.cause {
            RetryCause::FullNeeded => &words.button_full,
            RetryCause::Declined | RetryCause::Expired => &words.button,
        };
        let left = if self.attempts_left == 1 {
            words.left_one.clone()
        } else {
            words.left.fill(&[("n", &self.attempts_left.to_string())])
        };
        View {
            shell,
            words,
            page: self,
            title,
            lead,
            tips,
            button,
            left,
        }
        .render()
    }
}

impl Retry {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let retry = |attempts_left, cause| Self {
            number: "K7QF-3M2P".to_owned(),
            form_token: "sample".to_owned(),
            attempts_left,
            cause,
            again: Again::Same,
        };
        vec![
            ("retry-declined", retry(2, RetryCause::Declined)),
            ("retry-expired", retry(1, RetryCause::Expired)),
            (
                "retry-short",
                Self {
                    again: Again::Short { full: true },
                    ..retry(2, RetryCause::Declined)
                },
            ),
            (
                "retry-full",
                Self {
                    again: Again::Full,
                    ..retry(2, RetryCause::FullNeeded)
                },
            ),
        ]
    }
}

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
}

/// Why another attempt is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryCause {
    /// The verifier could not confirm it.
    Declined,
    /// It took too long, or the tab was closed.
    Expired,
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
    button: String,
}

#[derive(Template)]
#[template(path = "retry.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Retry,
    title: &'a str,
    lead: &'a str,
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
        };
        vec![
            ("retry-declined", retry(2, RetryCause::Declined)),
            ("retry-expired", retry(1, RetryCause::Expired)),
        ]
    }
}

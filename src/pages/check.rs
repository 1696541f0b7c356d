//! A further check: a message to approve on the phone, or a page of the vendor's to go to. The person says when.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};
use super::text::Sentence;

/// A further check of the person.
#[derive(Clone, Debug)]
pub struct FurtherCheck {
    /// What the person quotes on the phone.
    pub number: String,
    /// Proves that the form is ours.
    pub form_token: String,
    /// What is asked, and how far it is.
    pub asks: Asks,
    /// What to type on the phone, for this browser only.
    pub code: Option<String>,
}

/// What is asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Whether the phone is at hand.
    Push,
    /// To approve the message that was sent.
    PushSent,
    /// Whether to send another: the last one came to nothing.
    PushAgain,
    /// To go to the vendor's page.
    Prompt,
    /// To go there again.
    PromptAgain,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    number: String,
    not_you: String,
    not_you_text: Sentence,
    look: String,
    push: Saying,
    push_sent: Saying,
    push_again: Saying,
    prompt: Saying,
    prompt_again: Saying,
}

/// What one of them says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    title: String,
    lead: String,
    button: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "check.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    saying: &'a Saying,
    page: &'a FurtherCheck,
}

/// Seconds between two looks of a browser without scripts: often while the phone is in hand, otherwise long enough to read the
/// page and press the button.
const SOON: u64 = 5;
const LATER: u64 = 30;

impl Screen for FurtherCheck {
    fn state(&self) -> &'static str {
        match self.asks {
            Asks::Push => "push",
            Asks::PushSent => "push-sent",
            Asks::PushAgain => "push-again",
            Asks::Prompt => "prompt",
            Asks::PromptAgain => "prompt-again",
        }
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: None,
            step: Some(3),
            refresh: Some(if self.asks == Asks::PushSent { SOON } else { LATER }),
            script: Some(Script::Follow),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.check;
        let saying = match self.asks {
            Asks::Push => &words.push,
            Asks::PushSent => &words.push_sent,
            Asks::PushAgain => &words.push_again,
            Asks::Prompt => &words.prompt,
            Asks::PromptAgain => &words.prompt_again,
        };
        View {
            shell,
            words,
            saying,
            page: self,
        }
        .render()
    }
}

impl FurtherCheck {
    fn icon(&self) -> Icon {
        if self.is_message() { Icon::Mobile } else { Icon::Shield }
    }

    /// Whether it is about a message to the phone, which can also come to somebody who asked for none.
    fn is_message(&self) -> bool {
        matches!(self.asks, Asks::Push | Asks::PushSent | Asks::PushAgain)
    }

    /// The number belongs to the message under way, and to no other.
    fn number_shown(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| self.asks == Asks::PushSent)
    }

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let asking = |asks, code: Option<&str>| Self {
            number: "K7QF-3M2P".to_owned(),
            form_token: "sample".to_owned(),
            asks,
            code: code.map(str::to_owned),
        };
        vec![
            ("check-push", asking(Asks::Push, None)),
            ("check-push-sent", asking(Asks::PushSent, None)),
            ("check-push-number", asking(Asks::PushSent, Some("482915"))),
            ("check-push-again", asking(Asks::PushAgain, None)),
            ("check-prompt", asking(Asks::Prompt, None)),
            ("check-prompt-again", asking(Asks::PromptAgain, None)),
        ]
    }
}

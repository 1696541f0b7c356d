//! The phone that helps out: where the code leads, and the words that the other screen has to confirm.

use askama::Template;
use serde::Deserialize;

use super::Setting;
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::shell::{About, Screen, Shell};
use crate::pages::text::Sentence;

/// Where the code leads. A look uses nothing up: programs that preview links look as well.
#[derive(Clone, Debug)]
pub struct PhoneDoor {
    /// The code, as it stands in the address.
    pub code: String,
}

/// The words on the phone.
#[derive(Clone, Debug)]
pub struct PhoneWords {
    /// Around it.
    pub setting: Setting,
    /// The two words.
    pub words: [String; 2],
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoorWords {
    title: String,
    lead: Sentence,
    ticks: Vec<String>,
    button: String,
    unexpected: Sentence,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    stay: String,
    look: String,
}

#[derive(Template)]
#[template(path = "capture/door.html")]
struct DoorView<'a> {
    shell: &'a Shell<'a>,
    words: &'a DoorWords,
    action: String,
}

#[derive(Template)]
#[template(path = "capture/words.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a PhoneWords,
}

/// Seconds between two looks of a browser without scripts: somebody presses a button beside it.
const REFRESH: u64 = 4;

impl Screen for PhoneDoor {
    fn state(&self) -> &'static str {
        "phone-door"
    }

    fn about(&self) -> About<'_> {
        About {
            at_capture: true,
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        DoorView {
            shell,
            words: &shell.text.capture.door,
            action: format!("{}{}", path::PHONE, self.code),
        }
        .render()
    }
}

impl Screen for PhoneWords {
    fn state(&self) -> &'static str {
        "phone-words"
    }

    fn about(&self) -> About<'_> {
        self.setting.following(REFRESH)
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        View {
            shell,
            words: &shell.text.capture.phone,
            page: self,
        }
        .render()
    }
}

impl PhoneDoor {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let door = Self {
            code: "7KQM2-RTBX9".to_owned(),
        };
        vec![("phone-door", door)]
    }
}

impl PhoneWords {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let words = Self {
            setting: Setting::sample(false),
            words: ["lantern".to_owned(), "otter".to_owned()],
        };
        vec![("phone-words", words)]
    }
}

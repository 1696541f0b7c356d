//! The face: what will be asked is said before it is asked; words, an arrow and a row of steps lead through it. The preview is
//! mirrored, as people know themselves; what is sent is not. Nothing flashes and nothing sounds.

use askama::Template;
use serde::Deserialize;

use super::drawing::Outline;
use super::side::Camera;
use super::{Hint, Setting, Ways};
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::shell::{About, Screen, Script, Shell};
use crate::pages::text::Sentence;

/// The face.
#[derive(Clone, Debug)]
pub struct TakeSelfie {
    /// Around it.
    pub setting: Setting,
    /// Whether the document had a back to be photographed.
    pub back: bool,
    /// Why the last try did not count, if there was one.
    pub hint: Option<Hint>,
    /// How many more are taken.
    pub left: u32,
    /// What was asked is done, and one picture is wanted: what it must carry.
    pub still: Option<String>,
    /// What else the person may do.
    pub ways: Ways,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    ticks: [String; 3],
    asked: String,
    aim: String,
    begin: String,
    begin_again: String,
    shutter: String,
    straight: String,
    left: String,
    right: String,
    closer: String,
    back: String,
    still: String,
    reached: String,
    cannot: String,
    cannot_text: Sentence,
}

#[derive(Template)]
#[template(path = "capture/selfie.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    camera: Camera<'a>,
    page: &'a TakeSelfie,
    cannot: String,
    upload_to: String,
    phone: &'a str,
}

impl Screen for TakeSelfie {
    fn state(&self) -> &'static str {
        "capture-selfie"
    }

    fn about(&self) -> About<'_> {
        About {
            script: Some(Script::Capture),
            ..self.setting.about()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.selfie;
        let of = 2 + usize::from(self.back);
        View {
            shell,
            words,
            camera: Camera::new(shell, Outline::Oval, [of, of], self.hint.map(|hint| (hint, self.left))),
            page: self,
            cannot: words
                .cannot_text
                .fill(&[("contact", &shell.contact()), ("number", &self.setting.number)]),
            upload_to: format!("{}selfie", path::CAPTURE_UPLOAD),
            phone: &shell.text.capture.kind.phone,
        }
        .render()
    }
}

impl TakeSelfie {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let first = Self {
            setting: Setting::sample(true),
            back: true,
            hint: None,
            left: 3,
            still: None,
            ways: Ways {
                upload: false,
                phone: true,
                another: false,
            },
        };
        let again = Self {
            setting: Setting::sample(false),
            hint: Some(Hint::SeveralFaces),
            left: 1,
            ways: Ways {
                upload: true,
                phone: false,
                another: false,
            },
            ..first.clone()
        };
        let still = Self {
            still: Some("sample-nonce".to_owned()),
            ways: Ways {
                phone: false,
                ..first.ways
            },
            ..first.clone()
        };
        vec![
            ("capture-selfie", first),
            ("capture-selfie-again", again),
            ("capture-selfie-still", still),
        ]
    }
}

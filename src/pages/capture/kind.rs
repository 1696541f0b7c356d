//! Which document: only the kinds that the purpose takes.

use askama::Template;
use doorward_contract::DocumentKind;
use serde::Deserialize;

use super::Setting;
use super::drawing::Drawing;
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::shell::{About, Screen, Shell};

/// Which document.
#[derive(Clone, Debug)]
pub struct ChooseKind {
    /// Around it.
    pub setting: Setting,
    /// What is taken.
    pub kinds: Vec<DocumentKind>,
    /// Whether the person may still go over to a phone.
    pub phone: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    passport: Choice,
    identity_card: Choice,
    driving_licence: Choice,
    none: String,
    none_text: crate::pages::text::Sentence,
    pub(super) phone: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    name: String,
    about: String,
    this: String,
}

/// What is drawn of a kind: its word in forms, its picture, its name, what is said of it.
struct Drawn<'a> {
    value: &'static str,
    picture: Drawing,
    name: &'a str,
    about: &'a str,
}

#[derive(Template)]
#[template(path = "capture/kind.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a ChooseKind,
    kinds: Vec<Drawn<'a>>,
    none: String,
}

/// The word of a kind in forms.
fn word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Passport => "passport",
        DocumentKind::IdentityCard => "identity_card",
        DocumentKind::DrivingLicence => "driving_licence",
    }
}

impl Words {
    fn of(&self, kind: DocumentKind) -> &Choice {
        match kind {
            DocumentKind::Passport => &self.passport,
            DocumentKind::IdentityCard => &self.identity_card,
            DocumentKind::DrivingLicence => &self.driving_licence,
        }
    }

    /// What it is called within a sentence: "your passport".
    pub(super) fn this(&self, kind: DocumentKind) -> &str {
        &self.of(kind).this
    }
}

impl Screen for ChooseKind {
    fn state(&self) -> &'static str {
        "capture-kind"
    }

    fn about(&self) -> About<'_> {
        self.setting.about()
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.kind;
        let drawn = |kind: &DocumentKind| {
            let choice = words.of(*kind);
            Drawn {
                value: word(*kind),
                picture: Drawing::of(*kind),
                name: &choice.name,
                about: &choice.about,
            }
        };
        View {
            shell,
            words,
            page: self,
            kinds: self.kinds.iter().map(drawn).collect(),
            none: words.none_text.fill(&[("contact", &shell.contact())]),
        }
        .render()
    }
}

impl ChooseKind {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use DocumentKind::{DrivingLicence, IdentityCard, Passport};
        let choice = |own, phone, kinds| Self {
            setting: Setting::sample(own),
            kinds,
            phone,
        };
        vec![
            (
                "capture-kind",
                choice(true, true, vec![Passport, IdentityCard, DrivingLicence]),
            ),
            (
                "capture-kind-phone",
                choice(false, false, vec![Passport, DrivingLicence]),
            ),
        ]
    }
}

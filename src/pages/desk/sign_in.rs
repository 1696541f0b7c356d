//! Where staff sign in: one button for each provider of the settings.

use askama::Template;

use super::frame::Surface;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// Where staff sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The providers, in the order of the settings.
    pub providers: Vec<Provider>,
    /// Where to go on afterwards: a path of the console.
    pub to: String,
    /// Why somebody is here who was signed in, or tried to be.
    pub why: Option<SignInWhy>,
    /// Proves that the form came from our own page.
    pub form_token: String,
}

/// A provider to sign in with.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in the settings.
    pub name: String,
    /// What staff call it.
    pub title: String,
}

/// Why somebody is here who was signed in, or tried to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInWhy {
    /// Nothing was done for a while, or the session was long enough.
    Ended,
    /// The provider's answer cannot be trusted, or it sent none.
    Failed {
        /// Leads to the line in the log.
        reference: String,
    },
    /// The provider cannot be asked at the moment.
    Unreachable,
}

words! {
    /// What the screen says.
    Words { title, lead, with, none, ended, unreachable; failed }
}

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a SignIn,
    why: Option<String>,
}

impl Drawn for SignIn {
    fn state(&self) -> &'static str {
        "desk-sign-in"
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.sign_in;
        View {
            desk,
            words,
            page: self,
            why: self.why.as_ref().map(|why| match why {
                SignInWhy::Ended => words.ended.clone(),
                SignInWhy::Unreachable => words.unreachable.clone(),
                SignInWhy::Failed { reference } => words.failed.fill(&[("reference", reference)]),
            }),
        }
        .render()
    }
}

impl SignIn {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let provider = |name: &str, title: &str| Provider {
            name: name.to_owned(),
            title: title.to_owned(),
        };
        let several = Self {
            providers: vec![
                provider("okta", "Okta"),
                provider("entra", "Microsoft Entra"),
                provider("duo", "Duo"),
            ],
            to: path::HOME.to_owned(),
            why: None,
            form_token: "sample".to_owned(),
        };
        let because = |why| Self {
            providers: several.providers.iter().take(1).cloned().collect(),
            why: Some(why),
            ..several.clone()
        };
        vec![
            ("desk-sign-in-ended", because(SignInWhy::Ended)),
            ("desk-sign-in-unreachable", because(SignInWhy::Unreachable)),
            (
                "desk-sign-in-failed",
                because(SignInWhy::Failed {
                    reference: "7f3a91c2".to_owned(),
                }),
            ),
            (
                "desk-sign-in-none",
                Self {
                    providers: Vec::new(),
                    ..several.clone()
                },
            ),
            ("desk-sign-in", several),
        ]
    }
}

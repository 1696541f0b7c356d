//! Somebody, perhaps another site, wants this browser to be forgotten: the person is asked, because nothing proves that the
//! wish is theirs (OpenID Connect RP-Initiated Logout 1.0 §2).

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::shell::{About, Screen, Shell};

/// Whether to forget this browser's proof.
#[derive(Clone, Debug)]
pub struct SignOut {
    /// Where the form goes, by `POST`.
    pub action: String,
    /// What goes along: names and values as they came.
    pub fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    button: String,
    stay: String,
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a SignOut,
}

impl Screen for SignOut {
    fn state(&self) -> &'static str {
        "sign-out"
    }

    fn about(&self) -> About<'_> {
        About::default()
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.sign_out;
        View {
            shell,
            words,
            page: self,
        }
        .render()
    }
}

impl SignOut {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "sign-out",
            Self {
                action: "/oauth2/logout/confirm".to_owned(),
                fields: vec![("state".to_owned(), "S0-9a77".to_owned())],
            },
        )]
    }
}

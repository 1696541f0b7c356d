//! The person agrees to be checked, or does not. Explicit consent to the use of pictures of the face (GDPR Art. 9 (2) (a))
//! needs all of this in sight before the button, and a way back that is as easy (Art. 7 (3)).

use std::time::Duration;

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};
use super::text::{Kept, LookedAt, Sentence};

/// The person agrees, or not.
#[derive(Clone, Debug)]
pub struct Consent {
    /// What it is for.
    pub purpose_title: String,
    /// Why it is asked, in the company's words.
    pub reason: Option<String>,
    /// Who asked for it, if it was not the person.
    pub requester: Option<String>,
    /// The company that checks the document and the face.
    pub verifier_name: String,
    /// What is looked at.
    pub looked_at: Vec<LookedAt>,
    /// How long it stays.
    pub kept: Kept,
    /// Proves that the form is ours.
    pub form_token: String,
    /// What the person quotes on the phone.
    pub number: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: Sentence,
    purpose: String,
    requester: String,
    who: String,
    who_text: Sentence,
    looked_at: String,
    kept: String,
    choice: String,
    choice_text: Sentence,
    agreement: Sentence,
    agreement_face: Sentence,
    agree: String,
    refuse: String,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Consent,
    agreement: String,
    looked_at: Vec<&'a str>,
    kept: [String; 3],
}

impl Screen for Consent {
    fn state(&self) -> &'static str {
        "consent"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            step: Some(2),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.consent;
        // Nobody agrees to more than is done.
        let agreement = if self.looked_at.contains(&LookedAt::Face) {
            &words.agreement_face
        } else {
            &words.agreement
        };
        View {
            shell,
            words,
            page: self,
            agreement: agreement.fill(&[
                ("company", shell.company()),
                ("verifier", &self.verifier_name),
                ("button", &words.agree),
            ]),
            looked_at: shell.text.looked_at.list(&self.looked_at),
            kept: shell.text.kept.list(self.kept, &shell.text.time),
        }
        .render()
    }
}

impl Consent {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let own = Self {
            purpose_title: "Get back into your account".to_owned(),
            reason: None,
            requester: None,
            verifier_name: "Persona".to_owned(),
            looked_at: LookedAt::ALL.to_vec(),
            kept: Kept {
                proof: Duration::ZERO,
                personal: Duration::from_hours(30 * 24),
            },
            form_token: "sample".to_owned(),
            number: "K7QF-3M2P".to_owned(),
        };
        let asked = Self {
            reason: Some("Your account was locked after an unusual sign-in.".to_owned()),
            requester: Some("Jonas Weber, IT Service Desk".to_owned()),
            looked_at: vec![LookedAt::Document, LookedAt::Name],
            kept: Kept {
                proof: Duration::from_hours(1),
                personal: Duration::from_mins(90),
            },
            ..own.clone()
        };
        vec![("consent", own), ("consent-asked", asked)]
    }
}

//! Journeys by name, each walked over HTTP as a person would, against this lab or any other that is running.
//!
//! A journey knows nothing but `world.json`: what it can do, any outside client can. It ends well only if everything ended
//! exactly as its line says.

mod accounts;
mod checked;
mod coded;
mod company;
mod duo;
mod entra;
pub mod fault;
mod link;
mod portal;
mod recheck;
mod refusal;
mod relying;
mod sent;
pub mod walk;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use serde::Serialize;
use url::Url;

pub use self::walk::{Fault, Step, Walk};
use crate::sheet::Sheet;

type Walking<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

/// A journey.
pub struct Journey {
    /// Its name.
    pub name: &'static str,
    /// How it ends, in one line.
    pub about: &'static str,
    walk: for<'a> fn(&'a mut Walk) -> Walking<'a>,
}

impl std::fmt::Debug for Journey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// One line per journey.
macro_rules! journeys {
    ($(#[$doc:meta])* $list:ident: $($name:literal, $about:literal => $walk:path;)*) => {
        $(#[$doc])*
        pub const $list: &[Journey] = &[$(
            Journey { name: $name, about: $about, walk: |walk| Box::pin($walk(walk)) },
        )*];
    };
}

journeys! {
    /// All of them.
    JOURNEYS:
    "portal-password", "from the recovery page to a temporary password, signed in and changed at Entra" => portal::password;
    "link-password", "from a helpdesk link to a temporary password, signed in and changed at Entra" => link::password;
    "link-tap", "from a helpdesk link to a Temporary Access Pass, signed in at Entra" => link::access_pass;
    "link-badge", "from a helpdesk link to a call to the company's own system, done once" => company::badge;
    "wrong-name", "the document is somebody else's: refused, nothing is changed" => refusal::wrong_name;
    "declined", "Persona declines every attempt: refused, nothing is changed" => refusal::declined;
    "needs-review", "Persona cannot decide: the case waits for staff, nothing is changed" => refusal::needs_review;
    "expired", "the check runs out of time: another try is offered, nothing is changed" => refusal::expired;
    "unknown-email", "nobody has that address: every page looks as for anybody, then refused" => refusal::unknown;
    "protected", "a Global Administrator: refused, nothing is changed" => refusal::protected;
    "no-birth-date", "the directory lacks the birth date: the case waits for staff, nothing is changed" => refusal::no_birth_date;
    "second-browser", "a second browser cannot use the link; the first goes on and gets back in" => link::second_browser;
    "link-twice", "a link that was used leads its own browser back and everybody else nowhere" => link::twice;
    "okta-recover", "Okta sends somebody who forgot the password; proven, they choose a new one there" => relying::okta_recover;
    "okta-wrong-name", "the document is somebody else's: Okta is told, and refuses" => relying::okta_wrong_name;
    "okta-cancel", "the person does not agree: Okta is told that it was called off" => relying::okta_cancel;
    "okta-app", "an app behind Okta asks for Doorward as factor" => relying::okta_app;
    "entra-second-factor", "Entra asks for Doorward as second factor, and lets the person in" => relying::entra_second_factor;
    "entra-declined", "the person does not agree: Entra is told that it was called off" => relying::entra_declined;
    "entra-glance", "Entra, once more: a glance is enough for whom it was checked before" => recheck::glance;
    "entra-another-face", "Entra, once more, and somebody else before the camera: refused" => recheck::another_face;
    "intranet", "a plain relying party asks for verified claims, and gets them" => relying::intranet;
    "okta-password", "locked out at Okta: unlocked, and a temporary password, signed in and changed there" => accounts::password;
    "okta-link", "from a helpdesk link to one at which a new password is chosen at Okta" => accounts::reset_link;
    "okta-code", "the phone's factors go, and a code stands in for them at Okta once" => accounts::access_code;
    "okta-frozen", "frozen at Okta after the link was sent: refused, nothing is changed" => accounts::frozen;
    "lost-phone", "Okta's factors go, and a Duo code lets the person in once" => accounts::lost_phone;
    "lost-everything", "Okta's factors go, and two passes on one page open Entra and stand in for Duo, once" => accounts::lost_everything;
    "duo-new-phone", "a link makes Duo Mobile work on another phone" => accounts::new_phone;
    "duo-first-phone", "a link registers the first phone at Duo" => accounts::first_phone;
    "duo-sso", "Duo Single Sign-On has Doorward as authentication source, and lets the person in" => relying::duo_sso;
    "duo-sso-declined", "the person does not agree: Duo Single Sign-On is told so" => relying::duo_sso_declined;
    "duo-help-link", "from the help link of Duo's prompt to a bypass code, typed at that prompt and let in once" => duo::help_link;
    "duo-signed-link", "a link that the ticket system signed opens one case, and its code lets the person in" => duo::signed_link;
    "duo-checks", "a push approved on the phone and Duo's own page, then a temporary password" => checked::both;
    "duo-denied", "the push is denied on the phone: refused, nothing is changed" => checked::denied;
    "duo-fraud", "the phone's owner says that it was somebody else: refused, nothing is changed" => checked::fraud;
    "codes-mail", "a code by e-mail, to the private address that the directory knows, then a temporary password" => coded::by_mail;
    "codes-phone", "a code by SMS, to the mobile number that the directory knows, then a temporary password" => coded::by_phone;
    "forged-webhook", "webhooks that Persona did not sign change nothing" => refusal::forged_webhook;
}

/// The journey with this name.
pub fn named(name: &str) -> Option<&'static Journey> {
    JOURNEYS.iter().find(|journey| journey.name == name)
}

/// What came of a journey.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Its name.
    pub journey: &'static str,
    /// `ok` or `failed`.
    pub result: &'static str,
    /// Why it failed.
    pub why: Option<String>,
    /// The number of the case, as the person saw it.
    pub case: Option<String>,
    /// What was done, and how long each took.
    pub steps: Vec<Step>,
    /// How long it took, in milliseconds.
    pub ms: u128,
}

impl Outcome {
    /// Whether it ended as it should.
    pub fn is_ok(&self) -> bool {
        self.result == "ok"
    }
}

impl Journey {
    /// Walks it in a world. `tell` is told each step as it is done.
    pub async fn run(&self, sheet: Sheet, tell: fn(&str, Duration)) -> Outcome {
        let since = Instant::now();
        let (walked, walk) = match Walk::new(sheet, tell) {
            Ok(mut walk) => ((self.walk)(&mut walk).await, Some(walk)),
            Err(fault) => (Err(fault), None),
        };
        let (case, steps) = walk.map_or((None, Vec::new()), Walk::told);
        Outcome {
            journey: self.name,
            result: if walked.is_ok() { "ok" } else { "failed" },
            why: walked.err().map(|fault| chain(&fault)),
            case,
            steps,
            ms: since.elapsed().as_millis(),
        }
    }
}

/// The sheet of a lab that is running; `address` is its start page.
pub async fn sheet_of(address: &Url) -> Result<Sheet, Fault> {
    let mut url = address.clone();
    url.set_path("/world.json");
    let response = crate::caller::client()?.get(url).send().await?.error_for_status()?;
    Ok(response.json().await?)
}

/// An error and what caused it, one after another.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

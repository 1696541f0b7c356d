//! The pass: first that it is ready, then the secret itself, once. The secret is on the second page only, never in an
//! address, a script or an attribute, and copies exactly although it is drawn in groups.

use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::brand::web_address;
use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};
use super::text::{Sentence, machine_moment};
use doorward_contract::{PassKind, Timestamp};

/// A pass waits to be looked at.
#[derive(Clone, Debug)]
pub struct PassReady {
    /// What the person quotes on the phone.
    pub number: String,
    /// What it is.
    pub kind: PassKind,
    /// Until when it waits.
    pub until: Timestamp,
    /// How long that is from now.
    pub seconds_left: u64,
    /// Proves that the form is ours.
    pub form_token: String,
}

/// The pass, once.
#[derive(Clone, Debug)]
pub struct PassShown {
    /// What the person quotes on the phone.
    pub number: String,
    /// What it is.
    pub kind: PassKind,
    /// The secret.
    pub secret: SecretString,
    /// What the person signs in as.
    pub login: String,
    /// Where the person signs in. Not made a link unless it leads to the web.
    pub sign_in_url: String,
    /// How long the page shows it.
    pub seconds_left: u64,
    /// When the vendor stops taking it.
    pub expires_at: Option<Timestamp>,
    /// What to enrol or do after signing in.
    pub afterwards: Vec<String>,
    /// Where the person came from and may go on.
    pub back_to: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    temporary_password: KindWords,
    temporary_access_pass: KindWords,
    ready_private: String,
    ready_once: String,
    waits: String,
    waits_until: String,
    show: String,
    copy: String,
    copied: String,
    characters: String,
    login: String,
    sign_in: String,
    works_until: String,
    next: String,
    back: String,
    hidden_in: String,
    hidden_after: Sentence,
    minute_left: String,
    gone: String,
    nobody: Sentence,
}

/// The words that differ between kinds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindWords {
    ready: String,
    ready_lead: String,
    shown: String,
    shown_lead: String,
    open: String,
    enter: String,
}

impl Words {
    fn kind(&self, kind: PassKind) -> &KindWords {
        match kind {
            PassKind::TemporaryPassword => &self.temporary_password,
            // No connector in this build hands out the others; until one does they borrow the nearest words.
            PassKind::TemporaryAccessPass
            | PassKind::TemporaryAccessCode
            | PassKind::ResetLink
            | PassKind::BypassCode
            | PassKind::EnrolmentLink
            | PassKind::ActivationLink => &self.temporary_access_pass,
        }
    }
}

#[derive(Template)]
#[template(path = "pass_ready.html")]
struct ReadyView<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    kind: &'a KindWords,
    page: &'a PassReady,
    moment: String,
    machine: String,
}

impl Screen for PassReady {
    fn state(&self) -> &'static str {
        "ready"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            step: Some(4),
            refresh: Some(after(self.seconds_left)),
            script: Some(Script::Pass),
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.pass;
        ReadyView {
            shell,
            words,
            kind: words.kind(self.kind),
            page: self,
            moment: shell.text.time.moment(self.until),
            machine: machine_moment(self.until),
        }
        .render()
    }
}

/// A browser without scripts looks again just after the end, not just before it.
fn after(seconds: u64) -> u64 {
    seconds.saturating_add(1)
}

#[derive(Template)]
#[template(path = "pass_shown.html")]
struct ShownView<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    kind: &'a KindWords,
    page: &'a PassShown,
    groups: Vec<Vec<Run<'a>>>,
    link: Option<&'a str>,
    back: Option<&'a str>,
    hidden_after: String,
    works_until: Option<(String, String)>,
}

impl Screen for PassShown {
    fn state(&self) -> &'static str {
        "shown"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            step: Some(4),
            refresh: Some(after(self.seconds_left)),
            script: Some(Script::Pass),
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.pass;
        let time = &shell.text.time;
        let length = time.length(std::time::Duration::from_secs(self.seconds_left));
        ShownView {
            shell,
            words,
            kind: words.kind(self.kind),
            page: self,
            groups: groups(self.secret.expose_secret()),
            link: web_address(&self.sign_in_url),
            back: self.back_to.as_deref().and_then(web_address),
            hidden_after: words.hidden_after.fill(&[("length", &length)]),
            works_until: self.expires_at.map(|at| (machine_moment(at), time.moment(at))),
        }
        .render()
    }
}

/// Neighbouring characters drawn alike.
struct Run<'a> {
    look: &'static str,
    text: &'a str,
}

/// How a character is drawn: digits and signs stand out, so that 0 and O, 1 and l are told apart.
fn look(letter: char) -> &'static str {
    if letter.is_alphabetic() {
        "letter"
    } else if letter.is_numeric() {
        "digit"
    } else {
        "sign"
    }
}

/// Characters per group: what most people keep in mind at a glance. Five where that leaves no rest in a long secret.
fn group_length(characters: usize) -> usize {
    if characters >= 15 && characters.is_multiple_of(5) {
        5
    } else {
        4
    }
}

fn groups(secret: &str) -> Vec<Vec<Run<'_>>> {
    let letters: Vec<(usize, char)> = secret.char_indices().collect();
    let end_of = |at: usize, letter: char| at + letter.len_utf8();
    letters
        .chunks(group_length(letters.len()))
        .map(|group| {
            group
                .chunk_by(|(_, one), (_, next)| look(*one) == look(*next))
                .filter_map(|run| {
                    let ((first, letter), (last, end)) = (run.first()?, run.last()?);
                    let text = secret.get(*first..end_of(*last, *end))?;
                    Some(Run {
                        look: look(*letter),
                        text,
                    })
                })
                .collect()
        })
        .collect()
}

/// 2026-01-15T10:30:00Z.
const SAMPLE_TIME: Timestamp = Timestamp::from_seconds(1_768_473_000);

impl PassReady {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let ready = |kind| Self {
            number: "K7QF-3M2P".to_owned(),
            kind,
            until: SAMPLE_TIME,
            seconds_left: 600,
            form_token: "sample".to_owned(),
        };
        vec![
            ("pass-ready", ready(PassKind::TemporaryPassword)),
            ("pass-ready-tap", ready(PassKind::TemporaryAccessPass)),
        ]
    }
}

impl PassShown {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let password = Self {
            number: "K7QF-3M2P".to_owned(),
            kind: PassKind::TemporaryPassword,
            secret: "Hm7#vRkt9-WcpX4eN_q3".into(),
            login: "maria.lindqvist@example.com".to_owned(),
            sign_in_url: "https://signin.example.com/".to_owned(),
            seconds_left: 600,
            expires_at: None,
            afterwards: vec!["Set up the authenticator app on your new phone.".to_owned()],
            back_to: None,
        };
        let access_pass = Self {
            kind: PassKind::TemporaryAccessPass,
            secret: "4hT9wQ2k".into(),
            expires_at: Some(SAMPLE_TIME),
            seconds_left: 60,
            afterwards: Vec::new(),
            ..password.clone()
        };
        let way_back = Self {
            back_to: Some("https://apps.example.com/".to_owned()),
            ..password.clone()
        };
        let unlinkable = Self {
            sign_in_url: "the sign-in page of your computer".to_owned(),
            ..password.clone()
        };
        vec![
            ("pass-shown-way-back", way_back),
            ("pass-shown", password),
            ("pass-shown-tap", access_pass),
            ("pass-shown-no-link", unlinkable),
        ]
    }
}

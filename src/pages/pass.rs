//! The passes: first that they are ready, then the secrets themselves, together and once. A secret is on the second page
//! only, never in a script, in an attribute only where it is an address that is opened, and copies exactly although it is
//! drawn in groups.

use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::brand::web_address;
use super::icon::Icon;
use super::kind::{self, Kind};
use super::path;
use super::secret::{Run, groups};
use super::shell::{About, Screen, Script, Shell};
use super::text::{Sentence, machine_moment};
use doorward_contract::{PassKind, Timestamp};

/// Passes wait to be looked at.
#[derive(Clone, Debug)]
pub struct PassReady {
    /// What the person quotes on the phone.
    pub number: String,
    /// What they are, in the order in which they are used.
    pub kinds: Vec<PassKind>,
    /// Until when they wait.
    pub until: Timestamp,
    /// How long that is from now.
    pub seconds_left: u64,
    /// Proves that the form is ours.
    pub form_token: String,
}

/// The passes, once.
#[derive(Clone, Debug)]
pub struct PassShown {
    /// What the person quotes on the phone.
    pub number: String,
    /// The passes, in the order in which they are used.
    pub passes: Vec<OnePass>,
    /// How long the page shows them.
    pub seconds_left: u64,
    /// What to enrol or do after signing in.
    pub afterwards: Vec<String>,
    /// Where the person came from and may go on.
    pub back_to: Option<String>,
}

/// One pass.
#[derive(Clone, Debug)]
pub struct OnePass {
    /// What it is.
    pub kind: PassKind,
    /// The secret.
    pub secret: SecretString,
    /// What the person signs in as.
    pub login: String,
    /// Where the person signs in. Not made a link unless it leads to the web.
    pub sign_in_url: String,
    /// When the vendor stops taking it.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    kind: kind::Words,
    several: Several,
    ready_private: String,
    ready_once: String,
    waits: String,
    waits_until: String,
    show: String,
    copy: String,
    copy_link: String,
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

/// What is said otherwise when there is more than one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    ready: Sentence,
    ready_lead: String,
    ready_once: String,
    waits: String,
    waits_until: String,
    show: String,
    shown: String,
    shown_lead: String,
    hidden_in: String,
    hidden_after: Sentence,
    minute_left: String,
    gone: String,
    afterwards: String,
    nobody: Sentence,
}

#[derive(Template)]
#[template(path = "pass_ready.html")]
struct ReadyView<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    /// The only one.
    one: Option<Kind<'a>>,
    /// All of them, if there is more than one.
    names: Vec<&'a str>,
    title: String,
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
            words: None,
            step: Some(4),
            refresh: Some(after(self.seconds_left)),
            script: Some(Script::Pass),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.pass;
        let kinds: Vec<Kind<'_>> = self.kinds.iter().map(|kind| words.kind.of(*kind)).collect();
        let one = kinds.first().copied().filter(|_| kinds.len() == 1);
        let count = kinds.len().to_string();
        ReadyView {
            shell,
            words,
            title: one.map_or_else(
                || words.several.ready.fill(&[("count", &count)]),
                |kind| kind.ready.to_owned(),
            ),
            names: kinds.iter().map(|kind| kind.name).collect(),
            one,
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
    passes: Vec<PassView<'a>>,
    page: &'a PassShown,
    back: Option<&'a str>,
    hidden_after: String,
    nobody: String,
}

impl ShownView<'_> {
    fn is_several(&self) -> bool {
        self.passes.len() > 1
    }

    fn title(&self) -> &str {
        match self.passes.as_slice() {
            [one] => one.kind.shown,
            _ => &self.words.several.shown,
        }
    }

    fn lead(&self) -> &str {
        match self.passes.as_slice() {
            [one] => one.kind.shown_lead,
            _ => &self.words.several.shown_lead,
        }
    }
}

/// One pass as it is drawn.
struct PassView<'a> {
    kind: Kind<'a>,
    pass: &'a OnePass,
    /// What is appended to the names of its elements: nothing for the first.
    tail: String,
    /// The secret in groups; none of an address.
    groups: Vec<Vec<Run<'a>>>,
    /// The address that the pass is, if a browser may open it.
    opens: Option<&'a str>,
    /// Where to sign in, if that can be a link.
    link: Option<&'a str>,
    works_until: Option<(String, String)>,
    /// Whether it is the first that is drawn in groups: how to read them is said once.
    explained: bool,
}

impl PassView<'_> {
    fn secret(&self) -> &str {
        self.pass.secret.expose_secret()
    }

    fn is_address(&self) -> bool {
        self.kind.button.is_some()
    }
}

impl Screen for PassShown {
    fn state(&self) -> &'static str {
        "shown"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: None,
            step: Some(4),
            refresh: Some(after(self.seconds_left)),
            script: Some(Script::Pass),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.pass;
        let time = &shell.text.time;
        let length = time.length(std::time::Duration::from_secs(self.seconds_left));
        let mut explained = false;
        let mut passes = Vec::with_capacity(self.passes.len());
        for (at, pass) in self.passes.iter().enumerate() {
            let kind = words.kind.of(pass.kind);
            let secret = pass.secret.expose_secret();
            let typed = kind.button.is_none();
            let first_typed = typed && !explained;
            explained |= typed;
            passes.push(PassView {
                kind,
                pass,
                tail: if at == 0 {
                    String::new()
                } else {
                    format!("-{}", at.saturating_add(1))
                },
                groups: if typed { groups(secret) } else { Vec::new() },
                opens: web_address(secret).filter(|_| !typed),
                link: web_address(&pass.sign_in_url),
                works_until: pass.expires_at.map(|at| (machine_moment(at), time.moment(at))),
                explained: first_typed,
            });
        }
        let (hidden_after, nobody) = if passes.len() > 1 {
            (&words.several.hidden_after, &words.several.nobody)
        } else {
            (&words.hidden_after, &words.nobody)
        };
        ShownView {
            shell,
            words,
            hidden_after: hidden_after.fill(&[("length", &length)]),
            nobody: nobody.fill(&[("company", shell.company())]),
            passes,
            page: self,
            back: self.back_to.as_deref().and_then(web_address),
        }
        .render()
    }
}

/// 2026-01-15T10:30:00Z.
const SAMPLE_TIME: Timestamp = Timestamp::from_seconds(1_768_473_000);

impl PassReady {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use PassKind::{
            ActivationLink, BypassCode, EnrolmentLink, ResetLink, TemporaryAccessCode, TemporaryAccessPass,
            TemporaryPassword,
        };
        let ready = |kinds: &[PassKind]| Self {
            number: "K7QF-3M2P".to_owned(),
            kinds: kinds.to_vec(),
            until: SAMPLE_TIME,
            seconds_left: 600,
            form_token: "sample".to_owned(),
        };
        vec![
            ("pass-ready", ready(&[TemporaryPassword])),
            ("pass-ready-tap", ready(&[TemporaryAccessPass])),
            ("pass-ready-reset", ready(&[ResetLink])),
            ("pass-ready-tac", ready(&[TemporaryAccessCode])),
            ("pass-ready-bypass", ready(&[BypassCode])),
            ("pass-ready-enrolment", ready(&[EnrolmentLink])),
            ("pass-ready-activation", ready(&[ActivationLink])),
            (
                "pass-ready-three",
                ready(&[ResetLink, TemporaryAccessPass, EnrolmentLink]),
            ),
            (
                "pass-ready-four",
                ready(&[TemporaryPassword, TemporaryAccessCode, BypassCode, ActivationLink]),
            ),
        ]
    }
}

impl OnePass {
    fn sample(kind: PassKind, secret: &str) -> Self {
        Self {
            kind,
            secret: secret.into(),
            login: "maria.lindqvist@example.com".to_owned(),
            sign_in_url: "https://signin.example.com/".to_owned(),
            expires_at: None,
        }
    }

    fn until(self, expires_at: Timestamp) -> Self {
        Self {
            expires_at: Some(expires_at),
            ..self
        }
    }
}

impl PassShown {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let shown = |passes: Vec<OnePass>| Self {
            number: "K7QF-3M2P".to_owned(),
            passes,
            seconds_left: 600,
            afterwards: vec!["Set up the authenticator app on your new phone.".to_owned()],
            back_to: None,
        };
        let password = OnePass::sample(PassKind::TemporaryPassword, "Hm7#vRkt9-WcpX4eN_q3");
        let access_pass = OnePass::sample(PassKind::TemporaryAccessPass, "4hT9wQ2k").until(SAMPLE_TIME);
        let code = OnePass::sample(PassKind::TemporaryAccessCode, "n@C*bU26").until(SAMPLE_TIME);
        let bypass = OnePass::sample(PassKind::BypassCode, "407176182").until(SAMPLE_TIME);
        let reset = OnePass::sample(
            PassKind::ResetLink,
            "https://signin.example.com/signin/reset-password/XE6wE17zmphl3KqAPFxO",
        );
        let enrolment = OnePass::sample(
            PassKind::EnrolmentLink,
            "https://enrol.example.com/portal?code=0123456789abcdef&akey=DIXXXXXXXXXXXXXXXXXX",
        )
        .until(SAMPLE_TIME);
        let activation = OnePass::sample(
            PassKind::ActivationLink,
            "https://m-1a2b3c.example.com/activate/8LYXsUgAQ6TbqWk1Rv4x",
        )
        .until(SAMPLE_TIME);
        let way_back = Self {
            back_to: Some("https://apps.example.com/".to_owned()),
            ..shown(vec![password.clone()])
        };
        let unlinkable = OnePass {
            sign_in_url: "the sign-in page of your computer".to_owned(),
            ..password.clone()
        };
        let brief = Self {
            seconds_left: 60,
            afterwards: Vec::new(),
            ..shown(vec![access_pass.clone()])
        };
        vec![
            ("pass-shown-way-back", way_back),
            ("pass-shown", shown(vec![password.clone()])),
            ("pass-shown-tap", brief),
            ("pass-shown-no-link", shown(vec![unlinkable])),
            ("pass-shown-reset", shown(vec![reset.clone()])),
            ("pass-shown-tac", shown(vec![code])),
            ("pass-shown-bypass", shown(vec![bypass.clone()])),
            ("pass-shown-enrolment", shown(vec![enrolment])),
            ("pass-shown-activation", shown(vec![activation.clone()])),
            ("pass-shown-two", shown(vec![password, bypass])),
            ("pass-shown-three", shown(vec![reset, access_pass, activation])),
        ]
    }
}

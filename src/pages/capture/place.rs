//! Which device takes the pictures: the computer, or the phone beside it. Only who sits at the case's own browser confirms a phone,
//! and may take the work back at any time.

use askama::Template;
use doorward_contract::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Setting;
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::qr::Qr;
use crate::pages::shell::{About, Screen, Script, Shell};
use crate::pages::text::machine_moment;

/// Seconds between two looks of a browser without scripts, where somebody picks up a phone meanwhile.
const REFRESH: u64 = 10;

/// Which device takes the pictures.
#[derive(Clone, Debug)]
pub struct Where {
    /// Around it.
    pub setting: Setting,
    /// Whether a code is out, which is on this page no more.
    pub offered: bool,
}

/// The way over to the phone. The only page that ever shows the code.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Around it.
    pub setting: Setting,
    /// The address as a picture.
    pub qr: Option<Qr>,
    /// What stands before the code in the address: `recover.example.com/p/`.
    pub place: String,
    /// The code, in its two halves.
    pub code: SecretString,
    /// Until when it is good.
    pub until: Timestamp,
    /// How long that is.
    pub seconds_left: u64,
}

/// Whether the words are the same.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Around it.
    pub setting: Setting,
    /// The two words.
    pub words: [String; 2],
}

/// What is being done on the phone.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Around it.
    pub setting: Setting,
    /// How far it is.
    pub at: FollowAt,
    /// Whether the document has a second side to be photographed.
    pub back: bool,
}

/// How far it is on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowAt {
    /// Choosing a document.
    Kind,
    /// At its front.
    Front,
    /// At its back.
    Back,
    /// At the face.
    Selfie,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: String,
    ticks: [String; 3],
    phone: String,
    here: String,
    offered: String,
    fresh: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScanWords {
    title: String,
    lead: String,
    picture: String,
    type_in: String,
    good: String,
    good_until: String,
    follows: String,
    look: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmWords {
    title: String,
    lead: String,
    yes: String,
    no: String,
    why: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowWords {
    title: String,
    lead: String,
    kind: String,
    front: String,
    back: String,
    selfie: String,
    done: String,
    now: String,
    later: String,
    stay: String,
    look: String,
    here: String,
}

#[derive(Template)]
#[template(path = "capture/where.html")]
struct WhereView<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Where,
}

#[derive(Template)]
#[template(path = "capture/scan.html")]
struct ScanView<'a> {
    shell: &'a Shell<'a>,
    words: &'a ScanWords,
    page: &'a Scan,
    here: &'a str,
    code: &'a str,
    machine: String,
    moment: String,
}

#[derive(Template)]
#[template(path = "capture/confirm.html")]
struct ConfirmView<'a> {
    shell: &'a Shell<'a>,
    words: &'a ConfirmWords,
    page: &'a Confirm,
}

#[derive(Template)]
#[template(path = "capture/follow.html")]
struct FollowView<'a> {
    shell: &'a Shell<'a>,
    words: &'a FollowWords,
    page: &'a Follow,
    steps: Vec<(&'a str, std::cmp::Ordering)>,
}

impl FollowView<'_> {
    /// How a step stands, for whoever does not see the marks.
    fn stands(&self, order: std::cmp::Ordering) -> &str {
        match order {
            std::cmp::Ordering::Less => &self.words.done,
            std::cmp::Ordering::Equal => &self.words.now,
            std::cmp::Ordering::Greater => &self.words.later,
        }
    }
}

impl Screen for Where {
    fn state(&self) -> &'static str {
        if self.offered { "capture-offer" } else { "capture-where" }
    }

    fn about(&self) -> About<'_> {
        // With a code out, a phone may open it while this is looked at.
        if self.offered {
            self.setting.following(REFRESH)
        } else {
            self.setting.about()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.place;
        WhereView {
            shell,
            words,
            page: self,
        }
        .render()
    }
}

impl Screen for Scan {
    fn state(&self) -> &'static str {
        "capture-offer"
    }

    /// Without scripts it stays as it is: loaded again it would not show the code any more.
    fn about(&self) -> About<'_> {
        About {
            script: Some(Script::Follow),
            ..self.setting.about()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.scan;
        ScanView {
            shell,
            words,
            page: self,
            here: &shell.text.capture.place.here,
            code: self.code.expose_secret(),
            machine: machine_moment(self.until),
            moment: shell.text.time.moment(self.until),
        }
        .render()
    }
}

impl Screen for Confirm {
    fn state(&self) -> &'static str {
        "capture-confirm"
    }

    fn about(&self) -> About<'_> {
        self.setting.following(3 * REFRESH)
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.confirm;
        ConfirmView {
            shell,
            words,
            page: self,
        }
        .render()
    }
}

impl Screen for Follow {
    fn state(&self) -> &'static str {
        match self.at {
            FollowAt::Kind => "capture-follow-kind",
            FollowAt::Front => "capture-follow-front",
            FollowAt::Back => "capture-follow-back",
            FollowAt::Selfie => "capture-follow-selfie",
        }
    }

    fn about(&self) -> About<'_> {
        self.setting.following(REFRESH)
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.follow;
        let all = [
            (FollowAt::Kind, &words.kind),
            (FollowAt::Front, &words.front),
            (FollowAt::Back, &words.back),
            (FollowAt::Selfie, &words.selfie),
        ];
        let steps = all
            .into_iter()
            .filter(|(at, _)| self.back || *at != FollowAt::Back)
            .map(|(at, says)| (says.as_str(), at.cmp(&self.at)))
            .collect();
        FollowView {
            shell,
            words,
            page: self,
            steps,
        }
        .render()
    }
}

impl Where {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let sample = |offered| Self {
            setting: Setting::sample(true),
            offered,
        };
        vec![
            ("capture-where", sample(false)),
            ("capture-where-offered", sample(true)),
        ]
    }
}

impl Scan {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let scan = Self {
            setting: Setting::sample(true),
            qr: Some(Qr::sample()),
            place: "recover.example.com/p/".to_owned(),
            code: "7KQM2-RTBX9".into(),
            until: Timestamp::from_seconds(1_768_473_000),
            seconds_left: 298,
        };
        vec![("capture-scan", scan)]
    }
}

impl Confirm {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let confirm = Self {
            setting: Setting::sample(true),
            words: ["lantern".to_owned(), "otter".to_owned()],
        };
        vec![("capture-confirm", confirm)]
    }
}

impl Follow {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let at = |at, back| Self {
            setting: Setting::sample(true),
            at,
            back,
        };
        vec![
            ("capture-follow-kind", at(FollowAt::Kind, true)),
            ("capture-follow-front", at(FollowAt::Front, false)),
            ("capture-follow-back", at(FollowAt::Back, true)),
            ("capture-follow-selfie", at(FollowAt::Selfie, true)),
        ]
    }
}

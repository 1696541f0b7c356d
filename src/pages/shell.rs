//! What surrounds every page: the company, the step, the way to get help.

use super::asset::Assets;
use super::brand::{self, Brand};
use super::path;
use super::text::{Common, Text};

/// The screens a person passes on the way: who they are, agreement, check, sign in again.
const STEPS: u8 = 4;

/// What the surroundings must know of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    /// What the person quotes on the phone.
    pub(super) number: Option<&'a str>,
    /// The two words that the agent's screen shows too.
    pub(super) words: Option<&'a str>,
    /// Which of the steps it belongs to.
    pub(super) step: Option<u8>,
    /// Seconds after which a browser without scripts looks again.
    pub(super) refresh: Option<u64>,
    /// Which script helps here.
    pub(super) script: Option<Script>,
    /// Whether pictures are taken here: such a page follows the taking, not the case, and may be on another device.
    pub(super) at_capture: bool,
}

/// A script; the page works without it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Script {
    /// Looks where the case stands, and follows.
    Follow,
    /// Copies, counts down, and takes the pass away.
    Pass,
    /// Sends the form on.
    Send,
    /// Takes pictures.
    Capture,
}

/// A page that can be drawn.
pub(super) trait Screen {
    fn state(&self) -> &'static str;
    fn about(&self) -> About<'_>;
    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String>;
}

/// The surroundings, as the template sees them.
pub(super) struct Shell<'a> {
    pub(super) brand: &'a Brand,
    pub(super) text: &'a Text,
    pub(super) assets: &'a Assets,
    pub(super) about: About<'a>,
    pub(super) state: &'static str,
}

impl Shell<'_> {
    pub(super) fn common(&self) -> &Common {
        &self.text.common
    }

    pub(super) fn company(&self) -> &str {
        &self.brand.name
    }

    pub(super) fn contact(&self) -> String {
        self.brand.contact.spoken()
    }

    pub(super) fn privacy(&self) -> Option<&str> {
        self.brand.privacy_url.as_deref().and_then(brand::web_address)
    }

    pub(super) fn monogram(&self) -> Option<char> {
        brand::monogram(&self.brand.name)
    }

    pub(super) fn title(&self, page: &str) -> String {
        self.common()
            .page_title
            .fill(&[("page", page), ("company", self.company())])
    }

    /// Where the page is on the way, in words, and which steps are reached.
    pub(super) fn progress(&self) -> Option<(String, Vec<bool>)> {
        let now = self.about.step?;
        let words = self
            .common()
            .step
            .fill(&[("step", &now.to_string()), ("steps", &STEPS.to_string())]);
        Some((words, (1..=STEPS).map(|step| step <= now).collect()))
    }

    /// The address that shows whatever comes next for this browser.
    pub(super) fn home(&self) -> &'static str {
        if self.about.at_capture {
            path::CAPTURE
        } else {
            path::CASE
        }
    }

    /// The address that says whether that is another page now.
    pub(super) fn status(&self) -> &'static str {
        if self.about.at_capture {
            path::CAPTURE_STATUS
        } else {
            path::STATUS
        }
    }

    pub(super) fn script(&self) -> Option<&str> {
        self.about.script.map(|script| match script {
            Script::Follow => self.assets.follow.as_str(),
            Script::Pass => &self.assets.pass,
            Script::Send => &self.assets.send,
            Script::Capture => &self.assets.capture,
        })
    }
}

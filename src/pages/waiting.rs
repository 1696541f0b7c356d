//! Something is being done and the person need not do anything. The page follows by itself.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};

/// Something is being done.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What the person quotes on the phone.
    pub number: String,
    /// What is being done.
    pub what: What,
    /// The two words that the agent's screen shows too, where an agent opened the case.
    pub words: Option<String>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The check is being set up.
    Starting,
    /// The result of the check is being read.
    Reading,
    /// The result is being compared with the account.
    Comparing,
    /// Colleagues are asked to agree.
    Approving,
    /// Access is being given back.
    Acting,
    /// The person is taken back to whoever sent them.
    Returning,
    /// Another company's machine is slow or away; the case waits and goes on by itself.
    VendorSlow,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    starting: Doing,
    reading: Doing,
    comparing: Doing,
    approving: Doing,
    acting: Doing,
    returning: Doing,
    vendor_slow: Doing,
    stay: String,
    look: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doing {
    title: String,
    lead: String,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    doing: &'a Doing,
}

/// Seconds between two looks of a browser without scripts.
const REFRESH: u64 = 5;

impl Screen for Waiting {
    fn state(&self) -> &'static str {
        match self.what {
            What::Starting => "starting",
            What::Reading => "reading",
            What::Comparing => "comparing",
            What::Approving => "approving",
            What::Acting => "acting",
            What::Returning => "returning",
            What::VendorSlow => "slow",
        }
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: self.words.as_deref(),
            step: Some(3),
            refresh: Some(if self.what == What::Returning { 0 } else { REFRESH }),
            script: Some(Script::Follow),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.waiting;
        let doing = match self.what {
            What::Starting => &words.starting,
            What::Reading => &words.reading,
            What::Comparing => &words.comparing,
            What::Approving => &words.approving,
            What::Acting => &words.acting,
            What::Returning => &words.returning,
            What::VendorSlow => &words.vendor_slow,
        };
        View { shell, words, doing }.render()
    }
}

impl Waiting {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        [
            ("waiting-starting", What::Starting),
            ("waiting-reading", What::Reading),
            ("waiting-comparing", What::Comparing),
            ("waiting-approving", What::Approving),
            ("waiting-acting", What::Acting),
            ("waiting-returning", What::Returning),
            ("waiting-slow", What::VendorSlow),
        ]
        .map(|(name, what)| {
            let number = "K7QF-3M2P".to_owned();
            let words = matches!(what, What::Comparing | What::Approving).then(|| "lantern otter".to_owned());
            (name, Self { number, what, words })
        })
        .to_vec()
    }
}

//! Screens of the taking that say one thing: that it is done, over, elsewhere, or that something did not arrive.

use std::time::Duration;

use askama::Template;
use http::StatusCode;
use serde::Deserialize;

use super::Setting;
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::shell::{About, Screen, Script, Shell};
use crate::pages::text::Sentence;

/// Something to know.
#[derive(Clone, Debug)]
pub enum Said {
    /// The phone has done its part.
    PhoneDone(Setting),
    /// The code is spent, out of date, or never was one; or the other screen took over.
    PhoneGone,
    /// A file was larger than what is taken.
    TooLarge(Setting),
    /// Everybody takes pictures at once.
    Busy {
        /// Around it.
        setting: Setting,
        /// When to try again.
        retry_after: Duration,
    },
    /// Codes were tried too often from here.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    back: String,
    phone_done: Saying,
    phone_gone: Saying,
    too_large: Saying,
    busy: Saying,
    too_many: Saying,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    title: String,
    lead: Sentence,
    more: Vec<Sentence>,
}

#[derive(Template)]
#[template(path = "capture/said.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    title: &'a str,
    lead: String,
    more: Vec<String>,
    icon: Icon,
    good: bool,
    back: Option<&'a str>,
}

/// Seconds between two looks of a browser without scripts.
const REFRESH: u64 = 5;

impl Said {
    /// The HTTP status it is sent with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::PhoneDone(_) => StatusCode::OK,
            Self::PhoneGone => StatusCode::GONE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn wait(&self) -> Duration {
        match self {
            Self::Busy { retry_after, .. } | Self::TooMany { retry_after } => *retry_after,
            _ => Duration::ZERO,
        }
    }
}

impl Screen for Said {
    fn state(&self) -> &'static str {
        match self {
            Self::PhoneDone(_) => "phone-done",
            Self::PhoneGone => "phone-gone",
            Self::TooLarge(_) => "capture-too-large",
            Self::Busy { .. } => "capture-busy",
            Self::TooMany { .. } => "phone-too-many",
        }
    }

    fn about(&self) -> About<'_> {
        match self {
            Self::PhoneDone(setting) | Self::TooLarge(setting) => setting.about(),
            Self::Busy { setting, .. } => About {
                refresh: Some(REFRESH),
                script: Some(Script::Follow),
                ..setting.about()
            },
            Self::PhoneGone | Self::TooMany { .. } => About {
                at_capture: true,
                ..About::default()
            },
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.said;
        let (saying, icon, back) = match self {
            Self::PhoneDone(_) => (&words.phone_done, Icon::Check, false),
            Self::PhoneGone => (&words.phone_gone, Icon::Clock, false),
            Self::TooLarge(_) => (&words.too_large, Icon::Document, true),
            Self::Busy { .. } => (&words.busy, Icon::Clock, true),
            Self::TooMany { .. } => (&words.too_many, Icon::Clock, false),
        };
        let places = [
            ("contact", shell.contact()),
            ("length", shell.text.time.length(self.wait())),
        ];
        let places: Vec<(&str, &str)> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
        View {
            shell,
            title: &saying.title,
            lead: saying.lead.fill(&places),
            more: saying.more.iter().map(|more| more.fill(&places)).collect(),
            icon,
            good: matches!(self, Self::PhoneDone(_)),
            back: back.then_some(words.back.as_str()),
        }
        .render()
    }
}

impl Said {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let retry_after = Duration::from_secs(5);
        vec![
            ("phone-done", Self::PhoneDone(Setting::sample(false))),
            ("phone-gone", Self::PhoneGone),
            ("capture-too-large", Self::TooLarge(Setting::sample(true))),
            (
                "capture-busy",
                Self::Busy {
                    setting: Setting::sample(true),
                    retry_after,
                },
            ),
            ("phone-too-many", Self::TooMany { retry_after }),
        ]
    }
}

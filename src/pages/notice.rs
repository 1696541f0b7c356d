//! Screens that say one thing and ask for nothing: how a case ended, that somebody has to look, that a link is used up,
//! that something went wrong. Each tells what happened, what it means and what to do now.

use std::time::Duration;

use askama::Template;
use http::StatusCode;
use serde::Deserialize;

use super::brand::web_address;
use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};
use super::text::Sentence;

/// Something to know, and nothing to do but read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A person at the company has to look.
    Review {
        /// What the person quotes on the phone.
        number: String,
    },
    /// The person is back in.
    Done {
        /// What the person quotes on the phone.
        number: String,
        /// What to enrol or do now.
        afterwards: Vec<String>,
        /// Where the person came from and may go on.
        back_to: Option<String>,
    },
    /// The person was taken back to whoever sent them, and came here once more.
    Returned {
        /// What the person quotes on the phone.
        number: String,
    },
    /// This browser's earlier proof was forgotten.
    SignedOut,
    /// The pass was shown already, or nobody looked at it in time.
    Gone {
        /// What the person quotes on the phone.
        number: String,
    },
    /// Doorward will not act. One sentence for every reason there is: whoever asks learns nothing from it.
    Refused {
        /// What the person quotes on the phone.
        number: String,
    },
    /// Time ran out.
    Expired {
        /// What the person quotes on the phone, if the case is still known.
        number: Option<String>,
    },
    /// The person withdrew.
    Withdrawn {
        /// What the person quotes on the phone.
        number: String,
    },
    /// The link was used, here or in another browser.
    LinkUsed,
    /// The link is too old, or never was one.
    LinkExpired,
    /// What was done was taken back.
    Undone {
        /// What the person quotes on the phone.
        number: String,
    },
    /// It could not be finished; an operator has to mend something.
    Stuck {
        /// What the person quotes on the phone.
        number: String,
    },
    /// Too many tries.
    Busy {
        /// When the next one is taken.
        retry_after_seconds: u64,
    },
    /// Nothing works at the moment.
    Unavailable {
        /// What the person quotes on the phone, if there is a case.
        number: Option<String>,
    },
    /// Nobody helps themselves at the moment.
    Shielded,
    /// No such page.
    NotFound,
    /// The form is too old, or the browser keeps no cookies.
    Forbidden,
    /// Another site sent somebody with a request that cannot be answered, not even to say so.
    BadRequest {
        /// What the other site's support asks for.
        support: Option<String>,
    },
    /// Whoever sent the person does not wait long enough for a whole check.
    TooLittleTime {
        /// What the person quotes on the phone, if there is a case.
        number: Option<String>,
        /// Whether whoever sent the person still waits, and can be told.
        back: bool,
    },
    /// Our own fault.
    Fault {
        /// Leads staff to the line in the log.
        reference: String,
    },
    /// No case is known to this browser.
    NoSession,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    start: String,
    look: String,
    back: String,
    sign_in: String,
    review: Saying,
    done: Saying,
    returned: Saying,
    signed_out: Saying,
    gone: Saying,
    refused: Saying,
    expired: Saying,
    withdrawn: Saying,
    link_used: Saying,
    link_expired: Saying,
    undone: Saying,
    stuck: Saying,
    busy: Saying,
    unavailable: Saying,
    shielded: Saying,
    not_found: Saying,
    forbidden: Saying,
    bad_request: Saying,
    too_little_time: Saying,
    fault: Saying,
    no_session: Saying,
}

/// What one screen says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    title: String,
    lead: Sentence,
    more: Vec<Sentence>,
}

/// The one thing a person may do next.
enum Way {
    /// Begin at the recovery page.
    Start,
    /// Look again at the case.
    Look,
    /// Back to whoever sent the person.
    Back,
    /// Ask, or wait.
    Nothing,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    title: &'a str,
    lead: String,
    more: Vec<String>,
    afterwards: &'a [String],
    icon: Icon,
    tone: &'static str,
    button: Option<(&'a str, &'a str)>,
}

/// Seconds between two looks of a browser without scripts, where a person at the company has to act.
const REFRESH: u64 = 60;

impl Notice {
    /// The HTTP status it is sent with. How a case ended is no error; that something is not there, or not now, is.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Gone { .. } | Self::LinkUsed | Self::LinkExpired => StatusCode::GONE,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } | Self::Shielded => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Forbidden | Self::NoSession => StatusCode::FORBIDDEN,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Review { .. }
            | Self::Done { .. }
            | Self::Returned { .. }
            | Self::SignedOut
            | Self::Refused { .. }
            | Self::Expired { .. }
            | Self::Withdrawn { .. }
            | Self::TooLittleTime { .. }
            | Self::Undone { .. }
            | Self::Stuck { .. } => StatusCode::OK,
        }
    }

    fn number(&self) -> Option<&str> {
        match self {
            Self::Review { number }
            | Self::Done { number, .. }
            | Self::Returned { number }
            | Self::Gone { number }
            | Self::Refused { number }
            | Self::Withdrawn { number }
            | Self::Undone { number }
            | Self::Stuck { number }
            | Self::Fault { reference: number } => Some(number),
            Self::Expired { number }
            | Self::Unavailable { number }
            | Self::TooLittleTime { number, .. }
            | Self::BadRequest { support: number } => number.as_deref(),
            Self::LinkUsed
            | Self::LinkExpired
            | Self::Busy { .. }
            | Self::Shielded
            | Self::NotFound
            | Self::Forbidden
            | Self::SignedOut
            | Self::NoSession => None,
        }
    }

    /// Where the person came from, if that leads to the web.
    fn way_back(&self) -> Option<&str> {
        match self {
            Self::Done { back_to, .. } => back_to.as_deref().and_then(web_address),
            _ => None,
        }
    }

    fn says<'a>(&self, words: &'a Words) -> (&'a Saying, Icon, Way) {
        match self {
            Self::Review { .. } => (&words.review, Icon::Person, Way::Look),
            Self::Done { .. } => (&words.done, Icon::Check, Way::Nothing),
            Self::Returned { .. } => (&words.returned, Icon::Door, Way::Nothing),
            Self::SignedOut => (&words.signed_out, Icon::Check, Way::Nothing),
            Self::Gone { .. } => (&words.gone, Icon::Key, Way::Start),
            Self::Refused { .. } => (&words.refused, Icon::Chat, Way::Nothing),
            Self::Expired { .. } => (&words.expired, Icon::Clock, Way::Start),
            Self::Withdrawn { .. } => (&words.withdrawn, Icon::Stop, Way::Start),
            Self::LinkUsed => (&words.link_used, Icon::Link, Way::Look),
            Self::LinkExpired => (&words.link_expired, Icon::Link, Way::Nothing),
            Self::Undone { .. } => (&words.undone, Icon::Retry, Way::Nothing),
            Self::Stuck { .. } => (&words.stuck, Icon::Chat, Way::Nothing),
            Self::Busy { .. } => (&words.busy, Icon::Clock, Way::Nothing),
            Self::Unavailable { .. } => (&words.unavailable, Icon::Clock, Way::Look),
            Self::Shielded => (&words.shielded, Icon::Shield, Way::Nothing),
            Self::NotFound => (&words.not_found, Icon::Info, Way::Start),
            Self::Forbidden => (&words.forbidden, Icon::Info, Way::Start),
            Self::BadRequest { .. } => (&words.bad_request, Icon::Retry, Way::Nothing),
            Self::TooLittleTime { back: true, .. } => (&words.too_little_time, Icon::Clock, Way::Back),
            Self::TooLittleTime { .. } => (&words.too_little_time, Icon::Clock, Way::Nothing),
            Self::Fault { .. } => (&words.fault, Icon::Info, Way::Look),
            Self::NoSession => (&words.no_session, Icon::Door, Way::Start),
        }
    }
}

impl Screen for Notice {
    fn state(&self) -> &'static str {
        match self {
            Self::Review { .. } => "review",
            Self::Done { .. } => "done",
            Self::Returned { .. } => "returned",
            Self::SignedOut => "signed-out",
            Self::Gone { .. } => "gone",
            Self::Refused { .. } => "refused",
            Self::Expired { .. } => "expired",
            Self::Withdrawn { .. } => "withdrawn",
            Self::LinkUsed => "link-used",
            Self::LinkExpired => "link-expired",
            Self::Undone { .. } => "undone",
            Self::Stuck { .. } => "stuck",
            Self::Busy { .. } => "busy",
            Self::Unavailable { .. } => "unavailable",
            Self::Shielded => "shielded",
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::BadRequest { .. } => "bad-request",
            Self::TooLittleTime { .. } => "too-little-time",
            Self::Fault { .. } => "fault",
            Self::NoSession => "no-session",
        }
    }

    fn about(&self) -> About<'_> {
        let follows = matches!(self, Self::Review { .. } | Self::Stuck { .. });
        About {
            number: self.number(),
            words: None,
            step: None,
            refresh: follows.then_some(REFRESH),
            script: follows.then_some(Script::Follow),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.notice;
        let (saying, icon, way) = self.says(words);
        let contact = shell.contact();
        let length = match self {
            Self::Busy { retry_after_seconds } => shell.text.time.length(Duration::from_secs(*retry_after_seconds)),
            _ => String::new(),
        };
        let fill = |sentence: &Sentence| {
            sentence.fill(&[("company", shell.company()), ("contact", &contact), ("length", &length)])
        };
        View {
            shell,
            title: &saying.title,
            lead: fill(&saying.lead),
            more: saying.more.iter().map(fill).collect(),
            afterwards: match self {
                Self::Done { afterwards, .. } => afterwards,
                _ => &[],
            },
            icon,
            tone: if matches!(self, Self::Done { .. }) {
                "good"
            } else {
                "calm"
            },
            button: match way {
                Way::Start => Some((path::START, words.start.as_str())),
                Way::Look => Some((path::CASE, words.look.as_str())),
                Way::Back => Some((path::CASE, words.back.as_str())),
                Way::Nothing => self.way_back().map(|address| (address, words.sign_in.as_str())),
            },
        }
        .render()
    }
}

//! What operators see before they are signed in, and after: who vouches for them, why they are not let in, that they are out.
//! The console itself is drawn elsewhere.

use askama::Template;
use http::StatusCode;
use serde::Deserialize;

use super::brand::web_address;
use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};
use super::text::Sentence;

/// The door of the console, in one of its states.
#[derive(Clone, Debug)]
pub enum StaffDoor {
    /// Who vouches for you?
    SignIn {
        /// Their names as operators read them, and where each is asked.
        ways: Vec<(String, String)>,
    },
    /// Whether to sign out here.
    SignOut {
        /// What proves that the form is ours.
        form_token: String,
    },
    /// Signed out here; perhaps at the provider too.
    SignedOut {
        /// The provider as operators read it, and where to sign out there too.
        further: Option<(String, String)>,
    },
    /// The provider vouches, and nothing that it says gives a role.
    NoRole,
    /// It took too long, or began in another browser.
    Stale,
    /// The provider said no.
    Denied,
    /// Somebody else than the one who is signed in proved themselves.
    SomebodyElse,
    /// What the provider said does not hold, or cannot be had.
    Failed,
    /// The provider is out of reach.
    Away,
    /// Somebody holds a link that lets in without any provider.
    Glass {
        /// What the form sends back.
        token: String,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    way: Sentence,
    again: String,
    sign_in: Saying,
    sign_out: Asking,
    signed_out: Saying,
    further: Sentence,
    no_role: Saying,
    stale: Saying,
    denied: Saying,
    somebody_else: Saying,
    failed: Saying,
    away: Saying,
    glass: Asking,
}

/// What one screen says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    title: String,
    lead: Sentence,
}

/// What one screen with a form says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asking {
    title: String,
    lead: Sentence,
    button: String,
}

/// A form of one button.
struct Form<'a> {
    action: &'a str,
    field: (&'a str, &'a str),
    button: &'a str,
}

#[derive(Template)]
#[template(path = "staff.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    title: &'a str,
    lead: String,
    icon: Icon,
    links: Vec<(String, String)>,
    form: Option<Form<'a>>,
}

impl StaffDoor {
    /// The HTTP status it is sent with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } | Self::SignOut { .. } | Self::SignedOut { .. } | Self::Glass { .. } => StatusCode::OK,
            Self::NoRole | Self::Stale | Self::Denied | Self::SomebodyElse => StatusCode::FORBIDDEN,
            Self::Failed => StatusCode::BAD_GATEWAY,
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn says<'w>(&self, words: &'w Words) -> (&'w str, &'w Sentence, Icon) {
        let said = |saying: &'w Saying, icon| (saying.title.as_str(), &saying.lead, icon);
        let asked = |asking: &'w Asking, icon| (asking.title.as_str(), &asking.lead, icon);
        match self {
            Self::SignIn { .. } => said(&words.sign_in, Icon::Door),
            Self::SignOut { .. } => asked(&words.sign_out, Icon::Door),
            Self::SignedOut { .. } => said(&words.signed_out, Icon::Check),
            Self::NoRole => said(&words.no_role, Icon::Person),
            Self::Stale => said(&words.stale, Icon::Clock),
            Self::Denied => said(&words.denied, Icon::Stop),
            Self::SomebodyElse => said(&words.somebody_else, Icon::Person),
            Self::Failed => said(&words.failed, Icon::Info),
            Self::Away => said(&words.away, Icon::Clock),
            Self::Glass { .. } => asked(&words.glass, Icon::Key),
        }
    }

    fn links(&self, words: &Words) -> Vec<(String, String)> {
        match self {
            Self::SignIn { ways } => {
                let named =
                    |(title, address): &(String, String)| (words.way.fill(&[("provider", title)]), address.clone());
                ways.iter().map(named).collect()
            }
            Self::SignedOut { further } => {
                let further = further.iter().filter(|(_, address)| web_address(address).is_some());
                let named =
                    |(title, address): &(String, String)| (words.further.fill(&[("provider", title)]), address.clone());
                let again = (words.again.clone(), path::STAFF_SIGN_IN.to_owned());
                further.map(named).chain([again]).collect()
            }
            Self::SignOut { .. } | Self::Glass { .. } => Vec::new(),
            Self::NoRole | Self::Stale | Self::Denied | Self::SomebodyElse | Self::Failed | Self::Away => {
                vec![(words.again.clone(), path::STAFF_SIGN_IN.to_owned())]
            }
        }
    }

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let way = |title: &str, name: &str| (title.to_owned(), format!("/desk/sign-in/{name}?to=%2Fdesk"));
        let further = ("Northwind sign-in", "https://signin.example.com/");
        vec![
            (
                "staff-sign-in",
                Self::SignIn {
                    ways: vec![way("Northwind sign-in", "northwind"), way("Partner sign-in", "partner")],
                },
            ),
            (
                "staff-sign-out",
                Self::SignOut {
                    form_token: "sample".to_owned(),
                },
            ),
            (
                "staff-signed-out",
                Self::SignedOut {
                    further: Some((further.0.to_owned(), further.1.to_owned())),
                },
            ),
            ("staff-no-role", Self::NoRole),
            ("staff-stale", Self::Stale),
            ("staff-denied", Self::Denied),
            ("staff-somebody-else", Self::SomebodyElse),
            ("staff-failed", Self::Failed),
            ("staff-away", Self::Away),
            (
                "staff-glass",
                Self::Glass {
                    token: "sample".to_owned(),
                },
            ),
        ]
    }
}

impl Screen for StaffDoor {
    fn state(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "staff-sign-in",
            Self::SignOut { .. } => "staff-sign-out",
            Self::SignedOut { .. } => "staff-signed-out",
            Self::NoRole => "staff-no-role",
            Self::Stale => "staff-stale",
            Self::Denied => "staff-denied",
            Self::SomebodyElse => "staff-somebody-else",
            Self::Failed => "staff-failed",
            Self::Away => "staff-away",
            Self::Glass { .. } => "staff-glass",
        }
    }

    fn about(&self) -> About<'_> {
        About::default()
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.staff;
        let (title, lead, icon) = self.says(words);
        let contact = shell.contact();
        View {
            shell,
            title,
            lead: lead.fill(&[("company", shell.company()), ("contact", &contact)]),
            icon,
            links: self.links(words),
            form: match self {
                Self::SignOut { form_token } => Some(Form {
                    action: path::STAFF_SIGN_OUT,
                    field: (path::FORM_TOKEN, form_token),
                    button: &words.sign_out.button,
                }),
                Self::Glass { token } => Some(Form {
                    action: path::STAFF_GLASS,
                    field: ("token", token),
                    button: &words.glass.button,
                }),
                _ => None,
            },
        }
        .render()
    }
}

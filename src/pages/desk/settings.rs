//! The settings as they are in force, and how every vendor is. Read only: settings are a file, changed where files are.

use askama::Template;

use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// The settings as they are in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How every vendor is, in the order of the settings.
    pub vendors: Vec<VendorLine>,
    /// When they were last asked.
    pub checked_at: Option<Timestamp>,
    /// The settings, section by section.
    pub sections: Vec<Section>,
    /// The program's version.
    pub version: String,
}

/// How one vendor is.
#[derive(Clone, Debug)]
pub struct VendorLine {
    /// Its name in the settings.
    pub name: String,
    /// What it is: `connector graph`, `verifier persona`.
    pub kind: String,
    /// How it is, one of [`super::table::HEALTHS`].
    pub health: &'static str,
    /// What was found, and how to mend it.
    pub findings: Vec<FindingLine>,
}

/// One finding about a vendor.
#[derive(Clone, Debug)]
pub struct FindingLine {
    /// Whether something will not work; otherwise it is worth knowing.
    pub grave: bool,
    /// What was found.
    pub what: String,
    /// How to mend it.
    pub remedy: String,
}

/// One section of the settings.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading as the file has it: `[[connector]] graph`.
    pub name: String,
    /// Every key, and its value if it is no secret.
    pub rows: Vec<(String, Setting)>,
}

/// The value of a key.
#[derive(Clone, Debug)]
pub enum Setting {
    /// It, as the file would have it.
    Plain(String),
    /// A secret, and where it is read from; never the secret.
    Secret(String),
    /// It is not set, and this holds.
    Default(String),
}

words! {
    /// What the screen says.
    Words { title, lead, vendors, ask, never, remedy, settings, secret, default, version; checked }
}

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Settings,
    checked: String,
}

impl VendorLine {
    fn tone(&self) -> &'static str {
        match self.health {
            "well" => "good",
            "findings" => "warn",
            "away" => "alert",
            _ => "",
        }
    }
}

impl Drawn for Settings {
    fn state(&self) -> &'static str {
        "desk-settings"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Settings)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.settings;
        let checked = |at| words.checked.fill(&[("at", &desk.moment(at))]);
        View {
            desk,
            words,
            page: self,
            checked: self.checked_at.map_or_else(|| words.never.clone(), checked),
        }
        .render()
    }
}

impl Settings {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let finding = |grave, what: &str, remedy: &str| FindingLine {
            grave,
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        };
        let of = |name: &str, kind: &str, health, findings| VendorLine {
            name: name.to_owned(),
            kind: kind.to_owned(),
            health,
            findings,
        };
        let full = Self {
            vendors: vec![
                of(
                    "entra",
                    "connector graph",
                    "findings",
                    vec![
                        finding(
                            true,
                            "the permission UserAuthenticationMethod.ReadWrite.All is missing",
                            "grant it to the application in Entra and give admin consent",
                        ),
                        finding(
                            false,
                            "the permission Directory.ReadWrite.All is more than is needed",
                            "take it away from the application",
                        ),
                    ],
                ),
                of("okta", "connector okta", "well", Vec::new()),
                of("persona", "verifier persona", "away", Vec::new()),
                of("duo", "connector duo", "unasked", Vec::new()),
            ],
            checked_at: Some(Timestamp::from_seconds(SAMPLE_NOW - 180)),
            sections: Self::sections_sample(),
            version: "0.1.0".to_owned(),
        };
        let unasked = Self {
            vendors: vec![of("entra", "connector graph", "unasked", Vec::new())],
            checked_at: None,
            ..full.clone()
        };
        vec![("desk-settings", full), ("desk-settings-unasked", unasked)]
    }

    fn sections_sample() -> Vec<Section> {
        let plain = |key: &str, value: &str| (key.to_owned(), Setting::Plain(value.to_owned()));
        let section = |name: &str, rows| Section {
            name: name.to_owned(),
            rows,
        };
        vec![
            section(
                "[server]",
                vec![
                    plain("public_url", "https://recover.example.com/"),
                    plain("listen", "0.0.0.0:8443"),
                    ("trusted_proxies".to_owned(), Setting::Default("none".to_owned())),
                ],
            ),
            section(
                "[[connector]] entra",
                vec![
                    plain("kind", "graph"),
                    plain("tenant", "5f1c7e8e-77ab-4f7a-9a1a-0d5f6f5c0e11"),
                    (
                        "client_secret".to_owned(),
                        Setting::Secret("file /run/secrets/entra".to_owned()),
                    ),
                ],
            ),
        ]
    }
}

//! The console: every screen that staff see, drawn on the server, working without scripts.
//!
//! A screen is a struct with its data, a template beside it, its words under `[desk.…]` in the file of words, and samples.
//! Nothing here knows a case or decides anything: the edge fills the struct with what whoever asks may see. The script only
//! helps: keys, copying, and parts of a page that follow by themselves.

mod approval;
mod approvals;
mod case;
mod case_sample;
mod cases;
mod confirm;
mod deliveries;
mod delivery;
mod erase;
mod event;
mod exhibit;
mod explained;
mod find;
mod frame;
mod given;
mod home;
mod line;
mod notice;
mod open;
pub mod path;
mod place;
mod record;
mod review;
mod reviews;
mod settings;
mod shield;
pub mod table;
pub(super) mod words;

use std::fmt::Debug;
use std::sync::Arc;

use http::StatusCode;

pub use super::qr::Qr;
pub use approval::Approval;
pub use approvals::{ApprovalLine, Approvals};
pub use case::{AccountLine, AttemptLine, CasePage, CheckLine, Condition};
pub use cases::{Cases, Filter};
pub use confirm::{Act, Confirm};
pub use deliveries::{Deliveries, DeliveryLine};
pub use delivery::{Attempt, Delivery};
pub use erase::{Erase, EraseStep};
pub use event::{EVENTS, EventLine};
pub use exhibit::{Exhibits, Picture, Read, Remark};
pub use explained::{Agreed, Compared, Explained, Quorum, StepLine};
pub use find::{Find, Found, Person};
pub use frame::{Frame, Raised, Said};
pub use given::{Code, Given, Sending};
pub use home::Home;
pub use line::CaseLine;
pub use notice::StaffNotice;
pub use open::{Filled, Known, Open, OpenError};
pub use record::{Record, RecordFilter, Verified};
pub use review::{Beside, Check, Claimed, Evidence, Review, ReviewStep};
pub use reviews::{ReviewLine, Reviews};
pub use settings::{FindingLine, Section, Setting, Settings, VendorLine};
pub use shield::Shield;

use super::Page;
use super::shell::{About, Shell};
use crate::case::role::Role;
use doorward_contract::Timestamp;
use frame::{SAMPLE_NOW, Surface};
use place::Place;

/// Something to choose from: what is posted, and what staff read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What staff read.
    pub title: String,
}

/// A screen of the console that can be drawn.
trait Drawn: Debug + Send + Sync {
    fn state(&self) -> &'static str;

    /// The place that it belongs to.
    fn place(&self) -> Option<Place> {
        None
    }

    fn status(&self) -> StatusCode {
        StatusCode::OK
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String>;
}

/// One screen and its data.
#[derive(Clone, Debug)]
pub struct Screen(Arc<dyn Drawn>);

macro_rules! from {
    ($($screen:ident),* $(,)?) => { $(
        impl From<$screen> for Screen {
            fn from(screen: $screen) -> Self {
                Self(Arc::new(screen))
            }
        }
    )* };
}
from!(
    Approval,
    Approvals,
    CasePage,
    Cases,
    Confirm,
    Deliveries,
    Delivery,
    Erase,
    Find,
    Given,
    Home,
    Open,
    Record,
    Review,
    Reviews,
    Settings,
    Shield,
    StaffNotice,
);

/// A screen of the console, and whoever looks at it.
#[derive(Clone, Debug)]
pub struct Desk {
    frame: Frame,
    screen: Screen,
}

impl Desk {
    /// A screen for whoever is signed in.
    pub fn new(frame: Frame, screen: impl Into<Screen>) -> Self {
        Self {
            frame,
            screen: screen.into(),
        }
    }

    /// The same screen for another operator or at another time.
    #[must_use]
    pub fn in_frame(&self, frame: Frame) -> Self {
        Self {
            frame,
            screen: self.screen.clone(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.screen.0.status()
    }
}

impl From<Desk> for Page {
    fn from(desk: Desk) -> Self {
        Self::Desk(Box::new(desk))
    }
}

impl super::shell::Screen for Desk {
    fn state(&self) -> &'static str {
        self.screen.0.state()
    }

    fn about(&self) -> About<'_> {
        About::default()
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let surface = Surface {
            shell,
            frame: &self.frame,
            place: self.screen.0.place(),
            words: &shell.text.desk,
        };
        self.screen.0.draw(&surface)
    }
}

impl Choice {
    pub(in crate::pages) fn purposes() -> Vec<Self> {
        let of = |value: &str, title: &str| Self {
            value: value.to_owned(),
            title: title.to_owned(),
        };
        vec![
            of("recovery", "Get back into your account"),
            of("new-phone", "Set up a new phone"),
        ]
    }
}

type Samples = Vec<(&'static str, Desk)>;

fn of<S: Into<Screen>>(frame: &Frame, samples: Vec<(&'static str, S)>) -> Samples {
    let framed = |(name, screen)| (name, Desk::new(frame.clone(), screen));
    samples.into_iter().map(framed).collect()
}

impl Desk {
    /// Every screen in every shape, with invented people; the name tells them apart.
    pub(super) fn samples() -> Samples {
        let agent = Frame::sample("Jonas Weber", &[Role::Agent]);
        let reviewer = Frame::sample("Noor Haddad", &[Role::Reviewer]);
        let approver = Frame::sample("Amara Okafor", &[Role::Approver]);
        let auditor = Frame::sample("Ingrid Solberg", &[Role::Auditor]);
        let admin = Frame::sample("Tomás Rivera", &[Role::Admin]);
        let everything = Frame::sample("Wolfgang Amadeus Featherstonehaugh-Papadopoulos", &Role::ALL);
        let shield = |reason_missing| Shield {
            open: 4,
            reason_missing,
        };
        [
            of(
                &agent,
                vec![
                    ("desk-home", Home::agent_sample()),
                    ("desk-home-new", Home::quiet_sample()),
                ],
            ),
            of(&auditor, vec![("desk-home-quiet", Home::quiet_sample())]),
            of(&everything, vec![("desk-home-busy", Home::busy_sample())]),
            of(&agent, Find::samples()),
            of(&agent, Open::samples()),
            of(&agent, Given::samples()),
            of(&agent, CasePage::samples()),
            of(&admin, Confirm::samples()),
            of(&auditor, Cases::samples()),
            of(&reviewer, Reviews::samples()),
            of(&reviewer, Review::samples()),
            of(&approver, Approvals::samples()),
            of(&approver, Approval::samples()),
            of(&auditor, Record::samples()),
            of(&admin, Erase::samples()),
            of(
                &admin,
                vec![("desk-shield", shield(false)), ("desk-shield-no-reason", shield(true))],
            ),
            of(&admin.clone().shielded(), vec![("desk-shield-up", shield(false))]),
            of(&agent.shielded(), vec![("desk-home-shielded", Home::agent_sample())]),
            of(&admin, Settings::samples()),
            of(&admin, Deliveries::samples()),
            of(&admin, Delivery::samples()),
            of(&auditor, StaffNotice::samples()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Screens that the samples leave out because they differ in a word only.
    pub fn variants() -> Vec<Self> {
        let agent = Frame::sample("Jonas Weber", &[Role::Agent]);
        let approver = Frame::sample("Amara Okafor", &[Role::Approver, Role::Admin]);
        let said = Said::ALL.into_iter().map(|said| {
            let said = Frame {
                said: Some(said),
                ..agent.clone()
            };
            Self::new(said, Home::quiet_sample())
        });
        let sights = table::SIGHTS
            .iter()
            .map(|sight| Self::new(approver.clone(), CasePage::sample_with_sight(sight)));
        let why = CasePage::samples_of_words();
        let why = why.into_iter().map(|page| Self::new(approver.clone(), page));
        said.chain(sights).chain(why).collect()
    }
}

impl Frame {
    fn shielded(self) -> Self {
        Self {
            shield: Some(Raised {
                since: Timestamp::from_seconds(SAMPLE_NOW - 5_400),
                by: "Tomás Rivera".to_owned(),
                reason: "Calls to the desk in the name of the board since this morning.".to_owned(),
            }),
            ..self
        }
    }
}

//! What surrounds every screen of the console: who is signed in, where they may go, what waits for them, and that the
//! shield is up.

use std::borrow::{Borrow, Cow};
use std::time::Duration;

use super::place::Place;
use super::words::Words;
use crate::case::role::{Power, Role, Roles};
use crate::pages::brand;
use crate::pages::icon::Icon;
use crate::pages::shell::Shell;
use crate::pages::text::{self, Time};
use doorward_contract::Timestamp;

/// What every screen shows of whoever is signed in.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The operator's name.
    pub operator: String,
    /// What they are.
    pub roles: Roles,
    /// Proves that a form came from our own page.
    pub form_token: String,
    /// Now: what was a while ago is told from here.
    pub now: Timestamp,
    /// The shield, while it is up.
    pub shield: Option<Raised>,
    /// How many reviews wait for this operator.
    pub reviews: u32,
    /// How many approvals wait for this operator.
    pub approvals: u32,
    /// What has just been done, said once.
    pub said: Option<Said>,
}

/// The shield is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Since when.
    pub since: Timestamp,
    /// The operator who raised it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A case was called off.
    Cancelled,
    /// A case was flagged as fraud.
    Flagged,
    /// A flag was taken away.
    Cleared,
    /// A stuck case goes on.
    Resumed,
    /// What failed is done once more.
    Retried,
    /// What was done is being taken back.
    Undone,
    /// An earlier proof was forgotten.
    Forgotten,
    /// A link went out.
    Sent,
    /// A review was decided.
    Decided,
    /// Somebody agreed.
    Agreed,
    /// Somebody did not agree.
    Disagreed,
    /// The shield was raised.
    Raised,
    /// The shield was lowered.
    Lowered,
    /// A delivery is sent once more.
    Replayed,
    /// Every vendor was asked anew.
    Checked,
}

impl Said {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Cancelled,
        Self::Flagged,
        Self::Cleared,
        Self::Resumed,
        Self::Retried,
        Self::Undone,
        Self::Forgotten,
        Self::Sent,
        Self::Decided,
        Self::Agreed,
        Self::Disagreed,
        Self::Raised,
        Self::Lowered,
        Self::Replayed,
        Self::Checked,
    ];

    /// The word for an address's query.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Flagged => "flagged",
            Self::Cleared => "cleared",
            Self::Resumed => "resumed",
            Self::Retried => "retried",
            Self::Undone => "undone",
            Self::Forgotten => "forgotten",
            Self::Sent => "sent",
            Self::Decided => "decided",
            Self::Agreed => "agreed",
            Self::Disagreed => "disagreed",
            Self::Raised => "raised",
            Self::Lowered => "lowered",
            Self::Replayed => "replayed",
            Self::Checked => "checked",
        }
    }

    /// The one with that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.word() == word)
    }
}

/// A place as the list shows it.
pub(super) struct Way<'a> {
    pub(super) to: &'static str,
    pub(super) name: &'a str,
    pub(super) icon: Icon,
    /// The letter that leads there after `g`.
    pub(super) letter: char,
    pub(super) here: bool,
    /// How much waits there.
    pub(super) count: Option<u32>,
}

/// Something that is or gives a moment, so that templates need not care how often it is borrowed.
pub(super) trait Moment {
    fn moment(&self) -> Timestamp;
}

impl Moment for Timestamp {
    fn moment(&self) -> Timestamp {
        *self
    }
}

impl<M: Moment> Moment for &M {
    fn moment(&self) -> Timestamp {
        (*self).moment()
    }
}

/// A moment for a machine.
pub(super) fn machine(at: impl Moment) -> String {
    text::machine_moment(at.moment())
}

/// Below this nobody wants to know how long exactly.
const A_MINUTE: Duration = Duration::from_mins(1);
/// After this long, minutes are more than one wants to read.
const TWO_HOURS: Duration = Duration::from_hours(2);
/// After this long a date says more than a length.
const A_DAY: Duration = Duration::from_hours(24);

/// The surroundings, as the templates see them.
pub(super) struct Surface<'a> {
    pub(super) shell: &'a Shell<'a>,
    pub(super) frame: &'a Frame,
    pub(super) place: Option<Place>,
    pub(super) words: &'a Words,
}

impl Surface<'_> {
    pub(super) fn title(&self, page: impl AsRef<str>) -> String {
        self.words
            .frame
            .page_title
            .fill(&[("page", page.as_ref()), ("company", self.company())])
    }

    pub(super) fn company(&self) -> &str {
        &self.shell.brand.name
    }

    pub(super) fn monogram(&self) -> Option<char> {
        brand::monogram(self.company())
    }

    pub(super) fn contact(&self) -> String {
        self.shell.contact()
    }

    pub(super) fn time(&self) -> &Time {
        &self.shell.text.time
    }

    /// The token of the forms.
    pub(super) fn token(&self) -> &str {
        &self.frame.form_token
    }

    pub(super) fn may(&self, power: Power) -> bool {
        self.frame.roles.may(power)
    }

    /// Whether a person may be looked up; otherwise the search field takes numbers of cases only.
    pub(super) fn may_find(&self) -> bool {
        self.may(Power::FindPerson)
    }

    pub(super) fn may_open(&self) -> bool {
        self.may(Power::OpenCase)
    }

    pub(super) fn roles(&self) -> String {
        let roles = self.frame.roles.iter();
        let named: Vec<Cow<'_, str>> = roles.map(|role| self.words.role.of(role.word())).collect();
        named.join(", ")
    }

    /// The places that this operator may go to.
    pub(super) fn places(&self) -> Vec<Way<'_>> {
        let (reviews, approvals) = (self.frame.reviews, self.frame.approvals);
        let allowed = |place: &Place| place.power().is_none_or(|power| self.may(power));
        Place::ALL
            .into_iter()
            .filter(allowed)
            .map(|place| {
                let (to, icon, letter) = place.looks();
                Way {
                    to,
                    name: self.words.frame.of(place),
                    icon,
                    letter,
                    here: self.place == Some(place),
                    count: match place {
                        Place::Reviews => Some(reviews),
                        Place::Approvals => Some(approvals),
                        _ => None,
                    },
                }
            })
            .collect()
    }

    /// How long ago that was, or on which day.
    pub(super) fn ago(&self, at: impl Moment) -> String {
        let at = at.moment();
        let length = self.frame.now.since(at);
        let words = &self.words.frame;
        if length < A_MINUTE {
            return words.just_now.clone();
        }
        if length >= A_DAY {
            return self.time().date(at);
        }
        let rough = if length < TWO_HOURS {
            Duration::from_mins(length.as_secs() / 60)
        } else {
            Duration::from_hours(length.as_secs() / 3_600)
        };
        words.ago.fill(&[("length", &self.time().length(rough))])
    }

    /// A moment, to the minute.
    pub(super) fn moment(&self, at: impl Moment) -> String {
        self.time().moment(at.moment())
    }

    pub(super) fn length(&self, length: impl Borrow<Duration>) -> String {
        self.time().length(*length.borrow())
    }

    pub(super) fn said(&self) -> Option<&str> {
        let words = &self.words.said;
        let said = self.frame.said?;
        Some(match said {
            Said::Cancelled => &words.cancelled,
            Said::Flagged => &words.flagged,
            Said::Cleared => &words.cleared,
            Said::Resumed => &words.resumed,
            Said::Retried => &words.retried,
            Said::Undone => &words.undone,
            Said::Forgotten => &words.forgotten,
            Said::Sent => &words.sent,
            Said::Decided => &words.decided,
            Said::Agreed => &words.agreed,
            Said::Disagreed => &words.disagreed,
            Said::Raised => &words.raised,
            Said::Lowered => &words.lowered,
            Said::Replayed => &words.replayed,
            Said::Checked => &words.checked,
        })
    }

    /// Who raised the shield, and when.
    pub(super) fn shield(&self) -> Option<(String, &str)> {
        let raised = self.frame.shield.as_ref()?;
        let since = self.moment(raised.since);
        let said = self
            .words
            .frame
            .shield_up_by
            .fill(&[("who", &raised.by), ("since", &since)]);
        Some((said, &raised.reason))
    }
}

/// When the samples are looked at: 15 January 2026, 10:30 UTC.
pub(super) const SAMPLE_NOW: i64 = 1_768_473_000;

impl Frame {
    /// Somebody with those roles, while nothing is the matter.
    pub(super) fn sample(operator: &str, roles: &[Role]) -> Self {
        Self {
            operator: operator.to_owned(),
            roles: roles.iter().copied().collect(),
            form_token: "sample".to_owned(),
            now: Timestamp::from_seconds(SAMPLE_NOW),
            shield: None,
            reviews: 2,
            approvals: 1,
            said: None,
        }
    }
}

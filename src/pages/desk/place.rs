//! The places of the console: who may go there, and how they look in the list of places.

use super::path;
use super::words::FrameWords;
use crate::case::role::Power;
use crate::pages::icon::Icon;

/// A place of the console that the list of places leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Cases,
    Reviews,
    Approvals,
    Record,
    Deliveries,
    Settings,
    Shield,
    Erase,
}

impl Place {
    pub(super) const ALL: [Self; 9] = [
        Self::Home,
        Self::Cases,
        Self::Reviews,
        Self::Approvals,
        Self::Record,
        Self::Deliveries,
        Self::Settings,
        Self::Shield,
        Self::Erase,
    ];

    /// What somebody must be allowed to do to go there.
    pub(super) const fn power(self) -> Option<Power> {
        match self {
            Self::Home => None,
            Self::Cases => Some(Power::ReadCase),
            Self::Reviews => Some(Power::Review),
            Self::Approvals => Some(Power::Approve),
            Self::Record => Some(Power::ReadAudit),
            Self::Deliveries => Some(Power::Deliver),
            Self::Settings => Some(Power::ReadSettings),
            Self::Shield => Some(Power::Shield),
            Self::Erase => Some(Power::Erase),
        }
    }

    /// Its address, its picture, and the letter that leads there.
    pub(super) const fn looks(self) -> (&'static str, Icon, char) {
        match self {
            Self::Home => (path::HOME, Icon::Door, 'h'),
            Self::Cases => (path::CASES, Icon::List, 'c'),
            Self::Reviews => (path::REVIEWS, Icon::Eye, 'r'),
            Self::Approvals => (path::APPROVALS, Icon::Check, 'a'),
            Self::Record => (path::RECORD, Icon::Book, 'p'),
            Self::Deliveries => (path::DELIVERIES, Icon::Send, 'd'),
            Self::Settings => (path::SETTINGS, Icon::Gear, 's'),
            Self::Shield => (path::SHIELD, Icon::Shield, 'u'),
            Self::Erase => (path::ERASE, Icon::Bin, 'e'),
        }
    }
}

impl FrameWords {
    pub(super) fn of(&self, place: Place) -> &str {
        match place {
            Place::Home => &self.home,
            Place::Cases => &self.cases,
            Place::Reviews => &self.reviews,
            Place::Approvals => &self.approvals,
            Place::Record => &self.record,
            Place::Deliveries => &self.deliveries,
            Place::Settings => &self.settings,
            Place::Shield => &self.shield,
            Place::Erase => &self.erase,
        }
    }
}

//! What Duo says of a user as a whole, and which act fits whom.
//!
//! Follows "Admin API: Users" (<https://duo.com/docs/adminapi#users>, August 2026). `locked out` is set by Duo alone and is the
//! only status that Doorward ever changes; the others are somebody's decision.

use doorward_contract::{Ability, Action, VendorError};

use crate::wire::User;

/// The status of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Bypass,
    Disabled,
    LockedOut,
    PendingDeletion,
    /// Not told, or a word that did not exist when this was written.
    Unknown,
}

impl Status {
    pub(crate) fn of(user: &User) -> Self {
        let word = user.status.as_deref().unwrap_or_default();
        match word.to_ascii_lowercase().replace('_', " ").as_str() {
            "active" => Self::Active,
            "bypass" => Self::Bypass,
            "disabled" => Self::Disabled,
            "locked out" => Self::LockedOut,
            "pending deletion" => Self::PendingDeletion,
            _ => Self::Unknown,
        }
    }

    /// The vendor's word, for snapshots and reasons.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Bypass => "bypass",
            Self::Disabled => "disabled",
            Self::LockedOut => "locked out",
            Self::PendingDeletion => "pending deletion",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the account is there for its person. A lock passes; the rest was meant.
    pub(crate) fn is_enabled(self) -> bool {
        matches!(self, Self::Active | Self::Bypass | Self::LockedOut)
    }
}

/// Whether the act helps a user in this status; otherwise why not, and what would.
pub(crate) fn fits(action: &Action, user: &User) -> Result<(), VendorError> {
    let why = match (Status::of(user), action) {
        (Status::Disabled, _) if user.is_synchronised() => {
            "it is disabled, and synchronised from a directory: it is enabled there"
        }
        (Status::Disabled, _) => "it is disabled in Duo: an administrator has to enable it first",
        (Status::PendingDeletion, _) => "it is in Duo's trash: an administrator has to restore it first",
        (Status::Unknown, _) => "Duo does not say a status that Doorward knows: an administrator has to look at it",
        // An active user has nothing to unlock; the act itself says that it is done already.
        (Status::Active, _)
        | (Status::LockedOut, Action::Unlock | Action::RemoveDevices { .. })
        | (Status::Bypass, Action::ActivationLink { .. } | Action::RemoveDevices { .. }) => return Ok(()),
        (Status::LockedOut, _) => {
            return Err(VendorError::Premature {
                why: "it is locked out, and what it would be given does not help: unlock it first".to_owned(),
                after: Ability::Unlock,
            });
        }
        (Status::Bypass, _) => "it is in bypass status: it signs in without Duo, and there is nothing to recover",
    };
    Err(VendorError::Unfit { why: why.to_owned() })
}

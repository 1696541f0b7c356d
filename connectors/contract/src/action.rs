//! What a connector can be asked to do, as data, and the power it must declare to be asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One act, as data: settings name it, the queue stores it, the audit log prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Sets a password that must be changed at the next sign-in.
    TemporaryPassword,
    /// Issues a time-limited pass. The wish is clamped into what the vendor's policy allows.
    TemporaryAccessPass {
        /// Wished lifetime in minutes; the vendor's default if absent.
        lifetime_minutes: Option<u32>,
        /// Whether it works once only.
        one_time: bool,
    },
    /// Ends the account's sessions everywhere.
    RevokeSessions,
    /// Removes sign-in methods.
    RemoveMethods {
        /// The kinds to remove (`phone`, `authenticator_app`, `passkey`, `software_oath`, `email`, …).
        kinds: Vec<String>,
    },
    /// Issues a link by which the person sets a new password.
    ResetLink,
    /// Issues a code that stands in for a factor for a while. The wish is clamped into what the vendor's settings allow.
    TemporaryAccessCode {
        /// Wished lifetime in minutes; the vendor's default if absent.
        lifetime_minutes: Option<u32>,
        /// Whether it works once only.
        one_time: bool,
    },
    /// Lifts a lock that the vendor put on the account after failed attempts.
    Unlock,
    /// Takes factors off the account, so that the person sets them up again.
    ResetFactors {
        /// The kinds, in the vendor's own words; all of them if empty.
        kinds: Vec<String>,
    },
    /// Freezes the account: nobody signs in until it is taken back.
    Suspend,
    /// Takes a freeze back.
    Unsuspend,
    /// Issues one code that stands in for a second factor once. Codes that exist already are kept.
    BypassCode {
        /// Wished lifetime in minutes; the connector's default if absent.
        lifetime_minutes: Option<u32>,
    },
    /// Issues a link by which a person without any device registers the first one.
    EnrolmentLink,
    /// Issues a link by which the person's known phone is made to work again.
    ActivationLink {
        /// Wished lifetime in minutes; the connector's default if absent.
        lifetime_minutes: Option<u32>,
    },
    /// Takes devices off the account.
    RemoveDevices {
        /// The kinds to remove (`phone`, `token`, `passkey`, `desktop`).
        kinds: Vec<String>,
    },
    /// Calls a system of the company's own, which knows what to do.
    Call {
        /// The name by which that system knows what is wanted.
        name: String,
    },
}

impl Action {
    /// The power a connector must declare to be asked for this.
    pub fn ability(&self) -> Ability {
        match self {
            Self::TemporaryPassword => Ability::TemporaryPassword,
            Self::TemporaryAccessPass { .. } => Ability::TemporaryAccessPass,
            Self::RevokeSessions => Ability::RevokeSessions,
            Self::RemoveMethods { .. } => Ability::RemoveMethods,
            Self::ResetLink => Ability::ResetLink,
            Self::TemporaryAccessCode { .. } => Ability::TemporaryAccessCode,
            Self::Unlock => Ability::Unlock,
            Self::ResetFactors { .. } => Ability::ResetFactors,
            Self::Suspend => Ability::Suspend,
            Self::Unsuspend => Ability::Unsuspend,
            Self::BypassCode { .. } => Ability::BypassCode,
            Self::EnrolmentLink => Ability::EnrolmentLink,
            Self::ActivationLink { .. } => Ability::ActivationLink,
            Self::RemoveDevices { .. } => Ability::RemoveDevices,
            Self::Call { .. } => Ability::Call,
        }
    }

    /// Whether it hands the person a secret.
    pub fn yields_pass(&self) -> bool {
        matches!(
            self,
            Self::TemporaryPassword
                | Self::TemporaryAccessPass { .. }
                | Self::ResetLink
                | Self::TemporaryAccessCode { .. }
                | Self::BypassCode { .. }
                | Self::EnrolmentLink
                | Self::ActivationLink { .. }
        )
    }
}

/// A power that a connector declares. Settings that ask for more do not load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// [`Action::TemporaryPassword`].
    TemporaryPassword,
    /// [`Action::TemporaryAccessPass`].
    TemporaryAccessPass,
    /// [`Action::RevokeSessions`].
    RevokeSessions,
    /// [`Action::RemoveMethods`].
    RemoveMethods,
    /// [`Action::ResetLink`].
    ResetLink,
    /// [`Action::TemporaryAccessCode`].
    TemporaryAccessCode,
    /// [`Action::Unlock`].
    Unlock,
    /// [`Action::ResetFactors`].
    ResetFactors,
    /// [`Action::Suspend`].
    Suspend,
    /// [`Action::Unsuspend`].
    Unsuspend,
    /// [`Action::BypassCode`].
    BypassCode,
    /// [`Action::EnrolmentLink`].
    EnrolmentLink,
    /// [`Action::ActivationLink`].
    ActivationLink,
    /// [`Action::RemoveDevices`].
    RemoveDevices,
    /// [`Action::Call`].
    Call,
}

impl Ability {
    /// The word used in settings, log and audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::TemporaryPassword => "temporary_password",
            Self::TemporaryAccessPass => "temporary_access_pass",
            Self::RevokeSessions => "revoke_sessions",
            Self::RemoveMethods => "remove_methods",
            Self::ResetLink => "reset_link",
            Self::TemporaryAccessCode => "temporary_access_code",
            Self::Unlock => "unlock",
            Self::ResetFactors => "reset_factors",
            Self::Suspend => "suspend",
            Self::Unsuspend => "unsuspend",
            Self::BypassCode => "bypass_code",
            Self::EnrolmentLink => "enrolment_link",
            Self::ActivationLink => "activation_link",
            Self::RemoveDevices => "remove_devices",
            Self::Call => "call",
        }
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

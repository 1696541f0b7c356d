//! How a vendor's failure is sorted: by what the caller should do next, never by HTTP status.

use std::time::Duration;

use crate::action::Ability;

/// Whether a request that got no usable answer may still have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It never left: repeating is harmless.
    No,
    /// It may have arrived: read the vendor before acting again.
    Perhaps,
}

/// What went wrong at a vendor. Texts are for staff and logs; they hold no secret and no personal datum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    /// No answer, or an answer that says "not now". Try again later.
    #[error("the vendor could not be reached: {why}")]
    Unreachable {
        /// Whether the request may have been carried out.
        sent: Sent,
        /// What happened, in staff's words.
        why: String,
    },
    /// Asked to slow down. Try again after the time given, or after a pause of one's own. A throttled write may
    /// nevertheless have been carried out.
    #[error("the vendor asks to slow down")]
    Throttled {
        /// How long the vendor wants us to wait.
        retry_after: Option<Duration>,
    },
    /// Not allowed: a right, a licence, a key or a setting has to be mended by an operator. Repeating changes nothing.
    #[error("the vendor refused: {why}")]
    Refused {
        /// What has to be mended.
        why: String,
    },
    /// What was named does not exist there.
    #[error("not found at the vendor: {what}")]
    Missing {
        /// What was asked for.
        what: String,
    },
    /// More than one account answers to the key: never pick the first.
    #[error("more than one account answers to the key")]
    Ambiguous,
    /// The account exists but this act does not fit it (synchronised from on-premises, wrong status, no licence).
    #[error("the act does not fit the account: {why}")]
    Unfit {
        /// Why, and what would fit instead.
        why: String,
    },
    /// The act fits the account only after another one, which a plan may do before it.
    #[error("the act does not fit the account: {why}")]
    Premature {
        /// Why, and what would have to be done first.
        why: String,
        /// The power that would make it fit.
        after: Ability,
    },
    /// The vendor says that it is already so.
    #[error("already done at the vendor")]
    Done,
    /// The message was not from the vendor: bad signature, too old, malformed.
    #[error("not authentic: {why}")]
    Forged {
        /// Which check failed.
        why: String,
    },
    /// Their answer is not what their documentation says. Somebody should look.
    #[error("an unexpected answer from the vendor: {why}")]
    Unexpected {
        /// What was unexpected.
        why: String,
    },
}

impl VendorError {
    /// Worth trying again later without anybody mending anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Throttled { .. })
    }

    /// The request may have been carried out although no usable answer came.
    pub fn may_have_happened(&self) -> bool {
        matches!(
            self,
            Self::Unreachable {
                sent: Sent::Perhaps,
                ..
            } | Self::Throttled { .. }
        )
    }

    /// A fixed word per remedy, for events and metrics.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Throttled { .. } => "throttled",
            Self::Refused { .. } => "refused",
            Self::Missing { .. } => "missing",
            Self::Ambiguous => "ambiguous",
            Self::Unfit { .. } | Self::Premature { .. } => "unfit",
            Self::Done => "done",
            Self::Forged { .. } => "forged",
            Self::Unexpected { .. } => "unexpected",
        }
    }
}

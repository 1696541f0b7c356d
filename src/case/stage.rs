//! Where a case stands, the moves it may make, and how it ends.

use serde::{Deserialize, Serialize};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A link was made; no browser is bound yet.
    Invited,
    /// A browser is bound; the person has to agree.
    Consent,
    /// The person is with the verifier, or about to be.
    Proving,
    /// The proof stands; it is being compared with the account.
    Comparing,
    /// A human has to decide.
    Review,
    /// The proof fits; the person is asked what else the purpose wants to know.
    Checking,
    /// Everything fits; colleagues have to agree.
    Approval,
    /// The plan is being carried out.
    Acting,
    /// A step cannot be done; an operator has to mend something and let the case go on.
    Stuck,
    /// A pass waits for the person.
    Ready,
    /// It is decided; the answer waits for the person's browser to carry it to whoever sent them.
    Answer,
    /// It is over; [`super::Case::end`] says how.
    Closed,
}

impl Stage {
    /// All stages, in the order a case passes them.
    pub const ALL: [Self; 12] = [
        Self::Invited,
        Self::Consent,
        Self::Proving,
        Self::Comparing,
        Self::Review,
        Self::Checking,
        Self::Approval,
        Self::Acting,
        Self::Stuck,
        Self::Ready,
        Self::Answer,
        Self::Closed,
    ];

    /// The word in the database, in events and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Consent => "consent",
            Self::Proving => "proving",
            Self::Comparing => "comparing",
            Self::Review => "review",
            Self::Checking => "checking",
            Self::Approval => "approval",
            Self::Acting => "acting",
            Self::Stuck => "stuck",
            Self::Ready => "ready",
            Self::Answer => "answer",
            Self::Closed => "closed",
        }
    }

    /// The moves a case may make. Anything may close; a closed case stays closed.
    pub fn may_become(self, next: Self) -> bool {
        use Stage::{
            Acting, Answer, Approval, Checking, Closed, Comparing, Consent, Invited, Proving, Ready, Review, Stuck,
        };
        matches!(
            (self, next),
            (Invited, Consent)
                | (Consent, Proving)
                | (Proving, Consent | Comparing | Review)
                | (Comparing, Review | Checking | Approval | Acting | Consent)
                | (Review, Acting | Approval | Checking | Comparing | Consent)
                | (Checking, Acting | Approval | Review)
                | (Approval, Acting | Review)
                | (Acting, Stuck | Ready)
                | (Stuck, Acting)
                | (Consent | Proving | Comparing | Review | Checking | Approval, Answer)
        ) || (next == Closed && self != Closed)
    }
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// The person is back in: everything done, the pass (if any) shown.
    Recovered,
    /// Doorward will not act. The person is told one neutral sentence; staff see the reason.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// The relying party that sent the person was answered.
    Answered {
        /// What it was told.
        verdict: Verdict,
    },
    /// Time ran out.
    Expired,
    /// The person withdrew.
    Withdrawn,
    /// The pass was made and never looked at; it is gone.
    Unclaimed,
    /// The plan could not be carried out whole.
    Failed,
    /// An operator had what was done taken back, as far as it can be.
    Undone,
}

impl End {
    /// The word in events, in the API and in lists.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Refused { .. } => "refused",
            Self::Answered { .. } => "answered",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Unclaimed => "unclaimed",
            Self::Failed => "failed",
            Self::Undone => "undone",
        }
    }
}

/// What a relying party is told. How much of it it understands is its profile's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The person is proven, and is who the account belongs to.
    Proven,
    /// A finished check with a negative outcome.
    Failed,
    /// The person did not want to.
    Declined,
    /// A human would have to decide, and there was no time for that.
    Undecided,
    /// Time ran out.
    Late,
    /// A vendor could not be asked.
    Unavailable,
}

impl Verdict {
    /// The word in events.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Failed => "failed",
            Self::Declined => "declined",
            Self::Undecided => "undecided",
            Self::Late => "late",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Why Doorward will not act; for staff only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No account answers to what was given.
    UnknownAccount,
    /// More than one does.
    AmbiguousAccount,
    /// The account is disabled.
    DisabledAccount,
    /// The account is protected, or it cannot be told.
    ProtectedAccount,
    /// The verifier declined, and no attempt is left.
    Declined,
    /// The proof is not the one asked for (environment, template, person, age).
    ForeignProof,
    /// The proven person is not the account's owner.
    Mismatch,
    /// A reviewer refused.
    Reviewed,
    /// The proof came back in another browser than the one that asked for it: somebody may have proven themselves for
    /// somebody else.
    Relayed,
    /// Who proved themselves is not who the relying party had named.
    AnotherPerson,
    /// A further check was denied, or nothing came of it, and no try is left.
    Unchecked,
    /// The account's owner says that somebody else asked.
    ReportedFraud,
    /// Somebody on the staff called a case of this account fraud, and nobody took that back.
    Frozen,
    /// A colleague who was asked to agree did not.
    Disapproved,
}

impl Refusal {
    /// The word in events, in the API and in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnknownAccount => "unknown_account",
            Self::AmbiguousAccount => "ambiguous_account",
            Self::DisabledAccount => "disabled_account",
            Self::ProtectedAccount => "protected_account",
            Self::Declined => "declined",
            Self::ForeignProof => "foreign_proof",
            Self::Mismatch => "mismatch",
            Self::Reviewed => "reviewed",
            Self::Relayed => "relayed",
            Self::AnotherPerson => "another_person",
            Self::Unchecked => "unchecked",
            Self::ReportedFraud => "reported_fraud",
            Self::Frozen => "frozen",
            Self::Disapproved => "disapproved",
        }
    }
}

/// A move that the stages do not allow: a fault of ours, reported and never made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case cannot go from {from:?} to {to:?}")]
pub struct IllegalMove {
    /// Where it stands.
    pub from: Stage,
    /// Where it was to go.
    pub to: Stage,
}

//! Further checks of the person, between the comparison and the plan: which, in which order, and how far each has come.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Case;
use crate::crypto::token::Digest;
use doorward_contract::{Challenge, Contact, ContactKind, Timestamp};

/// How long ago an entry of the record must have been changed to be used, where the directory says when: whoever changes a number
/// in order to be sent a code waits until somebody notices.
const SETTLED: Duration = Duration::from_secs(7 * 86_400);

/// One check as the purpose words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// A connector asks.
    Connector {
        /// Its name in the settings.
        connector: String,
        /// What it shall ask.
        check: Challenge,
    },
    /// A carrier brings a code, which is typed in here.
    Carrier {
        /// Its name in the settings.
        carrier: String,
        /// Which code.
        check: CodeBy,
        /// Which entries of the directory's record may be used.
        contacts: Vec<Reach>,
    },
}

impl Wanted {
    /// The name in the settings of whoever asks.
    pub fn by(&self) -> &str {
        match self {
            Self::Connector { connector: by, .. } | Self::Carrier { carrier: by, .. } => by,
        }
    }

    /// The word of the check in settings, log and audit.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Connector { check, .. } => check.word(),
            Self::Carrier { check, .. } => check.word(),
        }
    }

    /// Whether its code may go to a contact of the record, for an account with this login. One that was just changed may not,
    /// where the directory says when.
    pub fn takes(&self, contact: &Contact, login: &str, now: Timestamp) -> bool {
        let Self::Carrier { contacts, .. } = self else {
            return false;
        };
        let settled = contact.changed_at.is_none_or(|at| now.since(at) >= SETTLED);
        settled && contacts.iter().any(|reach| reach.holds(contact, login))
    }
}

/// A code that a message brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeBy {
    /// By e-mail.
    EmailCode,
    /// By SMS.
    PhoneCode,
}

impl CodeBy {
    /// The word used in settings, log and audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::PhoneCode => "phone_code",
        }
    }
}

/// A kind of entry in the directory's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// An e-mail address other than the account's own mailbox.
    PrivateMail,
    /// The account's own mailbox.
    WorkMail,
    /// A mobile number.
    Mobile,
}

impl Reach {
    /// Whether a contact is one of this kind. `login` is what the account signs in with: a mailbox of that name is its own,
    /// whatever the record calls it.
    fn holds(self, contact: &Contact, login: &str) -> bool {
        let own = contact.own || contact.leads_to(login);
        match self {
            Self::PrivateMail => contact.kind == ContactKind::Mail && !own,
            Self::WorkMail => contact.kind == ContactKind::Mail && own,
            Self::Mobile => contact.kind == ContactKind::Phone,
        }
    }
}

/// How far a check has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckState {
    /// The person has to begin it.
    Waiting,
    /// The person was asked, or is about to be: written before the vendor is called.
    Asked {
        /// When.
        at: Timestamp,
        /// Until when an answer is waited for.
        until: Timestamp,
    },
    /// The person proved it.
    Passed {
        /// When.
        at: Timestamp,
        /// Facts from the vendor.
        facts: Value,
    },
    /// It cannot be passed any more.
    Failed {
        /// When.
        at: Timestamp,
        /// Whether the account's owner says that it was not them.
        fraud: bool,
        /// Why, for staff.
        why: String,
    },
}

/// One check of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FurtherCheck {
    /// What it is.
    #[serde(flatten)]
    pub wanted: Wanted,
    /// How often the person was asked, or sent a code.
    pub tries: u32,
    /// How far it has come.
    #[serde(flatten)]
    pub state: CheckState,
}

/// The checks of a case: the purpose's in their order, none begun.
pub fn all(wanted: &[Wanted]) -> Vec<FurtherCheck> {
    wanted
        .iter()
        .map(|wanted| FurtherCheck {
            wanted: wanted.clone(),
            tries: 0,
            state: CheckState::Waiting,
        })
        .collect()
}

/// The place of the check that is next, if one is left.
pub fn next(checks: &[FurtherCheck]) -> Option<usize> {
    checks
        .iter()
        .position(|check| !matches!(check.state, CheckState::Passed { .. }))
}

/// The check that is next, with its place.
pub fn current(case: &Case) -> Option<(usize, &FurtherCheck)> {
    let at = next(&case.checks)?;
    Some((at, case.checks.get(at)?))
}

/// What is kept of a check under way. Personal or secret: sealed with the case, and dropped once used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the vendor is asked by.
    pub reference: String,
    /// What the person has to type on the phone.
    pub number: Option<String>,
}

/// What is kept of codes: sealed with the case, and dropped with its last check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Codes {
    /// Where the person can be reached, as the directory's record said when the checks began.
    pub contacts: Vec<Contact>,
    /// The code that is under way.
    pub sent: Option<SentCode>,
    /// Why the one before is over.
    pub over: Option<Over>,
}

/// A code on its way, or at its person. What it is cannot be told from this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// The keyed digest of case and code.
    pub digest: Digest,
    /// The place among the contacts that it went to.
    pub place: u32,
    /// The message that brings it.
    pub message: String,
    /// How many wrong ones were typed in.
    pub wrong: u32,
}

/// Why a code counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Its time ran out.
    Late,
    /// Too many wrong ones were typed in.
    Spent,
}

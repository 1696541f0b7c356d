//! Acting on an account at one vendor.
//!
//! A connector never decides whether to act: it is asked only after a case is proven, matched and approved. The order
//! of calls for one step is always: [`Connector::intend`] (reads only), a record of the intent in our database,
//! [`Connector::perform`], a record of the receipt. After a crash in between, [`Connector::reconcile`] reads the
//! vendor before anything is done again.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::action::{Ability, Action};
use crate::challenge::Challenger;
use crate::clock::Timestamp;
use crate::error::VendorError;
use crate::person::{Account, AccountId, Colleague, Contact, Subject, SubjectKey};

/// What a connector is and can do.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The vendor's word in log and audit (`graph`).
    pub vendor: &'static str,
    /// What it can do.
    pub abilities: &'static [Ability],
}

/// Names one step of one case for ever; the same key must never act twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepKey(pub String);

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How serious a finding of [`Connector::check`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// Worth knowing.
    Note,
    /// Works, but is less safe than it should be (a right too many).
    Warning,
    /// Will not work.
    Fault,
}

/// One line of a self-check: what is wrong and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How serious it is.
    pub level: FindingLevel,
    /// What was found.
    pub what: String,
    /// How to mend it.
    pub remedy: String,
}

/// What is known before the person starts: the act can be done, perhaps with narrower bounds than wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The act as it will be done (lifetime clamped, one-time forced).
    pub action: Action,
    /// What was changed from the wish, for staff.
    pub notes: Vec<String>,
}

/// Whether an account may be recovered without somebody's second agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protection", rename_all = "snake_case")]
pub enum Protection {
    /// An everyday account.
    Ordinary,
    /// Holds power, or is on the operator's list. Also said when it cannot be told: unknown means protected.
    Protected {
        /// Why, exactly, for staff (role, group, list, or what could not be read).
        reasons: Vec<String>,
    },
}

/// What kind of secret a pass is; decides the words on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// A password that must be changed at the first sign-in.
    TemporaryPassword,
    /// A time-limited pass, typed where the password would be.
    TemporaryAccessPass,
    /// An address at which the person sets a new password, for whoever opens it first.
    ResetLink,
    /// A code that stands in for a factor for a while.
    TemporaryAccessCode,
    /// A code that stands in for a second factor once.
    BypassCode,
    /// An address at which a first device is registered, for whoever opens it first.
    EnrolmentLink,
    /// An address that makes a known phone work again, for whoever opens it first.
    ActivationLink,
}

/// A secret for the person. Never logged; `Debug` hides it and whose it is.
#[derive(Clone)]
pub struct Pass {
    /// What it is.
    pub kind: PassKind,
    /// The secret itself.
    pub secret: SecretString,
    /// When the vendor stops taking it, where it says so.
    pub expires_at: Option<Timestamp>,
    /// Where the person signs in with it.
    pub sign_in_url: String,
    /// What the person signs in as.
    pub login: String,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl PartialEq for Pass {
    /// For tests: compares the secrets too, not in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.expires_at == other.expires_at
            && self.sign_in_url == other.sign_in_url
            && self.login == other.login
            && self.secret.expose_secret() == other.secret.expose_secret()
    }
}

/// What a connector is about to do, made by reading only.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What the vendor looked like just before: enough to tell after a crash whether the act happened. No secret, no
    /// personal datum; kept in clear.
    pub snapshot: serde_json::Value,
    /// The secret, when it is chosen by us and known before the call. Sealed to the browser with the intent.
    pub pass: Option<Pass>,
}

/// What came of a step.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// When the vendor confirmed it.
    pub at: Timestamp,
    /// Facts for the audit log: method ids, request ids, counts. No secret, no personal datum.
    pub facts: serde_json::Value,
    /// The secret, when it is the vendor that chooses it.
    pub pass: Option<Pass>,
}

/// What reading the vendor after an unknown outcome showed.
#[derive(Clone, Debug)]
pub enum Reconciled {
    /// It happened, and what was sealed with the intent is good.
    Done(Receipt),
    /// It did not happen, or what came of it is lost and was made void, or is made void by doing it again: intend and
    /// perform again.
    NotDone,
    /// Cannot be told yet (replication, too soon after the call): ask again after this long.
    Later(Duration),
}

/// What taking an act back comes to; for staff, before they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// [`Connector::undo`] does this.
    Possible {
        /// What it does ("deletes the Temporary Access Pass").
        what: &'static str,
    },
    /// It stays done.
    Impossible {
        /// Why, and what can be done instead ("removed methods cannot be restored; the person enrols them again").
        why: &'static str,
    },
}

/// Whether the owner of an account can sign in now, as far as the vendor shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Nothing that was read stands in the way.
    pub usable: bool,
    /// What was read, for staff: what stands in the way, what is worth knowing. No secret, no personal datum.
    pub notes: Vec<String>,
}

/// Acts on one account at one vendor. Implemented in `connectors/*`.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it is and can do.
    fn about(&self) -> About;

    /// Reaches the vendor and compares granted rights with those that `abilities` need; too many is a finding too.
    async fn check(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError>;

    /// The people it knows, if it is a directory at all.
    fn directory(&self) -> Option<&dyn Directory>;

    /// Before the person starts: can this be done here at all, and within which bounds? Reads policy, never an account.
    async fn prepare(&self, action: &Action) -> Result<Prepared, VendorError>;

    /// Reads what has to be known just before acting, and chooses the secret where the choice is ours. Changes nothing.
    /// Refuses with [`VendorError::Unfit`] what cannot fit this account, and with [`VendorError::Premature`] what would fit it
    /// after another act.
    async fn intend(&self, account: &Account, action: &Action) -> Result<Intent, VendorError>;

    /// Does one thing, as intended. Called at most once per intent.
    async fn perform(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError>;

    /// After an unknown outcome: reads the vendor and tells whether the act of `snapshot`, intended at `intended_at`,
    /// happened.
    async fn reconcile(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        snapshot: &serde_json::Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError>;

    /// The further checks of people that it can make, if it can make any.
    fn challenger(&self) -> Option<&dyn Challenger> {
        None
    }

    /// What taking `action` back comes to.
    fn undoing(&self, action: &Action) -> Undoing {
        let _ = action;
        Undoing::Impossible {
            why: "this connector cannot take anything back",
        }
    }

    /// Takes back what the step `key` did, as its receipt's `facts` tell it. Safe to repeat: what is gone already is
    /// [`VendorError::Done`], and so is a pass that was used up or is over, even if the vendor still lists it: then it was
    /// not taken back in time, and staff are told so. Refuses with [`VendorError::Unfit`] what [`Connector::undoing`] calls impossible.
    async fn undo(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        facts: &serde_json::Value,
    ) -> Result<Receipt, VendorError> {
        let _ = (key, account, facts);
        let Undoing::Impossible { why } = self.undoing(action) else {
            return Err(VendorError::Unexpected {
                why: "the connector says that it can take this back, and does not".to_owned(),
            });
        };
        Err(VendorError::Unfit { why: why.to_owned() })
    }

    /// Reads whether the account's owner can sign in now: asked after a plan is done. Changes nothing.
    async fn condition(&self, account: &Account) -> Result<Condition, VendorError> {
        let Some(directory) = self.directory() else {
            return Ok(Condition {
                usable: true,
                notes: vec!["this connector knows no accounts".to_owned()],
            });
        };
        let subject = Subject {
            key: SubjectKey::Id,
            value: account.id.0.clone(),
        };
        let notes = match directory.find(&subject).await? {
            Some(found) if found.enabled => Vec::new(),
            Some(_) => vec!["the account is disabled".to_owned()],
            None => vec!["the account is gone".to_owned()],
        };
        Ok(Condition {
            usable: notes.is_empty(),
            notes,
        })
    }
}

/// Knows people. The part of a connector that reads accounts.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Finds by the key the source gave us. Never by name. More than one is [`VendorError::Ambiguous`].
    async fn find(&self, subject: &Subject) -> Result<Option<Account>, VendorError>;

    /// Whether the account is protected, read afresh from the vendor. What cannot be told is protected; an error here
    /// is only ever a vendor out of reach.
    async fn guard(&self, id: &AccountId) -> Result<Protection, VendorError>;

    /// Accounts that share this given and family name, at most `limit`, other than `except`: the same-name guard.
    async fn namesakes(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError>;

    /// Which of these groups, by the vendor's own ids, the account is in, directly or through another group. Refuses with
    /// [`VendorError::Unfit`] where the vendor is not asked about groups: who asks decides whether not knowing means all or none.
    async fn groups_among(&self, id: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        let _ = (id, groups);
        Err(VendorError::Unfit {
            why: "this connector is not asked about groups".to_owned(),
        })
    }

    /// Whom the account's owner reports to; `None` when they report to nobody, or the directory does not say.
    async fn manager(&self, account: &Account) -> Result<Option<Colleague>, VendorError> {
        let _ = account;
        Ok(None)
    }

    /// Where the account's owner can be reached by what their record says, the ways that do not need the account first. What
    /// is there in another shape than can be sent to is left out; empty where the directory is not asked. The account's own
    /// mailbox is marked; when an entry was changed is told where the directory knows.
    async fn contacts(&self, account: &Account) -> Result<Vec<Contact>, VendorError> {
        let _ = account;
        Ok(Vec::new())
    }
}

/// How long a lifetime in minutes is.
pub fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count).saturating_mul(60))
}

//! What a case is: one person asking for access back, from arrival to answer.
//!
//! Pure. [`step::next`] alone decides what comes next; [`Case::moved`] alone changes the stage, along legal moves only.

pub mod check;
pub mod plan;
pub mod policy;
mod stage;
pub mod step;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::crypto::parcel::{Address, Parcel};
use crate::crypto::token::Digest;
use crate::matching::Explanation;
pub use check::{CheckState, FurtherCheck};
use doorward_contract::{Account, Outcome, PassKind, Person, Reference, Subject, SubjectRef, Timestamp};
pub use plan::{PlannedStep, StepState};
pub use stage::{End, IllegalMove, Refusal, Stage, Verdict};

/// Names a case to staff and machines: `case_` and 128 random bits. It opens nothing by itself.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseId(String);

impl CaseId {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("case_{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CaseId {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("case_").ok_or("a case id begins with `case_`")?;
        let right = rest.len() == 22 && URL_SAFE_NO_PAD.decode(rest).is_ok_and(|bytes| bytes.len() == 16);
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err("not a case id")
        }
    }
}

impl TryFrom<String> for CaseId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> Self {
        id.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The browser a case is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Where a parcel for it is addressed.
    pub address: Address,
    /// When it was bound.
    pub bound_at: Timestamp,
}

/// Who opened a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Opener {
    /// The person, at the company's recovery page.
    Person,
    /// An operator or a machine acting for one.
    Operator {
        /// The name the settings or the command line gave.
        name: String,
        /// The ticket.
        ticket: Option<String>,
    },
    /// An identity provider or another relying party that sent the person here and waits for the answer.
    Client {
        /// Its name in the settings.
        name: String,
    },
}

impl Opener {
    /// The word for events.
    pub fn word(&self) -> String {
        match self {
            Self::Person => "person".to_owned(),
            Self::Operator { name, .. } | Self::Client { name } => name.clone(),
        }
    }

    /// Whether somebody waits for an answer that the person's browser carries.
    pub fn is_client(&self) -> bool {
        matches!(self, Self::Client { .. })
    }

    /// The ticket, where there is one.
    pub fn ticket(&self) -> Option<String> {
        match self {
            Self::Person | Self::Client { .. } => None,
            Self::Operator { ticket, .. } => ticket.clone(),
        }
    }
}

/// What is known of the account so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not looked up yet.
    Unasked,
    /// Found, and open to recovery.
    Open,
    /// Will be refused, for the reason given. The person is led on all the same, so that nobody learns from the way.
    Barred(Refusal),
}

/// One attempt at a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// The verifier's name in the settings.
    pub verifier: String,
    /// The random name under which the verifier knows the person.
    pub subject: SubjectRef,
    /// When it was asked for; a proof made earlier does not count.
    pub asked_at: Timestamp,
    /// Whether the verifier has it (its reference is in [`Private`]).
    pub started: bool,
    /// When the person last came back from the verifier.
    pub returned_at: Option<Timestamp>,
    /// What was last read.
    pub outcome: Option<Outcome>,
    /// When the verifier decided, or else when its decision was read.
    #[serde(default)]
    pub decided_at: Option<Timestamp>,
    /// Whether the verifier was asked to forget.
    pub forgetting: bool,
    /// Whether the verifier has confirmed that it forgot.
    pub forgotten: bool,
}

/// The pass, sealed to the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPass {
    /// What it is; decides the words on the page.
    pub kind: PassKind,
    /// The secret, for one browser.
    pub parcel: Parcel,
    /// The step that made it.
    pub key: String,
}

/// What identifies a person. Sealed under the case's own key; dropping the key erases it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Private {
    /// Whose account it is, as the source gave it.
    pub subject: Option<Subject>,
    /// The account as found.
    pub account: Option<Account>,
    /// Who was proven.
    pub person: Option<Person>,
    /// The verifier's ids of the attempts, by number from 1.
    pub references: Vec<Reference>,
    /// Where the person goes on proving; carries a session secret.
    pub visit: Option<String>,
    /// What is kept of a further check under way.
    pub check: Option<check::Kept>,
    /// The account's record as the relying party gave it, where it is held against that and no directory.
    pub record: Option<Box<Account>>,
    /// What the relying party asked, as its source wrote it and will read it for the answer.
    pub request: Option<String>,
}

/// One person asking for access back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its name to staff and machines.
    pub id: CaseId,
    /// How often it was written; every write names the version it saw.
    pub version: i64,
    /// What a person quotes on the phone (`K7QF-3M2P`).
    pub number: String,
    /// The purpose's name in the settings.
    pub purpose: String,
    /// The source's name in the settings.
    pub source: String,
    /// Who opened it.
    pub opener: Opener,
    /// Where it stands.
    pub stage: Stage,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it was last written.
    pub changed_at: Timestamp,
    /// When it ends if nothing else ends it.
    pub expires_at: Timestamp,
    /// The browser it is bound to.
    pub browser: Option<Browser>,
    /// Whether a proof came back in another browser: a human decides then.
    pub relayed: bool,
    /// What is known of the account.
    pub standing: Standing,
    /// The attempts at a proof, oldest first.
    pub attempts: Vec<Attempt>,
    /// How the proof compares with the account.
    pub explanation: Option<Explanation>,
    /// What the person is asked besides the proof, in order.
    #[serde(default)]
    pub checks: Vec<FurtherCheck>,
    /// What will be, is being and was done.
    pub plan: Vec<PlannedStep>,
    /// The pass, while it waits.
    pub pass: Option<SealedPass>,
    /// Until when the pass waits.
    pub pass_until: Option<Timestamp>,
    /// What the relying party will be told.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Until when the answer waits for the person's browser.
    #[serde(default)]
    pub answer_until: Option<Timestamp>,
    /// Where the person may go on to at the end, among what the source's settings allow.
    #[serde(default)]
    pub back_to: Option<String>,
    /// Why it was refused, where a relying party is told less.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// How it ended.
    pub end: Option<End>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether everything personal is gone but the verifier's references.
    pub reduced: bool,
    /// Whether everything personal is gone.
    pub erased: bool,
    /// The trouble with a vendor that the case waits out, by the remedy's word.
    pub trouble: Option<String>,
    /// A refusal is not shown before this, so that its cause cannot be told from how long it took.
    pub hold_until: Option<Timestamp>,
    /// When the verifier shall forget.
    pub forget_at: Option<Timestamp>,
    /// When everything personal here shall become unreadable.
    pub erase_at: Option<Timestamp>,
    /// What identifies the person. Not part of the clear text of a case.
    #[serde(skip)]
    pub private: Private,
}

impl Case {
    /// Moves it to another stage, if that is legal.
    pub fn moved(&mut self, to: Stage) -> Result<(), IllegalMove> {
        if !self.stage.may_become(to) {
            return Err(IllegalMove { from: self.stage, to });
        }
        self.stage = to;
        Ok(())
    }

    /// Ends it. Nothing that waited for the person is left behind.
    pub fn close(&mut self, end: End, at: Timestamp) -> Result<(), IllegalMove> {
        self.moved(Stage::Closed)?;
        self.end = Some(end);
        self.ended_at = Some(at);
        self.pass = None;
        self.pass_until = None;
        self.private.visit = None;
        self.private.check = None;
        Ok(())
    }

    /// The attempt under way, or the last one.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The verifier's id of the last attempt, once it has one.
    pub fn reference(&self) -> Option<&Reference> {
        let attempt = self.attempts.last()?;
        attempt.started.then(|| self.private.references.last()).flatten()
    }
}

/// What names a case from outside, kept as a digest: a link, a browser, a verifier's reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandleKind {
    /// The token of a link.
    Link,
    /// The token in a browser's cookie.
    Browser,
    /// A verifier's reference, keyed-digested.
    Proof,
    /// A person's reference number.
    Number,
}

impl HandleKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Browser => "browser",
            Self::Proof => "proof",
            Self::Number => "number",
        }
    }
}

/// A way to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Of which kind.
    pub kind: HandleKind,
    /// What is kept of it.
    pub digest: Digest,
    /// Until when it leads there.
    pub until: Timestamp,
}

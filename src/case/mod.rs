//! What a case is: one person asking for access back, from arrival to answer.
//!
//! Pure. [`step::next`] alone decides what comes next; [`Case::moved`] alone changes the stage, along legal moves only.

pub mod bar;
pub mod check;
pub mod desk;
mod handle;
mod id;
pub mod plan;
pub mod policy;
mod remembered;
pub mod role;
mod stage;
pub mod step;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::crypto::parcel::{Address, Parcel};
use crate::matching::Explanation;
pub use bar::Barred;
pub use check::{CheckState, FurtherCheck};
pub use desk::Desk;
use doorward_contract::{
    Account, Colleague, Contact, Outcome, PassKind, Person, Reference, Subject, SubjectRef, Timestamp,
};
pub use handle::{Handle, HandleKind};
pub use id::CaseId;
pub use plan::{PlannedStep, StepState};
pub use remembered::Remembered;
pub use stage::{End, IllegalMove, Refusal, Stage, Verdict};
pub use words::Words;

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

/// What is proven in an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Everything that the purpose requires.
    #[default]
    Full,
    /// That the face is the one of an earlier full proof.
    Recheck,
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
    /// What is proven in it.
    #[serde(default)]
    pub kind: Kind,
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

/// Whether the person can sign in after the last step, as far as one connector shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The connector's name in the settings.
    pub connector: String,
    /// Nothing that was read stands in the way; absent if the vendor could not be asked.
    pub usable: Option<bool>,
    /// What was read, for staff.
    pub notes: Vec<String>,
}

/// What identifies a person. Sealed under the case's own key; dropping the key erases it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Private {
    /// Whose account it is, as the source gave it.
    pub subject: Option<Subject>,
    /// The account as found.
    pub account: Option<Account>,
    /// The same person's accounts at the plan's other connectors, by the connector's name, as found.
    pub accounts: BTreeMap<String, Account>,
    /// Who was proven.
    pub person: Option<Person>,
    /// The verifier's ids of the attempts, by number from 1.
    pub references: Vec<Reference>,
    /// Where the person goes on proving; carries a session secret.
    pub visit: Option<String>,
    /// What is kept of a further check under way.
    pub check: Option<check::Kept>,
    /// What is kept of codes that were sent for further checks.
    pub codes: Option<Box<check::Codes>>,
    /// The account's record as the relying party gave it, where it is held against that and no directory.
    pub record: Option<Box<Account>>,
    /// The full check that a face may be held against instead of another full check.
    pub against: Option<Box<Remembered>>,
    /// Whom the person reports to, as the directory says: they do not agree to the person's case.
    pub manager: Option<Box<Colleague>>,
    /// Why an operator opened it, in their own words.
    pub reason: Option<String>,
    /// Where the person can be reached by the directory's record, once staff asked for the ways to send them a link.
    pub contacts: Option<Vec<Contact>>,
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
    /// When the person agreed to be recognised by this check the next time, if they did.
    #[serde(default)]
    pub remember_at: Option<Timestamp>,
    /// Until when the check that passed is remembered, and stays with the verifier.
    #[serde(default)]
    pub remembered_until: Option<Timestamp>,
    /// What the connectors said of the accounts after the last step.
    #[serde(default)]
    pub conditions: Vec<Confirmed>,
    /// The passes, while they wait, in the order of the plan.
    #[serde(default, alias = "pass", deserialize_with = "one_or_many")]
    pub passes: Vec<SealedPass>,
    /// How often in a row a vendor of the plan could not be asked.
    #[serde(default)]
    pub waits: u32,
    /// Until when the passes wait.
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
    /// What the staff have to do with it.
    #[serde(default)]
    pub desk: Box<Desk>,
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
        self.passes.clear();
        self.pass_until = None;
        self.private.visit = None;
        self.private.check = None;
        self.private.codes = None;
        self.private.contacts = None;
        Ok(())
    }

    /// Opens a case that ended once more, because steps of its plan are to be done again; it ends at `until` if nothing else
    /// ends it. The one way out of [`Stage::Closed`]. What the verifier was to forget, it still forgets.
    pub fn reopen(&mut self, until: Timestamp) {
        self.stage = Stage::Acting;
        (self.end, self.ended_at, self.erase_at) = (None, None, None);
        self.expires_at = self.expires_at.max(until);
        self.conditions.clear();
    }

    /// Keeps a pass, in place of an earlier one of the same step.
    pub fn put_in(&mut self, pass: SealedPass) {
        self.take_out(&pass.key);
        self.passes.push(pass);
        let place = |key: &str| self.plan.iter().position(|step| step.key.0 == key);
        self.passes.sort_by_key(|pass| place(&pass.key));
    }

    /// Lets go of a step's pass.
    pub fn take_out(&mut self, key: &str) {
        self.passes.retain(|pass| pass.key != key);
    }

    /// The attempt under way, or the last one.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Whether the attempt under way, or the last one, is a face held against an earlier proof.
    pub fn is_recheck(&self) -> bool {
        self.attempts
            .last()
            .is_some_and(|attempt| attempt.kind == Kind::Recheck)
    }

    /// The verifier's id of the last attempt, once it has one.
    pub fn reference(&self) -> Option<&Reference> {
        let attempt = self.attempts.last()?;
        attempt.started.then(|| self.private.references.last()).flatten()
    }
}

/// Cases written before a plan could hand out several passes hold one, or null.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SealedPass>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Many(Vec<SealedPass>),
        One(Option<Box<SealedPass>>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Many(passes) => passes,
        Written::One(pass) => pass.map(|pass| *pass).into_iter().collect(),
    })
}

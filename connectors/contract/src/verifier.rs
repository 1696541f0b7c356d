//! Proving who somebody is.
//!
//! A verifier is asked to start a proof, tells where the person goes, and is read when something wakes us. Only
//! [`Verifier::read`] ever decides; redirects and webhooks are hints to read again.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Timestamp;
use crate::connector::Finding;
use crate::connector::StepKey;
use crate::error::VendorError;
use crate::person::Person;

/// The random name under which the verifier knows a person: never an e-mail address or an employee number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubjectRef(pub String);

/// The verifier's own id of one proof (Persona: `inq_…`). Anyone holding it might open it: kept sealed, shown to nobody.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub String);

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reference(…)")
    }
}

/// A check that a purpose may require, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// A government document was read and found genuine.
    GovernmentId,
    /// A live selfie was taken.
    Selfie,
    /// The selfie is the person on the document.
    FaceMatch,
    /// The selfie is the person of an earlier proof.
    SameFace,
}

/// An earlier proof that a face is held against, as the verifier knows it: a recheck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The name under which it was made.
    pub subject: SubjectRef,
    /// Its id at the verifier.
    pub reference: Reference,
}

/// What is asked of a verifier.
#[derive(Clone, Debug)]
pub struct ProofRequest {
    /// Names this attempt: the same key asked twice starts one proof.
    pub key: StepKey,
    /// The random name of the person; of a recheck, that of the earlier proof.
    pub subject: SubjectRef,
    /// The earlier proof, where a face held against it is all that is asked for. Only of who
    /// [can](Verifier::can_recheck): anybody else refuses.
    pub against: Option<Earlier>,
    /// Where the person comes back to.
    pub return_url: Url,
    /// How long the proof may take from now.
    pub lifetime: Duration,
    /// The language of the person's pages, BCP 47; the verifier's own choice if absent.
    pub language: Option<String>,
}

/// A proof that the person can begin or go on with.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its id at the verifier.
    pub reference: Reference,
    /// Where the browser is sent. May carry a session secret: never logged, never mailed, stored sealed only.
    pub visit: SecretString,
}

/// What a proof must agree with to count at all.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The name we gave the person; of a recheck, that of the earlier proof.
    pub subject: SubjectRef,
    /// The earlier proof that the face was to be held against. One that the verifier has forgotten lets nobody pass.
    pub against: Option<Earlier>,
    /// It must have been created after this.
    pub created_after: Timestamp,
    /// What must have been checked, and passed.
    pub required: Vec<CheckName>,
}

/// One check and what came of it, for staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The verifier's own word for it.
    pub name: String,
    /// `passed`, `failed`, `not_applicable`, or what else the verifier says.
    pub status: String,
    /// The verifier's own reasons.
    pub reasons: Vec<String>,
}

/// A piece of evidence that was looked at: what it was, never what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `government_id`, `selfie`, …
    pub kind: String,
    /// Class of document in the verifier's words (`pp`, `dl`), where there is one.
    pub class: Option<String>,
    /// Issuing country, ISO 3166 as the verifier gives it.
    pub country: Option<String>,
}

/// What a verifier found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Not finished: nothing can be said.
    Pending,
    /// Every required check passed and everything agrees with the [`Expectation`].
    Passed,
    /// Finished, and not good enough.
    Declined {
        /// Why, for staff.
        reasons: Vec<String>,
    },
    /// A human has to look first: at the verifier, or here where the verifier [leaves it to us](Verifier::reviews_here).
    Review {
        /// Why, for staff.
        reasons: Vec<String>,
    },
    /// Ran out of time; may be resumed while the case lives.
    Expired,
    /// It is not the proof we asked for (other environment, template, person or time). Never a pass; somebody should look.
    Foreign {
        /// Which pins failed, for staff.
        reasons: Vec<String>,
    },
}

/// A proof as just read.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// What was found.
    pub outcome: Outcome,
    /// Who the person is, as the evidence has it. Only with [`Outcome::Passed`], or with an [`Outcome::Review`] that is decided
    /// here; never of a recheck, which looks at no document.
    pub person: Option<Person>,
    /// What was looked at.
    pub evidence: Vec<Evidence>,
    /// Every check, for staff.
    pub checks: Vec<CheckResult>,
    /// When the verifier decided.
    pub decided_at: Option<Timestamp>,
    /// Facts for the audit log (request id, template version, environment). No secret, no personal datum.
    pub facts: serde_json::Value,
}

/// What an authentic webhook says: which proof to read again. Never an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Woken {
    /// Names the delivery: the same event twice wakes once.
    pub event_id: String,
    /// The proof to read again; `None` for events that concern no proof.
    pub reference: Option<Reference>,
    /// The verifier's own word for what happened, for the log.
    pub kind: String,
}

/// Whether the verifier forgot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// Read back and confirmed.
    Confirmed,
    /// Asked for; not confirmed yet: ask again later.
    Pending,
}

/// Proves who somebody is. Implemented in `connectors/persona` and, later, `src/builtin`.
#[async_trait]
pub trait Verifier: Send + Sync {
    /// The vendor's word in log and audit (`persona`).
    fn vendor(&self) -> &'static str;

    /// The name that people know the vendor by (`Persona`).
    fn title(&self) -> &'static str;

    /// Whether a face can be held against an earlier proof, instead of proving everything anew.
    fn can_recheck(&self) -> bool {
        false
    }

    /// Whether a proof that it does not decide by itself is decided by reviewers here; otherwise somebody there looks, and it is
    /// read again until they have.
    fn reviews_here(&self) -> bool {
        false
    }

    /// Reaches the vendor and tells what is missing or unsafe in its set-up.
    async fn check(&self) -> Result<Vec<Finding>, VendorError>;

    /// Starts a proof. Asked again with the same key it returns the same proof.
    async fn start(&self, request: &ProofRequest) -> Result<Started, VendorError>;

    /// A fresh way in to a proof that the person left, or that expired while the case lives.
    async fn resume(&self, reference: &Reference, request: &ProofRequest) -> Result<Started, VendorError>;

    /// Authenticates a webhook and names the proof to read again. Never an outcome.
    fn wake(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Woken, VendorError>;

    /// The only source of truth.
    async fn read(&self, reference: &Reference, expect: &Expectation) -> Result<Proof, VendorError>;

    /// Asks the vendor to forget, and reads back whether it has. Safe to repeat. Forgetting a recheck leaves the earlier
    /// proof as it was.
    async fn erase(&self, reference: &Reference) -> Result<Erased, VendorError>;
}

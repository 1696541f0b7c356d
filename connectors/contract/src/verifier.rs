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
    /// A government document was read, and found genuine as far as the verifier can tell: the proof says how far.
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
    /// For verifiers that run in the gateway itself. One that lives elsewhere is sent none of it.
    pub here: Here,
}

/// What a verifier that runs in the gateway knows of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// The number that staff and person know the case by.
    pub number: String,
    /// The account, where it is known by now, as a keyed digest: the same for each case of that account, and tells nothing.
    pub account: Option<String>,
    /// The login that was typed or is the account's, as a keyed digest. An account may have several.
    pub login: Option<String>,
    /// What the purpose takes.
    pub documents: Documents,
}

/// Kinds of documents that a purpose can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A passport.
    Passport,
    /// An identity card or a residence permit.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
}

/// What a purpose takes, and what it lets its verifier decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// These kinds.
    pub kinds: Vec<DocumentKind>,
    /// Of these countries, ISO 3166 in three letters; empty for all.
    pub countries: Vec<String>,
    /// How many days after its last a document is still taken.
    pub grace_days: u32,
    /// Whether a picture may come from a file instead of the camera.
    pub upload: bool,
    /// Whether the verifier may let somebody pass by itself; otherwise a reviewer always looks.
    pub automatic: bool,
}

impl Default for Documents {
    fn default() -> Self {
        use DocumentKind::{DrivingLicence, IdentityCard, Passport};
        Self {
            kinds: vec![Passport, IdentityCard, DrivingLicence],
            countries: Vec::new(),
            grace_days: 0,
            upload: false,
            automatic: false,
        }
    }
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

/// What a verifier here has to show to whoever reviews. Personal: kept by nobody, shown to the reviewer who has the case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Exhibits {
    /// The pictures, in the order in which they are looked at.
    pub pictures: Vec<Exhibit>,
    /// What was read, and whether its own check digits hold.
    pub read: Vec<ReadField>,
    /// What speaks against it, the gravest first.
    pub findings: Vec<Remark>,
    /// How alike the faces are, `0.00` to `1.00`, and the word for it (`alike`, `unclear`, …).
    pub similarity: Option<(String, String)>,
    /// What the verifier can say and what it cannot, in one or two sentences.
    pub assurance: String,
}

impl fmt::Debug for Exhibits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exhibits({} pictures)", self.pictures.len())
    }
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// What [`Verifier::picture`] knows it by: letters, digits and dashes.
    pub name: String,
    /// What it shows.
    pub shows: Shows,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The side of the document with the portrait.
    Front,
    /// The other side.
    Back,
    /// The portrait, cut out of the document.
    Portrait,
    /// The person.
    Selfie,
    /// The person's face, cut out of the selfie.
    Face,
    /// The person doing what was asked: the how-manieth step, from 1.
    Frame(u32),
}

/// One thing that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadField {
    /// What it is: `family_name`, `given_names`, `birth_date`, `number`, `issuer`, `expiry`, `kind`.
    pub field: String,
    /// What it says.
    pub value: String,
    /// Where it was read: `zone`, `barcode`.
    pub source: String,
    /// Whether its check digit holds, where it has one.
    pub checked: Option<bool>,
}

/// Something that a reviewer should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How much it weighs.
    pub weight: Weight,
    /// One word for it (`check_digit`, `near_reuse`, `virtual_camera`), as in the record.
    pub word: String,
    /// What it is about: a field, a side, the number of another case.
    pub about: Option<String>,
}

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Cannot be true of an honest document and person.
    Contradiction,
    /// Odd, and has honest explanations.
    Signal,
    /// For completeness.
    Fact,
}

/// What became of a proof that was left to a human, or of the case without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The account that it turned out to be about, as in [`Here`].
    pub account: Option<String>,
    /// What the reviewer said of the document: whether anything is wrong with it. None where nobody reviewed.
    pub document: Option<bool>,
    /// What the reviewer said of the faces: whether they are one person's.
    pub face: Option<bool>,
    /// Whether the case went on.
    pub accepted: bool,
}

/// Whether the verifier forgot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// Read back and confirmed.
    Confirmed,
    /// Asked for; not confirmed yet: ask again later.
    Pending,
}

/// Proves who somebody is. Implemented in `connectors/persona` and `src/builtin`.
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

    /// What there is to look at of a proof that is [left to reviewers here](Verifier::reviews_here).
    async fn exhibits(&self, _reference: &Reference) -> Result<Exhibits, VendorError> {
        Ok(Exhibits::default())
    }

    /// One picture of a proof as JPEG, with `mark` (who looks, when) written all over it.
    async fn picture(&self, _reference: &Reference, name: &str, _mark: &str) -> Result<Vec<u8>, VendorError> {
        let what = format!("a picture {name}");
        Err(VendorError::Refused {
            why: format!("there is no such thing as {what} here"),
        })
    }

    /// It was decided on the proof: what was kept for deciding alone may go. Safe to repeat; a call that is lost costs nothing
    /// but time, because what is kept goes by its own date as well.
    async fn decided(&self, _reference: &Reference, _decided: &Decided) -> Result<(), VendorError> {
        Ok(())
    }

    /// Asks the vendor to forget, and reads back whether it has. Safe to repeat. Forgetting a recheck leaves the earlier
    /// proof as it was.
    async fn erase(&self, reference: &Reference) -> Result<Erased, VendorError>;
}

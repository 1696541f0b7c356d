//! What Doorward and its vendors promise each other.
//!
//! Every connector and every verifier depends on this crate and on nothing else of ours. It holds the words that
//! all vendors are translated into ([`person`]), the two powers a vendor may lend us ([`connector`],
//! [`verifier`]), the one way requests leave the house ([`http`]), how what is called without being asked is signed ([`signature`]) and how
//! failures are sorted ([`error`]).

pub mod action;
pub mod challenge;
pub mod clock;
pub mod connector;
pub mod error;
#[cfg(feature = "fake")]
pub mod fake;
pub mod http;
pub mod person;
pub mod signature;
#[cfg(feature = "suite")]
pub mod suite;
pub mod verifier;

pub use action::{Ability, Action};
pub use challenge::{Begun, Challenge, ChallengeOutcome, Challenger};
pub use clock::{Clock, Timestamp};
pub use connector::{
    About, Condition, Connector, Directory, Finding, FindingLevel, Intent, Pass, PassKind, Prepared, Protection,
    Receipt, Reconciled, StepKey, Undoing,
};
pub use error::{Sent, VendorError};
pub use person::{Account, AccountId, Colleague, Contact, ContactKind, Name, Origin, Person, Subject, SubjectKey};
pub use verifier::{
    CheckName, CheckResult, Decided, DocumentKind, Documents, Earlier, Erased, Evidence, Exhibit, Exhibits,
    Expectation, Here, Outcome, Proof, ProofRequest, ReadField, Reference, Remark, Shows, Started, SubjectRef,
    Verifier, Weight, Woken,
};

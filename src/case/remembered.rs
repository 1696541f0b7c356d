//! A full check that outlasts its case, so that the next time a face held against it is enough: what that next case has to
//! know of it. Kept only of who agreed, and under the key of the case it came of, so that erasing that case takes it along.

use serde::{Deserialize, Serialize};

use super::CaseId;
use doorward_contract::{CheckName, Earlier, Reference, SubjectRef, Timestamp};

/// A full check of an account's owner that a face may be held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The case it came of.
    pub case: CaseId,
    /// That case's number, for staff.
    pub number: String,
    /// The purpose it was made for; another may have asked for less.
    pub purpose: String,
    /// The verifier that has it.
    pub verifier: String,
    /// The random name under which the verifier knows the person.
    pub subject: SubjectRef,
    /// The verifier's id of it.
    pub reference: Reference,
    /// What was checked.
    pub checks: Vec<CheckName>,
    /// When it was proven.
    pub proven_at: Timestamp,
    /// Until when it may be used.
    pub until: Timestamp,
    /// Keyed digest of the name and the date of birth that the directory had then.
    pub record: String,
}

impl Remembered {
    /// As the verifier knows it.
    pub fn earlier(&self) -> Earlier {
        Earlier {
            subject: self.subject.clone(),
            reference: self.reference.clone(),
        }
    }
}

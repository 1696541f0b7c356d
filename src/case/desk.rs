//! What the staff have to do with a case: who opened it, who looked at it, who agreed, who called it fraud. Pure; who may do
//! which of it is `bar.rs`.

use serde::{Deserialize, Serialize};

use super::End;
use super::role::Operator;
use super::words::Words;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// How many must agree while the shield is up, whatever the purpose says.
pub const SHIELDED: u32 = 2;
/// How many must agree to the recovery of a protected account, where the purpose allows it at all.
pub const PROTECTED: u32 = 2;

/// Somebody on the staff, as a case remembers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Who it is for good ([`Operator::id`]).
    pub id: String,
    /// What colleagues and the record call them.
    pub name: String,
}

impl From<&Operator> for Staff {
    fn from(operator: &Operator) -> Self {
        Self {
            id: operator.id.clone(),
            name: operator.name.clone(),
        }
    }
}

/// Whether what was read and checked holds, judged before the claimed name is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Whether the evidence holds. It does not if a part of it does not.
    pub holds: bool,
    /// Whether the document is genuine, whole and in date, where that was asked by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<bool>,
    /// Whether the face is the document's, and live, where that was asked by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<bool>,
    /// What spoke for or against it, a word or a sentence each.
    pub reasons: Vec<String>,
    /// Whatever else the reviewer wants to be known.
    pub note: Option<String>,
}

/// What a reviewer decided at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether who was proven is who the account belongs to.
    pub same_person: bool,
    /// Why.
    pub reason: String,
    /// Why a human had to look, in the reviewer's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Which evidence they relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// What they did to be sure, a word each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

/// A human's look at a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who.
    pub reviewer: Staff,
    /// When they took it.
    pub claimed_at: Timestamp,
    /// What they say of the evidence; until then they do not see whose account it is.
    pub judgement: Option<Judgement>,
    /// Whether they looked at pictures.
    #[serde(default)]
    pub shown: bool,
    /// Whether they looked at whose account it is.
    #[serde(default)]
    pub named: bool,
    /// What they decided.
    pub decision: Option<Decision>,
}

/// Somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub approver: Staff,
    /// When.
    pub at: Timestamp,
    /// What they had to say.
    pub note: Option<String>,
}

/// Somebody called it fraud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Who.
    pub by: Staff,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whom it froze: keyed digests that outlast the case, so that the flag can be cleared then too.
    pub who: Vec<Digest>,
}

/// A short code that was read out, while it may be typed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortCode {
    /// What is kept of it.
    pub digest: Digest,
    /// Until when it may be typed in.
    pub until: Timestamp,
    /// How often it was typed in wrongly.
    pub wrong: u32,
}

/// What the staff have to do with a case.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with one another"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// The operator who opened it at the console.
    pub opened_by: Option<Staff>,
    /// Whom a machine named as the operator for whom it opened it.
    pub named: Option<String>,
    /// What the person's screen and the agent's both show.
    pub words: Option<Words>,
    /// Whose case it is, as keyed digests: of what was typed, and of the account once it is known. Several cases may have one.
    pub who: Vec<Digest>,
    /// Whether the shield was up when it was last worked.
    pub shielded: bool,
    /// Whether whoever opened it had opened too many that day.
    pub over_cap: bool,
    /// Whether the account is protected, and its purpose has colleagues decide on that.
    pub protected: bool,
    /// Whether the verifier left it to a human here to say whether the proof holds.
    pub unsure: bool,
    /// A human's look at it.
    pub review: Option<Review>,
    /// How many must agree by the purpose, once that was found out; the shield and the cap come on top.
    pub quorum: Option<u32>,
    /// Who agreed.
    pub approvals: Vec<Approval>,
    /// Who called it fraud.
    pub flag: Option<Flag>,
    /// It ends like this as soon as nothing of it is unsettled.
    pub ending: Option<End>,
    /// It is forgotten as soon as it has ended.
    pub erase_at_end: bool,
    /// A short code that leads to it.
    pub code: Option<ShortCode>,
}

/// How it stands with the agreement of colleagues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// How many must agree was not found out yet.
    Unweighed,
    /// So many more must agree.
    Lacking(u32),
    /// Enough did, or nobody need.
    Enough,
}

impl Desk {
    /// How many must agree, as far as it is known.
    pub fn needed(&self) -> Option<u32> {
        let floor = if self.shielded { SHIELDED } else { 0 };
        Some(self.quorum?.max(floor) + u32::from(self.over_cap))
    }

    /// How it stands with the agreement of colleagues.
    pub fn agreement(&self) -> Agreement {
        let Some(needed) = self.needed() else {
            return Agreement::Unweighed;
        };
        let given = u32::try_from(self.approvals.len()).unwrap_or(u32::MAX);
        match needed.saturating_sub(given) {
            0 => Agreement::Enough,
            more => Agreement::Lacking(more),
        }
    }

    /// Whether a reviewer found that it is the same person.
    pub fn is_confirmed(&self) -> bool {
        let decided = self.review.as_ref().and_then(|review| review.decision.as_ref());
        decided.is_some_and(|decision| decision.same_person)
    }

    /// Whether that operator approved it.
    pub fn has_approved(&self, operator: &Operator) -> bool {
        self.approvals.iter().any(|one| one.approver.id == operator.id)
    }

    /// Whether that operator is the one who reviews or reviewed it.
    pub fn is_reviewer(&self, operator: &Operator) -> bool {
        self.review
            .as_ref()
            .is_some_and(|review| review.reviewer.id == operator.id)
    }

    /// Remembers whose case it is.
    pub fn belongs_to(&mut self, who: Digest) {
        if !self.who.contains(&who) {
            self.who.push(who);
        }
    }
}

/// What machines and pages are told of all this: nothing that leads to a person or opens anything.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The words on both screens.
    pub words: Option<String>,
    /// Whether the shield was up when it was last worked.
    pub shielded: bool,
    /// Whether whoever opened it had opened too many that day.
    pub over_cap: bool,
    /// Whether the account is protected, and colleagues decide.
    pub protected: bool,
    /// How many must agree, once that is known.
    pub approvals_needed: Option<u32>,
    /// Who agreed.
    pub approvals: Vec<Approval>,
    /// Who reviews it.
    pub reviewer: Option<Staff>,
    /// Whether the evidence was judged to hold.
    pub evidence_holds: Option<bool>,
    /// Whether the reviewer found that it is the same person.
    pub same_person: Option<bool>,
    /// Why it was called fraud.
    pub flagged: Option<String>,
}

impl Desk {
    /// What machines and pages are told of it.
    pub fn told(&self) -> Told {
        let review = self.review.as_ref();
        let judgement = review.and_then(|review| review.judgement.as_ref());
        let decision = review.and_then(|review| review.decision.as_ref());
        Told {
            words: self.words.as_ref().map(ToString::to_string),
            shielded: self.shielded,
            over_cap: self.over_cap,
            protected: self.protected,
            approvals_needed: self.needed(),
            approvals: self.approvals.clone(),
            reviewer: review.map(|review| review.reviewer.clone()),
            evidence_holds: judgement.map(|judgement| judgement.holds),
            same_person: decision.map(|decision| decision.same_person),
            flagged: self.flag.as_ref().map(|flag| flag.reason.clone()),
        }
    }
}

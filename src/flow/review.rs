//! A human looks at a case: takes it, judges what was read and checked, and only then sees whose account it is said to be and
//! decides whether it is the same person.
//!
//! NIST SP 800-63A-4 §3.15.1 (threats.md §2): why a referee was used, who, the evidence, the steps, the decision and its reason
//! stand in the record. The order keeps the claimed name from leading the eye. A reviewer decides for nobody they know the case
//! of: `case/bar.rs`.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{Error, Flow};
use crate::audit::Fact;
use crate::case::bar::{self, Barred};
use crate::case::desk::{Decision, Judgement, Review, Staff};
use crate::case::role::Operator;
use crate::case::{Case, End, Kind, Refusal, Stage, step};
use crate::matching::Explanation;
use crate::store::Wake;
use doorward_contract::{CheckResult, Exhibits, Name, Outcome, Person, Timestamp};

/// How long a case is a reviewer's before another may take it: long enough for a careful look, short enough that a closed laptop
/// keeps nobody waiting.
const CLAIM: Duration = Duration::from_secs(30 * 60);

/// One reading of a proof.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// When it was read.
    pub at: Timestamp,
    /// What the verifier found.
    pub outcome: Outcome,
    /// Every check.
    pub checks: Vec<CheckResult>,
    /// The verifier's facts.
    pub facts: Value,
}

/// What was read and checked, without whose account it is said to be.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The case's number.
    pub number: String,
    /// What the case is for.
    pub purpose: String,
    /// Why a human is asked.
    pub why: Vec<String>,
    /// Who made the proof that stands.
    pub verifier: Option<String>,
    /// Whether a face was held against an earlier proof, instead of everything anew.
    pub recheck: bool,
    /// Who was proven, as read from the document.
    pub person: Option<Person>,
    /// What was read of the proofs, oldest first.
    pub readings: Vec<Reading>,
    /// What the verifier has to show, where it leaves the proof to reviewers here.
    pub exhibits: Option<Exhibits>,
}

/// Whose account the case is about, and how who was proven compares with it.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The vendor's id of the account.
    pub account: String,
    /// What its owner signs in as.
    pub login: String,
    /// The name as the directory shows it.
    pub display_name: Option<String>,
    /// The name in its parts.
    pub name: Name,
    /// The date of birth, where the directory has one.
    pub birth_date: Option<chrono::NaiveDate>,
    /// Who was proven.
    pub person: Option<Person>,
    /// The comparison, attribute by attribute.
    pub explanation: Option<Explanation>,
}

impl Flow {
    /// A reviewer takes a case. Nobody else decides on it for half an hour; taking it again makes that anew.
    pub async fn claim_review(&self, case: Case, operator: &Operator) -> Result<Case, Error> {
        self.may("review", &case, operator, bar::reviewer(&case, operator))
            .await?;
        let now = self.now();
        self.change(case, Wake::Keep, |draft| {
            is_ours(&draft.case)?;
            bar::reviewer(&draft.case, operator)?;
            let held = draft.case.desk.review.as_mut();
            match held.filter(|review| review.decision.is_none()) {
                Some(review) if review.reviewer.id == operator.id => review.claimed_at = now,
                Some(review) if now < review.claimed_at.plus(CLAIM) => {
                    return Err(Barred::Claimed {
                        by: review.reviewer.name.clone(),
                    }
                    .into());
                }
                _ => {
                    draft.case.desk.review = Some(Review {
                        reviewer: Staff::from(operator),
                        claimed_at: now,
                        judgement: None,
                        shown: false,
                        named: false,
                        decision: None,
                    });
                    draft.note(
                        now,
                        Fact::ReviewClaimed {
                            reviewer: operator.name.clone(),
                        },
                    );
                }
            }
            Ok(())
        })
        .await
    }

    /// Whether a case is its reviewer's still, and nobody else may take it.
    pub fn is_held(&self, review: &Review) -> bool {
        review.decision.is_none() && self.now() < review.claimed_at.plus(CLAIM)
    }

    /// What was read and checked: to the reviewer who has the case, and without whose account it is said to be.
    pub async fn evidence(&self, case: &Case, operator: &Operator) -> Result<Evidence, Error> {
        bar::reviewer(case, operator)?;
        is_ours(case)?;
        held(case, operator)?;
        let readings = self.readings(case).await?;
        Ok(Evidence {
            number: case.number.clone(),
            purpose: case.purpose.clone(),
            why: step::doubts(case),
            verifier: case.attempt().map(|attempt| attempt.verifier.clone()),
            recheck: case.attempt().is_some_and(|attempt| attempt.kind == Kind::Recheck),
            person: case.private.person.clone(),
            readings,
            exhibits: self.exhibits(case).await?,
        })
    }

    async fn readings(&self, case: &Case) -> Result<Vec<Reading>, Error> {
        let events = self.store.events_of(&case.id).await?;
        let reading = |event: crate::audit::Event| match event.fact {
            Fact::ProofRead { outcome, checks, facts } => Some(Reading {
                at: event.at,
                outcome,
                checks,
                facts,
            }),
            _ => None,
        };
        Ok(events.into_iter().filter_map(reading).collect())
    }

    /// The reviewer says whether the evidence holds. Once, and before whose account it is can be read.
    pub async fn judge(&self, case: Case, operator: &Operator, judgement: Judgement) -> Result<Case, Error> {
        let now = self.now();
        let broken = [judgement.document, judgement.face].contains(&Some(false));
        let judgement = Judgement {
            holds: judgement.holds && !broken,
            ..judgement
        };
        self.change(case, Wake::Keep, |draft| {
            is_ours(&draft.case)?;
            bar::reviewer(&draft.case, operator)?;
            if held(&draft.case, operator)?.judgement.is_some() {
                return Err(Barred::Judged.into());
            }
            if let Some(review) = &mut draft.case.desk.review {
                review.judgement = Some(judgement.clone());
            }
            let Judgement {
                holds,
                document,
                face,
                reasons,
                note,
            } = judgement.clone();
            draft.note(
                now,
                Fact::EvidenceJudged {
                    reviewer: operator.name.clone(),
                    holds,
                    document,
                    face,
                    reasons,
                    note,
                },
            );
            Ok(())
        })
        .await
    }

    /// Whose account it is said to be. Only after the evidence was judged; that it was looked at is written down.
    pub async fn claimed(&self, case: Case, operator: &Operator) -> Result<Claimed, Error> {
        let now = self.now();
        let case = self
            .change(case, Wake::Keep, |draft| {
                is_ours(&draft.case)?;
                bar::reviewer(&draft.case, operator)?;
                let review = held(&draft.case, operator)?;
                if review.judgement.is_none() {
                    return Err(Barred::Unjudged.into());
                }
                if review.named {
                    return Ok(());
                }
                if let Some(review) = &mut draft.case.desk.review {
                    review.named = true;
                }
                draft.note(
                    now,
                    Fact::ClaimRead {
                        reviewer: operator.name.clone(),
                    },
                );
                Ok(())
            })
            .await?;
        let account = case.private.account.ok_or(Error::Incomplete { what: "the account" })?;
        Ok(Claimed {
            account: account.id.to_string(),
            login: account.login,
            display_name: account.display_name,
            name: account.name,
            birth_date: account.birth_date,
            person: case.private.person,
            explanation: case.explanation,
        })
    }

    /// The reviewer decides: the case goes on as if it had matched, or it ends.
    pub async fn decide(&self, case: Case, operator: &Operator, decision: Decision) -> Result<Case, Error> {
        self.may("review", &case, operator, bar::reviewer(&case, operator))
            .await?;
        let now = self.now();
        let mut evidence: Vec<String> = self.readings(&case).await?.iter().map(told).collect();
        evidence.extend(decision.evidence.clone());
        self.change(case, Wake::At(now), |draft| {
            is_ours(&draft.case)?;
            bar::reviewer(&draft.case, operator)?;
            let review = held(&draft.case, operator)?;
            let holds = review.judgement.as_ref().ok_or(Barred::Unjudged)?.holds;
            if decision.same_person && !holds {
                return Err(Barred::Unfounded.into());
            }
            // Whoever says that it is the same person has seen both.
            if decision.same_person && !review.named {
                return Err(Barred::Unjudged.into());
            }
            let mut steps = vec!["took the case", "judged the evidence"];
            steps.extend(review.named.then_some("read whose account it is said to be"));
            steps.extend(decision.steps.iter().map(String::as_str));
            steps.push("decided");
            let mut why = step::doubts(&draft.case);
            why.extend(decision.why.clone());
            let steps = steps.into_iter().map(str::to_owned).collect();
            draft.note(
                now,
                Fact::Reviewed {
                    reviewer: operator.name.clone(),
                    decision: if decision.same_person { "accepted" } else { "refused" }.to_owned(),
                    reason: decision.reason.clone(),
                    why,
                    evidence: evidence.clone(),
                    steps,
                },
            );
            if let Some(review) = &mut draft.case.desk.review {
                review.decision = Some(decision.clone());
            }
            if decision.same_person {
                accept(&mut draft.case);
                step_back(&mut draft.case);
                return Ok(draft.case.moved(Stage::Comparing)?);
            }
            let refusal = if draft.case.relayed {
                Refusal::Relayed
            } else {
                Refusal::Reviewed
            };
            self.conclude(draft, End::Refused { refusal }, now)
        })
        .await
    }

    /// Has a human look at a case that fits, because it may not go on without.
    pub(super) fn seek_review(&self, draft: &mut super::Draft) -> Result<super::Turn, Error> {
        draft.case.moved(Stage::Review)?;
        super::prove::extend_for_review(&mut draft.case, self.now());
        draft.note(
            self.now(),
            Fact::ReviewSought {
                why: step::doubts(&draft.case),
            },
        );
        Ok(super::Turn::On)
    }
}

/// What the verifier left to us stands by the reviewer's word.
fn accept(case: &mut Case) {
    if let Some(attempt) = case.attempts.last_mut().filter(|_| case.desk.unsure) {
        attempt.outcome = Some(Outcome::Passed);
    }
}

/// Colleagues took their time, and the person may have gone: what they get waits until their browser shows itself again. Who sent
/// somebody waits for that browser anyway.
pub(super) fn step_back(case: &mut Case) {
    if case.opener.is_client() {
        return;
    }
    if let Some(attempt) = case.attempts.last_mut() {
        attempt.returned_at = None;
    }
}

/// The case waits for a human here, and not for one at the verifier.
pub(super) fn is_ours(case: &Case) -> Result<(), Error> {
    if step::awaits_reviewer(case) {
        Ok(())
    } else {
        Err(Error::Elsewhere)
    }
}

pub(super) fn held<'c>(case: &'c Case, operator: &Operator) -> Result<&'c Review, Barred> {
    let review = case.desk.review.as_ref().ok_or(Barred::Unclaimed)?;
    if review.reviewer.id != operator.id {
        return Err(Barred::Claimed {
            by: review.reviewer.name.clone(),
        });
    }
    if review.decision.is_some() {
        return Err(Barred::Judged);
    }
    Ok(review)
}

/// A reading in one line of the record: what the verifier found, and every check with what came of it.
fn told(reading: &Reading) -> String {
    let found = match &reading.outcome {
        Outcome::Pending => "pending",
        Outcome::Passed => "passed",
        Outcome::Declined { .. } => "declined",
        Outcome::Review { .. } => "review",
        Outcome::Expired => "expired",
        Outcome::Foreign { .. } => "foreign",
    };
    let checks = reading.checks.iter();
    let checks: Vec<String> = checks.map(|check| format!("{} {}", check.name, check.status)).collect();
    format!("{found}: {}", checks.join(", "))
}

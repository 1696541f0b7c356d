//! A verifier that does not decide by itself: some have somebody of theirs look, some leave it to reviewers here.

use std::sync::Mutex;

use async_trait::async_trait;
use doorward::case::desk::{Decision, Judgement};
use doorward::case::{Refusal, step};
use doorward::flow::Error;
use doorward_contract::{
    CheckResult, Decided, Erased, Exhibit, Exhibits, Expectation, Finding, Proof, ProofRequest, Reference, Shows,
    Started, VendorError, Verifier, Woken,
};
use http::HeaderMap;

use super::*;

on_both! {
    what_a_verifier_leaves_to_us_waits_for_a_reviewer_whose_word_lets_it_go_on
    what_a_reviewer_here_refuses_is_refused
    what_somebody_at_the_verifier_looks_at_is_nobodys_here
}

/// A verifier that finds every proof worth a human's look, and shows pictures of it.
#[derive(Clone, Default)]
pub(super) struct Doubtful {
    pub(super) reviews_here: bool,
    /// What it was told became of its proofs.
    pub(super) told: Arc<Mutex<Vec<Decided>>>,
    /// Whether it can be told anything.
    pub(super) deaf: bool,
}

#[async_trait]
impl Verifier for Doubtful {
    fn vendor(&self) -> &'static str {
        "doubtful"
    }

    fn title(&self) -> &'static str {
        "Doubtful"
    }

    fn reviews_here(&self) -> bool {
        self.reviews_here
    }

    async fn check(&self) -> Result<Vec<Finding>, VendorError> {
        Ok(Vec::new())
    }

    async fn start(&self, _: &ProofRequest) -> Result<Started, VendorError> {
        unreachable!("the proof was started")
    }

    async fn resume(&self, _: &Reference, _: &ProofRequest) -> Result<Started, VendorError> {
        unreachable!("nobody goes back into it")
    }

    fn wake(&self, _: &HeaderMap, _: &[u8], _: Timestamp) -> Result<Woken, VendorError> {
        unreachable!("nobody wakes it")
    }

    async fn read(&self, _: &Reference, _: &Expectation) -> Result<Proof, VendorError> {
        let account = maria("home", LOGIN);
        Ok(Proof {
            outcome: Outcome::Review {
                reasons: vec!["the light was poor".to_owned()],
            },
            person: self.reviews_here.then(|| Person {
                name: account.name,
                native_name: None,
                birth_date: account.birth_date,
            }),
            evidence: Vec::new(),
            checks: vec![CheckResult {
                name: "selfie".to_owned(),
                status: "unclear".to_owned(),
                reasons: Vec::new(),
            }],
            decided_at: None,
            facts: serde_json::json!({}),
        })
    }

    async fn exhibits(&self, _: &Reference) -> Result<Exhibits, VendorError> {
        let picture = |name: &str, shows| Exhibit {
            name: name.to_owned(),
            shows,
            taken_at: NOW,
        };
        Ok(Exhibits {
            pictures: vec![picture("front", Shows::Front), picture("selfie", Shows::Selfie)],
            ..Exhibits::default()
        })
    }

    /// No picture, but what would be written on it.
    async fn picture(&self, reference: &Reference, name: &str, mark: &str) -> Result<Vec<u8>, VendorError> {
        if ["front", "selfie"].contains(&name) {
            return Ok(format!("{} {name}: {mark}", reference.0).into_bytes());
        }
        Err(VendorError::Missing {
            what: "the picture".to_owned(),
        })
    }

    async fn decided(&self, _: &Reference, decided: &Decided) -> Result<(), VendorError> {
        self.told.lock().unwrap().push(decided.clone());
        if self.deaf {
            return Err(VendorError::Unreachable {
                sent: doorward_contract::Sent::No,
                why: "it is down".to_owned(),
            });
        }
        Ok(())
    }

    async fn erase(&self, _: &Reference) -> Result<Erased, VendorError> {
        Ok(Erased::Confirmed)
    }
}

/// Maria is back from such a verifier, which was not read yet.
async fn back(base: &Base, reviews_here: bool) -> Trial {
    let verifier = Doubtful {
        reviews_here,
        ..Doubtful::default()
    };
    back_from(base, &verifier).await
}

/// The same, from one that the test looks at.
pub(super) async fn back_from(base: &Base, verifier: &Doubtful) -> Trial {
    let mut trial = Trial::of(base, vec![act("home", CODE)]).await;
    let verifier: Arc<dyn Verifier> = Arc::new(verifier.clone());
    trial.verifiers = HashMap::from([("persona".to_owned(), verifier)]);
    let seen = trial.case().await;
    let mut next = seen.clone();
    next.stage = Stage::Proving;
    (next.explanation, next.private.person) = (None, None);
    next.private.references = vec![Reference("proof-1".to_owned())];
    next.attempts = vec![Attempt {
        started: true,
        outcome: None,
        decided_at: None,
        ..passed()
    }];
    let change = doorward::store::Change::default();
    trial.store.advance(&seen, &next, change).await.unwrap();
    trial
}

pub(super) async fn reviewed(trial: &Trial, same_person: bool) -> Case {
    let (flow, rita) = (trial.flow(), colleague("rita", &[Role::Reviewer]));
    let case = flow.claim_review(trial.case().await, &rita).await.unwrap();
    let evidence = flow.evidence(&case, &rita).await.unwrap();
    assert_eq!(evidence.why, ["the verifier leaves it to a human"]);
    assert_eq!(evidence.readings.last().unwrap().checks[0].status, "unclear");
    assert!(evidence.person.is_some());
    let judgement = Judgement {
        holds: true,
        document: Some(true),
        face: Some(true),
        ..Judgement::default()
    };
    let case = flow.judge(case, &rita, judgement).await.unwrap();
    flow.claimed(case, &rita).await.unwrap();
    let decision = Decision {
        same_person,
        reason: "seen".to_owned(),
        why: Some("verifier".to_owned()),
        evidence: Some("the passport".to_owned()),
        steps: vec!["pictures".to_owned()],
    };
    flow.decide(trial.case().await, &rita, decision).await.unwrap()
}

async fn what_a_verifier_leaves_to_us_waits_for_a_reviewer_whose_word_lets_it_go_on(base: Base) {
    let trial = back(&base, true).await;
    let case = trial.until(step::awaits_reviewer).await;
    assert!(case.explanation.is_some(), "it was compared first");
    trial.for_a_while().await;
    assert_eq!(trial.case().await.stage, Stage::Review);
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    reviewed(&trial, true).await;
    trial.show_up().await;
    trial.until_stage(Stage::Ready).await;
    assert_eq!(trial.reveal().await.len(), 1);
    let recorded = trial.facts().await.into_iter().find_map(|fact| match fact {
        Fact::Reviewed {
            why, evidence, steps, ..
        } => Some((why, evidence, steps)),
        _ => None,
    });
    let (why, evidence, steps) = recorded.unwrap();
    assert_eq!(why, ["the verifier leaves it to a human", "verifier"]);
    assert_eq!(evidence.last().unwrap(), "the passport");
    assert!(steps.contains(&"pictures".to_owned()));
}

async fn what_a_reviewer_here_refuses_is_refused(base: Base) {
    let trial = back(&base, true).await;
    trial.until(step::awaits_reviewer).await;
    let case = reviewed(&trial, false).await;
    let refusal = Refusal::Reviewed;
    assert_eq!(ended(&case), Some(&End::Refused { refusal }));
    assert_eq!(trial.world.writes(), Vec::<String>::new());
}

async fn what_somebody_at_the_verifier_looks_at_is_nobodys_here(base: Base) {
    let trial = back(&base, false).await;
    let case = trial.until_stage(Stage::Review).await;
    assert!(!step::awaits_reviewer(&case));
    let rita = colleague("rita", &[Role::Reviewer]);
    let claimed = trial.flow().claim_review(case, &rita).await;
    assert!(matches!(claimed, Err(Error::Elsewhere)), "{claimed:?}");
}

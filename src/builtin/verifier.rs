//! The verifier as the flow knows it: starts sessions, says what they found, forgets them.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use secrecy::SecretString;
use serde_json::json;

use super::decide::{Decision, Found};
use super::exhibit::similarity;
use super::state::State;
use super::word::{Error, Place};
use super::{Builtin, document, written};
use crate::cause::causes;
use crate::store::{Capture, NewCapture, Score};
use doorward_builtin::Models;
use doorward_builtin::challenge::Outcome as Challenged;
use doorward_builtin::document::Reading;
use doorward_builtin::mrz::PartialDate;
use doorward_contract::{
    CheckName, CheckResult, Decided, Erased, Evidence, Exhibits, Expectation, Finding, FindingLevel, Outcome, Person,
    Proof, ProofRequest, Reference, Sent, Started, Timestamp, VendorError, Verifier, Woken,
};

/// What it can say and what it cannot, for whoever decides on it.
pub const ASSURANCE: &str = "One document was read and not validated at its issuer; faces were compared by software; that somebody was \
     present is not certified (not tested to ISO/IEC 30107-3, which does not cover injected video). Below NIST SP 800-63A-4 IAL2.";

/// How long pictures may stay after a session's end: a reviewer has a day from when it was read, and what is written meanwhile a
/// little more.
const REVIEW: Duration = Duration::from_secs(25 * 3600);

/// What a self-check finds, of the folder with the models alone.
pub fn examine(models: &Path) -> Vec<Finding> {
    let mut findings = vec![Finding {
        level: FindingLevel::Note,
        what: format!("what the built-in verifier can say: {ASSURANCE}"),
        remedy: "let a reviewer decide, and do not describe it as liveness detection".to_owned(),
    }];
    if let Err(error) = Models::open(models).check() {
        findings.push(Finding {
            level: FindingLevel::Fault,
            what: causes(&error),
            remedy: format!(
                "put the four model files of this version into {} (they are in the release beside the program), or correct `models`",
                models.display()
            ),
        });
    }
    findings
}

impl From<Error> for VendorError {
    fn from(error: Error) -> Self {
        let why = causes(&error);
        match error {
            Error::Busy { retry_after } => Self::Throttled {
                retry_after: Some(retry_after),
            },
            Error::Models(_) => Self::Refused { why },
            Error::Gone | Error::Elsewhere => Self::Done,
            _ => Self::Unreachable {
                sent: Sent::Perhaps,
                why,
            },
        }
    }
}

#[async_trait]
impl Verifier for Builtin {
    fn vendor(&self) -> &'static str {
        "builtin"
    }

    fn title(&self) -> &'static str {
        "Document and face check"
    }

    fn reviews_here(&self) -> bool {
        true
    }

    async fn check(&self) -> Result<Vec<Finding>, VendorError> {
        Ok(examine(&self.0.settings.models))
    }

    async fn start(&self, request: &ProofRequest) -> Result<Started, VendorError> {
        if request.against.is_some() {
            return Err(VendorError::Refused {
                why: "a face is never held against an earlier check here".to_owned(),
            });
        }
        // Of the key and a secret, so that the same key names the same proof without anything being looked up.
        let named = self.0.digests.digest("capture proof", request.key.0.as_bytes());
        let reference = Reference(base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            named.bytes(),
        ));
        let now = self.now();
        let until = now.plus(request.lifetime);
        let state = State::new(reference.0.clone(), request.subject.clone(), request.here.clone(), now);
        let new = NewCapture {
            reference: &self.reference_digest(&reference),
            verifier: &self.0.settings.name,
            until,
            drop_at: until.plus(REVIEW),
            state: &written(&state)?,
        };
        let _begun = self.0.store.begin_capture(&new).await.map_err(Error::from)?;
        Ok(Started {
            visit: visit(request),
            reference,
        })
    }

    async fn resume(&self, reference: &Reference, request: &ProofRequest) -> Result<Started, VendorError> {
        // Gone or over: reading it says how.
        let session = self.session(reference).await?;
        if session.place == Place::Done {
            return Err(VendorError::Done);
        }
        Ok(Started {
            reference: reference.clone(),
            visit: visit(request),
        })
    }

    fn wake(&self, _headers: &HeaderMap, _body: &[u8], _now: Timestamp) -> Result<Woken, VendorError> {
        Err(VendorError::Forged {
            why: "nothing about a check that runs here comes from outside".to_owned(),
        })
    }

    async fn read(&self, reference: &Reference, expect: &Expectation) -> Result<Proof, VendorError> {
        Ok(match self.kept(reference).await? {
            None => bare(Outcome::Expired),
            Some((capture, state)) if state.place != Place::Done => {
                let over = self.now() >= capture.until;
                bare(if over { Outcome::Expired } else { Outcome::Pending })
            }
            Some((_, state)) => proof(&state, expect),
        })
    }

    async fn exhibits(&self, reference: &Reference) -> Result<Exhibits, VendorError> {
        Ok(self.shown(reference).await?)
    }

    async fn picture(&self, reference: &Reference, name: &str, mark: &str) -> Result<Vec<u8>, VendorError> {
        let found = self.marked(reference, name, mark).await?;
        found.ok_or_else(|| VendorError::Missing {
            what: "the picture".to_owned(),
        })
    }

    async fn decided(&self, reference: &Reference, decided: &Decided) -> Result<(), VendorError> {
        if let Some(account) = &decided.account {
            self.belongs(reference, account).await?;
        }
        let Some((capture, state)) = self.kept(reference).await? else {
            return Ok(());
        };
        self.settle(&capture, &state, reference, decided).await?;
        Ok(())
    }

    async fn erase(&self, reference: &Reference) -> Result<Erased, VendorError> {
        let digest = self.reference_digest(reference);
        self.0.store.drop_capture(&digest).await.map_err(Error::from)?;
        let left = self.0.store.capture_of(&digest).await.map_err(Error::from)?;
        Ok(match left {
            None => Erased::Confirmed,
            Some(_) => Erased::Pending,
        })
    }
}

impl Builtin {
    /// Notes what reviewers said, and lets the pictures go as soon as the settings say.
    async fn settle(
        &self,
        capture: &Capture,
        state: &State,
        reference: &Reference,
        decided: &Decided,
    ) -> Result<(), Error> {
        let now = self.now();
        let keep = self.0.settings.keep_pictures;
        let score = score(state, decided, now);
        self.0.store.decide_capture(capture, now.plus(keep), &score).await?;
        if keep.is_zero() {
            self.0.store.drop_capture(&self.reference_digest(reference)).await?;
        }
        Ok(())
    }
}

/// The pages are ours, and no secret is in their address: the case's own cookie leads to the session.
fn visit(request: &ProofRequest) -> SecretString {
    let mut url = request.return_url.clone();
    url.set_path("/capture");
    url.set_query(None);
    SecretString::from(url.to_string())
}

fn bare(outcome: Outcome) -> Proof {
    Proof {
        outcome,
        person: None,
        evidence: Vec::new(),
        checks: Vec::new(),
        decided_at: None,
        facts: json!({}),
    }
}

/// What a session that is over found, for the case that asked for it.
fn proof(state: &State, expect: &Expectation) -> Proof {
    let found = Found::of(state);
    let outcome = match pins(state, expect) {
        Some(foreign) => foreign,
        None => match found.decide() {
            Decision::Declined(reasons) => Outcome::Declined { reasons },
            Decision::Review(reasons) => Outcome::Review { reasons },
            Decision::Passed => Outcome::Passed,
        },
    };
    let shown = matches!(outcome, Outcome::Passed | Outcome::Review { .. });
    Proof {
        person: shown.then(|| person(state)).flatten(),
        outcome,
        evidence: evidence(state),
        checks: checks(state, &found),
        decided_at: state.done_at,
        facts: json!({
            "assurance": ASSURANCE,
            "challenges": state.selfie.runs.len(),
            "handed_over": state.agents.iter().any(|(hand, _)| *hand == super::Hand::Phone),
            "uploads": state.uploads,
        }),
    }
}

/// What must agree for it to count at all.
fn pins(state: &State, expect: &Expectation) -> Option<Outcome> {
    let mut reasons = Vec::new();
    if state.subject != expect.subject || expect.against.is_some() {
        reasons.push("it is of another person".to_owned());
    }
    if state.started_at < expect.created_after {
        reasons.push("it is older than the request".to_owned());
    }
    if !reasons.is_empty() {
        return Some(Outcome::Foreign { reasons });
    }
    expect
        .required
        .contains(&CheckName::SameFace)
        .then(|| Outcome::Declined {
            reasons: vec!["same_face is not checked here".to_owned()],
        })
}

fn person(state: &State) -> Option<Person> {
    let reading = state.reading.as_ref()?;
    Some(Person {
        name: doorward_contract::Name {
            given: reading.given.clone(),
            middle: None,
            family: reading.family.clone(),
            suffix: reading.suffix.clone(),
        },
        native_name: None,
        // In part it is none: whoever compares takes a date for a whole one.
        birth_date: reading.birth.and_then(PartialDate::full),
    })
}

fn evidence(state: &State) -> Vec<Evidence> {
    let document = state.reading.as_ref().map(|reading| Evidence {
        kind: "government_id".to_owned(),
        class: state.kind.map(|kind| document::class(kind).to_owned()),
        country: reading.country.clone(),
    });
    let selfie = (state.selfie.tries > 0).then(|| Evidence {
        kind: "selfie".to_owned(),
        class: None,
        country: None,
    });
    document.into_iter().chain(selfie).collect()
}

/// Every check in words that name nobody.
fn checks(state: &State, found: &Found<'_>) -> Vec<CheckResult> {
    let check = |name: &str, status: &str, reasons: Vec<String>| CheckResult {
        name: name.to_owned(),
        status: status.to_owned(),
        reasons,
    };
    let odd = found.reasons();
    let read = state.reading.as_ref().is_some_and(Reading::readable);
    let challenge = match &state.selfie.judgement {
        Some(judgement) if judgement.outcome == Challenged::Done => "passed",
        Some(_) => "failed",
        None => "not_applicable",
    };
    let faces = match similarity(state) {
        None => check("faces", "not_applicable", Vec::new()),
        Some((_, likeness)) if likeness == "alike" || likeness == "probably_alike" => {
            check("faces", "passed", vec![likeness])
        }
        Some((_, likeness)) => check("faces", "failed", vec![likeness]),
    };
    vec![
        check("document_read", if read { "passed" } else { "failed" }, Vec::new()),
        check("challenge", challenge, Vec::new()),
        faces,
        check("findings", if odd.is_empty() { "passed" } else { "failed" }, odd),
    ]
}

fn score(state: &State, decided: &Decided, now: Timestamp) -> Score {
    let similarity = similarity(state);
    let mut words: Vec<String> = Found::of(state)
        .remarks()
        .into_iter()
        // A fact may be a camera's own name.
        .map(|remark| remark.word)
        .collect();
    words.dedup();
    Score {
        month: now
            .to_chrono()
            .map(|now| now.format("%Y-%m").to_string())
            .unwrap_or_default(),
        // "0.47" is 47 hundredths.
        similarity: similarity
            .as_ref()
            .and_then(|(value, _)| value.replace('.', "").parse().ok()),
        likeness: similarity.map(|(_, word)| word),
        findings: words.join(" "),
        document: decided.document,
        face: decided.face,
        accepted: decided.accepted,
    }
}

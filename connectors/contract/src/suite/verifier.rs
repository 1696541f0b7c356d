//! Questions for a [`Verifier`].
//!
//! A crate implements [`Stand`] for its verifier and its fake and calls [`ask_everything`]. What a particular vendor
//! means by a decline or a pin is asked in that crate's own tests.

use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::recheck;
use crate::error::VendorError;
use crate::fake::{Cut, Fake, Rule};
use crate::person::Person;
use crate::verifier::{Erased, Expectation, Outcome, ProofRequest, Reference, Verifier};

/// Seconds of `Retry-After` that must come through.
const THROTTLE: u64 = 7;
/// Longer than any client of ours reads.
const OVERSIZED: usize = 8 * 1024 * 1024;
/// Longer than any client of ours waits.
const ENDLESS_MS: u64 = 60_000;
/// How often a vendor may be asked until it has forgotten.
pub(super) const ERASURES: usize = 8;

/// A verifier with its imitated vendor.
#[async_trait]
pub trait Stand: Send + Sync {
    /// The verifier, with bounds that only a broken vendor exceeds.
    fn verifier(&self) -> &dyn Verifier;
    /// The same, with bounds so short that [`Rule::delay_ms`] exceeds them at once.
    fn impatient(&self) -> &dyn Verifier;
    /// The common part of the fake.
    fn fake(&self) -> &Fake;
    /// A request for the proof of this attempt.
    fn request(&self, key: &str) -> ProofRequest;
    /// What the proof of this attempt must agree with.
    fn expectation(&self, key: &str) -> Expectation;
    /// How many proofs the vendor has begun.
    fn begun(&self) -> usize;
    /// Lets the person pass, always the same one.
    async fn pass(&self, reference: &Reference);
    /// Lets somebody else try, to whom nothing happens but that it is another face. Asked only of who can recheck.
    async fn pass_with_another_face(&self, reference: &Reference) {
        panic!("whoever can recheck must have another face for {reference:?}");
    }
    /// A well-formed reference that the vendor does not know.
    fn unknown(&self) -> Reference;
    /// Texts that may appear in no error: keys, tokens, names.
    fn secrets(&self) -> Vec<String>;
}

/// One way a vendor misbehaves, and the remedy it must be sorted under.
struct Trouble {
    name: &'static str,
    rule: Rule,
    remedy: &'static str,
    slow: bool,
}

fn troubles() -> Vec<Trouble> {
    let trouble = |name, remedy, rule| Trouble {
        name,
        // Until cleared: repeats of the client itself meet the same trouble.
        rule: Rule { times: Some(0), ..rule },
        remedy,
        slow: false,
    };
    let status = |status| Rule {
        status: Some(status),
        ..Rule::default()
    };
    let cut = |when| Rule {
        cut: Some(when),
        ..Rule::default()
    };
    let throttle = Rule {
        throttle: Some(THROTTLE),
        ..Rule::default()
    };
    let oversized = Rule {
        oversized: Some(OVERSIZED),
        ..Rule::default()
    };
    let malformed = Rule {
        malformed: true,
        ..Rule::default()
    };
    let delay = Rule {
        delay_ms: ENDLESS_MS,
        ..Rule::default()
    };
    let mut all = vec![
        trouble("401", "refused", status(401)),
        trouble("403", "refused", status(403)),
        trouble("404", "missing", status(404)),
        trouble("409", "unexpected", status(409)),
        trouble("429 with Retry-After", "throttled", throttle),
        trouble("500", "unreachable", status(500)),
        trouble("503", "unreachable", status(503)),
        trouble("a connection cut before", "unreachable", cut(Cut::Before)),
        trouble("a connection cut after", "unreachable", cut(Cut::After)),
        trouble("an oversized answer", "unexpected", oversized),
        trouble("a malformed answer", "unexpected", malformed),
    ];
    all.push(Trouble {
        slow: true,
        ..trouble("an answer that does not come", "unreachable", delay)
    });
    all
}

/// Asks every question below, in this order.
pub async fn ask_everything(stand: &dyn Stand) {
    troubles_of_starting_have_a_remedy_and_start_one_proof(stand).await;
    troubles_of_reading_have_a_remedy_and_decide_nothing(stand).await;
    the_same_key_starts_one_proof(stand).await;
    another_key_starts_another_proof(stand).await;
    what_is_unknown_is_missing(stand).await;
    garbage_wakes_nobody(stand);
    a_person_is_told_only_with_a_pass(stand).await;
    erasing_is_confirmed_and_safe_to_repeat(stand).await;
    recheck::ask_everything(stand).await;
}

/// Whatever happens on the first attempt: the error says what to do, and asking again leaves exactly one proof.
pub async fn troubles_of_starting_have_a_remedy_and_start_one_proof(stand: &dyn Stand) {
    for trouble in troubles() {
        let request = stand.request(&format!("trouble of starting: {}", trouble.name));
        let before = stand.begun();
        stand.fake().misbehave(trouble.rule.clone());
        let verifier = if trouble.slow {
            stand.impatient()
        } else {
            stand.verifier()
        };
        let error = verifier.start(&request).await.expect_err(trouble.name);
        stand.fake().behave();
        sorted(stand, &trouble, &error);

        let started = stand.verifier().start(&request).await;
        assert!(started.is_ok(), "{}: starting again: {started:?}", trouble.name);
        assert_eq!(stand.begun(), before + 1, "{}: one key, one proof", trouble.name);
    }
}

/// No trouble of reading is ever an outcome.
pub async fn troubles_of_reading_have_a_remedy_and_decide_nothing(stand: &dyn Stand) {
    const KEY: &str = "troubles of reading";
    let request = stand.request(KEY);
    let started = stand.verifier().start(&request).await.expect("starts");
    for trouble in troubles() {
        stand.fake().misbehave(trouble.rule.clone());
        let verifier = if trouble.slow {
            stand.impatient()
        } else {
            stand.verifier()
        };
        let read = verifier.read(&started.reference, &stand.expectation(KEY)).await;
        stand.fake().behave();
        sorted(stand, &trouble, &read.expect_err(trouble.name));
    }
}

fn sorted(stand: &dyn Stand, trouble: &Trouble, error: &VendorError) {
    assert_eq!(error.remedy(), trouble.remedy, "{}: {error:?}", trouble.name);
    if let VendorError::Throttled { retry_after } = error {
        assert_eq!(*retry_after, Some(Duration::from_secs(THROTTLE)), "{}", trouble.name);
    }
    let text = format!("{error} {error:?}");
    for secret in stand.secrets() {
        assert!(!text.contains(&secret), "{}: an error tells a secret", trouble.name);
    }
}

/// Twice the same key: the same proof, begun once.
pub async fn the_same_key_starts_one_proof(stand: &dyn Stand) {
    let request = stand.request("the same key twice");
    let before = stand.begun();
    let first = stand.verifier().start(&request).await.expect("starts");
    let second = stand.verifier().start(&request).await.expect("starts again");
    assert!(first.reference == second.reference, "the same key names another proof");
    assert_eq!(stand.begun(), before + 1, "the same key began a second proof");
}

/// Two keys: two proofs.
pub async fn another_key_starts_another_proof(stand: &dyn Stand) {
    let first = stand.verifier().start(&stand.request("one key")).await.expect("starts");
    let second = stand
        .verifier()
        .start(&stand.request("another key"))
        .await
        .expect("starts");
    assert!(first.reference != second.reference, "two keys name one proof");
}

/// Reading and resuming what does not exist, and what cannot be an id.
pub async fn what_is_unknown_is_missing(stand: &dyn Stand) {
    let nonsense = ["", "..", "../accounts", "a/b", "a?b=c", "a%2fb"].map(|text| Reference(text.to_owned()));
    for reference in nonsense.into_iter().chain([stand.unknown()]) {
        let read = stand.verifier().read(&reference, &stand.expectation("unknown")).await;
        assert!(
            matches!(read, Err(VendorError::Missing { .. })),
            "reading {:?}: {read:?}",
            reference.0
        );
        let resumed = stand.verifier().resume(&reference, &stand.request("unknown")).await;
        assert!(
            matches!(resumed, Err(VendorError::Missing { .. })),
            "resuming {:?}",
            reference.0
        );
    }
}

/// What is not signed is forged, whatever it says.
pub fn garbage_wakes_nobody(stand: &dyn Stand) {
    let bodies: [&[u8]; 5] = [b"", b"{}", b"\xff\xfe\x00", b"[[[[[[[[", b"{\"data\":{\"id\":\"1\"}}"];
    let mut odd = HeaderMap::new();
    for name in ["authorization", "x-signature", "content-type"] {
        odd.insert(HeaderName::from_static(name), HeaderValue::from_static("t=1,v1=00"));
    }
    for headers in [HeaderMap::new(), odd] {
        for body in bodies {
            let woken = stand.verifier().wake(&headers, body, stand.fake().now());
            assert!(matches!(woken, Err(VendorError::Forged { .. })), "{woken:?}");
        }
    }
}

/// Before the end nothing is known of the person; after a pass everything required is.
pub async fn a_person_is_told_only_with_a_pass(stand: &dyn Stand) {
    const KEY: &str = "a pass";
    let expect = stand.expectation(KEY);
    let started = stand.verifier().start(&stand.request(KEY)).await.expect("starts");
    let early = stand.verifier().read(&started.reference, &expect).await.expect("reads");
    assert_eq!(early.outcome, Outcome::Pending);
    assert!(early.person.is_none());

    stand.pass(&started.reference).await;
    let proof = stand.verifier().read(&started.reference, &expect).await.expect("reads");
    assert_eq!(proof.outcome, Outcome::Passed);
    assert!(proof.person.is_some_and(|person| person != Person::default()));
    assert!(proof.decided_at.is_some());
    let facts = proof.facts.to_string();
    for secret in stand.secrets() {
        assert!(!facts.contains(&secret), "the facts tell a secret");
    }

    let resumed = stand.verifier().resume(&started.reference, &stand.request(KEY)).await;
    assert!(
        matches!(resumed, Err(VendorError::Done)),
        "what is finished cannot be resumed"
    );
}

/// Asked often enough the vendor has forgotten; once confirmed it stays so, and nothing passes any more.
pub async fn erasing_is_confirmed_and_safe_to_repeat(stand: &dyn Stand) {
    const KEY: &str = "erasing";
    let started = stand.verifier().start(&stand.request(KEY)).await.expect("starts");
    stand.pass(&started.reference).await;
    forgotten(stand, &started.reference).await;
    let again = stand.verifier().erase(&started.reference).await.expect("erases again");
    assert_eq!(again, Erased::Confirmed);
    match stand.verifier().read(&started.reference, &stand.expectation(KEY)).await {
        Ok(proof) => assert!(proof.outcome != Outcome::Passed && proof.person.is_none()),
        Err(error) => assert!(matches!(error, VendorError::Missing { .. }), "{error:?}"),
    }
}

pub(super) async fn forgotten(stand: &dyn Stand, reference: &Reference) {
    for _ in 0..ERASURES {
        if stand.verifier().erase(reference).await.expect("erases") == Erased::Confirmed {
            return;
        }
    }
    panic!("the vendor never confirmed that it forgot");
}

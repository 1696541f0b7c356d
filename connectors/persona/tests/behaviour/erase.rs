//! Forgetting: asked for, followed up, confirmed, and never more than was meant.

use doorward_contract::fake::Rule;
use doorward_contract::{Erased, Outcome, ProofRequest, SubjectRef, VendorError, Verifier};
use serde_json::json;

use crate::stand::Stand;

#[tokio::test]
async fn forgetting_is_pending_until_persona_says_when_it_happened() {
    let stand = Stand::usual().await;
    stand
        .lab(
            "/_lab/knobs",
            json!({ "redaction_delay_ms": 60_000, "redaction_looks": 0 }),
        )
        .await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    for _ in 0..3 {
        assert_eq!(stand.persona.erase(&started.reference).await.unwrap(), Erased::Pending);
    }
    stand.clock.forward(std::time::Duration::from_mins(1));
    // The inquiry is redacted now, its documents follow in their own time.
    assert_eq!(stand.persona.erase(&started.reference).await.unwrap(), Erased::Pending);
    let read = stand.read(&started.reference).await;
    assert!(
        matches!(read.outcome, Outcome::Declined { .. }) && read.person.is_none(),
        "{read:?}"
    );
    stand.clock.forward(std::time::Duration::from_mins(1));
    assert_eq!(
        stand.persona.erase(&started.reference).await.unwrap(),
        Erased::Confirmed
    );
    assert_eq!(
        stand.persona.erase(&started.reference).await.unwrap(),
        Erased::Confirmed
    );
}

#[tokio::test]
async fn nothing_personal_is_left_after_the_confirmation() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    assert!(stand.fake.state().to_string().contains("OKAFOR"));
    while stand.persona.erase(&started.reference).await.unwrap() == Erased::Pending {}
    stand.delivered().await;
    let left = stand.fake.state().to_string();
    for personal in ["OKAFOR", "AMARA", "1991-04-17", "A09182736"] {
        assert!(!left.contains(personal), "{personal}");
    }
    let lines = stand.fake.fake().lines();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("DELETE /api/v1/accounts/act_"))
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("DELETE /api/v1/inquiries/inq_"))
    );
}

#[tokio::test]
async fn deletion_asked_for_twice_is_answered_409_and_that_is_fine() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let path = format!("inquiries/{}", started.reference.0);
    assert_eq!(stand.call("DELETE", &path, None).await.0, 200);
    assert_eq!(stand.call("DELETE", &path, None).await.0, 409);
    assert_eq!(stand.persona.erase(&started.reference).await.unwrap(), Erased::Pending);
}

#[tokio::test]
async fn another_living_proof_of_the_same_person_is_not_taken_along() {
    let stand = Stand::usual().await;
    let old = stand.start("an old case").await;
    stand.end(&old.reference, "pass").await;
    let living = stand.start("a living case").await;
    for _ in 0..5 {
        assert_eq!(stand.persona.erase(&old.reference).await.unwrap(), Erased::Pending);
    }
    assert!(
        !stand
            .fake
            .fake()
            .lines()
            .iter()
            .any(|line| line.contains("DELETE /api/v1/accounts"))
    );
    stand.end(&living.reference, "pass").await;
    assert_eq!(stand.read(&living.reference).await.outcome, Outcome::Passed);

    // Once the last one goes, the account goes, and both are confirmed.
    while stand.persona.erase(&living.reference).await.unwrap() == Erased::Pending {}
    assert_eq!(stand.persona.erase(&old.reference).await.unwrap(), Erased::Confirmed);
}

#[tokio::test]
async fn somebody_elses_account_is_never_deleted() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand
        .tamper(&started.reference, json!({ "reference_id": "somebody-elses" }))
        .await;
    while stand.persona.erase(&started.reference).await.unwrap() == Erased::Pending {}
    assert!(
        !stand
            .fake
            .fake()
            .lines()
            .iter()
            .any(|line| line.contains("DELETE /api/v1/accounts"))
    );
}

#[tokio::test]
async fn what_persona_no_longer_knows_is_forgotten() {
    let stand = Stand::usual().await;
    let request = ProofRequest {
        subject: SubjectRef("dw-subj-gone".into()),
        ..stand.request("gone")
    };
    let started = stand.persona.start(&request).await.unwrap();
    stand.fake.restore(json!({})).unwrap();
    assert_eq!(
        stand.persona.erase(&started.reference).await.unwrap(),
        Erased::Confirmed
    );
}

#[tokio::test]
async fn a_404_that_is_not_personas_confirms_nothing() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.fake.fake().misbehave(Rule {
        status: Some(404),
        times: Some(0),
        ..Rule::default()
    });
    let erased = stand.persona.erase(&started.reference).await;
    assert!(matches!(erased, Err(VendorError::Missing { .. })), "{erased:?}");
}

#[tokio::test]
async fn a_vendor_that_is_down_leaves_the_question_open() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.fake.fake().misbehave(Rule {
        status: Some(503),
        method: Some("DELETE".into()),
        times: Some(0),
        ..Rule::default()
    });
    let erased = stand.persona.erase(&started.reference).await;
    assert!(matches!(erased, Err(VendorError::Unreachable { .. })), "{erased:?}");
    stand.fake.fake().behave();
    while stand.persona.erase(&started.reference).await.unwrap() == Erased::Pending {}
}

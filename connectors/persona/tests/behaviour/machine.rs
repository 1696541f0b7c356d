//! The state machine: what each ending at Persona means for us, and what Persona allows after what.

use std::time::Duration;

use doorward_contract::{Outcome, Verifier};
use serde_json::json;

use crate::stand::{Kind, Stand, USUAL};

const BY_FLOW: Kind = Kind {
    workflow: false,
    ..USUAL
};

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "pending",
        Outcome::Passed => "passed",
        Outcome::Declined { .. } => "declined",
        Outcome::Review { .. } => "review",
        Outcome::Expired => "expired",
        Outcome::Foreign { .. } => "foreign",
    }
}

#[tokio::test]
async fn every_ending_is_read_for_what_it_is() {
    for (kind, outcome, status, read) in [
        (USUAL, "pass", "approved", "passed"),
        (USUAL, "wrong-name", "approved", "passed"),
        (USUAL, "fail", "declined", "declined"),
        (USUAL, "review", "needs_review", "review"),
        (USUAL, "expire", "expired", "expired"),
        (BY_FLOW, "pass", "completed", "passed"),
        (BY_FLOW, "wrong-name", "completed", "passed"),
        (BY_FLOW, "fail", "failed", "declined"),
        (BY_FLOW, "review", "needs_review", "review"),
        (BY_FLOW, "expire", "expired", "expired"),
    ] {
        let stand = Stand::of(kind).await;
        let started = stand.start("a case").await;
        assert_eq!(word(&stand.read(&started.reference).await.outcome), "pending");
        stand.end(&started.reference, outcome).await;
        assert_eq!(stand.status(&started.reference), status, "{outcome}");
        let proof = stand.read(&started.reference).await;
        assert_eq!(word(&proof.outcome), read, "{outcome}");
        assert_eq!(proof.person.is_some(), read == "passed", "{outcome}");
    }
}

#[tokio::test]
async fn a_wrong_name_is_in_what_was_read_and_left_to_matching() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "wrong-name").await;
    let person = stand.read(&started.reference).await.person.unwrap();
    assert_ne!(person.name.family.as_deref(), Some("OKAFOR"));
    assert_eq!(person.birth_date.unwrap().to_string(), "1991-04-17");
}

#[tokio::test]
async fn why_somebody_failed_is_told_to_staff() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "fail").await;
    let Outcome::Declined { reasons } = stand.read(&started.reference).await.outcome else {
        panic!("declined")
    };
    assert!(
        reasons.contains(&"selfie_liveness_detection: failed (low_liveness_confidence)".to_owned()),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_workflow_is_waited_for_a_moment_after_a_failure() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "fail").await;
    stand.tamper(&started.reference, json!({ "status": "failed" })).await;
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "pending");
    stand.clock.forward(Duration::from_mins(1));
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "declined");
}

#[tokio::test]
async fn a_human_at_the_vendor_ends_a_review_either_way() {
    for (action, read) in [("approve", "passed"), ("decline", "declined")] {
        let stand = Stand::usual().await;
        let started = stand.start("a case").await;
        stand.end(&started.reference, "review").await;
        let path = format!("inquiries/{}/{action}", started.reference.0);
        let (status, _) = stand.call("POST", &path, None).await;
        assert_eq!(status, 200);
        assert_eq!(word(&stand.read(&started.reference).await.outcome), read);
    }
}

#[tokio::test]
async fn a_decline_after_an_approval_cannot_happen_and_one_before_is_final() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    for action in ["decline", "approve", "mark-for-review", "expire", "resume"] {
        let path = format!("inquiries/{}/{action}", started.reference.0);
        let (status, body) = stand.call("POST", &path, None).await;
        assert_eq!(status, 409, "{action}");
        assert!(body["errors"][0]["details"].is_string());
    }
}

#[tokio::test]
async fn the_api_allows_only_the_moves_of_the_state_machine() {
    let stand = Stand::usual().await;
    // From which status, which moves are answered 200; every other one is answered 409.
    for (from, allowed) in [
        (
            "created",
            &[
                "approve",
                "decline",
                "mark-for-review",
                "expire",
                "generate-one-time-link",
            ][..],
        ),
        (
            "pending",
            &[
                "approve",
                "decline",
                "mark-for-review",
                "expire",
                "resume",
                "generate-one-time-link",
            ],
        ),
        ("completed", &["approve", "decline", "mark-for-review"]),
        ("failed", &["approve", "decline", "mark-for-review"]),
        ("needs_review", &["approve", "decline", "mark-for-review"]),
        ("expired", &["resume"]),
        ("approved", &[]),
        ("declined", &[]),
    ] {
        for action in [
            "approve",
            "decline",
            "mark-for-review",
            "expire",
            "resume",
            "generate-one-time-link",
        ] {
            let started = stand.start(&format!("{action} from {from}")).await;
            stand.tamper(&started.reference, json!({ "status": from })).await;
            let path = format!("inquiries/{}/{action}", started.reference.0);
            let (status, _) = stand.call("POST", &path, None).await;
            let expected = if allowed.contains(&action) { 200 } else { 409 };
            assert_eq!(status, expected, "{action} from {from}");
        }
    }
}

#[tokio::test]
async fn time_runs_out_by_the_clock_of_the_state_it_is_in() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.clock.forward(Duration::from_secs(1799));
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "pending");
    stand.clock.forward(Duration::from_secs(1));
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "expired");
    stand
        .persona
        .resume(&started.reference, &stand.request("a case"))
        .await
        .unwrap();
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "pending");
    stand.clock.forward(Duration::from_mins(30));
    assert_eq!(word(&stand.read(&started.reference).await.outcome), "expired");
}

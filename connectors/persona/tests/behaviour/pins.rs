//! Threat T7, a weak result accepted: each pin and each required check is made to fail alone.

use doorward_contract::{CheckName, Expectation, Outcome, Proof, Reference, SubjectRef, Timestamp, Verifier};
use serde_json::{Value, json};

use crate::stand::{BEGIN, Kind, SUBJECT, Stand, USUAL};

/// A proof that passed, and what reading it says after one change behind everybody's back.
async fn passed_then(stand: &Stand, change: Value) -> Proof {
    let started = stand.start(&format!("the case of {change}")).await;
    stand.end(&started.reference, "pass").await;
    let before = stand.read(&started.reference).await;
    assert_eq!(before.outcome, Outcome::Passed, "it passes before {change}");
    stand.tamper(&started.reference, change).await;
    stand.read(&started.reference).await
}

fn reasons(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Foreign { reasons } | Outcome::Declined { reasons } | Outcome::Review { reasons } => {
            reasons.join("; ")
        }
        other => panic!("no reasons in {other:?}"),
    }
}

#[tokio::test]
async fn what_passes_tells_who_the_person_is_and_what_was_looked_at() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let proof = stand.read(&started.reference).await;

    assert_eq!(proof.outcome, Outcome::Passed);
    let person = proof.person.unwrap();
    assert_eq!(person.name.given.as_deref(), Some("AMARA"));
    assert_eq!(person.name.middle.as_deref(), Some("NGOZI"));
    assert_eq!(person.name.family.as_deref(), Some("OKAFOR"));
    assert_eq!(person.birth_date.unwrap().to_string(), "1991-04-17");
    assert_eq!(proof.decided_at, Some(BEGIN));
    let evidence: Vec<_> = proof
        .evidence
        .iter()
        .map(|one| (one.kind.as_str(), one.class.as_deref()))
        .collect();
    assert_eq!(evidence, [("government_id", Some("pp")), ("selfie", None)]);
    assert!(
        proof
            .checks
            .iter()
            .any(|check| check.name == "selfie_id_comparison" && check.status == "passed")
    );
    assert_eq!(proof.facts["status"], "approved");
    assert_eq!(proof.facts["template_version"], "itmplv_DwExample00000000001");
    assert!(proof.facts["request"].as_str().unwrap().starts_with("req_"));
}

#[tokio::test]
async fn each_pin_alone_makes_a_proof_foreign() {
    let stand = Stand::usual().await;
    for (change, word) in [
        (json!({ "environment": "env_DwSandbox000000000000001" }), "environment"),
        (
            json!({ "template": "itmpl_DwSomethingElse00000001" }),
            "another template",
        ),
        (json!({ "template_version": "itmplv_DwSomethingElse0001" }), "version"),
        (json!({ "reference_id": "dw-subj-somebody-else" }), "another person"),
        (json!({ "created_at": "2026-01-15T09:58:59Z" }), "older"),
    ] {
        let proof = passed_then(&stand, change.clone()).await;
        assert!(
            matches!(proof.outcome, Outcome::Foreign { .. }),
            "{change}: {:?}",
            proof.outcome
        );
        assert!(reasons(&proof.outcome).contains(word), "{change}: {:?}", proof.outcome);
        assert!(
            !reasons(&proof.outcome).contains(';'),
            "{change} fails one pin only: {:?}",
            proof.outcome
        );
        assert!(proof.person.is_none() && proof.checks.is_empty() && proof.evidence.is_empty());
    }
}

#[tokio::test]
async fn a_clock_a_little_behind_ours_does_not_make_a_proof_stale() {
    let stand = Stand::usual().await;
    let proof = passed_then(&stand, json!({ "created_at": "2026-01-15T09:59:00Z" })).await;
    assert_eq!(proof.outcome, Outcome::Passed);
}

#[tokio::test]
async fn the_proof_of_somebody_else_is_foreign_and_so_is_an_old_one_of_the_same_person() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    for expect in [
        Expectation {
            subject: SubjectRef("dw-subj-other".into()),
            ..stand.expectation()
        },
        Expectation {
            created_after: Timestamp::from_seconds(BEGIN.seconds() + 61),
            ..stand.expectation()
        },
    ] {
        let proof = stand.persona.read(&started.reference, &expect).await.unwrap();
        assert!(matches!(proof.outcome, Outcome::Foreign { .. }), "{:?}", proof.outcome);
    }
}

#[tokio::test]
async fn without_a_pinned_version_any_version_of_the_template_counts() {
    let stand = Stand::of(Kind {
        version: false,
        ..USUAL
    })
    .await;
    let proof = passed_then(&stand, json!({ "template_version": "itmplv_DwNewer00000000001" })).await;
    assert_eq!(proof.outcome, Outcome::Passed);
}

#[tokio::test]
async fn words_that_are_not_known_are_never_a_success() {
    let stand = Stand::usual().await;
    for change in [
        json!({ "status": "approved_with_conditions" }),
        json!({ "status": "Approved" }),
        json!({ "status": "" }),
        json!({ "status": "completed" }),
        json!({ "status": "pending" }),
        json!({ "verification_status": { "government-id": "tentatively_passed" } }),
        json!({ "verification_status": { "selfie": "submitted" } }),
        json!({ "verification_status": { "selfie": "PASSED" } }),
    ] {
        let proof = passed_then(&stand, change.clone()).await;
        assert_eq!(proof.outcome, Outcome::Pending, "{change}");
        assert!(proof.person.is_none(), "{change}");
    }
}

#[tokio::test]
async fn an_approval_does_not_stand_in_for_a_check() {
    let stand = Stand::usual().await;
    for (change, word) in [
        (
            json!({ "verification_status": { "government-id": "failed" } }),
            "government ID is `failed`",
        ),
        (
            json!({ "verification_status": { "selfie": "requires_retry" } }),
            "selfie is `requires_retry`",
        ),
        (
            json!({ "check_failed": "selfie_id_comparison" }),
            "selfie_id_comparison: failed",
        ),
        (
            json!({ "check_absent": "selfie_id_comparison" }),
            "selfie_id_comparison: not run",
        ),
        (
            json!({ "check_failed": "selfie_liveness_detection" }),
            "selfie_liveness_detection: failed",
        ),
        (
            json!({ "check_absent": "selfie_liveness_detection" }),
            "selfie_liveness_detection: not run",
        ),
        (
            json!({ "check_failed": "selfie_suspicious_entity_detection" }),
            "suspicious_entity",
        ),
        (json!({ "check_failed": "id_tamper_detection" }), "id_tamper_detection"),
        (json!({ "check_failed": "id_electronic_replica_detection" }), "replica"),
        (json!({ "check_failed": "id_fabrication_detection" }), "fabrication"),
        (json!({ "check_failed": "id_expired_detection" }), "expired"),
        (json!({ "check_failed": "id_compromised_detection" }), "compromised"),
    ] {
        let proof = passed_then(&stand, change.clone()).await;
        assert!(
            matches!(proof.outcome, Outcome::Declined { .. }),
            "{change}: {:?}",
            proof.outcome
        );
        assert!(reasons(&proof.outcome).contains(word), "{change}: {:?}", proof.outcome);
        assert!(proof.person.is_none(), "{change}");
    }
}

#[tokio::test]
async fn a_poor_picture_that_passed_anyway_does_not_stop_anybody() {
    let stand = Stand::usual().await;
    for check in ["id_glare_detection", "id_barcode_detection", "selfie_glasses_detection"] {
        let proof = passed_then(&stand, json!({ "check_failed": check })).await;
        assert_eq!(proof.outcome, Outcome::Passed, "{check}");
        let told = proof.checks.iter().find(|one| one.name == check).unwrap();
        assert_eq!(told.status, "failed", "staff see {check} all the same");
    }
}

#[tokio::test]
async fn only_what_the_purpose_requires_is_required() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    stand
        .tamper(&started.reference, json!({ "check_absent": "selfie_id_comparison" }))
        .await;
    let document_only = Expectation {
        required: vec![CheckName::GovernmentId],
        ..stand.expectation()
    };
    let proof = stand.persona.read(&started.reference, &document_only).await.unwrap();
    assert_eq!(proof.outcome, Outcome::Passed);

    stand
        .tamper(&started.reference, json!({ "check_failed": "id_tamper_detection" }))
        .await;
    let nothing = Expectation {
        required: vec![],
        ..stand.expectation()
    };
    let proof = stand.persona.read(&started.reference, &nothing).await.unwrap();
    assert!(
        matches!(proof.outcome, Outcome::Declined { .. }),
        "the document is required whatever else is"
    );
}

#[tokio::test]
async fn an_inquiry_approved_by_hand_before_anything_was_shown_proves_nothing() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let (status, _) = stand
        .call("POST", &format!("inquiries/{}/approve", started.reference.0), None)
        .await;
    assert_eq!(status, 200);
    let proof = stand.read(&started.reference).await;
    assert!(
        reasons(&proof.outcome).contains("no government ID was submitted"),
        "{:?}",
        proof.outcome
    );
}

#[tokio::test]
async fn the_newest_submitted_attempt_counts_whichever_way_it_went() {
    for (first, second, passes) in [
        ("create_failed", "create_passed", true),
        ("create_passed", "create_failed", false),
    ] {
        let stand = Stand::of(Kind { sandbox: true, ..USUAL }).await;
        let started = stand.start("a case").await;
        simulate(&stand, &started.reference, &["start_inquiry"], None).await;
        for action in [first, second] {
            stand.clock.forward(std::time::Duration::from_secs(5));
            let action = format!("{action}_verification");
            simulate(
                &stand,
                &started.reference,
                &[&action],
                Some(doorward_persona::fake::GOVERNMENT_ID_TEMPLATE),
            )
            .await;
        }
        let selfie = Some(doorward_persona::fake::SELFIE_TEMPLATE);
        simulate(&stand, &started.reference, &["create_passed_verification"], selfie).await;
        simulate(
            &stand,
            &started.reference,
            &["complete_inquiry", "approve_inquiry"],
            None,
        )
        .await;
        let proof = stand.read(&started.reference).await;
        assert_eq!(
            proof.outcome == Outcome::Passed,
            passes,
            "{first}, {second}: {:?}",
            proof.outcome
        );
    }
}

async fn simulate(stand: &Stand, reference: &Reference, actions: &[&str], template: Option<&str>) {
    let actions: Vec<Value> = actions
        .iter()
        .map(|kind| match template {
            Some(template) => json!({ "type": kind, "data": { "verification-template-id": template } }),
            None => json!({ "type": kind }),
        })
        .collect();
    let path = format!("inquiries/{}/perform-simulate-actions", reference.0);
    let (status, body) = stand
        .call("POST", &path, Some(json!({ "meta": { "simulate-actions": actions } })))
        .await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn names_that_the_key_hides_are_told_to_staff_and_to_the_check() {
    let stand = Stand::usual().await;
    let proof = passed_then(&stand, json!({ "hide_names": true })).await;
    assert_eq!(proof.outcome, Outcome::Passed);
    assert_eq!(proof.person.unwrap().name.family, None);
    let told = proof.checks.iter().find(|check| check.name == "name-last").unwrap();
    assert_eq!(told.reasons, ["attribute hidden by API key settings"]);
    let findings = stand.persona.check().await.unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding.what.contains("attribute hidden by API key settings"))
    );
}

#[tokio::test]
async fn what_the_person_writes_into_the_inquiry_is_not_who_they_are() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let fields = json!({ "data": { "attributes": { "fields": { "name-first": "Mallory", "name-last": "Mallory" } } } });
    let (status, _) = stand
        .call("PATCH", &format!("inquiries/{}", started.reference.0), Some(fields))
        .await;
    assert_eq!(status, 200);
    let person = stand.read(&started.reference).await.person.unwrap();
    assert_eq!(person.name.family.as_deref(), Some("OKAFOR"));
    assert_eq!(SUBJECT, stand.expectation().subject.0);
}

//! Webhooks as the imitated Persona delivers them, and that each one is taken for authentic by our own client.

use std::time::Duration;

use doorward_contract::{Clock, Verifier};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::stand::{SECRET, Stand, USUAL, settings};

fn seen<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap().to_str().unwrap()
}

async fn passed(stand: &Stand) {
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
}

#[tokio::test]
async fn a_passed_visit_is_told_event_by_event_and_each_is_authentic() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let events = stand.delivered().await;
    assert_eq!(
        events,
        [
            "account.created",
            "inquiry.created",
            "inquiry.started",
            "verification.created",
            "verification.submitted",
            "verification.created",
            "verification.submitted",
            "verification.passed",
            "verification.passed",
            "inquiry.completed",
            "inquiry.approved",
        ]
    );
    for (headers, body) in stand.mailbox.letters() {
        let woken = stand.persona.wake(&headers, &body, stand.clock.now()).unwrap();
        if woken.kind != "account.created" {
            assert!(woken.reference.as_ref() == Some(&started.reference), "{}", woken.kind);
        }
        assert_eq!(seen(&headers, "persona-webhook-attempts-made"), "1");
        assert_eq!(seen(&headers, "persona-webhook-attempts-left"), "7");
        assert_eq!(seen(&headers, "persona-webhook-first-attempted-at"), "1768471200");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["data"]["attributes"]["payload"]["included"], json!([]));
    }
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_at_the_published_intervals_and_signed_afresh() {
    let stand = Stand::usual().await;
    stand.mailbox.answer(500);
    let (status, _) = stand
        .call("POST", "accounts", Some(json!({ "data": { "attributes": {} } })))
        .await;
    assert_eq!(status, 201);
    assert_eq!(stand.delivered().await.len(), 1);
    for (attempt, wait) in [3, 64, 729, 4096, 15625, 46656, 117_649].into_iter().enumerate() {
        stand.clock.forward(Duration::from_secs(wait - 1));
        assert_eq!(stand.delivered().await.len(), attempt + 1, "not before {wait} s");
        stand.clock.forward(Duration::from_secs(1));
        assert_eq!(stand.delivered().await.len(), attempt + 2, "after {wait} s");
        let (headers, body) = stand.mailbox.letters().pop().unwrap();
        assert!(
            stand.persona.wake(&headers, &body, stand.clock.now()).is_ok(),
            "signed afresh"
        );
        assert_eq!(
            seen(&headers, "persona-webhook-attempts-made"),
            (attempt + 2).to_string()
        );
        assert_eq!(seen(&headers, "persona-webhook-first-attempted-at"), "1768471200");
    }
    stand.clock.forward(Duration::from_hours(24 * 30));
    assert_eq!(stand.delivered().await.len(), 8, "eight attempts and no more");
}

#[tokio::test]
async fn only_four_statuses_count_as_received() {
    for (status, again) in [
        (200, false),
        (201, false),
        (202, false),
        (204, false),
        (203, true),
        (302, true),
        (400, true),
    ] {
        let stand = Stand::usual().await;
        stand.mailbox.answer(status);
        stand
            .call("POST", "accounts", Some(json!({ "data": { "attributes": {} } })))
            .await;
        stand.delivered().await;
        stand.clock.forward(Duration::from_secs(3));
        assert_eq!(stand.delivered().await.len() == 2, again, "{status}");
    }
}

#[tokio::test]
async fn deliveries_can_be_doubled_turned_around_held_back_and_lost() {
    let stand = Stand::usual().await;
    stand.lab("/_lab/webhooks", json!({ "mode": "duplicate" })).await;
    stand.start("a case").await;
    let doubled = stand.delivered().await;
    assert_eq!(
        doubled,
        [
            "account.created",
            "account.created",
            "inquiry.created",
            "inquiry.created"
        ]
    );
    let ids: Vec<Value> = stand
        .mailbox
        .letters()
        .iter()
        .map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap()["data"]["id"].clone())
        .collect();
    assert_eq!(ids[2], ids[3], "the same event twice");

    let stand = Stand::usual().await;
    stand.lab("/_lab/webhooks", json!({ "mode": "reorder" })).await;
    passed(&stand).await;
    let events = stand.delivered().await;
    let place = |name: &str| events.iter().position(|event| event == name).unwrap();
    assert!(place("inquiry.approved") < place("inquiry.completed"), "{events:?}");
    assert!(place("inquiry.completed") < place("inquiry.started"), "{events:?}");

    let stand = Stand::usual().await;
    stand
        .lab("/_lab/webhooks", json!({ "mode": "delay", "delay_ms": 90_000 }))
        .await;
    passed(&stand).await;
    assert_eq!(stand.delivered().await.len(), 0);
    stand.clock.forward(Duration::from_secs(90));
    assert_eq!(stand.delivered().await.len(), 11);

    let stand = Stand::usual().await;
    stand.lab("/_lab/webhooks", json!({ "mode": "off" })).await;
    passed(&stand).await;
    stand.lab("/_lab/webhooks", json!({ "mode": "normal" })).await;
    assert_eq!(stand.delivered().await.len(), 0);
}

#[tokio::test]
async fn while_the_secret_rotates_either_one_is_good_and_afterwards_only_the_new_one() {
    let stand = Stand::usual().await;
    let (_, answer) = stand
        .lab("/_lab/rotate-secret", json!({ "expires_in_seconds": 600 }))
        .await;
    let new = answer["secret"].as_str().unwrap().to_owned();
    let only_new = {
        let mut settings = settings(&stand.base, USUAL);
        settings.webhook_secrets = vec![new.into()];
        doorward_persona::connect(settings, std::sync::Arc::new(stand.clock.clone())).unwrap()
    };
    stand.start("while both are valid").await;
    stand.delivered().await;
    let (headers, body) = stand.mailbox.letters().pop().unwrap();
    assert_eq!(seen(&headers, "persona-signature").matches("v1=").count(), 2);
    assert!(
        stand.persona.wake(&headers, &body, stand.clock.now()).is_ok(),
        "{SECRET} is still good"
    );
    assert!(only_new.wake(&headers, &body, stand.clock.now()).is_ok());

    stand.clock.forward(Duration::from_mins(10));
    stand.start("when the old one is gone").await;
    stand.delivered().await;
    let (headers, body) = stand.mailbox.letters().pop().unwrap();
    assert!(stand.persona.wake(&headers, &body, stand.clock.now()).is_err());
    assert!(only_new.wake(&headers, &body, stand.clock.now()).is_ok());
}

#[tokio::test]
async fn the_fake_remembers_everything_over_a_restart() {
    let stand = Stand::usual().await;
    stand
        .lab("/_lab/webhooks", json!({ "mode": "delay", "delay_ms": 90_000 }))
        .await;
    let started = stand.start("a case").await;
    let kept = stand.fake.state();
    stand.fake.restore(json!({})).unwrap();
    assert!(
        stand
            .persona
            .read(&started.reference, &stand.expectation())
            .await
            .is_err()
    );
    stand.fake.restore(kept).unwrap();
    stand.end(&started.reference, "pass").await;
    assert_eq!(
        stand.read(&started.reference).await.outcome,
        doorward_contract::Outcome::Passed
    );
    stand.clock.forward(Duration::from_secs(90));
    assert_eq!(stand.delivered().await.len(), 11);
    assert!(stand.fake.restore(json!({ "inquiries": 7 })).is_err());
}

//! Temporary access passes: the wish against the policy, and what becomes of a pass that was lost.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Action, Connector, PassKind, Reconciled, StepKey, VendorError};
use doorward_graph::fake::TapPolicy;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::{ADA, Stand, ada};

fn wish(lifetime_minutes: Option<u32>, one_time: bool) -> Action {
    Action::TemporaryAccessPass {
        lifetime_minutes,
        one_time,
    }
}

#[tokio::test]
async fn a_wish_is_clamped_into_the_policy() {
    // minimum, maximum, default, one-time forced | wish | what it becomes, how many notes
    let table = [
        ((60, 480, 60, false), (Some(90), true), (90, true, 0)),
        ((60, 480, 60, false), (Some(90), false), (90, false, 0)),
        ((60, 480, 60, false), (Some(5), true), (60, true, 1)),
        ((60, 480, 60, false), (Some(1440), true), (480, true, 1)),
        ((60, 480, 120, false), (None, true), (120, true, 0)),
        ((60, 480, 60, true), (Some(60), false), (60, true, 1)),
        ((60, 480, 60, true), (Some(10), false), (60, true, 2)),
        ((10, 43_200, 60, false), (Some(u32::MAX), true), (43_200, true, 1)),
        ((30, 30, 30, false), (Some(0), true), (30, true, 1)),
    ];
    for ((min, max, default_lifetime, usable_once), (minutes, one_time), (becomes, once, notes)) in table {
        let stand = Stand::of(
            |world| {
                world.tap_policy = TapPolicy {
                    min,
                    max,
                    default_lifetime,
                    usable_once,
                    ..TapPolicy::default()
                }
            },
            |_| {},
        )
        .await;
        let prepared = stand.graph.prepare(&wish(minutes, one_time)).await.unwrap();
        assert_eq!(prepared.action, wish(Some(becomes), once));
        assert_eq!(prepared.notes.len(), notes, "{:?}", prepared.notes);
        // Entra takes what came of it.
        let account = stand.fresh().await;
        stand.perform(&account, &prepared.action).await.unwrap();
    }
}

#[tokio::test]
async fn a_policy_that_is_off_refuses_before_anybody_starts() {
    let off = TapPolicy {
        enabled: false,
        ..TapPolicy::default()
    };
    let stand = Stand::of(|world| world.tap_policy = off, |_| {}).await;
    let refused = stand.graph.prepare(&wish(None, true)).await.unwrap_err();
    assert!(
        matches!(&refused, VendorError::Refused { why } if why.contains("switched off")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_policy_is_kept_for_a_while_and_read_again() {
    let stand = Stand::usual().await;
    let reads = || {
        stand
            .lines()
            .iter()
            .filter(|line| line.ends_with("/TemporaryAccessPass"))
            .count()
    };
    for _ in 0..3 {
        stand.graph.prepare(&wish(None, true)).await.unwrap();
    }
    assert_eq!(reads(), 1);
    stand.clock.forward(Duration::from_mins(11));
    stand.graph.prepare(&wish(None, true)).await.unwrap();
    assert_eq!(reads(), 2);
}

#[tokio::test]
async fn a_policy_that_changed_on_the_way_is_read_again() {
    let stand = Stand::usual().await;
    let prepared = stand.graph.prepare(&wish(Some(60), true)).await.unwrap();
    stand.fake.set_tap_policy(TapPolicy {
        min: 120,
        ..TapPolicy::default()
    });
    let account = stand.fresh().await;
    let error = stand.perform(&account, &prepared.action).await.unwrap_err();
    assert_eq!(error.remedy(), "unexpected");
    let prepared = stand.graph.prepare(&wish(Some(60), true)).await.unwrap();
    assert_eq!(prepared.action, wish(Some(120), true));
    stand.perform(&account, &prepared.action).await.unwrap();
}

#[tokio::test]
async fn a_pass_works_until_it_says() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let now = stand.fake.fake().now();
    let (intent, receipt) = stand.perform(&account, &wish(Some(90), true)).await.unwrap();
    assert!(intent.pass.is_none());
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::TemporaryAccessPass);
    assert_eq!(pass.expires_at, Some(now.plus(Duration::from_mins(90))));
    assert_eq!(pass.sign_in_url, "https://myapps.example/");
    assert_eq!(pass.login, account.login);
    assert_eq!(receipt.facts["lifetime_minutes"], json!(90));
    assert_eq!(receipt.facts["one_time"], json!(true));
    assert!(!receipt.facts.to_string().contains(pass.secret.expose_secret()));
    assert!(stand.lets_in(&account.login, pass.secret.expose_secret()).await);
}

#[tokio::test]
async fn a_guest_cannot_have_one() {
    let mut guest = ada();
    guest.user_type = "Guest".into();
    let stand = Stand::of(|world| world.people[0] = guest, |_| {}).await;
    let account = stand.account(ADA).await;
    let error = stand.perform(&account, &wish(Some(60), true)).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unfit { why } if why.contains("policy")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_lost_pass_is_withdrawn_and_an_older_one_left() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let action = wish(Some(60), true);
    let key = StepKey("a step".into());

    // One that an administrator issued long before stays.
    stand.perform(&account, &action).await.unwrap();
    stand.clock.forward(Duration::from_mins(20));
    let at = stand.fake.fake().now();
    let intent = stand.graph.intend(&account, &action).await.unwrap();
    stand.clock.forward(Duration::from_secs(6));
    let reconciled = stand
        .graph
        .reconcile(&key, &account, &action, &intent.snapshot, at)
        .await
        .unwrap();
    assert!(matches!(reconciled, Reconciled::NotDone));
    assert_eq!(stand.view(&account).taps.len(), 1);

    // Ours, whose answer was lost, does not.
    stand.fake.fake().misbehave(Rule {
        method: Some("POST".into()),
        path: Some("/temporaryAccessPassMethods".into()),
        cut: Some(Cut::After),
        ..Rule::default()
    });
    assert!(stand.graph.perform(&key, &account, &action, &intent).await.is_err());
    assert_eq!(stand.view(&account).taps.len(), 1);
    let reconciled = stand
        .graph
        .reconcile(&key, &account, &action, &intent.snapshot, at)
        .await
        .unwrap();
    assert!(matches!(reconciled, Reconciled::NotDone));
    assert!(stand.view(&account).taps.is_empty());
}

#[tokio::test]
async fn a_pass_that_cannot_be_used_is_withdrawn() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let method = uuid::Uuid::new_v4();
    stand.fake.fake().misbehave(Rule {
        method: Some("POST".into()),
        path: Some("/temporaryAccessPassMethods".into()),
        status: Some(201),
        body: Some(json!({
            "id": method, "temporaryAccessPass": "Kp7#wz2Q", "isUsable": false, "methodUsabilityReason": "DisabledByPolicy",
        })),
        ..Rule::default()
    });
    let error = stand.perform(&account, &wish(Some(60), true)).await.unwrap_err();
    assert_eq!(error.remedy(), "refused");
    assert!(!error.to_string().contains("Kp7"));
    assert!(
        stand
            .lines()
            .iter()
            .any(|line| line.starts_with("DELETE") && line.ends_with(&method.to_string()))
    );
}

#[tokio::test]
async fn a_cloud_without_passes_says_so() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        path: Some("/policies/".into()),
        status: Some(404),
        ..Rule::default()
    });
    assert_eq!(
        stand.graph.prepare(&wish(None, true)).await.unwrap_err().remedy(),
        "refused"
    );
}

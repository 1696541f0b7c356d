//! Bypass codes.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Account, Action, Connector, PassKind, Reconciled, StepKey, VendorError};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::Stand;

const CODE: Action = Action::BypassCode {
    lifetime_minutes: Some(30),
};

fn key() -> StepKey {
    StepKey("a step".into())
}

#[tokio::test]
async fn one_code_for_one_use_beside_those_that_exist() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (_, first) = stand.perform(&account, &CODE).await.unwrap();
    stand.fake.fake().forget();
    let (_, second) = stand.perform(&account, &CODE).await.unwrap();

    let wrote = stand
        .fake
        .fake()
        .asked()
        .into_iter()
        .find(|asked| asked.method == "POST")
        .unwrap();
    // All four, each time: what is left out has dangerous defaults.
    assert_eq!(
        wrote.body,
        json!({ "count": "1", "preserve_existing": true, "reuse_count": "1", "valid_secs": "1800" })
    );
    let (first, second) = (first.pass.unwrap(), second.pass.unwrap());
    assert_eq!(
        (second.kind, second.login.as_str()),
        (PassKind::BypassCode, account.login.as_str())
    );
    assert_eq!(
        second.expires_at,
        Some(stand.fake.fake().now().plus(Duration::from_mins(30)))
    );
    assert_eq!(stand.view(&account).codes.len(), 2);
    for code in [&first, &second] {
        assert!(stand.fake.use_code(&account.id.0, code.secret.expose_secret()));
        assert!(!stand.fake.use_code(&account.id.0, code.secret.expose_secret()));
    }
}

#[tokio::test]
async fn the_code_is_named_for_the_audit_and_not_told() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (_, receipt) = stand.perform(&account, &CODE).await.unwrap();
    assert_eq!(receipt.facts["bypass_code"], stand.view(&account).codes[0].id);
    assert!(
        !receipt
            .facts
            .to_string()
            .contains(receipt.pass.unwrap().secret.expose_secret())
    );
}

#[tokio::test]
async fn a_code_ends_when_it_is_said_to() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (_, receipt) = stand.perform(&account, &CODE).await.unwrap();
    let code = receipt.pass.unwrap().secret;
    stand.clock.forward(Duration::from_mins(30));
    assert!(!stand.fake.use_code(&account.id.0, code.expose_secret()));
}

#[tokio::test]
async fn a_wish_is_clamped_and_staff_are_told() {
    let stand = Stand::usual().await;
    let table = [
        (None, 60, 0),
        (Some(1), 5, 1),
        (Some(30), 30, 0),
        (Some(99_999), 1_440, 1),
    ];
    for (wish, given, notes) in table {
        let wish = Action::BypassCode { lifetime_minutes: wish };
        let prepared = stand.duo.prepare(&wish).await.unwrap();
        let wanted = Action::BypassCode {
            lifetime_minutes: Some(given),
        };
        assert_eq!((prepared.action, prepared.notes.len()), (wanted, notes));
    }
}

#[tokio::test]
async fn a_code_in_hand_is_not_lost_when_the_list_cannot_be_read_afterwards() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let intent = stand.duo.intend(&account, &CODE).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("GET".into()),
        status: Some(500),
        times: Some(0),
        ..Rule::default()
    });
    let receipt = stand.duo.perform(&key(), &account, &CODE, &intent).await.unwrap();
    assert!(receipt.facts["bypass_code"].is_null());
    assert!(
        stand
            .fake
            .use_code(&account.id.0, receipt.pass.unwrap().secret.expose_secret())
    );
}

/// A code is made and its answer lost; what was there before stays.
async fn lose(stand: &Stand, account: &Account) -> (serde_json::Value, doorward_contract::Timestamp) {
    let at = stand.fake.fake().now();
    let intent = stand.duo.intend(account, &CODE).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("POST".into()),
        cut: Some(Cut::After),
        ..Rule::default()
    });
    let error = stand.duo.perform(&key(), account, &CODE, &intent).await.unwrap_err();
    assert!(error.may_have_happened());
    (intent.snapshot, at)
}

#[tokio::test]
async fn a_lost_code_is_deleted_and_no_other() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (_, kept) = stand.perform(&account, &CODE).await.unwrap();
    let (seen, at) = lose(&stand, &account).await;
    assert_eq!(stand.view(&account).codes.len(), 2);

    let step = key();
    let read = || stand.duo.reconcile(&step, &account, &CODE, &seen, at);
    let early = read().await.unwrap();
    assert!(matches!(early, Reconciled::Later(_)), "{early:?}");
    stand.clock.forward(Duration::from_secs(5));
    assert!(matches!(read().await.unwrap(), Reconciled::NotDone));
    assert_eq!(stand.view(&account).codes.len(), 1);
    assert!(
        stand
            .fake
            .use_code(&account.id.0, kept.pass.unwrap().secret.expose_secret())
    );
    assert!(
        !stand
            .lines()
            .iter()
            .any(|line| line.ends_with(&account.id.0) && line.starts_with("DELETE"))
    );
}

#[tokio::test]
async fn a_code_of_another_kind_made_meanwhile_is_not_taken_for_ours() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (seen, at) = lose(&stand, &account).await;
    let longer = Action::BypassCode {
        lifetime_minutes: Some(120),
    };
    let (_, theirs) = stand.perform(&account, &longer).await.unwrap();
    stand.clock.forward(Duration::from_secs(5));
    stand.duo.reconcile(&key(), &account, &CODE, &seen, at).await.unwrap();
    assert_eq!(stand.view(&account).codes.len(), 1);
    assert!(
        stand
            .fake
            .use_code(&account.id.0, theirs.pass.unwrap().secret.expose_secret())
    );
}

#[tokio::test]
async fn a_code_that_an_administrator_made_meanwhile_stays() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (seen, at) = lose(&stand, &account).await;
    let theirs = stand.fake.make_code(&account.id.0, Duration::from_mins(30)).unwrap();
    stand.clock.forward(Duration::from_secs(5));
    stand.duo.reconcile(&key(), &account, &CODE, &seen, at).await.unwrap();
    assert_eq!(stand.view(&account).codes.len(), 1);
    assert!(stand.fake.use_code(&account.id.0, &theirs));
}

#[tokio::test]
async fn codes_on_later_pages_are_known_codes_too() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    for _ in 0..5 {
        stand.perform(&account, &CODE).await.unwrap();
    }
    stand.fake.set_page_limit(2);
    let (seen, at) = lose(&stand, &account).await;
    assert_eq!(seen["bypass_codes"].as_array().unwrap().len(), 5);
    stand.clock.forward(Duration::from_secs(5));
    stand.duo.reconcile(&key(), &account, &CODE, &seen, at).await.unwrap();
    assert_eq!(stand.view(&account).codes.len(), 5);
}

#[tokio::test]
async fn a_user_with_a_hundred_codes_gets_no_more() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    for _ in 0..100 {
        stand.perform(&account, &CODE).await.unwrap();
    }
    let error = stand.duo.intend(&account, &CODE).await.unwrap_err();
    assert!(matches!(error, VendorError::Unfit { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_is_not_one_code_is_not_handed_out() {
    for response in [
        json!([]),
        json!(["123456789", "987654321"]),
        json!(["<b>1</b>"]),
        json!("123456789"),
    ] {
        let stand = Stand::usual().await;
        let account = stand.fresh().await;
        let intent = stand.duo.intend(&account, &CODE).await.unwrap();
        stand.fake.fake().misbehave(Rule {
            method: Some("POST".into()),
            status: Some(200),
            body: Some(json!({ "stat": "OK", "response": response })),
            ..Rule::default()
        });
        let performed = stand.duo.perform(&key(), &account, &CODE, &intent).await;
        assert!(
            matches!(performed, Err(VendorError::Unexpected { .. })),
            "{performed:?}"
        );
    }
}

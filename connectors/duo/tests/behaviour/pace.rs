//! A vendor that asks to slow down.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Action, Directory, VendorError};
use doorward_duo::Patience;
use serde_json::json;

use crate::stand::{ADA, Stand, id};

fn slow_down(times: u32) -> Rule {
    Rule {
        status: Some(429),
        body: Some(json!({ "stat": "FAIL", "code": 42_901, "message": "Too Many Requests" })),
        times: Some(times),
        ..Rule::default()
    }
}

#[tokio::test]
async fn a_read_is_asked_again_and_signed_again() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(slow_down(2));
    stand.fake.fake().forget();
    assert!(stand.duo.find(&id(ADA)).await.unwrap().is_some());
    assert_eq!(stand.lines().len(), 3);
}

#[tokio::test]
async fn the_seventh_refusal_stands() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(slow_down(0));
    stand.fake.fake().forget();
    let found = stand.duo.find(&id(ADA)).await;
    assert_eq!(found, Err(VendorError::Throttled { retry_after: None }));
    assert_eq!(stand.lines().len(), 7);
}

#[tokio::test]
async fn a_person_does_not_wait_longer_than_patience() {
    let mut stand = Stand::usual().await;
    stand.duo = stand
        .another(doorward_contract::http::Bounds::default())
        .with_patience(Patience {
            first: Duration::from_hours(1),
            total: Duration::from_secs(1),
        });
    stand.fake.fake().misbehave(slow_down(0));
    stand.fake.fake().forget();
    assert!(stand.duo.find(&id(ADA)).await.is_err());
    assert_eq!(stand.lines().len(), 1);
}

#[tokio::test]
async fn a_write_is_never_asked_again() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    stand.fake.fake().misbehave(Rule {
        method: Some("POST".into()),
        ..slow_down(0)
    });
    stand.fake.fake().forget();
    let error = stand
        .perform(&account, &Action::BypassCode { lifetime_minutes: None })
        .await
        .unwrap_err();
    assert!(error.may_have_happened());
    let writes = stand
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(writes, 1);
}

#[tokio::test]
async fn an_account_whose_quota_is_used_up_says_so() {
    let stand = Stand::usual().await;
    stand.fake.allow_requests(Some(1));
    assert!(stand.duo.find(&id(ADA)).await.is_ok());
    let found = stand.duo.find(&id(ADA)).await;
    assert!(matches!(found, Err(VendorError::Throttled { .. })), "{found:?}");
}

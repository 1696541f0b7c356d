//! How fast the vendor is asked.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Directory, VendorError};
use serde_json::json;

use crate::stand::{ADA, Stand, id};

#[tokio::test]
async fn a_bucket_is_never_emptied_by_us_and_is_asked_again_when_it_is_full() {
    let stand = Stand::usual().await;
    stand.fake.set_limit(20);
    let mut answered = 0;
    let error = loop {
        match stand.okta.find(&id(ADA)).await {
            Ok(_) => answered += 1,
            Err(error) => break error,
        }
        assert!(answered < 30, "nothing holds us back");
    };
    // A tenth of the bucket is left to others.
    assert_eq!(answered, 18);
    assert!(
        matches!(error, VendorError::Throttled { retry_after: Some(wait) } if wait == Duration::from_mins(1)),
        "{error:?}"
    );
    let asked = stand.fake.fake().asked();
    assert!(asked.iter().all(|asked| asked.status != 429), "no 429 was met");
    stand.wait(Duration::from_secs(61)).await;
    assert!(stand.okta.find(&id(ADA)).await.is_ok());
}

#[tokio::test]
async fn a_bucket_that_others_emptied_is_waited_for_by_the_vendors_clock() {
    let stand = Stand::usual().await;
    stand.fake.set_limit(0);
    let error = stand.okta.find(&id(ADA)).await.unwrap_err();
    assert!(
        matches!(error, VendorError::Throttled { retry_after: Some(wait) } if wait == Duration::from_mins(1)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_read_that_was_too_fast_is_asked_again_under_the_first_ones_id() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    stand.fake.fake().forget();
    stand.fake.fake().misbehave(Rule {
        path: Some(ADA.into()),
        throttle: Some(0),
        body: Some(json!({ "errorCode": "E0000047" })),
        ..Rule::default()
    });
    stand.account(ADA).await;
    let asked = stand.fake.fake().asked();
    let counts: Vec<_> = asked
        .iter()
        .map(|asked| asked.headers.iter().find(|(name, _)| name == "x-okta-retry-count"))
        .collect();
    assert_eq!(counts.len(), 2);
    assert_eq!(counts[0], None);
    assert_eq!(counts[1].map(|(_, value)| value.as_str()), Some("1"));
}

#[tokio::test]
async fn a_write_that_was_too_fast_is_not_asked_again() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.fake().misbehave(Rule {
        method: Some("POST".into()),
        path: Some("/lifecycle/suspend".into()),
        throttle: Some(0),
        times: Some(0),
        ..Rule::default()
    });
    stand.fake.fake().forget();
    let found = stand.perform(&account, &doorward_contract::Action::Suspend).await;
    assert!(matches!(found, Err(VendorError::Throttled { .. })), "{found:?}");
    assert_eq!(stand.writes().len(), 1);
}

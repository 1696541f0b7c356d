//! Every error code of the vendor, sorted by what is to be done.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Directory, VendorError};
use serde_json::{Value, json};

use crate::stand::{ADA, Stand, id};

async fn answered(stand: &Stand, status: u16, body: Value) -> VendorError {
    stand.fake.fake().misbehave(Rule {
        status: Some(status),
        body: Some(body),
        times: Some(0),
        ..Rule::default()
    });
    // One that the vendor does not know by its own words is nobody; everything else is an error.
    let found = stand.duo.find(&id(ADA)).await;
    stand.fake.fake().behave();
    found.unwrap_err()
}

#[tokio::test]
async fn every_code_has_its_remedy() {
    let stand = Stand::usual().await;
    let fail = |code: Value| json!({ "stat": "FAIL", "code": code, "message": "no" });
    let table = [
        (400, fail(json!(40_001)), "unexpected"),
        (400, fail(json!(40_002)), "unexpected"),
        (401, fail(json!(40_101)), "refused"),
        (401, fail(json!(40_102)), "refused"),
        (401, fail(json!(40_103)), "refused"),
        (403, fail(json!(40_301)), "refused"),
        (403, fail(json!("40301")), "refused"),
        (429, fail(json!(42_901)), "throttled"),
        (500, fail(json!(50_000)), "unreachable"),
        (503, fail(json!(50_301)), "unreachable"),
        // The code counts where status and code differ.
        (200, fail(json!(40_301)), "refused"),
        (200, fail(json!(42_901)), "throttled"),
        // A code that did not exist when this was written: its first digits.
        (401, fail(json!(40_199)), "refused"),
        (404, fail(json!(40_499)), "missing"),
        (405, fail(json!(40_501)), "unexpected"),
        // No envelope at all.
        (401, json!({}), "refused"),
        (404, json!({}), "missing"),
        (418, json!("tea"), "unexpected"),
        (502, json!({}), "unreachable"),
        (200, json!({}), "unexpected"),
        (200, json!({ "stat": "OK" }), "unexpected"),
        (200, json!({ "stat": "FAIL" }), "unexpected"),
        (200, json!({ "stat": "OK", "response": "no user" }), "unexpected"),
        (201, json!({ "stat": "OK", "response": {} }), "unexpected"),
    ];
    for (status, body, remedy) in table {
        let error = answered(&stand, status, body.clone()).await;
        assert_eq!(error.remedy(), remedy, "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn what_the_vendor_calls_unknown_is_nobody() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        status: Some(404),
        body: Some(json!({ "stat": "FAIL", "code": 40_401, "message": "Resource not found" })),
        ..Rule::default()
    });
    assert_eq!(stand.duo.find(&id(ADA)).await, Ok(None));
}

#[tokio::test]
async fn the_vendors_own_words_are_repeated_and_nobody_elses() {
    let stand = Stand::usual().await;
    let body = |detail: &str| json!({ "stat": "FAIL", "code": 40_002, "message": "m", "message_detail": detail });
    let told = answered(&stand, 400, body("valid_secs")).await.to_string();
    assert!(told.contains("40002: valid_secs"), "{told}");
    let told = answered(&stand, 400, body("ada.kerr already exists")).await.to_string();
    assert!(told.contains("40002") && !told.contains("ada"), "{told}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_where_the_signature_is_refused() {
    let stand = Stand::usual().await;
    let slow = doorward_contract::clock::TurnedClock::at(stand.fake.fake().now().minus(Duration::from_mins(6)));
    let duo = doorward_duo::Duo::new(stand.settings.clone(), std::sync::Arc::new(slow)).unwrap();
    let error = duo.find(&id(ADA)).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Refused { why } if why.contains("clock")),
        "{error:?}"
    );
}

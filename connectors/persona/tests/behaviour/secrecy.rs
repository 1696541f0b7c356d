//! No secret and no personal datum where somebody could read it by accident.

use doorward_contract::fake::Rule;
use doorward_contract::{VendorError, Verifier};
use serde_json::json;

use crate::stand::{KEY, SECRET, Stand, USUAL, settings, visit_query};

#[tokio::test]
async fn nothing_prints_a_secret_or_a_person() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let proof = stand.read(&started.reference).await;
    let token = visit_query(&started)
        .into_iter()
        .find(|(name, _)| name == "session-token")
        .unwrap()
        .1;
    let printed = format!(
        "{:?} {:?} {:?} {proof:?} {}",
        stand.persona,
        settings(&stand.base, USUAL),
        started,
        proof.facts
    );
    for secret in [KEY, SECRET, &token, "AMARA", "OKAFOR", "1991", &started.reference.0] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_error_repeats_the_details_and_nothing_else_of_the_answer() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let long = "x".repeat(5_000);
    stand.fake.fake().misbehave(Rule {
        status: Some(403),
        body: Some(json!({
            "errors": [{ "title": "Forbidden", "details": format!("API key lacks inquiry.read\n{long}") }],
            "debug": { "authorization": KEY, "name": "OKAFOR" },
        })),
        ..Rule::default()
    });
    let error = stand
        .persona
        .read(&started.reference, &stand.expectation())
        .await
        .unwrap_err();
    let VendorError::Refused { why } = &error else {
        panic!("{error:?}")
    };
    assert!(why.contains("API key lacks inquiry.read"), "{why}");
    assert!(why.len() < 500 && !why.contains('\n'), "{why}");
    assert!(!why.contains(KEY) && !why.contains("OKAFOR"), "{why}");
}

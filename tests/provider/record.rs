//! What is written down of refusals, and that a flood of them does not flood the record.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::caller::{As, answer, basic, redemption};
use super::{Bench, on_both};

const FORM: &str = "application/x-www-form-urlencoded";

on_both! {
    a_refusal_names_the_client_however_it_names_itself
    a_flood_leaves_one_line_a_minute
    what_is_too_long_or_no_form_is_refused_and_written_down
    nothing_that_was_sent_stands_in_the_record
}

fn refused(client: &Value, endpoint: &str, error: &str, why: &str) -> Value {
    json!({ "client": client, "endpoint": endpoint, "error": error, "why": why })
}

async fn a_refusal_names_the_client_however_it_names_itself(bench: Bench) {
    let form = [("grant_type", "password")];
    let statement = bench.keys.other.statement("vault", super::ISSUER, bench.now());
    let by_statement = [
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", statement.as_str()),
    ];
    bench.post("token", &As::Basic("intranet"), &form).await;
    bench.post("token", &As::Post("wiki"), &form).await;
    bench.post("token", &As::Public("app"), &form).await;
    bench.post("revoke", &As::Nobody, &by_statement).await;
    bench.post("par", &As::Public("made up"), &form).await;
    let grant = |client| refused(&json!(client), "token", "unsupported_grant_type", "unknown grant type");
    let written = bench.facts("client_refused").await;
    // Its name in the settings; one that nobody registered is nobody's.
    assert_eq!(written[..3], [grant("intranet"), grant("the-wiki"), grant("app")]);
    assert_eq!(
        (&written[3]["client"], &written[3]["endpoint"]),
        (&json!("vault"), &json!("revoke"))
    );
    assert_eq!(
        written[4],
        refused(&Value::Null, "par", "invalid_client", "unknown client")
    );
}

async fn a_flood_leaves_one_line_a_minute(bench: Bench) {
    let knock = async || {
        for _ in 0..5 {
            bench
                .post("token", &As::Public("intranet"), &[])
                .await
                .is_refused(401, "invalid_client");
        }
    };
    knock().await;
    assert_eq!(bench.facts("client_refused").await.len(), 1);
    // Another kind has a line of its own.
    bench.post("revoke", &As::Public("intranet"), &[]).await;
    assert_eq!(bench.facts("client_refused").await.len(), 2);
    bench.forward(Duration::from_secs(60));
    knock().await;
    assert_eq!(bench.facts("client_refused").await.len(), 3);
}

async fn what_is_too_long_or_no_form_is_refused_and_written_down(bench: Bench) {
    let credentials = || basic("intranet", super::party::SECRET);
    let long = format!("state={}", "x".repeat(64 * 1024));
    for endpoint in ["par", "token", "revoke", "introspect", "userinfo"] {
        let post = || bench.call(Method::POST, &format!("/oauth2/{endpoint}"));
        let told = post().header(CONTENT_TYPE, FORM).header("authorization", credentials());
        let told = answer(told.body(long.clone())).await;
        told.is_refused(413, "invalid_request");
        assert_eq!(bench.last_why().await, "request too long", "{endpoint}");
        for kind in ["text/plain", "multipart/form-data; boundary=x"] {
            let told = answer(post().header(CONTENT_TYPE, kind).body("grant_type=authorization_code")).await;
            told.is_refused(400, "invalid_request");
            assert_eq!(bench.last_why().await, "content type", "{endpoint}");
        }
    }
    let json = bench
        .call(Method::POST, "/oauth2/token")
        .json(&json!({ "grant_type": "refresh_token" }));
    answer(json).await.is_refused(400, "invalid_request");
}

async fn nothing_that_was_sent_stands_in_the_record(bench: Bench) {
    let token = bench
        .tokens(&As::Basic("intranet"), &["openid"])
        .await
        .text_of("access_token");
    bench
        .post("introspect", &As::Basic("intranet"), &[("token", &token)])
        .await;
    bench.redeem(&As::Basic("intranet"), &token).await;
    bench
        .redeem_but(&As::Basic("intranet"), &token, &[("grant_type", &token)])
        .await;
    bench
        .post("par", &As::Public(&token), &redemption(&As::Basic("intranet"), &token))
        .await;
    bench.userinfo(&format!("{token}x")).await;
    let links = bench.door.flow.store.links(0, 1_000).await.unwrap();
    assert!(links.len() >= 5, "{links:?}");
    for link in links {
        for sent in [token.as_str(), super::party::SECRET, super::party::VERIFIER, "Keller"] {
            assert!(!link.text.contains(sent), "{}", link.text);
        }
    }
}

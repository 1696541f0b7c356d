//! Tokens bound to a key (RFC 9449): worth nothing to whoever does not hold it.

use reqwest::header::AUTHORIZATION;
use serde_json::json;

use super::caller::{Answer, As, answer, redemption};
use super::party::Key;
use super::{Bench, ISSUER, MARIA, on_both, request};

const BOUND: As<'_> = As::Basic("bound");
const SCOPES: [&str; 2] = ["openid", "offline_access"];

on_both! {
    a_client_that_binds_its_tokens_gets_no_others
    a_proof_at_the_token_endpoint_holds_a_nonce_of_ours
    a_bound_token_opens_only_with_its_key
    a_code_goes_only_to_the_key_it_was_asked_for
    a_public_clients_refresh_token_keeps_its_key
    a_confidential_clients_refresh_token_may_change_its_key_and_not_lose_it
}

impl Bench {
    async fn redeem_with(&self, key: &Key, client: &As<'_>, code: &str) -> Answer {
        let call = self.form("token", client, &redemption(client, code));
        answer(call.header("dpop", self.proof(key, "token"))).await
    }

    async fn refresh_with(&self, key: &Key, client: &As<'_>, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let call = self.form("token", client, &form);
        answer(call.header("dpop", self.proof(key, "token"))).await
    }

    /// Tokens that are bound to a key.
    async fn bound_tokens(&self, key: &Key, client: &As<'_>) -> Answer {
        let code = self.code(&request(client.id(), &SCOPES)).await;
        let told = self.redeem_with(key, client, &code).await;
        assert_eq!(told.text_of("token_type"), "DPoP");
        told
    }
}

async fn a_client_that_binds_its_tokens_gets_no_others(bench: Bench) {
    let code = bench.code(&request("bound", &SCOPES)).await;
    bench.redeem(&BOUND, &code).await.is_refused(400, "invalid_dpop_proof");
    let told = bench.redeem_with(&bench.keys.own, &BOUND, &code).await;
    assert_eq!(told.text_of("token_type"), "DPoP");
    assert_eq!(told.header("dpop-nonce"), bench.door.provider.checks.nonce());
    let told = bench.refresh(&BOUND, &told.text_of("refresh_token"), &[]).await;
    told.is_refused(400, "invalid_dpop_proof");

    // One that need not may.
    let told = bench.bound_tokens(&bench.keys.own, &As::Basic("intranet")).await;
    assert_eq!(bench.userinfo(&told.text_of("access_token")).await.status, 401);
}

async fn a_proof_at_the_token_endpoint_holds_a_nonce_of_ours(bench: Bench) {
    let code = bench.code(&request("bound", &SCOPES)).await;
    let send = |proof: String| {
        answer(
            bench
                .form("token", &BOUND, &redemption(&BOUND, &code))
                .header("dpop", proof),
        )
    };
    let url = format!("{ISSUER}/oauth2/token");
    let proof = |more| bench.keys.own.proof("POST", &url, bench.now(), &more);
    for without in [json!({}), json!({ "nonce": "made up" })] {
        let told = send(proof(without)).await;
        told.is_refused(400, "use_dpop_nonce");
        assert_eq!(told.header("dpop-nonce"), bench.door.provider.checks.nonce());
    }
    // Whoever asks for a nonce has done nothing wrong.
    assert!(bench.facts("client_refused").await.is_empty());
    let nonce = bench.door.provider.checks.nonce();
    for (wrong, why) in [
        (json!({ "nonce": nonce, "htm": "GET" }), "proof for another method"),
        (
            json!({ "nonce": nonce, "htu": format!("{ISSUER}/oauth2/par") }),
            "proof for another address",
        ),
    ] {
        send(proof(wrong)).await.is_refused(400, "invalid_dpop_proof");
        assert_eq!(bench.last_why().await, why);
    }
    let good = proof(json!({ "nonce": nonce }));
    assert_eq!(send(good.clone()).await.status, 200);
    send(good).await.is_refused(400, "invalid_dpop_proof");
    assert_eq!(bench.last_why().await, "replayed proof");
}

async fn a_bound_token_opens_only_with_its_key(bench: Bench) {
    let (own, other) = (&bench.keys.own, &bench.keys.other);
    let told = bench.bound_tokens(own, &BOUND).await;
    let token = told.text_of("access_token");
    let another = bench.bound_tokens(own, &BOUND).await.text_of("access_token");

    let proof = |method, more| own.proof(method, &format!("{ISSUER}/oauth2/userinfo"), bench.now(), &more);
    let call = || {
        bench
            .call(reqwest::Method::GET, "/oauth2/userinfo")
            .header(AUTHORIZATION, format!("DPoP {token}"))
    };
    for (wrong, error, why) in [
        (call(), "invalid_token", "token bound to another key"),
        (
            bench.bound_userinfo(other, &token, &json!({})),
            "invalid_token",
            "token bound to another key",
        ),
        (
            call().header("dpop", proof("GET", json!({}))),
            "invalid_dpop_proof",
            "proof for another token",
        ),
        (
            bench
                .bound_userinfo(own, &another, &json!({}))
                .header(AUTHORIZATION, ""),
            "invalid_request",
            "token shown twice",
        ),
        (
            bench.bound_userinfo(own, &token, &json!({ "htm": "POST" })),
            "invalid_dpop_proof",
            "proof for another method",
        ),
        (
            bench.bound_userinfo(own, &token, &json!({ "iat": bench.now() - 61 })),
            "invalid_dpop_proof",
            "proof too old",
        ),
    ] {
        let told = answer(wrong).await;
        told.is_refused(if error == "invalid_request" { 400 } else { 401 }, error);
        assert_eq!(bench.last_why().await, why);
        if error != "invalid_request" {
            assert!(told.header("www-authenticate").starts_with("DPoP "), "{told:?}");
        }
    }
    let told = bench.userinfo(&token).await;
    told.is_refused(401, "invalid_token");
    assert!(told.header("www-authenticate").starts_with("DPoP "), "{told:?}");

    let told = answer(bench.bound_userinfo(own, &token, &json!({}))).await;
    assert_eq!(told.json()["sub"], MARIA);
}

async fn a_code_goes_only_to_the_key_it_was_asked_for(bench: Bench) {
    let (own, other) = (&bench.keys.own, &bench.keys.other);
    let client = As::Basic("intranet");
    let mut asked = request("intranet", &SCOPES);
    asked.dpop_thumbprint = Some(own.thumbprint());
    let code = bench.code(&asked).await;
    bench
        .redeem_with(other, &client, &code)
        .await
        .is_refused(400, "invalid_grant");
    assert_eq!(bench.last_why().await, "code bound to another key");
    bench.redeem(&client, &code).await.is_refused(400, "invalid_grant");
    assert_eq!(bench.redeem_with(own, &client, &code).await.status, 200);
}

async fn a_public_clients_refresh_token_keeps_its_key(bench: Bench) {
    let (own, other) = (&bench.keys.own, &bench.keys.other);
    let app = As::Public("app");
    let token = bench.bound_tokens(own, &app).await.text_of("refresh_token");
    bench
        .refresh_with(other, &app, &token)
        .await
        .is_refused(400, "invalid_grant");
    bench.refresh(&app, &token, &[]).await.is_refused(400, "invalid_grant");
    let told = bench.refresh_with(own, &app, &token).await;
    assert_eq!(told.text_of("token_type"), "DPoP");

    // A thief cannot bind one that was not bound.
    let token = bench.tokens(&app, &SCOPES).await.text_of("refresh_token");
    bench
        .refresh_with(other, &app, &token)
        .await
        .is_refused(400, "invalid_grant");
    assert_eq!(bench.refresh(&app, &token, &[]).await.text_of("token_type"), "Bearer");
}

async fn a_confidential_clients_refresh_token_may_change_its_key_and_not_lose_it(bench: Bench) {
    let (own, other) = (&bench.keys.own, &bench.keys.other);
    let client = As::Basic("intranet");
    let token = bench.bound_tokens(own, &client).await.text_of("refresh_token");
    bench
        .refresh(&client, &token, &[])
        .await
        .is_refused(400, "invalid_grant");
    // RFC 9449 §5: its secret binds the refresh token, the key binds the access token.
    let told = bench.refresh_with(other, &client, &token).await;
    let access = told.text_of("access_token");
    assert_eq!(answer(bench.bound_userinfo(own, &access, &json!({}))).await.status, 401);
    assert_eq!(
        answer(bench.bound_userinfo(other, &access, &json!({}))).await.status,
        200
    );
}

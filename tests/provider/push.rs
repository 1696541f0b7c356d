//! Pushed requests (RFC 9126): checked before any person is sent, taken up once.

use std::time::Duration;

use serde_json::json;

use super::caller::{As, answer, asking, but, usual_challenge};
use super::party::redirect_of;
use super::{Bench, ISSUER, on_both};

const INTRANET: As<'_> = As::Basic("intranet");

on_both! {
    a_pushed_request_is_taken_up_once
    a_pushed_request_waits_for_a_minute
    a_pushed_request_is_its_clients_own
    each_fault_is_told_in_its_own_words
    a_public_client_uses_pkce
    a_key_is_named_once_or_twice_alike
}

fn authorize(client: &str, request_uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("request_uri", request_uri)])
        .finish();
    format!("/oauth2/authorize?{query}")
}

impl Bench {
    async fn pushed(&self) -> String {
        let challenge = usual_challenge();
        let told = self
            .post("par", &INTRANET, &asking(redirect_of("intranet"), &challenge))
            .await;
        told.text_of("request_uri")
    }
}

async fn a_pushed_request_is_taken_up_once(bench: Bench) {
    let challenge = usual_challenge();
    let told = bench
        .post("par", &INTRANET, &asking(redirect_of("intranet"), &challenge))
        .await;
    assert_eq!((told.status.as_u16(), told.header("cache-control")), (201, "no-store"));
    let uri = told.text_of("request_uri");
    assert_eq!(told.json(), json!({ "request_uri": uri, "expires_in": 60 }));
    // RFC 9126 §2.2, §7.1: a name that nobody guesses.
    let name = uri.strip_prefix("urn:ietf:params:oauth:request_uri:").unwrap();
    assert_eq!(name.len(), 43);

    let arrived = bench.get(&authorize("intranet", &uri)).await;
    assert_eq!(arrived.status, 200, "{arrived:?}");
    let again = bench.get(&authorize("intranet", &uri)).await;
    assert_eq!(again.status, 400);
    assert_eq!(bench.last_why().await, "request_uri used before");
}

async fn a_pushed_request_waits_for_a_minute(bench: Bench) {
    let (early, late) = (bench.pushed().await, bench.pushed().await);
    bench.forward(Duration::from_millis(59_999));
    assert_eq!(bench.get(&authorize("intranet", &early)).await.status, 200);
    bench.forward(Duration::from_millis(1));
    assert_eq!(bench.get(&authorize("intranet", &late)).await.status, 400);
    assert_eq!(bench.last_why().await, "request_uri unknown or expired");
}

async fn a_pushed_request_is_its_clients_own(bench: Bench) {
    let uri = bench.pushed().await;
    for other in ["wiki", "nobody", ""] {
        let arrived = bench.get(&authorize(other, &uri)).await;
        assert_eq!(arrived.status, 400, "{other}");
        assert_eq!(arrived.header("location"), "");
        assert_eq!(bench.last_why().await, "client_id is not the one that pushed");
    }
    // None of these used it up.
    assert_eq!(bench.get(&authorize("intranet", &uri)).await.status, 200);
}

async fn each_fault_is_told_in_its_own_words(bench: Bench) {
    let challenge = usual_challenge();
    let good = asking(redirect_of("intranet"), &challenge);
    let foreign = format!("{ISSUER}/request");
    for (change, error) in [
        (("redirect_uri", "https://intranet.example.com/cb/"), "invalid_request"),
        (("redirect_uri", "https://wiki.example.com/cb"), "invalid_request"),
        (("redirect_uri", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
        (("scope", ""), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", "too-short"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("prompt", "surprise"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("claims", "{"), "invalid_request"),
        (("id_token_hint", "nonsense"), "invalid_request"),
        (("dpop_jkt", "short"), "invalid_request"),
        (("request", "nonsense"), "invalid_request_object"),
        (("request_uri", foreign.as_str()), "invalid_request"),
        (
            ("request_uri", "urn:ietf:params:oauth:request_uri:x"),
            "invalid_request",
        ),
        (("client_id", "wiki"), "invalid_client"),
    ] {
        let told = bench.post("par", &INTRANET, &but(&good, &[change])).await;
        let status = if error == "invalid_client" { 401 } else { 400 };
        assert_eq!(
            (told.status.as_u16(), told.error().as_str()),
            (status, error),
            "{change:?}"
        );
        assert_eq!(told.json().get("request_uri"), None);
    }
    for stranger in [As::Nobody, As::Public("intranet"), As::Basic("nobody")] {
        bench
            .post("par", &stranger, &good)
            .await
            .is_refused(401, "invalid_client");
    }
    assert_eq!(bench.post("par", &INTRANET, &good).await.status, 201);
}

async fn a_public_client_uses_pkce(bench: Bench) {
    let (app, challenge) = (As::Public("app"), usual_challenge());
    let good = asking(redirect_of("app"), &challenge);
    let without = but(&good, &[("code_challenge", ""), ("code_challenge_method", "")]);
    bench
        .post("par", &app, &without)
        .await
        .is_refused(400, "invalid_request");
    assert_eq!(bench.last_why().await, "PKCE missing");
    assert_eq!(bench.post("par", &app, &good).await.status, 201);
}

async fn a_key_is_named_once_or_twice_alike(bench: Bench) {
    let (own, other) = (&bench.keys.own, &bench.keys.other);
    let (hash, print) = (usual_challenge(), own.thumbprint());
    let form = but(&asking(redirect_of("intranet"), &hash), &[("dpop_jkt", &print)]);
    let call = |proof: String| answer(bench.form("par", &INTRANET, &form).header("dpop", proof));
    call(bench.proof(other, "par"))
        .await
        .is_refused(400, "invalid_dpop_proof");
    call(bench.proof(own, "token"))
        .await
        .is_refused(400, "invalid_dpop_proof");
    assert_eq!(call(bench.proof(own, "par")).await.status, 201);
    // Here a nonce of ours may be left out; the token endpoint asks for it in time.
    let bare = own.proof("POST", &format!("{ISSUER}/oauth2/par"), bench.now(), &json!({}));
    assert_eq!(call(bare).await.status, 201);
}

//! FAPI 2.0 Security Profile §5.3.2 and §5.4, for the clients that have `profile = "fapi2"`: nothing weaker works for them.
//! What holds for everybody (single use, DPoP, pushed requests) is tested beside.

use std::time::Duration;

use serde_json::json;

use super::party::{Party, Way};
use super::reply::Sent;
use super::sign::{Pair, but};
use super::stage::{ALGS, Stage};

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

/// FAPI 2.0 Security Profile §5.4.1.
const STRONG: [&str; 3] = ["PS256", "ES256", "EdDSA"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fapi_client_asks_by_pushing_only() {
    let stage = Stage::proven().await;
    let party = stage.party("fapi2");
    let silent = party.ask().set("prompt", "none");
    // §5.3.2.2: 2. and 3.
    let answer = stage.authorize(&silent).await;
    assert_eq!(
        (answer.get("error"), answer.get("code")),
        (Some("invalid_request"), None)
    );
    let Way::Keys(pair, kid) = &party.way else {
        panic!("no key")
    };
    let object = pair.jws(json!({"kid": kid}), &party.object(&silent));
    let answer = stage.authorize(&silent.clone().and("request", &object)).await;
    assert_eq!(
        (answer.get("error"), answer.get("code")),
        (Some("invalid_request"), None)
    );
    // 5.: PKCE with S256; the answer names who gives it (9.).
    for weak in [
        silent
            .clone()
            .without("code_challenge")
            .without("code_challenge_method"),
        silent.clone().set("code_challenge_method", "plain"),
        silent.clone().without("code_challenge_method"),
        silent.clone().set("redirect_uri", "http://127.0.0.1:1/fapi2/"),
        silent.clone().without("redirect_uri"),
    ] {
        assert_eq!(
            party.push(&weak).await.refusal(),
            refused(400, "invalid_request"),
            "{weak:?}"
        );
    }
    for hybrid in ["code id_token", "token", "code token"] {
        let reply = party.push(&silent.clone().set("response_type", hybrid)).await;
        assert_eq!(reply.refusal(), refused(400, "unsupported_response_type"), "{hybrid}");
    }
    let answer = party.answer_for(&silent).await;
    assert_eq!(
        (answer.reply.status, answer.get("iss")),
        (303, Some(stage.issuer.as_str()))
    );
    let error = party.answer_for(&silent.set("max_age", "0")).await;
    assert_eq!(
        (error.get("error"), error.get("iss")),
        (Some("login_required"), Some(stage.issuer.as_str()))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fapi_client_signs_strongly_and_for_us_by_name() {
    let stage = Stage::proven().await;
    for alg in ALGS {
        let party = stage.party("keys-fapi2").signing(alg);
        let reply = party.push(&party.ask()).await;
        if STRONG.contains(&alg) {
            assert_eq!(reply.status, 201, "{alg}: {}", reply.body);
        } else {
            assert_eq!(reply.refusal(), refused(401, "invalid_client"), "{alg}");
        }
        let party = stage.party("keys-fapi2");
        let (object, kid) = (stage.party("keys-fapi2").signing(alg), alg);
        let Way::Keys(pair, _) = &object.way else {
            panic!("no key")
        };
        let object = pair.jws(json!({"kid": kid}), &party.object(&party.ask()));
        let reply = party.push(&Sent::of(&[("request", &object)])).await;
        assert_eq!(
            reply.status,
            if STRONG.contains(&alg) { 201 } else { 400 },
            "{alg}: {}",
            reply.body
        );
    }
    // §5.3.2.1: the issuer, as text; not the address of an endpoint, not a list.
    let party = stage.party("fapi2");
    let Way::Keys(pair, kid) = &party.way else {
        panic!("no key")
    };
    for aud in [
        json!(stage.endpoint("token")),
        json!(stage.endpoint("par")),
        json!([stage.issuer]),
        json!([]),
    ] {
        let assertion = pair.jws(json!({"kid": kid}), &but(&party.statement(), &json!({"aud": aud})));
        let form = party.asserted(party.ask(), &assertion);
        let reply = stage.post("par", &form.encoded(), &[]).await;
        assert_eq!(reply.refusal(), refused(401, "invalid_client"), "{aud}");
    }
    // §5.3.2.1, 13.: clocks may differ by ten seconds, and by no more than a minute.
    for (iat, fits) in [(10, true), (61, false)] {
        let claims = but(
            &party.statement(),
            &json!({"iat": stage.now() + iat, "nbf": stage.now() + iat}),
        );
        let form = party.asserted(party.ask(), &pair.jws(json!({"kid": kid}), &claims));
        let reply = stage.post("par", &form.encoded(), &[]).await;
        assert_eq!(reply.status, if fits { 201 } else { 401 }, "{iat}: {}", reply.body);
    }
    // An object begins, and not long ago (FAPI 2.0 Message Signing §5.3.1).
    for change in [
        json!({"nbf": null}),
        json!({"nbf": stage.now() - 3_700}),
        json!({"exp": stage.now() + 3_700}),
    ] {
        let object = pair.jws(json!({"kid": kid}), &but(&party.object(&party.ask()), &change));
        let reply = party.push(&Sent::of(&[("request", &object)])).await;
        assert_eq!(reply.refusal(), refused(400, "invalid_request_object"), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fapi_clients_tokens_are_bound_to_a_strong_key() {
    let stage = Stage::proven().await;
    let plain = stage.party("fapi2");
    let code = plain.code().await;
    // §5.3.2.1, 4. and 5.: sender-constrained, or none.
    assert_eq!(plain.redeem(&code).await.refusal(), refused(400, "invalid_dpop_proof"));
    let weak = stage.party("fapi2").holding("RS256");
    assert_eq!(weak.redeem(&code).await.refusal(), refused(400, "invalid_dpop_proof"));
    for alg in STRONG {
        let party = stage.party("fapi2").holding(alg);
        let tokens = party.tokens().await;
        assert_eq!(tokens["token_type"], "DPoP", "{alg}");
        let jkt = party.held.as_ref().unwrap().thumbprint();
        assert_eq!(
            stage.introspect(&tokens["access_token"]).await["cnf"]["jkt"],
            jkt.as_str(),
            "{alg}"
        );
        // §5.4.1: what we sign is strong too.
        let header = super::sign::part(tokens["id_token"].as_str().unwrap(), 0);
        assert!(STRONG.contains(&header["alg"].as_str().unwrap()));
        let unbound = Party::refreshing(&tokens["refresh_token"]);
        assert_eq!(
            plain.token(&unbound).await.refusal(),
            refused(400, "invalid_dpop_proof"),
            "{alg}"
        );
    }
    // RFC 9449 §10: bound from the beginning, if the client says so when it pushes.
    let party = stage.party("fapi2").holding("ES256");
    let bound = party.ask().set("dpop_jkt", &party.held.as_ref().unwrap().thumbprint());
    let code = party.code_for(&bound).await;
    let stranger = stage.party("fapi2").holding("ES256").redeem(&code).await;
    assert_eq!(stranger.refusal(), refused(400, "invalid_grant"));
    assert_eq!(party.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fapi_clients_code_and_request_live_for_a_minute() {
    let stage = Stage::proven().await;
    let party = stage.party("fapi2").holding("ES256");
    let said = party.push(&party.ask()).await.json();
    // §5.3.2.2, 12.: less than ten minutes.
    assert!((5..600).contains(&said["expires_in"].as_u64().unwrap()), "{said}");
    let (early, late) = (party.code().await, party.code().await);
    stage.clock.forward(Duration::from_secs(59));
    assert_eq!(party.redeem(&early).await.status, 200);
    stage.clock.forward(Duration::from_secs(1));
    // §5.3.2.1, 11.: at most 60 seconds.
    assert_eq!(party.redeem(&late).await.refusal(), refused(400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_client_was_given_is_worth_nothing_to_another() {
    let stage = Stage::proven().await;
    let (one, two) = (
        stage.party("fapi2").holding("ES256"),
        stage.party("keys-fapi2").holding("ES256"),
    );
    let name = one.push(&one.ask().set("prompt", "none")).await.text("request_uri");
    let crossed = stage.authorize(&two.named(&name)).await;
    assert!(crossed.is_shown_here());
    let code = stage.authorize(&one.named(&name)).await.code();
    let form = one.redeeming(&code);
    assert_eq!(two.token(&form).await.refusal(), refused(400, "invalid_grant"));
    // Signed by the one, in the name of the other.
    let (Way::Keys(mine, kid), Way::Keys(theirs, their_kid)) = (&one.way, &two.way) else {
        panic!("no keys")
    };
    for (pair, kid, claims) in [
        (mine.as_ref(), kid.as_str(), two.statement()),
        (mine.as_ref(), their_kid.as_str(), two.statement()),
        (theirs.as_ref(), kid.as_str(), one.statement()),
        (
            theirs.as_ref(),
            their_kid.as_str(),
            but(&two.statement(), &json!({"sub": "fapi2"})),
        ),
        (&Pair::new("ES256"), kid.as_str(), one.statement()),
    ] {
        let id = claims["sub"].as_str().unwrap().to_owned();
        let assertion = pair.jws(json!({"kid": kid}), &claims);
        let sent = one.asserted(form.clone(), &assertion).set("client_id", &id);
        assert_eq!(
            stage.post("token", &sent.encoded(), &[]).await.refusal(),
            refused(401, "invalid_client"),
            "{claims}"
        );
    }
    let assertion = mine.jws(json!({"kid": kid}), &one.statement());
    let sent = one.asserted(form.clone(), &assertion).set("client_id", "keys-fapi2");
    assert_eq!(
        stage.post("token", &sent.encoded(), &[]).await.refusal(),
        refused(401, "invalid_client")
    );
    // A secret is no key.
    let sent = form.clone().and("client_id", "fapi2").and("client_secret", "anything");
    assert_eq!(
        stage.post("token", &sent.encoded(), &[]).await.refusal(),
        refused(401, "invalid_client")
    );
    let tokens = one.token(&form).await.json();
    let refresh = Party::refreshing(&tokens["refresh_token"]);
    assert_eq!(two.token(&refresh).await.refusal(), refused(400, "invalid_grant"));
}

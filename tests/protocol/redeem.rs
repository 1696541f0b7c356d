//! The token endpoint: a code for tokens (OpenID Connect Core §3.1.3, RFC 6749 §4.1.3, §5 and §2.3, RFC 7636 §4.6), and
//! the ID token that comes of it (§2, §3.1.3.6).

use std::time::Duration;

use futures_util::future::join_all;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde_json::{Value, json};

use super::party::{Way, basic};
use super::reply::Sent;
use super::sign::{base64url, part};
use super::stage::Stage;

const GRANT: (u16, &str) = (400, "invalid_grant");

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_token_says_what_it_must_and_is_signed_as_each_client_has_it() {
    let stage = Stage::proven().await;
    let proven_at = stage.now();
    stage.clock.forward(Duration::from_secs(7));
    let keys = stage.get("/oauth2/jwks").await.json();
    for (id, alg, scheme) in [
        ("basic", "RS256", "Bearer"),
        ("ps256", "PS256", "Bearer"),
        ("pairwise", "ES256", "Bearer"),
        ("bound", "EdDSA", "DPoP"),
        ("fapi2", "PS256", "DPoP"),
    ] {
        let mut party = stage.party(id);
        if scheme == "DPoP" {
            party = party.holding("ES256");
        }
        let answer = party.tokens().await;
        let token = answer["id_token"].as_str().unwrap();
        let claims = stage.verified(token).await;
        let header = part(token, 0);
        assert_eq!(header["alg"], alg, "{id}");
        assert_eq!(header["typ"], "JWT", "{id}");
        let access = answer["access_token"].as_str().unwrap();
        let sub = claims["sub"].as_str().unwrap();
        assert!((1..=255).contains(&sub.len()) && sub.is_ascii(), "{sub}");
        assert_eq!(
            claims,
            json!({
                "iss": stage.issuer, "sub": sub, "aud": id, "nonce": "n-0S6_WzA2Mj", "acr": "verify", "amr": ["face"],
                "auth_time": proven_at, "iat": stage.now(), "exp": stage.now() + 300,
                "at_hash": half_hash(&header, &keys, access),
            }),
            "{id}"
        );
        assert_eq!(
            (answer["token_type"].as_str(), answer["expires_in"].as_u64()),
            (Some(scheme), Some(600)),
            "{id}"
        );
    }
    let plain = stage.party("basic");
    let without = plain.tokens_for(&plain.ask().without("nonce")).await;
    assert_eq!(part(without["id_token"].as_str().unwrap(), 1).get("nonce"), None);
    let secret = plain.tokens_for(&plain.ask().set("scope", "openid")).await;
    assert_eq!(secret.get("refresh_token"), None, "nobody asked for offline access");
}

/// OpenID Connect Core §3.1.3.6, by openidconnect's own keys.
fn half_hash(header: &Value, keys: &Value, token: &str) -> String {
    let found = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"]);
    let key: CoreJsonWebKey = serde_json::from_value(found.unwrap().clone()).unwrap();
    let alg: CoreJwsSigningAlgorithm = serde_json::from_value(header["alg"].clone()).unwrap();
    let hash = key.hash_bytes(token.as_bytes(), &alg).unwrap();
    base64url(&hash[..hash.len() / 2])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subjects_are_the_same_at_every_client_but_for_those_that_see_their_own() {
    let stage = Stage::proven().await;
    let mut subjects = Vec::new();
    for id in ["basic", "post", "basic", "pairwise", "pairwise"] {
        let party = stage.party(id);
        let tokens = party.tokens().await;
        let claims = part(tokens["id_token"].as_str().unwrap(), 1);
        // OpenID Connect Core §5.3.2: userinfo says the same.
        assert_eq!(
            party.userinfo(&tokens["access_token"]).await.json()["sub"],
            claims["sub"],
            "{id}"
        );
        assert_eq!(
            stage.introspect(&tokens["access_token"]).await["sub"],
            claims["sub"],
            "{id}"
        );
        subjects.push(claims["sub"].as_str().unwrap().to_owned());
    }
    assert_eq!((&subjects[0], &subjects[0]), (&subjects[1], &subjects[2]));
    assert_eq!(subjects[3], subjects[4]);
    assert_ne!(subjects[0], subjects[3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_worth_something_only_as_it_was_asked_for() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let code = party.code().await;
    let right = party.redeeming(&code);
    let wrong = [
        (right.clone().without("code"), (400, "invalid_request")),
        (right.clone().set("code", "nonsense"), GRANT),
        (right.clone().set("code", &base64url(&[7; 32])), GRANT),
        (right.clone().set("code", &format!("{code}A")), GRANT),
        (right.clone().set("code", &code.to_lowercase()), GRANT),
        (right.clone().without("code_verifier"), GRANT),
        (right.clone().set("code_verifier", &"a".repeat(43)), GRANT),
        // The challenge itself, as `plain` would have it.
        (right.clone().set("code_verifier", super::party::CHALLENGE), GRANT),
        (right.clone().without("redirect_uri"), GRANT),
        (right.clone().set("redirect_uri", "http://127.0.0.1:1/basic/"), GRANT),
        (right.clone().without("grant_type"), (400, "invalid_request")),
        (
            right.clone().set("grant_type", "password"),
            (400, "unsupported_grant_type"),
        ),
        // Known here, and not for this client (RFC 6749 §5.2).
        (
            right.clone().set("grant_type", "client_credentials"),
            (400, "unauthorized_client"),
        ),
        (
            right.clone().set("grant_type", "implicit"),
            (400, "unsupported_grant_type"),
        ),
        (
            right
                .clone()
                .set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            (400, "unsupported_grant_type"),
        ),
        (right.clone().and("code", &code), (400, "invalid_request")),
        (
            right.clone().and("grant_type", "refresh_token"),
            (400, "invalid_request"),
        ),
        (right.clone().and("client_id", "post"), (401, "invalid_client")),
    ];
    for (form, (status, error)) in wrong {
        assert_eq!(party.token(&form).await.refusal(), refused(status, error), "{form:?}");
    }
    // Mixed up: somebody else brings it, as itself.
    for id in ["post", "jwt", "public", "session"] {
        let other = stage.party(id);
        let form = right.clone().set("redirect_uri", &party.redirect);
        assert_eq!(
            other.token(&form).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );
    }
    // Nothing of all that was the code's fault.
    assert_eq!(party.token(&right).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_lives_for_a_minute_and_once() {
    let stage = Stage::proven().await;
    for id in ["basic", "public"] {
        let party = stage.party(id);
        let (early, late) = (party.code().await, party.code().await);
        stage.clock.forward(Duration::from_secs(59));
        assert_eq!(party.redeem(&early).await.status, 200, "{id}");
        stage.clock.forward(Duration::from_secs(1));
        assert_eq!(
            party.redeem(&late).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );

        let code = party.code().await;
        let tokens = party.redeem(&code).await.json();
        assert_eq!(party.userinfo(&tokens["access_token"]).await.status, 200);
        assert_eq!(
            party.redeem(&code).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );
        // RFC 6749 §4.1.2: what came of it is revoked.
        assert_eq!(party.userinfo(&tokens["access_token"]).await.status, 401, "{id}");
        assert_eq!(
            stage.introspect(&tokens["access_token"]).await,
            json!({"active": false})
        );
        let again = super::party::Party::refreshing(&tokens["refresh_token"]);
        assert_eq!(
            party.token(&again).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_redeem_one_code_at_once_at_most_one_is_given_tokens() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    for _ in 0..3 {
        let code = party.code().await;
        let replies = join_all((0..8).map(|_| party.redeem(&code))).await;
        let given: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert!(given.len() <= 1);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert_eq!(reply.refusal(), refused(400, "invalid_grant"));
        }
        for reply in given {
            assert_eq!(party.userinfo(&reply.json()["access_token"]).await.status, 401);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_proven_in_its_own_way_or_not_at_all() {
    let stage = Stage::proven().await;
    let client = refused(401, "invalid_client");
    let secret = |id: &str| match stage.party(id).way {
        Way::Basic(secret) | Way::Post(secret) => secret,
        _ => panic!("{id} has no secret"),
    };
    let form = Sent::of(&[
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", "x"),
    ]);
    let (own, other) = (secret("basic"), secret("post"));
    let tries: [(Sent, Option<String>); 14] = [
        (form.clone(), None),
        (form.clone().and("client_id", "nobody"), None),
        (form.clone().and("client_id", "basic"), None),
        (form.clone(), Some(basic("basic", "wrong"))),
        (form.clone(), Some(basic("basic", ""))),
        (form.clone(), Some(basic("nobody", &own))),
        (form.clone(), Some(basic("post", &other))),
        (form.clone(), Some("Basic !!!".to_owned())),
        (form.clone(), Some("Bearer abc".to_owned())),
        (form.clone().and("client_id", "basic").and("client_secret", &own), None),
        (
            form.clone().and("client_id", "post").and("client_secret", "wrong"),
            None,
        ),
        (
            form.clone().and("client_id", "public").and("client_secret", "anything"),
            None,
        ),
        (form.clone(), Some(basic("public", ""))),
        (form.clone().and("client_id", "jwt"), None),
    ];
    for (form, authorization) in tries {
        let headers: Vec<(&str, &str)> = authorization
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        for endpoint in ["token", "par", "revoke", "introspect"] {
            let reply = stage.post(endpoint, &form.encoded(), &headers).await;
            assert_eq!(reply.refusal(), client, "{endpoint} {form:?} {authorization:?}");
            // RFC 6749 §5.2: with the scheme that a client may use.
            assert!(
                reply.header("www-authenticate").unwrap().starts_with("Basic "),
                "{endpoint}"
            );
        }
    }
    // RFC 6749 §2.3: one way at a time.
    let twice = form.clone().and("client_id", "basic").and("client_secret", &own);
    let reply = stage
        .post("token", &twice.encoded(), &[("authorization", &basic("basic", &own))])
        .await;
    assert_eq!(reply.refusal(), refused(400, "invalid_request"));
    let both = [
        ("authorization", basic("basic", &own)),
        ("authorization", basic("basic", &own)),
    ];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        stage.post("token", &form.encoded(), &both).await.refusal(),
        refused(400, "invalid_request")
    );
    // RFC 6749 §2.3.1: never in the address.
    let address = format!(
        "token?{}",
        form.clone()
            .and("client_id", "post")
            .and("client_secret", &other)
            .encoded()
    );
    assert_eq!(stage.post(&address, "", &[]).await.refusal(), client);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_form_that_is_posted_is_read() {
    let stage = Stage::new().await;
    let party = stage.party("post");
    let Way::Post(secret) = &party.way else {
        panic!("no secret")
    };
    let form = party
        .redeeming("x")
        .and("client_id", "post")
        .and("client_secret", secret);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let request = stage.client.post(stage.endpoint("token")).header("content-type", kind);
        let reply = super::reply::Reply::of(request.body(form.encoded())).await;
        assert_eq!(reply.refusal(), refused(400, "invalid_request"), "{kind}");
    }
    let spelled = "Application/X-WWW-Form-Urlencoded; Charset=UTF-8";
    let request = stage
        .client
        .post(stage.endpoint("token"))
        .header("content-type", spelled);
    let reply = super::reply::Reply::of(request.body(form.encoded())).await;
    assert_eq!(reply.refusal(), refused(400, "invalid_grant"));
    for endpoint in ["token", "par", "revoke", "introspect"] {
        let reply = stage.get(&format!("/oauth2/{endpoint}?{}", form.encoded())).await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{endpoint}");
    }
}

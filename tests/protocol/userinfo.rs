//! The userinfo endpoint (OpenID Connect Core §5.3), how a token is shown there (RFC 6750 §2 and §3), and which claims are
//! told where (OpenID Connect Core §5.4 and §5.5).

use serde_json::{Value, json};

use super::reply::{Reply, Sent};
use super::sign::part;
use super::stage::{MARIA, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_shown_in_a_header_or_a_form_and_in_one_of_them() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let tokens = party.tokens().await;
    let token = tokens["access_token"].as_str().unwrap();
    let sub = part(tokens["id_token"].as_str().unwrap(), 1)["sub"].clone();
    let address = stage.endpoint("userinfo");
    let (get, post) = (|| stage.client.get(&address), || stage.client.post(&address));
    let form = Sent::of(&[("access_token", token)]);
    let sent = |form: &Sent| {
        post()
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.encoded())
    };
    for good in [
        get().bearer_auth(token),
        get().header("authorization", format!("bearer {token}")),
        post().bearer_auth(token),
        sent(&form),
        sent(&Sent::of(&[("x", "y")])).bearer_auth(token),
    ] {
        let reply = Reply::of(good).await;
        assert_eq!(
            (reply.status, reply.json()["sub"].clone()),
            (200, sub.clone()),
            "{}",
            reply.body
        );
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    // RFC 6750 §3.1: who shows nothing is told what to show, and of no fault.
    let in_address = stage.client.get(format!("{address}?access_token={token}"));
    for nothing in [get(), post(), in_address, get().basic_auth("basic", Some("x"))] {
        let reply = Reply::of(nothing).await;
        let challenge = reply.header("www-authenticate").unwrap().to_owned();
        assert_eq!((reply.status, reply.body.as_str()), (401, ""), "{challenge}");
        assert!(
            challenge.starts_with("Bearer ") && !challenge.contains("error"),
            "{challenge}"
        );
    }
    for (request, status, error) in [
        (get().bearer_auth("nonsense"), 401, "invalid_token"),
        (get().bearer_auth(format!("{token}A")), 401, "invalid_token"),
        (
            get().bearer_auth(tokens["id_token"].as_str().unwrap()),
            401,
            "invalid_token",
        ),
        (
            get().bearer_auth(tokens["refresh_token"].as_str().unwrap()),
            401,
            "invalid_token",
        ),
        (
            get().header("authorization", format!("DPoP {token}")),
            401,
            "invalid_token",
        ),
        (sent(&form).bearer_auth(token), 400, "invalid_request"),
        (get().bearer_auth(token).bearer_auth(token), 400, "invalid_request"),
        (get().header("authorization", "Bearer"), 400, "invalid_request"),
        (sent(&form.clone().and("access_token", token)), 400, "invalid_request"),
        (
            post().header("content-type", "application/json").body("{}"),
            400,
            "invalid_request",
        ),
    ] {
        let reply = Reply::of(request).await;
        assert_eq!(reply.refusal(), (status, error.to_owned()));
        // RFC 6750 §3: whatever does not open it is answered with a challenge.
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer "), "{challenge}");
        assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
    }
    let put = Reply::of(stage.client.put(&address).bearer_auth(token)).await;
    assert_eq!((put.status, put.header("allow")), (405, Some("GET,HEAD,POST")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_without_openid_opens_nothing() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let tokens = party.tokens().await;
    let narrow = super::party::Party::refreshing(&tokens["refresh_token"]).and("scope", "profile");
    let narrow = party.token(&narrow).await.json();
    let reply = party.userinfo(&narrow["access_token"]).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope".to_owned()));
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"openid\""),
        "{challenge}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn applications_in_browsers_may_ask_and_read_the_answers() {
    let stage = Stage::new().await;
    for (endpoint, method, headers) in [
        ("userinfo", "GET", "authorization,dpop"),
        ("token", "POST", "dpop,content-type"),
        ("revoke", "POST", "authorization"),
        ("jwks", "GET", "accept"),
    ] {
        let request = stage.client.request(http::Method::OPTIONS, stage.endpoint(endpoint));
        let request = request
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers);
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, 204, "{endpoint}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{endpoint}");
        // With `*` no cookie travels.
        assert_eq!(reply.header("access-control-allow-credentials"), None);
        let allowed = |name: &str| reply.header(name).unwrap().to_ascii_lowercase();
        assert!(
            allowed("access-control-allow-methods").contains(&method.to_ascii_lowercase()),
            "{endpoint}"
        );
        for header in ["authorization", "content-type", "dpop"] {
            assert!(
                allowed("access-control-allow-headers").contains(header),
                "{endpoint} {header}"
            );
        }
    }
    // RFC 9449 §8: the nonce is of use only where it can be read.
    let reply = stage.post("token", "", &[("origin", "https://app.example.com")]).await;
    let exposed = reply
        .header("access-control-expose-headers")
        .unwrap()
        .to_ascii_lowercase();
    assert!(
        exposed.contains("dpop-nonce") && exposed.contains("www-authenticate"),
        "{exposed}"
    );
    // Where browsers are sent themselves, nobody reads along.
    let page = stage.get("/oauth2/authorize").await;
    assert_eq!(page.header("access-control-allow-origin"), None);
}

/// Scope, `claims`, and what is told in the ID token and at userinfo beside what always is.
fn wishes() -> Vec<(&'static str, Value, Value, Value)> {
    let profile = json!({
        "name": "Maria Silva", "given_name": "Maria", "family_name": "Silva", "preferred_username": MARIA,
    });
    let given = json!({"given_name": "Maria"});
    vec![
        ("openid", json!({}), json!({}), json!({})),
        // OpenID Connect Core §5.4: by scope, in userinfo.
        ("openid profile", json!({}), json!({}), profile),
        (
            "openid",
            json!({"id_token": {"given_name": null}}),
            given.clone(),
            json!({}),
        ),
        (
            "openid",
            json!({"userinfo": {"given_name": {"essential": true}}}),
            json!({}),
            given.clone(),
        ),
        (
            "openid",
            json!({"userinfo": {"given_name": null}, "id_token": {"family_name": {"essential": false}}}),
            json!({"family_name": "Silva"}),
            given.clone(),
        ),
        // What is not had is left out, however much it is wanted (§5.5.1).
        (
            "openid",
            json!({"userinfo": {"email": {"essential": true}, "given_name": null, "birthdate": null,
            "urn:example:claim": {"value": 5}}}),
            json!({}),
            given.clone(),
        ),
        (
            "openid",
            json!({"userinfo": {"given_name": {"value": "Maria"}, "family_name": {"value": "Other"}}}),
            json!({}),
            given.clone(),
        ),
        (
            "openid",
            json!({"userinfo": {"given_name": {"values": ["X", "Maria"]}, "family_name": {"values": []}}}),
            json!({}),
            given.clone(),
        ),
        // Languages are not told apart: what is asked for in one is not known (§5.2).
        (
            "openid",
            json!({"userinfo": {"given_name#de": null}}),
            json!({}),
            json!({}),
        ),
        (
            "openid",
            json!({"id_token": {"auth_time": {"essential": true}, "nonce": null, "iss": {"value": "x"}}}),
            json!({}),
            json!({}),
        ),
        ("openid", json!({"other": {"given_name": null}}), json!({}), json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_claim_is_told_where_it_was_asked_for_and_nothing_else() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let always = [
        "iss",
        "sub",
        "aud",
        "nonce",
        "acr",
        "amr",
        "auth_time",
        "iat",
        "exp",
        "at_hash",
    ];
    for (scope, claims, in_token, in_userinfo) in wishes() {
        let asked = party.ask().set("scope", scope).set("claims", &claims.to_string());
        let tokens = party.tokens_for(&asked).await;
        let mut told = stage.verified(tokens["id_token"].as_str().unwrap()).await;
        assert_eq!(told["iss"], stage.issuer.as_str());
        for name in always {
            drop(told.as_object_mut().unwrap().remove(name));
        }
        assert_eq!(told, in_token, "{scope} {claims}");
        let mut told = party.userinfo(&tokens["access_token"]).await.json();
        told.as_object_mut().unwrap().remove("sub").unwrap();
        assert_eq!(told, in_userinfo, "{scope} {claims}");
    }
}

//! What the provider says of itself (OpenID Connect Discovery 1.0 §3 and §4, RFC 8414 §2 and §3, RFC 9126 §5, RFC 9207
//! §3, RFC 9449 §5.1, OpenID Connect for Identity Assurance 1.0 §8), its keys (RFC 7517), and that all of it is so.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openidconnect::core::{CoreJsonWebKey, CoreProviderMetadata};
use serde_json::{Value, json};
use url::Url;

use super::party::{Party, Way};
use super::reply::{Reply, Sent};
use super::sign::{base64url, but};
use super::stage::{ALGS, Stage};

fn words(metadata: &Value, member: &str) -> Vec<String> {
    let list = metadata[member]
        .as_array()
        .unwrap_or_else(|| panic!("{member}: {}", metadata[member]));
    assert!(!list.is_empty(), "{member} is empty");
    list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_says_of_itself_what_discovery_asks_for_and_nothing_is_empty() {
    let stage = Stage::new().await;
    let reply = stage.get("/.well-known/openid-configuration").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/json"))
    );
    let metadata = reply.json();
    // Discovery §4.3: letter for letter.
    assert_eq!(metadata["issuer"], stage.issuer.as_str());
    let _read: CoreProviderMetadata = serde_json::from_value(metadata.clone()).unwrap();
    let same = stage.get("/.well-known/oauth-authorization-server").await;
    assert_eq!((same.status, same.json()), (200, metadata.clone()));
    for (member, expected) in [
        ("response_types_supported", vec!["code"]),
        ("response_modes_supported", vec!["query", "form_post"]),
        (
            "grant_types_supported",
            vec!["authorization_code", "refresh_token", "client_credentials"],
        ),
        ("subject_types_supported", vec!["public", "pairwise"]),
        ("code_challenge_methods_supported", vec!["S256"]),
        ("claim_types_supported", vec!["normal"]),
        (
            "prompt_values_supported",
            vec!["none", "login", "consent", "select_account"],
        ),
        ("acr_values_supported", vec!["verify", "verify-again"]),
        ("trust_frameworks_supported", vec!["doorward"]),
        ("evidence_supported", vec!["document"]),
        ("documents_check_methods_supported", vec!["vri", "bvr"]),
        (
            "claims_in_verified_claims_supported",
            vec!["given_name", "family_name", "middle_name", "birthdate"],
        ),
    ] {
        assert_eq!(words(&metadata, member), expected, "{member}");
    }
    for (member, expected) in [
        ("claims_parameter_supported", true),
        ("request_parameter_supported", true),
        ("request_uri_parameter_supported", false),
        ("require_pushed_authorization_requests", false),
        ("authorization_response_iss_parameter_supported", true),
        ("verified_claims_supported", true),
    ] {
        assert_eq!(metadata[member], expected, "{member}");
    }
    // Identity Assurance §8: required where the evidence is a document.
    assert!(words(&metadata, "documents_supported").contains(&"passport".to_owned()));
    assert!(words(&metadata, "scopes_supported").contains(&"openid".to_owned()));
    // RFC 8414 §2: a member without anything to say is left out.
    for (member, value) in metadata.as_object().unwrap() {
        let empty = value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
        assert!(!empty, "{member} says nothing");
        // Discovery §3: nothing of the back channel is advertised that is not there.
        assert!(!member.contains("encryption"), "{member}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_endpoint_that_is_named_answers_and_belongs_to_the_issuer() {
    let stage = Stage::new().await;
    let metadata = stage.get("/.well-known/openid-configuration").await.json();
    let named: Vec<(&String, Url)> = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(member, _)| member.ends_with("_endpoint") || member.ends_with("_uri"))
        .map(|(member, value)| (member, Url::parse(value.as_str().unwrap()).unwrap()))
        .collect();
    let members: Vec<&str> = named.iter().map(|(member, _)| member.as_str()).collect();
    for must in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "introspection_endpoint",
        "pushed_authorization_request_endpoint",
        "end_session_endpoint",
    ] {
        assert!(members.contains(&must), "{must}");
    }
    for (member, url) in named {
        assert_eq!(url.origin().ascii_serialization(), stage.issuer, "{member}");
        assert_eq!((url.query(), url.fragment()), (None, None), "{member}");
        let post = Reply::of(stage.client.post(url.clone())).await;
        let get = Reply::of(stage.client.get(url)).await;
        let there = |reply: &Reply| !matches!(reply.status, 404 | 405 | 500..);
        assert!(there(&post) || there(&get), "{member}: {} {}", post.status, get.status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_keys_are_public_named_and_one_for_each_algorithm() {
    let stage = Stage::new().await;
    let metadata = stage.get("/.well-known/openid-configuration").await.json();
    let reply = stage.get("/oauth2/jwks").await;
    let set = reply.json();
    let keys = set["keys"].as_array().unwrap();
    let mut algs: Vec<String> = keys.iter().map(|key| key["alg"].as_str().unwrap().to_owned()).collect();
    let mut kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    let mut said = words(&metadata, "id_token_signing_alg_values_supported");
    // Discovery §3: RS256 must be among them, `none` must not where nothing is told without a code.
    assert!(said.contains(&"RS256".to_owned()) && !said.contains(&"none".to_owned()));
    algs.sort();
    said.sort();
    assert_eq!(algs, said);
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key.get(private), None, "{private}");
        }
        assert_eq!(key["use"], "sig");
        let _read: CoreJsonWebKey = serde_json::from_value(key.clone()).unwrap();
        if key["alg"] == "RS256" {
            // RFC 7517 §4.7: the certificate holds this very key.
            let leaf = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
            assert_eq!(key["x5t#S256"], base64url(digest(&SHA256, &leaf).as_ref()));
        }
    }
}

/// A form whose client is proven and whose code is none: what says whether the proof was taken.
fn nobody() -> Sent {
    Sent::of(&[
        ("grant_type", "authorization_code"),
        ("code", "nonsense"),
        ("redirect_uri", "x"),
    ])
}

/// Whether an endpoint took the client for itself; what it thinks of the rest does not matter.
async fn taken(party: &Party<'_>, endpoint: &str) -> bool {
    let form = nobody().and("token", "x");
    let reply = party.post(endpoint, &form, &[]).await;
    reply.status == 200 || reply.text("error") != "invalid_client"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_of_proving_a_client_that_is_named_works_at_each_endpoint() {
    let stage = Stage::new().await;
    let metadata = stage.get("/.well-known/openid-configuration").await.json();
    let parties = [
        ("client_secret_basic", "basic"),
        ("client_secret_post", "post"),
        ("private_key_jwt", "jwt"),
        ("none", "public"),
    ];
    let mut methods = words(&metadata, "token_endpoint_auth_methods_supported");
    methods.sort();
    assert_eq!(
        methods,
        ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
    );
    let revoking = words(&metadata, "revocation_endpoint_auth_methods_supported");
    let introspecting = words(&metadata, "introspection_endpoint_auth_methods_supported");
    for (method, id) in parties {
        let party = stage.party(id);
        for endpoint in ["token", "par", "revoke", "introspect"] {
            assert!(taken(&party, endpoint).await, "{method} {endpoint}");
        }
        assert!(revoking.contains(&method.to_owned()), "{method}");
        // A public client cannot be a resource server.
        assert_eq!(introspecting.contains(&method.to_owned()), method != "none", "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_algorithm_that_is_named_works_and_no_other_does() {
    let stage = Stage::new().await;
    let metadata = stage.get("/.well-known/openid-configuration").await.json();
    for member in [
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
    ] {
        let mut said = words(&metadata, member);
        said.sort();
        assert_eq!(said, ["ES256", "EdDSA", "PS256", "RS256"], "{member}");
    }
    for alg in ALGS {
        let party = stage.party("keys").signing(alg);
        for endpoint in ["token", "par", "revoke", "introspect"] {
            assert!(taken(&party, endpoint).await, "{alg} {endpoint}");
        }
        let Way::Keys(pair, kid) = &party.way else {
            panic!("no key")
        };
        let object = pair.jws(
            json!({"kid": kid, "typ": "oauth-authz-req+jwt"}),
            &party.object(&party.ask()),
        );
        let pushed = party.push(&Sent::of(&[("request", &object)])).await;
        assert_eq!(pushed.status, 201, "{alg}: {}", pushed.body);
        // The key signed it, but under another name.
        for other in [
            "RS384", "RS512", "PS384", "ES384", "ES512", "ES256K", "Ed448", "HS256", "none", "",
        ] {
            let assertion = pair.jws(json!({"kid": kid, "alg": other}), &party.statement());
            let reply = stage
                .post("token", &party.asserted(nobody(), &assertion).encoded(), &[])
                .await;
            assert_eq!(reply.refusal(), (401, "invalid_client".to_owned()), "{alg} as {other}");
            let object = pair.jws(json!({"kid": kid, "alg": other}), &party.object(&party.ask()));
            let reply = party.push(&Sent::of(&[("request", &object)])).await;
            assert_eq!(
                reply.refusal(),
                (400, "invalid_request_object".to_owned()),
                "{alg} as {other}"
            );
        }
        // RS256 and PS256 are one kind of key, and still two algorithms.
        let swapped = match alg {
            "RS256" => "PS256",
            "PS256" => "RS256",
            _ => continue,
        };
        let assertion = pair.jws(json!({"kid": kid, "alg": swapped}), &party.statement());
        let reply = stage
            .post("token", &party.asserted(nobody(), &assertion).encoded(), &[])
            .await;
        assert_eq!(
            reply.refusal(),
            (401, "invalid_client".to_owned()),
            "{alg} as {swapped}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_not_named_works() {
    let stage = Stage::proven().await;
    let metadata = stage.get("/.well-known/openid-configuration").await.json();
    let party = stage.party("basic");
    for (parameter, member, others) in [
        (
            "response_type",
            "response_types_supported",
            vec!["token", "id_token", "code token", "none"],
        ),
        (
            "response_mode",
            "response_modes_supported",
            vec!["fragment", "jwt", "query.jwt", "web_message"],
        ),
        ("prompt", "prompt_values_supported", vec!["create", "admin_consent"]),
        (
            "code_challenge_method",
            "code_challenge_methods_supported",
            vec!["plain", "S512"],
        ),
    ] {
        for other in others {
            assert!(!words(&metadata, member).contains(&other.to_owned()));
            let answer = stage.authorize(&party.ask().set(parameter, other)).await;
            assert!(
                answer.get("error").is_some(),
                "{parameter}={other}: {:?}",
                answer.fields
            );
        }
    }
    for grant in ["password", "urn:ietf:params:oauth:grant-type:device_code"] {
        assert!(!words(&metadata, "grant_types_supported").contains(&grant.to_owned()));
        let reply = party.token(&Sent::of(&[("grant_type", grant)])).await;
        assert_eq!(reply.refusal(), (400, "unsupported_grant_type".to_owned()), "{grant}");
    }
    for endpoint in [
        "register",
        "device_authorization",
        "bc-authorize",
        "token_info",
        "check_session",
    ] {
        let path = format!("/oauth2/{endpoint}");
        assert_eq!(stage.get(&path).await.status, 404, "{path}");
    }
    // A claim that is not named is never told (Discovery §3, `claims_supported`).
    let supported = words(&metadata, "claims_supported");
    let wishes: Value = ["email", "phone_number", "birthdate", "address", "picture"]
        .iter()
        .inspect(|name| assert!(!supported.contains(&(**name).to_owned())))
        .fold(json!({}), |all, name| but(&all, &json!({*name: {"essential": true}})));
    let tokens = party
        .tokens_for(&party.ask().set("claims", &json!({"userinfo": wishes}).to_string()))
        .await;
    let told = party.userinfo(&tokens["access_token"]).await.json();
    for name in told.as_object().unwrap().keys() {
        assert!(supported.contains(name), "{name} is told and not named");
    }
}

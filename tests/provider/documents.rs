//! What the provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), held against what it does.

use openidconnect::core::CoreProviderMetadata;
use reqwest::Method;
use serde_json::Value;

use super::caller::{As, answer, asking, but, usual_challenge};
use super::party::redirect_of;
use super::{Bench, ISSUER, on_both};

const PLACES: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

on_both! {
    both_documents_say_the_same_and_are_read_by_a_library_that_others_wrote
    every_address_in_the_document_answers
    what_is_advertised_is_done_and_what_is_not_is_refused
    the_published_keys_are_public_and_named
    other_methods_are_not_allowed
}

impl Bench {
    async fn metadata(&self) -> Value {
        self.get(PLACES[0]).await.json()
    }

    /// The words of one list in the document.
    async fn advertised(&self, name: &str) -> Vec<String> {
        serde_json::from_value(self.metadata().await[name].clone()).unwrap_or_else(|_| panic!("no {name}"))
    }
}

async fn both_documents_say_the_same_and_are_read_by_a_library_that_others_wrote(bench: Bench) {
    for place in PLACES {
        let told = bench.get(place).await;
        assert_eq!(
            (told.status.as_u16(), told.header("content-type")),
            (200, "application/json")
        );
        // Entra reads none without it (entra.md §1).
        assert_eq!(told.header("content-length"), told.text.len().to_string());
        assert_eq!(told.json(), bench.metadata().await);
        let read: CoreProviderMetadata = serde_json::from_str(&told.text).unwrap();
        assert_eq!(read.issuer().as_str(), ISSUER);
    }
}

async fn every_address_in_the_document_answers(bench: Bench) {
    let document = bench.metadata().await;
    let addresses = document.as_object().unwrap().iter();
    let addresses: Vec<(&String, &str)> = addresses
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(name, address)| (name, address.as_str().unwrap()))
        .collect();
    assert_eq!(addresses.len(), 8);
    for (name, address) in addresses {
        let path = address.strip_prefix(ISSUER).unwrap();
        let [got, posted] = [Method::GET, Method::POST].map(|method| bench.call(method, path));
        let statuses = [answer(got).await.status.as_u16(), answer(posted).await.status.as_u16()];
        assert!(!statuses.contains(&404), "{name}: {statuses:?}");
    }
}

async fn what_is_advertised_is_done_and_what_is_not_is_refused(bench: Bench) {
    assert_eq!(bench.advertised("response_types_supported").await, ["code"]);
    assert_eq!(bench.advertised("code_challenge_methods_supported").await, ["S256"]);
    assert_eq!(bench.advertised("acr_values_supported").await, ["verify"]);
    let (client, challenge) = (As::Basic("intranet"), usual_challenge());
    let good = asking(redirect_of("intranet"), &challenge);
    for (list, parameter, all) in [
        (
            "response_types_supported",
            "response_type",
            &["code", "token", "id_token", "code token", "none"][..],
        ),
        (
            "response_modes_supported",
            "response_mode",
            &["query", "form_post", "fragment", "jwt", "web_message"],
        ),
        (
            "code_challenge_methods_supported",
            "code_challenge_method",
            &["S256", "plain"],
        ),
        (
            "prompt_values_supported",
            "prompt",
            &["none", "login", "consent", "select_account", "create"],
        ),
    ] {
        let advertised = bench.advertised(list).await;
        assert!(advertised.iter().all(|word| all.contains(&word.as_str())), "{list}");
        for word in all {
            let told = bench.post("par", &client, &but(&good, &[(parameter, word)])).await;
            let named = advertised.iter().any(|own| own == word);
            assert_eq!(told.status == 201, named, "{parameter}={word}");
        }
    }
    let grants = bench.advertised("grant_types_supported").await;
    for grant in [
        "authorization_code",
        "refresh_token",
        "implicit",
        "client_credentials",
        "password",
    ] {
        let told = bench.post("token", &client, &[("grant_type", grant)]).await;
        let named = grants.iter().any(|own| own == grant);
        assert_eq!(told.error() != "unsupported_grant_type", named, "{grant}");
    }
    let document = bench.metadata().await;
    for (name, expected) in [
        ("request_parameter_supported", true),
        ("request_uri_parameter_supported", false),
        ("claims_parameter_supported", true),
        ("require_pushed_authorization_requests", false),
        ("authorization_response_iss_parameter_supported", true),
        ("verified_claims_supported", true),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
}

async fn the_published_keys_are_public_and_named(bench: Bench) {
    let told = bench.get("/oauth2/jwks").await;
    assert_eq!(told.header("content-length"), told.text.len().to_string());
    let set = told.json();
    let keys = set["keys"].as_array().unwrap();
    for alg in bench.advertised("id_token_signing_alg_values_supported").await {
        assert!(keys.iter().any(|key| key["alg"] == alg.as_str()), "{alg}");
    }
    for key in keys {
        assert!(key["kid"].is_string() && key["use"] == "sig", "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key.get(private), None);
        }
    }
}

async fn other_methods_are_not_allowed(bench: Bench) {
    let posted = ["par", "token", "revoke", "introspect"].map(|name| format!("/oauth2/{name}"));
    for path in &posted {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(answer(bench.call(method, path)).await.status, 405, "{path}");
        }
    }
    for path in PLACES.into_iter().chain(["/oauth2/jwks"]) {
        assert_eq!(answer(bench.call(Method::POST, path)).await.status, 405, "{path}");
    }
    assert_eq!(answer(bench.call(Method::PUT, "/oauth2/userinfo")).await.status, 405);
}

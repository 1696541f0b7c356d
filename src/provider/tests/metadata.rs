//! What the provider says of itself, held against what it does: each list is tried out, value by value.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use serde_json::{Value, json};

use super::told::{ana, wish};
use super::{Bench, ISSUER, NOW, intranet};
use crate::crypto::seal::Key;
use crate::provider::check::{Context, request};
use crate::provider::client::{Client, Clients};
use crate::provider::form::Parameters;
use crate::provider::keyring::{Keyring, Rotation};
use crate::provider::{Lifetimes, Parts, Provider, claims, verified};

fn client() -> Client {
    Client {
        purposes: ["recovery", "new-phone"].map(str::to_owned).to_vec(),
        refresh: Duration::from_secs(60),
        ..intranet()
    }
}

/// What a provider with this one client says of itself.
async fn metadata() -> Value {
    let bench = Bench::new().await;
    let clock = bench.checks.clock.clone();
    let store = bench.checks.store.clone();
    let opened = Keyring::open(
        store.clone(),
        clock.clone(),
        Key::random(),
        "doorward",
        Rotation::default(),
    );
    let provider = Provider::new(Parts {
        issuer: ISSUER.to_owned(),
        clients: Clients::from_iter([client()]),
        store,
        clock,
        keyring: opened.await.unwrap(),
        checks: bench.checks.clone(),
        digests: Key::random(),
        lifetimes: Lifetimes::default(),
    });
    provider.metadata().unwrap()
}

fn list<'a>(metadata: &'a Value, name: &str) -> Vec<&'a str> {
    let list = metadata[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

/// What becomes of a request with this parameter.
fn asked(name: &str, value: &str) -> Option<crate::provider::Request> {
    let mut members = json!({
        "redirect_uri": "https://intranet.example.com/cb",
        "response_type": "code",
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    });
    members[name] = json!(value);
    let parameters = Parameters::of_members(members.as_object().unwrap().clone()).unwrap();
    let context = Context {
        pushed: false,
        received_at: Timestamp::from_seconds(NOW),
        hint: None,
    };
    request(&Arc::new(client()), &parameters, &context).ok()
}

#[tokio::test]
async fn what_may_be_asked_is_advertised_and_what_is_advertised_may_be_asked() {
    let metadata = metadata().await;
    let candidates = [
        (
            "response_types_supported",
            "response_type",
            vec!["code", "token", "id_token", "code id_token", "none"],
        ),
        (
            "response_modes_supported",
            "response_mode",
            vec!["query", "form_post", "fragment", "query.jwt"],
        ),
        (
            "code_challenge_methods_supported",
            "code_challenge_method",
            vec!["S256", "plain"],
        ),
        (
            "prompt_values_supported",
            "prompt",
            vec!["none", "login", "consent", "select_account", "create"],
        ),
    ];
    for (member, parameter, values) in candidates {
        let taken: Vec<&str> = values
            .into_iter()
            .filter(|value| asked(parameter, value).is_some())
            .collect();
        assert_eq!(list(&metadata, member), taken, "{member}");
    }
    let scopes = "openid profile offline_access identity_assurance email address phone";
    assert_eq!(
        list(&metadata, "scopes_supported"),
        asked("scope", scopes).unwrap().scopes
    );
    let mut purposes = asked("acr_values", "gold recovery silver new-phone")
        .unwrap()
        .acr_values;
    purposes.sort();
    assert_eq!(list(&metadata, "acr_values_supported"), purposes);
    for (member, parameter, value) in [
        (
            "request_uri_parameter_supported",
            "request_uri",
            "https://intranet.example.com/r",
        ),
        ("claims_parameter_supported", "claims", "{}"),
    ] {
        assert_eq!(metadata[member], asked(parameter, value).is_some(), "{member}");
    }
}

/// Identity Assurance §8. That each of these words is what answers are made of: `tests/claims.rs`, `tests/verified.rs`.
#[tokio::test]
async fn what_may_be_told_is_advertised_in_the_words_of_the_answers() {
    let metadata = metadata().await;
    assert_eq!(metadata["verified_claims_supported"], true);
    for framework in list(&metadata, "trust_frameworks_supported") {
        for evidence in list(&metadata, "evidence_supported") {
            for method in list(&metadata, "documents_check_methods_supported") {
                for claim in list(&metadata, "claims_in_verified_claims_supported") {
                    let is = |value: &str| json!({ "value": value });
                    let evidence = json!([{ "type": is(evidence), "check_details": [{ "check_method": is(method) }] }]);
                    let asked = wish(
                        &json!({ "trust_framework": is(framework), "evidence": evidence }),
                        &json!({ claim: null }),
                    );
                    let told = verified::answer(&asked, &ana(), Timestamp::from_seconds(NOW));
                    assert!(told.is_some(), "{asked}");
                }
            }
        }
    }
    assert_eq!(list(&metadata, "claims_in_verified_claims_supported"), verified::CLAIMS);
    let mut claims = claims::SUPPORTED.to_vec();
    claims.push("verified_claims");
    assert_eq!(list(&metadata, "claims_supported"), claims);
}

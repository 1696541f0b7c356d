//! Okta as relying party of an identity-verification vendor: what its guide prints of pushed requests and tokens
//! (<https://developer.okta.com/docs/guides/idv-integration/main/>, 2026), and the refusals it is told.

use std::time::Duration;

use doorward::matching::{Field, Finding};
use doorward::provider::Outcome;
use serde_json::{Value, json};

use super::caller::{Answer, As, answer, but, usual_challenge};
use super::id_token::read;
use super::party::{SECRET, redirect_of};
use super::{Bench, ISSUER, NOW, maria, on_both, request};

const OKTA: As<'_> = As::Post("okta-acme");
const USER: &str = "00u1ab2cd3EF4gh5IJ6k7";

on_both! {
    what_okta_pushes_is_taken_as_a_form_and_as_json
    each_fault_is_told_as_okta_reads_it
    okta_gets_an_id_token_and_nothing_else
    a_failed_check_is_told_as_failed
    a_code_of_oktas_is_good_once
}

fn wish() -> Value {
    json!({ "id_token": { "verified_claims": [{
        "verification": {
            "trust_framework": { "value": "IDV-DELEGATED", "essential": true },
            "assurance_level": { "value": "VERIFIED", "essential": true },
        },
        "claims": {
            "given_name": { "value": "Maria", "fuzzy": true },
            "family_name": { "value": "Keller", "fuzzy": true },
        },
    }]}})
}

fn asking<'a>(challenge: &'a str, claims: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("redirect_uri", redirect_of("okta-acme")),
        ("scope", "openid profile identity_assurance"),
        ("state", "Zk3vQ8mL2pXr9TtB5wYc7NdFh1GsKjA-"),
        ("nonce", "n-7Jq1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("login_hint", USER),
        ("claims", claims),
    ]
}

impl Bench {
    async fn idv_code(&self, result: Outcome, given: Finding) -> String {
        let mut asked = request("okta-acme", &["openid", "profile", "identity_assurance"]);
        asked.login_hint = Some(USER.to_owned());
        asked.claims = wish();
        let mut proven = maria();
        proven.subject = USER.to_owned();
        proven.result = result;
        proven.compared = vec![(Field::GivenName, given), (Field::FamilyName, Finding::Equal)];
        self.door.provider.issue_code(&asked, &proven, None).await.unwrap()
    }
}

fn is_named(told: &Answer) {
    // Okta looks for 201, not for success (okta.md §1.5).
    assert_eq!(told.status, 201, "{told:?}");
    assert!(
        told.text_of("request_uri")
            .starts_with("urn:ietf:params:oauth:request_uri:")
    );
    assert_eq!(told.json()["expires_in"], 60);
}

async fn what_okta_pushes_is_taken_as_a_form_and_as_json(bench: Bench) {
    let (challenge, claims) = (usual_challenge(), wish().to_string());
    let form = asking(&challenge, &claims);
    is_named(&bench.post("par", &OKTA, &form).await);
    // Nobody says that the header never comes (okta.md §1.3).
    is_named(&bench.post("par", &As::Basic("okta-acme"), &form).await);

    let mut members: serde_json::Map<String, Value> = form
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    members.insert("claims".to_owned(), wish());
    members.insert("client_id".to_owned(), json!("okta-acme"));
    members.insert("client_secret".to_owned(), json!(SECRET));
    is_named(&answer(bench.call(reqwest::Method::POST, "/oauth2/par").json(&members)).await);
    let own = "https://login.acme.example/idp/identity-verification/callback";
    is_named(&bench.post("par", &OKTA, &but(&form, &[("redirect_uri", own)])).await);
}

async fn each_fault_is_told_as_okta_reads_it(bench: Bench) {
    let (challenge, claims) = (usual_challenge(), wish().to_string());
    let form = asking(&challenge, &claims);
    let foreign = claims.replace("IDV-DELEGATED", "eidas");
    let nameless = claims.replace("family_name", "email");
    for (change, error) in [
        (
            ("redirect_uri", "https://acme.okta.example/callback"),
            "invalid_request",
        ),
        (("response_type", "id_token"), "unsupported_response_type"),
        (("scope", "openid profile"), "invalid_scope"),
        (("scope", "profile identity_assurance"), "invalid_scope"),
        (("scope", "openid identity_assurance idv_flow_unknown"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("nonce", ""), "invalid_request"),
        (("state", ""), "invalid_request"),
        (("login_hint", ""), "invalid_request"),
        (("claims", ""), "invalid_request"),
        (("claims", foreign.as_str()), "invalid_request"),
        (("claims", nameless.as_str()), "invalid_request"),
    ] {
        let told = bench.post("par", &OKTA, &but(&form, &[change])).await;
        assert_eq!(
            (told.status.as_u16(), told.error().as_str()),
            (400, error),
            "{change:?}"
        );
    }
    bench
        .post("par", &As::Public("okta-acme"), &form)
        .await
        .is_refused(401, "invalid_client");
    let flow = ("scope", "openid identity_assurance idv_flow_okta_check");
    is_named(&bench.post("par", &OKTA, &but(&form, &[flow])).await);
}

async fn okta_gets_an_id_token_and_nothing_else(bench: Bench) {
    bench.forward(Duration::from_secs(30));
    let code = bench.idv_code(Outcome::Verified, Finding::Equivalent).await;
    let told = bench.redeem(&OKTA, &code).await;
    let id_token = told.text_of("id_token");
    // `expires_in` is the life of the ID token (okta.md §1.7).
    assert_eq!(
        told.json(),
        json!({ "id_token": id_token, "token_type": "Bearer", "expires_in": 3600 })
    );
    assert_eq!(
        read(&id_token),
        json!({
            "iss": ISSUER, "aud": "okta-acme", "sub": USER, "nonce": "n-0S6_WzA2Mj",
            // Okta knows no skew (okta.md §1.8): `iat` lies behind.
            "iat": NOW + 25, "exp": NOW + 3_630,
            "verified_claims": [{
                "verification": {
                    "trust_framework": "IDV-DELEGATED", "assurance_level": "VERIFIED",
                    "time": "2026-01-15T09:58:00Z", "verification_process": "K7QF-3M2P",
                },
                "claims": {
                    "given_name": { "fuzzy": true, "value": "Maria" },
                    "family_name": { "fuzzy": true, "value": "Keller" },
                },
            }],
        })
    );
}

async fn a_failed_check_is_told_as_failed(bench: Bench) {
    let code = bench.idv_code(Outcome::Failed, Finding::Differs).await;
    let told = read(&bench.redeem(&OKTA, &code).await.text_of("id_token"));
    let verified = &told["verified_claims"][0];
    assert_eq!(verified["verification"]["assurance_level"], "FAILED");
    assert_eq!(
        verified["claims"]["given_name"],
        json!({ "fuzzy": true, "value": null })
    );
    assert_eq!(
        verified["claims"]["family_name"],
        json!({ "fuzzy": true, "value": "Keller" })
    );
}

async fn a_code_of_oktas_is_good_once(bench: Bench) {
    let code = bench.idv_code(Outcome::Verified, Finding::Equal).await;
    bench
        .redeem_but(&OKTA, &code, &[("code_verifier", "")])
        .await
        .is_refused(400, "invalid_grant");
    assert_eq!(bench.redeem(&OKTA, &code).await.status, 200);
    bench.redeem(&OKTA, &code).await.is_refused(400, "invalid_grant");
    assert_eq!(bench.facts("code_reused").await, [json!({ "client": "okta" })]);
}

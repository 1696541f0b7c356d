//! OpenID Connect for Identity Assurance 1.0 §5 and §7 over HTTP: what was proven is told where it was asked for, and never
//! more. Every filter by itself is held in `src/provider/tests/verified.rs`.

use std::time::Duration;

use serde_json::{Value, json};

use super::party::Party;
use super::stage::{MARIA, Stage};

/// A wish for these verified claims under this verification.
fn wish(verification: &Value, claims: &Value) -> Value {
    json!({"verification": verification, "claims": claims})
}

/// A wish that can be met.
fn plain() -> Value {
    wish(&json!({"trust_framework": null}), &json!({"given_name": null}))
}

/// What is told of verified claims in ID token and userinfo, if they are asked for in these places.
async fn told(party: &Party<'_>, claims: &Value) -> (Option<Value>, Option<Value>) {
    let asked = party.ask().set("claims", &claims.to_string());
    let tokens = party.tokens_for(&asked).await;
    let token = party.stage.verified(tokens["id_token"].as_str().unwrap()).await;
    let info = party.userinfo(&tokens["access_token"]).await.json();
    (
        token.get("verified_claims").cloned(),
        info.get("verified_claims").cloned(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verified_claims_are_told_where_they_are_asked_for_from_the_document_and_with_how_they_were_proven() {
    let stage = Stage::proven().await;
    let proven_at = "2026-01-15T10:00:00Z";
    for id in ["basic", "pairwise", "jwt"] {
        let party = stage.party(id);
        assert_eq!(told(&party, &json!({})).await, (None, None), "{id}: nobody asked");
        let met = json!({"verification": {"trust_framework": "doorward"}, "claims": {"given_name": "MARIA"}});
        let both = json!({"id_token": {"verified_claims": plain()}, "userinfo": {"verified_claims": plain()}});
        assert_eq!(
            told(&party, &both).await,
            (Some(met.clone()), Some(met.clone())),
            "{id}"
        );
        let one = json!({"id_token": {"verified_claims": plain()}});
        assert_eq!(told(&party, &one).await, (Some(met.clone()), None), "{id}");
        let other = json!({"userinfo": {"verified_claims": plain()}});
        assert_eq!(told(&party, &other).await, (None, Some(met)), "{id}");
    }
    let all = wish(
        &json!({
            "trust_framework": {"value": "doorward"}, "time": null, "verification_process": null,
            "assurance_process": {"policy": null, "procedure": null}, "assurance_level": null,
            "evidence": [{
                "type": {"value": "document"},
                "check_details": [{"check_method": null, "organization": null}],
                "time": null, "document_details": {"document_number": null},
            }],
        }),
        &json!({"given_name": null, "family_name": null, "middle_name": null, "birthdate": null, "nationalities": null}),
    );
    let party = stage.party("basic");
    let (_, said) = told(&party, &json!({"userinfo": {"verified_claims": all}})).await;
    let mut said = said.unwrap();
    let cases = stage.lab.api().get("cases").await.unwrap();
    assert_eq!(
        said["verification"]["verification_process"],
        cases["cases"][0]["number"]
    );
    said["verification"]
        .as_object_mut()
        .unwrap()
        .remove("verification_process");
    let maria = stage.lab.sheet().person("maria-silva").unwrap();
    assert_eq!(
        said,
        json!({
            "verification": {
                "trust_framework": "doorward", "time": proven_at,
                "assurance_process": {"policy": "doorward", "procedure": "verify"},
                "evidence": [{"type": "document", "time": proven_at, "check_details": [
                    {"check_method": "vri", "organization": "Persona"},
                    {"check_method": "bvr", "organization": "Persona"},
                ]}],
            },
            "claims": {"given_name": "MARIA", "family_name": "SILVA", "birthdate": maria.person.birth_date},
        })
    );
    holds_no_empty_element(&said);
}

fn holds_no_empty_element(value: &Value) {
    match value {
        Value::Object(members) => {
            assert!(!members.is_empty());
            members.values().for_each(holds_no_empty_element);
        }
        Value::Array(list) => {
            assert!(!list.is_empty());
            list.iter().for_each(holds_no_empty_element);
        }
        Value::String(text) => assert!(!text.is_empty()),
        other => assert!(!other.is_null()),
    }
}

/// Wishes, and whether anything is told; with the claims that are.
fn conditions() -> Vec<(Value, Option<Value>)> {
    let framework = json!({"trust_framework": null});
    let given = Some(json!({"given_name": "MARIA"}));
    let under = |verification: Value| wish(&verification, &json!({"given_name": null}));
    let of = |claims: Value| wish(&framework, &claims);
    vec![
        // §5.7.4: what does not fit in the verification takes everything with it.
        (under(json!({"trust_framework": {"value": "de_aml"}})), None),
        (
            under(json!({"trust_framework": {"values": ["eidas", "nist_800_63A"]}})),
            None,
        ),
        (
            under(json!({"trust_framework": {"values": ["eidas", "doorward"]}})),
            given.clone(),
        ),
        (
            under(json!({"trust_framework": null, "assurance_level": {"value": "high"}})),
            None,
        ),
        (
            under(json!({"trust_framework": null, "assurance_level": null})),
            given.clone(),
        ),
        (
            under(json!({"trust_framework": null, "time": {"max_age": 100}})),
            given.clone(),
        ),
        (under(json!({"trust_framework": null, "time": {"max_age": 99}})), None),
        (
            under(json!({"trust_framework": null, "evidence": [{"type": {"value": "vouch"}}]})),
            None,
        ),
        (
            under(json!({"trust_framework": null, "evidence":
            [{"type": {"value": "vouch"}}, {"type": {"value": "document"}}]})),
            given.clone(),
        ),
        (
            under(json!({"trust_framework": null, "evidence":
            [{"type": {"value": "document"}, "check_details": [{"check_method": {"value": "pvp"}}]}]})),
            None,
        ),
        // And what does not fit in a claim takes that claim.
        (
            of(json!({"given_name": {"value": "MARIA"}, "family_name": {"value": "Other"}})),
            given.clone(),
        ),
        (of(json!({"given_name": {"values": ["X", "MARIA"]}})), given.clone()),
        (of(json!({"given_name": {"value": "Maria"}})), None),
        // §5.7.1: however much it is wanted.
        (
            of(json!({"given_name": {"essential": true}, "place_of_birth": {"essential": true}})),
            given,
        ),
        // §5.7.2 and §5.7.5: nothing known, nothing told.
        (of(json!({"place_of_birth": null, "email": {"essential": true}})), None),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_that_does_not_hold_takes_what_it_stands_on_and_is_no_error() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    stage.clock.forward(Duration::from_secs(100));
    for (wish, claims) in conditions() {
        let (token, info) = told(
            &party,
            &json!({
                "id_token": {"verified_claims": wish}, "userinfo": {"verified_claims": wish},
            }),
        )
        .await;
        assert_eq!(token, info, "{wish}");
        assert_eq!(token.as_ref().map(|told| told["claims"].clone()), claims, "{wish}");
        token.iter().for_each(holds_no_empty_element);
    }
    // §5.6: several wishes, each by itself; an array is answered with one.
    let (bad, good) = (
        wish(
            &json!({"trust_framework": {"value": "x"}}),
            &json!({"given_name": null}),
        ),
        plain(),
    );
    for (wishes, count) in [
        (json!([bad, good]), 1),
        (json!([good, good]), 2),
        (json!([good]), 1),
        (json!([bad, bad]), 0),
    ] {
        let (token, _) = told(&party, &json!({"id_token": {"verified_claims": wishes}})).await;
        let told = token.map_or(0, |token| token.as_array().unwrap().len());
        assert_eq!(told, count, "{wishes}");
    }
    // Age is counted up to the question (§5.5.2), so that userinfo says the same later.
    let fresh = wish(
        &json!({"trust_framework": null, "time": {"max_age": 100}}),
        &json!({"given_name": null}),
    );
    let asked = party
        .ask()
        .set("claims", &json!({"userinfo": {"verified_claims": fresh}}).to_string());
    let tokens = party.tokens_for(&asked).await;
    stage.clock.forward(Duration::from_secs(300));
    let info = party.userinfo(&tokens["access_token"]).await.json();
    assert_eq!(info["verified_claims"]["claims"], json!({"given_name": "MARIA"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_wish_is_refused_before_anybody_is_asked() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let before = stage.cases().await;
    let claims = json!({"given_name": null});
    let framework = json!({"trust_framework": null});
    for malformed in [
        json!(null),
        json!(true),
        json!("x"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"claims": claims}),
        json!({"verification": framework}),
        json!({"verification": {}, "claims": claims}),
        json!({"verification": {"time": null}, "claims": claims}),
        json!({"verification": [], "claims": claims}),
        wish(&framework, &json!({})),
        wish(&framework, &json!(["given_name"])),
        wish(&framework, &json!({"given_name": true})),
        wish(&framework, &json!({"given_name": {"values": "x"}})),
        wish(&json!({"trust_framework": "doorward"}), &claims),
        wish(&json!({"trust_framework": null, "evidence": []}), &claims),
        wish(
            &json!({"trust_framework": null, "evidence": {"type": {"value": "document"}}}),
            &claims,
        ),
        wish(&json!({"trust_framework": null, "evidence": ["document"]}), &claims),
        wish(&json!({"trust_framework": null, "evidence": [{"time": null}]}), &claims),
        wish(&json!({"trust_framework": null, "time": {"max_age": -1}}), &claims),
        wish(&json!({"trust_framework": null, "time": {"max_age": "x"}}), &claims),
        json!([plain(), {"claims": claims}]),
        json!((0..50).map(|_| plain()).collect::<Vec<_>>()),
    ] {
        for place in ["id_token", "userinfo"] {
            let asked = party
                .ask()
                .set("claims", &json!({place: {"verified_claims": malformed}}).to_string());
            let answer = stage.authorize(&asked).await;
            assert_eq!(answer.get("error"), Some("invalid_request"), "{place} {malformed}");
            assert_eq!(
                party.push(&asked).await.refusal(),
                (400, "invalid_request".to_owned()),
                "{malformed}"
            );
        }
    }
    assert_eq!(stage.cases().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_check_that_failed_nothing_is_told_at_all() {
    let stage = Stage::new().await;
    let party = stage.party("basic");
    let claims = json!({"id_token": {"verified_claims": plain()}, "userinfo": {"verified_claims": plain()}});
    let asked = party.ask().set("login_hint", MARIA).set("claims", &claims.to_string());
    let mut walk = stage.walk();
    stage
        .prove_as(&mut walk, &stage.address(&asked), "maria-silva", "wrong-name")
        .await;
    let url = stage.led_away_in(&mut walk, Duration::from_secs(1)).await;
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "state", "iss"]);
    assert_eq!(fields[0].1, "access_denied");
    for secret in ["MARIA", "SILVA", "Maria", "maria.silva"] {
        assert!(!url.as_str().contains(secret), "{url}");
    }
}

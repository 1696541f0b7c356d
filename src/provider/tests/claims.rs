//! Claims that are not verified, by scope and by name, and those that every answer has.

use serde_json::{Map, Value, json};

use super::told::{ana, asking, failed, wish};
use crate::provider::Request;
use crate::provider::claims::{SUPPORTED, id_token, userinfo};
use crate::provider::client::Profile;

fn token(request: &Request) -> Value {
    Value::Object(id_token(request, &ana(), Profile::Plain))
}

fn info(request: &Request, scopes: &[&str]) -> Map<String, Value> {
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    userinfo(request, &scopes, &ana())
}

/// What every ID token says of the proof.
fn always() -> Value {
    json!({ "acr": "recovery", "amr": ["face"], "auth_time": ana().proven_at.seconds() })
}

#[test]
fn an_id_token_tells_when_how_and_to_what_end_and_nothing_more_unasked() {
    let mut request = asking(Value::Null);
    request.scopes = ["openid", "profile", "identity_assurance"].map(str::to_owned).to_vec();
    request.app_name = Some("Payroll".to_owned());
    assert_eq!(token(&request), always());
    let mut proven = ana();
    proven.methods.clear();
    assert!(!id_token(&request, &proven, Profile::Plain).contains_key("amr"));
}

/// OpenID Connect Core §5.4; the record's name, because nobody verified it, and never the document's.
#[test]
fn the_profile_scope_opens_the_directorys_record_at_userinfo() {
    let request = asking(Value::Null);
    let record = json!({
        "name": "Ana Kovač", "given_name": "Ana", "family_name": "Kovač", "preferred_username": "ana@example.com",
    });
    assert_eq!(Value::Object(info(&request, &["openid", "profile"])), record);
    assert_eq!(info(&request, &["openid"]), Map::new());
    let mut unknown = ana();
    (unknown.account_name, unknown.login) = (None, None);
    let scopes = ["openid".to_owned(), "profile".to_owned()];
    assert_eq!(userinfo(&request, &scopes, &unknown), Map::new());
    assert_eq!(userinfo(&request, &scopes, &failed()), Map::new());
}

#[test]
fn a_claim_asked_for_by_name_is_told_where_it_was_asked_for() {
    let request = asking(json!({
        "id_token": { "given_name": null, "email": { "essential": true }, "amr": null },
        "userinfo": { "preferred_username": { "essential": true }, "acr": null, "auth_time": null, "amr": null },
    }));
    let mut expected = always();
    expected["given_name"] = json!("Ana");
    assert_eq!(token(&request), expected);
    let mut expected = always();
    expected["preferred_username"] = json!("ana@example.com");
    assert_eq!(Value::Object(info(&request, &["openid"])), expected);
}

#[test]
fn a_claim_asked_for_with_another_value_is_left_out() {
    let asked = |wish: Value| {
        let told = token(&asking(json!({ "id_token": { "family_name": wish } })));
        told.get("family_name").cloned()
    };
    assert_eq!(asked(json!({ "value": "Kovač" })), Some(json!("Kovač")));
    assert_eq!(asked(json!({ "values": ["Horvat", "Kovač"] })), Some(json!("Kovač")));
    // Neither the document's spelling nor another.
    for other in [
        json!({ "value": "KOVAC" }),
        json!({ "values": ["Horvat"] }),
        json!({ "values": "Kovač" }),
    ] {
        assert_eq!(asked(other.clone()), None, "{other}");
    }
}

#[test]
fn what_the_token_says_by_itself_cannot_be_talked_over() {
    let request = asking(json!({ "id_token": {
        "iss": { "value": "https://evil.test" }, "aud": { "value": "another" }, "sub": { "value": "eva" },
        "exp": { "value": 1 }, "nonce": { "value": "n2" }, "at_hash": null,
        "acr": { "value": "gold" }, "amr": { "value": ["hwk"] }, "auth_time": { "value": 1 },
    } }));
    assert_eq!(token(&request), always());
}

#[test]
fn verified_claims_stand_apart_and_are_told_where_they_were_asked_for() {
    let asked = wish(&json!({ "trust_framework": null }), &json!({ "given_name": null }));
    let told = json!({ "verification": { "trust_framework": "doorward" }, "claims": { "given_name": "ANA" } });
    let request = asking(json!({ "id_token": { "verified_claims": asked }, "userinfo": { "given_name": null } }));
    let mut expected = always();
    expected["verified_claims"] = told.clone();
    assert_eq!(token(&request), expected);
    assert_eq!(
        Value::Object(info(&request, &["openid"])),
        json!({ "given_name": "Ana" })
    );
    let request = asking(json!({ "userinfo": { "verified_claims": [asked] } }));
    assert_eq!(token(&request), always());
    assert_eq!(
        Value::Object(info(&request, &["openid"])),
        json!({ "verified_claims": [told] })
    );
    let none = asking(json!({ "id_token": { "verified_claims": asked } }));
    assert!(!id_token(&none, &failed(), Profile::Plain).contains_key("verified_claims"));
}

/// okta.md §1.17.
#[test]
fn okta_as_relying_party_of_an_authenticator_gets_the_login_and_its_own_context_back() {
    let mut request = asking(Value::Null);
    (request.app_name, request.app_instance_id) = (Some("Payroll".to_owned()), Some("0oa1".to_owned()));
    let told = |request: &Request| Value::Object(id_token(request, &ana(), Profile::OktaAuthenticator));
    let mut expected = always();
    expected["preferred_username"] = json!("ana@example.com");
    assert_eq!(told(&asking(Value::Null)), expected);
    expected["app_name"] = json!("Payroll");
    expected["app_instance_id"] = json!("0oa1");
    assert_eq!(told(&request), expected);
}

/// Discovery §3, `claims_supported`: each can be had, and no other.
#[test]
fn the_claims_that_are_advertised_are_those_that_can_be_had() {
    // Those that the endpoints add: `src/provider/idtoken.rs`, `userinfo.rs`.
    const OF_TOKENS: [&str; 6] = ["sub", "iss", "aud", "exp", "iat", "nonce"];
    let others = [
        "middle_name",
        "nickname",
        "email",
        "email_verified",
        "phone_number",
        "address",
        "birthdate",
        "locale",
        "picture",
        "updated_at",
    ];
    let all: Map<String, Value> = SUPPORTED
        .iter()
        .chain(&others)
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    for request in [asking(json!({ "id_token": all })), asking(json!({ "userinfo": all }))] {
        let place = request.claims.as_object().unwrap().keys().next().unwrap().clone();
        let told = match place.as_str() {
            "id_token" => id_token(&request, &ana(), Profile::Plain),
            _ => userinfo(&request, &[], &ana()),
        };
        let mut told: Vec<&str> = told.keys().map(String::as_str).chain(OF_TOKENS).collect();
        let mut advertised = SUPPORTED.to_vec();
        told.sort_unstable();
        advertised.sort_unstable();
        assert_eq!(told, advertised, "{place}");
    }
}

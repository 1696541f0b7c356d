//! Okta as relying party of an identity-verification vendor: its samples (okta.md §1.4, §1.8), each check of its profile
//! broken alone, and what it is answered.

use std::sync::Arc;

use doorward_contract::{Account, AccountId, Name, Origin, Person, Timestamp};
use serde_json::{Map, Value, json};

use super::told::ana;
use super::{NOW, but, intranet};
use crate::matching::{Explanation, Field, Finding, Preset, Verdict, compare};
use crate::provider::asked::Refused;
use crate::provider::check::{Context, request};
use crate::provider::client::{Client, Profile};
use crate::provider::form::Parameters;
use crate::provider::okta::{id_token_claims, record};
use crate::provider::{Outcome, Proven, Request};

const USER: &str = "00u1ab2cd3EF4gh5IJ6k7";

fn org() -> Arc<Client> {
    Arc::new(Client {
        profile: Profile::OktaVendor,
        purposes: ["recovery", "new-phone"].map(str::to_owned).to_vec(),
        redirect_uris: ["https://acme.okta.com", "https://login.acme.example"]
            .map(|host| format!("{host}/idp/identity-verification/callback"))
            .to_vec(),
        ..intranet()
    })
}

/// The sample of okta.md §1.4, without its address.
fn pushed() -> Value {
    let fuzzy = |value: &str| json!({ "value": value, "fuzzy": true });
    json!({
        "given_name": fuzzy("Amina"),
        "family_name": fuzzy("Okonkwo"),
        "middle_name": fuzzy("Ruth"),
        "email": fuzzy("amina@acme.example"),
        "birthdate": fuzzy("1990-04-17"),
        "phone_number": fuzzy("+442079460000"),
    })
}

fn verification() -> Value {
    json!({
        "trust_framework": { "value": "IDV-DELEGATED", "essential": true },
        "assurance_level": { "value": "VERIFIED", "essential": true },
    })
}

fn in_array(verification: &Value, claims: &Value) -> Value {
    json!({ "id_token": { "verified_claims": [{ "verification": verification, "claims": claims }] } })
}

fn sound() -> Value {
    json!({
        "response_type": "code",
        "client_id": "okta-acme",
        "redirect_uri": "https://login.acme.example/idp/identity-verification/callback",
        "scope": "openid profile identity_assurance idv_flow_new_phone",
        "code_challenge": "6SD8xjrlkVWIgxtgWyQ9vRCd-bGnJ9pGix45ikACpiI",
        "code_challenge_method": "S256",
        "nonce": "n-7Jq1",
        "state": "Zk3vQ8mL2pXr9TtB5wYc7NdFh1GsKjA-",
        "login_hint": USER,
        "claims": in_array(&verification(), &pushed()),
    })
}

fn asked(changes: &Value) -> Result<Request, (&'static str, &'static str)> {
    let members = but(&sound(), changes);
    let parameters = Parameters::of_members(members.as_object().unwrap().clone()).unwrap();
    let context = Context {
        pushed: true,
        received_at: Timestamp::from_seconds(NOW),
        hint: None,
    };
    request(&org(), &parameters, &context).map_err(|refused| match refused {
        Refused::Back { refusal, .. } => (refusal.code.word(), refusal.why),
        Refused::Here { why, .. } => ("here", why),
        Refused::Used { .. } => ("used", ""),
    })
}

fn with_claims(claims: &Value) -> Result<Request, (&'static str, &'static str)> {
    asked(&json!({ "claims": in_array(&verification(), claims) }))
}

#[test]
fn the_sample_is_taken_and_gives_the_record_that_the_proof_is_held_against() {
    let asked = asked(&json!({})).unwrap();
    assert_eq!(asked.acr_values, ["new-phone"]);
    let some = |text: &str| Some(text.to_owned());
    let expected = Account {
        id: AccountId(USER.to_owned()),
        login: "amina@acme.example".to_owned(),
        display_name: None,
        name: Name {
            given: some("Amina"),
            middle: some("Ruth"),
            family: some("Okonkwo"),
            suffix: None,
        },
        birth_date: "1990-04-17".parse().ok(),
        enabled: true,
        origin: Origin::Cloud,
        related_words: Vec::new(),
    };
    assert!(record(&asked) == Some(expected));
}

/// A place in the request (`V`: the verification, `C`: the claims), what stands there instead, the code that Okta is told,
/// the check that says so.
type Broken = (&'static str, &'static str, &'static str, &'static str);

const BROKEN: &[Broken] = &[
    (
        "/response_type",
        r#""id_token""#,
        "unsupported_response_type",
        "response_type",
    ),
    (
        "/redirect_uri",
        r#""https://evil.test/idp/identity-verification/callback""#,
        "here",
        "redirect_uri not registered",
    ),
    (
        "/code_challenge",
        "null",
        "invalid_request",
        "method without a challenge",
    ),
    (
        "/code_challenge_method",
        r#""plain""#,
        "invalid_request",
        "PKCE without S256",
    ),
    (
        "/scope",
        r#""profile identity_assurance""#,
        "invalid_scope",
        "scope openid missing",
    ),
    (
        "/scope",
        r#""openid profile""#,
        "invalid_scope",
        "scope identity_assurance missing",
    ),
    (
        "/scope",
        r#""openid identity_assurance idv_flow_payroll""#,
        "invalid_scope",
        "unknown flow",
    ),
    (
        "/scope",
        r#""openid identity_assurance idv_flow_""#,
        "invalid_scope",
        "unknown flow",
    ),
    (
        "/scope",
        r#""openid identity_assurance idv_flow_recovery idv_flow_new-phone""#,
        "invalid_scope",
        "two flows",
    ),
    ("/nonce", "null", "invalid_request", "nonce missing"),
    ("/state", "null", "invalid_request", "state missing"),
    ("/login_hint", "null", "invalid_request", "login_hint missing"),
    ("/login_hint", r#""  ""#, "invalid_request", "login_hint missing"),
    ("/claims", "null", "invalid_request", "verified_claims missing"),
    ("/claims", r#""{""#, "invalid_request", "claims malformed"),
    (
        "/claims",
        r#"{"userinfo":{"verified_claims":[{}]}}"#,
        "invalid_request",
        "verified_claims missing",
    ),
    (
        "/claims/id_token/verified_claims",
        "[]",
        "invalid_request",
        "verified_claims missing",
    ),
    (
        "/claims/id_token/verified_claims",
        "[{},{}]",
        "invalid_request",
        "verified_claims missing",
    ),
    (
        "/claims/id_token/verified_claims",
        r#"{"claims":{}}"#,
        "invalid_request",
        "verification missing",
    ),
    ("V/trust_framework", "null", "invalid_request", "trust_framework"),
    (
        "V/trust_framework",
        r#"{"value":"doorward"}"#,
        "invalid_request",
        "trust_framework",
    ),
    (
        "V/assurance_level",
        r#"{"value":"FAILED"}"#,
        "invalid_request",
        "assurance_level",
    ),
    (
        "V/assurance_level",
        r#"{"value":3}"#,
        "invalid_request",
        "assurance_level",
    ),
    ("C/given_name", "null", "invalid_request", "names missing"),
    (
        "C/given_name",
        r#"{"value":"  ","fuzzy":true}"#,
        "invalid_request",
        "names missing",
    ),
    ("C/family_name", "null", "invalid_request", "names missing"),
    ("C/family_name", r#"{"fuzzy":true}"#, "invalid_request", "names missing"),
    ("C/family_name", r#"{"value":5}"#, "invalid_request", "names missing"),
    (
        "C/birthdate",
        r#"{"value":"17.04.1990","fuzzy":true}"#,
        "invalid_request",
        "birthdate malformed",
    ),
    (
        "C/birthdate",
        r#"{"value":"1990-4-17"}"#,
        "invalid_request",
        "birthdate malformed",
    ),
    (
        "C/birthdate",
        r#"{"value":"1990-02-30"}"#,
        "invalid_request",
        "birthdate malformed",
    ),
    (
        "C/birthdate",
        r#"{"value":"0000-04-17"}"#,
        "invalid_request",
        "birthdate malformed",
    ),
    (
        "C/birthdate",
        r#""yesterday""#,
        "invalid_request",
        "birthdate malformed",
    ),
];

#[test]
fn each_fault_of_a_pushed_request_has_oktas_code_for_it() {
    for (place, instead, code, why) in BROKEN {
        let one = "/claims/id_token/verified_claims/0";
        let place = place
            .replace('V', &format!("{one}/verification"))
            .replace('C', &format!("{one}/claims"));
        let mut members = sound();
        *members.pointer_mut(&place).unwrap() = serde_json::from_str(instead).unwrap();
        assert_eq!(asked(&members).err(), Some((*code, *why)), "{place}: {instead}");
    }
    let without = json!({ "code_challenge": null, "code_challenge_method": null });
    assert_eq!(asked(&without).err(), Some(("invalid_request", "PKCE missing")));
}

#[test]
fn every_form_that_okta_ever_wrote_is_read_alike() {
    let expected = record(&asked(&json!({})).unwrap()).unwrap();
    let bare = json!({
        "given_name": "Amina", "family_name": { "fuzzy": "Okonkwo" }, "middle_name": { "value": "Ruth" },
        "email": { "fuzzy": "amina@acme.example" }, "bithdate": { "value": "1990-04-17", "fuzzy": false },
    });
    let alone = json!({ "id_token": { "verified_claims": { "verification": verification(), "claims": pushed() } } });
    let underscore = but(
        &verification(),
        &json!({ "trust_framework": "IDV_DELEGATED", "assurance_level": null }),
    );
    for claims in [
        in_array(&verification(), &bare),
        alone.clone(),
        in_array(&underscore, &pushed()),
        json!(alone.to_string()),
    ] {
        let asked = asked(&json!({ "claims": claims })).unwrap();
        assert!(record(&asked).is_some_and(|record| record == expected), "{claims}");
    }
}

#[test]
fn what_is_not_sent_along_is_not_in_the_record() {
    let sparse = with_claims(&json!({
        "given_name": { "value": "Amina" }, "family_name": { "value": "Okonkwo" }, "middle_name": { "value": " " },
        "birthdate": { "value": "" },
    }));
    let record = record(&sparse.unwrap()).unwrap();
    assert_eq!((record.login.as_str(), record.birth_date), (USER, None));
    assert_eq!(record.name.middle, None);
    let flows = |scope: &str| asked(&json!({ "scope": scope })).map(|asked| asked.acr_values);
    assert_eq!(flows("openid identity_assurance"), Ok(Vec::new()));
    assert_eq!(
        flows("openid identity_assurance idv_flow_recovery"),
        Ok(vec!["recovery".to_owned()])
    );
    assert_eq!(
        flows("openid identity_assurance idv_flow_new-phone"),
        Ok(vec!["new-phone".to_owned()])
    );
}

/// What a document says.
fn document(given: &str, middle: Option<&str>, family: &str, born: &str) -> Person {
    Person {
        name: Name {
            given: Some(given.to_owned()),
            middle: middle.map(str::to_owned),
            family: Some(family.to_owned()),
            suffix: None,
        },
        native_name: None,
        birth_date: born.parse().ok(),
    }
}

/// The document is held against what was pushed, as a case does.
fn held(asked: &Request, person: &Person) -> (Explanation, Proven) {
    let explanation = compare(Preset::Okta, &record(asked).unwrap(), person, 0);
    let result = match explanation.verdict {
        Verdict::Match => Outcome::Verified,
        Verdict::Review | Verdict::Mismatch => Outcome::Failed,
    };
    let proven = Proven {
        result,
        person: (result == Outcome::Verified).then(|| person.clone()),
        compared: explanation
            .attributes
            .iter()
            .map(|one| (one.attribute, one.finding))
            .collect(),
        ..ana()
    };
    (explanation, proven)
}

fn answer(asked: &Request, person: &Person, matched: bool) -> Map<String, Value> {
    id_token_claims(asked, &held(asked, person).1, matched)
}

fn amina() -> Person {
    document("AMINA", Some("RUTH"), "OKONKWO", "1990-04-17")
}

#[test]
fn a_proof_that_fits_is_answered_as_in_the_sample() {
    let mut claims = pushed();
    claims["address"] = json!({
        "street_address": { "value": "1 Quay Street", "fuzzy": true },
        "country": { "value": "United Kingdom", "fuzzy": true },
        "planet": { "value": "Earth", "fuzzy": true },
    });
    claims["shoe_size"] = json!({ "value": "39", "fuzzy": true });
    let asked = with_claims(&claims).unwrap();
    let expected = |value: &dyn Fn(&str) -> Value| {
        let told = |value: Value| json!({ "fuzzy": true, "value": value });
        json!({ "verified_claims": [{
            "verification": {
                "trust_framework": "IDV-DELEGATED",
                "assurance_level": "VERIFIED",
                "time": "2026-01-15T10:02:00Z",
                "verification_process": "DW-7K2M",
            },
            "claims": {
                "given_name": told(value("Amina")),
                "family_name": told(value("Okonkwo")),
                "middle_name": told(value("Ruth")),
                "birthdate": told(value("1990-04-17")),
                // Nobody checked these.
                "email": told(Value::Null),
                "phone_number": told(Value::Null),
                "address": { "street_address": told(Value::Null), "country": told(Value::Null) },
            },
        }] })
    };
    assert_eq!(
        Value::Object(answer(&asked, &amina(), false)),
        expected(&|value| json!(value))
    );
    assert_eq!(
        Value::Object(answer(&asked, &amina(), true)),
        expected(&|_| json!("MATCHED"))
    );
}

#[test]
fn a_proof_that_does_not_fit_fails_and_says_which_claim() {
    let asked = asked(&json!({})).unwrap();
    for (person, failing) in [
        (
            document("AMINA", Some("RUTH"), "OKAFOR", "1990-04-17"),
            vec!["family_name"],
        ),
        (
            document("BELLA", Some("RUTH"), "OKONKWO", "1990-04-17"),
            vec!["given_name", "middle_name"],
        ),
        (
            document("AMINA", Some("RUTH"), "OKONKWO", "1991-04-17"),
            vec!["birthdate"],
        ),
    ] {
        for matched in [true, false] {
            let told = answer(&asked, &person, matched);
            let told = &told["verified_claims"][0];
            assert_eq!(told["verification"]["assurance_level"], "FAILED");
            for name in ["given_name", "family_name", "middle_name", "birthdate"] {
                let missing = told["claims"][name]["value"].is_null();
                assert_eq!(missing, failing.contains(&name), "{name} of {failing:?}");
                assert_eq!(told["claims"][name]["fuzzy"], true);
            }
        }
    }
}

#[test]
fn a_check_that_never_came_to_a_comparison_confirms_nothing() {
    let asked = asked(&json!({})).unwrap();
    let proven = Proven {
        result: Outcome::Failed,
        person: None,
        compared: Vec::new(),
        ..ana()
    };
    let told = id_token_claims(&asked, &proven, true);
    let claims = told["verified_claims"][0]["claims"].as_object().unwrap();
    assert_eq!(claims.len(), 6);
    assert!(claims.values().all(|claim| claim["value"].is_null()));
}

#[test]
fn a_middle_name_is_confirmed_only_if_the_document_shows_it() {
    let asked = asked(&json!({})).unwrap();
    let middle = |person: &Person| {
        let (explanation, proven) = held(&asked, person);
        assert_eq!(explanation.verdict, Verdict::Match);
        id_token_claims(&asked, &proven, true)["verified_claims"][0]["claims"]["middle_name"]["value"].clone()
    };
    assert_eq!(middle(&amina()), "MATCHED");
    assert_eq!(
        middle(&document("AMINA RUTH", None, "OKONKWO", "1990-04-17")),
        "MATCHED"
    );
    assert_eq!(middle(&document("AMINA", None, "OKONKWO", "1990-04-17")), Value::Null);
}

#[test]
fn exactness_is_kept_where_it_is_asked_for_and_the_forms_are_given_back() {
    let asked = with_claims(&json!({
        "given_name": { "value": "Jürgen", "fuzzy": false },
        "family_name": { "value": "Müller", "fuzzy": true },
        "birthdate": "1990-04-17",
        "middle_name": { "fuzzy": "Ruth" },
    }));
    let asked = asked.unwrap();
    let told = answer(
        &asked,
        &document("JUERGEN", Some("RUTH"), "MUELLER", "1990-04-17"),
        false,
    );
    assert_eq!(
        told["verified_claims"][0]["claims"],
        json!({
            "given_name": { "fuzzy": false, "value": null },
            "family_name": { "fuzzy": true, "value": "Müller" },
            "birthdate": { "value": "1990-04-17" },
            "middle_name": { "fuzzy": true, "value": "Ruth" },
        })
    );
    let told = answer(&asked, &document("JURGEN", Some("RUTH"), "MULLER", "1990-04-17"), false);
    assert_eq!(told["verified_claims"][0]["claims"]["given_name"]["value"], "Jürgen");
}

#[test]
fn the_misspelled_date_of_birth_is_answered_with_the_right_name() {
    let mut claims = pushed();
    claims["bithdate"] = claims["birthdate"].take();
    claims.as_object_mut().unwrap().remove("birthdate");
    let asked = with_claims(&claims).unwrap();
    let told = answer(&asked, &amina(), false);
    let told = told["verified_claims"][0]["claims"].as_object().unwrap();
    assert_eq!(told["birthdate"]["value"], "1990-04-17");
    assert!(!told.contains_key("bithdate"));
}

/// okta.md §1.8, §6 case 22: what the document says by itself never leaves, and no claim beside those of §1.10.
#[test]
fn nothing_of_the_document_and_nothing_unasked_is_ever_told() {
    let asked = with_claims(&json!({
        "given_name": { "value": "Юлия", "fuzzy": true }, "family_name": { "value": "Хрущёва", "fuzzy": true },
        "birthdate": { "value": "1990-04-17", "fuzzy": true }, "nationalities": { "value": "x" },
    }));
    let asked = asked.unwrap();
    let person = document("IULIIA", Some("SERGEEVNA"), "KHRUSHCHEVA", "1990-04-17");
    for matched in [true, false] {
        let (explanation, proven) = held(&asked, &person);
        assert_eq!(explanation.verdict, Verdict::Match);
        let told = id_token_claims(&asked, &proven, matched);
        assert_eq!(told.keys().collect::<Vec<_>>(), ["verified_claims"]);
        let claims = told["verified_claims"][0]["claims"].as_object().unwrap();
        let mut names: Vec<&str> = claims.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["birthdate", "family_name", "given_name"]);
        let text = Value::Object(told).to_string();
        for secret in [
            "IULIIA",
            "SERGEEVNA",
            "KHRUSHCHEVA",
            "Kovač",
            "ana@example.com",
            "Example Verifier",
            "acr",
            "amr",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert_eq!(matched, !text.contains("1990-04-17"));
    }
}

#[test]
fn a_finding_that_is_neither_for_nor_against_confirms_nothing() {
    let asked = asked(&json!({})).unwrap();
    for finding in [Finding::MissingInDirectory, Finding::MissingInProof, Finding::Differs] {
        let mut proven = ana();
        proven.compared = vec![(Field::GivenName, finding), (Field::FamilyName, Finding::Equivalent)];
        let told = id_token_claims(&asked, &proven, true);
        let claims = &told["verified_claims"][0]["claims"];
        assert_eq!(claims["given_name"]["value"], Value::Null);
        assert_eq!(claims["family_name"]["value"], "MATCHED");
    }
}

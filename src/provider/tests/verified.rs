//! Verified claims: what of a wish is told, by OpenID Connect for Identity Assurance 1.0 §5 and §7.

use doorward_contract::{CheckName, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::NOW;
use super::told::{PROVEN, ana, failed, wish};
use crate::provider::Proven;
use crate::provider::verified::{CHECK_METHODS, CLAIMS, EVIDENCE, TRUST_FRAMEWORK, answer, check, wanted};

const TIME: &str = "2026-01-15T10:02:00Z";

fn told_of(proven: &Proven, wish: &Value) -> Option<Value> {
    check(wish).unwrap();
    answer(wish, proven, Timestamp::from_seconds(NOW))
}

fn told(wish: &Value) -> Option<Value> {
    told_of(&ana(), wish)
}

/// What is told of the verification if the given name is asked for with it.
fn verification(asked: &Value) -> Option<Value> {
    let told = told(&wish(asked, &json!({ "given_name": null })))?;
    assert_eq!(told["claims"], json!({ "given_name": "ANA" }));
    Some(told["verification"].clone())
}

/// What is told of the evidence if this filter is asked for.
fn evidence(filters: &Value) -> Option<Value> {
    let told = verification(&json!({ "trust_framework": null, "evidence": filters }))?;
    Some(told["evidence"].clone())
}

#[test]
fn what_is_asked_for_is_told_from_the_document_and_nothing_else_is() {
    let told = told(&wish(
        &json!({ "trust_framework": null }),
        &json!({ "given_name": null, "family_name": { "essential": true }, "birthdate": null }),
    ));
    assert_eq!(
        told,
        Some(json!({
            "verification": { "trust_framework": "doorward" },
            "claims": { "given_name": "ANA", "family_name": "KOVAC", "birthdate": "1990-04-17" },
        }))
    );
}

#[test]
fn everything_that_is_known_can_be_asked_for() {
    let asked = wish(
        &json!({
            "trust_framework": { "value": "doorward" },
            "time": { "max_age": 0 },
            "verification_process": null,
            "assurance_process": { "policy": null, "procedure": { "values": ["payroll", "recovery"] } },
            "evidence": [{
                "type": { "value": "document" },
                "time": null,
                "check_details": [{ "check_method": null, "organization": null, "time": null }],
            }],
        }),
        &json!({ "given_name": null, "middle_name": null, "family_name": null, "birthdate": { "value": "1990-04-17" } }),
    );
    let checked = |method| json!({ "check_method": method, "organization": "Example Verifier", "time": TIME });
    assert_eq!(
        told(&asked),
        Some(json!({
            "verification": {
                "trust_framework": "doorward",
                "time": TIME,
                "verification_process": "DW-7K2M",
                "assurance_process": { "policy": "doorward", "procedure": "recovery" },
                "evidence": [{ "type": "document", "time": TIME, "check_details": [checked("vri"), checked("bvr")] }],
            },
            "claims": {
                "given_name": "ANA", "middle_name": "LUCIJA", "family_name": "KOVAC", "birthdate": "1990-04-17",
            },
        }))
    );
}

#[test]
fn a_condition_on_the_verification_that_does_not_hold_takes_everything_with_it() {
    for unmet in [
        json!({ "trust_framework": { "value": "eidas" } }),
        json!({ "trust_framework": { "values": ["gold", "silver"] } }),
        json!({ "trust_framework": null, "assurance_level": { "value": "high" } }),
        json!({ "trust_framework": null, "verification_process": { "value": "another" } }),
        json!({ "trust_framework": null, "time": { "value": "2020-01-01T00:00:00Z" } }),
        json!({ "trust_framework": null, "assurance_process": { "policy": { "value": "gpg45" } } }),
        json!({ "trust_framework": null, "assurance_process": { "procedure": { "values": ["m1b"] } } }),
        json!({ "trust_framework": null, "assurance_process": { "assurance_details": [{ "assurance_type": { "value": "x" } }] } }),
        json!({ "trust_framework": null, "something_else": { "inside": { "value": "x" } } }),
    ] {
        assert_eq!(verification(&unmet), None, "{unmet}");
    }
}

#[test]
fn what_is_not_known_is_left_out_where_there_is_no_condition_on_it() {
    let framework = json!({ "trust_framework": "doorward" });
    for unknown in [
        json!({ "trust_framework": null, "assurance_level": null }),
        // §5.7.1: `essential` changes nothing.
        json!({ "trust_framework": { "essential": true }, "assurance_level": { "essential": true } }),
        json!({ "trust_framework": null, "assurance_process": { "assurance_details": [{ "assurance_type": null }] } }),
        json!({ "trust_framework": null, "something_else": { "inside": { "purpose": "we like to know" } } }),
    ] {
        assert_eq!(verification(&unknown), Some(framework.clone()), "{unknown}");
    }
    let claims = json!({ "given_name": null, "email": { "essential": true }, "address": null, "name": null });
    let all = told(&wish(&json!({ "trust_framework": null }), &claims)).unwrap();
    assert_eq!(all["claims"], json!({ "given_name": "ANA" }));
}

#[test]
fn a_claim_of_another_value_is_left_out_alone() {
    let asked = |given: &Value| {
        told(&wish(
            &json!({ "trust_framework": null }),
            &json!({ "given_name": given, "birthdate": null }),
        ))
    };
    let both = json!({ "given_name": "ANA", "birthdate": "1990-04-17" });
    for fits in [json!({ "value": "ANA" }), json!({ "values": ["EVA", "ANA"] })] {
        assert_eq!(asked(&fits).unwrap()["claims"], both, "{fits}");
    }
    // §5.7.4: not the whole element.
    for other in [
        json!({ "value": "Ana" }),
        json!({ "values": ["EVA"] }),
        json!({ "value": null }),
        json!({ "value": "ANA", "values": ["EVA"] }),
    ] {
        assert_eq!(
            asked(&other).unwrap()["claims"],
            json!({ "birthdate": "1990-04-17" }),
            "{other}"
        );
    }
    // A date of birth is not a time that anything happened here.
    let aged = wish(
        &json!({ "trust_framework": null }),
        &json!({ "birthdate": { "max_age": 99_999_999_999_u64 } }),
    );
    assert_eq!(told(&aged), None);
}

#[test]
fn no_element_is_ever_empty() {
    for claims in [
        json!({ "email": null }),
        json!({ "given_name": { "value": "EVA" } }),
        Value::Null,
    ] {
        assert_eq!(
            told(&wish(&json!({ "trust_framework": null }), &claims)),
            None,
            "{claims}"
        );
    }
    let mut nameless = ana();
    nameless.person.as_mut().unwrap().name.middle = Some(String::new());
    let asked = wish(&json!({ "trust_framework": null }), &json!({ "middle_name": null }));
    assert_eq!(told_of(&nameless, &asked), None);
    nameless.person = None;
    assert_eq!(told_of(&nameless, &asked), None);
}

#[test]
fn nothing_is_told_of_a_check_that_failed() {
    let mut proven = failed();
    proven.person = ana().person;
    let asked = wish(&json!({ "trust_framework": null }), &json!({ "given_name": null }));
    assert_eq!(told_of(&proven, &asked), None);
}

#[test]
fn the_age_of_a_proof_is_counted_up_to_the_request() {
    let time = |most: &Value, days: i64| {
        let asked = wish(
            &json!({ "trust_framework": null, "time": { "max_age": most } }),
            &json!({ "given_name": null }),
        );
        check(&asked).unwrap();
        answer(&asked, &ana(), Timestamp::from_seconds(PROVEN + 86_400 * days)).is_some()
    };
    // Proven after it was asked for: as fresh as can be, however long the code or the token took.
    assert!(time(&json!(0), -1));
    assert!(time(&json!(0), 0));
    assert!(time(&json!(86_400), 1));
    assert!(time(&json!(86_400.5), 1));
    assert!(!time(&json!(86_399), 1));
    assert!(!time(&json!(0), 1));
}

#[test]
fn evidence_is_told_as_the_first_filter_it_passes_asks_for_it() {
    let document = json!({ "type": { "value": "document" } });
    assert_eq!(evidence(&json!([document])), Some(json!([{ "type": "document" }])));
    // §5.4: several filters are linked by OR.
    let record = json!({ "type": { "value": "electronic_record" } });
    assert_eq!(
        evidence(&json!([record, document])),
        Some(json!([{ "type": "document" }]))
    );
    assert_eq!(evidence(&json!([record])), None);
    // What was on the document is not kept: neither told, nor a condition that could hold.
    let details = |wish: Value| json!([{ "type": { "value": "document" }, "document_details": wish }]);
    for unknown in [
        json!(null),
        json!({ "document_number": null }),
        json!({ "type": null, "issuer": { "country": null } }),
    ] {
        assert_eq!(
            evidence(&details(unknown.clone())),
            Some(json!([{ "type": "document" }])),
            "{unknown}"
        );
    }
    for unmet in [
        json!({ "type": { "value": "passport" } }),
        json!({ "type": { "values": ["idcard", "passport"] } }),
        json!({ "date_of_issuance": { "max_age": 1 } }),
        json!({ "type": "passport" }),
    ] {
        assert_eq!(evidence(&details(unmet.clone())), None, "{unmet}");
    }
}

#[test]
fn checks_are_told_as_far_as_they_were_made_and_asked_for() {
    let checks = |wish: Value| {
        let told = evidence(&json!([{ "type": { "value": "document" }, "check_details": wish }]))?;
        Some(told[0]["check_details"].clone())
    };
    let (vri, bvr) = (json!({ "check_method": "vri" }), json!({ "check_method": "bvr" }));
    assert_eq!(checks(json!([{ "check_method": null }])), Some(json!([vri, bvr])));
    assert_eq!(
        checks(json!([{ "check_method": { "value": "bvr" } }])),
        Some(json!([bvr]))
    );
    assert_eq!(
        checks(json!([{ "check_method": { "value": "pipp" } }, { "check_method": { "value": "vri" } }])),
        Some(json!([vri]))
    );
    assert_eq!(
        checks(json!([{ "check_method": { "value": "vri" }, "organization": { "value": "Example Verifier" } }])),
        Some(json!([{ "check_method": "vri", "organization": "Example Verifier" }]))
    );
    let full = |method| json!({ "check_method": method, "organization": "Example Verifier", "time": TIME });
    for all in [json!(null), json!([])] {
        assert_eq!(checks(all), Some(json!([full("vri"), full("bvr")])));
    }
    for unmet in [
        json!([{ "check_method": { "value": "pipp" } }]),
        json!([{ "check_method": null, "organization": { "value": "Another" } }]),
        json!([{ "check_method": null, "txn": { "value": "1" } }]),
        json!([{ "check_method": { "value": "vri", "values": ["bvr"] } }]),
    ] {
        assert_eq!(checks(unmet.clone()), None, "{unmet}");
    }
}

#[test]
fn no_check_is_claimed_that_was_not_made() {
    let asked = |method: &Value| {
        wish(
            &json!({ "trust_framework": null, "evidence": [{ "type": { "value": "document" }, "check_details": [{ "check_method": method }] }] }),
            &json!({ "given_name": null }),
        )
    };
    let mut proven = ana();
    proven.checks = vec![CheckName::GovernmentId, CheckName::Selfie];
    let told = told_of(&proven, &asked(&Value::Null)).unwrap();
    assert_eq!(
        told["verification"]["evidence"],
        json!([{ "type": "document", "check_details": [{ "check_method": "vri" }] }])
    );
    assert_eq!(told_of(&proven, &asked(&json!({ "value": "bvr" }))), None);
    proven.checks = vec![CheckName::Selfie];
    assert_eq!(told_of(&proven, &asked(&Value::Null)), None);
    let unfiltered = wish(
        &json!({ "trust_framework": null, "evidence": [{ "type": null }] }),
        &json!({ "given_name": null }),
    );
    let told = told_of(&proven, &unfiltered).unwrap();
    assert_eq!(told["verification"], json!({ "trust_framework": "doorward" }));
}

/// §5.6.
#[test]
fn several_wishes_are_met_each_by_itself() {
    let gold = wish(
        &json!({ "trust_framework": { "value": "gold" } }),
        &json!({ "given_name": null }),
    );
    let ours = wish(
        &json!({ "trust_framework": { "value": "doorward" } }),
        &json!({ "family_name": null }),
    );
    let any = wish(
        &json!({ "trust_framework": null }),
        &json!({ "family_name": null, "birthdate": null }),
    );
    assert_eq!(
        told(&json!([gold, ours, any])),
        Some(json!([
            { "verification": { "trust_framework": "doorward" }, "claims": { "family_name": "KOVAC" } },
            { "verification": { "trust_framework": "doorward" }, "claims": { "family_name": "KOVAC", "birthdate": "1990-04-17" } },
        ]))
    );
    assert_eq!(told(&json!([gold])), None);
}

#[test]
fn a_wish_that_has_not_the_shape_of_one_is_refused() {
    let claims = json!({ "given_name": null });
    let evidence = |evidence: Value| wish(&json!({ "trust_framework": null, "evidence": evidence }), &claims);
    let checks = |checks: Value| evidence(json!([{ "type": { "value": "document" }, "check_details": checks }]));
    for malformed in [
        json!(null),
        json!("all"),
        json!([]),
        json!({ "claims": claims }),
        json!({ "verification": null, "claims": claims }),
        json!({ "verification": { "trust_framework": null } }),
        wish(&json!({}), &claims),
        wish(&json!({ "trust_framework": "doorward" }), &claims),
        wish(&json!({ "trust_framework": { "values": "doorward" } }), &claims),
        wish(&json!({ "trust_framework": { "values": [] } }), &claims),
        wish(&json!({ "trust_framework": null, "time": { "max_age": "5" } }), &claims),
        wish(&json!({ "trust_framework": null, "time": { "max_age": -1 } }), &claims),
        wish(
            &json!({ "trust_framework": null, "time": { "essential": "yes" } }),
            &claims,
        ),
        wish(&json!({ "trust_framework": null, "assurance_process": "any" }), &claims),
        wish(&json!({ "trust_framework": null }), &json!({})),
        wish(&json!({ "trust_framework": null }), &json!(["given_name"])),
        wish(&json!({ "trust_framework": null }), &json!({ "given_name": "ANA" })),
        wish(&json!({ "trust_framework": null }), &json!({ "given_name": true })),
        evidence(json!(null)),
        evidence(json!([])),
        evidence(json!({ "type": { "value": "document" } })),
        evidence(json!(["document"])),
        evidence(json!([{}])),
        evidence(json!([{ "type": "document" }])),
        evidence(json!([{ "check_details": null }])),
        checks(json!({ "check_method": { "value": "vri" } })),
        checks(json!(["vri"])),
        checks(json!([{ "check_method": "vri" }])),
        Value::Array(vec![wish(&json!({ "trust_framework": null }), &claims); 9]),
    ] {
        assert!(check(&malformed).is_err(), "{malformed}");
    }
    let right = wish(&json!({ "trust_framework": null }), &claims);
    assert_eq!(check(&Value::Array(vec![right; 8])), Ok(()));
}

#[test]
fn the_person_is_told_of_every_claim_that_will_be_told() {
    let asked = |claims: Value| json!({ "verified_claims": wish(&json!({ "trust_framework": null }), &claims) });
    let both = json!({
        "id_token": asked(json!({ "given_name": null, "email": null })),
        "userinfo": asked(json!({ "birthdate": null })),
    });
    assert_eq!(wanted(&both), ["given_name", "birthdate"]);
    assert_eq!(wanted(&Value::Null), [""; 0]);
}

/// What is said to be supported is what can be had (§8), and nothing beside it can.
#[test]
fn the_lists_in_the_metadata_are_what_answers_are_made_of() {
    let claims: Vec<&str> = [
        "given_name",
        "family_name",
        "middle_name",
        "birthdate",
        "name",
        "email",
        "address",
        "phone_number",
        "nationalities",
        "place_of_birth",
    ]
    .to_vec();
    let asked: serde_json::Map<String, Value> = claims.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let everything = wish(
        &json!({ "trust_framework": null, "evidence": [{ "type": null, "check_details": null }] }),
        &Value::Object(asked),
    );
    let told = told(&everything).unwrap();
    let mut names: Vec<&str> = told["claims"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut listed = CLAIMS.to_vec();
    names.sort_unstable();
    listed.sort_unstable();
    assert_eq!(names, listed);
    assert_eq!(told["verification"]["trust_framework"], TRUST_FRAMEWORK);
    let document = &told["verification"]["evidence"][0];
    assert_eq!(document["type"], EVIDENCE);
    let methods: Vec<&str> = document["check_details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["check_method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, CHECK_METHODS);
}

/// The places of all leaves in a wish, as JSON pointers.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                leaves(inner, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (number, inner) in list.iter().enumerate() {
                leaves(inner, &format!("{at}/{number}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// §5.5.1: none of the restrictions may be ignored, wherever it stands.
#[test]
fn no_condition_is_passed_over_however_deep_it_stands() {
    let open = wish(
        &json!({
            "trust_framework": null,
            "assurance_level": null,
            "time": null,
            "verification_process": null,
            "assurance_process": {
                "policy": null,
                "procedure": null,
                "assurance_details": [{ "assurance_type": null, "evidence_ref": [{ "txn": null }] }],
            },
            "evidence": [{
                "type": null,
                "time": null,
                "check_details": [{ "check_method": null, "organization": null, "txn": null, "time": null }],
                "document_details": { "type": null, "issuer": { "country": null } },
                "attachments": null,
            }],
        }),
        &json!({ "given_name": null }),
    );
    assert!(told(&open).is_some());
    let mut places = Vec::new();
    leaves(&open["verification"], "/verification", &mut places);
    assert_eq!(places.len(), 17);
    for place in places {
        for never in [json!({ "value": "never" }), json!({ "values": ["never", "ever"] })] {
            let mut asked = open.clone();
            *asked.pointer_mut(&place).unwrap() = never;
            assert_eq!(told(&asked), None, "{place}");
        }
    }
}

/// Any JSON of the depth of a wish, from the words that matter.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => proptest::sample::select(vec!["doorward", "document", "vri", "ANA", "x"]).prop_map(Value::from),
    ];
    let words = vec![
        "verification",
        "claims",
        "trust_framework",
        "time",
        "evidence",
        "type",
        "check_details",
        "check_method",
        "value",
        "values",
        "max_age",
        "essential",
        "given_name",
        "birthdate",
        "assurance_process",
        "policy",
        "document_details",
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(words.clone()), inner, 0..6)
                .prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_only_what_was_asked_for_is_told(
        verification in proptest::collection::btree_map("time|evidence|assurance_process|verification_process|x", anything(), 0..4),
        framework in anything(),
        claims in proptest::collection::btree_map("given_name|middle_name|birthdate|email", anything(), 0..4),
    ) {
        let mut verification = json!(verification);
        verification["trust_framework"] = framework;
        let asked = wish(&verification, &json!(claims));
        // Also of what is refused before it comes this far.
        let _ = check(&asked);
        if let Some(told) = answer(&asked, &ana(), Timestamp::from_seconds(NOW)) {
            prop_assert_eq!(&told["verification"]["trust_framework"], "doorward");
            prop_assert!(!told["claims"].as_object().unwrap().is_empty());
            for part in ["verification", "claims"] {
                for name in told[part].as_object().unwrap().keys() {
                    prop_assert!(asked[part].get(name).is_some(), "{} of {}", name, part);
                }
            }
        }
    }
}

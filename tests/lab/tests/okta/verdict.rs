//! Each lie of the vendor within `verified_claims` lands on its reason; every documented confirmation is taken.

use doorward_lab::okta::{Claim, Fault, OrgOptions};
use serde_json::{Value, json};

use crate::lies::{table, under};
use crate::vendor::Lie;
use crate::{AMINA, Scene};

#[tokio::test]
async fn verified_claims_must_be_an_array_of_one_whole_verification() {
    let parsing = "PARSING_ERROR";
    table(vec![
        (
            Lie::Claims(|token| drop(token.as_object_mut().unwrap().remove("verified_claims"))),
            Fault::Missing("verified_claims"),
            "MISSING",
        ),
        (
            Lie::Claims(|token| token["verified_claims"] = token["verified_claims"][0].take()),
            Fault::Shape("no array"),
            parsing,
        ),
        (
            Lie::Claims(|token| token["verified_claims"] = json!([])),
            Fault::Shape("not one element"),
            parsing,
        ),
        (Lie::Claims(twice), Fault::Shape("not one element"), parsing),
        (
            Lie::Claims(|token| remove(one(token), "verification")),
            Fault::Missing("verification"),
            "MISSING",
        ),
        (
            Lie::Claims(|token| remove(one(token), "claims")),
            Fault::Missing("claims"),
            "MISSING",
        ),
        (
            Lie::Claims(|token| remove(verification(token), "time")),
            Fault::Missing("time"),
            "MISSING",
        ),
        (
            Lie::Claims(|token| verification(token)["time"] = json!("yesterday")),
            Fault::Shape("time"),
            parsing,
        ),
        (
            Lie::Claims(|token| verification(token)["verification_process"] = json!(7)),
            Fault::Shape("verification_process"),
            parsing,
        ),
    ])
    .await;
}

#[tokio::test]
async fn only_the_pushed_framework_and_level_let_somebody_through() {
    let (missing, wrong, unverified) = ("MISSING", "RESPONSE_PROCESSING_ERROR", "CLAIMS_NOT_VERIFIED");
    table(vec![
        (
            Lie::Claims(|token| remove(verification(token), "trust_framework")),
            Fault::Missing("trust_framework"),
            missing,
        ),
        (
            Lie::Claims(|token| verification(token)["trust_framework"] = json!("IDV_DELEGATED")),
            Fault::TrustFramework,
            wrong,
        ),
        (
            Lie::Claims(|token| verification(token)["trust_framework"] = json!("eidas")),
            Fault::TrustFramework,
            wrong,
        ),
        (
            Lie::Claims(|token| verification(token)["trust_framework"] = Value::Null),
            Fault::TrustFramework,
            wrong,
        ),
        (
            Lie::Claims(|token| remove(verification(token), "assurance_level")),
            Fault::Missing("assurance_level"),
            missing,
        ),
        (
            Lie::Claims(|token| verification(token)["assurance_level"] = json!("FAILED")),
            Fault::NotVerified,
            unverified,
        ),
        (
            Lie::Claims(|token| verification(token)["assurance_level"] = Value::Null),
            Fault::NotVerified,
            unverified,
        ),
        (
            Lie::Claims(|token| verification(token)["assurance_level"] = json!("verified")),
            Fault::Shape("assurance_level"),
            "PARSING_ERROR",
        ),
        (Lie::Claims(failed_without_claims), Fault::NotVerified, unverified),
    ])
    .await;
}

#[tokio::test]
async fn every_pushed_claim_must_come_back_and_nothing_else() {
    let unasked = |name: &str| Fault::Unasked(name.to_owned());
    table(vec![
        (
            Lie::Claims(|token| remove(claims(token), "given_name")),
            Fault::ClaimMissing(Claim::GivenName),
            "MISSING_GIVENNAME",
        ),
        (
            Lie::Claims(|token| remove(claims(token), "family_name")),
            Fault::ClaimMissing(Claim::FamilyName),
            "MISSING_FAMILYNAME",
        ),
        (
            Lie::Claims(|token| remove(claims(token), "birthdate")),
            Fault::ClaimMissing(Claim::Birthdate),
            "MISSING_BIRTHDATE",
        ),
        (
            Lie::Claims(|token| claims(token)["email"] = json!({"fuzzy": true, "value": AMINA})),
            unasked("email"),
            "PARSING_ERROR",
        ),
        (
            Lie::Claims(|token| claims(token)["nationalities"] = json!(["GB"])),
            unasked("nationalities"),
            "PARSING_ERROR",
        ),
        (
            Lie::Claims(|token| claims(token)["address"] = json!({"country": {"fuzzy": true, "value": "GB"}})),
            unasked("address.country"),
            "PARSING_ERROR",
        ),
        (
            Lie::Claims(|token| claims(token)["address"] = json!({})),
            unasked("address"),
            "PARSING_ERROR",
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_claim_must_keep_its_shape_and_its_fuzzy() {
    let given = || Fault::ClaimShape(Claim::GivenName);
    let family = || Fault::ClaimShape(Claim::FamilyName);
    table(vec![
        (
            Lie::Claims(|token| remove(&mut claims(token)["given_name"], "fuzzy")),
            given(),
            "PARSING_ERROR_GIVENNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["given_name"]["fuzzy"] = json!("true")),
            given(),
            "PARSING_ERROR_GIVENNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["given_name"]["fuzzy"] = json!(false)),
            given(),
            "PARSING_ERROR_GIVENNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["given_name"] = json!("Amina")),
            given(),
            "PARSING_ERROR_GIVENNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["given_name"] = Value::Null),
            given(),
            "PARSING_ERROR_GIVENNAME",
        ),
        (
            Lie::Claims(|token| remove(&mut claims(token)["family_name"], "value")),
            family(),
            "PARSING_ERROR_FAMILYNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["family_name"]["value"] = json!(1)),
            family(),
            "PARSING_ERROR_FAMILYNAME",
        ),
        (
            Lie::Claims(|token| claims(token)["family_name"]["score"] = json!(1)),
            family(),
            "PARSING_ERROR_FAMILYNAME",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_claim_that_came_back_null_is_named() {
    let (given, family) = ("CLAIM_GIVEN_NAME_NOT_VERIFIED", "CLAIM_FAMILY_NAME_NOT_VERIFIED");
    let not = Fault::ClaimNotVerified;
    table(vec![
        (
            Lie::Claims(|token| failed(token, "given_name")),
            not(Claim::GivenName),
            given,
        ),
        (
            Lie::Claims(|token| failed(token, "family_name")),
            not(Claim::FamilyName),
            family,
        ),
        (
            Lie::Claims(|token| failed(token, "birthdate")),
            not(Claim::Birthdate),
            "CLAIMS_NOT_VERIFIED",
        ),
        // VERIFIED beside a null is no better.
        (
            Lie::Claims(|token| claims(token)["given_name"]["value"] = Value::Null),
            not(Claim::GivenName),
            given,
        ),
        (
            Lie::Claims(|token| claims(token)["birthdate"]["value"] = Value::Null),
            not(Claim::Birthdate),
            "CLAIMS_NOT_VERIFIED",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_value_that_was_never_pushed_is_not_taken() {
    let family = "CLAIM_FAMILY_NAME_NOT_VERIFIED";
    table(vec![
        (
            Lie::Claims(|token| claims(token)["family_name"]["value"] = json!("OKONKWO")),
            Fault::ClaimOther(Claim::FamilyName),
            family,
        ),
        (
            Lie::Claims(|token| claims(token)["family_name"]["value"] = json!("matched")),
            Fault::ClaimOther(Claim::FamilyName),
            family,
        ),
        (
            Lie::Claims(|token| claims(token)["birthdate"]["value"] = json!("1990-04-18")),
            Fault::ClaimOther(Claim::Birthdate),
            "CLAIMS_NOT_VERIFIED",
        ),
    ])
    .await;
}

#[tokio::test]
async fn all_documented_ways_to_confirm_are_taken() {
    let ways: [fn(&mut Value); 4] = [
        |_| (),
        |token| {
            for claim in claims(token).as_object_mut().unwrap().values_mut() {
                claim["value"] = json!("MATCHED");
            }
        },
        |token| *claims(token) = json!({}),
        |token| verification(token)["time"] = json!("2025-07-16T19:26:10"),
    ];
    for way in ways {
        let scene = Scene::set().await;
        scene.vendor.lie(Lie::Claims(way));
        let outcome = scene.recover().await;
        assert!(outcome.grant().is_some(), "{:?}", outcome.decision);
        assert_eq!(scene.last(), ("ALLOW".to_owned(), "CLAIMS_VERIFIED".to_owned()));
    }
}

#[tokio::test]
async fn parts_of_an_address_are_judged_one_by_one() {
    let scene = Scene::set().await;
    scene.org.set_options(OrgOptions::default().everything());
    assert!(scene.recover().await.grant().is_some());
    let lie = Lie::Claims(|token| claims(token)["address"]["locality"]["value"] = Value::Null);
    let (fault, reason) = under(&scene, lie).await;
    assert_eq!(
        (fault, reason.as_str()),
        (Fault::ClaimNotVerified(Claim::Locality), "CLAIMS_NOT_VERIFIED")
    );
    let lie = Lie::Claims(|token| remove(&mut claims(token)["address"], "postal_code"));
    let (fault, reason) = under(&scene, lie).await;
    assert_eq!(
        (fault, reason.as_str()),
        (Fault::ClaimMissing(Claim::PostalCode), "MISSING_POSTALCODE")
    );
    let lie = Lie::Claims(|token| claims(token)["address"]["formatted"] = json!("1 Quay Street"));
    assert_eq!(
        under(&scene, lie).await.0,
        Fault::Unasked("address.formatted".to_owned())
    );
}

fn one(token: &mut Value) -> &mut Value {
    &mut token["verified_claims"][0]
}

fn verification(token: &mut Value) -> &mut Value {
    &mut one(token)["verification"]
}

fn claims(token: &mut Value) -> &mut Value {
    &mut one(token)["claims"]
}

fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().unwrap().remove(member).unwrap();
}

fn twice(token: &mut Value) {
    let once = one(token).clone();
    token["verified_claims"].as_array_mut().unwrap().push(once);
}

fn failed(token: &mut Value, claim: &str) {
    verification(token)["assurance_level"] = json!("FAILED");
    claims(token)[claim]["value"] = Value::Null;
}

fn failed_without_claims(token: &mut Value) {
    verification(token)["assurance_level"] = json!("FAILED");
    *claims(token) = json!({});
}

//! What is posted back is believed only if every single thing about it is right.

use std::time::Duration;

use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use doorward_contract::Clock;
use doorward_lab::signin::{Fault, Options, Outcome, SentState};
use serde_json::{Value, json};

use super::provider::KEYS;
use super::scene::{ADA, LOGIN, Scene, fields, header, scene, with_token};

/// Begins a sign-in and answers it with honest claims but for one change.
async fn fault_with(scene: &Scene, change: impl FnOnce(&mut Value)) -> Fault {
    let form = scene.signin.begin(LOGIN).await.unwrap();
    let mut claims = scene.claims(&form);
    change(&mut claims);
    refused(scene, &fields(&form, &claims)).await
}

async fn refused(scene: &Scene, fields: &[(String, String)]) -> Fault {
    let outcome = scene.signin.answer(fields).await;
    outcome.fault().cloned().ok_or(outcome).unwrap()
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn the_honest_answer_signs_in() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    let outcome = scene.answer_honestly(&form).await;
    let expected = Outcome::SignedIn {
        login: LOGIN.to_owned(),
        oid: ADA,
        acr: "possessionorinherence".to_owned(),
        amr: "face".to_owned(),
    };
    assert_eq!(outcome, expected);
    let attempts = scene.signin.attempts();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].id, form.attempt);
    assert_eq!(attempts[0].outcome, Some(expected));
    assert_eq!(attempts[0].answers[0].fields, ["id_token", "state"]);
}

#[tokio::test]
async fn every_claim_must_be_the_right_one() {
    let scene = scene().await;
    let elsewhere = "https://door.example.net";
    let iss = fault_with(&scene, |claims| claims["iss"] = json!(elsewhere)).await;
    assert_eq!(iss, Fault::Issuer(elsewhere.to_owned()));
    for aud in [
        json!("someone-else"),
        json!(["doorward-acme", "someone-else"]),
        json!(null),
    ] {
        assert_eq!(fault_with(&scene, |claims| claims["aud"] = aud).await, Fault::Audience);
    }
    for (name, fault) in [("sub", Fault::Subject), ("nonce", Fault::Nonce)] {
        assert_eq!(fault_with(&scene, |claims| claims[name] = json!("other")).await, fault);
        let absent = fault_with(&scene, |claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        assert_eq!(absent.await, fault);
    }
}

#[tokio::test]
async fn the_times_must_be_around_now() {
    let scene = scene().await;
    let now = scene.clock.now().seconds();
    for (name, value, why) in [
        ("iat", json!(now + 1), "not valid yet"),
        ("nbf", json!(now + 1), "not valid yet"),
        ("iat", json!(now - 1), "issued before it was asked for"),
        ("exp", json!(now), "expired"),
        ("iat", json!(null), "no iat"),
        ("exp", json!(null), "no exp"),
    ] {
        let fault = fault_with(&scene, |claims| claims[name] = value).await;
        assert_eq!(fault, Fault::Times(why));
    }
}

#[tokio::test]
async fn acr_must_be_one_of_those_asked_for_word_for_word() {
    let scene = scene().await;
    for acr in [
        json!("inherence"),
        json!("possession"),
        json!(["possessionorinherence"]),
        json!(null),
    ] {
        let told = acr.to_string();
        let fault = fault_with(&scene, |claims| claims["acr"] = acr).await;
        assert_eq!(fault.code(), "AADSTS5001258");
        assert_eq!(fault, Fault::Acr(told));
    }
}

#[tokio::test]
async fn amr_must_be_a_list_of_exactly_one_of_those_asked_for() {
    let scene = scene().await;
    for amr in [
        json!(["face", "otp"]),
        json!("face"),
        json!(["pwd"]),
        json!([]),
        json!([1]),
        json!(null),
    ] {
        let told = amr.to_string();
        let fault = fault_with(&scene, |claims| claims["amr"] = amr).await;
        assert_eq!(fault.code(), "AADSTS5001257");
        assert_eq!(fault, Fault::Amr(told));
    }
}

#[tokio::test]
async fn amr_must_be_of_a_kind_that_acr_names() {
    let scene = scene().await;
    scene.signin.set_options(Options {
        acr: vec!["possession".to_owned(), "knowledgeorinherence".to_owned()],
        ..Options::default()
    });
    for (acr, amr, fits) in [
        ("possession", "otp", true),
        ("knowledgeorinherence", "face", true),
        ("possession", "face", false),
        ("knowledgeorinherence", "otp", false),
    ] {
        let form = scene.signin.begin(LOGIN).await.unwrap();
        let mut claims = scene.claims(&form);
        claims["acr"] = json!(acr);
        claims["amr"] = json!([amr]);
        let outcome = scene.signin.answer(&fields(&form, &claims)).await;
        assert_eq!(outcome.is_signed_in(), fits, "{acr} with {amr}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_signature_must_be_rs256_of_a_cached_key() {
    let scene = scene().await;
    let form = async || scene.signin.begin(LOGIN).await.unwrap();

    let begun = form().await;
    let mut unknown = header();
    unknown["kid"] = json!("b3RoZXI");
    let token = KEYS[0].sign(&unknown, &scene.claims(&begun));
    let fault = refused(&scene, &with_token(&begun, token)).await;
    assert_eq!(
        (fault.code(), &fault),
        ("IDSTS50012", &Fault::Signature("b3RoZXI".to_owned()))
    );

    let begun = form().await;
    let token = KEYS[1].sign(&header(), &scene.claims(&begun));
    assert_eq!(
        refused(&scene, &with_token(&begun, token)).await,
        Fault::Signature("a2V5".to_owned())
    );

    let begun = form().await;
    let token = KEYS[0].sign_pss(&header(), &scene.claims(&begun));
    assert_eq!(
        refused(&scene, &with_token(&begun, token)).await,
        Fault::Signature("a2V5".to_owned())
    );

    for alg in ["none", "HS256", "PS256", "rs256"] {
        let begun = form().await;
        let mut wrong = header();
        wrong["alg"] = json!(alg);
        let token = KEYS[0].sign(&wrong, &scene.claims(&begun));
        assert_eq!(
            refused(&scene, &with_token(&begun, token)).await,
            Fault::Algorithm(alg.to_owned())
        );
    }
}

#[tokio::test]
async fn a_token_changed_after_signing_or_not_a_token_is_refused() {
    let scene = scene().await;
    let begun = scene.signin.begin(LOGIN).await.unwrap();
    let honest = KEYS[0].sign(&header(), &scene.claims(&begun));
    let mut claims = scene.claims(&begun);
    claims["amr"] = json!(["fido"]);
    let other = KEYS[0].sign(&header(), &claims);
    let (head, signature) = (honest.split('.').next().unwrap(), honest.split('.').nth(2).unwrap());
    let mixed = format!("{head}.{}.{signature}", other.split('.').nth(1).unwrap());
    assert_eq!(
        refused(&scene, &with_token(&begun, mixed)).await,
        Fault::Signature("a2V5".to_owned())
    );

    for text in ["", "a.b", "a.b.c.d", "e30.e30"] {
        let begun = scene.signin.begin(LOGIN).await.unwrap();
        assert_eq!(
            refused(&scene, &with_token(&begun, text.to_owned())).await,
            Fault::Token("not three parts")
        );
    }
}

#[tokio::test]
async fn after_five_minutes_no_answer_is_taken() {
    let scene = scene().await;
    let in_time = scene.signin.begin(LOGIN).await.unwrap();
    let late = scene.signin.begin(LOGIN).await.unwrap();
    scene.clock.forward(Duration::from_mins(5));
    assert!(scene.answer_honestly(&in_time).await.is_signed_in());
    scene.clock.forward(Duration::from_micros(1));
    assert_eq!(scene.answer_honestly(&late).await.fault(), Some(&Fault::Late));
}

#[tokio::test]
async fn a_sign_in_takes_one_answer_whatever_came_of_it() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    let first = scene.answer_honestly(&form).await;
    assert_eq!(scene.answer_honestly(&form).await.fault(), Some(&Fault::Answered));
    let attempts = scene.signin.attempts();
    assert_eq!(attempts[0].outcome.as_ref(), Some(&first));
    assert_eq!(attempts[0].answers.len(), 2);

    let form = scene.signin.begin(LOGIN).await.unwrap();
    let mut claims = scene.claims(&form);
    claims["nonce"] = json!("other");
    refused(&scene, &fields(&form, &claims)).await;
    assert_eq!(scene.answer_honestly(&form).await.fault(), Some(&Fault::Answered));
}

#[tokio::test]
async fn an_error_ends_the_sign_in_and_is_told() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    let state = form.field("state").unwrap();
    let outcome = scene
        .signin
        .answer(&[field("error", "access_denied"), field("state", state)])
        .await;
    let error = "access_denied".to_owned();
    assert_eq!(outcome, Outcome::Failed { error });
    assert_eq!(scene.answer_honestly(&form).await.fault(), Some(&Fault::Answered));
}

#[tokio::test]
async fn a_form_is_either_a_token_or_an_error_and_each_field_stands_once() {
    let scene = scene().await;
    for (extra, why) in [
        (
            vec![field("id_token", "a.b.c"), field("error", "x")],
            "both a token and an error",
        ),
        (vec![], "neither a token nor an error"),
        (
            vec![field("error", "x"), field("error", "y")],
            "a field stands there twice",
        ),
        (
            vec![field("error", "é")],
            "error is empty or not ASCII as RFC 6749 §5.2 wants it",
        ),
        (
            vec![field("error", "")],
            "error is empty or not ASCII as RFC 6749 §5.2 wants it",
        ),
    ] {
        let form = scene.signin.begin(LOGIN).await.unwrap();
        let mut fields = extra;
        fields.push(field("state", form.field("state").unwrap()));
        assert_eq!(refused(&scene, &fields).await, Fault::Form(why));
    }
}

#[tokio::test]
async fn the_state_comes_back_as_it_was_sent_and_not_at_all_if_none_was() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    let token = KEYS[0].sign(&header(), &scene.claims(&form));
    let without = [field("id_token", &token)];
    assert_eq!(refused(&scene, &without).await, Fault::NoAttempt);
    let wrong = [field("id_token", &token), field("state", "other")];
    assert_eq!(refused(&scene, &wrong).await, Fault::NoAttempt);
    assert_eq!(scene.signin.strays().len(), 2);
    assert_eq!(scene.signin.attempts()[0].outcome, None);

    scene.signin.set_options(Options {
        state: SentState::Omitted,
        ..Options::default()
    });
    let form = scene.signin.begin(LOGIN).await.unwrap();
    assert_eq!(form.field("state"), None);
    let mut posted = fields(&form, &scene.claims(&form));
    posted.push(field("state", ""));
    assert_eq!(refused(&scene, &posted).await, Fault::NoAttempt);
    assert!(scene.answer_honestly(&form).await.is_signed_in());
}

#[tokio::test]
async fn a_claim_that_stands_there_twice_is_refused() {
    let scene = scene().await;
    let begun = scene.signin.begin(LOGIN).await.unwrap();
    let claims = scene.claims(&begun).to_string();
    let doubled = claims.replacen('{', "{\"acr\":\"possession\",", 1);
    let token = KEYS[0].sign_text(&RSA_PKCS1_SHA256, &header(), &doubled);
    let fault = refused(&scene, &with_token(&begun, token)).await;
    assert_eq!(fault, Fault::Token("the claims cannot be read"));
}

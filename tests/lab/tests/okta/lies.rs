//! Each lie of the vendor about the exchange and the token lands on its reason; the honest answer lets the person
//! through.

use doorward_lab::okta::{Decision, Fault, JUDGED, Leg, Operation};
use serde_json::{Value, json};

use crate::vendor::Lie;
use crate::{AMINA, Scene, TOMAS, follow};

/// What came of a verification under a lie: the fault and the reason in the System Log.
pub(crate) async fn under(scene: &Scene, lie: Lie) -> (Fault, String) {
    scene.vendor.lie(lie);
    let fault = match scene.org.begin(AMINA, Operation::Recover).await {
        Err(fault) => fault,
        Ok(there) => match scene.org.callback(&follow(&there).await).await.decision {
            Decision::Deny(fault) => fault,
            Decision::Allow { .. } => panic!("let through"),
        },
    };
    let event = scene.org.system_log().pop().unwrap();
    assert_eq!(
        (event.event_type.as_str(), event.outcome.result.as_str()),
        (JUDGED, "DENY")
    );
    assert_eq!(event.debug_context.debug_data["reasonForFailure"], fault.to_string());
    (fault, event.outcome.reason.unwrap())
}

/// All lies of a table, then the honest answer in the same org.
pub(crate) async fn table(lies: Vec<(Lie, Fault, &str)>) {
    let scene = Scene::set().await;
    for (lie, fault, reason) in lies {
        assert_eq!(under(&scene, lie).await, (fault, reason.to_owned()));
    }
    scene.vendor.lie(Lie::None);
    assert!(scene.recover().await.grant().is_some());
    assert_eq!(scene.last(), ("ALLOW".to_owned(), "CLAIMS_VERIFIED".to_owned()));
}

fn refused(leg: Leg, error: &str) -> Fault {
    let error = error.to_owned();
    Fault::Refused { leg, error }
}

fn lacks(leg: Leg, member: &'static str) -> Fault {
    Fault::Lacks { leg, member }
}

#[tokio::test]
async fn a_pushed_request_must_be_answered_with_201_and_json() {
    let par = "RESPONSE_PROCESSING_ERROR_PAR";
    let status = |status| Fault::WrongStatus { leg: Leg::Par, status };
    table(vec![
        (Lie::ParStatus(200), status(200), par),
        (Lie::ParStatus(202), status(202), par),
        (Lie::ParStatus(302), status(302), par),
        (Lie::ParStatus(503), status(503), par),
        (Lie::ParType, Fault::Unreadable(Leg::Par), par),
        (Lie::Par(|body| *body = json!([])), Fault::Unreadable(Leg::Par), par),
        (
            Lie::Par(|body| drop(body["request_uri"].take())),
            lacks(Leg::Par, "request_uri"),
            par,
        ),
        (
            Lie::Par(|body| body["request_uri"] = json!("")),
            lacks(Leg::Par, "request_uri"),
            par,
        ),
        (
            Lie::Par(|body| body["expires_in"] = json!("60")),
            lacks(Leg::Par, "expires_in"),
            par,
        ),
        (
            Lie::Par(|body| body["expires_in"] = json!(0)),
            lacks(Leg::Par, "expires_in"),
            par,
        ),
        (
            Lie::ParError(400, "invalid_request"),
            refused(Leg::Par, "invalid_request"),
            "ERROR_RESPONSE_PAR",
        ),
        (
            Lie::ParError(401, "invalid_client"),
            refused(Leg::Par, "invalid_client"),
            "ERROR_RESPONSE_PAR",
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_way_back_must_bring_the_state_and_a_code() {
    table(vec![
        (Lie::BackState, Fault::NoFlow, "MISSING_AUTH_STATE_TOKEN"),
        (
            Lie::BackNoCode,
            lacks(Leg::Authorize, "code"),
            "RESPONSE_PROCESSING_ERROR",
        ),
        (
            Lie::BackError("access_denied"),
            refused(Leg::Authorize, "access_denied"),
            "ERROR_RESPONSE",
        ),
        (
            Lie::BackError("server_error"),
            refused(Leg::Authorize, "server_error"),
            "ERROR_RESPONSE",
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_token_answer_must_be_whole() {
    table(vec![
        (
            Lie::TokenError(400, "invalid_grant"),
            refused(Leg::Token, "invalid_grant"),
            "ERROR_RESPONSE_TOKEN",
        ),
        (
            Lie::TokenError(401, "invalid_client"),
            refused(Leg::Token, "invalid_client"),
            "ERROR_RESPONSE_TOKEN",
        ),
        (
            Lie::Token(|body| *body = json!("text")),
            Fault::Unreadable(Leg::Token),
            "PARSING_ERROR",
        ),
        (
            Lie::Token(|body| drop(body["id_token"].take())),
            lacks(Leg::Token, "id_token"),
            "MISSING",
        ),
        (
            Lie::Token(|body| drop(body["expires_in"].take())),
            lacks(Leg::Token, "expires_in"),
            "MISSING",
        ),
        (
            Lie::Token(|body| body["token_type"] = json!("DPoP")),
            lacks(Leg::Token, "token_type"),
            "MISSING",
        ),
        (
            Lie::Token(|body| body["id_token"] = json!("a.b")),
            Fault::NotAToken,
            "PARSING_ERROR",
        ),
        (
            Lie::Token(|body| body["id_token"] = json!("a.b.c")),
            Fault::NotAToken,
            "PARSING_ERROR",
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_id_token_must_be_signed_with_rs256_by_a_published_key() {
    let wrong = "RESPONSE_PROCESSING_ERROR";
    let named = |name: &str| Fault::Algorithm(name.to_owned());
    table(vec![
        (Lie::Unsigned, named("none"), wrong),
        (Lie::Hmac, named("HS256"), wrong),
        (
            Lie::Header(|header| header["alg"] = json!("PS256")),
            named("PS256"),
            wrong,
        ),
        (
            Lie::Header(|header| header["alg"] = json!("rs256")),
            named("rs256"),
            wrong,
        ),
        (
            Lie::Header(|header| header["kid"] = json!("key-2")),
            Fault::UnknownKey,
            wrong,
        ),
        (
            Lie::Header(|header| header["kid"] = json!("other")),
            Fault::UnknownKey,
            wrong,
        ),
        (Lie::Header(|header| drop(header["kid"].take())), Fault::Header, wrong),
        (
            Lie::Header(|header| header["crit"] = json!(["b64"])),
            Fault::Header,
            wrong,
        ),
        (Lie::Tampered, Fault::Signature, wrong),
    ])
    .await;
}

#[tokio::test]
async fn the_published_keys_must_hold_the_one_that_signed() {
    let wrong = "RESPONSE_PROCESSING_ERROR";
    let gone = Fault::WrongStatus {
        leg: Leg::Jwks,
        status: 404,
    };
    table(vec![
        (Lie::Keys(|keys| keys["keys"] = json!([])), Fault::UnknownKey, wrong),
        (
            Lie::Keys(|keys| keys["keys"][1]["use"] = json!("enc")),
            Fault::UnknownKey,
            wrong,
        ),
        (
            Lie::Keys(|keys| keys["keys"][1]["alg"] = json!("RS512")),
            Fault::UnknownKey,
            wrong,
        ),
        (
            Lie::Keys(|keys| keys["keys"][0] = keys["keys"][1].clone()),
            Fault::UnknownKey,
            wrong,
        ),
        (
            Lie::Keys(|keys| keys["keys"][1]["e"] = json!("Aw")),
            Fault::Signature,
            wrong,
        ),
        (
            Lie::Keys(|keys| drop(keys["keys"].take())),
            lacks(Leg::Jwks, "keys"),
            wrong,
        ),
        (Lie::NoKeys, gone, wrong),
    ])
    .await;
}

#[tokio::test]
async fn the_id_token_must_be_of_the_issuer_for_the_org_about_this_flow() {
    let wrong = "RESPONSE_PROCESSING_ERROR";
    let lacks = |name| Fault::TokenLacks(name);
    table(vec![
        (
            Lie::Claims(|token| token["iss"] = json!("https://other.example")),
            Fault::Issuer,
            wrong,
        ),
        (
            Lie::Claims(|token| token["iss"] = json!(format!("{}/", text(&token["iss"])))),
            Fault::Issuer,
            wrong,
        ),
        (
            Lie::Claims(|token| token["aud"] = json!("okta-other")),
            Fault::Audience,
            wrong,
        ),
        (
            Lie::Claims(|token| token["aud"] = json!(["okta-acme"])),
            lacks("aud"),
            "MISSING",
        ),
        (
            Lie::Claims(|token| token["nonce"] = json!("another")),
            Fault::Nonce,
            wrong,
        ),
        (
            Lie::Claims(|token| drop(token["nonce"].take())),
            lacks("nonce"),
            "MISSING",
        ),
        (Lie::Claims(|token| drop(token["sub"].take())), lacks("sub"), "MISSING"),
        (Lie::Claims(|token| drop(token["exp"].take())), lacks("exp"), "MISSING"),
        (Lie::Claims(|token| drop(token["iat"].take())), lacks("iat"), "MISSING"),
        (
            Lie::Claims(|token| token["exp"] = json!("later")),
            lacks("exp"),
            "MISSING",
        ),
        // The honest token is issued five seconds ago: at this very moment it is over, one second ahead it is not yet.
        (
            Lie::Claims(|token| token["exp"] = json!(number(&token["iat"]) + 5)),
            Fault::Expired,
            wrong,
        ),
        (
            Lie::Claims(|token| token["iat"] = json!(number(&token["iat"]) + 6)),
            Fault::IssuedInFuture,
            wrong,
        ),
        (
            Lie::Claims(|token| token["nbf"] = json!(number(&token["iat"]) + 6)),
            Fault::IssuedInFuture,
            wrong,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_token_of_this_very_second_is_not_of_the_future() {
    let scene = Scene::set().await;
    scene.vendor.lie(Lie::Claims(|token| {
        token["iat"] = json!(number(&token["iat"]) + 5);
        token["exp"] = json!(number(&token["iat"]) + 1);
    }));
    let outcome = scene.recover().await;
    assert_eq!(outcome.claims.as_ref().unwrap()["iat"], scene.now());
    assert!(outcome.grant().is_some(), "{:?}", outcome.decision);
}

#[tokio::test]
async fn two_users_never_share_a_subject() {
    let scene = Scene::set().await;
    scene.vendor.lie(Lie::Claims(|token| token["sub"] = json!("everybody")));
    assert!(scene.recover().await.grant().is_some());
    assert!(
        scene.recover().await.grant().is_some(),
        "the same subject for the same user"
    );
    let there = scene.org.begin(TOMAS, Operation::Unlock).await.unwrap();
    let outcome = scene.org.callback(&follow(&there).await).await;
    assert_eq!(outcome.decision, Decision::Deny(Fault::SharedSubject));
}

#[tokio::test]
async fn an_answer_counts_once() {
    let scene = Scene::set().await;
    let there = scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let back = follow(&there).await;
    assert!(scene.org.callback(&back).await.grant().is_some());
    let again = scene.org.callback(&back).await;
    assert_eq!(
        (again.login.as_deref(), again.decision),
        (None, Decision::Deny(Fault::NoFlow))
    );
    assert_eq!(scene.last(), ("DENY".to_owned(), "MISSING_AUTH_STATE_TOKEN".to_owned()));
}

#[tokio::test]
async fn ten_minutes_are_not_too_long_and_an_hour_is() {
    for (minutes, ends_well) in [(10, true), (60, false)] {
        let scene = Scene::set().await;
        let there = scene.org.begin(AMINA, Operation::Recover).await.unwrap();
        scene.wait(minutes);
        let outcome = scene.org.callback(&follow(&there).await).await;
        assert_eq!(outcome.grant().is_some(), ends_well, "{minutes} minutes");
        if !ends_well {
            assert_eq!(outcome.reason(), "MISSING_AUTH_STATE_TOKEN");
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

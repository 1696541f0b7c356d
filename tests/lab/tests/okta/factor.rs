//! The IdP authenticator in front of an app: plain OpenID Connect with `preferred_username`.

use doorward_lab::okta::{APP_INSTANCE, APP_NAME, AppOutcome, FACTOR, Fault, Leg, OrgOptions, Return};
use serde_json::json;

use crate::vendor::Lie;
use crate::{AMINA, Scene, TOMAS, follow};

async fn enter(scene: &Scene) -> AppOutcome {
    let there = scene.org.begin_app(AMINA).unwrap();
    scene.org.app_callback(&follow(&there).await).await
}

#[tokio::test]
async fn the_right_login_opens_the_app_and_sets_the_authenticator_up() {
    let scene = Scene::set().await;
    scene.vendor.signs_in(AMINA);
    let outcome = enter(&scene).await;
    assert_eq!((outcome.login.as_deref(), outcome.entered), (Some(AMINA), Ok(())));
    assert!(scene.org.standing(AMINA).unwrap().enrolled.contains("external_idp"));
    assert_eq!(scene.org.system_log().pop().unwrap().event_type, FACTOR);
    let names: Vec<String> = scene.vendor.query().into_iter().map(|(name, _)| name).collect();
    let sent = [
        "client_id",
        "response_type",
        "scope",
        "redirect_uri",
        "state",
        "nonce",
        "code_challenge",
    ];
    assert_eq!(names[..7], sent);
    assert_eq!(names[7..], ["code_challenge_method"]);
}

#[tokio::test]
async fn login_hint_and_application_context_are_sent_on_request() {
    let scene = Scene::set().await;
    scene.vendor.signs_in(AMINA);
    scene.org.set_options(OrgOptions {
        factor_login_hint: true,
        factor_app_context: true,
        ..OrgOptions::default()
    });
    assert_eq!(enter(&scene).await.entered, Ok(()));
    let query = scene.vendor.query();
    for (name, value) in [
        ("login_hint", AMINA),
        ("app_name", APP_NAME),
        ("app_instance_id", APP_INSTANCE),
    ] {
        assert!(query.contains(&(name.to_owned(), value.to_owned())), "{name}");
    }
    let lies: [(Lie, Fault); 2] = [
        (
            Lie::Claims(|token| token["app_name"] = json!("other")),
            Fault::AppContext("app_name"),
        ),
        (
            Lie::Claims(|token| drop(token["app_instance_id"].take())),
            Fault::AppContext("app_instance_id"),
        ),
    ];
    for (lie, fault) in lies {
        scene.vendor.lie(lie);
        assert_eq!(enter(&scene).await.entered, Err(fault));
    }
}

#[tokio::test]
async fn nobody_else_and_nothing_unproven_opens_the_app() {
    let scene = Scene::set().await;
    let denied = Fault::Refused {
        leg: Leg::Authorize,
        error: "access_denied".to_owned(),
    };
    scene.vendor.signs_in(TOMAS);
    assert_eq!(enter(&scene).await.entered, Err(Fault::OtherLogin));
    scene.vendor.signs_in(AMINA);
    let lies = [
        (
            Lie::Claims(|token| drop(token["preferred_username"].take())),
            Fault::OtherLogin,
        ),
        (Lie::Claims(|token| token["nonce"] = json!("another")), Fault::Nonce),
        (Lie::Claims(|token| token["aud"] = json!("okta-acme")), Fault::Audience),
        (Lie::Unsigned, Fault::Algorithm("none".to_owned())),
        (Lie::Tampered, Fault::Signature),
        (Lie::BackState, Fault::NoFlow),
        (Lie::BackError("access_denied"), denied),
    ];
    for (lie, fault) in lies {
        scene.vendor.lie(lie);
        let outcome = enter(&scene).await;
        assert_eq!(outcome.entered, Err(fault));
        assert_eq!(scene.last().0, "FAILURE");
    }
    assert!(scene.org.standing(AMINA).unwrap().enrolled.is_empty());
}

#[tokio::test]
async fn an_answer_of_the_one_flow_is_none_for_the_other() {
    let scene = Scene::set().await;
    scene.vendor.signs_in(AMINA);
    let there = scene.org.begin_app(AMINA).unwrap();
    let back: Return = follow(&there).await;
    assert_eq!(scene.org.callback(&back).await.reason(), "MISSING_AUTH_STATE_TOKEN");
    assert_eq!(scene.org.app_callback(&back).await.entered, Ok(()));
}

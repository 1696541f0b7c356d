//! The org's pages, walked by a browser without scripts.

use std::sync::Arc;

use doorward_lab::browser::Browser;
use doorward_lab::okta::{OrgOptions, Status};
use serde_json::{Value, json};

use crate::vendor::Lie;
use crate::{AMINA, Scene};

/// A browser at the sign-in page, with Amina's login and this button pressed.
async fn at_verification(scene: &Scene, button: &str) -> Browser {
    let mut browser = Browser::new(Arc::new(scene.clock.clone())).unwrap();
    browser.visit(scene.org.world().base.as_str()).await.unwrap();
    let form = browser.form(button).unwrap().set("login", AMINA);
    let page = form.press(button).await.unwrap();
    assert_eq!(page.heading(), "Verify your identity with Doorward");
    assert!(page.says("terms of use") && page.says("privacy policy"));
    browser
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_after_the_verification() {
    let scene = Scene::set().await;
    let mut browser = at_verification(&scene, "Forgot password?").await;
    let page = browser.form("Continue").unwrap().press("Continue").await.unwrap();
    assert_eq!(page.heading(), "Reset your password");
    assert!(page.says(AMINA));
    assert!(
        scene.org.signs_in(AMINA, &"old-password".into()),
        "nothing is changed yet"
    );

    let form = browser.form("Reset password").unwrap().set("password", "short");
    let page = form.press("Reset password").await.unwrap();
    assert_eq!(page.status(), 422);
    let form = browser.form("Reset password").unwrap().set("password", "correct-horse");
    let page = form.press("Reset password").await.unwrap();
    assert_eq!(page.heading(), "Your password is new");
    assert!(!scene.org.signs_in(AMINA, &"old-password".into()));

    browser.follow("Back to sign in").await.unwrap();
    let form = browser
        .form("Sign in")
        .unwrap()
        .set("login", AMINA)
        .set("password", "correct-horse");
    assert_eq!(form.press("Sign in").await.unwrap().heading(), "You are signed in");
}

#[tokio::test]
async fn a_locked_account_is_unlocked_and_an_authenticator_set_up() {
    let scene = Scene::set().await;
    scene.org.set_status(AMINA, Status::LockedOut);
    let mut browser = at_verification(&scene, "Unlock account?").await;
    browser.form("Continue").unwrap().press("Continue").await.unwrap();
    assert_eq!(scene.org.standing(AMINA).unwrap().status, Status::LockedOut);
    let page = browser
        .form("Unlock account")
        .unwrap()
        .press("Unlock account")
        .await
        .unwrap();
    assert_eq!(page.heading(), "Your account is unlocked");
    assert_eq!(scene.org.standing(AMINA).unwrap().status, Status::Active);

    let mut browser = at_verification(&scene, "Set up an authenticator").await;
    browser.form("Continue").unwrap().press("Continue").await.unwrap();
    browser.form("Set up").unwrap().press("Set up").await.unwrap();
    assert!(scene.org.standing(AMINA).unwrap().enrolled.contains("okta_verify"));
}

#[tokio::test]
async fn a_refusal_tells_the_person_little_and_offers_another_try() {
    let scene = Scene::set().await;
    scene.vendor.lie(Lie::BackError("access_denied"));
    let mut browser = at_verification(&scene, "Forgot password?").await;
    let page = browser.form("Continue").unwrap().press("Continue").await.unwrap();
    assert_eq!(page.heading(), "We could not verify your identity");
    assert_eq!(page.first("details code").as_deref(), Some("ERROR_RESPONSE"));
    scene.vendor.lie(Lie::None);
    let page = browser.form("Try again").unwrap().press("Try again").await.unwrap();
    assert_eq!(page.heading(), "Verify your identity with Doorward");
    let page = browser.form("Continue").unwrap().press("Continue").await.unwrap();
    assert_eq!(page.heading(), "Reset your password");
}

#[tokio::test]
async fn a_grant_opens_its_page_once() {
    let scene = Scene::set().await;
    let mut browser = at_verification(&scene, "Unlock account?").await;
    let page = browser.form("Continue").unwrap().press("Continue").await.unwrap();
    let address = page.url().clone();
    browser
        .form("Unlock account")
        .unwrap()
        .press("Unlock account")
        .await
        .unwrap();
    let page = browser.visit(address.as_str()).await.unwrap();
    assert_eq!(page.status(), 403);
    assert!(!page.has_form("Unlock account"));
}

#[tokio::test]
async fn a_callback_of_nobody_is_refused() {
    let scene = Scene::set().await;
    let mut browser = Browser::new(Arc::new(scene.clock.clone())).unwrap();
    let address = scene
        .org
        .world()
        .base
        .join("idp/identity-verification/callback?code=c&state=s")
        .unwrap();
    let page = browser.visit(address.as_str()).await.unwrap();
    assert_eq!(page.first("details code").as_deref(), Some("MISSING_AUTH_STATE_TOKEN"));
    assert!(!page.has_form("Try again"));
}

#[tokio::test]
async fn a_person_on_a_custom_domain_stays_there() {
    let scene = Scene::set().await;
    let domain = scene.org.world().domains[0].clone();
    let mut browser = Browser::new(Arc::new(scene.clock.clone())).unwrap();
    browser.visit(domain.as_str()).await.unwrap();
    let form = browser.form("Unlock account?").unwrap().set("login", AMINA);
    form.press("Unlock account?").await.unwrap();
    let page = browser.form("Continue").unwrap().press("Continue").await.unwrap();
    assert_eq!(page.url().origin(), domain.origin());
    assert_eq!(page.heading(), "Unlock your account");
}

#[tokio::test]
async fn the_app_opens_behind_its_authenticator() {
    let scene = Scene::set().await;
    scene.vendor.signs_in(AMINA);
    let mut browser = Browser::new(Arc::new(scene.clock.clone())).unwrap();
    let address = scene.org.world().base.join("app/payroll").unwrap();
    for (lie, heading) in [
        (Lie::BackError("access_denied"), "You cannot open this app now"),
        (Lie::None, "Example Payroll"),
    ] {
        scene.vendor.lie(lie);
        browser.visit(address.as_str()).await.unwrap();
        let form = browser.form("Continue").unwrap().set("login", AMINA);
        assert_eq!(form.press("Continue").await.unwrap().heading(), heading);
    }
    assert!(browser.page().unwrap().says(AMINA));
}

#[tokio::test]
async fn scripts_read_and_turn_the_org_at_its_controls() {
    let scene = Scene::set().await;
    scene.recover().await;
    let http = caller(&scene);
    let log: Value = read(&http, &scene, "_lab/system-log").await;
    assert_eq!(log[1]["eventType"], "user.identity_verification");
    assert_eq!(
        log[1]["outcome"],
        json!({ "result": "ALLOW", "reason": "CLAIMS_VERIFIED" })
    );
    let users = read(&http, &scene, "_lab/users").await;
    assert_eq!(users[0]["status"], "ACTIVE");

    let address = scene.org.world().base.join("_lab/options").unwrap();
    let ask = doorward_contract::http::Ask::write(http::Method::POST, address).json(&json!({ "body": "json" }));
    assert_eq!(http.send(ask).await.unwrap().status, 204);
    assert_eq!(read(&http, &scene, "_lab/options").await["body"], "json");
    let expected = OrgOptions {
        body: doorward_lab::okta::Body::Json,
        ..OrgOptions::default()
    };
    assert_eq!(scene.org.options(), expected);
}

fn caller(scene: &Scene) -> doorward_contract::http::Http {
    let base = scene.org.world().base.clone();
    doorward_contract::http::Http::new("a script", &[base], doorward_contract::http::Bounds::default()).unwrap()
}

async fn read(http: &doorward_contract::http::Http, scene: &Scene, path: &str) -> Value {
    let address = scene.org.world().base.join(path).unwrap();
    let answer = http.send(doorward_contract::http::Ask::get(address)).await.unwrap();
    answer.json().unwrap()
}

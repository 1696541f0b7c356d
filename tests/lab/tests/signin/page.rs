//! The imitation over HTTP: documents, pages driven by a browser without scripts, and the lab's controls.

use std::sync::Arc;

use doorward_contract::Clock;
use doorward_contract::clock::TurnedClock;
use doorward_graph::fake::{EntraFake, TapPolicy, World};
use doorward_lab::browser::{Browser, Page};
use doorward_lab::caller;
use doorward_lab::signin::{Fault, Lie, Options, PostForm};
use serde_json::{Value, json};
use url::Url;

use super::scene::{LOGIN, Scene, TENANT, fields, scene, scene_with};

fn browser(scene: &Scene) -> Browser {
    Browser::new(Arc::new(scene.clock.clone())).unwrap()
}

/// Types the first factor.
async fn sign_in<'a>(scene: &Scene, browser: &'a mut Browser) -> &'a Page {
    let start = scene.authority.join("external-mfa").unwrap();
    browser.visit(start.as_str()).await.unwrap();
    let form = browser
        .form("Sign in")
        .unwrap()
        .set("login", LOGIN)
        .set("password", "anything");
    form.press("Sign in").await.unwrap()
}

/// Types the first factor and presses the button; what the provider was posted.
async fn go(scene: &Scene, browser: &mut Browser) -> PostForm {
    sign_in(scene, browser).await;
    browser
        .form("Approve with Doorward")
        .unwrap()
        .press("Approve with Doorward")
        .await
        .unwrap();
    let attempt = scene.signin.attempts().last().unwrap().id;
    let fields = scene.provider.shown.lock().unwrap().posted.clone();
    let action: Url = format!("{}/authorize", scene.provider.issuer).parse().unwrap();
    PostForm {
        attempt,
        action,
        fields,
    }
}

/// A page of the provider that posts the honest answer.
fn answering(scene: &Scene, form: &PostForm) -> String {
    let input = |(name, value): &(String, String)| format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
    let posted = fields(form, &scene.claims(form));
    let inputs = posted.iter().map(input).collect::<Vec<_>>().concat();
    let target = form.field("redirect_uri").unwrap();
    format!(r#"<title>Back</title><form method="post" action="{target}">{inputs}<button>Back</button></form>"#)
}

/// Opens the provider's page again, now with the answer on it, and presses its button.
async fn return_with(scene: &Scene, form: &PostForm, browser: &mut Browser) {
    let page = answering(scene, form);
    scene.provider.change(|shown| shown.page = page);
    // Stands for the end of the provider's journey, whatever browser it is in.
    browser.visit(form.action.as_str()).await.unwrap();
    browser.form("Back").unwrap().press("Back").await.unwrap();
}

async fn get(url: Url) -> Value {
    let client = caller::client().unwrap();
    client.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_person_signs_in_with_a_browser_without_scripts() {
    let scene = scene().await;
    let mut browser = browser(&scene);
    let form = go(&scene, &mut browser).await;
    let sent: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(sent.len(), 10, "{sent:?}");
    return_with(&scene, &form, &mut browser).await;
    let page = browser.page().unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.says("You are signed in"), "{}", page.text());
    assert!(scene.signin.attempts()[0].outcome.as_ref().unwrap().is_signed_in());
}

#[tokio::test]
async fn an_answer_that_comes_from_another_browser_is_refused_and_the_first_one_still_waits() {
    let scene = scene().await;
    let (mut first, mut second) = (browser(&scene), browser(&scene));
    let form = go(&scene, &mut first).await;
    return_with(&scene, &form, &mut second).await;
    assert_eq!(second.page().unwrap().status(), 400);
    let attempt = scene.signin.attempts().remove(0);
    assert_eq!(attempt.answers[0].outcome.fault(), Some(&Fault::OtherBrowser));
    return_with(&scene, &form, &mut first).await;
    assert!(first.page().unwrap().says("You are signed in"));
}

#[tokio::test]
async fn the_page_that_posts_itself_lets_nothing_else_happen() {
    let scene = scene().await;
    let mut browser = browser(&scene);
    let page = sign_in(&scene, &mut browser).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    let origin = Url::parse(&scene.provider.issuer)
        .unwrap()
        .origin()
        .ascii_serialization();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains(&format!("form-action {origin};")), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.source().contains(&format!("<script nonce=\"{nonce}\">")));
    assert_eq!(page.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_broken_provider_is_told_with_its_number_on_the_page() {
    let scene = scene().await;
    scene.signin.change(|world| world.consented = false);
    let mut browser = browser(&scene);
    let page = sign_in(&scene, &mut browser).await;
    assert_eq!(page.status(), 502);
    assert!(page.says("AADSTS900491"), "{}", page.text());
}

#[tokio::test]
async fn the_keys_are_found_from_both_discovery_documents() {
    let scene = scene().await;
    let base = scene.authority.as_str().trim_end_matches('/');
    for (below, issuer) in [
        ("common".to_owned(), format!("{base}/{{tenantid}}/v2.0")),
        (TENANT.to_string(), format!("{base}/{TENANT}/v2.0")),
    ] {
        let path = format!("{below}/v2.0/.well-known/openid-configuration");
        let document = get(scene.authority.join(&path).unwrap()).await;
        assert_eq!(document["issuer"], issuer);
        let keys = get(document["jwks_uri"].as_str().unwrap().parse().unwrap()).await;
        assert_eq!(keys, scene.signin.published_keys().unwrap());
    }
    let other = "00000000-0000-4000-8000-000000000000/v2.0/.well-known/openid-configuration";
    let refusal = get(scene.authority.join(other).unwrap()).await;
    assert_eq!(refusal["error"], "invalid_tenant");
}

#[tokio::test]
async fn everything_can_be_read_and_changed_from_another_process() {
    let scene = scene().await;
    let client = caller::client().unwrap();
    let url = |path: &str| scene.authority.join(path).unwrap();
    let options = Options::lying(Lie::OtherTenant);
    let sent = client
        .post(url("_lab/external-mfa/options"))
        .json(&options)
        .send()
        .await
        .unwrap();
    assert_eq!((sent.status().as_u16(), scene.signin.options()), (204, options));
    let partial = json!({ "state": "omitted" });
    client
        .post(url("_lab/external-mfa/options"))
        .json(&partial)
        .send()
        .await
        .unwrap();
    let form = scene.signin.begin(LOGIN).await.unwrap();
    assert_eq!(form.field("state"), None);
    scene.answer_honestly(&form).await;

    let turned = client.post(url("_lab/external-mfa/rollover")).send().await.unwrap();
    let kid = turned.json::<Value>().await.unwrap()["kid"].clone();
    let keys = get(url("common/discovery/v2.0/keys")).await;
    assert_eq!(keys["keys"][1]["kid"], kid);

    let told = get(url("_lab/external-mfa")).await;
    assert_eq!(told["attempts"][0]["outcome"]["is"], "signed_in");
    assert_eq!(told["attempts"][0]["login"], LOGIN);
    let log = get(url("_lab/external-mfa/log")).await;
    assert_eq!(log.as_array().unwrap().len(), 1, "{log}");
    assert_eq!(log[0]["path"], "/common/discovery/v2.0/keys");
}

#[tokio::test]
async fn it_shares_its_address_with_the_imitated_tenant() {
    let clock: Arc<dyn Clock> = Arc::new(TurnedClock::at(doorward_contract::Timestamp::from_seconds(0)));
    let tenant = EntraFake::new(
        World {
            tenant: TENANT,
            tenant_name: "Acme".to_owned(),
            client_id: TENANT,
            client_secret: None,
            certificate_pem: None,
            scope: String::new(),
            granted: Vec::new(),
            tap_policy: TapPolicy::default(),
            people: Vec::new(),
            birth_date_attribute: None,
            premium: false,
            public_base: "http://127.0.0.1/".parse().unwrap(),
        },
        clock,
    );
    let scene = scene_with(|router| tenant.router().merge(router)).await;
    let client = caller::client().unwrap();
    for (path, status) in [
        ("signin", 200),
        ("external-mfa", 200),
        ("v1.0/users", 401),
        ("common/discovery/v2.0/keys", 200),
        ("_lab/log", 200),
        ("_lab/external-mfa", 200),
        ("_lab/external-mfa/log", 200),
    ] {
        let answer = client.get(scene.authority.join(path).unwrap()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    assert_eq!(tenant.fake().lines(), ["GET /signin", "GET /v1.0/users"]);
    assert_eq!(
        scene.signin.fake().lines(),
        ["GET /external-mfa", "GET /common/discovery/v2.0/keys"]
    );
}

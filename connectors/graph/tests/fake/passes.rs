//! Temporary access passes, other methods, and signing in with a pass.

use std::time::Duration;

use doorward_graph::fake::TapPolicy;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stand::{ALTERNATE, APP, GUEST, MOBILE, NILS, PASSWORD, Stand, method, world};

const UPN: &str = "nils.berg@acme.example";
const PHONE: &str = "phoneAuthenticationMethod";
const AUTHENTICATOR: &str = "microsoftAuthenticatorAuthenticationMethod";

fn taps(id: Uuid) -> String {
    format!("users/{id}/authentication/temporaryAccessPassMethods")
}

async fn issue(stand: &Stand, wish: Value) -> (u16, Value) {
    stand.send("POST", &taps(NILS), wish).await
}

fn text<'a>(tap: &'a Value, name: &str) -> &'a str {
    tap[name].as_str().unwrap()
}

#[tokio::test]
async fn a_pass_is_told_once_with_the_defaults_of_the_policy() {
    let stand = Stand::usual().await;
    let (status, tap) = issue(&stand, json!({})).await;
    assert_eq!(status, 201);
    assert_eq!(text(&tap, "temporaryAccessPass").len(), 8);
    assert_eq!(
        (&tap["lifetimeInMinutes"], &tap["isUsableOnce"]),
        (&json!(60), &json!(false))
    );
    assert_eq!(
        (&tap["isUsable"], text(&tap, "methodUsabilityReason")),
        (&json!(true), "EnabledByPolicy")
    );
    let one = format!("{}/{}", taps(NILS), text(&tap, "id"));
    let (_, read) = stand.get(&one).await;
    assert_eq!(read["temporaryAccessPass"], Value::Null);
    let (_, list) = stand.get(&taps(NILS)).await;
    assert_eq!(list["value"][0]["id"], tap["id"]);
    assert_eq!(list["value"][0]["temporaryAccessPass"], Value::Null);
    let state = json!(stand.fake.accounts()).to_string();
    assert!(!state.contains(text(&tap, "temporaryAccessPass")));
    assert_eq!(stand.send_nothing("POST", &taps(NILS)).await.0, 400, "a body is needed");
}

#[tokio::test]
async fn a_lifetime_outside_of_the_policy_is_refused_with_the_range() {
    let stand = Stand::usual().await;
    for (minutes, status) in [(59, 400), (60, 201), (480, 201), (481, 400)] {
        let (answered, body) = issue(&stand, json!({ "lifetimeInMinutes": minutes })).await;
        assert_eq!(answered, status, "{minutes}");
        if status == 400 {
            let message = body["error"]["message"].as_str().unwrap();
            assert!(message.contains("60") && message.contains("480"), "{message}");
        }
    }
    stand.fake.set_tap_policy(TapPolicy {
        min: 5,
        max: 50_000,
        ..TapPolicy::default()
    });
    for minutes in [9, 43_201] {
        assert_eq!(issue(&stand, json!({ "lifetimeInMinutes": minutes })).await.0, 400);
    }
    for wrong in [
        json!({ "lifetimeInMinutes": "60" }),
        json!({ "temporaryAccessPass": "Mine-12345" }),
        json!([]),
    ] {
        assert_eq!(issue(&stand, wrong.clone()).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_policy_can_force_one_time_passes_and_switch_passes_off() {
    let stand = Stand::usual().await;
    stand.fake.set_tap_policy(TapPolicy {
        usable_once: true,
        ..TapPolicy::default()
    });
    assert_eq!(issue(&stand, json!({ "isUsableOnce": false })).await.0, 400);
    let (_, tap) = issue(&stand, json!({})).await;
    assert_eq!(tap["isUsableOnce"], true);
    stand.fake.set_tap_policy(TapPolicy {
        enabled: false,
        ..TapPolicy::default()
    });
    let (status, body) = issue(&stand, json!({})).await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().contains("does not allow"));
    assert_eq!(stand.sign_in(UPN, text(&tap, "temporaryAccessPass")).await.0, 401);
    let path = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass";
    let (_, policy) = stand.get(path).await;
    assert_eq!(
        (&policy["state"], &policy["maximumLifetimeInMinutes"]),
        (&json!("disabled"), &json!(480))
    );
    assert_eq!(
        stand.send("POST", &taps(GUEST), json!({})).await.0,
        400,
        "a guest has none here"
    );
}

#[tokio::test]
async fn a_new_pass_replaces_the_old_one_and_a_deleted_one_is_gone() {
    let stand = Stand::usual().await;
    let (_, old) = issue(&stand, json!({})).await;
    let (_, new) = issue(&stand, json!({})).await;
    assert_eq!(stand.sign_in(UPN, text(&old, "temporaryAccessPass")).await.0, 401);
    assert_eq!(stand.get(&format!("{}/{}", taps(NILS), text(&old, "id"))).await.0, 404);
    assert_eq!(stand.account(NILS).taps.len(), 1);
    let one = format!("{}/{}", taps(NILS), text(&new, "id"));
    assert_eq!(stand.send_nothing("DELETE", &one).await.0, 204);
    assert_eq!(stand.send_nothing("DELETE", &one).await.0, 404);
    assert_eq!(stand.sign_in(UPN, text(&new, "temporaryAccessPass")).await.0, 401);
    assert_eq!(stand.account(NILS).tap_creates, 2);
}

#[tokio::test]
async fn a_pass_lets_its_owner_set_up_a_method_and_leaves_the_password_alone() {
    let stand = Stand::usual().await;
    let (_, tap) = issue(&stand, json!({ "isUsableOnce": true })).await;
    let pass = text(&tap, "temporaryAccessPass");
    let (status, target, _) = stand.sign_in(UPN, pass).await;
    let target = target.unwrap();
    assert_eq!(status, 303);
    let (_, page) = stand.page(&target).await;
    assert!(page.contains("Set up a new sign-in method"));
    let visit = target.strip_prefix("/signin/register?visit=").unwrap();
    let (_, done, _) = stand.form("/signin/register", &[("visit", visit)]).await;
    let (_, page) = stand.page(&done.unwrap()).await;
    assert!(page.contains("You are signed in as Nils Berg"));
    assert_eq!(stand.account(NILS).methods.len(), 1);
    assert_eq!(stand.account(NILS).taps[0].reason, "OneTimeUsed");
    assert_eq!(stand.sign_in(UPN, pass).await.0, 401, "once");
    assert_eq!(stand.sign_in(UPN, PASSWORD).await.0, 303);
}

#[tokio::test]
async fn a_pass_works_from_its_start_to_its_end_and_more_than_once_if_it_may() {
    let stand = Stand::usual().await;
    let (_, tap) = issue(&stand, json!({ "startDateTime": "2026-01-15T11:00:00Z" })).await;
    let pass = text(&tap, "temporaryAccessPass");
    assert_eq!(text(&tap, "methodUsabilityReason"), "NotYetValid");
    assert_eq!(stand.sign_in(UPN, pass).await.0, 401);
    stand.clock.forward(Duration::from_hours(1));
    assert_eq!(stand.sign_in(UPN, pass).await.0, 303);
    stand.clock.forward(Duration::from_mins(59));
    let (status, target, _) = stand.sign_in(UPN, pass).await;
    assert_eq!(status, 303);
    stand.clock.forward(Duration::from_mins(1));
    assert_eq!(stand.sign_in(UPN, pass).await.0, 401);
    assert_eq!(
        stand.page(&target.unwrap()).await.0,
        410,
        "its session does not outlive it"
    );
    assert_eq!(stand.account(NILS).taps[0].reason, "Expired");
}

#[tokio::test]
async fn a_one_time_pass_leaves_ten_minutes_to_set_up_a_method() {
    for (wait, status) in [(9, 303), (10, 410)] {
        let stand = Stand::usual().await;
        let (_, tap) = issue(&stand, json!({ "isUsableOnce": true })).await;
        let (_, target, _) = stand.sign_in(UPN, text(&tap, "temporaryAccessPass")).await;
        let target = target.unwrap();
        stand.clock.forward(Duration::from_mins(wait));
        let visit = target.split_once('=').unwrap().1;
        assert_eq!(
            stand.form("/signin/register", &[("visit", visit)]).await.0,
            status,
            "{wait}"
        );
    }
}

#[tokio::test]
async fn a_pass_comes_before_federation_and_a_password_does_not() {
    let mut world = world();
    world.people[0].federated = true;
    let stand = Stand::of(world).await;
    let (_, tap) = issue(&stand, json!({})).await;
    assert_eq!(stand.sign_in(UPN, PASSWORD).await.0, 401);
    assert_eq!(stand.sign_in(UPN, text(&tap, "temporaryAccessPass")).await.0, 303);
}

async fn with_methods(methods: &[(Uuid, &str, bool)]) -> Stand {
    let mut world = world();
    let methods = methods.iter().map(|(id, kind, default)| method(*id, kind, *default));
    world.people[0].methods = methods.collect();
    Stand::of(world).await
}

async fn delete(stand: &Stand, collection: &str, id: Uuid) -> u16 {
    let path = format!("users/{NILS}/authentication/{collection}/{id}");
    stand.send_nothing("DELETE", &path).await.0
}

#[tokio::test]
async fn the_default_method_can_only_be_deleted_last() {
    let stand = with_methods(&[(MOBILE, PHONE, true), (APP, AUTHENTICATOR, false)]).await;
    assert_eq!(delete(&stand, "phoneMethods", MOBILE).await, 400);
    assert_eq!(delete(&stand, "phoneMethods", APP).await, 404, "of another collection");
    assert_eq!(delete(&stand, "microsoftAuthenticatorMethods", APP).await, 204);
    assert_eq!(delete(&stand, "microsoftAuthenticatorMethods", APP).await, 404);
    assert_eq!(delete(&stand, "phoneMethods", MOBILE).await, 204);
    assert!(stand.account(NILS).methods.is_empty());
}

#[tokio::test]
async fn the_alternate_phone_goes_before_the_mobile_phone() {
    let methods = [
        (MOBILE, PHONE, false),
        (ALTERNATE, PHONE, false),
        (APP, AUTHENTICATOR, true),
    ];
    let stand = with_methods(&methods).await;
    assert_eq!(delete(&stand, "phoneMethods", MOBILE).await, 400);
    assert_eq!(delete(&stand, "phoneMethods", ALTERNATE).await, 204);
    assert_eq!(delete(&stand, "phoneMethods", MOBILE).await, 204);
}

#[tokio::test]
async fn all_methods_are_listed_with_password_and_pass_and_without_secrets() {
    let stand = with_methods(&[(MOBILE, PHONE, true)]).await;
    let (_, tap) = issue(&stand, json!({})).await;
    let (_, body) = stand.get(&format!("users/{NILS}/authentication/methods")).await;
    let kinds: Vec<&str> = body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(one, "@odata.type"))
        .collect();
    let expected = ["password", "phone", "temporaryAccessPass"];
    assert_eq!(
        kinds,
        expected.map(|kind| format!("#microsoft.graph.{kind}AuthenticationMethod"))
    );
    assert!(!body.to_string().contains(text(&tap, "temporaryAccessPass")));
    assert!(!body.to_string().contains(PASSWORD));
    let password = Uuid::parse_str("28c10230-6103-485e-b985-444c60001490").unwrap();
    assert_eq!(delete(&stand, "passwordMethods", password).await, 405);
}

//! Removing sign-in methods: order, what refuses, what is gone already.

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Connector, Reconciled, StepKey, VendorError};
use doorward_graph::fake::Method;
use serde_json::json;
use uuid::Uuid;

use crate::stand::{ADA, ALTERNATE, MOBILE, Stand, ada, method};

fn removal(kinds: &[&str]) -> Action {
    Action::RemoveMethods {
        kinds: kinds.iter().map(|&kind| kind.into()).collect(),
    }
}

async fn with(methods: Vec<Method>) -> (Stand, Account) {
    let mut person = ada();
    person.methods = methods;
    let stand = Stand::of(|world| world.people[0] = person, |_| {}).await;
    let account = stand.account(ADA).await;
    stand.fake.fake().forget();
    (stand, account)
}

fn app(default: bool) -> Method {
    method(
        Uuid::from_u128(1),
        "microsoftAuthenticatorAuthenticationMethod",
        default,
    )
}

fn key(default: bool) -> Method {
    method(Uuid::from_u128(2), "fido2AuthenticationMethod", default)
}

fn phone(id: Uuid, default: bool) -> Method {
    method(id, "phoneAuthenticationMethod", default)
}

fn deletions(stand: &Stand) -> usize {
    stand.lines().iter().filter(|line| line.starts_with("DELETE")).count()
}

#[tokio::test]
async fn the_default_goes_last_and_the_mobile_after_the_alternate() {
    let methods = vec![app(true), phone(MOBILE, false), key(false), phone(ALTERNATE, false)];
    let (stand, account) = with(methods).await;
    let (_, receipt) = stand
        .perform(&account, &removal(&["phone", "authenticator_app", "passkey"]))
        .await
        .unwrap();
    assert!(stand.view(&account).methods.is_empty());
    assert_eq!(receipt.facts["removed"], json!(4));
    assert_eq!(deletions(&stand), 5, "only the default was refused, and only once");
}

#[tokio::test]
async fn a_default_mobile_goes_last() {
    let (stand, account) = with(vec![phone(MOBILE, true), phone(ALTERNATE, false), key(false)]).await;
    stand.perform(&account, &removal(&["phone", "passkey"])).await.unwrap();
    assert!(stand.view(&account).methods.is_empty());
}

#[tokio::test]
async fn only_the_kinds_named_are_removed_and_never_the_password() {
    let (stand, account) = with(vec![phone(MOBILE, false), key(false), app(true)]).await;
    stand.perform(&account, &removal(&["phone"])).await.unwrap();
    let left = stand.view(&account).methods;
    assert_eq!(left.len(), 2);
    assert!(!stand.lines().iter().any(|line| line.contains("passwordMethods")));
}

#[tokio::test]
async fn a_default_that_others_hold_in_place_ends_after_three_rounds() {
    let (stand, account) = with(vec![phone(MOBILE, true), key(false)]).await;
    let error = stand.perform(&account, &removal(&["phone"])).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unfit { why } if why.contains("administrator")),
        "{error:?}"
    );
    assert_eq!(deletions(&stand), 3);
    assert_eq!(stand.view(&account).methods.len(), 2);
}

#[tokio::test]
async fn what_is_gone_already_is_done() {
    let (stand, account) = with(vec![key(false)]).await;
    stand.fake.fake().misbehave(Rule {
        method: Some("DELETE".into()),
        status: Some(404),
        ..Rule::default()
    });
    stand.perform(&account, &removal(&["passkey"])).await.unwrap();
    let (stand, account) = with(Vec::new()).await;
    let (_, receipt) = stand.perform(&account, &removal(&["passkey"])).await.unwrap();
    assert_eq!(receipt.facts["removed"], json!(0));
}

#[tokio::test]
async fn a_right_that_is_missing_is_not_taken_for_a_default() {
    let (stand, account) = with(vec![method(Uuid::from_u128(3), "emailAuthenticationMethod", false)]).await;
    let error = stand.perform(&account, &removal(&["email"])).await.unwrap_err();
    assert_eq!(error.remedy(), "refused");
    assert_eq!(deletions(&stand), 1);
}

#[tokio::test]
async fn words_that_are_no_kind_are_refused_before_anybody_starts() {
    let stand = Stand::usual().await;
    for kinds in [&["password"][..], &[], &["phone", "hardware_oath"], &["../users"]] {
        let refused = stand.graph.prepare(&removal(kinds)).await.unwrap_err();
        assert_eq!(refused.remedy(), "refused", "{kinds:?}");
    }
    let prepared = stand
        .graph
        .prepare(&removal(&["phone", "windows_hello"]))
        .await
        .unwrap();
    assert_eq!(prepared.notes.len(), 1);
    assert!(prepared.notes[0].contains("device"));
}

#[tokio::test]
async fn what_is_left_tells_whether_it_happened() {
    let (stand, account) = with(vec![phone(MOBILE, false), key(true)]).await;
    let (step, at) = (StepKey("a step".into()), stand.fake.fake().now());
    let none = json!({});
    let action = removal(&["phone"]);
    let reconciled = stand
        .graph
        .reconcile(&step, &account, &action, &none, at)
        .await
        .unwrap();
    assert!(matches!(reconciled, Reconciled::NotDone));
    stand.perform(&account, &action).await.unwrap();
    let reconciled = stand
        .graph
        .reconcile(&step, &account, &action, &none, at)
        .await
        .unwrap();
    assert!(matches!(reconciled, Reconciled::Done(_)));
}

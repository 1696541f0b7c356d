//! Whether somebody can sign in, as far as it can be read.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Condition, Connector, Origin};
use doorward_graph::fake::TapPolicy;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::stand::{ADA, GRANTED, Stand};

const PASS: Action = Action::TemporaryAccessPass {
    lifetime_minutes: Some(60),
    one_time: true,
};

async fn told(stand: &Stand, account: &Account) -> Condition {
    stand.graph.condition(account).await.unwrap()
}

fn says(told: &Condition, words: &str) -> bool {
    told.notes.iter().any(|note| note.contains(words))
}

#[tokio::test]
async fn the_kinds_of_methods_are_told_and_nothing_that_names_anybody() {
    let stand = Stand::usual().await;
    let told = told(&stand, &stand.account(ADA).await).await;
    assert!(told.usable);
    assert_eq!(told.notes, ["sign-in methods: passkey, password, phone"]);
}

#[tokio::test]
async fn what_became_of_a_pass_is_told_in_our_words() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let (_, receipt) = stand.perform(&account, &PASS).await.unwrap();
    let pass = receipt.pass.unwrap();
    assert!(says(&told(&stand, &account).await, "pass can be used"));
    stand.fake.set_tap_policy(TapPolicy {
        enabled: false,
        ..TapPolicy::default()
    });
    assert!(says(&told(&stand, &account).await, "policy does not let"));
    stand.fake.set_tap_policy(TapPolicy::default());
    assert!(stand.lets_in(&account.login, pass.secret.expose_secret()).await);
    assert!(says(&told(&stand, &account).await, "was used"));
    stand.clock.forward(Duration::from_hours(2));
    assert!(says(&told(&stand, &account).await, "is over"));
}

#[tokio::test]
async fn without_the_right_to_list_methods_the_pass_is_read_alone() {
    let granted = |world: &mut doorward_graph::fake::World| {
        world.granted = GRANTED
            .iter()
            .filter(|right| **right != "UserAuthenticationMethod.Read.All")
            .map(|&right| right.to_owned())
            .collect();
    };
    let stand = Stand::of(granted, |_| {}).await;
    let account = stand.account(ADA).await;
    stand.perform(&account, &PASS).await.unwrap();
    let told = told(&stand, &account).await;
    assert!(told.usable);
    assert!(
        says(&told, "grant UserAuthenticationMethod.Read.All") && says(&told, "pass can be used"),
        "{:?}",
        told.notes
    );
}

/// What an account whose methods are these is told to be.
async fn with_methods(stand: &Stand, account: &Account, methods: Value) -> Condition {
    stand.fake.fake().misbehave(Rule {
        path: Some("/authentication/methods".into()),
        status: Some(200),
        body: Some(json!({ "value": methods })),
        ..Rule::default()
    });
    told(stand, account).await
}

#[tokio::test]
async fn who_has_nothing_to_begin_with_cannot_sign_in() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let method = |kind: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": "x" });
    let pass = |is_usable: bool, reason: &str| {
        json!({
            "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod", "id": "x",
            "isUsable": is_usable, "methodUsabilityReason": reason,
        })
    };
    let table = [
        (json!([]), false),
        (json!([method("softwareOathAuthenticationMethod")]), false),
        (
            json!([method("emailAuthenticationMethod"), pass(false, "Expired")]),
            false,
        ),
        (json!([method("aMethodOfNextYear")]), false),
        (json!([pass(true, "EnabledByPolicy")]), true),
        (
            json!([pass(false, "Expired"), method("passwordAuthenticationMethod")]),
            true,
        ),
        (json!([method("fido2AuthenticationMethod")]), true),
        (json!([method("windowsHelloForBusinessAuthenticationMethod")]), true),
    ];
    for (methods, usable) in table {
        let told = with_methods(&stand, &account, methods.clone()).await;
        assert_eq!(told.usable, usable, "{methods}: {:?}", told.notes);
    }
    // A word of the vendor's that nobody knows is not repeated.
    let told = with_methods(&stand, &account, json!([pass(false, "Ada O'Kerr")])).await;
    assert!(
        says(&told, "cannot be used") && !says(&told, "Kerr"),
        "{:?}",
        told.notes
    );
    for origin in [Origin::Synchronised, Origin::Federated] {
        let elsewhere = Account {
            origin,
            ..account.clone()
        };
        assert!(with_methods(&stand, &elsewhere, json!([])).await.usable, "{origin:?}");
    }
}

#[tokio::test]
async fn where_the_switch_cannot_be_read_that_is_said() {
    let few = |world: &mut doorward_graph::fake::World| {
        world.granted = ["User.ReadBasic.All", "UserAuthenticationMethod.Read.All"]
            .map(Into::into)
            .into();
    };
    let whole = Stand::usual().await;
    let account = whole.account(ADA).await;
    let stand = Stand::of(few, |_| {}).await;
    let told = told(&stand, &account).await;
    assert!(
        told.usable && says(&told, "the account cannot be read"),
        "{:?}",
        told.notes
    );
}

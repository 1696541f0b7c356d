//! Taking passes and passwords back: what came after them stays, and what cannot be told is not called gone.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Connector, Receipt, Sent, StepKey, Undoing, VendorError};
use doorward_graph::fake::TapPolicy;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::stand::{ADA, Stand};

const PASSWORD: Action = Action::TemporaryPassword;
const PASS: Action = Action::TemporaryAccessPass {
    lifetime_minutes: Some(60),
    one_time: true,
};
const OWN: &str = "Lantern-Orchard-88";

async fn undo(stand: &Stand, account: &Account, action: &Action, facts: &Value) -> Result<Receipt, VendorError> {
    let key = StepKey("a step".into());
    stand.graph.undo(&key, account, action, facts).await
}

/// Sets a temporary password; the receipt's facts and the password.
async fn set_password(stand: &Stand, account: &Account) -> (Value, String) {
    let (intent, receipt) = stand.perform(account, &PASSWORD).await.unwrap();
    (receipt.facts, intent.pass.unwrap().secret.expose_secret().to_owned())
}

/// The person signs in with the temporary password and chooses one of their own.
async fn choose_own(stand: &Stand, account: &Account, temporary: &str) {
    let answer = stand
        .posted("signin", &[("login", &account.login), ("password", temporary)])
        .await;
    let target = answer.header("location").unwrap().to_owned();
    let visit = target.strip_prefix("/signin/change?visit=").unwrap();
    let fields = [("visit", visit), ("password", OWN), ("confirm", OWN)];
    assert_eq!(stand.posted("signin/change", &fields).await.status.as_u16(), 303);
}

#[tokio::test]
async fn the_temporary_password_dies_and_still_has_to_be_changed() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let (facts, temporary) = set_password(&stand, &account).await;
    assert!(facts["password_changed_at"].is_string(), "{facts}");
    stand.clock.forward(Duration::from_mins(1));
    stand.fake.fake().forget();
    let receipt = undo(&stand, &account, &PASSWORD, &facts).await.unwrap();
    assert!(receipt.pass.is_none());
    let view = stand.view(&account);
    assert_eq!((view.password_sets, view.must_change), (2, true));
    assert!(!stand.lets_in(&account.login, &temporary).await);
    // What was set instead is told nowhere.
    let asked = stand.fake.fake().asked();
    let sent = asked.iter().find(|asked| asked.method == "PATCH").unwrap();
    let drawn = sent.body["passwordProfile"]["password"].as_str().unwrap();
    assert_ne!(drawn, temporary);
    assert!(!format!("{receipt:?}").contains(drawn));
}

#[tokio::test]
async fn a_password_that_the_person_chose_since_is_theirs() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let (facts, temporary) = set_password(&stand, &account).await;
    // Within the two minutes in which two clocks could not tell the one from the other.
    stand.clock.forward(Duration::from_secs(40));
    choose_own(&stand, &account, &temporary).await;
    let undone = undo(&stand, &account, &PASSWORD, &facts).await;
    assert!(matches!(undone, Err(VendorError::Done)), "{undone:?}");
    assert!(stand.lets_in(&account.login, OWN).await);
}

#[tokio::test]
async fn where_the_directory_showed_the_new_moment_too_late_the_clocks_tell() {
    for (later, is_theirs) in [(Duration::from_mins(1), false), (Duration::from_mins(10), true)] {
        let stand = Stand::usual().await;
        let account = stand.account(ADA).await;
        let intent = stand.graph.intend(&account, &PASSWORD).await.unwrap();
        stand.fake.fake().misbehave(Rule {
            method: Some("GET".into()),
            status: Some(404),
            times: Some(0),
            ..Rule::default()
        });
        let key = StepKey("a step".into());
        let performed = stand.graph.perform(&key, &account, &PASSWORD, &intent).await;
        stand.fake.fake().behave();
        let facts = performed.unwrap().facts;
        assert!(facts["password_changed_at"].is_null(), "{facts}");
        stand.clock.forward(later);
        if is_theirs {
            let pass = intent.pass.unwrap();
            choose_own(&stand, &account, pass.secret.expose_secret()).await;
            let undone = undo(&stand, &account, &PASSWORD, &facts).await;
            assert!(matches!(undone, Err(VendorError::Done)), "{undone:?}");
            assert!(stand.lets_in(&account.login, OWN).await);
        } else {
            undo(&stand, &account, &PASSWORD, &facts).await.unwrap();
            assert_eq!(stand.view(&account).password_sets, 2);
        }
    }
}

#[tokio::test]
async fn a_password_that_another_directory_masters_by_now_is_not_touched() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let (facts, _) = set_password(&stand, &account).await;
    let account = Account {
        origin: doorward_contract::Origin::Synchronised,
        ..account
    };
    stand.fake.fake().forget();
    let undone = undo(&stand, &account, &PASSWORD, &facts).await;
    assert!(matches!(undone, Err(VendorError::Unfit { .. })), "{undone:?}");
    assert!(stand.lines().is_empty());
}

#[tokio::test]
async fn a_pass_that_is_used_expired_or_against_the_policy_is_deleted_and_not_said_to_be_taken_back_in_time() {
    let stand = Stand::usual().await;
    for way in ["used", "expired", "off"] {
        let account = stand.fresh().await;
        let (_, receipt) = stand.perform(&account, &PASS).await.unwrap();
        let pass = receipt.pass.unwrap();
        match way {
            "used" => assert!(stand.lets_in(&account.login, pass.secret.expose_secret()).await),
            "expired" => stand.clock.forward(Duration::from_hours(2)),
            _ => stand.fake.set_tap_policy(TapPolicy {
                enabled: false,
                ..TapPolicy::default()
            }),
        }
        let undone = undo(&stand, &account, &PASS, &receipt.facts).await;
        assert!(matches!(undone, Err(VendorError::Done)), "{way}: {undone:?}");
        assert!(stand.view(&account).taps.is_empty(), "{way}");
    }
}

#[tokio::test]
async fn a_pass_that_is_not_shown_yet_is_not_called_gone() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let (_, receipt) = stand.perform(&account, &PASS).await.unwrap();
    let unseen = Rule {
        method: Some("DELETE".into()),
        status: Some(404),
        ..Rule::default()
    };
    // Young, and later shown in the list by a part of the directory that knows it.
    for later in [Duration::ZERO, Duration::from_mins(1)] {
        stand.clock.forward(later);
        stand.fake.fake().misbehave(unseen.clone());
        let undone = undo(&stand, &account, &PASS, &receipt.facts).await;
        assert!(
            matches!(undone, Err(VendorError::Unreachable { sent: Sent::No, .. })),
            "{undone:?}"
        );
    }
    undo(&stand, &account, &PASS, &receipt.facts).await.unwrap();
    assert!(stand.view(&account).taps.is_empty());
}

#[tokio::test]
async fn a_receipt_that_names_no_pass_is_not_guessed_at() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    stand.perform(&account, &PASS).await.unwrap();
    stand.fake.fake().forget();
    for method in [Value::Null, json!(""), json!("../phoneMethods"), json!(7)] {
        let facts = json!({ "account": account.id, "method": method });
        let undone = undo(&stand, &account, &PASS, &facts).await;
        assert!(matches!(undone, Err(VendorError::Unfit { .. })), "{undone:?}");
    }
    assert!(stand.lines().is_empty());
}

#[tokio::test]
async fn what_other_vendors_do_is_not_taken_back_here() {
    let stand = Stand::usual().await;
    assert!(matches!(
        stand.graph.undoing(&Action::Suspend),
        Undoing::Impossible { .. }
    ));
}

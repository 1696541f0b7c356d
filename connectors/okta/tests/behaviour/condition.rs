//! Whether somebody can sign in: each status in words, and blocks beside it.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Condition, Connector};
use serde_json::json;

use crate::stand::Stand;

async fn told(stand: &Stand, account: &Account) -> Condition {
    stand.okta.condition(account).await.unwrap()
}

#[tokio::test]
async fn each_status_is_told_in_words() {
    let stand = Stand::usual().await;
    let table = [
        ("ACTIVE", true, "active"),
        ("PASSWORD_EXPIRED", true, "the next sign-in sets a new one"),
        ("RECOVERY", false, "issue another"),
        ("LOCKED_OUT", false, "unlock it"),
        ("SUSPENDED", false, "suspended"),
        ("DEPROVISIONED", false, "deactivated"),
        ("STAGED", false, "never activated"),
        ("PROVISIONED", false, "never finished activating"),
        ("A_WORD_OF_NEXT_YEAR", false, "not known"),
    ];
    for (status, usable, words) in table {
        let account = stand.fresh(status).await;
        let told = told(&stand, &account).await;
        assert_eq!(told.usable, usable, "{status}");
        assert!(told.notes.join(" ").contains(words), "{status}: {:?}", told.notes);
    }
}

#[tokio::test]
async fn a_reset_lets_somebody_in_while_its_link_is_young() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.perform(&account, &Action::ResetLink).await.unwrap();
    stand.wait(Duration::from_mins(59)).await;
    assert!(told(&stand, &account).await.usable);
    stand.wait(Duration::from_mins(2)).await;
    assert!(!told(&stand, &account).await.usable);
}

#[tokio::test]
async fn an_active_account_may_be_blocked_on_some_devices_or_on_all() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.change(&account.id.0, |person| person.blocked = true);
    let some = told(&stand, &account).await;
    assert!(
        some.usable && some.notes.join(" ").contains("does not know"),
        "{some:?}"
    );
    stand.fake.fake().misbehave(Rule {
        path: Some("/blocks".into()),
        status: Some(200),
        body: Some(json!([{ "type": "DEVICE_BASED", "appliesTo": "ANY_DEVICES" }])),
        ..Rule::default()
    });
    let all = told(&stand, &account).await;
    assert!(!all.usable && all.notes.join(" ").contains("every device"), "{all:?}");
}

#[tokio::test]
async fn blocks_that_may_not_be_read_are_a_note() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.fake().misbehave(Rule {
        path: Some("/blocks".into()),
        status: Some(403),
        ..Rule::default()
    });
    let told = told(&stand, &account).await;
    assert!(
        told.usable && told.notes.join(" ").contains("cannot be read"),
        "{told:?}"
    );
}

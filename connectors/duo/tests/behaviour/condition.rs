//! Whether a user can pass Duo, as far as it can be read.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Condition, Connector};

use crate::stand::{ADA, Stand, group};

async fn told(stand: &Stand, account: &Account) -> Condition {
    stand.duo.condition(account).await.unwrap()
}

fn says(told: &Condition, words: &str) -> bool {
    told.notes.iter().any(|note| note.contains(words))
}

#[tokio::test]
async fn each_status_is_told_in_words() {
    let stand = Stand::usual().await;
    let table = [
        ("active", true, "active"),
        ("bypass", true, "without Duo"),
        ("disabled", false, "enable it"),
        ("locked out", false, "unlock it"),
        ("pending deletion", false, "restore it"),
        ("a word of next year", false, "look at it"),
    ];
    for (status, usable, words) in table {
        let account = stand.fresh_with(|person| person.status = status.into()).await;
        let told = told(&stand, &account).await;
        assert_eq!(told.usable, usable, "{status}");
        assert!(says(&told, words), "{status}: {:?}", told.notes);
    }
}

#[tokio::test]
async fn without_a_device_a_code_is_enough_while_it_lasts() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.devices.clear()).await;
    assert!(!told(&stand, &account).await.usable);
    stand.fake.make_code(&account.id.0, Duration::from_mins(30)).unwrap();
    let with_code = told(&stand, &account).await;
    assert!(with_code.usable && says(&with_code, "still work: 1"), "{with_code:?}");
    stand.clock.forward(Duration::from_mins(31));
    assert!(!told(&stand, &account).await.usable);
}

#[tokio::test]
async fn a_phone_that_waits_to_be_activated_is_told_of() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let before = told(&stand, &account).await;
    assert!(
        says(&before, "a device is registered") && !says(&before, "waits"),
        "{before:?}"
    );
    let act = Action::ActivationLink { lifetime_minutes: None };
    stand.perform(&account, &act).await.unwrap();
    let after = told(&stand, &account).await;
    assert!(after.usable && says(&after, "waits to be activated"), "{after:?}");
}

#[tokio::test]
async fn a_disabled_group_keeps_its_members_out() {
    let stand = Stand::usual().await;
    let disabled = group("DGGONE00000000000000", "Disabled");
    let account = stand.fresh_with(|person| person.groups.push(disabled)).await;
    let told = told(&stand, &account).await;
    assert!(!told.usable && says(&told, "group"), "{told:?}");
}

#[tokio::test]
async fn what_may_not_be_read_is_a_note_and_stands_in_nobodys_way() {
    let stand = Stand::usual().await;
    for (path, what) in [
        ("/groups", "its groups"),
        ("/bypass_codes", "its bypass codes"),
        ("/phones", "its phones"),
    ] {
        let account = stand.fresh().await;
        stand.fake.fake().misbehave(Rule {
            path: Some(path.into()),
            status: Some(403),
            ..Rule::default()
        });
        let told = told(&stand, &account).await;
        stand.fake.fake().behave();
        assert!(
            told.usable && says(&told, &format!("{what} cannot be read")),
            "{told:?}"
        );
    }
}

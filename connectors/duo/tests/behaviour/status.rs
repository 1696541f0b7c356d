//! Which act fits which status, and unlocking.

use doorward_contract::{Action, Connector, Reconciled, StepKey, VendorError};
use serde_json::json;

use crate::stand::Stand;

fn actions() -> [Action; 5] {
    [
        Action::BypassCode { lifetime_minutes: None },
        Action::EnrolmentLink,
        Action::ActivationLink { lifetime_minutes: None },
        Action::Unlock,
        Action::RemoveDevices {
            kinds: vec!["phone".into()],
        },
    ]
}

#[tokio::test]
async fn every_act_in_every_status_is_let_or_refused_with_a_word_that_helps() {
    let stand = Stand::usual().await;
    // In the order of the acts above; what stands in quotes must be part of the reason.
    let table: [(&str, [&str; 5]); 6] = [
        ("active", ["", "", "", "", ""]),
        ("bypass", ["bypass status", "bypass status", "", "bypass status", ""]),
        ("disabled", ["disabled"; 5]),
        (
            "locked out",
            ["unlock it first", "unlock it first", "unlock it first", "", ""],
        ),
        ("pending deletion", ["trash"; 5]),
        ("something new", ["administrator"; 5]),
    ];
    for (status, wanted) in table {
        for (action, wanted) in actions().iter().zip(wanted) {
            let account = stand
                .fresh_with(|person| {
                    person.status = status.into();
                    if *action == Action::EnrolmentLink {
                        person.devices.clear();
                    }
                })
                .await;
            stand.fake.fake().forget();
            let intended = stand.duo.intend(&account, action).await;
            match &intended {
                Ok(_) => assert!(wanted.is_empty(), "{status} {action:?}"),
                Err(VendorError::Unfit { why } | VendorError::Premature { why, .. }) => {
                    assert!(!wanted.is_empty() && why.contains(wanted), "{status} {action:?}: {why}");
                }
                Err(error) => panic!("{status} {action:?}: {error:?}"),
            }
            assert!(
                stand.lines().iter().all(|line| line.starts_with("GET ")),
                "intending only reads"
            );
        }
    }
}

#[tokio::test]
async fn an_act_of_another_vendor_is_refused() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    for action in [Action::TemporaryPassword, Action::RevokeSessions, Action::Suspend] {
        for refused in [
            stand.duo.prepare(&action).await.map(|_| ()),
            stand.duo.intend(&account, &action).await.map(|_| ()),
        ] {
            assert!(
                matches!(refused, Err(VendorError::Refused { .. })),
                "{action:?}: {refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_locked_user_is_unlocked_by_one_write() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.status = "locked out".into()).await;
    stand.fake.fake().forget();
    let (_, receipt) = stand.perform(&account, &Action::Unlock).await.unwrap();
    assert_eq!(receipt.facts["status_before"], "locked out");
    let writes: Vec<_> = stand
        .fake
        .fake()
        .asked()
        .into_iter()
        .filter(|asked| asked.method != "GET")
        .collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].body, json!({ "status": "active" }));
}

#[tokio::test]
async fn what_is_not_locked_is_done_already() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let performed = stand.perform(&account, &Action::Unlock).await.map(|_| ());
    assert_eq!(performed, Err(VendorError::Done));
    assert_eq!(stand.view(&account).status_changes, 0);
}

#[tokio::test]
async fn somebody_disabled_in_between_stays_disabled() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.status = "locked out".into()).await;
    let intent = stand.duo.intend(&account, &Action::Unlock).await.unwrap();
    stand
        .fake
        .change(&account.id.0, |person| person.status = "disabled".into());
    let key = StepKey("a step".into());
    let performed = stand.duo.perform(&key, &account, &Action::Unlock, &intent).await;
    assert!(matches!(performed, Err(VendorError::Unfit { .. })), "{performed:?}");
    assert_eq!(stand.view(&account).status, "disabled");
}

#[tokio::test]
async fn a_synchronised_user_that_cannot_be_unlocked_is_explained() {
    let stand = Stand::usual().await;
    let account = stand
        .fresh_with(|person| {
            person.status = "locked out".into();
            person.synchronised = true;
        })
        .await;
    let error = stand.perform(&account, &Action::Unlock).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unfit { why } if why.contains("synchronise")),
        "{error:?}"
    );
    let disabled = stand
        .fresh_with(|person| {
            person.status = "disabled".into();
            person.synchronised = true;
        })
        .await;
    let error = stand.duo.intend(&disabled, &Action::Unlock).await.unwrap_err();
    assert!(error.to_string().contains("directory"), "{error}");
}

#[tokio::test]
async fn reading_back_an_unlock_tells_what_the_status_tells() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.status = "locked out".into()).await;
    let seen = stand.duo.intend(&account, &Action::Unlock).await.unwrap().snapshot;
    let at = stand.fake.fake().now();
    let key = StepKey("a step".into());
    let read = || stand.duo.reconcile(&key, &account, &Action::Unlock, &seen, at);
    assert!(matches!(read().await.unwrap(), Reconciled::NotDone));
    stand
        .fake
        .change(&account.id.0, |person| person.status = "active".into());
    assert!(matches!(read().await.unwrap(), Reconciled::Done(_)));
    stand
        .fake
        .change(&account.id.0, |person| person.status = "disabled".into());
    assert!(matches!(read().await.unwrap(), Reconciled::NotDone));
}

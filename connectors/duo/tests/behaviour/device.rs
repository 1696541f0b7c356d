//! Removing devices.

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Action, Connector, Reconciled, StepKey, VendorError};
use doorward_duo::fake::{Device, DeviceKind};

use crate::stand::Stand;

fn remove(kinds: &[&str]) -> Action {
    Action::RemoveDevices {
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    }
}

#[tokio::test]
async fn each_kind_is_removed_and_no_other() {
    let stand = Stand::usual().await;
    let table = [
        ("phone", DeviceKind::Phone),
        ("token", DeviceKind::Token),
        ("passkey", DeviceKind::Passkey),
        ("desktop", DeviceKind::Desktop),
    ];
    for (word, kind) in table {
        let desktop = Device::other(DeviceKind::Desktop, "DADESKTOP00000000000");
        let account = stand.fresh_with(|person| person.devices.push(desktop)).await;
        let (_, receipt) = stand.perform(&account, &remove(&[word])).await.unwrap();
        let left = stand.view(&account).devices;
        assert_eq!((left.len(), receipt.facts["removed"].as_u64()), (3, Some(1)), "{word}");
        assert!(left.iter().all(|device| device.kind != kind), "{word}");
    }
}

#[tokio::test]
async fn a_shared_phone_stays_with_the_other_person() {
    let stand = Stand::usual().await;
    let shared = Device::phone("DPSHARED000000000000");
    let one = stand.fresh_with(|person| person.devices = vec![shared.clone()]).await;
    let other = stand.fresh_with(|person| person.devices = vec![shared.clone()]).await;
    stand.perform(&one, &remove(&["phone"])).await.unwrap();
    assert!(stand.view(&one).devices.is_empty());
    assert_eq!(stand.view(&other).devices.len(), 1);
}

#[tokio::test]
async fn what_is_registered_after_the_intent_stays() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let action = remove(&["phone"]);
    let intent = stand.duo.intend(&account, &action).await.unwrap();
    stand.fake.change(&account.id.0, |person| {
        person.devices.push(Device::phone("DPNEW000000000000000"));
    });
    let key = StepKey("a step".into());
    stand.duo.perform(&key, &account, &action, &intent).await.unwrap();
    let left = stand.view(&account).devices;
    assert!(
        left.iter().any(|device| device.id == "DPNEW000000000000000"),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_removal_cut_half_way_is_carried_on() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let action = remove(&["phone", "token", "passkey"]);
    let at = stand.fake.fake().now();
    let intent = stand.duo.intend(&account, &action).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("DELETE".into()),
        after: 1,
        cut: Some(Cut::After),
        ..Rule::default()
    });
    let key = StepKey("a step".into());
    stand.duo.perform(&key, &account, &action, &intent).await.unwrap_err();
    assert_eq!(stand.view(&account).devices.len(), 1);
    let read = stand
        .duo
        .reconcile(&key, &account, &action, &intent.snapshot, at)
        .await
        .unwrap();
    assert!(matches!(read, Reconciled::NotDone), "{read:?}");
    stand.perform(&account, &action).await.unwrap();
    assert!(stand.view(&account).devices.is_empty());
    let read = stand
        .duo
        .reconcile(&key, &account, &action, &intent.snapshot, at)
        .await
        .unwrap();
    assert!(matches!(read, Reconciled::Done(_)), "{read:?}");
}

#[tokio::test]
async fn a_word_that_is_no_kind_is_refused() {
    let stand = Stand::usual().await;
    for action in [remove(&[]), remove(&["phone", "wallet"])] {
        let refused = stand.duo.prepare(&action).await;
        assert!(matches!(refused, Err(VendorError::Refused { .. })), "{refused:?}");
    }
}

//! Enrolment and activation links.

use std::time::Duration;

use doorward_contract::{Ability, Action, Connector, PassKind, Reconciled, StepKey, VendorError};
use doorward_duo::fake::{Device, DeviceKind};
use http::{Method, StatusCode};
use secrecy::ExposeSecret;

use crate::stand::Stand;

const ACTIVATION: Action = Action::ActivationLink {
    lifetime_minutes: Some(30),
};

fn key() -> StepKey {
    StepKey("a step".into())
}

#[tokio::test]
async fn an_enrolment_link_registers_the_first_device_once() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.devices.clear()).await;
    let (_, receipt) = stand.perform(&account, &Action::EnrolmentLink).await.unwrap();
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::EnrolmentLink);
    assert_eq!(
        pass.expires_at,
        Some(stand.fake.fake().now().plus(Duration::from_mins(5)))
    );
    let link = pass.secret.expose_secret();
    assert_eq!(stand.open(Method::GET, link).await.status, StatusCode::OK);
    assert_eq!(stand.open(Method::POST, link).await.status, StatusCode::OK);
    assert_eq!(stand.open(Method::POST, link).await.status, StatusCode::GONE);
    assert_eq!(stand.view(&account).devices.len(), 1);
}

#[tokio::test]
async fn somebody_with_devices_gets_no_enrolment_link() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let error = stand.duo.intend(&account, &Action::EnrolmentLink).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Premature { why, after: Ability::RemoveDevices } if why.contains("devices already")),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_account_that_lets_the_unenrolled_in_is_said() {
    let stand = Stand::of(|world| world.lets_unenrolled_in = true, |_| {}).await;
    let account = stand.fresh_with(|person| person.devices.clear()).await;
    let error = stand.perform(&account, &Action::EnrolmentLink).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unfit { why } if why.contains("policy")),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_an_auth_api_application_there_is_no_enrolment_link() {
    let stand = Stand::of(|_| {}, |settings| settings.auth = None).await;
    let refused = stand.duo.prepare(&Action::EnrolmentLink).await;
    assert!(matches!(refused, Err(VendorError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_lost_enrolment_link_is_waited_out() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.devices.clear()).await;
    let (intent, _) = stand.perform(&account, &Action::EnrolmentLink).await.unwrap();
    let at = stand.fake.fake().now();
    let step = key();
    let read = || {
        stand
            .duo
            .reconcile(&step, &account, &Action::EnrolmentLink, &intent.snapshot, at)
    };
    stand.clock.forward(Duration::from_mins(4));
    let later = read().await.unwrap();
    assert!(
        matches!(later, Reconciled::Later(length) if length == Duration::from_mins(1)),
        "{later:?}"
    );
    stand.clock.forward(Duration::from_mins(1));
    assert!(matches!(read().await.unwrap(), Reconciled::NotDone));
    assert_eq!(stand.view(&account).links, 0);
}

#[tokio::test]
async fn an_activation_link_makes_the_one_phone_work_again() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (_, receipt) = stand.perform(&account, &ACTIVATION).await.unwrap();
    let phone = |view: doorward_duo::fake::UserView| view.devices.into_iter().find(|one| one.kind == DeviceKind::Phone);
    assert!(!phone(stand.view(&account)).unwrap().activated);
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::ActivationLink);
    assert_eq!(
        pass.expires_at,
        Some(stand.fake.fake().now().plus(Duration::from_mins(30)))
    );
    let link = pass.secret.expose_secret();
    assert_eq!(stand.open(Method::POST, link).await.status, StatusCode::OK);
    assert!(phone(stand.view(&account)).unwrap().activated);
}

#[tokio::test]
async fn which_phone_is_never_guessed() {
    let stand = Stand::usual().await;
    let phone = Device::phone("DPFIRST0000000000000");
    let odd = Device {
        platform: "Unknown".into(),
        ..phone.clone()
    };
    let landline = Device {
        phone_type: "Landline".into(),
        ..phone.clone()
    };
    let kinds = [
        ("no phone of a known kind", vec![]),
        ("no phone of a known kind", vec![odd]),
        ("no phone of a known kind", vec![landline]),
        ("several phones", vec![phone, Device::phone("DPSECOND000000000000")]),
    ];
    for (wanted, devices) in kinds {
        let account = stand.fresh_with(|person| person.devices = devices).await;
        let error = stand.duo.intend(&account, &ACTIVATION).await.unwrap_err();
        assert!(
            matches!(&error, VendorError::Unfit { why } if why.contains(wanted)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_phone_of_two_people_is_not_activated_for_one() {
    let stand = Stand::usual().await;
    let shared = Device::phone("DPSHARED000000000000");
    let owner = stand.fresh_with(|person| person.devices = vec![shared.clone()]).await;
    stand.fresh_with(|person| person.devices = vec![shared.clone()]).await;
    let error = stand.duo.intend(&owner, &ACTIVATION).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unfit { why } if why.contains("another user's")),
        "{error:?}"
    );
}

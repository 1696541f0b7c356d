//! The self-check.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::clock::TurnedClock;
use doorward_contract::{Ability, Connector, Finding, FindingLevel};
use doorward_duo::fake::Permissions;
use doorward_duo::{ABILITIES, Duo, Keys};

use crate::stand::{ADMIN, AUTH, Stand, keys};

async fn told(stand: &Stand, abilities: &[Ability]) -> Vec<(FindingLevel, String)> {
    let findings: Vec<Finding> = stand.duo.check(abilities).await.unwrap();
    findings
        .into_iter()
        .map(|finding| (finding.level, finding.what))
        .collect()
}

#[tokio::test]
async fn an_application_with_just_what_it_needs_has_nothing_to_mend() {
    assert_eq!(told(&Stand::usual().await, ABILITIES).await, []);
}

#[tokio::test]
async fn a_missing_permission_is_a_fault() {
    let stand = Stand::usual().await;
    let usual = Permissions::default();
    for (permissions, wanted) in [
        (Permissions { read: false, ..usual }, "cannot read users"),
        (Permissions { write: false, ..usual }, "cannot change users"),
    ] {
        stand.fake.permit(permissions);
        let told = told(&stand, ABILITIES).await;
        assert!(
            matches!(told.as_slice(), [(FindingLevel::Fault, what)] if what.contains(wanted)),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_permission_too_many_is_a_warning() {
    let stand = Stand::usual().await;
    let usual = Permissions::default();
    for (permissions, wanted) in [
        (Permissions { admins: true, ..usual }, "Grant administrators"),
        (
            Permissions {
                integrations: true,
                ..usual
            },
            "Grant applications",
        ),
        (
            Permissions {
                settings: true,
                ..usual
            },
            "Grant settings",
        ),
        (Permissions { info: true, ..usual }, "Grant read information"),
    ] {
        stand.fake.permit(permissions);
        let told = told(&stand, ABILITIES).await;
        assert!(
            matches!(told.as_slice(), [(FindingLevel::Warning, what)] if what.contains(wanted)),
            "{told:?}"
        );
    }
    stand.fake.permit(usual);
    let told = told(&stand, &[Ability::EnrolmentLink]).await;
    assert!(
        matches!(told.as_slice(), [(FindingLevel::Warning, what)] if what.contains("delete users")),
        "{told:?}"
    );
}

#[tokio::test]
async fn the_keys_of_another_application_are_named() {
    let swapped = Stand::of(
        |_| {},
        |settings| {
            settings.admin = keys(AUTH);
            settings.auth = Some(keys(ADMIN));
        },
    )
    .await;
    let said = told(&swapped, ABILITIES).await;
    assert!(
        matches!(said.as_slice(), [(FindingLevel::Fault, what)] if what.contains("another type")),
        "{said:?}"
    );
    let wrong = Stand::of(|_| {}, |settings| settings.auth = Some(keys(crate::stand::WEB))).await;
    let said = told(&wrong, ABILITIES).await;
    assert!(
        matches!(said.as_slice(), [(FindingLevel::Fault, what)] if what.contains("Auth API")),
        "{said:?}"
    );
}

#[tokio::test]
async fn wrong_and_unknown_keys_are_faults() {
    let secret = "x".repeat(40);
    for (key, wanted) in [(ADMIN.0, "signature"), ("DIUNKNOWNUNKNOWNUNKN", "integration key")] {
        let stand = Stand::of(
            |_| {},
            |settings| settings.admin = Keys::new(key, secret.clone().into()).unwrap(),
        )
        .await;
        let told = told(&stand, ABILITIES).await;
        assert!(
            matches!(told.as_slice(), [(FindingLevel::Fault, what)] if what.contains(wanted)),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn an_enrolment_link_without_its_application_is_a_fault() {
    let stand = Stand::of(|_| {}, |settings| settings.auth = None).await;
    assert_eq!(told(&stand, &[Ability::BypassCode]).await, []);
    let told = told(&stand, ABILITIES).await;
    assert!(matches!(told.as_slice(), [(FindingLevel::Fault, _)]), "{told:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_before_the_vendor_refuses() {
    let stand = Stand::usual().await;
    for (minutes, level) in [(2, FindingLevel::Warning), (5, FindingLevel::Fault)] {
        let clock = TurnedClock::at(stand.fake.fake().now().minus(Duration::from_mins(minutes)));
        let duo = Duo::new(stand.settings.clone(), Arc::new(clock)).unwrap();
        let findings = duo.check(ABILITIES).await.unwrap();
        assert!(
            matches!(findings.as_slice(), [one] if one.level == level && one.what.contains("clock")),
            "{findings:?}"
        );
    }
}

#[tokio::test]
async fn checking_changes_nothing() {
    let stand = Stand::usual().await;
    let before = stand.fake.state();
    stand.duo.check(ABILITIES).await.unwrap();
    assert_eq!(stand.fake.state(), before);
}

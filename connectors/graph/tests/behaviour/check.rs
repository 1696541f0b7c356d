//! The self-check: what is missing, what is too much, what cannot be seen.

use doorward_contract::{Ability, Connector, Finding, FindingLevel};
use doorward_graph::ABILITIES;
use doorward_graph::fake::TapPolicy;

use crate::stand::{GRANTED, Stand};

async fn findings(granted: &[&str], abilities: &[Ability]) -> Vec<Finding> {
    let granted = granted.iter().map(|&right| right.into()).collect();
    let stand = Stand::of(|world| world.granted = granted, |_| {}).await;
    stand.graph.check(abilities).await.unwrap()
}

fn faults(findings: &[Finding]) -> Vec<&str> {
    let faults = findings.iter().filter(|finding| finding.level == FindingLevel::Fault);
    faults.map(|finding| finding.what.as_str()).collect()
}

#[tokio::test]
async fn what_is_granted_as_documented_has_no_fault_and_no_warning() {
    let findings = findings(&GRANTED, ABILITIES).await;
    assert!(
        findings.iter().all(|finding| finding.level == FindingLevel::Note),
        "{findings:?}"
    );
}

#[tokio::test]
async fn each_permission_that_an_ability_needs_is_named_when_it_is_missing() {
    let needed = [
        ("User.Read.All", Ability::RevokeSessions),
        ("GroupMember.Read.All", Ability::RevokeSessions),
        ("RoleManagement.Read.Directory", Ability::RevokeSessions),
        ("User-PasswordProfile.ReadWrite.All", Ability::TemporaryPassword),
        ("UserAuthMethod-TAP.ReadWrite.All", Ability::TemporaryAccessPass),
        ("Policy.Read.AuthenticationMethod", Ability::TemporaryAccessPass),
        ("User.RevokeSessions.All", Ability::RevokeSessions),
        ("UserAuthenticationMethod.Read.All", Ability::RemoveMethods),
    ];
    for (missing, ability) in needed {
        let granted: Vec<&str> = GRANTED.into_iter().filter(|right| *right != missing).collect();
        let findings = findings(&granted, &[ability]).await;
        assert!(
            faults(&findings).iter().any(|what| what.contains(missing)),
            "{missing}: {findings:?}"
        );
    }
}

#[tokio::test]
async fn what_no_ability_asks_for_is_not_missed() {
    let granted = [
        "User.Read.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "User.RevokeSessions.All",
    ];
    let findings = findings(&granted, &[Ability::RevokeSessions]).await;
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test]
async fn rights_over_the_tenant_are_warned_of() {
    for right in [
        "Directory.ReadWrite.All",
        "RoleManagement.ReadWrite.Directory",
        "UserAuthenticationMethod.ReadWrite.All",
        "Policy.ReadWrite.AuthenticationMethod",
    ] {
        let granted: Vec<&str> = GRANTED.into_iter().chain([right]).collect();
        let findings = findings(&granted, ABILITIES).await;
        let warned = findings
            .iter()
            .any(|finding| finding.level == FindingLevel::Warning && finding.what.contains(right));
        assert!(warned, "{right}: {findings:?}");
    }
}

#[tokio::test]
async fn passes_switched_off_are_a_fault_of_the_tenant() {
    let off = TapPolicy {
        enabled: false,
        ..TapPolicy::default()
    };
    let stand = Stand::of(|world| world.tap_policy = off, |_| {}).await;
    let findings = stand.graph.check(&[Ability::TemporaryAccessPass]).await.unwrap();
    assert!(
        faults(&findings).iter().any(|what| what.contains("switched off")),
        "{findings:?}"
    );
}

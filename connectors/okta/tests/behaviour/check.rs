//! What the self-check says of scopes, roles and permissions.

use doorward_contract::{Ability, Connector, Finding, FindingLevel};
use doorward_okta::fake::RoleHeld;
use doorward_okta::{ABILITIES, Credential};

use crate::stand::{API_TOKEN, PERMISSIONS, SCOPES, Stand, without};

async fn findings(stand: &Stand) -> Vec<Finding> {
    stand.okta.check(&stand.settings.abilities).await.unwrap()
}

fn has(findings: &[Finding], level: FindingLevel, word: &str) -> bool {
    findings
        .iter()
        .any(|one| one.level == level && one.what.contains(word) && !one.remedy.is_empty())
}

#[tokio::test]
async fn exactly_what_is_needed_is_found_to_be_right() {
    assert_eq!(findings(&Stand::usual().await).await, Vec::new());
}

#[tokio::test]
async fn each_scope_that_is_not_granted_is_named_and_no_other() {
    for missing in SCOPES {
        let stand = Stand::of(|world| world.granted.retain(|scope| scope != missing), |_| {}).await;
        let found = findings(&stand).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(has(&found, FindingLevel::Fault, missing), "{found:?}");
    }
}

#[tokio::test]
async fn each_permission_that_is_missing_is_named() {
    let stand = Stand::usual().await;
    for missing in PERMISSIONS {
        let left: Vec<&str> = PERMISSIONS.into_iter().filter(|one| *one != missing).collect();
        stand.fake.set_client_roles(vec![RoleHeld::custom("cr0less", &left)]);
        let found = findings(&stand).await;
        assert!(has(&found, FindingLevel::Fault, missing), "{missing}: {found:?}");
    }
}

#[tokio::test]
async fn what_is_too_much_is_named() {
    let stand = Stand::usual().await;
    let more: Vec<&str> = PERMISSIONS.into_iter().chain(["okta.apps.manage"]).collect();
    stand.fake.set_client_roles(vec![RoleHeld::custom("cr0more", &more)]);
    let found = findings(&stand).await;
    assert!(
        found.len() == 1 && has(&found, FindingLevel::Warning, "okta.apps.manage"),
        "{found:?}"
    );
    stand.fake.set_client_roles(vec![RoleHeld::standard("SUPER_ADMIN")]);
    let found = findings(&stand).await;
    assert!(has(&found, FindingLevel::Warning, "SUPER_ADMIN"), "{found:?}");
    // Asked for by the settings, and not needed for what is asked about.
    let found = stand
        .okta
        .check(&without(&[Ability::TemporaryAccessCode]))
        .await
        .unwrap();
    assert!(
        has(&found, FindingLevel::Warning, "okta.authenticators.read"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_help_desk_role_is_enough_for_the_help_desk_and_not_for_a_freeze() {
    let stand = Stand::usual().await;
    stand.fake.set_client_roles(vec![RoleHeld::standard("HELP_DESK_ADMIN")]);
    let found = findings(&stand).await;
    for word in ["lifecycle.suspend", "lifecycle.unsuspend", "manageTemporaryAccessCode"] {
        assert!(has(&found, FindingLevel::Fault, word), "{word}: {found:?}");
    }
    assert!(!has(&found, FindingLevel::Fault, "resetPassword"), "{found:?}");
    assert!(has(&found, FindingLevel::Note, "help desk"), "{found:?}");
}

#[tokio::test]
async fn without_any_role_users_cannot_be_read_and_that_is_a_fault() {
    let stand = Stand::usual().await;
    stand.fake.set_client_roles(Vec::new());
    let found = findings(&stand).await;
    assert!(has(&found, FindingLevel::Fault, "users cannot be read"), "{found:?}");
    assert!(has(&found, FindingLevel::Note, "roles cannot be read"), "{found:?}");
}

#[tokio::test]
async fn tokens_that_are_not_bound_and_api_tokens_are_warned_of() {
    let stand = Stand::of(|world| world.dpop = false, |_| {}).await;
    let found = findings(&stand).await;
    assert!(has(&found, FindingLevel::Warning, "not bound"), "{found:?}");
    let stand = Stand::of(|_| {}, |set| set.credential = Credential::ApiToken(API_TOKEN.into())).await;
    let found = findings(&stand).await;
    assert!(has(&found, FindingLevel::Warning, "API token"), "{found:?}");
}

#[tokio::test]
async fn an_org_without_codes_is_a_fault_only_where_codes_are_wanted() {
    let stand = Stand::of(|world| world.tac = None, |_| {}).await;
    let found = findings(&stand).await;
    assert!(has(&found, FindingLevel::Fault, "temporary access codes"), "{found:?}");
    let stand = Stand::of(
        |world| {
            world.tac = None;
            world.client_roles = vec![RoleHeld::custom(
                "cr0",
                &PERMISSIONS
                    .into_iter()
                    .filter(|one| !one.contains("AccessCode"))
                    .collect::<Vec<_>>(),
            )];
        },
        |set| set.abilities = without(&[Ability::TemporaryAccessCode]),
    )
    .await;
    assert_eq!(findings(&stand).await, Vec::new());
}

#[tokio::test]
async fn a_token_is_asked_only_for_the_scopes_of_the_abilities() {
    let stand = Stand::of(|_| {}, |set| set.abilities = vec![Ability::ResetLink]).await;
    findings(&stand).await;
    let asked = stand.fake.fake().asked();
    let form = asked.iter().find(|asked| asked.path.ends_with("/token")).unwrap();
    let text = form.body.as_str().unwrap();
    assert!(
        text.contains("scope=okta.users.read+okta.roles.read+okta.users.manage&"),
        "{text}"
    );
    assert_eq!(ABILITIES.len(), 8);
}

//! Who is protected, and why.

use doorward_contract::fake::Rule;
use doorward_contract::{AccountId, Directory, Protection};
use doorward_graph::Settings;
use doorward_graph::fake::{Group, Resident};
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::stand::{ADA, GLOBAL_ADMINISTRATOR, GRANTED, Stand, ada};

const GROUP: Uuid = uuid!("88888888-0000-4000-8000-000000000001");
const HARMLESS: Uuid = uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b");

fn group(role_assignable: bool) -> Group {
    Group {
        id: GROUP,
        name: "Night shift".into(),
        role_assignable,
        roles: Vec::new(),
    }
}

async fn reasons(stand: &Stand) -> Vec<String> {
    match stand.graph.guard(&AccountId(ADA.to_string())).await.unwrap() {
        Protection::Ordinary => Vec::new(),
        Protection::Protected { reasons } => {
            assert!(!reasons.is_empty());
            reasons
        }
    }
}

async fn of(change: impl FnOnce(&mut Resident), settings: impl FnOnce(&mut Settings)) -> Vec<String> {
    let mut person = ada();
    change(&mut person);
    let stand = Stand::of(|world| world.people[0] = person, settings).await;
    reasons(&stand).await
}

/// What is said of this person holds this word, and nothing else is said.
async fn only(word: &str, change: impl FnOnce(&mut Resident)) {
    let said = of(change, |_| {}).await;
    assert!(said.len() == 1 && said[0].contains(word), "{word}: {said:?}");
}

#[tokio::test]
async fn an_everyday_account_is_ordinary() {
    assert!(of(|_| {}, |_| {}).await.is_empty());
    assert!(of(|person| person.groups = vec![group(false)], |_| {}).await.is_empty());
    assert!(
        of(|person| person.owned_groups = vec![group(false)], |_| {})
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn power_of_any_kind_protects() {
    only("holds the role Global Administrator", |person| {
        person.roles = vec![GLOBAL_ADMINISTRATOR];
    })
    .await;
    only("may activate the role Global Administrator", |person| {
        person.eligible_roles = vec![GLOBAL_ADMINISTRATOR];
    })
    .await;
    only("a member of the role-assignable group", |person| {
        person.groups = vec![group(true)];
    })
    .await;
    only("an owner of the role-assignable group", |person| {
        person.owned_groups = vec![group(true)];
    })
    .await;
    only("restricted management", |person| person.management_restricted = true).await;
    only("a guest", |person| person.user_type = "Guest".into()).await;
    only("neither a member nor a guest", |person| {
        person.user_type = "Robot".into();
    })
    .await;
    only("holds the role 88d8e3e3", |person| person.roles = vec![HARMLESS]).await;
}

#[tokio::test]
async fn what_the_operator_allows_does_not_protect() {
    let said = of(
        |person| {
            person.user_type = "Guest".into();
            person.roles = vec![HARMLESS];
            person.eligible_roles = vec![HARMLESS];
        },
        |settings| {
            settings.protected.harmless_roles = vec![HARMLESS];
            settings.protected.allow_guests = true;
        },
    )
    .await;
    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test]
async fn a_harmless_role_does_not_hide_another() {
    let said = of(
        |person| person.roles = vec![HARMLESS, GLOBAL_ADMINISTRATOR],
        |settings| settings.protected.harmless_roles = vec![HARMLESS],
    )
    .await;
    assert_eq!(said.len(), 1);
}

#[tokio::test]
async fn the_operators_list_protects() {
    let said = of(|_| {}, |settings| settings.protected.accounts = vec![ADA]).await;
    assert!(said.len() == 1 && said[0].contains("list of accounts"), "{said:?}");
    // More groups than one question may hold, the one that counts at the end.
    let mut groups: Vec<Uuid> = (1..=25).map(Uuid::from_u128).collect();
    groups.push(GROUP);
    let said = of(
        |person| person.groups = vec![group(false)],
        |settings| settings.protected.groups = groups,
    )
    .await;
    assert!(said.len() == 1 && said[0].contains(&GROUP.to_string()), "{said:?}");
}

#[tokio::test]
async fn all_pages_of_groups_are_read() {
    let mut groups: Vec<Group> = (1..=230)
        .map(|number| Group {
            id: Uuid::from_u128(number),
            name: format!("Group {number}"),
            role_assignable: false,
            roles: Vec::new(),
        })
        .collect();
    groups.push(group(true));
    only("role-assignable", |person| person.groups = groups).await;
}

#[tokio::test]
async fn a_tenant_without_the_licence_has_nobody_eligible() {
    let stand = Stand::of(|world| world.premium = false, |_| {}).await;
    assert!(reasons(&stand).await.is_empty());
}

#[tokio::test]
async fn every_right_that_is_missing_protects() {
    for right in ["User.Read.All", "GroupMember.Read.All", "RoleManagement.Read.Directory"] {
        let granted: Vec<String> = GRANTED
            .iter()
            .filter(|known| **known != right)
            .map(|&known| known.into())
            .collect();
        let mut person = ada();
        person.groups = vec![group(false)];
        let stand = Stand::of(
            |world| {
                world.granted = granted;
                world.people[0] = person;
            },
            |settings| settings.protected.groups = vec![Uuid::from_u128(1)],
        )
        .await;
        let said = reasons(&stand).await;
        assert!(!said.is_empty(), "{right}");
    }
}

#[tokio::test]
async fn whatever_call_is_refused_protects_and_whatever_is_out_of_reach_is_an_error() {
    let calls = [
        "transitiveMemberOf",
        "ownedObjects",
        "roleAssignments",
        "roleEligibilityScheduleInstances",
        "checkMemberGroups",
        "/v1.0/users/",
    ];
    for call in calls {
        for (status, is_passing) in [
            (400, false),
            (403, false),
            (404, false),
            (418, false),
            (500, true),
            (503, true),
        ] {
            let stand = Stand::of(|_| {}, |settings| settings.protected.groups = vec![Uuid::from_u128(1)]).await;
            stand.fake.fake().misbehave(Rule {
                path: Some(call.into()),
                status: Some(status),
                body: Some(json!({ "error": { "code": "Nope", "message": "about Ada O'Kerr" } })),
                times: Some(0),
                ..Rule::default()
            });
            match stand.graph.guard(&AccountId(ADA.to_string())).await {
                Ok(Protection::Ordinary) => panic!("{call} {status}: ordinary"),
                Ok(Protection::Protected { reasons }) => {
                    assert!(!is_passing, "{call} {status}");
                    assert!(
                        reasons.iter().any(|reason| reason.contains("cannot be read")),
                        "{reasons:?}"
                    );
                    assert!(!reasons.join(" ").contains("Kerr"), "{reasons:?}");
                }
                Err(error) => assert!(is_passing && error.is_passing(), "{call} {status}: {error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_account_that_is_not_told_about_is_protected() {
    for told in [
        json!({ "id": ADA }),
        json!({ "id": ADA, "accountEnabled": true, "userType": null }),
        json!({ "id": ADA, "userType": "Member" }),
    ] {
        let stand = Stand::usual().await;
        stand.fake.fake().misbehave(Rule {
            path: Some(format!("/v1.0/users/{ADA}")),
            method: Some("GET".into()),
            status: Some(200),
            body: Some(told),
            times: Some(0),
            ..Rule::default()
        });
        assert!(!reasons(&stand).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_no_id_is_protected_and_asks_nobody() {
    let stand = Stand::usual().await;
    for text in ["", "..", "../groups", "ada.kerr@acme.example"] {
        let guard = stand.graph.guard(&AccountId(text.into())).await.unwrap();
        assert!(matches!(guard, Protection::Protected { .. }), "{text}");
    }
    assert!(stand.lines().is_empty());
}

//! Who is protected, and why.

use doorward_contract::fake::Rule;
use doorward_contract::{AccountId, Directory, Protection};
use doorward_okta::fake::{Group, RoleHeld};

use crate::stand::{ADA, EVERYONE, Stand};

const BOARD: &str = "00gboard000000000001";

async fn reasons(stand: &Stand) -> Vec<String> {
    match stand.okta.guard(&AccountId(ADA.into())).await.unwrap() {
        Protection::Ordinary => Vec::new(),
        Protection::Protected { reasons } => reasons,
    }
}

fn group(id: &str, roles: Vec<RoleHeld>) -> Group {
    Group {
        id: id.into(),
        name: "A group".into(),
        roles,
    }
}

#[tokio::test]
async fn an_everyday_account_is_ordinary() {
    assert_eq!(reasons(&Stand::usual().await).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_administrator_is_protected_and_the_role_named() {
    let stand = Stand::usual().await;
    stand.fake.change(ADA, |person| {
        person.roles = vec![RoleHeld::standard("HELP_DESK_ADMIN"), RoleHeld::custom("cr0x", &[])];
    });
    let found = reasons(&stand).await;
    assert!(found.len() == 2 && found[0].contains("HELP_DESK_ADMIN"), "{found:?}");
}

#[tokio::test]
async fn a_role_that_comes_by_a_group_protects() {
    let roles = vec![RoleHeld::standard("SUPER_ADMIN")];
    let stand = Stand::of(|world| world.groups.push(group(BOARD, roles)), |_| {}).await;
    assert_eq!(reasons(&stand).await, Vec::<String>::new());
    stand.fake.change(ADA, |person| person.groups.push(BOARD.into()));
    let found = reasons(&stand).await;
    assert!(
        matches!(found.as_slice(), [one] if one.contains(BOARD) && one.contains("SUPER_ADMIN")),
        "{found:?}"
    );
}

#[tokio::test]
async fn members_of_a_listed_group_are_protected_on_whichever_page_it_stands() {
    let stand = Stand::of(
        |world| {
            world.page = 2;
            for number in 0..4 {
                world
                    .groups
                    .push(group(&format!("00gcommon00000000{number:03}"), Vec::new()));
            }
            world.groups.push(group(BOARD, Vec::new()));
            let all: Vec<String> = world.groups.iter().map(|group| group.id.clone()).collect();
            world.people[0].groups = all;
        },
        |set| set.protected.groups = vec![BOARD.into()],
    )
    .await;
    let found = reasons(&stand).await;
    assert!(
        matches!(found.as_slice(), [one] if one.contains("operator's list")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_listed_account_is_protected_and_a_harmless_role_protects_nobody() {
    let stand = Stand::of(|_| {}, |set| set.protected.accounts = vec![ADA.into()]).await;
    assert_eq!(reasons(&stand).await.len(), 1);
    let stand = Stand::of(
        |_| {},
        |set| set.protected.harmless_roles = vec!["READ_ONLY_ADMIN".into()],
    )
    .await;
    stand
        .fake
        .change(ADA, |person| person.roles = vec![RoleHeld::standard("READ_ONLY_ADMIN")]);
    assert_eq!(reasons(&stand).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_may_not_be_read_protects() {
    let stand = Stand::usual().await;
    for path in ["/roles", "/groups", ADA, EVERYONE] {
        stand.fake.fake().misbehave(Rule {
            path: Some(path.into()),
            times: Some(0),
            status: Some(403),
            ..Rule::default()
        });
        assert!(!reasons(&stand).await.is_empty(), "{path}");
        stand.fake.fake().behave();
    }
    assert_eq!(reasons(&stand).await, Vec::<String>::new());
}

#[tokio::test]
async fn more_groups_than_are_looked_at_protect() {
    let stand = Stand::of(
        |world| {
            for number in 0..101 {
                let one = group(&format!("00gmany0000000000{number:03}"), Vec::new());
                world.people[0].groups.push(one.id.clone());
                world.groups.push(one);
            }
        },
        |_| {},
    )
    .await;
    assert!(reasons(&stand).await[0].contains("more than 100 groups"));
}

#[tokio::test]
async fn nobody_is_ordinary_who_is_not_there() {
    let stand = Stand::usual().await;
    for id in ["00unobody00000000001", "../me", ""] {
        let found = stand.okta.guard(&AccountId(id.into())).await.unwrap();
        assert!(matches!(found, Protection::Protected { .. }), "{id}");
    }
}

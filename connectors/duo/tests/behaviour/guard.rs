//! Who is protected.

use doorward_contract::{AccountId, Directory, Protection};
use doorward_duo::fake::{Permissions, Resident};

use crate::stand::{ADA, Stand, group};

const LISTED: &str = "DGADMINS000000000000";

async fn reasons(stand: &Stand, id: &str) -> Vec<String> {
    match stand.duo.guard(&AccountId(id.into())).await.unwrap() {
        Protection::Ordinary => Vec::new(),
        Protection::Protected { reasons } => reasons,
    }
}

#[tokio::test]
async fn an_everyday_user_is_ordinary() {
    assert!(reasons(&Stand::usual().await, ADA).await.is_empty());
}

#[tokio::test]
async fn the_operators_lists_protect() {
    let stand = Stand::of(
        |_| {},
        |settings| {
            settings.protected.users = vec![ADA.to_lowercase()];
            settings.protected.groups = vec![LISTED.into()];
        },
    )
    .await;
    assert_eq!(reasons(&stand, ADA).await, ["it is on the operator's list of users"]);
    let member = stand
        .fresh_with(|person| person.groups.push(group(LISTED, "Active")))
        .await;
    let told = reasons(&stand, &member.id.0).await;
    assert!(matches!(told.as_slice(), [only] if only.contains(LISTED)), "{told:?}");
}

#[tokio::test]
async fn a_listed_group_on_a_later_page_protects_too() {
    let stand = Stand::of(|_| {}, |settings| settings.protected.groups = vec![LISTED.into()]).await;
    let member = stand
        .fresh_with(|person| {
            person
                .groups
                .extend((0..20).map(|number| group(&format!("DG{number:018}"), "Active")));
            person.groups.push(group(LISTED, "Active"));
        })
        .await;
    stand.fake.set_page_limit(3);
    assert_eq!(reasons(&stand, &member.id.0).await.len(), 1);
}

#[tokio::test]
async fn every_status_but_active_and_locked_protects() {
    let stand = Stand::usual().await;
    let table = [
        ("active", 0),
        ("locked out", 0),
        ("bypass", 1),
        ("disabled", 1),
        ("pending deletion", 1),
        ("something new", 1),
    ];
    for (status, count) in table {
        let account = stand.fresh_with(|person| person.status = status.into()).await;
        let told = reasons(&stand, &account.id.0).await;
        assert_eq!(told.len(), count, "{status}: {told:?}");
    }
}

#[tokio::test]
async fn the_status_of_a_group_counts_for_its_members() {
    let stand = Stand::usual().await;
    let change = |person: &mut Resident| person.groups.push(group("DGBYPASS000000000000", "Bypass"));
    let account = stand.fresh_with(change).await;
    let told = reasons(&stand, &account.id.0).await;
    assert!(told[0].contains("not active"), "{told:?}");
}

#[tokio::test]
async fn what_cannot_be_told_is_protected() {
    let stand = Stand::usual().await;
    assert_eq!(reasons(&stand, "nonsense").await.len(), 1);
    assert_eq!(reasons(&stand, "DUNOBODY000000000000").await.len(), 2);
    stand.fake.permit(Permissions {
        read: false,
        ..Permissions::default()
    });
    assert_eq!(reasons(&stand, ADA).await.len(), 2);
}

//! Who is found, who is not, and who shares a name.

use doorward_contract::{AccountId, Directory, Origin, VendorError};
use doorward_duo::Names;

use crate::stand::{ADA, Stand, ada, login, person};

#[tokio::test]
async fn a_record_is_translated_whole() {
    let account = Stand::usual().await.account(ADA).await;
    assert_eq!(account.login, "ada.kerr");
    assert_eq!(account.display_name.as_deref(), Some("Ada O'Kerr"));
    assert_eq!(account.name.given.as_deref(), Some("Ada"));
    assert_eq!(account.name.family.as_deref(), Some("O'Kerr"));
    assert_eq!((account.enabled, account.origin), (true, Origin::Cloud));
    assert_eq!(account.birth_date, None);
    assert!(account.related_words.contains(&"O'Kerr".to_owned()));
}

#[tokio::test]
async fn a_synchronised_user_is_detected() {
    let stand = Stand::usual().await;
    let account = stand.fresh_with(|person| person.synchronised = true).await;
    assert_eq!(account.origin, Origin::Synchronised);
}

#[tokio::test]
async fn every_status_says_whether_the_account_is_there() {
    let stand = Stand::usual().await;
    let table = [
        ("active", true),
        ("bypass", true),
        ("locked out", true),
        ("disabled", false),
        ("pending deletion", false),
        ("something new", false),
    ];
    for (status, enabled) in table {
        let account = stand.fresh_with(|person| person.status = status.into()).await;
        assert_eq!(account.enabled, enabled, "{status}");
    }
}

#[tokio::test]
async fn an_address_of_two_people_finds_nobody() {
    let mut twin = person(901, "ada.two", "Ada", "Two");
    twin.email = Some("ada.kerr@acme.example".into());
    let stand = Stand::of(|world| world.people.push(twin), |_| {}).await;
    let found = stand.duo.find(&login("ada.kerr@acme.example")).await;
    assert_eq!(found, Err(VendorError::Ambiguous));
}

#[tokio::test]
async fn an_address_of_one_that_is_the_user_name_of_another_finds_nobody() {
    let mut other = person(902, "ada.kerr@acme.example", "Bo", "Other");
    other.email = None;
    let stand = Stand::of(|world| world.people.push(other), |_| {}).await;
    let found = stand.duo.find(&login("ada.kerr@acme.example")).await;
    assert_eq!(found, Err(VendorError::Ambiguous));
}

#[tokio::test]
async fn a_vendor_that_compares_more_loosely_than_we_are_told_finds_nobody() {
    let loose = |names| async move {
        let stand = Stand::of(|world| world.simple_names = true, |settings| settings.names = names).await;
        stand
            .duo
            .find(&login(r"ACME\ada.kerr"))
            .await
            .unwrap()
            .map(|account| account.id)
    };
    assert_eq!(loose(Names::Whole).await, None);
    assert_eq!(loose(Names::Simple).await, Some(AccountId(ADA.into())));
}

#[tokio::test]
async fn namesakes_are_found_on_every_page() {
    let same = |number: usize| {
        let mut same = ada();
        same.id = format!("DU{number:018}");
        same.username = format!("ada.{number}");
        same.aliases.clear();
        same.given = Some("ADA".into());
        same
    };
    let stand = Stand::of(|world| world.people.extend([same(910), same(911), same(912)]), |_| {}).await;
    stand.fake.set_page_limit(7);
    let account = stand.account(ADA).await;
    let two = stand.duo.namesakes(&account, 2).await.unwrap();
    assert_eq!(
        two,
        [AccountId(format!("DU{:018}", 910)), AccountId(format!("DU{:018}", 911))]
    );
    assert_eq!(stand.duo.namesakes(&account, 9).await.unwrap().len(), 3);
    let mut nameless = account;
    nameless.name.given = None;
    assert!(stand.duo.namesakes(&nameless, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn more_people_than_are_compared_is_said() {
    let stand = Stand::usual().await;
    stand.fake.set_page_limit(1);
    let account = stand.account(ADA).await;
    let told = stand.duo.namesakes(&account, 9).await;
    assert!(matches!(told, Err(VendorError::Refused { .. })), "{told:?}");
}

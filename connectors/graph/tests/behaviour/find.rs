//! Finding people, and what is known of them.

use chrono::NaiveDate;
use doorward_contract::fake::Rule;
use doorward_contract::{Account, AccountId, Directory, Origin, VendorError};
use serde_json::json;
use std::time::Duration;

use crate::stand::{ADA, BIRTH_DATE, Stand, ada, id, login, person};
use uuid::Uuid;

const GRACE: Uuid = Uuid::from_u128(0x7777_0000_0000_4000_8000_0000_0000_0042);

#[tokio::test]
async fn an_account_tells_what_the_directory_holds() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    assert_eq!(account.login, "ada.kerr@acme.example");
    assert_eq!(account.display_name.as_deref(), Some("Ada O'Kerr"));
    assert_eq!(account.name.given.as_deref(), Some("Ada"));
    assert_eq!(account.name.family.as_deref(), Some("O'Kerr"));
    assert_eq!(account.birth_date, NaiveDate::from_ymd_opt(1990, 5, 17));
    assert!(account.enabled);
    assert_eq!(account.origin, Origin::Cloud);
    for word in ["ada.kerr", "E-1042", "O'Kerr"] {
        assert!(account.related_words.iter().any(|known| known == word), "{word}");
    }
}

#[tokio::test]
async fn an_address_of_one_that_is_the_login_of_another_is_ambiguous() {
    let mut grace = person(GRACE, "grace", "Grace", "Lovel");
    grace.aliases = vec!["ada.kerr@acme.example".into()];
    let stand = Stand::of(|world| world.people.push(grace), |_| {}).await;
    let found = stand.graph.find(&login("ada.kerr@acme.example")).await;
    assert_eq!(found.unwrap_err(), VendorError::Ambiguous);
    let other = stand.graph.find(&login("grace@acme.example")).await.unwrap().unwrap();
    assert_eq!(other.id.0, GRACE.to_string());
}

#[tokio::test]
async fn quotes_and_signs_in_a_login_stay_part_of_it() {
    let odd = "o'neil+ads&co#1%20@acme.example";
    let mut grace = person(GRACE, "x", "Grace", "Lovel");
    grace.upn = odd.into();
    let stand = Stand::of(|world| world.people.push(grace), |_| {}).await;
    let found = stand.graph.find(&login(odd)).await.unwrap().unwrap();
    assert_eq!(found.id.0, GRACE.to_string());
}

#[tokio::test]
async fn the_master_of_an_account_is_told() {
    let mut synchronised = ada();
    synchronised.synchronised = true;
    let mut federated = person(GRACE, "grace", "Grace", "Lovel");
    federated.upn = "grace@Elsewhere.example".into();
    federated.federated = true;
    let stand = Stand::of(
        |world| {
            world.people[0] = synchronised;
            world.people.push(federated);
        },
        |_| {},
    )
    .await;
    assert_eq!(stand.account(ADA).await.origin, Origin::Synchronised);
    assert_eq!(stand.account(GRACE).await.origin, Origin::Federated);
    assert_eq!(stand.fresh().await.origin, Origin::Cloud);
    let domains = stand.lines().iter().filter(|line| line.ends_with("/domains")).count();
    assert_eq!(domains, 1, "domains are kept for a while");
    stand.clock.forward(Duration::from_mins(11));
    stand.account(GRACE).await;
    let domains = stand.lines().iter().filter(|line| line.ends_with("/domains")).count();
    assert_eq!(domains, 2);
}

#[tokio::test]
async fn without_the_right_to_read_domains_everybody_is_of_the_cloud() {
    let stand = Stand::of(|world| world.granted.retain(|right| right != "Domain.Read.All"), |_| {}).await;
    assert_eq!(stand.account(ADA).await.origin, Origin::Cloud);
}

#[tokio::test]
async fn the_same_name_is_found_at_others_and_not_at_oneself() {
    let twins: Vec<_> = (1..=3)
        .map(|number| person(Uuid::from_u128(number), &format!("twin{number}"), "Ada", "O'Kerr"))
        .collect();
    let stand = Stand::of(|world| world.people.extend(twins), |_| {}).await;
    let account = stand.account(ADA).await;
    let found = stand.graph.namesakes(&account, 5).await.unwrap();
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|found| *found != account.id));
    assert_eq!(stand.graph.namesakes(&account, 2).await.unwrap().len(), 2);
    let mut nameless = account.clone();
    nameless.name.family = None;
    assert!(stand.graph.namesakes(&nameless, 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn dates_of_birth_are_read_in_the_forms_directories_use() {
    let forms = [
        ("1990-05-17", true),
        ("19900517", true),
        ("1990-05-17T00:00:00Z", true),
        ("17.05.1990", false),
        ("1990-13-40", false),
        ("", false),
    ];
    for (form, is_date) in forms {
        let stand = Stand::usual().await;
        stand.fake.fake().misbehave(Rule {
            path: Some("/v1.0/users/".into()),
            status: Some(200),
            body: Some(json!({ "id": ADA, "userPrincipalName": "ada.kerr@acme.example", BIRTH_DATE: form })),
            ..Rule::default()
        });
        let account = stand.account(ADA).await;
        let wanted = NaiveDate::from_ymd_opt(1990, 5, 17).filter(|_| is_date);
        assert_eq!(account.birth_date, wanted, "{form}");
    }
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_followed() {
    let stand = Stand::usual().await;
    let elsewhere = format!("{}v1.0x/domains?$skiptoken=1", stand.base);
    for next in [
        "https://attacker.example/v1.0/domains",
        "/v1.0/domains",
        elsewhere.as_str(),
    ] {
        stand.fake.fake().misbehave(Rule {
            path: Some("/v1.0/domains".into()),
            status: Some(200),
            body: Some(json!({ "value": [], "@odata.nextLink": next })),
            ..Rule::default()
        });
        let error = stand.graph.find(&id(&ADA)).await.unwrap_err();
        assert_eq!(error.remedy(), "unexpected", "{next}");
    }
}

#[tokio::test]
async fn pages_without_an_end_are_given_up() {
    let stand = Stand::usual().await;
    let again = format!("{}v1.0/domains?$skiptoken=1", stand.base);
    stand.fake.fake().misbehave(Rule {
        path: Some("/v1.0/domains".into()),
        status: Some(200),
        body: Some(json!({ "value": [], "@odata.nextLink": again })),
        times: Some(0),
        ..Rule::default()
    });
    assert_eq!(stand.graph.find(&id(&ADA)).await.unwrap_err().remedy(), "unexpected");
}

#[tokio::test]
async fn every_request_can_be_found_by_the_vendors_support() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    let mut ids = Vec::new();
    for asked in stand
        .fake
        .fake()
        .asked()
        .iter()
        .filter(|asked| asked.path.starts_with("/v1.0"))
    {
        let header = |name: &str| {
            let found = asked.headers.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert_eq!(header("return-client-request-id"), "true");
        assert!(Uuid::try_parse(&header("client-request-id")).is_ok());
        ids.push(header("client-request-id"));
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[tokio::test]
async fn whom_somebody_reports_to_is_told_by_what_that_one_signs_in_with() {
    let stand = Stand::of(
        |world| world.people.push(person(GRACE, "grace", "Grace", "Lovel")),
        |_| {},
    )
    .await;
    let account = stand.account(ADA).await;
    assert_eq!(stand.graph.manager(&account).await, Ok(None));
    stand.fake.set_manager(ADA, GRACE);
    let manager = stand.graph.manager(&account).await.unwrap().unwrap();
    assert_eq!(manager.id.0, GRACE.to_string());
    assert_eq!(manager.login, "grace@acme.example");
    assert!(!format!("{manager:?}").contains("grace@"));
}

#[tokio::test]
async fn somebody_is_reached_by_their_record_and_what_cannot_be_sent_to_is_left_out() {
    let stand = Stand::of(
        |world| {
            let ada = world.people.iter_mut().find(|one| one.id == ADA).unwrap();
            ada.other_mails = vec!["ada@home.example".into(), "Ada, at home".into()];
            ada.mobile = Some("+46 (70) 174 06 11".into());
        },
        |_| {},
    )
    .await;
    let account = stand.account(ADA).await;
    let contacts = stand.graph.contacts(&account).await.unwrap();
    let shown: Vec<_> = contacts.iter().map(|one| one.address.as_str()).collect();
    let work = ada().mail.unwrap();
    assert_eq!(shown, ["ada@home.example", "+46701740611", work.as_str()]);
    let gone = Account {
        id: AccountId(Uuid::from_u128(0x7777).to_string()),
        ..account
    };
    assert_eq!(stand.graph.contacts(&gone).await, Ok(Vec::new()));
}

#[tokio::test]
async fn what_is_no_group_of_the_directory_is_refused_rather_than_counted_either_way() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let other = Uuid::from_u128(0x7777).to_string();
    let known = stand
        .graph
        .groups_among(&account.id, std::slice::from_ref(&other))
        .await;
    assert_eq!(known.unwrap(), Vec::<String>::new());
    let found = stand
        .graph
        .groups_among(&account.id, &[other, "finance".to_owned()])
        .await;
    assert!(
        matches!(&found, Err(VendorError::Unfit { why }) if why.contains("finance")),
        "{found:?}"
    );
}

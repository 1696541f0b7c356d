//! Who is found, by what, and what their record says.

use chrono::NaiveDate;
use doorward_contract::{AccountId, Directory, Origin, VendorError};
use serde_json::json;

use crate::stand::{ADA, Stand, id, login, spare};

#[tokio::test]
async fn a_record_says_who_it_is_and_hides_it_from_logs() {
    let stand = Stand::usual().await;
    let account = stand.okta.find(&login("ada.kerr@acme.example")).await.unwrap().unwrap();
    assert_eq!(account.id, AccountId(ADA.into()));
    assert_eq!(account.login, "ada.kerr@acme.example");
    assert_eq!(account.name.given.as_deref(), Some("Ada"));
    assert_eq!(account.name.family.as_deref(), Some("O'Kerr \"Q\""));
    assert_eq!(account.display_name.as_deref(), Some("Ada O'Kerr \"Q\""));
    assert_eq!(account.birth_date, NaiveDate::from_ymd_opt(1990, 5, 17));
    assert_eq!(account.origin, Origin::Cloud);
    assert!(account.enabled);
    assert!(account.related_words.contains(&"E-ada.kerr".to_owned()));
    assert!(!format!("{account:?}").contains("Kerr"));
}

#[tokio::test]
async fn an_account_is_enabled_where_somebody_is_meant_to_get_in() {
    let stand = Stand::usual().await;
    for (status, enabled) in [
        ("ACTIVE", true),
        ("PASSWORD_EXPIRED", true),
        ("RECOVERY", true),
        ("LOCKED_OUT", true),
        ("PROVISIONED", true),
        ("STAGED", false),
        ("SUSPENDED", false),
        ("DEPROVISIONED", false),
        ("SOMETHING_NEW", false),
    ] {
        assert_eq!(stand.fresh(status).await.enabled, enabled, "{status}");
    }
}

#[tokio::test]
async fn who_masters_the_password_tells_where_an_account_comes_from() {
    let stand = Stand::usual().await;
    for (provider, origin) in [
        ("OKTA", Origin::Cloud),
        ("IMPORT", Origin::Cloud),
        ("ACTIVE_DIRECTORY", Origin::Synchronised),
        ("LDAP", Origin::Synchronised),
        ("FEDERATION", Origin::Federated),
        ("SOCIAL", Origin::Federated),
        ("SOMETHING_NEW", Origin::Synchronised),
    ] {
        stand.fake.change(ADA, |person| person.provider = provider.into());
        assert_eq!(stand.account(ADA).await.origin, origin, "{provider}");
    }
}

#[tokio::test]
async fn nobody_is_chosen_where_two_answer_to_one_address() {
    let stand = Stand::usual().await;
    stand.fake.change(&spare(1), |person| {
        person.profile.insert("email".into(), json!("ada.kerr@acme.example"));
    });
    let found = stand.okta.find(&login("ada.kerr@acme.example")).await;
    assert!(matches!(found, Err(VendorError::Ambiguous)), "{found:?}");
}

#[tokio::test]
async fn a_chosen_attribute_finds_and_those_not_chosen_do_not() {
    let number = login("e-ADA.kerr");
    let stand = Stand::usual().await;
    assert_eq!(stand.okta.find(&number).await.unwrap(), None);
    let stand = Stand::of(|_| {}, |set| set.login_attributes = vec!["employeeNumber".into()]).await;
    let found = stand.okta.find(&number).await.unwrap().unwrap();
    assert_eq!(found.id, AccountId(ADA.into()));
    assert_eq!(stand.okta.find(&login("ada.kerr@acme.example")).await.unwrap(), None);
}

#[tokio::test]
async fn whoever_the_index_still_knows_by_an_old_key_is_not_found_by_it() {
    let stand = Stand::usual().await;
    stand.fake.freeze_index();
    stand.fake.change(ADA, |person| {
        person.profile.insert("login".into(), json!("ada.married@acme.example"));
    });
    assert_eq!(stand.okta.find(&login("ada.kerr@acme.example")).await.unwrap(), None);
    assert_eq!(stand.account(ADA).await.login, "ada.married@acme.example");
}

#[tokio::test]
async fn what_is_no_id_is_never_asked_for() {
    let stand = Stand::usual().await;
    stand.fake.fake().forget();
    for text in ["", "a/b", "../me", "ada.kerr@acme.example", "00u%2f", &"a".repeat(65)] {
        assert_eq!(stand.okta.find(&id(text)).await.unwrap(), None, "{text}");
    }
    assert_eq!(stand.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn namesakes_are_the_others_of_the_same_name_up_to_the_limit() {
    let stand = Stand::usual().await;
    let ada = stand.account(ADA).await;
    assert_eq!(stand.okta.namesakes(&ada, 5).await.unwrap(), Vec::new());
    stand.fake.change(&spare(7), |person| {
        person.profile.insert("firstName".into(), json!("ADA"));
        person.profile.insert("lastName".into(), json!("O'Kerr \"Q\""));
    });
    assert_eq!(stand.okta.namesakes(&ada, 5).await.unwrap(), [AccountId(spare(7))]);
    let one = stand.account(&spare(1)).await;
    let found = stand.okta.namesakes(&one, 3).await.unwrap();
    assert_eq!(found.len(), 3);
    assert!(!found.contains(&one.id));
}

#[tokio::test]
async fn whom_somebody_reports_to_is_known_only_if_the_profile_names_exactly_one_person() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    assert_eq!(stand.okta.manager(&account).await, Ok(None));
    for (field, value, known) in [
        ("managerId", "4711".to_owned(), false),
        ("manager", "Somebody Else".to_owned(), false),
        ("managerId", spare(1), true),
    ] {
        stand.fake.change(ADA, |person| {
            person.profile.remove("managerId");
            person.profile.insert(field.into(), json!(value));
        });
        let manager = stand.okta.manager(&account).await.unwrap();
        assert_eq!(manager.map(|one| one.id.0), known.then(|| spare(1)), "{value}");
    }
}

#[tokio::test]
async fn somebody_is_reached_by_their_profile_and_what_cannot_be_sent_to_is_left_out() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    stand.fake.change(ADA, |person| {
        person.profile.insert("email".into(), json!("ada@mail.acme.example"));
        person.profile.insert("secondEmail".into(), json!("ada@home.example"));
        person.profile.insert("mobilePhone".into(), json!("0046 70-174 06 11"));
    });
    let shown = |contacts: Vec<doorward_contract::Contact>| -> Vec<String> {
        contacts.into_iter().map(|one| one.address).collect()
    };
    let contacts = stand.okta.contacts(&account).await.unwrap();
    assert_eq!(
        shown(contacts),
        ["ada@home.example", "+46701740611", "ada@mail.acme.example"]
    );
    stand.fake.change(ADA, |person| {
        person.profile.insert("secondEmail".into(), json!("ADA at home"));
        person.profile.insert("mobilePhone".into(), json!("ask Ada"));
    });
    let contacts = stand.okta.contacts(&account).await.unwrap();
    assert_eq!(shown(contacts), ["ada@mail.acme.example"]);
}

#[tokio::test]
async fn of_some_groups_those_are_told_that_somebody_belongs_to() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let found = stand
        .okta
        .groups_among(&account.id, &["00gnobody0000000000".to_owned()])
        .await;
    assert_eq!(found.unwrap(), Vec::<String>::new());
}

//! Every journey of the lab, on both databases; and the one changed line that turns a password into a pass.

use doorward_lab::Database;
use doorward_lab::play::JOURNEYS;

use super::{lab, walk};

async fn all_end_as_they_should(database: Database) {
    let lab = lab(database, |text| text).await;
    for journey in JOURNEYS {
        let outcome = journey.run(lab.sheet().clone(), |_, _| {}).await;
        assert!(
            outcome.is_ok(),
            "{}: {:?}\n{}",
            journey.name,
            outcome.why,
            lab.gateway_log()
        );
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_journey_ends_as_it_should_on_sqlite() {
    Box::pin(all_end_as_they_should(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_journey_ends_as_it_should_on_postgresql() {
    Box::pin(all_end_as_they_should(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_changed_line_of_settings_gives_an_access_pass_instead_of_a_password() {
    let lab = lab(Database::Sqlite, |text| {
        let changed = text.replacen(
            "action = \"temporary_password\"",
            "action = \"temporary_access_pass\"",
            1,
        );
        assert_ne!(changed, text);
        changed
    })
    .await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    walk.sheet
        .doorward
        .purposes
        .iter_mut()
        .for_each(|purpose| purpose.gives = "temporary_password".to_owned());
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    let (secret, sign_in) = walk.take_pass().await.unwrap();
    walk.sign_in_with_access_pass(&maria, &secret, &sign_in).await.unwrap();
    let account = lab
        .entra
        .accounts()
        .into_iter()
        .find(|account| account.upn == maria.person.login)
        .unwrap();
    assert_eq!((account.tap_creates, account.password_sets), (1, 0));
    lab.stop().await;
}

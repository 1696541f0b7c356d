//! The self-check.

use doorward_contract::fake::Rule;
use doorward_contract::{Ability, Connector, FindingLevel};

use crate::stand::{NEXT_SECRET, SECRET, Stand};

async fn findings(stand: &Stand) -> Vec<(FindingLevel, String)> {
    let findings = stand.webhook.check(&[Ability::Call]).await.unwrap();
    findings
        .into_iter()
        .map(|finding| (finding.level, finding.what))
        .collect()
}

#[tokio::test]
async fn a_careful_receiver_has_nothing_to_mend_and_nothing_is_done_there() {
    let stand = Stand::usual().await;
    assert_eq!(findings(&stand).await, []);
    assert!(stand.company.calls().is_empty());
}

#[tokio::test]
async fn a_receiver_that_does_not_verify_is_told_of() {
    let stand = Stand::usual().await;
    stand.company.set_careless(true, false);
    let found = findings(&stand).await;
    assert!(
        matches!(&found[..], [(FindingLevel::Warning, what)] if what.contains("not signed")),
        "{found:?}"
    );
    stand.company.set_careless(false, true);
    let found = findings(&stand).await;
    assert!(
        matches!(&found[..], [(FindingLevel::Warning, what)] if what.contains("hour old")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_wrong_secret_a_wrong_address_and_a_wrong_clock_are_faults() {
    let stand = Stand::usual().await;
    stand.company.set_secrets(&[NEXT_SECRET]);
    let found = findings(&stand).await;
    assert!(
        matches!(&found[..], [(FindingLevel::Fault, what)] if what.contains("401")),
        "{found:?}"
    );
    stand.company.set_secrets(&[SECRET]);
    stand.company.fake().misbehave(Rule {
        status: Some(404),
        ..Rule::default()
    });
    let found = findings(&stand).await;
    assert!(
        matches!(&found[..], [(FindingLevel::Fault, what)] if what.contains("404")),
        "{found:?}"
    );
}

#[tokio::test]
async fn two_secrets_are_noted_and_a_receiver_out_of_reach_is_an_error() {
    let stand = Stand::with(|settings| settings.secrets.push(NEXT_SECRET.into())).await;
    let found = findings(&stand).await;
    assert!(matches!(&found[..], [(FindingLevel::Note, _)]), "{found:?}");
    stand.company.fake().misbehave(Rule {
        status: Some(500),
        times: Some(0),
        ..Rule::default()
    });
    let error = stand.webhook.check(&[Ability::Call]).await.unwrap_err();
    assert!(error.is_passing());
}

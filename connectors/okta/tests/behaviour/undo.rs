//! Taking back what Okta was made to give out or to change: what came later stays, in every status.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Ability, Account, Action, Connector, FindingLevel, Receipt, StepKey, VendorError};
use doorward_okta::fake::RoleHeld;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::stand::{PERMISSIONS, Stand, without};

const CODE: Action = Action::TemporaryAccessCode {
    lifetime_minutes: Some(30),
    one_time: true,
};
const OWN: &str = "Lantern-Orchard-88";
const LATER: Duration = Duration::from_mins(5);

async fn undo(stand: &Stand, account: &Account, action: &Action, facts: &Value) -> Result<Receipt, VendorError> {
    let key = StepKey("a step".into());
    stand.okta.undo(&key, account, action, facts).await
}

/// Does it and lets time pass; the receipt's facts and the secret.
async fn done(stand: &Stand, account: &Account, action: &Action) -> (Value, String) {
    let (_, receipt) = stand.perform(account, action).await.unwrap();
    stand.wait(LATER).await;
    let secret = receipt.pass.map(|pass| pass.secret.expose_secret().to_owned());
    (receipt.facts, secret.unwrap_or_default())
}

/// Does it while the account cannot be read after the act: the moments that it moved are lost.
async fn done_unseen(stand: &Stand, account: &Account, action: &Action) -> (Value, String) {
    let key = StepKey("a step".into());
    let intent = stand.okta.intend(account, action).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("GET".into()),
        status: Some(403),
        times: Some(0),
        ..Rule::default()
    });
    let performed = stand.okta.perform(&key, account, action, &intent).await;
    stand.fake.fake().behave();
    stand.wait(LATER).await;
    let receipt = performed.unwrap();
    let secret = receipt.pass.unwrap().secret.expose_secret().to_owned();
    (receipt.facts, secret)
}

fn path(link: &str) -> String {
    url::Url::parse(link).unwrap().path().to_owned()
}

#[tokio::test]
async fn a_password_that_the_person_chose_since_is_theirs() {
    let stand = Stand::usual().await;
    for is_seen in [true, false] {
        let account = stand.fresh("ACTIVE").await;
        let (facts, temporary) = if is_seen {
            done(&stand, &account, &Action::TemporaryPassword).await
        } else {
            done_unseen(&stand, &account, &Action::TemporaryPassword).await
        };
        assert_eq!(facts["password_changed"].is_string(), is_seen, "{facts}");
        let answer = stand
            .posted("signin", &[("login", &account.login), ("password", &temporary)])
            .await;
        let target = answer.header("location").unwrap().to_owned();
        let visit = target.split_once("visit=").unwrap().1;
        let changed = stand
            .posted("signin/change", &[("visit", visit), ("password", OWN)])
            .await;
        assert_eq!(changed.status.as_u16(), 303);
        stand.fake.fake().forget();
        let undone = undo(&stand, &account, &Action::TemporaryPassword, &facts).await;
        assert!(matches!(undone, Err(VendorError::Done)), "{undone:?}");
        assert_eq!(stand.writes(), Vec::<String>::new());
        assert!(stand.lets_in(&account.login, OWN).await);
    }
}

#[tokio::test]
async fn where_the_moments_were_lost_the_password_and_the_link_die_all_the_same() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (facts, temporary) = done_unseen(&stand, &account, &Action::TemporaryPassword).await;
    undo(&stand, &account, &Action::TemporaryPassword, &facts)
        .await
        .unwrap();
    assert!(!stand.lets_in(&account.login, &temporary).await);
    let account = stand.fresh("ACTIVE").await;
    let (facts, link) = done_unseen(&stand, &account, &Action::ResetLink).await;
    undo(&stand, &account, &Action::ResetLink, &facts).await.unwrap();
    assert!(!stand.opens(&link).await);
}

#[tokio::test]
async fn a_link_that_was_used_is_gone_and_nothing_else_is_touched() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (facts, link) = done(&stand, &account, &Action::ResetLink).await;
    let used = stand.posted(&path(&link), &[("password", OWN)]).await;
    assert_eq!(used.status.as_u16(), 303);
    stand.fake.fake().forget();
    let undone = undo(&stand, &account, &Action::ResetLink, &facts).await;
    assert!(matches!(undone, Err(VendorError::Done)), "{undone:?}");
    assert_eq!(stand.writes(), Vec::<String>::new());
    assert!(stand.lets_in(&account.login, OWN).await);
}

#[tokio::test]
async fn a_link_is_replaced_without_mail_and_without_ending_sessions() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (facts, _) = done(&stand, &account, &Action::ResetLink).await;
    stand.fake.fake().forget();
    let receipt = undo(&stand, &account, &Action::ResetLink, &facts).await.unwrap();
    let asked = stand.fake.fake().asked();
    let sent = asked.iter().find(|one| one.path.ends_with("/reset_password")).unwrap();
    assert_eq!(sent.query.as_deref(), Some("sendEmail=false&revokeSessions=false"));
    assert_eq!(stand.view(&account).status, "RECOVERY");
    assert!(!receipt.facts.to_string().contains("reset-password/"));
}

#[tokio::test]
async fn in_a_status_in_which_nothing_can_be_said_of_it_nothing_is_done() {
    let stand = Stand::usual().await;
    for (action, statuses) in [
        (
            Action::TemporaryPassword,
            ["RECOVERY", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "ACTIVATING"].as_slice(),
        ),
        (
            Action::ResetLink,
            ["LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "ACTIVATING"].as_slice(),
        ),
        (Action::Suspend, ["DEPROVISIONED", "ACTIVATING"].as_slice()),
        (
            Action::Unsuspend,
            ["PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT", "DEPROVISIONED"].as_slice(),
        ),
    ] {
        for status in statuses {
            let account = stand.fresh(Stand::status_for(&action)).await;
            let (facts, _) = done(&stand, &account, &action).await;
            stand
                .fake
                .change(&account.id.0, |person| person.status = (*status).into());
            stand.fake.fake().forget();
            let undone = undo(&stand, &account, &action, &facts).await;
            let Err(VendorError::Unfit { why }) = &undone else {
                panic!("{action:?} in {status}: {undone:?}");
            };
            assert!(!why.is_empty());
            assert_eq!(stand.writes(), Vec::<String>::new(), "{action:?} in {status}");
        }
    }
}

#[tokio::test]
async fn a_freeze_that_somebody_else_put_on_since_stays() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (ours, _) = done(&stand, &account, &Action::Suspend).await;
    done(&stand, &account, &Action::Unsuspend).await;
    done(&stand, &account, &Action::Suspend).await;
    let undone = undo(&stand, &account, &Action::Suspend, &ours).await;
    assert!(matches!(undone, Err(VendorError::Unfit { .. })), "{undone:?}");
    assert_eq!(stand.view(&account).status, "SUSPENDED");
}

#[tokio::test]
async fn a_code_of_an_account_out_of_our_reach_is_not_called_gone() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (facts, code) = done(&stand, &account, &CODE).await;
    stand.fake.fake().misbehave(Rule {
        path: Some("/authenticator-enrollments".into()),
        status: Some(404),
        body: Some(json!({ "errorCode": "E0000007", "errorSummary": "Not found", "errorId": "oae1" })),
        times: Some(0),
        ..Rule::default()
    });
    let undone = undo(&stand, &account, &CODE, &facts).await;
    stand.fake.fake().behave();
    assert!(matches!(undone, Err(VendorError::Missing { .. })), "{undone:?}");
    assert!(stand.lets_in(&account.login, &code).await);
}

#[tokio::test]
async fn a_receipt_that_names_no_code_is_not_guessed_at() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    done(&stand, &account, &CODE).await;
    stand.fake.fake().forget();
    for enrolment in [Value::Null, json!(""), json!("../../users"), json!(7)] {
        let facts = json!({ "account": account.id, "enrolment": enrolment });
        let undone = undo(&stand, &account, &CODE, &facts).await;
        assert!(matches!(undone, Err(VendorError::Unfit { .. })), "{undone:?}");
    }
    assert_eq!(stand.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn the_self_check_says_where_a_freeze_could_not_be_taken_back() {
    let stand = Stand::usual().await;
    let abilities = without(&[Ability::Unsuspend]);
    assert_eq!(stand.okta.check(&abilities).await.unwrap(), Vec::new());
    let left: Vec<&str> = PERMISSIONS
        .into_iter()
        .filter(|one| !one.ends_with(".unsuspend"))
        .collect();
    stand.fake.set_client_roles(vec![RoleHeld::custom("cr0less", &left)]);
    let found = stand.okta.check(&abilities).await.unwrap();
    assert!(
        matches!(found.as_slice(), [one] if one.level == FindingLevel::Note && one.what.contains("lifecycle.unsuspend")),
        "{found:?}"
    );
}

//! Every act: what it changes, what it hands out, and what is said where it does not fit.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Action, Connector, PassKind, Reconciled, StepKey, VendorError};
use doorward_okta::fake::TacPolicy;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::{BEGIN, Stand, actions};

/// What comes of each act in each status: `+` done, `d` already so, `u` unlock first, `-` not by us.
/// In the order of [`actions`].
const STATUSES: [(&str, &str); 9] = [
    ("ACTIVE", "+++d++++d"),
    ("PASSWORD_EXPIRED", "+++d+++-d"),
    ("RECOVERY", "-+-d--+-d"),
    ("LOCKED_OUT", "uuu+uu+-d"),
    ("PROVISIONED", "------+-d"),
    ("STAGED", "------+-d"),
    ("SUSPENDED", "------+d+"),
    ("DEPROVISIONED", "---------"),
    ("ACTIVATING", "------+--"),
];

#[tokio::test]
async fn each_act_is_done_only_in_a_status_that_allows_it_and_nothing_is_sent_otherwise() {
    let stand = Stand::usual().await;
    for (status, row) in STATUSES {
        for (action, expected) in actions().iter().zip(row.chars()) {
            let account = stand.fresh(status).await;
            stand.fake.fake().forget();
            let found = stand.perform(&account, action).await;
            let what = format!("{action:?} in {status}: {found:?}");
            match (expected, found) {
                ('+', Ok((_, receipt))) => {
                    assert_eq!(stand.writes().len(), 1, "{what}");
                    assert_eq!(receipt.pass.is_some(), action.yields_pass(), "{what}");
                    assert_eq!(receipt.facts["account"], json!(account.id), "{what}");
                    assert!(receipt.facts["request_id"].is_string(), "{what}");
                    continue;
                }
                ('d', Err(VendorError::Done)) => {}
                ('u', Err(VendorError::Unfit { why })) => assert!(why.contains("unlock it first"), "{what}"),
                ('-', Err(VendorError::Unfit { why })) => assert!(!why.contains("unlock"), "{what}"),
                _ => panic!("{what}"),
            }
            assert_eq!(stand.writes(), Vec::<String>::new(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_status_that_changes_between_intent_and_act_is_told_in_its_own_words() {
    let stand = Stand::usual().await;
    for (action, before, after, words) in [
        (Action::ResetLink, "ACTIVE", "SUSPENDED", "suspended"),
        (Action::TemporaryPassword, "ACTIVE", "LOCKED_OUT", "unlock it first"),
        (Action::Suspend, "ACTIVE", "RECOVERY", "only an active account"),
    ] {
        let account = stand.fresh(before).await;
        let intent = stand.okta.intend(&account, &action).await.unwrap();
        stand.fake.change(&account.id.0, |person| person.status = after.into());
        let found = stand
            .okta
            .perform(&StepKey("k".into()), &account, &action, &intent)
            .await;
        assert!(
            matches!(&found, Err(VendorError::Unfit { why }) if why.contains(words)),
            "{action:?}: {found:?}"
        );
    }
    let account = stand.fresh("ACTIVE").await;
    let intent = stand.okta.intend(&account, &Action::Suspend).await.unwrap();
    stand
        .fake
        .change(&account.id.0, |person| person.status = "SUSPENDED".into());
    let found = stand
        .okta
        .perform(&StepKey("k".into()), &account, &Action::Suspend, &intent)
        .await;
    assert!(matches!(found, Err(VendorError::Done)), "{found:?}");
}

#[tokio::test]
async fn a_lock_may_be_lifted_by_an_earlier_step_of_the_same_plan() {
    let stand = Stand::usual().await;
    let account = stand.fresh("LOCKED_OUT").await;
    stand.okta.intend(&account, &Action::ResetLink).await.unwrap();
    stand.perform(&account, &Action::Unlock).await.unwrap();
    let (_, receipt) = stand.perform(&account, &Action::ResetLink).await.unwrap();
    assert!(stand.opens(receipt.pass.unwrap().secret.expose_secret()).await);
}

#[tokio::test]
async fn a_reset_link_is_not_mailed_ends_the_sessions_and_leads_to_a_new_password() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (_, receipt) = stand.perform(&account, &Action::ResetLink).await.unwrap();
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::ResetLink);
    assert_eq!(pass.login, account.login);
    assert_eq!(stand.view(&account).sessions, 0);
    assert!(!stand.lets_in(&account.login, "Old-Forgotten-42!").await);
    let link = url::Url::parse(pass.secret.expose_secret()).unwrap();
    let answer = stand.posted(link.path(), &[("password", "A-New-One-77!")]).await;
    assert_eq!(answer.status.as_u16(), 303);
    assert!(stand.lets_in(&account.login, "A-New-One-77!").await);
    assert!(!stand.opens(link.as_str()).await, "it works once");
}

#[tokio::test]
async fn a_link_that_leads_nowhere_safe_is_not_handed_out() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    for link in ["javascript:alert(1)", "http://elsewhere.example/x", "nothing", ""] {
        stand.fake.fake().misbehave(Rule {
            path: Some("/lifecycle/reset_password".into()),
            status: Some(200),
            body: Some(json!({ "resetPasswordUrl": link })),
            ..Rule::default()
        });
        let found = stand.perform(&account, &Action::ResetLink).await;
        assert!(
            matches!(found, Err(VendorError::Unexpected { .. })),
            "{link}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_temporary_password_must_be_changed_at_the_next_sign_in() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let (_, receipt) = stand.perform(&account, &Action::TemporaryPassword).await.unwrap();
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::TemporaryPassword);
    let secret = pass.secret.expose_secret();
    let answer = stand
        .posted("signin", &[("login", &account.login), ("password", secret)])
        .await;
    assert!(answer.header("location").unwrap().starts_with("/signin/change?"));
    assert_eq!(stand.view(&account).status, "PASSWORD_EXPIRED");
}

#[tokio::test]
async fn what_a_lost_answer_gave_out_is_void_after_the_next_one() {
    let stand = Stand::usual().await;
    for action in actions().into_iter().filter(Action::yields_pass) {
        let account = stand.fresh("ACTIVE").await;
        let intended_at = stand.fake.fake().now();
        let intent = stand.okta.intend(&account, &action).await.unwrap();
        stand.fake.fake().misbehave(Rule {
            method: Some("POST".into()),
            path: Some(account.id.0.clone()),
            cut: Some(Cut::After),
            ..Rule::default()
        });
        let lost = stand
            .okta
            .perform(&StepKey("k".into()), &account, &action, &intent)
            .await;
        assert!(lost.unwrap_err().may_have_happened());
        let state = stand.fake.state();
        let kept = state["accounts"].as_array().unwrap().iter();
        let kept = kept
            .clone()
            .find(|one| one["person"]["id"] == json!(account.id))
            .unwrap();
        let secret = match &action {
            Action::TemporaryPassword => kept["person"]["password"].clone(),
            Action::ResetLink => json!(format!(
                "{}signin/reset-password/{}",
                stand.base,
                kept["reset"]["token"].as_str().unwrap()
            )),
            _ => kept["tac"]["code"].clone(),
        };
        let secret = secret.as_str().unwrap();
        let back = stand
            .okta
            .reconcile(&StepKey("k".into()), &account, &action, &intent.snapshot, intended_at)
            .await
            .unwrap();
        assert!(matches!(back, Reconciled::NotDone), "{action:?}");
        stand.perform(&account, &action).await.unwrap();
        let works = if action == Action::ResetLink {
            stand.opens(secret).await
        } else {
            stand.lets_in(&account.login, secret).await
        };
        assert!(!works, "{action:?}: what was lost still works");
    }
}

#[tokio::test]
async fn a_code_is_within_the_orgs_limits_works_once_and_ends() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let wish = Action::TemporaryAccessCode {
        lifetime_minutes: Some(5),
        one_time: false,
    };
    let prepared = stand.okta.prepare(&wish).await.unwrap();
    let clamped = Action::TemporaryAccessCode {
        lifetime_minutes: Some(10),
        one_time: true,
    };
    assert_eq!(prepared.action, clamped);
    assert_eq!(prepared.notes.len(), 2);
    let (_, receipt) = stand.perform(&account, &clamped).await.unwrap();
    let pass = receipt.pass.unwrap();
    assert_eq!(pass.kind, PassKind::TemporaryAccessCode);
    assert_eq!(pass.expires_at, Some(BEGIN.plus(Duration::from_mins(10))));
    let secret = pass.secret.expose_secret();
    assert!(stand.lets_in(&account.login, secret).await);
    assert!(!stand.lets_in(&account.login, secret).await);
}

#[tokio::test]
async fn an_org_without_codes_says_so_before_anybody_starts() {
    let stand = Stand::of(|world| world.tac = None, |_| {}).await;
    let wish = Action::TemporaryAccessCode {
        lifetime_minutes: None,
        one_time: true,
    };
    let found = stand.okta.prepare(&wish).await;
    assert!(
        matches!(&found, Err(VendorError::Refused { why }) if why.contains("authenticator")),
        "{found:?}"
    );
}

#[tokio::test]
async fn either_documented_form_of_asking_for_a_code_is_found() {
    let policy = TacPolicy {
        guides_form: true,
        ..TacPolicy::default()
    };
    let stand = Stand::of(|world| world.tac = Some(policy), |_| {}).await;
    let account = stand.fresh("ACTIVE").await;
    let (_, receipt) = stand.perform(&account, &actions()[2]).await.unwrap();
    assert!(
        stand
            .lets_in(&account.login, receipt.pass.unwrap().secret.expose_secret())
            .await
    );
    assert_eq!(stand.view(&account).count("tac"), 1);
}

#[tokio::test]
async fn named_factors_go_and_what_belongs_to_them_and_nothing_else() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let kinds = vec!["push".into(), "token:software:totp".into()];
    stand.perform(&account, &Action::ResetFactors { kinds }).await.unwrap();
    let left: Vec<String> = stand.view(&account).factors.into_iter().map(|one| one.kind).collect();
    assert_eq!(left, ["sms", "email"]);
    let kinds = vec!["webauthn".into()];
    let found = stand.perform(&account, &Action::ResetFactors { kinds }).await;
    assert!(matches!(found, Err(VendorError::Done)), "{found:?}");
    let kinds = vec!["smoke_signals".into()];
    let found = stand.okta.prepare(&Action::ResetFactors { kinds }).await;
    assert!(
        matches!(&found, Err(VendorError::Refused { why }) if why.contains("webauthn")),
        "{found:?}"
    );
}

#[tokio::test]
async fn where_no_factor_was_to_be_seen_before_none_to_be_seen_after_says_nothing() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand
        .fake
        .change(&account.id.0, |person| person.factors.retain(|one| one.kind == "email"));
    let all = Action::ResetFactors { kinds: Vec::new() };
    let intent = stand.okta.intend(&account, &all).await.unwrap();
    let back = stand
        .okta
        .reconcile(&StepKey("k".into()), &account, &all, &intent.snapshot, BEGIN)
        .await
        .unwrap();
    assert!(matches!(back, Reconciled::NotDone), "{back:?}");
}

#[tokio::test]
async fn a_lost_telephone_is_no_way_to_recover_either() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.fake().forget();
    stand.perform(&account, &actions()[5]).await.unwrap();
    let asked = stand.fake.fake().asked();
    let deletion = asked.iter().find(|asked| asked.method == "DELETE").unwrap();
    assert_eq!(deletion.query.as_deref(), Some("removeRecoveryEnrollment=true"));
}

#[tokio::test]
async fn an_active_account_that_unknown_devices_are_kept_out_of_is_unlocked() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.change(&account.id.0, |person| person.blocked = true);
    let (intent, _) = stand.perform(&account, &Action::Unlock).await.unwrap();
    assert!(!stand.view(&account).blocked);
    let back = stand
        .okta
        .reconcile(&StepKey("k".into()), &account, &Action::Unlock, &intent.snapshot, BEGIN)
        .await
        .unwrap();
    assert!(matches!(back, Reconciled::Done(_)));
}

#[tokio::test]
async fn what_another_directory_masters_is_not_changed_here() {
    let stand = Stand::usual().await;
    for (provider, words) in [
        ("ACTIVE_DIRECTORY", "directory"),
        ("LDAP", "directory"),
        ("FEDERATION", "provider"),
    ] {
        for action in [Action::TemporaryPassword, Action::ResetLink, Action::Unlock] {
            let before = stand.fresh(Stand::status_for(&action)).await;
            stand
                .fake
                .change(&before.id.0, |person| person.provider = provider.into());
            let account = stand.account(&before.id.0).await;
            let found = stand.okta.intend(&account, &action).await;
            if provider == "FEDERATION" && action == Action::Unlock {
                assert!(found.is_ok(), "{found:?}");
                continue;
            }
            assert!(
                matches!(&found, Err(VendorError::Unfit { why }) if why.contains(words)),
                "{provider} {action:?}: {found:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_okta_has_no_word_for_is_refused() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    for action in [
        Action::RemoveMethods { kinds: Vec::new() },
        Action::TemporaryAccessPass {
            lifetime_minutes: None,
            one_time: true,
        },
    ] {
        let prepared = stand.okta.prepare(&action).await;
        assert!(matches!(prepared, Err(VendorError::Refused { .. })), "{prepared:?}");
        let intent = stand.okta.intend(&account, &action).await;
        assert!(matches!(intent, Err(VendorError::Refused { .. })), "{intent:?}");
    }
}

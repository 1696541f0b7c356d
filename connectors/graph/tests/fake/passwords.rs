//! Temporary passwords, sessions, and signing in with a password.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stand::{AOIFE, NILS, PASSWORD, Stand, code, world};

const UPN: &str = "nils.berg@acme.example";
const TEMPORARY: &str = "kR7m-pX4wq9Tz2Lc+h8d";
const OWN: &str = "Brown-Trout-93-leaps";

fn profile(password: &str) -> Value {
    json!({ "passwordProfile": {
        "password": password, "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false,
    } })
}

async fn set(stand: &Stand, id: uuid::Uuid, password: &str) -> (u16, String) {
    let (status, body) = stand.send("PATCH", &format!("users/{id}"), profile(password)).await;
    (status, code(&body).to_owned())
}

#[tokio::test]
async fn a_password_is_set_and_moves_the_date_of_the_last_change() {
    let stand = Stand::usual().await;
    stand.clock.forward(Duration::from_mins(5));
    assert_eq!(set(&stand, NILS, TEMPORARY).await.0, 204);
    let (_, body) = stand
        .get(&format!("users/{NILS}?$select=lastPasswordChangeDateTime"))
        .await;
    assert_eq!(body["lastPasswordChangeDateTime"], "2026-01-15T10:05:00Z");
    let account = stand.account(NILS);
    assert_eq!((account.password_sets, account.must_change), (1, true));
}

#[tokio::test]
async fn a_password_that_breaks_a_rule_is_refused_and_nothing_is_set() {
    let stand = Stand::usual().await;
    let long = format!("aB3{}", "x-".repeat(127));
    for wrong in [
        "",
        "aB3-xyz",
        &long,
        "lowercase-only",
        "lowercaseonly1234",
        "Grün-Reiher-41-fliegt",
        "P@ssw0rd",
        "Passw0rd1",
        "Summer12-",
        "NilsBerg-1",
        "Acme Works1-",
        "Winter1-",
    ] {
        let answer = set(&stand, NILS, wrong).await;
        assert_eq!(answer, (400, "Request_BadRequest".into()), "{wrong}");
    }
    assert_eq!(stand.account(NILS).password_sets, 0);
    assert_eq!(stand.sign_in(UPN, PASSWORD).await.0, 303, "the former one still works");
}

#[tokio::test]
async fn a_password_is_not_set_where_another_directory_is_the_master() {
    let mut world = world();
    world.people[0].synchronised = true;
    world.people[1].federated = true;
    world.people[1].groups.clear();
    let stand = Stand::of(world).await;
    assert_eq!(set(&stand, NILS, TEMPORARY).await.0, 400);
    assert_eq!(set(&stand, AOIFE, TEMPORARY).await.0, 400);
    let switch = stand
        .send("PATCH", &format!("users/{NILS}"), json!({ "accountEnabled": false }))
        .await;
    assert_eq!(switch.0, 400);
}

#[tokio::test]
async fn a_powerful_account_is_out_of_reach() {
    let stand = Stand::usual().await;
    let denied = (403, "Authorization_RequestDenied".to_owned());
    assert_eq!(set(&stand, AOIFE, TEMPORARY).await, denied);
    stand.fake.set_roles(NILS, vec![crate::stand::GLOBAL]);
    assert_eq!(set(&stand, NILS, TEMPORARY).await, denied);
    let helpdesk = uuid::uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8");
    stand.fake.set_roles(NILS, vec![helpdesk]);
    assert_eq!(set(&stand, NILS, TEMPORARY).await.0, 204);
}

#[tokio::test]
async fn one_missing_right_fails_the_whole_change() {
    let stand = Stand::granting(&["User.EnableDisableAccount.All", "User.Read.All"]).await;
    let mut both = profile(TEMPORARY);
    both["accountEnabled"] = json!(false);
    let (status, _) = stand.send("PATCH", &format!("users/{NILS}"), both).await;
    assert_eq!((status, stand.account(NILS).enabled), (403, true));
    let (status, _) = stand
        .send("PATCH", &format!("users/{NILS}"), json!({ "accountEnabled": false }))
        .await;
    assert_eq!((status, stand.account(NILS).enabled), (204, false));
}

#[tokio::test]
async fn a_temporary_password_forces_a_change_and_works_once() {
    let stand = Stand::usual().await;
    set(&stand, NILS, TEMPORARY).await;
    assert_eq!(stand.sign_in(UPN, PASSWORD).await.0, 401, "the forgotten one is gone");
    let (status, target, _) = stand.sign_in(UPN, TEMPORARY).await;
    let target = target.unwrap();
    assert_eq!(status, 303);
    let visit = target.strip_prefix("/signin/change?visit=").unwrap();
    assert_eq!(stand.account(NILS).signed_in_at, None, "not before a change");
    let (_, page) = stand.page(&target).await;
    assert!(page.contains("Choose a new password"));

    for (password, confirm) in [(OWN, "Brown-Trout-93-leapt"), (TEMPORARY, TEMPORARY), ("nils", "nils")] {
        let fields = [("visit", visit), ("password", password), ("confirm", confirm)];
        assert_eq!(stand.form("/signin/change", &fields).await.0, 422, "{password}");
    }
    let skipped = stand.form("/signin/register", &[("visit", visit)]).await;
    assert_eq!(skipped.0, 410, "no way around the change");

    let fields = [("visit", visit), ("password", OWN), ("confirm", OWN)];
    let (status, target, _) = stand.form("/signin/change", &fields).await;
    assert_eq!(status, 303);
    let (_, page) = stand.page(&target.unwrap()).await;
    assert!(page.contains("You are signed in as Nils Berg"), "{page}");
    assert!(page.contains("Imitation"));
    assert!(stand.account(NILS).signed_in_at.is_some());
    assert_eq!(stand.form("/signin/change", &fields).await.0, 410, "once");
    assert_eq!(stand.sign_in(UPN, TEMPORARY).await.0, 401);
    let (_, target, _) = stand.sign_in(UPN, OWN).await;
    assert!(target.unwrap().starts_with("/signin/done"));
}

#[tokio::test]
async fn whoever_changes_first_ends_the_other_visits_of_the_same_password() {
    let stand = Stand::usual().await;
    set(&stand, NILS, TEMPORARY).await;
    let visits = [
        stand.sign_in(UPN, TEMPORARY).await.1,
        stand.sign_in(UPN, TEMPORARY).await.1,
    ];
    let [first, second] = visits.map(|target| target.unwrap().split_once('=').unwrap().1.to_owned());
    let change = |visit: String| async move { [("visit", visit), ("password", OWN.into()), ("confirm", OWN.into())] };
    for (visit, status) in [(first, 303), (second, 410)] {
        let fields = change(visit).await;
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(stand.form("/signin/change", &fields).await.0, status);
    }
}

#[tokio::test]
async fn the_page_does_not_tell_why_somebody_cannot_sign_in() {
    let stand = Stand::usual().await;
    let wrong = stand.sign_in(UPN, "wrong").await;
    let unknown = stand.sign_in("nobody@acme.example", PASSWORD).await;
    stand.fake.set_enabled(NILS, false);
    let disabled = stand.sign_in(UPN, PASSWORD).await;
    assert_eq!(wrong, disabled);
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong.2.replace(UPN, "…"), unknown.2.replace("nobody@acme.example", "…"));
}

#[tokio::test]
async fn ending_the_sessions_moves_their_date_and_ends_open_visits() {
    let stand = Stand::usual().await;
    let (_, target, _) = stand.sign_in(UPN, PASSWORD).await;
    let target = target.unwrap();
    assert_eq!(stand.page(&target).await.0, 200);
    stand.clock.forward(Duration::from_mins(1));
    let (status, body) = stand
        .send_nothing("POST", &format!("users/{NILS}/revokeSignInSessions"))
        .await;
    assert_eq!((status, &body["value"]), (200, &json!(true)));
    assert_eq!(stand.page(&target).await.0, 410);
    let (_, body) = stand
        .get(&format!("users/{NILS}?$select=signInSessionsValidFromDateTime"))
        .await;
    assert_eq!(body["signInSessionsValidFromDateTime"], "2026-01-15T10:01:00Z");
    assert_eq!(stand.account(NILS).sessions_revoked, 1);
}

//! Temporary passwords: always taken, never telling of the person, and read back truthfully.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Account, Action, Connector, PassKind, Reconciled, StepKey, VendorError};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::stand::{ADA, Stand, ada};

const ACT: Action = Action::TemporaryPassword;
const SYMBOLS: &str = "@#$%^&*-_!+=[]{}|\\:',.?/`~\"(); <>";

/// The vendor's rules for cloud passwords, written from its page on its own.
fn vendor_takes(password: &str, words: &[String]) -> bool {
    let letters: Vec<char> = password.chars().collect();
    if letters.len() < 8 || letters.len() > 256 {
        return false;
    }
    if letters
        .iter()
        .any(|letter| !(letter.is_ascii_alphanumeric() || SYMBOLS.contains(*letter)))
    {
        return false;
    }
    let kinds = [
        letters.iter().any(char::is_ascii_uppercase),
        letters.iter().any(char::is_ascii_lowercase),
        letters.iter().any(char::is_ascii_digit),
        letters.iter().any(|letter| SYMBOLS.contains(*letter)),
    ];
    if kinds.into_iter().filter(|kind| *kind).count() < 3 {
        return false;
    }
    let folded = folded(password);
    !words.iter().any(|word| folded.contains(word.as_str()))
}

fn folded(text: &str) -> String {
    text.to_lowercase()
        .replace('0', "o")
        .replace('1', "l")
        .replace('$', "s")
        .replace('@', "a")
}

async fn password(stand: &Stand, account: &Account) -> String {
    let intent = stand.graph.intend(account, &ACT).await.unwrap();
    let pass = intent.pass.unwrap();
    assert_eq!(pass.kind, PassKind::TemporaryPassword);
    pass.secret.expose_secret().to_owned()
}

#[tokio::test]
async fn whoever_it_is_for_the_vendors_rules_are_kept() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let names = prop::collection::vec("[A-Za-z]{1,12}|\\PC{0,20}|[a-z2-9]{4}|[01$@aols]{4,8}", 5);
    let mut runner = TestRunner::default();
    for _ in 0..96 {
        let names = names.new_tree(&mut runner).unwrap().current();
        let mut account = account.clone();
        account.name.given = Some(names[0].clone());
        account.name.family = Some(names[1].clone());
        account.display_name = Some(names[2].clone());
        account.related_words = vec![names[3].clone(), names[4].clone()];
        let words: Vec<String> = names
            .iter()
            .filter(|name| name.chars().count() >= 4)
            .map(|name| folded(name))
            .collect();
        let password = password(&stand, &account).await;
        assert!(vendor_takes(&password, &words), "a password the vendor refuses");
        let (first, last) = (password.chars().next().unwrap(), password.chars().next_back().unwrap());
        assert!(first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric());
        assert_eq!(password.len(), 20);
        let shown: Vec<char> = password
            .chars()
            .filter(|letter| ['0', '1', '5', 'l', 'I', 'O', '@', '$'].contains(letter))
            .collect();
        assert!(shown.is_empty(), "{shown:?}");
    }
}

#[tokio::test]
async fn short_words_that_random_text_meets_are_kept_out() {
    let stand = Stand::usual().await;
    let mut account = stand.account(ADA).await;
    // So many that a password drawn without looking would meet one nearly always.
    account.related_words = ('a'..='z')
        .flat_map(|one| ('a'..='z').map(move |two| format!("{one}{two}")))
        .flat_map(|pair| ["22", "33", "44", "66"].map(|end| format!("{pair}{end}")))
        .collect();
    let words = account.related_words.clone();
    for _ in 0..20 {
        assert!(vendor_takes(&password(&stand, &account).await, &words));
    }
}

#[tokio::test]
async fn no_two_are_alike() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let mut seen = Vec::new();
    for _ in 0..20 {
        seen.push(password(&stand, &account).await);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 20);
}

#[tokio::test]
async fn the_password_is_sent_alone_and_must_be_changed() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (intent, receipt) = stand.perform(&account, &ACT).await.unwrap();
    let sent = stand
        .fake
        .fake()
        .asked()
        .into_iter()
        .find(|asked| asked.method == "PATCH")
        .unwrap();
    let secret = intent.pass.unwrap().secret;
    let wanted = json!({ "passwordProfile": {
        "password": secret.expose_secret(), "forceChangePasswordNextSignIn": true,
        "forceChangePasswordNextSignInWithMfa": false,
    }});
    assert_eq!(sent.body, wanted);
    assert_eq!(receipt.facts["account"], json!(account.id.0));
    assert!(receipt.facts["request_id"].is_string());
}

#[tokio::test]
async fn a_password_mastered_elsewhere_is_not_set() {
    let mut synchronised = ada();
    synchronised.synchronised = true;
    let mut federated = ada();
    federated.federated = true;
    for person in [synchronised, federated] {
        let stand = Stand::of(|world| world.people[0] = person, |_| {}).await;
        let account = stand.account(ADA).await;
        let refused = stand.graph.intend(&account, &ACT).await.unwrap_err();
        assert!(
            matches!(&refused, VendorError::Unfit { why } if why.contains("temporary access pass")),
            "{refused:?}"
        );
        assert!(!stand.lines().iter().any(|line| line.starts_with("PATCH")));
    }
}

#[tokio::test]
async fn a_password_the_vendor_refuses_is_a_case_for_staff() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    stand.fake.fake().misbehave(Rule {
        method: Some("PATCH".into()),
        status: Some(400),
        body: Some(json!({ "error": {
            "code": "Request_BadRequest",
            "message": "The specified password does not comply with password complexity requirements.",
        }})),
        ..Rule::default()
    });
    let error = stand.perform(&account, &ACT).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Unexpected { why } if why.contains("Request_BadRequest")),
        "{error:?}"
    );
    assert!(
        !error.to_string().contains("complexity"),
        "the vendor's text is not passed on"
    );
}

async fn reconciled(
    stand: &Stand,
    account: &Account,
    snapshot: &Value,
    at: doorward_contract::Timestamp,
) -> Reconciled {
    let key = StepKey("a step".into());
    stand.graph.reconcile(&key, account, &ACT, snapshot, at).await.unwrap()
}

#[tokio::test]
async fn right_after_the_intent_nothing_can_be_told() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let at = stand.fake.fake().now();
    let intent = stand.graph.intend(&account, &ACT).await.unwrap();
    stand.clock.forward(Duration::from_secs(2));
    match reconciled(&stand, &account, &intent.snapshot, at).await {
        Reconciled::Later(rest) => assert_eq!(rest, Duration::from_secs(3)),
        other => panic!("{other:?}"),
    }
    stand.clock.forward(Duration::from_secs(3));
    assert!(matches!(
        reconciled(&stand, &account, &intent.snapshot, at).await,
        Reconciled::NotDone
    ));
}

#[tokio::test]
async fn a_lost_answer_to_a_password_that_was_set_is_done() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let at = stand.fake.fake().now();
    let intent = stand.graph.intend(&account, &ACT).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("PATCH".into()),
        cut: Some(Cut::After),
        ..Rule::default()
    });
    let key = StepKey("a step".into());
    assert!(
        stand
            .graph
            .perform(&key, &account, &ACT, &intent)
            .await
            .unwrap_err()
            .may_have_happened()
    );
    stand.clock.forward(Duration::from_secs(6));
    match reconciled(&stand, &account, &intent.snapshot, at).await {
        Reconciled::Done(receipt) => assert!(receipt.pass.is_none()),
        other => panic!("{other:?}"),
    }
    let secret = intent.pass.unwrap().secret;
    assert!(stand.lets_in(&account.login, secret.expose_secret()).await);
}

#[tokio::test]
async fn a_change_long_before_the_intent_is_not_ours() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let at = stand.fake.fake().now();
    // The directory showed an older moment then, and shows a change of three minutes before the intent only now.
    let snapshot = json!({ "lastPasswordChangeDateTime": "2020-01-01T00:00:00Z" });
    let changed = at.minus(Duration::from_mins(3)).to_string();
    stand.fake.fake().misbehave(Rule {
        method: Some("GET".into()),
        path: Some(account.id.0.clone()),
        status: Some(200),
        body: Some(json!({ "id": account.id.0, "lastPasswordChangeDateTime": changed })),
        ..Rule::default()
    });
    stand.clock.forward(Duration::from_secs(6));
    assert!(matches!(
        reconciled(&stand, &account, &snapshot, at).await,
        Reconciled::NotDone
    ));
}

//! What is sent, and that it is signed as the specification says.

use doorward_contract::{Connector, Intent};
use doorward_webhook::Field;
use serde_json::json;

use crate::stand::{BEGIN, CALL, NEXT_SECRET, SECRET, Stand, call, step};

#[tokio::test]
async fn a_call_names_the_step_the_wish_and_the_account_and_nothing_of_the_person() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    stand.perform("case_1/1/call", &ada).await.unwrap();
    assert_eq!(
        stand.last_body(),
        json!({
            "type": "doorward.call",
            "timestamp": BEGIN.to_string(),
            "data": { "id": "case_1/1/call", "name": CALL, "account": { "id": ada.id.0 } },
        })
    );
    assert_eq!(stand.last_header("webhook-id"), "case_1/1/call");
    assert_eq!(stand.last_header("webhook-timestamp"), BEGIN.seconds().to_string());
    assert_eq!(stand.last_header("content-type"), "application/json");
    let kept = stand.kept("case_1/1/call").unwrap();
    assert_eq!((kept.acts, kept.login, kept.display_name), (1, None, None));
}

#[tokio::test]
async fn what_the_operator_named_is_told_and_no_more() {
    for (send, login, name) in [
        (vec![Field::Login], true, false),
        (vec![Field::DisplayName], false, true),
        (vec![Field::DisplayName, Field::Login], true, true),
    ] {
        let stand = Stand::with(|settings| settings.send = send).await;
        let ada = stand.fresh();
        stand.perform("case_1/1/call", &ada).await.unwrap();
        let kept = stand.kept("case_1/1/call").unwrap();
        assert_eq!(kept.login, login.then_some(ada.login));
        assert_eq!(kept.display_name, ada.display_name.filter(|_| name));
    }
}

#[tokio::test]
async fn a_question_tells_nothing_of_the_account() {
    let stand = Stand::with(|settings| settings.send = vec![Field::Login, Field::DisplayName]).await;
    let ada = stand.fresh();
    stand.perform("case_1/1/call", &ada).await.unwrap();
    stand.reconcile("case_1/1/call", &ada).await.unwrap();
    assert_eq!(
        stand.last_body()["data"],
        json!({ "id": "case_1/1/call", "name": CALL })
    );
    assert_ne!(
        stand.last_header("webhook-id"),
        "case_1/1/call",
        "receivers drop an id that they saw before"
    );
}

#[tokio::test]
async fn the_same_step_sent_twice_acts_once() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    let intent = Intent {
        snapshot: json!({}),
        pass: None,
    };
    for _ in 0..2 {
        let key = step("case_1/1/call");
        stand.webhook.perform(&key, &ada, &call(), &intent).await.unwrap();
    }
    assert_eq!(stand.kept("case_1/1/call").unwrap().acts, 1);
    stand.perform("case_1/2/call", &ada).await.unwrap();
    assert_eq!(stand.company.calls().len(), 2);
}

#[tokio::test]
async fn while_secrets_are_changed_either_end_may_be_first() {
    let stand = Stand::with(|settings| settings.secrets = vec![NEXT_SECRET.into(), SECRET.into()]).await;
    for (at, taken) in [vec![SECRET], vec![SECRET, NEXT_SECRET], vec![NEXT_SECRET]]
        .into_iter()
        .enumerate()
    {
        stand.company.set_secrets(&taken);
        stand
            .perform(&format!("case_{at}/1/call"), &stand.fresh())
            .await
            .unwrap();
    }
    let header = stand.last_header("webhook-signature");
    let signatures: Vec<&str> = header.split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert!(signatures.iter().all(|one| one.starts_with("v1,")));
    assert_ne!(signatures[0], signatures[1]);
}

//! Taking a call back.

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Connector, Undoing, VendorError};
use doorward_webhook::fake::Manner;
use serde_json::json;

use crate::stand::{CALL, Stand, call};

const KEY: &str = "case_1/1/call";

async fn undoing() -> Stand {
    Stand::with(|settings| settings.undo = true).await
}

#[tokio::test]
async fn without_the_setting_nothing_is_sent_and_staff_are_told_where_to_look() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    stand.perform(KEY, &ada).await.unwrap();
    assert!(matches!(stand.webhook.undoing(&call()), Undoing::Impossible { why } if why.contains("undo")));
    let before = stand.company.fake().asked().len();
    let undone = stand.undo(KEY, &ada, &json!({})).await;
    assert!(matches!(undone, Err(VendorError::Unfit { .. })));
    assert_eq!(stand.company.fake().asked().len(), before);
}

#[tokio::test]
async fn a_call_is_taken_back_once_with_the_receipt_it_gave() {
    let stand = undoing().await;
    let ada = stand.fresh();
    let told = Manner {
        receipt: Some(json!({ "ticket": "REQ-9" })),
        ..Manner::default()
    };
    stand.company.answer(CALL, told);
    let receipt = stand.perform(KEY, &ada).await.unwrap();
    assert!(matches!(stand.webhook.undoing(&call()), Undoing::Possible { .. }));

    stand.undo(KEY, &ada, &receipt.facts).await.unwrap();
    assert_eq!(stand.last_header("webhook-id"), format!("{KEY}/undo"));
    assert_eq!(stand.last_body()["data"]["receipt"], json!({ "ticket": "REQ-9" }));
    let again = stand.undo(KEY, &ada, &receipt.facts).await;
    assert!(matches!(again, Err(VendorError::Done)), "{again:?}");
    assert_eq!(stand.kept(KEY).unwrap().undone, 1);
}

#[tokio::test]
async fn after_a_lost_answer_taking_it_back_again_says_that_it_is_done() {
    let stand = undoing().await;
    let ada = stand.fresh();
    let receipt = stand.perform(KEY, &ada).await.unwrap();
    stand.company.fake().misbehave(Rule {
        cut: Some(Cut::After),
        ..Rule::default()
    });
    let lost = stand.undo(KEY, &ada, &receipt.facts).await.unwrap_err();
    assert!(lost.may_have_happened());
    let again = stand.undo(KEY, &ada, &receipt.facts).await;
    assert!(matches!(again, Err(VendorError::Done)));
    assert_eq!(stand.kept(KEY).unwrap().undone, 1);
}

#[tokio::test]
async fn what_was_never_called_cannot_be_taken_back() {
    let stand = undoing().await;
    let undone = stand.undo("case_9/1/call", &stand.fresh(), &json!({})).await;
    assert!(matches!(undone, Err(VendorError::Missing { what }) if what == "no_such_call"));
}

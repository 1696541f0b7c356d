//! What became of a call whose answer was lost, or that was only begun.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_contract::{Reconciled, VendorError};
use doorward_webhook::fake::{Manner, Standing};
use serde_json::json;

use crate::stand::{CALL, PATH, Stand};

const KEY: &str = "case_1/1/call";

#[tokio::test]
async fn a_call_that_was_only_begun_is_done_when_the_receiver_says_so_and_acts_once() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    let slow = Manner {
        standing: Standing::Pending,
        retry_after: Some(120),
        ..Manner::default()
    };
    stand.company.answer(CALL, slow);
    let error = stand.perform(KEY, &ada).await.unwrap_err();
    assert!(error.may_have_happened());
    let still = stand.reconcile(KEY, &ada).await.unwrap();
    assert!(matches!(still, Reconciled::Later(pause) if pause == Duration::from_secs(120)));
    assert_eq!(stand.kept(KEY).unwrap().acts, 0);

    let receipt = json!({ "ticket": "REQ-1" });
    stand.company.answer(
        CALL,
        Manner {
            receipt: Some(receipt.clone()),
            ..Manner::default()
        },
    );
    stand.company.settle(KEY, Standing::Done);
    let Reconciled::Done(done) = stand.reconcile(KEY, &ada).await.unwrap() else {
        panic!("it is done")
    };
    assert_eq!(done.facts, json!({ "receipt": receipt }));
    assert_eq!(stand.kept(KEY).unwrap().acts, 1);
}

#[tokio::test]
async fn a_call_that_came_to_nothing_is_told_why_when_it_is_repeated() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    let pending = Manner {
        standing: Standing::Pending,
        ..Manner::default()
    };
    stand.company.answer(CALL, pending);
    stand.perform(KEY, &ada).await.unwrap_err();
    let unfit = Manner {
        standing: Standing::Unfit,
        reason: Some("archived".to_owned()),
        ..Manner::default()
    };
    stand.company.answer(CALL, unfit);
    stand.company.settle(KEY, Standing::Unfit);
    assert!(matches!(stand.reconcile(KEY, &ada).await, Ok(Reconciled::NotDone)));
    let again = stand.perform(KEY, &ada).await;
    assert!(matches!(again, Err(VendorError::Unfit { why }) if why == "archived"));
    assert_eq!(stand.kept(KEY).unwrap().acts, 0);
}

#[tokio::test]
async fn a_lost_answer_is_found_out_and_a_lost_call_is_sent_again_under_the_same_id() {
    for (cut, acts_before) in [(Cut::Before, 0), (Cut::After, 1)] {
        let stand = Stand::usual().await;
        let ada = stand.fresh();
        stand.company.fake().misbehave(Rule {
            path: Some(PATH.to_owned()),
            cut: Some(cut),
            ..Rule::default()
        });
        stand.perform(KEY, &ada).await.unwrap_err();
        assert_eq!(stand.kept(KEY).map_or(0, |call| call.acts), acts_before);
        let found = stand.reconcile(KEY, &ada).await.unwrap();
        assert_eq!(matches!(found, Reconciled::Done(_)), cut == Cut::After);
        assert_eq!(matches!(found, Reconciled::NotDone), cut == Cut::Before);
        stand.perform(KEY, &ada).await.unwrap();
        assert_eq!(stand.last_header("webhook-id"), KEY);
        assert_eq!(stand.kept(KEY).unwrap().acts, 1);
    }
}

#[tokio::test]
async fn a_receiver_that_cannot_tell_leaves_the_question_open() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    stand.perform(KEY, &ada).await.unwrap();
    stand.company.lose_memory();
    let found = stand.reconcile(KEY, &ada).await;
    assert!(matches!(found, Err(VendorError::Unexpected { .. })), "{found:?}");
}

#[tokio::test]
async fn a_receiver_that_says_yes_to_everything_has_not_said_what_became_of_it() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    for (status, body) in [(200, json!({ "ok": true })), (200, json!({})), (202, json!({}))] {
        stand.company.fake().misbehave(Rule {
            status: Some(status),
            body: Some(body),
            ..Rule::default()
        });
        let found = stand.reconcile(KEY, &ada).await;
        assert!(matches!(found, Err(VendorError::Unexpected { .. })), "{found:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_knows_no_questions_leaves_the_question_open() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    for status in [400, 404, 422, 401] {
        stand.company.fake().misbehave(Rule {
            status: Some(status),
            ..Rule::default()
        });
        let found = stand.reconcile(KEY, &ada).await;
        assert!(found.is_err(), "{status}: {found:?}");
    }
}

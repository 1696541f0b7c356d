//! What each answer comes to.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Sent, VendorError};
use doorward_webhook::fake::{Manner, Standing};
use serde_json::{Value, json};

use crate::stand::{CALL, Stand};

const KEY: &str = "case_1/1/call";

async fn answered(manner: Manner) -> Result<Value, VendorError> {
    let stand = Stand::usual().await;
    stand.company.answer(CALL, manner);
    let receipt = stand.perform(KEY, &stand.fresh()).await?;
    Ok(receipt.facts)
}

async fn answered_with(status: u16, body: Value) -> VendorError {
    let stand = Stand::usual().await;
    stand.company.fake().misbehave(Rule {
        status: Some(status),
        body: Some(body),
        ..Rule::default()
    });
    stand.perform(KEY, &stand.fresh()).await.unwrap_err()
}

fn standing(standing: Standing, reason: &str) -> Manner {
    Manner {
        standing,
        reason: Some(reason.to_owned()),
        ..Manner::default()
    }
}

#[tokio::test]
async fn done_is_done_with_or_without_a_receipt_and_without_a_body() {
    assert_eq!(answered(Manner::default()).await.unwrap(), json!({}));
    let receipt = json!({ "ticket": "REQ-4711", "mailboxes": ["one", "two"] });
    let told = Manner {
        receipt: Some(receipt.clone()),
        ..Manner::default()
    };
    assert_eq!(answered(told).await.unwrap(), json!({ "receipt": receipt }));
    for http in [200, 201, 204] {
        let bare = Manner {
            bare: true,
            http: Some(http),
            ..Manner::default()
        };
        assert_eq!(answered(bare).await.unwrap(), json!({}), "{http}");
    }
}

#[tokio::test]
async fn accepted_is_not_done_and_is_asked_about_when_the_receiver_says() {
    let later = |manner| async { answered(manner).await.unwrap_err() };
    let pending = Manner {
        standing: Standing::Pending,
        ..Manner::default()
    };
    let bare = Manner {
        bare: true,
        http: Some(202),
        ..pending.clone()
    };
    for manner in [pending.clone(), bare.clone()] {
        let error = later(manner).await;
        assert!(error.may_have_happened(), "{error:?}");
    }
    for (wish, pause) in [(0, 1), (90, 90), (1_000_000, 3600)] {
        let told = Manner {
            retry_after: Some(wish),
            ..pending.clone()
        };
        let by_header = Manner {
            retry_after_header: Some(wish),
            ..bare.clone()
        };
        for manner in [told, by_header] {
            assert_eq!(
                later(manner).await,
                VendorError::Throttled {
                    retry_after: Some(Duration::from_secs(pause))
                }
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_by_its_word_under_any_number() {
    for http in [None, Some(400), Some(422), Some(409)] {
        let manner = |standing_, reason| Manner {
            http,
            ..standing(standing_, reason)
        };
        let refused = answered(manner(Standing::Refused, "on_leave")).await.unwrap_err();
        let unfit = answered(manner(Standing::Unfit, "no_mailbox")).await.unwrap_err();
        let missing = answered(manner(Standing::Missing, "no_such_person")).await.unwrap_err();
        if http == Some(409) {
            assert!(matches!(refused, VendorError::Unexpected { .. }));
            continue;
        }
        assert!(
            matches!(&refused, VendorError::Refused { why } if why.contains("on_leave")),
            "{refused:?}"
        );
        assert!(
            matches!(&unfit, VendorError::Unfit { why } if why == "no_mailbox"),
            "{unfit:?}"
        );
        assert!(
            matches!(&missing, VendorError::Missing { what } if what == "no_such_person"),
            "{missing:?}"
        );
    }
}

#[tokio::test]
async fn a_reason_that_is_a_sentence_is_not_repeated() {
    for reason in ["Ada O'Kerr left in May", "ADA", "", "ada@acme.example", &"a".repeat(61)] {
        let error = answered(standing(Standing::Unfit, reason)).await.unwrap_err();
        let told = error.to_string();
        assert!(matches!(error, VendorError::Unfit { .. }), "{error:?}");
        assert!(reason.is_empty() || !told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn a_receipt_that_is_large_deep_or_names_the_person_is_left_out_and_the_call_is_done_all_the_same() {
    for (receipt, why) in [
        (json!("done"), "not an object"),
        (json!({ "log": "x".repeat(2100) }), "too long"),
        (json!({ "a": { "b": { "c": { "d": 1 } } } }), "too deep"),
        (json!({ "for": "ADA O'KERR" }), "names the person"),
        (json!({ "mail": "ada.kerr0@acme.example" }), "names the person"),
    ] {
        let told = Manner {
            receipt: Some(receipt.clone()),
            ..Manner::default()
        };
        let facts = answered(told).await.unwrap();
        assert_eq!(facts["receipt"], Value::Null, "{receipt}");
        assert!(facts["receipt_left_out"].as_str().unwrap().contains(why), "{facts}");
    }
    let deepest = Manner {
        receipt: Some(json!({ "a": { "b": { "c": 1 } } })),
        ..Manner::default()
    };
    assert_eq!(answered(deepest).await.unwrap()["receipt"]["a"]["b"]["c"], 1);
}

#[tokio::test]
async fn a_conflict_is_done_only_if_the_receiver_says_so() {
    assert_eq!(answered_with(409, json!({ "status": "done" })).await, VendorError::Done);
    for body in [json!({}), json!({ "status": "pending" }), json!("conflict")] {
        let error = answered_with(409, body).await;
        assert!(matches!(error, VendorError::Unexpected { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_in_other_words_is_unexpected_so_that_it_is_asked_about() {
    for body in [
        json!({ "ok": true }),
        json!({ "status": "DONE" }),
        json!({ "status": true }),
        json!({ "status": "unknown" }),
        json!({ "status": "not_done" }),
        json!([{ "status": "done" }]),
        json!("done"),
    ] {
        let error = answered_with(200, body.clone()).await;
        assert!(matches!(error, VendorError::Unexpected { .. }), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_not_followed() {
    for http in [301, 302, 303, 307, 308] {
        let stand = Stand::usual().await;
        let elsewhere = Manner {
            http: Some(http),
            bare: true,
            location: Some(format!("{}/elsewhere", stand.settings.url)),
            ..Manner::default()
        };
        stand.company.answer(CALL, elsewhere);
        let error = stand.perform(KEY, &stand.fresh()).await.unwrap_err();
        assert!(matches!(error, VendorError::Refused { .. }), "{error:?}");
        assert_eq!(stand.company.fake().asked().len(), 1);
    }
}

#[tokio::test]
async fn trouble_of_the_receivers_own_may_have_happened() {
    for status in [408, 425, 500, 502, 503, 504] {
        let error = answered_with(status, json!({})).await;
        let perhaps = matches!(
            &error,
            VendorError::Unreachable {
                sent: Sent::Perhaps,
                ..
            }
        );
        assert!(perhaps, "{status}: {error:?}");
    }
    let stand = Stand::usual().await;
    let busy = Manner {
        http: Some(503),
        bare: true,
        retry_after_header: Some(30),
        ..Manner::default()
    };
    stand.company.answer(CALL, busy);
    let error = stand.perform(KEY, &stand.fresh()).await.unwrap_err();
    let thirty = Some(Duration::from_secs(30));
    assert_eq!(error, VendorError::Throttled { retry_after: thirty });
}

#[tokio::test]
async fn nobody_there_is_known_not_to_have_happened() {
    let stand = Stand::usual().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let webhook = stand.connector(|settings| settings.url.set_port(Some(port)).unwrap());
    let intent = doorward_contract::Intent {
        snapshot: json!({}),
        pass: None,
    };
    let key = crate::stand::step(KEY);
    let performed =
        doorward_contract::Connector::perform(&webhook, &key, &stand.fresh(), &crate::stand::call(), &intent).await;
    assert!(matches!(
        performed,
        Err(VendorError::Unreachable { sent: Sent::No, .. })
    ));
}

#[tokio::test]
async fn a_call_is_never_repeated_without_asking() {
    let stand = Stand::usual().await;
    stand.company.fake().misbehave(Rule {
        status: Some(503),
        times: Some(0),
        ..Rule::default()
    });
    stand.perform(KEY, &stand.fresh()).await.unwrap_err();
    assert_eq!(stand.company.fake().asked().len(), 1);
}

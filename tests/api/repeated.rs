//! The same call sent again, with the shipped program: answered again and not done again, by whichever process.

use std::net::SocketAddr;
use std::path::Path;

use doorward_lab::{Database, Lab};
use reqwest::Response;
use serde_json::{Value, json};

use super::{answered, word};
use crate::staff::{Place, on_both};

on_both! {
    a_call_sent_again_is_answered_again_and_done_once
    of_calls_sent_at_once_one_is_done
    a_call_that_was_refused_for_our_fault_is_done_anew
}

async fn lab(place: Place) -> Lab {
    Lab::builder()
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
        .database(match place {
            Place::Sqlite => Database::Sqlite,
            Place::Postgres => Database::Postgres,
        })
        .program(Path::new(env!("CARGO_BIN_EXE_doorward")))
        .start()
        .await
        .unwrap()
}

fn opening(lab: &Lab, ticket: &str) -> Value {
    let maria = lab.people().iter().find(|person| person.id == "maria-silva").unwrap();
    json!({"purpose": "recover", "account": maria.login, "ticket": ticket})
}

async fn send(lab: &Lab, path: &str, key: &str, body: &Value) -> Response {
    let client = doorward_lab::caller::client().unwrap();
    let to = lab.sheet().doorward.api.join(path).unwrap();
    let request = client.post(to).bearer_auth(&lab.sheet().doorward.tokens[0].token);
    request.header("idempotency-key", key).json(body).send().await.unwrap()
}

async fn opened(lab: &Lab) -> usize {
    lab.api().get("cases").await.unwrap()["cases"].as_array().unwrap().len()
}

async fn a_call_sent_again_is_answered_again_and_done_once(place: Place) {
    let lab = lab(place).await;
    let (key, body) = ("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", opening(&lab, "INC1"));
    let first = send(&lab, "cases", key, &body).await;
    assert!(!first.headers().contains_key("idempotency-replayed"));
    let location = first.headers()["location"].clone();
    let (status, first) = answered(first).await;
    assert_eq!(status, 201, "{first}");
    let link = first["link"]["url"].as_str().unwrap();
    assert!(
        !lab.database_bytes()
            .windows(link.len())
            .any(|window| window == link.as_bytes()),
        "the answer is kept, and cannot be read in the database"
    );
    // The same call, before and after the program was killed.
    for killed in [false, true] {
        if killed {
            lab.kill_gateway().await;
            lab.start_gateway().await.unwrap();
        }
        // With quotes and without, it is the same key.
        let again = send(&lab, "cases", key.trim_matches('"'), &body).await;
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(again.headers()["location"], location);
        assert_eq!(answered(again).await, (201, first.clone()));
    }
    for (path, other) in [("cases", opening(&lab, "INC2")), ("people/find", body.clone())] {
        let (status, refused) = answered(send(&lab, path, key, &other).await).await;
        assert_eq!((status, word(&refused)), (422, "idempotency-key-reused"), "{path}");
    }
    assert_eq!(opened(&lab).await, 1);
    // A refusal is an answer too, and its problem keeps its whole address.
    let cancel = format!("cases/{}/cancel", first["id"].as_str().unwrap());
    let cancelled = answered(send(&lab, &cancel, "once", &json!({})).await).await;
    assert_eq!(cancelled.0, 200);
    assert_eq!(answered(send(&lab, &cancel, "once", &json!({})).await).await, cancelled);
    let refused = answered(send(&lab, &cancel, "twice", &json!({})).await).await;
    assert_eq!((refused.0, word(&refused.1)), (409, "past-this"));
    assert_eq!(answered(send(&lab, &cancel, "twice", &json!({})).await).await, refused);
    assert_eq!(opened(&lab).await, 1);
    lab.stop().await;
}

async fn of_calls_sent_at_once_one_is_done(place: Place) {
    let lab = lab(place).await;
    let body = opening(&lab, "INC1");
    let calls = (0..8).map(|_| send(&lab, "cases", "all-at-once", &body));
    let answers = futures_util::future::join_all(calls).await;
    let mut links = Vec::new();
    let mut done = 0;
    for answer in answers {
        done += u32::from(answer.status() == 201 && !answer.headers().contains_key("idempotency-replayed"));
        match answered(answer).await {
            (201, case) => links.push(case["link"]["url"].clone()),
            (409, problem) => assert_eq!(word(&problem), "idempotency-key-in-use"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    links.dedup();
    assert_eq!((links.len(), opened(&lab).await), (1, 1));
    lab.stop().await;
}

async fn a_call_that_was_refused_for_our_fault_is_done_anew(place: Place) {
    let lab = lab(place).await;
    let body = opening(&lab, "INC1");
    let rule = lab.sheet().entra.address.join("_lab/misbehave").unwrap();
    let client = doorward_lab::caller::client().unwrap();
    let away = json!({"status": 503, "times": 0});
    assert!(
        client
            .post(rule.clone())
            .json(&away)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    let (status, refused) = answered(send(&lab, "cases", "again", &body).await).await;
    assert_eq!((status, word(&refused)), (503, "vendor-unreachable"), "{refused}");
    assert!(client.delete(rule).send().await.unwrap().status().is_success());
    let (status, done) = answered(send(&lab, "cases", "again", &body).await).await;
    assert_eq!(status, 201, "{done}");
    assert_eq!(opened(&lab).await, 1);
    lab.stop().await;
}

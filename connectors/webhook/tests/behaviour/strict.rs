//! The imitated endpoint refuses what the specification tells receivers to refuse; asked without our client.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::http::{Ask, Bounds, Http};
use http::{HeaderName, Method, header};
use serde_json::{Value, json};

use crate::stand::{BEGIN, NEXT_SECRET, SECRET, Stand};

/// One message, each part of which may be wrong.
#[derive(Clone)]
struct Letter {
    id: String,
    time: String,
    signed_time: Option<String>,
    secrets: Vec<&'static str>,
    kind: &'static str,
    body: Value,
    content_type: &'static str,
    tampered: bool,
}

fn letter() -> Letter {
    let id = "case_1/1/call".to_owned();
    Letter {
        time: BEGIN.seconds().to_string(),
        signed_time: None,
        secrets: vec![SECRET],
        kind: "v1,",
        body: message(&id),
        id,
        content_type: "application/json",
        tampered: false,
    }
}

fn message(id: &str) -> Value {
    json!({
        "type": "doorward.call",
        "timestamp": "2026-10-01T12:00:00Z",
        "data": { "id": id, "name": "reopen_mailbox", "account": { "id": "1" } },
    })
}

async fn post(stand: &Stand, letter: &Letter) -> (u16, Value) {
    let mut body = letter.body.to_string();
    let time = letter.signed_time.as_ref().unwrap_or(&letter.time);
    let signed = format!("{}.{time}.{body}", letter.id);
    let sign = |secret: &&str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(&secret[6..]).unwrap());
        format!(
            "{}{}",
            letter.kind,
            STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
        )
    };
    let signatures: Vec<String> = letter.secrets.iter().map(sign).collect();
    if letter.tampered {
        body = body.replace("reopen", "delete");
    }
    let url = stand.settings.url.clone();
    let http = Http::new("test", std::slice::from_ref(&url), Bounds::default()).unwrap();
    let mut ask = Ask::write(Method::POST, url)
        .header(header::CONTENT_TYPE, letter.content_type)
        .header(HeaderName::from_static("webhook-id"), &letter.id)
        .header(HeaderName::from_static("webhook-timestamp"), &letter.time);
    if !signatures.is_empty() {
        ask = ask.header(HeaderName::from_static("webhook-signature"), &signatures.join(" "));
    }
    ask.body = Some(body.into_bytes());
    let answer = http.send(ask).await.unwrap();
    let body = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer.status.as_u16(), body)
}

#[tokio::test]
async fn a_right_letter_is_taken_also_among_signatures_of_others() {
    let stand = Stand::usual().await;
    assert_eq!(post(&stand, &letter()).await, (200, json!({ "status": "done" })));
    let rotated = Letter {
        secrets: vec![NEXT_SECRET, SECRET],
        ..letter()
    };
    assert_eq!(post(&stand, &rotated).await.0, 200);
    assert_eq!(stand.kept("case_1/1/call").unwrap().acts, 1, "the same id again");
}

#[tokio::test]
async fn what_is_not_signed_rightly_changes_nothing() {
    let stand = Stand::usual().await;
    let of = |change: fn(&mut Letter)| {
        let mut letter = letter();
        change(&mut letter);
        letter
    };
    for (wrong, reason) in [
        (of(|letter| letter.secrets = vec![]), "no_signature"),
        (of(|letter| letter.secrets = vec![NEXT_SECRET]), "bad_signature"),
        (of(|letter| letter.kind = "v2,"), "bad_signature"),
        (of(|letter| letter.kind = ""), "bad_signature"),
        (of(|letter| letter.tampered = true), "bad_signature"),
        (of(|letter| letter.signed_time = Some("1".to_owned())), "bad_signature"),
        (of(|letter| letter.time = "yesterday".to_owned()), "bad_timestamp"),
        (of(|letter| letter.id = "case.1".to_owned()), "bad_id"),
        (of(|letter| letter.id = String::new()), "bad_id"),
    ] {
        let (status, body) = post(&stand, &wrong).await;
        assert_eq!((status, &body["reason"]), (401, &json!(reason)));
    }
    for (off, status) in [(-301, 401), (-299, 200), (299, 200), (301, 401)] {
        let time = (BEGIN.seconds() + off).to_string();
        let (answered, _) = post(&stand, &Letter { time, ..letter() }).await;
        assert_eq!(answered, status, "{off} seconds off");
    }
    assert_eq!(stand.company.calls().len(), 1);
}

#[tokio::test]
async fn what_is_signed_and_no_message_of_ours_changes_nothing() {
    let stand = Stand::usual().await;
    let with = |path: &str, value: Value| {
        let mut body = message("case_1/1/call");
        *body.pointer_mut(path).unwrap() = value;
        Letter { body, ..letter() }
    };
    let mut more = message("case_1/1/call");
    more["data"]["password"] = json!("x");
    for wrong in [
        with("/type", json!("doorward.delete")),
        with("/timestamp", json!("noon")),
        with("/data/id", json!("case_2/1/call")),
        with("/data/account", json!("1")),
        with("/data", json!({})),
        Letter { body: more, ..letter() },
        Letter {
            body: json!([]),
            ..letter()
        },
    ] {
        assert_eq!(post(&stand, &wrong).await.0, 422, "{}", wrong.body);
    }
    let form = Letter {
        content_type: "text/plain",
        ..letter()
    };
    assert_eq!(post(&stand, &form).await.0, 415);
    assert!(stand.company.calls().is_empty());
}

#[tokio::test]
async fn one_id_is_one_message() {
    let stand = Stand::usual().await;
    post(&stand, &letter()).await;
    let mut other = message("case_1/1/call");
    other["data"]["account"]["id"] = json!("2");
    let other = Letter {
        body: other,
        ..letter()
    };
    assert_eq!(post(&stand, &other).await.0, 422, "the same id for another account");
    let mut kind = message("case_1/1/call");
    kind["type"] = json!("doorward.ping");
    kind["data"] = json!({});
    let kind = Letter { body: kind, ..letter() };
    assert_eq!(post(&stand, &kind).await.0, 422, "the same id for another kind");
}

//! Threat T8, forged and replayed webhooks: the ten published vectors, and every way to spoil one.

use doorward_contract::{Reference, Timestamp, VendorError, Verifier, Woken};
use doorward_persona::{Persona, connect};
use http::{HeaderMap, HeaderValue};
use serde_json::json;
use std::sync::Arc;
use url::Url;

use doorward_contract::clock::TurnedClock;
use doorward_persona::fake::signature;

use crate::stand::{BEGIN, USUAL, settings};

const S1: &str = "wbhsec_0f5b1c8e-3a47-4d2e-9b61-7c0d5e8fa912";
const S2: &str = "wbhsec_c7d94a20-58be-41f3-8e0a-2b6f19d3e845";
const B1: &str = "{}";
const B2: &str = r#"{"data":{"type":"event","id":"evt_DoorwardVector0001","attributes":{"name":"inquiry.approved","payload":{"data":{"type":"inquiry","id":"inq_DoorwardVector0001","attributes":{"status":"approved","reference-id":"dw_8f3c2a"}}},"created-at":"2026-01-15T10:00:00.000Z"}}}"#;
const B3: &str = r#"{
  "data": {
    "type": "event",
    "id": "evt_DoorwardVector0001",
    "attributes": {
      "name": "inquiry.approved",
      "payload": {
        "data": {
          "type": "inquiry",
          "id": "inq_DoorwardVector0001",
          "attributes": {
            "status": "approved",
            "reference-id": "dw_8f3c2a"
          }
        }
      },
      "created-at": "2026-01-15T10:00:00.000Z"
    }
  }
}"#;
const B4: &str = r#"{"data":{"type":"event","id":"evt_DoorwardVector0002","attributes":{"name":"inquiry.completed","payload":{"data":{"type":"inquiry","id":"inq_DoorwardVector0002","attributes":{"status":"completed","fields":{"name-first":{"type":"string","value":"Zoë"},"name-last":{"type":"string","value":"Łukasiewicz"}}}}},"created-at":"2026-01-15T10:05:00.000Z"}}}"#;
const H1: &str = "t=1768471200,v1=bb914c4f9e6fb76ef0680cee4ef6723d6472ae71f122a4f633111d962c1c46e9";
const H2: &str = "t=1768471200,v1=8281dfc8d1027b11e2515213b46271c2ffd9bd408dbc84ac502bb59a5b42f87d";
const H3: &str = "t=1768471264,v1=3a758cf2c668205cca5d32de57782015ae72c2dfd1034e5f37648bda8ce69bb3";
const H4: &str = "t=1768471200,v1=f2805ff6e4ef08c620c248420931ebc8f81de0398b14c26005be60e0b5aa99df";
const H5: &str = "t=1768471500,v1=3d1a663b0fadb8d68ae17c65378faf74af29fe68919b7f5513ee581165aacfdc";
const H6: &str = "t=1768471200,v1=3003c37d7afbf5ef0e240ee98f8340042552ee4508d5c48d06570230c86d19aa t=1768471200,v1=8281dfc8d1027b11e2515213b46271c2ffd9bd408dbc84ac502bb59a5b42f87d";
const H8: &str = "t=1768471200,v1=0e739aec2f9f316698138968e8a6449a4b27e03f7f57739d33fd68839d945c6f";
const H9: &str = "t=1768471200,v1=b229957218ca131a183e04ed0e24aaa287856d6e8d23eec0a8e6e7cf5fa97565";

/// The digests of vector 2 under either secret, without `v1=`.
const NEW: &str = "3003c37d7afbf5ef0e240ee98f8340042552ee4508d5c48d06570230c86d19aa";
const OLD: &str = "8281dfc8d1027b11e2515213b46271c2ffd9bd408dbc84ac502bb59a5b42f87d";

fn persona(secrets: &[&str]) -> Persona {
    let mut settings = settings(&Url::parse("http://127.0.0.1:9").unwrap(), USUAL);
    settings.webhook_secrets = secrets.iter().map(|secret| (*secret).into()).collect();
    connect(settings, Arc::new(TurnedClock::at(BEGIN))).unwrap()
}

fn wake(secrets: &[&str], header: &str, body: &str, now: i64) -> Result<Woken, VendorError> {
    let mut headers = HeaderMap::new();
    headers.insert("Persona-Signature", HeaderValue::from_str(header).unwrap());
    persona(secrets).wake(&headers, body.as_bytes(), Timestamp::from_seconds(now))
}

fn is_forged(outcome: &Result<Woken, VendorError>) -> bool {
    matches!(outcome, Err(VendorError::Forged { .. }))
}

fn woken_by(outcome: Result<Woken, VendorError>, inquiry: &str) {
    let woken = outcome.unwrap();
    assert!(woken.reference == Some(Reference(inquiry.into())), "{woken:?}");
}

#[test]
fn vector_1_is_authentic_though_it_is_no_event() {
    assert!(matches!(
        wake(&[S1], H1, B1, 1_768_471_200),
        Err(VendorError::Unexpected { .. })
    ));
}

#[test]
fn vector_2_wakes_the_inquiry_it_names() {
    let woken = wake(&[S1], H2, B2, 1_768_471_200).unwrap();
    assert_eq!(woken.event_id, "evt_DoorwardVector0001");
    assert_eq!(woken.kind, "inquiry.approved");
    assert_eq!(woken.reference.unwrap().0, "inq_DoorwardVector0001");
}

#[test]
fn vector_3_a_retry_is_signed_afresh() {
    woken_by(wake(&[S1], H3, B2, 1_768_471_264), "inq_DoorwardVector0001");
}

#[test]
fn vector_4_the_bytes_count_not_the_document() {
    assert_eq!(B3.len(), 422);
    woken_by(wake(&[S1], H4, B3, 1_768_471_200), "inq_DoorwardVector0001");
    assert!(is_forged(&wake(&[S1], H2, B3, 1_768_471_200)));
}

#[test]
fn vector_5_holds_letters_beyond_ascii() {
    assert_eq!(B4.len(), 351);
    woken_by(wake(&[S1], H5, B4, 1_768_471_500), "inq_DoorwardVector0002");
}

#[test]
fn vector_6_is_good_for_either_secret_while_they_rotate() {
    for secrets in [&[S1][..], &[S2], &[S1, S2], &[S2, S1]] {
        woken_by(wake(secrets, H6, B2, 1_768_471_200), "inq_DoorwardVector0001");
    }
}

#[test]
fn vector_6_is_good_in_the_other_spelling_too() {
    for header in [
        format!("t=1768471200,v1={NEW},v1={OLD}"),
        format!("t=1768471200,v1={OLD},v1={NEW}"),
        format!("t=1768471200,v0=what,v1={OLD}"),
        format!("t=1768471200, v1={OLD}"),
    ] {
        woken_by(wake(&[S1], &header, B2, 1_768_471_200), "inq_DoorwardVector0001");
    }
}

#[test]
fn vector_7_one_line_feed_more_is_forged() {
    assert!(is_forged(&wake(&[S1], H2, &format!("{B2}\n"), 1_768_471_200)));
}

#[test]
fn vector_8_the_prefix_belongs_to_the_secret() {
    assert!(is_forged(&wake(&[S1], H8, B2, 1_768_471_200)));
}

#[test]
fn vector_9_an_empty_body_is_authentic_and_no_json() {
    assert!(matches!(
        wake(&[S1], H9, "", 1_768_471_200),
        Err(VendorError::Unexpected { .. })
    ));
}

#[test]
fn vector_10_is_stale_from_301_seconds_on_in_both_directions() {
    for (now, good) in [
        (1_768_471_500, true),
        (1_768_471_501, false),
        (1_768_470_900, true),
        (1_768_470_899, false),
    ] {
        let outcome = wake(&[S1], H2, B2, now);
        assert_eq!(outcome.is_ok(), good, "{now}: {outcome:?}");
        assert_eq!(is_forged(&outcome), !good, "{now}");
    }
}

#[test]
fn a_malformed_header_is_forged() {
    let many = vec![format!("v1={}", "0".repeat(64)); 16].join(",");
    for header in [
        String::new(),
        " ".into(),
        "t=1768471200".into(),
        format!("v1={OLD}"),
        format!("v1={OLD},t=1768471200"),
        format!("t=,v1={OLD}"),
        format!("t=+1768471200,v1={OLD}"),
        format!("t=-1768471200,v1={OLD}"),
        format!("t=0x69,v1={OLD}"),
        format!("t=99999999999999999999999,v1={OLD}"),
        format!("t=1768471200;v1={OLD}"),
        format!("t=1768471200,v1={}", OLD.to_uppercase()),
        format!("t=1768471200,v1={}", &OLD[..62]),
        format!("t=1768471200,v1={OLD}00"),
        format!("t=1768471200,v1={}", OLD.replace('8', "g")),
        format!("t=1768471200,v0={OLD}"),
        format!("t=1768471200,V1={OLD}"),
        format!("t=1768471200,v1={OLD},loose"),
        // The right one, but only after too many others.
        format!("t=1768471200,{many},v1={OLD}"),
        // Each `v1` belongs to the `t` before it.
        format!("t=1768471264,v1={OLD}"),
        format!("t=1768471200,t=1768471264,v1={OLD}"),
    ] {
        let outcome = wake(&[S1], &header, B2, 1_768_471_200);
        assert!(is_forged(&outcome), "{header}: {outcome:?}");
    }
}

#[test]
fn a_missing_or_doubled_header_is_forged() {
    let now = Timestamp::from_seconds(1_768_471_200);
    let mut headers = HeaderMap::new();
    assert!(is_forged(&persona(&[S1]).wake(&headers, B2.as_bytes(), now)));
    headers.append("persona-signature", HeaderValue::from_static(H2));
    assert!(persona(&[S1]).wake(&headers, B2.as_bytes(), now).is_ok());
    headers.append("persona-signature", HeaderValue::from_static(H2));
    assert!(is_forged(&persona(&[S1]).wake(&headers, B2.as_bytes(), now)));
}

#[test]
fn without_a_secret_nothing_is_authentic() {
    assert!(is_forged(&wake(&[], H2, B2, 1_768_471_200)));
    assert!(is_forged(&wake(&[S2], H2, B2, 1_768_471_200)));
}

#[test]
fn one_changed_byte_anywhere_is_forged() {
    for at in 0..B2.len() {
        let mut body = B2.as_bytes().to_vec();
        body[at] ^= 1;
        let mut headers = HeaderMap::new();
        headers.insert("persona-signature", HeaderValue::from_static(H2));
        let outcome = persona(&[S1]).wake(&headers, &body, Timestamp::from_seconds(1_768_471_200));
        assert!(is_forged(&outcome), "byte {at}");
    }
}

/// An authentic delivery of this payload.
fn delivered(name: &str, payload: &serde_json::Value) -> Result<Woken, VendorError> {
    let body = json!({ "data": { "type": "event", "id": "evt_1", "attributes": {
        "name": name, "payload": payload, "created-at": "2026-01-15T10:00:00.000Z" } } })
    .to_string();
    let header = signature(&[S1.to_owned()], BEGIN, body.as_bytes());
    wake(&[S1], &header, &body, BEGIN.seconds())
}

#[test]
fn an_event_wakes_the_inquiry_it_is_about_or_none() {
    let related = json!({ "inquiry": { "data": { "type": "inquiry", "id": "inq_Related1" } } });
    for (name, payload, woken) in [
        (
            "inquiry.completed",
            json!({ "data": { "type": "inquiry", "id": "inq_Own1" } }),
            Some("inq_Own1"),
        ),
        (
            "verification.passed",
            json!({ "data": { "type": "verification/selfie", "id": "ver_1", "relationships": related } }),
            Some("inq_Related1"),
        ),
        (
            "inquiry-session.started",
            json!({ "data": { "type": "inquiry-session", "id": "iqse_1", "relationships": related } }),
            Some("inq_Related1"),
        ),
        (
            "something.new",
            json!({ "data": { "type": "novelty", "id": "nov_1", "relationships": related } }),
            Some("inq_Related1"),
        ),
        (
            "verification.passed",
            json!({ "data": { "type": "verification/selfie", "id": "ver_1",
                              "relationships": { "inquiry": { "data": null } } } }),
            None,
        ),
        (
            "verification.passed",
            json!({ "data": { "type": "verification/selfie", "id": "ver_1",
                              "relationships": { "inquiry": { "data": {} } } } }),
            None,
        ),
        (
            "account.redacted",
            json!({ "data": { "type": "account", "id": "act_1" } }),
            None,
        ),
        ("report/x.ready", json!({ "data": null }), None),
        ("something.new", json!({}), None),
        // An id that would lead a request elsewhere is none.
        (
            "inquiry.completed",
            json!({ "data": { "type": "inquiry", "id": "inq_../accounts" } }),
            None,
        ),
        (
            "inquiry.completed",
            json!({ "data": { "type": "inquiry", "id": "act_1" } }),
            None,
        ),
    ] {
        let outcome = delivered(name, &payload).unwrap();
        assert_eq!(
            outcome.reference.map(|reference| reference.0).as_deref(),
            woken,
            "{name} {payload}"
        );
        assert_eq!(outcome.kind, name);
    }
}

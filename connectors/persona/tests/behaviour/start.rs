//! Starting and resuming: what is sent, what comes back, and that one key is one inquiry whatever goes wrong.

use std::time::Duration;

use doorward_contract::fake::{Asked, Cut, Rule};
use doorward_contract::{ProofRequest, Reference, Sent, SubjectRef, VendorError, Verifier};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::{KEY, RETURN, SUBJECT, Stand, visit_query};

fn header<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked
        .headers
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

fn keys(stand: &Stand) -> Vec<String> {
    let creates = stand
        .fake
        .fake()
        .asked()
        .into_iter()
        .filter(|asked| asked.method == "POST");
    creates
        .filter_map(|asked| header(&asked, "idempotency-key").map(Into::into))
        .collect()
}

#[tokio::test]
async fn an_inquiry_is_created_from_the_server_with_nothing_personal_in_it() {
    let stand = Stand::usual().await;
    stand.start("a case").await;
    let asked = stand.fake.fake().asked();
    let [create] = asked.as_slice() else {
        panic!("one request: {asked:?}")
    };
    assert_eq!(
        (create.method.as_str(), create.path.as_str(), create.status),
        ("POST", "/api/v1/inquiries", 201)
    );
    assert_eq!(header(create, "persona-version"), Some("2025-12-08"));
    assert_eq!(header(create, "key-inflection"), Some("kebab"));
    assert_eq!(header(create, "content-type"), Some("application/json"));
    assert_eq!(header(create, "authorization"), Some(format!("Bearer {KEY}").as_str()));
    let note = create.body["data"]["attributes"]["note"].as_str().unwrap();
    assert_eq!(header(create, "idempotency-key"), Some(note));
    assert_eq!(
        create.body,
        json!({
            "data": { "attributes": {
                "inquiry-template-version-id": "itmplv_DwExample00000000001",
                "redirect-uri": RETURN,
                "note": note,
                "tags": ["doorward"],
            } },
            "meta": {
                "auto-create-account": true,
                "auto-create-account-reference-id": SUBJECT,
                "auto-create-inquiry-session": true,
                "expiration-after-create-interval-seconds": 1800,
                "expiration-after-start-interval-seconds": 1800,
                "expiration-after-resume-interval-seconds": 1800,
                "one-time-link-expiration-seconds": 1800,
            },
        })
    );
}

#[tokio::test]
async fn the_browser_is_sent_to_the_hosted_flow_with_inquiry_and_session_only() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    assert!(started.visit.expose_secret().starts_with(stand.at("/verify?").as_str()));
    let query = visit_query(&started);
    let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["inquiry-id", "session-token", "language"]);
    assert_eq!(query[0].1, started.reference.0);
    assert_eq!(query[2].1, "de");
}

#[tokio::test]
async fn the_same_key_with_another_lifetime_is_still_the_first_inquiry() {
    let stand = Stand::usual().await;
    let first = stand.start("a case").await;
    let later = ProofRequest {
        lifetime: Duration::from_mins(7),
        ..stand.request("a case")
    };
    let second = stand.persona.start(&later).await.unwrap();
    assert!(first.reference == second.reference);
    assert_eq!(stand.begun(), 1);
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_asked_for_again_with_the_same_key() {
    for cut in [Cut::Before, Cut::After] {
        let stand = Stand::usual().await;
        stand.fake.fake().misbehave(Rule {
            cut: Some(cut),
            ..Rule::default()
        });
        stand.start("a case").await;
        let keys = keys(&stand);
        assert_eq!(keys.len(), 2, "{cut:?}");
        assert_eq!(keys[0], keys[1], "{cut:?}");
        assert_eq!(stand.begun(), 1, "{cut:?}");
    }
}

#[tokio::test]
async fn a_request_timeout_is_asked_again_with_the_same_key() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        status: Some(408),
        ..Rule::default()
    });
    stand.start("a case").await;
    let keys = keys(&stand);
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_5xx_that_was_carried_out_is_found_and_not_made_twice() {
    let stand = Stand::usual().await;
    stand.lab("/_lab/knobs", json!({ "broken_creates": 1 })).await;
    let started = stand.start("a case").await;
    assert_eq!(stand.begun(), 1);
    assert_eq!(
        stand.fake.fake().lines(),
        ["POST /api/v1/inquiries", "GET /api/v1/inquiries"]
    );
    // Persona replays the stored 5xx for a day; the inquiry is found every time.
    let again = stand.start("a case").await;
    assert!(again.reference == started.reference);
    assert_eq!(stand.begun(), 1);
}

#[tokio::test]
async fn a_5xx_that_was_not_carried_out_is_made_under_a_new_key_after_looking() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        status: Some(502),
        method: Some("POST".into()),
        ..Rule::default()
    });
    stand.start("a case").await;
    let lines = stand.fake.fake().lines();
    assert_eq!(
        lines,
        [
            "POST /api/v1/inquiries",
            "GET /api/v1/inquiries",
            "POST /api/v1/inquiries"
        ]
    );
    let keys = keys(&stand);
    assert_ne!(keys[0], keys[1]);
    assert_eq!(stand.begun(), 1);
}

#[tokio::test]
async fn looking_up_never_takes_the_inquiry_of_another_attempt() {
    let stand = Stand::usual().await;
    let other = stand.start("another case of the same person").await;
    stand.fake.fake().misbehave(Rule {
        status: Some(500),
        method: Some("POST".into()),
        ..Rule::default()
    });
    let started = stand.start("a case").await;
    assert!(started.reference != other.reference);
}

#[tokio::test]
async fn a_vendor_that_stays_down_may_nevertheless_have_done_it() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        status: Some(500),
        times: Some(0),
        ..Rule::default()
    });
    let error = stand.persona.start(&stand.request("a case")).await.unwrap_err();
    assert!(
        matches!(
            error,
            VendorError::Unreachable {
                sent: Sent::Perhaps,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn being_throttled_says_how_long_and_leaves_the_key_good() {
    let stand = Stand::usual().await;
    stand.lab("/_lab/knobs", json!({ "creates_per_minute": 1 })).await;
    stand.clock.forward(Duration::from_secs(18));
    stand.start("first").await;
    let error = stand.persona.start(&stand.request("second")).await.unwrap_err();
    assert_eq!(
        error,
        VendorError::Throttled {
            retry_after: Some(Duration::from_secs(42))
        }
    );
    stand.clock.forward(Duration::from_secs(42));
    stand.start("second").await;
    let keys = keys(&stand);
    assert_eq!(keys[1], keys[2], "the key of the throttled attempt is used again");
    assert_eq!(stand.begun(), 2);
}

#[tokio::test]
async fn reading_is_throttled_by_the_rate_limit() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.lab("/_lab/knobs", json!({ "requests_per_minute": 1 })).await;
    let error = stand
        .persona
        .read(&started.reference, &stand.expectation())
        .await
        .unwrap_err();
    assert_eq!(
        error,
        VendorError::Throttled {
            retry_after: Some(Duration::from_mins(1))
        }
    );
}

#[tokio::test]
async fn what_persona_refuses_is_told_to_staff_in_its_own_words() {
    let stand = Stand::usual().await;
    stand.lab("/_lab/knobs", json!({ "template_status": "inactive" })).await;
    let error = stand.persona.start(&stand.request("a case")).await.unwrap_err();
    let VendorError::Refused { why } = error else {
        panic!("{error:?}")
    };
    assert!(why.contains("Inquiry template must be active"), "{why}");
    assert!(why.contains("/data/attributes/inquiry-template-version-id"), "{why}");
    assert!(why.contains("req_"), "{why}");
}

#[tokio::test]
async fn an_untouched_inquiry_is_opened_again_by_its_id_alone() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let again = stand
        .persona
        .resume(&started.reference, &stand.request("a case"))
        .await
        .unwrap();
    assert!(again.reference == started.reference);
    let query = visit_query(&again);
    let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["inquiry-id", "language"]);
}

#[tokio::test]
async fn an_expired_inquiry_is_resumed_with_a_session_of_its_own() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.clock.forward(Duration::from_mins(30));
    assert_eq!(
        stand.read(&started.reference).await.outcome,
        doorward_contract::Outcome::Expired
    );
    let again = stand
        .persona
        .resume(&started.reference, &stand.request("a case"))
        .await
        .unwrap();
    let token = |started| {
        visit_query(started)
            .into_iter()
            .find(|(name, _)| name == "session-token")
            .unwrap()
            .1
    };
    assert_ne!(token(&again), token(&started));
    assert_eq!(stand.status(&started.reference), "pending");
    stand.end(&started.reference, "pass").await;
    assert_eq!(
        stand.read(&started.reference).await.outcome,
        doorward_contract::Outcome::Passed
    );
}

#[tokio::test]
async fn what_is_finished_is_not_resumed() {
    for outcome in ["pass", "fail", "review"] {
        let stand = Stand::usual().await;
        let started = stand.start("a case").await;
        stand.end(&started.reference, outcome).await;
        let again = stand.persona.resume(&started.reference, &stand.request("a case")).await;
        assert_eq!(again.unwrap_err(), VendorError::Done, "{outcome}");
    }
}

#[tokio::test]
async fn nobody_is_let_into_the_inquiry_of_another_person() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let other = ProofRequest {
        subject: SubjectRef("dw-subj-other".into()),
        ..stand.request("a case")
    };
    let resumed = stand.persona.resume(&started.reference, &other).await;
    assert!(matches!(resumed, Err(VendorError::Missing { .. })), "{resumed:?}");
    let unknown = Reference("inq_DwUnknown1".into());
    let resumed = stand.persona.resume(&unknown, &stand.request("a case")).await;
    assert!(matches!(resumed, Err(VendorError::Missing { .. })), "{resumed:?}");
}

#[tokio::test]
async fn an_inquiry_that_moves_on_while_it_is_resumed_is_read_again() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.clock.forward(Duration::from_mins(31));
    stand.fake.fake().misbehave(Rule {
        status: Some(409),
        path: Some("/resume".into()),
        ..Rule::default()
    });
    let error = stand
        .persona
        .resume(&started.reference, &stand.request("a case"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, VendorError::Unexpected { .. }),
        "still resumable, yet refused: {error:?}"
    );
    let last = stand.fake.fake().lines().pop().unwrap();
    assert!(last.starts_with("GET /api/v1/inquiries/inq_"), "{last}");
}

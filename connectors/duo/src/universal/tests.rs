//! The tokens of the official clients' tests, and every refusal that their suites contain.
//!
//! Taken from the official Python, Go, Node, Java, C# and PHP clients (August 2026). Request and assertion are compared
//! letter by letter; the order of the claims is that of the Python client.

use doorward_contract::clock::TurnedClock;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::visit::LONGEST_CODE;
use super::*;

const CLIENT_ID: &str = "DIXXXXXXXXXXXXXXXXXX";
const NONCE: &str = "0123456789abcdef";
/// When the accepted token was made: 2025-01-01.
const MADE_AT: i64 = 1_735_689_600;

const REQUEST: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzY29wZSI6Im9wZW5pZCIsInJlZGlyZWN0X3VyaSI6Imh0dHBzOi8vd3d3LmV4YW1wbGUuY29tIiwiY2xpZW50X2lkIjoiRElYWFhYWFhYWFhYWFhYWFhYWFgiLCJpc3MiOiJESVhYWFhYWFhYWFhYWFhYWFhYWCIsImF1ZCI6Imh0dHBzOi8vYXBpLVhYWFhYWFgudGVzdC5kdW9zZWN1cml0eS5jb20iLCJleHAiOjMwMiwic3RhdGUiOiJkZWFkYmVlZmRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWQiLCJyZXNwb25zZV90eXBlIjoiY29kZSIsImR1b191bmFtZSI6InVzZXIxIiwidXNlX2R1b19jb2RlX2F0dHJpYnV0ZSI6dHJ1ZX0.soB-jk6P4pzmREKHs5BUlyqNWGTt8id2DIObFYtzXttHwcKuZfjojK9d8_AwzjWhhKPzHWnNfdQUYbkEhRcFag";
const ASSERTION: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJESVhYWFhYWFhYWFhYWFhYWFhYWCIsInN1YiI6IkRJWFhYWFhYWFhYWFhYWFhYWFhYIiwiYXVkIjoiaHR0cHM6Ly9hcGktWFhYWFhYWC50ZXN0LmR1b3NlY3VyaXR5LmNvbS9vYXV0aC92MS90b2tlbiIsImV4cCI6MzEwLCJqdGkiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAifQ.CGwLfId6_4mWj0lAZrNqnpRNVhJyOqX4lJUoRqkGaQa4xZ3gSfLIpN1gpee9jNIrrVS9QWHByre1GdbULH4pZA";
const ACCEPTED: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FwaS1YWFhYWFhYLnRlc3QuZHVvc2VjdXJpdHkuY29tL29hdXRoL3YxL3Rva2VuIiwic3ViIjoidXNlcjEiLCJhdWQiOiJESVhYWFhYWFhYWFhYWFhYWFhYWCIsImV4cCI6NDEwMjQ0NDgwMCwiaWF0IjoxNzM1Njg5NjAwLCJhdXRoX3RpbWUiOjE3MzU2ODk2MDAsInByZWZlcnJlZF91c2VybmFtZSI6InVzZXIxIiwibm9uY2UiOiIwMTIzNDU2Nzg5YWJjZGVmIiwiYXV0aF9yZXN1bHQiOnsicmVzdWx0IjoiYWxsb3ciLCJzdGF0dXMiOiJhbGxvdyIsInN0YXR1c19tc2ciOiJMb2dpbiBTdWNjZXNzZnVsIn19.Z-VwcS626X1bBUlcjJnnmFtEl3KioV2EbA-dgzVvg2u_aUUM8ZykJN9t7DzCEEHc10ppVHsrzJbX1ISkyUpBgw";
const HS256: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FwaS1YWFhYWFhYLnRlc3QuZHVvc2VjdXJpdHkuY29tL29hdXRoL3YxL3Rva2VuIiwic3ViIjoidXNlcjEiLCJhdWQiOiJESVhYWFhYWFhYWFhYWFhYWFhYWCIsImV4cCI6NDEwMjQ0NDgwMCwiaWF0IjoxNzM1Njg5NjAwLCJhdXRoX3RpbWUiOjE3MzU2ODk2MDAsInByZWZlcnJlZF91c2VybmFtZSI6InVzZXIxIiwibm9uY2UiOiIwMTIzNDU2Nzg5YWJjZGVmIiwiYXV0aF9yZXN1bHQiOnsicmVzdWx0IjoiYWxsb3ciLCJzdGF0dXMiOiJhbGxvdyIsInN0YXR1c19tc2ciOiJMb2dpbiBTdWNjZXNzZnVsIn19.rEkVpfe7VmcA_eardP4Q6Wo0JrJ-NyWZffMcEIgLCFQ";
const DENIED: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FwaS1YWFhYWFhYLnRlc3QuZHVvc2VjdXJpdHkuY29tL29hdXRoL3YxL3Rva2VuIiwic3ViIjoidXNlcjEiLCJhdWQiOiJESVhYWFhYWFhYWFhYWFhYWFhYWCIsImV4cCI6NDEwMjQ0NDgwMCwiaWF0IjoxNzM1Njg5NjAwLCJhdXRoX3RpbWUiOjE3MzU2ODk2MDAsInByZWZlcnJlZF91c2VybmFtZSI6InVzZXIxIiwibm9uY2UiOiIwMTIzNDU2Nzg5YWJjZGVmIiwiYXV0aF9yZXN1bHQiOnsicmVzdWx0IjoiZGVueSIsInN0YXR1cyI6ImRlbnkiLCJzdGF0dXNfbXNnIjoiTG9naW4gRGVuaWVkIn19.q8aOA_Xn0dFav1mZ6oR170FBJE2rNv51Va8Dww8eN1DH4wst1tRTi3m2xDmg8aoCtaqFDL3gBOIOZRcc1DlIgA";
const OTHER_KEY: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhYmNkZWYiLCJuYW1lIjoiSm9obiBEb2UiLCJpYXQiOjE1MTYyMzkwMjJ9.kmo4YemI0g8l9fGV1z5Obec3oEQdeena21lFrDrID9O2NmPC-6Oh2InZ0Gd34EhqevZ5dqRf-nfYNAL6nDS33A";

fn secret() -> SecretString {
    "deadbeef".repeat(5).into()
}

fn host() -> Host {
    Host::custom(Url::parse("https://api-xxxxxxx.test.duosecurity.com").unwrap()).unwrap()
}

fn application() -> Application {
    let back = Url::parse("https://www.example.com").unwrap();
    Application::new(host(), Keys::new(CLIENT_ID, secret()).unwrap(), back, Names::Whole).unwrap()
}

fn universal(at: i64) -> Universal {
    let clock = Arc::new(TurnedClock::at(Timestamp::from_seconds(at)));
    Universal::new(application(), clock, Bounds::default()).unwrap()
}

fn expected(username: &str) -> Expected {
    Expected {
        state: "deadbeef".repeat(4) + "dead",
        nonce: NONCE.into(),
        username: username.into(),
        begun_at: Timestamp::from_seconds(2),
        max_age_seconds: None,
    }
}

fn judged(token: &str) -> Result<Attested, Unproven> {
    let now = Timestamp::from_seconds(MADE_AT + 1);
    judge::judge(token, &application(), &expected("user1"), now)
}

/// The accepted claims with one thing changed, signed with our key.
fn changed(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let mut claims = json!({
        "iss": application().token_url(), "sub": "user1", "aud": CLIENT_ID, "exp": MADE_AT + 3600, "iat": MADE_AT,
        "auth_time": MADE_AT, "preferred_username": "user1", "nonce": NONCE,
        "auth_result": { "result": "allow", "status": "allow", "status_msg": "Login Successful" },
    });
    change(claims.as_object_mut().unwrap());
    jwt::signed(&claims, &secret()).unwrap()
}

fn with(name: &'static str, value: impl Into<Value>) -> String {
    changed(|claims| {
        claims.insert(name.into(), value.into());
    })
}

fn without(name: &'static str) -> String {
    changed(|claims| {
        claims.remove(name);
    })
}

#[test]
fn the_request_is_that_of_the_official_client() {
    let request = Request {
        scope: "openid",
        redirect_uri: "https://www.example.com",
        client_id: CLIENT_ID,
        iss: CLIENT_ID,
        aud: "https://api-XXXXXXX.test.duosecurity.com".into(),
        exp: 302,
        state: "deadbeefdeadbeefdeadbeefdeadbeefdead",
        response_type: "code",
        duo_uname: "user1",
        use_duo_code_attribute: true,
        nonce: None,
        prompt: None,
        max_age: None,
    };
    assert_eq!(jwt::signed(&request, &secret()).unwrap(), REQUEST);
}

#[test]
fn the_client_assertion_is_that_of_the_official_client() {
    let audience = "https://api-XXXXXXX.test.duosecurity.com/oauth/v1/token";
    let assertion = application()
        .assertion(audience, Timestamp::from_seconds(10), &"0".repeat(JTI))
        .unwrap();
    assert_eq!(assertion, ASSERTION);
}

#[test]
fn the_accepted_token_is_accepted() {
    let attested = judged(ACCEPTED).unwrap();
    assert_eq!(attested.authenticated_at, Some(Timestamp::from_seconds(MADE_AT)));
    // It says that the person was let in, and not how.
    assert!(!attested.is_second_factor());
    assert!(judged(&changed(|_| {})).is_ok());
}

#[test]
fn the_refused_tokens_are_refused() {
    assert!(matches!(judged(HS256), Err(Unproven::Forged { check }) if check.contains("HS512")));
    assert_eq!(judged(DENIED), Err(Unproven::Denied));
    assert!(matches!(judged(OTHER_KEY), Err(Unproven::Forged { check }) if check.contains("signature")));
}

#[test]
fn each_claim_is_checked_by_itself() {
    let token_url = application().token_url();
    let table = [
        (
            "another issuer",
            with("iss", "https://api-xxxxxxx.test.duosecurity.com"),
        ),
        ("no issuer", without("iss")),
        ("another audience", with("aud", "DIYYYYYYYYYYYYYYYYYY")),
        ("several audiences", with("aud", json!([CLIENT_ID]))),
        ("no audience", without("aud")),
        ("over since 1970", with("exp", 1)),
        ("over beyond the leeway", with("exp", MADE_AT + 1 - LEEWAY)),
        ("no end", without("exp")),
        ("an end that is a text", with("exp", "4102444800")),
        ("no beginning", without("iat")),
        ("from the future", with("iat", MADE_AT + 2 + LEEWAY)),
        ("about nobody", without("sub")),
        ("about an empty name", with("sub", "")),
    ];
    for (what, token) in table {
        assert!(
            matches!(judged(&token), Err(Unproven::Forged { .. })),
            "{what}: {:?}",
            judged(&token)
        );
    }
    let table = [
        ("no user", without("preferred_username"), Unproven::SomebodyElse),
        ("an empty user", with("preferred_username", ""), Unproven::SomebodyElse),
        (
            "another user",
            with("preferred_username", "user2"),
            Unproven::SomebodyElse,
        ),
        ("no nonce", without("nonce"), Unproven::Replayed),
        ("another nonce", with("nonce", "fedcba9876543210"), Unproven::Replayed),
        ("no result", without("auth_result"), Unproven::Denied),
        ("an empty result", with("auth_result", json!({})), Unproven::Denied),
        (
            "a denial whose status says allow",
            with("auth_result", json!({ "result": "deny", "status": "allow" })),
            Unproven::Denied,
        ),
    ];
    for (what, token, wanted) in table {
        assert_eq!(judged(&token), Err(wanted), "{what}");
    }
    for (what, token) in [
        ("the leeway at the end", with("exp", MADE_AT + 2 - LEEWAY)),
        ("the leeway at the beginning", with("iat", MADE_AT + 1 + LEEWAY)),
        ("another case", with("preferred_username", "User1")),
        ("the issuer", with("iss", token_url)),
    ] {
        assert!(judged(&token).is_ok(), "{what}: {:?}", judged(&token));
    }
}

const LEEWAY: i64 = 60;

#[test]
fn a_token_of_another_secret_or_shape_is_refused() {
    let claims = json!({ "iss": application().token_url() });
    let wrong: SecretString = ("wrongclientid".repeat(3) + "w").into();
    let table = [
        jwt::signed(&claims, &wrong).unwrap(),
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        ACCEPTED.replace('.', ""),
        format!("{ACCEPTED}."),
        ACCEPTED.rsplit_once('.').unwrap().0.to_owned() + ".",
        "eyJhbGciOiJub25lIn0.e30.".into(),
        "A".repeat(70_000),
    ];
    for token in table {
        assert!(matches!(judged(&token), Err(Unproven::Forged { .. })), "{token}");
    }
}

#[test]
fn freshness_that_was_asked_for_is_checked() {
    let now = Timestamp::from_seconds(MADE_AT + 100);
    let old = Expected {
        max_age_seconds: Some(30),
        ..expected("user1")
    };
    let fresh = Expected {
        max_age_seconds: Some(40),
        ..expected("user1")
    };
    let judge = |token: &str, expected: &Expected| judge::judge(token, &application(), expected, now);
    assert_eq!(judge(ACCEPTED, &old), Err(Unproven::Stale));
    assert!(judge(ACCEPTED, &fresh).is_ok());
    assert_eq!(judge(&without("auth_time"), &fresh), Err(Unproven::Stale));
}

#[test]
fn only_a_factor_that_was_asked_for_is_a_second_factor() {
    let table = [
        (json!({ "factor": "duo_push", "reason": "user_approved" }), true),
        (json!({ "factor": "hardware_token", "reason": "valid_passcode" }), true),
        (json!({ "factor": "bypass_code", "reason": "valid_passcode" }), false),
        (json!({ "factor": "bypass_code", "reason": "user_approved" }), false),
        (json!({ "factor": "passcode", "reason": "valid_passcode" }), false),
        (
            json!({ "factor": "remembered_device", "reason": "remembered_device" }),
            false,
        ),
        (json!({ "factor": "duo_push", "reason": "remembered_device" }), false),
        (json!({ "factor": null, "reason": "user_approved" }), false),
        (json!({ "factor": null, "reason": "bypass_user" }), false),
        (
            json!({ "factor": "not_available", "reason": "allow_unenrolled_user" }),
            false,
        ),
        (json!({ "factor": ["duo_push"], "reason": 7 }), false),
        (json!(null), false),
    ];
    for (context, wanted) in table {
        let attested = judged(&with("auth_context", context.clone())).unwrap();
        assert_eq!(attested.is_second_factor(), wanted, "{context}");
    }
}

#[test]
fn each_token_has_a_name_of_its_own() {
    assert_eq!(judged(ACCEPTED).unwrap().once, judged(ACCEPTED).unwrap().once);
    assert_ne!(judged(ACCEPTED).unwrap().once, judged(&changed(|_| {})).unwrap().once);
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    for id in [
        "",
        "DIXXXXXXXXXXXXXXXXX",
        "DIXXXXXXXXXXXXXXXXXXX",
        "XXXXXXXXXXXXXXXXXXXX",
        "DIXXXXXXXXXXXXXXXX-X",
    ] {
        assert!(Keys::new(id, secret()).is_err(), "{id}");
    }
    for length in [0, 39, 41] {
        assert!(Keys::new(CLIENT_ID, "a".repeat(length).into()).is_err(), "{length}");
    }
    for name in [
        "",
        "example.com",
        "api-1.duosecurity.com.example",
        "a/b.duosecurity.com",
        "a@b.duosecurity.com",
    ] {
        assert!(Host::new(name).is_err(), "{name}");
    }
    assert!(Host::new(" API-XXXXXXXX.duosecurity.com ").is_ok());
    let keys = || Keys::new(CLIENT_ID, secret()).unwrap();
    for back in [
        "http://www.example.com/",
        "https://www.example.com/#x",
        "ftp://www.example.com/",
    ] {
        let back = Url::parse(back).unwrap();
        assert!(Application::new(host(), keys(), back, Names::Whole).is_err());
    }
}

#[test]
fn a_visit_begins_with_everything_inside_the_signature() {
    let fresh = Freshness {
        anew: true,
        max_age_seconds: Some(60),
    };
    let (url, expected) = universal(1_000).begin(" alice ", fresh).unwrap();
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["response_type", "client_id", "request"]);
    let claims: Value = serde_json::from_slice(&jwt::opened(&query[2].1, &secret()).unwrap()).unwrap();
    assert_eq!(claims["exp"], 1_300);
    assert_eq!(claims["duo_uname"], "alice");
    assert_eq!(claims["use_duo_code_attribute"], true);
    assert_eq!((&claims["prompt"], &claims["max_age"]), (&json!("login"), &json!(60)));
    assert_eq!(claims["state"], expected.state());
    for name in ["state", "nonce"] {
        assert_eq!(claims[name].as_str().unwrap().len(), RANDOM);
    }
    assert_ne!(claims["state"], claims["nonce"]);
    for name in ["", "  ", "a\u{0}b", &"a".repeat(LONGEST_NAME + 1)] {
        assert!(universal(1_000).begin(name, fresh).is_err());
    }
    let plain = universal(1_000).begin("alice", Freshness::default()).unwrap().0;
    let request = plain
        .query_pairs()
        .find(|(name, _)| name == "request")
        .unwrap()
        .1
        .into_owned();
    let claims: Value = serde_json::from_slice(&jwt::opened(&request, &secret()).unwrap()).unwrap();
    // What is not used is absent, not empty.
    assert!(claims.get("prompt").is_none() && claims.get("max_age").is_none());
}

#[test]
fn a_callback_is_read_strictly() {
    let read = Callback::read("state=abc&duo_code=xyz&more=1").unwrap();
    assert_eq!(read.state(), "abc");
    for query in [
        "",
        "state=abc",
        "duo_code=xyz",
        "state=&duo_code=xyz",
        "state=abc&duo_code=",
        "state=abc&code=xyz",
    ] {
        assert!(matches!(Callback::read(query), Err(Unproven::Forged { .. })), "{query}");
    }
    for query in ["state=a&state=b&duo_code=c", "state=a&duo_code=b&duo_code=c"] {
        assert!(matches!(Callback::read(query), Err(Unproven::Forged { .. })), "{query}");
    }
    assert!(matches!(
        Callback::read("error=access_denied&state=a"),
        Err(Unproven::Denied)
    ));
    let long = format!("state=abc&duo_code={}", "x".repeat(LONGEST_CODE + 1));
    assert!(Callback::read(&long).is_err());
}

#[test]
fn a_token_answer_has_to_be_whole() {
    let answer = |status: u16, body: Value| Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_string().into_bytes(),
    };
    let whole = json!({ "id_token": "a.b.c", "access_token": "x", "expires_in": "3600", "token_type": "Bearer" });
    let now = Timestamp::from_seconds(1);
    assert_eq!(redeemed(&answer(200, whole.clone()), now).unwrap(), "a.b.c");
    for name in ["id_token", "access_token", "expires_in", "token_type"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(name);
        assert!(redeemed(&answer(200, part), now).is_err(), "{name}");
    }
    let mut mac = whole.clone();
    mac["token_type"] = json!("mac");
    assert!(redeemed(&answer(200, mac), now).is_err());
    assert!(redeemed(&answer(201, whole), now).is_err());
    let grant = redeemed(&answer(400, json!({ "error": "invalid_grant" })), now);
    assert_eq!(grant, Err(Unproven::Over));
    let client = redeemed(&answer(400, json!({ "error": "invalid_client" })), now);
    assert!(matches!(client, Err(Unproven::Vendor(VendorError::Refused { .. }))));
    let down = redeemed(&answer(503, json!({})), now);
    assert!(matches!(down, Err(Unproven::Vendor(VendorError::Unreachable { .. }))));
}

#[test]
fn nothing_of_a_visit_is_printed() {
    let (_, expected) = universal(1).begin("alice", Freshness::default()).unwrap();
    let callback = Callback::read("state=secretstate&duo_code=secretcode").unwrap();
    let shown = format!("{expected:?} {callback:?} {:?}", universal(1));
    for hidden in [expected.state(), "alice", "secretstate", "secretcode", "deadbeef"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

//! Authorization requests: each check broken alone, and what a sound request becomes.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NOW, but, intranet};
use crate::provider::asked::Refused;
use crate::provider::check::{Context, SCOPES, request};
use crate::provider::client::{Auth, Client, Profile};
use crate::provider::form::Parameters;
use crate::provider::{Mode, Prompt, Request};

/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://intranet.example.com/cb";

fn client(profile: Profile) -> Client {
    Client {
        profile,
        purposes: vec!["recovery".to_owned(), "new-phone".to_owned()],
        ..intranet()
    }
}

/// A request that nothing is wrong with.
fn sound() -> Value {
    json!({
        "client_id": "intranet",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "state": "the state",
        "nonce": "the nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    })
}

fn pushed() -> Context {
    Context {
        pushed: true,
        received_at: Timestamp::from_seconds(NOW),
        hint: None,
    }
}

fn parameters(members: &Value) -> Parameters {
    Parameters::of_members(members.as_object().unwrap().clone()).unwrap()
}

fn asked_by(client: Client, changes: &Value) -> Result<Request, Refused> {
    request(&Arc::new(client), &parameters(&but(&sound(), changes)), &pushed())
}

fn asked(changes: &Value) -> Result<Request, Refused> {
    asked_by(client(Profile::Plain), changes)
}

/// The code that the client is told at its own address, and which check it was.
fn told(asked: Result<Request, Refused>) -> (&'static str, &'static str) {
    match asked {
        Ok(_) => ("", ""),
        Err(Refused::Here { why, .. }) => ("here", why),
        Err(Refused::Used { .. }) => ("used", ""),
        Err(Refused::Back {
            redirect_uri, refusal, ..
        }) => {
            assert_eq!(redirect_uri, CALLBACK);
            (refusal.code.word(), refusal.why)
        }
    }
}

#[test]
fn a_sound_request_is_kept_as_it_was_made() {
    let asked = asked(&json!({
        "response_mode": "form_post",
        "scope": "openid  profile openid weather identity_assurance",
        "prompt": "login consent",
        "max_age": "0",
        "login_hint": "ana@example.com",
        "acr_values": "unheard-of new-phone recovery",
        "ui_locales": "hr en",
        "display": "touch",
        "claims_locales": "hr",
        "dpop_jkt": CHALLENGE,
        "app_name": "Payroll",
        "app_instance_id": "0oa1",
        "claims": "{\"id_token\":{\"name\":null}}",
        "whatever": "else",
    }));
    let expected = Request {
        client: "intranet".to_owned(),
        redirect_uri: CALLBACK.to_owned(),
        mode: Mode::FormPost,
        scopes: ["openid", "profile", "identity_assurance"].map(str::to_owned).to_vec(),
        state: Some("the state".to_owned()),
        nonce: Some("the nonce".to_owned()),
        challenge: Some(CHALLENGE.to_owned()),
        dpop_thumbprint: Some(CHALLENGE.to_owned()),
        prompt: vec![Prompt::Login, Prompt::Consent],
        max_age: Some(0),
        login_hint: Some("ana@example.com".to_owned()),
        hinted_subject: None,
        acr_values: ["new-phone", "recovery"].map(str::to_owned).to_vec(),
        ui_locales: ["hr", "en"].map(str::to_owned).to_vec(),
        claims: json!({ "id_token": { "name": null } }),
        app_name: Some("Payroll".to_owned()),
        app_instance_id: Some("0oa1".to_owned()),
        received_at: Timestamp::from_seconds(NOW),
    };
    assert!(asked.is_ok_and(|asked| asked == expected));
}

/// RFC 9700 §2.1: letter for letter; RFC 6749 §4.1.2.1: nobody is sent to an address that is not certain.
#[test]
fn only_a_registered_address_is_ever_answered() {
    for other in [
        "https://intranet.example.com/cb/",
        "https://intranet.example.com/cb?next=1",
        "https://intranet.example.com/CB",
        "https://intranet.example.com:443/cb",
        "https://intranet.example.com/x/../cb",
        "https://intranet.example.com/cb#",
        "http://intranet.example.com/cb",
        "https://intranet.example.com.evil.test/cb",
        " https://intranet.example.com/cb",
    ] {
        // Also where more is wrong.
        for also in [json!({}), json!({ "response_type": "token" })] {
            let changes = but(&also, &json!({ "redirect_uri": other }));
            assert_eq!(
                told(asked(&changes)),
                ("here", "redirect_uri not registered"),
                "{other}"
            );
        }
    }
    assert_eq!(
        told(asked(&json!({ "redirect_uri": null }))),
        ("here", "redirect_uri missing")
    );
}

/// A parameter, what it holds (nothing: it is absent), the code that is told, the check that says so.
type Broken = (&'static str, &'static str, &'static str, &'static str);

const BROKEN: &[Broken] = &[
    ("response_type", "", "invalid_request", "response_type missing"),
    ("response_type", "token", "unsupported_response_type", "response_type"),
    (
        "response_type",
        "code id_token",
        "unsupported_response_type",
        "response_type",
    ),
    ("response_mode", "fragment", "invalid_request", "response_mode"),
    ("response_mode", "query.jwt", "invalid_request", "response_mode"),
    ("registration", "{}", "registration_not_supported", "registration"),
    ("request", "e30.e30.", "invalid_request", "request inside a request"),
    (
        "request_uri",
        "https://intranet.example.com/r",
        "request_uri_not_supported",
        "foreign request_uri",
    ),
    ("scope", "", "invalid_scope", "scope openid missing"),
    ("scope", "profile", "invalid_scope", "scope openid missing"),
    ("scope", "OpenID openid2", "invalid_scope", "scope openid missing"),
    ("code_challenge", "", "invalid_request", "method without a challenge"),
    ("code_challenge_method", "", "invalid_request", "PKCE without S256"),
    ("code_challenge_method", "plain", "invalid_request", "PKCE without S256"),
    ("code_challenge", "short", "invalid_request", "challenge malformed"),
    (
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA",
        "invalid_request",
        "challenge malformed",
    ),
    (
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
        "invalid_request",
        "challenge malformed",
    ),
    (
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        "invalid_request",
        "challenge malformed",
    ),
    ("prompt", "create", "invalid_request", "prompt"),
    ("prompt", "none login", "invalid_request", "prompt none among others"),
    ("max_age", "-1", "invalid_request", "max_age"),
    ("max_age", "+1", "invalid_request", "max_age"),
    ("max_age", "1.5", "invalid_request", "max_age"),
    ("max_age", "soon", "invalid_request", "max_age"),
    ("max_age", "99999999999999999999", "invalid_request", "max_age"),
    ("nonce", "a\nb", "invalid_request", "parameter malformed"),
    ("state", "a\u{7f}b", "invalid_request", "parameter malformed"),
    (
        "login_hint",
        "ana\r@example.com",
        "invalid_request",
        "parameter malformed",
    ),
    ("app_name", "a\u{85}b", "invalid_request", "parameter malformed"),
    ("dpop_jkt", "short", "invalid_request", "dpop_jkt malformed"),
    ("claims", "[]", "invalid_request", "claims malformed"),
    (
        "claims",
        r#"{"id_token":{},"id_token":{}}"#,
        "invalid_request",
        "claims malformed",
    ),
    (
        "claims",
        r#"{"id_token":[]}"#,
        "invalid_request",
        "claims are not in an object",
    ),
    (
        "claims",
        r#"{"userinfo":null}"#,
        "invalid_request",
        "claims are not in an object",
    ),
    (
        "claims",
        r#"{"id_token":{"name":true}}"#,
        "invalid_request",
        "a claim is asked for in no known way",
    ),
    (
        "claims",
        r#"{"userinfo":{"verified_claims":{}}}"#,
        "invalid_request",
        "verification missing",
    ),
    (
        "claims",
        r#"{"id_token":{"sub":{"value":5}}}"#,
        "invalid_request",
        "sub malformed",
    ),
];

#[test]
fn each_fault_is_told_in_its_own_words_at_the_clients_address() {
    assert_eq!(told(asked(&json!({}))), ("", ""));
    for (parameter, value, code, why) in BROKEN {
        let changes = match *value {
            "" => json!({ *parameter: null }),
            value => json!({ *parameter: value }),
        };
        assert_eq!(told(asked(&changes)), (*code, *why), "{changes}");
    }
}

#[test]
fn there_is_an_end_to_length_and_depth() {
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for (parameter, value, why) in [
        ("nonce", "x".repeat(2_049), "parameter malformed"),
        ("state", "x".repeat(2_049), "parameter malformed"),
        ("app_instance_id", "x".repeat(2_049), "parameter malformed"),
        ("login_hint", "x".repeat(255), "parameter malformed"),
        ("claims", deep, "claims malformed"),
        (
            "claims",
            format!("{{\"x\":\"{}\"}}", "y".repeat(16 * 1024)),
            "claims too long",
        ),
    ] {
        assert_eq!(
            told(asked(&json!({ parameter: value }))),
            ("invalid_request", why),
            "{parameter}"
        );
    }
}

#[test]
fn what_is_just_short_of_a_fault_is_none() {
    for changes in [
        json!({ "state": "x".repeat(2_048), "nonce": "x".repeat(2_048) }),
        json!({ "state": null, "nonce": null }),
        json!({ "login_hint": "x".repeat(254) }),
        json!({ "code_challenge": null, "code_challenge_method": null }),
        json!({ "prompt": "none" }),
        json!({ "claims": "{\"something\":1,\"id_token\":{\"name\":{\"essential\":true,\"unheard_of\":[1]}}}" }),
    ] {
        assert_eq!(told(asked(&changes)), ("", ""), "{changes}");
    }
}

#[test]
fn an_error_is_told_as_the_client_wanted_its_answer() {
    let back = |changes: &Value| match asked(&but(&json!({ "scope": "x" }), changes)) {
        Err(Refused::Back { mode, state, .. }) => (mode, state),
        _ => panic!("refused otherwise"),
    };
    let state = Some("the state".to_owned());
    assert_eq!(
        back(&json!({ "response_mode": "form_post" })),
        (Mode::FormPost, state.clone())
    );
    assert_eq!(back(&json!({ "response_mode": "query" })), (Mode::Query, state.clone()));
    assert_eq!(back(&json!({ "response_mode": "fragment" })), (Mode::Query, state));
    // What is not sound is not repeated.
    assert_eq!(back(&json!({ "state": "a\nb" })), (Mode::Query, None));
}

#[test]
fn a_client_without_a_purpose_is_answered_nowhere() {
    let mut idle = client(Profile::Plain);
    idle.purposes.clear();
    assert_eq!(told(asked_by(idle, &json!({}))), ("here", "no purpose for this client"));
}

#[test]
fn pkce_is_asked_of_those_who_must_use_it() {
    let without = json!({ "code_challenge": null, "code_challenge_method": null });
    let public = Client {
        auth: Auth::None,
        ..client(Profile::Plain)
    };
    for must in [public, client(Profile::Fapi2), client(Profile::OktaVendor)] {
        assert_eq!(told(asked_by(must, &without)), ("invalid_request", "PKCE missing"));
    }
    for may in [client(Profile::Plain), client(Profile::OktaAuthenticator)] {
        assert_eq!(told(asked_by(may, &without)), ("", ""));
    }
}

/// FAPI 2.0 Security Profile §5.3.2.2.
#[test]
fn fapi_clients_push_their_requests_and_are_answered_by_redirect() {
    let of = |profile, pushed_here: bool| {
        let context = Context {
            pushed: pushed_here,
            ..pushed()
        };
        told(request(&Arc::new(client(profile)), &parameters(&sound()), &context))
    };
    assert_eq!(of(Profile::Fapi2, true), ("", ""));
    for profile in [Profile::Fapi2, Profile::OktaVendor] {
        assert_eq!(of(profile, false), ("invalid_request", "request not pushed"));
    }
    for profile in [Profile::Plain, Profile::OktaAuthenticator] {
        assert_eq!(of(profile, false), ("", ""));
    }
    let post = json!({ "response_mode": "form_post", "nonce": "x".repeat(64) });
    assert_eq!(
        told(asked_by(client(Profile::Fapi2), &post)),
        ("invalid_request", "response_mode")
    );
    assert_eq!(
        told(asked_by(client(Profile::Fapi2), &json!({ "response_mode": "query" }))),
        ("", "")
    );
}

#[test]
fn offline_access_is_kept_for_clients_with_refresh_tokens_only() {
    let scopes = |refresh| {
        let client = Client {
            refresh,
            ..client(Profile::Plain)
        };
        let asked = asked_by(
            client,
            &json!({ "scope": "offline_access openid", "prompt": "consent" }),
        );
        asked.map_or_else(|_| Vec::new(), |asked| asked.scopes)
    };
    assert_eq!(scopes(Duration::ZERO), ["openid"]);
    assert_eq!(scopes(Duration::from_secs(60)), ["offline_access", "openid"]);
}

#[test]
fn every_scope_that_is_advertised_is_kept() {
    let client = Client {
        refresh: Duration::from_secs(60),
        ..client(Profile::Plain)
    };
    let asked = asked_by(
        client,
        &json!({ "scope": format!("email {} idv_flow_payroll", SCOPES.join(" ")) }),
    );
    assert!(asked.is_ok_and(|asked| asked.scopes == SCOPES));
}

#[test]
fn a_purpose_that_is_essential_is_chosen_or_the_request_refused() {
    let acr = |acr: Value, acr_values: &str| {
        let claims = json!({ "id_token": { "acr": acr } }).to_string();
        asked(&json!({ "claims": claims, "acr_values": acr_values }))
    };
    let chosen = |wish: Value, values: &str| acr(wish, values).map_or_else(|_| Vec::new(), |asked| asked.acr_values);
    let essential = |values: Value| json!({ "essential": true, "values": values });
    assert_eq!(chosen(essential(json!(["x", "new-phone"])), "recovery"), ["new-phone"]);
    assert_eq!(
        chosen(json!({ "essential": true, "value": "new-phone" }), ""),
        ["new-phone"]
    );
    assert_eq!(
        chosen(json!({ "value": "new-phone" }), "recovery"),
        ["recovery", "new-phone"]
    );
    assert_eq!(chosen(json!({ "values": ["x"] }), "y"), [""; 0]);
    assert_eq!(chosen(json!({ "essential": true }), "recovery"), ["recovery"]);
    assert_eq!(chosen(Value::Null, "recovery"), ["recovery"]);
    for wish in [essential(json!(["x", "y"])), json!({ "essential": true, "value": "x" })] {
        let unmet = ("unmet_authentication_requirements", "acr unmet");
        assert_eq!(told(acr(wish, "recovery")), unmet);
    }
}

#[test]
fn the_person_whom_the_client_names_is_the_one_the_answer_must_be_about() {
    let of = |hint: Option<Option<&str>>, claims: Value| {
        let context = Context {
            hint: hint.map(|hint| hint.map(str::to_owned)),
            ..pushed()
        };
        let members = parameters(&but(&sound(), &json!({ "claims": claims.to_string() })));
        request(&Arc::new(client(Profile::Plain)), &members, &context)
    };
    let sub = |sub: &str| json!({ "id_token": { "sub": { "value": sub } } });
    let named = |asked: Result<Request, Refused>| asked.map_or(None, |asked| asked.hinted_subject);
    assert_eq!(named(of(None, json!({}))), None);
    assert_eq!(named(of(Some(Some("ana")), json!({}))).as_deref(), Some("ana"));
    assert_eq!(named(of(None, sub("ana"))).as_deref(), Some("ana"));
    assert_eq!(named(of(Some(Some("ana")), sub("ana"))).as_deref(), Some("ana"));
    let bad = |why| ("invalid_request", why);
    assert_eq!(told(of(Some(Some("ana")), sub("eva"))), bad("sub of another"));
    assert_eq!(told(of(Some(None), json!({}))), bad("id_token_hint"));
    assert_eq!(told(of(Some(None), sub("ana"))), bad("id_token_hint"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_nobody_is_answered_anywhere_but_at_a_registered_address(
        changes in proptest::collection::btree_map(
            "redirect_uri|scope|state|prompt|claims|max_age|response_mode|code_challenge|acr_values|dpop_jkt", "\\PC{0,24}", 0..6,
        ),
        profile in proptest::sample::select(vec![
            Profile::Plain, Profile::Fapi2, Profile::OktaVendor, Profile::OktaAuthenticator,
        ]),
    ) {
        let own = !changes.contains_key("redirect_uri");
        match asked_by(client(profile), &json!(changes)) {
            Ok(asked) => prop_assert_eq!(asked.redirect_uri, CALLBACK),
            Err(Refused::Back { redirect_uri, state, .. }) => {
                prop_assert!(own);
                prop_assert_eq!(redirect_uri, CALLBACK);
                prop_assert!(state.is_none_or(|state| !state.chars().any(char::is_control)));
            }
            Err(_) => prop_assert!(!own),
        }
    }
}

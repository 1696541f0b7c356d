//! OpenID Connect Core 1.0 §3.1.2: the question at the authorization endpoint, and its answer (RFC 6749 §4.1.1 and
//! §4.1.2, RFC 9207, RFC 9700 §2.1 and §4.12). What the person may be asked is in `prompt.rs`.

use serde_json::json;

use super::reply::Sent;
use super::sign::{base64url, unsigned};
use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_brings_code_state_and_issuer_to_the_registered_address_and_nothing_else() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    for state in ["af0ifjsldkj", "a b&c=d#e%20+ü", &"s".repeat(2_048)] {
        let answer = party.answer_for(&party.ask().set("state", state)).await;
        // RFC 9700 §4.12: 303, so that no form is repeated at the client.
        assert_eq!(answer.reply.status, 303);
        assert_eq!(answer.reply.header("cache-control"), Some("no-store"));
        assert_eq!(answer.reply.header("referrer-policy"), Some("no-referrer"));
        let names: Vec<&String> = answer.fields.keys().collect();
        assert_eq!(names, ["code", "iss", "state"]);
        assert_eq!(answer.get("state"), Some(state));
        assert_eq!(answer.get("iss"), Some(stage.issuer.as_str()));
        let target = answer.target.unwrap();
        assert_eq!(target.as_str().split('?').next(), Some(party.redirect.as_str()));
        assert_eq!(target.fragment(), None);
    }
    let without = party.answer_for(&party.ask().without("state")).await;
    assert_eq!(without.fields.keys().collect::<Vec<_>>(), ["code", "iss"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_means_nothing_here_changes_nothing_and_a_form_is_as_good_as_an_address() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let odd = party
        .ask()
        .and("display", "popup")
        .and("ui_locales", "se fr-CA")
        .and("claims_locales", "se")
        .and("extra", "foobar")
        .and("scopes", "email")
        .and("resource", "https://api.example.com")
        .set("scope", "openid email phone address urn:example:unknown profile");
    let tokens = party.tokens_for(&odd).await;
    // OpenID Connect Core §3.1.2.1: scopes that are not understood are ignored; RFC 6749 §5.1: what was granted is told.
    assert_eq!(tokens["scope"], "openid profile");
    let empty = party.ask().and("prompt", "").and("max_age", "").and("claims", "");
    let _redeemable = party.code_for(&empty).await;

    let asked = party.ask().and("prompt", "none");
    let form = [("cookie", stage.cookie.as_deref().unwrap())];
    let posted = stage.post("authorize", &asked.encoded(), &form).await;
    let answer = super::reply::Answer::of(posted);
    assert_eq!(party.redeem(&answer.code()).await.status, 200);
    // What stands in the address of a form is not part of it.
    let crossed = format!("authorize?{}", asked.encoded());
    let crossed = super::reply::Answer::of(stage.post(&crossed, "", &form).await);
    assert!(crossed.is_shown_here(), "{:?}", crossed.reply);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_but_a_registered_one_is_ever_sent_to_letter_by_letter() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let own = "http://127.0.0.1:1/basic";
    assert_eq!(party.redirect, own);
    let others = [
        "http://127.0.0.1:1/basic/",
        "http://127.0.0.1:1/Basic",
        "http://127.0.0.1:1/basic?",
        "http://127.0.0.1:1/basic?x=y",
        "http://127.0.0.1:1/basic#",
        "http://127.0.0.1:1/basic#fragment",
        "http://127.0.0.1:1/./basic",
        "http://127.0.0.1:1/a/../basic",
        "http://127.0.0.1:1//basic",
        "http://127.0.0.1:1/%62asic",
        "http://127.0.0.1:1/basic/more",
        "http://127.0.0.1:1/basi",
        "http://127.0.0.1:1",
        "http://127.0.0.1/basic",
        "http://127.0.0.1:01/basic",
        "http://127.0.0.1:2/basic",
        "http://127.1:1/basic",
        "http://localhost:1/basic",
        "https://127.0.0.1:1/basic",
        "HTTP://127.0.0.1:1/basic",
        "http://user@127.0.0.1:1/basic",
        "http://127.0.0.1:1@evil.example/basic",
        "http://127.0.0.1:1/basic http://evil.example",
        " http://127.0.0.1:1/basic",
        "http://127.0.0.1:1/basic\n",
        "http://127.0.0.1:1\\basic",
        "//127.0.0.1:1/basic",
        "/basic",
        "javascript:alert(1)",
        // Other parties' own.
        "http://127.0.0.1:1/post",
        "http://127.0.0.1:1/ps256",
        "",
    ];
    for other in others {
        for mode in ["query", "form_post"] {
            let asked = party.ask().set("redirect_uri", other).and("response_mode", mode);
            let answer = stage.authorize(&asked.set("prompt", "none")).await;
            assert!(answer.is_shown_here(), "{other:?}: {:?}", answer.reply);
            assert!(!answer.reply.body.contains("evil.example"), "{other:?} is shown");
        }
    }
    assert!(
        stage
            .authorize(&party.ask().without("redirect_uri"))
            .await
            .is_shown_here()
    );
    // Of two registered ones, the one that is asked for; a query that it has is kept.
    let two = stage.party("ps256");
    for own in ["http://127.0.0.1:1/ps256", "http://127.0.0.1:1/ps256?from=here"] {
        let answer = two.answer_for(&two.ask().set("redirect_uri", own)).await;
        assert_eq!(answer.get("from"), own.contains('?').then_some("here"));
        let form = two.redeeming(&answer.code()).set("redirect_uri", own);
        assert_eq!(two.token(&form).await.status, 200, "{own}");
    }
    let swapped = two.answer_for(&two.ask()).await.code();
    let form = two
        .redeeming(&swapped)
        .set("redirect_uri", "http://127.0.0.1:1/ps256?from=here");
    assert_eq!(two.token(&form).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_not_known_is_told_nothing_and_neither_is_the_address_it_names() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    for id in ["", "nobody", "Basic", "basic ", "basic\0", "post"] {
        let answer = stage.authorize(&party.ask().set("client_id", id)).await;
        assert!(answer.is_shown_here(), "{id:?}: {:?}", answer.reply);
    }
    assert!(stage.authorize(&party.ask().without("client_id")).await.is_shown_here());
    assert!(stage.authorize(&Sent::default()).await.is_shown_here());
}

/// What is wrong, as parameters that are set or (with nothing) taken out, and what the client is told.
const WRONG: [(&[(&str, &str)], &str); 45] = [
    (&[("response_type", "")], "invalid_request"),
    (&[("response_type", "token")], "unsupported_response_type"),
    (&[("response_type", "id_token")], "unsupported_response_type"),
    (&[("response_type", "code id_token")], "unsupported_response_type"),
    (&[("response_type", "code token")], "unsupported_response_type"),
    (&[("response_type", "none")], "unsupported_response_type"),
    (&[("response_type", "CODE")], "unsupported_response_type"),
    (&[("scope", "")], "invalid_scope"),
    (&[("scope", "profile email")], "invalid_scope"),
    (&[("scope", "OpenID")], "invalid_scope"),
    (&[("response_mode", "fragment")], "invalid_request"),
    (&[("response_mode", "jwt")], "invalid_request"),
    (&[("prompt", "none login")], "invalid_request"),
    (&[("prompt", "none none")], "invalid_request"),
    (&[("prompt", "create")], "invalid_request"),
    (&[("max_age", "-1")], "invalid_request"),
    (&[("max_age", "1.5")], "invalid_request"),
    (&[("max_age", "soon")], "invalid_request"),
    (&[("max_age", "99999999999999999999")], "invalid_request"),
    (&[("code_challenge_method", "")], "invalid_request"),
    (&[("code_challenge_method", "plain")], "invalid_request"),
    (&[("code_challenge_method", "s256")], "invalid_request"),
    (&[("code_challenge", "")], "invalid_request"),
    (&[("code_challenge", "short")], "invalid_request"),
    (
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
        "invalid_request",
    ),
    (
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
        "invalid_request",
    ),
    (&[("registration", "{}")], "registration_not_supported"),
    (
        &[("request_uri", "https://client.example.com/request.jwt")],
        "request_uri_not_supported",
    ),
    (&[("request_uri", "urn:example:request")], "request_uri_not_supported"),
    (&[("request", "nonsense")], "invalid_request_object"),
    (&[("claims", "[]")], "invalid_request"),
    (&[("claims", "nonsense")], "invalid_request"),
    (&[("claims", r#"{"id_token":{},"id_token":{}}"#)], "invalid_request"),
    (&[("claims", r#"{"id_token":[]}"#)], "invalid_request"),
    (&[("claims", r#"{"userinfo":{"name":true}}"#)], "invalid_request"),
    (
        &[(
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"values":["urn:example:none"]}}}"#,
        )],
        "unmet_authentication_requirements",
    ),
    (
        &[(
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:none"}}}"#,
        )],
        "unmet_authentication_requirements",
    ),
    (&[("nonce", "a\nb")], "invalid_request"),
    (&[("login_hint", "a\u{7}b")], "invalid_request"),
    (&[("id_token_hint", "nonsense")], "invalid_request"),
    (&[("id_token_hint", "eyJhbGciOiJub25lIn0.e30.")], "invalid_request"),
    (&[("dpop_jkt", "short")], "invalid_request"),
    (
        &[
            ("response_mode", "form_post"),
            ("prompt", "none"),
            ("login_hint", "x\u{1}"),
        ],
        "invalid_request",
    ),
    (&[("prompt", "none"), ("max_age", "0")], "login_required"),
    (
        &[("prompt", "none"), ("login_hint", "nobody@example.com")],
        "login_required",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_question_is_answered_at_the_clients_address_with_its_error_and_opens_nothing() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let before = stage.cases().await;
    for (changes, error) in WRONG {
        let asked = changes
            .iter()
            .fold(party.ask(), |asked, (name, value)| asked.set(name, value));
        let answer = stage.authorize(&asked).await;
        if changes.iter().any(|(_, value)| *value == "form_post") {
            assert!(
                answer.reply.body.contains(&format!("name=\"error\" value=\"{error}\"")),
                "{changes:?}"
            );
            continue;
        }
        assert_eq!(answer.reply.status, 303, "{changes:?}: {}", answer.reply.body);
        assert_eq!(answer.get("error"), Some(error), "{changes:?}: {:?}", answer.fields);
        assert_eq!(answer.get("code"), None);
        assert_eq!(answer.get("state"), Some("af0ifjsldkj"), "{changes:?}");
        assert_eq!(answer.get("iss"), Some(stage.issuer.as_str()), "{changes:?}");
        assert!(answer.target.unwrap().as_str().starts_with("http://127.0.0.1:1/basic?"));
    }
    // A state that cannot be kept is not given back.
    for state in ["a\nb", &"s".repeat(2_049)] {
        let answer = stage.authorize(&party.ask().set("state", state)).await;
        assert_eq!(
            (answer.get("error"), answer.get("state")),
            (Some("invalid_request"), None)
        );
    }
    assert_eq!(stage.cases().await, before, "a case was opened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_must_bind_its_code_and_an_unsigned_object_counts_for_nothing() {
    let stage = Stage::proven().await;
    let public = stage.party("public");
    let open = public.ask().without("code_challenge").without("code_challenge_method");
    let answer = stage.authorize(&open).await;
    assert_eq!(answer.get("error"), Some("invalid_request"));
    // OpenID Connect Core §6.1 lets a provider refuse unsigned objects; here nothing is signed with `none`.
    let party = stage.party("keys");
    let claims = party.object(&party.ask().set("state", "from inside"));
    for alg in ["none", "None", "NONE", "HS256"] {
        let text = unsigned(&json!({"alg": alg}), &claims);
        for signature in [String::new(), base64url(b"signature")] {
            let asked = party.ask().and("request", &format!("{text}.{signature}"));
            let answer = party.answer_for(&asked).await;
            assert_eq!(answer.get("error"), Some("invalid_request_object"), "{alg}");
            assert_eq!(answer.get("state"), Some("af0ifjsldkj"));
        }
    }
    // A confidential client that does without (RFC 6749) gets its code, and no verifier fits it (RFC 9700 §2.1.1).
    let basic = stage.party("basic");
    let open = basic.ask().without("code_challenge").without("code_challenge_method");
    let code = basic.code_for(&open).await;
    assert_eq!(basic.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
    let form = basic.redeeming(&code).without("code_verifier");
    assert_eq!(basic.token(&form).await.status, 200);
}

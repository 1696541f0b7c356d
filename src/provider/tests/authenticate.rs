//! Authenticating clients: each method, each check broken alone, and what the world is told.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::provider::client::Clients;
use crate::provider::form::Parameters;
use crate::provider::refusal::{Code, Refusal};

const KIND: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

fn basic(credentials: &str) -> HeaderMap {
    let value = format!("Basic {}", STANDARD.encode(credentials));
    HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(&value).unwrap())])
}

/// The id and the secret of [`intranet`], encoded as RFC 6749 §2.3.1 has it.
const CREDENTIALS: &str = "intranet:a+long+secret%3A+of%2Bintranet";

async fn ask(bench: &Bench, client: &Client, headers: &HeaderMap, body: &str) -> Result<Parameters, Refusal> {
    let clients: Clients = [client.clone()].into_iter().collect();
    let mut parameters = Parameters::of_query(body).unwrap();
    let found = bench.checks.client(&clients, headers, &mut parameters, PAR).await?;
    assert_eq!(found.id, client.id);
    Ok(parameters)
}

async fn why(bench: &Bench, client: &Client, headers: &HeaderMap, body: &str) -> &'static str {
    ask(bench, client, headers, body)
        .await
        .map_or_else(|refusal| refusal.why, |_| "")
}

fn statement() -> Value {
    json!({ "iss": "intranet", "sub": "intranet", "aud": ISSUER, "jti": "first", "iat": NOW, "exp": NOW + 60 })
}

fn body_of(assertion: &str) -> String {
    format!("client_assertion_type={KIND}&client_assertion={assertion}")
}

async fn say(bench: &Bench, client: &Client, signer: &Signer, claims: &Value) -> &'static str {
    let body = body_of(&signer.state(json!({ "kid": "0" }), claims));
    why(bench, client, &HeaderMap::new(), &body).await
}

#[tokio::test]
async fn a_secret_in_the_header_is_read_as_a_form_writes_it() {
    let bench = Bench::new().await;
    let client = intranet();
    let parameters = ask(&bench, &client, &basic(CREDENTIALS), "scope=openid").await.unwrap();
    assert_eq!(parameters.get("client_id"), Some("intranet"));
    assert_eq!(parameters.get("scope"), Some("openid"));
    let lower = HeaderValue::from_str(&format!("bAsIc {}", STANDARD.encode("intranet:the+next+one"))).unwrap();
    let lower = HeaderMap::from_iter([(header::AUTHORIZATION, lower)]);
    assert_eq!(why(&bench, &client, &lower, "").await, "");

    for wrong in [
        "intranet:wrong",
        "intranet:",
        "intranet:the next one ",
        "intranet:A+LONG+SECRET",
    ] {
        assert_eq!(why(&bench, &client, &basic(wrong), "").await, "wrong secret", "{wrong}");
    }
    for unreadable in ["intranet", "intranet:%zz", "intranet:%ff"] {
        assert_eq!(
            why(&bench, &client, &basic(unreadable), "").await,
            "Basic credentials unreadable"
        );
    }
    assert_eq!(
        why(&bench, &client, &basic(":the+next+one"), "").await,
        "unknown client"
    );
}

#[tokio::test]
async fn a_secret_in_the_body_is_taken_out_of_what_is_kept() {
    let bench = Bench::new().await;
    let client = Client {
        auth: Auth::SecretPost,
        ..intranet()
    };
    let body = "client_id=intranet&client_secret=the+next+one&scope=openid";
    let parameters = ask(&bench, &client, &HeaderMap::new(), body).await.unwrap();
    assert_eq!(parameters.get("client_secret"), None);
    assert_eq!(parameters.get("scope"), Some("openid"));
    let wrong = "client_id=intranet&client_secret=the+next+two";
    assert_eq!(why(&bench, &client, &HeaderMap::new(), wrong).await, "wrong secret");
    assert_eq!(
        why(&bench, &client, &HeaderMap::new(), "client_secret=the+next+one").await,
        "no client named"
    );
}

#[tokio::test]
async fn a_client_is_proven_in_the_way_it_is_registered_for_and_in_no_other() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Es256);
    let all = |auth: Auth| Client {
        auth,
        secrets: vec![secret_digest(SECRET)],
        ..with_keys(Profile::Plain, &[&signer])
    };
    for (number, registered) in [Auth::SecretBasic, Auth::SecretPost, Auth::PrivateKeyJwt, Auth::None]
        .into_iter()
        .enumerate()
    {
        let claims = but(&statement(), &json!({ "jti": number.to_string() }));
        let assertion = signer.state(json!({}), &claims);
        for (used, headers, body) in [
            (Auth::SecretBasic, basic(CREDENTIALS), String::new()),
            (
                Auth::SecretPost,
                HeaderMap::new(),
                "client_id=intranet&client_secret=a+long+secret%3A+of%2Bintranet".to_owned(),
            ),
            (Auth::PrivateKeyJwt, HeaderMap::new(), body_of(&assertion)),
            (Auth::None, HeaderMap::new(), "client_id=intranet".to_owned()),
        ] {
            let expected = if used == registered {
                ""
            } else {
                "another method than registered"
            };
            let found = why(&bench, &all(registered), &headers, &body).await;
            assert_eq!(found, expected, "{registered:?} by {used:?}");
        }
    }
}

#[tokio::test]
async fn okta_may_send_its_secret_either_way_and_must_send_it() {
    let bench = Bench::new().await;
    let okta = Client {
        profile: Profile::OktaVendor,
        auth: Auth::SecretPost,
        ..intranet()
    };
    assert_eq!(why(&bench, &okta, &basic(CREDENTIALS), "").await, "");
    let body = "client_id=intranet&client_secret=the+next+one";
    assert_eq!(why(&bench, &okta, &HeaderMap::new(), body).await, "");
    let body = "client_id=intranet";
    assert_eq!(
        why(&bench, &okta, &HeaderMap::new(), body).await,
        "another method than registered"
    );
}

#[tokio::test]
async fn two_methods_at_once_are_refused_even_if_both_are_right() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let client = intranet();
    let (secret, assertion) = (
        "client_secret=the+next+one",
        body_of(&signer.state(json!({}), &statement())),
    );
    let (none, header) = (HeaderMap::new(), basic(CREDENTIALS));
    let mut twice = header.clone();
    twice.append(header::AUTHORIZATION, header[header::AUTHORIZATION].clone());
    for (headers, body) in [
        (&header, secret.to_owned()),
        (&header, assertion.clone()),
        (&none, format!("client_id=intranet&{secret}&{assertion}")),
        (&twice, String::new()),
    ] {
        let refusal = ask(&bench, &client, headers, &body).await.unwrap_err();
        assert_eq!(
            (refusal.code, refusal.why),
            (Code::InvalidRequest, "several methods"),
            "{body}"
        );
    }
    for half in [
        format!("client_assertion_type={KIND}"),
        "client_assertion=a.b.c".to_owned(),
    ] {
        assert_eq!(why(&bench, &client, &none, &half).await, "half an assertion");
    }
    let saml = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer&client_assertion=a.b.c";
    assert_eq!(why(&bench, &client, &none, saml).await, "unknown kind of assertion");
    let bearer = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("Bearer abc"))]);
    assert_eq!(why(&bench, &client, &bearer, "").await, "another scheme than Basic");
}

#[tokio::test]
async fn the_client_named_beside_is_the_client_proven() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let by_key = with_keys(Profile::Plain, &[&signer]);
    assert_eq!(
        why(&bench, &intranet(), &basic(CREDENTIALS), "client_id=intranet").await,
        ""
    );
    let other = "client_id=extranet";
    assert_eq!(
        why(&bench, &intranet(), &basic(CREDENTIALS), other).await,
        "client_id is another's"
    );
    let body = format!("{other}&{}", body_of(&signer.state(json!({}), &statement())));
    assert_eq!(
        why(&bench, &by_key, &HeaderMap::new(), &body).await,
        "client_id is another's"
    );
}

#[tokio::test]
async fn a_statement_signed_with_a_registered_key_proves_its_client_once() {
    let bench = Bench::new().await;
    for profile in [Profile::Plain, Profile::Fapi2] {
        for alg in [Alg::Ps256, Alg::Es256, Alg::EdDsa] {
            let signer = Signer::random(alg);
            let client = with_keys(profile, &[&signer]);
            let claims = but(&statement(), &json!({ "jti": format!("{profile:?} {alg:?}") }));
            assert_eq!(say(&bench, &client, &signer, &claims).await, "");
            assert_eq!(say(&bench, &client, &signer, &claims).await, "replayed assertion");
        }
    }
}

#[tokio::test]
async fn each_flaw_of_a_statement_is_enough_to_refuse_it() {
    let bench = Bench::new().await;
    let (signer, stranger) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let client = with_keys(Profile::Plain, &[&signer]);
    for (changes, expected) in [
        (json!({ "iss": "extranet" }), "iss and sub are not the client"),
        (json!({ "sub": "extranet" }), "unknown client"),
        (json!({ "sub": null }), "sub missing"),
        (json!({ "iss": null }), "claims unreadable"),
        (json!({ "aud": "https://evil.example" }), "not meant for us"),
        (json!({ "aud": format!("{ISSUER}/") }), "not meant for us"),
        (json!({ "aud": [] }), "not meant for us"),
        (json!({ "aud": [ISSUER, "https://evil.example"] }), "not meant for us"),
        (json!({ "aud": null }), "claims unreadable"),
        (json!({ "exp": null }), "exp missing"),
        (json!({ "exp": NOW - 60 }), "expired"),
        (json!({ "exp": NOW + 3_661 }), "exp too far ahead"),
        (json!({ "exp": "soon" }), "claims unreadable"),
        (json!({ "iat": NOW + 61 }), "from the future"),
        (json!({ "nbf": NOW + 61 }), "from the future"),
        (json!({ "iat": NOW - 3_600 }), "made too long before its end"),
        (json!({ "jti": null }), "claims unreadable"),
        (json!({ "jti": "" }), "jti empty"),
    ] {
        let claims = but(&statement(), &changes);
        assert_eq!(say(&bench, &client, &signer, &claims).await, expected, "{changes}");
    }
    assert_eq!(say(&bench, &client, &stranger, &statement()).await, "wrong signature");
    let request = signer.state(json!({ "typ": "oauth-authz-req+jwt" }), &statement());
    assert_eq!(
        why(&bench, &client, &HeaderMap::new(), &body_of(&request)).await,
        "wrong typ"
    );
    // Nothing above used the name up: the same statement without a flaw passes.
    assert_eq!(say(&bench, &client, &signer, &statement()).await, "");
}

#[tokio::test]
async fn the_audience_is_the_issuer_the_token_endpoint_or_this_one_and_under_fapi_the_issuer_alone() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let token = format!("{ISSUER}/oauth2/token");
    for (number, (audience, plain, fapi)) in [
        (json!(ISSUER), "", ""),
        (json!([ISSUER]), "", "not meant for us"),
        (json!(token), "", "not meant for us"),
        (json!(PAR), "", "not meant for us"),
        (json!([ISSUER, token, PAR]), "", "not meant for us"),
        (
            json!(format!("{ISSUER}/oauth2/revoke")),
            "not meant for us",
            "not meant for us",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for (profile, expected) in [(Profile::Plain, plain), (Profile::Fapi2, fapi)] {
            let jti = format!("{number} {profile:?}");
            let claims = but(&statement(), &json!({ "aud": audience, "jti": jti }));
            let found = say(&bench, &with_keys(profile, &[&signer]), &signer, &claims).await;
            assert_eq!(found, expected, "{audience} {profile:?}");
        }
    }
}

#[tokio::test]
async fn rs256_is_good_enough_outside_of_fapi_only() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Rs256);
    assert_eq!(
        say(&bench, &with_keys(Profile::Plain, &[&signer]), &signer, &statement()).await,
        ""
    );
    let claims = but(&statement(), &json!({ "jti": "second" }));
    let found = say(&bench, &with_keys(Profile::Fapi2, &[&signer]), &signer, &claims).await;
    assert_eq!(found, "algorithm not allowed");
}

#[tokio::test]
async fn a_statement_stays_used_until_it_could_not_pass_any_more() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let client = with_keys(Profile::Plain, &[&signer]);
    assert_eq!(say(&bench, &client, &signer, &statement()).await, "");
    for (milliseconds, expected) in [(119_500, "replayed assertion"), (500, "expired")] {
        bench.clock.forward(Duration::from_millis(milliseconds));
        bench.checks.store.sweep(bench.checks.clock.now()).await.unwrap();
        assert_eq!(say(&bench, &client, &signer, &statement()).await, expected);
    }
}

#[tokio::test]
async fn the_world_is_told_the_same_whatever_was_wrong() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let client = intranet();
    let unknown = basic("nobody:the+next+one");
    let mut answers = Vec::new();
    for (headers, body) in [
        (basic("intranet:wrong"), String::new()),
        (unknown, String::new()),
        (HeaderMap::new(), "client_id=intranet".to_owned()),
        (HeaderMap::new(), String::new()),
        (HeaderMap::new(), body_of(&signer.state(json!({}), &statement()))),
        (HeaderMap::new(), body_of("rubbish")),
    ] {
        let refusal = ask(&bench, &client, &headers, &body).await.unwrap_err();
        answers.push((refusal.code, refusal.status, refusal.description));
    }
    answers.dedup();
    assert_eq!(
        answers,
        [(
            Code::InvalidClient,
            StatusCode::UNAUTHORIZED,
            "the client could not be authenticated"
        )]
    );
}

//! Signed requests: the one that the specification prints, and each check broken alone.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::provider::form::Parameters;
use crate::provider::jose::{Rules, Typ, Unproven};
use crate::provider::refusal::{Code, Refusal};

/// The request object of OpenID Connect Core §6.1, which RFC 9101 takes up.
const PRINTED: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0.ew0KICJpc3MiOiAiczZCaGRSa3F0MyIsDQogImF1ZCI6ICJodHRwczovL3Nl\
    cnZlci5leGFtcGxlLmNvbSIsDQogInJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsDQogImNsaWVudF9pZCI6ICJzNkJo\
    ZFJrcXQzIiwNCiAicmVkaXJlY3RfdXJpIjogImh0dHBzOi8vY2xpZW50LmV4YW1wbGUub3JnL2NiIiwNCiAic2NvcGUiOiAib3Bl\
    bmlkIiwNCiAic3RhdGUiOiAiYWYwaWZqc2xka2oiLA0KICJub25jZSI6ICJuLTBTNl9XekEyTWoiLA0KICJtYXhfYWdlIjogODY0\
    MDAsDQogImNsYWltcyI6IA0KICB7DQogICAidXNlcmluZm8iOiANCiAgICB7DQogICAgICJnaXZlbl9uYW1lIjogeyJlc3NlbnRp\
    YWwiOiB0cnVlfSwNCiAgICAgIm5pY2tuYW1lIjogbnVsbCwNCiAgICAgImVtYWlsIjogeyJlc3NlbnRpYWwiOiB0cnVlfSwNCiAg\
    ICAgImVtYWlsX3ZlcmlmaWVkIjogeyJlc3NlbnRpYWwiOiB0cnVlfSwNCiAgICAgInBpY3R1cmUiOiBudWxsDQogICAgfSwNCiAg\
    ICJpZF90b2tlbiI6IA0KICAgIHsNCiAgICAgImdlbmRlciI6IG51bGwsDQogICAgICJiaXJ0aGRhdGUiOiB7ImVzc2VudGlhbCI6\
    IHRydWV9LA0KICAgICAiYWNyIjogeyJ2YWx1ZXMiOiBbInVybjptYWNlOmluY29tbW9uOmlhcDpzaWx2ZXIiXX0NCiAgICB9DQog\
    IH0NCn0.nwwnNsk1-ZkbmnvsF6zTHm8CHERFMGQPhos-EJcaH4Hh-sMgk8ePrGhw_trPYs8KQxsn6R9Emo_wHwajyFKzuMXZFSZ3\
    p6Mb8dkxtVyjoy2GIzvuJT_u7PkY2t8QU9hjBcHs68PkgjDVTrG1uRTx0GxFbuPbj96tVuj11pTnmFCUR6IEOXKYr7iGOCRB3btf\
    JhM0_AKQUfqKnRlrRscc8Kol-cSLWoYE9l5QqholImzjT_cMnNIznW9E7CDyWXTsO70xnB4SkG6pXfLSjLLlxmPGiyon_-Te111V\
    8uE83IlzCYIb_NMXvtTIVc1jpspnTSD7xMbpL-2QgwUsAlMGzw";
/// The modulus of the key that signed it, printed there too.
const MODULUS: &str = "\
    y9Lqv4fCp6Ei-u2-ZCKq83YvbFEk6JMs_pSj76eMkddWRuWX2aBKGHAtKlE5P7_vn__PCKZWePt3vGkB6ePgzAFu08NmKemwE5bQ\
    I0e6kIChtt_6KzT5OaaXDFI6qCLJmk51Cc4VYFaxgqevMncYrzaW_50mZ1yGSFIQzLYP8bijAHGVjdEFgZaZEN9lsn_GdWLaJpHr\
    B3ROlS50E45wxrlg9xMncVb8qDPuXZarvghLL0HzOuYRadBJVoWZowDNTpKpk2RklZ7QaBO7XDv3uR7s_sf2g-bAjSYxYUGsqkNA\
    9b3xVW53am_UZZ3tZbFTIh557JICWKHlWj5uzeJXaw";

fn claims() -> Value {
    json!({
        "iss": "intranet", "aud": ISSUER, "client_id": "intranet", "exp": NOW + 300, "nbf": NOW, "jti": "first",
        "response_type": "code", "scope": "openid", "state": "inside", "max_age": 300,
        "claims": { "id_token": { "verified_claims": null } },
    })
}

async fn send(bench: &Bench, client: &Client, object: &str, beside: &[(&str, &str)]) -> Result<Parameters, Refusal> {
    let mut sent = Parameters::default();
    sent.set("client_id", &client.id);
    sent.set("request", object);
    for (name, value) in beside {
        sent.set(name, value);
    }
    bench.checks.request(client, sent).await
}

async fn why(bench: &Bench, client: &Client, object: &str) -> &'static str {
    match send(bench, client, object, &[]).await {
        Ok(_) => "",
        Err(refusal) => {
            assert_eq!(refusal.code, Code::InvalidRequestObject, "{}", refusal.why);
            refusal.why
        }
    }
}

#[test]
fn the_object_that_the_specification_prints_is_read_with_its_key() {
    let key = json!({ "kty": "RSA", "kid": "k2bdc", "n": MODULUS, "e": "AQAB" });
    let keys = read_set(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
    let rules = Rules {
        algs: Profile::Plain.algs(),
        typ: Typ::OneOfOrAbsent(&["oauth-authz-req+jwt", "jwt"]),
    };
    let proven = Unproven::read(PRINTED, &rules).unwrap().prove(&keys).unwrap();
    let parameters = Parameters::of_members(proven.into_members()).unwrap();
    assert_eq!(parameters.get("client_id"), Some("s6BhdRkqt3"));
    assert_eq!(parameters.get("max_age"), Some("86400"));
    let claims: Value = serde_json::from_str(parameters.get("claims").unwrap()).unwrap();
    assert_eq!(claims["userinfo"]["given_name"]["essential"], true);
}

#[tokio::test]
async fn only_what_is_signed_counts() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Es256);
    let client = with_keys(Profile::Plain, &[&signer]);
    let object = signer.state(json!({ "typ": "oauth-authz-req+jwt", "kid": "0" }), &claims());
    let beside = [("state", "outside"), ("prompt", "none"), ("scope", "openid email")];
    let parameters = send(&bench, &client, &object, &beside).await.unwrap();
    let found: Vec<(&str, &str)> = parameters.iter().collect();
    assert_eq!(
        found,
        [
            ("claims", r#"{"id_token":{"verified_claims":null}}"#),
            ("client_id", "intranet"),
            ("max_age", "300"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "inside"),
        ]
    );
}

#[tokio::test]
async fn without_an_object_the_request_counts_as_sent_unless_the_client_must_sign() {
    let bench = Bench::new().await;
    let mut sent = Parameters::default();
    sent.set("state", "outside");
    assert_eq!(bench.checks.request(&intranet(), sent.clone()).await, Ok(sent.clone()));
    let must = Client {
        signed_requests: true,
        ..intranet()
    };
    let refusal = bench.checks.request(&must, sent).await.unwrap_err();
    assert_eq!((refusal.code, refusal.why), (Code::InvalidRequest, "unsigned request"));
}

#[tokio::test]
async fn each_flaw_of_an_object_is_enough_to_refuse_it() {
    let bench = Bench::new().await;
    let (signer, stranger) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let client = with_keys(Profile::Plain, &[&signer]);
    for (changes, expected) in [
        (json!({ "iss": "extranet" }), "object of another client"),
        (json!({ "iss": null }), "claims unreadable"),
        (json!({ "client_id": "extranet" }), "object of another client"),
        (json!({ "client_id": null }), "claims unreadable"),
        (json!({ "sub": "intranet" }), "a client assertion, not a request"),
        (json!({ "aud": "https://evil.example" }), "object not meant for us"),
        (json!({ "aud": null }), "claims unreadable"),
        (json!({ "exp": null }), "exp missing"),
        (json!({ "exp": NOW - 60 }), "expired"),
        (json!({ "exp": NOW + 3_661 }), "exp too far ahead"),
        (json!({ "nbf": NOW + 61 }), "from the future"),
        (json!({ "iat": NOW + 61 }), "from the future"),
        (json!({ "request": "a.b.c" }), "forbidden parameter inside"),
        (
            json!({ "request_uri": "https://evil.example/" }),
            "forbidden parameter inside",
        ),
        (json!({ "client_secret": "the next one" }), "forbidden parameter inside"),
        (json!({ "client_assertion": "a.b.c" }), "forbidden parameter inside"),
        (json!({ "state": "a\0b" }), "a parameter holds a zero byte"),
    ] {
        let object = signer.state(json!({}), &but(&claims(), &changes));
        assert_eq!(why(&bench, &client, &object).await, expected, "{changes}");
    }
    for (header, expected) in [
        (json!({ "alg": "none" }), "algorithm not allowed"),
        (json!({ "typ": "dpop+jwt" }), "wrong typ"),
        (json!({ "typ": "client-authentication+jwt" }), "wrong typ"),
        (json!({ "crit": ["exp"] }), "crit in header"),
    ] {
        let object = signer.state(header.clone(), &claims());
        assert_eq!(why(&bench, &client, &object).await, expected, "{header}");
    }
    assert_eq!(
        why(&bench, &client, &stranger.state(json!({}), &claims())).await,
        "wrong signature"
    );
    let encrypted = format!("{}.a.b.c.d", base64url(b"{}"));
    assert_eq!(why(&bench, &client, &encrypted).await, "not a compact JWS");
    // Nothing above used the name up: the same object without a flaw passes, once.
    let object = signer.state(json!({}), &claims());
    assert_eq!(why(&bench, &client, &object).await, "");
    assert_eq!(why(&bench, &client, &object).await, "replayed object");
}

#[tokio::test]
async fn a_client_without_keys_signs_nothing() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Es256);
    let object = signer.state(json!({}), &claims());
    assert_eq!(why(&bench, &intranet(), &object).await, "no key fits");
}

#[tokio::test]
async fn the_client_outside_is_the_client_inside_and_no_other_request_stands_beside() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Es256);
    let client = with_keys(Profile::Plain, &[&signer]);
    let object = signer.state(json!({}), &claims());
    let refusal = send(&bench, &client, &object, &[("client_id", "extranet")])
        .await
        .unwrap_err();
    assert_eq!(refusal.why, "client_id outside is another's");
    let beside = [("request_uri", "urn:ietf:params:oauth:request_uri:abc")];
    let refusal = send(&bench, &client, &object, &beside).await.unwrap_err();
    assert_eq!(
        (refusal.code, refusal.why),
        (Code::InvalidRequest, "request and request_uri")
    );
    let nowhere = send(&bench, &client, &object, &[("client_id", "")]).await.unwrap();
    assert_eq!(nowhere.get("client_id"), Some("intranet"));
}

#[tokio::test]
async fn under_fapi_an_object_says_since_when_it_holds_and_not_for_longer_than_an_hour() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Ps256);
    let client = with_keys(Profile::Fapi2, &[&signer]);
    for (changes, expected) in [
        (json!({ "nbf": null }), "nbf missing"),
        (json!({ "nbf": NOW - 3_661 }), "nbf too long ago"),
        (json!({ "nbf": NOW - 3_600 }), ""),
    ] {
        let object = signer.state(json!({}), &but(&claims(), &changes));
        assert_eq!(why(&bench, &client, &object).await, expected, "{changes}");
    }
    let rs256 = Signer::random(Alg::Rs256);
    let client = with_keys(Profile::Fapi2, &[&rs256]);
    let object = rs256.state(json!({}), &claims());
    assert_eq!(why(&bench, &client, &object).await, "algorithm not allowed");
}

#[tokio::test]
async fn an_object_without_a_name_may_come_again_until_it_ends() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let client = with_keys(Profile::Plain, &[&signer]);
    let object = signer.state(json!({}), &but(&claims(), &json!({ "jti": null })));
    assert_eq!(why(&bench, &client, &object).await, "");
    assert_eq!(why(&bench, &client, &object).await, "");
    bench.clock.forward(Duration::from_secs(360));
    assert_eq!(why(&bench, &client, &object).await, "expired");
}

//! What the imitated token endpoint refuses: each claim of an assertion and of a proof, changed one at a time.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_contract::Clock;
use doorward_contract::http::{Answer, Ask};
use http::{HeaderName, Method, header};
use serde_json::{Value, json};

use crate::stand::{CLIENT, KEY_ID, Stand, key_pair};

/// A request that is right in every part, to be changed in one.
#[derive(Clone)]
struct Request {
    header: Value,
    claims: Value,
    proof_header: Value,
    proof: Value,
    scope: &'static str,
    grant: &'static str,
}

struct Bench {
    stand: Stand,
    key: EcdsaKeyPair,
    public: Value,
    made: std::cell::Cell<u32>,
}

impl Bench {
    async fn new() -> Self {
        let (pem, public, _) = key_pair();
        let registered = public.clone();
        let stand = Stand::of(|world| world.keys = vec![registered], |_| {}).await;
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        Self {
            stand,
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap(),
            public,
            made: std::cell::Cell::new(0),
        }
    }

    fn good(&self, nonce: &str) -> Request {
        let number = self.made.get() + 1;
        self.made.set(number);
        let now = self.stand.clock.now().seconds();
        let place = format!("{}oauth2/v1/token", self.stand.base);
        let mut jwk = self.public.clone();
        jwk.as_object_mut().unwrap().remove("kid");
        Request {
            header: json!({ "alg": "ES256", "kid": KEY_ID }),
            claims: json!({
                "iss": CLIENT, "sub": CLIENT, "aud": place, "iat": now, "exp": now + 60, "jti": format!("a{number}"),
            }),
            proof_header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk }),
            proof: json!({ "htm": "POST", "htu": place, "iat": now, "jti": format!("p{number}"), "nonce": nonce }),
            scope: "okta.users.read",
            grant: "client_credentials",
        }
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    async fn answer(&self, request: &Request) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", request.grant)
            .append_pair("scope", request.scope)
            .append_pair(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .append_pair("client_assertion", &self.signed(&request.header, &request.claims))
            .finish();
        let mut ask = Ask::write(Method::POST, self.stand.base.join("oauth2/v1/token").unwrap())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(
                HeaderName::from_static("dpop"),
                &self.signed(&request.proof_header, &request.proof),
            );
        ask.body = Some(form.into_bytes());
        self.stand.send(ask).await
    }

    async fn error(&self, request: &Request) -> String {
        let body: Value = self.answer(request).await.json().unwrap();
        body["error"].as_str().unwrap_or("none").to_owned()
    }
}

type Change = fn(&mut Request);

/// What is changed, how, and the error it comes to.
const CHANGES: [(&str, Change, &str); 19] = [
    ("issuer", |one| one.claims["iss"] = json!("0oaother"), "invalid_client"),
    ("subject", |one| one.claims["sub"] = json!("0oaother"), "invalid_client"),
    (
        "audience",
        |one| one.claims["aud"] = json!("https://acme.example/"),
        "invalid_client",
    ),
    ("no end", |one| one.claims["exp"] = Value::Null, "invalid_client"),
    (
        "over",
        |one| one.claims["exp"] = one.claims["iat"].clone(),
        "invalid_client",
    ),
    (
        "too long",
        |one| one.claims["exp"] = json!(one.claims["iat"].as_i64().unwrap() + 3601),
        "invalid_client",
    ),
    (
        "from the future",
        |one| one.claims["iat"] = json!(one.claims["iat"].as_i64().unwrap() + 30),
        "invalid_client",
    ),
    ("used before", |one| one.claims["jti"] = json!("a1"), "invalid_client"),
    (
        "unknown key",
        |one| one.header["kid"] = json!("other"),
        "invalid_client",
    ),
    (
        "no algorithm",
        |one| one.header["alg"] = json!("none"),
        "invalid_client",
    ),
    (
        "proof type",
        |one| one.proof_header["typ"] = json!("JWT"),
        "invalid_dpop_proof",
    ),
    (
        "proof with a private key",
        |one| one.proof_header["jwk"]["d"] = json!("AA"),
        "invalid_dpop_proof",
    ),
    (
        "proof of another method",
        |one| one.proof["htm"] = json!("GET"),
        "invalid_dpop_proof",
    ),
    (
        "proof of another place",
        |one| one.proof["htu"] = json!("https://acme.example/"),
        "invalid_dpop_proof",
    ),
    (
        "old proof",
        |one| one.proof["iat"] = json!(one.proof["iat"].as_i64().unwrap() - 301),
        "invalid_dpop_proof",
    ),
    (
        "proof used before",
        |one| one.proof["jti"] = json!("p1"),
        "invalid_dpop_proof",
    ),
    ("nonce", |one| one.proof["nonce"] = json!("other"), "use_dpop_nonce"),
    (
        "scope",
        |one| one.scope = "okta.users.read okta.apps.manage",
        "invalid_scope",
    ),
    ("grant", |one| one.grant = "password", "unsupported_grant_type"),
];

#[tokio::test]
async fn one_wrong_part_is_enough_to_get_no_token() {
    let bench = Bench::new().await;
    let first = bench.answer(&bench.good("")).await;
    assert_eq!(first.status.as_u16(), 400);
    let nonce = first.header("dpop-nonce").unwrap().to_owned();
    assert_eq!(bench.error(&bench.good(&nonce)).await, "none");
    for (what, change, expected) in CHANGES {
        let mut request = bench.good(&nonce);
        change(&mut request);
        assert_eq!(bench.error(&request).await, expected, "{what}");
    }
    let mut forged = bench.good(&nonce);
    forged.proof_header["jwk"]["x"] = key_pair().1["x"].clone();
    assert_eq!(bench.error(&forged).await, "invalid_dpop_proof");
    assert_eq!(bench.error(&bench.good(&nonce)).await, "none");
}

//! A relying party, written for these tests: it asks, redeems and shows its tokens by the book, or not, as a test wants.
//!
//! RFC 6749, 7521, 7523, 7636, 9126 and 9449; nothing of Doorward's own code is used.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::reply::{Answer, Reply, Sent};
use super::sign::{Pair, base64url};
use super::stage::Stage;

pub(super) const PS256_SECRET: &str = "a-secret-of-the-party-of-two-addresses";
/// RFC 7636 appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FORM: &str = "application/x-www-form-urlencoded";

/// How it proves itself.
pub(super) enum Way {
    Basic(String),
    Post(String),
    Keys(Arc<Pair>, String),
    Nothing,
}

pub(super) struct Party<'a> {
    pub(super) stage: &'a Stage,
    pub(super) id: String,
    pub(super) redirect: String,
    pub(super) way: Way,
    /// The key its tokens are bound to, if they shall be.
    pub(super) held: Option<Pair>,
    nonce: Mutex<Option<String>>,
}

/// A name that was never used before.
pub(super) fn fresh() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("name-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Stage {
    fn key(&self, alg: &str) -> Way {
        let pair = self.keys.iter().find(|pair| pair.alg() == alg).unwrap();
        Way::Keys(Arc::clone(pair), alg.to_owned())
    }

    /// A registered party, with everything it knows of itself.
    pub(super) fn party(&self, id: &str) -> Party<'_> {
        let known = self
            .lab
            .sheet()
            .relying_parties
            .iter()
            .find(|party| party.client_id == id);
        let way = match (id, known) {
            ("ps256", _) => Way::Basic(PS256_SECRET.to_owned()),
            ("keys" | "keys-fapi2", _) => self.key("ES256"),
            (_, Some(party)) => match party.auth.as_str() {
                "client_secret_basic" => Way::Basic(party.secret.clone().unwrap()),
                "client_secret_post" => Way::Post(party.secret.clone().unwrap()),
                "private_key_jwt" => {
                    let pair = Pair::read(party.private_jwk.as_ref().unwrap());
                    Way::Keys(Arc::new(pair), format!("{id}-1"))
                }
                _ => Way::Nothing,
            },
            (_, None) => panic!("no party {id}"),
        };
        let redirect = known.map_or_else(
            || format!("http://127.0.0.1:1/{id}"),
            |party| party.redirect_uri.clone(),
        );
        Party {
            stage: self,
            id: id.to_owned(),
            redirect,
            way,
            held: None,
            nonce: Mutex::new(None),
        }
    }
}

impl Party<'_> {
    /// The same, of the parties with many keys, signing with that one.
    pub(super) fn signing(mut self, alg: &str) -> Self {
        self.way = self.stage.key(alg);
        self
    }

    /// The same, with tokens bound to a fresh key.
    pub(super) fn holding(mut self, alg: &str) -> Self {
        self.held = Some(Pair::new(alg));
        self
    }

    /// A question with everything that every party may send.
    pub(super) fn ask(&self) -> Sent {
        Sent::of(&[
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect),
            ("scope", "openid profile offline_access"),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
    }

    /// A code for this question, from the browser that proved itself; pushed first where that is needed.
    pub(super) async fn code_for(&self, asked: &Sent) -> String {
        self.answer_for(asked).await.code()
    }

    /// The answer to this question, from the browser that proved itself; pushed first where that is needed.
    pub(super) async fn answer_for(&self, asked: &Sent) -> Answer {
        let asked = asked.clone().set("prompt", "none");
        if self.id.contains("fapi2") {
            let pushed = self.push(&asked).await;
            assert_eq!(pushed.status, 201, "{}", pushed.body);
            let named = self.named(&pushed.text("request_uri"));
            return self.stage.authorize(&named).await;
        }
        self.stage.authorize(&asked).await
    }

    pub(super) async fn code(&self) -> String {
        self.code_for(&self.ask()).await
    }

    /// A pushed request, as a browser brings it.
    pub(super) fn named(&self, request_uri: &str) -> Sent {
        Sent::of(&[("client_id", &self.id), ("request_uri", request_uri)])
    }

    /// What redeems a code.
    pub(super) fn redeeming(&self, code: &str) -> Sent {
        Sent::of(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", VERIFIER),
        ])
    }

    pub(super) async fn redeem(&self, code: &str) -> Reply {
        self.token(&self.redeeming(code)).await
    }

    /// Tokens for this question.
    pub(super) async fn tokens_for(&self, asked: &Sent) -> Value {
        let reply = self.redeem(&self.code_for(asked).await).await;
        assert_eq!(reply.status, 200, "{}: {}", self.id, reply.body);
        reply.json()
    }

    pub(super) async fn tokens(&self) -> Value {
        self.tokens_for(&self.ask()).await
    }

    pub(super) fn refreshing(token: &Value) -> Sent {
        Sent::of(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str().unwrap()),
        ])
    }

    /// At the token endpoint: proven, and with a proof of the key where it holds one, once more if it is given a nonce.
    pub(super) async fn token(&self, form: &Sent) -> Reply {
        let Some(pair) = &self.held else {
            return self.post("token", form, &[]).await;
        };
        let nonce = self.nonce.lock().unwrap().clone();
        let first = self
            .post("token", form, &[("dpop", &self.dpop(pair, "token", nonce.as_deref()))])
            .await;
        let Some(nonce) = first.header("dpop-nonce").map(str::to_owned) else {
            return first;
        };
        *self.nonce.lock().unwrap() = Some(nonce.clone());
        if first.status == 200 || first.text("error") != "use_dpop_nonce" {
            return first;
        }
        self.post("token", form, &[("dpop", &self.dpop(pair, "token", Some(&nonce)))])
            .await
    }

    fn dpop(&self, pair: &Pair, endpoint: &str, nonce: Option<&str>) -> String {
        let claims = self.proof("POST", &self.stage.endpoint(endpoint));
        let claims = nonce.map_or(claims.clone(), |nonce| {
            super::sign::but(&claims, &json!({"nonce": nonce}))
        });
        pair.jws(json!({"typ": "dpop+jwt", "jwk": pair.jwk()}), &claims)
    }

    /// The claims of a proof (RFC 9449 §4.2).
    pub(super) fn proof(&self, method: &str, address: &str) -> Value {
        json!({"jti": fresh(), "htm": method, "htu": address, "iat": self.stage.now()})
    }

    /// Pushes a request.
    pub(super) async fn push(&self, asked: &Sent) -> Reply {
        self.post("par", asked, &[]).await
    }

    /// Sends a form to an endpoint, proven as it is registered.
    pub(super) async fn post(&self, endpoint: &str, form: &Sent, headers: &[(&str, &str)]) -> Reply {
        let (form, authorization) = self.proven(form.clone());
        let mut headers = headers.to_vec();
        if let Some(value) = &authorization {
            headers.push(("authorization", value));
        }
        self.stage.post(endpoint, &form.encoded(), &headers).await
    }

    /// The form and the header that prove who sends it.
    fn proven(&self, form: Sent) -> (Sent, Option<String>) {
        match &self.way {
            Way::Basic(secret) => (form, Some(basic(&self.id, secret))),
            Way::Post(secret) => (form.set("client_id", &self.id).and("client_secret", secret), None),
            Way::Keys(pair, kid) => {
                let assertion = pair.jws(json!({"kid": kid}), &self.statement());
                (self.asserted(form, &assertion), None)
            }
            Way::Nothing => (form.set("client_id", &self.id), None),
        }
    }

    /// The claims of a statement about itself (RFC 7523 §3).
    pub(super) fn statement(&self) -> Value {
        let now = self.stage.now();
        json!({
            "iss": self.id, "sub": self.id, "aud": self.stage.issuer, "jti": fresh(), "iat": now, "exp": now + 60,
        })
    }

    /// A form with this statement.
    pub(super) fn asserted(&self, form: Sent, assertion: &str) -> Sent {
        form.set("client_id", &self.id)
            .and("client_assertion_type", ASSERTION)
            .and("client_assertion", assertion)
    }

    /// The claims of a request object with this question (RFC 9101 §4).
    pub(super) fn object(&self, asked: &Sent) -> Value {
        let now = self.stage.now();
        let mut claims =
            json!({"iss": self.id, "aud": self.stage.issuer, "jti": fresh(), "iat": now, "nbf": now, "exp": now + 60});
        for (name, value) in &asked.0 {
            claims[name] = json!(value);
        }
        claims
    }

    /// Shows an access token at userinfo, with a proof where it is bound.
    pub(super) async fn userinfo(&self, token: &Value) -> Reply {
        let token = token.as_str().unwrap();
        let address = self.stage.endpoint("userinfo");
        let request = self.stage.client.get(&address);
        let Some(pair) = &self.held else {
            return Reply::of(request.bearer_auth(token)).await;
        };
        let claims = super::sign::but(&self.proof("GET", &address), &json!({"ath": hash(token)}));
        let proof = pair.jws(json!({"typ": "dpop+jwt", "jwk": pair.jwk()}), &claims);
        let request = request.header("authorization", format!("DPoP {token}"));
        Reply::of(request.header("dpop", proof)).await
    }
}

impl Stage {
    /// Sends a form to an endpoint as it is.
    pub(super) async fn post(&self, endpoint: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.post(self.endpoint(endpoint)).header("content-type", FORM);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.body(body.to_owned())).await
    }

    /// What a token is worth, as a resource server is told.
    pub(super) async fn introspect(&self, token: &Value) -> Value {
        let asked = Sent::of(&[("token", token.as_str().unwrap())]);
        let reply = self.party("resource-server").post("introspect", &asked, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }
}

/// RFC 6749 §2.3.1: both are form-encoded first.
pub(super) fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let text = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(text))
}

/// RFC 9449 §4.2, `ath`; the whole SHA-256.
pub(super) fn hash(token: &str) -> String {
    base64url(digest(&SHA256, token.as_bytes()).as_ref())
}

//! How a relying party calls: as which client, with which proof, and what it is answered.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::party::{Key, SECRET, VERIFIER, base64url, challenge, redirect_of};
use super::{Bench, ISSUER};
use aws_lc_rs::digest::{SHA256, digest};

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(super) fn error(&self) -> String {
        self.json()["error"]
            .as_str()
            .unwrap_or_else(|| panic!("no error: {self:?}"))
            .to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Every value of a header.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    }

    /// The member of a successful answer.
    #[track_caller]
    pub(super) fn text_of(&self, name: &str) -> String {
        assert!(self.status.is_success(), "{self:?}");
        self.json()[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
            .to_owned()
    }

    /// Refused with this, and kept by nobody.
    #[track_caller]
    pub(super) fn is_refused(&self, status: u16, error: &str) {
        assert_eq!(
            (self.status.as_u16(), self.error().as_str()),
            (status, error),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("content-type"), "application/json");
    }
}

/// The credentials of a client, as its registration has them.
pub(super) enum As<'a> {
    Basic(&'a str),
    Post(&'a str),
    Public(&'a str),
    Nobody,
}

/// `id:secret` as RFC 6749 §2.3.1 has it.
pub(super) fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let text = format!("{}:{}", encoded(id), encoded(secret));
    HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(text))).unwrap()
}

/// The parameters with some replaced; an empty one is left out.
pub(super) fn but<'a>(base: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let untouched = base
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let all = untouched.chain(changes).copied();
    all.filter(|(_, value)| !value.is_empty()).collect()
}

impl Bench {
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        answer(self.call(Method::GET, path)).await
    }

    /// A form as this client.
    pub(super) fn form(&self, endpoint: &str, client: &As<'_>, form: &[(&str, &str)]) -> RequestBuilder {
        let mut form = form.to_vec();
        match client {
            As::Post(id) => form.extend([("client_id", *id), ("client_secret", SECRET)]),
            As::Public(id) => form.push(("client_id", id)),
            As::Basic(_) | As::Nobody => {}
        }
        let call = self.call(Method::POST, &format!("/oauth2/{endpoint}")).form(&form);
        match client {
            As::Basic(id) => call.header(AUTHORIZATION, basic(id, SECRET)),
            _ => call,
        }
    }

    pub(super) async fn post(&self, endpoint: &str, client: &As<'_>, form: &[(&str, &str)]) -> Answer {
        answer(self.form(endpoint, client, form)).await
    }

    /// A code for tokens, with everything right for that client.
    pub(super) async fn redeem(&self, client: &As<'_>, code: &str) -> Answer {
        self.redeem_but(client, code, &[]).await
    }

    /// The same with some parameters replaced.
    pub(super) async fn redeem_but(&self, client: &As<'_>, code: &str, changes: &[(&str, &str)]) -> Answer {
        self.post("token", client, &but(&redemption(client, code), changes))
            .await
    }

    /// Tokens of Maria's for a client, by a fresh code.
    pub(super) async fn tokens(&self, client: &As<'_>, scopes: &[&str]) -> Answer {
        let code = self.code(&super::request(client.id(), scopes)).await;
        let answer = self.redeem(client, &code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    pub(super) async fn refresh(&self, client: &As<'_>, token: &str, more: &[(&str, &str)]) -> Answer {
        let form = but(&[("grant_type", "refresh_token"), ("refresh_token", token)], more);
        self.post("token", client, &form).await
    }

    /// What the userinfo endpoint tells to the bearer.
    pub(super) async fn userinfo(&self, token: &str) -> Answer {
        answer(self.call(Method::GET, "/oauth2/userinfo").bearer_auth(token)).await
    }

    /// A proof for a request at the token endpoint, with a nonce that is good now.
    pub(super) fn proof(&self, key: &Key, endpoint: &str) -> String {
        let nonce = json!({ "nonce": self.door.provider.checks.nonce() });
        key.proof("POST", &format!("{ISSUER}/oauth2/{endpoint}"), self.now(), &nonce)
    }

    /// The userinfo endpoint with a token that is bound to a key.
    pub(super) fn bound_userinfo(&self, key: &Key, token: &str, change: &Value) -> RequestBuilder {
        let mut claims = json!({ "ath": base64url(digest(&SHA256, token.as_bytes()).as_ref()) });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let proof = key.proof("GET", &format!("{ISSUER}/oauth2/userinfo"), self.now(), &claims);
        self.call(Method::GET, "/oauth2/userinfo")
            .header(AUTHORIZATION, format!("DPoP {token}"))
            .header("dpop", proof)
    }
}

impl As<'_> {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Basic(id) | Self::Post(id) | Self::Public(id) => id,
            Self::Nobody => "",
        }
    }
}

/// What a client sends with a code.
pub(super) fn redemption<'a>(client: &As<'a>, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_of(client.id())),
        ("code_verifier", VERIFIER),
    ]
}

/// An authorization request that everything is right with.
pub(super) fn asking<'a>(redirect: &'a str, challenge: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("redirect_uri", redirect),
        ("scope", "openid"),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

pub(super) async fn answer(call: RequestBuilder) -> Answer {
    let answer = call.send().await.unwrap();
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

/// The challenge of the usual verifier.
pub(super) fn usual_challenge() -> String {
    challenge(VERIFIER)
}

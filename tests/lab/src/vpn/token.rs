//! Tokens between Duo and an application of its: HS512 over the client secret (duo.md §2.1), and every check of §2.6.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use serde_json::{Value, json};

/// How far the clocks may be apart, as the vendor's clients allow.
const LEEWAY_SECONDS: i64 = 60;

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nobody was sent there, not from this browser, or too long ago.
    #[error("nobody was sent to Duo from here")]
    Unknown,
    /// Duo does not take what it was asked.
    #[error("Duo refuses: {0}")]
    Refused(String),
    /// A check of the token fails.
    #[error("the token does not fit: {0}")]
    Token(&'static str),
    /// Duo is away. The application stays closed.
    #[error("Duo cannot be reached")]
    Away(#[from] reqwest::Error),
}

/// A token over these claims.
pub(super) fn sign(claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS512", "typ": "JWT" })), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA512, secret.as_bytes());
    let tag = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) secret: &'a str,
    pub(super) login: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

impl Expected<'_> {
    /// The factor by which the person was let in, if everything fits.
    pub(super) fn check(&self, token: &str) -> Result<String, Fault> {
        let claims = self.opened(token).ok_or(Fault::Token("signature"))?;
        let text = |way: &str| claims.pointer(way).and_then(Value::as_str);
        let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
        let now = self.now.seconds();
        for (holds, what) in [
            (text("/iss") == Some(self.issuer), "iss"),
            (text("/aud") == Some(self.client), "aud"),
            (moment("exp").is_some_and(|exp| exp > now - LEEWAY_SECONDS), "exp"),
            (moment("iat").is_some_and(|iat| iat <= now + LEEWAY_SECONDS), "iat"),
            (text("/preferred_username") == Some(self.login), "preferred_username"),
            (text("/nonce") == Some(self.nonce), "nonce"),
            (text("/auth_result/result") == Some("allow"), "auth_result"),
        ] {
            if !holds {
                return Err(Fault::Token(what));
            }
        }
        Ok(text("/auth_context/factor").unwrap_or("none").to_owned())
    }

    fn opened(&self, token: &str) -> Option<Value> {
        let (signed, tag) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |text: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok() };
        if part(header)?.get("alg")?.as_str()? != "HS512" {
            return None;
        }
        let key = hmac::Key::new(hmac::HMAC_SHA512, self.secret.as_bytes());
        hmac::verify(&key, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
        part(claims)
    }
}

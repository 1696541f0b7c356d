//! What an access token tells: the userinfo endpoint (OpenID Connect Core §5.3), and whether a token is any good at all.

use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use super::client::Client;
use super::dpop::{For, Nonce};
use super::grant::Access;
use super::refusal::{Challenge, Code, Refusal};
use super::{Provider, claims};
use crate::crypto::token::Token;
use crate::store::{Grant, GrantKind};

/// How a token was shown (RFC 6750 §2, RFC 9449 §7.1).
enum Shown<'a> {
    Bearer(&'a str),
    Dpop(&'a str),
}

impl Provider {
    /// The claims that the token in this request opens. `body` is the token in a form, where one was sent (RFC 6750 §2.2).
    pub async fn userinfo(&self, method: &Method, headers: &HeaderMap, body: Option<&str>) -> Result<Value, Refusal> {
        let shown = shown(headers, body)?;
        let text = match shown {
            Shown::Bearer(text) | Shown::Dpop(text) => text,
        };
        let (access, client, _) = self
            .opened_by(text)
            .await?
            .ok_or(invalid("token unknown, expired or revoked"))?;
        match (&access.dpop_thumbprint, &shown) {
            (None, Shown::Bearer(_)) => {}
            (None, Shown::Dpop(_)) => return Err(invalid("unbound token shown as bound")),
            // RFC 9449 §7.1: a bound token is not a bearer token.
            (Some(_), Shown::Bearer(_)) => {
                return Err(invalid("bound token shown as bearer").challenging(Challenge::Dpop));
            }
            (Some(bound), Shown::Dpop(_)) => {
                let proof = For {
                    method,
                    url: &self.endpoint("userinfo"),
                    profile: client.profile,
                    nonce: Nonce::Optional,
                    token: Some(text),
                };
                let held = self.checks.held(headers, &proof).await?;
                if held.is_none_or(|held| held.jkt != *bound) {
                    return Err(invalid("token bound to another key").challenging(Challenge::Dpop));
                }
            }
        }
        if !access.scopes.iter().any(|scope| scope == "openid") {
            let description = "the token does not open this: it lacks the scope openid";
            return Err(Refusal::new(
                Code::InsufficientScope,
                description,
                "scope openid missing",
            ));
        }
        let mut members = claims::userinfo(&access.request, &access.scopes, &access.proven);
        members.insert("sub".to_owned(), json!(self.subject(&access.proven, &client)));
        Ok(Value::Object(members))
    }

    /// What an access token opens, and whose it is; `None` if it is not good, for whatever reason.
    pub(super) async fn opened_by(
        &self,
        text: &str,
    ) -> Result<Option<(Access, std::sync::Arc<Client>, Grant)>, Refusal> {
        let Some(token) = Token::parse(text) else {
            return Ok(None);
        };
        let grant = self
            .store
            .grant(GrantKind::Access, &token.digest(), self.clock.now())
            .await?;
        let Some(grant) = grant else {
            return Ok(None);
        };
        let access: Option<Access> = serde_json::from_slice(&grant.body).ok();
        let client = access
            .as_ref()
            .and_then(|access| self.clients.get(&access.request.client).cloned());
        Ok(access.zip(client).map(|(access, client)| (access, client, grant)))
    }
}

/// RFC 6750 §2: one way, and one token.
fn shown<'a>(headers: &'a HeaderMap, body: Option<&'a str>) -> Result<Shown<'a>, Refusal> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    // RFC 6750 §3: whatever does not open the door is answered with a challenge.
    let malformed = |why| {
        Refusal::new(Code::InvalidRequest, "show one access token, in one way", why).challenging(Challenge::Bearer)
    };
    let nothing = |why| invalid(why).challenging(Challenge::Token);
    match (all.next(), all.next(), body) {
        (None, _, Some(token)) => Ok(Shown::Bearer(token)),
        (None, _, None) => Err(nothing("no token")),
        (Some(_), _, Some(_)) | (Some(_), Some(_), _) => Err(malformed("token shown twice")),
        (Some(value), None, None) => {
            let (scheme, token) = value
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .ok_or(malformed("authorization header malformed"))?;
            match scheme.to_ascii_lowercase().as_str() {
                "bearer" => Ok(Shown::Bearer(token.trim())),
                "dpop" => Ok(Shown::Dpop(token.trim())),
                _ => Err(nothing("unknown authorization scheme")),
            }
        }
    }
}

const fn invalid(why: &'static str) -> Refusal {
    Refusal::new(Code::InvalidToken, "the access token is not valid", why)
}

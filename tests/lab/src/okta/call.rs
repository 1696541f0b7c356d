//! The org's own calls to its vendor: pushed request, token, keys. Statuses and media types are taken literally.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::http::{Answer, Ask, Bounds, Http};
use http::{Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::fault::{Fault, Leg};
use super::options::{Auth, Body};

/// How long the org waits; Okta publishes no figure.
const PATIENCE: Duration = Duration::from_secs(20);

/// The members of a request, in order.
pub(super) type Members = Vec<(&'static str, String)>;

/// The way out to one vendor.
#[derive(Clone, Debug)]
pub(super) struct Out(Option<Http>);

impl Out {
    pub(super) fn to(addresses: &[Url]) -> Self {
        let bounds = Bounds {
            total: PATIENCE,
            ..Bounds::default()
        };
        match Http::new("okta-org", addresses, bounds) {
            Ok(http) => Self(Some(http)),
            Err(error) => {
                tracing::error!(%error, "the imitated Okta org reaches nobody");
                Self(None)
            }
        }
    }

    /// A pushed request (RFC 9126 §2): answered with 201 and no other status.
    pub(super) async fn push(&self, url: &Url, ask: Ask) -> Result<Url, Fault> {
        let answer = self.send(Leg::Par, ask).await?;
        let members = read(Leg::Par, &answer, StatusCode::CREATED)?;
        whole(Leg::Par, &members, "expires_in")?;
        let request_uri = text(Leg::Par, &members, "request_uri")?;
        let mut there = url.clone();
        there.query_pairs_mut().append_pair("request_uri", request_uri);
        Ok(there)
    }

    /// A code into an ID token (OIDC Core §3.1.3).
    pub(super) async fn redeem(&self, ask: Ask) -> Result<String, Fault> {
        let answer = self.send(Leg::Token, ask).await?;
        let members = read(Leg::Token, &answer, StatusCode::OK)?;
        let token = text(Leg::Token, &members, "id_token")?;
        whole(Leg::Token, &members, "expires_in")?;
        if !text(Leg::Token, &members, "token_type")?.eq_ignore_ascii_case("Bearer") {
            return Err(Fault::Lacks {
                leg: Leg::Token,
                member: "token_type",
            });
        }
        Ok(token.to_owned())
    }

    /// The published keys, read anew each time: how long Okta keeps them is not published.
    pub(super) async fn keys(&self, url: &Url) -> Result<Vec<Value>, Fault> {
        let answer = self.send(Leg::Jwks, Ask::get(url.clone())).await?;
        let mut members = read(Leg::Jwks, &answer, StatusCode::OK)?;
        match members.get_mut("keys").map(Value::take) {
            Some(Value::Array(keys)) => Ok(keys),
            _ => Err(Fault::Lacks {
                leg: Leg::Jwks,
                member: "keys",
            }),
        }
    }

    async fn send(&self, leg: Leg, ask: Ask) -> Result<Answer, Fault> {
        let http = self.0.as_ref().ok_or(Fault::Unreached(leg))?;
        let ask = ask
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "imitated-okta-org");
        http.send(ask).await.map_err(|error| {
            tracing::info!(%error, %leg, "an imitated Okta org got no answer");
            Fault::Unreached(leg)
        })
    }
}

/// A request with the client's credentials where `auth` wants them.
pub(super) fn written(
    url: &Url,
    mut members: Members,
    (id, secret): (&str, &SecretString),
    auth: Auth,
    body: Body,
) -> Ask {
    let mut ask = Ask::write(Method::POST, url.clone());
    match auth {
        Auth::Post => members.push(("client_secret", secret.expose_secret().to_owned())),
        Auth::Basic => {
            // RFC 6749 §2.3.1: both parts form-encoded before they are joined.
            let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
            ask = ask.header(header::AUTHORIZATION, &format!("Basic {}", STANDARD.encode(pair)));
        }
    }
    match body {
        Body::Form => {
            ask.body = Some(form(&members).into_bytes());
            ask.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        }
        Body::Json => ask.json(&Value::Object(members.into_iter().map(member).collect())),
    }
}

/// `claims` is an object in a JSON body and text in a form.
fn member((name, value): (&'static str, String)) -> (String, Value) {
    let object = (name == "claims").then(|| serde_json::from_str(&value).ok()).flatten();
    (name.to_owned(), object.unwrap_or(Value::String(value)))
}

fn form(members: &Members) -> String {
    let pairs = members.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// With `%20` for a space, as Okta writes it.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn read(leg: Leg, answer: &Answer, wanted: StatusCode) -> Result<Map<String, Value>, Fault> {
    let members: Option<Map<String, Value>> = serde_json::from_slice(&answer.body).ok();
    if answer.status != wanted {
        let error = members.as_ref().and_then(|members| members.get("error")?.as_str());
        return Err(match error {
            Some(error) if !answer.status.is_success() => Fault::Refused {
                leg,
                error: error.to_owned(),
            },
            _ => Fault::WrongStatus {
                leg,
                status: answer.status.as_u16(),
            },
        });
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = kind == "application/json" || (leg == Leg::Jwks && kind == "application/jwk-set+json");
    members.filter(|_| known).ok_or(Fault::Unreadable(leg))
}

fn text<'a>(leg: Leg, members: &'a Map<String, Value>, member: &'static str) -> Result<&'a str, Fault> {
    let text = members
        .get(member)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.ok_or(Fault::Lacks { leg, member })
}

/// A whole number of seconds above zero.
fn whole(leg: Leg, members: &Map<String, Value>, member: &'static str) -> Result<(), Fault> {
    let seconds = members.get(member).and_then(Value::as_u64);
    seconds
        .filter(|seconds| *seconds > 0)
        .map(drop)
        .ok_or(Fault::Lacks { leg, member })
}

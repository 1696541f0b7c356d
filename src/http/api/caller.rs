//! Machines by the token that they bring: one of the settings, or one that our own provider gave out (`provider/token.rs`).

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::case::role::Power;
use crate::crypto::token::Digest;
use crate::flow::Error;
use crate::http::App;
use crate::http::problem::Problem;

/// Somebody who may call, by the digest of their token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name in settings, log and audit.
    pub name: String,
    /// What is kept of the token.
    pub digest: Digest,
    /// What they may do.
    pub powers: Vec<Power>,
    /// The purposes they may open; all if empty.
    pub purposes: Vec<String>,
}

impl Caller {
    /// What is kept of a token's text.
    pub fn digest_of(token: &str) -> Digest {
        Digest::of("api token", token.as_bytes())
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(Problem::unauthorised)?;
        let digest = Self::digest_of(token);
        // Every token is compared, whichever fits, so that time tells nothing.
        let known = app.callers.iter().fold(None, |found, caller| {
            if caller.digest.matches(&digest) {
                Some(caller.clone())
            } else {
                found
            }
        });
        if let Some(caller) = known {
            return Ok(caller);
        }
        let given = app.door.provider.machine(token).await.map_err(Error::from)?;
        let machine = given.ok_or_else(Problem::unauthorised)?;
        Ok(Self {
            name: machine.name,
            digest,
            powers: machine.scopes.iter().filter_map(|word| word.parse().ok()).collect(),
            purposes: machine.purposes,
        })
    }
}

//! Tokens for the JSON API, given to a client for itself (RFC 6749 §4.4): opaque, short, revocable, and good for nothing else.
//!
//! What a scope lets somebody do is the API's business; here it is a word that the settings allow the client.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Provider;
use super::client::{Auth, Client};
use super::form::Parameters;
use super::refusal::{Code, Refusal};
use crate::crypto::token::Token;
use crate::store::{self, GrantKind, NewGrant};

/// What is sealed of a token.
#[derive(Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) client: String,
    scopes: Vec<String>,
}

/// A machine that came with such a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The client's name in the settings.
    pub name: String,
    /// What the token is for.
    pub scopes: Vec<String>,
    /// For which purposes; all if empty.
    pub purposes: Vec<String>,
}

impl Provider {
    /// RFC 6749 §4.4.2: a token for the client itself. There is no refresh token (§4.4.3): it can ask again.
    pub(super) async fn for_itself(&self, client: &Arc<Client>, parameters: &Parameters) -> Result<Value, Refusal> {
        if client.api_scopes.is_empty() || client.auth == Auth::None {
            return Err(Refusal::new(
                Code::UnauthorizedClient,
                "this client may not ask for tokens of its own",
                "client_credentials by a client without scopes",
            ));
        }
        // The API takes bearer tokens: one that is bound to a key would be worth less there than it says.
        if client.dpop {
            return Err(Refusal::new(
                Code::UnauthorizedClient,
                "the API takes no bound tokens",
                "client_credentials by a client that binds its tokens",
            ));
        }
        let scopes = asked(client, parameters.get("scope"))?;
        let (token, now) = (Token::random(), self.clock.now());
        let given = Given {
            client: client.id.clone(),
            scopes,
        };
        let body = serde_json::to_vec(&given)
            .map_err(|_| Refusal::new(Code::ServerError, "try again", "a token could not be written"))?;
        self.store
            .add_grants(&[NewGrant {
                kind: GrantKind::Machine,
                digest: token.digest(),
                // Of a family of its own: nothing comes of it.
                family: Token::random().text(),
                case: None,
                until: now.plus(self.lifetimes.access),
                body: Zeroizing::new(body),
            }])
            .await?;
        Ok(json!({
            "access_token": token.text(),
            "token_type": "Bearer",
            "expires_in": self.lifetimes.access.as_secs(),
            "scope": given.scopes.join(" "),
        }))
    }

    /// Who comes to the API with this token; nobody if it is none, is over, or its client may no more.
    pub async fn machine(&self, text: &str) -> Result<Option<Machine>, store::Error> {
        let Some(token) = Token::parse(text) else {
            return Ok(None);
        };
        let grant = self
            .store
            .grant(GrantKind::Machine, &token.digest(), self.clock.now())
            .await?;
        let given: Option<Given> = grant.and_then(|grant| serde_json::from_slice(&grant.body).ok());
        let known = given.and_then(|given| Some((self.clients.get(&given.client)?, given.scopes)));
        Ok(known.map(|(client, mut scopes)| {
            // What the settings took away since is gone.
            scopes.retain(|scope| client.api_scopes.contains(scope));
            Machine {
                name: client.name.clone(),
                scopes,
                purposes: client.api_purposes.clone(),
            }
        }))
    }
}

/// The scopes asked for, or all that the client may have (RFC 6749 §3.3).
fn asked(client: &Client, scope: Option<&str>) -> Result<Vec<String>, Refusal> {
    let Some(scope) = scope else {
        return Ok(client.api_scopes.clone());
    };
    let mut scopes: Vec<String> = scope
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() || scopes.iter().any(|scope| !client.api_scopes.contains(scope)) {
        return Err(Refusal::new(
            Code::InvalidScope,
            "this client may not have one of the scopes",
            "scope beyond the settings",
        ));
    }
    Ok(scopes)
}

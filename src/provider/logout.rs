//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): whether it is to be believed, and where to go then.

use std::sync::Arc;

use super::Provider;
use super::client::Client;
use super::form::Parameters;
use super::refusal::{Code, Refusal};

/// A request to sign out, checked.
#[derive(Clone, Debug, Default)]
pub struct Logout {
    /// The client that an ID token of ours was made for, and of whom that token speaks.
    pub hinted: Option<(Arc<Client>, String)>,
    /// Where to go then: one of the client's own addresses, with its `state`.
    pub then: Option<String>,
}

impl Provider {
    /// Checks a request to sign out (§2, §3).
    pub async fn logout(&self, parameters: &Parameters) -> Result<Logout, Refusal> {
        let refuse = |why| {
            Err(Refusal::new(
                Code::InvalidRequest,
                "the request to sign out is not valid",
                why,
            ))
        };
        let hinted = match parameters.get("id_token_hint") {
            Some(hint) => match self.hinted(hint).await {
                Some(hinted) => Some(hinted),
                None => return refuse("hint is not ours"),
            },
            None => None,
        };
        let named = parameters.get("client_id").and_then(|id| self.clients.get(id));
        if parameters.get("client_id").is_some() && named.is_none() {
            return refuse("unknown client");
        }
        let client = match (&hinted, named) {
            (Some((_, audience)), Some(client)) if !audience.contains(&client.id) => {
                return refuse("hint of another client");
            }
            (_, Some(client)) => Some(client),
            (Some((_, audience)), None) => self.clients.iter().find(|client| audience.contains(&client.id)),
            (None, None) => None,
        };
        let then = match (parameters.get("post_logout_redirect_uri"), client) {
            (None, _) => None,
            (Some(_), None) => return refuse("address of nobody"),
            (Some(uri), Some(client)) if client.post_logout_redirect_uris.iter().any(|own| own == uri) => {
                Some(with_state(uri, parameters.get("state")))
            }
            (Some(_), Some(_)) => return refuse("address not registered"),
        };
        Ok(Logout {
            hinted: hinted.and_then(|(subject, _)| Some((Arc::clone(client?), subject))),
            then,
        })
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else {
        return uri.to_owned();
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{query}")
}

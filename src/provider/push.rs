//! Pushed authorization requests (RFC 9126): checked here, before any person is sent anywhere.

use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::asked::{PUSHED, Refused};
use super::client::{Client, Profile};
use super::dpop::{For, Nonce, bound_to};
use super::form::Parameters;
use super::refusal::{Code, Refusal};
use super::request::Request;
use super::{Provider, check};
use crate::crypto::token::Token;

impl Provider {
    /// Takes a pushed request; the answer is 201 with what names it (§2.2).
    pub async fn push(&self, headers: &HeaderMap, mut parameters: Parameters) -> Result<Value, Refusal> {
        let endpoint = self.endpoint("par");
        let client = self
            .checks
            .client(&self.clients, headers, &mut parameters, &endpoint)
            .await?;
        // RFC 9126 §2.1: a request cannot be pushed by its own name.
        if parameters.get("request_uri").is_some() {
            return Err(Refusal::new(
                Code::InvalidRequest,
                "request_uri cannot be pushed",
                "request_uri pushed",
            ));
        }
        let proof = For {
            method: &Method::POST,
            url: &endpoint,
            profile: client.profile,
            nonce: Nonce::Optional,
            token: None,
        };
        let held = self.checks.held(headers, &proof).await?;
        let parameters = self.opened(&client, parameters).await?;
        let thumbprint = bound_to(&parameters, held.as_ref())?;
        let mut request = self.checked(&client, parameters, true).await.map_err(told)?;
        request.dpop_thumbprint = thumbprint;
        let token = Token::random();
        let until = self.clock.now().plus(self.lifetimes.request);
        self.keep_request(&token, &request, until).await?;
        Ok(json!({
            "request_uri": format!("{PUSHED}{}", token.text()),
            "expires_in": self.lifetimes.request.as_secs(),
        }))
    }

    /// The parameters that count: those of the signed object if there is one (RFC 9101 §6.3).
    pub(super) async fn opened(&self, client: &Client, parameters: Parameters) -> Result<Parameters, Refusal> {
        self.checks.request(client, parameters).await
    }

    /// The request in the parameters, checked against the client.
    pub(super) async fn checked(
        &self,
        client: &std::sync::Arc<Client>,
        parameters: Parameters,
        pushed: bool,
    ) -> Result<Request, Refused> {
        let hint = match parameters.get("id_token_hint") {
            // Okta's vendors know no hints.
            Some(hint) if client.profile != Profile::OktaVendor => Some(self.hinted(hint).await),
            _ => None,
        };
        let context = check::Context {
            pushed,
            received_at: self.clock.now(),
            hint: hint.map(|hint| hint.filter(|(_, aud)| aud.contains(&client.id)).map(|(sub, _)| sub)),
        };
        check::request(client, &parameters, &context)
    }
}

/// At this endpoint everything is told in the answer itself (RFC 9126 §2.3).
fn told(refused: Refused) -> Refusal {
    match refused {
        Refused::Back { refusal, .. } => refusal,
        Refused::Here { why, .. } => Refusal::new(Code::InvalidRequest, "the request is not valid", why),
        Refused::Used { .. } => Refusal::new(Code::InvalidRequest, "the request is not valid", "request_uri used"),
    }
}

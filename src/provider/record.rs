//! Refusals, written down for staff: which client, which endpoint, which check. At most one a minute of a kind, because a flood
//! of them must not flood the record.

use std::time::Duration;

use super::Provider;
use super::asked::Refused;
use super::refusal::Refusal;
use crate::audit::{Event, Fact};
use crate::cause::causes;
use crate::crypto::token::Digest;

impl Provider {
    /// Writes down that a request was refused at an endpoint.
    pub async fn note_refusal(&self, endpoint: &str, client: Option<&str>, refusal: &Refusal) {
        self.note(endpoint, client, refusal.code.word(), refusal.why).await;
    }

    /// Writes down that somebody was not led on.
    pub async fn note_refused(&self, endpoint: &str, refused: &Refused) {
        match refused {
            Refused::Here { why, client } => {
                let name = client.as_ref().map(|client| client.name.as_str());
                self.note(endpoint, name, "none", why).await;
            }
            Refused::Used { .. } => self.note(endpoint, None, "none", "request_uri used before").await,
            Refused::Back { client, refusal, .. } => self.note_refusal(endpoint, Some(&client.name), refusal).await,
        }
    }

    /// Writes down that a request was refused at an endpoint: what was told, and why in truth.
    pub async fn note(&self, endpoint: &str, client: Option<&str>, error: &str, why: &str) {
        const MINUTE: Duration = Duration::from_secs(60);
        tracing::info!(
            client,
            endpoint,
            error,
            why,
            "a relying party's request was refused: {why}"
        );
        let now = self.clock.now();
        let name = [endpoint, client.unwrap_or_default(), error, why].join("\0");
        let digest = Digest::of("refused client", name.as_bytes());
        let first = self.store.count("refused client", &digest, now, MINUTE, 1).await;
        let fact = Fact::ClientRefused {
            client: client.map(str::to_owned),
            endpoint: endpoint.to_owned(),
            error: error.to_owned(),
            why: why.to_owned(),
        };
        let written = match first {
            Ok(true) => self.store.note(&[Event::apart(now, fact)]).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::error!(error = %causes(&error), "a refusal could not be written down");
        }
    }
}

//! Who somebody is to a client, and the browsers that proved themselves a while ago.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use zeroize::Zeroizing;

use super::client::Client;
use super::{Proven, Provider};
use crate::case::CaseId;
use crate::cause::causes;
use crate::crypto::token::Token;
use crate::store::{GrantKind, NewGrant};
use doorward_contract::Timestamp;

impl Provider {
    /// The subject of an account: stable, the same for every client, and telling nothing of the account outside.
    pub fn subject_of(&self, directory: &str, account: &str) -> String {
        let named = format!("{directory}\0{account}");
        URL_SAFE_NO_PAD.encode(self.digests.digest("subject", named.as_bytes()).bytes())
    }

    /// The `sub` that a client is told: as it is, or another for each sector (OpenID Connect Core §8.1).
    pub fn subject(&self, proven: &Proven, client: &Client) -> String {
        if !client.pairwise {
            return proven.subject.clone();
        }
        let named = format!("{}\0{}", sector(client), proven.subject);
        URL_SAFE_NO_PAD.encode(self.digests.digest("pairwise", named.as_bytes()).bytes())
    }

    /// The proof that a browser gave before, and the case it came of.
    pub async fn session(&self, token: &Token) -> Option<(Proven, Option<CaseId>)> {
        let found = self
            .store
            .grant(GrantKind::Session, &token.digest(), self.clock.now())
            .await;
        match found {
            Ok(grant) => {
                let grant = grant?;
                Some((serde_json::from_slice(&grant.body).ok()?, grant.case))
            }
            Err(error) => {
                tracing::warn!(error = %causes(&error), "an earlier proof could not be read; the person is asked anew");
                None
            }
        }
    }

    /// Remembers a proof for the browser that gave it, as long as its case is not erased; what the browser keeps.
    pub async fn begin_session(&self, proven: &Proven, case: &CaseId, until: Timestamp) -> Option<Token> {
        let token = Token::random();
        let grant = NewGrant {
            kind: GrantKind::Session,
            digest: token.digest(),
            family: String::new(),
            case: Some(case.clone()),
            until,
            body: Zeroizing::new(serde_json::to_vec(proven).ok()?),
        };
        match self.store.add_grants(&[grant]).await {
            Ok(()) => Some(token),
            Err(error) => {
                tracing::warn!(error = %causes(&error), "a proof could not be remembered; the person is asked anew next time");
                None
            }
        }
    }

    /// Forgets a browser's proof.
    pub async fn end_session(&self, token: &Token) {
        if let Err(error) = self.store.drop_grant(GrantKind::Session, &token.digest()).await {
            tracing::warn!(error = %causes(&error), "a remembered proof could not be forgotten; it ends by its time");
        }
    }
}

/// The host that all of a client's addresses share, or else the client itself (OpenID Connect Core §8.1).
fn sector(client: &Client) -> String {
    let mut hosts: Vec<Option<String>> = client
        .redirect_uris
        .iter()
        .map(|uri| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned)))
        .collect();
    hosts.dedup();
    match hosts.as_slice() {
        [Some(host)] => host.clone(),
        _ => client.id.clone(),
    }
}

//! Revocation (RFC 7009) and introspection (RFC 7662).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::Provider;
use super::form::Parameters;
use super::grant::Access;
use super::machine::Given;
use super::refusal::{Code, Refusal};
use crate::crypto::token::Token;
use crate::store::GrantKind;

impl Provider {
    /// Revokes a token of the client's own. Whether there was one is not told (RFC 7009 §2.2).
    pub async fn revoke(&self, headers: &HeaderMap, mut parameters: Parameters) -> Result<(), Refusal> {
        let endpoint = self.endpoint("revoke");
        let client = self
            .checks
            .client(&self.clients, headers, &mut parameters, &endpoint)
            .await?;
        let text = parameters.require("token", "token is missing")?;
        let Some(digest) = Token::parse(text).map(|token| token.digest()) else {
            return Ok(());
        };
        let now = self.clock.now();
        for kind in [GrantKind::Refresh, GrantKind::Access, GrantKind::Machine] {
            let Some(grant) = self.store.grant(kind, &digest, now).await? else {
                continue;
            };
            let own = match kind {
                GrantKind::Machine => {
                    serde_json::from_slice::<Given>(&grant.body).is_ok_and(|it| it.client == client.id)
                }
                _ => serde_json::from_slice::<Access>(&grant.body).is_ok_and(|it| it.request.client == client.id),
            };
            match kind {
                _ if !own => {}
                // RFC 7009 §2.1: with a refresh token, everything based on the same grant.
                GrantKind::Refresh => drop(self.store.drop_family(&grant.family).await?),
                _ => drop(self.store.drop_grant(kind, &digest).await?),
            }
        }
        Ok(())
    }

    /// Says what a token is worth, to resource servers only. Anything that is not a good access token of ours is said to be
    /// inactive, and nothing else of it (RFC 7662 §2.2).
    pub async fn introspect(&self, headers: &HeaderMap, mut parameters: Parameters) -> Result<Value, Refusal> {
        let endpoint = self.endpoint("introspect");
        let asking = self
            .checks
            .client(&self.clients, headers, &mut parameters, &endpoint)
            .await?;
        if !asking.resource_server {
            return Err(Refusal::new(
                Code::UnauthorizedClient,
                "this client may not ask about tokens",
                "introspection by a client that is no resource server",
            ));
        }
        let text = parameters.require("token", "token is missing")?;
        let Some((access, client, grant)) = self.opened_by(text).await? else {
            return Ok(json!({ "active": false }));
        };
        // RFC 7662 §2.2; `cnf` RFC 9449 §6.2. A member without a value is left out.
        let bound = access.dpop_thumbprint.is_some();
        let mut answer = json!({
            "active": true,
            "iss": self.issuer,
            "sub": self.subject(&access.proven, &client),
            "client_id": client.id,
            "scope": access.scopes.join(" "),
            "iat": access.issued_at.seconds(),
            "exp": grant.until.seconds(),
            "token_type": if bound { "DPoP" } else { "Bearer" },
        });
        if let (Some(thumbprint), Some(members)) = (access.dpop_thumbprint, answer.as_object_mut()) {
            members.insert("cnf".to_owned(), json!({ "jkt": thumbprint }));
        }
        Ok(answer)
    }
}

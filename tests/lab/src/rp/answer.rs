//! The answer: whose it is, what the code is worth, and whether the ID token may be believed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreTokenResponse};
use openidconnect::{AccessTokenHash, AuthorizationCode, NonceVerifier, OAuth2TokenResponse, TokenResponse};
use serde::Deserialize;

use super::hold::{self, Held};
use super::provider::Client;
use super::visit::Pending;
use super::{Fault, Rp};
use crate::play::chain;

/// Clocks differ, and answers take a moment.
const LEEWAY: Duration = Duration::from_secs(30);

/// The parameters of an answer, in an address or a form.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Checks an answer of this browser and trades its code.
pub(super) async fn receive(rp: &Rp, visitor: Option<&str>, answer: Answer) -> Result<Held, Fault> {
    let state = answer.state.as_deref().unwrap_or_default();
    let pending = rp.visitors.take(visitor, state);
    let pending = pending.ok_or(Fault::Distrusted("this browser did not ask for it (state)"))?;
    // RFC 9207 §2.4: before anything else is believed, errors included.
    if answer.iss.as_deref() != Some(rp.provider.issuer()) {
        return Err(Fault::Distrusted("it does not name the provider that was asked (iss)"));
    }
    if let Some(error) = answer.error {
        let description = answer
            .error_description
            .unwrap_or_else(|| "no explanation given".to_owned());
        return Err(Fault::Refused { error, description });
    }
    let code = answer
        .code
        .ok_or(Fault::Distrusted("it holds neither a code nor an error"))?;
    let (client, _) = rp.provider.discover(&rp.world).await?;
    let (nonce, max_age) = (pending.nonce.clone(), pending.max_age);
    let tokens = redeem(rp, &client, code, pending).await?;
    let verifier = verifier(rp, &client).set_auth_time_verifier_fn(move |at| fresh(rp, max_age, at));
    let id_token = believed(&verifier, &tokens, &nonce)?;
    let told = hold::Told {
        iss: answer.iss,
        how: "code",
    };
    hold::gather(rp, &client, &tokens, id_token, told).await
}

async fn redeem(rp: &Rp, client: &Client, code: String, pending: Pending) -> Result<CoreTokenResponse, Fault> {
    let failed = |error: &dyn std::error::Error| Fault::Failed {
        doing: "trading the code",
        why: chain(error),
    };
    let request = client.exchange_code(AuthorizationCode::new(code));
    let request = request
        .map_err(|error| failed(&error))?
        .set_pkce_verifier(pending.verifier);
    let tokens = request.request_async(&rp.provider.wire).await;
    tokens.map_err(|error| failed(&error))
}

/// Checks ID tokens by the lab's clock and with every algorithm that the provider says it signs with.
pub(super) fn verifier<'a>(rp: &'a Rp, client: &'a Client) -> CoreIdTokenVerifier<'a> {
    let clock = &rp.clock;
    client
        .id_token_verifier()
        .set_time_fn(move || clock.now().to_chrono().unwrap_or_default())
}

/// The ID token of a response, checked.
pub(super) fn believed(
    verifier: &CoreIdTokenVerifier<'_>,
    tokens: &CoreTokenResponse,
    nonce: impl NonceVerifier,
) -> Result<CoreIdToken, Fault> {
    let failed = |error: &dyn std::error::Error| Fault::Failed {
        doing: "checking the ID token",
        why: chain(error),
    };
    let id_token = tokens
        .id_token()
        .ok_or(Fault::Distrusted("it came without an ID token"))?;
    let claims = id_token.claims(verifier, nonce).map_err(|error| failed(&error))?;
    if let Some(promised) = claims.access_token_hash() {
        let alg = id_token.signing_alg().map_err(|error| failed(&error))?;
        let key = id_token.signing_key(verifier).map_err(|error| failed(&error))?;
        let found = AccessTokenHash::from_token(tokens.access_token(), alg, key).map_err(|error| failed(&error))?;
        if found != *promised {
            return Err(Fault::Distrusted(
                "the ID token is about another access token (at_hash)",
            ));
        }
    }
    Ok(id_token.clone())
}

/// OpenID Connect Core §3.1.3.7, 13: who asks how old a proof is must look.
fn fresh(rp: &Rp, max_age: Option<Duration>, at: Option<DateTime<Utc>>) -> Result<(), String> {
    let Some(max_age) = max_age else {
        return Ok(());
    };
    let at = at.ok_or("max_age was asked, and auth_time is missing")?;
    let oldest = rp.clock.now().minus(max_age + LEEWAY).seconds();
    if at.timestamp() < oldest {
        return Err("the proof is older than max_age".to_owned());
    }
    Ok(())
}

//! What the relying party holds after a sign-in, and what it does with it: ask userinfo, refresh, revoke, sign out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreGenderClaim, CoreIdToken, CoreTokenResponse};
use openidconnect::{
    AccessToken, AdditionalClaims, CsrfToken, LogoutRequest, Nonce, OAuth2TokenResponse, PostLogoutRedirectUrl,
    RefreshToken, SubjectIdentifier, TokenResponse, UserInfoClaims, UserInfoError,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::provider::Client;
use super::{Fault, Rp, answer};
use crate::play::chain;

/// What a person was given, with what is shown of it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) id_token: CoreIdToken,
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) access: AccessToken,
    pub(super) token_type: String,
    pub(super) seconds: Option<u64>,
    pub(super) scopes: Option<String>,
    pub(super) refresh: Option<RefreshToken>,
    pub(super) userinfo: Result<Value, String>,
    pub(super) told: Told,
}

/// How it came.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The issuer that the answer named.
    pub(super) iss: Option<String>,
    /// `code` or `refresh`.
    pub(super) how: &'static str,
}

/// Every claim that the crate has no name for.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Others {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Others {}

/// Takes a response apart and asks userinfo. That userinfo refuses is shown, not a reason to throw the rest away.
pub(super) async fn gather(
    rp: &Rp,
    client: &Client,
    tokens: &CoreTokenResponse,
    id_token: CoreIdToken,
    told: Told,
) -> Result<Held, Fault> {
    let (header, claims) = parts(&id_token.to_string())?;
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    let subject = SubjectIdentifier::new(subject.to_owned());
    let userinfo = userinfo(rp, client, tokens.access_token().clone(), subject).await;
    let scopes = tokens.scopes().map(|scopes| {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        scopes.join(" ")
    });
    Ok(Held {
        id_token,
        header,
        claims,
        access: tokens.access_token().clone(),
        token_type: tokens.token_type().as_ref().to_owned(),
        seconds: tokens.expires_in().map(|length| length.as_secs()),
        scopes,
        refresh: tokens.refresh_token().cloned(),
        userinfo,
        told,
    })
}

/// Header and claims of a token whose signature was checked.
fn parts(token: &str) -> Result<(Value, Value), Fault> {
    let part = |text: Option<&str>| {
        let bytes = URL_SAFE_NO_PAD.decode(text?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let mut texts = token.split('.');
    let both = part(texts.next()).zip(part(texts.next()));
    both.ok_or(Fault::Distrusted("the ID token is none"))
}

async fn userinfo(rp: &Rp, client: &Client, token: AccessToken, subject: SubjectIdentifier) -> Result<Value, String> {
    let request = client.user_info(token, Some(subject)).map_err(|error| chain(&error))?;
    let claims = request.request_async(&rp.provider.wire).await;
    let claims: UserInfoClaims<Others, CoreGenderClaim> = claims.map_err(|error| match error {
        UserInfoError::Response(status, body, _) => format!("{status} {}", String::from_utf8_lossy(&body)),
        other => chain(&other),
    })?;
    serde_json::to_value(&claims).map_err(|error| error.to_string())
}

/// Trades the refresh token for new tokens.
pub(super) async fn refresh(rp: &Rp, visitor: Option<&str>) -> Result<(), Fault> {
    let failed = |error: &dyn std::error::Error| Fault::Failed {
        doing: "refreshing",
        why: chain(error),
    };
    let held = held(rp, visitor)?;
    let token = held.refresh.as_ref();
    let token = token.ok_or(Fault::Nothing(
        "there is no refresh token: ask for the scope offline_access",
    ))?;
    let (client, _) = rp.provider.discover(&rp.world).await?;
    let request = client.exchange_refresh_token(token).map_err(|error| failed(&error))?;
    let tokens = request.request_async(&rp.provider.wire).await;
    let tokens = tokens.map_err(|error| failed(&error))?;
    let id_token = renewed(rp, &client, &tokens, &held)?;
    let told = Told {
        how: "refresh",
        ..held.told
    };
    let mut next = gather(rp, &client, &tokens, id_token, told).await?;
    // RFC 6749 §6: without a new one the old one stays.
    next.refresh = next.refresh.or(held.refresh);
    rp.visitors.hold(visitor, next);
    Ok(())
}

/// The ID token after a refresh: the new one if there is one, and about the same person (OpenID Connect Core §12.2).
fn renewed(rp: &Rp, client: &Client, tokens: &CoreTokenResponse, held: &Held) -> Result<CoreIdToken, Fault> {
    if tokens.id_token().is_none() {
        return Ok(held.id_token.clone());
    }
    // §12.2: it need not have a nonce.
    let any = |_: Option<&Nonce>| Ok(());
    let id_token = answer::believed(&answer::verifier(rp, client), tokens, any)?;
    let (_, claims) = parts(&id_token.to_string())?;
    if claims.get("sub") == held.claims.get("sub") {
        Ok(id_token)
    } else {
        Err(Fault::Distrusted("the new ID token is about somebody else (sub)"))
    }
}

/// Gives the tokens back (RFC 7009). They stay on the page, so that anybody can see that they are worth nothing.
pub(super) async fn revoke(rp: &Rp, visitor: Option<&str>) -> Result<(), Fault> {
    let failed = |why: String| Fault::Failed { doing: "revoking", why };
    let mut held = held(rp, visitor)?;
    let (client, more) = rp.provider.discover(&rp.world).await?;
    let place = more
        .revocation_endpoint
        .ok_or(Fault::Nothing("the provider takes nothing back"))?;
    let refresh = held.refresh.as_ref().map(|token| (token.secret(), "refresh_token"));
    for (token, hint) in refresh.into_iter().chain([(held.access.secret(), "access_token")]) {
        // By hand: the crate refuses addresses without TLS here, and here only.
        let sent = rp.provider.wire.0.post(place.clone());
        let sent = sent.basic_auth(&rp.world.client_id, Some(rp.world.client_secret.expose_secret()));
        let sent = sent
            .form(&[("token", token.as_str()), ("token_type_hint", hint)])
            .send()
            .await;
        let answered = sent.map_err(|error| failed(chain(&error.without_url())))?;
        if !answered.status().is_success() {
            let status = answered.status();
            return Err(failed(format!(
                "{status} {}",
                answered.text().await.unwrap_or_default()
            )));
        }
    }
    let subject = held
        .claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    held.userinfo = userinfo(rp, &client, held.access.clone(), SubjectIdentifier::new(subject)).await;
    rp.visitors.hold(visitor, held);
    Ok(())
}

/// Forgets everything and leads to the provider, who forgets too (RP-Initiated Logout §2).
pub(super) async fn sign_out(rp: &Rp, visitor: Option<&str>) -> Result<Url, Fault> {
    let held = held(rp, visitor)?;
    let (client, more) = rp.provider.discover(&rp.world).await?;
    rp.visitors.forget(visitor);
    let Some(place) = more.end_session_endpoint else {
        return Ok(rp.world.base.clone());
    };
    let back = PostLogoutRedirectUrl::new(rp.world.base.to_string()).map_err(|error| Fault::Failed {
        doing: "signing out",
        why: chain(&error),
    })?;
    let request = LogoutRequest::from(place)
        .set_id_token_hint(&held.id_token)
        .set_client_id(client.client_id().clone())
        .set_post_logout_redirect_uri(back)
        .set_state(CsrfToken::new_random());
    Ok(request.http_get_url())
}

fn held(rp: &Rp, visitor: Option<&str>) -> Result<Held, Fault> {
    rp.visitors.held(visitor).ok_or(Fault::Nothing("nobody is signed in"))
}

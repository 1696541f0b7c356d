//! The question: an authorization request with what the person at the page wishes for.

use std::time::Duration;

use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{AuthenticationContextClass, CsrfToken, LoginHint, Nonce, PkceCodeChallenge, Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::visit::Pending;
use super::{Fault, Rp};

/// What the form on the page sends. Everything may be empty.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    login_hint: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    acr_values: String,
    #[serde(default)]
    prompt: String,
    #[serde(default)]
    max_age: String,
    verified: Option<String>,
    form_post: Option<String>,
}

/// The address to send the browser to, and what its answer is checked against.
pub(super) async fn ask(rp: &Rp, wish: &Wish) -> Result<(Url, Pending), Fault> {
    let max_age = max_age(&wish.max_age)?;
    let (client, _) = rp.provider.discover(&rp.world).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .set_pkce_challenge(challenge);
    // The crate adds `openid` itself.
    let scopes = wish.scope.split_whitespace().filter(|scope| *scope != "openid");
    request = request.add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())));
    for purpose in wish.acr_values.split_whitespace() {
        request = request.add_auth_context_value(AuthenticationContextClass::new(purpose.to_owned()));
    }
    for prompt in wish.prompt.split_whitespace() {
        request = request.add_prompt(self::prompt(prompt));
    }
    let login = wish.login_hint.trim();
    if !login.is_empty() {
        request = request.set_login_hint(LoginHint::new(login.to_owned()));
    }
    if let Some(max_age) = max_age {
        request = request.set_max_age(max_age);
    }
    if wish.verified.is_some() {
        request = request.add_extra_param("claims", claims().to_string());
    }
    if wish.form_post.is_some() {
        request = request.add_extra_param("response_mode", "form_post");
    }
    let (url, state, nonce) = request.url();
    let pending = Pending {
        state,
        nonce,
        verifier,
        max_age,
    };
    Ok((url, pending))
}

fn max_age(typed: &str) -> Result<Option<Duration>, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let seconds = typed.parse();
    let seconds = seconds.map_err(|_| Fault::Wish("max_age is a number of seconds"))?;
    Ok(Some(Duration::from_secs(seconds)))
}

fn prompt(word: &str) -> CoreAuthPrompt {
    match word {
        "none" => CoreAuthPrompt::None,
        "login" => CoreAuthPrompt::Login,
        "consent" => CoreAuthPrompt::Consent,
        "select_account" => CoreAuthPrompt::SelectAccount,
        other => CoreAuthPrompt::Extension(other.to_owned()),
    }
}

/// Asks for the verified name and date of birth in both places (OpenID Connect for Identity Assurance 1.0).
fn claims() -> Value {
    let verified = json!({
        "verification": {"trust_framework": null, "time": null},
        "claims": {"given_name": null, "family_name": null, "birthdate": null},
    });
    json!({"id_token": {"verified_claims": verified}, "userinfo": {"verified_claims": verified}})
}

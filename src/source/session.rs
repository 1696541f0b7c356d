//! A browser that proved itself a while ago. Only clients that say so take an earlier proof for a fresh one; for everybody
//! else each request is a new check, because a check is what they came for.

use axum::http::HeaderMap;
use axum::response::Response;

use super::Door;
use crate::case::CaseId;
use crate::crypto::token::Token;
use crate::provider::client::Client;
use crate::provider::{Prompt, Proven, Request};

/// The proof that this browser gave before, if it answers this request: young enough, of the right person, and nobody
/// asked for a new one (OpenID Connect Core §3.1.2.1: `prompt`, `max_age`, `id_token_hint`).
pub(super) async fn fitting(
    door: &Door,
    headers: &HeaderMap,
    request: &Request,
    client: &Client,
) -> Option<(Proven, Option<CaseId>)> {
    let anew = |prompt: &Prompt| matches!(prompt, Prompt::Login | Prompt::Consent | Prompt::SelectAccount);
    if client.session.is_zero() || request.prompt.iter().any(anew) {
        return None;
    }
    let (proven, case) = kept(door, headers).await?;
    let age = door.flow.now().since(proven.proven_at);
    let young = age <= client.session && request.max_age.is_none_or(|most| most > 0 && age.as_secs() <= most);
    let same = |wanted: &Option<String>, had: Option<&str>| {
        wanted
            .as_deref()
            .is_none_or(|wanted| had.is_some_and(|had| had.eq_ignore_ascii_case(wanted)))
    };
    let right =
        same(&request.login_hint, proven.login.as_deref()) && request.is_about(&door.provider.subject(&proven, client));
    // What is wished for and cannot be had by this client binds nobody (OpenID Connect Core §3.1.2.1, `acr_values`).
    let mut wished = request
        .acr_values
        .iter()
        .filter(|name| client.purposes.contains(name))
        .peekable();
    let purpose = wished.peek().is_none() || wished.any(|name| *name == proven.purpose);
    let known = client.purposes.contains(&proven.purpose);
    (young && right && purpose && known).then_some((proven, case))
}

/// The proof that this browser keeps, and the case it came of.
pub(super) async fn kept(door: &Door, headers: &HeaderMap) -> Option<(Proven, Option<CaseId>)> {
    let token = Token::parse(Door::cookie(headers, name(door))?)?;
    door.provider.session(&token).await
}

/// Remembers this browser's proof, for clients that will take it.
pub(super) async fn remember(door: &Door, response: &mut Response, client: &Client, proven: &Proven, case: &CaseId) {
    if client.session.is_zero() {
        return;
    }
    let until = proven.proven_at.plus(client.session);
    let Some(token) = door.provider.begin_session(proven, case, until).await else {
        return;
    };
    door.set_cookie(response, name(door), &token.text(), client.session.as_secs());
}

/// Forgets this browser's proof, here and there.
pub(super) async fn forget(door: &Door, headers: &HeaderMap, response: &mut Response) {
    if let Some(token) = Door::cookie(headers, name(door)).and_then(Token::parse) {
        door.provider.end_session(&token).await;
    }
    door.set_cookie(response, name(door), "", 0);
}

fn name(door: &Door) -> &'static str {
    if door.secure {
        "__Host-doorward-session"
    } else {
        "doorward-session"
    }
}

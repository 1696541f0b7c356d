//! The token endpoint: codes and refresh tokens are exchanged, each once (RFC 6749 §4.1.3, §6; RFC 9700 §4.14).

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, Method};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Provider;
use super::client::{Auth, Client, Profile};
use super::dpop::{For, Nonce};
use super::form::Parameters;
use super::grant::{Access, Code};
use super::refusal::{self, Refusal};
use super::request::Request;
use crate::audit::{Event, Fact};
use crate::crypto::token::{Digest, Token};
use crate::store::{Grant, GrantKind, NewGrant};
use doorward_contract::Timestamp;

/// What is given out together.
struct Issue<'a> {
    access: &'a Access,
    family: &'a str,
    case: Option<crate::case::CaseId>,
    /// Until when refresh tokens of this family live at most; none if there shall be none.
    refresh_until: Option<Timestamp>,
    /// What the refresh token stands for: all that was granted, whatever this access token was narrowed to (RFC 6749 §6).
    granted: &'a [String],
}

impl Provider {
    /// Exchanges what is sent for tokens.
    pub async fn token(&self, headers: &HeaderMap, mut parameters: Parameters) -> Result<Value, Refusal> {
        let endpoint = self.endpoint("token");
        let client = self
            .checks
            .client(&self.clients, headers, &mut parameters, &endpoint)
            .await?;
        let proof = For {
            method: &Method::POST,
            url: &endpoint,
            profile: client.profile,
            // A nonce of ours keeps proofs from being made in advance (RFC 9449 §8, §11.2).
            nonce: Nonce::Required,
            token: None,
        };
        let held = self.checks.held(headers, &proof).await?.map(|held| held.jkt);
        if client.dpop && held.is_none() {
            let description = "this client binds its tokens: send a DPoP proof";
            return Err(Refusal::new(
                refusal::Code::InvalidDpopProof,
                description,
                "proof missing",
            ));
        }
        match parameters.require("grant_type", "grant_type is missing")? {
            "authorization_code" => self.redeem(&client, &parameters, held).await,
            "refresh_token" => self.refresh(&client, &parameters, held).await,
            "client_credentials" => self.for_itself(&client, &parameters).await,
            _ => Err(Refusal::new(
                refusal::Code::UnsupportedGrantType,
                "grant_type must be authorization_code, refresh_token or client_credentials",
                "unknown grant type",
            )),
        }
    }

    /// RFC 6749 §4.1.3: a code for tokens, once.
    async fn redeem(
        &self,
        client: &Arc<Client>,
        parameters: &Parameters,
        held: Option<String>,
    ) -> Result<Value, Refusal> {
        let now = self.clock.now();
        let code = parameters.require("code", "code is missing")?;
        let digest = Token::parse(code).ok_or(stale("code malformed"))?.digest();
        let grant = self.store.grant(GrantKind::Code, &digest, now).await?;
        let grant = grant.ok_or(stale("code unknown or expired"))?;
        let Code { request, proven } = read(&grant)?;
        check_code(client, &request, parameters, held.as_deref())?;
        if grant.used {
            return self.reused(client, &grant, code_reused(client)).await;
        }
        if now >= grant.until.minus(self.lifetimes.access) {
            return Err(stale("code expired"));
        }
        let offline = request.scopes.iter().any(|scope| scope == "offline_access");
        let access = Access {
            scopes: request.scopes.clone(),
            dpop_thumbprint: held,
            issued_at: now,
            request,
            proven,
        };
        let answer = if client.profile == Profile::OktaVendor {
            self.issue_to_okta(client, &digest, &access).await?
        } else {
            let issue = Issue {
                access: &access,
                family: &grant.family,
                case: grant.case.clone(),
                refresh_until: (offline && !client.refresh.is_zero()).then(|| now.plus(client.refresh)),
                granted: &access.scopes,
            };
            self.issue(client, GrantKind::Code, &digest, issue).await?
        };
        match answer {
            Some(answer) => Ok(answer),
            None => self.reused(client, &grant, code_reused(client)).await,
        }
    }

    /// Okta wants the ID token and nothing else (okta.md §1.7). `None` if somebody else was first.
    async fn issue_to_okta(&self, client: &Client, digest: &Digest, access: &Access) -> Result<Option<Value>, Refusal> {
        let id_token = self.id_token(client, &access.request, &access.proven, None).await?;
        let now = self.clock.now();
        if !self.store.exchange(GrantKind::Code, digest, now, &[]).await? {
            return Ok(None);
        }
        let life = self.lifetimes.okta_id_token.as_secs();
        Ok(Some(
            json!({ "id_token": id_token, "token_type": "Bearer", "expires_in": life }),
        ))
    }

    /// RFC 6749 §6, with rotation: a refresh token works once, and one that comes twice ends the whole family, since
    /// nobody can tell who of the two stole it (RFC 9700 §4.14.2).
    async fn refresh(
        &self,
        client: &Arc<Client>,
        parameters: &Parameters,
        held: Option<String>,
    ) -> Result<Value, Refusal> {
        let now = self.clock.now();
        let token = parameters.require("refresh_token", "refresh_token is missing")?;
        let digest = Token::parse(token).ok_or(stale("refresh token malformed"))?.digest();
        let grant = self.store.grant(GrantKind::Refresh, &digest, now).await?;
        let grant = grant.ok_or(stale("refresh token unknown or expired"))?;
        let mut access: Access = read(&grant)?;
        if access.request.client != client.id {
            return Err(stale("refresh token of another client"));
        }
        // RFC 9449 §5: a public client's refresh token is bound to its key; a confidential one is bound by its secret, and
        // stays with the kind of token it began with.
        let bound = access.dpop_thumbprint.is_some();
        if (bound && held.is_none()) || (client.auth == Auth::None && access.dpop_thumbprint != held) {
            return Err(stale("refresh token bound to another key"));
        }
        if grant.used {
            return self.reused(client, &grant, refresh_reused(client)).await;
        }
        let narrowed = narrower(&access.scopes, parameters.get("scope"))?;
        let granted = std::mem::replace(&mut access.scopes, narrowed);
        access.dpop_thumbprint = held;
        access.issued_at = now;
        // OpenID Connect Core §12.2: the nonce was for the first ID token.
        access.request.nonce = None;
        // FAPI 2.0 Security Profile §5.3.2.1: no rotation, because who loses an answer would lose everything, and the token is
        // bound to the client's keys anyway.
        let turns = client.profile != Profile::Fapi2;
        let issue = Issue {
            access: &access,
            family: &grant.family,
            case: grant.case.clone(),
            // As long as the first one would have lived, and no longer.
            refresh_until: turns.then_some(grant.until),
            granted: &granted,
        };
        if !turns {
            return self.issue_beside(client, &digest, issue).await;
        }
        match self.issue(client, GrantKind::Refresh, &digest, issue).await? {
            Some(answer) => Ok(answer),
            None => self.reused(client, &grant, refresh_reused(client)).await,
        }
    }

    /// Uses `digest` up and gives out tokens for it, in one transaction. `None` if somebody else was first.
    async fn issue(
        &self,
        client: &Arc<Client>,
        kind: GrantKind,
        digest: &Digest,
        issue: Issue<'_>,
    ) -> Result<Option<Value>, Refusal> {
        let (grants, answer) = self.made(client, &issue).await?;
        let first = self.store.exchange(kind, digest, self.clock.now(), &grants).await?;
        Ok(first.then_some(answer))
    }

    /// Gives out tokens beside a refresh token that stays good.
    async fn issue_beside(&self, client: &Arc<Client>, digest: &Digest, issue: Issue<'_>) -> Result<Value, Refusal> {
        let (grants, answer) = self.made(client, &issue).await?;
        self.store.add_grants(&grants).await?;
        // Revoked meanwhile: then what was just kept was not there yet to be revoked.
        let still = self.store.grant(GrantKind::Refresh, digest, self.clock.now()).await?;
        if still.is_none() {
            self.store.drop_family(issue.family).await?;
            return Err(stale("refresh token revoked meanwhile"));
        }
        Ok(answer)
    }

    /// Tokens, as they are kept and as they are told.
    async fn made(&self, client: &Arc<Client>, issue: &Issue<'_>) -> Result<(Vec<NewGrant>, Value), Refusal> {
        let now = self.clock.now();
        let access = issue.access;
        let token = Token::random();
        let text = token.text();
        let mut grants = vec![kept(issue, GrantKind::Access, &token, now.plus(self.lifetimes.access))?];
        let refresh = issue.refresh_until.map(|until| (Token::random(), until));
        if let Some((refresh, until)) = &refresh {
            grants.push(kept(issue, GrantKind::Refresh, refresh, *until)?);
        }
        let id_token = self
            .id_token(client, &access.request, &access.proven, Some(&text))
            .await?;
        let mut answer = json!({
            "access_token": text,
            "token_type": if access.dpop_thumbprint.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": self.lifetimes.access.as_secs(),
            "id_token": id_token,
            "scope": access.scopes.join(" "),
        });
        if let (Some((refresh, _)), Some(members)) = (refresh, answer.as_object_mut()) {
            members.insert("refresh_token".to_owned(), json!(refresh.text()));
        }
        Ok((grants, answer))
    }

    /// What was used before comes again: everything that came of it ends (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
    async fn reused(&self, client: &Client, grant: &Grant, fact: Fact) -> Result<Value, Refusal> {
        self.store.drop_family(&grant.family).await?;
        let now = self.clock.now();
        let event = match &grant.case {
            Some(case) => Event::of(case, now, fact),
            None => Event::apart(now, fact),
        };
        self.store.note(&[event]).await?;
        tracing::error!(
            client = client.name,
            "a code or refresh token of client {} was used twice; what came of it is revoked",
            client.name
        );
        Err(stale("used before"))
    }
}

fn kept(issue: &Issue<'_>, kind: GrantKind, token: &Token, until: Timestamp) -> Result<NewGrant, Refusal> {
    let mut access = issue.access.clone();
    if kind == GrantKind::Refresh {
        access.scopes = issue.granted.to_vec();
    }
    let body = serde_json::to_vec(&access)
        .map_err(|_| Refusal::new(refusal::Code::ServerError, "try again", "a token could not be written"))?;
    Ok(NewGrant {
        kind,
        digest: token.digest(),
        family: issue.family.to_owned(),
        case: issue.case.clone(),
        until,
        body: Zeroizing::new(body),
    })
}

fn code_reused(client: &Client) -> Fact {
    Fact::CodeReused {
        client: client.name.clone(),
    }
}

fn refresh_reused(client: &Client) -> Fact {
    Fact::RefreshReused {
        client: client.name.clone(),
    }
}

/// RFC 6749 §4.1.3, in its order; then PKCE (RFC 7636 §4.6) and the key (RFC 9449 §10).
fn check_code(client: &Client, request: &Request, parameters: &Parameters, held: Option<&str>) -> Result<(), Refusal> {
    if request.client != client.id {
        return Err(stale("code of another client"));
    }
    if parameters.get("redirect_uri") != Some(&request.redirect_uri) {
        return Err(stale("redirect_uri is another"));
    }
    check_verifier(request.challenge.as_deref(), parameters.get("code_verifier"))?;
    if request.dpop_thumbprint.is_some() && request.dpop_thumbprint.as_deref() != held {
        return Err(stale("code bound to another key"));
    }
    Ok(())
}

/// RFC 7636 §4.6, S256; RFC 9700 §2.1.1: a verifier without a challenge means that somebody took the challenge away.
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(stale("verifier without a challenge")),
        (Some(_), None) => Err(stale("verifier missing")),
        (Some(challenge), Some(verifier)) => {
            let hashed = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            if hashed.as_bytes().ct_eq(challenge.as_bytes()).into() {
                Ok(())
            } else {
                Err(stale("verifier of another challenge"))
            }
        }
    }
}

/// RFC 6749 §6: never more than was granted.
fn narrower(granted: &[String], asked: Option<&str>) -> Result<Vec<String>, Refusal> {
    let Some(asked) = asked else {
        return Ok(granted.to_vec());
    };
    let wanted: Vec<String> = asked
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    if wanted.iter().all(|scope| granted.contains(scope)) {
        Ok(wanted)
    } else {
        Err(Refusal::new(
            refusal::Code::InvalidScope,
            "scope holds more than was granted",
            "scope widened",
        ))
    }
}

fn read<T: serde::de::DeserializeOwned>(grant: &Grant) -> Result<T, Refusal> {
    serde_json::from_slice(&grant.body)
        .map_err(|_| Refusal::new(refusal::Code::ServerError, "try again", "kept grant unreadable"))
}

/// Whatever is the matter with a code or a refresh token, the client is told the same.
pub(super) const fn stale(why: &'static str) -> Refusal {
    Refusal::new(
        refusal::Code::InvalidGrant,
        "the code or refresh token is not valid for this client and request",
        why,
    )
}

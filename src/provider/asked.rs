//! Somebody arrives at the authorization endpoint: which client's request it is, whether it may be asked, and where to say
//! that it may not.
//!
//! Pushed requests RFC 9126 §4; signed request objects RFC 9101; what may not be redirected RFC 6749 §4.1.2.1.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::client::{Client, Profile};
use super::form::Parameters;
use super::refusal::{Code, Refusal, Why};
use super::request::{Mode, Request};
use super::{Provider, okta};
use crate::crypto::token::{Digest, Token};
use crate::store::{GrantKind, NewGrant};
use doorward_contract::{Account, Timestamp};

/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that may be asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is asked.
    pub request: Request,
    /// By whom.
    pub client: Arc<Client>,
    /// The account's record, where the client sent it along.
    pub record: Option<Account>,
    /// What is kept of the `request_uri` it was pushed under.
    pub pushed_as: Option<Digest>,
}

/// A request that may not be asked.
#[derive(Debug)]
pub enum Refused {
    /// Where to say so is not certain: a page of ours says it.
    Here {
        /// Which check failed, for the record.
        why: Why,
        /// The client, where it is known.
        client: Option<Arc<Client>>,
    },
    /// The `request_uri` was taken up before.
    Used {
        /// What is kept of it.
        digest: Digest,
    },
    /// The client is told, at an address of its own.
    Back {
        /// The client.
        client: Arc<Client>,
        /// One of its addresses.
        redirect_uri: String,
        /// How it is told.
        mode: Mode,
        /// Given back as it came.
        state: Option<String>,
        /// What it is told.
        refusal: Refusal,
    },
}

impl Refused {
    /// Said on a page of ours.
    pub fn here(refusal: &Refusal) -> Self {
        let (why, client) = (refusal.why, None);
        Self::Here { why, client }
    }

    /// Said to the client that asked.
    pub fn back(asked: &Asked, refusal: Refusal) -> Self {
        Self::Back {
            client: asked.client.clone(),
            redirect_uri: asked.request.redirect_uri.clone(),
            mode: asked.request.mode,
            state: asked.request.state.clone(),
            refusal,
        }
    }
}

impl Provider {
    /// What somebody who arrives at the authorization endpoint was sent with.
    pub async fn asked(&self, parameters: Parameters) -> Result<Asked, Refused> {
        match parameters.get("request_uri").and_then(|uri| uri.strip_prefix(PUSHED)) {
            Some(name) => self.take_up(name, &parameters).await,
            None => self.asked_openly(parameters).await,
        }
    }

    /// RFC 9126 §4: the pushed parameters count and no others; each request is taken up once (§7.3).
    async fn take_up(&self, name: &str, parameters: &Parameters) -> Result<Asked, Refused> {
        let here = |why| Refused::Here { why, client: None };
        let digest = Token::parse(name).ok_or(here("request_uri malformed"))?.digest();
        let now = self.clock.now();
        let grant = self
            .store
            .grant(GrantKind::Request, &digest, now)
            .await
            .map_err(failed)?;
        let grant = grant.ok_or(here("request_uri unknown or expired"))?;
        let asked = self.of_grant(&grant.body, Some(digest))?;
        let client = Some(asked.client.clone());
        match parameters.get("client_id") {
            Some(id) if id == asked.client.id => {}
            // Okta sends people with the `request_uri` alone (okta.md §1.6).
            None if asked.client.profile == Profile::OktaVendor => {}
            _ => {
                let why = "client_id is not the one that pushed";
                return Err(Refused::Here { why, client });
            }
        }
        if grant.used
            || !self
                .store
                .exchange(GrantKind::Request, &digest, now, &[])
                .await
                .map_err(failed)?
        {
            return Err(Refused::Used { digest });
        }
        Ok(asked)
    }

    fn of_grant(&self, body: &[u8], pushed_as: Option<Digest>) -> Result<Asked, Refused> {
        let here = |why| Refused::Here { why, client: None };
        let request: Request = serde_json::from_slice(body).map_err(|_| here("kept request unreadable"))?;
        let client = self.clients.get(&request.client).cloned();
        let client = client.ok_or(here("client no longer registered"))?;
        let record = match client.profile {
            Profile::OktaVendor => okta::record(&request),
            _ => None,
        };
        Ok(Asked {
            request,
            client,
            record,
            pushed_as,
        })
    }

    /// A request in the address itself, or in a signed object there.
    async fn asked_openly(&self, parameters: Parameters) -> Result<Asked, Refused> {
        let id = parameters.get("client_id").unwrap_or_default();
        let client = self.clients.get(id).cloned().ok_or(Refused::Here {
            why: "unknown client",
            client: None,
        })?;
        // Whatever is wrong from here on is told where the address itself says, if that is one of the client's own.
        let sent = parameters.clone();
        let told = |refusal: Refusal| match sent.get("redirect_uri") {
            Some(uri) if client.redirect_uris.iter().any(|own| own == uri) => Refused::Back {
                client: client.clone(),
                redirect_uri: uri.to_owned(),
                mode: mode(&sent),
                state: sent.get("state").map(str::to_owned),
                refusal,
            },
            _ => Refused::Here {
                why: refusal.why,
                client: Some(client.clone()),
            },
        };
        if parameters.get("request_uri").is_some() {
            let description = "only request_uris of this server's own are taken";
            return Err(told(Refusal::new(
                Code::RequestUriNotSupported,
                description,
                "foreign request_uri",
            )));
        }
        let parameters = self.opened(&client, parameters).await.map_err(&told)?;
        let request = self.checked(&client, parameters, false).await?;
        Ok(Asked {
            request,
            client,
            record: None,
            pushed_as: None,
        })
    }

    /// Keeps a question until the person has said whose account it is about.
    pub async fn park(&self, token: &Token, asked: &Asked, until: Timestamp) -> Result<(), Refusal> {
        self.keep_request(token, &asked.request, until).await
    }

    /// Keeps a request that was checked until it is taken up.
    pub(super) async fn keep_request(&self, token: &Token, request: &Request, until: Timestamp) -> Result<(), Refusal> {
        let grant = NewGrant {
            kind: GrantKind::Request,
            digest: token.digest(),
            family: String::new(),
            case: None,
            until,
            body: Zeroizing::new(serde_json::to_vec(request).map_err(|_| unreadable())?),
        };
        Ok(self.store.add_grants(&[grant]).await?)
    }

    /// The question that was kept, once; `None` if it was taken up or waited too long.
    pub async fn unpark(&self, token: &Token) -> Result<Option<Asked>, Refusal> {
        let (digest, now) = (token.digest(), self.clock.now());
        let Some(grant) = self.store.grant(GrantKind::Request, &digest, now).await? else {
            return Ok(None);
        };
        let asked = self.of_grant(&grant.body, None).map_err(|_| unreadable())?;
        if !self.store.exchange(GrantKind::Request, &digest, now, &[]).await? {
            return Ok(None);
        }
        Ok(Some(asked))
    }
}

/// How the client wants to be told, as far as it says so in a way that exists.
fn mode(parameters: &Parameters) -> Mode {
    match parameters.get("response_mode") {
        Some("form_post") => Mode::FormPost,
        _ => Mode::Query,
    }
}

fn unreadable() -> Refusal {
    Refusal::new(Code::ServerError, "try again", "kept request unreadable")
}

fn failed(error: crate::store::Error) -> Refused {
    Refused::here(&error.into())
}

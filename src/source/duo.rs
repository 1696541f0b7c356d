//! `/duo/start`: where the help link of Duo's Universal Prompt leads, and links that a ticket system signs.
//!
//! Duo.md §1.3 and §1.6. Duo's help link is one address for everybody and says nothing about who follows it, so whoever
//! comes is anonymous: the same page, the same answer and the same limits as at the recovery page. A signed link names the
//! account; like a helpdesk's it consumes nothing when it is looked at, because mail scanners look at every link. Nobody is
//! led on to an address that the settings do not name.

use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::SecretString;
use serde::Deserialize;
use url::form_urlencoded;

use super::client::Client;
use super::signed::{self, Claims, Fault};
use super::{Door, kept, link, looked_at, portal};
use crate::audit::Fact;
use crate::case::Case;
use crate::case::policy::Purpose;
use crate::cause::causes;
use crate::crypto::token::Digest;
use crate::flow::signed::Signed;
use crate::pages::{Choice, Invited, Login, LoginError, Notice, Welcome, path};

/// What is agreed with a Duo account that leads people here.
#[derive(Clone, Debug)]
pub struct Start {
    /// The source's name.
    pub name: String,
    /// Where people may be led back to, letter by letter.
    pub return_to: Vec<String>,
    /// Who may sign links.
    pub links: Option<Links>,
}

/// Who may sign links, and for how long.
#[derive(Clone, Debug)]
pub struct Links {
    /// What `iss` must say.
    pub issuer: String,
    /// What `aud` must say: the source's own address.
    pub audience: String,
    /// The secrets, any of which will do.
    pub secrets: Vec<SecretString>,
    /// The longest that a link may be good for.
    pub lifetime: Duration,
}

/// The paths: the first source has the short ones too.
pub fn routes() -> Router<Door> {
    Router::new()
        .route("/duo/start", get(first).post(first_named))
        .route("/duo/{name}/start", get(look).post(named))
        .route("/duo/{name}/link", post(accept))
}

/// Where a person may go on to when everything is done: what the case was opened with, if the settings still allow it.
pub fn way_back(door: &Door, case: &Case) -> Option<String> {
    let start = door.duo.iter().find(|start| start.name == case.source)?;
    let wanted = case.back_to.as_deref()?;
    start.return_to.iter().find(|known| *known == wanted).cloned()
}

/// What stands in the query. A name that comes twice says nothing: two readers might choose differently.
struct Asked {
    purpose: Option<String>,
    token: Option<String>,
    return_to: Option<String>,
    /// Something came twice.
    twice: bool,
}

impl Asked {
    fn of(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let mut twice = false;
        let mut one = |name: &str| {
            let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
            let first = values.next().cloned();
            twice |= values.next().is_some();
            first.filter(|value| !value.is_empty())
        };
        let (purpose, token, return_to) = (one(path::PURPOSE), one("token"), one(path::RETURN_TO));
        Self {
            purpose,
            token,
            return_to,
            twice,
        }
    }
}

async fn first(State(door): State<Door>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    match door.duo.first() {
        Some(start) => arrive(&door, start, &Asked::of(query.as_deref()), &headers).await,
        None => door.show(Notice::NotFound),
    }
}

async fn look(
    State(door): State<Door>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match door.duo.iter().find(|start| start.name == name) {
        Some(start) => arrive(&door, start, &Asked::of(query.as_deref()), &headers).await,
        None => door.show(Notice::NotFound),
    }
}

/// Somebody comes: with a signed link, or as anybody.
async fn arrive(door: &Door, start: &Start, asked: &Asked, headers: &HeaderMap) -> Response {
    if asked.twice {
        return door.show(Notice::BadRequest { support: None });
    }
    let return_to = allowed(door, start, asked.return_to.as_deref()).await;
    if let Some(token) = &asked.token {
        return invite(door, start, token, return_to, headers).await;
    }
    if let Some(closed) = portal::closed(door).await {
        return closed;
    }
    let purposes = door.purposes_of(&start.name);
    let action = format!("/duo/{}/start", start.name);
    match offered(&purposes, asked.purpose.as_deref()) {
        Some(purpose) => door.show(Login {
            purpose: purpose.name.clone(),
            action,
            return_to,
            error: None,
            value: String::new(),
        }),
        None if asked.purpose.is_none() => door.show(Welcome {
            choices: purposes.iter().map(|purpose| choice(purpose)).collect(),
            form_action: action,
            return_to,
            looked_at: looked_at(&purposes),
            kept: kept(&purposes),
        }),
        None => door.show(Notice::NotFound),
    }
}

fn choice(purpose: &Purpose) -> Choice {
    Choice {
        name: purpose.name.clone(),
        title: purpose.title.clone(),
    }
}

/// The purpose asked for if the source opens it; the only one it opens if none is asked for.
fn offered<'p>(purposes: &[&'p Purpose], asked: Option<&str>) -> Option<&'p Purpose> {
    match asked {
        Some(name) => purposes.iter().find(|purpose| purpose.name == name).copied(),
        None if purposes.len() == 1 => purposes.first().copied(),
        None => None,
    }
}

/// A way back that the settings name. Any other is left out and written down: somebody may be laying a trap with our
/// address (RFC 9700 §4.11: no open redirector).
async fn allowed(door: &Door, start: &Start, wanted: Option<&str>) -> Option<String> {
    let wanted = wanted?;
    let known = start.return_to.iter().find(|known| *known == wanted).cloned();
    if known.is_none() {
        let fact = Fact::WayBackIgnored {
            source: start.name.clone(),
        };
        if let Err(error) = door.flow.note_apart("way back", fact).await {
            tracing::warn!(error = %causes(&error), "a way back that is not allowed could not be written down");
        }
    }
    known
}

/// What the page that asks whose account it is sends.
#[derive(Deserialize)]
struct Named {
    purpose: Option<String>,
    #[serde(default)]
    login: String,
    return_to: Option<String>,
}

async fn first_named(State(door): State<Door>, client: Client, form: Form<Named>) -> Response {
    match door.duo.first() {
        Some(start) => open(&door, start, client, form.0).await,
        None => door.show(Notice::NotFound),
    }
}

async fn named(State(door): State<Door>, Path(name): Path<String>, client: Client, form: Form<Named>) -> Response {
    match door.duo.iter().find(|start| start.name == name) {
        Some(start) => open(&door, start, client, form.0).await,
        None => door.show(Notice::NotFound),
    }
}

/// Opens a case for the account that a person named, exactly as at the recovery page.
async fn open(door: &Door, start: &Start, Client(address): Client, named: Named) -> Response {
    let purposes = door.purposes_of(&start.name);
    let Some(purpose) = offered(&purposes, named.purpose.as_deref()) else {
        return door.show(Notice::NotFound);
    };
    // The page came from here, the form from anywhere.
    let return_to = allowed(door, start, named.return_to.as_deref()).await;
    let typed = named.login.trim();
    if let Some((error, value)) = LoginError::of(typed) {
        return door.show(Login {
            purpose: purpose.name.clone(),
            action: format!("/duo/{}/start", start.name),
            return_to,
            error: Some(error),
            value,
        });
    }
    let opened = door
        .flow
        .open_portal(&purpose.name, &start.name, typed, address, return_to);
    match opened.await {
        Ok(bound) => door.bind(&bound.key, path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// Shows where a signed link leads. It stays unused.
async fn invite(door: &Door, start: &Start, token: &str, return_to: Option<String>, headers: &HeaderMap) -> Response {
    let claims = match check(door, start, token).await {
        Ok((claims, _)) => claims,
        Err(page) => return page,
    };
    match door.flow.case_of_signed(&once(start, &claims)).await {
        // Whoever used it may come back by it; everybody else is told that it was used.
        Ok(Some(case)) if link::owns(door, headers, &case).await => return door.on_to(path::CASE),
        Ok(Some(_)) => return door.show(Notice::LinkUsed),
        Ok(None) => {}
        Err(error) => return door.fail(&error),
    }
    let purposes = door.purposes_of(&start.name);
    let title = offered(&purposes, claims.purpose.as_deref()).map(|purpose| purpose.title.clone());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("token", token);
    if let Some(address) = &return_to {
        query.append_pair(path::RETURN_TO, address);
    }
    door.show(Invited {
        company: door.company.to_string(),
        requester: claims.iss().to_owned(),
        ticket: claims.ticket.clone(),
        purpose_title: title.unwrap_or_default(),
        // The case does not exist yet, and its words do not.
        words: None,
        action: format!("/duo/{}/link?{}", start.name, query.finish()),
    })
}

/// A person takes a signed link up: it is used from here on, and its case belongs to this browser.
async fn accept(
    State(door): State<Door>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(start) = door.duo.iter().find(|start| start.name == name) else {
        return door.show(Notice::NotFound);
    };
    let asked = Asked::of(query.as_deref());
    let (Some(token), false) = (&asked.token, asked.twice) else {
        return door.show(Notice::BadRequest { support: None });
    };
    let (claims, purpose) = match check(&door, start, token).await {
        Ok(found) => found,
        Err(page) => return page,
    };
    let back_to = allowed(&door, start, asked.return_to.as_deref()).await;
    let wish = Signed {
        once: once(start, &claims),
        purpose,
        source: start.name.clone(),
        issuer: claims.iss().to_owned(),
        login: claims.sub.trim().to_owned(),
        ticket: claims.ticket,
        back_to,
    };
    if let Ok(Some(case)) = door.flow.case_of_signed(&wish.once).await
        && link::owns(&door, &headers, &case).await
    {
        return door.on_to(path::CASE);
    }
    match door.flow.open_signed(wish).await {
        Ok(Some(bound)) => door.bind(&bound.key, path::CASE),
        Ok(None) => door.show(Notice::LinkUsed),
        Err(error) => door.fail(&error),
    }
}

/// What a link says and which purpose it is for; or the page of whoever brings one that is not good.
async fn check(door: &Door, start: &Start, token: &str) -> Result<(Claims, String), Response> {
    let fault = match &start.links {
        None => Fault::Unfit("signed link: nobody may sign any"),
        Some(links) => match signed::read(token, links, door.flow.now()) {
            Err(fault) => fault,
            Ok(claims) => match offered(&door.purposes_of(&start.name), claims.purpose.as_deref()) {
                Some(purpose) => return Ok((claims, purpose.name.clone())),
                None => Fault::Unfit("signed link: no such purpose"),
            },
        },
    };
    if let Err(error) = door.flow.turned_away(&start.name, fault.why()).await {
        tracing::warn!(error = %causes(&error), "a link that is not good could not be written down");
    }
    Err(door.show(match fault {
        Fault::Late => Notice::LinkExpired,
        Fault::Unfit(_) => Notice::BadRequest { support: None },
    }))
}

/// What a link is known by once it is used. Ids are their signer's own: another source's are others.
fn once(start: &Start, claims: &Claims) -> Digest {
    Digest::of("signed link", format!("{}\0{}", start.name, claims.jti).as_bytes())
}

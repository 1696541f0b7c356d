//! Cases: opened for somebody, listed, followed, given out anew, called off. The API can never see a pass.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sent::{Asked, LONGEST, Sent, cursor, limit, optional, place, text, unfit};
use super::view::{events as told_events, told};
use super::{Me, follower, paged};
use crate::case::{Case, CaseId, Stage};
use crate::flow::Error;
use crate::flow::open::Wish;
use crate::flow::send::Progress;
use crate::http::App;
use crate::http::authority::Actor;
use crate::http::live::{Change, follow};
use crate::http::problem::Problem;
use crate::source::{Kind, link};
use crate::store::Filter;
use doorward_contract::Timestamp;

/// How often something is said on a stream where nothing happens: below what proxies usually wait.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    /// The purpose's name.
    purpose: String,
    /// Work e-mail address or user name of the person.
    account: String,
    /// The ticket.
    ticket: Option<String>,
    /// Who asks, where the caller speaks for somebody (shown to the person).
    operator: Option<String>,
    /// Why, for colleagues; forgotten with the case.
    reason: Option<String>,
}

/// Opens a case and answers with the link for the person. The link is in this answer and nowhere else.
pub(super) async fn open(
    State(app): State<App>,
    Me(actor): Me,
    Sent(opening): Sent<Opening>,
) -> Result<Response, Problem> {
    let way = app.door.way(Kind::Link).ok_or_else(Problem::not_found)?;
    let purpose = opening.purpose.trim();
    let allowed = app
        .door
        .purposes_of(&way.name)
        .iter()
        .any(|known| known.name == purpose);
    if !allowed || !actor.may_see(purpose) {
        return Err(Error::Unknown {
            kind: "purpose",
            name: purpose.chars().filter(|letter| !letter.is_control()).take(64).collect(),
        }
        .into());
    }
    let account = text("account", &opening.account, LONGEST)?;
    let ticket = optional("ticket", opening.ticket.as_ref(), LONGEST)?;
    let named = optional("operator", opening.operator.as_ref(), LONGEST)?;
    if actor.operator.is_some() && named.is_some() {
        return Err(unfit("`operator` is for machines; you are the operator"));
    }
    let operator = match &named {
        Some(operator) => format!("{operator} ({})", actor.name),
        None => actor.called().to_owned(),
    };
    let wish = Wish {
        purpose: purpose.to_owned(),
        source: way.name.clone(),
        account,
        operator,
        ticket,
        agent: actor.operator.clone(),
        named,
        reason: optional("reason", opening.reason.as_ref(), LONGEST)?,
        form: None,
    };
    let invitation = app.door.flow.invite(&wish).await?;
    let mut url = app.door.flow.public_url.clone();
    url.set_path(&link::path(&invitation.token));
    let mut view = told(&app.door.flow, &invitation.case, &actor);
    if let Some(object) = view.as_object_mut() {
        object.insert("link".to_owned(), json!({"url": url, "expires_at": invitation.until}));
    }
    let headers = [
        (header::LOCATION, format!("/api/v1/cases/{}", invitation.case.id)),
        (header::ETAG, etag(&invitation.case)),
    ];
    Ok((StatusCode::CREATED, headers, Json(view)).into_response())
}

/// Where a link can be sent, masked.
pub(super) async fn ways(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let ways = flow.ways_of(&case, &actor.staff()).await?;
    let ways: Vec<Value> = ways
        .iter()
        .map(|way| {
            json!({
                "id": way.id, "carrier": way.carrier, "kind": way.kind.word(), "to": way.to,
                "last": way.last.map(Progress::word),
            })
        })
        .collect();
    Ok(Json(json!({ "ways": ways })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sending {
    /// The way's id.
    way: String,
}

/// Sends a fresh link on one of these ways; it is in no answer.
pub(super) async fn send(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(sending): Sent<Sending>,
) -> Result<Json<Value>, Problem> {
    let way = text("way", &sending.way, LONGEST)?;
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.send_link(case, &actor.staff(), &way).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// One case as staff see it.
pub(super) async fn read(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let case = find(&app, &actor, &id).await?;
    let tag = etag(&case);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    // RFC 9110 §13.1.2: compared weakly.
    if known.any(|one| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let view = told(&app.door.flow, &case, &actor);
    Ok(([(header::ETAG, tag)], Json(view)).into_response())
}

/// Strong: one version of a case is told in one way to one caller, and nobody else may keep it.
fn etag(case: &Case) -> String {
    format!("\"{}\"", case.version)
}

/// Everything written down of a case.
pub(super) async fn events(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case = find(&app, &actor, &id).await?;
    let events = app.door.flow.store.events_of(&case.id).await.map_err(Error::from)?;
    Ok(Json(json!({"events": told_events(&case, &events, &actor)})))
}

/// A case as it moves, until it is over: server-sent events (HTML §9.2). Whoever comes again begins with where it stands, so that
/// nothing of `Last-Event-ID` need be known.
pub(super) async fn stream(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Result<Response, Problem> {
    let case = find(&app, &actor, &id).await?;
    let place = follower(&app, &actor)?;
    let stop = app.api.stop.clone();
    let changes = follow(app.door.flow.clone(), case.id).flat_map(|change| stream::iter(moved(&change)));
    let changes = changes.map(move |event| {
        // Held until the stream is dropped.
        let _place = &place;
        Ok::<_, Infallible>(event)
    });
    let quiet = HeaderName::from_static("x-accel-buffering");
    let sse = Sse::new(until(changes, stop)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text(""));
    Ok(([(header::CACHE_CONTROL, "no-store"), (quiet, "no")], sse).into_response())
}

/// A stream that ends when Doorward stops: a reader that waits must not hold it up.
fn until<S: Stream + Send>(events: S, stop: tokio_util::sync::CancellationToken) -> impl Stream<Item = S::Item> + Send
where
    S::Item: Send,
{
    events.take_until(async move { stop.cancelled_owned().await })
}

/// What is said of a change; behind the last one that it was the last.
fn moved(change: &Change) -> Vec<sse::Event> {
    let data = json!({"stage": change.stage, "changed_at": change.changed_at, "version": change.version}).to_string();
    let event = |name| {
        sse::Event::default()
            .event(name)
            .id(change.version.to_string())
            .data(&data)
    };
    if change.stage == Stage::Closed {
        vec![event("case"), event("end")]
    } else {
        vec![event("case")]
    }
}

/// Calls a case off.
pub(super) async fn cancel(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case = find(&app, &actor, &id).await?;
    let case = app.door.flow.cancel(case, actor.called()).await?;
    Ok(Json(told(&app.door.flow, &case, &actor)))
}

/// A fresh link for a case that nobody took up yet; the one before is good no more.
pub(super) async fn renew(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case = find(&app, &actor, &id).await?;
    let (case, url) = app.door.flow.renew_link(case, &actor.staff()).await?;
    Ok(Json(json!({"link": {"url": url, "expires_at": case.expires_at}})))
}

/// A short code to be read out; the one before is good no more.
pub(super) async fn code(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case = find(&app, &actor, &id).await?;
    let (_, made) = app.door.flow.make_code(case, &actor.staff()).await?;
    Ok(Json(json!({"code": made.code, "expires_at": made.until})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    stage: Option<Stage>,
    purpose: Option<String>,
    source: Option<String>,
    opener: Option<String>,
    number: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// The newest cases; `next` names the place to go on from. A caller for some purposes only may get pages that are not full.
pub(super) async fn list(
    State(app): State<App>,
    Me(actor): Me,
    query: RawQuery,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let flow = &app.door.flow;
    let limit = limit(wanted.limit)?;
    if let Some(number) = &wanted.number {
        let case = flow.case_of_number(number).await?;
        let cases: Vec<Value> = case
            .iter()
            .filter(|case| actor.may_see(&case.purpose) && wanted.fits(case))
            .map(|case| told(flow, case, &actor))
            .collect();
        return Ok(Json(json!({"cases": cases, "next": null})).into_response());
    }
    let before = match wanted.cursor.as_deref().map(place).transpose()? {
        None => None,
        Some((at, id)) => {
            let id: CaseId = id.parse().map_err(|_| unfit("`cursor` is none of ours"))?;
            Some((at, id))
        }
    };
    let filter = Filter {
        stage: wanted.stage,
        purpose: wanted.purpose,
        source: wanted.source,
        opener: wanted.opener,
        from: wanted.from,
        to: wanted.to,
        number: None,
        before,
        // One more tells whether there is more.
        limit: limit.saturating_add(1),
    };
    let mut cases = flow.store.cases(filter).await.map_err(Error::from)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = cases.len() > most;
    cases.truncate(most);
    let last = cases.last().filter(|_| more);
    let next = last.map(|case| cursor(case.opened_at, case.id.as_str()));
    let seen: Vec<Value> = cases
        .iter()
        .filter(|case| actor.may_see(&case.purpose))
        .map(|case| told(flow, case, &actor))
        .collect();
    Ok(paged("cases", &seen, next.as_deref(), &query))
}

impl Wanted {
    /// Whether a case is one of these, where it was found by its number.
    fn fits(&self, case: &Case) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        self.stage.is_none_or(|stage| stage == case.stage)
            && is(&self.purpose, &case.purpose)
            && is(&self.source, &case.source)
            && is(&self.opener, &case.opener.word())
            && self.from.is_none_or(|from| from <= case.opened_at)
            && self.to.is_none_or(|to| case.opened_at < to)
    }
}

/// A case that this caller may see. Any other is as if it were not there.
pub(super) async fn find(app: &App, actor: &Actor, id: &str) -> Result<Case, Problem> {
    let id: CaseId = id.parse().map_err(|_| Problem::not_found())?;
    let case = app.door.flow.store.case(&id).await.map_err(Error::from)?;
    case.filter(|case| actor.may_see(&case.purpose))
        .ok_or_else(Problem::not_found)
}

//! The record, the settings and the vendors, as they are; and who asks. Whoever is for some purposes only has no part in what is
//! about all of them.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sent::{Asked, cursor, limit, place, unfit};
use super::{Me, paged};
use crate::audit::Link;
use crate::flow::Error;
use crate::http::App;
use crate::http::authority::{Actor, Authority};
use crate::http::problem::Problem;
use doorward_contract::Timestamp;

type Told = Result<Json<Value>, Problem>;

/// How many facts are read at a time.
const BATCH: i64 = 500;
/// How many facts are looked through for one page: what is rare is found over several pages, and no request takes for ever.
const LOOKED_THROUGH: i64 = 10_000;

/// Refuses whoever is for some purposes only.
fn whole(actor: &Actor) -> Result<(), Problem> {
    if actor.sees_all() {
        return Ok(());
    }
    Err(
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "This is not yours to do")
            .detail("This is about all purposes, and your token is for some of them."),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    case: Option<String>,
    event: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<u32>,
    cursor: Option<String>,
}

impl Wanted {
    fn fits(&self, event: &Value) -> bool {
        let is = |name: &str, wanted: &Option<String>| {
            let found = event.get(name).and_then(Value::as_str);
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let at = event
            .get("at")
            .and_then(|at| serde_json::from_value::<Timestamp>(at.clone()).ok());
        is("case", &self.case)
            && is("event", &self.event)
            && self.from.is_none_or(|from| at.is_some_and(|at| from <= at))
            && self.to.is_none_or(|to| at.is_some_and(|at| at < to))
    }
}

/// The record, oldest first. A page may be short, or empty, and `next` lead on: only its absence is the end.
pub(super) async fn events(
    State(app): State<App>,
    Me(actor): Me,
    query: RawQuery,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    whole(&actor)?;
    let most = usize::try_from(limit(wanted.limit)?).unwrap_or(usize::MAX);
    let mut after = match wanted.cursor.as_deref().map(place).transpose()? {
        None => 0,
        // A place in the record is its number; the time says nothing here.
        Some((_, seq)) => seq.parse::<i64>().map_err(|_| unfit("`cursor` is none of ours"))?,
    };
    let end = after.saturating_add(LOOKED_THROUGH);
    let mut found = Vec::new();
    let next = loop {
        let links = app.door.flow.store.links(after, BATCH).await.map_err(Error::from)?;
        let last = i64::try_from(links.len()).is_ok_and(|read| read < BATCH);
        let mut full = false;
        for link in links {
            if found.len() == most {
                full = true;
                break;
            }
            after = link.seq;
            found.extend(told(&link).filter(|event| wanted.fits(event)));
        }
        if full || (!last && after >= end) {
            break Some(cursor(Timestamp::from_micros(0), &after.to_string()));
        }
        if last {
            break None;
        }
    };
    Ok(paged("events", &found, next.as_deref(), &query))
}

/// A fact with its place and what chains it.
fn told(link: &Link) -> Option<Value> {
    let mut event: Value = serde_json::from_str(&link.text).ok()?;
    let members = event.as_object_mut()?;
    members.insert("seq".to_owned(), json!(link.seq));
    members.insert("hash".to_owned(), json!(link.hash));
    Some(event)
}

/// Whether nothing of the record was altered, removed or inserted.
pub(super) async fn verify(State(app): State<App>, Me(actor): Me) -> Told {
    whole(&actor)?;
    let (head, fault) = app.door.flow.verify_record().await?;
    let why = fault.map(|fault| fault.to_string());
    Ok(Json(json!({"holds": why.is_none(), "head": head, "why": why})))
}

/// The settings in force, without a secret.
pub(super) async fn settings(State(app): State<App>, Me(actor): Me) -> Told {
    whole(&actor)?;
    Ok(Json(app.api.settings.clone()))
}

/// How every vendor is, asked now.
pub(super) async fn vendors(State(app): State<App>, Me(actor): Me) -> Told {
    whole(&actor)?;
    let told = app.door.flow.ask_vendors().await.into_iter().map(|vendor| {
        let (findings, trouble) = match vendor.found {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let trouble = trouble.map(|error| json!({"remedy": error.remedy(), "what": error.to_string()}));
        json!({"name": vendor.name, "kind": vendor.kind, "findings": findings, "trouble": trouble})
    });
    let vendors: Vec<Value> = told.collect();
    Ok(Json(json!({"vendors": vendors, "asked_at": app.door.flow.now()})))
}

/// Who asks, and what they may.
pub(super) async fn me(Extension(authority): Extension<std::sync::Arc<Authority>>) -> Told {
    let actor = authority.actor();
    let (kind, fresh) = match &*authority {
        Authority::Machine(_) => ("machine", None),
        Authority::Staff(session) => ("staff", Some(session.is_fresh)),
    };
    Ok(Json(json!({
        "kind": kind, "id": actor.name, "name": actor.called(), "powers": authority.powers(), "fresh": fresh,
        "purposes": actor.purposes,
    })))
}

//! The record: what fits, newest first; whether it is whole; and the way to a copy ([`super::export`]).

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use url::form_urlencoded;

use super::fact::{self, Told};
use super::fields::Fields;
use super::{App, At, export};
use crate::audit::Link;
use crate::case::CaseId;
use crate::case::role::Power;
use crate::flow::Error;
use crate::pages::desk::{EventLine, Record, RecordFilter, path};
use crate::store::EventFilter;
use doorward_contract::Timestamp;

/// How many facts a page has.
const PAGE: usize = 50;
/// How much of the record is looked through at once for an operator's name, which stands inside the facts.
const LOOK: u32 = 500;
/// How often, for one page: where nothing was found by then, the next page goes on.
const LOOKS: usize = 20;
/// How long a page waits for the record's check; a longer one is shown by the next look.
const PATIENCE: Duration = Duration::from_secs(15);
const A_DAY: Duration = Duration::from_hours(24);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(path::RECORD, get(look))
        .route(path::RECORD_VERIFY, post(verify))
        .route(path::RECORD_EXPORT, post(export::take))
}

/// What the record is narrowed to, and the place to go on from.
#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    event: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    before: Option<i64>,
}

/// The filter as the store and this file understand it.
pub(super) struct Narrowed {
    pub(super) events: EventFilter,
    /// The operator's name, in small letters.
    pub(super) who: Option<String>,
}

async fn look(at: At, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(refused) = at.need(Power::ReadAudit, &at.here).await {
        return refused;
    }
    let (asked, broken) = match asked {
        Ok(Query(asked)) => (asked, false),
        Err(_) => (Asked::default(), true),
    };
    let before = asked.before;
    let filter = RecordFilter {
        event: asked.event.trim().to_owned(),
        number: asked.number.trim().to_owned(),
        who: asked.who.trim().to_owned(),
        from: asked.from.trim().to_owned(),
        to: asked.to.trim().to_owned(),
    };
    match page(&at, filter, before, broken).await {
        Ok(page) => at.show(page).await,
        Err(error) => at.fail(error).await,
    }
}

async fn page(at: &At, filter: RecordFilter, before: Option<i64>, broken: bool) -> Result<Record, Error> {
    let house = &at.app.house;
    let mut page = Record {
        newest: before.map(|_| query(&filter, None)),
        filter,
        malformed: broken,
        lines: Vec::new(),
        verified: house.verified(),
        verifying: house.is_verifying(),
        older: None,
    };
    let narrowed = match narrow(at, &page.filter).await? {
        Understood::As(narrowed) if !broken => narrowed,
        Understood::Nothing => return Ok(page),
        _ => {
            page.malformed = true;
            return Ok(page);
        }
    };
    let (found, on) = find(at, narrowed, before).await?;
    page.older = on.map(|before| query(&page.filter, Some(before)));
    page.lines = lines(at, found).await?;
    Ok(page)
}

/// What a filter comes to.
pub(super) enum Understood {
    As(Narrowed),
    /// There is no such case, so nothing fits.
    Nothing,
    /// Part of it cannot be understood.
    No,
}

pub(super) async fn narrow(at: &At, filter: &RecordFilter) -> Result<Understood, Error> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (Ok(from), Ok(to)) = (day(&filter.from), day(&filter.to)) else {
        return Ok(Understood::No);
    };
    let case = match text(&filter.number) {
        None => None,
        Some(number) => match at.flow().case_named(&number).await? {
            Some(case) => Some(case.id),
            None => return Ok(Understood::Nothing),
        },
    };
    Ok(Understood::As(Narrowed {
        events: EventFilter {
            kind: text(&filter.event),
            case,
            from,
            until: to.map(|day| day.plus(A_DAY)),
            before: None,
            limit: LOOK,
        },
        who: text(&filter.who).map(|who| who.to_lowercase()),
    }))
}

/// The first moment of a day in UTC; nothing if none was given.
fn day(text: &str) -> Result<Option<Timestamp>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    Timestamp::parse(&format!("{text}T00:00:00Z")).map(Some).ok_or(())
}

/// What fits, and the place to go on from if there is more.
async fn find(at: &At, narrowed: Narrowed, before: Option<i64>) -> Result<(Vec<Link>, Option<i64>), Error> {
    let Narrowed { mut events, who } = narrowed;
    events.before = before;
    let mut found: Vec<Link> = Vec::new();
    for _ in 0..LOOKS {
        let links = at.flow().store.events(events.clone()).await?;
        let last = links.last().map(|link| link.seq);
        let full = u32::try_from(links.len()).is_ok_and(|count| count == events.limit);
        for link in links {
            if found.len() == PAGE {
                return Ok((found, events.before));
            }
            events.before = Some(link.seq);
            if fits(&link, who.as_deref()) {
                found.push(link);
            }
        }
        if !full {
            return Ok((found, None));
        }
        events.before = last;
    }
    Ok((found, events.before))
}

/// Whether an entry is one that the operator of this name did.
pub(super) fn fits(link: &Link, who: Option<&str>) -> bool {
    let Some(wanted) = who else {
        return true;
    };
    let named = fact::read(link).line.who;
    named.is_some_and(|name| name.to_lowercase().contains(wanted))
}

async fn lines(at: &At, found: Vec<Link>) -> Result<Vec<EventLine>, Error> {
    let mut numbers: HashMap<CaseId, Option<String>> = HashMap::new();
    let mut lines = Vec::with_capacity(found.len());
    for link in found {
        let Told { mut line, case } = fact::read(&link);
        if let Some(id) = case {
            if !numbers.contains_key(&id) {
                let case = at.flow().store.case(&id).await?;
                numbers.insert(id.clone(), case.map(|case| case.number));
            }
            let number = numbers.get(&id).cloned().flatten();
            line.case = number.map(|number| (id.to_string(), number));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn query(filter: &RecordFilter, before: Option<i64>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filter.fields().into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    query.finish()
}

/// Begins the check, waits for it a while, and shows what came of it. One at a time, whoever asks.
async fn verify(at: At, fields: Fields) -> Response {
    if let Err(refused) = at.need(Power::ReadAudit, path::RECORD).await {
        return refused;
    }
    if let Err(refused) = at.pressed(fields.token()).await {
        return refused;
    }
    let (house, flow) = (at.app.house.clone(), at.flow().clone());
    let checking = tokio::spawn(async move { house.verify(&flow).await });
    let _longer = tokio::time::timeout(PATIENCE, checking).await;
    at.to(path::RECORD)
}

impl Narrowed {
    /// Whether an entry is within the kind, the case and the days.
    pub(super) fn holds(&self, link: &Link) -> bool {
        let Told { line, case } = fact::read(link);
        let events = &self.events;
        events.kind.as_ref().is_none_or(|kind| *kind == line.event)
            && events.case.as_ref().is_none_or(|wanted| case.as_ref() == Some(wanted))
            && events.from.is_none_or(|from| from <= line.at)
            && events.until.is_none_or(|until| line.at < until)
    }
}

//! The list of cases, narrowed and turned page by page.

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use url::form_urlencoded;

use super::{At, line};
use crate::case::role::Power;
use crate::case::{Case, CaseId, Stage};
use crate::flow::Error;
use crate::pages::desk::{Cases, Choice, Filter};
use crate::store;
use doorward_contract::Timestamp;

/// How many cases a page has: what one can look over.
const PAGE: u32 = 50;
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// Something that was asked cannot be understood.
struct Malformed;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    stage: String,
    purpose: String,
    source: String,
    opener: String,
    number: String,
    from: String,
    to: String,
    /// The last case of the page before.
    before: String,
}

pub(super) async fn look(at: At, Query(asked): Query<Asked>) -> Result<Response, Response> {
    at.need(Power::ReadCase, &at.here).await?;
    match list(&at, asked).await {
        Ok(cases) => Ok(at.show(cases).await),
        Err(error) => Err(at.fail(error).await),
    }
}

async fn list(at: &At, asked: Asked) -> Result<Cases, Error> {
    let filter = Filter {
        stage: asked.stage.trim().to_owned(),
        purpose: asked.purpose.trim().to_owned(),
        source: asked.source.trim().to_owned(),
        opener: asked.opener.trim().to_owned(),
        number: asked.number.trim().to_owned(),
        from: asked.from.trim().to_owned(),
        to: asked.to.trim().to_owned(),
    };
    let narrowed = match place(at, &asked.before).await? {
        Ok(before) => narrowed(&filter).map(|narrowed| store::Filter { before, ..narrowed }),
        Err(malformed) => Err(malformed),
    };
    let malformed = narrowed.is_err();
    let mut cases = match narrowed {
        Ok(narrowed) => at.flow().store.cases(narrowed).await?,
        Err(Malformed) => Vec::new(),
    };
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = cases.len() > page;
    cases.truncate(page);
    let last = cases.last().filter(|_| more);
    Ok(Cases {
        malformed,
        purposes: purposes(at),
        sources: sources(at),
        lines: line::all(at, &cases, page),
        older: last.map(|case| query(&filter, Some(case))),
        newest: (!asked.before.is_empty()).then(|| query(&filter, None)),
        filter,
    })
}

/// The place behind which a page begins: that of a case.
async fn place(at: &At, before: &str) -> Result<Result<Option<(Timestamp, CaseId)>, Malformed>, Error> {
    if before.is_empty() {
        return Ok(Ok(None));
    }
    let Ok(id) = before.parse::<CaseId>() else {
        return Ok(Err(Malformed));
    };
    let case = at.flow().store.case(&id).await?;
    Ok(case.map(|case| Some((case.opened_at, case.id))).ok_or(Malformed))
}

/// What the store is asked for.
fn narrowed(filter: &Filter) -> Result<store::Filter, Malformed> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let stage = match filter.stage.as_str() {
        "" => None,
        word => {
            let stage = Stage::ALL.into_iter().find(|stage| stage.word() == word);
            Some(stage.ok_or(Malformed)?)
        }
    };
    Ok(store::Filter {
        stage,
        purpose: some(&filter.purpose),
        source: some(&filter.source),
        opener: some(&filter.opener),
        number: number(&filter.number)?,
        from: day(&filter.from)?,
        to: day(&filter.to)?.map(|day| day.plus(DAY)),
        before: None,
        // One more tells whether there is another page.
        limit: PAGE.saturating_add(1),
    })
}

/// How a number begins, as it is written.
fn number(typed: &str) -> Result<Option<String>, Malformed> {
    const HALF: usize = 4;
    let letters: String = typed.chars().filter(|letter| *letter != '-').collect();
    if !letters.bytes().all(|letter| letter.is_ascii_alphanumeric()) || letters.len() > 2 * HALF {
        return Err(Malformed);
    }
    let letters = letters.to_ascii_uppercase();
    Ok(match letters.split_at_checked(HALF) {
        _ if letters.is_empty() => None,
        Some((first, rest)) if !rest.is_empty() => Some(format!("{first}-{rest}")),
        _ => Some(letters),
    })
}

/// When a day begins (UTC).
fn day(typed: &str) -> Result<Option<Timestamp>, Malformed> {
    if typed.is_empty() {
        return Ok(None);
    }
    Timestamp::parse(&format!("{typed}T00:00:00Z"))
        .map(Some)
        .ok_or(Malformed)
}

/// The query of a page of the same list.
fn query(filter: &Filter, behind: Option<&Case>) -> String {
    let behind = behind.map(|case| case.id.to_string()).unwrap_or_default();
    let fields = [
        ("stage", &filter.stage),
        ("purpose", &filter.purpose),
        ("source", &filter.source),
        ("opener", &filter.opener),
        ("number", &filter.number),
        ("from", &filter.from),
        ("to", &filter.to),
        ("before", &behind),
    ];
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(said)
        .finish()
}

fn purposes(at: &At) -> Vec<Choice> {
    let purposes = at.flow().purposes.values().map(|purpose| Choice {
        value: purpose.name.clone(),
        title: purpose.title.clone(),
    });
    let mut purposes: Vec<Choice> = purposes.collect();
    purposes.sort_by(|one, other| one.title.cmp(&other.title));
    purposes
}

fn sources(at: &At) -> Vec<Choice> {
    let names = at.app.door.ways.iter().map(|way| way.name.clone());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    let choice = |name: String| Choice {
        value: name.clone(),
        title: name,
    };
    names.into_iter().map(choice).collect()
}

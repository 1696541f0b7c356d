//! A copy of the record to take away: lines of JSON as `doorward audit export` writes them, sent while they are read. The whole
//! record ends with its signed head; what was narrowed cannot be checked offline and says nothing at its end.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use super::fields::Fields;
use super::record::{Narrowed, Understood, fits, narrow};
use super::{At, house::House};
use crate::audit::Link;
use crate::case::role::Power;
use crate::cause::causes;
use crate::pages::desk::{RecordFilter, StaffNotice, path};
use crate::store::{self, Store};

/// How much is read at once, and held in memory at the most.
const PAGE: i64 = 500;

pub(super) async fn take(at: At, fields: Fields) -> Response {
    if let Err(refused) = at.need(Power::ReadAudit, path::RECORD).await {
        return refused;
    }
    if let Err(refused) = at.pressed(fields.token()).await {
        return refused;
    }
    let filter = RecordFilter {
        event: fields.get("event").to_owned(),
        number: fields.get("number").to_owned(),
        who: fields.get("who").to_owned(),
        from: fields.get("from").to_owned(),
        to: fields.get("to").to_owned(),
    };
    let narrowed = match narrow(&at, &filter).await {
        Ok(Understood::As(narrowed)) => (!filter.is_empty()).then_some(narrowed),
        Ok(_) => return at.show(StaffNotice::NotFound).await,
        Err(error) => return at.fail(error).await,
    };
    let store = at.flow().store.clone();
    match store.head().await {
        Ok(head) => download(Copy {
            house: Arc::clone(&at.app.house),
            store,
            narrowed,
            head,
            at: 0,
            ready: VecDeque::new(),
            over: false,
        }),
        Err(error) => at.fail(error).await,
    }
}

/// A copy on its way.
struct Copy {
    house: Arc<House>,
    store: Store,
    narrowed: Option<Narrowed>,
    /// Where the record ended when the copy was asked for.
    head: crate::audit::Head,
    at: i64,
    ready: VecDeque<String>,
    over: bool,
}

fn download(copy: Copy) -> Response {
    let name = if copy.narrowed.is_some() {
        "record-part.jsonl"
    } else {
        "record.jsonl"
    };
    let lines = stream::unfold(copy, |mut copy| async move {
        // An error in the middle breaks the answer off, so that nobody takes a part for the whole.
        let line = copy.next().await?;
        Some((line, copy))
    });
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(named) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    response
}

impl Copy {
    async fn next(&mut self) -> Option<Result<String, store::Error>> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(Ok(line));
            }
            if self.over {
                return None;
            }
            if let Err(error) = self.read_on().await {
                self.over = true;
                tracing::error!(error = %causes(&error), "a copy of the record broke off");
                return Some(Err(error));
            }
        }
    }

    async fn read_on(&mut self) -> Result<(), store::Error> {
        let links = self.store.links(self.at, PAGE).await?;
        let links: Vec<Link> = links.into_iter().filter(|link| link.seq <= self.head.seq).collect();
        if let Some(last) = links.last() {
            self.at = last.seq;
        } else {
            self.over = true;
            if self.narrowed.is_none() {
                let head = self.house.sign(&self.head);
                self.ready.push_back(format!("{}\n", json!({ "head": head })));
            }
        }
        let wanted = links.iter().filter(|link| self.wants(link));
        let texts: Vec<String> = wanted.map(|link| format!("{}\n", json!(link))).collect();
        self.ready.extend(texts);
        Ok(())
    }

    fn wants(&self, link: &Link) -> bool {
        self.narrowed
            .as_ref()
            .is_none_or(|narrowed| narrowed.holds(link) && fits(link, narrowed.who.as_deref()))
    }
}

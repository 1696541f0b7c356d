//! Says when a case has moved, so that its page follows by itself. Nothing of the case is said here: the page asks for itself what
//! its reader may see.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::Path;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::At;
use crate::http::App;
use crate::http::live::{Change, follow};
use crate::pages::desk::StaffNotice;
use crate::staff::Session;

/// How many cases one operator may follow at once: more tabs than anybody looks at.
const EACH: usize = 12;
/// How often a line says that it is there: below what proxies wait before they cut a silent one.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long after a session ended its lines end at the latest.
const STILL_IN: Duration = Duration::from_secs(2);
/// When to come back whoever has too many lines.
const LATER: Duration = Duration::from_secs(60);

/// Who follows how many cases on this node.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookers(Arc<Mutex<HashMap<String, usize>>>);

/// One line of an operator, while it is held.
struct Line {
    lookers: Lookers,
    operator: String,
}

impl Lookers {
    fn begin(&self, operator: &str) -> Option<Line> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = lines.entry(operator.to_owned()).or_default();
        if *held >= EACH {
            return None;
        }
        *held += 1;
        Some(Line {
            lookers: self.clone(),
            operator: operator.to_owned(),
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut lines = self.lookers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = lines.get_mut(&self.operator) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                lines.remove(&self.operator);
            }
        }
    }
}

/// The answer begins at once and is bounded by the session, so the time that one request may take does not cut it: that counts until
/// an answer begins.
pub(super) async fn look(at: At, Extension(lookers): Extension<Lookers>, Path(id): Path<String>) -> Response {
    let case = match at.case(&id).await {
        Ok(case) => case,
        Err(response) => return response,
    };
    let Some(line) = lookers.begin(&at.operator().id) else {
        return at.show(StaffNotice::Busy { retry_after: LATER }).await;
    };
    let mut still_in = interval(STILL_IN);
    still_in.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = Following {
        changes: Box::pin(follow(at.flow().clone(), case.id)),
        app: at.app,
        session: at.session,
        still_in,
        _line: line,
    };
    let said = stream::unfold(Some(following), |following| async move {
        let mut following = following?;
        Some(match following.next().await {
            Some(()) => (event("case"), Some(following)),
            None => (event("end"), None),
        })
    });
    let mut response = Sse::new(said)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    let never = axum::http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, never);
    response
}

#[expect(clippy::unnecessary_wraps, reason = "what a stream of events is made of")]
fn event(name: &str) -> Result<Event, Infallible> {
    // A browser hears of no event without data.
    Ok(Event::default().event(name).data("-"))
}

struct Following {
    changes: Pin<Box<dyn Stream<Item = Change> + Send>>,
    app: App,
    session: Session,
    still_in: Interval,
    _line: Line,
}

impl Following {
    /// The next change; nothing when there will be none, or the operator is not signed in any more.
    async fn next(&mut self) -> Option<()> {
        loop {
            tokio::select! {
                change = self.changes.next() => return change.map(drop),
                _ = self.still_in.tick() => {
                    // Whoever looks on without doing anything is not there for that.
                    match self.app.staff.stands(&self.session).await {
                        Ok(true) => {}
                        Ok(false) => return None,
                        Err(error) => tracing::warn!(%error, "a session could not be looked at for a moment"),
                    }
                }
            }
        }
    }
}

//! What the imitated vendors were asked: the method and the path of each request, for whoever wants to know that nothing was.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;

/// How many are remembered: a lab may stand open for days.
const KEPT: usize = 10_000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whom.
    pub vendor: &'static str,
    /// The method.
    pub method: Method,
    /// The path, without its query.
    pub path: String,
}

/// Every request to a vendor, oldest first.
#[derive(Debug, Default)]
pub struct Traffic {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    total: usize,
    latest: VecDeque<Asked>,
}

#[derive(Clone)]
struct At {
    vendor: &'static str,
    traffic: Arc<Traffic>,
}

impl Traffic {
    /// Remembers each request that a vendor's router is asked.
    pub(crate) fn watch(self: &Arc<Self>, vendor: &'static str, router: Router) -> Router {
        let at = At {
            vendor,
            traffic: Arc::clone(self),
        };
        router.layer(middleware::from_fn_with_state(at, remember))
    }

    /// How many there were so far.
    pub fn total(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// Those that came after the first `total`, as far as they are remembered.
    pub fn since(&self, total: usize) -> Vec<Asked> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let new = seen.total.saturating_sub(total).min(seen.latest.len());
        let old = seen.latest.len().saturating_sub(new);
        seen.latest.iter().skip(old).cloned().collect()
    }

    fn add(&self, asked: Asked) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.total = seen.total.saturating_add(1);
        if seen.latest.len() >= KEPT {
            seen.latest.pop_front();
        }
        seen.latest.push_back(asked);
    }
}

async fn remember(State(at): State<At>, request: Request, next: Next) -> Response {
    at.traffic.add(Asked {
        vendor: at.vendor,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
    });
    next.run(request).await
}

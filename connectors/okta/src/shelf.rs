//! One answer kept for ten minutes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use doorward_contract::{Clock, Timestamp};

/// Settings of an org change rarely; an operator who changed one should not wait longer than this.
const KEPT: Duration = Duration::from_mins(10);

/// The last answer to one question, while it is fresh.
pub(crate) struct Shelf<T> {
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Timestamp, Arc<T>)>>,
}

impl<T> Shelf<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::new(None),
        }
    }

    /// The answer, if it is fresh.
    pub(crate) fn fresh(&self) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        kept.as_ref()
            .filter(|(at, _)| *at <= now && now.since(*at) < KEPT)
            .map(|(_, value)| Arc::clone(value))
    }

    /// Keeps an answer that came just now.
    pub(crate) fn keep(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.clock.now(), Arc::clone(&value)));
        value
    }

    /// Forgets it: the vendor acted against it.
    pub(crate) fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

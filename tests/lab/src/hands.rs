//! A clock whose hands can be turned forward while it goes: what expires in ten minutes or three months can be seen now.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use doorward_contract::clock::SystemClock;
use doorward_contract::{Clock, Timestamp};

/// The longest step at once: the certificates of this world last longer.
pub const MOST: Duration = Duration::from_hours(24 * 366);

/// The machine's clock, and how far it was turned. Clones share the hands.
#[derive(Clone, Debug, Default)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    /// Turns them forward, by [`MOST`] at most.
    pub fn forward(&self, length: Duration) {
        let micros = i64::try_from(length.min(MOST).as_micros()).unwrap_or_default();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        let turned = u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or_default();
        SystemClock.now().plus(Duration::from_micros(turned))
    }
}

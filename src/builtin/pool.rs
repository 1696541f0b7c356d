//! Where pictures are looked at: a few places beside the threads that answer requests, a short queue before them, and one picture of
//! a session at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Error;
use crate::store::CaptureId;

/// How many pictures may wait for each place: at half a second each, the last waits four seconds.
const WAITING: usize = 8;
/// When somebody who found no room tries again.
const AGAIN: Duration = Duration::from_secs(2);

/// The places.
pub(super) struct Pool {
    places: Arc<Semaphore>,
    room: Arc<Semaphore>,
    under_way: Mutex<HashSet<CaptureId>>,
}

impl Pool {
    /// With so many places, one at least.
    pub(super) fn new(places: usize) -> Self {
        let places = places.max(1);
        Self {
            places: Arc::new(Semaphore::new(places)),
            room: Arc::new(Semaphore::new(places.saturating_mul(1 + WAITING))),
            under_way: Mutex::default(),
        }
    }

    /// Does the work in one of the places, or says that there is no room.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let busy = || Error::Busy { retry_after: AGAIN };
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| busy())?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work itself: it goes on when whoever asked has gone.
            let _held = (room, place);
            work()
        });
        done.await.map_err(|_| Error::Broken {
            what: "a picture could not be looked at to its end",
        })
    }

    /// The one picture of a session that is looked at on this node, until what is returned is dropped.
    pub(super) fn alone(&self, id: &CaptureId) -> Result<Alone<'_>, Error> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if !under_way.insert(id.clone()) {
            return Err(Error::Busy {
                retry_after: Duration::from_secs(1),
            });
        }
        Ok(Alone {
            pool: self,
            id: id.clone(),
        })
    }
}

/// A session's turn.
pub(super) struct Alone<'p> {
    pool: &'p Pool,
    id: CaptureId,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        let mut under_way = self.pool.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_is_told_to_come_back() {
        let pool = Arc::new(Pool::new(1));
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let work = |held: Arc<Mutex<mpsc::Receiver<()>>>| move || held.lock().unwrap().recv().unwrap_or_default();
        let mut waiting = Vec::new();
        for _ in 0..=WAITING {
            let (pool, work) = (Arc::clone(&pool), work(Arc::clone(&held)));
            waiting.push(tokio::spawn(async move { pool.run(work).await }));
        }
        while pool.room.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pool.run(|| ()).await, Err(Error::Busy { .. })));
        drop(release);
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        pool.run(|| ()).await.unwrap();
    }

    #[test]
    fn a_session_has_one_picture_under_way() {
        let pool = Pool::new(2);
        let id = CaptureId::random();
        let turn = pool.alone(&id).unwrap();
        assert!(matches!(pool.alone(&id), Err(Error::Busy { .. })));
        assert!(pool.alone(&CaptureId::random()).is_ok());
        drop(turn);
        assert!(pool.alone(&id).is_ok());
    }
}

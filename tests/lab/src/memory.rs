//! What outlives the lab: the fakes' and the mailbox's memories, written to the world's folder whenever they changed.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::sync::Notify;

use crate::folder::{self, Folder};
use crate::mailbox::{Mailbox, Message};
use crate::vendors::Vendors;
use crate::world::Error;

const VENDORS: &str = "state/vendors.json";
const MAILBOX: &str = "state/mailbox.json";
/// Changes within this time are written together.
const TOGETHER: Duration = Duration::from_millis(50);
/// Looks even if nobody asked anything: expiries and deliveries happen by the clock.
const ANYWAY: Duration = Duration::from_secs(1);

/// The memory of one world.
#[derive(Clone, Debug)]
pub struct Memory {
    inner: Option<Arc<Inner>>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    vendors: Vendors,
    mailbox: Arc<Mailbox>,
    changed: Notify,
    written: Mutex<[Vec<u8>; 2]>,
}

impl Memory {
    /// Reads what an earlier lab wrote down into the vendors and the mailbox. A folder that does not stay is not written.
    pub fn open(folder: &Folder, vendors: &Vendors, mailbox: &Arc<Mailbox>) -> Result<Self, Error> {
        if !folder.is_kept() {
            return Ok(Self { inner: None });
        }
        let wrong = |file| move |source| Error::Notes { file, source };
        if let Some(text) = folder.read(VENDORS).map_err(Error::Folder)? {
            let state = serde_json::from_str(&text).map_err(wrong(VENDORS))?;
            vendors.restore(state).map_err(wrong(VENDORS))?;
        }
        if let Some(text) = folder.read(MAILBOX).map_err(Error::Folder)? {
            let messages: Vec<Message> = serde_json::from_str(&text).map_err(wrong(MAILBOX))?;
            mailbox.restore(messages);
        }
        let inner = Arc::new(Inner {
            folder: folder.path().to_owned(),
            vendors: vendors.clone(),
            mailbox: Arc::clone(mailbox),
            changed: Notify::new(),
            written: Mutex::default(),
        });
        let weak = Arc::downgrade(&inner);
        tokio::spawn(async move {
            while let Some(inner) = weak.upgrade() {
                let _either = tokio::time::timeout(ANYWAY, inner.changed.notified()).await;
                tokio::time::sleep(TOGETHER).await;
                inner.write();
            }
        });
        Ok(Self { inner: Some(inner) })
    }

    /// Looks for changes after each request that a router answers.
    pub fn watch(&self, router: Router) -> Router {
        match &self.inner {
            Some(inner) => router.layer(middleware::from_fn_with_state(Arc::clone(inner), look)),
            None => router,
        }
    }

    /// Writes now.
    pub fn write(&self) {
        if let Some(inner) = &self.inner {
            inner.write();
        }
    }
}

async fn look(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    inner.changed.notify_one();
    response
}

impl Inner {
    fn write(&self) {
        let states = [
            serde_json::to_vec(&self.vendors.state()).unwrap_or_default(),
            serde_json::to_vec(&self.mailbox.state()).unwrap_or_default(),
        ];
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        for ((name, state), before) in [VENDORS, MAILBOX].into_iter().zip(states).zip(written.iter_mut()) {
            if state == *before {
                continue;
            }
            match folder::write(&self.folder, name, &state) {
                Ok(_) => *before = state,
                Err(error) => tracing::error!(%error, "{name} could not be written"),
            }
        }
    }
}

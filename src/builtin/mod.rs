//! The built-in verifier: sessions in which a person shows a document and their face to the gateway itself.
//!
//! The crate `doorward_builtin` reads pictures; here are the sessions, what is kept of them and for how long, and what follows from
//! what was read. What it can say and what it cannot stands in that crate's README: one document read and not validated at its issuer,
//! faces compared by software, presence not certified. It knows no case, no page and no request.

mod word;

use std::fmt;
use std::sync::Arc;

use axum::body::Bytes;

pub use crate::store::CaptureId;
use crate::store::Store;
use doorward_contract::{Clock, DocumentKind, Reference, Timestamp};

pub use word::{
    Answer, Ask, Error, FrameAnswer, Hand, Handed, Hint, How, Next, Offer, Place, Prompt, Session, Side, Tries,
};

/// The built-in verifier. Clones share everything.
#[derive(Clone)]
pub struct Builtin(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Builtin(…)")
    }
}

impl Builtin {
    /// The session of a proof, for the case's own browser.
    pub async fn session(&self, _reference: &Reference) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// The session that a phone's cookie leads to.
    pub async fn session_of_phone(&self, _token: &str) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// The person chose a document.
    pub async fn choose(&self, _session: &Session, _kind: DocumentKind) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// The person takes another document, before the selfie.
    pub async fn another(&self, _session: &Session) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// What would make a preview frame better. Nothing of it is kept.
    pub async fn glance(&self, _session: &Session, _frame: Bytes) -> Result<Option<Hint>, Error> {
        Err(Error::Gone)
    }

    /// Takes a picture of one side.
    pub async fn side(&self, _session: &Session, _side: Side, _file: Bytes, _how: How) -> Result<Answer, Error> {
        Err(Error::Gone)
    }

    /// Draws a challenge and hands out its first step. [`Error::Elsewhere`] when there was one too many already: the session then
    /// waits for the picture alone ([`Session::still`]).
    pub async fn begin_selfie(&self, _session: &Session) -> Result<Prompt, Error> {
        Err(Error::Gone)
    }

    /// Takes a frame of the challenge that arrived whole at `at`.
    pub async fn frame(
        &self,
        _session: &Session,
        _step: usize,
        _nonce: &str,
        _frame: Bytes,
        _at: Timestamp,
    ) -> Result<FrameAnswer, Error> {
        Err(Error::Gone)
    }

    /// Takes the picture at the end of the challenge; an uploaded one needs no challenge where uploads are allowed.
    pub async fn selfie(&self, _session: &Session, _nonce: &str, _file: Bytes, _how: How) -> Result<Answer, Error> {
        Err(Error::Gone)
    }

    /// A code by which a phone may take over: ten letters, good for five minutes and once. The one before ends.
    pub async fn offer_phone(&self, _session: &Session) -> Result<String, Error> {
        Err(Error::Gone)
    }

    /// Whether a code is good. Uses nothing up.
    pub async fn peek_phone(&self, _code: &str) -> Result<bool, Error> {
        Err(Error::Gone)
    }

    /// Uses a code up. The phone can do nothing before the other screen confirms it.
    pub async fn open_on_phone(&self, _code: &str, _agent: &str) -> Result<Handed, Error> {
        Err(Error::Gone)
    }

    /// The case's own browser says whether the phone is the person's.
    pub async fn confirm_phone(&self, _session: &Session, _yes: bool) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// The case's own browser goes on itself. The phone's cookie is worth nothing from then on.
    pub async fn take_back(&self, _session: &Session) -> Result<Session, Error> {
        Err(Error::Gone)
    }

    /// The case behind a phone's session is to be read now: its reference, for whoever wakes it.
    pub async fn reference_of(&self, _session: &Session) -> Result<Reference, Error> {
        Err(Error::Gone)
    }

    /// The time by the clock that sessions go by: when a frame was complete.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

//! The built-in verifier: sessions in which a person shows a document and their face to the gateway itself.
//!
//! The crate `doorward_builtin` reads pictures; here are the sessions, what is kept of them and for how long, and what follows from
//! what was read. What it can say and what it cannot stands in that crate's README: one document read and not validated at its issuer,
//! faces compared by software, presence not certified. It knows no case, no page and no request.

mod camera;
mod decide;
mod document;
mod exhibit;
mod look;
mod phone;
mod pool;
mod reuse;
mod selfie;
mod state;
mod still;
mod verifier;
mod word;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::NaiveDate;

use crate::crypto::seal::Key;
pub use crate::store::CaptureId;
use crate::store::{Capture, CaptureChange, Error as StoreError, Store};
use doorward_builtin::challenge::Rules;
use doorward_builtin::face::Limits;
use doorward_builtin::replay::Digester;
use doorward_builtin::{Faces, Models};
use doorward_contract::{Clock, DocumentKind, Reference, Timestamp};

use pool::Pool;
use state::State;
pub use verifier::{ASSURANCE, examine};
pub use word::{
    Answer, Ask, Error, FrameAnswer, Hand, Handed, Hint, How, Next, Offer, Place, Prompt, Session, Side, Tries,
};

/// Tries of each side, of the challenge and of the picture at its end; documents that may be begun with.
const TRIES: u32 = 3;
/// How often a write is repeated that another one overtook: two browsers of one person, hardly ever more.
const WRITES: usize = 8;
/// Cameras and browsers that are remembered of one session; nobody has more in their hands.
const HANDS: usize = 8;
/// Letters of a camera's name that are kept.
const LONGEST_LABEL: usize = 100;

/// How it is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name in the settings.
    pub name: String,
    /// The folder with the models.
    pub models: PathBuf,
    /// How many pictures are looked at at once.
    pub pictures_at_once: usize,
    /// How long pictures stay after the decision.
    pub keep_pictures: Duration,
    /// How long pictures and documents are known again; zero for not at all.
    pub remember_reuse: Duration,
    /// The shortest time of a challenge's step.
    pub step: Duration,
    /// How long a code is looked for in one picture.
    pub patience: Duration,
}

/// How long a code is looked for: most are found in a tenth of a second, hard ones in one; then the person should not wait for a
/// picture that holds none.
pub const PATIENCE: Duration = Duration::from_millis(1_500);

/// The built-in verifier. Clones share everything.
#[derive(Clone)]
pub struct Builtin(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Settings,
    /// Names proofs and codes.
    digests: Key,
    /// Knows pictures and documents again.
    digester: Digester,
    models: Arc<Models>,
    faces: Faces,
    rules: Rules,
    pool: Pool,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builtin({})", self.0.settings.name)
    }
}

impl Builtin {
    /// Sets it up. `master` is the installation's key; the models are read at first use.
    pub fn new(settings: Settings, store: Store, clock: Arc<dyn Clock>, master: &Key) -> Result<Self, Error> {
        let models = Arc::new(Models::open(&settings.models));
        let rules = Rules {
            shortest: settings.step,
            // A beat that varies, so that a film cut to a steady one falls out of step.
            longest: settings.step.saturating_add(settings.step / 4),
            ..Rules::default()
        };
        Ok(Self(Arc::new(Inner {
            digests: master.derive("captures")?,
            digester: Digester::new(&*master.seed("capture reuse")?),
            faces: Faces::open(Arc::clone(&models), Limits::default()),
            models,
            rules,
            pool: Pool::new(settings.pictures_at_once),
            settings,
            store,
            clock,
        })))
    }

    /// Its name in the settings.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// The session of a proof, for the case's own browser.
    pub async fn session(&self, reference: &Reference) -> Result<Session, Error> {
        let found = self.0.store.capture_of(&self.reference_digest(reference)).await?;
        let (capture, state) = self.opened(found)?;
        Ok(state.session(&capture, Hand::Own))
    }

    /// The person chose a document.
    pub async fn choose(&self, session: &Session, kind: DocumentKind) -> Result<Session, Error> {
        let by = session.by;
        let (capture, state, ()) = self
            .change(&session.id, |state| {
                state.waits(by, Place::Kind)?;
                if !state.here.documents.kinds.contains(&kind) {
                    return Err(Error::Elsewhere);
                }
                state.kind = Some(kind);
                (state.place, state.hint) = (Place::Side(Side::Front), None);
                Ok((CaptureChange::default(), ()))
            })
            .await?;
        Ok(state.session(&capture, by))
    }

    /// The person takes another document, before the selfie.
    pub async fn another(&self, session: &Session) -> Result<Session, Error> {
        let by = session.by;
        let (capture, state, ()) = self
            .change(&session.id, |state| {
                if state.hand != by || !state.may_change() {
                    return Err(Error::Elsewhere);
                }
                state.begin_anew();
                let change = CaptureChange {
                    afresh: true,
                    ..CaptureChange::default()
                };
                Ok((change, ()))
            })
            .await?;
        Ok(state.session(&capture, by))
    }

    /// What would make a preview frame better. Nothing of it is kept.
    pub async fn glance(&self, session: &Session, frame: Bytes) -> Result<Option<Hint>, Error> {
        let (_, state) = self.load(&session.id).await?;
        if state.hand != session.by {
            return Err(Error::Elsewhere);
        }
        let place = state.place;
        if frame.len() > selfie::LARGEST_FRAME {
            return Ok(Some(Hint::FileTooLarge));
        }
        let (this, kind) = (self.clone(), state.kind);
        let looking = move || look::glance(&this.0.models, &this.0.faces, &frame, (place, kind));
        self.0.pool.run(looking).await?
    }

    /// The proof that a session is of, for whoever wakes its case when a phone has finished.
    pub async fn reference_of(&self, session: &Session) -> Result<Reference, Error> {
        let (_, state) = self.load(&session.id).await?;
        Ok(Reference(state.reference))
    }

    /// The time by the clock that sessions go by: when a frame was complete.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn today(&self) -> NaiveDate {
        self.now().to_chrono().map(|now| now.date_naive()).unwrap_or_default()
    }

    fn reference_digest(&self, reference: &Reference) -> crate::crypto::token::Digest {
        self.0.digests.digest("capture reference", reference.0.as_bytes())
    }

    /// A session that is alive.
    async fn load(&self, id: &CaptureId) -> Result<(Capture, State), Error> {
        self.opened(self.0.store.capture(id).await?)
    }

    fn opened(&self, found: Option<Capture>) -> Result<(Capture, State), Error> {
        let capture = found.filter(|capture| !capture.decided && self.now() < capture.until);
        let capture = capture.ok_or(Error::Gone)?;
        let state = parse(&capture)?;
        Ok((capture, state))
    }

    /// Changes a session that is alive as it stands now, whoever wrote it meanwhile.
    async fn change<T>(
        &self,
        id: &CaptureId,
        edit: impl Fn(&mut State) -> Result<(CaptureChange, T), Error>,
    ) -> Result<(Capture, State, T), Error> {
        for _ in 0..WRITES {
            let (capture, mut state) = self.load(id).await?;
            let (change, said) = edit(&mut state)?;
            let text = written(&state)?;
            match self.0.store.advance_capture(&capture, &text, &change).await {
                Ok(()) => return Ok((capture, state, said)),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stale.into())
    }
}

fn parse(capture: &Capture) -> Result<State, Error> {
    serde_json::from_slice(&capture.state).map_err(|_| Error::Broken {
        what: "a session is not readable as JSON",
    })
}

fn written(state: &State) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
    let text = serde_json::to_vec(state).map_err(|_| Error::Broken {
        what: "a session cannot be written as JSON",
    })?;
    Ok(zeroize::Zeroizing::new(text))
}

//! The picture at the end of the challenge: held beside the document's, and beside the frames before it.

use axum::body::Bytes;
use subtle::ConstantTimeEq;

use super::document::picture_reused;
use super::look::{Person, of_selfie, person};
use super::state::{End, Known, State};
use super::word::{Answer, Error, Hand, Hint, How, Place, Session};
use super::{Builtin, TRIES};
use crate::store::{Capture, CaptureChange, CaptureId, Taken};
use doorward_builtin::face::Likeness;
use doorward_contract::Timestamp;

impl Builtin {
    /// Takes the picture at the end of the challenge; an uploaded one needs no challenge where uploads are allowed.
    pub async fn selfie(&self, session: &Session, nonce: &str, file: Bytes, how: How) -> Result<Answer, Error> {
        let (capture, state) = self.load(&session.id).await?;
        state.waits(session.by, Place::Selfie)?;
        state.takes_still(nonce, &how)?;
        let _alone = self.0.pool.alone(&session.id)?;
        let front = self.0.store.capture_picture(&capture, "front").await?;
        let this = self.clone();
        let looking = move || {
            person(
                &this.0.faces,
                &this.0.digester,
                &file,
                front.as_ref().map(|front| front.as_slice()),
            )
        };
        let looked = self.0.pool.run(looking).await??;
        let changed = self.is_another(&capture, &state, &looked).await?;
        let mut known = self.same_picture(&state, &looked.marks).await?;
        known.extend(self.same_look(&state, looked.look).await?);
        let given = Given {
            looked,
            known,
            how,
            changed,
        };
        self.conclude_selfie(session.by, &capture.id, &given).await
    }

    async fn conclude_selfie(&self, by: Hand, id: &CaptureId, given: &Given) -> Result<Answer, Error> {
        let now = self.now();
        let (capture, state, again) = self
            .change(id, |state| {
                state.waits(by, Place::Selfie)?;
                let again = state.take_selfie(given, now);
                Ok((given.kept(again, now), again))
            })
            .await?;
        if let Some(hint) = again {
            let left = TRIES.saturating_sub(state.selfie.tries);
            return Ok(Answer::Again { hint, left });
        }
        self.remember(&state, &given.looked.marks, true).await?;
        let session = state.session(&capture, by);
        Ok(match state.ended {
            Some(_) => Answer::Ended(session),
            None => Answer::Taken(session),
        })
    }

    /// Whether the picture at the end shows another face than the frames before it.
    async fn is_another(&self, capture: &Capture, state: &State, looked: &Person) -> Result<bool, Error> {
        let (Some(run), Some(face)) = (state.selfie.runs.last(), &looked.embedding) else {
            return Ok(false);
        };
        let round = u32::try_from(state.selfie.runs.len() - 1).unwrap_or(0);
        let frames = self.taken(capture, round, run).await?;
        let mut alike = frames
            .iter()
            .filter_map(|frame| frame.seen.embedding.as_ref())
            .map(|seen| seen.similarity(face))
            .peekable();
        Ok(alike.peek().is_some() && !alike.any(|value| value >= self.0.rules.same))
    }
}

/// A picture of a person that was looked at, and what is known of it.
struct Given {
    looked: Person,
    known: Vec<Known>,
    how: How,
    changed: bool,
}

impl Given {
    fn kept(&self, again: Option<Hint>, at: Timestamp) -> CaptureChange {
        let mut pictures = Vec::new();
        if again.is_none() {
            let jpeg = self.looked.jpeg.clone();
            pictures.push(Taken {
                name: "selfie",
                at,
                jpeg,
            });
            let face = self.looked.face.clone();
            pictures.extend(face.map(|jpeg| Taken { name: "face", at, jpeg }));
        }
        CaptureChange {
            pictures,
            ..CaptureChange::default()
        }
    }
}

impl State {
    fn takes_still(&self, nonce: &str, how: &How) -> Result<(), Error> {
        if how.upload && !self.here.documents.upload {
            return Err(Error::Elsewhere);
        }
        let right = |wanted: &String| bool::from(wanted.as_bytes().ct_eq(nonce.as_bytes()));
        if self.selfie.still.as_ref().is_some_and(right) || how.upload {
            Ok(())
        } else {
            Err(Error::Elsewhere)
        }
    }

    /// Weighs a picture of the person; what would help if it is not taken.
    fn take_selfie(&mut self, given: &Given, now: Timestamp) -> Option<Hint> {
        let looked = &given.looked;
        self.selfie.tries += 1;
        self.note(&given.how, "selfie");
        if looked.edited {
            self.edited.insert("selfie".to_owned());
        }
        if picture_reused(&given.known) {
            self.see(&given.known);
            self.end(End::ReusedPicture, now);
            return None;
        }
        let different = looked
            .comparison
            .as_ref()
            .is_some_and(|comparison| comparison.is_sound() && comparison.likeness == Some(Likeness::Different));
        if different {
            self.selfie.different += 1;
        }
        let last = self.selfie.tries >= TRIES;
        let hint = looked.findings.first().copied().map(of_selfie);
        let hint = hint.or((given.changed || different).then_some(Hint::Retake));
        if self.selfie.different < 2
            && !last
            && let Some(hint) = hint
        {
            self.hint = Some(hint);
            return Some(hint);
        }
        self.selfie.comparison.clone_from(&looked.comparison);
        self.selfie.changed = given.changed;
        self.look = looked.look;
        self.see(&given.known);
        if self.selfie.different >= 2 {
            self.end(End::FaceDifferent, now);
        } else if looked.face.is_none() {
            self.end(End::NoFace, now);
        } else {
            self.finish(now);
        }
        None
    }
}

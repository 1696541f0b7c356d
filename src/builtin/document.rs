//! Pictures of a document: each is looked at in the pool, then weighed: taken, asked for again with one hint, or the end.

use axum::body::Bytes;

use super::look::{Job, Looked, kind_of, of_quality};
use super::state::{Again, End, Known, State, Whose};
use super::word::{Answer, Error, Hand, Hint, How, Place, Session, Side};
use super::{Builtin, TRIES};
use crate::store::{CaptureChange, Taken};
use doorward_builtin::document::{Contradiction, Reading, Signal, Unwanted};
use doorward_contract::{DocumentKind, Timestamp};

/// What follows from a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    Again(Hint),
    End(End),
}

/// A doubt: what helps now, and what follows when nothing more may be tried.
type Doubt = (Hint, Option<End>);

impl Builtin {
    /// Takes a picture of one side.
    pub async fn side(&self, session: &Session, side: Side, file: Bytes, how: How) -> Result<Answer, Error> {
        let (capture, state) = self.load(&session.id).await?;
        state.waits(session.by, Place::Side(side))?;
        if how.upload && !state.here.documents.upload {
            return Err(Error::Elsewhere);
        }
        let kind = state.kind.ok_or(Error::Elsewhere)?;
        let _alone = self.0.pool.alone(&session.id)?;
        let front = match side {
            Side::Front => None,
            Side::Back => self.0.store.capture_picture(&capture, "front").await?,
        };
        let job = Job {
            side,
            kind,
            documents: state.here.documents.clone(),
            today: self.today(),
            patience: self.0.settings.patience,
            front: front.map(|front| front.to_vec()),
        };
        let this = self.clone();
        let looking = move || job.look(&this.0.models, &this.0.faces, &this.0.digester, &file);
        let looked = self.0.pool.run(looking).await??;
        let mut known = self.same_picture(&state, &looked.marks).await?;
        if let Some(reading) = looked.reading.as_ref().filter(|reading| reading.readable()) {
            known.extend(self.same_document(&state, reading).await?);
        }
        self.conclude_side(
            session.by,
            &capture.id,
            &Given {
                side,
                looked,
                known,
                how,
            },
        )
        .await
    }

    async fn conclude_side(&self, by: Hand, id: &crate::store::CaptureId, given: &Given) -> Result<Answer, Error> {
        let now = self.now();
        let (capture, state, verdict) = self
            .change(id, |state| {
                state.waits(by, Place::Side(given.side))?;
                let verdict = state.take_side(given, now);
                Ok((given.kept(verdict, now), verdict))
            })
            .await?;
        match verdict {
            Verdict::Again(hint) => Ok(Answer::Again {
                hint,
                left: TRIES.saturating_sub(match given.side {
                    Side::Front => state.front.tries,
                    Side::Back => state.back.tries,
                }),
            }),
            Verdict::Taken => {
                self.remember(&state, &given.looked.marks, false).await?;
                Ok(Answer::Taken(state.session(&capture, by)))
            }
            Verdict::End(_) => {
                self.remember(&state, &given.looked.marks, false).await?;
                Ok(Answer::Ended(state.session(&capture, by)))
            }
        }
    }
}

/// A picture that was looked at, and what is known of it.
struct Given {
    side: Side,
    looked: Looked,
    known: Vec<Known>,
    how: How,
}

impl Given {
    /// What is kept of it.
    fn kept(&self, verdict: Verdict, at: Timestamp) -> CaptureChange {
        let mut pictures = Vec::new();
        if verdict == Verdict::Taken {
            let name = match self.side {
                Side::Front => "front",
                Side::Back => "back",
            };
            pictures.push(Taken {
                name,
                at,
                jpeg: self.looked.jpeg.clone(),
            });
            pictures.extend(self.looked.portrait.clone().map(|jpeg| Taken {
                name: "portrait",
                at,
                jpeg,
            }));
        }
        CaptureChange {
            pictures,
            ..CaptureChange::default()
        }
    }
}

impl State {
    /// Weighs a picture and goes on by it.
    fn take_side(&mut self, given: &Given, now: Timestamp) -> Verdict {
        self.given(given.side).tries += 1;
        let looked = &given.looked;
        let what = match given.side {
            Side::Front => "front",
            Side::Back => "back",
        };
        self.note(&given.how, what);
        if looked.edited {
            self.edited.insert(what.to_owned());
        }
        let verdict = self.weigh(given);
        match verdict {
            Verdict::Again(hint) => self.hint = Some(hint),
            Verdict::Taken => {
                self.given(given.side).taken = true;
                if given.side == Side::Front {
                    self.portrait.clone_from(&looked.face);
                }
                self.reading.clone_from(&looked.reading);
                self.hint = None;
                self.place = match given.side {
                    Side::Front if self.has_back() => Place::Side(Side::Back),
                    _ => Place::Selfie,
                };
                self.see(&given.known);
            }
            Verdict::End(end) => {
                self.reading.clone_from(&looked.reading);
                self.see(&given.known);
                self.end(end, now);
            }
        }
        verdict
    }

    /// Notes what was seen in other sessions.
    pub(super) fn see(&mut self, known: &[Known]) {
        for one in known {
            if !self.known.contains(one) {
                self.known.push(one.clone());
            }
        }
    }

    fn weigh(&mut self, given: &Given) -> Verdict {
        if let Some(end) = reused(&given.known) {
            return Verdict::End(end);
        }
        let looked = &given.looked;
        let doubt = match &looked.reading {
            None => front_of_card(looked),
            Some(reading) => match self.doubt(reading, looked, given.side) {
                Ok(doubt) => doubt,
                Err(end) => return Verdict::End(end),
            },
        };
        let last = self.given(given.side).tries >= TRIES;
        match doubt {
            Some((hint, _)) if !last => Verdict::Again(hint),
            Some((_, Some(end))) => Verdict::End(end),
            // What is odd about it stands in the reading, and a person looks.
            None | Some((_, None)) => Verdict::Taken,
        }
    }

    /// What is doubtful about a reading; an error is the end at once.
    fn doubt(&mut self, reading: &Reading, looked: &Looked, side: Side) -> Result<Option<Doubt>, End> {
        if reading.kind.is_none() || !reading.readable() {
            return Ok(Some((unread(reading, looked), Some(End::Unreadable))));
        }
        if let Some(unwanted) = reading.unwanted {
            let mut kinds = self.here.documents.kinds.iter().map(|kind| kind_of(*kind));
            if unwanted == Unwanted::Kind && kinds.any(|kind| Some(kind) == reading.kind) {
                return Ok(Some((Hint::OtherKind, Some(End::NotAccepted))));
            }
            self.unwanted += 1;
            if self.unwanted >= TRIES {
                return Err(End::NotAccepted);
            }
            return Ok(Some((Hint::Unwanted, Some(End::NotAccepted))));
        }
        for contradiction in &reading.contradictions {
            match contradiction {
                Contradiction::Expired => return Err(End::Expired),
                Contradiction::Card(_) => return Err(End::Issuer),
                Contradiction::CheckDigit(_) => {
                    self.digits.insert(looked.plain);
                    if self.digits.len() > 1 {
                        return Err(End::CheckDigit);
                    }
                    return Ok(Some((hint_of(reading).unwrap_or(Hint::HoldStill), None)));
                }
                Contradiction::SameSide => return Ok(Some((Hint::OtherSide, None))),
                Contradiction::Differs(_) => {}
            }
        }
        let unsure = |signal: &Signal| matches!(signal, Signal::Uncertain | Signal::Narrow);
        if reading.signals.iter().any(unsure) {
            return Ok(Some((hint_of(reading).unwrap_or(Hint::Closer), None)));
        }
        // Of a passport the front is all there is: its portrait is looked for here.
        let faceless = side == Side::Front && looked.portrait.is_none();
        Ok(faceless.then_some((Hint::NoFace, None)))
    }
}

/// The front of a card is read together with its back: now it has to be good enough for that.
fn front_of_card(looked: &Looked) -> Option<Doubt> {
    let helps = |hint: &&Hint| {
        matches!(
            hint,
            Hint::NoFace | Hint::Closer | Hint::Corners | Hint::Dark | Hint::Bright | Hint::Blurred
        )
    };
    looked.hints.iter().find(helps).map(|hint| {
        // Without a face there is nothing to hold the person against.
        let end = (*hint == Hint::NoFace).then_some(End::Unreadable);
        (*hint, end)
    })
}

/// What helps most when nothing could be read.
fn unread(reading: &Reading, looked: &Looked) -> Hint {
    let poor = |hint: &&Hint| matches!(hint, Hint::Dark | Hint::Bright | Hint::Blurred | Hint::Glare);
    let found = looked.hints.iter().find(poor).copied();
    found.or_else(|| hint_of(reading)).unwrap_or(Hint::NoCode)
}

fn hint_of(reading: &Reading) -> Option<Hint> {
    reading.hint().map(|(_, hint)| of_quality(hint))
}

/// Whether what was seen before ends it at once.
fn reused(known: &[Known]) -> Option<End> {
    known.iter().find_map(|known| match (known.what, known.whose) {
        // A new picture is never the same to the last pixel, whosever it is.
        (Again::Exact, _) => Some(End::ReusedPicture),
        (Again::Document, Whose::Other) => Some(End::ReusedDocument),
        _ => None,
    })
}

/// Whether what was seen before ends it, of a picture of a person.
pub(super) fn picture_reused(known: &[Known]) -> bool {
    known.iter().any(|known| known.what == Again::Exact)
}

/// The class of a document in the record.
pub(super) const fn class(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Passport => "passport",
        DocumentKind::IdentityCard => "identity_card",
        DocumentKind::DrivingLicence => "driving_licence",
    }
}

//! What a session holds: where it stands, what was read so far, what was odd. Sealed with the session; the only truth there is, so
//! that any node can answer the next request.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::word::{Hand, Hint, Offer, Place, Session, Side, Tries};
use super::{Error, HANDS, TRIES};
use crate::crypto::token::Digest;
use crate::store::Capture;
use doorward_builtin::challenge::{Challenge, Judgement};
use doorward_builtin::document::Reading;
use doorward_builtin::face::{Comparison, Finding};
use doorward_builtin::replay::Look;
use doorward_contract::{DocumentKind, Here, SubjectRef, Timestamp};

/// A session.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    /// What names the proof.
    pub reference: String,
    /// The random name of the person.
    pub subject: SubjectRef,
    /// What is known of the case.
    pub here: Here,
    pub started_at: Timestamp,
    pub place: Place,
    pub hand: Hand,
    pub kind: Option<DocumentKind>,
    /// How many documents were begun with.
    pub documents: u32,
    pub front: Given,
    pub back: Given,
    pub hint: Option<Hint>,
    pub phone: Option<Phone>,
    /// What the document says.
    pub reading: Option<Reading>,
    /// What is wrong with the face on it.
    pub portrait: Vec<Finding>,
    /// Pixels of pictures on which a check digit was wrong.
    pub digits: BTreeSet<[u8; 32]>,
    /// How many documents were shown that are not taken.
    pub unwanted: u32,
    pub selfie: Selfie,
    /// What cameras called themselves.
    pub cameras: BTreeSet<String>,
    /// Browsers, as digests of their names, and in whose hand.
    pub agents: Vec<(Hand, Digest)>,
    /// What came from files.
    pub uploads: BTreeSet<String>,
    /// What was last written by a program that changes pictures.
    pub edited: BTreeSet<String>,
    /// Of the face, for knowing it again.
    pub look: Option<Look>,
    /// What was seen before.
    pub known: Vec<Known>,
    /// Why it ended before everything was given.
    pub ended: Option<End>,
    pub done_at: Option<Timestamp>,
}

/// Pictures of one side.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Given {
    pub tries: u32,
    pub taken: bool,
}

/// What was given of the face.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Selfie {
    pub runs: Vec<Run>,
    /// What the picture at the end must carry, once the challenge is over.
    pub still: Option<String>,
    pub tries: u32,
    /// How often the faces were different, on good pictures.
    pub different: u32,
    pub comparison: Option<Comparison>,
    /// The picture at the end shows another face than the frames before it.
    pub changed: bool,
    pub judgement: Option<Judgement>,
}

/// One challenge.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Run {
    pub challenge: Challenge,
    /// When each step was handed out.
    pub prompted: Vec<DateTime<Utc>>,
    pub over: bool,
}

/// The phone that takes the pictures, or may.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Phone {
    pub offer: Offer,
}

/// Something that was seen in another session too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub what: Again,
    pub whose: Whose,
    /// The number of the other case.
    pub number: String,
}

/// What was seen again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Again {
    /// The same file or the same pixels.
    Exact,
    /// The same document.
    Document,
    /// A picture that looks like this one.
    Near,
}

/// Whose the other session was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Whose {
    /// The same account's, or of who typed the same login.
    Same,
    /// It cannot be told.
    Unsure,
    /// Another account's.
    Other,
}

/// Why a session ended before everything was given, or without any doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// Nothing could be read.
    Unreadable,
    /// No document that is taken was shown.
    NotAccepted,
    /// Past its last day, and the grace.
    Expired,
    /// A check digit was wrong on two pictures.
    CheckDigit,
    /// What its issuer wrote contradicts itself.
    Issuer,
    /// A picture was used before.
    ReusedPicture,
    /// The document was used for another account.
    ReusedDocument,
    /// The faces are different.
    FaceDifferent,
    /// No face was shown.
    NoFace,
}

impl End {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotAccepted => "not_accepted",
            Self::Expired => "expired_document",
            Self::CheckDigit => "check_digit",
            Self::Issuer => "issuer_contradicts_itself",
            Self::ReusedPicture => "reused_picture",
            Self::ReusedDocument => "reused_document",
            Self::FaceDifferent => "face_different",
            Self::NoFace => "no_face",
        }
    }
}

impl State {
    /// One that begins.
    pub(super) fn new(reference: String, subject: SubjectRef, here: Here, now: Timestamp) -> Self {
        // Of one there is nothing to choose.
        let kind = match here.documents.kinds.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        Self {
            reference,
            subject,
            place: kind.map_or(Place::Kind, |_| Place::Side(Side::Front)),
            kind,
            here,
            started_at: now,
            hand: Hand::Own,
            documents: 0,
            front: Given::default(),
            back: Given::default(),
            hint: None,
            phone: None,
            reading: None,
            portrait: Vec::new(),
            digits: BTreeSet::new(),
            unwanted: 0,
            selfie: Selfie::default(),
            cameras: BTreeSet::new(),
            agents: Vec::new(),
            uploads: BTreeSet::new(),
            edited: BTreeSet::new(),
            look: None,
            known: Vec::new(),
            ended: None,
            done_at: None,
        }
    }

    /// Whether this is what is waited for, and from whom.
    pub(super) fn waits(&self, by: Hand, place: Place) -> Result<(), Error> {
        if self.place == place && self.hand == by {
            Ok(())
        } else {
            Err(Error::Elsewhere)
        }
    }

    /// A side's pictures.
    pub(super) fn given(&mut self, side: Side) -> &mut Given {
        match side {
            Side::Front => &mut self.front,
            Side::Back => &mut self.back,
        }
    }

    /// Whether the chosen kind has something on its back.
    pub(super) fn has_back(&self) -> bool {
        self.kind != Some(DocumentKind::Passport)
    }

    /// Whether another document may be begun with.
    pub(super) fn may_change(&self) -> bool {
        matches!(self.place, Place::Side(_) | Place::Selfie)
            && self.selfie.runs.is_empty()
            && self.selfie.tries == 0
            && self.documents + 1 < TRIES
    }

    /// Back to the choice of a document; what was given of the one before goes.
    pub(super) fn begin_anew(&mut self) {
        self.documents += 1;
        if self.here.documents.kinds.len() > 1 {
            (self.place, self.kind) = (Place::Kind, None);
        } else {
            self.place = Place::Side(Side::Front);
        }
        (self.front, self.back) = (Given::default(), Given::default());
        (self.reading, self.hint) = (None, None);
        self.portrait.clear();
        self.digits.clear();
    }

    /// Over before everything was given.
    pub(super) fn end(&mut self, end: End, now: Timestamp) {
        self.ended = Some(end);
        self.finish(now);
    }

    /// Nothing more is waited for.
    pub(super) fn finish(&mut self, now: Timestamp) {
        self.place = Place::Done;
        self.done_at = Some(now);
        self.hint = None;
    }

    /// The challenge under way, and which it is.
    pub(super) fn running(&self) -> Option<(u32, &Run)> {
        let run = self.selfie.runs.last().filter(|run| !run.over)?;
        u32::try_from(self.selfie.runs.len() - 1).ok().map(|round| (round, run))
    }

    /// What pages may know.
    pub(super) fn session(&self, capture: &Capture, by: Hand) -> Session {
        let left = |tries: u32| TRIES.saturating_sub(tries);
        let begun = u32::try_from(self.selfie.runs.len()).unwrap_or(u32::MAX);
        Session {
            id: capture.id.clone(),
            number: self.here.number.clone(),
            place: self.place,
            hand: self.hand,
            by,
            documents: self.here.documents.clone(),
            kind: self.kind,
            tries: Tries {
                front: left(self.front.tries),
                back: left(self.back.tries),
                challenge: left(begun),
                selfie: left(self.selfie.tries),
            },
            another: self.may_change(),
            hint: self.hint,
            still: self.selfie.still.clone(),
            until: capture.until,
            offer: self.phone.as_ref().map(|phone| phone.offer.clone()),
        }
    }

    /// Notes who took a picture and with what.
    pub(super) fn note(&mut self, how: &super::How, what: &str) {
        if how.upload {
            self.uploads.insert(what.to_owned());
        }
        if let Some(camera) = &how.camera
            && self.cameras.len() < HANDS
        {
            self.cameras.insert(camera.chars().take(super::LONGEST_LABEL).collect());
        }
        let agent = (self.hand, Digest::of("agent", how.agent.as_bytes()));
        if self.agents.len() < HANDS && !self.agents.contains(&agent) {
            self.agents.push(agent);
        }
    }
}

//! The words in which a session is spoken of: where it stands, what a picture lacked, who takes the pictures.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::crypto;
use crate::store::{self, CaptureId};
pub use doorward_builtin::challenge::Ask;
use doorward_contract::{DocumentKind, Documents, Timestamp};

/// Why something was not done. Texts hold nothing of a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such session, or it is over.
    #[error("there is no such session any more")]
    Gone,
    /// Not what this session waits for now, or not from whom it waits for it.
    #[error("the session waits for something else")]
    Elsewhere,
    /// Too much is being looked at.
    #[error("too many pictures are being looked at")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The file is not taken.
    #[error("the file is not taken")]
    Refused(#[source] doorward_builtin::intake::Refused),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] store::Error),
    /// A key.
    #[error("a key cannot be used")]
    Crypto(#[from] crypto::Error),
    /// A model; an operator has to mend it.
    #[error("the models cannot be used")]
    Models(#[from] doorward_builtin::Error),
    /// A fault of ours.
    #[error("something went wrong here: {what}")]
    Broken {
        /// What.
        what: &'static str,
    },
}

/// A session as its pages need it: no picture, nothing that was read.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its name, which opens nothing.
    pub id: CaptureId,
    /// The number that staff and person know the case by.
    pub number: String,
    /// What it waits for.
    pub place: Place,
    /// Who takes the pictures now.
    pub hand: Hand,
    /// Who asks: the case's own browser, or the phone.
    pub by: Hand,
    /// What the purpose takes.
    pub documents: Documents,
    /// What was chosen.
    pub kind: Option<DocumentKind>,
    /// How often something may still be tried.
    pub tries: Tries,
    /// Whether another document may still be chosen.
    pub another: bool,
    /// Why the last picture was not taken.
    pub hint: Option<Hint>,
    /// The challenge is over and the picture at its end is wanted: what it must carry.
    pub still: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// What became of handing it to a phone.
    pub offer: Option<Offer>,
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Which document.
    Kind,
    /// A picture of one side of it.
    Side(Side),
    /// The challenge, and a picture of the person.
    Selfie,
    /// Nothing: everything was given, or it ended early.
    Done,
}

/// A side of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one with the portrait.
    Front,
    /// The other.
    Back,
}

/// Who takes the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// The case's own browser.
    Own,
    /// A phone that it handed over to.
    Phone,
}

/// How often something may still be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// A picture of the front.
    pub front: u32,
    /// A picture of the back.
    pub back: u32,
    /// A challenge.
    pub challenge: u32,
    /// The picture at its end.
    pub selfie: u32,
}

/// What became of handing over to a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// A code waits to be used.
    Open {
        /// Until then.
        until: Timestamp,
    },
    /// A phone used it; the case's own browser has to say whether it shows these words.
    Opened {
        /// What the phone shows.
        words: [String; 2],
        /// Until then.
        until: Timestamp,
    },
    /// It is that phone.
    Confirmed,
}

/// What a phone gets that used a code up.
#[derive(Debug)]
pub struct Handed {
    /// Its cookie's value.
    pub token: SecretString,
    /// What it shows, for the other screen to confirm.
    pub words: [String; 2],
    /// How long the cookie is worth something.
    pub until: Timestamp,
}

/// How a picture came to be, as the page says; none of it is believed more than that.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// What the camera calls itself.
    pub camera: Option<String>,
    /// It is a file and comes from no camera.
    pub upload: bool,
    /// The browser.
    pub agent: String,
    /// The camera's width and height.
    pub size: Option<(u32, u32)>,
    /// The camera's pictures per second.
    pub frame_rate: Option<f32>,
}

/// What became of a picture.
#[derive(Debug)]
pub enum Answer {
    /// It was taken.
    Taken(Session),
    /// Another one, please.
    Again {
        /// What would help most.
        hint: Hint,
        /// How often it may still be tried.
        left: u32,
    },
    /// The session is over with it.
    Ended(Session),
}

/// One step of the challenge, as it is handed out.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The how-manieth, from 0.
    pub step: usize,
    /// Of how many.
    pub of: usize,
    /// What is asked.
    pub ask: Ask,
    /// What its frames must carry.
    pub nonce: String,
    /// How long the person has for it.
    pub millis: u64,
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prompt({} of {}, {:?})", self.step, self.of, self.ask)
    }
}

/// What became of a frame.
#[derive(Debug)]
pub struct FrameAnswer {
    /// What would help.
    pub hint: Option<Hint>,
    /// What the step asks was seen.
    pub reached: bool,
    /// What comes next.
    pub next: Next,
}

/// What comes after a frame.
#[derive(Debug)]
pub enum Next {
    /// More frames of the same step.
    Same,
    /// The next step.
    Step(Prompt),
    /// The challenge is over: a picture, straight ahead.
    Still {
        /// What it must carry.
        nonce: String,
    },
    /// It was not done; another may begin.
    Again {
        /// What would help.
        hint: Hint,
        /// How many more may begin.
        left: u32,
    },
    /// The session is over.
    Over(Session),
}

/// What the person can do better, the one thing that helps most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// More light.
    Dark,
    /// Less light.
    Bright,
    /// A lamp is mirrored in it.
    Glare,
    /// Hold still, let the camera focus.
    Blurred,
    /// Come closer.
    Closer,
    /// Go farther away.
    Farther,
    /// All four corners have to be seen.
    Corners,
    /// Into the middle.
    Centre,
    /// There is no document.
    NoDocument,
    /// The code on it cannot be read.
    NoCode,
    /// It is the other side.
    OtherSide,
    /// It is another kind of document than was chosen.
    OtherKind,
    /// There is no face.
    NoFace,
    /// Somebody else is in the picture.
    SeveralFaces,
    /// The face is turned away.
    FaceTurned,
    /// The face is covered or hardly lit.
    FaceCovered,
    /// The picture has no colour.
    Grey,
    /// Look straight and hold still.
    HoldStill,
    /// The movement was not seen in its time.
    Slowly,
    /// Another picture of the face, like the ones before.
    Retake,
    /// The file is too large.
    FileTooLarge,
    /// The file is no picture.
    NotAPicture,
    /// This document is not taken here.
    Unwanted,
}

impl Hint {
    /// The word on the wire: `no_document`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Glare => "glare",
            Self::Blurred => "blurred",
            Self::Closer => "closer",
            Self::Farther => "farther",
            Self::Corners => "corners",
            Self::Centre => "centre",
            Self::NoDocument => "no_document",
            Self::NoCode => "no_code",
            Self::OtherSide => "other_side",
            Self::OtherKind => "other_kind",
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::FaceTurned => "face_turned",
            Self::FaceCovered => "face_covered",
            Self::Grey => "grey",
            Self::HoldStill => "hold_still",
            Self::Slowly => "slowly",
            Self::Retake => "retake",
            Self::FileTooLarge => "file_too_large",
            Self::NotAPicture => "not_a_picture",
            Self::Unwanted => "unwanted",
        }
    }
}

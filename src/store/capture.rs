//! Sessions of the built-in verifier, and what is kept of their pictures: everything of one under a key of its own, which is
//! sealed under the master key's and goes with the session's row.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use zeroize::Zeroizing;

use super::db::{Row, Value, values};
use super::{Error, Store, sql};
use crate::crypto::seal::Key;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// Names a session: `capture_` and 128 random bits. It opens nothing by itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CaptureId(String);

impl CaptureId {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("capture_{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&CaptureId> for Value {
    fn from(id: &CaptureId) -> Self {
        Self::from(id.as_str())
    }
}

/// A session as it was read.
pub struct Capture {
    /// Its name.
    pub id: CaptureId,
    /// When it ends.
    pub until: Timestamp,
    /// When it goes, whatever else happens.
    pub drop_at: Timestamp,
    /// Whether it was decided on.
    pub decided: bool,
    /// What it holds, as whoever wrote it wrote it.
    pub state: Zeroizing<Vec<u8>>,
    version: i64,
    key: Key,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capture({}, {})", self.id, self.version)
    }
}

/// A session that begins.
pub struct NewCapture<'a> {
    /// A digest of what names the proof.
    pub reference: &'a Digest,
    /// The verifier's name.
    pub verifier: &'a str,
    /// When it ends.
    pub until: Timestamp,
    /// When it goes at the latest.
    pub drop_at: Timestamp,
    /// What it holds.
    pub state: &'a [u8],
}

/// A picture that is kept.
pub struct Taken {
    /// What it is known by within its session; the one before goes.
    pub name: &'static str,
    /// When it was taken.
    pub at: Timestamp,
    /// The picture.
    pub jpeg: Vec<u8>,
}

/// Ways to a session besides its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureWay {
    /// A code for a phone.
    Code,
    /// The cookie of a phone.
    Phone,
}

impl CaptureWay {
    const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Phone => "phone",
        }
    }
}

/// What is written together with a session.
#[derive(Default)]
pub struct CaptureChange {
    /// All pictures before go.
    pub afresh: bool,
    /// Pictures to keep.
    pub pictures: Vec<Taken>,
    /// A way that is used up: if it is gone meanwhile, nothing is written.
    pub uses: Option<(CaptureWay, Digest, Timestamp)>,
    /// Kinds of ways that end, before the new one begins.
    pub drop_ways: Vec<CaptureWay>,
    /// A new way, and when it ends.
    pub way: Option<(CaptureWay, Digest, Timestamp)>,
}

/// A frame of a challenge that is kept.
pub struct NewFrame<'a> {
    /// Of the how-manieth challenge.
    pub round: u32,
    /// Of which of its steps.
    pub step: i64,
    /// When it arrived.
    pub at: Timestamp,
    /// What was measured on it.
    pub seen: &'a [u8],
    /// The frame.
    pub jpeg: &'a [u8],
}

/// What was measured on a frame.
pub struct Frame {
    /// Its number within its challenge.
    pub seq: i64,
    /// Of which step.
    pub step: i64,
    /// When it arrived.
    pub at: Timestamp,
    /// What was measured.
    pub seen: Zeroizing<Vec<u8>>,
}

/// What a reviewer said of what the software said. Leads to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// `2026-11`.
    pub month: String,
    /// In hundredths.
    pub similarity: Option<i64>,
    /// The word for it.
    pub likeness: Option<String>,
    /// What was found, in words.
    pub findings: String,
    /// Whether anything was wrong with the document.
    pub document: Option<bool>,
    /// Whether the faces were one person's.
    pub face: Option<bool>,
    /// Whether the case went on.
    pub accepted: bool,
}

impl Store {
    /// Begins a session. False if there is one for that proof already; nothing is written then.
    pub async fn begin_capture(&self, new: &NewCapture<'_>) -> Result<bool, Error> {
        let (id, key) = (CaptureId::random(), Key::random());
        let sealed_key = self.0.captures.seal(&format!("captures/{id}/key"), key.bytes())?;
        let row = values![
            &id,
            new.reference,
            new.verifier,
            new.until,
            new.drop_at,
            Some(sealed_key),
            Some(key.seal(&place(&id), new.state)?),
        ];
        Ok(self.0.db.run(&sql::ADD_CAPTURE, row).await? > 0)
    }

    /// Reads a session.
    pub async fn capture(&self, id: &CaptureId) -> Result<Option<Capture>, Error> {
        let row = self.0.db.one(&sql::CAPTURE, values![id]).await?;
        row.map(|row| self.open_capture(&row)).transpose()
    }

    /// Reads the session of a proof.
    pub async fn capture_of(&self, reference: &Digest) -> Result<Option<Capture>, Error> {
        let row = self.0.db.one(&sql::CAPTURE_BY_REFERENCE, values![reference]).await?;
        row.map(|row| self.open_capture(&row)).transpose()
    }

    /// Reads the session that a way leads to at the time `now`.
    pub async fn capture_by(&self, way: CaptureWay, digest: &Digest, now: Timestamp) -> Result<Option<Capture>, Error> {
        let row = values![way.word(), digest, now];
        let row = self.0.db.one(&sql::CAPTURE_BY_WAY, row).await?;
        row.map(|row| self.open_capture(&row)).transpose()
    }

    fn open_capture(&self, row: &Row) -> Result<Capture, Error> {
        let id = CaptureId(row.get::<String>("id")?);
        let sealed = row.get::<Vec<u8>>("key_sealed")?;
        let key = self.0.captures.open(&format!("captures/{id}/key"), &sealed)?;
        let key = Key::from_bytes(&key)?;
        let at = |column: &str| row.get::<i64>(column).map(Timestamp::from_micros);
        Ok(Capture {
            state: key.open(&place(&id), &row.get::<Vec<u8>>("state")?)?,
            version: row.get("version")?,
            until: at("until_at")?,
            drop_at: at("drop_at")?,
            decided: row.get::<i64>("decided")? != 0,
            key,
            id,
        })
    }

    /// Writes a session and what belongs to the change, if it is still as `seen`; otherwise [`Error::Stale`], and nothing is
    /// written.
    pub async fn advance_capture(&self, seen: &Capture, state: &[u8], change: &CaptureChange) -> Result<(), Error> {
        let sealed = seen.key.seal(&place(&seen.id), state)?;
        let mut tx = self.0.db.begin().await?;
        let row = values![&seen.id, seen.version, Some(sealed)];
        if tx.run(&sql::ADVANCE_CAPTURE, row).await? == 0 {
            return Err(Error::Stale);
        }
        if change.afresh {
            tx.run(&sql::DROP_CAPTURE_PICTURES, values![&seen.id]).await?;
        }
        for taken in &change.pictures {
            let sealed = seen.key.seal(&picture_place(&seen.id, taken.name), &taken.jpeg)?;
            let row = values![&seen.id, taken.name, taken.at, Some(sealed)];
            tx.run(&sql::KEEP_CAPTURE_PICTURE, row).await?;
        }
        if let Some((way, digest, now)) = &change.uses
            && tx.run(&sql::USE_CAPTURE_WAY, values![way.word(), digest, *now]).await? == 0
        {
            return Err(Error::Missing);
        }
        for way in &change.drop_ways {
            tx.run(&sql::DROP_CAPTURE_WAYS, values![&seen.id, way.word()]).await?;
        }
        if let Some((way, digest, until)) = &change.way {
            let row = values![way.word(), digest, &seen.id, *until];
            tx.run(&sql::ADD_CAPTURE_WAY, row).await?;
        }
        tx.commit().await
    }

    /// Keeps a frame. Its session may have gone on meanwhile; what belongs to which challenge is told by `round`.
    pub async fn add_frame(&self, of: &Capture, frame: &NewFrame<'_>) -> Result<(), Error> {
        let round = i64::from(frame.round);
        let mut tx = self.0.db.begin().await?;
        let next = tx.one(&sql::NEXT_CAPTURE_FRAME, values![&of.id, round]).await?;
        let seq = next.map_or(Ok(0), |row| row.get::<i64>("seq"))?;
        let at = frame_place(&of.id, round, seq);
        let row = values![
            &of.id,
            round,
            seq,
            frame.step,
            frame.at,
            Some(of.key.seal(&format!("{at}/seen"), frame.seen)?),
            Some(of.key.seal(&format!("{at}/picture"), frame.jpeg)?),
        ];
        if tx.run(&sql::ADD_CAPTURE_FRAME, row).await? == 0 {
            return Err(Error::Stale);
        }
        tx.commit().await
    }

    /// What was measured on the frames of a challenge, in the order in which they arrived.
    pub async fn frames(&self, of: &Capture, round: u32) -> Result<Vec<Frame>, Error> {
        let round = i64::from(round);
        let rows = self.0.db.all(&sql::CAPTURE_FRAMES, values![&of.id, round]).await?;
        let frame = |row: &Row| {
            let seq = row.get::<i64>("seq")?;
            let at = format!("{}/seen", frame_place(&of.id, round, seq));
            Ok(Frame {
                seq,
                step: row.get("step")?,
                at: Timestamp::from_micros(row.get("at")?),
                seen: of.key.open(&at, &row.get::<Vec<u8>>("seen")?)?,
            })
        };
        let mut frames: Vec<Frame> = rows.iter().map(frame).collect::<Result<_, Error>>()?;
        frames.sort_by_key(|frame| (frame.at, frame.seq));
        Ok(frames)
    }

    /// A frame of a challenge, and when it arrived.
    pub async fn frame_picture(
        &self,
        of: &Capture,
        round: u32,
        seq: i64,
    ) -> Result<Option<(Timestamp, Zeroizing<Vec<u8>>)>, Error> {
        let round = i64::from(round);
        let row = self.0.db.one(&sql::CAPTURE_FRAME, values![&of.id, round, seq]).await?;
        let Some(row) = row else { return Ok(None) };
        let place = format!("{}/picture", frame_place(&of.id, round, seq));
        let jpeg = of.key.open(&place, &row.get::<Vec<u8>>("picture")?)?;
        Ok(Some((Timestamp::from_micros(row.get("at")?), jpeg)))
    }

    /// A picture of a session.
    pub async fn capture_picture(&self, of: &Capture, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let row = self.0.db.one(&sql::CAPTURE_PICTURE, values![&of.id, name]).await?;
        let Some(row) = row else { return Ok(None) };
        let sealed = row.get::<Vec<u8>>("sealed")?;
        Ok(Some(of.key.open(&picture_place(&of.id, name), &sealed)?))
    }

    /// Which pictures there are of a session, and when they were taken.
    pub async fn capture_pictures(&self, of: &Capture) -> Result<Vec<(String, Timestamp)>, Error> {
        let rows = self.0.db.all(&sql::CAPTURE_PICTURES, values![&of.id]).await?;
        let picture = |row: &Row| Ok((row.get("name")?, Timestamp::from_micros(row.get("taken_at")?)));
        rows.iter().map(picture).collect()
    }

    /// It was decided on a session: notes what reviewers said, once, and when its pictures go. False if that was known.
    pub async fn decide_capture(&self, of: &Capture, drop_at: Timestamp, score: &Score) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::DECIDE_CAPTURE, values![&of.id, drop_at]).await? == 0 {
            return Ok(false);
        }
        let answer = |said: Option<bool>| Value::Int(said.map(i64::from));
        let row = values![
            score.month.as_str(),
            Value::Int(score.similarity),
            score.likeness.clone(),
            score.findings.as_str(),
            answer(score.document),
            answer(score.face),
            i64::from(score.accepted),
        ];
        tx.run(&sql::ADD_SCORE, row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Drops the session of a proof and everything of it, and overwrites it where the database lets us.
    pub async fn drop_capture(&self, reference: &Digest) -> Result<(), Error> {
        self.0.db.run(&sql::DROP_CAPTURE, values![reference]).await?;
        self.0.db.settle().await
    }
}

fn place(id: &CaptureId) -> String {
    format!("captures/{id}")
}

fn picture_place(id: &CaptureId, name: &str) -> String {
    format!("capture_pictures/{id}/{name}")
}

fn frame_place(id: &CaptureId, round: i64, seq: i64) -> String {
    format!("capture_frames/{id}/{round}/{seq}")
}

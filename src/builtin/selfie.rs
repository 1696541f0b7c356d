//! The person in front of the camera: a challenge whose steps are handed out one at a time. Done or not done, it never says that
//! somebody is live. The picture at its end is `still.rs`'s business.

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use subtle::ConstantTimeEq;

use super::state::{Run, State};
use super::word::{Error, FrameAnswer, Hand, Hint, Next, Place, Prompt, Session};
use super::{Builtin, TRIES};
use crate::store::{Capture, CaptureChange, CaptureId, NewFrame};
use doorward_builtin::Picture;
use doorward_builtin::challenge::{self, Challenge, Judgement, Outcome, Shortfall};
use doorward_builtin::face::Seen;
use doorward_contract::Timestamp;

/// A frame of 640 by 480 as a JPEG file is a third of it.
pub(super) const LARGEST_FRAME: usize = 300_000;

impl Builtin {
    /// Draws a challenge and hands out its first step. [`Error::Elsewhere`] when there were enough already: the session then waits for
    /// the picture alone ([`Session::still`]).
    pub async fn begin_selfie(&self, session: &Session) -> Result<Prompt, Error> {
        let (by, now) = (session.by, moment(self.now())?);
        let (_, _, prompt) = self
            .change(&session.id, |state| {
                state.waits(by, Place::Selfie)?;
                if state.selfie.still.is_some() {
                    return Err(Error::Elsewhere);
                }
                if state.selfie.runs.len() >= tries() {
                    // It was left in the middle: it counts as not done, and the picture is wanted all the same.
                    state.selfie.still = Some(nonce());
                    return Ok((CaptureChange::default(), None));
                }
                Ok((CaptureChange::default(), Some(self.draw(state, now))))
            })
            .await?;
        prompt.ok_or(Error::Elsewhere)
    }

    fn draw(&self, state: &mut State, now: DateTime<Utc>) -> Prompt {
        let last = state.selfie.runs.last().map(|run| run.challenge.order());
        let mut random = |bytes: &mut [u8]| rand::rng().fill_bytes(bytes);
        let challenge = Challenge::draw(&mut random, last.as_deref(), &self.0.rules);
        for before in &mut state.selfie.runs {
            before.over = true;
        }
        let run = Run {
            challenge,
            prompted: vec![now],
            over: false,
        };
        let first = prompt(&run);
        state.hint = None;
        state.selfie.runs.push(run);
        first
    }

    /// Takes a frame of the challenge that arrived whole at `at`.
    pub async fn frame(
        &self,
        session: &Session,
        step: usize,
        nonce: &str,
        frame: Bytes,
        at: Timestamp,
    ) -> Result<FrameAnswer, Error> {
        let (capture, state) = self.load(&session.id).await?;
        state.waits(session.by, Place::Selfie)?;
        let (round, run) = state.running().ok_or(Error::Elsewhere)?;
        let current = run.prompted.len().saturating_sub(1);
        if step != current || !is_nonce(run, current, nonce) {
            // Late, from before the next step was known: nothing of it counts.
            return Ok(FrameAnswer {
                hint: None,
                reached: false,
                next: Next::Step(prompt(run)),
            });
        }
        let _alone = self.0.pool.alone(&session.id)?;
        let hint = self.keep_frame(&capture, (round, step), frame, at).await?;
        let frames = self.taken(&capture, round, run).await?;
        let reached = challenge::is_reached(step, &run.challenge, &run.prompted, &frames, &self.0.rules);
        let late = moment(at)? > ends(run, current) || frames.len() >= self.0.rules.most;
        if !reached && !late {
            return Ok(FrameAnswer {
                hint,
                reached,
                next: Next::Same,
            });
        }
        let next = self.go_on(session.by, &capture.id, (round, current), &frames).await?;
        Ok(FrameAnswer { hint, reached, next })
    }

    /// Looks at a frame and keeps it. What cannot be looked at is not kept and says why.
    async fn keep_frame(
        &self,
        capture: &Capture,
        (round, step): (u32, usize),
        frame: Bytes,
        at: Timestamp,
    ) -> Result<Option<Hint>, Error> {
        if frame.len() > LARGEST_FRAME {
            return Ok(Some(Hint::FileTooLarge));
        }
        let faces = self.0.faces.clone();
        let looking = move || -> Result<Option<(Seen, Vec<u8>)>, Error> {
            let Ok(picture) = Picture::open(&frame) else {
                return Ok(None);
            };
            let jpeg = picture.jpeg().map_err(Error::Refused)?;
            Ok(Some((faces.look(picture.rgb())?, jpeg)))
        };
        let Some((seen, jpeg)) = self.0.pool.run(looking).await?? else {
            return Ok(Some(Hint::NotAPicture));
        };
        let text = serde_json::to_vec(&seen).map(zeroize::Zeroizing::new);
        let text = text.map_err(|_| Error::Broken {
            what: "what a frame shows cannot be written as JSON",
        })?;
        let frame = NewFrame {
            round,
            step: i64::try_from(step).unwrap_or(i64::MAX),
            at,
            seen: &text,
            jpeg: &jpeg,
        };
        self.0.store.add_frame(capture, &frame).await?;
        Ok(match (&seen.face, seen.company) {
            (None, _) => Some(Hint::NoFace),
            (Some(_), true) => Some(Hint::SeveralFaces),
            (Some(_), false) => None,
        })
    }

    /// The frames of a challenge so far.
    pub(super) async fn taken(&self, capture: &Capture, round: u32, run: &Run) -> Result<Vec<challenge::Taken>, Error> {
        let broken = || Error::Broken {
            what: "a frame that is kept is not readable",
        };
        let mut frames = Vec::new();
        for frame in self.0.store.frames(capture, round).await? {
            let step = usize::try_from(frame.step).map_err(|_| broken())?;
            // It carried its step's nonce, or it would not have been kept.
            let nonce = run.challenge.steps.get(step).map(|step| step.nonce.clone());
            frames.push(challenge::Taken {
                step,
                nonce: nonce.unwrap_or_default(),
                at: moment(frame.at)?,
                seen: serde_json::from_slice(&frame.seen).map_err(|_| broken())?,
            });
        }
        Ok(frames)
    }

    /// Hands out the next step, or judges the whole.
    async fn go_on(
        &self,
        by: Hand,
        id: &CaptureId,
        (round, current): (u32, usize),
        frames: &[challenge::Taken],
    ) -> Result<Next, Error> {
        let now = moment(self.now())?;
        let (_, _, next) = self
            .change(id, |state| {
                state.waits(by, Place::Selfie)?;
                let (known, run) = state.running().ok_or(Error::Elsewhere)?;
                let next = if (known, run.prompted.len()) != (round, current + 1) {
                    // Another frame was quicker.
                    Next::Step(prompt(run))
                } else if current + 1 < run.challenge.steps.len() {
                    state.next_step(now)?
                } else {
                    let judgement = challenge::judge(&run.challenge, &run.prompted, frames, &self.0.rules);
                    state.judged(judgement)
                };
                Ok((CaptureChange::default(), next))
            })
            .await?;
        Ok(next)
    }
}

impl State {
    fn next_step(&mut self, now: DateTime<Utc>) -> Result<Next, Error> {
        let run = self.selfie.runs.last_mut().ok_or(Error::Elsewhere)?;
        run.prompted.push(now);
        Ok(Next::Step(prompt(run)))
    }

    /// The challenge is over. Not done, it may be done again; the last one counts as it is, and a person looks.
    fn judged(&mut self, judgement: Judgement) -> Next {
        let hint = hint(&judgement);
        let done = judgement.outcome == Outcome::Done;
        let begun = self.selfie.runs.len();
        if let Some(run) = self.selfie.runs.last_mut() {
            run.over = true;
        }
        self.selfie.judgement = Some(judgement);
        if done || begun >= tries() {
            let nonce = nonce();
            self.selfie.still = Some(nonce.clone());
            return Next::Still { nonce };
        }
        self.hint = Some(hint);
        let left = u32::try_from(tries() - begun).unwrap_or(0);
        Next::Again { hint, left }
    }
}

fn tries() -> usize {
    usize::try_from(TRIES).unwrap_or(usize::MAX)
}

fn nonce() -> String {
    crate::crypto::token::Token::random().text()
}

fn moment(at: Timestamp) -> Result<DateTime<Utc>, Error> {
    at.to_chrono().ok_or(Error::Broken {
        what: "the time is none",
    })
}

fn is_nonce(run: &Run, step: usize, nonce: &str) -> bool {
    let wanted = run.challenge.steps.get(step);
    wanted.is_some_and(|step| bool::from(step.nonce.as_bytes().ct_eq(nonce.as_bytes())))
}

/// When the time of a step is over.
fn ends(run: &Run, step: usize) -> DateTime<Utc> {
    let begun = run.prompted.get(step).copied().unwrap_or_default();
    let time = run.challenge.steps.get(step).map(|step| step.time).unwrap_or_default();
    let time = TimeDelta::from_std(time).unwrap_or_default();
    begun.checked_add_signed(time).unwrap_or(begun)
}

/// The step that runs now.
fn prompt(run: &Run) -> Prompt {
    let step = run.prompted.len().saturating_sub(1);
    let asked = run.challenge.steps.get(step);
    Prompt {
        step,
        of: run.challenge.steps.len(),
        ask: asked.map_or(challenge::Ask::Straight, |step| step.ask),
        nonce: asked.map(|step| step.nonce.clone()).unwrap_or_default(),
        millis: asked.map_or(0, |step| u64::try_from(step.time.as_millis()).unwrap_or(u64::MAX)),
    }
}

/// What would help most with the next challenge.
fn hint(judgement: &Judgement) -> Hint {
    match judgement.shortfalls.first() {
        Some(Shortfall::NoStart | Shortfall::NoEnd) => Hint::HoldStill,
        Some(Shortfall::FaceLost) => Hint::NoFace,
        Some(Shortfall::Company) => Hint::SeveralFaces,
        Some(Shortfall::AnotherFace) => Hint::Retake,
        _ => Hint::Slowly,
    }
}

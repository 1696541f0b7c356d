//! Whether a series of frames shows what was asked.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::signal::{self, Facts, Signal};
use super::{Ask, Challenge, Rules, Taken};
use crate::face::{Embedding, turn};

/// How a challenge ended. There is no third word, and neither says that somebody was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything asked was seen, in order and in time, with one face that stayed the same.
    Done,
    /// Something was not.
    NotDone,
}

/// What was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// More frames than are looked at.
    TooMany,
    /// A frame without its step's nonce, from before its prompt, or of no step.
    Stray,
    /// Frames went back in time or to an earlier step.
    Disorder,
    /// Nobody looked straight at the beginning.
    NoStart,
    /// A frame without a face.
    FaceLost,
    /// A frame with somebody else in it.
    Company,
    /// A frame with a face unlike the first ones.
    AnotherFace,
    /// Something asked was not seen in its time.
    Missed(Ask),
    /// It was seen, but not the coming back.
    NotBack(Ask),
    /// Nobody looked straight at the end.
    NoEnd,
}

/// What came of a challenge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Done or not.
    pub outcome: Outcome,
    /// Why not, each once.
    pub shortfalls: Vec<Shortfall>,
    /// What a reviewer should know, done or not.
    pub signals: Vec<Signal>,
    /// What was measured.
    pub facts: Facts,
    /// Which frames show it best, for the reviewer: one for each step at most.
    pub strip: Vec<usize>,
}

/// How somebody looks who looks straight.
pub(super) struct Neutral<'a> {
    pub(super) turn: f32,
    pub(super) width: f32,
    embedding: Option<&'a Embedding>,
    at: usize,
}

/// A series of frames held against what was asked.
pub(super) struct Series<'a> {
    pub(super) challenge: &'a Challenge,
    pub(super) prompted: &'a [DateTime<Utc>],
    pub(super) frames: &'a [Taken],
    pub(super) rules: &'a Rules,
}

/// Judges a whole series. `prompted` says when each step was handed out, by the same clock as the frames.
pub fn judge(challenge: &Challenge, prompted: &[DateTime<Utc>], frames: &[Taken], rules: &Rules) -> Judgement {
    let kept = frames.get(..rules.most).unwrap_or(frames);
    let series = Series {
        challenge,
        prompted,
        frames: kept,
        rules,
    };
    let mut shortfalls = Vec::new();
    if kept.len() < frames.len() {
        shortfalls.push(Shortfall::TooMany);
    }
    shortfalls.extend(series.order());
    let neutral = series.neutral();
    shortfalls.extend(series.company(neutral.as_ref()));
    match &neutral {
        Some(neutral) => shortfalls.extend(series.steps(neutral)),
        None => shortfalls.push(Shortfall::NoStart),
    }
    let facts = Facts::of(&series, neutral.as_ref());
    Judgement {
        outcome: if shortfalls.is_empty() {
            Outcome::Done
        } else {
            Outcome::NotDone
        },
        shortfalls,
        signals: signal::signals(&series, &facts),
        facts,
        strip: series.strip(neutral.as_ref()),
    }
}

/// Whether a step has been seen in the frames so far, so that the page can go on before its time is over.
pub fn is_reached(
    step: usize,
    challenge: &Challenge,
    prompted: &[DateTime<Utc>],
    frames: &[Taken],
    rules: &Rules,
) -> bool {
    let series = Series {
        challenge,
        prompted,
        frames: frames.get(..rules.most).unwrap_or(frames),
        rules,
    };
    series
        .neutral()
        .is_some_and(|neutral| series.reach(step, &neutral).is_some())
}

impl<'a> Series<'a> {
    /// Whether a frame carries its step's nonce and arrived after its prompt.
    pub(super) fn belongs(&self, frame: &Taken) -> bool {
        let step = self.challenge.steps.get(frame.step);
        let prompted = self.prompted.get(frame.step);
        step.zip(prompted).is_some_and(|(step, prompted)| {
            frame.at >= *prompted && verify_slices_are_equal(step.nonce.as_bytes(), frame.nonce.as_bytes()).is_ok()
        })
    }

    fn order(&self) -> Vec<Shortfall> {
        let mut found = Vec::new();
        if !self.frames.iter().all(|frame| self.belongs(frame)) {
            found.push(Shortfall::Stray);
        }
        let follows = |(before, after): (&Taken, &Taken)| before.step <= after.step && before.at <= after.at;
        if !self.frames.iter().zip(self.frames.iter().skip(1)).all(follows) {
            found.push(Shortfall::Disorder);
        }
        found
    }

    /// Every frame shows one face, and the same as at the beginning.
    fn company(&self, neutral: Option<&Neutral>) -> Vec<Shortfall> {
        let first = neutral.and_then(|neutral| neutral.embedding);
        let another = |frame: &Taken| {
            let pair = first.zip(frame.seen.embedding.as_ref());
            pair.is_some_and(|(first, this)| first.similarity(this) < self.rules.same)
        };
        let checks = [
            (
                self.frames.iter().any(|frame| frame.seen.embedding.is_none()),
                Shortfall::FaceLost,
            ),
            (self.frames.iter().any(|frame| frame.seen.company), Shortfall::Company),
            (self.frames.iter().any(another), Shortfall::AnotherFace),
        ];
        checks
            .into_iter()
            .filter_map(|(wrong, what)| wrong.then_some(what))
            .collect()
    }

    /// Everything between, and looking straight at the end.
    fn steps(&self, neutral: &Neutral) -> Vec<Shortfall> {
        let last = self.challenge.steps.len().saturating_sub(1);
        let mut found = Vec::new();
        for (at, step) in self.challenge.steps.iter().enumerate().skip(1) {
            match self.reach(at, neutral) {
                None if at == last => found.push(Shortfall::NoEnd),
                None => found.push(Shortfall::Missed(step.ask)),
                Some(end) if at < last && !self.comes_back(at, end, neutral) => {
                    found.push(Shortfall::NotBack(step.ask));
                }
                Some(_) => {}
            }
        }
        found
    }

    /// The first frames in a row that look straight.
    pub(super) fn neutral(&self) -> Option<Neutral<'a>> {
        let straight = |frame: &Taken| {
            let face = frame.seen.face.as_ref();
            face.is_some_and(|face| turn(face).abs() <= self.rules.straight)
        };
        let end = self.run(0, straight)?;
        let start = (end + 1).saturating_sub(self.rules.hold.max(1));
        let faces = || {
            let run = self.frames.get(start..=end).unwrap_or_default();
            run.iter().filter_map(|frame| frame.seen.face.as_ref())
        };
        let count: f32 = faces().map(|_| 1.0).sum();
        let at = usize::midpoint(start, end);
        Some(Neutral {
            turn: faces().map(turn).sum::<f32>() / count,
            width: faces().map(|face| face.frame.width).sum::<f32>() / count,
            embedding: self.frames.get(at)?.seen.embedding.as_ref(),
            at,
        })
    }

    /// The last of the first frames in a row that show what a step asks, within its time.
    fn reach(&self, step: usize, neutral: &Neutral) -> Option<usize> {
        let ask = self.challenge.steps.get(step)?.ask;
        self.run(step, |frame| self.shows(ask, frame, neutral))
    }

    /// The last of the first frames in a row, all of one step and within its time, for which something holds.
    fn run(&self, step: usize, holds: impl Fn(&Taken) -> bool) -> Option<usize> {
        let (asked, prompted) = self.challenge.steps.get(step).zip(self.prompted.get(step))?;
        let until = TimeDelta::from_std(asked.time)
            .ok()
            .and_then(|time| prompted.checked_add_signed(time))?;
        let mut count = 0;
        for (at, frame) in self.frames.iter().enumerate() {
            let counts = frame.step == step && self.belongs(frame) && frame.at <= until;
            count = if counts && holds(frame) { count + 1 } else { 0 };
            if count >= self.rules.hold.max(1) {
                return Some(at);
            }
        }
        None
    }

    fn shows(&self, ask: Ask, frame: &Taken, neutral: &Neutral) -> bool {
        let Some(face) = &frame.seen.face else { return false };
        let (turned, grown) = (turn(face) - neutral.turn, face.frame.width / neutral.width);
        match ask {
            Ask::Straight => turned.abs() < self.rules.back && grown < self.rules.near,
            Ask::Left => turned >= self.rules.turned,
            Ask::Right => turned <= -self.rules.turned,
            Ask::Closer => grown >= self.rules.closer,
        }
    }

    /// Whether the face came back after a frame, in that step or the next. From one side to the other it passes the middle,
    /// even if no frame caught it there.
    fn comes_back(&self, step: usize, end: usize, neutral: &Neutral) -> bool {
        let ask = self.challenge.steps.get(step).map(|step| step.ask);
        let later = || self.frames.iter().skip(end).take_while(|frame| frame.step <= step + 1);
        let deviation = |frame: &Taken| frame.seen.face.as_ref().map(|face| turn(face) - neutral.turn);
        let crossed = match ask {
            Some(Ask::Left) => later().any(|frame| deviation(frame).is_some_and(|by| by < self.rules.back)),
            Some(Ask::Right) => later().any(|frame| deviation(frame).is_some_and(|by| by > -self.rules.back)),
            _ => false,
        };
        let near = |frame: &Taken| {
            let face = frame.seen.face.as_ref();
            face.is_some_and(|face| face.frame.width < neutral.width * self.rules.near)
        };
        crossed || (ask == Some(Ask::Closer) && later().any(near))
    }

    /// The frame of each step that shows it best, whether it was enough or not; without a beginning, the first of each.
    fn strip(&self, neutral: Option<&Neutral>) -> Vec<usize> {
        let of = |step: usize| {
            self.frames
                .iter()
                .enumerate()
                .filter(move |(_, frame)| frame.step == step)
        };
        let best = |(step, asked): (usize, &super::Step)| match neutral {
            Some(neutral) if step == 0 => Some(neutral.at),
            Some(neutral) => of(step)
                .max_by(|(_, a), (_, b)| {
                    let effect = |frame: &Taken| effect(asked.ask, frame, neutral);
                    effect(a).total_cmp(&effect(b))
                })
                .map(|(at, _)| at),
            None => of(step).next().map(|(at, _)| at),
        };
        self.challenge.steps.iter().enumerate().filter_map(best).collect()
    }
}

/// How far a frame is from straight in the sense of a step.
fn effect(ask: Ask, frame: &Taken, neutral: &Neutral) -> f32 {
    let Some(face) = &frame.seen.face else {
        return f32::NEG_INFINITY;
    };
    let turned = turn(face) - neutral.turn;
    match ask {
        Ask::Straight => -turned.abs(),
        Ask::Left => turned,
        Ask::Right => -turned,
        Ask::Closer => face.frame.width,
    }
}

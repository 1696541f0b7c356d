//! What was odd about the frames of a challenge. None of it refuses anybody: it is for the reviewer, shown first.
//!
//! The gateway adds what only it knows: an upload instead of a camera, the camera's name, a browser that changed between steps.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ask;
use super::judge::{Neutral, Series};
use crate::face::turn;

/// Delays needed before "constant" says anything: two are alike by chance too often.
const DELAYS: usize = 3;
/// Pairs of frames needed before their noise says anything.
const PAIRS: usize = 3;

/// Something odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A frame is the same picture as the one before: no camera does that.
    Repeated,
    /// Hardly a pixel changes from frame to frame: a still, or something drawn.
    Noiseless,
    /// Moved sooner after a prompt than people can.
    Early,
    /// Moved after each prompt with the same delay.
    Constant,
    /// The frames are not all of one size.
    Resized,
}

/// What was measured on the frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// How many frames were looked at.
    pub frames: usize,
    /// Width and height of the first.
    pub size: Option<(u32, u32)>,
    /// The middle one of the times between frames.
    pub interval: Option<Duration>,
    /// Time between each prompt to move and the first motion.
    pub delays: Vec<Option<Duration>>,
}

impl Facts {
    pub(super) fn of(series: &Series, neutral: Option<&Neutral>) -> Self {
        let frames = series.frames;
        let mut between: Vec<_> = frames
            .iter()
            .zip(frames.iter().skip(1))
            .map(|(before, after)| since(before.at, after.at))
            .collect();
        between.sort_unstable();
        let moves = series.challenge.steps.iter().enumerate();
        let moves = moves.filter(|(_, step)| step.ask != Ask::Straight);
        Self {
            frames: frames.len(),
            size: frames.first().map(|frame| frame.seen.size),
            interval: between.get(between.len() / 2).copied(),
            delays: moves
                .map(|(step, _)| neutral.and_then(|neutral| delay(series, step, neutral)))
                .collect(),
        }
    }
}

/// What is odd about a series.
pub(super) fn signals(series: &Series, facts: &Facts) -> Vec<Signal> {
    let frames = series.frames;
    let mut same: Vec<f32> = frames
        .iter()
        .zip(frames.iter().skip(1))
        .map(|(before, after)| before.seen.grain.same(&after.seen.grain))
        .collect();
    same.sort_unstable_by(f32::total_cmp);
    let usual = same.get(same.len() / 2).copied().unwrap_or(0.0);
    let delays: Vec<_> = facts.delays.iter().copied().flatten().collect();
    let spread = delays.iter().max().zip(delays.iter().min());
    let checks = [
        (same.last().is_some_and(|part| *part >= 1.0), Signal::Repeated),
        (
            same.len() >= PAIRS && usual >= series.rules.noiseless,
            Signal::Noiseless,
        ),
        (delays.iter().any(|delay| *delay < series.rules.early), Signal::Early),
        (
            delays.len() >= DELAYS
                && spread.is_some_and(|(most, least)| most.saturating_sub(*least) < series.rules.constant),
            Signal::Constant,
        ),
        (
            frames.iter().any(|frame| Some(frame.seen.size) != facts.size),
            Signal::Resized,
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(odd, signal)| odd.then_some(signal))
        .collect()
}

/// When motion began after a prompt. Somebody still on the way back from the step before has not begun anything.
fn delay(series: &Series, step: usize, neutral: &Neutral) -> Option<Duration> {
    let prompted = *series.prompted.get(step)?;
    let mut rested = false;
    for frame in series.frames.iter().filter(|frame| series.belongs(frame)) {
        let Some(face) = &frame.seen.face else { continue };
        let away = (turn(face) - neutral.turn).abs() >= series.rules.back
            || face.frame.width >= neutral.width * series.rules.near;
        if frame.step == step && away && rested {
            return Some(since(prompted, frame.at));
        }
        if frame.step + 1 == step {
            rested = !away;
        } else if frame.step == step {
            rested |= !away;
        }
    }
    None
}

fn since(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

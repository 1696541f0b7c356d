//! The challenge of the selfie: what a person is asked to do in front of the camera, drawn at random.
//!
//! It makes a lazy replay fail: a file, a still, a film of somebody who did other things in another order. One portrait that
//! software bends and feeds as a camera passes all of it. So its outcome is *done* or *not done*, and never that somebody is
//! live; it was not tested against ISO/IEC 30107-3. Frames are measured by `face`, judged in `judge.rs`; what was odd about them is in
//! `signal.rs`. Randomness and times are passed in; the gateway hands out one step at a time and keeps the frames.

mod judge;
mod signal;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::judge::{Judgement, Outcome, Shortfall, is_reached, judge};
pub use self::signal::{Facts, Signal};

use crate::face::Seen;

/// Bytes of a nonce: nobody guesses the next step's.
const NONCE: usize = 16;

/// What a person is asked to do. Left and right are theirs, whatever a mirrored preview shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Look at the camera.
    Straight,
    /// Turn the head to the left, and back.
    Left,
    /// Turn the head to the right, and back.
    Right,
    /// Come closer, and back.
    Closer,
}

/// One thing asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub ask: Ask,
    /// What frames of this step must carry; handed out only when the step begins, so no frame can have been made before.
    pub nonce: String,
    /// How long the person has for it.
    pub time: Duration,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Step({:?})", self.ask)
    }
}

/// What one person is asked, from first to last: straight, two or three things, straight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// In this order.
    pub steps: Vec<Step>,
}

/// One frame as it arrived.
#[derive(Debug, Serialize, Deserialize)]
pub struct Taken {
    /// Which step it says it belongs to, from 0.
    pub step: usize,
    /// The nonce that came with it.
    pub nonce: String,
    /// When it arrived, by the server's clock.
    pub at: DateTime<Utc>,
    /// What it shows.
    pub seen: Seen,
}

/// When something counts. First values but for the turns, which were measured on a head of known pose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Frames in a row that must show what was asked.
    pub hold: usize,
    /// Largest turn of somebody who looks straight; a still face wanders by half of it.
    pub straight: f32,
    /// Smallest turn away from straight that counts; a waved photograph reaches less than half of it.
    pub turned: f32,
    /// Largest turn away from straight of somebody who came back.
    pub back: f32,
    /// Growth of the face that counts as closer.
    pub closer: f32,
    /// Growth of the face up to which somebody is back.
    pub near: f32,
    /// Smallest similarity of each frame to the first ones; turned by thirty degrees it is still about 0.75.
    pub same: f32,
    /// The shortest time of a step.
    pub shortest: Duration,
    /// The longest time of a step.
    pub longest: Duration,
    /// More frames than this are not looked at.
    pub most: usize,
    /// Nobody moves sooner after a prompt.
    pub early: Duration,
    /// Nobody moves after each of three prompts with delays that differ less.
    pub constant: Duration,
    /// Sensors change more than the remaining part of the pixels from frame to frame.
    pub noiseless: f32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hold: 3,
            straight: 0.10,
            turned: 0.18,
            back: 0.08,
            closer: 1.3,
            near: 1.15,
            same: 0.60,
            shortest: Duration::from_millis(2_000),
            longest: Duration::from_millis(2_500),
            most: 64,
            early: Duration::from_millis(150),
            constant: Duration::from_millis(25),
            noiseless: 0.9,
        }
    }
}

impl Challenge {
    /// Draws one. `random` fills with bytes that nobody can foresee; `last` is what was asked before, which is not asked again.
    pub fn draw(random: &mut dyn FnMut(&mut [u8]), last: Option<&[Ask]>, rules: &Rules) -> Self {
        let mut orders = orders();
        orders.retain(|order| last != Some(order.as_slice()));
        let order = orders.get(below(random, orders.len())).cloned().unwrap_or_default();
        let asks = [Ask::Straight].into_iter().chain(order).chain([Ask::Straight]);
        Self {
            steps: asks
                .map(|ask| Step {
                    ask,
                    nonce: nonce(random),
                    time: time(random, rules),
                })
                .collect(),
        }
    }

    /// What is asked between looking straight: what the next one must not repeat.
    pub fn order(&self) -> Vec<Ask> {
        let asks = self.steps.iter().map(|step| step.ask);
        asks.filter(|ask| *ask != Ask::Straight).collect()
    }
}

/// Every order of two or three things that asks nothing twice running.
fn orders() -> Vec<Vec<Ask>> {
    let asks = [Ask::Left, Ask::Right, Ask::Closer];
    let mut found: Vec<Vec<Ask>> = Vec::new();
    for first in asks {
        for second in asks.into_iter().filter(|ask| *ask != first) {
            found.push(vec![first, second]);
            found.extend(
                asks.into_iter()
                    .filter(|ask| *ask != second)
                    .map(|third| vec![first, second, third]),
            );
        }
    }
    found
}

/// A number below another. The remainder of 64 bits favours none of so few by anything that matters.
fn below(random: &mut dyn FnMut(&mut [u8]), count: usize) -> usize {
    let mut bytes = [0; 8];
    random(&mut bytes);
    let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
    usize::try_from(u64::from_be_bytes(bytes) % count).unwrap_or(0)
}

fn nonce(random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut bytes = [0; NONCE];
    random(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// A time between the shortest and the longest, so that a film cut to a steady beat falls out of step.
fn time(random: &mut dyn FnMut(&mut [u8]), rules: &Rules) -> Duration {
    let mut bytes = [0; 2];
    random(&mut bytes);
    let spread = rules.longest.saturating_sub(rules.shortest) / u32::from(u16::MAX);
    let extra = spread.saturating_mul(u32::from(u16::from_be_bytes(bytes)));
    rules.shortest.saturating_add(extra)
}

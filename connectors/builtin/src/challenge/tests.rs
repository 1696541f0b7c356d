//! Challenges drawn, and judged on frames whose measures are written down here. Frames of films are judged in `tests/challenge.rs`.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use image::{Rgb, RgbImage};
use proptest::prelude::*;

use super::*;
use crate::face::{Embedding, Face, Frame, Grain, Point, Seen};

/// Bytes that differ from call to call and from seed to seed.
fn bytes_of(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |out| {
        for byte in out {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    }
}

proptest! {
    #[test]
    fn a_challenge_begins_and_ends_straight_and_asks_two_or_three_things_in_between(seed: u64, before: u64) {
        let rules = Rules::default();
        let last = Challenge::draw(&mut bytes_of(before), None, &rules).order();
        let drawn = Challenge::draw(&mut bytes_of(seed), Some(&last), &rules);
        let order = drawn.order();
        prop_assert!(order.len() == 2 || order.len() == 3);
        prop_assert_ne!(&order, &last, "the same order twice running");
        prop_assert!(order.windows(2).all(|pair| pair[0] != pair[1]));
        let asks: Vec<_> = drawn.steps.iter().map(|step| step.ask).collect();
        prop_assert_eq!(asks.len(), order.len() + 2);
        prop_assert_eq!((asks[0], asks[asks.len() - 1]), (Ask::Straight, Ask::Straight));
        for step in &drawn.steps {
            prop_assert!(step.time >= rules.shortest && step.time <= rules.longest);
        }
        let nonces: HashSet<_> = drawn.steps.iter().map(|step| &step.nonce).collect();
        prop_assert_eq!(nonces.len(), drawn.steps.len());
    }
}

#[test]
fn every_order_is_drawn_sooner_or_later() {
    let drawn: HashSet<_> = (0..2_000)
        .map(|seed| Challenge::draw(&mut bytes_of(seed), None, &Rules::default()).order())
        .collect();
    assert_eq!(drawn.len(), 18);
}

#[test]
fn a_nonce_is_not_printed() {
    let drawn = Challenge::draw(&mut bytes_of(7), None, &Rules::default());
    let text = format!("{drawn:?}");
    assert!(drawn.steps.iter().all(|step| !text.contains(&step.nonce)), "{text}");
}

#[test]
fn lengths_of_time_beyond_reason_do_not_overflow() {
    let rules = Rules {
        shortest: Duration::MAX,
        longest: Duration::MAX,
        ..Rules::default()
    };
    let challenge = Challenge::draw(&mut bytes_of(1), None, &rules);
    let prompted = vec![DateTime::<Utc>::MAX_UTC; challenge.steps.len()];
    let judgement = judge(&challenge, &prompted, &[], &rules);
    assert_eq!(judgement.shortfalls, [Shortfall::NoStart]);
}

/// How a frame of the scene looks: how far the face is turned, how wide it is.
type Pose = (f32, f32);

const STRAIGHT: Pose = (0.02, 100.0);
const LEFT: Pose = (0.30, 100.0);
const RIGHT: Pose = (-0.30, 100.0);
const CLOSE: Pose = (0.02, 140.0);

/// A series of frames in the making, a quarter of a second apart.
struct Scene {
    challenge: Challenge,
    prompted: Vec<DateTime<Utc>>,
    frames: Vec<Taken>,
    now: DateTime<Utc>,
}

impl Scene {
    fn of(order: &[Ask]) -> Self {
        let asks = [Ask::Straight].iter().chain(order).chain(&[Ask::Straight]);
        let steps = asks.enumerate().map(|(at, ask)| Step {
            ask: *ask,
            nonce: format!("nonce-{at}"),
            time: Duration::from_millis(2_500),
        });
        Self {
            challenge: Challenge { steps: steps.collect() },
            prompted: Vec::new(),
            frames: Vec::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// The next step is handed out, and these frames come back.
    fn step(mut self, poses: &[Pose]) -> Self {
        let step = self.prompted.len();
        self.prompted.push(self.now);
        for pose in poses {
            self.now += TimeDelta::milliseconds(250);
            self.frames.push(Taken {
                step,
                nonce: format!("nonce-{step}"),
                at: self.now,
                seen: seen(*pose, self.frames.len()),
            });
        }
        self
    }

    /// Left, then closer, as asked.
    fn good() -> Self {
        Self::of(&[Ask::Left, Ask::Closer])
            .step(&[STRAIGHT; 3])
            .step(&[STRAIGHT, STRAIGHT, LEFT, LEFT, LEFT])
            .step(&[LEFT, STRAIGHT, CLOSE, CLOSE, CLOSE])
            .step(&[CLOSE, STRAIGHT, STRAIGHT, STRAIGHT])
    }

    fn judged(&self) -> Judgement {
        judge(&self.challenge, &self.prompted, &self.frames, &Rules::default())
    }

    /// The shortfalls after a change to a good scene.
    fn after(change: impl FnOnce(&mut Self)) -> Vec<Shortfall> {
        let mut scene = Self::good();
        change(&mut scene);
        let judgement = scene.judged();
        assert_eq!(judgement.outcome == Outcome::Done, judgement.shortfalls.is_empty());
        judgement.shortfalls
    }
}

fn face((turn, width): Pose) -> Face {
    let at = |x: f32, y: f32| Point {
        x: 300.0 + x * 40.0,
        y: 200.0 + y * 40.0,
    };
    Face {
        score: 0.9,
        frame: Frame {
            x: 300.0 - width / 2.0,
            y: 150.0,
            width,
            height: width * 1.3,
        },
        points: [at(-0.5, 0.0), at(0.5, 0.0), at(turn, 0.5), at(-0.4, 1.0), at(0.4, 1.0)],
    }
}

/// Noise that is another in every frame.
fn noise(frame: usize) -> Grain {
    let mut random = bytes_of(u64::try_from(frame).expect("small") + 1);
    Grain::of(&RgbImage::from_fn(96, 72, |_, _| {
        let mut value = [0];
        random(&mut value);
        Rgb([value[0]; 3])
    }))
}

/// A face whose similarity to another's is the cosine of the angle between them.
fn numbers(degrees: f32) -> Embedding {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mut values = vec![0.0; crate::face::LENGTH];
    (values[0], values[1]) = (cos, sin);
    Embedding::new(values).expect("a direction")
}

fn seen(pose: Pose, frame: usize) -> Seen {
    Seen {
        size: (640, 480),
        face: Some(face(pose)),
        company: false,
        embedding: Some(numbers(0.0)),
        grain: noise(frame),
    }
}

#[test]
fn what_was_asked_in_order_and_in_time_is_done_without_a_signal() {
    let scene = Scene::good();
    let judgement = scene.judged();
    assert_eq!(judgement.outcome, Outcome::Done, "{judgement:?}");
    assert_eq!(judgement.signals, []);
    assert_eq!(judgement.facts.interval, Some(Duration::from_millis(250)));
    assert_eq!(
        judgement.facts.delays,
        [Some(Duration::from_millis(750)), Some(Duration::from_millis(750))]
    );
    let shown: Vec<_> = judgement.strip.iter().map(|at| scene.frames[*at].step).collect();
    assert_eq!(shown, [0, 1, 2, 3], "one frame of each step");
    assert!((crate::face::turn(&scene.frames[judgement.strip[1]].seen.face.expect("a face")) - 0.30).abs() < 1e-4);
}

#[test]
fn a_step_is_known_to_be_reached_before_its_time_is_over() {
    let scene = Scene::good();
    let reached = |count: usize, step| {
        let frames = &scene.frames[..count];
        is_reached(step, &scene.challenge, &scene.prompted, frames, &Rules::default())
    };
    assert!(!reached(2, 0) && reached(3, 0));
    assert!(!reached(7, 1) && reached(8, 1));
    assert!(!reached(8, 2));
}

#[test]
fn each_thing_that_is_missing_is_named_and_alone_makes_it_not_done() {
    let straight = || seen(STRAIGHT, 77);
    assert_eq!(Scene::after(|_| {}), []);
    // Two frames in a row are not three.
    assert_eq!(
        Scene::after(|s| s.frames[6].seen = straight()),
        [Shortfall::Missed(Ask::Left)]
    );
    // The other side.
    assert_eq!(
        Scene::after(|s| (5..9).for_each(|at| s.frames[at].seen = seen(RIGHT, at))),
        [Shortfall::Missed(Ask::Left)]
    );
    // Not close enough.
    assert_eq!(
        Scene::after(|s| (10..14).for_each(|at| s.frames[at].seen = seen((0.0, 128.0), at))),
        [Shortfall::Missed(Ask::Closer)]
    );
    // Too late, by two milliseconds for the third frame.
    assert_eq!(
        Scene::after(|s| s.challenge.steps[1].time = Duration::from_millis(1_248)),
        [Shortfall::Missed(Ask::Left)]
    );
    assert_eq!(
        Scene::after(|s| (0..3).for_each(|at| s.frames[at].seen = seen((0.11, 100.0), at))),
        [Shortfall::NoStart]
    );
    assert_eq!(Scene::after(|s| s.frames[15].seen = seen(LEFT, 15)), [Shortfall::NoEnd]);
    assert_eq!(Scene::after(|s| s.frames[4].seen.company = true), [Shortfall::Company]);
    assert_eq!(
        Scene::after(|s| s.frames[4].nonce = "nonce-2".into()),
        [Shortfall::Stray]
    );
    assert_eq!(
        Scene::after(|s| s.prompted[3] += TimeDelta::milliseconds(251)),
        [Shortfall::Stray]
    );
    assert_eq!(
        Scene::after(|s| s.frames[3].at = s.frames[4].at + TimeDelta::milliseconds(1)),
        [Shortfall::Disorder]
    );
}

#[test]
fn a_face_that_is_gone_for_one_frame_or_is_somebody_else_in_one_is_named() {
    let gone = Scene::after(|s| {
        s.frames[4].seen.face = None;
        s.frames[4].seen.embedding = None;
    });
    assert_eq!(gone, [Shortfall::FaceLost]);
    // cos 54° is 0.59, cos 52° 0.62.
    assert_eq!(
        Scene::after(|s| s.frames[4].seen.embedding = Some(numbers(54.0))),
        [Shortfall::AnotherFace]
    );
    assert_eq!(Scene::after(|s| s.frames[4].seen.embedding = Some(numbers(52.0))), []);
}

#[test]
fn turning_without_coming_back_is_not_done() {
    let scene = Scene::of(&[Ask::Left, Ask::Closer])
        .step(&[STRAIGHT; 3])
        .step(&[STRAIGHT, LEFT, LEFT, LEFT])
        .step(&[LEFT, (0.30, 140.0), (0.30, 140.0), (0.30, 140.0)])
        .step(&[STRAIGHT; 3]);
    assert_eq!(scene.judged().shortfalls, [Shortfall::NotBack(Ask::Left)]);
}

#[test]
fn from_one_side_to_the_other_the_face_comes_past_the_middle() {
    let scene = Scene::of(&[Ask::Left, Ask::Right])
        .step(&[STRAIGHT; 3])
        .step(&[STRAIGHT, LEFT, LEFT, LEFT])
        .step(&[LEFT, RIGHT, RIGHT, RIGHT])
        .step(&[STRAIGHT; 3]);
    let judgement = scene.judged();
    assert_eq!(judgement.outcome, Outcome::Done, "{judgement:?}");
    // Nobody knows when somebody who never rested began to move.
    assert_eq!(judgement.facts.delays[1], None);
}

#[test]
fn a_waved_photograph_gets_nowhere_near() {
    let waved = [(-0.01, 95.0), (0.04, 104.0), (0.08, 110.0), (0.03, 104.0)];
    let scene = Scene::of(&[Ask::Left, Ask::Right])
        .step(&waved)
        .step(&waved)
        .step(&waved)
        .step(&waved);
    assert_eq!(
        scene.judged().shortfalls,
        [Shortfall::Missed(Ask::Left), Shortfall::Missed(Ask::Right)]
    );
}

#[test]
fn more_frames_than_are_looked_at_are_not_looked_at() {
    let mut scene = Scene::good();
    scene = scene.step(&[STRAIGHT; 60]);
    let judgement = scene.judged();
    assert_eq!(judgement.facts.frames, Rules::default().most);
    assert!(judgement.shortfalls.contains(&Shortfall::TooMany));
}

#[test]
fn oddities_are_signalled_and_do_not_decide() {
    let signals = |change: &dyn Fn(&mut Scene)| {
        let mut scene = Scene::good();
        change(&mut scene);
        let judgement = scene.judged();
        assert_eq!(judgement.outcome, Outcome::Done, "{judgement:?}");
        judgement.signals
    };
    assert_eq!(signals(&|s| s.frames[5].seen.grain = noise(4)), [Signal::Repeated]);
    assert_eq!(signals(&|s| s.frames[5].seen.size = (480, 640)), [Signal::Resized]);
    assert_eq!(
        signals(&|s| s.frames.iter_mut().for_each(|frame| frame.seen.grain = noise(1))),
        [Signal::Repeated, Signal::Noiseless]
    );
}

#[test]
fn motion_that_begins_with_the_prompt_is_early() {
    let scene = Scene::of(&[Ask::Left, Ask::Closer])
        .step(&[STRAIGHT; 3])
        .step(&[LEFT, LEFT, LEFT, STRAIGHT])
        .step(&[STRAIGHT, CLOSE, CLOSE, CLOSE])
        .step(&[STRAIGHT; 3]);
    let mut quick = scene;
    for frame in &mut quick.frames {
        if frame.step == 1 {
            frame.at -= TimeDelta::milliseconds(140);
        }
    }
    let judgement = quick.judged();
    assert_eq!(judgement.outcome, Outcome::Done, "{judgement:?}");
    assert_eq!(judgement.signals, [Signal::Early]);
}

#[test]
fn three_equal_delays_are_odd_and_two_are_not() {
    let three = Scene::of(&[Ask::Left, Ask::Closer, Ask::Right])
        .step(&[STRAIGHT; 3])
        .step(&[STRAIGHT, LEFT, LEFT, LEFT, STRAIGHT])
        .step(&[STRAIGHT, CLOSE, CLOSE, CLOSE, STRAIGHT])
        .step(&[STRAIGHT, RIGHT, RIGHT, RIGHT, STRAIGHT])
        .step(&[STRAIGHT; 3]);
    assert_eq!(three.judged().signals, [Signal::Constant]);
    let mut uneven = three;
    uneven.prompted[2] -= TimeDelta::milliseconds(30);
    assert_eq!(uneven.judged().signals, []);
    assert_eq!(Scene::good().judged().signals, []);
}

proptest! {
    #[test]
    fn whatever_frames_come_the_judgement_ends_and_points_at_frames_that_exist(
        frames in prop::collection::vec((0_usize..7, -2_000_i64..9_000, -1.0_f32..1.0, 0.0_f32..900.0, 0_u8..4), 0..90),
        prompted in prop::collection::vec(0_i64..9_000, 0..7),
    ) {
        let scene = Scene::of(&[Ask::Left, Ask::Closer, Ask::Right]);
        let time = |ms: i64| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        let prompted: Vec<_> = prompted.into_iter().map(time).collect();
        let grain = noise(0);
        let frames: Vec<_> = frames
            .into_iter()
            .map(|(step, at, turn, width, kind)| Taken {
                step,
                nonce: format!("nonce-{step}"),
                at: time(at),
                seen: Seen {
                    size: (640, 480),
                    face: (kind > 0).then(|| face((turn, width))),
                    company: kind == 1,
                    embedding: (kind > 1).then(|| numbers(turn * 90.0)),
                    grain: grain.clone(),
                },
            })
            .collect();
        let judgement = judge(&scene.challenge, &prompted, &frames, &Rules::default());
        prop_assert!(judgement.strip.len() <= 5 && judgement.strip.iter().all(|at| *at < frames.len()));
        prop_assert_eq!(judgement.outcome == Outcome::Done, judgement.shortfalls.is_empty());
        prop_assert!(judgement.shortfalls.len() <= 12);
    }
}

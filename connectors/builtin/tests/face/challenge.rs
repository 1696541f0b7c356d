//! Films before the camera: what was drawn is asked, a frame is taken four times a second, and the series is judged.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use doorward_builtin::challenge::{
    Ask, Challenge, Judgement, Outcome, Rules, Shortfall, Signal, Step, Taken, is_reached, judge,
};
use image::RgbImage;

use crate::people::{faces, film, frame};

/// Time between two frames that a page sends.
const INTERVAL: i64 = 250;
/// When a film looks straight for longest: over its end and beginning.
const STRAIGHT: i64 = 5_400;
/// Frames of a film in a second, as Chromium plays it.
const RATE: i64 = 30;

fn asked(order: &[Ask], time: Duration) -> Challenge {
    let asks = [Ask::Straight].iter().chain(order).chain(&[Ask::Straight]);
    let steps = asks.enumerate().map(|(at, ask)| Step {
        ask: *ask,
        nonce: format!("nonce-{at}"),
        time,
    });
    Challenge { steps: steps.collect() }
}

/// Goes through a challenge like the page does: on to the next step when one is reached or its time is over.
fn walk(challenge: &Challenge, rules: &Rules, camera: impl Fn(i64) -> RgbImage) -> Judgement {
    let time = |ms: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(ms);
    let (mut now, mut prompted, mut frames) = (0, Vec::new(), Vec::new());
    for (step, asked) in challenge.steps.iter().enumerate() {
        prompted.push(time(now));
        let until = now + i64::try_from(asked.time.as_millis()).expect("small");
        while now + INTERVAL <= until {
            now += INTERVAL;
            frames.push(Taken {
                step,
                nonce: asked.nonce.clone(),
                at: time(now),
                seen: faces().look(&camera(now)).expect("models"),
            });
            if is_reached(step, challenge, &prompted, &frames, rules) {
                break;
            }
        }
    }
    judge(challenge, &prompted, &frames, rules)
}

/// A film that runs in a loop whatever is asked.
fn playing(name: &str) -> impl Fn(i64) -> RgbImage {
    let film = film(name);
    move |ms| frame(&film, usize::try_from(ms * RATE / 1000).expect("positive"))
}

/// Time for a film to come round to what is asked.
fn patient() -> (Rules, Duration) {
    let rules = Rules {
        most: 200,
        ..Rules::default()
    };
    (rules, Duration::from_secs(8))
}

#[test]
fn the_films_of_the_lab_show_whatever_is_asked() {
    let (rules, time) = patient();
    for (person, order) in [
        ("maria-silva", [Ask::Left, Ask::Closer].as_slice()),
        ("juergen-mueller", &[Ask::Right, Ask::Left]),
        ("amara-okafor", &[Ask::Closer, Ask::Left]),
        ("stranger", &[Ask::Right, Ask::Closer]),
    ] {
        let judgement = walk(&asked(order, time), &rules, playing(person));
        assert_eq!(judgement.outcome, Outcome::Done, "{person}: {judgement:?}");
        assert!(
            !judgement.signals.contains(&Signal::Repeated),
            "{person}: {judgement:?}"
        );
        assert!(
            !judgement.signals.contains(&Signal::Noiseless),
            "{person}: {judgement:?}"
        );
        assert_eq!(judgement.strip.len(), order.len() + 2);
    }
}

#[test]
fn a_film_of_other_things_in_another_order_misses_what_was_asked_in_the_time_of_a_prompt() {
    // After looking straight the film turns to the left and not closer, and to the right when the left is asked for.
    let camera = playing("maria-silva");
    let judgement = walk(
        &asked(&[Ask::Closer, Ask::Left], Duration::from_millis(1_750)),
        &Rules::default(),
        |ms| camera(ms + STRAIGHT),
    );
    assert_eq!(judgement.outcome, Outcome::NotDone);
    assert!(
        judgement.shortfalls.contains(&Shortfall::Missed(Ask::Closer)),
        "{judgement:?}"
    );
}

#[test]
fn a_waved_still_and_a_photograph_on_a_screen_turn_nowhere() {
    let (rules, time) = (Rules::default(), Duration::from_secs(3));
    for name in ["waved-still", "screen"] {
        let judgement = walk(&asked(&[Ask::Left, Ask::Right], time), &rules, playing(name));
        assert_eq!(judgement.outcome, Outcome::NotDone, "{name}");
        for ask in [Ask::Left, Ask::Right] {
            assert!(
                judgement.shortfalls.contains(&Shortfall::Missed(ask)),
                "{name}: {judgement:?}"
            );
        }
        // It is one face all the time: what is missing is the turning.
        assert!(
            !judgement.shortfalls.contains(&Shortfall::AnotherFace),
            "{name}: {judgement:?}"
        );
        assert!(
            !judgement.shortfalls.contains(&Shortfall::FaceLost),
            "{name}: {judgement:?}"
        );
    }
}

#[test]
fn one_frame_fed_again_and_again_is_signalled() {
    let film = film("maria-silva");
    let short = Duration::from_secs(1);
    let judgement = walk(&asked(&[Ask::Left, Ask::Right], short), &Rules::default(), |_| {
        frame(&film, 0)
    });
    assert_eq!(judgement.outcome, Outcome::NotDone);
    assert_eq!(judgement.signals, [Signal::Repeated, Signal::Noiseless]);
}

#[test]
fn two_faces_and_none_are_not_done() {
    let short = Duration::from_secs(1);
    let two = walk(
        &asked(&[Ask::Left, Ask::Right], short),
        &Rules::default(),
        playing("two-faces"),
    );
    assert!(two.shortfalls.contains(&Shortfall::Company), "{two:?}");
    let none = walk(
        &asked(&[Ask::Left, Ask::Right], short),
        &Rules::default(),
        playing("no-face"),
    );
    assert_eq!(
        none.shortfalls,
        [Shortfall::FaceLost, Shortfall::NoStart],
        "nothing else can be said of an empty room"
    );
}

#[test]
fn somebody_who_takes_over_in_the_middle_is_noticed() {
    let (maria, amara) = (playing("maria-silva"), playing("amara-okafor"));
    let (rules, time) = patient();
    // By then the film has turned to the left and come back.
    let judgement = walk(&asked(&[Ask::Left, Ask::Right], time), &rules, |ms| {
        if ms < 2_900 {
            maria(ms + STRAIGHT)
        } else {
            amara(ms + STRAIGHT)
        }
    });
    assert_eq!(judgement.shortfalls, [Shortfall::AnotherFace], "all else was shown");
}

#[test]
fn a_drawn_challenge_is_walked_to_its_end() {
    let rules = Rules {
        shortest: Duration::from_secs(7),
        longest: Duration::from_secs(8),
        ..patient().0
    };
    let mut next = 0_u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(37).wrapping_add(101);
            *byte = next;
        }
    };
    let challenge = Challenge::draw(&mut random, None, &rules);
    let judgement = walk(&challenge, &rules, playing("omar-al-rashid"));
    assert_eq!(
        judgement.outcome,
        Outcome::Done,
        "{:?}: {judgement:?}",
        challenge.order()
    );
}

//! Pictures as the script sends them: one at a time, the body is the file. Everything that a script says of its camera is noted,
//! bounded, and believed no further.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::Fault;
use super::who::{Meter, Photographer, return_path};
use super::{PICTURES_A_MINUTE, wake};
use crate::builtin::{Answer, FrameAnswer, How, Next, Place, Prompt, Session, Side};
use crate::pages::path;
use crate::source::Door;

/// Characters of a camera's name that are kept.
const LONGEST_NAME: usize = 100;
/// Characters of a browser's name that are kept.
const LONGEST_AGENT: usize = 300;
/// No camera is wider or higher.
const LARGEST_EDGE: u32 = 20_000;
/// No camera is faster.
const FASTEST: f32 = 1_000.0;

/// What every call of the script brings.
pub(super) struct Sent {
    door: Door,
    who: Photographer,
    file: Bytes,
}

type Body = Result<Bytes, BytesRejection>;

impl Sent {
    /// Takes a call: from our own page, not too often, not too large.
    fn new(door: Door, who: Photographer, headers: &HeaderMap, meter: &Meter, body: Body) -> Result<Self, Fault> {
        who.scripted(headers)?;
        meter.count(&door, "pictures", PICTURES_A_MINUTE)?;
        let file = body.map_err(|rejection| too_large_or(rejection.status(), Fault::Malformed))?;
        Ok(Self { door, who, file })
    }
}

/// What a body that could not be read whole is answered with.
pub(super) fn too_large_or(status: axum::http::StatusCode, otherwise: Fault) -> Fault {
    if status == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Fault::TooLarge
    } else {
        otherwise
    }
}

/// A preview: what could be better.
pub(super) async fn look(
    State(door): State<Door>,
    headers: HeaderMap,
    meter: Meter,
    who: Photographer,
    body: Body,
) -> Response {
    let looked = async {
        let sent = Sent::new(door, who, &headers, &meter, body)?;
        let hint = sent.who.builtin.glance(&sent.who.session, sent.file).await?;
        Ok::<_, Fault>(json!({"hint": hint.map(crate::builtin::Hint::word)}))
    };
    said(looked.await)
}

/// A picture of one side.
pub(super) async fn side(
    State(door): State<Door>,
    Path(word): Path<String>,
    headers: HeaderMap,
    meter: Meter,
    who: Photographer,
    body: Body,
) -> Response {
    let taken = async {
        let side = side_named(&word).ok_or(Fault::Malformed)?;
        let sent = Sent::new(door, who, &headers, &meter, body)?;
        let how = how(&headers, false);
        let answer = sent
            .who
            .builtin
            .side(&sent.who.session, side, sent.file.clone(), how)
            .await?;
        Ok(told(&sent, answer).await)
    };
    said(taken.await)
}

/// The picture at the end of the challenge.
pub(super) async fn still(
    State(door): State<Door>,
    headers: HeaderMap,
    meter: Meter,
    who: Photographer,
    body: Body,
) -> Response {
    let taken = async {
        let sent = Sent::new(door, who, &headers, &meter, body)?;
        let nonce = text(&headers, "x-nonce").ok_or(Fault::Malformed)?;
        let how = how(&headers, false);
        let answer = sent
            .who
            .builtin
            .selfie(&sent.who.session, nonce, sent.file.clone(), how)
            .await?;
        Ok(told(&sent, answer).await)
    };
    said(taken.await)
}

/// The person is ready: what is asked first.
pub(super) async fn begin(State(door): State<Door>, headers: HeaderMap, meter: Meter, who: Photographer) -> Response {
    let begun = async {
        who.scripted(&headers)?;
        meter.count(&door, "pictures", PICTURES_A_MINUTE)?;
        Ok::<_, Fault>(prompt(&who.builtin.begin_selfie(&who.session).await?))
    };
    said(begun.await)
}

/// One frame of the challenge.
pub(super) async fn frame(
    State(door): State<Door>,
    headers: HeaderMap,
    meter: Meter,
    who: Photographer,
    body: Body,
) -> Response {
    // The body is whole by now, and nothing has waited yet: this is when the frame was there.
    let at = who.builtin.now();
    let seen = async {
        let sent = Sent::new(door, who, &headers, &meter, body)?;
        let step = text(&headers, "x-step").and_then(|step| step.parse().ok());
        let (step, nonce) = step.zip(text(&headers, "x-nonce")).ok_or(Fault::Malformed)?;
        let builtin = &sent.who.builtin;
        let answer = builtin
            .frame(&sent.who.session, step, nonce, sent.file.clone(), at)
            .await?;
        Ok(framed(&sent, answer).await)
    };
    said(seen.await)
}

fn said(answer: Result<Value, Fault>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => fault.scripted(),
    }
}

/// What became of a picture, and where the page goes.
async fn told(sent: &Sent, answer: Answer) -> Value {
    match answer {
        Answer::Taken(session) | Answer::Ended(session) => json!({"next": next(sent, &session).await}),
        Answer::Again { hint, left } => json!({"hint": hint.word(), "left": left}),
    }
}

/// Where the page goes after something was taken. What is done is read at once.
async fn next(sent: &Sent, session: &Session) -> String {
    if session.place != Place::Done {
        return path::CAPTURE.to_owned();
    }
    wake(&sent.door, &sent.who.builtin, session).await;
    if sent.who.own {
        return_path(&sent.who.verifier)
    } else {
        path::CAPTURE.to_owned()
    }
}

fn prompt(prompt: &Prompt) -> Value {
    json!({
        "step": prompt.step,
        "of": prompt.of,
        "ask": prompt.ask,
        "nonce": prompt.nonce,
        "millis": prompt.millis,
    })
}

async fn framed(sent: &Sent, answer: FrameAnswer) -> Value {
    let mut said = json!({
        "hint": answer.hint.map(crate::builtin::Hint::word),
        "reached": answer.reached,
        "step": null,
        "still": null,
        "again": null,
        "next": null,
    });
    let (key, value) = match answer.next {
        Next::Same => return said,
        Next::Step(step) => ("step", prompt(&step)),
        Next::Still { nonce } => ("still", json!(nonce)),
        Next::Again { hint, left } => ("again", json!({"hint": hint.word(), "left": left})),
        Next::Over(session) => ("next", json!(next(sent, &session).await)),
    };
    if let Some(place) = said.get_mut(key) {
        *place = value;
    }
    said
}

/// The side of that name in addresses.
pub(super) fn side_named(word: &str) -> Option<Side> {
    match word {
        "front" => Some(Side::Front),
        "back" => Some(Side::Back),
        _ => None,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// How a picture came to be, as the page says.
pub(super) fn how(headers: &HeaderMap, upload: bool) -> How {
    let size = text(headers, "x-camera-size").and_then(|size| {
        let (width, height) = size.split_once('x')?;
        Some((edge(width)?, edge(height)?))
    });
    let rate = text(headers, "x-frame-rate").and_then(|rate| rate.parse().ok());
    How {
        camera: text(headers, "x-camera")
            .map(camera_name)
            .filter(|name| !name.is_empty()),
        upload,
        agent: clean(text(headers, "user-agent").unwrap_or_default(), LONGEST_AGENT),
        size,
        frame_rate: rate.filter(|rate: &f32| (0.0..=FASTEST).contains(rate)),
    }
}

fn edge(text: &str) -> Option<u32> {
    text.parse().ok().filter(|edge| (1..=LARGEST_EDGE).contains(edge))
}

/// Header values are plain signs; names of cameras are not, and come percent-encoded.
fn camera_name(text: &str) -> String {
    let decoded = url::form_urlencoded::parse(text.as_bytes()).next();
    clean(&decoded.map_or_else(Default::default, |(name, _)| name), LONGEST_NAME)
}

fn clean(text: &str, longest: usize) -> String {
    let visible = text.chars().filter(|letter| !letter.is_control()).take(longest);
    visible.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn said_of(name: &'static str, value: &str) -> How {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        how(&headers, false)
    }

    #[test]
    fn a_cameras_name_is_cleaned_and_cut() {
        let how = said_of("x-camera", "Kamera%20%C3%BC%0A%1B%5B31m%20x");
        assert_eq!(how.camera.as_deref(), Some("Kamera ü[31m x"));
        let long = "ä".repeat(400);
        let encoded = long
            .bytes()
            .fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        let how = said_of("x-camera", &encoded);
        assert_eq!(how.camera.map(|name| name.chars().count()), Some(LONGEST_NAME));
        assert_eq!(said_of("x-camera", "%20%0A").camera, None);
    }

    #[test]
    fn sizes_and_rates_that_no_camera_has_are_left_out() {
        assert_eq!(said_of("x-camera-size", "1920x1080").size, Some((1920, 1080)));
        for wrong in ["0x5", "1920", "99999x1", "-1x5", "1e3x5", "1920x1080x3"] {
            assert_eq!(said_of("x-camera-size", wrong).size, None, "{wrong}");
        }
        assert_eq!(said_of("x-frame-rate", "29.97").frame_rate, Some(29.97));
        for wrong in ["NaN", "inf", "-1", "5000", "x"] {
            assert_eq!(said_of("x-frame-rate", wrong).frame_rate, None, "{wrong}");
        }
    }
}

//! Handing over to a phone: the code, the phone's door, the word of the case's own browser. The phone confirms nothing, takes nothing
//! back and sees no page of the case.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::Url;

use super::CODES_A_MINUTE;
use super::answer::Fault;
use super::form::{Pressed, on_or};
use super::show::setting;
use super::who::{Meter, Photographer, phone_cookie};
use crate::builtin::{Builtin, Error};
use crate::flow::give;
use crate::pages::capture::{PhoneDoor, Said, Scan};
use crate::pages::qr::Qr;
use crate::pages::{Notice, path};
use crate::source::Door;

/// The longest code that is looked up; ten letters and what people put between them.
const LONGEST_CODE: usize = 20;

/// Whether the words are the same.
#[derive(Deserialize)]
pub(super) struct Confirmed {
    #[serde(flatten)]
    pressed: Pressed,
    #[serde(default)]
    answer: String,
}

/// A fresh code, in the answer to the form that asked for it and nowhere else.
pub(super) async fn offer(State(door): State<Door>, who: Photographer, Form(pressed): Form<Pressed>) -> Response {
    let offered = async {
        who.owner()?;
        who.pressed(&pressed.form_token)?;
        let code = who.builtin.offer_phone(&who.session).await?;
        Ok::<_, Fault>(scan(&door, &who, &code))
    };
    match offered.await {
        Ok(scan) => door.show(scan),
        Err(fault) => fault.shown(&door, Some(&who)),
    }
}

/// How long a code is good ([`Builtin::offer_phone`]).
const GOOD: std::time::Duration = std::time::Duration::from_secs(5 * 60);

fn scan(door: &Door, who: &Photographer, code: &str) -> Scan {
    let public = &door.flow.public_url;
    let link = public.join(&format!("{}{code}", path::PHONE)).ok();
    let squares = link.and_then(|link| give::squares(&link).ok());
    let now = door.flow.now();
    let until = now.plus(GOOD).min(who.session.until);
    Scan {
        setting: setting(who),
        qr: squares.map(|(side, dark)| Qr { side, dark }),
        place: spoken_place(public),
        code: code.into(),
        until,
        seconds_left: until.since(now).as_secs(),
    }
}

/// What is typed before the code.
fn spoken_place(public: &Url) -> String {
    let host = public.host_str().unwrap_or_default();
    let port = public.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{host}{port}{}", path::PHONE)
}

/// The case's own browser says whether the phone is the person's.
pub(super) async fn confirm(State(door): State<Door>, who: Photographer, Form(said): Form<Confirmed>) -> Response {
    let done = async {
        who.owner()?;
        who.pressed(&said.pressed.form_token)?;
        who.builtin
            .confirm_phone(&who.session, said.answer == path::YES)
            .await?;
        Ok(())
    };
    on_or(done.await, &door, &who, path::CAPTURE)
}

/// The case's own browser goes on itself.
pub(super) async fn back(State(door): State<Door>, who: Photographer, Form(pressed): Form<Pressed>) -> Response {
    let done = async {
        who.owner()?;
        who.pressed(&pressed.form_token)?;
        match who.builtin.take_back(&who.session).await {
            // Nothing was handed over: nothing is to be taken back.
            Ok(_) | Err(Error::Elsewhere) => Ok(()),
            Err(error) => Err(error.into()),
        }
    };
    on_or(done.await, &door, &who, path::CAPTURE_HERE)
}

/// A code as it is typed: any case, with or without the dash.
fn typed(code: &str) -> Option<String> {
    let code: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = code.len() <= LONGEST_CODE
        && code
            .bytes()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
    fits.then_some(code)
}

fn known(door: &Door) -> Option<&Builtin> {
    door.capture.as_ref().map(|(_, builtin)| builtin)
}

/// Where the code leads. Looking uses nothing up.
pub(super) async fn door(State(door): State<Door>, meter: Meter, Path(code): Path<String>) -> Response {
    let looked = async {
        meter.count(&door, "codes", CODES_A_MINUTE)?;
        let (Some(builtin), Some(code)) = (known(&door), typed(&code)) else {
            return Ok(None);
        };
        let good = builtin.peek_phone(&code).await?;
        Ok::<_, Fault>(good.then_some(PhoneDoor { code }))
    };
    match looked.await {
        Ok(Some(page)) => door.show(page),
        Ok(None) | Err(Fault::Gone | Fault::Elsewhere) => door.show(Said::PhoneGone),
        Err(fault) => fault.shown(&door, None),
    }
}

/// Uses the code up, and lets the phone in as far as its words.
pub(super) async fn open(
    State(door): State<Door>,
    meter: Meter,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let opened = async {
        meter.count(&door, "codes", CODES_A_MINUTE)?;
        let (Some(builtin), Some(code)) = (known(&door), typed(&code)) else {
            return Err(Fault::Gone);
        };
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(builtin.open_on_phone(&code, agent.unwrap_or_default()).await?)
    };
    match opened.await {
        Ok(handed) => {
            let mut response = door.on_to(path::CAPTURE);
            let seconds = handed.until.since(door.flow.now()).as_secs();
            let token = handed.token.expose_secret();
            door.set_cookie(&mut response, phone_cookie(&door), token, seconds);
            response
        }
        Err(Fault::Gone | Fault::Elsewhere) => door.show(Said::PhoneGone),
        Err(Fault::Forbidden) => door.show(Notice::Forbidden),
        Err(fault) => fault.shown(&door, None),
    }
}

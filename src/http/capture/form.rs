//! What is pressed and what is sent without scripts: the kind of document, another one, a file.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use doorward_contract::DocumentKind;
use serde::Deserialize;

use super::answer::Fault;
use super::picture::{how, side_named, too_large_or};
use super::show::taking;
use super::who::{Meter, Photographer};
use super::{PICTURES_A_MINUTE, is_desktop, wake};
use crate::builtin::{Answer, Place};
use crate::pages::path;
use crate::source::Door;

/// What every form of ours sends.
#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(default)]
    pub(super) form_token: String,
}

/// Which document.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(flatten)]
    pressed: Pressed,
    #[serde(default)]
    kind: String,
}

/// The kind that a form names.
fn named(word: &str) -> Option<DocumentKind> {
    match word {
        "passport" => Some(DocumentKind::Passport),
        "identity_card" => Some(DocumentKind::IdentityCard),
        "driving_licence" => Some(DocumentKind::DrivingLicence),
        _ => None,
    }
}

/// The person says which document they have.
pub(super) async fn kind(State(door): State<Door>, who: Photographer, Form(chosen): Form<Chosen>) -> Response {
    let done = async {
        who.pressed(&chosen.pressed.form_token)?;
        let kind = named(&chosen.kind).ok_or(Fault::Malformed)?;
        who.builtin.choose(&who.session, kind).await?;
        Ok(())
    };
    on_or(done.await, &door, &who, path::CAPTURE)
}

/// The person takes another document.
pub(super) async fn another(State(door): State<Door>, who: Photographer, Form(pressed): Form<Pressed>) -> Response {
    let done = async {
        who.pressed(&pressed.form_token)?;
        who.builtin.another(&who.session).await?;
        Ok(())
    };
    // Whoever was at it already is not asked again which device.
    let to = if who.own { path::CAPTURE_HERE } else { path::CAPTURE };
    on_or(done.await, &door, &who, to)
}

/// On to the next page, or what stands in the way.
pub(super) fn on_or(done: Result<(), Fault>, door: &Door, who: &Photographer, to: &'static str) -> Response {
    match done {
        Ok(()) => door.on_to(to),
        Err(fault) => fault.shown(door, Some(who)),
    }
}

/// A file, sent by the form itself.
pub(super) async fn upload(
    State(door): State<Door>,
    Path(what): Path<String>,
    headers: HeaderMap,
    meter: Meter,
    who: Photographer,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let taken = async {
        meter.count(&door, "pictures", PICTURES_A_MINUTE)?;
        if !who.session.documents.upload {
            return Err(Fault::Forbidden);
        }
        let file = read(&who, form.map_err(|_| Fault::Malformed)?).await?;
        let how = how(&headers, true);
        let answer = match side_named(&what) {
            Some(side) => who.builtin.side(&who.session, side, file, how).await?,
            None if what == "selfie" => who.builtin.selfie(&who.session, "", file, how).await?,
            None => return Err(Fault::Malformed),
        };
        if let Answer::Taken(session) | Answer::Ended(session) = &answer
            && session.place == Place::Done
        {
            wake(&door, &who.builtin, session).await;
        }
        Ok(())
    };
    match taken.await {
        // Why it was not taken stands in the session, and on the page.
        Ok(()) => door.on_to(path::CAPTURE),
        Err(fault) => match fault.hint() {
            Some(hint) if !matches!(fault, Fault::TooLarge) => {
                let page = taking(&who, &who.session, Some(hint), !is_desktop(&headers));
                (StatusCode::UNPROCESSABLE_ENTITY, door.show(page)).into_response()
            }
            _ => fault.shown(&door, Some(&who)),
        },
    }
}

/// The file of the form. The token stands before it: nothing is read for a form that is not ours.
async fn read(who: &Photographer, mut form: Multipart) -> Result<Bytes, Fault> {
    let mut ours = false;
    loop {
        let field = form.next_field().await;
        let field = field.map_err(|error| too_large_or(error.status(), Fault::Malformed))?;
        let Some(field) = field else {
            return Err(Fault::Malformed);
        };
        match field.name() {
            Some(path::FORM_TOKEN) => {
                let token = field.text().await;
                who.pressed(&token.map_err(|error| too_large_or(error.status(), Fault::Malformed))?)?;
                ours = true;
            }
            Some(path::FILE) if ours => {
                let file = field.bytes().await;
                return file.map_err(|error| too_large_or(error.status(), Fault::Malformed));
            }
            Some(path::FILE) => return Err(Fault::Forbidden),
            _ => {}
        }
    }
}

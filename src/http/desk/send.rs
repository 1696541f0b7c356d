//! The link of a case is sent to the person: to where the directory's record says that they are, and nowhere else.

use axum::extract::{Form, Path};
use axum::response::Response;
use serde::Deserialize;

use super::At;
use crate::case::role::Power;
use crate::pages::desk::{Said, path};

#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(default)]
    form_token: String,
    /// The way's id.
    #[serde(default)]
    by: String,
}

/// Sends a fresh link; the one that the page showed leads nowhere from here on.
pub(super) async fn press(at: At, Path(id): Path<String>, Form(pressed): Form<Pressed>) -> Result<Response, Response> {
    at.pressed(&pressed.form_token).await?;
    let case = at.case(&id).await?;
    let page = path::case(case.id.as_str());
    let operator = at.need_of(Power::OpenCase, &page).await?;
    let id = case.id.clone();
    match at.flow().send_link(case, operator, &pressed.by).await {
        Ok(_) => Ok(at.done(&page, Said::Sent)),
        Err(error) => Err(at.fail_at(&id, error).await),
    }
}

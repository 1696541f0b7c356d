//! The pages of the imitated Duo.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::state::Push;

#[derive(Template)]
#[template(path = "prompt.html")]
pub(super) struct Prompt<'a> {
    pub(super) name: &'a str,
    /// Where the person wants to go.
    pub(super) application: &'a str,
    pub(super) visit: &'a str,
    pub(super) error: &'a str,
    pub(super) can_answer: bool,
    pub(super) help_links: &'a [String],
    pub(super) help_text: &'a str,
}

/// The panel's page of help links and text.
#[derive(Template)]
#[template(path = "messaging.html")]
pub(super) struct Messaging<'a> {
    pub(super) help_links: &'a str,
    pub(super) help_text: &'a str,
    pub(super) error: &'a str,
}

/// Everybody's phones.
#[derive(Template)]
#[template(path = "phones.html")]
pub(super) struct Phones<'a> {
    pub(super) owners: &'a [Owner<'a>],
}

/// Whose phone, and whether something waits on it.
pub(super) struct Owner<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) waits: bool,
}

/// One phone, with what waits on it.
#[derive(Template)]
#[template(path = "phone.html")]
pub(super) struct Phone<'a> {
    pub(super) name: &'a str,
    pub(super) push: Option<&'a Push>,
    pub(super) said: &'a str,
    pub(super) error: &'a str,
}

/// The page behind a link.
#[derive(Template)]
#[template(path = "link.html")]
pub(super) struct Link<'a> {
    pub(super) name: &'a str,
}

#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done<'a> {
    pub(super) name: &'a str,
}

/// A visit or a link that is over, or never was.
#[derive(Template)]
#[template(path = "sorry.html")]
pub(super) struct Sorry {}

/// A request that Duo does not take, for whoever builds one.
#[derive(Template)]
#[template(path = "trouble.html")]
pub(super) struct Trouble<'a> {
    pub(super) what: &'a str,
}

/// The page as an answer with this status.
pub(super) fn shown(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = (status, Html(html)).into_response();
            let headers = response.headers_mut();
            // The address holds the visit; it goes nowhere else.
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

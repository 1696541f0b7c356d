//! The pages of the imitated sign-in.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

#[derive(Template)]
#[template(path = "signin.html")]
pub(super) struct SignIn<'a> {
    pub(super) tenant: &'a str,
    pub(super) login: &'a str,
    pub(super) error: &'static str,
}

#[derive(Template)]
#[template(path = "change.html")]
pub(super) struct Change<'a> {
    pub(super) tenant: &'a str,
    pub(super) login: &'a str,
    pub(super) visit: &'a str,
    pub(super) error: &'static str,
}

#[derive(Template)]
#[template(path = "register.html")]
pub(super) struct Register<'a> {
    pub(super) tenant: &'a str,
    pub(super) login: &'a str,
    pub(super) visit: &'a str,
}

#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done<'a> {
    pub(super) tenant: &'a str,
    pub(super) login: &'a str,
    pub(super) name: &'a str,
}

/// A visit that is over, or never was.
#[derive(Template)]
#[template(path = "sorry.html")]
pub(super) struct Sorry<'a> {
    pub(super) tenant: &'a str,
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

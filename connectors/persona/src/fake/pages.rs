//! The pages of the imitated hosted flow.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// What every step carries along.
pub(super) struct Ticket {
    pub(super) inquiry: String,
    pub(super) token: String,
}

/// A document that can be picked.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) class: String,
}

/// An ending that can be picked.
pub(super) struct Ending {
    pub(super) word: &'static str,
    pub(super) text: &'static str,
}

#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct Start {
    pub(super) ticket: Ticket,
    pub(super) sandbox: bool,
}

#[derive(Template)]
#[template(path = "document.html")]
pub(super) struct Document {
    pub(super) ticket: Ticket,
    pub(super) sandbox: bool,
    pub(super) unreadable: bool,
    pub(super) cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "selfie.html")]
pub(super) struct Selfie {
    pub(super) ticket: Ticket,
    pub(super) sandbox: bool,
    pub(super) unreadable: bool,
    pub(super) faces: Vec<Card>,
}

#[derive(Template)]
#[template(path = "outcome.html")]
pub(super) struct Outcome {
    pub(super) ticket: Ticket,
    pub(super) sandbox: bool,
    pub(super) endings: Vec<Ending>,
}

#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done {
    pub(super) ticket: Ticket,
    pub(super) sandbox: bool,
    pub(super) completed: bool,
    pub(super) has_return: bool,
}

/// A page without a way on: expired, cancelled, unknown.
#[derive(Template)]
#[template(path = "sorry.html")]
pub(super) struct Sorry {
    pub(super) sandbox: bool,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// The page as an answer with this status.
pub(super) fn shown(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = (status, Html(html)).into_response();
            let headers = response.headers_mut();
            // The address holds the session; it goes nowhere else.
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

//! What a form of the console sent: fields by their names, some of them several times.

use axum::extract::{Form, FromRequest, Request};
use axum::response::{IntoResponse, Response};

use super::App;
use crate::pages::desk::path;

/// The fields of a form, in the order in which they came.
pub(super) struct Fields(Vec<(String, String)>);

impl FromRequest<App> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        match Form::<Vec<(String, String)>>::from_request(request, app).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(rejection.into_response()),
        }
    }
}

impl Fields {
    /// What stands in a field, without the blanks around it; empty if it did not come.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The same, if anything stands there and it is no longer than the page allows.
    pub(super) fn text(&self, name: &str, longest: usize) -> Option<String> {
        let text = self.get(name);
        (!text.is_empty() && text.chars().count() <= longest).then(|| text.to_owned())
    }

    /// Everything that came under a name.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.trim())
    }

    /// The answer to a question, if it was answered.
    pub(super) fn answer(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            path::YES => Some(true),
            path::NO => Some(false),
            _ => None,
        }
    }

    /// The token of the form.
    pub(super) fn token(&self) -> &str {
        self.get("form_token")
    }
}

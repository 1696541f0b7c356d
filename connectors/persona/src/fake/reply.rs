//! Answers of the imitated API: the envelope, the error envelope, and the shape of attribute names.
//!
//! "Response Body", "Errors" and "API Key Inflection" (<https://docs.withpersona.com/response-body>, autumn 2026).

use serde_json::{Map, Value, json};

/// An answer before its headers are put on.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    /// Another environment than the real one, when tampered with.
    pub(super) environment: Option<String>,
}

/// An error, as the envelope has it.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) status: u16,
    title: &'static str,
    details: String,
    pointer: Option<String>,
}

/// What an operation of the API returns.
pub(super) type Answered = Result<Reply, Fault>;

impl Reply {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            environment: None,
        }
    }

    /// One object and what comes with it.
    pub(super) fn object(data: &Value) -> Self {
        Self::new(200, json!({ "data": data, "included": [], "meta": {} }))
    }

    /// With this status.
    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With this member of the body.
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.insert(member.to_owned(), value);
        }
        self
    }
}

impl Fault {
    fn new(status: u16, title: &'static str, details: impl Into<String>) -> Self {
        Self {
            status,
            title,
            details: details.into(),
            pointer: None,
        }
    }

    pub(super) fn bad(details: impl Into<String>) -> Self {
        Self::new(400, "Bad Request", details)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Must be authenticated to access this endpoint", "Token is invalid")
    }

    pub(super) fn forbidden(details: impl Into<String>) -> Self {
        Self::new(403, "Forbidden", details)
    }

    pub(super) fn missing() -> Self {
        Self::new(404, "Record not found", "Record not found")
    }

    pub(super) fn conflict(details: impl Into<String>) -> Self {
        Self::new(409, "Conflict", details)
    }

    pub(super) fn invalid(details: impl Into<String>, pointer: &str) -> Self {
        let mut fault = Self::new(422, "Record invalid", details);
        fault.pointer = Some(pointer.to_owned());
        fault
    }

    pub(super) fn limited(title: &'static str) -> Self {
        Self::new(429, title, "Too many requests in this window")
    }

    pub(super) fn broken() -> Self {
        Self::new(500, "Internal server error", "Something went wrong")
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut error = json!({ "title": self.title, "details": self.details });
        if let (Some(pointer), Some(error)) = (self.pointer, error.as_object_mut()) {
            error.insert("source".into(), json!({ "pointer": pointer }));
        }
        Reply::new(self.status, json!({ "errors": [error] }))
    }
}

/// How attribute names are written in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inflection {
    Kebab,
    Camel,
    Snake,
}

impl Inflection {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "kebab" => Some(Self::Kebab),
            "camel" => Some(Self::Camel),
            "snake" => Some(Self::Snake),
            _ => None,
        }
    }

    /// The same document with its member names written this way; those inside `fields` stay as they are.
    pub(super) fn apply(self, value: Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| {
                        let value = if name == "fields" { value } else { self.apply(value) };
                        (self.written(&name), value)
                    })
                    .collect::<Map<_, _>>(),
            ),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.apply(item)).collect()),
            other => other,
        }
    }

    fn written(self, name: &str) -> String {
        match self {
            Self::Kebab => kebab(name),
            Self::Snake => kebab(name).replace('-', "_"),
            Self::Camel => {
                let mut parts = name.split('-');
                let mut text = parts.next().unwrap_or_default().to_owned();
                for part in parts {
                    let mut chars = part.chars();
                    text.extend(chars.next().map(|first| first.to_ascii_uppercase()));
                    text.push_str(chars.as_str());
                }
                text
            }
        }
    }
}

/// `templateId` and `template_id` as `template-id`: requests are accepted in any shape.
fn kebab(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, char| {
        if char.is_ascii_uppercase() {
            text.push('-');
            text.push(char.to_ascii_lowercase());
        } else {
            text.push(if char == '_' { '-' } else { char });
        }
        text
    })
}

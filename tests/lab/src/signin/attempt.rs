//! One sign-in that waits for Doorward, and what became of it.

use std::time::Duration;

use doorward_contract::Timestamp;
use serde::Serialize;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::fault::Fault;
use super::options::Lie;

/// The vendor gives up about five minutes after it sent the person away.
const PATIENCE: Duration = Duration::from_mins(5);

/// A form that a browser is to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm {
    /// The sign-in it belongs to: its `client-request-id`.
    pub attempt: Uuid,
    /// Where to.
    pub action: Url,
    /// What, in order.
    pub fields: Vec<(String, String)>,
}

impl PostForm {
    /// The value of the first field with this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// The body as `application/x-www-form-urlencoded`.
    pub fn body(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// The person is in.
    SignedIn {
        /// Who.
        login: String,
        /// Their object id.
        oid: Uuid,
        /// The `acr` that the token names.
        acr: String,
        /// The one `amr` that the token names.
        amr: String,
    },
    /// The provider answered with an error, in the form that it must have.
    Failed {
        /// `error`
        error: String,
    },
    /// Something broke a rule.
    Refused {
        /// Which.
        fault: Fault,
    },
}

impl Outcome {
    /// Whether the person is in.
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn { .. })
    }

    /// The rule broken, if one was.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Refused { fault } => Some(fault),
            _ => None,
        }
    }
}

/// One form posted back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// The names of its fields, in order.
    pub fields: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Its `client-request-id`.
    pub id: Uuid,
    /// What was typed.
    pub login: String,
    /// The object id in the hint.
    pub oid: Option<Uuid>,
    /// When the person was sent away.
    pub begun_at: Timestamp,
    /// The values of `acr` asked for.
    pub acr: Vec<String>,
    /// The values of `amr` asked for.
    pub amr: Vec<String>,
    /// The `state` sent.
    pub state: Option<String>,
    /// The `nonce` sent.
    pub nonce: String,
    /// The subject in the hint.
    pub sub: String,
    /// The `redirect_uri` sent.
    pub redirect_uri: String,
    /// What was not as the vendor does it.
    pub lies: Vec<Lie>,
    /// Every form posted back.
    pub answers: Vec<Answer>,
    /// How it ended; later answers change nothing about it.
    pub outcome: Option<Outcome>,
    /// The browser it was begun in, if it was one.
    #[serde(skip)]
    pub(super) browser: Option<String>,
}

impl Attempt {
    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        now > self.begun_at.plus(PATIENCE)
    }
}

//! What leads to a case from outside.

use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// What names a case from outside, kept as a digest: a link, a browser, a verifier's reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandleKind {
    /// The token of a link.
    Link,
    /// The token in a browser's cookie.
    Browser,
    /// A verifier's reference, keyed-digested.
    Proof,
    /// A person's reference number.
    Number,
    /// The first half of a short code that was read out.
    Code,
    /// The form at the console by which an operator opened it: the same form sent twice opens one case.
    Form,
}

impl HandleKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Browser => "browser",
            Self::Proof => "proof",
            Self::Number => "number",
            Self::Code => "code",
            Self::Form => "form",
        }
    }
}

/// A way to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Of which kind.
    pub kind: HandleKind,
    /// What is kept of it.
    pub digest: Digest,
    /// Until when it leads there.
    pub until: Timestamp,
}

//! What is kept between one request of a client and the next: pushed requests, codes, tokens, sessions. Each is known by
//! the digest of a secret that travels, and its content is sealed.

use serde::{Deserialize, Serialize};

use super::proven::Proven;
use super::request::Request;
use doorward_contract::Timestamp;

/// A code, and what it was given for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// What was asked.
    pub request: Request,
    /// What is answered.
    pub proven: Proven,
}

/// An access or refresh token, and what it opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// What was asked.
    pub request: Request,
    /// What is answered.
    pub proven: Proven,
    /// The scopes of this very token.
    pub scopes: Vec<String>,
    /// The key it is bound to (RFC 9449 §6), if it is.
    pub dpop_thumbprint: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
}

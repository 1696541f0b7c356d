//! Codes: what a browser carries back to the client, good once and for a minute (RFC 6749 §4.1.2).

use zeroize::Zeroizing;

use super::grant::Code;
use super::refusal::{self, Refusal};
use super::{Proven, Provider, Request};
use crate::case::CaseId;
use crate::crypto::token::Token;
use crate::store::{GrantKind, NewGrant};

impl Provider {
    /// A code for what was proven. Whoever redeems it must be the client that asked, with the verifier and the key that it
    /// announced.
    pub async fn issue_code(
        &self,
        request: &Request,
        proven: &Proven,
        case: Option<&CaseId>,
    ) -> std::result::Result<String, Refusal> {
        let token = Token::random();
        let code = Code {
            request: request.clone(),
            proven: proven.clone(),
        };
        let body = serde_json::to_vec(&code)
            .map_err(|_| Refusal::new(refusal::Code::ServerError, "try again", "a code could not be written"))?;
        let grant = NewGrant {
            kind: GrantKind::Code,
            digest: token.digest(),
            family: uuid::Uuid::new_v4().to_string(),
            case: case.cloned(),
            // Remembered longer than it is good, as long as what it may have given: who comes with it again takes that back.
            until: self.clock.now().plus(self.lifetimes.code).plus(self.lifetimes.access),
            body: Zeroizing::new(body),
        };
        self.store.add_grants(&[grant]).await?;
        Ok(token.text())
    }
}

//! What one posted form means for the sign-in it belongs to.
//!
//! Order: is this sign-in still to be answered, is the form one of the two that there are, and only then the token.

use doorward_contract::Timestamp;

use super::attempt::{Attempt, Outcome};
use super::fault::Fault;
use super::metadata::Metadata;
use super::{token, value};

/// The fields that mean something; a second one of a name is refused (RFC 6749 §3.1).
const FIELDS: [&str; 3] = ["id_token", "state", "error"];

impl Attempt {
    /// What the form says, if it keeps every rule.
    pub(super) fn take(
        &self,
        fields: &[(String, String)],
        browser: Option<&str>,
        metadata: Result<Metadata, Fault>,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Outcome, Fault> {
        // Where either end is driven without a browser there is nothing to compare.
        if let (Some(begun), Some(answering)) = (self.browser.as_deref(), browser)
            && begun != answering
        {
            return Err(Fault::OtherBrowser);
        }
        if self.outcome.is_some() {
            return Err(Fault::Answered);
        }
        if self.is_late(now) {
            return Err(Fault::Late);
        }
        for name in FIELDS {
            if fields.iter().filter(|(known, _)| known == name).count() > 1 {
                return Err(Fault::Form("a field stands there twice"));
            }
        }
        match (value(fields, "id_token"), value(fields, "error")) {
            (Some(_), Some(_)) => Err(Fault::Form("both a token and an error")),
            (None, None) => Err(Fault::Form("neither a token nor an error")),
            (None, Some(error)) if is_error(error) => Ok(Outcome::Failed {
                error: error.to_owned(),
            }),
            (None, Some(_)) => Err(Fault::Form("error is empty or not ASCII as RFC 6749 §5.2 wants it")),
            (Some(token), None) => {
                let (acr, amr) = token::check(token, &metadata?, client_id, self, now)?;
                Ok(Outcome::SignedIn {
                    login: self.login.clone(),
                    oid: self.oid.unwrap_or_default(),
                    acr,
                    amr,
                })
            }
        }
    }
}

/// RFC 6749 §5.2: `%x20-21 / %x23-5B / %x5D-7E`.
fn is_error(text: &str) -> bool {
    let fits = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !text.is_empty() && text.bytes().all(fits)
}

//! The authorization request that Entra has the person's browser post (entra.md §1.4, §1.5, §1.7, §1.8).
//!
//! Who may be answered is settled first: until client, address and hint are right, nothing is posted anywhere, and
//! whoever came sees a page of ours.

use std::fmt;
use std::time::Duration;

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::Fields;
use super::claims::{self, Method};
use super::hint::{self, EARLIEST, Fault, Hint, OLDEST};
use super::{Entra, Tenant};
use crate::crypto::token::Digest;
use crate::provider::form::Parameters;
use crate::provider::refusal::{Code, Why};

/// The longest nonce: Entra's are a few dozen bytes.
const LONGEST_NONCE: usize = 2 * 1024;
/// What tells nonces from all else that is used once.
const NONCE: &str = "entra nonce";
/// How long a nonce is remembered: longer than any hint that came with it could be fresh.
const REMEMBERED: Duration = OLDEST.saturating_add(EARLIEST).saturating_add(Duration::from_secs(60));
/// The length of a GUID with its hyphens.
const GUID: usize = 36;

/// What was asked, checked. Kept, sealed, until it is answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The source's name.
    pub tenant: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Given back as it came, if it came.
    pub state: Option<String>,
    /// Given back in the answer.
    pub nonce: String,
    /// Given back to the letter: one of the values asked for.
    pub acr: String,
    /// The one means that will be named.
    pub amr: String,
    /// The hint's `sub`, given back.
    pub sub: String,
    /// Whom the answer is for.
    pub client_id: String,
    /// What Microsoft's support asks for.
    pub client_request_id: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("tenant", &self.tenant)
            .field("client_request_id", &self.client_request_id)
            .finish_non_exhaustive()
    }
}

/// A request refused.
#[derive(Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nobody can be answered: shown here, posted nowhere.
    Local {
        /// Why in truth, for the record.
        why: Why,
    },
    /// Entra is told.
    Answerable {
        /// What it is told.
        code: Code,
        /// Why in truth, for the record.
        why: Why,
        /// Where to.
        redirect_uri: String,
        /// What is posted there.
        fields: Fields,
    },
    /// This very request was taken up before: whoever began it goes on there, anybody else gets nothing from it.
    Again,
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused").field(&self.why()).finish()
    }
}

impl Refused {
    /// Why in truth.
    pub fn why(&self) -> Why {
        match self {
            Self::Local { why, .. } | Self::Answerable { why, .. } => why,
            Self::Again => "nonce twice",
        }
    }
}

/// `client-request-id`, if it is the GUID that it should be: it is shown and logged.
pub fn support_id(parameters: &Parameters) -> Option<String> {
    let text = parameters.get("client-request-id")?;
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == GUID)?;
    Some(id.to_string())
}

/// What makes the error answers to one request.
struct Answering<'a> {
    redirect_uri: String,
    state: Option<&'a str>,
}

impl Answering<'_> {
    fn refuse(&self, code: Code, why: Why) -> Refused {
        let mut fields: Fields = vec![("error", code.word().to_owned())];
        fields.extend(self.state.map(|state| ("state", state.to_owned())));
        Refused::Answerable {
            code,
            why,
            redirect_uri: self.redirect_uri.clone(),
            fields,
        }
    }

    fn invalid(&self, why: Why) -> Refused {
        self.refuse(Code::InvalidRequest, why)
    }
}

impl Entra {
    /// Checks a request to a tenant's issuer, for a check by that means. What passes is taken up: it passes once.
    pub async fn check(
        &self,
        tenant: &Tenant,
        parameters: &Parameters,
        method: Option<Method>,
    ) -> Result<(Asked, Hint), Refused> {
        let local = |why| Refused::Local { why };
        // 1. Who asks and where the answer goes, letter by letter: a wrong address here would be a way to get tokens
        //    signed for anybody. The address is that of this tenant's cloud, not of any cloud.
        if parameters.get("client_id") != Some(&tenant.client_id) {
            return Err(local("unknown client_id"));
        }
        let redirect_uri = tenant.cloud.redirect_uri();
        if parameters.get("redirect_uri") != Some(&redirect_uri) {
            return Err(local("unknown redirect_uri"));
        }
        // 2. Whom Entra sends, in Entra's own words.
        let answering = Answering {
            redirect_uri,
            state: parameters.get("state"),
        };
        let hint = parameters
            .get("id_token_hint")
            .ok_or_else(|| local("no id_token_hint"))?;
        let hint = self.hint(tenant, hint).await.map_err(|fault| match fault {
            // Nothing is said against the request: Entra lets the person choose another way.
            Fault::Unreachable(_) => answering.refuse(Code::TemporarilyUnavailable, fault.why()),
            fault => local(fault.why()),
        })?;
        // 3. What is asked. From here on Entra is told what is wrong.
        let (nonce, acr, amr) = wanted(parameters, method).map_err(|why| answering.invalid(why))?;
        // 4. Not asked before.
        let now = self.0.clock.now();
        let digest = Digest::of(NONCE, format!("{}\0{nonce}", tenant.name).as_bytes());
        match self.0.store.use_once(NONCE, &digest, now.plus(REMEMBERED)).await {
            Ok(true) => {}
            Ok(false) => return Err(Refused::Again),
            Err(error) => {
                tracing::error!(error = %crate::cause::causes(&error), "a request was refused because the database cannot be used");
                return Err(answering.refuse(Code::TemporarilyUnavailable, "database out of use"));
            }
        }
        let asked = Asked {
            tenant: tenant.name.clone(),
            redirect_uri: answering.redirect_uri,
            state: parameters.get("state").map(ToOwned::to_owned),
            nonce,
            acr,
            amr: amr.to_owned(),
            sub: hint.sub.clone(),
            client_id: tenant.client_id.clone(),
            client_request_id: support_id(parameters),
            received_at: now,
        };
        Ok((asked, hint))
    }

    async fn hint(&self, tenant: &Tenant, text: &str) -> Result<Hint, Fault> {
        let authority = self.0.authorities.get(&tenant.cloud).ok_or(Fault::Maker)?;
        let checked = hint::check(text, tenant, authority, self.0.clock.now()).await;
        if let Err(Fault::Unreachable(error)) = &checked {
            tracing::warn!(source = tenant.name, %error, "the keys of {}'s authority cannot be read", tenant.name);
        }
        checked
    }
}

/// `nonce`, and the `acr` and `amr` to answer with; otherwise what is wrong.
fn wanted(parameters: &Parameters, method: Option<Method>) -> Result<(String, String, &'static str), Why> {
    // The reference prints `Id_token` in one place.
    let id_token = |text: &str| text.eq_ignore_ascii_case("id_token");
    if !parameters.get("response_type").is_some_and(id_token) {
        return Err("response_type is not id_token");
    }
    if parameters.get("response_mode") != Some("form_post") {
        return Err("response_mode is not form_post");
    }
    let scopes = parameters.get("scope").unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == "openid") {
        return Err("no openid in scope");
    }
    let nonce = parameters.get("nonce").ok_or("no nonce")?;
    if nonce.len() > LONGEST_NONCE {
        return Err("nonce too long");
    }
    let method = method.ok_or("the purpose checks nothing that Entra has a word for")?;
    let claims = parameters.get("claims").ok_or("no claims")?;
    let acr = claims::choose(claims, method).ok_or("no acr and amr that the check satisfies")?;
    Ok((nonce.to_owned(), acr, method.amr()))
}

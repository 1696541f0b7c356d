//! Signed authorization requests: RFC 9101, OpenID Connect Core §6.1, FAPI 2.0 Message Signing §5.3.
//!
//! Only objects sent along with a request; we fetch none from addresses, and read none that are encrypted.

use std::time::Duration;

use serde::Deserialize;

use super::checks::Checks;
use super::client::{Client, Profile};
use super::form::Parameters;
use super::jose::{Audience, Rules, Typ, Unproven};
use super::moment::{Span, Times};
use super::refusal::{Code, Refusal, Why};

/// How far ahead an object may end, and how long ago it may have begun (FAPI 2.0 Message Signing §5.3.1: 60 minutes).
const LIFE: Duration = Duration::from_secs(3600);
/// Claims that say something of the object itself and are no parameters.
const OWN: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
/// What must not stand inside: an object in an object (RFC 9101 §4), and what a client proves itself with.
const FORBIDDEN: [&str; 5] = [
    "request",
    "request_uri",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// What an object says of itself.
#[derive(Deserialize)]
struct Object {
    iss: String,
    sub: Option<String>,
    aud: Audience,
    client_id: String,
    jti: Option<String>,
    #[serde(flatten)]
    times: Times,
}

impl Checks {
    /// The request that counts: what the signed object says if there is one, and nothing from outside of it; else what
    /// was sent, unless this client must sign. Whose request it is has been settled before.
    pub async fn request(&self, client: &Client, mut sent: Parameters) -> Result<Parameters, Refusal> {
        let Some(object) = sent.take("request") else {
            if client.signed_requests {
                return Err(Refusal::new(
                    Code::InvalidRequest,
                    "this client must sign its requests",
                    "unsigned request",
                ));
            }
            return Ok(sent);
        };
        // RFC 9101 §5: one or the other.
        if sent.get("request_uri").is_some() {
            return Err(Refusal::new(
                Code::InvalidRequest,
                "request and request_uri exclude each other",
                "request and request_uri",
            ));
        }
        // RFC 9101 §5: outside and inside name the same client.
        if sent.get("client_id").is_some_and(|outside| outside != client.id) {
            return Err(refuse("client_id outside is another's"));
        }
        self.open(client, &object).await
    }

    async fn open(&self, client: &Client, text: &str) -> Result<Parameters, Refusal> {
        let rules = Rules {
            algs: client.profile.algs(),
            // RFC 9101 §10.8 names the first; many clients write the second or nothing.
            typ: Typ::OneOfOrAbsent(&["oauth-authz-req+jwt", "jwt"]),
        };
        let unproven = Unproven::read(text, &rules).map_err(|fault| refuse(fault.why()))?;
        let keys = self.keys_of(client, unproven.kid()).await?;
        let proven = unproven.prove(&keys).map_err(|fault| refuse(fault.why()))?;
        let object: Object = proven.claims().map_err(|fault| refuse(fault.why()))?;
        // RFC 9101 §4, §6.2 (and §10.8: a client's statement about itself is no request).
        if object.iss != client.id || object.client_id != client.id {
            return Err(refuse("object of another client"));
        }
        if object.sub.is_some_and(|sub| sub == client.id) {
            return Err(refuse("a client assertion, not a request"));
        }
        if !object.aud.contains(&self.issuer) {
            return Err(refuse("object not meant for us"));
        }
        let now = self.clock.now();
        let span = Span {
            ahead: Some(LIFE),
            // FAPI 2.0 Message Signing §5.3.1: `nbf` must be there.
            begun: (client.profile == Profile::Fapi2).then_some(LIFE),
        };
        object.times.check(now, span).map_err(|fault| refuse(fault.why()))?;
        let mut members = proven.into_members();
        if FORBIDDEN.iter().any(|name| members.contains_key(*name)) {
            return Err(refuse("forbidden parameter inside"));
        }
        members.retain(|name, _| !OWN.contains(&name.as_str()));
        let parameters = Parameters::of_members(members).map_err(|refusal| refuse(refusal.why))?;
        if let Some(jti) = object.jti {
            let until = object.times.remembered_until(now);
            if !self.first_use("request object", [&client.id, &jti], until).await? {
                return Err(refuse("replayed object"));
            }
        }
        Ok(parameters)
    }
}

fn refuse(why: Why) -> Refusal {
    Refusal::new(Code::InvalidRequestObject, "the request object is not valid", why)
}

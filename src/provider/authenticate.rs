//! Who the client is that sent a request: RFC 6749 §2.3, RFC 7523 §3, OpenID Connect Core §9.
//!
//! For every endpoint that clients call directly: pushed requests, token, revocation, introspection. What a client may
//! then do is the endpoint's question.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::checks::Checks;
use super::client::{Auth, Client, Clients, Profile, secret_digest};
use super::form::{Parameters, decode};
use super::jose::{Audience, Rules, Typ, Unproven};
use super::moment::{Span, Times};
use super::refusal::{Code, Refusal, Why};
use crate::crypto::token::Digest;

/// RFC 7523 §2.2.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead a client's statement may end. Most libraries write one to five minutes; some write an hour, and it is
/// remembered that long.
const AHEAD: Duration = Duration::from_secs(3600);
/// The same for a client that keeps FAPI 2.0.
const AHEAD_FAPI: Duration = Duration::from_secs(10 * 60);
/// How long before its end a statement may have been made. Only an odd client makes them in advance.
const LIFE: Duration = Duration::from_secs(3600);
/// Where the token endpoint stands below the issuer. OpenID Connect Core §9 has clients name it as the audience at
/// every endpoint.
const TOKEN: &str = "/oauth2/token";

/// What a request presents.
enum Presented {
    Basic { id: String, secret: String },
    Post { secret: String },
    Assertion { text: String },
    Nothing,
}

impl Presented {
    fn way(&self) -> Auth {
        match self {
            Self::Basic { .. } => Auth::SecretBasic,
            Self::Post { .. } => Auth::SecretPost,
            Self::Assertion { .. } => Auth::PrivateKeyJwt,
            Self::Nothing => Auth::None,
        }
    }
}

/// What a client says of itself (OpenID Connect Core §9).
#[derive(Deserialize)]
struct Statement {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    #[serde(flatten)]
    times: Times,
}

impl Checks {
    /// The client that sent this, proven in the way it is registered for. What it proved itself with is taken out of
    /// `parameters`, so that it is neither stored nor logged; `client_id` stays, and is this client's. `endpoint` is the
    /// address of the endpoint as the world sees it.
    pub async fn client(
        &self,
        clients: &Clients,
        headers: &HeaderMap,
        parameters: &mut Parameters,
        endpoint: &str,
    ) -> Result<Arc<Client>, Refusal> {
        let presented = presented(headers, parameters)?;
        let id = named(&presented, parameters)?;
        let client = clients.get(&id);
        let proven = match &presented {
            Presented::Basic { secret, .. } | Presented::Post { secret } => check_secret(client, secret),
            Presented::Assertion { text } => self.check_statement(client, text, endpoint).await,
            Presented::Nothing => Ok(()),
        };
        // An unknown client has gone the way of a known one until here, and is told the same.
        let client = client.ok_or_else(|| stranger("unknown client"))?;
        // RFC 8725 §2.8 in spirit: a client is proven in its own way or not at all, whatever else would fit.
        if !client.may_use(presented.way()) {
            return Err(stranger("another method than registered"));
        }
        proven?;
        parameters.set("client_id", &client.id);
        Ok(client.clone())
    }

    async fn check_statement(&self, client: Option<&Arc<Client>>, text: &str, endpoint: &str) -> Result<(), Refusal> {
        let profile = client.map_or(Profile::Fapi2, |client| client.profile);
        let rules = Rules {
            algs: profile.algs(),
            // Not a signed request, which the same key signs for the same audience (RFC 9101 §10.8).
            typ: Typ::OneOfOrAbsent(&["jwt", "client-authentication+jwt"]),
        };
        let unproven = Unproven::read(text, &rules).map_err(|fault| stranger(fault.why()))?;
        let keys = match client {
            Some(client) if client.auth == Auth::PrivateKeyJwt => self.keys_of(client, unproven.kid()).await?,
            _ => Arc::default(),
        };
        let proven = unproven.prove(&keys).map_err(|fault| stranger(fault.why()))?;
        let said: Statement = proven.claims().map_err(|fault| stranger(fault.why()))?;
        let id = client.map(|client| client.id.as_str()).unwrap_or_default();
        // RFC 7523 §3: 1. and 2., who speaks and of whom.
        if said.iss != id || said.sub != id {
            return Err(stranger("iss and sub are not the client"));
        }
        // RFC 7523 §3: 3., to us.
        if !self.is_meant(&said.aud, profile, endpoint) {
            return Err(stranger("not meant for us"));
        }
        // RFC 7523 §3: 4. to 6., now.
        let now = self.clock.now();
        let span = Span {
            ahead: Some(match profile {
                Profile::Fapi2 => AHEAD_FAPI,
                _ => AHEAD,
            }),
            begun: None,
        };
        said.times.check(now, span).map_err(|fault| stranger(fault.why()))?;
        if let (Some(iat), Some(exp)) = (said.times.iat, said.times.exp)
            && exp.0 > iat.0.plus(LIFE)
        {
            return Err(stranger("made too long before its end"));
        }
        // RFC 7523 §3: 7.; OpenID Connect Core §9: `jti` must be there, and is good once.
        if said.jti.is_empty() {
            return Err(stranger("jti empty"));
        }
        let until = said.times.remembered_until(now);
        if !self.first_use("assertion", [id, &said.jti], until).await? {
            return Err(stranger("replayed assertion"));
        }
        Ok(())
    }

    fn is_meant(&self, audience: &Audience, profile: Profile, endpoint: &str) -> bool {
        match profile {
            // FAPI 2.0 Security Profile §5.3.2.1: the issuer, and as text.
            Profile::Fapi2 => *audience == Audience::One(self.issuer.clone()),
            // A statement that is meant for others too could be brought here by one of them, so all names must be ours.
            _ => audience.only(&[&self.issuer, &format!("{}{TOKEN}", self.issuer), endpoint]),
        }
    }
}

/// Takes out what the request presents; two ways at once are refused (RFC 6749 §2.3).
fn presented(headers: &HeaderMap, parameters: &mut Parameters) -> Result<Presented, Refusal> {
    let basic = basic(headers)?;
    let secret = parameters.take("client_secret");
    let kind = parameters.take("client_assertion_type");
    let assertion = parameters.take("client_assertion");
    match (basic, secret, kind, assertion) {
        (None, None, None, None) => Ok(Presented::Nothing),
        (Some((id, secret)), None, None, None) => Ok(Presented::Basic { id, secret }),
        (None, Some(secret), None, None) => Ok(Presented::Post { secret }),
        (None, None, Some(kind), Some(text)) if kind == ASSERTION => Ok(Presented::Assertion { text }),
        (None, None, Some(_), Some(_)) => Err(stranger("unknown kind of assertion")),
        (None, None, _, _) => Err(Refusal::new(
            Code::InvalidRequest,
            "client_assertion and client_assertion_type belong together",
            "half an assertion",
        )),
        _ => Err(Refusal::new(
            Code::InvalidRequest,
            "a client must use one method of authentication, not several",
            "several methods",
        )),
    }
}

/// Whom a request names as its sender. Nothing is proven: for the record only.
pub fn claimed(headers: &HeaderMap, parameters: &Parameters) -> Option<String> {
    let mut rest = parameters.clone();
    let presented = presented(headers, &mut rest).ok();
    let own = presented.and_then(|presented| named(&presented, &rest).ok());
    own.or_else(|| parameters.get("client_id").map(str::to_owned))
}

/// RFC 6749 §2.3.1: id and secret are form-encoded, then joined, then base64 (RFC 7617 §2).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().map_err(|_| stranger("Authorization is not text"))?,
        (Some(_), Some(_)) => {
            return Err(Refusal::new(
                Code::InvalidRequest,
                "there is more than one Authorization header",
                "several methods",
            ));
        }
    };
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(stranger("another scheme than Basic"));
    }
    read_basic(rest.trim())
        .map(Some)
        .ok_or_else(|| stranger("Basic credentials unreadable"))
}

fn read_basic(text: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(text).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let (id, secret) = bytes.split_at_checked(colon)?;
    Some((decode(id)?, decode(secret.strip_prefix(b":")?)?))
}

/// Whom the request names; if it names somebody twice, both must agree.
fn named(presented: &Presented, parameters: &Parameters) -> Result<String, Refusal> {
    let beside = parameters.get("client_id");
    let own = match presented {
        Presented::Basic { id, .. } => Some(id.clone()),
        // RFC 7521 §4.2: `client_id` may be left out. Only whom to ask for keys is taken from here.
        Presented::Assertion { text } => Some(subject(text)?),
        Presented::Post { .. } | Presented::Nothing => None,
    };
    match (own, beside) {
        (Some(own), Some(beside)) if own != beside => Err(stranger("client_id is another's")),
        (Some(own), _) => Ok(own),
        (None, Some(beside)) => Ok(beside.to_owned()),
        (None, None) => Err(stranger("no client named")),
    }
}

fn subject(text: &str) -> Result<String, Refusal> {
    let rules = Rules {
        algs: Profile::Plain.algs(),
        typ: Typ::OneOfOrAbsent(&["jwt", "client-authentication+jwt"]),
    };
    let unproven = Unproven::read(text, &rules).map_err(|fault| stranger(fault.why()))?;
    let subject = unproven.hint("sub").ok_or_else(|| stranger("sub missing"))?;
    Ok(subject.to_owned())
}

/// Compares with every secret of the client, in a time that tells neither which fits nor whether there is a client.
fn check_secret(client: Option<&Arc<Client>>, secret: &str) -> Result<(), Refusal> {
    let given = secret_digest(secret);
    let nobodys = [Digest::of("nobody", &[])];
    let kept = client.map_or(nobodys.as_slice(), |client| client.secrets.as_slice());
    let fits = kept.iter().fold(false, |fits, kept| fits | kept.matches(&given));
    if fits { Ok(()) } else { Err(stranger("wrong secret")) }
}

/// All are told the same, whatever is wrong.
fn stranger(why: Why) -> Refusal {
    Refusal::new(Code::InvalidClient, "the client could not be authenticated", why)
}

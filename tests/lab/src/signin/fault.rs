//! Why the imitated sign-in refuses, with Microsoft's own numbers where they are known.
//!
//! Numbers and wording after what implementers report of external methods
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>,
//! August 2026). What has no number there is refused all the same and says so in this imitation's own words.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// Shown where Microsoft publishes no number.
const UNNUMBERED: &str = "external-mfa";

/// Why a sign-in was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody has that login.
    #[error("nobody in this tenant has that login")]
    NoPerson,
    /// Nobody consented to the application in this tenant.
    #[error("AADSTS900491: service principal of application {0} not found in the tenant: no administrator consented")]
    NoServicePrincipal(Uuid),
    /// The discovery document breaks a rule.
    #[error("discovery document: {0}")]
    Discovery(#[from] DiscoveryFault),
    /// The key set breaks a rule. What a sign-in then shows is a signature that cannot be checked.
    #[error("ENTRA IDSTS50012: key set: {0}")]
    Keys(#[from] KeyFault),
    /// The authorization endpoint is no reply URL of the application.
    #[error("ENTRA IDSTS50161: failed to validate authorization url of external claims provider: {0}")]
    AuthorizationUrl(String),
    /// The imitation itself could not make the request.
    #[error("the imitation could not sign: {0}")]
    Broken(&'static str),

    /// No sign-in waits for an answer with this state.
    #[error("no sign-in goes with this state")]
    NoAttempt,
    /// The sign-in was begun in another browser.
    #[error("the sign-in was begun in another browser")]
    OtherBrowser,
    /// The sign-in has had its answer.
    #[error("this sign-in was answered before")]
    Answered,
    /// More than five minutes went by.
    #[error("the answer came after the five minutes that a sign-in waits")]
    Late,
    /// The posted form is not one of the two that there are.
    #[error("the posted form: {0}")]
    Form(&'static str),
    /// The token is not one.
    #[error("the token: {0}")]
    Token(&'static str),
    /// The token is not signed with RS256.
    #[error("the token is signed with {0}, and only RS256 is taken")]
    Algorithm(String),
    /// No cached key has this id, or the signature is not of that key.
    #[error("ENTRA IDSTS70002: error validating credentials. ENTRA IDSTS50012: signature validation failed, KeyID {0}")]
    Signature(String),
    /// `iss`
    #[error("iss is {0}, not the issuer of the discovery document")]
    Issuer(String),
    /// `aud`
    #[error("aud is not the client id")]
    Audience,
    /// `sub`
    #[error("sub is not the subject of the hint")]
    Subject,
    /// `nonce`
    #[error("nonce is not the one sent")]
    Nonce,
    /// `iat`, `nbf`, `exp`
    #[error("times: {0}")]
    Times(&'static str),
    /// `acr`
    #[error("AADSTS5001258: acr has an unexpected value: {0}")]
    Acr(String),
    /// `amr`
    #[error("AADSTS5001257: amr has an unexpected value: {0}")]
    Amr(String),
}

impl Fault {
    /// Microsoft's number, or `external-mfa` where none is known.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoServicePrincipal(_) => "AADSTS900491",
            Self::AuthorizationUrl(_) => "IDSTS50161",
            Self::Keys(_) | Self::Signature(_) => "IDSTS50012",
            Self::Acr(_) => "AADSTS5001258",
            Self::Amr(_) => "AADSTS5001257",
            _ => UNNUMBERED,
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = serializer.serialize_struct("Fault", 2)?;
        told.serialize_field("code", self.code())?;
        told.serialize_field("text", &self.to_string())?;
        told.end()
    }
}

/// What is wrong with the discovery document or its address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryFault {
    /// The address entered for the method.
    #[error("its address {0}")]
    Address(&'static str),
    /// Nobody answered, or not to the end.
    #[error("not answered")]
    Unanswered,
    /// Redirects are not followed.
    #[error("answered with status {0} instead of 200")]
    Status(u16),
    /// It was sent in chunks.
    #[error("answered without Content-Length")]
    NoLength,
    /// It is not JSON of the known shape.
    #[error("not the JSON that OpenID Connect Discovery describes")]
    NotJson,
    /// A required member is not there.
    #[error("has no {0}")]
    Missing(&'static str),
    /// The issuer is not the address without its ending.
    #[error("issuer is {0}, which is not its address without /.well-known/openid-configuration")]
    Issuer(String),
    /// Another member breaks a rule.
    #[error("{member} {rule}")]
    Member {
        /// Which.
        member: &'static str,
        /// The rule broken.
        rule: &'static str,
    },
}

/// What is wrong with the key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nobody answered, or not to the end.
    #[error("not answered")]
    Unanswered,
    /// Redirects are not followed.
    #[error("answered with status {0} instead of 200")]
    Status(u16),
    /// It is not a JWK set.
    #[error("not a JSON Web Key Set")]
    NotJson,
    /// It holds nothing.
    #[error("it has no key")]
    Empty,
    /// A key has no id.
    #[error("a key has no kid")]
    NoId,
    /// The id is not written in base64.
    #[error("kid {0} is not base64")]
    Id(String),
    /// Two keys have one id.
    #[error("two keys have the kid {0}")]
    Twice(String),
    /// The key is not an RSA key for RS256 signatures.
    #[error("key {kid}: {rule}")]
    Kind {
        /// Its id.
        kid: String,
        /// The rule broken.
        rule: &'static str,
    },
    /// The key has no `x5c`.
    #[error("key {0} has no x5c")]
    NoCertificate(String),
    /// What is in `x5c` is no certificate.
    #[error("x5c of key {0} does not begin with a certificate")]
    Certificate(String),
    /// The certificate is of another key.
    #[error("x5c of key {0} certifies another key")]
    OtherKey(String),
}

//! Everything that keeps an org from letting somebody through, and the reason its System Log gives for it.
//!
//! The reasons are those Okta lists for `user.identity_verification`; which of them a bad signature or a wrong nonce
//! gets is not published, so those share the plain `RESPONSE_PROCESSING_ERROR` and the text tells them apart.

use std::fmt;

use super::claim::Claim;
use super::user::Status;

/// Which of the vendor's endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// Pushed authorization requests.
    Par,
    /// The browser's way there and back.
    Authorize,
    /// Codes into tokens.
    Token,
    /// The published keys.
    Jwks,
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Par => "PAR",
            Self::Authorize => "authorization",
            Self::Token => "token",
            Self::Jwks => "JWKS",
        })
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody has this login.
    #[error("no user has this login")]
    Nobody,
    /// The account is not one that helps itself.
    #[error("the account is {0:?}")]
    Closed(Status),
    /// The org has no authenticator of this kind.
    #[error("no identity provider is set up for this")]
    NotSetUp,
    /// No flow waits for this: never begun, over, or too old.
    #[error("no flow is open under this state")]
    NoFlow,
    /// A required attribute of the profile is empty.
    #[error("the profile has no {0}")]
    ProfileLacks(Claim),
    /// No answer.
    #[error("the {0} endpoint was not reached")]
    Unreached(Leg),
    /// An OAuth error.
    #[error("the {leg} endpoint answered the error {error}")]
    Refused {
        /// Where.
        leg: Leg,
        /// Its code.
        error: String,
    },
    /// A status that is not the one that must be.
    #[error("the {leg} endpoint answered the status {status}")]
    WrongStatus {
        /// Where.
        leg: Leg,
        /// Which.
        status: u16,
    },
    /// Not JSON, or not called so.
    #[error("the answer of the {0} endpoint is not JSON")]
    Unreadable(Leg),
    /// A member is absent or of the wrong kind.
    #[error("the answer of the {leg} endpoint has no usable {member}")]
    Lacks {
        /// Where.
        leg: Leg,
        /// Which.
        member: &'static str,
    },
    /// The ID token is not a signed JWT.
    #[error("the ID token is not a compact JWS of JSON")]
    NotAToken,
    /// Not RS256.
    #[error("the ID token names the algorithm {0}")]
    Algorithm(String),
    /// The ID token has no `kid`, or an extension that must be understood.
    #[error("the header of the ID token is not usable")]
    Header,
    /// No such key, or none that may sign.
    #[error("the published keys have no RS256 key of that kid")]
    UnknownKey,
    /// The signature is not of that key.
    #[error("the signature of the ID token is wrong")]
    Signature,
    /// A claim about the token itself is absent or of the wrong kind.
    #[error("the ID token has no usable {0}")]
    TokenLacks(&'static str),
    /// Another issuer.
    #[error("the ID token is of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("the ID token is for another audience")]
    Audience,
    /// Another flow's nonce.
    #[error("the ID token has another nonce")]
    Nonce,
    /// Too old.
    #[error("the ID token has expired")]
    Expired,
    /// From the future.
    #[error("the ID token was issued in the future")]
    IssuedInFuture,
    /// One subject for two users.
    #[error("the subject of the ID token belongs to another user")]
    SharedSubject,
    /// `verified_claims` is not an array of one whole object.
    #[error("verified_claims is not as it must be: {0}")]
    Shape(&'static str),
    /// A required member is absent.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Another trust framework.
    #[error("the trust framework is not the pushed one")]
    TrustFramework,
    /// A claim that was not pushed.
    #[error("the answer has a claim that was not asked for: {0}")]
    Unasked(String),
    /// A pushed claim is absent.
    #[error("the answer has no {0}")]
    ClaimMissing(Claim),
    /// A claim is not an object with `value` and a repeated `fuzzy`.
    #[error("{0} is not as it was pushed")]
    ClaimShape(Claim),
    /// A claim came back null.
    #[error("{0} was not verified")]
    ClaimNotVerified(Claim),
    /// A value that is neither the pushed one nor `MATCHED`.
    #[error("{0} came back with a value that was not pushed")]
    ClaimOther(Claim),
    /// `FAILED`
    #[error("the claims were not verified")]
    NotVerified,
    /// Factor only: somebody else's login.
    #[error("preferred_username is not the login")]
    OtherLogin,
    /// Factor only: the application context is not echoed.
    #[error("{0} is not the one that was sent")]
    AppContext(&'static str),
}

impl Fault {
    /// The reason in the System Log.
    pub fn reason(&self) -> String {
        match self {
            Self::Nobody | Self::Closed(_) => "EMPTY_USER_ID".to_owned(),
            Self::NoFlow => "MISSING_AUTH_STATE_TOKEN".to_owned(),
            Self::ProfileLacks(claim) | Self::ClaimMissing(claim) => format!("MISSING_{}", claim.code()),
            Self::Refused { leg: Leg::Par, .. } => "ERROR_RESPONSE_PAR".to_owned(),
            Self::Refused { leg: Leg::Token, .. } => "ERROR_RESPONSE_TOKEN".to_owned(),
            Self::Refused { .. } => "ERROR_RESPONSE".to_owned(),
            Self::Unreached(leg) | Self::WrongStatus { leg, .. } | Self::Unreadable(leg) | Self::Lacks { leg, .. }
                if *leg == Leg::Par =>
            {
                "RESPONSE_PROCESSING_ERROR_PAR".to_owned()
            }
            Self::Unreadable(Leg::Token) | Self::NotAToken | Self::Shape(_) | Self::Unasked(_) => {
                "PARSING_ERROR".to_owned()
            }
            Self::Lacks { leg: Leg::Token, .. } | Self::TokenLacks(_) | Self::Missing(_) => "MISSING".to_owned(),
            Self::ClaimShape(claim) => format!("PARSING_ERROR_{}", claim.code()),
            Self::ClaimNotVerified(claim) | Self::ClaimOther(claim) => match claim {
                Claim::GivenName => "CLAIM_GIVEN_NAME_NOT_VERIFIED".to_owned(),
                Claim::FamilyName => "CLAIM_FAMILY_NAME_NOT_VERIFIED".to_owned(),
                // Okta lists a reason of its own for the two names only.
                _ => "CLAIMS_NOT_VERIFIED".to_owned(),
            },
            Self::NotVerified => "CLAIMS_NOT_VERIFIED".to_owned(),
            _ => "RESPONSE_PROCESSING_ERROR".to_owned(),
        }
    }
}

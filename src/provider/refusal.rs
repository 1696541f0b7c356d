//! A refusal in the words of OAuth: RFC 6749 §5.2, with the codes that RFC 6750, 7009, 8707, 9101, 9126, 9449 and
//! OpenID Connect add.
//!
//! What is told outside is fixed text. Why in truth stands in [`Refusal::why`] and goes to the audit record. Error
//! redirects (RFC 6749 §4.1.2.1) are made by the endpoint, from the same values.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::client::Profile;
use crate::cause::causes;
use crate::store;

/// RFC 9449 §8.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The codes of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// RFC 6749 §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6.
    AccountSelectionRequired,
    /// RFC 9101 §7.
    InvalidRequestUri,
    /// RFC 9101 §7.
    InvalidRequestObject,
    /// RFC 9101 §7.
    RequestNotSupported,
    /// RFC 9101 §7.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported,
    /// OpenID Connect Core Error Code unmet_authentication_requirements.
    UnmetAuthenticationRequirements,
    /// RFC 9449 §12.2.
    InvalidDpopProof,
    /// RFC 9449 §12.2.
    UseDpopNonce,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// RFC 8707 §2.
    InvalidTarget,
}

impl Code {
    /// As it stands in `error`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidTarget => "invalid_target",
        }
    }

    /// The status it is told with, unless the place asks for another.
    pub const fn status(self) -> StatusCode {
        match self {
            // RFC 6749 §5.2; RFC 6750 §3.1.
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Why a request is refused, in our own words, for the audit record. Never told outside.
pub type Why = &'static str;

/// The scheme that a 401 asks for (RFC 9110 §11.6.1 wants one on each).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A client, by its secret.
    Basic,
    /// A caller with a token.
    Bearer,
    /// A caller with a token bound to a key, and the algorithms for its proof.
    Dpop,
    /// A caller who showed no token: told what may be shown, and of no fault (RFC 6750 §3.1).
    Token,
}

/// A request refused. Nothing in it comes from the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// What is told beside the code: fixed text in ASCII.
    pub description: &'static str,
    /// Why in truth.
    pub why: Why,
    /// The status of an answer that is not a redirect.
    pub status: StatusCode,
    /// RFC 9449 §8: the nonce to use from now on.
    pub dpop_nonce: Option<String>,
    /// What a 401 asks for.
    pub challenge: Option<Challenge>,
}

impl Refusal {
    /// A refusal with the status that goes with its code.
    pub const fn new(code: Code, description: &'static str, why: Why) -> Self {
        let challenge = match code {
            Code::InvalidClient => Some(Challenge::Basic),
            Code::InvalidToken | Code::InsufficientScope => Some(Challenge::Bearer),
            _ => None,
        };
        Self {
            code,
            description,
            why,
            status: code.status(),
            dpop_nonce: None,
            challenge,
        }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With a nonce for the next proof (RFC 9449 §8.1).
    #[must_use]
    pub fn with_nonce(mut self, nonce: String) -> Self {
        self.dpop_nonce = Some(nonce);
        self
    }

    /// Asking for another scheme.
    #[must_use]
    pub fn challenging(mut self, challenge: Challenge) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = if self.challenge == Some(Challenge::Token) {
            self.status.into_response()
        } else {
            let body = serde_json::json!({ "error": self.code.word(), "error_description": self.description });
            (self.status, axum::Json(body)).into_response()
        };
        let headers = response.headers_mut();
        // RFC 6749 §5.1 asks for both; §5.2 answers like §5.1.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        for text in self.challenge.iter().flat_map(|challenge| challenge.texts(self.code)) {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.append(header::WWW_AUTHENTICATE, value);
            }
        }
        if let Some(nonce) = self.dpop_nonce
            && let Ok(value) = HeaderValue::from_str(&nonce)
        {
            headers.insert(DPOP_NONCE, value);
        }
        response
    }
}

impl Challenge {
    fn texts(self, code: Code) -> Vec<String> {
        let error = format!(r#", error="{}""#, code.word());
        // RFC 6750 §3: the scope that would do. The one place that asks for a scope asks for this one.
        let scope = if code == Code::InsufficientScope {
            r#", scope="openid""#
        } else {
            ""
        };
        match self {
            Self::Basic => vec![r#"Basic realm="doorward", charset="UTF-8""#.to_owned()],
            Self::Bearer => vec![format!(r#"Bearer realm="doorward"{error}{scope}"#)],
            Self::Dpop => vec![dpop(&error)],
            Self::Token => vec![r#"Bearer realm="doorward""#.to_owned(), dpop("")],
        }
    }
}

/// RFC 9449 §7.1: `algs` names what a proof may be signed with.
fn dpop(error: &str) -> String {
    let algs: Vec<&str> = Profile::Plain.algs().iter().map(|alg| alg.word()).collect();
    format!(r#"DPoP realm="doorward"{error}, algs="{}""#, algs.join(" "))
}

impl From<store::Error> for Refusal {
    /// The database is down: the cause goes to the log here, since nobody further out sees it.
    fn from(error: store::Error) -> Self {
        tracing::error!(error = %causes(&error), "a request was refused because the database cannot be used");
        Self::new(
            Code::TemporarilyUnavailable,
            "not available at the moment, try again later",
            "database out of use",
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::HeaderMap;
    use serde_json::{Value, json};

    use super::*;

    async fn told(refusal: Refusal) -> (StatusCode, HeaderMap, Value) {
        let (parts, body) = refusal.into_response().into_parts();
        let body = to_bytes(body, 4_096).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_refusal_is_told_as_oauth_has_it_and_kept_by_nobody() {
        let (status, headers, body) =
            told(Refusal::new(Code::InvalidGrant, "the code is not good", "code twice")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            body,
            json!({ "error": "invalid_grant", "error_description": "the code is not good" })
        );
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::PRAGMA], "no-cache");
        assert_eq!(headers.get(header::WWW_AUTHENTICATE), None);
    }

    #[tokio::test]
    async fn each_401_says_what_it_asks_for() {
        for (code, challenge, expected) in [
            (Code::InvalidClient, None, r#"Basic realm="doorward", charset="UTF-8""#),
            (
                Code::InvalidToken,
                None,
                r#"Bearer realm="doorward", error="invalid_token""#,
            ),
            (
                Code::InvalidToken,
                Some(Challenge::Dpop),
                r#"DPoP realm="doorward", error="invalid_token", algs="PS256 ES256 EdDSA RS256""#,
            ),
        ] {
            let mut refusal = Refusal::new(code, "no", "no");
            if let Some(challenge) = challenge {
                refusal = refusal.challenging(challenge);
            }
            let (status, headers, _) = told(refusal).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
            assert_eq!(headers[header::WWW_AUTHENTICATE], expected);
        }
    }

    #[tokio::test]
    async fn who_shows_nothing_is_told_what_to_show_and_of_no_fault() {
        let refusal = Refusal::new(Code::InvalidToken, "no", "no").challenging(Challenge::Token);
        let response = refusal.into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let all = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
        assert_eq!(
            all.collect::<Vec<_>>(),
            [
                r#"Bearer realm="doorward""#,
                r#"DPoP realm="doorward", algs="PS256 ES256 EdDSA RS256""#
            ]
        );
        assert!(to_bytes(response.into_body(), 4_096).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_nonce_goes_out_in_its_header() {
        let refusal = Refusal::new(Code::UseDpopNonce, "use the nonce", "no nonce").with_nonce("abc".to_owned());
        let (status, headers, body) = told(refusal).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(headers["dpop-nonce"], "abc");
        assert_eq!(body["error"], "use_dpop_nonce");
    }
}

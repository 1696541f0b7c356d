//! Where openidconnect is used as relying party: the request, the exchange of the code, and what an ID token must hold.
//!
//! The only file of this room that names the library. Its transport is ours (`contract::http`), its keys are
//! [`crate::provider::jwk`]'s; what it leaves to its user (`azp`, `at_hash`, the times) is asked of it here.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use doorward_contract::http::{Ask, Http, Repeat};
use doorward_contract::{Timestamp, VendorError};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthType, AuthUrl, AuthenticationContextClass, AuthenticationFlow,
    AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyAdditionalClaims, EmptyExtraTokenFields,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdToken, IdTokenFields, IdTokenVerifier, IssuerUrl,
    JsonWebKeySet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, StandardErrorResponse, StandardTokenResponse, TokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use super::Refused;
use super::discovery::Known;
use super::provider::{Credential, Provider};
use super::visit::Visit;
use crate::crypto::token::Token;
use crate::provider::jwk::{Jwk, JwkSet};
use crate::provider::library::name_of;
use crate::provider::moment::SKEW;

type Told = StandardTokenResponse<
    IdTokenFields<
        EmptyAdditionalClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Party = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    Jwk,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Told,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;
type Vouching =
    IdToken<EmptyAdditionalClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// RFC 7523 §2.2.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long a statement of ours is good: it is used at once.
const STATEMENT: Duration = Duration::from_secs(60);
/// How long ago an ID token may have been made: it was made for the code that was exchanged a moment ago.
const OLDEST: Duration = Duration::from_secs(10 * 60);

/// What is asked of the provider besides who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Who it is.
    SignIn,
    /// That they prove themselves now, by one of these authentication contexts if any are named.
    Anew(Vec<String>),
}

/// What the token endpoint gave.
pub(super) struct Exchanged {
    id_token: Vouching,
    access_token: Told,
}

/// The way to the provider (OpenID Connect Core §3.1.2.1).
pub(super) fn way(
    provider: &Provider,
    known: &Known,
    back: &str,
    visit: &Visit,
    wish: &Wish,
    hint: Option<&str>,
) -> Result<Url, Refused> {
    let party = party(provider, known, back)?;
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(visit.verifier.clone()));
    let (state, nonce) = (visit.state.clone(), visit.nonce.clone());
    let mut asked = party
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new(state),
            || Nonce::new(nonce),
        )
        .set_pkce_challenge(challenge)
        // The library asks for `openid` by itself.
        .add_scopes(
            provider
                .scopes
                .iter()
                .filter(|scope| *scope != "openid")
                .cloned()
                .map(Scope::new),
        );
    if let Wish::Anew(contexts) = wish {
        asked = asked.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        for context in contexts {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(context.clone()));
        }
    }
    if let Some(hint) = hint {
        asked = asked.set_login_hint(openidconnect::LoginHint::new(hint.to_owned()));
    }
    Ok(asked.url().0)
}

/// Exchanges a code (§3.1.3).
pub(super) async fn exchange(
    provider: &Provider,
    known: &Known,
    back: &str,
    visit: &Visit,
    code: &str,
    now: Timestamp,
) -> Result<Exchanged, Refused> {
    let party = party(provider, known, back)?;
    let mut request = party
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(visit.verifier.clone()));
    if let Credential::Key(signer) = &provider.credential {
        // OpenID Connect Core §9; the audience is the issuer, which FAPI 2.0 §5.3.3.1 asks for and everybody takes.
        let claims = json!({
            "iss": provider.client_id, "sub": provider.client_id, "aud": provider.issuer,
            "jti": Token::random().text(), "iat": now.seconds(), "exp": now.plus(STATEMENT).seconds(),
        });
        request = request
            .add_extra_param("client_assertion_type", ASSERTION)
            .add_extra_param("client_assertion", signer.sign_compact(&[], &claims)?);
    }
    let told: Told = request
        .request_async(&Carrier(known.http.clone()))
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(error) => Refused::Vendor(error),
            RequestTokenError::ServerResponse(answer) => Refused::Denied(answer.error().as_ref().to_owned()),
            RequestTokenError::Parse(..) => Refused::Unproven("the tokens are unreadable"),
            RequestTokenError::Other(_) => Refused::Unproven("the token endpoint answered oddly"),
        })?;
    let id_token = told.id_token().cloned();
    Ok(Exchanged {
        id_token: id_token.ok_or(Refused::Unproven("no ID token"))?,
        access_token: told,
    })
}

impl Exchanged {
    /// The ID token as it came.
    pub(super) fn id_token(&self) -> String {
        self.id_token.to_string()
    }

    /// The access token, for the userinfo endpoint.
    pub(super) fn access_token(&self) -> &str {
        self.access_token.access_token().secret()
    }

    /// Holds the ID token against everything that it must say (§3.1.3.7), signed by one of these keys.
    pub(super) fn check(
        &self,
        provider: &Provider,
        keys: &JwkSet,
        visit: &Visit,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let odd = |_| Refused::Unproven("the issuer is no address");
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(odd)?;
        let keys: JsonWebKeySet<Jwk> = keys.clone().into();
        let (earliest, latest) = (now.minus(OLDEST), now.plus(SKEW));
        let slow = now.minus(SKEW).to_chrono().unwrap_or_default();
        let verifier = IdTokenVerifier::new_public_client(ClientId::new(provider.client_id.clone()), issuer, keys)
            .set_allowed_algs(provider.algs.iter().map(|alg| name_of(*alg).clone()))
            .set_time_fn(move || slow)
            .set_issue_time_verifier_fn(move |at| {
                let made = Timestamp::from_micros(at.timestamp_micros());
                if (earliest..=latest).contains(&made) {
                    Ok(())
                } else {
                    Err("made at another time".to_owned())
                }
            })
            .set_auth_time_verifier_fn(|at| match (wish, at) {
                (Wish::SignIn, _) => Ok(()),
                // The provider's clock may be behind ours.
                (Wish::Anew(_), Some(at))
                    if Timestamp::from_micros(at.timestamp_micros()) >= visit.begun_at.minus(SKEW) =>
                {
                    Ok(())
                }
                (Wish::Anew(_), _) => Err("not proven anew".to_owned()),
            });
        let nonce = Nonce::new(visit.nonce.clone());
        let claims = self
            .id_token
            .claims(&verifier, &nonce)
            .map_err(|error| unproven(&error))?;
        // §3.1.3.7 steps 4 and 5, which the library leaves to us.
        if claims
            .authorized_party()
            .is_some_and(|party| **party != provider.client_id)
        {
            return Err(Refused::Unproven("made for another party"));
        }
        if let Some(said) = claims.access_token_hash() {
            let wrong = Refused::Unproven("the access token is another one's");
            let alg = self.id_token.signing_alg().ok();
            let key = self.id_token.signing_key(&verifier).ok();
            let (Some(alg), Some(key)) = (alg, key) else {
                return Err(wrong);
            };
            match AccessTokenHash::from_token(self.access_token.access_token(), alg, key) {
                Ok(own) if own == *said => {}
                _ => return Err(wrong),
            }
        }
        Ok(())
    }
}

fn party(provider: &Provider, known: &Known, back: &str) -> Result<Party, Refused> {
    let odd = |_| Refused::Unproven("an address of the provider's cannot be used");
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(odd)?;
    let party = Client::new(
        ClientId::new(provider.client_id.clone()),
        issuer,
        JsonWebKeySet::new(Vec::new()),
    )
    .set_auth_uri(AuthUrl::from_url(known.authorize.clone()))
    .set_token_uri(TokenUrl::from_url(known.token.clone()))
    .set_redirect_uri(RedirectUrl::new(back.to_owned()).map_err(odd)?);
    Ok(match &provider.credential {
        Credential::Secret(secret) => party
            .set_auth_type(AuthType::BasicAuth)
            .set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
        // Names us in the body, beside the statement.
        Credential::Key(_) => party.set_auth_type(AuthType::RequestBody),
    })
}

/// The library's way out: ours.
struct Carrier(Http);

impl<'c> AsyncHttpClient<'c> for Carrier {
    type Error = VendorError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, VendorError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(carry(&self.0, request))
    }
}

async fn carry(http: &Http, request: HttpRequest) -> Result<HttpResponse, VendorError> {
    let (parts, body) = request.into_parts();
    let url = parts.uri.to_string().parse().map_err(|_| VendorError::Unexpected {
        why: "the library asks for what is no address".to_owned(),
    })?;
    let ask = Ask {
        method: parts.method,
        url,
        headers: parts.headers,
        body: Some(body),
        // A code is good once.
        repeat: Repeat::Never,
    };
    let answer = http.send(ask).await?;
    let mut response = HttpResponse::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

/// What does not hold, in our own words: the library's may quote the token.
fn unproven(error: &openidconnect::ClaimsVerificationError) -> Refused {
    use openidconnect::ClaimsVerificationError as Fault;
    Refused::Unproven(match error {
        Fault::Expired(_) => "the ID token is out of its time",
        Fault::InvalidAudience(_) => "the ID token is for somebody else",
        Fault::InvalidAuthContext(_) | Fault::InvalidAuthTime(_) => "they did not prove themselves anew",
        Fault::InvalidIssuer(_) => "the ID token is of another issuer",
        Fault::InvalidNonce(_) => "the ID token belongs to another visit",
        Fault::InvalidSubject(_) => "the ID token is about somebody else",
        Fault::SignatureVerification(_) => "the ID token is not signed by the provider",
        _ => "the ID token does not hold",
    })
}

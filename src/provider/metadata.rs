//! What the provider says of itself: OpenID Connect Discovery 1.0 §3, RFC 8414 §2, and what the extensions add. Everything
//! in it is taken from where it is decided, so that nothing is advertised that is not done.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, IssuerUrl, JsonWebKeySetUrl, ProviderMetadata, ResponseTypes, Scope, TokenUrl,
    UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Profile;
use super::jwk::Jwk;
use super::{Provider, check, claims, verified};
use crate::crypto::signing::Alg;

/// What the crate's own type does not hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Extra {
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    code_challenge_methods_supported: Vec<String>,
    dpop_signing_alg_values_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
    prompt_values_supported: Vec<String>,
    acr_values_supported: Vec<String>,
    revocation_endpoint_auth_methods_supported: Vec<String>,
    introspection_endpoint_auth_methods_supported: Vec<String>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    verified_claims_supported: bool,
    trust_frameworks_supported: Vec<String>,
    claims_in_verified_claims_supported: Vec<String>,
    evidence_supported: Vec<String>,
    documents_supported: Vec<String>,
    documents_check_methods_supported: Vec<String>,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    Jwk,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The algorithms that tokens are signed with and that clients may sign with, under openidconnect's names.
fn algs() -> Vec<CoreJwsSigningAlgorithm> {
    // OpenID Connect Discovery §3: RS256 must be among them.
    vec![
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EdDsa,
    ]
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Provider {
    /// The document at both well-known addresses.
    pub fn metadata(&self) -> Result<Value, openidconnect::url::ParseError> {
        let extra = self.extra();
        let names = claims::SUPPORTED
            .into_iter()
            .map(|name| CoreClaimName::new(name.to_owned()));
        let metadata = Metadata::new(
            IssuerUrl::new(self.issuer.clone())?,
            AuthUrl::new(self.endpoint("authorize"))?,
            JsonWebKeySetUrl::new(self.endpoint("jwks"))?,
            vec![ResponseTypes::new(vec![CoreResponseType::Code])],
            vec![CoreSubjectIdentifierType::Public, CoreSubjectIdentifierType::Pairwise],
            algs(),
            extra,
        )
        .set_token_endpoint(Some(TokenUrl::new(self.endpoint("token"))?))
        .set_userinfo_endpoint(Some(UserInfoUrl::new(self.endpoint("userinfo"))?))
        .set_scopes_supported(Some(check::SCOPES.map(|scope| Scope::new(scope.to_owned())).to_vec()))
        .set_response_modes_supported(Some(vec![CoreResponseMode::Query, CoreResponseMode::FormPost]))
        .set_grant_types_supported(Some(vec![
            CoreGrantType::AuthorizationCode,
            CoreGrantType::RefreshToken,
            CoreGrantType::ClientCredentials,
        ]))
        .set_token_endpoint_auth_methods_supported(Some(vec![
            CoreClientAuthMethod::ClientSecretBasic,
            CoreClientAuthMethod::ClientSecretPost,
            CoreClientAuthMethod::PrivateKeyJwt,
            CoreClientAuthMethod::None,
        ]))
        .set_token_endpoint_auth_signing_alg_values_supported(Some(algs()))
        .set_request_object_signing_alg_values_supported(Some(algs()))
        .set_claim_types_supported(Some(vec![CoreClaimType::Normal]))
        .set_claims_supported(Some(
            names
                .chain([CoreClaimName::new("verified_claims".to_owned())])
                .collect(),
        ))
        .set_claims_parameter_supported(Some(true))
        .set_request_parameter_supported(Some(true))
        // OpenID Connect Discovery §3: true unless it is said.
        .set_request_uri_parameter_supported(Some(false));
        Ok(serde_json::to_value(&metadata).unwrap_or_default())
    }

    /// What the extensions add.
    fn extra(&self) -> Extra {
        let signed: Vec<String> = Profile::Plain
            .algs()
            .iter()
            .map(|alg: &Alg| alg.word().to_owned())
            .collect();
        let methods = texts(&["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]);
        Extra {
            pushed_authorization_request_endpoint: self.endpoint("par"),
            require_pushed_authorization_requests: false,
            revocation_endpoint: self.endpoint("revoke"),
            introspection_endpoint: self.endpoint("introspect"),
            end_session_endpoint: self.endpoint("logout"),
            code_challenge_methods_supported: texts(&["S256"]),
            dpop_signing_alg_values_supported: signed.clone(),
            authorization_response_iss_parameter_supported: true,
            prompt_values_supported: texts(&["none", "login", "consent", "select_account"]),
            acr_values_supported: self.purposes(),
            revocation_endpoint_auth_methods_supported: methods.clone(),
            introspection_endpoint_auth_methods_supported: texts(&[
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ]),
            revocation_endpoint_auth_signing_alg_values_supported: signed.clone(),
            introspection_endpoint_auth_signing_alg_values_supported: signed,
            verified_claims_supported: true,
            trust_frameworks_supported: texts(&[verified::TRUST_FRAMEWORK]),
            claims_in_verified_claims_supported: texts(&verified::CLAIMS),
            evidence_supported: texts(&[verified::EVIDENCE]),
            // Identity Assurance §8: must be there where the evidence is a document.
            documents_supported: texts(&verified::DOCUMENTS),
            documents_check_methods_supported: texts(&verified::CHECK_METHODS),
        }
    }

    /// Everything that a client's case may be for: the `acr` values.
    fn purposes(&self) -> Vec<String> {
        let clients = self
            .clients
            .iter()
            .filter(|client| client.profile != Profile::OktaVendor);
        let mut all: Vec<String> = clients.flat_map(|client| client.purposes.iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }
}

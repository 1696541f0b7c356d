//! The provider as this relying party knows it: found by discovery anew each time, because the lab kills and restarts it.

use std::future::Future;
use std::pin::Pin;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, ClientId, ClientSecret, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata, RedirectUrl,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{CALLBACK, Fault, RpWorld};
use crate::play::chain;

/// What the crate's metadata leaves out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct More {
    /// RFC 8414 §2.
    pub(super) revocation_endpoint: Option<Url>,
    /// RP-Initiated Logout §2.1.
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The crate's client, with every address that discovery gives.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The provider, and the way to it.
#[derive(Debug)]
pub(super) struct Provider {
    issuer: String,
    callback: String,
    pub(super) wire: Wire,
}

impl Provider {
    pub(super) fn new(world: &RpWorld, client: reqwest::Client) -> Self {
        Self {
            issuer: world.issuer.as_str().trim_end_matches('/').to_owned(),
            callback: format!("{}{CALLBACK}", world.base),
            wire: Wire(client),
        }
    }

    /// Who must have answered.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Asks where everything is and which keys sign.
    pub(super) async fn discover(&self, world: &RpWorld) -> Result<(Client, More), Fault> {
        let failed = |error: &dyn std::error::Error| Fault::Failed {
            doing: "asking the provider what it offers",
            why: chain(error),
        };
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|error| failed(&error))?;
        let callback = RedirectUrl::new(self.callback.clone()).map_err(|error| failed(&error))?;
        let metadata = Metadata::discover_async(issuer, &self.wire).await;
        let metadata = metadata.map_err(|error| failed(&error))?;
        let more = metadata.additional_metadata().clone();
        let secret = ClientSecret::new(world.client_secret.expose_secret().to_owned());
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(world.client_id.clone()), Some(secret))
            .set_redirect_uri(callback);
        Ok((client, more))
    }
}

/// The lab's plain client as the crate's transport.
#[derive(Debug)]
pub(super) struct Wire(pub(super) reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request)?;
            let response = self.0.execute(request).await.map_err(reqwest::Error::without_url)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}

//! Relying parties, made of their settings.

use std::sync::Arc;

use super::Error;
use crate::config::client::{ClientAuth, ClientProfile, SubjectType, TokenAlg};
use crate::config::source::{Okta, Source, Values};
use crate::config::{Config, client, purpose};
use crate::crypto::signing::Alg;
use crate::provider::checks::Checks;
use crate::provider::client::{Auth, Client, Clients, Keys, Profile, secret_digest};
use crate::provider::remote::Remote;
use crate::provider::{Lifetimes, Parts, Provider};
use crate::store::Store;
use doorward_contract::Clock;

/// Where an Okta org takes its answers (okta.md §1.4).
const OKTA_CALLBACK: &str = "idp/identity-verification/callback";

/// Every client: those of the provider, and the Okta orgs.
pub(super) fn clients(config: &Config) -> Result<Clients, Error> {
    let mut all = Vec::new();
    for client in &config.clients {
        all.push(relying_party(config, client)?);
    }
    for source in &config.sources {
        if let Source::Okta(okta) = source {
            all.push(okta_org(config, okta));
        }
    }
    Ok(all.into_iter().collect())
}

/// The provider, with its keys made where there are none yet.
pub(super) async fn provider(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Result<Provider, Error> {
    let issuer = config.server.public_url.get_ref().0.origin().ascii_serialization();
    let clients = clients(config)?;
    let master = &config.server.master_key.0;
    let addresses: Vec<url::Url> = clients
        .iter()
        .filter_map(|client| match &client.keys {
            Some(Keys::Remote(url)) => Some(url.clone()),
            _ => None,
        })
        .collect();
    let remote = Remote::new(&addresses, Arc::clone(clock)).map_err(|error| Error::Vendor {
        name: "clients".to_owned(),
        error,
    })?;
    let keyring = super::keyring(config, store.clone(), Arc::clone(clock)).await?;
    Ok(Provider::new(Parts {
        checks: Checks {
            store: store.clone(),
            clock: Arc::clone(clock),
            issuer: issuer.clone(),
            remote,
            nonces: master.derive("dpop nonces")?,
        },
        issuer,
        clients,
        store: store.clone(),
        clock: Arc::clone(clock),
        keyring,
        digests: master.derive("subjects")?,
        lifetimes: Lifetimes::default(),
    }))
}

/// The purposes that a source may open, in the order of the settings: the first is the one that is meant if none is asked
/// for.
fn purposes(config: &Config, source: &str) -> Vec<String> {
    let opens = |purpose: &&purpose::Purpose| purpose.sources.iter().any(|name| name.get_ref().0 == source);
    let named = config.purposes.iter().filter(opens);
    named.map(|purpose| purpose.name.get_ref().0.clone()).collect()
}

fn relying_party(config: &Config, client: &client::Client) -> Result<Client, Error> {
    let name = client.name.get_ref().0.clone();
    let source = client.source.get_ref().0.clone();
    let fapi2 = client.profile == ClientProfile::Fapi2;
    let keys = match (&client.jwks, &client.jwks_uri) {
        (Some(file), _) => Some(Keys::Fixed(Arc::new(serde_json::from_str(&file.text).map_err(
            |error| Error::Keys {
                name: name.clone(),
                path: file.path.clone(),
                error,
            },
        )?))),
        (None, Some(address)) => Some(Keys::Remote(address.0.clone())),
        (None, None) => None,
    };
    Ok(Client {
        id: client
            .client_id
            .as_ref()
            .map_or_else(|| name.clone(), |id| id.get_ref().0.clone()),
        title: client.title.0.clone(),
        purposes: purposes(config, &source),
        name,
        source,
        profile: match client.profile {
            ClientProfile::Plain => Profile::Plain,
            ClientProfile::Fapi2 => Profile::Fapi2,
            ClientProfile::OktaAuthenticator => Profile::OktaAuthenticator,
        },
        auth: auth(client.auth),
        secrets: client
            .secrets
            .iter()
            .map(|secret| secret_digest(secret.0.expose()))
            .collect(),
        keys,
        redirect_uris: client.redirect_uris.iter().map(|uri| uri.get_ref().0.clone()).collect(),
        post_logout_redirect_uris: client
            .post_logout_redirect_uris
            .iter()
            .map(|uri| uri.get_ref().0.clone())
            .collect(),
        id_token_alg: token_alg(client),
        pairwise: client.subject == SubjectType::Pairwise,
        dpop: client.dpop || fapi2,
        signed_requests: client.signed_requests,
        session: client.session.0,
        refresh: client.refresh.0,
        resource_server: client.resource_server,
        api_scopes: client.scopes.iter().map(|scope| scope.word().to_owned()).collect(),
        api_purposes: client.purposes.iter().map(|name| name.get_ref().0.clone()).collect(),
        matched: false,
    })
}

fn token_alg(client: &client::Client) -> Alg {
    let usual = match client.profile {
        // FAPI 2.0 Security Profile §5.4.1: no RS256.
        ClientProfile::Fapi2 => TokenAlg::PS256,
        ClientProfile::Plain | ClientProfile::OktaAuthenticator => TokenAlg::RS256,
    };
    match client.id_token_alg.unwrap_or(usual) {
        TokenAlg::RS256 => Alg::Rs256,
        TokenAlg::PS256 => Alg::Ps256,
        TokenAlg::ES256 => Alg::Es256,
        TokenAlg::EdDSA => Alg::EdDsa,
    }
}

fn auth(auth: ClientAuth) -> Auth {
    match auth {
        ClientAuth::ClientSecretBasic => Auth::SecretBasic,
        ClientAuth::ClientSecretPost => Auth::SecretPost,
        ClientAuth::PrivateKeyJwt => Auth::PrivateKeyJwt,
        ClientAuth::None => Auth::None,
    }
}

fn okta_org(config: &Config, okta: &Okta) -> Client {
    let name = okta.name.get_ref().0.clone();
    let hosts = std::iter::once(&okta.org).chain(&okta.domains);
    Client {
        id: okta
            .client_id
            .as_ref()
            .map_or_else(|| name.clone(), |id| id.get_ref().0.clone()),
        title: "Okta".to_owned(),
        purposes: purposes(config, &name),
        source: name.clone(),
        name,
        profile: Profile::OktaVendor,
        auth: Auth::SecretPost,
        secrets: okta
            .client_secrets
            .iter()
            .map(|secret| secret_digest(secret.0.expose()))
            .collect(),
        keys: None,
        redirect_uris: hosts.map(|host| format!("{}{OKTA_CALLBACK}", host.0)).collect(),
        post_logout_redirect_uris: Vec::new(),
        id_token_alg: Alg::Rs256,
        pairwise: false,
        dpop: false,
        signed_requests: false,
        session: std::time::Duration::ZERO,
        refresh: std::time::Duration::ZERO,
        resource_server: false,
        api_scopes: Vec::new(),
        api_purposes: Vec::new(),
        matched: okta.values == Values::Matched,
    }
}

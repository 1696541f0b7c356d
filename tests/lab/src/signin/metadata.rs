//! Fetches what the provider publishes and holds it to every rule that the vendor states, without any of Doorward's code.
//!
//! Rules: "Microsoft Entra multifactor authentication external provider reference", the sections on metadata and on
//! certificates (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>,
//! August 2026), and OpenID Connect Discovery 1.0 §3 and §4.3. One rule is bent: a loopback address needs no TLS.

use std::time::Duration;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use doorward_contract::Timestamp;
use http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::certificate::RsaKey;
use super::fault::{DiscoveryFault, Fault, KeyFault};
use super::jwks;

/// How the address of a discovery document ends.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
/// Metadata is fetched again about once a day.
const FRESH: Duration = Duration::from_hours(24);

/// What the provider published when it was last asked.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    keys: Vec<(String, RsaKey)>,
    fetched_at: Timestamp,
}

impl Metadata {
    /// Whether it need not be fetched again.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.fetched_at) < FRESH
    }

    /// Checks an RS256 signature with the cached key of this id.
    pub(super) fn verify(&self, kid: &str, text: &str, signature: &[u8]) -> Result<(), Fault> {
        let refused = || Fault::Signature(kid.to_owned());
        let (_, key) = self.keys.iter().find(|(known, _)| known == kid).ok_or_else(refused)?;
        PublicKeyComponents { n: &key.n, e: &key.e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), signature)
            .map_err(|_| refused())
    }
}

/// Discovery 1.0 §3. Members that the vendor does not look at are left out.
#[derive(Deserialize)]
struct Document {
    issuer: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    scopes_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    response_modes_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    subject_types_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    claim_types_supported: Option<Vec<String>>,
}

/// Fetches both documents and checks them.
pub(super) async fn fetch(client: &reqwest::Client, address: &Url, now: Timestamp) -> Result<Metadata, Fault> {
    check_address(address)?;
    let (status, headers, body) = get(client, address).await.ok_or(DiscoveryFault::Unanswered)?;
    if status != 200 {
        return Err(DiscoveryFault::Status(status).into());
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse().ok()) != Some(body.len()) {
        return Err(DiscoveryFault::NoLength.into());
    }
    let document: Document = json(&headers, &body).ok_or(DiscoveryFault::NotJson)?;
    let (issuer, authorization_endpoint, jwks_uri) = document.check(address)?;

    let (status, headers, body) = get(client, &jwks_uri).await.ok_or(KeyFault::Unanswered)?;
    if status != 200 {
        return Err(KeyFault::Status(status).into());
    }
    let set = json(&headers, &body).ok_or(KeyFault::NotJson)?;
    Ok(Metadata {
        issuer,
        authorization_endpoint,
        keys: jwks::check(set)?,
        fetched_at: now,
    })
}

fn check_address(address: &Url) -> Result<(), DiscoveryFault> {
    if !is_safe(address) {
        return Err(DiscoveryFault::Address("is not https"));
    }
    if address.query().is_some() || address.fragment().is_some() {
        return Err(DiscoveryFault::Address("has a query or a fragment"));
    }
    if !address.path().ends_with(WELL_KNOWN) {
        return Err(DiscoveryFault::Address(
            "does not end in /.well-known/openid-configuration",
        ));
    }
    Ok(())
}

impl Document {
    /// Issuer, authorization endpoint and address of the keys, once every rule is kept.
    fn check(self, address: &Url) -> Result<(String, String, Url), DiscoveryFault> {
        let issuer = self.issuer.ok_or(DiscoveryFault::Missing("issuer"))?;
        // Character for character; so a slash at the end or a default port that is written out fails too.
        if address.as_str().strip_suffix(WELL_KNOWN) != Some(issuer.as_str()) {
            return Err(DiscoveryFault::Issuer(issuer));
        }
        let authorize = self
            .authorization_endpoint
            .ok_or(DiscoveryFault::Missing("authorization_endpoint"))?;
        if !Url::parse(&authorize).is_ok_and(|url| is_safe(&url) && url.fragment().is_none()) {
            return Err(member("authorization_endpoint", "is not an https address"));
        }
        let jwks_uri = self.jwks_uri.ok_or(DiscoveryFault::Missing("jwks_uri"))?;
        let jwks_uri = Url::parse(&jwks_uri)
            .ok()
            .filter(is_safe)
            .ok_or(member("jwks_uri", "is not an https address"))?;
        if jwks_uri.query().is_some() || jwks_uri.fragment().is_some() {
            return Err(member("jwks_uri", "has a query or a fragment"));
        }
        let responses = required(self.response_types_supported, "response_types_supported", "id_token")?;
        // Discovery 1.0 §3: the token endpoint may be left out only where nothing but the implicit flow is offered.
        if responses.iter().any(|kind| kind.contains("code")) && self.token_endpoint.is_none() {
            return Err(DiscoveryFault::Missing("token_endpoint"));
        }
        let algorithms = self.id_token_signing_alg_values_supported;
        required(algorithms, "id_token_signing_alg_values_supported", "RS256")?;
        let subjects = self.subject_types_supported;
        if subjects
            .ok_or(DiscoveryFault::Missing("subject_types_supported"))?
            .is_empty()
        {
            return Err(member("subject_types_supported", "is empty"));
        }
        optional(self.scopes_supported, "scopes_supported", "openid")?;
        optional(self.response_modes_supported, "response_modes_supported", "form_post")?;
        optional(self.grant_types_supported, "grant_types_supported", "implicit")?;
        optional(self.claim_types_supported, "claim_types_supported", "normal")?;
        Ok((issuer, authorize, jwks_uri))
    }
}

const fn member(member: &'static str, rule: &'static str) -> DiscoveryFault {
    DiscoveryFault::Member { member, rule }
}

fn required(
    values: Option<Vec<String>>,
    name: &'static str,
    wanted: &'static str,
) -> Result<Vec<String>, DiscoveryFault> {
    let values = values.ok_or(DiscoveryFault::Missing(name))?;
    contains(&values, name, wanted)?;
    Ok(values)
}

fn optional(values: Option<Vec<String>>, name: &'static str, wanted: &'static str) -> Result<(), DiscoveryFault> {
    values.map_or(Ok(()), |values| contains(&values, name, wanted))
}

fn contains(values: &[String], name: &'static str, wanted: &'static str) -> Result<(), DiscoveryFault> {
    if values.iter().any(|value| value == wanted) {
        Ok(())
    } else {
        Err(member(name, "does not contain the value needed"))
    }
}

/// TLS, or an address that never leaves this machine.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

async fn get(client: &reqwest::Client, url: &Url) -> Option<(u16, HeaderMap, Vec<u8>)> {
    let response = client
        .get(url.clone())
        .header(header::ACCEPT, "application/json")
        // Nothing compressed: the client would undo it and hide the length with it.
        .header(header::ACCEPT_ENCODING, "identity")
        .send()
        .await
        .ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Some((status, headers, response.bytes().await.ok()?.to_vec()))
}

fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Option<T> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next()?.trim();
    let known = ["application/json", "application/jwk-set+json"];
    known.contains(&kind).then(|| serde_json::from_slice(body).ok())?
}

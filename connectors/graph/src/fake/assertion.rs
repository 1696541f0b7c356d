//! Checks a client assertion that was signed with the registered certificate.
//!
//! After "Certificate credentials" (<https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials>,
//! August 2026): PS256 with `x5t#S256`, `aud` the token endpoint, `iss` and `sub` the application. Stricter than the vendor
//! in that a `jti` is taken once and `exp` may not be far ahead, so that a client that caches assertions is caught.

use std::time::Duration;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::Desk;
use super::state::Spent;
use super::token::Refusal;

/// The furthest that `exp` may be ahead.
const LONGEST: Duration = Duration::from_mins(10);
/// How far the two clocks may differ.
const SKEW: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    #[serde(rename = "x5t#S256")]
    thumbprint: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    jti: String,
    nbf: i64,
    exp: i64,
}

impl Desk<'_> {
    pub(super) fn check_assertion(&mut self, assertion: &str) -> Result<(), Refusal> {
        let claims = self.signed_claims(assertion)?;
        let wanted = self.world.client_id;
        if Uuid::parse_str(&claims.iss) != Ok(wanted) || Uuid::parse_str(&claims.sub) != Ok(wanted) {
            let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(Refusal::client(700_021, text));
        }
        if claims.aud != self.world.token_url() {
            let text = "Client assertion audience claim does not match the token endpoint.";
            return Err(Refusal::client(700_023, text));
        }
        let (begins, ends) = (Timestamp::from_seconds(claims.nbf), Timestamp::from_seconds(claims.exp));
        if begins > self.now.plus(SKEW) || ends <= self.now || ends > self.now.plus(LONGEST) {
            return Err(Refusal::client(
                700_024,
                "Client assertion is not within its valid time range.",
            ));
        }
        let now = self.now;
        self.state.spent.retain(|spent| spent.until > now);
        if claims.jti.is_empty() || self.state.spent.iter().any(|spent| spent.jti == claims.jti) {
            return Err(Refusal::client(50_027, "Invalid JWT token: the 'jti' was used before."));
        }
        self.state.spent.push(Spent {
            jti: claims.jti,
            until: ends,
        });
        Ok(())
    }

    fn signed_claims(&self, assertion: &str) -> Result<Claims, Refusal> {
        let malformed = || Refusal::client(50_027, "JWT token is invalid or malformed.");
        let mut parts = assertion.split('.');
        let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed());
        };
        let read = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: Header = read(head)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(malformed)?;
        let claims: Claims = read(body)
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .and_then(|value| serde_json::from_value(value).ok())
            .ok_or_else(malformed)?;
        let unknown = || {
            Refusal::client(
                700_027,
                "The certificate used to sign the client assertion is not registered.",
            )
        };
        let pem = self.world.certificate_pem.as_deref().ok_or_else(unknown)?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| unknown())?;
        let print = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &certificate));
        let typed = header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"));
        if header.alg != "PS256" || !typed || header.thumbprint.as_deref() != Some(print.as_str()) {
            return Err(unknown());
        }
        let key = public_key(&certificate).ok_or_else(unknown)?;
        let signature = read(signature).ok_or_else(malformed)?;
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key)
            .verify(format!("{head}.{body}").as_bytes(), &signature)
            .map_err(|_| unknown())?;
        Ok(claims)
    }
}

/// The `SubjectPublicKeyInfo` of a certificate, as it stands there (RFC 5280 §4.1).
fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (_, whole, _) = element(certificate)?;
    let (_, mut fields, _) = element(whole)?;
    let (tag, _, rest) = element(fields)?;
    // The version is explicit and may be absent.
    if tag == 0xa0 {
        fields = rest;
    }
    // serialNumber, signature, issuer, validity, subject
    for _ in 0..5 {
        fields = element(fields)?.2;
    }
    let after = element(fields)?.2;
    fields.get(..fields.len() - after.len())
}

/// Tag, content and what follows the first DER element.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = digits.iter().try_fold(0_usize, |sum, digit| {
            sum.checked_mul(256)?.checked_add(usize::from(*digit))
        })?;
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

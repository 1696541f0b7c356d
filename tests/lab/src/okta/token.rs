//! The ID token as a token: signature and the claims about itself (OIDC Core §3.1.3.7, RFC 7515 §5.2), with RS256 as the
//! one algorithm and no clock skew, as in Okta's sample of the identity provider (`policy.maxClockSkew` 0).

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use serde_json::{Map, Value};

use super::fault::Fault;

/// What the org expects of an ID token.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// The claims of a token that is signed by one of `keys` and fits what is expected.
pub(super) fn checked(token: &str, keys: &[Value], expected: &Expected<'_>) -> Result<Map<String, Value>, Fault> {
    let claims = signed(token, keys)?;
    let text = |name: &'static str| {
        let text = claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or(Fault::TokenLacks(name))
    };
    if text("iss")? != expected.issuer {
        return Err(Fault::Issuer);
    }
    // The guide has a string here, so an array is no audience.
    if text("aud")? != expected.audience {
        return Err(Fault::Audience);
    }
    if text("nonce")? != expected.nonce {
        return Err(Fault::Nonce);
    }
    text("sub")?;
    let now = expected.now.seconds();
    let moment = |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(Fault::TokenLacks(name));
    if moment("exp")? <= now {
        return Err(Fault::Expired);
    }
    if moment("iat")? > now || claims.contains_key("nbf") && moment("nbf")? > now {
        return Err(Fault::IssuedInFuture);
    }
    Ok(claims)
}

fn signed(token: &str, keys: &[Value]) -> Result<Map<String, Value>, Fault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Fault::NotAToken)?;
    let (header, payload) = signed.split_once('.').ok_or(Fault::NotAToken)?;
    let header = object(header)?;
    let algorithm = header.get("alg").and_then(Value::as_str).ok_or(Fault::Header)?;
    if algorithm != "RS256" {
        return Err(Fault::Algorithm(algorithm.to_owned()));
    }
    // RFC 7515 §4.1.11: an extension that is not understood makes the token invalid.
    if header.contains_key("crit") {
        return Err(Fault::Header);
    }
    let kid = header.get("kid").and_then(Value::as_str).ok_or(Fault::Header)?;
    let key = found(keys, kid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Fault::NotAToken)?;
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| Fault::Signature)?;
    object(payload)
}

/// The one key of that id that may sign with RS256.
fn found(keys: &[Value], kid: &str) -> Result<PublicKeyComponents<Vec<u8>>, Fault> {
    let is = |key: &Value, name: &str, wanted: &str| key.get(name).and_then(Value::as_str) == Some(wanted);
    let may = |key: &Value, name: &str, wanted: &str| key.get(name).is_none() || is(key, name, wanted);
    let mut fitting = keys.iter().filter(|key| {
        is(key, "kid", kid) && is(key, "kty", "RSA") && may(key, "use", "sig") && may(key, "alg", "RS256")
    });
    let (Some(key), None) = (fitting.next(), fitting.next()) else {
        return Err(Fault::UnknownKey);
    };
    let part = |name: &str| {
        let text = key.get(name).and_then(Value::as_str).ok_or(Fault::UnknownKey)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::UnknownKey)
    };
    Ok(PublicKeyComponents {
        n: part("n")?,
        e: part("e")?,
    })
}

fn object(part: &str) -> Result<Map<String, Value>, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::NotAToken)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::NotAToken)
}

//! Checks the token that comes back, claim by claim, without any of Doorward's code.
//!
//! Rules: the vendor's provider reference on the token returned, `acr` and `amr`
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>,
//! August 2026); OpenID Connect Core 1.0 §3.2.2.11; RFC 7515 §5.2. That `amr` must be of a kind that `acr` names follows
//! from the vendor's two tables and is stated nowhere. No skew is allowed: the lab has one clock.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::attempt::Attempt;
use super::fault::Fault;
use super::metadata::Metadata;

/// The vendor's table of biometrics; everything else it lists is something held.
const INHERENCE: [&str; 5] = ["face", "fpt", "iris", "retina", "vbm"];

#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// RFC 7519 §4: a claim that stands there twice is refused by this shape.
#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<Value>,
    sub: Option<String>,
    nonce: Option<String>,
    iat: Option<i64>,
    nbf: Option<i64>,
    exp: Option<i64>,
    acr: Option<Value>,
    amr: Option<Value>,
}

/// `acr` and `amr` of a token that answers this very attempt.
pub(super) fn check(
    token: &str,
    metadata: &Metadata,
    client_id: &str,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(String, String), Fault> {
    let claims = signed(token, metadata)?;
    let iss = claims.iss.unwrap_or_default();
    if iss != metadata.issuer {
        return Err(Fault::Issuer(iss));
    }
    let aud = claims.aud.unwrap_or_default();
    let only = aud.as_array().and_then(|all| match all.as_slice() {
        [one] => one.as_str(),
        _ => None,
    });
    if aud.as_str().or(only) != Some(client_id) {
        return Err(Fault::Audience);
    }
    if claims.sub.as_deref() != Some(&attempt.sub) {
        return Err(Fault::Subject);
    }
    if claims.nonce.as_deref() != Some(&attempt.nonce) {
        return Err(Fault::Nonce);
    }
    check_times(claims.iat, claims.nbf, claims.exp, attempt, now)?;
    check_factor(claims.acr, claims.amr, attempt)
}

fn signed(token: &str, metadata: &Metadata) -> Result<Claims, Fault> {
    let (text, signature) = token.rsplit_once('.').ok_or(Fault::Token("not three parts"))?;
    let (header, claims) = text
        .split_once('.')
        .filter(|(_, claims)| !claims.contains('.'))
        .ok_or(Fault::Token("not three parts"))?;
    let header: Header = part(header).ok_or(Fault::Token("the header cannot be read"))?;
    let alg = header.alg.unwrap_or_default();
    if alg != "RS256" {
        return Err(Fault::Algorithm(alg));
    }
    if header.crit.is_some() {
        return Err(Fault::Token("crit names what is not known here"));
    }
    if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Fault::Token("typ is not JWT"));
    }
    let kid = header.kid.ok_or(Fault::Token("no kid"))?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Fault::Token("the signature is not base64url"))?;
    metadata.verify(&kid, text, &signature)?;
    part(claims).ok_or(Fault::Token("the claims cannot be read"))
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn check_times(
    iat: Option<i64>,
    nbf: Option<i64>,
    exp: Option<i64>,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(), Fault> {
    let now = now.seconds();
    let iat = iat.ok_or(Fault::Times("no iat"))?;
    let exp = exp.ok_or(Fault::Times("no exp"))?;
    if iat > now || nbf.is_some_and(|nbf| nbf > now) {
        return Err(Fault::Times("not valid yet"));
    }
    if iat < attempt.begun_at.seconds() {
        return Err(Fault::Times("issued before it was asked for"));
    }
    if exp <= now {
        return Err(Fault::Times("expired"));
    }
    Ok(())
}

fn check_factor(acr: Option<Value>, amr: Option<Value>, attempt: &Attempt) -> Result<(String, String), Fault> {
    let (acr, amr) = (acr.unwrap_or_default(), amr.unwrap_or_default());
    let asked = |values: &[String], found: &str| values.iter().any(|value| value == found);
    let acr = match acr.as_str() {
        Some(found) if asked(&attempt.acr, found) => found.to_owned(),
        _ => return Err(Fault::Acr(acr.to_string())),
    };
    let wrong = || Fault::Amr(amr.to_string());
    let [found] = amr.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(wrong());
    };
    let found = found
        .as_str()
        .filter(|found| asked(&attempt.amr, found))
        .ok_or_else(wrong)?;
    let kind = if INHERENCE.contains(&found) {
        "inherence"
    } else {
        "possession"
    };
    if !acr.split("or").any(|part| part == kind) {
        return Err(wrong());
    }
    Ok((acr, found.to_owned()))
}

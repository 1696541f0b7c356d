//! Does `verified_claims` let the person through? The rules of Okta's guide, read against the pushed request
//! ("Integrate Okta with identity verification vendors", <https://developer.okta.com/docs/guides/idv-integration/main/>,
//! August 2026). Where the guide is silent, the stricter reading is taken.

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Map, Value};

use super::claim::{Claim, Pushed, TRUST_FRAMEWORK, VERIFIED};
use super::fault::Fault;
use super::options::Shape;

/// Stands for a value that was confirmed without being repeated.
const MATCHED: &str = "MATCHED";
/// The level of a finished, negative check.
const FAILED: &str = "FAILED";

/// Judges the claims of an ID token: first whether they can be read at all, then what they say.
pub(super) fn judge(token: &Map<String, Value>, pushed: &Pushed, shape: Shape) -> Result<(), Fault> {
    let (verification, claims) = parts(token)?;
    parsed_time(verification)?;
    let framework = verification.get("trust_framework");
    let framework = framework.ok_or(Fault::Missing("trust_framework"))?;
    let level = verification.get("assurance_level");
    let level = level.ok_or(Fault::Missing("assurance_level"))?;
    if framework.as_str() != Some(TRUST_FRAMEWORK) {
        return Err(Fault::TrustFramework);
    }
    let verified = match level {
        Value::String(level) if level == VERIFIED => true,
        Value::String(level) if level == FAILED => false,
        // One table of the guide allows it for a failed check.
        Value::Null => false,
        _ => return Err(Fault::Shape("assurance_level")),
    };
    asked_for(claims, pushed)?;
    // Empty: the level speaks for all of them.
    if !claims.is_empty() {
        let mut found = Vec::new();
        for (claim, value) in pushed {
            found.push((*claim, value, value_of(claims, *claim, shape)?));
        }
        for (claim, pushed, value) in found {
            match value {
                None => return Err(Fault::ClaimNotVerified(claim)),
                Some(value) if value == pushed || value == MATCHED => {}
                Some(_) => return Err(Fault::ClaimOther(claim)),
            }
        }
    }
    if verified { Ok(()) } else { Err(Fault::NotVerified) }
}

type Parts<'a> = (&'a Map<String, Value>, &'a Map<String, Value>);

fn parts(token: &Map<String, Value>) -> Result<Parts<'_>, Fault> {
    let whole = token.get("verified_claims").ok_or(Fault::Missing("verified_claims"))?;
    let [one] = whole.as_array().ok_or(Fault::Shape("no array"))?.as_slice() else {
        return Err(Fault::Shape("not one element"));
    };
    let member = |name: &'static str| {
        let member = one.get(name).ok_or(Fault::Missing(name))?;
        member.as_object().ok_or(Fault::Shape(name))
    };
    Ok((member("verification")?, member("claims")?))
}

/// `time` is demanded in ISO 8601, which the guide writes with and without a zone; `verification_process` is free.
fn parsed_time(verification: &Map<String, Value>) -> Result<(), Fault> {
    let time = verification.get("time").ok_or(Fault::Missing("time"))?;
    let time = time.as_str().ok_or(Fault::Shape("time"))?;
    let zoned = DateTime::parse_from_rfc3339(time).is_ok();
    if !zoned && NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M:%S%.f").is_err() {
        return Err(Fault::Shape("time"));
    }
    match verification.get("verification_process") {
        None | Some(Value::String(_)) => Ok(()),
        Some(_) => Err(Fault::Shape("verification_process")),
    }
}

/// Nothing may come back that was not pushed.
fn asked_for(claims: &Map<String, Value>, pushed: &Pushed) -> Result<(), Fault> {
    let known = |name: &str, in_address: bool| {
        let mut asked = pushed.iter().map(|(claim, _)| claim);
        asked.any(|claim| claim.in_address() == in_address && claim.member() == name)
    };
    for (name, value) in claims {
        if name != "address" {
            if !known(name, false) {
                return Err(Fault::Unasked(name.clone()));
            }
            continue;
        }
        let address = value.as_object().ok_or(Fault::Shape("address"))?;
        if let Some(name) = address.keys().find(|name| !known(name, true)) {
            return Err(Fault::Unasked(format!("address.{name}")));
        }
        if !pushed.iter().any(|(claim, _)| claim.in_address()) {
            return Err(Fault::Unasked("address".to_owned()));
        }
    }
    Ok(())
}

/// The value of a pushed claim in the answer; `None` for null.
fn value_of(claims: &Map<String, Value>, claim: Claim, shape: Shape) -> Result<Option<&str>, Fault> {
    let place = if claim.in_address() {
        claims.get("address").and_then(Value::as_object)
    } else {
        Some(claims)
    };
    let answered = place.and_then(|place| place.get(claim.member()));
    let answered = answered.ok_or(Fault::ClaimMissing(claim))?;
    match (answered, shape) {
        (Value::Object(members), _) => {
            let fuzzy = members.get("fuzzy");
            // What was pushed with a `fuzzy` of its own comes back with it; the old guide pushed none that is a boolean.
            let repeated = fuzzy == Some(&Value::Bool(true)) || shape == Shape::OldGuide && fuzzy.is_none();
            if !repeated || members.keys().any(|name| name != "fuzzy" && name != "value") {
                return Err(Fault::ClaimShape(claim));
            }
            match members.get("value") {
                Some(Value::String(value)) => Ok(Some(value)),
                Some(Value::Null) => Ok(None),
                _ => Err(Fault::ClaimShape(claim)),
            }
        }
        (Value::String(value), Shape::OldGuide) => Ok(Some(value)),
        (Value::Null, Shape::OldGuide) => Ok(None),
        _ => Err(Fault::ClaimShape(claim)),
    }
}

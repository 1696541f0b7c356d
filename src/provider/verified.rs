//! `verified_claims` (OpenID Connect for Identity Assurance 1.0 with OpenID Identity Assurance Schema Definition 1.0): what
//! may be asked, and what is answered.
//!
//! The answer states what happened and no more: our own trust framework, because the checks follow no public one; an image of
//! a document that was inspected remotely (`vri`), a face that was compared with it (`bvr`), by whom and when. It has no
//! document number, because none is kept. How a single wish is read is `wish.rs`'s.

use serde_json::{Map, Value, json};

use super::refusal::{Code, Refusal, Why};
use super::wish::{Met, Unmet, conditional, fits, sound, timely};
use super::{Outcome, Proven};
use doorward_contract::{CheckName, Timestamp};

/// The rules that verified claims follow here: the purposes of this installation, and none that is published.
pub const TRUST_FRAMEWORK: &str = "doorward";
/// The claims that can be verified.
pub const CLAIMS: [&str; 4] = ["given_name", "family_name", "middle_name", "birthdate"];
/// The kind of evidence.
pub const EVIDENCE: &str = "document";
/// The documents that verifiers take, as Identity Assurance names them. Which of them a purpose takes is its verifier's
/// template's to say, and which one it was is not told: it is not kept.
pub const DOCUMENTS: [&str; 4] = ["idcard", "passport", "driving_permit", "residence_permit"];
/// How a document was checked: an image of it, under visible light, from afar; and the face on it against a live one.
pub const CHECK_METHODS: [&str; 2] = ["vri", "bvr"];
/// So many wishes may stand side by side.
const MOST: usize = 8;

/// Refuses a wish that has not the shape of one (Identity Assurance §5.3 to §5.5). What is well-formed and cannot be met is no
/// error (§5.7): it is left out of the answer.
pub(super) fn check(wish: &Value) -> Result<(), Refusal> {
    let wishes = list(wish);
    if wishes.is_empty() || wishes.len() > MOST {
        return Err(malformed("verified_claims empty or too many"));
    }
    for wish in wishes {
        let verification = wish.get("verification").and_then(Value::as_object);
        shape(verification.ok_or(malformed("verification missing"))?)?;
        match wish.get("claims") {
            Some(Value::Null) => {}
            Some(Value::Object(claims)) if !claims.is_empty() => {
                if !claims.values().all(sound) {
                    return Err(malformed("a claim is asked for in no known way"));
                }
            }
            _ => return Err(malformed("claims missing or empty")),
        }
    }
    Ok(())
}

fn shape(verification: &Map<String, Value>) -> Result<(), Refusal> {
    if !verification.contains_key("trust_framework") {
        return Err(malformed("trust_framework missing"));
    }
    for (name, wish) in verification {
        let known = match name.as_str() {
            "evidence" => filters(wish).is_some_and(|filters| !filters.is_empty() && filters.iter().all(piece)),
            "assurance_process" => wish.is_null() || wish.as_object().is_some_and(|parts| parts.values().all(element)),
            _ => sound(wish),
        };
        if !known {
            return Err(malformed("verification is asked for in no known way"));
        }
    }
    Ok(())
}

/// Each filter names a kind of evidence (§5.4); its checks are filters again.
fn piece(filter: &Value) -> bool {
    let Some(members) = filter.as_object() else {
        return false;
    };
    let known = |(name, wish): (&String, &Value)| match name.as_str() {
        "check_details" => {
            wish.is_null()
                || filters(wish).is_some_and(|filters| {
                    let members = |filter: &Value| filter.as_object().is_some_and(|all| all.values().all(element));
                    filters.iter().all(members)
                })
        }
        _ => element(wish),
    };
    members.get("type").is_some_and(sound) && members.iter().all(known)
}

/// An element somewhere inside: a wish, or a structure of them, but never a value in place of one.
fn element(wish: &Value) -> bool {
    sound(wish) || wish.is_array()
}

fn filters(wish: &Value) -> Option<&Vec<Value>> {
    wish.as_array()
}

const fn malformed(why: Why) -> Refusal {
    Refusal::new(Code::InvalidRequest, "verified_claims is malformed", why)
}

/// The answer to a wish that was made at `asked_at`; `None` where nothing of it can be met.
pub(super) fn answer(wish: &Value, proven: &Proven, asked_at: Timestamp) -> Option<Value> {
    if proven.result != Outcome::Verified {
        return None;
    }
    let facts = Facts { proven, asked_at };
    // §5.6: each by itself.
    let told: Vec<Value> = list(wish).into_iter().filter_map(|wish| facts.one(wish)).collect();
    match (wish.is_array(), told.len()) {
        (_, 0) => None,
        (false, _) => told.into_iter().next(),
        (true, _) => Some(Value::Array(told)),
    }
}

/// The verified claims that a `claims` parameter asks for, of those there are.
pub fn wanted(claims: &Value) -> Vec<String> {
    let places = ["id_token", "userinfo"]
        .into_iter()
        .filter_map(|place| claims.get(place)?.get("verified_claims"));
    let asked = places.flat_map(list).filter_map(|wish| wish.get("claims")?.as_object());
    let names = asked.flat_map(|claims| claims.keys().cloned());
    names.filter(|name| CLAIMS.contains(&name.as_str())).collect()
}

fn list(wish: &Value) -> Vec<&Value> {
    match wish {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}

/// What is known, and when it was asked for: ages are counted up to then (§5.5.2).
struct Facts<'a> {
    proven: &'a Proven,
    asked_at: Timestamp,
}

impl Facts<'_> {
    fn one(&self, wish: &Value) -> Option<Value> {
        // §5.7.4: a condition on the verification that does not hold takes everything with it, one on a claim that claim.
        let verification = self.verification(wish.get("verification")?.as_object()?).ok()?;
        let mut claims = Map::new();
        for (name, wish) in wish.get("claims")?.as_object()? {
            let told = claim(name, self.proven).filter(|value| fits(wish, value));
            claims.extend(told.map(|told| (name.clone(), told)));
        }
        // §5.7.5: claims must not be empty, so what would hold them goes too.
        (!claims.is_empty()).then(|| json!({ "verification": verification, "claims": claims }))
    }

    /// What was asked of the verification, if every condition in it holds.
    fn verification(&self, wish: &Map<String, Value>) -> Result<Map<String, Value>, Unmet> {
        let mut told = Map::new();
        for (name, wish) in wish {
            let value = match name.as_str() {
                "trust_framework" => text(wish, TRUST_FRAMEWORK)?,
                "time" => self.time(wish)?,
                "verification_process" => text(wish, &self.proven.process)?,
                "assurance_process" => self.assurance_process(wish)?,
                "evidence" => self.evidence(wish)?,
                // No level is claimed, and nothing else is known.
                _ => unknown(wish)?,
            };
            told.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(told)
    }

    fn time(&self, wish: &Value) -> Met {
        let Some(text) = time(self.proven.proven_at) else {
            return Ok(None);
        };
        let text = json!(text);
        if timely(wish, &text, self.asked_at.since(self.proven.proven_at)) {
            Ok(Some(text))
        } else {
            Err(Unmet)
        }
    }

    /// Policy and procedure are ours: the framework's word and the purpose's.
    fn assurance_process(&self, wish: &Value) -> Met {
        let ours = [("policy", TRUST_FRAMEWORK), ("procedure", self.proven.purpose.as_str())];
        let Some(parts) = wish.as_object() else {
            return Ok(Some(json!(
                ours.iter().copied().collect::<std::collections::BTreeMap<_, _>>()
            )));
        };
        let mut told = Map::new();
        for (name, wish) in parts {
            let value = match ours.iter().find(|(ours, _)| ours == name) {
                Some((_, value)) => text(wish, value)?,
                None => unknown(wish)?,
            };
            told.extend(value.map(|value| (name.clone(), value)));
        }
        Ok((!told.is_empty()).then_some(Value::Object(told)))
    }

    /// The one piece of evidence there is, as the first filter it passes describes it (§5.4: several are linked by OR).
    fn evidence(&self, wish: &Value) -> Met {
        let told = filters(wish)
            .into_iter()
            .flatten()
            .find_map(|filter| self.document(filter).ok().flatten());
        match told {
            Some(told) => Ok(Some(json!([told]))),
            None => unknown(wish),
        }
    }

    fn document(&self, filter: &Value) -> Met {
        if !self.proven.checks.contains(&CheckName::GovernmentId) {
            return Ok(None);
        }
        let mut told = Map::new();
        for (name, wish) in filter.as_object().ok_or(Unmet)? {
            let value = match name.as_str() {
                "type" => text(wish, EVIDENCE)?,
                "time" => self.time(wish)?,
                "check_details" => self.check_details(wish)?,
                // What kind of document it was is not kept, nor anything that is written on it.
                _ => unknown(wish)?,
            };
            told.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(Some(Value::Object(told)))
    }

    /// The checks that pass one of the filters (§5.4: several are linked by OR), each with what that filter asks for.
    fn check_details(&self, wish: &Value) -> Met {
        let [image, face] = CHECK_METHODS;
        let made = [(image, CheckName::GovernmentId), (face, CheckName::FaceMatch)];
        let made = made.iter().filter(|(_, check)| self.proven.checks.contains(check));
        let any = [json!({ "check_method": null, "organization": null, "time": null })];
        let asked = match filters(wish) {
            Some(filters) if !filters.is_empty() => filters.as_slice(),
            _ => &any,
        };
        let told: Vec<Value> = made
            .filter_map(|(method, _)| {
                asked
                    .iter()
                    .find_map(|filter| self.check(filter, method).ok().flatten())
            })
            .collect();
        if told.is_empty() {
            return unknown(wish);
        }
        Ok(Some(Value::Array(told)))
    }

    fn check(&self, filter: &Value, method: &str) -> Met {
        let mut told = Map::new();
        for (name, wish) in filter.as_object().ok_or(Unmet)? {
            let value = match name.as_str() {
                "check_method" => text(wish, method)?,
                "organization" => text(wish, &self.proven.verifier)?,
                "time" => self.time(wish)?,
                _ => unknown(wish)?,
            };
            told.extend(value.map(|value| (name.clone(), value)));
        }
        // Identity Assurance Schema §5.4.4.2: no check without its method.
        told.entry("check_method").or_insert_with(|| json!(method));
        Ok(Some(Value::Object(told)))
    }
}

fn text(wish: &Value, ours: &str) -> Met {
    let value = json!(ours);
    if fits(wish, &value) {
        Ok(Some(value))
    } else {
        Err(Unmet)
    }
}

/// What we do not know is left out (§5.7.2), unless there is a condition on it: that does not hold.
fn unknown(wish: &Value) -> Met {
    if conditional(wish) { Err(Unmet) } else { Ok(None) }
}

/// A verified claim, from the proof.
fn claim(name: &str, proven: &Proven) -> Option<Value> {
    let person = proven.person.as_ref()?;
    let text = match name {
        "given_name" => person.name.given.clone(),
        "family_name" => person.name.family.clone(),
        "middle_name" => person.name.middle.clone(),
        "birthdate" => person.birth_date.map(|date| date.to_string()),
        _ => None,
    };
    text.filter(|text| !text.is_empty()).map(Value::from)
}

/// A time as ISO 8601 in UTC, to the second.
pub(super) fn time(at: Timestamp) -> Option<String> {
    Some(at.to_chrono()?.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

//! Okta as relying party of an identity-verification vendor: what it asks (okta.md §1.4) and what it is answered (§1.8).

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value, json};

use super::refusal::{Code, Refusal};
use super::verified::time;
use super::{Outcome, Proven, Request};
use crate::matching::{Field, Finding};
use doorward_contract::{Account, AccountId, Name, Origin};

/// As Okta samples spell it, and as its prose does (okta.md §1.16).
const FRAMEWORK: [&str; 2] = ["IDV-DELEGATED", "IDV_DELEGATED"];
/// What stands for a confirmed value that is not said again.
const MATCHED: &str = "MATCHED";
/// The claims Okta knows (okta.md §1.10), as it may spell them and as we do.
const CLAIMS: [(&str, &str); 8] = [
    ("given_name", "given_name"),
    ("family_name", "family_name"),
    ("middle_name", "middle_name"),
    ("email", "email"),
    ("birthdate", "birthdate"),
    ("bithdate", "birthdate"),
    ("phone_number", "phone_number"),
    ("address", "address"),
];
/// The parts of an address that Okta knows.
const ADDRESS: [&str; 5] = ["street_address", "locality", "region", "postal_code", "country"];
/// How Okta writes a date of birth (okta.md §1.10), and how long that is: chrono alone would take less.
const DATE: (&str, usize) = ("%Y-%m-%d", 10);

/// The server's checks of a pushed request, in the order of okta.md §1.4 from `nonce` on.
pub(super) fn check(request: &Request) -> Result<(), Refusal> {
    let missing = |what: &'static str, why| Refusal::new(Code::InvalidRequest, what, why);
    if request.nonce.is_none() {
        return Err(missing("nonce is missing", "nonce missing"));
    }
    if request.state.is_none() {
        return Err(missing("state is missing", "state missing"));
    }
    if request.login_hint.as_deref().is_none_or(|hint| hint.trim().is_empty()) {
        return Err(missing("login_hint is missing", "login_hint missing"));
    }
    let asked = asked(request).ok_or(missing("claims holds no verified_claims", "verified_claims missing"))?;
    let verification = asked
        .get("verification")
        .ok_or(missing("verification is missing", "verification missing"))?;
    let framework = verification.get("trust_framework").and_then(value);
    if !framework.is_some_and(|framework| FRAMEWORK.contains(&framework.as_str())) {
        return Err(missing("trust_framework must be IDV-DELEGATED", "trust_framework"));
    }
    let level = verification.get("assurance_level").map(value);
    if level.is_some_and(|level| level.as_deref() != Some("VERIFIED")) {
        return Err(missing("assurance_level must be VERIFIED", "assurance_level"));
    }
    let claims = asked.get("claims").unwrap_or(&Value::Null);
    if text(claims, "given_name").is_none() || text(claims, "family_name").is_none() {
        return Err(missing("given_name and family_name are needed", "names missing"));
    }
    // Taken as absent it would let names alone decide, where the settings allow that.
    if text(claims, "birthdate").is_some_and(|text| date(&text).is_none()) {
        return Err(missing("birthdate must be YYYY-MM-DD", "birthdate malformed"));
    }
    Ok(())
}

/// The account as Okta describes it: what the proof is held against.
pub(super) fn record(request: &Request) -> Option<Account> {
    let claims = asked(request)?.get("claims")?;
    let login = request.login_hint.clone()?;
    Some(Account {
        id: AccountId(login.clone()),
        login: text(claims, "email").unwrap_or(login),
        display_name: None,
        name: Name {
            given: text(claims, "given_name"),
            middle: text(claims, "middle_name"),
            family: text(claims, "family_name"),
            suffix: None,
        },
        birth_date: text(claims, "birthdate").as_deref().and_then(date),
        enabled: true,
        origin: Origin::Cloud,
        related_words: Vec::new(),
    })
}

/// The ID token's claims beside those of every token: `verified_claims` and nothing else, because any other claim makes
/// Okta refuse (okta.md §1.4, §1.8).
pub(super) fn id_token_claims(request: &Request, proven: &Proven, matched: bool) -> Map<String, Value> {
    let verified = proven.result == Outcome::Verified;
    let mut verification = Map::new();
    verification.insert("trust_framework".to_owned(), json!(FRAMEWORK[0]));
    verification.insert(
        "assurance_level".to_owned(),
        json!(if verified { "VERIFIED" } else { "FAILED" }),
    );
    verification.extend(time(proven.proven_at).map(|time| ("time".to_owned(), json!(time))));
    verification.insert("verification_process".to_owned(), json!(proven.process));
    let pushed = asked(request)
        .and_then(|asked| asked.get("claims"))
        .and_then(Value::as_object);
    let mut claims = Map::new();
    for (spelled, name) in CLAIMS {
        let Some(sent) = pushed.and_then(|pushed| pushed.get(spelled)) else {
            continue;
        };
        let told = if name == "address" {
            address(sent)
        } else {
            let said = if matched { Some(MATCHED.to_owned()) } else { value(sent) };
            let sure = confirmed(name, sent, proven);
            entry(sent, said.as_deref().filter(|_| sure))
        };
        // The right spelling comes first, and counts where both are there.
        claims.entry(name).or_insert(told);
    }
    let mut members = Map::new();
    members.insert(
        "verified_claims".to_owned(),
        json!([{ "verification": verification, "claims": claims }]),
    );
    members
}

/// No verifier of ours tells addresses: each part that was sent is said to be unconfirmed.
fn address(sent: &Value) -> Value {
    let parts: Map<String, Value> = ADDRESS
        .into_iter()
        .filter_map(|part| Some((part.to_owned(), entry(sent.get(part)?, None))))
        .collect();
    if parts.is_empty() {
        return entry(sent, None);
    }
    Value::Object(parts)
}

/// One claim of the answer: `fuzzy` said again where it was said, the value or `null`.
fn entry(sent: &Value, told: Option<&str>) -> Value {
    let mut entry = Map::new();
    match sent.get("fuzzy") {
        Some(Value::Bool(fuzzy)) => drop(entry.insert("fuzzy".to_owned(), json!(fuzzy))),
        // The old form, where the value stands in `fuzzy` (okta.md §1.4).
        Some(_) => drop(entry.insert("fuzzy".to_owned(), json!(true))),
        None => {}
    }
    entry.insert("value".to_owned(), json!(told));
    Value::Object(entry)
}

/// Whether the proof bears a claim out; with `fuzzy: false` letter by letter, as far as letters are compared.
fn confirmed(name: &str, sent: &Value, proven: &Proven) -> bool {
    let field = match name {
        "given_name" => Field::GivenName,
        "family_name" => Field::FamilyName,
        "middle_name" => Field::MiddleName,
        "birthdate" => Field::BirthDate,
        _ => return false,
    };
    let exact = sent.get("fuzzy").and_then(Value::as_bool) == Some(false);
    let finding = proven
        .compared
        .iter()
        .find(|(compared, _)| *compared == field)
        .map(|(_, finding)| *finding);
    match finding {
        Some(Finding::Equal) => true,
        Some(finding) => finding.agrees() && !exact,
        None => false,
    }
}

/// The one element of `verified_claims`, in an array or alone.
fn asked(request: &Request) -> Option<&Value> {
    match request.claims.pointer("/id_token/verified_claims")? {
        Value::Array(list) => match list.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        one => Some(one),
    }
}

/// A claim's value in any of the forms that Okta has written (okta.md §1.4).
fn value(sent: &Value) -> Option<String> {
    match sent {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => {
            let text = object.get("value").or_else(|| object.get("fuzzy"))?.as_str()?;
            Some(text.to_owned())
        }
        _ => None,
    }
}

/// A claim by its right name, whichever way it is spelled; absent if it says nothing.
fn text(claims: &Value, name: &str) -> Option<String> {
    let mut spellings = CLAIMS.iter().filter(|(_, right)| *right == name);
    let sent = spellings.find_map(|(spelled, _)| claims.get(spelled))?;
    value(sent).filter(|text| !text.trim().is_empty())
}

fn date(text: &str) -> Option<NaiveDate> {
    let (format, length) = DATE;
    let text = text.trim();
    NaiveDate::parse_from_str(text, format)
        .ok()
        .filter(|date| text.len() == length && date.year() > 0)
}

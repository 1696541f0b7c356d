//! Does Duo's token say that this person proved a second factor just now, to us?
//!
//! Follows "OIDC Auth API: ID Token" (<https://duo.com/docs/oauthapi>, August 2026) and the checks of the official clients, to
//! which one is added: none of them looks at `auth_result`. Whether a token was seen before is for whoever remembers:
//! [`Attested::once`] names it.

use aws_lc_rs::digest;
use doorward_contract::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::{Application, Expected, Unproven, jwt};
use crate::sign::hex;

/// How far Duo's clock and ours may differ: the leeway of the official clients.
const LEEWAY_SECONDS: i64 = 60;
/// Factors that are a code of the person's own. A bypass code is typed in the same place and is what a helpdesk gives out;
/// `passcode` may be any of them.
const OWN_CODES: [&str; 6] = [
    "duo_mobile_passcode",
    "hardware_token",
    "yubikey_passcode",
    "yubikey_code",
    "digipass_go_7_token",
    "sms_passcode",
];
/// What stands in place of a factor where Duo did not ask for one, or does not say for which.
const NO_FACTOR: [&str; 5] = [
    "bypass_code",
    "passcode",
    "remembered_device",
    "trusted_network",
    "not_available",
];

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Value>,
    exp: Option<i64>,
    iat: Option<i64>,
    auth_time: Option<i64>,
    preferred_username: Option<String>,
    nonce: Option<String>,
    auth_result: Option<AuthResult>,
    #[serde(default, deserialize_with = "leniently")]
    auth_context: AuthContext,
}

#[derive(Deserialize)]
struct AuthResult {
    result: Option<String>,
}

/// Everything in it is optional, and may be of another kind than is documented.
#[derive(Default, Deserialize)]
#[serde(default)]
struct AuthContext {
    txid: Option<String>,
    factor: Option<String>,
    reason: Option<String>,
    user: Option<ContextUser>,
}

#[derive(Deserialize)]
struct ContextUser {
    key: Option<String>,
}

fn leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AuthContext, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = value.pointer("/user/key").and_then(Value::as_str).map(str::to_owned);
    Ok(AuthContext {
        txid: text("txid"),
        factor: text("factor"),
        reason: text("reason"),
        user: Some(ContextUser { key }),
    })
}

/// What Duo attests of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The user's immutable id (`DU…`), where Duo tells it.
    pub user_id: Option<String>,
    /// How the person proved it (`duo_push`, `bypass_code`, …); absent where Duo did not ask.
    pub factor: Option<String>,
    /// Why Duo let the person in (`user_approved`, `remembered_device`, …).
    pub reason: Option<String>,
    /// Duo's id of the sign-in, for the audit log.
    pub txid: Option<String>,
    /// When it happened, where Duo tells it.
    pub authenticated_at: Option<Timestamp>,
    /// Until when the token counts.
    pub expires_at: Timestamp,
    /// Names the token: what was seen under this name before is a replay.
    pub once: String,
}

impl Attested {
    /// Whether a factor of the person's own was asked for and given. Not with a bypass code, a remembered device, a trusted
    /// network, or a user whom Duo lets pass. What is not told is not proven.
    pub fn is_second_factor(&self) -> bool {
        let factor = self.factor.as_deref().unwrap_or_default();
        let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(factor));
        match self.reason.as_deref() {
            // Names of newer devices are not all known: here it is enough that one was approved on.
            Some("user_approved") => !factor.is_empty() && !is_one_of(&NO_FACTOR),
            Some("valid_passcode") => is_one_of(&OWN_CODES),
            _ => false,
        }
    }
}

/// Every check of the official clients and ours, in this order.
pub(super) fn judge(
    token: &str,
    application: &Application,
    expected: &Expected,
    now: Timestamp,
) -> Result<Attested, Unproven> {
    let forged = |check| Unproven::Forged { check };
    let now = now.seconds();
    // 1, 2: algorithm and signature.
    let claims = jwt::opened(token, &application.client_secret)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| forged("its claims cannot be read"))?;
    // 3: the issuer is the token endpoint, not the bare host. Hosts are the same in any case.
    let issuer = claims.iss.unwrap_or_default();
    if !issuer.eq_ignore_ascii_case(&application.token_url()) {
        return Err(forged("it is of another issuer"));
    }
    // 4: a single audience.
    if claims.aud.as_ref().and_then(Value::as_str) != Some(application.client_id.as_str()) {
        return Err(forged("it is for another audience"));
    }
    // 5, 6: in its time.
    let exp = claims.exp.ok_or(forged("it has no end"))?;
    if exp <= now.saturating_sub(LEEWAY_SECONDS) {
        return Err(forged("it is over"));
    }
    let iat = claims.iat.ok_or(forged("it does not say when it was made"))?;
    if iat > now.saturating_add(LEEWAY_SECONDS) {
        return Err(forged("it is from the future"));
    }
    // 7: the person who was sent.
    let is_expected = |name: &str| !name.is_empty() && application.names.are_same(name, &expected.username);
    if !claims.preferred_username.as_deref().is_some_and(is_expected) {
        return Err(Unproven::SomebodyElse);
    }
    // 8: this very visit.
    let nonce = claims.nonce.unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(Unproven::Replayed);
    }
    // 9: and let in.
    let result = claims.auth_result.and_then(|result| result.result);
    if result.as_deref() != Some("allow") {
        return Err(Unproven::Denied);
    }
    // 11: fresh, where freshness was asked for. Which factor counts (10) is the caller's: see `is_second_factor`.
    if let Some(max_age) = expected.max_age_seconds {
        let at = claims.auth_time.ok_or(Unproven::Stale)?;
        if now.saturating_sub(at) > i64::from(max_age).saturating_add(LEEWAY_SECONDS) {
            return Err(Unproven::Stale);
        }
    }
    if claims.sub.as_deref().unwrap_or_default().is_empty() {
        return Err(forged("it is about nobody"));
    }
    Ok(Attested {
        user_id: claims.auth_context.user.and_then(|user| user.key),
        factor: claims.auth_context.factor,
        reason: claims.auth_context.reason,
        txid: claims.auth_context.txid,
        authenticated_at: claims.auth_time.map(Timestamp::from_seconds),
        expires_at: Timestamp::from_seconds(exp.saturating_add(LEEWAY_SECONDS)),
        once: hex(digest::digest(&digest::SHA256, token.as_bytes()).as_ref()),
    })
}

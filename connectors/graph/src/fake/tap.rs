//! Temporary access passes and the policy on them.
//!
//! After "Create temporaryAccessPassMethod" and "Configure Temporary Access Pass"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass>, August 2026).

use doorward_contract::Timestamp;
use rand::RngExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::rights::{READ_METHOD_POLICY, READ_TAP, WRITE_TAP};
use super::state::{Tap, TapPolicy, USABLE};
use super::{Desk, written};

/// Minutes that no policy can go beyond.
const BOUNDS: std::ops::RangeInclusive<u32> = 10..=43_200;
/// Characters of a pass.
const LENGTHS: std::ops::RangeInclusive<u8> = 8..=48;
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789#*+-=?%&!";
pub(super) const TYPE: &str = "#microsoft.graph.temporaryAccessPassAuthenticationMethod";

/// What a request wishes; absent parts are the policy's.
#[derive(Default)]
struct Wish {
    minutes: Option<u32>,
    once: Option<bool>,
    starts_at: Option<Timestamp>,
}

impl Desk<'_> {
    pub(super) fn create_tap(&mut self, call: &Call, key: &str) -> Answered {
        call.needs(WRITE_TAP)?;
        let wish = wish(call)?;
        let id = self.subject(key)?;
        let (now, policy) = (self.now, self.state.tap_policy);
        let account = self.state.account_mut(id).ok_or_else(|| Fault::missing(key))?;
        // A guest has passes of the home tenant only.
        if !policy.enabled || account.person.user_type == "Guest" {
            return Err(Fault::bad_method(
                "Converged UserCredentialPolicy does not allow user to have credential of type TemporaryAccessPass.",
            ));
        }
        let minutes = wish.minutes.unwrap_or(policy.default_lifetime);
        let allowed = policy.min.max(*BOUNDS.start())..=policy.max.min(*BOUNDS.end());
        if !allowed.contains(&minutes) {
            return Err(Fault::bad_method(format!(
                "Invalid LifetimeInMinutes. The value must be between {} and {}.",
                allowed.start(),
                allowed.end()
            )));
        }
        let once = wish.once.unwrap_or(policy.usable_once);
        if policy.usable_once && !once {
            return Err(Fault::bad_method(
                "Invalid IsUsableOnce. The policy requires one-time passes.",
            ));
        }
        let tap = Tap {
            id: Uuid::new_v4(),
            pass: pass(policy.default_length),
            created_at: now,
            starts_at: wish.starts_at.unwrap_or(now).max(now),
            minutes,
            once,
            used: false,
        };
        let mut shown = describe(&tap, policy, now);
        if let Value::Object(members) = &mut shown {
            members.insert("@odata.type".into(), json!(TYPE));
            // Told here and never again.
            members.insert("temporaryAccessPass".into(), json!(tap.pass));
        }
        account.tap = Some(tap);
        account.tap_creates += 1;
        Ok(Reply::created(shown))
    }

    pub(super) fn list_taps(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_TAP)?;
        let list: Vec<Value> = self.tap_of(key)?.into_iter().map(|tap| self.described(&tap)).collect();
        let context = self.context(&format!("users('{key}')/authentication/temporaryAccessPassMethods"));
        Ok(Reply::ok(json!({ "@odata.context": context, "value": list })))
    }

    pub(super) fn get_tap(&self, call: &Call, key: &str, id: &str) -> Answered {
        call.needs(READ_TAP)?;
        let found = self.tap_of(key)?.filter(|tap| Uuid::parse_str(id) == Ok(tap.id));
        Ok(Reply::ok(self.described(&found.ok_or_else(|| Fault::missing(id))?)))
    }

    pub(super) fn delete_tap(&mut self, call: &Call, key: &str, id: &str) -> Answered {
        call.needs(WRITE_TAP)?;
        let subject = self.subject(key)?;
        let account = self.state.account_mut(subject).ok_or_else(|| Fault::missing(key))?;
        let gone = account.tap.take_if(|tap| Uuid::parse_str(id) == Ok(tap.id));
        gone.map(|_| Reply::empty()).ok_or_else(|| Fault::missing(id))
    }

    pub(super) fn show_tap_policy(&self, call: &Call) -> Answered {
        call.needs(READ_METHOD_POLICY)?;
        let policy = self.state.tap_policy;
        Ok(Reply::ok(json!({
            "@odata.context": self.context("authenticationMethodConfigurations/$entity"),
            "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
            "id": "TemporaryAccessPass",
            "state": if policy.enabled { "enabled" } else { "disabled" },
            "isUsableOnce": policy.usable_once,
            "defaultLength": policy.default_length,
            "defaultLifetimeInMinutes": policy.default_lifetime,
            "minimumLifetimeInMinutes": policy.min,
            "maximumLifetimeInMinutes": policy.max,
            "includeTargets": [{ "targetType": "group", "id": "all_users", "isRegistrationRequired": false }],
            "excludeTargets": [],
        })))
    }

    fn tap_of(&self, key: &str) -> Result<Option<Tap>, Fault> {
        let account = self.state.account(self.subject(key)?);
        Ok(account.ok_or_else(|| Fault::missing(key))?.tap.clone())
    }

    fn described(&self, tap: &Tap) -> Value {
        describe(tap, self.state.tap_policy, self.now)
    }
}

/// A pass without its text.
pub(super) fn describe(tap: &Tap, policy: TapPolicy, now: Timestamp) -> Value {
    let reason = tap.reason(policy, now);
    json!({
        "id": tap.id, "temporaryAccessPass": null, "createdDateTime": written(tap.created_at),
        "startDateTime": written(tap.starts_at), "lifetimeInMinutes": tap.minutes, "isUsableOnce": tap.once,
        "isUsable": reason == USABLE, "methodUsabilityReason": reason,
    })
}

fn wish(call: &Call) -> Result<Wish, Fault> {
    let mut wish = Wish::default();
    for (name, value) in call.body()? {
        let invalid = || Fault::bad_method(format!("Invalid value for property '{name}'."));
        match name.as_str() {
            "lifetimeInMinutes" => {
                let minutes = value.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
                wish.minutes = Some(minutes.ok_or_else(invalid)?);
            }
            "isUsableOnce" => wish.once = Some(value.as_bool().ok_or_else(invalid)?),
            "startDateTime" => {
                let at = value.as_str().and_then(Timestamp::parse);
                wish.starts_at = Some(at.ok_or_else(invalid)?);
            }
            "@odata.type" if value == TYPE => {}
            _ => return Err(invalid()),
        }
    }
    Ok(wish)
}

fn pass(length: u8) -> String {
    let mut random = rand::rng();
    let length = length.clamp(*LENGTHS.start(), *LENGTHS.end());
    (0..length)
        .filter_map(|_| {
            LETTERS
                .get(random.random_range(0..LETTERS.len()))
                .copied()
                .map(char::from)
        })
        .collect()
}

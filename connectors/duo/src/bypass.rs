//! Bypass codes: one code that works once, for minutes, beside those that exist.
//!
//! Follows "Admin API: Create Bypass Codes for User" (<https://duo.com/docs/adminapi>, August 2026). What is left out of the
//! request has dangerous defaults there: ten codes, without an end, and every existing code deleted. So all of it is
//! always said. A code is told once: what is lost can only be deleted and replaced.

use std::ops::RangeInclusive;

use doorward_contract::connector::minutes;
use doorward_contract::{Account, Action, Pass, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::Duo;
use crate::actions::{SETTLING, SKEW, clamped};
use crate::client::Call;
use crate::reply::{Fault, INVALID};
use crate::wire::{CodeMade, moment};

const CODES: &str = "admin/v1/users/{}/bypass_codes";
pub(crate) const CODE: &str = "admin/v1/bypass_codes/{}";
/// A code is typed at once, by a person who waits for it; a day bridges a night.
const SHORTEST: u32 = 5;
const LONGEST: u32 = 1_440;
/// Minutes that a bypass code may be wished to last.
pub const CODE_MINUTES: RangeInclusive<u32> = SHORTEST..=LONGEST;
const DEFAULT: u32 = 60;
/// The most codes a user may have.
const MOST: usize = 100;
/// How far the lifetime that is read back may lie from the one asked for, for a vendor that rounds.
const ROUNDING: i64 = 5;

/// Clamps the wish.
pub(crate) fn foresee(wish: Option<u32>) -> Prepared {
    let (lifetime, notes) = clamped(wish, SHORTEST, LONGEST, DEFAULT);
    Prepared {
        action: Action::BypassCode {
            lifetime_minutes: Some(lifetime),
        },
        notes,
    }
}

fn seconds(wish: Option<u32>) -> u64 {
    minutes(clamped(wish, SHORTEST, LONGEST, DEFAULT).0).as_secs()
}

impl Duo {
    /// Remembers which codes are there already.
    pub(crate) async fn codes_snapshot(&self, id: &str) -> Result<Value, VendorError> {
        let known: Vec<String> = self
            .codes(id)
            .await?
            .into_iter()
            .map(|code| code.bypass_code_id)
            .collect();
        if known.len() >= MOST {
            return Err(VendorError::Unfit {
                why: format!("it has {MOST} bypass codes, and Duo allows no more: delete some"),
            });
        }
        Ok(json!({ "bypass_codes": known }))
    }

    pub(crate) async fn codes(&self, id: &str) -> Result<Vec<CodeMade>, VendorError> {
        self.admin.all(CODES, &[id]).await
    }

    pub(crate) async fn issue_code(
        &self,
        account: &Account,
        id: &str,
        wish: Option<u32>,
        seen: &Value,
    ) -> Result<Receipt, VendorError> {
        let lasts = seconds(wish);
        let call = Call::post(CODES, &[id])
            .with("count", "1")
            .with("preserve_existing", true)
            .with("reuse_count", "1")
            .with("valid_secs", lasts.to_string());
        let answer = self.admin.raw(&call).await?;
        if Fault::of(&answer).code == INVALID {
            return Err(VendorError::Unfit {
                why: "Duo does not give this user a bypass code (40002): the status, or the number of codes, changed"
                    .into(),
            });
        }
        let mut made: Vec<SecretString> = self.admin.open(&answer)?.response;
        let secret = match (made.pop(), made.pop()) {
            (Some(secret), None) if is_code(&secret) => secret,
            _ => {
                return Err(VendorError::Unexpected {
                    why: "one bypass code was asked for, and something else came".into(),
                });
            }
        };
        // The code is in our hands: what goes wrong from here on must not lose it.
        let made = self.made_since(id, wish, seen, None).await.unwrap_or_default();
        let only = match made.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        };
        let pass: Pass = self.pass(
            account,
            PassKind::BypassCode,
            secret,
            std::time::Duration::from_secs(lasts),
        );
        Ok(Receipt {
            pass: Some(pass),
            ..self.receipt(json!({
                "account": id, "bypass_code": only, "valid_secs": lasts, "one_time": true, "existing_kept": true,
            }))
        })
    }

    /// A code made since the intent is one that nobody has: it is deleted, and another may be made.
    pub(crate) async fn void_lost_code(
        &self,
        id: &str,
        wish: Option<u32>,
        seen: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        let ready_at = intended_at.plus(SETTLING);
        let now = self.clock.now();
        if now < ready_at {
            return Ok(Reconciled::Later(ready_at.since(now)));
        }
        for code in self.made_since(id, wish, seen, Some(intended_at)).await? {
            tracing::info!(code, "a bypass code whose text was lost is deleted");
            self.admin.remove(&Call::delete(CODE, &[&code])).await?;
        }
        Ok(Reconciled::NotDone)
    }

    /// Codes that were not there before and look like ours: made through the API, for one use, with our lifetime. One of
    /// another program in the same minute and of the same kind would be taken for ours; that of an administrator is not.
    async fn made_since(
        &self,
        id: &str,
        wish: Option<u32>,
        seen: &Value,
        since: Option<Timestamp>,
    ) -> Result<Vec<String>, VendorError> {
        let known = seen.get("bypass_codes").and_then(Value::as_array);
        let known: Vec<&str> = known.into_iter().flatten().filter_map(Value::as_str).collect();
        let lasts = i64::try_from(seconds(wish)).unwrap_or(i64::MAX);
        let is_ours = |code: &CodeMade| {
            let by_nobody = code.admin_email.as_deref().unwrap_or_default().is_empty();
            let once = code.reuse_count.is_none_or(|count| count == 1);
            let fits = match (code.created, code.expiration) {
                (Some(from), Some(until)) => (until - from).abs_diff(lasts) <= ROUNDING.unsigned_abs(),
                // Without an end it is not one of ours; without a beginning it cannot be told.
                (None, Some(_)) => true,
                (_, None) => false,
            };
            let late = match (since, moment(code.created)) {
                (Some(since), Some(created)) => created >= since.minus(SKEW),
                _ => true,
            };
            by_nobody && once && fits && late && !known.contains(&code.bypass_code_id.as_str())
        };
        let codes = self.codes(id).await?;
        Ok(codes
            .into_iter()
            .filter(is_ours)
            .map(|code| code.bypass_code_id)
            .collect())
    }
}

/// Digits, as many as the vendor's random codes have or more.
fn is_code(secret: &SecretString) -> bool {
    let text = secret.expose_secret();
    (6..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

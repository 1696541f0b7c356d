//! Temporary access codes: the org's limits, issuing, and making void what was lost on the way.
//!
//! Follows the User Authenticator Enrollments API and the "Temporary access code authenticator integration guide"
//! (<https://developer.okta.com/docs/guides/authenticators-tac-authenticator/main/>, August 2026). The code is told once; a
//! new one kills the old one. Whether a sign-in policy takes it is the org's affair and cannot be read here.

use std::ops::RangeInclusive;
use std::sync::Arc;

use doorward_contract::{Ability, Account, Action, PassKind, Prepared, Receipt, Reconciled, VendorError};
use serde_json::{Value, json};

use crate::Okta;
use crate::client::Call;
use crate::reply::{INVALID, carried_out, code};
use crate::wire::{Authenticator, Enrolment, moment};

/// The authenticator's word.
const KEY: &str = "tac";
/// Minutes that no org can go beyond.
const SHORTEST: u32 = 10;
const LONGEST: u32 = 14_400;
/// Minutes that a temporary access code may be wished to last, whatever the org allows of them.
pub const CODE_MINUTES: RangeInclusive<u32> = SHORTEST..=LONGEST;
/// What an org has until somebody changes it.
const DEFAULT: u32 = 120;

/// The org's authenticator for codes, as far as it is needed.
pub(crate) struct Codes {
    authenticator: String,
    shortest: u32,
    longest: u32,
    usual: u32,
    may_be_used_again: bool,
}

impl Okta {
    /// Clamps the wish into the org's limits.
    pub(crate) async fn foresee_code(&self, wish: Option<u32>, one_time: bool) -> Result<Prepared, VendorError> {
        let codes = self.codes().await?;
        let wished = wish.unwrap_or(codes.usual);
        let lifetime = wished.clamp(codes.shortest, codes.longest);
        let mut notes = Vec::new();
        if lifetime != wished {
            notes.push(format!(
                "the org allows {} to {} minutes: {wished} became {lifetime}",
                codes.shortest, codes.longest
            ));
        }
        let forced = !one_time && !codes.may_be_used_again;
        if forced {
            notes.push("the org allows only codes that work once".to_owned());
        }
        Ok(Prepared {
            action: Action::TemporaryAccessCode {
                lifetime_minutes: Some(lifetime),
                one_time: one_time || forced,
            },
            notes,
        })
    }

    async fn codes(&self) -> Result<Arc<Codes>, VendorError> {
        if let Some(codes) = self.codes.fresh() {
            return Ok(codes);
        }
        let all: Vec<Authenticator> = self.client.all(Call::get("api/v1/authenticators", &[])).await?;
        let found = all.into_iter().find(|one| one.key == KEY);
        let active = found.filter(|one| one.status.as_deref().is_none_or(|status| status == "ACTIVE"));
        let Some(found) = active else {
            return Err(VendorError::Refused {
                why: "the org has no temporary access codes: add the authenticator and switch it on".into(),
            });
        };
        let limits = found
            .provider
            .and_then(|provider| provider.configuration)
            .unwrap_or_default();
        let shortest = minutes(limits.min_ttl).unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST);
        let longest = minutes(limits.max_ttl).unwrap_or(LONGEST).clamp(shortest, LONGEST);
        Ok(self.codes.keep(Codes {
            authenticator: found.id,
            shortest,
            longest,
            usual: minutes(limits.default_ttl).unwrap_or(DEFAULT),
            may_be_used_again: limits.multi_use_allowed.unwrap_or(false),
        }))
    }

    /// Remembers which codes are there already.
    pub(crate) async fn code_snapshot(&self, id: &str) -> Result<Value, VendorError> {
        let known: Vec<String> = self.enrolled_codes(id).await?.into_iter().map(|one| one.id).collect();
        Ok(json!({ "codes": known }))
    }

    pub(crate) async fn enrolled_codes(&self, id: &str) -> Result<Vec<Enrolment>, VendorError> {
        let call = Call::get("api/v1/users/{}/authenticator-enrollments", &[id]);
        let mut all: Vec<Enrolment> = self.client.all(call).await?;
        all.retain(|one| one.key.as_deref() == Some(KEY));
        Ok(all)
    }

    pub(crate) async fn issue_code(
        &self,
        account: &Account,
        id: &str,
        wish: Option<u32>,
        one_time: bool,
    ) -> Result<Receipt, VendorError> {
        const PATTERN: &str = "api/v1/users/{}/authenticator-enrollments/tac";
        let codes = self.codes().await?;
        let lifetime = wish.unwrap_or(codes.usual);
        let described = json!({
            "authenticatorId": codes.authenticator,
            "profile": { "ttl": lifetime.to_string(), "multiUse": !one_time },
        });
        let mut answer = self.client.raw(&Call::post(PATTERN, &[id]).json(described)).await?;
        if code(&answer) == INVALID {
            // The vendor prints two forms of the body. The first was refused, so nothing was made by it.
            let guide = json!({
                "authenticatorId": codes.authenticator, "authenticatorType": KEY,
                "config": { "ttl": lifetime, "multiUse": !one_time },
            });
            answer = self.client.raw(&Call::post(PATTERN, &[id]).json(guide)).await?;
        }
        if answer.status.is_client_error() {
            // Whatever it was, the limits that were read before may not be those in force.
            self.codes.forget();
        }
        let answer = self.settled(id, Ability::TemporaryAccessCode, answer).await?;
        let issued: Enrolment = answer.json()?;
        let profile = issued.profile;
        let reusable = profile.as_ref().and_then(|profile| profile.multi_use);
        let expires_at = profile
            .as_ref()
            .and_then(|profile| moment(profile.expires_at.as_deref()));
        let secret = profile
            .and_then(|profile| profile.tac)
            .ok_or_else(|| VendorError::Unexpected {
                why: "a temporary access code was made and not told".into(),
            })?;
        let facts = json!({
            "enrolment": issued.id, "created": issued.created, "lifetime_minutes": lifetime, "one_time": reusable.map(|reusable| !reusable),
        });
        Ok(Receipt {
            pass: Some(self.pass(account, PassKind::TemporaryAccessCode, secret, expires_at)),
            ..self.receipt(id, &answer, facts)
        })
    }

    /// A code that was not there before the intent is one that nobody has: it is taken back, and another may be issued.
    pub(crate) async fn void_lost_code(&self, id: &str, seen: &Value) -> Result<Reconciled, VendorError> {
        let known: Vec<String> = seen
            .get("codes")
            .and_then(|codes| serde_json::from_value(codes.clone()).ok())
            .unwrap_or_default();
        for lost in self.enrolled_codes(id).await? {
            if known.contains(&lost.id) {
                continue;
            }
            let call = Call::delete("api/v1/users/{}/authenticator-enrollments/{}", &[id, &lost.id]);
            match self.client.raw(&call).await.and_then(carried_out) {
                Ok(_) | Err(VendorError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Reconciled::NotDone)
    }
}

/// Whole minutes of what the vendor writes as a number with a fraction.
fn minutes(number: Option<f64>) -> Option<u32> {
    let number = number?.floor();
    // Within these bounds, and only there, the text is a whole number that fits.
    (number >= 0.0 && number <= f64::from(u32::MAX))
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

//! Factors, authenticator enrolments and temporary access codes of the imitated org.
//!
//! After the User Factors and User Authenticator Enrollments APIs
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserAuthenticatorEnrollments/>, August 2026).

use std::time::Duration;

use doorward_contract::connector::minutes;
use http::StatusCode;
use serde_json::{Value, json};

use super::admit::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{Tac, TacPolicy};
use super::{Desk, fresh_id, fresh_text, written};

const READ: &str = "okta.users.read";
const MANAGE: &str = "okta.users.manage";
/// The id of the authenticator for codes.
pub(super) const TAC: &str = "autTac0imitated00001";
/// The parts of Okta Verify: one does not stay without the other.
const OKTA_VERIFY: [&str; 3] = ["push", "signed_nonce", "token:software:totp"];

impl Desk<'_> {
    pub(super) fn list_factors(&self, call: &Call, id: &str) -> Answered {
        self.needs(call, READ, READ)?;
        call.only(&[])?;
        let account = self.account(id)?;
        let all = account.person.factors.iter().map(|factor| {
            json!({
                "id": factor.id, "factorType": factor.kind, "provider": "OKTA", "vendorName": "OKTA",
                "status": "ACTIVE", "created": written(account.created_at), "lastUpdated": written(account.created_at),
                "profile": {},
            })
        });
        Ok(Reply::ok(Value::Array(all.collect())))
    }

    pub(super) fn delete_factor(&mut self, call: &Call, id: &str, factor: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.resetFactors")?;
        call.only(&["removeRecoveryEnrollment"])?;
        let with_recovery = call.truth("removeRecoveryEnrollment", Some(false))?;
        let account = self.account_of(id)?;
        if !matches!(account.person.status.as_str(), "ACTIVE" | "PASSWORD_EXPIRED") {
            return Err(Fault::status());
        }
        let found = account.person.factors.iter().find(|known| known.id == factor);
        let kind = found
            .map(|known| known.kind.clone())
            .ok_or_else(|| Fault::missing(&format!("{factor} (UserFactor)")))?;
        if with_recovery && !matches!(kind.as_str(), "sms" | "call") {
            return Err(Fault::invalid("removeRecoveryEnrollment", "only for sms and call"));
        }
        let with_verify = matches!(kind.as_str(), "push" | "signed_nonce");
        account
            .person
            .factors
            .retain(|known| known.id != factor && !(with_verify && OKTA_VERIFY.contains(&known.kind.as_str())));
        account.count("delete_factor");
        Ok(Reply::gone())
    }

    pub(super) fn list_authenticators(&self, call: &Call) -> Answered {
        self.needs_scope(call, "okta.authenticators.read")?;
        let mut all = vec![json!({ "id": "autPwd0imitated00001", "key": "okta_password", "status": "ACTIVE" })];
        all.extend(self.world.tac.map(|policy| {
            json!({
                "id": TAC, "key": "tac", "name": "Temporary Access Code", "type": "tac", "status": "ACTIVE",
                "provider": { "type": "TAC", "configuration": {
                    "minTtl": f64::from(policy.min), "maxTtl": f64::from(policy.max),
                    "defaultTtl": f64::from(policy.default), "length": policy.length, "multiUseAllowed": policy.multi_use,
                    "complexity": { "numbers": true, "letters": true, "specialCharacters": false },
                } },
            })
        }));
        Ok(Reply::ok(Value::Array(all)))
    }

    pub(super) fn list_enrolments(&self, call: &Call, id: &str) -> Answered {
        self.needs(call, READ, READ)?;
        call.only(&["discloseIdentifiers"])?;
        let account = self.account(id)?;
        let mut all = vec![json!({ "id": "lae0imitatedpassword", "key": "okta_password", "type": "password" })];
        // The code itself is never told again.
        all.extend(account.tac.iter().map(|tac| enrolment(tac, false)));
        Ok(Reply::ok(Value::Array(all)))
    }

    pub(super) fn delete_enrolment(&mut self, call: &Call, id: &str, enrolment: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.manageTemporaryAccessCode")?;
        call.only(&[])?;
        let account = self.account_of(id)?;
        if account.tac.as_ref().is_none_or(|tac| tac.id != enrolment) {
            return Err(Fault::missing(&format!("{enrolment} (AuthenticatorEnrollment)")));
        }
        account.tac = None;
        account.count("delete_tac");
        Ok(Reply::gone())
    }

    pub(super) fn create_tac(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.manageTemporaryAccessCode")?;
        call.only(&[])?;
        let Some(policy) = self.world.tac else {
            let summary = "You do not have permission to access the feature you are requesting";
            return Err(Fault::new(StatusCode::UNAUTHORIZED, "E0000015", summary));
        };
        let (ttl, multi_use) = wish(&call.body()?, policy)?;
        if ttl < policy.min || ttl > policy.max {
            return Err(Fault::invalid("ttl", "ttl: outside of the authenticator's limits"));
        }
        if multi_use && !policy.multi_use {
            return Err(Fault::invalid("multiUse", "multiUse: not allowed by the authenticator"));
        }
        let now = self.now;
        let account = self.account_of(id)?;
        if !matches!(account.person.status.as_str(), "ACTIVE" | "PASSWORD_EXPIRED") {
            return Err(Fault::status());
        }
        let tac = Tac {
            id: fresh_id("tac"),
            code: fresh_text(policy.length),
            created_at: now,
            ends_at: now.plus(minutes(ttl)),
            multi_use,
            used: false,
        };
        let told = enrolment(&tac, true);
        account.tac = Some(tac);
        account.count("tac");
        Ok(Reply::ok(told))
    }
}

/// What a body asks for, in the one form that this org takes.
fn wish(body: &Value, policy: TacPolicy) -> Result<(u32, bool), Fault> {
    let at = |path: &str| body.pointer(path);
    if at("/authenticatorId").and_then(Value::as_str) != Some(TAC) {
        return Err(Fault::invalid(
            "authenticatorId",
            "authenticatorId: not the authenticator for codes",
        ));
    }
    let (ttl, multi_use) = if policy.guides_form {
        if at("/authenticatorType").and_then(Value::as_str) != Some("tac") {
            return Err(Fault::invalid("authenticatorType", "authenticatorType: missing"));
        }
        let ttl = at("/config/ttl")
            .and_then(Value::as_u64)
            .and_then(|ttl| u32::try_from(ttl).ok());
        (ttl, at("/config/multiUse"))
    } else {
        let ttl = at("/profile/ttl")
            .and_then(Value::as_str)
            .and_then(|ttl| ttl.parse().ok());
        (ttl, at("/profile/multiUse"))
    };
    match (ttl, multi_use.and_then(Value::as_bool)) {
        (Some(ttl), Some(multi_use)) => Ok((ttl, multi_use)),
        _ => Err(Fault::invalid("profile", "profile: ttl and multiUse are needed")),
    }
}

fn enrolment(tac: &Tac, with_code: bool) -> Value {
    let ends = tac
        .ends_at
        .to_chrono()
        .map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string());
    let mut profile = json!({ "multiUse": tac.multi_use, "expiresAt": ends });
    if with_code && let Some(members) = profile.as_object_mut() {
        members.insert("tac".into(), json!(tac.code));
    }
    json!({
        "id": tac.id, "type": "tac", "key": "tac", "name": "Temporary Access Code", "status": "ACTIVE",
        "created": written(tac.created_at), "profile": profile,
    })
}

impl Tac {
    /// Whether it lets anybody in.
    pub(super) fn is_good(&self, now: doorward_contract::Timestamp) -> bool {
        now < self.ends_at && (self.multi_use || !self.used) && self.ends_at.since(self.created_at) > Duration::ZERO
    }
}

//! Passwords, locks, freezes and sessions of the imitated org, and the status machine that they obey.
//!
//! After the User Lifecycle, User Credentials and User Sessions APIs
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/>, August 2026). Where the
//! vendor says nothing of an act in a status, it is refused.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::admit::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{Factor, ResetToken};
use super::{Desk, fresh_id, fresh_text};

const MANAGE: &str = "okta.users.manage";
/// How long a link works, where nobody changed it.
const LINK_LIFE: Duration = Duration::from_hours(1);

impl Desk<'_> {
    pub(super) fn lifecycle(&mut self, call: &Call, id: &str, act: &str) -> Answered {
        if call.has_body() {
            return Err(Fault::invalid("body", "the call takes no body"));
        }
        match act {
            "reset_password" => self.reset_password(call, id),
            "expire_password_with_temp_password" => self.temporary_password(call, id),
            "unlock" => self.unlock(call, id),
            "suspend" => self.suspend(call, id),
            "unsuspend" => self.unsuspend(call, id),
            "reset_factors" => self.reset_factors(call, id),
            _ => Err(Fault::path()),
        }
    }

    fn reset_password(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.resetPassword")?;
        call.only(&["sendEmail", "revokeSessions"])?;
        let by_mail = call.truth("sendEmail", None)?;
        let revoke = call.truth("revokeSessions", Some(false))?;
        let (now, link) = (self.now, self.world.address("/signin/reset-password/"));
        let account = self.account_of(id)?;
        match account.person.status.as_str() {
            "ACTIVE" | "PASSWORD_EXPIRED" | "RECOVERY" => {}
            "STAGED" | "PROVISIONED" => {
                let summary = "Password reset failed";
                return Err(Fault::new(StatusCode::FORBIDDEN, "E0000017", summary));
            }
            _ => return Err(Fault::status()),
        }
        if account.person.provider != "OKTA" {
            return Err(Fault::new(StatusCode::FORBIDDEN, "E0000017", "Password reset failed"));
        }
        account.becomes("RECOVERY", now);
        account.count("reset_password");
        if revoke {
            account.sessions = 0;
        }
        let token = fresh_text(20);
        account.reset = Some(ResetToken {
            token: token.clone(),
            ends_at: now.plus(LINK_LIFE),
        });
        Ok(Reply::ok(if by_mail {
            json!({})
        } else {
            json!({ "resetPasswordUrl": format!("{link}{token}") })
        }))
    }

    fn temporary_password(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.expirePassword")?;
        call.only(&["revokeSessions"])?;
        let revoke = call.truth("revokeSessions", Some(false))?;
        let now = self.now;
        let account = self.account_of(id)?;
        if !matches!(account.person.status.as_str(), "ACTIVE" | "PASSWORD_EXPIRED") {
            return Err(Fault::status());
        }
        if account.person.provider != "OKTA" {
            let summary = "Credentials could not be updated.";
            return Err(Fault::new(StatusCode::FORBIDDEN, "E0000014", summary));
        }
        let password = fresh_text(8);
        account.person.password.clone_from(&password);
        account.password_changed_at = now;
        account.becomes("PASSWORD_EXPIRED", now);
        account.count("temp_password");
        if revoke {
            account.sessions = 0;
        }
        Ok(Reply::ok(json!({ "tempPassword": password })))
    }

    fn unlock(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.lifecycle.unlock")?;
        call.only(&[])?;
        let now = self.now;
        let account = self.account_of(id)?;
        if !matches!(account.person.status.as_str(), "LOCKED_OUT" | "ACTIVE") {
            return Err(Fault::status());
        }
        if account.person.provider != "OKTA" {
            return Err(Fault::new(
                StatusCode::FORBIDDEN,
                "E0000032",
                "Unlock is not allowed for this user.",
            ));
        }
        if account.person.status == "LOCKED_OUT" {
            account.becomes("ACTIVE", now);
        }
        account.person.blocked = false;
        account.count("unlock");
        Ok(Reply::ok(Value::Null))
    }

    fn suspend(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.lifecycle.suspend")?;
        call.only(&[])?;
        let now = self.now;
        let account = self.account_of(id)?;
        if account.person.status != "ACTIVE" {
            let cause = "Cannot suspend a user that is not active";
            return Err(Fault::invalid("suspendUser", cause));
        }
        account.becomes("SUSPENDED", now);
        account.sessions = 0;
        account.count("suspend");
        Ok(Reply::ok(Value::Null))
    }

    fn unsuspend(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.lifecycle.unsuspend")?;
        call.only(&[])?;
        let now = self.now;
        let account = self.account_of(id)?;
        if account.person.status != "SUSPENDED" {
            let cause = "Cannot unsuspend a user that is not suspended";
            return Err(Fault::invalid("unsuspendUser", cause));
        }
        account.becomes("ACTIVE", now);
        account.count("unsuspend");
        Ok(Reply::ok(Value::Null))
    }

    fn reset_factors(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.credentials.resetFactors")?;
        call.only(&["removeRecoveryEnrollment"])?;
        let account = self.account_of(id)?;
        if !matches!(account.person.status.as_str(), "ACTIVE" | "PASSWORD_EXPIRED") {
            return Err(Fault::status());
        }
        // A confirmed primary address enrols itself again.
        let had_email = account.person.factors.iter().any(|factor| factor.kind == "email");
        account.person.factors.clear();
        if had_email {
            account.person.factors.push(Factor {
                id: fresh_id("emf"),
                kind: "email".into(),
            });
        }
        account.count("reset_factors");
        Ok(Reply::ok(Value::Null))
    }

    pub(super) fn end_sessions(&mut self, call: &Call, id: &str) -> Answered {
        self.needs(call, MANAGE, "okta.users.lifecycle.clearSessions")?;
        call.only(&["oauthTokens", "forgetDevices"])?;
        let with_tokens = call.truth("oauthTokens", Some(false))?;
        call.truth("forgetDevices", Some(true))?;
        let account = self.account_of(id)?;
        account.sessions = 0;
        account.count("sessions");
        if with_tokens {
            account.count("tokens");
        }
        Ok(Reply::gone())
    }
}

//! `perform-simulate-actions`, which only sandbox keys may ask for ("Integration Testing",
//! <https://docs.withpersona.com/integration-testing>, autumn 2026).

use serde_json::Value;

use super::Desk;
use super::api::Call;
use super::outcome::{GOVERNMENT_ID, SELFIE};
use super::reply::{Answered, Fault, Reply};

/// The verification template that stands for government documents here.
pub const GOVERNMENT_ID_TEMPLATE: &str = "vtmpl_DwLabGovernmentId0000001";
/// The verification template that stands for selfies here.
pub const SELFIE_TEMPLATE: &str = "vtmpl_DwLabSelfie000000000002";

const POINTER: &str = "/meta/simulate-actions";

impl Desk<'_> {
    pub(super) fn simulate(&mut self, id: &str, call: &Call) -> Answered {
        if !self.world.sandbox {
            return Err(Fault::forbidden("Simulate actions are only available in sandbox"));
        }
        self.living(id)?;
        let Some(Value::Array(actions)) = call.member(POINTER) else {
            return Err(Fault::bad("meta.simulate-actions must be a list"));
        };
        for action in actions {
            self.simulate_one(id, action)?;
        }
        let shown = self.show_inquiry(&self.inquiry_named(id)?);
        Ok(Reply::object(&shown))
    }

    fn simulate_one(&mut self, id: &str, action: &Value) -> Result<(), Fault> {
        let status = self.inquiry_named(id)?.status;
        let running = matches!(status.as_str(), "created" | "pending");
        let decided = matches!(status.as_str(), "approved" | "declined");
        let kind = action.get("type").and_then(Value::as_str).unwrap_or_default();
        let refused = || {
            Err(Fault::conflict(format!(
                "{kind} does not fit an inquiry that is {status}"
            )))
        };
        match kind {
            "start_inquiry" if status == "created" => self.begin(id),
            "create_passed_verification" if status == "pending" => self.simulate_verification(id, action, true)?,
            "create_failed_verification" if status == "pending" => self.simulate_verification(id, action, false)?,
            "complete_inquiry" if status == "pending" => self.finish(id, true),
            "fail_inquiry" if status == "pending" => self.finish(id, false),
            "expire_inquiry" if running => self.expire(id),
            "mark_for_review_inquiry" if !decided => self.mark_for_review(id),
            "approve_inquiry" if !decided => self.decide(id, "approved"),
            "decline_inquiry" if !decided => self.decide(id, "declined"),
            "start_inquiry"
            | "create_passed_verification"
            | "create_failed_verification"
            | "complete_inquiry"
            | "fail_inquiry"
            | "expire_inquiry"
            | "mark_for_review_inquiry"
            | "approve_inquiry"
            | "decline_inquiry" => return refused(),
            _ => return Err(Fault::invalid("is not a known action", POINTER)),
        }
        Ok(())
    }

    fn simulate_verification(&mut self, id: &str, action: &Value, passed: bool) -> Result<(), Fault> {
        let template = action.pointer("/data/verification-template-id").and_then(Value::as_str);
        let kind = match template {
            Some(GOVERNMENT_ID_TEMPLATE) => GOVERNMENT_ID,
            Some(SELFIE_TEMPLATE) => SELFIE,
            _ => return Err(Fault::invalid("Verification template must exist", POINTER)),
        };
        let specimen = self.world.people.first().cloned();
        let extracted = specimen.filter(|_| kind == GOVERNMENT_ID).map(|one| self.extract(&one));
        let face = self.world.people.first().map(|one| one.id.clone());
        match kind {
            SELFIE => self.submit_selfie(id, face),
            _ => self.submit(id, kind, Some("US".into()), extracted),
        };
        self.judge(id, kind, (!passed).then(|| Self::flaw(kind)));
        Ok(())
    }
}

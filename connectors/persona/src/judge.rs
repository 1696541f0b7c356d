//! Reading an inquiry and saying what it is worth.
//!
//! Follows "Inquiry Model Lifecycle" and "Accessing Inquiry Status" (<https://docs.withpersona.com/model-lifecycle>,
//! autumn 2026). Nothing counts before every pin holds: environment, id, template and version, our name for the person,
//! time of creation. Words we do not know mean "not finished", never success.

use std::sync::atomic::Ordering;
use std::time::Duration;

use doorward_contract::{
    CheckName, CheckResult, Earlier, Expectation, Outcome, Person, Proof, Reference, Timestamp, VendorError,
};
use http::StatusCode;
use serde_json::json;

use crate::client::{Environment, request_id, sorted};
use crate::verification::{Attempts, Standing};
use crate::wire::{Account, Document, Inquiry};
use crate::{DecidedBy, Persona, is_id};

/// How far Persona's clock may be behind ours before an inquiry counts as older than the case.
const CLOCK_SKEW: Duration = Duration::from_mins(1);
/// How long a workflow may take to look at a failed inquiry before it counts as declined.
const WORKFLOW_GRACE: Duration = Duration::from_mins(1);
/// The words for names that a passed document came without.
pub(crate) const HIDDEN: &str = "attribute hidden by API key settings";

impl Persona {
    pub(crate) async fn judge(&self, reference: &Reference, expect: &Expectation) -> Result<Proof, VendorError> {
        if !is_id(&reference.0, "inq_") {
            return Err(VendorError::Missing {
                what: "not the id of an inquiry".into(),
            });
        }
        let query = [("include", "verifications,account")];
        let answer = sorted(self.client.get(&["inquiries", &reference.0], &query).await?)?;
        let request = request_id(&answer).map(ToOwned::to_owned);
        if self.client.environment(&answer)? == Environment::Another {
            // Its content is not looked at: it is not ours.
            let reasons = vec!["the answer came from another environment".to_owned()];
            return Ok(bare(Outcome::Foreign { reasons }, json!({ "request": request })));
        }
        let document: Document<Inquiry> = answer.json()?;
        let foreign = self.unpinned(&document, reference, expect);
        let facts = json!({
            "request": request,
            "environment": self.settings.environment,
            "template": document.data.relationships.inquiry_template.id(),
            "template_version": document.data.relationships.inquiry_template_version.id(),
            "status": document.data.attributes.status,
        });
        let account = document.data.relationships.account.id().map(ToOwned::to_owned);
        let inquiry = document.data.attributes;
        if inquiry.redacted_at.is_some() {
            let reasons = vec!["erased at Persona before it was read".to_owned()];
            return Ok(bare(Outcome::Declined { reasons }, facts));
        }
        if !foreign.is_empty() {
            return Ok(bare(Outcome::Foreign { reasons: foreign }, facts));
        }
        let attempts = Attempts::pick(document.included)?;
        let mut outcome = self.outcome(&inquiry, &attempts, expect);
        if let Some(earlier) = &expect.against
            && outcome == Outcome::Passed
            && let Some(why) = self.unusable(earlier, account.as_deref()).await?
        {
            outcome = declined(why, &attempts);
        }
        let full = outcome == Outcome::Passed && expect.against.is_none();
        let person = full.then(|| attempts.person()).flatten();
        let mut checks = attempts.checks();
        checks.extend(self.hidden(person.as_ref()));
        Ok(Proof {
            outcome,
            person,
            evidence: attempts.evidence(),
            checks,
            decided_at: decided(&inquiry),
            facts,
        })
    }

    /// Why nobody may be recognised by an earlier proof, if so: it must still be what it was, under the same account.
    /// Persona forgets in its own time, so that a face may be compared with one that is on its way out.
    async fn unusable(&self, earlier: &Earlier, account: Option<&str>) -> Result<Option<&'static str>, VendorError> {
        const FORGOTTEN: Option<&str> = Some("the earlier proof is forgotten");
        if !is_id(&earlier.reference.0, "inq_") {
            return Ok(FORGOTTEN);
        }
        let answer = self.client.get(&["inquiries", &earlier.reference.0], &[]).await?;
        if self.client.environment(&answer)? == Environment::Another {
            return Ok(Some("the earlier proof is of another environment"));
        }
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(FORGOTTEN);
        }
        let document: Document<Inquiry> = sorted(answer)?.json()?;
        let (relationships, inquiry) = (&document.data.relationships, &document.data.attributes);
        if inquiry.redacted_at.is_some() {
            return Ok(FORGOTTEN);
        }
        let good = match self.settings.decided_by {
            DecidedBy::Workflow => inquiry.status == "approved",
            DecidedBy::Flow => matches!(inquiry.status.as_str(), "approved" | "completed"),
        };
        let same = document.data.id == earlier.reference.0
            && relationships.inquiry_template.id() == Some(self.settings.template.as_str())
            && inquiry.reference_id.as_deref() == Some(earlier.subject.0.as_str())
            && account.is_some()
            && relationships.account.id() == account;
        Ok(match (good, same) {
            (true, true) => None,
            (false, _) => Some("the earlier proof does not stand any more"),
            (_, false) => Some("the earlier proof is another person's"),
        })
    }

    /// Which pins do not hold, each in its own words.
    fn unpinned(&self, document: &Document<Inquiry>, reference: &Reference, expect: &Expectation) -> Vec<String> {
        let (data, relationships) = (&document.data, &document.data.relationships);
        let mut reasons = Vec::new();
        if data.kind != "inquiry" || data.id != reference.0 {
            reasons.push("the answer is about another object".to_owned());
        }
        let (template, version) = match &expect.against {
            None => (Some(&self.settings.template), &self.settings.template_version),
            Some(_) => (
                self.settings.recheck_template.as_ref(),
                &self.settings.recheck_template_version,
            ),
        };
        if template.is_none() || relationships.inquiry_template.id() != template.map(String::as_str) {
            reasons.push("it was made from another template".to_owned());
        }
        if let Some(version) = version
            && relationships.inquiry_template_version.id() != Some(version.as_str())
        {
            reasons.push("it was made from another version of the template".to_owned());
        }
        let ours = Some(expect.subject.0.as_str());
        let one = expect
            .against
            .as_ref()
            .is_none_or(|earlier| earlier.subject == expect.subject);
        if !one || data.attributes.reference_id.as_deref() != ours || !accounts_agree(document, ours) {
            reasons.push("it is about another person".to_owned());
        }
        let earliest = expect.created_after.minus(CLOCK_SKEW);
        let created = data.attributes.created_at.as_deref().and_then(Timestamp::parse);
        if created.is_none_or(|created| created < earliest) {
            reasons.push("it is older than the case".to_owned());
        }
        reasons
    }

    fn outcome(&self, inquiry: &Inquiry, attempts: &Attempts, expect: &Expectation) -> Outcome {
        match (inquiry.status.as_str(), self.settings.decided_by) {
            ("approved", _) | ("completed", DecidedBy::Flow) => checked(attempts, expect),
            ("declined", _) => declined("declined at Persona", attempts),
            ("failed", DecidedBy::Flow) => declined("the attempts were used up", attempts),
            ("failed", DecidedBy::Workflow) if self.workflow_is_late(inquiry) => {
                declined("the attempts were used up", attempts)
            }
            ("needs_review", _) => Outcome::Review {
                reasons: reasons("marked for review at Persona", attempts),
            },
            ("expired", _) => Outcome::Expired,
            // `created`, `pending`, `completed` or `failed` with a workflow to come, and any word added later.
            _ => Outcome::Pending,
        }
    }

    fn workflow_is_late(&self, inquiry: &Inquiry) -> bool {
        inquiry
            .failed_at
            .as_deref()
            .and_then(Timestamp::parse)
            .is_none_or(|failed| failed.plus(WORKFLOW_GRACE) <= self.clock.now())
    }

    /// A passed document without a name: a setting at Persona, told to staff here and by the self-check.
    fn hidden(&self, person: Option<&Person>) -> Vec<CheckResult> {
        let Some(person) = person else { return Vec::new() };
        let missing: Vec<CheckResult> = [("name-first", &person.name.given), ("name-last", &person.name.family)]
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| CheckResult {
                name: name.to_owned(),
                status: "not_applicable".to_owned(),
                reasons: vec![HIDDEN.to_owned()],
            })
            .collect();
        // One part may be missing on a real document; both never are.
        self.names_hidden.store(missing.len() > 1, Ordering::Relaxed);
        missing
    }
}

/// The account that came along must carry our name too; where the key may not read accounts, none comes.
fn accounts_agree(document: &Document<Inquiry>, ours: Option<&str>) -> bool {
    let account = document.data.relationships.account.id();
    document
        .included
        .iter()
        .filter(|item| item.kind == "account" && Some(item.id.as_str()) == account)
        .all(|item| {
            serde_json::from_value::<Account>(item.attributes.clone())
                .is_ok_and(|account| account.reference_id.as_deref() == ours)
        })
}

/// An approved inquiry still has to hold passed verifications: somebody may approve by hand what was never checked.
fn checked(attempts: &Attempts, expect: &Expectation) -> Outcome {
    // The person is read from the document, so it is required whatever else is; a recheck reads nobody and rests on the
    // face alone.
    let always: &[CheckName] = match expect.against {
        None => &[CheckName::GovernmentId],
        Some(_) => &[CheckName::Selfie, CheckName::SameFace],
    };
    let required = always.iter().chain(&expect.required).copied();
    let mut failed: Vec<String> = Vec::new();
    let mut open = false;
    for name in required {
        match attempts.standing(name) {
            Standing::Passed => {}
            Standing::Open => open = true,
            Standing::Failed(reasons) => failed.extend(reasons),
        }
    }
    failed.sort_unstable();
    failed.dedup();
    if !failed.is_empty() {
        Outcome::Declined { reasons: failed }
    } else if open {
        Outcome::Pending
    } else {
        Outcome::Passed
    }
}

fn declined(why: &str, attempts: &Attempts) -> Outcome {
    Outcome::Declined {
        reasons: reasons(why, attempts),
    }
}

fn reasons(why: &str, attempts: &Attempts) -> Vec<String> {
    std::iter::once(why.to_owned()).chain(attempts.failures()).collect()
}

fn decided(inquiry: &Inquiry) -> Option<Timestamp> {
    [&inquiry.decisioned_at, &inquiry.completed_at, &inquiry.failed_at]
        .into_iter()
        .find_map(|at| at.as_deref().and_then(Timestamp::parse))
}

/// A proof of which nothing but the outcome may be told.
fn bare(outcome: Outcome, facts: serde_json::Value) -> Proof {
    Proof {
        outcome,
        person: None,
        evidence: Vec::new(),
        checks: Vec::new(),
        decided_at: None,
        facts,
    }
}

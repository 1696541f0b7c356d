//! What `doorward check` can find out about Persona, and what it honestly cannot.
//!
//! Follows "API Keys", "Rate Limiting", "Versioning" and the API description on inquiry templates
//! (<https://docs.withpersona.com/api-keys>, autumn 2026). Reads only; no personal attribute is looked at.

use std::sync::atomic::Ordering;
use std::time::Duration;

use doorward_contract::http::Answer;
use doorward_contract::{Finding, FindingLevel, Timestamp, VendorError};
use http::StatusCode;

use crate::client::{Environment, sorted};
use crate::judge::HIDDEN;
use crate::wire::{Document, Inquiry, Listing, Template};
use crate::{DecidedBy, Persona};

/// Persona advises to slow down once less than this share of the limit is left, in percent.
const LOW: u64 = 15;
/// A workflow that has not decided after this long probably does not exist.
const UNDECIDED: Duration = Duration::from_hours(1);

impl Persona {
    pub(crate) async fn examine(&self) -> Result<Vec<Finding>, VendorError> {
        let mut findings = Vec::new();
        let path = ["inquiry-templates", self.settings.template.as_str()];
        let answer = self.client.get(&path, &[]).await?;
        if answer.status == StatusCode::NOT_FOUND {
            findings.push(fault(
                "the inquiry template does not exist in the key's environment",
                "correct the template id, or use a key of the environment that holds it",
            ));
            return Ok(findings);
        }
        let answer = sorted(answer)?;
        if self.client.environment(&answer)? == Environment::Another {
            findings.push(fault(
                "the API key belongs to another environment than the one configured",
                "correct the environment id, or use a key of that environment",
            ));
            return Ok(findings);
        }
        findings.extend(scarce(&answer));
        let template: Document<Template> = answer.json()?;
        findings.extend(template_findings(&template.data.attributes));
        findings.extend(self.recheck_findings().await?);
        findings.extend(self.decisions().await?);
        findings.extend(self.settings_findings());
        findings.extend(unseen());
        Ok(findings)
    }

    /// The same of the template without a document, if there is one.
    async fn recheck_findings(&self) -> Result<Vec<Finding>, VendorError> {
        let Some(template) = &self.settings.recheck_template else {
            return Ok(Vec::new());
        };
        let answer = self.client.get(&["inquiry-templates", template], &[]).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(vec![fault(
                "the recheck template does not exist in the key's environment",
                "correct the id of the recheck template, or take it out",
            )]);
        }
        let template: Document<Template> = sorted(answer)?.json()?;
        let mut findings = template_findings(&template.data.attributes);
        if self.settings.recheck_template_version.is_none() {
            findings.push(note(
                "no version of the recheck template is pinned: whoever may publish the template can weaken it",
                "pin the published version, `itmplv_…`",
            ));
        }
        findings.push(note(
            "whether the recheck template compares the selfie with the account cannot be seen through the API",
            "require the check `selfie_account_comparison` in it: without it nobody passes a recheck",
        ));
        Ok(findings)
    }

    /// Whether the status that decides fits what happened lately. Also shows that the key may read inquiries.
    async fn decisions(&self) -> Result<Option<Finding>, VendorError> {
        let status = match self.settings.decided_by {
            DecidedBy::Workflow => "completed",
            DecidedBy::Flow => "approved",
        };
        let query = [
            ("filter[inquiry-template-id]", self.settings.template.as_str()),
            ("filter[status]", status),
            ("page[size]", "10"),
        ];
        let answer = self.client.get(&["inquiries"], &query).await?;
        let listing: Listing<Inquiry> = self.client.pinned(answer)?.json()?;
        let now = self.clock.now();
        Ok(match self.settings.decided_by {
            DecidedBy::Workflow => listing
                .data
                .iter()
                .any(|inquiry| left_lying(&inquiry.attributes, now))
                .then(|| {
                    warning(
                        "completed inquiries never become approved or declined",
                        "add a workflow to the template at Persona, or set the connection to be decided by the flow",
                    )
                }),
            DecidedBy::Flow => (!listing.data.is_empty()).then(|| {
                warning(
                    "inquiries of this template become approved: a workflow seems to decide",
                    "set the connection to be decided by the workflow",
                )
            }),
        })
    }

    fn settings_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.settings.sandbox {
            findings.push(warning(
                "this is Persona's sandbox: nobody is really verified and every name is a sample name",
                "use a production key and environment before anybody depends on it",
            ));
        }
        if self.settings.template_version.is_none() {
            findings.push(note(
                "no version of the template is pinned: whoever may publish the template can weaken it",
                "pin the published version, `itmplv_…`",
            ));
        }
        if self.settings.webhook_secrets.is_empty() {
            findings.push(warning(
                "no webhook secret is set: results are noticed only when somebody asks",
                "create a webhook at Persona and set its secret",
            ));
        }
        if self.names_hidden.load(Ordering::Relaxed) {
            findings.push(fault(
                &format!("a passed document came without a name: {HIDDEN}"),
                "enable name-first, name-last and birthdate under the enabled API attributes, and unblock them on the key",
            ));
        }
        findings
    }
}

fn left_lying(inquiry: &Inquiry, now: Timestamp) -> bool {
    inquiry
        .completed_at
        .as_deref()
        .and_then(Timestamp::parse)
        .is_some_and(|at| at.plus(UNDECIDED) < now)
}

fn template_findings(template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    if template.status.as_deref() != Some("active") {
        findings.push(fault(
            &format!(
                "the inquiry template is `{}`, not `active`",
                template.status.as_deref().unwrap_or("without a status")
            ),
            "publish the template at Persona",
        ));
    }
    let schemes = template.hosted_flow_redirect_uri_schemes.as_deref().unwrap_or_default();
    if !schemes.is_empty() && !schemes.iter().any(|scheme| scheme == "https") {
        findings.push(fault(
            "the template does not let the browser return to an https address",
            "allow the scheme `https` in the template's redirect settings, or leave the list empty",
        ));
    }
    findings
}

/// Limits that are nearly used up. The quota headers are written in two ways and may be absent.
fn scarce(answer: &Answer) -> Vec<Finding> {
    let figure = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| answer.header(name)?.trim().parse::<u64>().ok())
    };
    let low = |limit: Option<u64>, left: Option<u64>| match (limit, left) {
        (Some(limit), Some(left)) => left.saturating_mul(100) < limit.saturating_mul(LOW),
        _ => false,
    };
    let mut findings = Vec::new();
    if low(figure(&["ratelimit-limit"]), figure(&["ratelimit-remaining"])) {
        findings.push(warning(
            "less than 15 % of the request limit is left in this window",
            "find out what else uses this environment, or ask Persona for a higher limit",
        ));
    }
    let quota = figure(&["quota-limit", "quotalimit-limit"]);
    let left = figure(&["quota-remaining", "quotalimit-remaining"]);
    if low(quota, left) {
        findings.push(warning(
            "less than 15 % of the product quota is left",
            "ask Persona for a higher quota before people are turned away",
        ));
    }
    findings
}

/// What matters and cannot be seen through the API.
fn unseen() -> Vec<Finding> {
    [
        (
            "whether the key may create, resume and redact cannot be seen without doing it",
            "grant inquiry.read, inquiry.write, verification.read, account.read and account.write, and nothing else",
        ),
        (
            "which attributes the key hides cannot be seen before a proof is read",
            "enable name-first, name-last and birthdate under the enabled API attributes",
        ),
        (
            "which document the selfie is compared with cannot be seen through the API",
            "choose `last passed` in the template; never `last passed or failed`",
        ),
        (
            "whether strangers can create inquiries from the template cannot be seen through the API",
            "switch on `block client-side inquiry creation` in the template",
        ),
        (
            "the organisation's list of redirect domains cannot be seen through the API",
            "if it is not empty, add the host of Doorward's public address",
        ),
    ]
    .into_iter()
    .map(|(what, remedy)| note(what, remedy))
    .collect()
}

fn finding(level: FindingLevel, what: &str, remedy: &str) -> Finding {
    Finding {
        level,
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn fault(what: &str, remedy: &str) -> Finding {
    finding(FindingLevel::Fault, what, remedy)
}

fn warning(what: &str, remedy: &str) -> Finding {
    finding(FindingLevel::Warning, what, remedy)
}

fn note(what: &str, remedy: &str) -> Finding {
    finding(FindingLevel::Note, what, remedy)
}

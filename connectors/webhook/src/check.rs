//! The self-check: a ping that must be taken, and two that must not.
//!
//! A receiver that takes what anybody signs, or what was signed long ago, would carry out strangers' calls.

use std::time::Duration;

use doorward_contract::{Finding, FindingLevel, Timestamp, VendorError};

use crate::Webhook;
use crate::answer::{self, Said};
use crate::message::{Data, Kind, Sender};
use doorward_contract::signature::{Signer, fresh_id};

/// Far outside of the five minutes that libraries allow.
const LONG_AGO: Duration = Duration::from_secs(3600);

impl Webhook {
    pub(crate) async fn examine(&self) -> Result<Vec<Finding>, VendorError> {
        let now = self.clock.now();
        match self.ping(now, &self.signer).await {
            Ok(()) => {}
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                return Ok(vec![finding(
                    FindingLevel::Fault,
                    &format!("the company's system does not take a ping: {error}"),
                    "compare its address, the secrets and both clocks, and have it answer `doorward.ping` with 200 or 204",
                )]);
            }
        }
        let mut findings = Vec::new();
        if self.is_taken(now, &Signer::stranger()).await? {
            findings.push(finding(
                FindingLevel::Warning,
                "the company's system takes messages that were not signed with our secret",
                "have it verify `webhook-signature` with a Standard Webhooks library before it reads the body",
            ));
        }
        if self.is_taken(now.minus(LONG_AGO), &self.signer).await? {
            findings.push(finding(
                FindingLevel::Warning,
                "the company's system takes messages that are an hour old",
                "have it refuse a `webhook-timestamp` more than five minutes away from its own clock",
            ));
        }
        if self.settings.secrets.len() > 1 {
            findings.push(finding(
                FindingLevel::Note,
                "messages are signed with more than one secret",
                "take the old one out once the company's system knows the new one",
            ));
        }
        Ok(findings)
    }

    async fn ping(&self, at: Timestamp, signer: &Signer) -> Result<(), VendorError> {
        let id = fresh_id();
        let sender = Sender { id: &id, at, signer };
        let answer = self.send_as(Kind::Ping, &Data::default(), &sender).await?;
        match answer::of_act(&answer)? {
            Said::Done(_) | Said::Pending(_) => Ok(()),
            Said::NotDone | Said::Unknown => Err(VendorError::Unexpected {
                why: "it was pinged and answered a question".to_owned(),
            }),
        }
    }

    /// Whether what should be refused is not.
    async fn is_taken(&self, at: Timestamp, signer: &Signer) -> Result<bool, VendorError> {
        match self.ping(at, signer).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_passing() => Err(error),
            Err(_) => Ok(false),
        }
    }
}

fn finding(level: FindingLevel, what: &str, remedy: &str) -> Finding {
    Finding {
        level,
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}

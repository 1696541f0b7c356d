//! Who is told what becomes of cases, made of the settings.

use std::sync::Arc;

use super::Error;
use crate::config::Config;
use crate::config::webhook_out::{Told, Webhook};
use crate::notice::send::{Endpoint, Sent};
use crate::notice::{Hearer, Hearers, Kind, message};
use doorward_contract::signature::fresh_id;
use doorward_contract::{Clock, Finding, FindingLevel};

/// Who hears what.
pub(super) fn hearers(config: &Config) -> Hearers {
    let hearer = |webhook: &Webhook| Hearer {
        name: webhook.name.get_ref().0.clone(),
        kinds: webhook.events.iter().flatten().copied().map(kind).collect(),
        purposes: webhook
            .purposes
            .iter()
            .map(|purpose| purpose.get_ref().0.clone())
            .collect(),
    };
    Hearers(config.webhooks.iter().map(hearer).collect())
}

/// Where messages go. Reaches nobody yet.
pub(super) fn endpoints(config: &Config) -> Result<Vec<Endpoint>, Error> {
    config.webhooks.iter().map(endpoint).collect()
}

fn endpoint(webhook: &Webhook) -> Result<Endpoint, Error> {
    let name = &webhook.name.get_ref().0;
    let secrets: Vec<_> = webhook.secrets.iter().map(|secret| secret.0.0.clone()).collect();
    Endpoint::new(name, &webhook.url.0, &secrets, webhook.timeout.0).map_err(|error| Error::Vendor {
        name: name.clone(),
        error,
    })
}

/// Sends a trial to one receiver, or to every one; what came of each, by its name in the settings.
pub async fn try_out(
    config: &Config,
    only: Option<&str>,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<(String, Sent)>, Error> {
    let mut heard = Vec::new();
    for endpoint in endpoints(config)? {
        if only.is_none_or(|only| only == endpoint.name) {
            let now = clock.now();
            let sent = endpoint.send(&fresh_id(), &message::trial(now), now).await;
            heard.push((endpoint.name, sent));
        }
    }
    Ok(heard)
}

/// What of a trial is to be mended.
pub fn finding(sent: &Sent) -> Option<Finding> {
    let what = match (sent.heard.status, &sent.fault) {
        (Some(200..=299), _) => return None,
        (Some(status), _) => format!("it answered a signed trial with {status}"),
        (None, fault) => format!(
            "it did not answer: {}",
            fault.as_deref().unwrap_or("no reason is known")
        ),
    };
    Some(Finding {
        level: FindingLevel::Fault,
        what,
        remedy:
            "it must verify the signature with the same secret and answer 2xx to `webhook.test` as to any other type"
                .to_owned(),
    })
}

/// What the settings' word means.
pub fn kind(told: Told) -> Kind {
    match told {
        Told::CaseOpened => Kind::CaseOpened,
        Told::CaseBound => Kind::CaseBound,
        Told::CaseConsented => Kind::CaseConsented,
        Told::CaseProven => Kind::CaseProven,
        Told::CaseReview => Kind::CaseReview,
        Told::CaseApproval => Kind::CaseApproval,
        Told::CaseChecking => Kind::CaseChecking,
        Told::CaseActing => Kind::CaseActing,
        Told::CaseStuck => Kind::CaseStuck,
        Told::CaseReady => Kind::CaseReady,
        Told::CaseShown => Kind::CaseShown,
        Told::CaseClosed => Kind::CaseClosed,
        Told::CaseFlagged => Kind::CaseFlagged,
        Told::ShieldChanged => Kind::ShieldChanged,
    }
}

/// Each receiver and where it is, without what may be secret in an address.
pub(super) fn hosts(config: &Config) -> Vec<(String, String)> {
    let host = |webhook: &Webhook| {
        let host = webhook.url.0.host_str().unwrap_or_default().to_owned();
        (webhook.name.get_ref().0.clone(), host)
    };
    config.webhooks.iter().map(host).collect()
}

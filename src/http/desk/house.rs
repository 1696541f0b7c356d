//! What the console tells of this installation itself: its settings without their secrets, how the vendors were when they were
//! last asked, and whether the record was whole when it was last checked. Kept in memory: each node tells of its own.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use crate::audit::Head;
use crate::audit::export::{SignedHead, Signer};
use crate::cause::causes;
use crate::flow::Flow;
use crate::pages::desk::{FindingLine, Section, VendorLine, Verified};
use crate::staff::Staff;
use doorward_contract::{Ability, Finding, FindingLevel, Timestamp, VendorError};

/// How long one vendor may take to be asked: the page waits for the slowest.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the settings say of the installation.
pub struct Parts {
    /// The settings, secrets masked.
    pub settings: Vec<Section>,
    /// Whom there is to ask how they are.
    pub vendors: Vec<Vendor>,
    /// Receivers of messages by name, and their hosts.
    pub webhooks: Vec<(String, String)>,
    /// Signs copies of the record.
    pub signer: Signer,
}

/// Somebody who can be asked how they are.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Their name in the settings.
    pub name: String,
    /// What they are to us.
    pub of: Of,
}

/// What somebody is to us.
#[derive(Clone, Debug)]
pub enum Of {
    /// They prove who people are.
    Verifier,
    /// They act on accounts, and are asked for as much.
    Connector(Vec<Ability>),
    /// They vouch for operators.
    Staff,
}

/// What the console tells of this installation.
pub struct House {
    pub(super) parts: Parts,
    asked: Mutex<Option<(Timestamp, Vec<VendorLine>)>>,
    verified: Mutex<Option<Verified>>,
    /// Held while the record is checked.
    verifying: tokio::sync::Mutex<()>,
}

impl House {
    /// Of these settings; nobody was asked yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            asked: Mutex::default(),
            verified: Mutex::default(),
            verifying: tokio::sync::Mutex::default(),
        }
    }

    /// How the vendors were, and when they were asked.
    pub(super) fn vendors(&self, flow: &Flow) -> (Option<Timestamp>, Vec<VendorLine>) {
        if let Some((at, lines)) = &*locked(&self.asked) {
            return (Some(*at), lines.clone());
        }
        let unasked = |vendor: &Vendor| line(flow, vendor, "unasked", Vec::new());
        (None, self.parts.vendors.iter().map(unasked).collect())
    }

    /// Asks every vendor, all at once.
    pub(super) async fn ask(&self, flow: &Flow, staff: &Staff) {
        let asked = self.parts.vendors.iter().map(|vendor| async move {
            let told = tokio::time::timeout(PATIENCE, reach(flow, staff, vendor)).await;
            match told {
                Ok(Ok(findings)) if findings.is_empty() => line(flow, vendor, "well", Vec::new()),
                Ok(Ok(findings)) => line(flow, vendor, "findings", findings.iter().map(finding).collect()),
                Ok(Err(error)) => line(flow, vendor, "away", vec![fault(&error)]),
                Err(_) => line(flow, vendor, "away", vec![late()]),
            }
        });
        let lines = join_all(asked).await;
        *locked(&self.asked) = Some((flow.now(), lines));
    }

    /// What came of the last check of the record.
    pub(super) fn verified(&self) -> Option<Verified> {
        locked(&self.verified).clone()
    }

    /// Whether it is being checked.
    pub(super) fn is_verifying(&self) -> bool {
        self.verifying.try_lock().is_err()
    }

    /// Checks the record, unless somebody is at it: then theirs is shown.
    pub(super) async fn verify(&self, flow: &Flow) {
        let Ok(_alone) = self.verifying.try_lock() else {
            return;
        };
        match flow.store.check_record().await {
            Ok(checked) => {
                if let Some(fault) = &checked.fault {
                    tracing::error!(%fault, "the record is not whole");
                }
                *locked(&self.verified) = Some(Verified {
                    entries: u64::try_from(checked.head.seq).unwrap_or(0),
                    at: flow.now(),
                    head: checked.head.hash,
                    fault: checked.fault.map(|fault| fault.to_string()),
                });
            }
            Err(error) => tracing::error!(error = %causes(&error), "the record could not be checked"),
        }
    }

    /// Signs the end of a copy of the record.
    pub(super) fn sign(&self, head: &Head) -> SignedHead {
        self.parts.signer.sign(head)
    }
}

/// What a lock guards is replaced whole, so it is never half written.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn reach(flow: &Flow, staff: &Staff, vendor: &Vendor) -> Result<Vec<Finding>, VendorError> {
    let nobody = || VendorError::Unfit {
        why: "the settings do not name it any more".to_owned(),
    };
    match &vendor.of {
        Of::Verifier => flow.verifiers.get(&vendor.name).ok_or_else(nobody)?.check().await,
        Of::Connector(needed) => {
            flow.connectors
                .get(&vendor.name)
                .ok_or_else(nobody)?
                .check(needed)
                .await
        }
        Of::Staff => {
            let mut providers = staff.providers.iter();
            let provider = providers.find(|provider| provider.name == vendor.name);
            provider
                .ok_or_else(nobody)?
                .discovery
                .reach()
                .await
                .map(|()| Vec::new())
        }
    }
}

fn line(flow: &Flow, vendor: &Vendor, health: &'static str, findings: Vec<FindingLine>) -> VendorLine {
    let kind = match &vendor.of {
        Of::Verifier => {
            let kind = flow.verifiers.get(&vendor.name).map(|verifier| verifier.vendor());
            format!("verifier {}", kind.unwrap_or_default())
        }
        Of::Connector(_) => {
            let kind = flow
                .connectors
                .get(&vendor.name)
                .map(|connector| connector.about().vendor);
            format!("connector {}", kind.unwrap_or_default())
        }
        Of::Staff => "staff.provider".to_owned(),
    };
    VendorLine {
        name: vendor.name.clone(),
        kind,
        health,
        findings,
    }
}

fn finding(finding: &Finding) -> FindingLine {
    FindingLine {
        grave: finding.level == FindingLevel::Fault,
        what: finding.what.clone(),
        remedy: finding.remedy.clone(),
    }
}

fn fault(error: &VendorError) -> FindingLine {
    let remedy = if error.is_passing() {
        "see that it can be reached from here, and ask again"
    } else {
        "see that the settings name it rightly and that it grants what is needed"
    };
    FindingLine {
        grave: true,
        what: error.to_string(),
        remedy: remedy.to_owned(),
    }
}

fn late() -> FindingLine {
    FindingLine {
        grave: true,
        what: format!("no answer within {} seconds", PATIENCE.as_secs()),
        remedy: "see that it can be reached from here, and ask again".to_owned(),
    }
}

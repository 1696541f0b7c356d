//! What admins and auditors look at: whether the record holds, and how every vendor is.

use super::{Error, Flow};
use crate::audit::chain::Fault;
use crate::audit::{Head, verify};
use doorward_contract::{Ability, Finding, VendorError};

/// How many links of the record are read at a time.
const BATCH: i64 = 1_000;

/// How one vendor is.
#[derive(Debug)]
pub struct Asked {
    /// Its name in the settings.
    pub name: String,
    /// `connector` or `verifier`.
    pub kind: &'static str,
    /// What it found, or why it could not be asked.
    pub found: Result<Vec<Finding>, VendorError>,
}

impl Flow {
    /// Reads the whole record and checks how each fact is chained to the one before. Where it ends, and what is wrong.
    pub async fn verify_record(&self) -> Result<(Head, Option<Fault>), Error> {
        // The head first: what is written meanwhile comes after it and is left for the next time.
        let head = self.store.head().await?;
        let mut at = Head::start();
        while at.seq < head.seq {
            let mut links = self.store.links(at.seq, BATCH).await?;
            links.retain(|link| link.seq <= head.seq);
            if links.is_empty() {
                let (expected, found) = (head.seq, at.seq);
                return Ok((head, Some(Fault::Cut { expected, found })));
            }
            at = match verify(at, links) {
                Ok(at) => at,
                Err(fault) => return Ok((head, Some(fault))),
            };
        }
        let fault = (at.hash != head.hash).then_some(Fault::Altered { seq: head.seq });
        Ok((head, fault))
    }

    /// Reaches every vendor and has it say what is the matter with it, in the order of their names.
    pub async fn ask_vendors(&self) -> Vec<Asked> {
        let connectors = self.connectors.iter().map(async |(name, connector)| Asked {
            name: name.clone(),
            kind: "connector",
            found: connector.check(&self.asked_of(name)).await,
        });
        let verifiers = self.verifiers.iter().map(async |(name, verifier)| Asked {
            name: name.clone(),
            kind: "verifier",
            found: verifier.check().await,
        });
        let (connectors, verifiers) = tokio::join!(
            futures_util::future::join_all(connectors),
            futures_util::future::join_all(verifiers)
        );
        let mut all: Vec<Asked> = connectors.into_iter().chain(verifiers).collect();
        all.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
        all
    }

    /// What the purposes want of a connector.
    fn asked_of(&self, connector: &str) -> Vec<Ability> {
        let plans = self.purposes.values().flat_map(|purpose| &purpose.plan);
        let mut asked: Vec<Ability> = plans
            .filter(|act| act.connector == connector)
            .map(|act| act.action.ability())
            .collect();
        asked.sort_by_key(|ability| ability.word());
        asked.dedup();
        asked
    }
}

//! A case as it moves, for whoever looks on: the machines' streams and the console's pages share this one engine.
//!
//! The store is asked, because another node may write the case; what this node writes is heard of at once. Whoever stops
//! reading stops the asking.

use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;

use crate::case::{CaseId, Stage};
use crate::cause::causes;
use crate::flow::Flow;
use doorward_contract::Timestamp;

/// The longest between two looks into the store. What is heard of sooner is looked at sooner.
const LOOK: Duration = Duration::from_millis(500);

/// Where a case stood when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The stage.
    pub stage: Stage,
    /// When it was last written.
    pub changed_at: Timestamp,
    /// How often it was written.
    pub version: i64,
}

/// Says where a case stands now, and again whenever it was written since; ends behind the change that closed it.
pub fn follow(flow: Flow, id: CaseId) -> impl Stream<Item = Change> + Send + 'static {
    let heard = flow.changes.subscribe();
    let looking = Looking {
        flow,
        id,
        heard,
        seen: None,
    };
    stream::unfold(Some(looking), |looking| async move {
        let mut looking = looking?;
        let change = looking.next().await?;
        let over = change.stage == Stage::Closed;
        Some((change, (!over).then_some(looking)))
    })
}

struct Looking {
    flow: Flow,
    id: CaseId,
    heard: Receiver<CaseId>,
    seen: Option<i64>,
}

impl Looking {
    /// The next change; nothing if the case is not there.
    async fn next(&mut self) -> Option<Change> {
        loop {
            match self.flow.store.case(&self.id).await {
                Ok(case) => {
                    let case = case?;
                    if self.seen != Some(case.version) {
                        self.seen = Some(case.version);
                        return Some(Change {
                            stage: case.stage,
                            changed_at: case.changed_at,
                            version: case.version,
                        });
                    }
                }
                // Whoever looks on waits for better times, as the case itself does.
                Err(error) => tracing::warn!(error = %causes(&error), "a case could not be followed for a moment"),
            }
            let ours = async { while self.heard.recv().await.is_ok_and(|changed| changed != self.id) {} };
            let _either = tokio::time::timeout(LOOK, ours).await;
        }
    }
}

//! The passes, shown together and once.

use super::act::Contents;
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::{Case, End, Stage};
use crate::crypto::parcel::BrowserKey;
use crate::store::{self, Wake};
use doorward_contract::PassKind;

/// The passes as the page shows them.
pub struct Shown {
    /// The case, ended.
    pub case: Case,
    /// What each secret is and what was in its parcel, in the order of the plan.
    pub passes: Vec<(PassKind, Contents)>,
}

impl Flow {
    /// Everything is done: the passes wait for their browser, or there are none and the case ends.
    pub(super) fn present(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let now = self.now();
        if draft.case.passes.is_empty() {
            self.finish(draft, End::Recovered, now)?;
            return Ok(Turn::On);
        }
        let until = now.plus(self.purpose(&draft.case.purpose)?.pass_lifetime);
        draft.case.moved(Stage::Ready)?;
        draft.case.pass_until = Some(until);
        draft.note(now, Fact::PassReady { until });
        Ok(Turn::On)
    }

    /// Opens the passes with the browser's own key. They are recorded as shown, and gone, before they are returned: whatever
    /// happens on the way to the screen, nobody sees them twice. `None` when there is nothing (more) to see.
    pub async fn reveal(&self, case: Case, key: &BrowserKey) -> Result<Option<Shown>, Error> {
        let now = self.now();
        if case.stage != Stage::Ready || case.pass_until.is_none_or(|until| now >= until) {
            return Ok(None);
        }
        if case.passes.is_empty() {
            return Ok(None);
        }
        let mut passes = Vec::with_capacity(case.passes.len());
        for pass in &case.passes {
            let plain = key.open(case.id.as_str(), &pass.parcel)?;
            let contents = serde_json::from_slice(&plain).map_err(|_| Error::Incomplete { what: "the pass" })?;
            passes.push((pass.kind, contents));
        }
        let mut draft = Draft::new(case, None);
        draft.note(now, Fact::PassShown);
        self.finish(&mut draft, End::Recovered, now)?;
        match self.write_and(&mut draft, Wake::At(now)).await {
            Ok(()) => Ok(Some(Shown {
                case: draft.case,
                passes,
            })),
            // Two requests at the same moment: one of them was first.
            Err(Error::Store(store::Error::Stale)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

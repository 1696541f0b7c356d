//! The pass, shown once.

use super::act::Contents;
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::{Case, End, Stage};
use crate::crypto::parcel::BrowserKey;
use crate::store::{self, Wake};
use doorward_contract::PassKind;

/// A pass as the page shows it.
pub struct Shown {
    /// The case, ended.
    pub case: Case,
    /// What the secret is.
    pub kind: PassKind,
    /// What was in the parcel.
    pub contents: Contents,
}

impl Flow {
    /// Everything is done: the pass waits for its browser, or there is none and the case ends.
    pub(super) fn present(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let now = self.now();
        if draft.case.pass.is_none() {
            self.finish(draft, End::Recovered, now)?;
            return Ok(Turn::On);
        }
        let until = now.plus(self.purpose(&draft.case.purpose)?.pass_lifetime);
        draft.case.moved(Stage::Ready)?;
        draft.case.pass_until = Some(until);
        draft.note(now, Fact::PassReady { until });
        Ok(Turn::On)
    }

    /// Opens the pass with the browser's own key. It is recorded as shown, and gone, before it is returned: whatever
    /// happens on the way to the screen, nobody sees it twice. `None` when there is nothing (more) to see.
    pub async fn reveal(&self, case: Case, key: &BrowserKey) -> Result<Option<Shown>, Error> {
        let now = self.now();
        if case.stage != Stage::Ready || case.pass_until.is_none_or(|until| now >= until) {
            return Ok(None);
        }
        let Some(pass) = case.pass.clone() else {
            return Ok(None);
        };
        let plain = key.open(case.id.as_str(), &pass.parcel)?;
        let contents: Contents = serde_json::from_slice(&plain).map_err(|_| Error::Incomplete { what: "the pass" })?;
        let mut draft = Draft::new(case, None);
        draft.note(now, Fact::PassShown);
        self.finish(&mut draft, End::Recovered, now)?;
        match self.write_and(&mut draft, Wake::At(now)).await {
            Ok(()) => Ok(Some(Shown {
                case: draft.case,
                kind: pass.kind,
                contents,
            })),
            // Two requests at the same moment: one of them was first.
            Err(Error::Store(store::Error::Stale)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

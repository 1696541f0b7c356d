//! After the last step: can the person sign in now, as far as the vendors show it? Written down for staff; the pass is
//! theirs whatever the answer.

use std::time::Duration;

use super::account;
use super::act::step_at;
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::Confirmed;

/// How often a vendor that cannot be asked is asked in all: the person waits for the pass meanwhile.
const TRIES: u32 = 3;
/// How soon again, whatever the vendor says: the answer is worth a moment of the person's time, not more.
const SOON: Duration = Duration::from_secs(1);

impl Flow {
    /// Asks the connector of the step at `at` for the account's condition.
    pub(super) async fn confirm(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let name = step_at(draft, at)?.act.connector;
        let account = account::of(&draft.case.private, &name)?;
        let (usable, notes) = match self.connector(&name)?.condition(&account).await {
            Ok(condition) => (Some(condition.usable), condition.notes),
            Err(error) if error.is_passing() && draft.case.waits.saturating_add(1) < TRIES => {
                draft.case.waits = draft.case.waits.saturating_add(1);
                return Ok(Turn::Pause(Some(self.now().plus(SOON))));
            }
            Err(error) => (None, vec![error.to_string()]),
        };
        if usable != Some(true) {
            tracing::warn!(
                case.id = %draft.case.id,
                vendor = name,
                ?notes,
                "everything is done, and the account may not be usable: look into this case"
            );
        }
        draft.note(
            self.now(),
            Fact::ConditionRead {
                connector: name.clone(),
                usable,
                notes: notes.clone(),
            },
        );
        draft.case.waits = 0;
        draft.case.conditions.push(Confirmed {
            connector: name,
            usable,
            notes,
        });
        Ok(Turn::On)
    }
}

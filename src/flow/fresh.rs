//! A case as it begins: nothing is known but what it is for, where it came from and who opened it.

use crate::case::policy::Purpose;
use crate::case::{Case, CaseId, Opener, Private, Stage, Standing};
use crate::crypto::token::reference_number;
use doorward_contract::Timestamp;

pub(super) fn fresh(purpose: &Purpose, source: &str, opener: Opener, now: Timestamp) -> Case {
    Case {
        id: CaseId::random(),
        version: 0,
        number: reference_number(),
        purpose: purpose.name.clone(),
        source: source.to_owned(),
        opener,
        stage: Stage::Invited,
        opened_at: now,
        changed_at: now,
        expires_at: now.plus(purpose.case_lifetime),
        browser: None,
        relayed: false,
        standing: Standing::Unasked,
        attempts: Vec::new(),
        explanation: None,
        plan: Vec::new(),
        remember_at: None,
        remembered_until: None,
        conditions: Vec::new(),
        passes: Vec::new(),
        waits: 0,
        pass_until: None,
        end: None,
        ended_at: None,
        verdict: None,
        answer_until: None,
        refusal: None,
        trouble: None,
        hold_until: None,
        forget_at: None,
        erase_at: None,
        back_to: None,
        checks: Vec::new(),
        reduced: false,
        erased: false,
        private: Private::default(),
    }
}

//! A case as a line of a list, and what this reader may know of whose it is.

use super::At;
use crate::case::bar::is_blind;
use crate::case::{Case, End, Opener};
use crate::pages::desk::CaseLine;

/// The first few of these.
pub(super) fn all(at: &At, cases: &[Case], most: usize) -> Vec<CaseLine> {
    cases.iter().take(most).map(|case| of(at, case)).collect()
}

/// One of them.
pub(super) fn of(at: &At, case: &Case) -> CaseLine {
    let purpose = at.flow().purpose(&case.purpose);
    CaseLine {
        id: case.id.to_string(),
        number: case.number.clone(),
        person: person(at, case),
        purpose: purpose.map_or_else(|_| case.purpose.clone(), |purpose| purpose.title.clone()),
        source: case.source.clone(),
        opener: match &case.opener {
            Opener::Person => None,
            opener => Some(opener.word()),
        },
        ticket: case.opener.ticket(),
        stage: case.stage.word(),
        end: case.end.as_ref().map(End::word),
        opened_at: case.opened_at,
        changed_at: case.changed_at,
    }
}

/// What staff call the person, unless this operator is one who may still have to judge the case's evidence: whose account it is said to
/// be would tell them what to see in it.
pub(super) fn person(at: &At, case: &Case) -> Option<String> {
    if is_blind(case, at.operator()) {
        return None;
    }
    let known = &case.private;
    let named = known.account.as_ref().and_then(|account| account.display_name.clone());
    named
        .or_else(|| known.account.as_ref().map(|account| account.login.clone()))
        .or_else(|| known.subject.as_ref().map(|subject| subject.value.clone()))
}

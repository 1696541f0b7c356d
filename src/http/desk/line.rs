//! A case as a line of a list, and what this reader may know of whose it is.

use super::At;
use crate::case::role::Power;
use crate::case::{Case, End, Opener, Stage};
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
    if is_blind(at, case) {
        return None;
    }
    let known = &case.private;
    let named = known.account.as_ref().and_then(|account| account.display_name.clone());
    named
        .or_else(|| known.account.as_ref().map(|account| account.login.clone()))
        .or_else(|| known.subject.as_ref().map(|subject| subject.value.clone()))
}

/// Whether this operator must not know yet whose account it is said to be.
pub(super) fn is_blind(at: &At, case: &Case) -> bool {
    let judged = case
        .desk
        .review
        .as_ref()
        .is_some_and(|review| review.judgement.is_some());
    let own = case.desk.is_reviewer(at.operator());
    at.may(Power::Review) && case.stage == Stage::Review && !(own && judged)
}

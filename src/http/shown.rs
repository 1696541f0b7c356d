//! Which page a case shows to the browser it is bound to: read from where the case stands, and nothing else.

use std::time::Duration;

use crate::case::check::{self, CheckState, CodeBy, Over, Wanted};
use crate::case::{Case, End, Opener, Stage};
use crate::crypto::parcel::BrowserKey;
use crate::flow::code;
use crate::pages::{
    Again, Asks, CheckCode, CodeAt, CodeMessage, Consent, Decides, FurtherCheck, LookedAt, Notice, Page, PassReady,
    Retry, RetryCause, Short, Visit, Waiting, What,
};
use crate::source::{Door, duo, kept, looked_at, reply};
use doorward_contract::{Challenge, Outcome};

/// How long somebody who came back is shown that the proof is being read, before they are offered the check again.
const READING: Duration = Duration::from_secs(45);
/// Who waits less than this says so on the first page.
const SHORT: Duration = Duration::from_secs(15 * 60);
/// No check of a document and a face is done in less.
const SHORTEST_CHECK: Duration = Duration::from_secs(120);
/// A few pictures of a face take half of that: there is no document to find and to photograph from both sides.
const SHORTEST_GLANCE: Duration = Duration::from_secs(60);

/// Whether there is time left for a check, the full one or a face against an earlier one. Only who was sent has little time.
pub(super) fn fits(door: &Door, case: &Case, full: bool) -> bool {
    let needed = if full || case.private.against.is_none() {
        SHORTEST_CHECK
    } else {
        SHORTEST_GLANCE
    };
    !case.opener.is_client() || case.expires_at.since(door.flow.now()) >= needed
}

/// What to do after signing in.
pub(super) fn afterwards(door: &Door, case: &Case) -> Vec<String> {
    door.flow
        .purpose(&case.purpose)
        .map_or_else(|_| Vec::new(), |purpose| purpose.afterwards.clone())
}

/// The page for where a case stands.
pub(super) fn page(door: &Door, case: &Case, key: &BrowserKey) -> Page {
    drawn(door, case, key.form_token())
}

/// What the person has before them now, as staff are told it: which page it is, and nothing of what stands on it.
pub(super) fn sight(door: &Door, case: &Case) -> &'static str {
    if case.browser.is_none() {
        return "nobody";
    }
    drawn(door, case, String::new()).state()
}

fn drawn(door: &Door, case: &Case, form_token: String) -> Page {
    let number = case.number.clone();
    match case.stage {
        Stage::Invited => Notice::NoSession.into(),
        Stage::Consent => match case.attempt().and_then(|attempt| attempt.outcome.as_ref()) {
            None => consent_page(door, case, form_token),
            Some(outcome) => retry_page(door, case, outcome, form_token),
        },
        Stage::Proving => proving_page(door, case, form_token),
        Stage::Comparing => waiting(case, What::Comparing),
        Stage::Checking => checking_page(door, case, form_token),
        Stage::Approval => waiting(case, What::Approving),
        Stage::Acting => waiting(case, What::Acting),
        Stage::Answer => waiting(case, What::Returning),
        Stage::Review => Notice::Review { number }.into(),
        Stage::Stuck => Notice::Stuck { number }.into(),
        Stage::Ready => match case.pass_until {
            Some(until) if !case.passes.is_empty() && door.flow.now() < until => {
                let seconds_left = until.since(door.flow.now()).as_secs();
                PassReady {
                    number,
                    kinds: case.passes.iter().map(|pass| pass.kind).collect(),
                    until,
                    seconds_left,
                    form_token,
                }
                .into()
            }
            _ => Notice::Gone { number }.into(),
        },
        Stage::Closed => ended(door, case).into(),
    }
}

fn proving_page(door: &Door, case: &Case, form_token: String) -> Page {
    let Some(attempt) = case.attempt().filter(|attempt| attempt.started) else {
        return waiting(case, What::Starting);
    };
    let just_back = attempt
        .returned_at
        .is_some_and(|at| door.flow.now().since(at) < READING);
    if just_back {
        return waiting(case, What::Reading);
    }
    Visit {
        number: case.number.clone(),
        form_token,
        fresh: attempt.returned_at.is_none(),
    }
    .into()
}

/// What the person is asked next, besides the proof.
fn checking_page(door: &Door, case: &Case, form_token: String) -> Page {
    // Between two checks, and after the last.
    let next = check::current(case).map(|(_, found)| found);
    let Some(found) = next.filter(|found| !matches!(found.state, CheckState::Failed { .. })) else {
        return waiting(case, What::Comparing);
    };
    let asked = matches!(found.state, CheckState::Asked { .. });
    let wanted = match &found.wanted {
        Wanted::Connector { check, .. } => *check,
        Wanted::Carrier { check, .. } => return code_page(door, case, found, *check, form_token),
    };
    let asks = match (wanted, asked, found.tries) {
        (Challenge::Push, true, _) => Asks::PushSent,
        (Challenge::Push, false, 0) => Asks::Push,
        (Challenge::Push, false, _) => Asks::PushAgain,
        (Challenge::UniversalPrompt, false, 0) => Asks::Prompt,
        (Challenge::UniversalPrompt, _, _) => Asks::PromptAgain,
    };
    FurtherCheck {
        number: case.number.clone(),
        form_token,
        asks,
        code: case.private.check.as_ref().and_then(|kept| kept.number.clone()),
    }
    .into()
}

/// A code is asked for, waited for, or over.
fn code_page(door: &Door, case: &Case, found: &check::FurtherCheck, by: CodeBy, form_token: String) -> Page {
    let kept = case.private.codes.as_deref();
    let ways: Vec<_> = door
        .flow
        .code_ways(case)
        .into_iter()
        .map(|way| (way.place, way.to))
        .collect();
    let sent = kept.and_then(|codes| codes.sent.as_ref());
    let at = match (&found.state, sent, kept.and_then(|codes| codes.over)) {
        (CheckState::Asked { .. }, Some(sent), _) => {
            let way = ways.iter().find(|(place, _)| *place == sent.place);
            CodeAt::Sent {
                to: way.map(|(_, to)| to.clone()).unwrap_or_default(),
                tries: (sent.wrong > 0).then(|| code::WRONG.saturating_sub(sent.wrong)),
            }
        }
        (_, _, Some(Over::Late)) => CodeAt::Late,
        (_, _, Some(Over::Spent)) => CodeAt::Spent,
        (_, _, None) => CodeAt::Begin,
    };
    CheckCode {
        number: case.number.clone(),
        form_token,
        by: match by {
            CodeBy::EmailCode => CodeMessage::Mail,
            CodeBy::PhoneCode => CodeMessage::Sms,
        },
        ways,
        sent: found.tries,
        left: code::CODES.saturating_sub(found.tries),
        at,
    }
    .into()
}

/// The page of somebody who need not do anything.
pub(super) fn waiting(case: &Case, what: What) -> Page {
    let what = if case.trouble.is_some() { What::VendorSlow } else { what };
    Waiting {
        number: case.number.clone(),
        what,
        words: words(case),
    }
    .into()
}

fn ended(door: &Door, case: &Case) -> Notice {
    let number = case.number.clone();
    match &case.end {
        Some(End::Recovered) => Notice::Done {
            number,
            afterwards: afterwards(door, case),
            back_to: duo::way_back(door, case),
        },
        Some(End::Answered { .. }) => Notice::Returned { number },
        Some(End::Refused { .. }) => Notice::Refused { number },
        Some(End::Withdrawn) => Notice::Withdrawn { number },
        Some(End::Unclaimed) => Notice::Gone { number },
        Some(End::Failed) => Notice::Stuck { number },
        Some(End::Undone) => Notice::Undone { number },
        Some(End::Expired) | None => Notice::Expired { number: Some(number) },
    }
}

fn retry_page(door: &Door, case: &Case, outcome: &Outcome, form_token: String) -> Page {
    let allowed = door.flow.purpose(&case.purpose).map_or(0, |purpose| purpose.attempts);
    let made = u32::try_from(case.attempts.len()).unwrap_or(u32::MAX);
    let why = match outcome {
        Outcome::Expired => RetryCause::Expired,
        Outcome::Passed => RetryCause::FullNeeded,
        _ => RetryCause::Declined,
    };
    let again = match &case.private.against {
        None => Again::Same,
        Some(_) if case.is_recheck() => Again::Short {
            full: fits(door, case, true),
        },
        Some(_) => Again::Full,
    };
    Retry {
        number: case.number.clone(),
        form_token,
        attempts_left: allowed.saturating_sub(made),
        cause: why,
        again,
    }
    .into()
}

fn consent_page(door: &Door, case: &Case, form_token: String) -> Page {
    let Ok(purpose) = door.flow.purpose(&case.purpose) else {
        return Notice::Unavailable {
            number: Some(case.number.clone()),
        }
        .into();
    };
    let told = reply::told(door, case);
    // In whole minutes, as people count.
    let left = Duration::from_secs(case.expires_at.since(door.flow.now()).as_secs().div_ceil(60) * 60);
    let requester = match &case.opener {
        Opener::Person => None,
        Opener::Operator { name, .. } => Some(name.clone()),
        Opener::Client { name } => Some(told.as_ref().map_or_else(|| name.clone(), |told| told.who.clone())),
    };
    let verifier = door.flow.verifiers.get(&purpose.verifier);
    let short = case.private.against.as_ref().map(|against| Short {
        proven_at: against.proven_at,
        until: against.until,
        full: fits(door, case, true),
    });
    let remember = purpose
        .recheck
        .filter(|_| short.is_none() && door.flow.may_remember(case));
    Consent {
        purpose_title: purpose.title.clone(),
        reason: purpose.reason.clone(),
        requester,
        told,
        time_left: case.opener.is_client().then_some(left).filter(|left| *left < SHORT),
        decides: match verifier.is_some_and(|verifier| verifier.reviews_here()) {
            false => Decides::Verifier,
            true if purpose.documents.automatic => Decides::Software,
            true => Decides::Colleague,
        },
        verifier_name: verifier.map_or("", |verifier| verifier.title()).to_owned(),
        looked_at: match short {
            Some(_) => vec![LookedAt::Face, LookedAt::SameFace],
            None => looked_at(&[purpose]),
        },
        short,
        remember,
        kept: kept(&[purpose]),
        words: words(case),
        form_token,
        number: case.number.clone(),
    }
    .into()
}

/// The two words that the agent's screen shows too.
fn words(case: &Case) -> Option<String> {
    case.desk.words.as_ref().map(ToString::to_string)
}

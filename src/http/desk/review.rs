//! A review: taken, the evidence judged by itself, and only then the account beside it and the decision with its record
//! (NIST SP 800-63A-4 §3.15.1). The order is the flow's; here it is asked which step this reviewer is at.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use super::fields::Fields;
use super::{App, At, bars};
use crate::case::desk::{Decision, Judgement};
use crate::case::role::Power;
use crate::case::{Barred, Case, bar, step};
use crate::flow::Error;
use crate::flow::review::{Claimed, Evidence, Reading};
use crate::matching::{self, Explanation, Finding, Preset};
use crate::pages::desk::table::{CAUSES, GROUNDS, MEASURES};
use crate::pages::desk::{
    Beside, Claimed as ClaimedPart, Compared, Evidence as EvidencePart, Explained, Review, ReviewStep, Said, path,
};
use doorward_contract::Person;

/// The longest note and reason that the pages take.
const LONGEST_TEXT: usize = 500;
/// The longest line.
const LONGEST_LINE: usize = 254;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(&path::review("{id}"), get(look).post(take))
        .route(&path::judge("{id}"), post(judge))
        .route(&path::decide("{id}"), post(decide))
        .route(&path::picture("{id}", "{name}"), get(super::exhibit::picture))
}

async fn look(at: At, Path(id): Path<String>) -> Response {
    let case = match found(&at, &id).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    page(&at, case, false).await
}

async fn take(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let case = match sent(&at, &id, &fields).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let (id, barred) = (case.id.clone(), case.clone());
    match at.flow().claim_review(case, at.operator()).await {
        Ok(_) => at.to(&path::review(id.as_str())),
        Err(error) => refused(&at, barred, error).await,
    }
}

async fn judge(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let case = match sent(&at, &id, &fields).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let answers = (fields.answer(path::DOCUMENT), fields.answer(path::FACE));
    let (Some(document), Some(face)) = answers else {
        return page(&at, case, true).await;
    };
    let judgement = Judgement {
        holds: document && face,
        document: Some(document),
        face: Some(face),
        reasons: words(&fields, path::REASONS, GROUNDS),
        note: fields.text(path::NOTE, LONGEST_TEXT),
    };
    let (id, before) = (case.id.clone(), case.clone());
    match at.flow().judge(case, at.operator(), judgement).await {
        Ok(_) => at.to(&path::review(id.as_str())),
        Err(error) => refused(&at, before, error).await,
    }
}

async fn decide(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let case = match sent(&at, &id, &fields).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let told = (
        fields.answer(path::SAME),
        fields.text(path::REASON, LONGEST_TEXT),
        fields.text(path::EVIDENCE, LONGEST_LINE),
        words(&fields, path::WHY, CAUSES).pop(),
    );
    let (Some(same_person), Some(reason), Some(evidence), Some(why)) = told else {
        return page(&at, case, true).await;
    };
    let decision = Decision {
        same_person,
        reason,
        why: Some(why),
        evidence: Some(evidence),
        steps: words(&fields, path::STEPS, MEASURES),
    };
    let before = case.clone();
    match at.flow().decide(case, at.operator(), decision).await {
        Ok(_) => at.done(path::REVIEWS, Said::Decided),
        Err(error) => refused(&at, before, error).await,
    }
}

/// The case, if it waits for a reviewer here and this operator is one.
pub(super) async fn found(at: &At, id: &str) -> Result<Case, Response> {
    at.need_of(Power::Review, path::REVIEWS).await?;
    let case = at.case(id).await?;
    if step::awaits_reviewer(&case) {
        Ok(case)
    } else {
        Err(at.fail_at(&case.id, Error::Elsewhere).await)
    }
}

async fn sent(at: &At, id: &str, fields: &Fields) -> Result<Case, Response> {
    at.need_of(Power::Review, path::REVIEWS).await?;
    at.pressed(fields.token()).await?;
    found(at, id).await
}

/// What a reviewer sees who pressed what was not theirs to press: the step that they are at, and why.
async fn refused(at: &At, case: Case, error: Error) -> Response {
    let Error::MayNot(barred) = error else {
        return at.fail_at(&case.id, error).await;
    };
    let incomplete = matches!(barred, Barred::Unfounded);
    let mut response = match at.flow().store.case(&case.id).await {
        Ok(Some(now)) if step::awaits_reviewer(&now) => page(at, now, incomplete).await,
        Ok(_) => at.fail_at(&case.id, Error::Elsewhere).await,
        Err(error) => at.fail(error).await,
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

/// The step that this reviewer is at.
async fn page(at: &At, case: Case, incomplete: bool) -> Response {
    let shown = Review {
        id: case.id.to_string(),
        number: case.number.clone(),
        purpose: at.purpose(&case),
        cause: cause(&case),
        evidence: None,
        step: ReviewStep::Take,
        incomplete,
    };
    match at_step(at, case, shown).await {
        Ok(page) => at.show(page).await,
        Err((id, error)) => at.fail_at(&id, error).await,
    }
}

async fn at_step(at: &At, case: Case, page: Review) -> Result<Review, (crate::case::CaseId, Error)> {
    let (flow, operator, id) = (at.flow(), at.operator(), case.id.clone());
    let failed = |error| (id.clone(), error);
    if let Err(barred) = bar::reviewer(&case, operator) {
        let step = ReviewStep::Barred(bars::word(&barred));
        return Ok(Review { step, ..page });
    }
    let evidence = match flow.evidence(&case, operator).await {
        Ok(evidence) => evidence,
        Err(Error::MayNot(Barred::Claimed { by })) if holder(at, &case).is_some() => {
            let step = ReviewStep::Held(by);
            return Ok(Review { step, ..page });
        }
        // Nobody has it, or whoever had it has let their time pass.
        Err(Error::MayNot(_)) => return Ok(page),
        Err(error) => return Err(failed(error)),
    };
    let review = case.desk.review.as_ref();
    let step = match review.and_then(|review| review.judgement.clone()) {
        None => ReviewStep::Judge,
        Some(judgement) => {
            let claimed = flow.claimed(case, operator).await.map_err(failed)?;
            ReviewStep::Decide(Box::new(beside(claimed, &judgement)))
        }
    };
    let evidence = Some(read(&evidence));
    Ok(Review { evidence, step, ..page })
}

/// Why a human has to look: the gravest of what holds.
pub(super) fn cause(case: &Case) -> &'static str {
    let explanation = case.explanation.as_ref();
    let found = |finding| {
        let attributes = explanation.map(|explanation| explanation.attributes.as_slice());
        let mut attributes = attributes.unwrap_or_default().iter();
        attributes.any(|attribute| attribute.finding == finding)
    };
    let in_doubt = explanation.is_some_and(|explanation| explanation.verdict == matching::Verdict::Review);
    if case.relayed {
        "relayed"
    } else if case.desk.unsure {
        "verifier"
    } else if in_doubt && found(Finding::Shared) {
        "namesakes"
    } else if in_doubt {
        "incomplete"
    } else {
        "shield"
    }
}

/// The colleague who has it, while nobody else may take it.
pub(super) fn holder(at: &At, case: &Case) -> Option<String> {
    let review = case.desk.review.as_ref()?;
    let others = review.reviewer.id != at.operator().id && at.flow().is_held(review);
    others.then(|| review.reviewer.name.clone())
}

/// Those of the words that the page has, each once.
fn words(fields: &Fields, name: &str, known: &[&str]) -> Vec<String> {
    let sent: Vec<&str> = fields.all(name).collect();
    let sent = known.iter().filter(|word| sent.contains(word));
    sent.map(|word| (*word).to_owned()).collect()
}

fn read(evidence: &Evidence) -> EvidencePart {
    let exhibits = evidence.exhibits.as_ref().map(super::exhibit::shown);
    // What was read is among what is shown, with more to it.
    let apart = exhibits.as_ref().is_none_or(|shown| shown.read.is_empty());
    let person = evidence.person.as_ref().filter(|_| apart);
    EvidencePart {
        verifier: evidence.verifier.clone().unwrap_or_default(),
        outside: None,
        read: person.map(on_document).unwrap_or_default(),
        exhibits,
        checks: evidence.readings.last().map(checks).unwrap_or_default(),
    }
}

/// What the document says, by the names of the fields.
fn on_document(person: &Person) -> Vec<(String, String)> {
    let native = person.native_name.as_ref();
    let rows = [
        ("given_name", person.name.given.clone()),
        ("middle_name", person.name.middle.clone()),
        ("family_name", person.name.family.clone()),
        ("native_given_name", native.and_then(|name| name.given.clone())),
        ("native_family_name", native.and_then(|name| name.family.clone())),
        ("birth_date", person.birth_date.map(|day| day.to_string())),
    ];
    let said = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    said.collect()
}

fn checks(reading: &Reading) -> Vec<(String, &'static str, Vec<String>)> {
    let check = |check: &doorward_contract::CheckResult| {
        let mut reasons = check.reasons.clone();
        let result = match check.status.as_str() {
            "passed" => "passed",
            "failed" => "failed",
            "not_applicable" => "not_applicable",
            other => {
                reasons.insert(0, other.to_owned());
                "waiting"
            }
        };
        (check.name.replace('_', " "), result, reasons)
    };
    reading.checks.iter().map(check).collect()
}

fn beside(claimed: Claimed, judgement: &Judgement) -> ClaimedPart {
    let (person, name) = (claimed.person.as_ref(), &claimed.name);
    let of = |part: fn(&Person) -> Option<String>| person.and_then(part);
    let row = |field: &str, document: Option<String>, account: Option<String>| Beside {
        field: field.to_owned(),
        document,
        account,
    };
    let mut rows = vec![
        row("given_name", of(|person| person.name.given.clone()), name.given.clone()),
        row(
            "middle_name",
            of(|person| person.name.middle.clone()),
            name.middle.clone(),
        ),
        row(
            "family_name",
            of(|person| person.name.family.clone()),
            name.family.clone(),
        ),
        row(
            "birth_date",
            of(|person| person.birth_date.map(|day| day.to_string())),
            claimed.birth_date.map(|day| day.to_string()),
        ),
    ];
    rows.retain(|row| row.field != "middle_name" || row.document.is_some() || row.account.is_some());
    rows.push(row("display_name", None, claimed.display_name));
    rows.push(row("login", None, Some(claimed.login)));
    let known = |word: &String| GROUNDS.iter().copied().find(|ground| ground == word);
    ClaimedPart {
        document_holds: judgement.document.unwrap_or(judgement.holds),
        face_holds: judgement.face.unwrap_or(judgement.holds),
        grounds: judgement.reasons.iter().filter_map(known).collect(),
        rows,
        explained: claimed.explanation.as_ref().map(explained),
    }
}

/// A comparison as the pages show it.
pub(super) fn explained(explanation: &Explanation) -> Explained {
    Explained {
        verdict: match explanation.verdict {
            matching::Verdict::Match => "match",
            matching::Verdict::Review => "review",
            matching::Verdict::Mismatch => "mismatch",
        },
        summary: explanation.summary.clone(),
        rules: (preset(explanation.preset).to_owned(), explanation.version),
        rows: explanation
            .attributes
            .iter()
            .map(|row| Compared {
                attribute: row.attribute.word(),
                finding: finding(row.finding),
                reason: row.reason.clone(),
            })
            .collect(),
    }
}

fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Equal => "equal",
        Finding::Equivalent => "equivalent",
        Finding::Differs => "differs",
        Finding::MissingInDirectory => "missing_in_directory",
        Finding::MissingInProof => "missing_in_proof",
        Finding::Unique => "unique",
        Finding::Shared => "shared",
    }
}

fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Strict => "strict",
        Preset::Names => "names",
        Preset::Okta => "okta",
        Preset::OktaInsecureNamesOnly => "okta_insecure_names_only",
    }
}

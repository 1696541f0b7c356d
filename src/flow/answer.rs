//! A case that a relying party opened: it begins with what was asked, and ends with an answer that the person's browser
//! carries. The source that took the question writes the answer; here is only when.

use std::time::Duration;

use super::begin::fresh;
use super::open::{Bound, remembered_until};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::{Browser, Case, End, Handle, HandleKind, Opener, Refusal, Stage, Verdict};
use crate::crypto::parcel::BrowserKey;
use crate::crypto::token::Digest;
use crate::store::Wake;
use doorward_contract::{Account, Subject, Timestamp};

/// How long an answer waits for the person's browser to come for it.
const ANSWER_WAITS: Duration = Duration::from_secs(600);

/// What a relying party wants to know, as its source understood it.
#[derive(Debug)]
pub struct Question {
    /// The purpose's name.
    pub purpose: String,
    /// The source's name.
    pub source: String,
    /// The relying party's name in the settings.
    pub client: String,
    /// Whose account.
    pub subject: Subject,
    /// The account's record, where the relying party brings it and no directory is asked.
    pub record: Option<Account>,
    /// What was asked, as the source will read it again.
    pub request: String,
    /// Whether the person may be recognised by an earlier proof: only where whoever sent them vouches for whose account it is,
    /// since being asked for a face alone tells that there was one.
    pub recognise: bool,
    /// How long it may take, if that is shorter than the purpose's own time.
    pub budget: Option<Duration>,
    /// The client's address, where whose account it is was typed by a person; a relying party's word is not counted.
    pub typed_from: Option<Digest>,
}

impl Flow {
    /// A relying party sent somebody. As at the recovery page, nobody is asked about the account before the proof stands.
    pub async fn open_question(&self, question: Question) -> Result<Bound, Error> {
        let purpose = self.purpose(&question.purpose)?;
        let now = self.now();
        self.is_open_to_all().await?;
        if let Some(address) = question.typed_from {
            self.within_limits(&question.source, &question.subject, address).await?;
        }
        let (key, address) = BrowserKey::random()?;
        let opener = Opener::Client { name: question.client };
        let mut case = fresh(purpose, &question.source, opener, now);
        if let Some(budget) = question.budget {
            case.expires_at = case.expires_at.min(now.plus(budget));
        }
        case.stage = Stage::Consent;
        case.browser = Some(Browser { address, bound_at: now });
        if question.recognise {
            case.private.against = self.remembered(purpose, &question.subject, &case).await?;
        }
        case.private.subject = Some(question.subject);
        case.private.record = question.record.map(Box::new);
        case.private.request = Some(question.request);
        let handle = Handle {
            kind: HandleKind::Browser,
            digest: key.digest(),
            until: remembered_until(&case),
        };
        let wake = Some(case.expires_at);
        let case = self.begin(case, vec![Fact::BrowserBound], vec![handle], wake).await?;
        Ok(Bound { case, key })
    }

    /// There is too little time left for a check: whoever sent the person is told so, rather than left to wait for nothing.
    pub async fn give_up(&self, case: Case) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Consent {
                return Err(Error::Elsewhere);
            }
            Self::put_out(draft, Verdict::Late, None, now)
        })
        .await
    }

    /// Puts the answer out, as a step of the case's own work.
    pub(super) fn put_answer(
        &self,
        draft: &mut Draft,
        verdict: Verdict,
        refusal: Option<Refusal>,
    ) -> Result<Turn, Error> {
        Self::put_out(draft, verdict, refusal, self.now())?;
        Ok(Turn::On)
    }

    /// Puts the answer out for the person's browser.
    pub(super) fn put_out(
        draft: &mut Draft,
        verdict: Verdict,
        refusal: Option<Refusal>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let until = now.plus(ANSWER_WAITS);
        draft.case.moved(Stage::Answer)?;
        draft.case.verdict = Some(verdict);
        draft.case.refusal = refusal;
        draft.case.answer_until = Some(until);
        draft.case.private.visit = None;
        draft.note(
            now,
            Fact::AnswerReady {
                verdict,
                refusal,
                until,
            },
        );
        Ok(())
    }

    /// An answer was handed to the person's browser, which carries it on: the case is over. `told` is what it says, and why
    /// if that is not what the case had come to.
    pub async fn answered(&self, case: Case, told: Verdict, refusal: Option<Refusal>) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Answer {
                return Err(Error::Elsewhere);
            }
            draft.case.verdict = Some(told);
            draft.case.refusal = refusal.or(draft.case.refusal);
            self.finish(draft, End::Answered { verdict: told }, now)
        })
        .await
    }
}

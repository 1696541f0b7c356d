//! Every fact that Doorward keeps. An event holds no name, no address, no document data and no secret: what identifies a
//! person lives sealed with the case and goes with it, the record stays.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::{CaseId, End, Refusal, Verdict};
use crate::matching::Explanation;
use doorward_contract::{CheckResult, Outcome, Timestamp};

/// One fact, when it happened and to which case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The case, where there is one.
    pub case: Option<CaseId>,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

impl Event {
    /// A fact of a case.
    pub fn of(case: &CaseId, at: Timestamp, fact: Fact) -> Self {
        Self {
            at,
            case: Some(case.clone()),
            fact,
        }
    }

    /// A fact that belongs to no case.
    pub fn apart(at: Timestamp, fact: Fact) -> Self {
        Self { at, case: None, fact }
    }
}

/// What happened. Names of operators, sources, purposes, connectors are names in the settings, not of persons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Fact {
    /// A case began.
    CaseOpened {
        /// The source it came from.
        source: String,
        /// What it is for.
        purpose: String,
        /// Who opened it: `person`, or the operator's name as the settings or the command line gave it.
        opener: String,
        /// The ticket, where an operator gave one.
        ticket: Option<String>,
    },
    /// A browser was bound to the case; from here on nobody else gets in.
    BrowserBound,
    /// Another browser tried a link that was used already.
    LinkReused,
    /// A link was opened after its time.
    LinkExpired,
    /// The directory was asked whose account it is.
    AccountLookedUp {
        /// `found`, `unknown`, `ambiguous`, `disabled`, `protected`.
        result: String,
        /// The vendor's id of the account, where one was found.
        account: Option<String>,
        /// Why it is protected, exactly.
        reasons: Vec<String>,
    },
    /// A connector besides the directory was asked for the same person's account.
    AccountElsewhere {
        /// The connector.
        connector: String,
        /// `found`, `unknown`, `ambiguous`, `disabled`, `protected`, `refused`.
        result: String,
        /// The vendor's id of the account, where one was found.
        account: Option<String>,
        /// Why it is protected, or what was refused, exactly.
        reasons: Vec<String>,
    },
    /// The person agreed to be checked.
    Consented,
    /// The person withdrew.
    Withdrawn,
    /// An operator called the case off.
    Cancelled {
        /// Who.
        operator: String,
    },
    /// A proof was started at a verifier.
    ProofStarted {
        /// Which.
        verifier: String,
        /// The how-manieth attempt.
        attempt: u32,
    },
    /// The person went back into a proof they had left.
    ProofResumed,
    /// Somebody came back from the verifier in another browser than the case's own. Somebody may be proving themselves
    /// for somebody else (threat T2): look into it.
    ReturnedElsewhere,
    /// A proof was read and says something new.
    ProofRead {
        /// What was found.
        outcome: Outcome,
        /// Every check.
        checks: Vec<CheckResult>,
        /// The verifier's facts (request id, environment, template version).
        facts: Value,
    },
    /// The proof was compared with the account.
    Compared {
        /// The verdict and a reason per attribute.
        explanation: Explanation,
    },
    /// The person is the one of an earlier proof.
    Recognised {
        /// The number of its case.
        earlier: String,
    },
    /// The proof is remembered, as the person agreed: the next time a face held against it is enough.
    ProofRemembered {
        /// Until when.
        until: Timestamp,
    },
    /// It was taken back that an earlier proof is remembered.
    EarlierForgotten {
        /// The number of its case.
        earlier: String,
        /// The operator who did it; nobody if it was the person.
        by: Option<String>,
    },
    /// The proof fits, and the person is asked what else the purpose wants to know.
    ChecksBegun,
    /// A person was asked, or is about to be: written before the vendor is called.
    CheckAsked {
        /// The connector.
        connector: String,
        /// Which check.
        check: String,
    },
    /// A code for a further check is being sent; the one before it counts no more.
    CheckCodeOrdered {
        /// The carrier.
        carrier: String,
        /// Which check.
        check: String,
        /// The way: the carrier, and the how-manieth contact of the directory's record.
        way: String,
        /// The message's id.
        message: String,
    },
    /// The carrier took the message with the code.
    CheckCodeSent {
        /// The carrier.
        carrier: String,
        /// The way.
        way: String,
        /// The message's id.
        message: String,
    },
    /// The message with the code was given up.
    CheckCodeNotSent {
        /// The carrier.
        carrier: String,
        /// The way.
        way: String,
        /// The message's id.
        message: String,
        /// Why: `refused 550`, `late`, `over` (the code counted no more).
        why: String,
    },
    /// A wrong code was typed in.
    CheckCodeWrong {
        /// The carrier.
        carrier: String,
        /// Which check.
        check: String,
        /// How many it were for the code that is under way.
        wrong: u32,
    },
    /// What came of a check.
    CheckAnswered {
        /// The connector; for a code, the carrier.
        connector: String,
        /// Which check.
        check: String,
        /// `passed`, `lapsed`, `denied`, `impossible`; `fraud` where the account's owner says that it was not them.
        result: String,
        /// Why, for staff.
        why: String,
        /// Facts from the vendor.
        facts: Value,
    },
    /// Somebody came back from a vendor's page with what belongs to no visit of this case.
    CheckRefused {
        /// The connector.
        connector: String,
        /// Which check failed.
        why: String,
    },
    /// A human decided.
    Reviewed {
        /// Who.
        reviewer: String,
        /// `accepted` or `refused`.
        decision: String,
        /// Why.
        reason: String,
        /// Why a human was asked at all.
        #[serde(default)]
        why: Vec<String>,
        /// What was looked at.
        #[serde(default)]
        evidence: Vec<String>,
        /// What was done, in order, with the time of each.
        #[serde(default)]
        steps: Vec<String>,
    },
    /// A human has to look.
    ReviewSought {
        /// Why.
        why: Vec<String>,
    },
    /// A reviewer took the case.
    ReviewClaimed {
        /// Who.
        reviewer: String,
    },
    /// A reviewer looked at the pictures of a proof; once for each time that they took the case.
    PicturesShown {
        /// Who.
        reviewer: String,
    },
    /// A reviewer judged the evidence, without having seen whose account it is said to belong to.
    EvidenceJudged {
        /// Who.
        reviewer: String,
        /// Whether it holds.
        holds: bool,
        /// Whether the document holds, where that was asked by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<bool>,
        /// Whether the face is the document's, where that was asked by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        face: Option<bool>,
        /// What spoke for or against it.
        reasons: Vec<String>,
        /// Whatever else they wanted to be known.
        note: Option<String>,
    },
    /// A reviewer looked at whose account it is.
    ClaimRead {
        /// Who.
        reviewer: String,
    },
    /// Colleagues were asked to agree.
    ApprovalSought {
        /// How many must.
        needed: u32,
        /// Why so many.
        why: Vec<String>,
        /// The vendor's id of whom the person reports to; absent if they report to nobody or the directory does not say.
        manager: Option<String>,
    },
    /// A colleague agreed.
    Approved {
        /// Who.
        approver: String,
        /// What they had to say.
        note: Option<String>,
        /// How many agreed by now.
        given: u32,
        /// How many must.
        needed: u32,
    },
    /// A colleague did not agree: the case ends.
    ApprovalRefused {
        /// Who.
        approver: String,
        /// Why.
        reason: String,
    },
    /// Somebody wanted to decide who must not.
    DecisionBarred {
        /// Who.
        operator: String,
        /// What they wanted: `review` or `approve`.
        what: String,
        /// Why they must not.
        why: String,
    },
    /// An operator had opened as many cases as one may in a day: this one needs one approval more.
    CapReached {
        /// Who.
        operator: String,
    },
    /// An operator called the case fraud: everything of the account stops.
    CaseFlagged {
        /// Who.
        operator: String,
        /// Why.
        reason: String,
        /// What was done already and stays done until somebody takes it back: the keys of the steps.
        done: Vec<String>,
    },
    /// The case ended because another one of the same account was called fraud.
    CaseFrozen {
        /// The number of that case.
        flagged: String,
        /// What was done already and stays done until somebody takes it back: the keys of the steps.
        done: Vec<String>,
    },
    /// The account may be recovered again.
    FlagCleared {
        /// Who.
        operator: String,
        /// Why.
        reason: String,
    },
    /// The shield went up: nobody helps themselves, everybody is looked at, two colleagues agree.
    ShieldRaised {
        /// Who.
        operator: String,
        /// Why.
        reason: String,
    },
    /// The shield went down.
    ShieldLowered {
        /// Who.
        operator: String,
        /// Why.
        reason: String,
    },
    /// An operator looked somebody up.
    PersonSought {
        /// Who.
        operator: String,
        /// The connector.
        connector: String,
        /// `found`, `unknown` or `ambiguous`.
        result: String,
        /// The vendor's id of the account, where one was found.
        account: Option<String>,
    },
    /// An operator has everything forgotten that is known of a person.
    ErasureOrdered {
        /// Who.
        operator: String,
        /// The numbers of the cases.
        cases: Vec<String>,
    },
    /// A short code that leads to the case was made.
    CodeMade {
        /// Who.
        operator: String,
    },
    /// The case's link was made anew.
    LinkRenewed {
        /// Who.
        operator: String,
    },
    /// An operator had a fresh link sent to the person; links before it lead there no more.
    LinkOrdered {
        /// Who.
        operator: String,
        /// The carrier, as named in the settings.
        carrier: String,
        /// The way: the carrier, and the how-manieth contact of the directory's record.
        way: String,
        /// The message's id.
        message: String,
    },
    /// The carrier took the message with the link.
    LinkSent {
        /// The carrier.
        carrier: String,
        /// The way.
        way: String,
        /// The message's id.
        message: String,
    },
    /// The message with the link was given up.
    LinkNotSent {
        /// The carrier.
        carrier: String,
        /// The way.
        way: String,
        /// The message's id.
        message: String,
        /// Why: `refused 550`, `late`, `over` (the link led nowhere any more).
        why: String,
    },
    /// The right code was typed in.
    CodeUsed,
    /// So many wrong codes were typed in that the right one is gone.
    CodeSpent,
    /// A step is about to be done; written before the vendor is called.
    StepIntended {
        /// The step's key.
        key: String,
        /// The connector.
        connector: String,
        /// The action.
        action: Value,
    },
    /// A step was found undone after an unknown outcome.
    StepUndone {
        /// The step's key.
        key: String,
    },
    /// A step was done.
    StepDone {
        /// The step's key.
        key: String,
        /// Facts from the vendor.
        facts: Value,
        /// Whether it was found done by reading the vendor after an unknown outcome.
        reconciled: bool,
    },
    /// A step cannot be done.
    StepFailed {
        /// The step's key.
        key: String,
        /// The remedy's word.
        remedy: String,
        /// Why, for staff.
        why: String,
        /// Whether the plan goes on without it.
        #[serde(default)]
        goes_on: bool,
    },
    /// A vendor could not be asked; it will be tried again.
    VendorWaited {
        /// Which connector or verifier.
        vendor: String,
        /// The remedy's word.
        remedy: String,
        /// Why, for staff.
        why: String,
    },
    /// An operator told a stuck case to go on.
    Resumed {
        /// Who.
        operator: String,
    },
    /// An operator told an ended case to do what had failed once more.
    Retried {
        /// Who.
        operator: String,
        /// The keys of the steps.
        steps: Vec<String>,
    },
    /// An operator ordered what was done to be taken back; written before a vendor is asked.
    UndoOrdered {
        /// Who.
        operator: String,
        /// The keys of the steps that will be taken back.
        steps: Vec<String>,
        /// What stays done, and why.
        lasting: Vec<String>,
    },
    /// A step was taken back.
    StepTakenBack {
        /// The step's key.
        key: String,
        /// Facts from the vendor.
        facts: Value,
        /// That what it had handed out may have been used before, where the vendor cannot tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    /// A step was to be taken back, and what it did was gone before: perhaps because somebody used what it handed out.
    StepGoneAlready {
        /// The step's key.
        key: String,
        /// What that may mean, for staff.
        warning: String,
    },
    /// A step could not be taken back and stays done.
    StepNotTakenBack {
        /// The step's key.
        key: String,
        /// The remedy's word.
        remedy: String,
        /// Why, for staff.
        why: String,
    },
    /// After the last step a connector was asked whether the person can sign in now.
    ConditionRead {
        /// The connector.
        connector: String,
        /// Nothing that was read stands in the way; absent if the vendor could not be asked.
        usable: Option<bool>,
        /// What was read, for staff.
        notes: Vec<String>,
    },
    /// A pass waits for the person.
    PassReady {
        /// Until when.
        until: Timestamp,
    },
    /// The pass was shown, once.
    PassShown,
    /// The pass was dropped unseen.
    PassDropped,
    /// It was decided what the relying party that sent the person is told.
    AnswerReady {
        /// What.
        verdict: Verdict,
        /// Why, where it is refused.
        refusal: Option<Refusal>,
        /// Until when the answer waits for the person's browser.
        until: Timestamp,
    },
    /// The case ended.
    Closed {
        /// How.
        end: End,
    },
    /// The verifier was asked to forget, and has (or has not yet) confirmed.
    ProofErased {
        /// Which verifier.
        verifier: String,
        /// Whether it was confirmed by reading back.
        confirmed: bool,
    },
    /// Everything personal in the case became unreadable.
    PersonErased,
    /// A webhook was refused.
    WebhookRefused {
        /// The verifier it was for.
        verifier: String,
        /// Which check failed.
        why: String,
    },
    /// A relying party's request was refused.
    ClientRefused {
        /// Its name in the settings, where it is known.
        client: Option<String>,
        /// Which endpoint it came to.
        endpoint: String,
        /// What it was told.
        error: String,
        /// Which check failed.
        why: String,
    },
    /// A code came twice: what was issued from it is revoked.
    CodeReused {
        /// The client.
        client: String,
    },
    /// A refresh token came twice: all that came of it is revoked.
    RefreshReused {
        /// The client.
        client: String,
    },
    /// Somebody came with a way back that the settings do not allow. It was left out.
    WayBackIgnored {
        /// The source.
        source: String,
    },
    /// An operator signed in.
    StaffSignedIn {
        /// Who for good: the provider's name and its subject.
        operator: String,
        /// What colleagues call them.
        name: String,
        /// The roles that they have by it.
        roles: Vec<String>,
        /// The provider, or `break-glass`.
        provider: String,
    },
    /// Somebody came to sign in among the staff, and was not let in.
    StaffRefused {
        /// The provider.
        provider: String,
        /// Who, where the provider vouched for somebody.
        operator: Option<String>,
        /// Which check failed.
        why: String,
    },
    /// An operator signed out.
    StaffSignedOut {
        /// Who.
        operator: String,
    },
    /// An operator proved themselves anew.
    StaffSteppedUp {
        /// Who.
        operator: String,
        /// How: `max_age`, `acr`, `universal_prompt`.
        how: String,
    },
    /// A provider ended an operator's sessions.
    StaffSessionsEnded {
        /// The provider.
        provider: String,
        /// Who, where it said so.
        operator: Option<String>,
        /// How many there were.
        sessions: u64,
    },
    /// Somebody with access to the machine made a link that lets in without any provider.
    BreakGlassOpened {
        /// For whom, as they said.
        name: String,
        /// The role.
        role: String,
        /// Until when the link is good.
        until: Timestamp,
    },
    /// An operator had a message to a system of the company's own sent once more.
    DeliveryReplayed {
        /// Who.
        operator: String,
        /// The delivery.
        delivery: String,
    },
    /// Somebody was turned away before a case began.
    TurnedAway {
        /// The source.
        source: String,
        /// Why.
        why: String,
    },
}

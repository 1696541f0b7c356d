//! What staff read for each fact of the record, and one line of a timeline.

use super::table::Keys;
use doorward_contract::Timestamp;

/// One fact of the record, as a timeline or the record's own screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// When it happened.
    pub at: Timestamp,
    /// The fact's word, one of [`EVENTS`].
    pub event: String,
    /// The operator, where one did it.
    pub who: Option<String>,
    /// What else the fact says: names of fields and values, in the order in which they are read.
    pub details: Vec<(String, String)>,
    /// The case's id and number, where the line does not stand on that case's own page.
    pub case: Option<(String, String)>,
}

impl EventLine {
    /// How it strikes the eye: `good`, `alert`, `warn` or nothing.
    pub(super) fn tone(&self) -> &'static str {
        match self.event.as_str() {
            "step_done" | "pass_shown" | "pass_ready" | "recognised" | "approved" => "good",
            "link_reused"
            | "returned_elsewhere"
            | "step_failed"
            | "step_not_taken_back"
            | "check_refused"
            | "case_flagged"
            | "case_frozen"
            | "approval_refused"
            | "break_glass_opened"
            | "webhook_refused"
            | "client_refused"
            | "code_reused"
            | "refresh_reused" => "alert",
            "vendor_waited"
            | "link_expired"
            | "undo_ordered"
            | "cancelled"
            | "pass_dropped"
            | "step_gone_already"
            | "decision_barred"
            | "cap_reached"
            | "code_spent"
            | "check_code_wrong"
            | "check_code_not_sent"
            | "shield_raised"
            | "staff_refused" => "warn",
            _ => "",
        }
    }

    pub(super) fn sample(seconds: i64, event: &str, who: Option<&str>, details: &[(&str, &str)]) -> Self {
        Self {
            at: Timestamp::from_seconds(super::frame::SAMPLE_NOW + seconds),
            event: event.to_owned(),
            who: who.map(str::to_owned),
            details: details
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            case: None,
        }
    }
}

/// The facts of the record: the words of [`crate::audit::Fact`], in its order.
pub const EVENTS: &[&str] = &[
    "case_opened",
    "browser_bound",
    "link_reused",
    "link_expired",
    "account_looked_up",
    "account_elsewhere",
    "consented",
    "withdrawn",
    "cancelled",
    "proof_started",
    "proof_resumed",
    "returned_elsewhere",
    "proof_read",
    "compared",
    "recognised",
    "proof_remembered",
    "earlier_forgotten",
    "checks_begun",
    "check_asked",
    "check_code_ordered",
    "check_code_sent",
    "check_code_not_sent",
    "check_code_wrong",
    "check_answered",
    "check_refused",
    "reviewed",
    "review_sought",
    "review_claimed",
    "pictures_shown",
    "evidence_judged",
    "claim_read",
    "approval_sought",
    "approved",
    "approval_refused",
    "decision_barred",
    "cap_reached",
    "case_flagged",
    "case_frozen",
    "flag_cleared",
    "shield_raised",
    "shield_lowered",
    "person_sought",
    "erasure_ordered",
    "code_made",
    "link_renewed",
    "link_ordered",
    "link_sent",
    "link_not_sent",
    "code_used",
    "code_spent",
    "step_intended",
    "step_undone",
    "step_done",
    "step_failed",
    "vendor_waited",
    "resumed",
    "retried",
    "undo_ordered",
    "step_taken_back",
    "step_gone_already",
    "step_not_taken_back",
    "condition_read",
    "pass_ready",
    "pass_shown",
    "pass_dropped",
    "answer_ready",
    "closed",
    "proof_erased",
    "person_erased",
    "webhook_refused",
    "client_refused",
    "code_reused",
    "refresh_reused",
    "way_back_ignored",
    "staff_signed_in",
    "staff_refused",
    "staff_signed_out",
    "staff_stepped_up",
    "staff_sessions_ended",
    "break_glass_opened",
    "delivery_replayed",
    "turned_away",
];

#[derive(Clone, Copy, Debug)]
pub(in crate::pages) struct Events;

impl Keys for Events {
    const KEYS: &'static [&'static str] = EVENTS;
}

//! The addresses and field names that the forms and the script of the console use. The edge mounts these very
//! constants, so that a screen never posts to where nobody listens.

use super::confirm::Act;

/// What waits for whoever is signed in (`GET`).
pub const HOME: &str = "/desk";
/// The session ends (`POST`).
pub const SIGN_OUT: &str = "/desk/sign-out";
/// A person is looked up, or a case by its number (`POST`, [`QUERY`]); nothing typed yet (`GET`).
pub const FIND: &str = "/desk/find";
/// The list of cases (`GET` with the fields of the filter); a case is opened (`POST`).
pub const CASES: &str = "/desk/cases";
/// What is needed to open a case (`GET`, or `POST` with [`ACCOUNT`] where it is known already).
pub const OPEN: &str = "/desk/cases/new";
/// What waits for a reviewer (`GET`).
pub const REVIEWS: &str = "/desk/reviews";
/// What waits for an approver (`GET`).
pub const APPROVALS: &str = "/desk/approvals";
/// The record (`GET`).
pub const RECORD: &str = "/desk/record";
/// The record is checked from its first entry to its last (`POST`).
pub const RECORD_VERIFY: &str = "/desk/record/verify";
/// A copy of the record (`POST` with the fields of the filter).
pub const RECORD_EXPORT: &str = "/desk/record/export";
/// A person is forgotten: asked for (`GET`), looked up (`POST`).
pub const ERASE: &str = "/desk/erase";
/// A person is forgotten, confirmed (`POST`, [`ACCOUNT`] and [`CONFIRM`]).
pub const ERASE_CONFIRM: &str = "/desk/erase/confirm";
/// The shield (`GET`); raised or lowered (`POST`, [`SHIELD_TO`] and [`REASON`]).
pub const SHIELD: &str = "/desk/shield";
/// The settings and how the vendors are (`GET`).
pub const SETTINGS: &str = "/desk/settings";
/// Every vendor is asked anew (`POST`).
pub const SETTINGS_CHECK: &str = "/desk/settings/check";
/// What was sent out (`GET`).
pub const DELIVERIES: &str = "/desk/deliveries";

/// What was typed into the search field.
pub const QUERY: &str = "query";
/// The person's login.
pub const ACCOUNT: &str = "account";
/// The purpose's name.
pub const PURPOSE: &str = "purpose";
/// The ticket.
pub const TICKET: &str = "ticket";
/// Why.
pub const REASON: &str = "reason";
/// What was drawn for one form, so that it counts once.
pub const ONCE: &str = "once";
/// What somebody adds in their own words.
pub const NOTE: &str = "note";
/// What was typed to confirm.
pub const CONFIRM: &str = "confirm";
/// By which way the link goes out.
pub const BY: &str = "by";
/// Whether the document holds: [`YES`] or [`NO`].
pub const DOCUMENT: &str = "document";
/// Whether the face is the document's: [`YES`] or [`NO`].
pub const FACE: &str = "face";
/// One reason of a reviewer; may come several times.
pub const REASONS: &str = "reasons";
/// Whether it is the same person: [`YES`] or [`NO`].
pub const SAME: &str = "same";
/// Why a human had to look (referee record).
pub const WHY: &str = "why";
/// What was looked at (referee record).
pub const EVIDENCE: &str = "evidence";
/// What was done to be sure (referee record).
pub const STEPS: &str = "steps";
/// [`UP`] or [`DOWN`].
pub const SHIELD_TO: &str = "shield";
/// The shield goes up.
pub const UP: &str = "up";
/// The shield comes down.
pub const DOWN: &str = "down";
/// An answer.
pub const YES: &str = "yes";
/// The other answer.
pub const NO: &str = "no";

/// A case (`GET`).
pub fn case(id: &str) -> String {
    format!("{CASES}/{id}")
}

/// An act on a case: asked about (`GET`), done (`POST`).
pub fn act(id: &str, act: Act) -> String {
    format!("{CASES}/{id}/{}", act.word())
}

/// The link is given out on the way that [`BY`] names (`POST`).
pub fn give(id: &str) -> String {
    format!("{CASES}/{id}/give")
}

/// Server-sent events: each says that the case's page has changed (`GET`).
pub fn stream(id: &str) -> String {
    format!("{CASES}/{id}/stream")
}

/// One picture of a proof, for the reviewer who has the case (`GET`).
pub fn picture(id: &str, name: &str) -> String {
    format!("{CASES}/{id}/pictures/{name}")
}

/// A review: the step that it is at (`GET`), taken by this reviewer (`POST`).
pub fn review(id: &str) -> String {
    format!("{REVIEWS}/{id}")
}

/// What a reviewer says of the evidence (`POST`).
pub fn judge(id: &str) -> String {
    format!("{REVIEWS}/{id}/judge")
}

/// What a reviewer decides (`POST`).
pub fn decide(id: &str) -> String {
    format!("{REVIEWS}/{id}/decide")
}

/// What is to be agreed to (`GET`).
pub fn approval(id: &str) -> String {
    format!("{APPROVALS}/{id}")
}

/// An approver agrees (`POST`, [`NOTE`]).
pub fn agree(id: &str) -> String {
    format!("{APPROVALS}/{id}/agree")
}

/// An approver does not agree (`POST`, [`REASON`]).
pub fn disagree(id: &str) -> String {
    format!("{APPROVALS}/{id}/refuse")
}

/// One delivery (`GET`).
pub fn delivery(id: &str) -> String {
    format!("{DELIVERIES}/{id}")
}

/// A delivery is sent once more (`POST`).
pub fn replay(id: &str) -> String {
    format!("{DELIVERIES}/{id}/replay")
}

//! Words looked up by a word of ours: what staff read for a stage, an end, an event. The lists say which there are; a file
//! of words that has one too few or too many does not load. A word that only a later version of the record has is shown as
//! it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Deserialize;

/// Which keys a table has.
pub(in crate::pages) trait Keys {
    const KEYS: &'static [&'static str];
}

/// What staff read for each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", bound = "K: Keys")]
pub(in crate::pages) struct Table<K> {
    words: BTreeMap<String, String>,
    keys: PhantomData<K>,
}

impl<K: Keys> TryFrom<BTreeMap<String, String>> for Table<K> {
    type Error = String;

    fn try_from(words: BTreeMap<String, String>) -> Result<Self, Self::Error> {
        if let Some(missing) = K::KEYS.iter().find(|key| !words.contains_key(**key)) {
            return Err(format!("missing key `{missing}`"));
        }
        if let Some(more) = words.keys().find(|key| !K::KEYS.contains(&key.as_str())) {
            return Err(format!("unknown key `{more}`"));
        }
        Ok(Self {
            words,
            keys: PhantomData,
        })
    }
}

impl<K: Keys> Table<K> {
    /// What staff read for it.
    pub(in crate::pages) fn of<'a>(&'a self, key: &str) -> Cow<'a, str> {
        match self.words.get(key) {
            Some(words) => Cow::Borrowed(words),
            None => Cow::Owned(key.replace('_', " ")),
        }
    }

    /// Every key with what staff read for it, in the order of the list.
    pub(in crate::pages) fn all(&self) -> Vec<(&'static str, &str)> {
        K::KEYS
            .iter()
            .filter_map(|key| Some((*key, self.words.get(*key)?.as_str())))
            .collect()
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident $list:ident [$($key:literal)*])*) => { $(
        $(#[$doc])*
        pub const $list: &[&str] = &[$($key),*];

        #[derive(Clone, Copy, Debug)]
        pub(in crate::pages) struct $name;

        impl Keys for $name {
            const KEYS: &'static [&'static str] = $list;
        }
    )* };
}

tables! {
    /// Where a case stands: the words of [`crate::case::Stage`].
    Stages STAGES [
        "invited" "consent" "proving" "comparing" "review" "checking" "approval" "acting" "stuck" "ready" "answer" "closed"
    ]
    /// How a case ended: the words of [`crate::case::End`].
    Ends ENDS [
        "recovered" "refused" "answered" "expired" "withdrawn" "unclaimed" "failed" "undone"
    ]
    /// Why a case was refused: the words of [`crate::case::Refusal`].
    Refusals REFUSALS [
        "unknown_account" "ambiguous_account" "disabled_account" "protected_account" "declined" "foreign_proof" "mismatch"
        "reviewed" "relayed" "another_person" "unchecked" "reported_fraud" "frozen" "disapproved"
    ]
    /// What the person has before them: the words of [`crate::pages::Page::state`], and `nobody` while no browser is bound.
    Sights SIGHTS [
        "nobody" "invited" "consent" "visit" "push" "push-sent" "push-again" "prompt" "prompt-again" "check-code"
        "check-code-sent" "check-code-again" "starting" "reading" "comparing" "acting" "returning" "slow" "retry" "review" "approving" "ready" "shown" "done" "returned" "gone"
        "refused" "expired" "withdrawn" "undone" "stuck" "too-little-time"
        "unavailable"
    ]
    /// What was compared: the words of [`crate::matching::Field`]; and what else a document or an account says.
    Fields FIELDS [
        "given_name" "family_name" "middle_name" "birth_date" "namesakes"
        "native_given_name" "native_family_name" "display_name" "login" "given_names" "number" "issuer" "expiry" "kind"
    ]
    /// What the comparison found: the words of [`crate::matching::Finding`].
    Findings FINDINGS [
        "equal" "equivalent" "differs" "missing_in_directory" "missing_in_proof" "unique" "shared"
    ]
    /// What follows from it: the words of [`crate::matching::Verdict`].
    Verdicts VERDICTS ["match" "review" "mismatch"]
    /// What came of a proof: the words of [`doorward_contract::Outcome`].
    Outcomes OUTCOMES ["pending" "passed" "declined" "review" "expired" "foreign"]
    /// How a check went.
    Results RESULTS ["passed" "failed" "not_applicable" "waiting" "asked"]
    /// What a step of a plan does: the words of [`doorward_contract::Ability`].
    Abilities ABILITIES [
        "temporary_password" "temporary_access_pass" "revoke_sessions" "remove_methods" "reset_link" "temporary_access_code"
        "unlock" "reset_factors" "suspend" "unsuspend" "bypass_code" "enrolment_link" "activation_link" "remove_devices"
        "call"
    ]
    /// What a person is asked besides the proof: the words of [`doorward_contract::Challenge`].
    Challenges CHALLENGES ["push" "universal_prompt" "email_code" "phone_code"]
    /// How far a step has come: the words of [`crate::case::plan::StepState`].
    StepStates STEP_STATES ["waiting" "intended" "done" "undoing" "undone" "failed"]
    /// Why somebody may not decide.
    Bars BARS [
        "opener" "named" "person" "reviewer" "approver" "manager" "recovered" "already" "cap" "power" "nameless"
    ]
    /// Why a case needs that many to agree.
    Quorums QUORUMS ["purpose" "tier" "shield" "protected" "cap" "review"]
    /// Why a human has to look at a case.
    Causes CAUSES ["incomplete" "namesakes" "verifier" "relayed" "changed" "shield" "cap"]
    /// What a reviewer may say of the evidence.
    Grounds GROUNDS [
        "genuine" "altered" "copy" "unreadable" "out_of_date" "same_face" "other_face" "not_live" "second_person"
    ]
    /// What a reviewer may have done to be sure (referee record).
    Measures MEASURES ["pictures" "call" "meeting" "manager" "colleague"]
    /// What a picture shows: the words of [`doorward_contract::Shows`].
    Views VIEWS ["front" "back" "portrait" "selfie" "face" "frame"]
    /// Where something was read on a document.
    Codes CODES ["zone" "barcode"]
    /// How much a remark weighs: the words of [`doorward_contract::Weight`].
    Weights WEIGHTS ["contradiction" "signal" "fact"]
    /// How alike two faces are to the software.
    Likenesses LIKENESSES ["alike" "probably_alike" "unclear" "different"]
    /// What the built-in verifier remarks. Words of other verifiers, and of later versions, are shown as they are.
    Remarks REMARKS [
        "nothing_read" "expired" "check_digit" "card" "differs" "same_side" "leniency" "doubt" "repaired" "uncertain" "narrow"
        "cut_names" "other_number" "unread" "quality" "recapture" "edited" "birth_date_in_part"
        "reused_picture" "document_seen_before" "document_seen_elsewhere" "looks_like_before" "near_reuse"
        "weak_portrait" "weak_selfie" "faces_not_compared" "faces_unclear" "faces_different" "faces_different_once" "face_changed"
        "challenge_not_done" "repeated" "noiseless" "early" "constant" "resized"
        "virtual_camera" "camera" "upload" "browser_changed"
    ]
    /// Where a delivery stands.
    DeliveryStates DELIVERY_STATES ["waiting" "delivered" "failed" "disabled"]
    /// How a vendor is.
    Healths HEALTHS ["well" "findings" "away" "unasked"]
    /// The roles: the words of [`crate::case::role::Role`].
    RoleWords ROLES ["agent" "reviewer" "approver" "auditor" "admin"]
}

//! The words of the console, in the file of words under `[desk.…]`.

use serde::Deserialize;

use super::event::Events;
use super::table::{
    Abilities, Bars, Causes, Challenges, Codes, DeliveryStates, Ends, Fields, Findings, Grounds, Healths, Likenesses,
    Measures, Outcomes, Quorums, Refusals, Remarks, Results, RoleWords, Sights, Stages, StepStates, Table, Verdicts,
    Views, Weights,
};

/// A struct of words: texts first, sentences with places to fill after the semicolon.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($text:ident),* $(,)? $(; $($sentence:ident),* $(,)?)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::pages) struct $name {
            $(pub(super) $text: String,)*
            $($(pub(super) $sentence: $crate::pages::text::Sentence,)*)?
        }
    };
}
pub(super) use words;

/// Every word of the console.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pages) struct Words {
    pub(super) frame: FrameWords,
    pub(super) said: SaidWords,
    pub(super) line: LineWords,
    pub(super) stage: Table<Stages>,
    pub(super) end: Table<Ends>,
    pub(super) refusal: Table<Refusals>,
    pub(super) sight: Table<Sights>,
    pub(super) field: Table<Fields>,
    pub(super) finding: Table<Findings>,
    pub(super) verdict: Table<Verdicts>,
    pub(super) outcome: Table<Outcomes>,
    pub(super) result: Table<Results>,
    pub(super) ability: Table<Abilities>,
    pub(super) challenge: Table<Challenges>,
    pub(super) step_state: Table<StepStates>,
    pub(super) bar: Table<Bars>,
    pub(super) quorum: Table<Quorums>,
    pub(super) cause: Table<Causes>,
    pub(super) ground: Table<Grounds>,
    pub(super) measure: Table<Measures>,
    pub(super) view: Table<Views>,
    pub(super) code: Table<Codes>,
    pub(super) weight: Table<Weights>,
    pub(super) likeness: Table<Likenesses>,
    pub(super) remark: Table<Remarks>,
    pub(super) delivery_state: Table<DeliveryStates>,
    pub(super) health: Table<Healths>,
    pub(super) role: Table<RoleWords>,
    pub(super) event: Table<Events>,
    pub(super) home: super::home::Words,
    pub(super) find: super::find::Words,
    pub(super) open: super::open::Words,
    pub(super) given: super::given::Words,
    pub(super) case: super::case::Words,
    pub(super) confirm: super::confirm::Words,
    pub(super) cases: super::cases::Words,
    pub(super) reviews: super::reviews::Words,
    pub(super) review: super::review::Words,
    pub(super) exhibit: super::exhibit::Words,
    pub(super) approvals: super::approvals::Words,
    pub(super) approval: super::approval::Words,
    pub(super) record: super::record::Words,
    pub(super) erase: super::erase::Words,
    pub(super) shield: super::shield::Words,
    pub(super) settings: super::settings::Words,
    pub(super) deliveries: super::deliveries::Words,
    pub(super) delivery: super::delivery::Words,
    pub(super) notice: super::notice::Words,
}

words! {
    /// The words around every screen.
    FrameWords {
        desk, skip, places, home, cases, reviews, approvals, record, deliveries, settings, shield, erase,
        search, search_case, search_button, signed_in, sign_out, shield_up, just_now, yes, no, newer, older, copied, optional,
        waiting, keys, keys_title, key_search, key_new, key_go, key_help, keys_close, utc;
        page_title, ago, shield_up_by
    }
}

words! {
    /// What has just been done.
    SaidWords {
        cancelled, flagged, cleared, resumed, retried, undone, forgotten, sent, decided, agreed, disagreed, raised, lowered,
        replayed, checked
    }
}

words! {
    /// One case in a list.
    LineWords { ticket, opened; by_person }
}

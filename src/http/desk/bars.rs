//! Why somebody may not decide, in the word that the pages have a sentence for.

use crate::case::Barred;

/// The word, one of [`crate::pages::desk::table::BARS`].
pub(super) fn word(barred: &Barred) -> &'static str {
    match barred {
        Barred::Nameless => "nameless",
        Barred::Opener => "opener",
        Barred::Person => "person",
        Barred::Reviewer => "reviewer",
        Barred::Approver => "approver",
        Barred::Manager => "manager",
        Barred::Recovered => "recovered",
        Barred::Already => "already",
        Barred::Capped => "cap",
        // What is left is told by the step that the page shows, and no page offers it.
        Barred::Powerless
        | Barred::Claimed { .. }
        | Barred::Unclaimed
        | Barred::Unjudged
        | Barred::Judged
        | Barred::Unfounded => "power",
    }
}

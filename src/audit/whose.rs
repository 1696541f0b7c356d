//! Which facts say whose account a case is about, or whether the proof fits it: they are kept from whoever must judge the evidence
//! first ([`crate::case::bar::is_blind`]). One list for every place that shows facts.

use super::Fact;

impl Fact {
    /// Whether it says something of the account.
    pub fn tells_whose(&self) -> bool {
        matches!(
            self,
            Self::AccountLookedUp { .. }
                | Self::AccountElsewhere { .. }
                | Self::Compared { .. }
                | Self::Recognised { .. }
                | Self::ApprovalSought { .. }
                | Self::ConditionRead { .. }
        )
    }
}

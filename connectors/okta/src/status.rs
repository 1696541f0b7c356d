//! Which act is legal in which status, and what staff are told otherwise.
//!
//! Follows the User Lifecycle API and "About user account status"
//! (<https://help.okta.com/en-us/Content/Topics/users-groups-profiles/usgp-end-user-states.htm>, August 2026). Where the
//! vendor says nothing of an act in a status, it is not tried: another act is known to work.

use doorward_contract::{Ability, VendorError};

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Staged,
    Provisioned,
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
    /// On its way from one to another, or a word that came later than this list.
    Other,
}

/// What comes of an act in a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Legal,
    /// It is so already.
    Done,
    /// Unlocking makes it legal.
    UnlockFirst,
    /// Never by us, and why.
    Not(&'static str),
}

impl Status {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "STAGED" => Self::Staged,
            "PROVISIONED" => Self::Provisioned,
            "ACTIVE" => Self::Active,
            "RECOVERY" => Self::Recovery,
            "PASSWORD_EXPIRED" => Self::PasswordExpired,
            "LOCKED_OUT" => Self::LockedOut,
            "SUSPENDED" => Self::Suspended,
            "DEPROVISIONED" => Self::Deprovisioned,
            _ => Self::Other,
        }
    }

    /// Whether somebody is meant to be able to sign in, perhaps after an act of ours.
    pub(crate) fn is_enabled(self) -> bool {
        matches!(
            self,
            Self::Active | Self::Recovery | Self::PasswordExpired | Self::LockedOut | Self::Provisioned
        )
    }

    /// Before anything is planned: refuses what no act of ours could make legal.
    pub(crate) fn may_become_legal(self, ability: Ability) -> Result<(), VendorError> {
        match self.verdict(ability) {
            // An earlier step of the same plan may unlock it; that it is already so is found out when it is done.
            Verdict::Legal | Verdict::Done | Verdict::UnlockFirst => Ok(()),
            Verdict::Not(why) => Err(unfit(why)),
        }
    }

    /// Just before the call.
    pub(crate) fn is_legal(self, ability: Ability) -> Result<(), VendorError> {
        match self.verdict(ability) {
            Verdict::Legal => Ok(()),
            Verdict::Done => Err(VendorError::Done),
            Verdict::UnlockFirst => Err(unfit("it is locked out: unlock it first")),
            Verdict::Not(why) => Err(unfit(why)),
        }
    }

    #[expect(
        clippy::match_same_arms,
        reason = "one line for each rule, in the order in which they are looked up"
    )]
    fn verdict(self, ability: Ability) -> Verdict {
        use Verdict::{Done, Legal, Not, UnlockFirst};
        match (ability, self) {
            (Ability::RevokeSessions, Self::Deprovisioned) => Not("it is deactivated, and has no sessions"),
            (Ability::RevokeSessions, _) => Legal,
            (_, Self::Other) => Not("it is changing its status at the moment, or has one that is not known: try later"),
            (_, Self::Deprovisioned) => Not("it is deactivated: an administrator has to activate it"),
            (Ability::Suspend, Self::Suspended) => Done,
            (Ability::Unsuspend, Self::Suspended) => Legal,
            (_, Self::Suspended) => Not("it is suspended: somebody has to decide whether to take that back"),
            (Ability::Unsuspend, _) => Done,
            (_, Self::Staged) => Not("it was never activated: an administrator has to activate it"),
            (_, Self::Provisioned) => {
                Not("its owner never finished activating it: an administrator has to send the activation again")
            }
            (Ability::Suspend, Self::Active) => Legal,
            (Ability::Suspend, _) => Not("only an active account can be suspended: end its sessions instead"),
            (Ability::Unlock, Self::Active | Self::LockedOut) => Legal,
            (Ability::Unlock, _) => Done,
            (_, Self::LockedOut) => UnlockFirst,
            (_, Self::Active | Self::PasswordExpired) | (Ability::ResetLink, Self::Recovery) => Legal,
            (_, Self::Recovery) => Not("its password is being reset: only a reset link lets anybody in"),
        }
    }
}

fn unfit(why: &str) -> VendorError {
    VendorError::Unfit { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [(&str, [&str; 7]); 9] = [
        // temporary_password, reset_link, temporary_access_code, reset_factors, unlock, suspend, unsuspend
        ("STAGED", ["-", "-", "-", "-", "-", "-", "done"]),
        ("PROVISIONED", ["-", "-", "-", "-", "-", "-", "done"]),
        ("ACTIVE", ["+", "+", "+", "+", "+", "+", "done"]),
        ("RECOVERY", ["-", "+", "-", "-", "done", "-", "done"]),
        ("PASSWORD_EXPIRED", ["+", "+", "+", "+", "done", "-", "done"]),
        ("LOCKED_OUT", ["unlock", "unlock", "unlock", "unlock", "+", "-", "done"]),
        ("SUSPENDED", ["-", "-", "-", "-", "-", "done", "+"]),
        ("DEPROVISIONED", ["-", "-", "-", "-", "-", "-", "-"]),
        ("ACTIVATING", ["-", "-", "-", "-", "-", "-", "-"]),
    ];

    #[test]
    fn each_act_is_legal_where_the_vendors_matrix_says_so() {
        let abilities = [
            Ability::TemporaryPassword,
            Ability::ResetLink,
            Ability::TemporaryAccessCode,
            Ability::ResetFactors,
            Ability::Unlock,
            Ability::Suspend,
            Ability::Unsuspend,
        ];
        for (word, row) in STATUSES {
            for (ability, expected) in abilities.into_iter().zip(row) {
                let found = match Status::of(word).verdict(ability) {
                    Verdict::Legal => "+",
                    Verdict::Done => "done",
                    Verdict::UnlockFirst => "unlock",
                    Verdict::Not(why) => {
                        assert!(!why.is_empty());
                        "-"
                    }
                };
                assert_eq!(found, expected, "{ability} in {word}");
            }
        }
    }
}

//! Who among the staff may do what: roles, what each of them may do, and nothing besides.
//!
//! Pure. Whatever is not in [`Role::powers`] is not allowed, and no role has a power that hands out a pass: threats.md T1.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What somebody on the staff is. One operator may be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Helps people: opens cases, gives out links, follows them.
    Agent,
    /// Looks at evidence and decides whether it holds.
    Reviewer,
    /// Agrees, or not, to what a case would do.
    Approver,
    /// Reads the record.
    Auditor,
    /// Sees to it that all of it runs.
    Admin,
}

/// One thing that a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Look a person up at the directory.
    FindPerson,
    /// Open a case for somebody, and give out its link.
    OpenCase,
    /// See the list of cases, and one of them with its timeline.
    ReadCase,
    /// End a case that is under way.
    CancelCase,
    /// Say that a case is fraud: everything of that account stops.
    FlagFraud,
    /// Take a fraud flag away again.
    ClearFlag,
    /// Have what failed done again, let a stuck case go on, take back what was done, forget an earlier proof.
    MendCase,
    /// See evidence, and decide on it.
    Review,
    /// Agree or not to what a case would do.
    Approve,
    /// Read the record, and take a copy of it.
    ReadAudit,
    /// Have everything forgotten that is known of a person.
    Erase,
    /// Switch the shield on or off.
    Shield,
    /// See the settings (secrets masked) and how the vendors are.
    ReadSettings,
    /// See what was sent to webhooks, and send it again.
    Deliver,
}

impl Role {
    /// All roles, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Agent, Self::Reviewer, Self::Approver, Self::Auditor, Self::Admin];

    /// The word in settings, in events and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// What it may do.
    pub const fn powers(self) -> &'static [Power] {
        use Power::{
            Approve, CancelCase, ClearFlag, Deliver, Erase, FindPerson, FlagFraud, MendCase, OpenCase, ReadAudit,
            ReadCase, ReadSettings, Review, Shield,
        };
        match self {
            Self::Agent => &[FindPerson, OpenCase, ReadCase, CancelCase, FlagFraud],
            Self::Reviewer => &[ReadCase, FlagFraud, Review],
            Self::Approver => &[ReadCase, FlagFraud, Approve],
            Self::Auditor => &[ReadCase, ReadAudit, ReadSettings],
            Self::Admin => &[
                ReadCase,
                CancelCase,
                FlagFraud,
                ClearFlag,
                MendCase,
                ReadAudit,
                Erase,
                Shield,
                ReadSettings,
                Deliver,
            ],
        }
    }
}

impl Power {
    /// All powers.
    pub const ALL: [Self; 14] = [
        Self::FindPerson,
        Self::OpenCase,
        Self::ReadCase,
        Self::CancelCase,
        Self::FlagFraud,
        Self::ClearFlag,
        Self::MendCase,
        Self::Review,
        Self::Approve,
        Self::ReadAudit,
        Self::Erase,
        Self::Shield,
        Self::ReadSettings,
        Self::Deliver,
    ];

    /// What a machine may do unless its token says otherwise.
    pub const USUAL_OF_MACHINES: [Self; 4] = [Self::OpenCase, Self::ReadCase, Self::CancelCase, Self::Deliver];

    /// Whether a machine may have it at all. Never what a human has to look at or agree to; and of what wants a fresh proof only
    /// mending, which a monitoring system may be trusted with by name.
    pub const fn may_be_a_machines(self) -> bool {
        match self {
            Self::Review | Self::Approve | Self::ClearFlag | Self::Erase | Self::Shield => false,
            Self::FindPerson
            | Self::OpenCase
            | Self::ReadCase
            | Self::CancelCase
            | Self::FlagFraud
            | Self::MendCase
            | Self::ReadAudit
            | Self::ReadSettings
            | Self::Deliver => true,
        }
    }

    /// The word in problems and in the API's description.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FindPerson => "find_person",
            Self::OpenCase => "open_case",
            Self::ReadCase => "read_case",
            Self::CancelCase => "cancel_case",
            Self::FlagFraud => "flag_fraud",
            Self::ClearFlag => "clear_flag",
            Self::MendCase => "mend_case",
            Self::Review => "review",
            Self::Approve => "approve",
            Self::ReadAudit => "read_audit",
            Self::Erase => "erase",
            Self::Shield => "shield",
            Self::ReadSettings => "read_settings",
            Self::Deliver => "deliver",
        }
    }

    /// Whether whoever does it must have proven themselves anew, moments ago: what changes what people get, or takes away
    /// what protects them.
    pub const fn needs_step_up(self) -> bool {
        matches!(
            self,
            Self::Approve | Self::ClearFlag | Self::MendCase | Self::Erase | Self::Shield
        )
    }
}

/// The roles of one operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// Whether one of them has that power.
    pub fn may(&self, power: Power) -> bool {
        self.0.iter().any(|role| role.powers().contains(&power))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether that one is among them.
    pub fn contains(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Them, in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Power {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let same = |power: &Self| power.word() == text;
        Self::ALL.into_iter().find(same).ok_or("there is no such power")
    }
}

impl FromStr for Role {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let same = |role: &Self| role.word() == text;
        Self::ALL
            .into_iter()
            .find(same)
            .ok_or("a role is one of: agent, reviewer, approver, auditor, admin")
    }
}

/// Somebody on the staff, as the record and the pages name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Who it is for good: the issuer's name in the settings and its subject, `okta-staff|00u1…`. Two sign-ins of one person
    /// have the same; nobody else ever has it.
    pub id: String,
    /// What colleagues and the record call them.
    pub name: String,
    /// Their e-mail address, where the issuer tells one: what a case is opened for is held against it.
    pub email: Option<String>,
    /// What they may do.
    pub roles: Roles,
}

impl Operator {
    /// A machine, where the record wants somebody's name: it is an agent and nothing more, so that whatever only another role
    /// may do refuses it, and it has no address, so that it decides nothing.
    pub fn machine(name: &str) -> Self {
        Self {
            id: format!("machine|{name}"),
            name: name.to_owned(),
            email: None,
            roles: std::iter::once(Role::Agent).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Power, Role, Roles};

    #[test]
    fn nobody_who_opens_cases_decides_on_them() {
        for role in Role::ALL {
            let has = |power| role.powers().contains(&power);
            assert!(
                !(has(Power::OpenCase) && (has(Power::Approve) || has(Power::Review))),
                "{role}"
            );
        }
    }

    #[test]
    fn who_has_no_role_may_do_nothing() {
        let nobody = Roles::default();
        assert!(Power::ALL.into_iter().all(|power| !nobody.may(power)));
    }

    #[test]
    fn every_power_belongs_to_somebody() {
        let everybody: Roles = Role::ALL.into_iter().collect();
        assert!(Power::ALL.into_iter().all(|power| everybody.may(power)));
    }
}

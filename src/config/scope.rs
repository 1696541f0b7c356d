//! What a machine may do at the JSON API: the words that `scopes` takes. What is a human's to look at or agree to is none of them.

use schemars::JsonSchema;
use serde::Deserialize;

/// One thing that a machine may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look somebody up at the directory.
    FindPerson,
    /// Open cases, and get links and codes for them.
    OpenCase,
    /// See cases.
    ReadCase,
    /// Call cases off.
    CancelCase,
    /// Call a case fraud: everything of that account stops.
    FlagFraud,
    /// Have what failed done again, let a stuck case go on, take back what was done. Only where it is named.
    MendCase,
    /// Read the record.
    ReadAudit,
    /// See the settings, without secrets, and how the vendors are.
    ReadSettings,
    /// See what was sent to webhooks, and send it again.
    Deliver,
}

impl Scope {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FindPerson => "find_person",
            Self::OpenCase => "open_case",
            Self::ReadCase => "read_case",
            Self::CancelCase => "cancel_case",
            Self::FlagFraud => "flag_fraud",
            Self::MendCase => "mend_case",
            Self::ReadAudit => "read_audit",
            Self::ReadSettings => "read_settings",
            Self::Deliver => "deliver",
        }
    }
}

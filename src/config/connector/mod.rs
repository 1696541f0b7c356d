//! `[[connector]]`: who acts on accounts. Each kind has a file of its own, which says what its table holds and what the
//! vendor can do where it is; what two tables must agree on is in `cross.rs`.

pub mod duo;
pub mod graph;
pub mod okta;
pub mod webhook;

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use doorward_contract::{Ability, Challenge, VendorError};

use super::read::Reading;
use super::value::Name;

/// What every kind of connector tells of itself, whatever else its table holds.
pub(super) trait Table {
    /// Its name.
    fn name(&self) -> &Spanned<Name>;

    /// What it can do where it is.
    fn abilities(&self) -> Vec<Ability>;

    /// What it can ask of people.
    fn challenges(&self) -> Vec<Challenge> {
        Vec::new()
    }

    /// Whether it can tell which groups, by their ids, somebody is in.
    fn knows_groups(&self) -> bool {
        false
    }

    /// Where forms lead when it asks them on a page of its own.
    fn asks_at(&self) -> Option<String> {
        None
    }

    /// The words that `kinds` may hold in an act of this ability.
    fn kinds(&self, ability: Ability) -> Vec<&'static str> {
        let _ = ability;
        Vec::new()
    }

    /// The minutes that may be wished for in an act of this ability.
    fn minutes(&self, ability: Ability) -> RangeInclusive<u32> {
        let _ = ability;
        0..=u32::MAX
    }

    /// Whether it can tell when somebody was born.
    fn birth_dates(&self) -> BirthDates;

    /// How to make it able, if it could be.
    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        let _ = ability;
        None
    }

    /// Notes what does not agree within the table.
    fn agree(&self, reading: &mut Reading<'_>) {
        let _ = reading;
    }
}

/// Whether a directory can tell when somebody was born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BirthDates {
    /// In an attribute that is named.
    Named,
    /// In an attribute that could be named.
    Unnamed,
    /// The vendor keeps none.
    Never,
    /// It knows no accounts at all.
    Nobody,
}

impl BirthDates {
    /// Of a vendor that keeps them in an attribute of the operator's.
    fn at(attribute: bool) -> Self {
        if attribute { Self::Named } else { Self::Unnamed }
    }
}

/// One line for each kind: the variant, whose name is the kind, and its table.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($table:ty),)*) => {
        /// A connector.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[schemars(tag = "kind")]
        pub enum Connector { $($(#[$doc])* $kind(Box<$table>),)* }

        impl Connector {
            pub(super) fn table(&self) -> &dyn Table {
                match self { $(Self::$kind(table) => table.as_ref(),)* }
            }
        }
    };
}

kinds! {
    /// Microsoft Entra ID through Microsoft Graph.
    Graph(graph::Graph),
    /// An Okta org through its Management API.
    Okta(okta::Okta),
    /// A Cisco Duo account through its Admin API and its Auth API.
    Duo(duo::Duo),
    /// A system of the company's own, called by a signed webhook.
    Webhook(webhook::Webhook),
}

impl Connector {
    /// What it can do where it is.
    pub fn abilities(&self) -> Vec<Ability> {
        self.table().abilities()
    }

    /// What it can ask of people.
    pub fn challenges(&self) -> Vec<Challenge> {
        self.table().challenges()
    }

    /// Whether it can tell which groups, by their ids, somebody is in.
    pub fn knows_groups(&self) -> bool {
        self.table().knows_groups()
    }

    /// Where forms lead when it asks them on a page of its own.
    pub fn asks_at(&self) -> Option<String> {
        self.table().asks_at()
    }

    /// Its name.
    pub fn name(&self) -> &Spanned<Name> {
        self.table().name()
    }
}

/// What a connector's crate says against a value.
fn why(error: VendorError) -> String {
    match error {
        VendorError::Refused { why } => why,
        other => other.to_string(),
    }
}

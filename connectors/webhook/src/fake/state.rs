//! What the imitated endpoint remembers, and how it was told to answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Carried out.
    #[default]
    Done,
    /// Begun.
    Pending,
    /// Came to nothing.
    NotDone,
    /// Not wanted.
    Refused,
    /// Does not fit the account.
    Unfit,
    /// Names nothing known.
    Missing,
}

/// How calls of one name are answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Manner {
    /// What becomes of a new call.
    pub standing: Standing,
    /// The reason given.
    pub reason: Option<String>,
    /// The receipt given.
    pub receipt: Option<Value>,
    /// When to ask again, in the body.
    pub retry_after: Option<u64>,
    /// And as a header.
    pub retry_after_header: Option<u64>,
    /// The HTTP status; 200 if absent.
    pub http: Option<u16>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// Without a body.
    pub bare: bool,
}

/// One call, as the receiver keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// Its id.
    pub id: String,
    /// What was wanted.
    pub name: String,
    /// On whose account.
    pub account: String,
    /// What else was told of the account.
    pub login: Option<String>,
    /// And this.
    pub display_name: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// How often it was carried out.
    pub acts: u32,
    /// How often it was taken back.
    pub undone: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) secrets: Vec<String>,
    pub(super) calls: Vec<CallView>,
    /// The kind of message that came under each id.
    pub(super) seen: BTreeMap<String, String>,
    /// By the name of the call; `""` for all others.
    pub(super) manners: BTreeMap<String, Manner>,
    pub(super) takes_unsigned: bool,
    pub(super) takes_old: bool,
    pub(super) forgetful: bool,
}

impl State {
    pub(super) fn manner(&self, name: &str) -> Manner {
        let told = self.manners.get(name).or_else(|| self.manners.get(""));
        told.cloned().unwrap_or_default()
    }

    pub(super) fn settle(&mut self, id: &str, standing: Standing) -> bool {
        let Some(call) = self.calls.iter_mut().find(|call| call.id == id) else {
            return false;
        };
        if standing == Standing::Done && call.standing != Standing::Done {
            call.acts += 1;
        }
        call.standing = standing;
        true
    }
}

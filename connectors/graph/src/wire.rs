//! Graph's JSON, as far as it is read. Unknown members and values are left alone, absent and `null` are the same.

use std::collections::{BTreeMap, HashMap};

use doorward_contract::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// One page of a collection.
#[derive(Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(crate) next: Option<String>,
}

/// A user, with whatever was selected.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's own names")]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) user_principal_name: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) surname: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) employee_id: Option<String>,
    pub(crate) company_name: Option<String>,
    pub(crate) account_enabled: Option<bool>,
    pub(crate) user_type: Option<String>,
    pub(crate) is_management_restricted: Option<bool>,
    pub(crate) on_premises_sync_enabled: Option<bool>,
    pub(crate) on_premises_sam_account_name: Option<String>,
    pub(crate) last_password_change_date_time: Option<String>,
    pub(crate) sign_in_sessions_valid_from_date_time: Option<String>,
    /// The attribute that holds the date of birth is among these.
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

/// Where a user can be reached.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reach {
    pub(crate) mail: Option<String>,
    pub(crate) mobile_phone: Option<String>,
    pub(crate) other_mails: Option<Vec<String>>,
}

/// A thing of which only the id matters.
#[derive(Deserialize)]
pub(crate) struct Known {
    pub(crate) id: Uuid,
}

/// A group. Without the right to read it, all but the id is `null`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) display_name: Option<String>,
    pub(crate) is_assignable_to_role: Option<bool>,
}

/// A role held, or one that may be activated.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleHeld {
    pub(crate) role_definition_id: Option<Uuid>,
}

/// The answer of an action that returns ids.
#[derive(Deserialize)]
pub(crate) struct Ids {
    pub(crate) value: Vec<Uuid>,
}

/// The answer of an action that returns a truth.
#[derive(Deserialize)]
pub(crate) struct Truth {
    pub(crate) value: bool,
}

/// A verified domain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Domain {
    pub(crate) id: String,
    pub(crate) authentication_type: Option<String>,
}

/// How each domain signs in; empty where that may not be read.
pub(crate) type Domains = HashMap<String, String>;

/// The policy on temporary access passes.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PassPolicy {
    pub(crate) state: Option<String>,
    pub(crate) is_usable_once: Option<bool>,
    pub(crate) default_lifetime_in_minutes: Option<u32>,
    pub(crate) minimum_lifetime_in_minutes: Option<u32>,
    pub(crate) maximum_lifetime_in_minutes: Option<u32>,
}

/// A temporary access pass as issued. `Debug` is not implemented: it holds the pass.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedPass {
    pub(crate) id: Uuid,
    pub(crate) temporary_access_pass: Option<secrecy::SecretString>,
    pub(crate) created_date_time: Option<String>,
    pub(crate) start_date_time: Option<String>,
    pub(crate) lifetime_in_minutes: Option<u32>,
    pub(crate) is_usable_once: Option<bool>,
    pub(crate) is_usable: Option<bool>,
    pub(crate) method_usability_reason: Option<String>,
}

/// A registered sign-in method.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's own names")]
pub(crate) struct Method {
    #[serde(rename = "@odata.type")]
    pub(crate) kind: String,
    pub(crate) id: String,
    /// Of a temporary access pass only.
    pub(crate) is_usable: Option<bool>,
    pub(crate) method_usability_reason: Option<String>,
}

/// A moment as Graph writes it; `None` where it is absent or not one.
pub(crate) fn moment(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}

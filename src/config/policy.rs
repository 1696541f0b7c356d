//! What a purpose says of the agreement of colleagues: how many, for whom more, and what becomes of protected accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::fault::wrong;

/// A fourth would be asked for nothing but its click.
const MOST: u32 = 3;

/// How many colleagues must agree, 0 to 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Approvals(pub u32);

impl<'de> Deserialize<'de> for Approvals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u32::deserialize(deserializer)?;
        if count > MOST {
            return Err(wrong(format!("{count} is out of range"), "choose 0 to 3 approvals"));
        }
        Ok(Self(count))
    }
}

impl JsonSchema for Approvals {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Approvals".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 0, "maximum": MOST})
    }
}

/// Accounts for which more colleagues must agree.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Groups whose members it is about, by the directory's ids; a directory that cannot tell counts everybody in.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Accounts that it is about, by the directory's ids.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// How many colleagues must agree, 1 to 3.
    #[serde(deserialize_with = "at_least_one")]
    pub approvals: Approvals,
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Approvals, D::Error> {
    let approvals = Approvals::deserialize(deserializer)?;
    if approvals.0 == 0 {
        return Err(wrong(
            "a tier of 0 approvals asks for nothing",
            "choose 1 to 3, or take the tier out",
        ));
    }
    Ok(approvals)
}

/// What becomes of a protected account's case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnProtected {
    /// It is refused.
    #[default]
    Refuse,
    /// Two colleagues decide.
    Approve,
}

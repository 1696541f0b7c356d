//! Duo's JSON, as far as it is read. Unknown members and values are left alone, absent and `null` are the same.

use std::collections::BTreeMap;

use doorward_contract::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

/// Every answer of Admin API and Auth API.
#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    #[serde(default)]
    pub(crate) stat: String,
    // A generic member would have to be there.
    #[serde(default = "none")]
    pub(crate) response: Option<T>,
    #[serde(default)]
    pub(crate) metadata: Option<Metadata>,
}

fn none<T>() -> Option<T> {
    None
}

/// Where the next page of a list begins.
#[derive(Default, Deserialize)]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) next_offset: Option<u64>,
}

/// A user, and everything that hangs on it.
#[derive(Clone, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's own names")]
pub(crate) struct User {
    pub(crate) user_id: String,
    #[serde(default)]
    pub(crate) username: String,
    pub(crate) realname: Option<String>,
    pub(crate) firstname: Option<String>,
    pub(crate) lastname: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) is_enrolled: Option<bool>,
    pub(crate) alias1: Option<String>,
    pub(crate) alias2: Option<String>,
    pub(crate) alias3: Option<String>,
    pub(crate) alias4: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) aliases: BTreeMap<String, Option<String>>,
    pub(crate) last_directory_sync: Option<i64>,
    pub(crate) directory_key: Option<String>,
    pub(crate) external_id: Option<String>,
}

impl User {
    /// Whether another directory is the master of it.
    pub(crate) fn is_synchronised(&self) -> bool {
        let is_told = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        self.last_directory_sync.is_some() || is_told(&self.directory_key) || is_told(&self.external_id)
    }

    /// Every name it signs in under.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.alias1, &self.alias2, &self.alias3, &self.alias4]
            .into_iter()
            .chain(self.aliases.values())
            .filter_map(Option::as_deref)
            .chain([self.username.as_str()])
            .filter(|name| !name.is_empty())
    }
}

/// A group a user is in.
#[derive(Deserialize)]
pub(crate) struct Group {
    pub(crate) group_id: String,
    pub(crate) status: Option<String>,
}

/// A phone or tablet.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's own names")]
pub(crate) struct Phone {
    pub(crate) phone_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) platform: Option<String>,
    pub(crate) activated: Option<bool>,
    /// Whose it is; only where the phone itself is read.
    pub(crate) users: Option<Vec<Owner>>,
}

/// One of the users of a phone.
#[derive(Deserialize)]
pub(crate) struct Owner {
    pub(crate) user_id: String,
}

/// A hardware token.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) token_id: String,
}

/// A passkey or security key.
#[derive(Deserialize)]
pub(crate) struct Passkey {
    pub(crate) webauthnkey: String,
}

/// A computer that is a factor itself.
#[derive(Deserialize)]
pub(crate) struct Desktop {
    pub(crate) dakey: String,
}

/// What is told of a bypass code after it was made; never the code.
#[derive(Deserialize)]
pub(crate) struct CodeMade {
    pub(crate) bypass_code_id: String,
    pub(crate) admin_email: Option<String>,
    pub(crate) created: Option<i64>,
    pub(crate) expiration: Option<i64>,
    pub(crate) reuse_count: Option<i64>,
}

/// A way to make a phone work again.
#[derive(Deserialize)]
pub(crate) struct Activation {
    pub(crate) activation_url: SecretString,
    pub(crate) valid_secs: Option<u64>,
}

/// What Duo would do with a user who signs in now.
#[derive(Deserialize)]
pub(crate) struct Preauth {
    pub(crate) result: String,
    pub(crate) enroll_portal_url: Option<SecretString>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) devices: Vec<Device>,
    pub(crate) txid: Option<String>,
    pub(crate) verification_code: Option<SecretString>,
}

/// A device that can be asked.
#[derive(Deserialize)]
pub(crate) struct Device {
    pub(crate) device: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) capabilities: Vec<String>,
}

/// A push that was sent.
#[derive(Deserialize)]
pub(crate) struct Asked {
    pub(crate) txid: String,
}

/// What became of a push.
#[derive(Deserialize)]
pub(crate) struct AuthStatus {
    pub(crate) result: String,
    #[serde(default)]
    pub(crate) status: String,
}

/// Duo's clock.
#[derive(Deserialize)]
pub(crate) struct Time {
    pub(crate) time: i64,
}

/// A moment in whole seconds.
pub(crate) fn moment(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.map(Timestamp::from_seconds)
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

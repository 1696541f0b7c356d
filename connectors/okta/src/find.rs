//! Finding people: by id, by what they type to sign in, and by a name they share.
//!
//! Follows "List all users" (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>, August
//! 2026). The search index lags behind: whoever it names is read again by id, and must still answer to the key. Nobody is
//! ever found by name: names only tell who else is called the same.

use chrono::NaiveDate;
use doorward_contract::{Account, AccountId, Name, Origin, Subject, SubjectKey, VendorError};
use serde_json::Value;

use crate::Okta;
use crate::client::Call;
use crate::settings::is_id;
use crate::status::Status;
use crate::wire::{Known, User};

/// Logins and addresses have at most 100 characters at the vendor; a margin for chosen attributes.
const LONGEST_KEY: usize = 254;
/// Names are at most 50 characters at the vendor; a margin for whatever is mastered elsewhere.
const LONGEST_NAME: usize = 128;

impl Okta {
    pub(crate) async fn lookup(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        let value = subject.value.trim();
        let found = match subject.key {
            SubjectKey::Id if is_id(value) => self.known(value).await?,
            // What is not an id is nobody's; `me` is not a person either, but ourselves.
            SubjectKey::Id => None,
            SubjectKey::Login => self.by_login(value).await?,
        };
        Ok(found.map(|user| self.account(&user)))
    }

    /// Whoever has exactly this id. The vendor would take a login in its place.
    pub(crate) async fn known(&self, id: &str) -> Result<Option<User>, VendorError> {
        match self.user(id).await {
            Ok(user) => Ok(Some(user).filter(|user| user.id == id)),
            Err(VendorError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The user as it is now.
    pub(crate) async fn user(&self, id: &str) -> Result<User, VendorError> {
        self.client.call(Call::get("api/v1/users/{}", &[id])).await?.json()
    }

    pub(crate) async fn by_login(&self, login: &str) -> Result<Option<User>, VendorError> {
        if login.is_empty() || login.len() > LONGEST_KEY || login.chars().any(unsearchable) {
            return Ok(None);
        }
        let attributes = &self.settings.login_attributes;
        let search: Vec<String> = attributes
            .iter()
            .map(|name| format!("profile.{name} eq {}", quoted(login)))
            .collect();
        let call = Call::get("api/v1/users", &[])
            .query("search", search.join(" or "))
            // Two are enough to know that there is more than one.
            .query("limit", "2");
        let found: Vec<Known> = self.client.call(call).await?.json()?;
        let found = match found.as_slice() {
            [] => return Ok(None),
            [one] => self.known(&one.id).await?,
            _ => return Err(VendorError::Ambiguous),
        };
        let folded = login.to_lowercase();
        Ok(found.filter(|user| {
            attributes
                .iter()
                .any(|name| user.text(name).is_some_and(|text| text.to_lowercase() == folded))
        }))
    }

    fn account(&self, user: &User) -> Account {
        let text = |name| user.text(name).map(str::to_owned);
        let login = text("login").unwrap_or_default();
        let name = Name {
            given: text("firstName"),
            middle: text("middleName"),
            family: text("lastName"),
            suffix: text("honorificSuffix"),
        };
        let display_name = text("displayName").or_else(|| {
            let parts: Vec<&str> = name.given.iter().chain(&name.family).map(String::as_str).collect();
            Some(parts.join(" ")).filter(|whole| !whole.is_empty())
        });
        let words = ["nickName", "employeeNumber", "organization"];
        let birth_date = self.settings.birth_date_attribute.as_deref();
        Account {
            id: AccountId(user.id.clone()),
            login,
            display_name,
            name,
            birth_date: birth_date.and_then(|name| user.profile.get(name)).and_then(date),
            enabled: Status::of(&user.status).is_enabled(),
            origin: origin(user),
            related_words: words.into_iter().filter_map(text).collect(),
        }
    }

    pub(crate) async fn same_names(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError> {
        let (Some(given), Some(family)) = (&account.name.given, &account.name.family) else {
            return Ok(Vec::new());
        };
        for name in [given, family] {
            if name.len() > LONGEST_NAME || name.chars().any(unsearchable) {
                return Err(VendorError::Unexpected {
                    why: "the name on the account cannot be searched for".into(),
                });
            }
        }
        let search = format!(
            "profile.firstName eq {} and profile.lastName eq {}",
            quoted(given),
            quoted(family)
        );
        // One more than wanted: the account itself is among them.
        let call = Call::get("api/v1/users", &[])
            .query("search", search)
            .query("limit", (u16::from(limit) + 1).to_string());
        let found: Vec<User> = self.client.call(call).await?.json()?;
        Ok(found
            .into_iter()
            .filter(|user| user.id != account.id.0)
            .map(|user| AccountId(user.id))
            .take(usize::from(limit))
            .collect())
    }
}

/// Controls, and what the vendor cannot store (more than three bytes): nobody is called so.
fn unsearchable(letter: char) -> bool {
    letter.is_control() || letter.len_utf8() > 3
}

/// A JSON string, as the vendor's search wants it.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Who masters the password decides where the account comes from.
fn origin(user: &User) -> Origin {
    let provider = user.credentials.as_ref().and_then(|known| known.provider.as_ref());
    match provider.and_then(|provider| provider.kind.as_deref()) {
        Some("OKTA" | "IMPORT") => Origin::Cloud,
        Some("FEDERATION" | "SOCIAL") => Origin::Federated,
        // Also where it cannot be told: its password is then not known to be Okta's.
        _ => Origin::Synchronised,
    }
}

/// A date at the start of the text, with or without a time after it.
fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str()?.trim();
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
}

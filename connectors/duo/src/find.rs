//! Finding people: by user id, by what they type to sign in, and by a name they share.
//!
//! Follows "Admin API: Retrieve Users" (<https://duo.com/docs/adminapi#retrieve-users>, August 2026). Duo finds by user name,
//! which includes aliases, and by e-mail address, which several users may have. It cannot search by the names of people:
//! for those the whole list is read.

use std::collections::BTreeMap;

use doorward_contract::{Account, AccountId, Name, Origin, Subject, SubjectKey, VendorError};

use crate::Duo;
use crate::client::{Call, Page};
use crate::reply::{Fault, UNKNOWN};
use crate::settings::is_id;
use crate::status::Status;
use crate::wire::User;

pub(crate) const USERS: &str = "admin/v1/users";
pub(crate) const USER: &str = "admin/v1/users/{}";
/// The longest e-mail address (RFC 5321 §4.5.3.1); no user name is longer.
const LONGEST_LOGIN: usize = 254;
/// The longest page of users.
const USERS_AT_ONCE: u32 = 300;
/// Forty pages are 12,000 people; Duo allows some 200 pages a minute.
const PAGES: usize = 40;

impl Duo {
    pub(crate) async fn lookup(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        let value = subject.value.trim();
        let found = match subject.key {
            SubjectKey::Id if is_id(value, "DU") => self.known_user(&value.to_ascii_uppercase()).await?,
            // What is not a user id is nobody's.
            SubjectKey::Id => None,
            SubjectKey::Login => self.by_login(value).await?,
        };
        Ok(found.map(account))
    }

    async fn known_user(&self, id: &str) -> Result<Option<User>, VendorError> {
        let answer = self.admin.raw(&Call::get(USER, &[id])).await?;
        if Fault::of(&answer).code == UNKNOWN {
            return Ok(None);
        }
        self.admin.open(&answer).map(|opened| Some(opened.response))
    }

    /// The user as it is now; somebody who is gone is missing.
    pub(crate) async fn user(&self, id: &str) -> Result<User, VendorError> {
        let user: User = self.admin.call(&Call::get(USER, &[id])).await?;
        if user.user_id != id {
            return Err(VendorError::Unexpected {
                why: "Duo told of another user than was asked for".into(),
            });
        }
        Ok(user)
    }

    /// All who sign in under it, or get mail under it. An address of one may be the user name of another.
    async fn by_login(&self, login: &str) -> Result<Option<User>, VendorError> {
        if login.is_empty() || login.len() > LONGEST_LOGIN || login.chars().any(char::is_control) {
            return Ok(None);
        }
        let named = Call::get(USERS, &[]).query("username", login);
        let mailed = Call::get(USERS, &[]).query("email", login);
        let (named, mailed): (Vec<User>, Vec<User>) =
            tokio::try_join!(self.admin.call(&named), self.admin.call(&mailed))?;
        // What comes back is held against what was asked: a vendor that finds more loosely finds nobody.
        let named = named
            .into_iter()
            .filter(|user| user.names().any(|name| self.settings.names.are_same(name, login)));
        let mailed = mailed.into_iter().filter(|user| {
            user.email
                .as_deref()
                .is_some_and(|mail| mail.eq_ignore_ascii_case(login))
        });
        let found: BTreeMap<String, User> = named.chain(mailed).map(|user| (user.user_id.clone(), user)).collect();
        let mut found = found.into_values();
        match (found.next(), found.next()) {
            (one, None) => Ok(one),
            _ => Err(VendorError::Ambiguous),
        }
    }

    pub(crate) async fn same_names(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError> {
        let (Some(given), Some(family)) = (
            folded(account.name.given.as_ref()),
            folded(account.name.family.as_ref()),
        ) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut offset = 0;
        for _ in 0..PAGES {
            let page: Page<User> = self.admin.page(USERS, &[], USERS_AT_ONCE, offset).await?;
            found.extend(
                page.items
                    .into_iter()
                    .filter(|user| user.user_id != account.id.0)
                    .filter(|user| {
                        folded(user.firstname.as_ref()).as_ref() == Some(&given)
                            && folded(user.lastname.as_ref()).as_ref() == Some(&family)
                    })
                    .map(|user| AccountId(user.user_id)),
            );
            if found.len() >= usize::from(limit) {
                break;
            }
            match page.next {
                Some(next) => offset = next,
                None => return Ok(found),
            }
        }
        if found.len() < usize::from(limit) {
            return Err(VendorError::Refused {
                why: "Duo has more users than Doorward compares names with: match by another attribute".into(),
            });
        }
        found.truncate(usize::from(limit));
        Ok(found)
    }
}

/// A name for comparing; `None` where there is none.
fn folded(name: Option<&String>) -> Option<String> {
    let name = name.map(|name| name.trim().to_lowercase())?;
    (!name.is_empty()).then_some(name)
}

fn account(user: User) -> Account {
    let origin = if user.is_synchronised() {
        Origin::Synchronised
    } else {
        Origin::Cloud
    };
    Account {
        enabled: Status::of(&user).is_enabled(),
        origin,
        related_words: related_words(&user),
        id: AccountId(user.user_id),
        login: user.username,
        display_name: user.realname,
        name: Name {
            given: user.firstname,
            middle: None,
            family: user.lastname,
            suffix: None,
        },
        // Duo keeps none.
        birth_date: None,
    }
}

/// What else tells of the person: a password chosen elsewhere in the same case must not.
fn related_words(user: &User) -> Vec<String> {
    let local = |name: &str| name.split('@').next().unwrap_or(name).to_owned();
    let mut words: Vec<String> = user.names().chain(user.email.as_deref()).map(local).collect();
    words.extend(
        user.realname
            .iter()
            .flat_map(|name| name.split_whitespace().map(str::to_owned)),
    );
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}

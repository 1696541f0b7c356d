//! Finding people: by id, by what they type to sign in, and by a name they share.
//!
//! Follows "List users" and "Use the $filter query parameter" (<https://learn.microsoft.com/en-us/graph/api/user-list>,
//! August 2026). Nobody is ever found by name: names only tell who else is called the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use doorward_contract::{Account, AccountId, Name, Origin, Subject, SubjectKey, VendorError};
use serde_json::Value;
use uuid::Uuid;

use crate::Graph;
use crate::client::Call;
use crate::wire::{Domain, Domains, Known, Page, User};

/// Everything an account is made of.
const FIELDS: &str = "id,accountEnabled,userPrincipalName,mail,displayName,givenName,surname,employeeId,companyName,\
                      onPremisesSyncEnabled,onPremisesSamAccountName";
/// The longest user principal name is 113 characters, the longest address 254 (RFC 5321 §4.5.3.1).
const LONGEST_LOGIN: usize = 254;
/// Names are at most 64 characters at the vendor; a margin for whatever is mastered elsewhere.
const LONGEST_NAME: usize = 128;

impl Graph {
    pub(crate) async fn lookup(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        let value = subject.value.trim();
        let found = match subject.key {
            SubjectKey::Id => match Uuid::try_parse(value) {
                Ok(id) => self.user(id).await?,
                // Ids are GUIDs: what is not one is nobody's.
                Err(_) => None,
            },
            SubjectKey::Login => self.by_login(value).await?,
        };
        match found {
            Some(user) => self.account(user).await.map(Some),
            None => Ok(None),
        }
    }

    async fn user(&self, id: Uuid) -> Result<Option<User>, VendorError> {
        let select = self.fields();
        match self.client.call(Call::User(id), &[("$select", &select)]).await {
            Ok(answer) => answer.json().map(Some),
            Err(VendorError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All who sign in with it, or get mail under it. An address of one may be the user name of another.
    async fn by_login(&self, login: &str) -> Result<Option<User>, VendorError> {
        if login.is_empty() || login.len() > LONGEST_LOGIN || login.chars().any(char::is_control) {
            return Ok(None);
        }
        let login = quoted(login);
        let (name, mail, alias) = (
            format!("userPrincipalName eq '{login}'"),
            format!("mail eq '{login}'"),
            format!("proxyAddresses/any(p:p eq 'smtp:{login}')"),
        );
        let (name, mail, alias) = tokio::try_join!(self.filtered(&name), self.filtered(&mail), self.filtered(&alias))?;
        let found: BTreeMap<Uuid, User> = name
            .into_iter()
            .chain(mail)
            .chain(alias)
            .map(|user| (user.id, user))
            .collect();
        let mut found = found.into_values();
        match (found.next(), found.next()) {
            (one, None) => Ok(one),
            _ => Err(VendorError::Ambiguous),
        }
    }

    async fn filtered(&self, filter: &str) -> Result<Vec<User>, VendorError> {
        let select = self.fields();
        let query = [("$filter", filter), ("$select", select.as_str()), ("$top", "2")];
        let page: Page<User> = self.client.call(Call::Users, &query).await?.json()?;
        Ok(page.value)
    }

    fn fields(&self) -> String {
        let attribute = self.settings.birth_date_attribute.as_deref();
        match attribute.and_then(|name| name.split('.').next()) {
            Some(name) => format!("{FIELDS},{name}"),
            None => FIELDS.to_owned(),
        }
    }

    async fn account(&self, user: User) -> Result<Account, VendorError> {
        let login = user
            .user_principal_name
            .clone()
            .ok_or_else(|| VendorError::Unexpected {
                why: "a user without a user principal name".into(),
            })?;
        let origin = if user.on_premises_sync_enabled == Some(true) {
            Origin::Synchronised
        } else if self.is_federated(&login).await? {
            Origin::Federated
        } else {
            Origin::Cloud
        };
        Ok(Account {
            id: AccountId(user.id.to_string()),
            birth_date: self.birth_date(&user),
            related_words: related_words(&user, &login),
            login,
            display_name: user.display_name,
            name: Name {
                given: user.given_name,
                middle: None,
                family: user.surname,
                suffix: None,
            },
            // Without the right to read it, nobody is known to be enabled.
            enabled: user.account_enabled == Some(true),
            origin,
        })
    }

    fn birth_date(&self, user: &User) -> Option<NaiveDate> {
        let name = self.settings.birth_date_attribute.as_deref()?;
        let value = match name.split_once('.') {
            Some((outer, inner)) => user.rest.get(outer)?.get(inner)?,
            None => user.rest.get(name)?,
        };
        date(value)
    }

    /// Whether the domain of this login signs in elsewhere. Where domains may not be read, nobody is said to.
    async fn is_federated(&self, login: &str) -> Result<bool, VendorError> {
        let Some((_, domain)) = login.rsplit_once('@') else {
            return Ok(false);
        };
        let domains = self.signing_in().await?;
        Ok(domains
            .get(&domain.to_lowercase())
            .is_some_and(|kind| kind.eq_ignore_ascii_case("Federated")))
    }

    async fn signing_in(&self) -> Result<Arc<Domains>, VendorError> {
        if let Some(domains) = self.domains.fresh() {
            return Ok(domains);
        }
        let query = [("$select", "id,authenticationType")];
        let domains: Result<Vec<Domain>, _> = self.client.all(Call::read(&["domains"]), &query).await;
        match domains {
            Ok(domains) => Ok(self.domains.keep(
                domains
                    .into_iter()
                    .filter_map(|domain| Some((domain.id.to_lowercase(), domain.authentication_type?)))
                    .collect(),
            )),
            Err(VendorError::Refused { .. }) => {
                tracing::warn!(
                    "domains cannot be read (Domain.Read.All): federated accounts are taken for cloud accounts"
                );
                Ok(self.domains.keep(Domains::new()))
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn same_names(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError> {
        let part = |name: &Option<String>| {
            let name = name.as_deref().map(str::trim).unwrap_or_default();
            let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
            fits.then(|| quoted(name))
        };
        let (Some(given), Some(family)) = (part(&account.name.given), part(&account.name.family)) else {
            return Ok(Vec::new());
        };
        let filter = format!("givenName eq '{given}' and surname eq '{family}'");
        // One more than asked for: the account itself is among them.
        let top = (u16::from(limit) + 1).to_string();
        let query = [("$filter", filter.as_str()), ("$select", "id"), ("$top", top.as_str())];
        let page: Page<Known> = self.client.call(Call::Users, &query).await?.json()?;
        Ok(page
            .value
            .into_iter()
            .map(|user| AccountId(user.id.to_string()))
            .filter(|id| !id.0.eq_ignore_ascii_case(&account.id.0))
            .take(usize::from(limit))
            .collect())
    }
}

/// A text inside a filter's quotes. The SDK does the percent signs.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

/// A date written `1990-05-17`, `19900517` or as a moment of that day.
fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str()?.trim();
    let day = text.split('T').next().unwrap_or(text);
    NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(day, "%Y%m%d"))
        .ok()
}

/// What else tells of the person: a password must not.
fn related_words(user: &User, login: &str) -> Vec<String> {
    let local = |address: &str| address.split('@').next().unwrap_or(address).to_owned();
    let whole = [
        Some(local(login)),
        user.mail.as_deref().map(local),
        user.on_premises_sam_account_name.clone(),
        user.employee_id.clone(),
        user.company_name.clone(),
    ];
    let mut words: Vec<String> = whole.into_iter().flatten().collect();
    let shown = user.display_name.as_deref().unwrap_or_default();
    words.extend(shown.split_whitespace().map(str::to_owned));
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}

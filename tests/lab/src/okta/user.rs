//! The people of an org: their profile, and what became of their account.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::claim::Claim;

/// Where an account stands ("User object", <https://developer.okta.com/docs/reference/api/users/>, August 2026).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Never activated.
    Staged,
    /// Activated, without credentials yet.
    Provisioned,
    /// In use.
    #[default]
    Active,
    /// Asked to choose a new password.
    Recovery,
    /// The password is too old.
    PasswordExpired,
    /// Too many wrong attempts.
    LockedOut,
    /// Stopped by an administrator.
    Suspended,
    /// Left.
    Deprovisioned,
}

impl Status {
    /// Whether somebody may begin to help themselves from here.
    pub(super) fn may_recover(self) -> bool {
        !matches!(self, Self::Staged | Self::Suspended | Self::Deprovisioned)
    }
}

/// One person of the org.
#[derive(Clone, Debug, Default)]
pub struct OktaUser {
    /// `00u…`, 20 characters.
    pub id: String,
    /// What they type to sign in.
    pub login: String,
    /// `firstName`
    pub given_name: String,
    /// `lastName`
    pub family_name: String,
    /// `middleName`
    pub middle_name: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// A custom attribute, `YYYY-MM-DD`.
    pub birthdate: Option<String>,
    /// `mobilePhone`, E.164.
    pub phone: Option<String>,
    /// `streetAddress`
    pub street_address: Option<String>,
    /// `city`
    pub locality: Option<String>,
    /// `state`
    pub region: Option<String>,
    /// `zipCode`
    pub postal_code: Option<String>,
    /// `countryCode`
    pub country: Option<String>,
    /// Where the account stands at first.
    pub status: Status,
    /// Their password at first.
    pub password: Option<SecretString>,
}

impl OktaUser {
    /// Somebody with a name and an active account, and nothing else in the profile.
    pub fn new(id: &str, login: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            login: login.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            email: Some(login.to_owned()),
            ..Self::default()
        }
    }

    /// The attribute mapped to a claim; an empty one is none.
    pub(super) fn attribute(&self, claim: Claim) -> Option<&str> {
        let value = match claim {
            Claim::GivenName => Some(&self.given_name),
            Claim::FamilyName => Some(&self.family_name),
            Claim::MiddleName => self.middle_name.as_ref(),
            Claim::Email => self.email.as_ref(),
            Claim::Birthdate => self.birthdate.as_ref(),
            Claim::PhoneNumber => self.phone.as_ref(),
            Claim::StreetAddress => self.street_address.as_ref(),
            Claim::Locality => self.locality.as_ref(),
            Claim::Region => self.region.as_ref(),
            Claim::PostalCode => self.postal_code.as_ref(),
            Claim::Country => self.country.as_ref(),
        };
        value.map(String::as_str).filter(|value| !value.trim().is_empty())
    }
}

/// What became of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where it stands.
    pub status: Status,
    /// Authenticators set up since, by key.
    pub enrolled: BTreeSet<String>,
    /// How often its owner chose a new password.
    pub password_changes: u32,
    /// Digest of the password.
    password: Option<String>,
}

impl Standing {
    pub(super) fn of(user: &OktaUser) -> Self {
        Self {
            status: user.status,
            password: user.password.as_ref().map(digested),
            ..Self::default()
        }
    }

    /// Whether this is the password.
    pub fn opens_with(&self, password: &SecretString) -> bool {
        self.password
            .as_ref()
            .is_some_and(|known| verify_slices_are_equal(known.as_bytes(), digested(password).as_bytes()).is_ok())
    }

    /// A new password, which also ends a recovery or a lock-out.
    pub(super) fn choose(&mut self, password: &SecretString) {
        self.password = Some(digested(password));
        self.password_changes += 1;
        self.status = Status::Active;
    }
}

fn digested(password: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, password.expose_secret().as_bytes()))
}

//! Acts on Okta accounts through the Okta Management API.

mod settings;

pub use crate::settings::{Credential, Protected, Settings, valid_attribute};

//! Acts on Cisco Duo users through the Admin API and the Auth API, and lets the Universal Prompt prove a second factor.
//!
//! Follows the vendor's pages on the three APIs (<https://duo.com/docs/adminapi>, <https://duo.com/docs/authapi>,
//! <https://duo.com/docs/oauthapi>, August 2026; the list is in this crate's README). Whether to act is decided by the
//! gateway; this crate finds, guards, acts and reads back.

mod settings;
#[expect(dead_code, reason = "the client comes next")]
mod sign;

pub use crate::settings::{Host, Keys, Names, Protected, Settings};

//! The questions that every connector and every verifier must answer alike, asked against an imitated vendor.
//!
//! Each crate under `connectors/` runs the part that concerns it from its own `tests/suite.rs`. A question panics with
//! its own text when the answer is wrong: this module is test code.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "questions asked by tests fail by panicking"
)]

pub mod connector;
pub mod recheck;
pub mod undo;
pub mod verifier;

//! How the connector and the imitated Entra behave together, over HTTP, story by story.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "tests fail by panicking, and count small things"
)]

mod access;
mod check;
mod condition;
mod find;
mod guard;
mod method;
mod password;
mod secrecy;
mod settings;
mod stand;
mod token;
mod undo;

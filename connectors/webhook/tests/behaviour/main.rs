//! How the connector and the imitated endpoint behave together, over HTTP, story by story.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod answer;
mod check;
mod outcome;
mod schema;
mod secrecy;
mod sent;
mod settings;
mod stand;
mod strict;
mod undo;

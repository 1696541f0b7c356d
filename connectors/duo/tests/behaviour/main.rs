//! How the connector and the imitated Duo behave together, over HTTP, story by story.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod bypass;
mod challenge;
mod check;
mod condition;
mod device;
mod door;
mod error;
mod find;
mod guard;
mod link;
mod pace;
mod prompt;
mod push;
mod secrecy;
mod stand;
mod status;
mod undo;

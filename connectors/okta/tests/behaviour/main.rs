//! How the connector and the imitated Okta behave together, over HTTP, story by story.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod act;
mod check;
mod condition;
mod errors;
mod find;
mod guard;
mod hostile;
mod pace;
mod settings;
mod stand;
mod strict;
mod strict_token;
mod token;
mod undo;

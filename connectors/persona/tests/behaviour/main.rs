//! How the client and the imitated Persona behave, over HTTP, story by story.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod check;
mod delivery;
mod erase;
mod hosted;
mod machine;
mod pins;
mod recheck;
mod secrecy;
mod settings;
mod stand;
mod start;
mod strict;
mod webhook;

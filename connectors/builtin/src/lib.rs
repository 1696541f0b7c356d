//! What pictures of documents and faces say: the reading half of the built-in verifier.
//!
//! Pure: bytes in, findings out. No network, no clock, no storage; the gateway holds sessions, evidence and decisions.

pub mod challenge;
pub mod error;
pub mod face;
pub mod model;

pub use error::Error;
pub use face::Faces;
pub use model::Models;

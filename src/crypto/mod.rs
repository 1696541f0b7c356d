//! Secrets at rest and in passing: sealing, opaque tokens, parcels for one browser, signing keys.
//!
//! Every algorithm is aws-lc-rs's; this module only chooses them and binds them to their purpose.

pub mod parcel;
pub mod seal;
pub mod signing;
pub mod token;

/// What can go wrong here. The texts hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The master key is not 32 bytes of base64.
    #[error("the master key must be 32 bytes, written as base64 (make one with `doorward keys new`)")]
    MasterKey,
    /// What was sealed cannot be opened: altered, moved to another row, or sealed under another key.
    #[error("sealed data cannot be opened: it was altered, moved, or sealed under another master key")]
    Unopenable,
    /// Not a private key of the algorithm it is to sign with.
    #[error("the signing key is damaged, or of another algorithm")]
    SigningKey,
    /// The library refused; does not happen with sound memory.
    #[error("the cryptographic library refused")]
    Library,
}

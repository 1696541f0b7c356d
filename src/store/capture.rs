//! Sessions of the built-in verifier, and what is kept of their pictures.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;

/// Names a session: `capture_` and 128 random bits. It opens nothing by itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CaptureId(String);

impl CaptureId {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("capture_{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

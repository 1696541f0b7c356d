//! Everything in the lab that looks like chance, derived from one number: the same seed gives the same world.
//!
//! HMAC-SHA-256 over a label, so that each value depends on its own label only and a new one moves no other.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use uuid::{Builder, Uuid};

/// Letters of ids that vendors write in base 62.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Bytes of one digest.
const BLOCK: usize = 32;

/// The number a world grows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// A seed that nobody can guess.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// That many bytes for a label.
    pub fn bytes(self, label: &str, length: usize) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0.to_be_bytes());
        (0_u32..)
            .take(length.div_ceil(BLOCK))
            .flat_map(|block| {
                let mut context = hmac::Context::with_key(&key);
                context.update(label.as_bytes());
                context.update(&block.to_be_bytes());
                context.sign().as_ref().to_vec()
            })
            .take(length)
            .collect()
    }

    /// That many letters and digits for a label.
    pub fn text(self, label: &str, length: usize) -> String {
        self.bytes(label, length)
            .into_iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()).copied())
            .map(char::from)
            .collect()
    }

    /// A random (version 4) UUID for a label.
    pub fn uuid(self, label: &str) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.bytes(label, 16));
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// 256 bits for a label, in base 64.
    pub fn key(self, label: &str) -> String {
        STANDARD.encode(self.bytes(label, 32))
    }

    /// 256 bits for a label, in base 64 as addresses carry it.
    pub fn token(self, label: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes(label, 32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_world_and_another_seed_another() {
        assert_eq!(Seed(7).uuid("tenant"), Seed(7).uuid("tenant"));
        assert_ne!(Seed(7).uuid("tenant"), Seed(8).uuid("tenant"));
        assert_ne!(Seed(7).uuid("tenant"), Seed(7).uuid("client"));
        assert_ne!(Seed(7).text("secret", 40), Seed(8).text("secret", 40));
    }

    #[test]
    fn lengths_are_as_asked_even_beyond_one_digest() {
        assert_eq!(Seed(1).bytes("a", 100).len(), 100);
        assert_eq!(Seed(1).text("a", 77).len(), 77);
        assert_ne!(Seed(1).bytes("a", 64)[..32], Seed(1).bytes("a", 64)[32..]);
    }
}

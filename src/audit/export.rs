//! An export: the record as lines of JSON, and a last line that signs where it ends (Ed25519, RFC 8032).
//!
//! The signature binds the head to this installation's audit key, so that an export whose end was cut off, or a record
//! chained anew by somebody without the master key, shows offline.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::chain::{self, Head, Link};
use crate::crypto::{self, seal::Key};

/// A head, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// Where the record ends.
    #[serde(flatten)]
    pub head: Head,
    /// The public key, base64.
    pub key: String,
    /// The signature over `doorward audit head`, the place and the hash, each on a line; base64.
    pub signature: String,
}

/// Signs heads with a key that only this installation's master key yields.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The signer of an installation.
    pub fn of(master: &Key) -> Result<Self, crypto::Error> {
        let seed = master.seed("audit head")?;
        Ed25519KeyPair::from_seed_unchecked(&*seed)
            .map(Self)
            .map_err(|_| crypto::Error::Library)
    }

    /// Signs a head.
    pub fn sign(&self, head: &Head) -> SignedHead {
        SignedHead {
            head: head.clone(),
            key: STANDARD.encode(self.0.public_key().as_ref()),
            signature: STANDARD.encode(self.0.sign(signed_text(head).as_bytes()).as_ref()),
        }
    }
}

fn signed_text(head: &Head) -> String {
    format!("doorward audit head\n{}\n{}\n", head.seq, head.hash)
}

/// What is wrong with an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The chain does not hold.
    #[error(transparent)]
    Chain(#[from] chain::Fault),
    /// A line is neither an event nor a head.
    #[error("line {line} is not part of an export: {why}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The last line is missing.
    #[error("the signed head at the end is missing: the end was cut off")]
    Headless,
    /// The signature does not hold.
    #[error("the head's signature does not hold")]
    Signature,
    /// It was signed by another installation.
    #[error("the export is signed with another key than the one expected")]
    OtherKey,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    End { head: SignedHead },
    Event(Link),
}

/// Checks an export line by line, in constant memory. With `key`, it must be signed with that one.
pub fn verify(lines: impl IntoIterator<Item = Result<String, String>>, key: Option<&str>) -> Result<SignedHead, Fault> {
    let mut at = Head::start();
    let mut signed: Option<SignedHead> = None;
    for (index, line) in lines.into_iter().enumerate() {
        let number = index.saturating_add(1);
        let fault = |why: String| Fault::Line { line: number, why };
        if signed.is_some() {
            return Err(fault("something follows the signed head".to_owned()));
        }
        let text = line.map_err(fault)?;
        match serde_json::from_str(&text).map_err(|error| fault(error.to_string()))? {
            Line::Event(link) => at = chain::verify(at, [link])?,
            Line::End { head } => signed = Some(head),
        }
    }
    let signed = signed.ok_or(Fault::Headless)?;
    if key.is_some_and(|key| key.trim() != signed.key) {
        return Err(Fault::OtherKey);
    }
    let public = STANDARD.decode(&signed.key).map_err(|_| Fault::Signature)?;
    let signature = STANDARD.decode(&signed.signature).map_err(|_| Fault::Signature)?;
    UnparsedPublicKey::new(&ED25519, public)
        .verify(signed_text(&signed.head).as_bytes(), &signature)
        .map_err(|_| Fault::Signature)?;
    if at.seq != signed.head.seq {
        return Err(chain::Fault::Cut {
            expected: signed.head.seq,
            found: at.seq,
        }
        .into());
    }
    if at.hash != signed.head.hash {
        return Err(chain::Fault::Altered { seq: at.seq }.into());
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exported(master: &Key) -> Vec<String> {
        let mut head = Head::start();
        let mut lines = Vec::new();
        for text in [r#"{"event":"one"}"#, r#"{"event":"two"}"#, r#"{"event":"three"}"#] {
            let (link, next) = head.then(text.to_owned());
            lines.push(serde_json::json!(link).to_string());
            head = next;
        }
        let signed = Signer::of(master).unwrap().sign(&head);
        lines.push(serde_json::json!({ "head": signed }).to_string());
        lines
    }

    fn check(lines: Vec<String>, key: Option<&str>) -> Result<SignedHead, Fault> {
        verify(lines.into_iter().map(Ok), key)
    }

    #[test]
    fn an_export_holds_under_the_key_that_signed_it_and_no_other() {
        let (ours, theirs) = (Key::random(), Key::random());
        let signed = check(exported(&ours), None).unwrap();
        assert_eq!(signed.head.seq, 3);
        assert!(check(exported(&ours), Some(&signed.key)).is_ok());
        assert_eq!(check(exported(&theirs), Some(&signed.key)), Err(Fault::OtherKey));
    }

    #[test]
    fn a_cut_off_end_shows() {
        let master = Key::random();
        let mut lines = exported(&master);
        lines.pop();
        assert_eq!(check(lines, None), Err(Fault::Headless));
        let mut lines = exported(&master);
        lines.remove(2);
        assert_eq!(
            check(lines, None),
            Err(chain::Fault::Cut { expected: 3, found: 2 }.into())
        );
    }

    #[test]
    fn a_record_chained_anew_does_not_carry_the_old_signature() {
        let master = Key::random();
        let end = exported(&master).pop().unwrap();
        let (link, _) = Head::start().then(r#"{"event":"forged"}"#.to_owned());
        let lines = vec![serde_json::json!(link).to_string(), end];
        assert!(check(lines, None).is_err());
    }

    #[test]
    fn a_head_signed_for_another_place_does_not_hold() {
        let master = Key::random();
        let mut lines = exported(&master);
        let end = lines.pop().unwrap().replace(r#""seq":3"#, r#""seq":2"#);
        lines.remove(2);
        lines.push(end);
        assert_eq!(check(lines, None), Err(Fault::Signature));
    }
}

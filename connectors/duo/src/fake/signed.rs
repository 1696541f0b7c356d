//! Is the request signed as Duo wants it?
//!
//! After "Admin API: Authentication" (<https://duo.com/docs/adminapi#authentication>, August 2026). Takes version 5 and, for forms,
//! version 2 with either digest, told apart by the length of the signature. Written apart from the connector's signing:
//! the parameters are those that arrived, decoded and encoded again, as at the vendor.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Timestamp;
use http::request::Parts;
use url::form_urlencoded;

use super::reply::Fault;
use crate::sign::hex;

/// How old a signature may be; by hearsay.
const SKEW_SECONDS: u64 = 300;

/// A request as it came.
pub(super) struct Came<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
}

impl Came<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Integration key and signature.
    fn credentials(&self) -> Result<(String, String), Fault> {
        let plain = self
            .header("authorization")
            .and_then(|header| header.strip_prefix("Basic "))
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(Fault::no_credentials)?;
        let (key, signature) = plain.split_once(':').ok_or_else(Fault::no_credentials)?;
        Ok((key.to_owned(), signature.to_owned()))
    }

    /// Whether it came as a form.
    pub(super) fn is_form(&self) -> bool {
        self.header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    /// Checks the signature; the index of the key pair that made it.
    pub(super) fn signer(&self, pairs: &[&(String, String)], now: Timestamp) -> Result<usize, Fault> {
        let (key, signature) = self.credentials()?;
        let at = pairs
            .iter()
            .position(|pair| pair.0 == key)
            .ok_or_else(Fault::unknown_key)?;
        let secret = pairs.get(at).map(|pair| pair.1.as_str()).unwrap_or_default();
        let date = self
            .header("x-duo-date")
            .or_else(|| self.header("date"))
            .unwrap_or_default();
        let signed_at = chrono::DateTime::parse_from_rfc2822(date).map_err(|_| Fault::bad_signature())?;
        if signed_at.timestamp().abs_diff(now.seconds()) > SKEW_SECONDS {
            return Err(Fault::bad_signature());
        }
        let given = unhex(&signature).ok_or_else(Fault::bad_signature)?;
        let (algorithm, canonical) = match (given.len(), self.is_form()) {
            (20, true) => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.lines(date)?),
            (64, true) => (hmac::HMAC_SHA512, self.lines(date)?),
            (64, false) => (hmac::HMAC_SHA512, self.lines_and_hashes(date)?),
            _ => return Err(Fault::bad_signature()),
        };
        let key = hmac::Key::new(algorithm, secret.as_bytes());
        hmac::verify(&key, canonical.as_bytes(), &given).map_err(|_| Fault::bad_signature())?;
        Ok(at)
    }

    /// Version 2.
    fn lines(&self, date: &str) -> Result<String, Fault> {
        let raw = if self.is_form() {
            std::str::from_utf8(self.body).map_err(|_| Fault::bad_signature())?
        } else {
            self.parts.uri.query().unwrap_or_default()
        };
        let host = self.header("host").unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().to_lowercase();
        Ok([
            date,
            self.parts.method.as_str(),
            &host,
            self.parts.uri.path(),
            &again(raw),
        ]
        .join("\n"))
    }

    /// Version 5.
    fn lines_and_hashes(&self, date: &str) -> Result<String, Fault> {
        let mut extra: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.parts.headers {
            if name.as_str().starts_with("x-duo-") {
                let value = value.to_str().map_err(|_| Fault::bad_signature())?;
                extra.push((name.as_str().to_owned(), value.to_owned()));
            }
        }
        extra.sort();
        let extra: Vec<String> = extra.into_iter().flat_map(|(name, value)| [name, value]).collect();
        Ok([
            self.lines(date)?,
            sha_512(self.body),
            sha_512(extra.join("\0").as_bytes()),
        ]
        .join("\n"))
    }
}

/// Parameters as they arrived, in the form that is signed.
fn again(raw: &str) -> String {
    let mut pairs: Vec<String> = form_urlencoded::parse(raw.as_bytes())
        .map(|(name, value)| format!("{}={}", percent(&name), percent(&value)))
        .collect();
    pairs.sort_by(|one, other| one.split('=').cmp(other.split('=')));
    pairs.join("&")
}

fn percent(text: &str) -> String {
    // The form encoding differs in three places only.
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~")
}

fn sha_512(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA512, bytes).as_ref())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? * 16 + digit(low)?))
        .collect()
}

//! Signing requests to Duo.
//!
//! Follows "Admin API: Authentication" (<https://duo.com/docs/adminapi#authentication>, August 2026), signature version 5:
//! HTTP Basic, the integration key as user and an HMAC-SHA-512 in hexadecimal as password. When a request is signed anew
//! is left to `client.rs`.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Timestamp;
use secrecy::ExposeSecret;

use crate::settings::Keys;

/// Every request part that is signed.
pub(crate) struct Parts<'a> {
    /// The very text of the `Date` header.
    pub(crate) date: &'a str,
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    /// As sent.
    pub(crate) path: &'a str,
    /// The line made by [`line`]; empty where there is a body.
    pub(crate) params: &'a str,
    /// The bytes sent; empty where there is none.
    pub(crate) body: &'a [u8],
    /// Headers; those that are not `X-Duo-…` count for nothing.
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

impl Parts<'_> {
    /// What is signed. Version 5: the five lines of version 2, and a hash each of body and headers.
    pub(crate) fn canonical(&self) -> String {
        format!(
            "{}\n{}\n{}",
            self.request_lines(),
            hash(self.body),
            hash(&headers_line(self.headers))
        )
    }

    /// Date, method, host, path and parameters.
    fn request_lines(&self) -> String {
        let (method, host) = (self.method.to_ascii_uppercase(), self.host.to_ascii_lowercase());
        format!("{}\n{method}\n{host}\n{}\n{}", self.date, self.path, self.params)
    }

    /// The value of `Authorization`.
    pub(crate) fn authorization(&self, keys: &Keys) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA512, keys.secret.expose_secret().as_bytes());
        let tag = hmac::sign(&key, self.canonical().as_bytes());
        basic(&keys.integration, &hex(tag.as_ref()))
    }
}

fn basic(integration: &str, signature: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{integration}:{signature}")))
}

/// Parameters as they are signed, and as a query is sent: encoded, sorted by key, then by value.
pub(crate) fn line<K: AsRef<str>, V: AsRef<str>>(params: &[(K, V)]) -> String {
    let mut pairs: Vec<(String, String)> = params
        .iter()
        .map(|(key, value)| (encoded(key.as_ref()), encoded(value.as_ref())))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("&")
}

/// UTF-8 with everything but RFC 3986's unreserved characters percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// `X-Duo-…` headers, sorted, with NUL between all names and values.
fn headers_line(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut ours: Vec<(String, &str)> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), *value))
        .filter(|(name, _)| name.starts_with("x-duo-"))
        .collect();
    ours.sort();
    let parts: Vec<&str> = ours.iter().flat_map(|(name, value)| [name.as_str(), *value]).collect();
    parts.join("\0").into_bytes()
}

fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA512, bytes).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

/// A moment as the `Date` header has it (RFC 2822).
pub(crate) fn date(at: Timestamp) -> String {
    at.to_chrono()
        .map(|at| at.format("%a, %d %b %Y %H:%M:%S -0000").to_string())
        .unwrap_or_default()
}

//! Small things of XML's and SAML's texts: what is escaped, what is a name, what is a moment.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use doorward_contract::Timestamp;

use crate::crypto::token::Token;

/// The longest name of a message that is taken: others use 20 to 64 characters.
const LONGEST_NAME: usize = 256;

/// A value as it stands between tags or in an attribute (XML 1.0 §2.4, §3.3.3). What XML has no way to say is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 §2.2.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// Whether a text may name a message (`xs:ID`), in the letters that everybody uses.
pub(super) fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let goes_on = text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'));
    begins && goes_on && text.len() <= LONGEST_NAME
}

/// A fresh name for a message of ours: 256 bits (SAML 2.0 Core §1.3.4 asks for 128).
pub(super) fn fresh_name() -> String {
    format!("_{}", Token::random().text())
}

/// A moment as SAML writes it: UTC (Core §1.3.3).
pub(super) fn moment(at: Timestamp) -> String {
    let chrono = at.to_chrono();
    chrono.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A moment as SAML writes it, read: it says that it is UTC.
pub(super) fn read_moment(text: &str) -> Option<Timestamp> {
    Some(text).filter(|text| text.ends_with('Z')).and_then(Timestamp::parse)
}

/// Whether a moment lies between `before` ago and `after` from now.
pub(super) fn is_near(at: Timestamp, now: Timestamp, before: Duration, after: Duration) -> bool {
    now.since(at) <= before && at.since(now) <= after
}

/// What base64 stands for; lines may be broken (RFC 2045 §6.8).
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '\t' | '\r' | '\n'))
        .collect();
    STANDARD.decode(plain).ok()
}

//! A message as it was taken: its envelope, its headers, its text (RFC 5322, RFC 2045 §6, RFC 2047).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One message.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Who sent it, by the envelope.
    pub from: String,
    /// For whom, by the envelope.
    pub to: Vec<String>,
    /// Who signed in.
    pub user: Option<String>,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The message, its dots as they were written.
    pub raw: String,
}

impl Mail {
    fn parts(&self) -> (&str, &str) {
        self.raw.split_once("\r\n\r\n").unwrap_or((&self.raw, ""))
    }

    /// The headers of this name, unfolded and decoded.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let unfolded = self.parts().0.replace("\r\n ", " ").replace("\r\n\t", " ");
        let fields = unfolded.split("\r\n").filter_map(|line| line.split_once(':'));
        fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| words(value.trim()))
            .collect()
    }

    /// The header of this name, if there is exactly one.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut found = self.headers(name);
        if found.len() == 1 { found.pop() } else { None }
    }

    /// The text, decoded.
    pub fn text(&self) -> String {
        let body = self.parts().1;
        let encoding = self.header("Content-Transfer-Encoding").unwrap_or_default();
        let bytes = match encoding.to_ascii_lowercase().as_str() {
            "base64" => {
                let joined: String = body.split_whitespace().collect();
                STANDARD.decode(joined).unwrap_or_default()
            }
            "quoted-printable" => quoted(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    }
}

fn quoted(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        let (hex, tail) = after.split_at_checked(2).unwrap_or((after, ""));
        bytes.extend(u8::from_str_radix(hex, 16));
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Encoded words (RFC 2047), in the one form that programs write today.
fn words(value: &str) -> String {
    let mut shown = String::new();
    let mut after_word = false;
    for part in value.split(' ') {
        let encoded = part.strip_prefix("=?utf-8?b?").and_then(|part| part.strip_suffix("?="));
        let decoded = encoded.and_then(|text| STANDARD.decode(text).ok());
        // Between two encoded words a blank is no blank.
        let together = after_word && decoded.is_some();
        if !together && !shown.is_empty() {
            shown.push(' ');
        }
        after_word = decoded.is_some();
        match decoded {
            Some(bytes) => shown.push_str(&String::from_utf8_lossy(&bytes)),
            None => shown.push_str(part),
        }
    }
    shown
}

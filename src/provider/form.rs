//! The parameters of a request, each at most once: from a query, a form, or a JSON object.
//!
//! RFC 6749 §3.1 and §3.2: a parameter without a value is as if absent, none may stand there twice, unknown ones are
//! ignored. JSON is for Okta alone, whose guide asked for it for some months (and a form before and after).

use std::collections::BTreeMap;
use std::fmt;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use super::json;
use super::refusal::{Code, Refusal, Why};

/// The longest body: a request object of 16 KiB and every other parameter fit several times.
pub const LONGEST_BODY: usize = 64 * 1024;
/// The longest query: what browsers and proxies let through and more.
pub const LONGEST_QUERY: usize = 32 * 1024;
/// How many parameters at most; OpenID Connect knows about thirty.
const MOST: usize = 100;

/// Which bodies an endpoint reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A form only.
    Form,
    /// A form or a JSON object.
    FormOrJson,
}

/// A body as far as it was taken in: what is too long is told like everything else.
pub type Sent = Result<Bytes, BytesRejection>;

/// Parameters by name. None is empty. `Debug` shows the names only: values may be secrets or personal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Parameters {
    /// Reads a query string, without its question mark.
    pub fn of_query(query: &str) -> Result<Self, Refusal> {
        if query.len() > LONGEST_QUERY {
            return Err(too_long().with_status(StatusCode::URI_TOO_LONG));
        }
        Self::of_pairs(query.as_bytes())
    }

    /// Reads a body as far as it was taken in.
    pub fn of_sent(headers: &HeaderMap, body: Sent, allowed: Body) -> Result<Self, Refusal> {
        let body = body.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_long(),
            _ => Refusal::new(Code::InvalidRequest, "the body cannot be read", "body cut off"),
        })?;
        Self::of_body(headers, &body, allowed)
    }

    /// Reads what a browser brought: the body of a POST, else the query.
    pub fn of_arrival(method: &Method, query: Option<&str>, headers: &HeaderMap, body: Sent) -> Result<Self, Refusal> {
        if method == Method::POST {
            Self::of_sent(headers, body, Body::Form)
        } else {
            Self::of_query(query.unwrap_or_default())
        }
    }

    /// Reads a body by its content type.
    pub fn of_body(headers: &HeaderMap, body: &[u8], allowed: Body) -> Result<Self, Refusal> {
        if body.len() > LONGEST_BODY {
            return Err(too_long());
        }
        let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
        let kind = match (kinds.next().map(|kind| kind.to_str()), kinds.next()) {
            (Some(Ok(kind)), None) => kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(),
            _ => String::new(),
        };
        match (kind.as_str(), allowed) {
            ("application/x-www-form-urlencoded", _) => Self::of_pairs(body),
            ("application/json", Body::FormOrJson) => {
                let members = json::read_object(body).ok_or_else(|| malformed("body is not a JSON object"))?;
                Self::of_members(members)
            }
            _ => Err(Refusal::new(
                Code::InvalidRequest,
                "the content type of the body is not supported",
                "content type",
            )),
        }
    }

    /// Takes the members of a JSON object: text as it is, anything else as its JSON (RFC 9101 §4 has numbers as
    /// numbers, OpenID Connect Core §6.1 has `claims` as an object).
    pub fn of_members(members: Map<String, Value>) -> Result<Self, Refusal> {
        let mut all = Self::default();
        for (name, value) in members {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) | Value::Object(_) | Value::Array(_) => value.to_string(),
            };
            all.add(name, text)?;
        }
        Ok(all.without_empty())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a parameter that must be there; `missing` is told if it is not.
    pub fn require(&self, name: &str, missing: &'static str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::new(Code::InvalidRequest, missing, "parameter missing"))
    }

    /// Takes a parameter out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Sets a parameter, whatever it was.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Each parameter, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn of_pairs(text: &[u8]) -> Result<Self, Refusal> {
        let mut all = Self::default();
        for (count, pair) in text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .enumerate()
        {
            if count >= MOST {
                return Err(malformed("too many parameters"));
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || {
                let part = halves.next().unwrap_or_default();
                decode(part).ok_or_else(|| malformed("not percent-encoded UTF-8"))
            };
            let (name, value) = (half()?, half()?);
            all.add(name, value)?;
        }
        Ok(all.without_empty())
    }

    fn add(&mut self, name: String, value: String) -> Result<(), Refusal> {
        if self.0.len() >= MOST {
            return Err(malformed("too many parameters"));
        }
        if name.contains('\0') || value.contains('\0') {
            return Err(malformed("a parameter holds a zero byte"));
        }
        // Also of two empty ones and of an empty and a full one: RFC 6749 §3.1 says "more than once", whatever it holds.
        if self.0.insert(name, value).is_some() {
            return Err(Refusal::new(
                Code::InvalidRequest,
                "a parameter stands there twice",
                "parameter twice",
            ));
        }
        Ok(())
    }

    fn without_empty(mut self) -> Self {
        self.0.retain(|_, value| !value.is_empty());
        self
    }
}

/// Undoes the encoding of a form's name or value (WHATWG URL §5.1), but refuses what that reading would mend: a percent
/// sign without two hexadecimal digits, and what is not UTF-8.
pub(super) fn decode(text: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => hexadecimal(rest.next()?)? * 16 + hexadecimal(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A body or query beyond the limit.
fn too_long() -> Refusal {
    Refusal::new(Code::InvalidRequest, "the request is too long", "request too long")
        .with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

fn malformed(why: Why) -> Refusal {
    Refusal::new(Code::InvalidRequest, "the parameters cannot be read", why)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn body(kind: Option<&str>, body: &str, allowed: Body) -> Result<Parameters, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        }
        Parameters::of_body(&headers, body.as_bytes(), allowed)
    }

    fn why(read: Result<Parameters, Refusal>) -> &'static str {
        read.map_or_else(|refusal| refusal.why, |_| "")
    }

    #[test]
    fn a_form_is_decoded_and_empty_parameters_are_absent() {
        let text = "a=1+2%203&b=%C3%A9%2B&&c=&d&e=f=g&%61b=c";
        let read = body(
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            text,
            Body::Form,
        )
        .unwrap();
        let found: Vec<(&str, &str)> = read.iter().collect();
        assert_eq!(found, [("a", "1 2 3"), ("ab", "c"), ("b", "é+"), ("e", "f=g")]);
        assert_eq!(Parameters::of_query(text), Ok(read));
    }

    #[test]
    fn a_parameter_that_stands_there_twice_is_refused_however_it_is_written() {
        for twice in ["a=1&a=1", "a=1&b=2&a=2", "a=&a=1", "a&a", "client_id=x&client%5Fid=y"] {
            assert_eq!(why(Parameters::of_query(twice)), "parameter twice", "{twice}");
        }
        let twice = body(Some("application/json"), r#"{"a":"1","a":"1"}"#, Body::FormOrJson);
        assert_eq!(why(twice), "body is not a JSON object");
    }

    #[test]
    fn what_is_not_encoded_text_is_refused() {
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%ff", "%ff=a", "a=%C3"] {
            assert_eq!(why(Parameters::of_query(wrong)), "not percent-encoded UTF-8", "{wrong}");
        }
        assert_eq!(why(Parameters::of_query("a=b%00c")), "a parameter holds a zero byte");
    }

    #[test]
    fn there_is_an_end_to_length_and_number() {
        let pairs = |count: usize| (0..count).map(|n| format!("p{n}=x")).collect::<Vec<_>>().join("&");
        assert_eq!(why(Parameters::of_query(&pairs(100))), "");
        assert_eq!(why(Parameters::of_query(&pairs(101))), "too many parameters");
        let long = |length: usize| format!("a={}", "x".repeat(length - 2));
        assert_eq!(why(Parameters::of_query(&long(LONGEST_QUERY))), "");
        let refusal = Parameters::of_query(&long(LONGEST_QUERY + 1)).unwrap_err();
        assert_eq!(refusal.status, StatusCode::URI_TOO_LONG);
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(why(body(form, &long(LONGEST_BODY), Body::Form)), "");
        let refusal = body(form, &long(LONGEST_BODY + 1), Body::Form).unwrap_err();
        assert_eq!(refusal.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn json_is_read_where_it_is_allowed_and_says_the_same_as_a_form() {
        let text = json!({ "scope": "openid", "max_age": 5, "claims": { "id_token": {} }, "state": "", "nonce": null });
        let read = body(Some("Application/JSON"), &text.to_string(), Body::FormOrJson).unwrap();
        let found: Vec<(&str, &str)> = read.iter().collect();
        assert_eq!(
            found,
            [("claims", r#"{"id_token":{}}"#), ("max_age", "5"), ("scope", "openid")]
        );
        assert_eq!(why(body(Some("application/json"), "{}", Body::Form)), "content type");
        for wrong in ["[]", "", r#""a=1""#, "{}{}"] {
            let read = body(Some("application/json"), wrong, Body::FormOrJson);
            assert_eq!(why(read), "body is not a JSON object", "{wrong}");
        }
    }

    #[test]
    fn a_body_of_another_kind_or_of_none_is_not_guessed() {
        for kind in [None, Some(""), Some("text/plain"), Some("multipart/form-data")] {
            assert_eq!(why(body(kind, "a=1", Body::FormOrJson)), "content type", "{kind:?}");
        }
        let mut twice = HeaderMap::new();
        for kind in ["application/x-www-form-urlencoded", "application/json"] {
            twice.append(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        assert_eq!(
            why(Parameters::of_body(&twice, b"a=1", Body::FormOrJson)),
            "content type"
        );
    }

    #[test]
    fn no_value_shows_in_a_trace() {
        let read = Parameters::of_query("client_secret=hush&login_hint=maria").unwrap();
        assert_eq!(format!("{read:?}"), r#"{"client_secret", "login_hint"}"#);
    }

    #[test]
    fn a_parameter_is_asked_for_taken_and_set() {
        let mut read = Parameters::of_query("a=1").unwrap();
        assert_eq!(read.require("a", "a is missing"), Ok("1"));
        assert_eq!(
            read.require("b", "b is missing").unwrap_err().description,
            "b is missing"
        );
        read.set("b", "2");
        assert_eq!(read.take("b").as_deref(), Some("2"));
        read.set("a", "");
        assert_eq!(read.get("a"), None);
    }
}

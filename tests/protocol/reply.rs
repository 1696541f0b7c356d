//! What is sent to Doorward and what it answers: forms with any parameter, doubled ones too, and answers by redirect, by
//! form, or by a page.

use std::collections::BTreeMap;

use http::HeaderMap;
use reqwest::RequestBuilder;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

/// Parameters in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(pub(super) Vec<(String, String)>);

impl Sent {
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        pairs
            .iter()
            .fold(Self::default(), |sent, (name, value)| sent.and(name, value))
    }

    /// With one more, whether or not it is there.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without one.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    /// With this value of one, and no other.
    pub(super) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    pub(super) fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Reply {
    pub(super) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub(super) fn json(&self) -> Value {
        let read = serde_json::from_str(&self.body);
        read.unwrap_or_else(|_| panic!("{} without JSON: {}", self.status, self.body))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// A member of the answer that is text.
    pub(super) fn text(&self, member: &str) -> String {
        let value = self.json();
        let found = value[member].as_str();
        found
            .unwrap_or_else(|| panic!("{} has no {member}: {value}", self.status))
            .to_owned()
    }

    /// What a refusal says: status and `error`. Holds it to RFC 6749 §5.2 on the way.
    pub(super) fn refusal(&self) -> (u16, String) {
        let value = self.json();
        let members: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(members, ["error", "error_description"], "{value}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("pragma"), Some("no-cache"));
        let description = value["error_description"].as_str().unwrap();
        let plain = |letter: char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
        assert!(description.chars().all(plain), "{description}");
        (self.status, self.text("error"))
    }
}

/// What a browser was given by the authorization endpoint.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) reply: Reply,
    /// Where it leads, without what it brings.
    pub(super) target: Option<Url>,
    /// What it brings.
    pub(super) fields: BTreeMap<String, String>,
}

impl Answer {
    pub(super) fn of(reply: Reply) -> Self {
        match reply.header("location").map(Url::parse) {
            Some(Ok(url)) => Self::at(reply, url),
            _ => Self {
                reply,
                target: None,
                fields: BTreeMap::new(),
            },
        }
    }

    fn at(reply: Reply, url: Url) -> Self {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let fields: BTreeMap<String, String> = pairs.iter().cloned().collect();
        assert_eq!(fields.len(), pairs.len(), "a parameter stands there twice: {url}");
        Self {
            reply,
            target: Some(url),
            fields,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The code it brings; fails with what it brings instead.
    pub(super) fn code(&self) -> String {
        let code = self.get("code");
        code.unwrap_or_else(|| panic!("no code: {} {:?}", self.reply.status, self.fields))
            .to_owned()
    }

    /// Nothing led anywhere: a page of Doorward's own says that the request cannot be answered.
    pub(super) fn is_shown_here(&self) -> bool {
        self.reply.status == 400 && self.target.is_none() && self.reply.body.contains("data-state=\"bad-request\"")
    }

    /// It leads into a case: the person is asked.
    pub(super) fn opens_a_case(&self) -> bool {
        self.reply.header("location").is_some_and(|place| place == "/case")
    }
}

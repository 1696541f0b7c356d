//! A form being filled in and sent, as HTML's "form submission" has it: hidden fields as the page gave them, only what is
//! checked or chosen, and the pressed button.

use http::Method;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Browser, Errand, Error, Page};

/// Parts multipart bodies; long enough not to occur in a picture.
const BOUNDARY: &str = "----lab-browser-5f0c3b9e7d2a48c6";

/// A file picked by the person.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name on the person's machine.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct Blank {
    pub(super) id: Option<String>,
    pub(super) action: Url,
    pub(super) post: bool,
    pub(super) multipart: bool,
    pub(super) fields: Vec<Field>,
    pub(super) buttons: Vec<Button>,
}

#[derive(Clone, Debug)]
pub(super) struct Button {
    pub(super) label: String,
    pub(super) sends: Option<(String, String)>,
    pub(super) action: Option<Url>,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Choice {
        value: String,
        checked: bool,
    },
    List {
        options: Vec<String>,
        chosen: Option<String>,
    },
    File(Option<Upload>),
}

impl Field {
    pub(super) fn text(name: String, value: String) -> Self {
        let content = Content::Text(value);
        Self { name, content }
    }

    pub(super) fn choice(name: String, value: String, checked: bool) -> Self {
        let content = Content::Choice { value, checked };
        Self { name, content }
    }

    pub(super) fn list(name: String, options: &[(String, bool)]) -> Self {
        let chosen = options.iter().find(|(_, selected)| *selected).or(options.first());
        let content = Content::List {
            chosen: chosen.map(|(value, _)| value.clone()),
            options: options.iter().map(|(value, _)| value.clone()).collect(),
        };
        Self { name, content }
    }

    pub(super) fn file(name: String) -> Self {
        let content = Content::File(None);
        Self { name, content }
    }
}

enum Entry {
    Text(String),
    File(Upload),
}

/// A form of the open page.
#[derive(Debug)]
pub struct Form<'browser> {
    browser: &'browser mut Browser,
    blank: Blank,
    missing: Option<String>,
}

impl<'browser> Form<'browser> {
    pub(super) fn new(browser: &'browser mut Browser, blank: Blank) -> Self {
        Self {
            browser,
            blank,
            missing: None,
        }
    }

    /// The names of its fields, hidden ones included.
    pub fn names(&self) -> Vec<&str> {
        self.blank.fields.iter().map(|field| field.name.as_str()).collect()
    }

    /// Types into a field, ticks the box or picks the option of that value. A field that is not there is told on sending.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        let mut done = false;
        for field in self.blank.fields.iter_mut().filter(|field| field.name == name) {
            match &mut field.content {
                Content::Text(text) => {
                    value.clone_into(text);
                    done = true;
                }
                Content::Choice { value: own, checked } => {
                    *checked = own == value;
                    done |= *checked;
                }
                Content::List { options, chosen } if options.iter().any(|option| option == value) => {
                    *chosen = Some(value.to_owned());
                    done = true;
                }
                Content::List { .. } | Content::File(_) => {}
            }
        }
        self.note(done, || format!("field “{name}” that takes “{value}”"))
    }

    /// Picks a file for a field.
    #[must_use]
    pub fn file(mut self, name: &str, upload: Upload) -> Self {
        let slot = self.blank.fields.iter_mut().find_map(|field| match &mut field.content {
            Content::File(slot) if field.name == name => Some(slot),
            _ => None,
        });
        let done = slot.map(|slot| *slot = Some(upload)).is_some();
        self.note(done, || format!("file field “{name}”"))
    }

    /// Presses the button with this text, or with this value, and opens what follows.
    pub async fn press(self, label: &str) -> Result<&'browser Page, Error> {
        if let Some(what) = self.missing {
            return Err(self.browser.page()?.absent(what));
        }
        let exact = self.blank.buttons.iter().find(|button| button.label == label);
        let by_value = || {
            let fits = |button: &&Button| button.sends.as_ref().is_some_and(|(_, value)| value == label);
            self.blank.buttons.iter().find(fits)
        };
        let by_part = || self.blank.buttons.iter().find(|button| button.label.contains(label));
        let Some(button) = exact.or_else(by_value).or_else(by_part).cloned() else {
            return Err(self.browser.page()?.absent(format!("button “{label}”")));
        };
        let errand = errand(self.blank, button);
        self.browser.run(errand).await
    }

    fn note(mut self, done: bool, what: impl FnOnce() -> String) -> Self {
        if !done {
            self.missing.get_or_insert_with(what);
        }
        self
    }
}

fn errand(blank: Blank, button: Button) -> Errand {
    let mut url = button.action.unwrap_or(blank.action);
    let mut entries = entries(blank.fields);
    entries.extend(button.sends.map(|(name, value)| (name, Entry::Text(value))));
    if !blank.post {
        url.set_query(Some(&encoded(&entries)));
        return Errand {
            method: Method::GET,
            url,
            kind: None,
            body: Vec::new(),
        };
    }
    let (kind, body) = if blank.multipart {
        (format!("multipart/form-data; boundary={BOUNDARY}"), parts(&entries))
    } else {
        let kind = "application/x-www-form-urlencoded".to_owned();
        (kind, encoded(&entries).into_bytes())
    };
    Errand {
        method: Method::POST,
        url,
        kind: Some(kind),
        body,
    }
}

fn entries(fields: Vec<Field>) -> Vec<(String, Entry)> {
    let nameless = |field: &Field| field.name.is_empty();
    fields
        .into_iter()
        .filter(|field| !nameless(field))
        .filter_map(|field| {
            let entry = match field.content {
                Content::Text(text) => Entry::Text(text),
                Content::Choice { value, checked } => Entry::Text(checked.then_some(value)?),
                Content::List { chosen, .. } => Entry::Text(chosen?),
                // An empty file field still sends an empty part.
                Content::File(upload) => Entry::File(upload.unwrap_or(Upload {
                    name: String::new(),
                    kind: "application/octet-stream".to_owned(),
                    bytes: Vec::new(),
                })),
            };
            Some((field.name, entry))
        })
        .collect()
}

fn encoded(entries: &[(String, Entry)]) -> String {
    let mut serializer = Serializer::new(String::new());
    for (name, entry) in entries {
        match entry {
            Entry::Text(text) => serializer.append_pair(name, text),
            // Without multipart, a browser sends the name of the file and nothing of it.
            Entry::File(upload) => serializer.append_pair(name, &upload.name),
        };
    }
    serializer.finish()
}

/// RFC 7578.
fn parts(entries: &[(String, Entry)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, entry) in entries {
        let name = quoted(name);
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"").as_bytes());
        match entry {
            Entry::Text(text) => body.extend_from_slice(format!("\r\n\r\n{text}").as_bytes()),
            Entry::File(upload) => {
                let head = format!(
                    "; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                    quoted(&upload.name),
                    upload.kind
                );
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(&upload.bytes);
            }
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

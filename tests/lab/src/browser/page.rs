//! A page as a reader without scripts sees it: its words, links, forms and wish to be loaded again.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::Error;
use super::form::{Blank, Button, Field};

/// One answered page.
#[derive(Clone, Debug)]
pub struct Page {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Page {
    pub(super) fn new(url: Url, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self {
            url,
            status,
            headers,
            body,
        }
    }

    /// Where it was found, after redirects.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Its source.
    pub fn source(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its title.
    pub fn title(&self) -> String {
        self.first("title").unwrap_or_default()
    }

    /// Its first heading.
    pub fn heading(&self) -> String {
        self.first("h1").unwrap_or_default()
    }

    /// The text of the first element that a CSS selector names.
    pub fn first(&self, selector: &str) -> Option<String> {
        let selector = Selector::parse(selector).ok()?;
        self.parsed().select(&selector).next().map(|element| words(&element))
    }

    /// An attribute of the first element that a CSS selector names.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(selector).ok()?;
        let document = self.parsed();
        let element = document.select(&selector).next()?;
        element.attr(name).map(ToOwned::to_owned)
    }

    /// Its words, without markup, scripts and styles.
    pub fn text(&self) -> String {
        let document = self.parsed();
        document
            .select(&BODY)
            .next()
            .map(|body| words(&body))
            .unwrap_or_default()
    }

    /// Whether its words contain `text`.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// Whether it has such a form.
    pub fn has_form(&self, which: &str) -> bool {
        self.form(which).is_ok()
    }

    /// Where the first link with this text leads.
    pub fn link(&self, text: &str) -> Result<Url, Error> {
        let document = self.parsed();
        let base = self.base(&document);
        document
            .select(&LINK)
            .find(|link| words(link).contains(text))
            .and_then(|link| link.attr("href"))
            .and_then(|target| base.join(target).ok())
            .ok_or_else(|| self.absent(format!("link “{text}”")))
    }

    /// When and where it wants to be loaded again.
    pub fn refresh(&self) -> Option<(Duration, Url)> {
        let document = self.parsed();
        let content = document
            .select(&META)
            .find(|meta| {
                meta.attr("http-equiv")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"))
            })
            .and_then(|meta| meta.attr("content"))
            .map(ToOwned::to_owned)
            .or_else(|| Some(self.headers.get("refresh")?.to_str().ok()?.to_owned()))?;
        let (seconds, rest) = content.split_once([';', ',']).unwrap_or((&content, ""));
        let seconds = seconds.trim().parse::<f64>().ok()?;
        let target = rest.trim();
        let target = target
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("url="))
            .and_then(|_| target.get(4..))
            .unwrap_or("");
        let url = if target.is_empty() {
            self.url.clone()
        } else {
            self.base(&document).join(target.trim_matches(['"', '\''])).ok()?
        };
        Some((Duration::try_from_secs_f64(seconds).ok()?, url))
    }

    /// Whether it hides its origin from where its forms lead.
    pub(super) fn hides_origin(&self) -> bool {
        let policy = self.headers.get(header::REFERRER_POLICY);
        policy.is_some_and(|policy| policy == "no-referrer")
    }

    pub(super) fn absent(&self, what: String) -> Error {
        Error::Absent {
            url: Box::new(self.url.clone()),
            title: self.title(),
            what,
        }
    }

    pub(super) fn form(&self, which: &str) -> Result<Blank, Error> {
        let document = self.parsed();
        let base = self.base(&document);
        let forms: Vec<Blank> = document.select(&FORM).filter_map(|form| blank(&form, &base)).collect();
        // A button or id is what a person sees; the action is looked at last because one may be part of another.
        let by_button = |form: &&Blank| form.buttons.iter().any(|button| button.label == which);
        let by_id = |form: &&Blank| form.id.as_deref() == Some(which);
        let by_action = |form: &&Blank| form.action.path() == which;
        let by_part = |form: &&Blank| {
            form.buttons.iter().any(|button| button.label.contains(which)) || form.action.as_str().contains(which)
        };
        let mut ways = [
            forms.iter().find(by_button),
            forms.iter().find(by_id),
            forms.iter().find(by_action),
            forms.iter().find(by_part),
        ]
        .into_iter()
        .flatten();
        ways.next()
            .cloned()
            .ok_or_else(|| self.absent(format!("form “{which}”")))
    }

    fn base(&self, document: &Html) -> Url {
        document
            .select(&BASE)
            .next()
            .and_then(|base| base.attr("href"))
            .and_then(|target| self.url.join(target).ok())
            .unwrap_or_else(|| self.url.clone())
    }

    fn parsed(&self) -> Html {
        // What stands in `noscript` is for us; the parser believes that scripts are on and would keep it as text.
        let source = self.source();
        Html::parse_document(&source.replace("<noscript>", "").replace("</noscript>", ""))
    }
}

macro_rules! selectors {
    ($($name:ident = $text:literal;)*) => {$(
        static $name: std::sync::LazyLock<Selector> = std::sync::LazyLock::new(|| {
            Selector::parse($text).expect("a selector")
        });
    )*};
}

selectors! {
    BODY = "body";
    LINK = "a[href]";
    META = "meta[http-equiv][content]";
    FORM = "form";
    BASE = "base[href]";
    INPUT = "input, textarea, select, button";
    OPTION = "option";
}

fn blank(form: &ElementRef<'_>, base: &Url) -> Option<Blank> {
    let method = form.attr("method").unwrap_or("get").to_ascii_lowercase();
    let mut blank = Blank {
        id: form.attr("id").map(ToOwned::to_owned),
        action: base.join(form.attr("action").unwrap_or("")).ok()?,
        post: method == "post",
        multipart: form
            .attr("enctype")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data")),
        fields: Vec::new(),
        buttons: Vec::new(),
    };
    for element in form.select(&INPUT) {
        if element.attr("disabled").is_none() {
            take(&mut blank, &element, base);
        }
    }
    Some(blank)
}

/// HTML, "constructing the entry list": what each kind of control sends.
fn take(blank: &mut Blank, element: &ElementRef<'_>, base: &Url) {
    let name = element.attr("name").unwrap_or_default().to_owned();
    let value = element.attr("value");
    let kind = element.attr("type").unwrap_or("text").to_ascii_lowercase();
    match (element.value().name(), kind.as_str()) {
        ("button" | "input", "button" | "reset") => {}
        ("button", _) | ("input", "submit" | "image") => blank.buttons.push(Button {
            label: if element.value().name() == "button" {
                words(element)
            } else {
                value.unwrap_or("Submit").to_owned()
            },
            sends: (!name.is_empty()).then(|| (name, value.unwrap_or_default().to_owned())),
            action: element.attr("formaction").and_then(|target| base.join(target).ok()),
        }),
        ("input", "checkbox" | "radio") => {
            let choice = value.unwrap_or("on").to_owned();
            let checked = element.attr("checked").is_some();
            blank.fields.push(Field::choice(name, choice, checked));
        }
        ("input", "file") => blank.fields.push(Field::file(name)),
        ("select", _) => {
            let options: Vec<(String, bool)> = element
                .select(&OPTION)
                .map(|option| {
                    let value = option.attr("value").map_or_else(|| words(&option), ToOwned::to_owned);
                    (value, option.attr("selected").is_some())
                })
                .collect();
            blank.fields.push(Field::list(name, &options));
        }
        ("textarea", _) => blank.fields.push(Field::text(name, element.text().collect())),
        _ => blank
            .fields
            .push(Field::text(name, value.unwrap_or_default().to_owned())),
    }
}

/// The words of an element as they are seen: white space folded, blocks apart, inline parts joined, no scripts or styles.
fn words(element: &ElementRef<'_>) -> String {
    let mut text = String::new();
    gather(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gather(element: &ElementRef<'_>, text: &mut String) {
    for node in element.children() {
        if let Some(part) = node.value().as_text() {
            text.push_str(part);
        } else if let Some(child) = ElementRef::wrap(node) {
            let name = child.value().name();
            if matches!(name, "script" | "style" | "template") {
                continue;
            }
            let apart = if INLINE.contains(&name) { "" } else { " " };
            text.push_str(apart);
            gather(&child, text);
            text.push_str(apart);
        }
    }
}

/// Elements that do not break a line of words.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "bdi", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "sub", "sup", "time", "wbr",
];

//! A small browser without scripts: cookies, redirects, forms, links and meta refresh, as RFC 9110, RFC 6265 and the
//! Fetch standard (<https://fetch.spec.whatwg.org>, autumn 2026) have a browser do them.
//!
//! Pages are driven by what they contain, never by what a caller knows of them: a form is found by its button or its
//! action and sends its hidden fields as the page gave them. Scripts, frames and pictures are left out.

mod cookie;
mod form;
mod page;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Clock;
use http::{HeaderMap, HeaderValue, Method, header};
use url::Url;

pub use self::cookie::{Cookie, Jar};
pub use self::form::{Form, Upload};
pub use self::page::Page;

/// Browsers give up about here; a longer chain is a loop.
const MOST_REDIRECTS: usize = 20;
/// Longer than any calm waiting page; a lab without a network is slow only where it is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a page that refreshes itself is left alone at most; people wait longer, journeys need not.
const LONGEST_GLANCE: Duration = Duration::from_millis(250);

/// What kept the browser from going on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none.
    #[error("not an address: {0}")]
    Address(String),
    /// Nobody answered, or the answer broke off.
    #[error("{method} {url} was not answered")]
    Unanswered {
        /// The method.
        method: Method,
        /// The address.
        url: Box<Url>,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// Too many redirects.
    #[error("{0} redirects without end")]
    Loop(Url),
    /// The page has no such form, field, choice, button or link.
    #[error("the page {url} ({title}) has no {what}")]
    Absent {
        /// The page.
        url: Box<Url>,
        /// Its title.
        title: String,
        /// What was looked for.
        what: String,
    },
    /// The page went on waiting, or does not ask to be loaded again.
    #[error("the page {0} does not become what was waited for")]
    StillWaiting(Url),
    /// No page is open.
    #[error("no page is open")]
    Blank,
}

/// One request and what it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The status.
    pub status: u16,
}

/// A browser with cookies of its own and one open page.
pub struct Browser {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    jar: Jar,
    page: Option<Page>,
    history: Vec<Visit>,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("page", &self.page.as_ref().map(|page| page.url().as_str()))
            .field("visits", &self.history.len())
            .finish_non_exhaustive()
    }
}

/// A request on its way: what a link, a form or the address bar makes.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) kind: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Errand {
    fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            kind: None,
            body: Vec::new(),
        }
    }
}

impl Browser {
    /// A fresh browser that lives by `clock`; only the ends of cookies depend on it.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is a person's browser, not a way out of Doorward"
        )]
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .user_agent("Mozilla/5.0 (Lab; no scripts)")
            .build()?;
        Ok(Self {
            client,
            clock,
            jar: Jar::default(),
            page: None,
            history: Vec::new(),
        })
    }

    /// The open page.
    pub fn page(&self) -> Result<&Page, Error> {
        self.page.as_ref().ok_or(Error::Blank)
    }

    /// The cookies.
    pub fn jar(&self) -> &Jar {
        &self.jar
    }

    /// Every request so far, redirects included.
    pub fn history(&self) -> &[Visit] {
        &self.history
    }

    /// Opens an address that was typed or clicked in a mail.
    pub async fn visit(&mut self, address: &str) -> Result<&Page, Error> {
        let url = Url::parse(address).map_err(|_| Error::Address(address.to_owned()))?;
        self.page = None;
        self.run(Errand::get(url)).await
    }

    /// Opens the first link with this text (or part of it).
    pub async fn follow(&mut self, text: &str) -> Result<&Page, Error> {
        let url = self.page()?.link(text)?;
        self.run(Errand::get(url)).await
    }

    /// Loads the open page again, by GET.
    pub async fn reload(&mut self) -> Result<&Page, Error> {
        let url = self.page()?.url().clone();
        self.run(Errand::get(url)).await
    }

    /// The form whose action, id or button contains `which`, ready to be filled in.
    pub fn form(&mut self, which: &str) -> Result<Form<'_>, Error> {
        let blank = self.page()?.form(which)?;
        Ok(Form::new(self, blank))
    }

    /// Loads the page again as it asks to (meta refresh) until it is as `wanted`.
    pub async fn until(&mut self, wanted: impl Fn(&Page) -> bool) -> Result<&Page, Error> {
        let mut spent = Duration::ZERO;
        while !wanted(self.page()?) {
            let page = self.page()?;
            let Some((after, url)) = page.refresh().filter(|_| spent < PATIENCE) else {
                return Err(Error::StillWaiting(page.url().clone()));
            };
            let glance = after.min(LONGEST_GLANCE);
            tokio::time::sleep(glance).await;
            spent += glance.max(Duration::from_millis(1));
            self.run(Errand::get(url)).await?;
        }
        self.page()
    }

    /// Sends the errand and follows redirects to a page.
    pub(crate) async fn run(&mut self, mut errand: Errand) -> Result<&Page, Error> {
        let from = self.page.as_ref().map(|page| (page.url().clone(), page.hides_origin()));
        let mut trail = Trail::default();
        for _ in 0..MOST_REDIRECTS {
            trail.pass(from.as_ref().map(|(url, _)| url), &errand.url);
            let response = self.send(&errand, from.as_ref(), trail).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            self.history.push(Visit {
                method: errand.method.clone(),
                url: errand.url.clone(),
                status: status.as_u16(),
            });
            self.jar.keep(&errand.url, &headers, self.clock.now());
            if let Some(next) = redirect(&errand.url, status.as_u16(), &headers) {
                errand = onward(errand, status.as_u16(), next);
                continue;
            }
            let body = response.bytes().await.map_err(|source| unanswered(&errand, source))?;
            let page = Page::new(errand.url, status, headers, body.to_vec());
            return Ok(self.page.insert(page));
        }
        Err(Error::Loop(errand.url))
    }

    async fn send(
        &self,
        errand: &Errand,
        from: Option<&(Url, bool)>,
        trail: Trail,
    ) -> Result<reqwest::Response, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"),
        );
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        headers.insert("sec-fetch-site", HeaderValue::from_static(trail.word()));
        headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
        headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
        headers.insert("sec-fetch-user", HeaderValue::from_static("?1"));
        if let Some(cookies) = self.jar.header(&errand.url, self.clock.now())
            && let Ok(value) = HeaderValue::from_str(&cookies)
        {
            headers.insert(header::COOKIE, value);
        }
        if errand.method != Method::GET
            && let Ok(value) = HeaderValue::from_str(&origin(from))
        {
            headers.insert(header::ORIGIN, value);
        }
        if let Some(kind) = &errand.kind
            && let Ok(value) = HeaderValue::from_str(kind)
        {
            headers.insert(header::CONTENT_TYPE, value);
        }
        self.client
            .request(errand.method.clone(), errand.url.clone())
            .headers(headers)
            .body(errand.body.clone())
            .send()
            .await
            .map_err(|source| unanswered(errand, source))
    }
}

fn unanswered(errand: &Errand, source: reqwest::Error) -> Error {
    Error::Unanswered {
        method: errand.method.clone(),
        url: Box::new(errand.url.clone()),
        source: source.without_url(),
    }
}

/// How far the chain of requests has strayed from where it began (Fetch Metadata §2.3, `Sec-Fetch-Site`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Trail {
    #[default]
    None,
    SameOrigin,
    SameSite,
    CrossSite,
}

impl Trail {
    fn pass(&mut self, from: Option<&Url>, to: &Url) {
        let Some(from) = from else { return };
        let step = if from.origin() == to.origin() {
            Self::SameOrigin
        } else if from.scheme() == to.scheme() && from.host() == to.host() {
            // Ports do not part sites. Names are not cut down to a registrable domain: the lab has addresses only.
            Self::SameSite
        } else {
            Self::CrossSite
        };
        *self = (*self).max(step);
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
            Self::CrossSite => "cross-site",
        }
    }
}

/// Fetch, "serialize a request origin": a page that sends no referrer hides its origin too.
fn origin(from: Option<&(Url, bool)>) -> String {
    match from {
        Some((url, false)) => url.origin().ascii_serialization(),
        _ => "null".to_owned(),
    }
}

fn redirect(at: &Url, status: u16, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let target = headers.get(header::LOCATION)?.to_str().ok()?;
    let mut url = at.join(target).ok()?;
    if url.fragment().is_none() {
        url.set_fragment(at.fragment());
    }
    Some(url)
}

/// RFC 9110 §15.4: 303 always turns into GET, 301 and 302 do so after a POST, 307 and 308 never.
fn onward(errand: Errand, status: u16, next: Url) -> Errand {
    let keeps = matches!(status, 307 | 308) || errand.method == Method::GET;
    if keeps {
        Errand { url: next, ..errand }
    } else {
        Errand::get(next)
    }
}

//! Requests to Duo: which there are, how they are signed, paged and repeated.
//!
//! Follows "Admin API: Request Format", "Paging" and the rate limits (<https://duo.com/docs/adminapi>, August 2026). Duo has
//! no permission narrower than "write resource", which deletes users as well: what is not on the list here is never sent.

use std::sync::Arc;

use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{Clock, VendorError};
use http::{Method, header};
use rand::RngExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::pace::Patience;
use crate::reply::{Fault, Opened, UNKNOWN, opened};
use crate::settings::{Host, Keys};
use crate::sign::{Parts, date, encoded, line};

/// Every request there is. `{}` stands for an id.
const ROUTES: [(&str, &str); 25] = [
    ("GET", "admin/v1/users"),
    ("GET", "admin/v1/users/{}"),
    ("GET", "admin/v1/users/{}/groups"),
    ("GET", "admin/v1/users/{}/phones"),
    ("GET", "admin/v1/users/{}/tokens"),
    ("GET", "admin/v1/users/{}/webauthncredentials"),
    ("GET", "admin/v1/users/{}/desktopauthenticators"),
    ("GET", "admin/v1/users/{}/bypass_codes"),
    ("GET", "admin/v1/phones/{}"),
    // Asked by the self-check only: these must be refused.
    ("GET", "admin/v1/admins"),
    ("GET", "admin/v1/integrations"),
    ("GET", "admin/v1/settings"),
    ("GET", "admin/v1/info/summary"),
    // Unlocking.
    ("POST", "admin/v1/users/{}"),
    ("POST", "admin/v1/users/{}/bypass_codes"),
    ("POST", "admin/v1/phones/{}/activation_url"),
    ("DELETE", "admin/v1/bypass_codes/{}"),
    // The link between user and device: a phone may be somebody else's as well.
    ("DELETE", "admin/v1/users/{}/phones/{}"),
    ("DELETE", "admin/v1/users/{}/tokens/{}"),
    ("DELETE", "admin/v1/webauthncredentials/{}"),
    ("DELETE", "admin/v1/desktop_authenticators/{}"),
    ("GET", "auth/v2/check"),
    ("GET", "auth/v2/auth_status"),
    ("POST", "auth/v2/preauth"),
    ("POST", "auth/v2/auth"),
];
/// The longest page: 300 users, 500 bypass codes; 100 of anything else is what the official clients ask for.
const PAGE: u32 = 100;
/// More pages than anybody's devices or codes fill: at most 100 codes, 100 phones and 100 groups to a user.
const PAGES: usize = 40;

/// One request, before it is signed.
pub(crate) struct Call {
    method: Method,
    template: &'static str,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Map<String, Value>>,
}

impl Call {
    pub(crate) fn get(template: &'static str, ids: &[&str]) -> Self {
        Self::new(Method::GET, template, ids)
    }

    pub(crate) fn delete(template: &'static str, ids: &[&str]) -> Self {
        Self::new(Method::DELETE, template, ids)
    }

    /// A write. Without a parameter the body is `{}`, as the vendor's clients have it.
    pub(crate) fn post(template: &'static str, ids: &[&str]) -> Self {
        Self {
            body: Some(Map::new()),
            ..Self::new(Method::POST, template, ids)
        }
    }

    fn new(method: Method, template: &'static str, ids: &[&str]) -> Self {
        let mut path = String::from("/");
        let mut ids = ids.iter();
        for (at, part) in template.split("{}").enumerate() {
            if at > 0 {
                path.push_str(&encoded(ids.next().copied().unwrap_or_default()));
            }
            path.push_str(part);
        }
        Self {
            method,
            template,
            path,
            query: Vec::new(),
            body: None,
        }
    }

    #[must_use]
    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Numbers are sent as texts, truths as truths: the form of the official client.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Some(body) = &mut self.body {
            body.insert(name.to_owned(), value.into());
        }
        self
    }

    fn is_listed(&self) -> bool {
        ROUTES.contains(&(self.method.as_str(), self.template))
    }

    /// Whether it may be sent again after a 429: reads, and removals, for to remove what is gone is answered 200. After a
    /// lost answer only reads are: of a write the vendor is asked first what became of it.
    fn is_repeatable(&self) -> bool {
        self.method != Method::POST
    }
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Where the next one begins, if there is one. The last page need not be short, nor the others full.
    pub(crate) next: Option<u64>,
}

fn endless() -> VendorError {
    VendorError::Unexpected {
        why: "a list of Duo does not end".into(),
    }
}

/// The parameters of one page.
pub(crate) fn page(limit: Option<u32>, offset: Option<u64>) -> Vec<(&'static str, String)> {
    let limit = limit.map(|limit| ("limit", limit.to_string()));
    let offset = ("offset", offset.unwrap_or_default().to_string());
    limit.into_iter().chain([offset]).collect()
}

/// Speaks for one application of the account.
pub(crate) struct Client {
    host: Host,
    keys: Keys,
    http: Http,
    clock: Arc<dyn Clock>,
    pub(crate) patience: Patience,
}

impl Client {
    pub(crate) fn new(host: &Host, keys: &Keys, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Self, VendorError> {
        Ok(Self {
            host: host.clone(),
            keys: keys.clone(),
            http: Http::new("duo", std::slice::from_ref(host.base()), bounds)?,
            clock,
            patience: Patience::default(),
        })
    }

    /// The response, or what is to be done.
    pub(crate) async fn call<T: DeserializeOwned>(&self, call: &Call) -> Result<T, VendorError> {
        let answer = self.raw(call).await?;
        self.open(&answer).map(|opened| opened.response)
    }

    /// What a raw answer holds.
    pub(crate) fn open<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Opened<T>, VendorError> {
        opened(answer, self.clock.now())
    }

    /// A removal: done, or nothing there to remove.
    pub(crate) async fn remove(&self, call: &Call) -> Result<(), VendorError> {
        let answer = self.raw(call).await?;
        if Fault::of(&answer).code == UNKNOWN {
            return Ok(());
        }
        self.open::<Value>(&answer).map(|_| ())
    }

    /// One page of a list.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        template: &'static str,
        ids: &[&str],
        limit: u32,
        offset: u64,
    ) -> Result<Page<T>, VendorError> {
        let mut call = Call::get(template, ids);
        call.query = page(Some(limit), Some(offset));
        let opened: Opened<Vec<T>> = self.open(&self.raw(&call).await?)?;
        match opened.metadata.next_offset {
            Some(next) if next <= offset => Err(endless()),
            next => Ok(Page {
                items: opened.response,
                next,
            }),
        }
    }

    /// Every element of a list, page by page, as far as the vendor says that there is more.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        template: &'static str,
        ids: &[&str],
    ) -> Result<Vec<T>, VendorError> {
        let mut all = Vec::new();
        let mut offset = 0;
        for _ in 0..PAGES {
            let page = self.page(template, ids, PAGE, offset).await?;
            all.extend(page.items);
            match page.next {
                None => return Ok(all),
                Some(next) => offset = next,
            }
        }
        Err(endless())
    }

    /// The answer whatever its status. A 429 is waited out where the call may be repeated and patience allows it; each
    /// repeat is signed anew, for the date is part of the signature.
    pub(crate) async fn raw(&self, call: &Call) -> Result<Answer, VendorError> {
        if !call.is_listed() {
            return Err(VendorError::Refused {
                why: "the request is not on the list of those that Doorward sends to Duo".into(),
            });
        }
        let mut waited = std::time::Duration::ZERO;
        let mut refusals = 0;
        loop {
            let answer = self.http.send(self.signed(call)).await?;
            if answer.status != http::StatusCode::TOO_MANY_REQUESTS || !call.is_repeatable() {
                return Ok(answer);
            }
            let chance = rand::rng().random_range(0.0..1.0);
            let pause = match (answer.retry_after(), self.patience.pause(refusals, chance)) {
                (Some(asked), Some(own)) => asked.max(own),
                (None, Some(own)) => own,
                (_, None) => return Ok(answer),
            };
            if waited + pause > self.patience.total {
                return Ok(answer);
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            refusals += 1;
        }
    }

    /// An unsigned read; only `ping` is one.
    pub(crate) async fn ping(&self) -> Result<Answer, VendorError> {
        self.http.send(Ask::get(self.host.at("auth/v2/ping"))).await
    }

    fn signed(&self, call: &Call) -> Ask {
        let date = date(self.clock.now());
        let params = line(&call.query);
        let body = call.body.as_ref().map(|body| Value::Object(body.clone()).to_string());
        let parts = Parts {
            date: &date,
            method: call.method.as_str(),
            host: self.host.name(),
            path: &call.path,
            params: &params,
            body: body.as_deref().unwrap_or_default().as_bytes(),
            headers: &[],
        };
        let mut url = self.host.at(&call.path);
        if !params.is_empty() {
            url.set_query(Some(&params));
        }
        let mut ask = if call.method == Method::GET {
            Ask::get(url)
        } else {
            Ask::write(call.method.clone(), url)
        };
        ask = ask
            .header(header::DATE, &date)
            .header(header::AUTHORIZATION, &parts.authorization(&self.keys));
        if let Some(body) = body {
            ask.body = Some(body.into_bytes());
            ask = ask.header(header::CONTENT_TYPE, "application/json");
        }
        ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_as_the_official_clients_do() {
        let text = |text: &str| text.to_owned();
        assert_eq!(page(None, None), [("offset", text("0"))]);
        assert_eq!(page(None, Some(9001)), [("offset", text("9001"))]);
        assert_eq!(page(Some(2), None), [("limit", text("2")), ("offset", text("0"))]);
        assert_eq!(page(Some(3), None), [("limit", text("3")), ("offset", text("0"))]);
        assert_eq!(
            page(Some(5), Some(9002)),
            [("limit", text("5")), ("offset", text("9002"))]
        );
    }

    #[test]
    fn a_write_without_parameters_has_an_empty_object_for_a_body() {
        let body = Call::post("admin/v1/users/{}", &["DUXXXXXXXXXXXXXXXXXX"]).body;
        assert_eq!(body.map(|body| Value::Object(body).to_string()).as_deref(), Some("{}"));
    }

    #[test]
    fn no_user_and_no_shared_device_can_be_deleted() {
        for template in ["admin/v1/users/{}", "admin/v1/phones/{}", "admin/v1/tokens/{}"] {
            assert!(!Call::delete(template, &["X"]).is_listed(), "{template}");
        }
        assert!(!Call::post("admin/v1/users", &[]).is_listed());
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        let call = Call::get("admin/v1/users/{}/phones", &["../admins?x=1"]);
        assert_eq!(call.path, "/admin/v1/users/..%2Fadmins%3Fx%3D1/phones");
    }
}

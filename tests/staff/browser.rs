//! A browser that keeps cookies, of Doorward's and of the provider's, and shows every hop.

use std::collections::BTreeMap;

use reqwest::{Response, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::{Bench, ORIGIN};

/// One browser.
pub(crate) struct Browser<'b> {
    bench: &'b Bench,
    /// What Doorward had it keep.
    pub(crate) cookies: BTreeMap<String, String>,
    /// What the provider had it keep.
    pub(crate) theirs: BTreeMap<String, String>,
}

impl<'b> Browser<'b> {
    pub(crate) fn new(bench: &'b Bench) -> Self {
        Self {
            bench,
            cookies: BTreeMap::new(),
            theirs: BTreeMap::new(),
        }
    }

    /// A page of Doorward's, by its path or its whole address.
    pub(crate) async fn get(&mut self, path: &str) -> Response {
        let request = self.bench.client.get(self.here(path));
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.bench.client.post(self.here(path)).form(fields);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let response = request
            .header(header::COOKIE, line(&self.cookies))
            .send()
            .await
            .unwrap();
        keep(&mut self.cookies, &response);
        response
    }

    pub(crate) fn here(&self, path: &str) -> String {
        let path = path.strip_prefix(ORIGIN).unwrap_or(path);
        format!("http://{}{path}", self.bench.address)
    }

    /// At the provider's page: whoever is named there, or who is signed in there already. The address that leads back.
    pub(crate) async fn at_provider(&mut self, address: &str, member: &str) -> String {
        let client = &self.bench.client;
        let request = client.get(address).header(header::COOKIE, line(&self.theirs));
        let mut response = request.send().await.unwrap();
        if response.status() == StatusCode::OK {
            let asked = Url::parse(address).unwrap();
            let mut fields: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
            fields.push(("member".to_owned(), member.to_owned()));
            let to = format!("{}/sign-in", self.bench.idp.issuer());
            response = client.post(to).form(&fields).send().await.unwrap();
            keep(&mut self.theirs, &response);
        }
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "the provider refuses");
        location(&response)
    }

    /// From the desk's door to the provider: the address there.
    pub(crate) async fn leave(&mut self) -> String {
        let response = self.get("/desk/sign-in/corp?to=%2Fdesk%2Fprobe").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        location(&response)
    }

    /// Signs in from the start to whatever Doorward answers.
    pub(crate) async fn try_in(&mut self, member: &str) -> Response {
        let there = self.leave().await;
        let back = self.at_provider(&there, member).await;
        self.get(&back).await
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, member: &str) {
        let arrived = self.try_in(member).await;
        assert_eq!(
            (arrived.status(), location(&arrived)),
            (StatusCode::SEE_OTHER, "/desk/probe".to_owned())
        );
    }

    /// Proves themselves anew, to whatever Doorward answers.
    pub(crate) async fn try_anew(&mut self, member: &str) -> Response {
        let response = self.get("/desk/step-up?to=%2Fdesk%2Fprobe%2Fapprove").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let back = self.at_provider(&location(&response), member).await;
        self.get(&back).await
    }

    /// Who is signed in, and how long.
    pub(crate) async fn session(&mut self) -> Option<Value> {
        let response = self.get("/desk/session").await;
        match response.status() {
            StatusCode::OK => Some(response.json().await.unwrap()),
            StatusCode::UNAUTHORIZED => None,
            other => panic!("{other}"),
        }
    }

    pub(crate) async fn is_in(&mut self) -> bool {
        self.session().await.is_some()
    }

    /// The token of the form that signs out, which every form of the desk has.
    pub(crate) async fn form_token(&mut self) -> String {
        let page = self.get("/desk/sign-out").await.text().await.unwrap();
        let (_, rest) = page.split_once("name=\"form_token\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

/// Where a redirect leads.
pub(crate) fn location(response: &Response) -> String {
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

/// What the page says it is.
pub(crate) async fn state(response: Response) -> String {
    let page = response.text().await.unwrap();
    let (_, rest) = page.split_once("data-state=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

fn line(cookies: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

fn keep(cookies: &mut BTreeMap<String, String>, response: &Response) {
    for value in response.headers().get_all(header::SET_COOKIE) {
        let text = value.to_str().unwrap();
        let (name, rest) = text.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        if text.contains("Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

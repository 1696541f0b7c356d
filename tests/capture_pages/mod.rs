//! The pages on which the built-in verifier takes its pictures, over HTTP, in the whole lab: who may do what, in which order, how much.

mod forms;
mod guard;
mod phone;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;
use doorward_lab::browser::{Browser, Page};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};
use reqwest::{Client, Response};
use serde_json::Value;

/// Free ports for everything.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const MARIA: &str = "maria.silva@example.com";

/// A lab whose recovery page leads to the built-in verifier.
async fn lab(upload: bool) -> Lab {
    Lab::builder()
        .seed(11)
        .listen(ANYWHERE)
        .database(Database::Sqlite)
        .program(Path::new(env!("CARGO_BIN_EXE_doorward")))
        .toml_change(move |settings| settings_of(&settings, upload))
        .start()
        .await
        .unwrap()
}

fn settings_of(settings: &str, upload: bool) -> String {
    let (before, purpose) = settings.split_once("name = \"recover\"\n").unwrap();
    let builtin = format!("verifier = \"builtin\"\ndocuments = {{ upload = {upload} }}");
    let purpose = purpose.replacen("verifier = \"persona\"", &builtin, 1);
    format!("{before}name = \"recover\"\n{purpose}")
}

/// Somebody who agreed and stands where pictures are taken, at a computer.
async fn begun(lab: &Lab) -> Walk {
    fn quietly(_: &str, _: Duration) {}
    let mut walk = Walk::new(lab.sheet().clone(), quietly).unwrap();
    walk.enter_portal(MARIA).await.unwrap();
    walk.browser
        .form("/case/consent")
        .unwrap()
        .press("agree")
        .await
        .unwrap();
    walk.wait().await.unwrap();
    if state(&walk.browser) == "visit" {
        walk.browser.form("/case/visit").unwrap().press("check").await.unwrap();
    }
    assert_eq!(state(&walk.browser), "capture-where");
    walk
}

fn state(browser: &Browser) -> String {
    state_of(browser.page().unwrap())
}

fn state_of(page: &Page) -> String {
    page.attribute("body", "data-state").unwrap_or_default()
}

/// The address of a page.
fn here(lab: &Lab, path: &str) -> String {
    lab.sheet().doorward.address.join(path).unwrap().to_string()
}

/// On to the choice of a document, at the computer itself.
async fn at_the_computer(walk: &mut Walk) {
    let form = walk.browser.form("/capture/phone/back").unwrap();
    form.press("this computer").await.unwrap();
    assert_eq!(state(&walk.browser), "capture-kind");
}

async fn choose(browser: &mut Browser, kind: &str) {
    browser.form("/capture/kind").unwrap().press(kind).await.unwrap();
}

/// The token of the open page.
fn token(browser: &Browser) -> String {
    let page = browser.page().unwrap();
    let hidden = page.attribute("input[name=form_token]", "value");
    page.attribute("[data-camera]", "data-token").or(hidden).unwrap()
}

/// A call as the script of the open page makes it.
struct Call<'a> {
    browser: &'a Browser,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Call<'a> {
    fn from(browser: &'a Browser) -> Self {
        Self {
            browser,
            token: Some(token(browser)),
            headers: Vec::new(),
        }
    }

    fn without_token(mut self) -> Self {
        self.token = None;
        self
    }

    fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    async fn post(self, lab: &Lab, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let address = here(lab, path);
        let url = address.parse().unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is a person's browser, not a way out of Doorward"
        )]
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut request = client
            .post(&address)
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin");
        if !self.headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "image/jpeg");
        }
        if let Some(cookies) = self.browser.jar().header(&url, SystemClock.now()) {
            request = request.header("cookie", cookies);
        }
        if let Some(token) = &self.token {
            request = request.header("x-form-token", token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(body).send().await.unwrap()
    }
}

async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

/// A photograph that shows nothing at all.
fn blank_picture() -> Vec<u8> {
    use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Shot, Side, draw, lines};
    let mut chance = Chance::new(5);
    let empty: Vec<String> = lines(Format::Td3, &Bearer::random(&mut chance))
        .iter()
        .map(|line| " ".repeat(line.len()))
        .collect();
    let side = Side::Zone {
        format: Format::Td3,
        lines: &empty,
        portrait: None,
    };
    Shot::of(Level::Easy, &mut chance).take(&draw(&side, 5), &mut chance)
}

/// A file of the lab's people.
fn people(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/assets/people");
    std::fs::read(Path::new(folder).join(name)).unwrap()
}

/// A picture as small as the previews that pages send.
fn preview() -> Vec<u8> {
    people("maria-silva-selfie.jpg")
}

/// A photograph of Maria's passport.
fn marias_passport() -> Vec<u8> {
    use doorward_builtin::Picture;
    use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Shot, Side, draw, lines};
    let mut chance = Chance::new(7);
    let bearer = Bearer {
        family: "SILVA".to_owned(),
        given: "MARIA".to_owned(),
        number: "U7P3K9M2A".to_owned(),
        sex: 'F',
        birth: chrono::NaiveDate::from_ymd_opt(1988, 3, 14).unwrap(),
        expiry: chrono::NaiveDate::from_ymd_opt(2031, 5, 20).unwrap(),
        ..Bearer::random(&mut chance)
    };
    let portrait = Picture::open(&people("maria-silva-portrait.jpg")).unwrap();
    let side = Side::Zone {
        format: Format::Td3,
        lines: &lines(Format::Td3, &bearer),
        portrait: Some(portrait.rgb()),
    };
    Shot::of(Level::Easy, &mut chance).take(&draw(&side, 7), &mut chance)
}

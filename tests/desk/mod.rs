//! The console over HTTP, as browsers without scripts use it, in the whole lab, on SQLite and on PostgreSQL.
#![expect(
    clippy::too_many_lines,
    reason = "a story is told in one go, and what each role may do is one list"
)]

mod acts;
mod forms;
mod journey;
mod list;
mod live;
mod roles;
mod sight;

use std::net::SocketAddr;
use std::sync::Arc;

use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;
use doorward_lab::browser::{Browser, Page};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};

/// Runs each of the named tests on either database, each in a fresh lab.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::desk::lab(doorward_lab::Database::Sqlite).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::desk::lab(doorward_lab::Database::Postgres).await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// Who works at the desk, by their roles.
const AGENT: &str = "Robin Okafor";
const REVIEWER: &str = "Noor Haddad";
const APPROVER: &str = "Tomás Vidal";
const AUDITOR: &str = "Ewan Price";
const ADMIN: &str = "Sade Bello";

/// Whose account is locked in these stories.
const MARIA: &str = "maria.silva@example.com";

async fn lab(database: Database) -> Lab {
    lab_at(database, Arc::new(SystemClock)).await
}

async fn lab_at(database: Database, clock: Arc<dyn Clock>) -> Lab {
    let world = Lab::builder()
        .seed(11)
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
        .database(database)
        .in_process(clock);
    world.start().await.unwrap()
}

/// The address of a page.
fn here(lab: &Lab, path: &str) -> String {
    lab.sheet().doorward.address.join(path).unwrap().to_string()
}

/// A browser in which that operator is signed in.
async fn operator(lab: &Lab, name: &str) -> Browser {
    let mut browser = lab.browser().unwrap();
    browser.visit(lab.sheet().staff.as_str()).await.unwrap();
    browser.follow("Sign in with Example Hospital").await.unwrap();
    let page = browser.form(name).unwrap().press(name).await.unwrap();
    assert_eq!(
        page.attribute("body", "data-state").as_deref(),
        Some("desk-home"),
        "{}",
        page.text()
    );
    browser
}

/// A person at the beginning.
fn walk(lab: &Lab) -> Walk {
    Walk::new(lab.sheet().clone(), |_, _| {}).unwrap()
}

fn state(page: &Page) -> String {
    page.attribute("body", "data-state")
        .unwrap_or_else(|| panic!("{}", page.text()))
}

/// The token of the forms of this browser's operator.
async fn form_token(lab: &Lab, browser: &mut Browser) -> String {
    let page = browser.visit(&here(lab, "/desk")).await.unwrap();
    page.attribute("input[name=form_token]", "value").unwrap()
}

/// What an operator sent and got: the raw answer, no redirect followed.
async fn sent(lab: &Lab, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
    let address = here(lab, path);
    let cookies = browser.jar().header(&address.parse().unwrap(), lab.clock().now());
    let request = doorward_lab::caller::client().unwrap().post(address).form(fields);
    let request = request.header("sec-fetch-site", "same-origin");
    request
        .header("cookie", cookies.unwrap_or_default())
        .send()
        .await
        .unwrap()
}

/// The raw answer to a look.
async fn looked(lab: &Lab, browser: &Browser, path: &str) -> reqwest::Response {
    let address = here(lab, path);
    let cookies = browser.jar().header(&address.parse().unwrap(), lab.clock().now());
    let request = doorward_lab::caller::client().unwrap().get(address);
    request
        .header("cookie", cookies.unwrap_or_default())
        .send()
        .await
        .unwrap()
}

/// Opens a case for somebody; the page with the link.
async fn open<'b>(lab: &Lab, agent: &'b mut Browser, login: &str, purpose: &str) -> &'b Page {
    agent.visit(&here(lab, "/desk/cases/new")).await.unwrap();
    let form = agent.form("Open the case").unwrap();
    let form = form
        .set("account", login)
        .set("purpose", purpose)
        .set("ticket", "INC-7");
    let page = form.set("reason", "Lost phone").press("Open the case").await.unwrap();
    assert_eq!(state(page), "desk-given", "{}", page.text());
    page
}

/// The link on the page that shows it.
fn link(page: &Page) -> String {
    page.first("#link-text").unwrap()
}

/// The path of the case that the page follows.
fn followed(page: &Page) -> String {
    page.attribute("body", "data-page").unwrap()
}

/// The two words on an operator's page.
fn words(page: &Page) -> String {
    page.first("#part-pair .pair")
        .unwrap_or_else(|| page.first("#part-pair").unwrap())
}

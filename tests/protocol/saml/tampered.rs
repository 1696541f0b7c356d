//! Doorward's answer, caught on its way and tampered with: the service provider, asked over HTTP where answers arrive, lets
//! nobody in by any of it, and takes the genuine one afterwards, once. What a library not written here makes of the same is in
//! `tests/clients/node/flows/saml_forged.mjs`.

use super::journey::Stage;
use super::*;
use doorward_lab::builder::Database;
use doorward_lab::caller;

const MALLORY: &str = "mallory@example.com";
const UNSIGNED: &str = "the answer is not taken: not signed by the identity provider";

/// A genuine answer, and the parts that it is made of.
struct Caught {
    whole: String,
    outer: String,
    inner: String,
    statement: String,
    /// The statement about somebody else, without a signature.
    evil: String,
}

fn between(text: &str, start: &str, end: &str) -> String {
    let from = text.find(start).unwrap();
    let to = text[from..].find(end).unwrap() + from + end.len();
    text[from..to].to_owned()
}

fn renamed(xml: &str, id: &str) -> String {
    let old = between(xml, " ID=\"", "\" ");
    xml.replacen(&old, &format!(" ID=\"{id}\" "), 1)
}

impl Caught {
    fn of(whole: String) -> Self {
        let outer = between(&whole, "<ds:Signature ", "</ds:Signature>");
        let statement = between(&whole, "<saml:Assertion ", "</saml:Assertion>");
        let inner = between(&statement, "<ds:Signature ", "</ds:Signature>");
        let evil = renamed(&statement.replace(&inner, ""), "_evil").replace(MARIA, MALLORY);
        Self {
            whole,
            outer,
            inner,
            statement,
            evil,
        }
    }

    /// What may become of it, and why it is not taken.
    fn tampered(&self) -> Vec<(&'static str, String, &'static str)> {
        let Self {
            whole,
            outer,
            inner,
            statement,
            evil,
        } = self;
        let bare = whole.replace(outer, "");
        let id = between(&bare, " ID=\"", "\" ").replace(" ID=\"", "").replace("\" ", "");
        let shell = renamed(&bare.replace(statement, evil), "_shell");
        let within = |more: &str| shell.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1);
        let holding = outer.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{bare}</ds:Object></ds:Signature>"),
        );
        let audience = between(whole, "<saml:Audience>", "</saml:Audience>");
        let strangers = Key::stranger()
            .unwrap()
            .seal(&bare.replace(MARIA, MALLORY), &id)
            .unwrap();
        vec![
            ("another name", whole.replace(MARIA, MALLORY), UNSIGNED),
            (
                "another audience",
                whole.replace(&audience, "<saml:Audience>https://other.example</saml:Audience>"),
                UNSIGNED,
            ),
            ("no signature", bare.replace(inner, ""), UNSIGNED),
            ("no signature of the answer", bare.clone(), UNSIGNED),
            ("no signature of the statement", whole.replace(inner, ""), UNSIGNED),
            ("a stranger's signature", strangers, UNSIGNED),
            (
                "wrapped: another statement before",
                whole.replace(statement, &format!("{evil}{statement}")),
                UNSIGNED,
            ),
            (
                "wrapped: another statement behind",
                whole.replace(statement, &format!("{statement}{evil}")),
                UNSIGNED,
            ),
            (
                "wrapped: the answer within another",
                within(&format!("<samlp:Extensions>{whole}</samlp:Extensions>")),
                UNSIGNED,
            ),
            (
                "wrapped: within another that carries its signature",
                within(&format!("{outer}<samlp:Extensions>{bare}</samlp:Extensions>")),
                UNSIGNED,
            ),
            (
                "wrapped: the answer within its own signature",
                within(&holding),
                UNSIGNED,
            ),
            (
                "a document type",
                format!(
                    "<!DOCTYPE a>{}",
                    whole.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
                ),
                "the answer is not taken: a document type",
            ),
        ]
    }
}

/// An answer arrives over HTTP.
async fn posted(stage: &Stage, xml: &str) -> StatusCode {
    let acs = stage.lab.duo_sso.provider().acs.clone();
    let response = STANDARD.encode(xml);
    let fields = [("SAMLResponse", response.as_str()), ("RelayState", STATE)];
    let sent = caller::client().unwrap().post(acs).form(&fields).send();
    sent.await.unwrap().status()
}

/// Why the last answer was not taken.
fn fault(stage: &Stage) -> Option<String> {
    stage.lab.duo_sso.answers().pop().unwrap().fault
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_let_in_by_an_answer_that_was_tampered_with_or_came_before() {
    let stage = Stage::new(Database::Sqlite).await;
    let mut walk = stage.arrive(MARIA).await;
    stage.proven(&mut walk, "maria-silva").await;
    stage.until(&mut walk, "passage").await;
    let page = walk.browser.page().unwrap();
    let answer = page.attribute("input[name=SAMLResponse]", "value").unwrap();
    let caught = Caught::of(String::from_utf8(STANDARD.decode(answer).unwrap()).unwrap());
    for (what, xml, why) in caught.tampered() {
        assert_ne!(xml, caught.whole, "{what}");
        assert_eq!(posted(&stage, &xml).await, StatusCode::FORBIDDEN, "{what}");
        assert_eq!(fault(&stage).as_deref(), Some(why), "{what}");
    }
    // None of it used the request up: the genuine one is taken, once.
    assert_eq!(posted(&stage, &caught.whole).await, StatusCode::OK);
    let last = stage.lab.duo_sso.answers().pop().unwrap();
    assert_eq!(last.signed_in.unwrap().name_id, MARIA);
    assert_eq!(posted(&stage, &caught.whole).await, StatusCode::FORBIDDEN);
    assert_eq!(
        fault(&stage).as_deref(),
        Some("the answer is not taken: to no request that waits")
    );
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_for_another_service_lets_nobody_in_here() {
    let stage = Stage::new(Database::Sqlite).await;
    // The wiki asks; its answer is carried to Duo.
    let wiki = stage.lab.sheet().saml_providers[1].clone();
    let key = Key::read(
        &fs::read_to_string(&wiki.private_key).unwrap(),
        &fs::read_to_string(&wiki.certificate).unwrap(),
    )
    .unwrap();
    let request = Request {
        person: Some(MARIA.to_owned()),
        ..Request::of(&wiki, stage.clock.now())
    };
    let mut walk = stage.walk();
    let address = request.address(&wiki.sso, Some(STATE), &key).unwrap();
    walk.browser.visit(address.as_str()).await.unwrap();
    walk.expect("consent").unwrap();
    stage.proven(&mut walk, "maria-silva").await;
    stage.until(&mut walk, "passage").await;
    let page = walk.browser.page().unwrap();
    let answer = page.attribute("input[name=SAMLResponse]", "value").unwrap();
    let xml = String::from_utf8(STANDARD.decode(answer).unwrap()).unwrap();
    assert!(xml.contains(&format!("<saml:Audience>{}</saml:Audience>", wiki.entity_id)));
    assert_eq!(posted(&stage, &xml).await, StatusCode::FORBIDDEN);
    assert_eq!(
        fault(&stage).as_deref(),
        Some("the answer is not taken: another issuer")
    );
    stage.lab.stop().await;
}

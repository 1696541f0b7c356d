//! Whole journeys with the shipped program: what a receiver hears of one, what the command line tries out, and `kill -9` while a
//! message is under way.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};
use serde_json::Value;
use tempfile::TempDir;

use super::stand::{Manner, Receiver};
use super::{SECRET, until};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A lab whose gateway tells this receiver of everything, and takes a token that may see nothing but badges.
pub(super) async fn lab_telling(database: Database, receiver: &Receiver) -> (Lab, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let (signing, token) = (secret("webhook", SECRET), secret("token", BADGES));
    let more = format!(
        "\n[[webhook]]\nname = \"story\"\nurl = \"{}\"\nsecrets = [{{ file = \"{signing}\" }}]\ntimeout = \"1s\"\n\
         \n[[api_token]]\nname = \"badges\"\nsecret = {{ file = \"{token}\" }}\npurposes = [\"badge\"]\n",
        receiver.url
    );
    let lab = Lab::builder()
        .listen(ANYWHERE)
        .database(database)
        .program(Path::new(env!("CARGO_BIN_EXE_doorward")))
        .toml_change(move |text| format!("{text}{more}"))
        .start()
        .await
        .unwrap();
    (lab, folder)
}

/// The token of a machine that may see nothing but badges.
pub(super) const BADGES: &str = "a-token-for-badges-and-for-nothing-else-at-all";

fn doorward(lab: &Lab, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(words)
        .arg("--config")
        .arg(lab.folder().join("doorward.toml"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

fn kinds(receiver: &Receiver) -> BTreeSet<String> {
    receiver.heard().iter().map(super::stand::Message::kind).collect()
}

/// What is in the API's list.
pub(super) async fn listed(lab: &Lab, query: &str) -> Vec<Value> {
    let list = lab.api().get(&format!("deliveries{query}")).await.unwrap();
    list["deliveries"].as_array().unwrap().clone()
}

async fn a_recovery_is_told_stage_by_stage_and_names_nobody(database: Database) {
    let receiver = Receiver::start().await;
    let (lab, _folder) = lab_telling(database, &receiver).await;
    let mut walk = Walk::new(lab.sheet().clone(), |_, _| {}).unwrap();
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.take_pass().await.unwrap();
    until("the end is told", async || kinds(&receiver).contains("case.closed")).await;
    let expected = [
        "case.acting",
        "case.bound",
        "case.closed",
        "case.consented",
        "case.opened",
        "case.proven",
        "case.ready",
        "case.shown",
    ];
    until("all is told", async || kinds(&receiver).len() >= expected.len()).await;
    assert_eq!(kinds(&receiver), expected.map(ToOwned::to_owned).into());
    let heard = receiver.heard();
    let first = heard[0].body()["data"]["case"]["id"].clone();
    for message in &heard {
        assert!(message.is_by(SECRET));
        let text = String::from_utf8(message.text.clone()).unwrap().to_lowercase();
        let person = &maria.person;
        for word in [
            &person.login,
            &person.family,
            &person.birth_date,
            &person.document.number,
        ] {
            assert!(!text.contains(&word.to_lowercase()), "{text}");
        }
        assert!(!text.contains(&maria.account.to_string()), "{text}");
        assert_eq!(message.body()["data"]["case"]["id"], first);
    }
    let closed = heard.iter().find(|message| message.kind() == "case.closed").unwrap();
    assert_eq!(closed.body()["data"]["case"]["end"], "recovered");
    // Each was told once, and the list says so.
    until("all is written down", async || {
        let list = listed(&lab, &format!("?case={}", first.as_str().unwrap())).await;
        list.iter()
            .filter(|one| one["webhook"] == "story")
            .all(|one| one["state"] == "delivered")
    })
    .await;
    assert_eq!(heard.len(), expected.len());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_told_stage_by_stage_and_names_nobody_on_sqlite() {
    Box::pin(a_recovery_is_told_stage_by_stage_and_names_nobody(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_told_stage_by_stage_and_names_nobody_on_postgresql() {
    Box::pin(a_recovery_is_told_stage_by_stage_and_names_nobody(Database::Postgres)).await;
}

async fn killed_while_it_sends(database: Database) {
    let receiver = Receiver::start().await;
    receiver.answers_next(Manner::Hold);
    let (lab, _folder) = lab_telling(database, &receiver).await;
    let maria = lab.people().iter().find(|person| person.id == "maria-silva").unwrap();
    lab.link(maria, "recover", "INC0800").await.unwrap();
    receiver.hears(1).await;
    lab.kill_gateway().await;
    lab.start_gateway().await.unwrap();
    receiver.hears(2).await;
    until("it is delivered", async || {
        listed(&lab, "?webhook=story&state=delivered").await.len() == 1
    })
    .await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].id, heard[1].id);
    assert_eq!(heard[0].text, heard[1].text);
    let [delivery] = listed(&lab, "?webhook=story").await.try_into().unwrap();
    assert_eq!(delivery["id"], heard[0].id.as_str());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_under_way_when_the_program_is_killed_comes_again_under_its_id_on_sqlite() {
    Box::pin(killed_while_it_sends(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_under_way_when_the_program_is_killed_comes_again_under_its_id_on_postgresql() {
    Box::pin(killed_while_it_sends(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_is_sent_when_asked_for_and_says_what_came_of_it() {
    let receiver = Receiver::start().await;
    let (lab, _folder) = lab_telling(Database::Sqlite, &receiver).await;
    let checked = doorward(&lab, &["check"]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(receiver.heard().is_empty());

    let tried = doorward(&lab, &["webhook", "test", "story"]);
    assert!(tried.status.success(), "{}", said(&tried));
    assert!(said(&tried).contains("story took the trial"), "{}", said(&tried));
    let [message] = receiver.heard().try_into().unwrap();
    assert!(message.is_by(SECRET));
    assert_eq!(message.kind(), "webhook.test");

    receiver.answers(Manner::Status(401));
    for words in [&["webhook", "test", "story"][..], &["check", "--send-test"]] {
        let refused = doorward(&lab, words);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(said(&refused).contains("signed trial with 401"), "{}", said(&refused));
        assert!(!said(&refused).contains("a-path-like-a-secret"), "{}", said(&refused));
    }
    let unknown = doorward(&lab, &["webhook", "test", "storey"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("there are: "), "{}", said(&unknown));
    lab.stop().await;
}

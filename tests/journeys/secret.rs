//! After every journey: no secret and no personal datum in any log line, any address, any event, or the database in clear.

use std::process::Command;

use doorward_lab::play::JOURNEYS;
use doorward_lab::{Database, Lab};
use serde_json::Value;

use super::{lab, walk};

/// What must not be found, with a name to report it by.
fn forbidden(lab: &Lab) -> Vec<(String, String)> {
    let mut words = Vec::new();
    for person in &lab.sheet().people {
        let of = |what: &str| format!("{}'s {what}", person.person.id);
        words.push((of("login"), person.person.login.clone()));
        words.push((of("family name"), person.person.family.clone()));
        words.push((of("document number"), person.person.document.number.clone()));
        words.push((of("birth date"), person.person.birth_date.clone()));
        words.push((of("password"), person.password.clone()));
    }
    let sheet = serde_json::to_value(lab.sheet()).unwrap();
    for pointer in ["/persona/key", "/entra/client_secret", "/doorward/tokens/0/token"] {
        let secret = sheet
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer} is not there"));
        words.push((pointer.to_owned(), secret.to_owned()));
    }
    for file in std::fs::read_dir(lab.folder().join("secrets")).unwrap() {
        let path = file.unwrap().path();
        words.push((
            path.display().to_string(),
            std::fs::read_to_string(&path).unwrap().trim().to_owned(),
        ));
    }
    words
}

fn search(place: &str, bytes: &[u8], words: &[(String, String)]) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    assert!(!text.is_empty(), "{place} is empty: nothing was searched");
    for (name, word) in words {
        assert!(word.len() >= 4, "{name} is too short to search for");
        if let Some(at) = found(&text, &word.to_lowercase()) {
            let around: String = text[..at].chars().rev().take(60).collect();
            let around: String = around.chars().rev().chain(text[at..].chars().take(60)).collect();
            panic!("{place} holds {name}: {around:?}");
        }
    }
}

/// Where a word stands. Five letters of no case stand by chance in a few megabytes of base64, so a short word counts where it stands
/// as a word.
fn found(text: &str, word: &str) -> Option<usize> {
    let is_short = word.len() < 8 && word.chars().all(char::is_alphabetic);
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        !is_short || !(joins(before) || joins(after))
    })
}

#[test]
fn a_short_name_is_found_where_it_is_a_word() {
    for text in [
        "\"silva\"",
        "maria.silva@example.com",
        "silva",
        "x silva\n",
        "\u{fffd}silva\u{fffd}",
    ] {
        assert!(found(text, "silva").is_some(), "{text}");
    }
    assert_eq!(found("qw3silva9z", "silva"), None);
    assert!(found("qw3maria.silva9z", "maria.silva").is_some());
}

/// Plays everything at the most talkative level, and one journey by hand to learn its secrets.
async fn nothing_leaks(database: Database) {
    let lab = lab(database, |text| {
        let loud = text.replace("level = \"info\"", "level = \"trace\"");
        if loud == text {
            format!("{text}\n[log]\nlevel = \"trace\"\n")
        } else {
            loud
        }
    })
    .await;
    for journey in JOURNEYS {
        let outcome = journey.run(lab.sheet().clone(), |_, _| {}).await;
        assert!(outcome.is_ok(), "{}: {:?}", journey.name, outcome.why);
    }
    let mut words = forbidden(&lab);
    let mut walk = walk(&lab);
    let person = walk.person("juergen-mueller").unwrap();
    walk.enter_portal(&person.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.expect("ready").unwrap();
    // While the pass waits, sealed.
    let waiting = everything(&lab);
    let (secret, _) = walk.take_pass().await.unwrap();
    words.push(("the pass".to_owned(), secret.clone()));
    for cookie in walk.browser.jar().cookies() {
        for (at, part) in cookie.value.split('.').enumerate().filter(|(_, part)| part.len() > 20) {
            words.push((format!("part {at} of the cookie"), part.to_owned()));
        }
    }
    for visit in walk.browser.history() {
        // Addresses that Doorward made. Persona's own carry what Persona puts there, and so does its way back, which
        // Doorward answers with an address of its own at once.
        let ours = visit.url.origin() == lab.sheet().doorward.address.origin();
        if ours && !visit.url.path().starts_with("/return/") {
            search("an address", visit.url.as_str().as_bytes(), &words);
        }
    }
    for (place, bytes) in waiting.iter().chain(&everything(&lab)) {
        search(place, bytes, &words);
    }
    lab.stop().await;
}

/// The log, the record and the database, byte for byte.
pub(crate) fn everything(lab: &Lab) -> Vec<(&'static str, Vec<u8>)> {
    let export = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["audit", "export", "--config"])
        .arg(lab.folder().join("doorward.toml"))
        .output()
        .unwrap();
    assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    let database = &lab.sheet().doorward.database;
    let stored = if database.starts_with("postgres") {
        dumped(database)
    } else {
        lab.database_bytes()
    };
    vec![
        ("the log", lab.gateway_log().into_bytes()),
        ("the record", export.stdout),
        ("the database", stored),
    ]
}

/// Everything in a PostgreSQL database, bytes as text too.
fn dumped(url: &str) -> Vec<u8> {
    let mut program = std::path::PathBuf::from("/usr/bin/pg_dump");
    for entry in std::fs::read_dir("/usr/lib/postgresql").unwrap() {
        program = entry.unwrap().path().join("bin/pg_dump");
    }
    let dump = Command::new(program)
        .args(["--data-only", "--inserts", "--dbname", url])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let text = String::from_utf8(dump.stdout).unwrap();
    // Bytes are dumped as '\x…': their contents are searched too.
    let mut all = text.clone().into_bytes();
    for piece in text.split("'\\x").skip(1) {
        let hex: Vec<u8> = piece.bytes().take_while(u8::is_ascii_hexdigit).collect();
        all.extend(
            hex.chunks(2)
                .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()),
        );
        all.push(b'\n');
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaks_on_sqlite() {
    Box::pin(nothing_leaks(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaks_on_postgresql() {
    Box::pin(nothing_leaks(Database::Postgres)).await;
}

//! Signing keys are replaced while people sign in (OpenID Connect Core §10.1.1): clients that keep the keys exactly as long
//! as `Cache-Control` says (RFC 9111 §4.2), and look at no key they do not know, verify every ID token.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::party::Party;
use super::sign::part;
use super::stage::{Stage, verified};

/// A party for each algorithm.
const PARTIES: [&str; 4] = ["basic", "ps256", "pairwise", "bound"];
/// How many of each sign in at once.
const EACH: usize = 3;

/// A client that keeps the keys it read.
struct Reader<'a> {
    party: Party<'a>,
    /// Kept so long, whatever the header says; without it as the header says.
    keeps: Option<i64>,
    keys: Value,
    until: i64,
}

impl<'a> Reader<'a> {
    fn all(stage: &'a Stage, keeps: Option<i64>) -> Vec<Self> {
        let party = |id: &str| match id {
            "bound" => stage.party(id).holding("ES256"),
            _ => stage.party(id),
        };
        let many = PARTIES.iter().flat_map(|id| std::iter::repeat_n(*id, EACH));
        many.map(|id| Self {
            party: party(id),
            keeps,
            keys: json!(null),
            until: 0,
        })
        .collect()
    }

    /// Reads the keys if they are over, then checks the token with them and nothing else.
    async fn believe(&mut self, tokens: &Value) -> (String, String) {
        let stage = self.party.stage;
        if stage.now() >= self.until {
            let reply = stage.get("/oauth2/jwks").await;
            let header = reply.header("cache-control").unwrap();
            let age: i64 = header.split_once("max-age=").unwrap().1.parse().unwrap();
            self.until = stage.now() + self.keeps.unwrap_or(age);
            self.keys = reply.json();
        }
        let token = tokens["id_token"].as_str().unwrap();
        verified(token, &self.keys);
        let header = part(token, 0);
        let text = |name: &str| header[name].as_str().unwrap().to_owned();
        (text("alg"), text("kid"))
    }
}

/// Which keys signed, by algorithm.
type Seen = BTreeMap<String, BTreeSet<String>>;

fn note(seen: &mut Seen, signed: impl IntoIterator<Item = (String, String)>) {
    for (alg, kid) in signed {
        seen.entry(alg).or_default().insert(kid);
    }
}

/// Whether so many keys of each algorithm signed.
fn each(seen: &Seen, count: usize) -> bool {
    seen.len() == PARTIES.len() && seen.values().all(|kids| kids.len() == count)
}

async fn published(stage: &Stage) -> usize {
    stage.get("/oauth2/jwks").await.json()["keys"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_replaced_by_command_break_no_sign_in() {
    // The command lives by the machine's clock, so this world begins there.
    let stage = Stage::changed(SystemClock.now().seconds(), |text| text)
        .await
        .with_proof()
        .await;
    let mut readers = Reader::all(&stage, None);
    let settings = stage.lab.sheet().doorward.settings.clone();
    let command = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args(["keys", "rotate", "--now", "--config", &settings])
            .output()
            .unwrap()
    });
    let (mut seen, mut rounds) = (Seen::new(), 0);
    // The command's clock goes on meanwhile: two hours are more than it needs, and less than a proof answers for.
    while !each(&seen, 2) && rounds < 600 {
        // Some read early and some late, so that their copies are over at different times.
        let active = readers.iter_mut().enumerate().filter(|(at, _)| at % 4 <= rounds);
        let signed = active.map(async |(_, reader)| {
            let tokens = reader.party.tokens().await;
            reader.believe(&tokens).await
        });
        note(&mut seen, join_all(signed).await);
        stage.clock.forward(Duration::from_secs(5));
        rounds += 1;
    }
    let said = command.await.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert!(each(&seen, 2), "{seen:?}");
    // What the old keys signed is checked for as long as it is good: they stay.
    assert_eq!(published(&stage).await, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_replaced_by_schedule_break_nobody_who_reads_them_once_a_day() {
    const DAY: i64 = 86_400;
    let stage = Stage::changed(super::stage::NOW, |text| {
        format!(
            "{}\n[keys]\nrotate_every = \"7d\"\noverlap = \"2d\"\n",
            refreshing(&text)
        )
    });
    let stage = stage.await.with_proof().await;
    let mut readers = Reader::all(&stage, Some(DAY));
    let mut tokens = Vec::new();
    for reader in &readers {
        tokens.push(reader.party.tokens().await);
    }
    let mut seen = Seen::new();
    // A fortnight in steps of six hours: five days until new keys are published, two more until they sign.
    for _ in 0..56 {
        let signed = readers.iter_mut().zip(&mut tokens).map(async |(reader, tokens)| {
            let reply = reader.party.token(&Party::refreshing(&tokens["refresh_token"])).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            *tokens = reply.json();
            reader.believe(tokens).await
        });
        note(&mut seen, join_all(signed).await);
        stage.clock.forward(Duration::from_secs(6 * 3_600));
        looked_after(&stage).await;
        if each(&seen, 2) {
            break;
        }
    }
    assert!(each(&seen, 2), "{seen:?}");
    // Two days and an hour after the last signature the old ones go.
    stage.clock.forward(Duration::from_secs(2 * 86_400 + 3_600));
    for _ in 0..12_000 {
        if published(&stage).await == 4 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the old keys are still published");
}

/// Gives every party refresh tokens for a month.
fn refreshing(text: &str) -> String {
    let text = text.replace("refresh = \"1d\"\n", "");
    text.replace("[[client]]\nsession", "[[client]]\nrefresh = \"30d\"\nsession")
}

/// Waits until Doorward had its turn at the keys: after five of seven days the next ones are published.
async fn looked_after(stage: &Stage) {
    let due = stage.now() - super::stage::NOW >= 5 * 86_400;
    for _ in 0..12_000 {
        if !due || published(stage).await == 8 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no new keys are published");
}

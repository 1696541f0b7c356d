//! `doorward keys`: the signing keys of the OpenID provider. Every node sees a new key without a restart.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::{Failure, print};
use crate::app;
use crate::cause::causes;
use crate::config::Config;
use crate::crypto::signing::Alg;
use crate::provider::keyring::{Keyring, Listed};
use doorward_contract::clock::SystemClock;

pub(super) async fn list(config: Config, json: bool) -> Result<ExitCode, Failure> {
    let keyring = open(&config).await?;
    let keys = keyring.list().await.map_err(|error| Failure::Failed(causes(&error)))?;
    if json {
        let keys: Vec<_> = keys.iter().map(as_json).collect();
        return print(&json!({ "keys": keys }).to_string());
    }
    print(&lines(&keys))
}

pub(super) async fn rotate(config: Config, alg: Option<Alg>, now: bool) -> Result<ExitCode, Failure> {
    let keyring = open(&config).await?;
    let keys = keyring
        .rotate(alg, now)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    print(&lines(&keys))
}

async fn open(config: &Config) -> Result<Keyring, Failure> {
    let failed = |error: app::Error| Failure::Failed(causes(&error));
    let store = app::open_store(config).await.map_err(failed)?;
    store.migrate().await.map_err(|error| Failure::Failed(causes(&error)))?;
    app::keyring(config, store, Arc::new(SystemClock)).await.map_err(failed)
}

fn lines(keys: &[Listed]) -> String {
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let until = key
                .until
                .map(|until| format!(", withdrawn from {until}"))
                .unwrap_or_default();
            let (alg, word) = (key.alg.word(), key.standing.word());
            format!("{alg}  {word:7}  {}  signs from {}{until}", key.kid, key.from_at)
        })
        .collect();
    lines.join("\n")
}

fn as_json(key: &Listed) -> serde_json::Value {
    json!({
        "kid": key.kid, "alg": key.alg, "standing": key.standing.word(),
        "made_at": key.made_at, "signs_from": key.from_at, "withdrawn_from": key.until,
    })
}

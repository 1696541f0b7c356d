//! The JSON API over HTTP, on SQLite and on PostgreSQL: who may do what, the same call twice, pages, streams, and what its
//! description says.
#![expect(clippy::too_many_lines, reason = "a journey is told in one go")]

mod described;
mod journey;
mod matrix;
mod repeated;

use serde_json::Value;

use crate::staff::Bench;

/// What an endpoint answers: its status, and its body as JSON where it is some.
async fn answered(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// The word of a problem.
fn word(problem: &Value) -> &str {
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.rsplit('/').next().unwrap_or_default()
}

/// Where an endpoint is, of this case or delivery.
fn address(bench: &Bench, path: &str, id: &str) -> String {
    format!("http://{}/api/v1{}", bench.address, path.replace("{id}", id))
}

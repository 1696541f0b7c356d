//! A fake's log as people read it.

use doorward_contract::Timestamp;
use doorward_contract::fake::Asked;
use serde_json::Value;

/// One request.
pub(super) struct Entry {
    pub(super) at: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) status: u16,
    /// `good`, `bad` or `cut`.
    pub(super) tone: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

impl Entry {
    pub(super) fn of(asked: &Asked) -> Self {
        Self {
            at: clock_time(asked.at),
            method: asked.method.clone(),
            path: asked.path.clone(),
            query: asked.query.clone(),
            status: asked.status,
            tone: match asked.status {
                0 => "cut",
                status if status < 400 => "good",
                _ => "bad",
            },
            headers: asked.headers.clone(),
            body: (!asked.body.is_null()).then(|| pretty(&asked.body)),
        }
    }
}

/// JSON in lines; text as it is.
pub(super) fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// The time of day, UTC.
pub(super) fn clock_time(at: Timestamp) -> String {
    at.to_chrono()
        .map(|at| at.format("%H:%M:%S").to_string())
        .unwrap_or_default()
}

//! The settings in force, as the API tells them: what there is and how it is named, and no secret, nor where one is kept.

use serde_json::{Value, json};

use crate::config::Config;

/// The settings as JSON.
pub(super) fn settings(config: &Config) -> Value {
    let sources: Vec<Value> = config
        .sources
        .iter()
        .map(|source| json!({"name": source.name().get_ref().0, "kind": source.kind()}))
        .collect();
    let connectors: Vec<Value> = config
        .connectors
        .iter()
        .map(|connector| json!({"name": connector.name().get_ref().0}))
        .collect();
    let purposes: Vec<Value> = config
        .purposes
        .iter()
        .map(|purpose| {
            let sources: Vec<&str> = purpose.sources.iter().map(|name| name.get_ref().0.as_str()).collect();
            let plan: Vec<&str> = purpose
                .plan
                .iter()
                .map(|act| act.get_ref().connector.get_ref().0.as_str())
                .collect();
            json!({
                "name": purpose.name.get_ref().0, "sources": sources, "plan": plan,
                "directory": purpose.directory.as_ref().map(|name| &name.get_ref().0),
            })
        })
        .collect();
    let providers: Vec<&str> = config
        .staff
        .providers
        .iter()
        .map(|one| one.name.get_ref().0.as_str())
        .collect();
    let limits = &config.limits;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "server": {
            "public_url": config.server.public_url.get_ref().0, "listen": config.server.listen.0.to_string(),
        },
        "limits": {
            "per_address_hour": limits.per_address_hour, "per_account_day": limits.per_account_day,
            "cases_per_agent": limits.cases_per_agent, "searches_per_agent": limits.searches_per_agent,
            "approvals_per_approver": limits.approvals_per_approver, "api_per_minute": limits.api_per_minute,
        },
        "sources": sources, "connectors": connectors, "purposes": purposes, "clients": clients(config), "api_tokens": tokens(config),
        "staff_providers": providers,
    })
}

fn clients(config: &Config) -> Vec<Value> {
    config
        .clients
        .iter()
        .map(|client| {
            let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.word()).collect();
            json!({"name": client.name.get_ref().0, "source": client.source.get_ref().0, "scopes": scopes})
        })
        .collect()
}

fn tokens(config: &Config) -> Vec<Value> {
    config
        .api_tokens
        .iter()
        .map(|token| {
            let scopes: Option<Vec<&str>> = token
                .scopes
                .as_ref()
                .map(|all| all.iter().map(|one| one.word()).collect());
            let purposes: Vec<&str> = token.purposes.iter().map(|name| name.get_ref().0.as_str()).collect();
            json!({"name": token.name.get_ref().0, "scopes": scopes, "purposes": purposes})
        })
        .collect()
}

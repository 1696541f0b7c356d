//! The company's own system, which Doorward calls to have a badge made: the imitated one, or one that somebody is writing.

use std::sync::Arc;

use doorward_contract::Clock;
use doorward_webhook::fake::{Company, Manner, World};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::keys::Keys;
use crate::sheet::{Control, below, control};

/// What it is called for.
pub const CALL: &str = "issue_badge";
/// The path of its endpoint.
pub(crate) const PATH: &str = "hooks/doorward";

/// What `world.json` tells of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompanySheet {
    /// Where messages go: the imitated endpoint, unless the lab was told of another.
    pub endpoint: Url,
    /// What they are signed with.
    pub secret: String,
    /// What it is called for.
    pub call: String,
    /// The imitated one's address.
    pub address: Url,
    /// GET: every call with what became of it. POST settles one that is pending.
    pub calls: Url,
    /// POST tells it how to answer.
    pub manners: Url,
    /// Log and misbehaviour of the imitated one.
    pub control: Control,
}

impl CompanySheet {
    pub(crate) fn of(address: &Url, endpoint: &Url, keys: &Keys) -> Self {
        Self {
            endpoint: endpoint.clone(),
            secret: keys.company_secret.clone(),
            call: CALL.to_owned(),
            address: address.clone(),
            calls: below(address, "_lab/calls"),
            manners: below(address, "_lab/manners"),
            control: control(address),
        }
    }
}

/// The imitated one.
pub(crate) fn imitated(keys: &Keys, clock: &Arc<dyn Clock>) -> Arc<Company> {
    let world = World {
        path: format!("/{PATH}"),
        secrets: vec![keys.company_secret.clone()],
        undoes: true,
    };
    let company = Company::new(world, Arc::clone(clock));
    let badge = Manner {
        receipt: Some(json!({ "order": "BADGE-7" })),
        ..Manner::default()
    };
    company.answer(CALL, badge);
    company
}

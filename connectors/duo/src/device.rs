//! Removing devices, kind by kind.
//!
//! Follows "Admin API: Disassociate Phone from User" and its siblings (<https://duo.com/docs/adminapi>, August 2026). Phones and
//! tokens are taken off the user and left in the account: they may be another user's as well. Exactly those that were there
//! at the intent are removed, so that what the person registers meanwhile stays. Removing what is gone is answered 200.

use doorward_contract::{Action, Prepared, Receipt, Reconciled, VendorError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Duo;
use crate::client::Call;
use crate::wire::{Desktop, Passkey, Phone, Token};

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Phone,
    Token,
    Passkey,
    Desktop,
}

const KINDS: [(&str, Kind); 4] = [
    ("phone", Kind::Phone),
    ("token", Kind::Token),
    ("passkey", Kind::Passkey),
    ("desktop", Kind::Desktop),
];

/// The words for the kinds of device that [`Ability::RemoveDevices`](doorward_contract::Ability) may be asked to remove.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(word, _)| *word)
}

/// A device that shall go.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Doomed {
    kind: Kind,
    id: String,
}

/// Refuses words that are no kind.
pub(crate) fn foresee(words: &[String]) -> Result<Prepared, VendorError> {
    named(words)?;
    Ok(Prepared {
        action: Action::RemoveDevices { kinds: words.to_vec() },
        notes: Vec::new(),
    })
}

fn named(words: &[String]) -> Result<Vec<Kind>, VendorError> {
    if words.is_empty() {
        return Err(VendorError::Refused {
            why: "no kind of device to remove is named".into(),
        });
    }
    words
        .iter()
        .map(|word| {
            let known = KINDS.iter().find(|(known, _)| known == word);
            known.map(|(_, kind)| *kind).ok_or_else(|| {
                let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
                VendorError::Refused {
                    why: format!("a kind of device to remove is unknown; known are {}", known.join(", ")),
                }
            })
        })
        .collect()
}

impl Duo {
    pub(crate) async fn devices_snapshot(&self, id: &str, words: &[String]) -> Result<Value, VendorError> {
        let mut doomed = Vec::new();
        for kind in named(words)? {
            doomed.extend(self.devices(id, kind).await?.into_iter().map(|id| Doomed { kind, id }));
        }
        Ok(json!({ "devices": doomed }))
    }

    async fn devices(&self, id: &str, kind: Kind) -> Result<Vec<String>, VendorError> {
        let admin = &self.admin;
        Ok(match kind {
            Kind::Phone => {
                let all: Vec<Phone> = admin.all("admin/v1/users/{}/phones", &[id]).await?;
                all.into_iter().map(|phone| phone.phone_id).collect()
            }
            Kind::Token => {
                let all: Vec<Token> = admin.all("admin/v1/users/{}/tokens", &[id]).await?;
                all.into_iter().map(|token| token.token_id).collect()
            }
            Kind::Passkey => {
                let all: Vec<Passkey> = admin.all("admin/v1/users/{}/webauthncredentials", &[id]).await?;
                all.into_iter().map(|key| key.webauthnkey).collect()
            }
            Kind::Desktop => {
                let all: Vec<Desktop> = admin.all("admin/v1/users/{}/desktopauthenticators", &[id]).await?;
                all.into_iter().map(|desktop| desktop.dakey).collect()
            }
        })
    }

    pub(crate) async fn remove_devices(&self, id: &str, seen: &Value) -> Result<Receipt, VendorError> {
        let doomed = doomed(seen)?;
        for device in &doomed {
            let key = device.id.as_str();
            let call = match device.kind {
                Kind::Phone => Call::delete("admin/v1/users/{}/phones/{}", &[id, key]),
                Kind::Token => Call::delete("admin/v1/users/{}/tokens/{}", &[id, key]),
                Kind::Passkey => Call::delete("admin/v1/webauthncredentials/{}", &[key]),
                Kind::Desktop => Call::delete("admin/v1/desktop_authenticators/{}", &[key]),
            };
            self.admin.remove(&call).await?;
        }
        Ok(self.receipt(json!({ "account": id, "removed": doomed.len(), "devices": doomed })))
    }

    /// Whether none of them is left.
    pub(crate) async fn devices_gone(&self, id: &str, seen: &Value) -> Result<Reconciled, VendorError> {
        let doomed = doomed(seen)?;
        for (_, kind) in KINDS {
            let ours: Vec<&str> = doomed
                .iter()
                .filter(|device| device.kind == kind)
                .map(|device| device.id.as_str())
                .collect();
            if ours.is_empty() {
                continue;
            }
            let left = self.devices(id, kind).await?;
            if left.iter().any(|id| ours.contains(&id.as_str())) {
                return Ok(Reconciled::NotDone);
            }
        }
        let facts = json!({ "account": id, "removed": doomed.len(), "devices": doomed, "read_back": true });
        Ok(Reconciled::Done(self.receipt(facts)))
    }
}

fn doomed(seen: &Value) -> Result<Vec<Doomed>, VendorError> {
    let devices = seen.get("devices").cloned().unwrap_or_default();
    serde_json::from_value(devices).map_err(|_| VendorError::Unexpected {
        why: "the intent to remove devices names none".into(),
    })
}

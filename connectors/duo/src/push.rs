//! A push as a check: does the person hold the phone that Duo knows?
//!
//! Follows "Auth API: /preauth, /auth, /auth_status" (<https://duo.com/docs/authapi>, August 2026). Only an approval that Duo
//! itself calls an approval is a proof: `allow` is also what it says of people whom it lets in unasked. Whether a push is
//! proof enough for a case, and when to give up, is left to the gateway; the vendor's own push ends after 60 s.

use std::net::IpAddr;

use doorward_contract::{AccountId, VendorError};
use secrecy::SecretString;

use crate::Duo;
use crate::client::Call;
use crate::link::PREAUTH;
use crate::settings::is_id;
use crate::wire::{Asked, AuthStatus, Preauth};

const AUTH: &str = "auth/v2/auth";
const AUTH_STATUS: &str = "auth/v2/auth_status";
/// Longer than any transaction id.
const LONGEST_TXID: usize = 64;

/// A push on its way.
#[derive(Debug)]
pub struct Push {
    /// Names it when its state is asked.
    pub txid: String,
    /// What the person has to type on the phone, where the policy wants it; to be shown at once.
    pub code: Option<SecretString>,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushState {
    /// Nobody answered yet: ask again.
    Waiting,
    /// The person approved it on the phone. The only proof among these.
    Approved,
    /// The person, or Duo, said no.
    Denied,
    /// Nobody answered in time.
    TimedOut,
    /// The person says that it was not them: somebody should hear of it.
    Fraud,
    /// Too many failed attempts.
    LockedOut,
    /// Duo would let the person in unasked: nothing is proven.
    Unasked,
}

impl Duo {
    /// Sends a push to the person's phone, or says why there is none to send it to. `from` is where the person's browser is:
    /// without it policies about networks do not count.
    pub async fn push(&self, id: &AccountId, from: Option<IpAddr>) -> Result<Push, VendorError> {
        if !is_id(&id.0, "DU") {
            return Err(VendorError::Missing {
                what: "not a user id of Duo".into(),
            });
        }
        let auth = self.auth()?;
        // Without the flag a policy of verified pushes does not count either.
        let ask = addressed(Call::post(PREAUTH, &[]).with("user_id", id.0.as_str()), from)
            .with("client_supports_verified_push", "1");
        let told: Preauth = auth.call(&ask).await?;
        let why = match told.result.as_str() {
            "auth" if told.devices.iter().any(takes_push) => None,
            "auth" => Some("none of its devices takes a push"),
            "allow" => Some("Duo would let it in unasked, which proves nothing"),
            "deny" => Some("Duo denies it: locked out, disabled or forbidden by policy"),
            "enroll" => Some("it has no device yet"),
            _ => {
                return Err(VendorError::Unexpected {
                    why: "Duo's answer to a preauth is none that it documents".into(),
                });
            }
        };
        if let Some(why) = why {
            return Err(VendorError::Unfit { why: why.to_owned() });
        }
        let device = told.devices.iter().find(|device| takes_push(device));
        let mut ask = addressed(Call::post(AUTH, &[]).with("user_id", id.0.as_str()), from)
            .with("factor", "push")
            .with("device", device.map_or("auto", |device| device.device.as_str()))
            .with("async", "1")
            .with("type", "Account recovery");
        // Both or neither: a number without its transaction would be shown and never asked for.
        let verified = told.txid.zip(told.verification_code);
        if let Some((txid, _)) = &verified {
            ask = ask.with("txid", txid.as_str());
        }
        let asked: Asked = auth.call(&ask).await?;
        Ok(Push {
            txid: asked.txid,
            code: verified.map(|(_, code)| code),
        })
    }

    /// What became of it. Duo answers when something happens, or after a while that nothing did.
    pub async fn push_state(&self, txid: &str) -> Result<PushState, VendorError> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if txid.is_empty() || txid.len() > LONGEST_TXID || !txid.bytes().all(is_word) {
            return Err(VendorError::Missing {
                what: "not a transaction id of Duo".into(),
            });
        }
        let poll = self.poll.as_ref().ok_or_else(crate::without_auth)?;
        let told: AuthStatus = poll.call(&Call::get(AUTH_STATUS, &[]).query("txid", txid)).await?;
        Ok(match (told.result.as_str(), told.status.as_str()) {
            ("allow", "allow") => PushState::Approved,
            ("allow", _) => PushState::Unasked,
            ("waiting", _) => PushState::Waiting,
            ("deny", "timeout") => PushState::TimedOut,
            ("deny", "fraud") => PushState::Fraud,
            ("deny", "locked_out") => PushState::LockedOut,
            ("deny", _) => PushState::Denied,
            _ => {
                return Err(VendorError::Unexpected {
                    why: "the state of a push is none that Duo documents".into(),
                });
            }
        })
    }
}

fn takes_push(device: &crate::wire::Device) -> bool {
    device.capabilities.iter().any(|power| power == "push")
}

fn addressed(call: Call, from: Option<IpAddr>) -> Call {
    match from {
        Some(from) => call.with("ipaddr", from.to_string()),
        None => call,
    }
}

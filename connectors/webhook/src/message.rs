//! What is sent: four kinds of message, as `schema/message.schema.json` describes them, and how one is sent.
//!
//! The envelope (`type`, `timestamp`, `data`) is the one Standard Webhooks recommends. Nothing personal is in it but what
//! an operator named.

use doorward_contract::http::{Answer, Ask};
use doorward_contract::signature::{ID, SIGNATURE, Signer, TIMESTAMP};
use doorward_contract::{Account, StepKey, Timestamp, VendorError};
use http::{Method, header};
use serde::Serialize;
use serde_json::Value;

use crate::settings::Field;
use crate::{Settings, Webhook};

/// What is wanted of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Do it.
    Call,
    /// What became of it?
    Status,
    /// Take it back.
    Undo,
    /// Do you understand us?
    Ping,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Call => "doorward.call",
            Self::Status => "doorward.status",
            Self::Undo => "doorward.undo",
            Self::Ping => "doorward.ping",
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: &'a Data<'a>,
}

/// What a message is about; empty for a ping.
#[derive(Default, Serialize)]
pub(crate) struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a StepKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Told<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a Value>,
}

/// What is told of an account.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
}

impl<'a> Data<'a> {
    /// One step.
    pub(crate) fn of(key: &'a StepKey, name: &'a str) -> Self {
        Self {
            id: Some(key),
            name: Some(name),
            ..Self::default()
        }
    }

    /// And on whom.
    pub(crate) fn on(mut self, account: &'a Account, settings: &Settings) -> Self {
        let sends = |field| settings.send.contains(&field);
        self.account = Some(Told {
            id: &account.id.0,
            login: sends(Field::Login).then_some(account.login.as_str()),
            display_name: account.display_name.as_deref().filter(|_| sends(Field::DisplayName)),
        });
        self
    }

    /// And what the receiver told of it before.
    pub(crate) fn with_receipt(mut self, receipt: Option<&'a Value>) -> Self {
        self.receipt = receipt;
        self
    }
}

/// Where a message is sent from: its id, its time, and who signs it.
pub(crate) struct Sender<'a> {
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) signer: &'a Signer,
}

impl Webhook {
    /// Sends a message under its id, signed now by us.
    pub(crate) async fn send(&self, kind: Kind, id: &str, data: &Data<'_>) -> Result<Answer, VendorError> {
        let sender = Sender {
            id,
            at: self.clock.now(),
            signer: &self.signer,
        };
        self.send_as(kind, data, &sender).await
    }

    /// Sends a message as if from there.
    pub(crate) async fn send_as(
        &self,
        kind: Kind,
        data: &Data<'_>,
        sender: &Sender<'_>,
    ) -> Result<Answer, VendorError> {
        let message = Envelope {
            kind: kind.word(),
            timestamp: sender.at,
            data,
        };
        let body = serde_json::to_vec(&message).map_err(|_| VendorError::Unexpected {
            why: "the message could not be written".to_owned(),
        })?;
        let seconds = sender.at.seconds();
        let mut ask = Ask::write(Method::POST, self.settings.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(ID, sender.id)
            .header(TIMESTAMP, &seconds.to_string())
            .header(SIGNATURE, &sender.signer.sign(sender.id, seconds, &body));
        ask.body = Some(body);
        // Questions change nothing. Acts are repeated by nobody but the gateway, which reads first.
        if matches!(kind, Kind::Status | Kind::Ping) {
            ask = ask.repeatable();
        }
        self.http.send(ask).await
    }
}

//! The mailbox of the lab: what anybody sent to the invented people, newest first.

use std::sync::{Mutex, PoisonError};

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Counts up from one.
    pub id: u64,
    /// Who it is for, by work e-mail.
    pub to: String,
    /// Who sent it.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The address in it that wants to be opened.
    pub link: Option<String>,
    /// When it arrived.
    pub at: Timestamp,
}

/// All messages.
#[derive(Debug, Default)]
pub struct Mailbox {
    messages: Mutex<Vec<Message>>,
}

impl Mailbox {
    /// A message arrives; its id is given here.
    pub fn deliver(&self, message: Message) -> Message {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let id = messages.last().map_or(1, |last| last.id + 1);
        let message = Message { id, ..message };
        messages.push(message.clone());
        message
    }

    /// Everything, newest first.
    pub fn all(&self) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().cloned().collect()
    }

    /// What one person got, newest first.
    pub fn of(&self, login: &str) -> Vec<Message> {
        let mut messages = self.all();
        messages.retain(|message| message.to.eq_ignore_ascii_case(login));
        messages
    }

    /// Fills it with what an earlier lab wrote down.
    pub fn restore(&self, messages: Vec<Message>) {
        *self.messages.lock().unwrap_or_else(PoisonError::into_inner) = messages;
    }

    /// Everything, oldest first, for [`restore`](Self::restore).
    pub fn state(&self) -> Vec<Message> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

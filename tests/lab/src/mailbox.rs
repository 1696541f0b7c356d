//! The mailbox of the lab: what anybody sent to the invented people, newest first.

use std::sync::{Mutex, PoisonError};

use doorward_contract::{Contact, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::everybody;
use crate::smtp::Mail;

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

/// The first address in a text that wants to be opened.
pub(crate) fn link_in(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let found = words.find(|word| word.starts_with("http://") || word.starts_with("https://"));
    found.map(ToOwned::to_owned)
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

    /// Mail arrives from outside.
    pub(crate) fn receive(&self, mail: &Mail, at: Timestamp) {
        let text = mail.text();
        for to in &mail.to {
            self.deliver(Message {
                id: 0,
                to: to.clone(),
                from: mail.header("From").unwrap_or_default(),
                subject: mail.header("Subject").unwrap_or_default(),
                text: text.clone(),
                link: link_in(&text),
                at,
            });
        }
    }

    /// Everything, newest first.
    pub fn all(&self) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().cloned().collect()
    }

    /// What one person got, newest first: by their work e-mail, and at the addresses that the directory knows besides.
    pub fn of(&self, login: &str) -> Vec<Message> {
        let person = everybody().iter().find(|one| one.login.eq_ignore_ascii_case(login));
        let entry = person.map(|person| &person.directory);
        let mail = entry.and_then(|entry| entry.mail.as_deref());
        let number = entry.and_then(|entry| Contact::phone(entry.mobile.as_deref()?));
        let mut messages = self.all();
        messages.retain(|message| {
            let to = |address: &str| message.to.eq_ignore_ascii_case(address);
            to(login) || mail.is_some_and(to) || number.as_ref().is_some_and(|number| to(&number.address))
        });
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

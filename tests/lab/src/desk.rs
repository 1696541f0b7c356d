//! The company's imitated ticket system: calls Doorward's API as a helpdesk would and sends the link by mail.

use std::sync::Arc;

use doorward_contract::{Clock, Timestamp};
use serde_json::{Value, json};

use crate::caller::{Api, Error};
use crate::keys::Keys;
use crate::mailbox::{Mailbox, Message};
use crate::people::LabPerson;
use crate::tickets::Tickets;

/// Who writes to the people.
const SENDER: &str = "IT service desk <service.desk@example.com>";

/// The ticket system.
#[derive(Clone, Debug)]
pub struct Desk {
    api: Api,
    mailbox: Arc<Mailbox>,
    /// What Doorward's messages say of each ticket.
    pub tickets: Tickets,
    clock: Arc<dyn Clock>,
}

impl Desk {
    /// A ticket system that calls `api` and writes to `mailbox`.
    pub fn new(api: Api, mailbox: Arc<Mailbox>, keys: &Keys, clock: &Arc<dyn Clock>) -> Self {
        Self {
            api,
            mailbox,
            tickets: Tickets::new(&keys.tickets_secret, Arc::clone(clock)),
            clock: Arc::clone(clock),
        }
    }

    /// Opens a case for a person and sends them the link; returns the link.
    pub async fn send_link(&self, person: &LabPerson, purpose: &str, ticket: &str) -> Result<String, Error> {
        let wish = json!({
            "purpose": purpose, "account": person.login, "ticket": ticket, "operator": "Robin at the service desk",
        });
        self.tickets.open(ticket, &person.login, purpose);
        let opened = self.api.post("cases", &wish).await?;
        let link = opened
            .pointer("/link/url")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let until = opened
            .pointer("/link/expires_at")
            .and_then(Value::as_str)
            .and_then(Timestamp::parse);
        let until = until
            .and_then(Timestamp::to_chrono)
            .map(|at| at.format("%H:%M UTC").to_string());
        self.mailbox.deliver(Message {
            id: 0,
            to: person.login.clone(),
            from: SENDER.to_owned(),
            subject: format!("Your way back in (ticket {ticket})"),
            text: format!(
                "Hello {},\n\nyou told us that you are locked out. Please open this link and follow the steps; have your \
                 identity document ready. The link works once, until {until}.\n\n{link}\n\nYou did not call us? Then do \
                 not open it, and tell us.",
                person.directory_given(),
                until = until.unwrap_or_default(),
            ),
            link: Some(link.clone()),
            at: self.clock.now(),
        });
        Ok(link)
    }
}

//! The company's imitated ticket system: calls Doorward's API as a helpdesk would and sends the link by
//! mail, or signs one by itself (duo.md §1.6).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::{Clock, Timestamp};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::caller::{Api, Error};
use crate::keys::Keys;
use crate::mailbox::{Mailbox, Message};
use crate::people::LabPerson;
use crate::sheet::{Sheet, below};
use crate::tickets::Tickets;

/// Who writes to the people.
const SENDER: &str = "IT service desk <service.desk@example.com>";
/// As long as Doorward takes a signed link at most.
const SIGNED_FOR: Duration = Duration::from_mins(15);

/// What the ticket system signs links with, and for whom.
#[derive(Clone)]
pub struct Signer {
    secret: String,
    /// Where Doorward takes signed links.
    start: Url,
    /// Where people go on to afterwards.
    back: Url,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

impl Signer {
    pub(crate) fn of(sheet: &Sheet, keys: &Keys) -> Self {
        Self {
            secret: keys.link_secret.clone(),
            start: below(&sheet.doorward.address, "duo/duo/start"),
            back: sheet.duo.application.clone(),
        }
    }

    /// A compact JWS with HS256 (RFC 7515) over what the link says.
    fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }
}

/// The ticket system.
#[derive(Clone, Debug)]
pub struct Desk {
    api: Api,
    mailbox: Arc<Mailbox>,
    /// What Doorward's messages say of each ticket.
    pub tickets: Tickets,
    clock: Arc<dyn Clock>,
    signer: Signer,
}

impl Desk {
    /// A ticket system that calls `api` and writes to `mailbox`.
    pub fn new(api: Api, mailbox: &Arc<Mailbox>, keys: &Keys, clock: &Arc<dyn Clock>, signer: Signer) -> Self {
        Self {
            api,
            mailbox: Arc::clone(mailbox),
            tickets: Tickets::new(&keys.tickets_secret, Arc::clone(clock)),
            clock: Arc::clone(clock),
            signer,
        }
    }

    /// Signs a link for a person without asking Doorward, and sends it to them; returns the link.
    pub fn sign_link(&self, person: &LabPerson, ticket: &str) -> Url {
        let now = self.clock.now();
        let claims = json!({
            "iss": "ticket-system", "aud": self.signer.start, "sub": person.login, "jti": Uuid::new_v4(),
            "iat": now.seconds(), "exp": now.plus(SIGNED_FOR).seconds(), "purpose": "duo-code", "ticket": ticket,
        });
        let mut link = self.signer.start.clone();
        link.query_pairs_mut()
            .append_pair("token", &self.signer.sign(&claims))
            .append_pair("return_to", self.signer.back.as_str());
        self.mailbox.deliver(Message {
            id: 0,
            to: person.login.clone(),
            from: SENDER.to_owned(),
            subject: format!("Signing in without your phone (ticket {ticket})"),
            text: format!(
                "Hello {},\n\nyou wrote that your phone is gone. Please open this link within fifteen minutes and have your \
                 identity document ready. The link works once.\n\n{link}\n\nYou did not write to us? Then do not open it, and \
                 tell us.",
                person.directory_given(),
            ),
            link: Some(link.clone().into()),
            at: now,
        });
        link
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

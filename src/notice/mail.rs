//! One message to a mail server: connected, protected, signed in, handed over, and what came of it. The only file that knows the
//! mail library.
//!
//! Follows RFC 5321 (the dialogue), RFC 3207 and RFC 8314 (TLS: before anything that matters is said, or not at all), RFC 4954
//! (signing in), RFC 5322 and RFC 3834 (`Auto-Submitted`: nobody's absence notice comes back). A message is plain text; nothing in it
//! tells that it was opened.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::address::{Address, Envelope};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};

use super::carrier::{Handed, Outcome};
use doorward_contract::VendorError;

/// How long leaving may take once the message was taken: nothing hangs on it any more.
const GOODBYE: Duration = Duration::from_secs(2);
/// Refusals that speak of how we sign in and not of the message (RFC 4954 §6): an operator can mend those in time.
const SIGN_IN: [u16; 4] = [530, 534, 535, 538];

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte.
    Implicit,
    /// TLS by STARTTLS; a server that does not offer it is told nothing.
    StartTls,
    /// None. For a server on this machine.
    Plaintext,
}

/// A mail server, and who writes.
pub struct Server {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// Who signs in there, and with what.
    pub sign_in: Option<(String, SecretString)>,
    /// The address that messages come from.
    pub from: String,
    /// The name beside it.
    pub name: String,
    /// Certificates (PEM) that the server's may lead to, besides those that the system trusts.
    pub certificates: Option<String>,
    /// Our own host: in the greeting, and behind the `@` of message ids.
    pub own_host: String,
    /// How long one message may take.
    pub timeout: Duration,
}

/// A mail server that messages go to.
pub struct Mail {
    server: Server,
    from: Mailbox,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("host", &self.server.host)
            .finish_non_exhaustive()
    }
}

/// RFC 3834 §5.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mail {
    /// One with these settings. Reaches nobody yet.
    pub fn new(server: Server) -> Result<Self, VendorError> {
        let unfit = |why: &str| VendorError::Unfit { why: why.to_owned() };
        let from: Address = server
            .from
            .parse()
            .map_err(|_| unfit("`from` is not an address that mail can come from"))?;
        let tls = match server.protection {
            Protection::Plaintext => None,
            Protection::Implicit | Protection::StartTls => {
                let mut tls = TlsParameters::builder(server.host.clone());
                if let Some(pem) = &server.certificates {
                    let roots = Certificate::from_pem(pem.as_bytes());
                    tls = tls.add_root_certificate(roots.map_err(|_| unfit("`certificates` holds none"))?);
                }
                Some(tls.build_rustls().map_err(|_| unfit("TLS cannot be set up"))?)
            }
        };
        Ok(Self {
            from: Mailbox::new(Some(server.name.clone()), from),
            hello: match server.own_host.trim_matches(['[', ']']).parse() {
                Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
                Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
                Err(_) => ClientId::Domain(server.own_host.clone()),
            },
            tls,
            server,
        })
    }

    /// How long one message may take.
    pub fn timeout(&self) -> Duration {
        self.server.timeout
    }

    /// Hands a message over. Done once its last line was answered: what the connection does after that changes nothing.
    pub async fn send(&self, message: &Handed<'_>) -> Outcome {
        let Some((envelope, written)) = self.write(message) else {
            return Outcome::Refused("the message cannot be written".to_owned());
        };
        let handed = async {
            let mut connection = self.connect().await?;
            let answer = connection.send(&envelope, &written).await;
            let _left = tokio::time::timeout(GOODBYE, connection.abort()).await;
            answer.map(drop)
        };
        match tokio::time::timeout(self.server.timeout + GOODBYE, handed).await {
            Ok(Ok(())) => Outcome::Taken,
            Ok(Err(error)) => judged(&error),
            Err(_) => Outcome::later("it did not answer in time"),
        }
    }

    /// Goes as far as signing in, and leaves. What stands in the way.
    pub async fn try_out(&self) -> Result<(), String> {
        let tried = async {
            let mut connection = self.connect().await?;
            let _left = tokio::time::timeout(GOODBYE, connection.abort()).await;
            Ok(())
        };
        match tokio::time::timeout(self.server.timeout, tried).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let Server { host, port, .. } = &self.server;
        let (implicit, starttls) = match self.server.protection {
            Protection::Implicit => (self.tls.clone(), None),
            Protection::StartTls => (None, self.tls.clone()),
            Protection::Plaintext => (None, None),
        };
        let at = (host.as_str(), *port);
        let within = Some(self.server.timeout);
        let mut connection = AsyncSmtpConnection::connect_tokio1(at, within, &self.hello, implicit, None).await?;
        if let Some(tls) = starttls {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some((user, password)) = &self.server.sign_in {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, &credentials).await?;
        }
        Ok(connection)
    }

    /// Envelope and message, byte for byte the same whenever it is sent again.
    fn write(&self, message: &Handed<'_>) -> Option<(Envelope, Vec<u8>)> {
        let to: Address = message.to.parse().ok()?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.clone()]).ok()?;
        let at = u64::try_from(message.at.seconds()).ok()?;
        let at = std::time::UNIX_EPOCH.checked_add(Duration::from_secs(at))?;
        let written = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject)
            .date(at)
            // Of hosts that are numbers it writes them as RFC 5322 wants them: in brackets.
            .message_id(Some(format!("<{}@{}>", message.id, self.hello)))
            .header(AutoSubmitted)
            .singlepart(SinglePart::plain(message.text.to_owned()))
            .ok()?;
        Some((envelope, written.formatted()))
    }
}

/// What follows from a failure.
fn judged(error: &Error) -> Outcome {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !code.is_some_and(|code| SIGN_IN.contains(&code)) {
        return Outcome::Refused(told(error));
    }
    Outcome::later(&told(error))
}

/// Why it failed. Of what the server said the code alone: servers like to repeat addresses.
fn told(error: &Error) -> String {
    match error.status().map(u16::from) {
        Some(code) => format!("it answered {code}"),
        None if error.is_response() => "it does not speak SMTP".to_owned(),
        None => error.to_string(),
    }
}

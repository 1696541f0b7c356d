//! A mail server, imitated: takes mail from one program that signs in, and is strict about how that speaks.
//!
//! After RFC 5321 (dialogue, sizes, dot-stuffing), RFC 6409 (submission), RFC 3207 (STARTTLS: nothing said before it counts after it),
//! RFC 4954 (AUTH PLAIN), RFC 1870 (SIZE) and RFC 5322 (what a message must have). It can be told to misbehave.

mod dialogue;
mod message;

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

pub use message::Mail;

/// How connections are protected.
#[derive(Clone, Default)]
pub enum Security {
    /// No TLS is offered, and sign-ins are taken without.
    #[default]
    Plain,
    /// TLS is offered, and nothing but greetings is taken without.
    StartTls(Identity),
    /// TLS from the first byte.
    Implicit(Identity),
}

/// The server's certificate and key.
#[derive(Clone)]
pub struct Identity(Arc<ServerConfig>);

impl Identity {
    /// A certificate for `host` that leads to nobody; its PEM is what clients may trust.
    pub fn own(host: &str) -> Result<(Self, String), Box<dyn std::error::Error + Send + Sync>> {
        let made = rcgen::generate_simple_self_signed(vec![host.to_owned()])?;
        let pem = made.cert.pem();
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        Ok((Self(Arc::new(config)), pem))
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0))
    }
}

/// A point of the dialogue at which the server can misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The greeting.
    Greeting,
    /// The sign-in.
    Auth,
    /// The sender.
    From,
    /// The addressee.
    To,
    /// The end of the message.
    End,
}

/// What it does there.
#[derive(Clone, Debug)]
pub enum Manner {
    /// Answers with this line instead.
    Say(String),
    /// Takes the message, if it is its end, and hangs up without a word.
    HangUp,
    /// Takes the message, if it is its end, and answers only once the server is released.
    Hold,
}

/// Where mail is delivered.
type Deliver = Box<dyn Fn(&Mail) + Send + Sync>;

struct Inner {
    user: String,
    password: String,
    security: Security,
    deliver: Deliver,
    taken: Mutex<Vec<Mail>>,
    said: Mutex<Vec<String>>,
    manners: Mutex<VecDeque<(Point, Manner)>>,
    released: watch::Sender<bool>,
}

/// A mail server. Ends when it is dropped.
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    task: AbortHandle,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl MailServer {
    /// One that listens there, lets this user sign in, and hands what it takes on.
    pub fn serve(
        listener: TcpListener,
        security: Security,
        (user, password): (&str, &str),
        deliver: impl Fn(&Mail) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let inner = Arc::new(Inner {
            user: user.to_owned(),
            password: password.to_owned(),
            security,
            deliver: Box::new(deliver),
            taken: Mutex::default(),
            said: Mutex::default(),
            manners: Mutex::default(),
            released: watch::Sender::new(false),
        });
        let address = listener.local_addr()?;
        let serving = Arc::clone(&inner);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(dialogue::serve(stream, Arc::clone(&serving)));
            }
        });
        Ok(Self {
            address,
            inner,
            task: task.abort_handle(),
        })
    }

    /// Everything taken, in order.
    pub fn taken(&self) -> Vec<Mail> {
        lock(&self.inner.taken).clone()
    }

    /// Every command heard, without what was sent to sign in.
    pub fn said(&self) -> Vec<String> {
        lock(&self.inner.said).clone()
    }

    /// Misbehaves the next time that this point is reached.
    pub fn misbehave(&self, at: Point, manner: Manner) {
        lock(&self.inner.manners).push_back((at, manner));
    }

    /// Lets go of everything it holds.
    pub fn release(&self) {
        self.inner.released.send_replace(true);
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    /// Waits until the server is released.
    async fn held(&self) {
        let mut released = self.released.subscribe();
        drop(released.wait_for(|released| *released).await);
    }

    /// What to do at this point instead of what is right.
    fn manner(&self, at: Point) -> Option<Manner> {
        let mut manners = lock(&self.manners);
        let place = manners.iter().position(|(point, _)| *point == at)?;
        manners.remove(place).map(|(_, manner)| manner)
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

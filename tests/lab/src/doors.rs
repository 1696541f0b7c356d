//! Where everything of a world listens: the start page first, the others on the ports after it, loopback only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::AbortHandle;
use url::Url;

use doorward_contract::Clock;
use doorward_contract::fake::serve;

use crate::callers::Callers;
use crate::company::PATH;
use crate::keys::Keys;
use crate::mailbox::Mailbox;
use crate::memory::Memory;
use crate::smtp::{Mail, MailServer, Security};
use crate::start::{self, HOOKS};
use crate::traffic::Traffic;
use crate::vendors::Vendors;
use crate::world::Error;

/// Where the start page is unless told otherwise; the others follow.
pub const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7400);
/// The ports of the start page, Doorward, Persona, Entra, the Okta org that sends people, the relying party, the company's own
/// system, the Okta org whose accounts are repaired, Duo, and the mail server.
pub(crate) type Ports = [u16; 10];
/// As whom Doorward signs in at the mail server.
pub(crate) const MAIL_USER: &str = "doorward";

/// Where everything is reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The start page.
    pub start: Url,
    /// Doorward, as people see it.
    pub doorward: Url,
    /// Doorward, as it listens.
    pub listen: SocketAddr,
    /// Persona.
    pub persona: Url,
    /// Entra, the token endpoint below it.
    pub entra: Url,
    /// Where people sign in at Entra.
    pub sign_in: Url,
    /// Graph.
    pub graph: Url,
    /// The Okta org that sends people.
    pub okta: Url,
    /// The Okta org whose accounts are repaired.
    pub okta_accounts: Url,
    /// Duo.
    pub duo: Url,
    /// A plain relying party.
    pub rp: Url,
    /// The company's own system, imitated.
    pub company: Url,
    /// Where calls to it go.
    pub company_endpoint: Url,
    /// Where the ticket system hears from Doorward.
    pub tickets_endpoint: Url,
    /// The mail server.
    pub mail: SocketAddr,
}

/// Every listener of a world, and Doorward's place.
pub(crate) struct Doors {
    /// Bound and never listening, so that nobody else is given the port before Doorward has it, or while it is down.
    pub(crate) place: Arc<TcpSocket>,
    start: TcpListener,
    persona: TcpListener,
    entra: TcpListener,
    okta: TcpListener,
    rp: TcpListener,
    company: TcpListener,
    okta_accounts: TcpListener,
    duo: TcpListener,
    mail: Option<TcpListener>,
    pub(crate) addresses: Addresses,
}

impl Doors {
    /// Binds all of them: where told, else where they were last time, else where they usually are.
    pub(crate) async fn open(listen: Option<SocketAddr>, kept: Option<Ports>) -> Result<Self, Error> {
        let first = listen.unwrap_or(USUAL);
        if !first.ip().is_loopback() {
            return Err(Error::Public(first));
        }
        let ports = match (listen, kept) {
            (None, Some(ports)) => ports,
            _ => following(first)?,
        };
        let [start, doorward, persona, entra, okta, rp, company, accounts, duo, mail] =
            ports.map(|port| SocketAddr::new(first.ip(), port));
        let start = bind(start, "the start page").await?;
        let place = hold(doorward, "Doorward")?;
        let persona = bind(persona, "Persona").await?;
        let entra = bind(entra, "Entra").await?;
        let okta = bind(okta, "the Okta org").await?;
        let rp = bind(rp, "the relying party").await?;
        let company = bind(company, "the company's own system").await?;
        let listen = place.local_addr().map_err(|source| Error::Taken {
            address: doorward,
            part: "Doorward",
            source,
        })?;
        let okta_accounts = bind(accounts, "the Okta accounts").await?;
        let duo = bind(duo, "Duo").await?;
        let mail = bind(mail, "the mail server").await?;
        let here = url(at(&entra, "Entra")?)?;
        let called = url(at(&company, "the company's own system")?)?;
        let first = url(at(&start, "the start page")?)?;
        let addresses = Addresses {
            tickets_endpoint: first.join(HOOKS).unwrap_or_else(|_| first.clone()),
            start: first,
            doorward: url(listen)?,
            listen,
            persona: url(at(&persona, "Persona")?)?,
            sign_in: here.join("signin").unwrap_or_else(|_| here.clone()),
            graph: here.clone(),
            okta: url(at(&okta, "the Okta org")?)?,
            rp: url(at(&rp, "the relying party")?)?,
            okta_accounts: url(at(&okta_accounts, "the Okta accounts")?)?,
            duo: url(at(&duo, "Duo")?)?,
            entra: here,
            company_endpoint: called.join(PATH).unwrap_or_else(|_| called.clone()),
            company: called,
            mail: at(&mail, "the mail server")?,
        };
        Ok(Self {
            place: Arc::new(place),
            start,
            persona,
            entra,
            okta,
            rp,
            company,
            okta_accounts,
            duo,
            mail: Some(mail),
            addresses,
        })
    }

    /// Calls to the company's own system and messages to the ticket system go here instead of to the imitated ones.
    pub(crate) fn lead(&mut self, company: Option<Url>, tickets: Option<Url>) {
        if let Some(endpoint) = company {
            self.addresses.company_endpoint = endpoint;
        }
        if let Some(endpoint) = tickets {
            self.addresses.tickets_endpoint = endpoint;
        }
    }

    /// Everybody's mailbox, and the mail server that delivers what it takes into it.
    pub(crate) fn mail(&mut self, keys: &Keys, clock: &Arc<dyn Clock>) -> Result<(Arc<Mailbox>, MailServer), Error> {
        let taken = |source| Error::Taken {
            address: self.addresses.mail,
            part: "the mail server",
            source,
        };
        let listener = self
            .mail
            .take()
            .ok_or_else(|| taken(std::io::ErrorKind::AddrInUse.into()))?;
        let mailbox = Arc::new(Mailbox::default());
        let (filled, clock) = (Arc::clone(&mailbox), Arc::clone(clock));
        let deliver = move |mail: &Mail| filled.receive(mail, clock.now());
        let user = (MAIL_USER, keys.mail_password.as_str());
        let server = MailServer::serve(listener, Security::Plain, user, deliver).map_err(taken)?;
        Ok((mailbox, server))
    }

    /// The ports they got.
    pub(crate) fn ports(&self) -> Ports {
        let port = |url: &Url| url.port().unwrap_or_default();
        let all = &self.addresses;
        [
            port(&all.start),
            port(&all.doorward),
            port(&all.persona),
            port(&all.entra),
            port(&all.okta),
            port(&all.rp),
            port(&all.company),
            port(&all.okta_accounts),
            port(&all.duo),
            all.mail.port(),
        ]
    }

    /// Begins to answer.
    pub(crate) fn serve(
        self,
        vendors: &Vendors,
        memory: &Memory,
        state: start::State,
        callers: &Callers,
        traffic: &Arc<Traffic>,
    ) -> Vec<AbortHandle> {
        let watched = |vendor, router| memory.watch(traffic.watch(vendor, router));
        vec![
            serve(self.persona, watched("persona", vendors.persona.router())).abort_handle(),
            serve(
                self.entra,
                watched("entra", vendors.entra.router().merge(callers.signin.router())),
            )
            .abort_handle(),
            serve(self.okta_accounts, watched("okta", vendors.okta.router())).abort_handle(),
            serve(self.duo, watched("duo", vendors.duo.router())).abort_handle(),
            serve(self.okta, callers.okta.router()).abort_handle(),
            serve(
                self.rp,
                callers
                    .rp
                    .router()
                    .merge(callers.duo_sso.router())
                    .merge(callers.vpn.router())
                    .merge(callers.staff.router()),
            )
            .abort_handle(),
            serve(self.company, watched("company", vendors.company.router())).abort_handle(),
            serve(self.start, memory.watch(start::router(state))).abort_handle(),
        ]
    }
}

/// A port and those after it, or any free ones for 0.
fn following(first: SocketAddr) -> Result<Ports, Error> {
    let mut ports = Ports::default();
    if first.port() != 0 {
        for (port, after) in ports.iter_mut().zip(0..) {
            *port = first.port().checked_add(after).ok_or(Error::NoRoom(first))?;
        }
    }
    Ok(ports)
}

async fn bind(address: SocketAddr, part: &'static str) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|source| Error::Taken { address, part, source })
}

/// Holds a port for somebody who binds it with `SO_REUSEADDR`, as servers do.
fn hold(address: SocketAddr, part: &'static str) -> Result<TcpSocket, Error> {
    let socket = if address.is_ipv6() {
        TcpSocket::new_v6()
    } else {
        TcpSocket::new_v4()
    };
    let held = socket.and_then(|socket| {
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(socket)
    });
    held.map_err(|source| Error::Taken { address, part, source })
}

fn at(listener: &TcpListener, part: &'static str) -> Result<SocketAddr, Error> {
    let unknown = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    listener.local_addr().map_err(|source| Error::Taken {
        address: unknown,
        part,
        source,
    })
}

fn url(address: SocketAddr) -> Result<Url, Error> {
    format!("http://{address}/").parse().map_err(|_| Error::NoRoom(address))
}

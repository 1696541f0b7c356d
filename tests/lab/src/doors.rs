//! Where everything of a world listens: the start page first, the others on the ports after it, loopback only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::Url;

use doorward_contract::fake::serve;

use crate::callers::Callers;
use crate::memory::Memory;
use crate::start;
use crate::vendors::Vendors;
use crate::world::Error;

/// Where the start page is unless told otherwise; the others follow.
pub const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7400);
/// The ports of the start page, Doorward, Persona, Entra, the Okta org and the relying party.
pub(crate) type Ports = [u16; 6];

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
    /// The Okta org.
    pub okta: Url,
    /// A plain relying party.
    pub rp: Url,
}

/// Every listener of a world; Doorward's is only held to know that it is free.
pub(crate) struct Doors {
    start: TcpListener,
    persona: TcpListener,
    entra: TcpListener,
    okta: TcpListener,
    rp: TcpListener,
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
            _ if first.port() == 0 => [0; 6],
            _ => {
                let port = |after: u16| first.port().checked_add(after).ok_or(Error::NoRoom(first));
                [port(0)?, port(1)?, port(2)?, port(3)?, port(4)?, port(5)?]
            }
        };
        let [start, doorward, persona, entra, okta, rp] = ports.map(|port| SocketAddr::new(first.ip(), port));
        let start = bind(start, "the start page").await?;
        let gateway = bind(doorward, "Doorward").await?;
        let persona = bind(persona, "Persona").await?;
        let entra = bind(entra, "Entra").await?;
        let okta = bind(okta, "the Okta org").await?;
        let rp = bind(rp, "the relying party").await?;
        let listen = at(&gateway, "Doorward")?;
        let here = url(at(&entra, "Entra")?)?;
        let addresses = Addresses {
            start: url(at(&start, "the start page")?)?,
            doorward: url(listen)?,
            listen,
            persona: url(at(&persona, "Persona")?)?,
            sign_in: here.join("signin").unwrap_or_else(|_| here.clone()),
            graph: here.clone(),
            okta: url(at(&okta, "the Okta org")?)?,
            rp: url(at(&rp, "the relying party")?)?,
            entra: here,
        };
        // The gateway binds it again in a moment.
        drop(gateway);
        Ok(Self {
            start,
            persona,
            entra,
            okta,
            rp,
            addresses,
        })
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
        ]
    }

    /// Begins to answer.
    pub(crate) fn serve(
        self,
        vendors: &Vendors,
        memory: &Memory,
        state: start::State,
        callers: &Callers,
    ) -> Vec<AbortHandle> {
        vec![
            serve(self.persona, memory.watch(vendors.persona.router())).abort_handle(),
            serve(
                self.entra,
                memory.watch(vendors.entra.router().merge(callers.signin.router())),
            )
            .abort_handle(),
            serve(self.okta, callers.okta.router()).abort_handle(),
            serve(self.rp, callers.rp.router().merge(callers.duo_sso.router())).abort_handle(),
            serve(self.start, memory.watch(start::router(state))).abort_handle(),
        ]
    }
}

async fn bind(address: SocketAddr, part: &'static str) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|source| Error::Taken { address, part, source })
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

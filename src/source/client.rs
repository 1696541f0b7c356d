//! The client's address, as far as it can be believed.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use ipnet::IpNet;

use super::Door;
use crate::crypto::token::Digest;

/// A keyed digest of the client's address: enough to count by, not enough to know.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub Digest);

/// The client's address itself, for a vendor that decides by it. Never kept, never logged.
#[derive(Clone, Copy)]
pub struct ClientAddress(pub Option<IpAddr>);

impl<S> FromRequestParts<S> for ClientAddress
where
    S: Send + Sync,
    Door: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(believed(parts, &Door::from_ref(state))))
    }
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Door: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let door = Door::from_ref(state);
        let text = believed(parts, &door).map_or_else(|| "unknown".to_owned(), counted_as);
        Ok(Self(door.flow.digests.digest("client", text.as_bytes())))
    }
}

/// The address of whoever asks, as far as our proxies can be believed.
fn believed(parts: &Parts, door: &Door) -> Option<IpAddr> {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let forwarded: Vec<&str> = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    address(peer, &forwarded, &door.trusted_proxies)
}

/// The last address in the chain that is not one of our own proxies. What stands before it was written by somebody who
/// may lie.
fn address(peer: Option<IpAddr>, forwarded: &[&str], trusted: &[IpNet]) -> Option<IpAddr> {
    let is_ours = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    // A listener for both families names IPv4 peers as `::ffff:a.b.c.d`.
    let mut nearest = peer?.to_canonical();
    for text in forwarded.iter().rev() {
        if !is_ours(&nearest) {
            break;
        }
        let text = text.trim();
        // Some proxies add the port.
        let before = text
            .parse()
            .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
        let Ok(before) = before else {
            break;
        };
        nearest = before.to_canonical();
    }
    Some(nearest)
}

/// IPv6 clients own at least a /64: counting single addresses would count nothing.
fn counted_as(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => IpNet::new(IpAddr::V6(v6), 64).map_or_else(|_| v6.to_string(), |net| net.trunc().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_cannot_choose_the_address_it_is_counted_under() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(
            address(Some(ip("203.0.113.9")), &["198.51.100.1"], &trusted),
            Some(ip("203.0.113.9"))
        );
        let through_proxy = address(Some(ip("10.0.0.1")), &["198.51.100.1", " 203.0.113.9"], &trusted);
        assert_eq!(through_proxy, Some(ip("203.0.113.9")));
        assert_eq!(
            address(Some(ip("10.0.0.1")), &["nonsense"], &trusted),
            Some(ip("10.0.0.1"))
        );
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        assert_eq!(counted_as(ip("2001:db8::1")), counted_as(ip("2001:db8::ffff")));
        assert_ne!(counted_as(ip("2001:db8::1")), counted_as(ip("2001:db8:0:1::1")));
    }
}

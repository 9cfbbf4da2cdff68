//! Which client a request counts for.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use thiserror::Error;

/// An IPv4 address, or the /64 of an IPv6 address: a household or a server has that much, and may choose addresses
/// within it freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Client(u128);

/// Bits of an IPv6 address that name the client.
const NETWORK: u128 = !(u64::MAX as u128);

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(four) => Self(four.to_ipv6_mapped().to_bits()),
            IpAddr::V6(six) => Self(six.to_bits() & NETWORK),
        }
    }
}

/// An IPv4 address, or the first address of an IPv6 network.
impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ipv6Addr::from_bits(self.0).to_canonical().fmt(f)
    }
}

/// The server sets it on each request; a request without it, as in a test of a router, counts as one unknown client.
impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

impl Client {
    /// Whether it is on the same machine as this process.
    pub(crate) fn is_this_machine(self) -> bool {
        // The network of `::1` is the one that begins with zeros.
        self.0 == 0 || Ipv6Addr::from_bits(self.0).to_canonical().is_loopback()
    }

    /// The client of work that is done once for everyone, whoever asked first.
    pub(crate) const EVERYBODY: Self = Self(1);

    /// The client that sent the request with these extensions, as the server noted it.
    pub fn of_request(extensions: &axum::http::Extensions) -> Self {
        Self::of(extensions)
    }

    /// The client that sent the request with these extensions.
    pub(crate) fn of(extensions: &axum::http::Extensions) -> Self {
        extensions.get().copied().unwrap_or_else(|| IpAddr::from(Ipv6Addr::UNSPECIFIED).into())
    }
}

/// Addresses of caches and proxies in front: what they report about the clients that they ask for is believed.
///
/// Only `X-Forwarded-For` is read, from its right end: each proxy appends the address that asked it, so the first
/// address that is not a proxy is the client, and anyone may have written what stands to the left of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Proxy>);

/// Addresses of one family that begin with the same bits, written `192.0.2.0/24` or `192.0.2.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy {
    first: IpAddr,
    bits: u8,
}

/// The text does not name a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an address such as 192.0.2.7 or a network such as 192.0.2.0/24 or 2001:db8::/32 is wanted")]
pub struct NotANetwork;

/// The default: caches on this machine.
pub const THIS_MACHINE: &str = "127.0.0.1,::1";
/// Maximum number of entries of `X-Forwarded-For` that are read: chains have two or three proxies.
const MAX_HOPS: usize = 8;

impl FromIterator<Proxy> for Proxies {
    fn from_iter<I: IntoIterator<Item = Proxy>>(proxies: I) -> Self {
        Self(proxies.into_iter().collect())
    }
}

impl Proxies {
    /// Whether what `peer` reports about its own clients is believed.
    pub fn contain(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|proxy| proxy.contains(peer))
    }

    /// The client for which the proxy `peer` asks, where `forwarded_for` are its `X-Forwarded-For` fields in order; the
    /// proxy itself if they name none.
    pub(crate) fn client_of<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> Client {
        let mut client = peer;
        let hops = forwarded_for.rev().flat_map(|field| field.rsplit(|byte| *byte == b','));
        for hop in hops.take(MAX_HOPS) {
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.contain(address) {
                break;
            }
        }
        client.into()
    }
}

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    client: Client,
    /// If it asks for others: its address, and the other proxies.
    proxy: Option<(IpAddr, Arc<Proxies>)>,
}

impl Peer {
    /// The peer that connects from `address`.
    pub fn new(address: IpAddr, proxies: &Arc<Proxies>) -> Self {
        let proxy = proxies.contain(address).then(|| (address, Arc::clone(proxies)));
        Self { client: address.into(), proxy }
    }

    /// The client at the other end itself.
    pub fn client(&self) -> Client {
        self.client
    }

    /// Whether it asks for others.
    pub(crate) fn is_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// The client of a request that came with these `X-Forwarded-For` fields.
    pub(crate) fn client_of<'a>(&self, forwarded_for: impl DoubleEndedIterator<Item = &'a [u8]>) -> Client {
        match &self.proxy {
            None => self.client,
            Some((address, proxies)) => proxies.client_of(*address, forwarded_for),
        }
    }
}

/// Some proxies append the port, and put brackets around IPv6.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    hop.parse().ok().or_else(|| {
        if let Some(rest) = hop.strip_prefix('[') {
            return rest.split_once(']')?.0.parse().ok().map(IpAddr::V6);
        }
        hop.split_once(':')?.0.parse().ok().map(IpAddr::V4)
    })
}

impl Proxy {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                same_start(u128::from(first.to_bits()) << 96, u128::from(address.to_bits()) << 96, self.bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                same_start(first.to_bits(), address.to_bits(), self.bits)
            }
            _ => false,
        }
    }
}

fn same_start(one: u128, other: u128, bits: u8) -> bool {
    (one ^ other).leading_zeros() >= u32::from(bits)
}

/// Networks separated by commas; none if the text is empty.
impl FromStr for Proxies {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, proxy) in self.0.iter().enumerate() {
            write!(f, "{}{proxy}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Proxy {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let all = if first.is_ipv4() { Ipv4Addr::BITS } else { Ipv6Addr::BITS };
        let bits = bits.map_or(all, u32::from);
        if bits > all {
            return Err(NotANetwork);
        }
        // At most 128.
        Ok(Self { first, bits: bits as u8 })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client(address: &str) -> Client {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_client_is_an_ipv4_address_or_an_ipv6_network() {
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for (address, is_here) in [
            ("127.0.0.1", true),
            ("127.8.9.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("192.0.2.1", false),
            ("10.0.0.1", false),
            ("2001:db8::1", false),
            ("fe80::1", false),
        ] {
            assert_eq!(client(address).is_this_machine(), is_here, "{address}");
        }
    }

    fn told(fields: &[&str]) -> Client {
        let proxies: Proxies = "127.0.0.1, 10.0.0.0/8,fd00::/8".parse().unwrap();
        proxies.client_of("127.0.0.1".parse().unwrap(), fields.iter().map(|field| field.as_bytes()))
    }

    #[test]
    fn the_last_address_that_is_no_proxys_is_the_client() {
        assert_eq!(told(&[]), client("127.0.0.1"));
        assert_eq!(told(&["198.51.100.7"]), client("198.51.100.7"));
        assert_eq!(told(&["203.0.113.9, 198.51.100.7"]), client("198.51.100.7"), "the first was invented");
        assert_eq!(told(&["203.0.113.9", "198.51.100.7 , 10.1.2.3"]), client("198.51.100.7"));
        assert_eq!(told(&["198.51.100.7:4711, fd00::1"]), client("198.51.100.7"));
        assert_eq!(told(&["[2001:db8::7]:4711"]), client("2001:db8::8"));
        assert_eq!(
            told(&["198.51.100.7, unknown"]),
            client("127.0.0.1"),
            "what is behind it may be invented"
        );
        assert_eq!(told(&["", "10.1.1.1"]), client("10.1.1.1"));
    }

    #[test]
    fn networks_are_read_and_others_refused() {
        for wrong in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "10.0.0.0/-1"] {
            assert_eq!(wrong.parse::<Proxy>(), Err(NotANetwork), "{wrong}");
        }
        assert_eq!("".parse(), Ok(Proxies::default()));
        assert_eq!(THIS_MACHINE.parse::<Proxies>().unwrap().to_string(), "127.0.0.1/32,::1/128");
        let all: Proxy = "0.0.0.0/0".parse().unwrap();
        assert!(
            all.contains("203.0.113.9".parse().unwrap()) && !all.contains("2001:db8::1".parse().unwrap())
        );
        let half: Proxy = "10.128.0.0/9".parse().unwrap();
        assert!(
            half.contains("10.200.0.1".parse().unwrap()) && !half.contains("10.127.0.1".parse().unwrap())
        );
    }

    proptest! {
        /// Whatever clients write: a proxy that appends the address that asked it is believed, and nothing else is.
        #[test]
        fn nobody_is_taken_for_another(written in prop::collection::vec(any::<Vec<u8>>(), 0..4), asks in any::<[u8; 4]>()) {
            let asks = IpAddr::from(asks);
            prop_assume!(asks.to_string() != "127.0.0.1" && !asks.to_string().starts_with("10."));
            let own = asks.to_string();
            let fields = written.iter().map(Vec::as_slice).chain([own.as_bytes()]);
            let proxies: Proxies = "127.0.0.1,10.0.0.0/8".parse().unwrap();
            prop_assert_eq!(proxies.client_of("127.0.0.1".parse().unwrap(), fields), asks.into());
        }
    }
}

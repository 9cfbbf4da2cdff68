//! Cameras found in the station's network (WS-Discovery 2005/04, ONVIF Core 7.3). Anybody there may answer: an answer
//! counts only if it belongs to the question, comes from that network, and names its sender's own address.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use crate::address::Address;
use crate::text::line;
use crate::xml::Node;

/// Where cameras listen.
const GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(239, 255, 255, 250)), 3702);
/// Cameras that are told; more are left out.
const FOUND_MAX: usize = 64;
/// Answers that are looked at, from everybody together.
const ANSWERS_MAX: usize = 512;
/// Longest answer, bytes; what is longer is cut, and then no XML.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// Networks of this computer that are asked.
const NETWORKS_MAX: usize = 8;
/// Longest table of routes that is read, bytes.
const ROUTES_BYTES_MAX: usize = 64 << 10;
/// The question is sent again after this time: datagrams get lost.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A network that this computer is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    /// This computer's address there.
    pub here: Ipv4Addr,
    /// Bits of an address that are those of the network.
    pub prefix: u8,
}

impl Network {
    /// Whether `ip` is another computer's in it.
    pub fn has(&self, ip: IpAddr) -> bool {
        let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix.min(32))).unwrap_or(0);
        match ip {
            IpAddr::V4(ip) => ip.to_bits() & mask == self.here.to_bits() & mask,
            IpAddr::V6(_) => false,
        }
    }
}

/// A camera that has answered. It is what it says of itself, and nobody has checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its device service, at the address that has answered.
    pub address: Address,
    /// Its name; empty if it says none.
    pub name: String,
    /// Its model.
    pub model: String,
}

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// Where: usually [`networks`].
    pub networks: Vec<Network>,
    /// Whom: the group of all cameras, or somebody else in a test.
    pub whom: SocketAddr,
    /// For how long answers are waited for.
    pub wait: Duration,
}

impl Search {
    /// In all networks of this computer.
    ///
    /// # Errors
    /// If the system does not tell its networks.
    pub fn everywhere(wait: Duration) -> io::Result<Self> {
        Ok(Self { networks: networks()?, whom: GROUP, wait })
    }

    /// The cameras that answer, by address; those of a network that cannot be asked are not among them.
    ///
    /// # Errors
    /// If none of the networks can be asked.
    pub async fn run(&self) -> io::Result<Vec<Found>> {
        let mut found = BTreeMap::new();
        let until = Instant::now() + self.wait;
        let mut failed = None;
        let mut asked = 0_usize;
        let searches = self.networks.iter().take(NETWORKS_MAX).map(|network| self.ask(*network, until));
        for answered in join_all(searches).await {
            match answered {
                Ok(all) => {
                    asked += 1;
                    found.extend(all.into_iter().map(|found| (found.address.to_string(), found)));
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if asked == 0 => Err(error),
            _ => Ok(found.into_values().take(FOUND_MAX).collect()),
        }
    }

    async fn ask(&self, network: Network, until: Instant) -> io::Result<Vec<Found>> {
        // Bound to an address, a question to a group leaves through that address's network.
        let socket = UdpSocket::bind(SocketAddr::from((network.here, 0))).await?;
        let id = message_id()?;
        let probe = probe(&id);
        socket.send_to(probe.as_bytes(), self.whom).await?;
        let mut again = Some(Instant::now() + AGAIN_AFTER);
        let mut found: Vec<Found> = Vec::new();
        let mut answer = vec![0; ANSWER_BYTES_MAX];
        let mut answers = 0;
        while answers < ANSWERS_MAX && found.len() < FOUND_MAX {
            let wait = again.map_or(until, |again| again.min(until));
            match timeout_at(wait, socket.recv_from(&mut answer)).await {
                Ok(Ok((length, from))) => {
                    answers += 1;
                    let bytes = answer.get(..length).unwrap_or_default();
                    let camera = read(bytes, &id).filter(|_| network.has(from.ip()));
                    let own = camera.filter(|camera| camera.address.ip() == Some(from.ip()));
                    let is_new = |own: &Found| found.iter().all(|other| other.address != own.address);
                    let new = own.filter(is_new);
                    found.extend(new);
                }
                // An answer of the network that somebody is not there.
                Ok(Err(_)) => answers += 1,
                Err(_) if again.take().is_some_and(|again| again < until) => {
                    let _ = socket.send_to(probe.as_bytes(), self.whom).await;
                }
                Err(_) => break,
            }
        }
        Ok(found)
    }
}

/// The networks to which this computer is connected, by its table of routes; its own (127.0.0.0/8) is none of them.
///
/// # Errors
/// If the table cannot be read.
pub fn networks() -> io::Result<Vec<Network>> {
    let table = std::fs::read("/proc/net/route")?;
    let table = String::from_utf8_lossy(table.get(..ROUTES_BYTES_MAX).unwrap_or(&table)).into_owned();
    let mut found: Vec<Network> = connected(&table).into_iter().filter_map(here).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(NETWORKS_MAX);
    Ok(found)
}

/// This computer's address in a network: the one from which it would send to a neighbour. Nothing is sent.
fn here((network, prefix): (Ipv4Addr, u8)) -> Option<Network> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::from_bits(network.to_bits() | 1), 9)).ok()?;
    let IpAddr::V4(here) = socket.local_addr().ok()?.ip() else { return None };
    let found = Network { here, prefix };
    found.has(network.into()).then_some(found)
}

/// Destinations without a gateway, of the kernel's table: numbers in hexadecimal digits, in this machine's byte order.
fn connected(table: &str) -> Vec<(Ipv4Addr, u8)> {
    let number = |text: &str| u32::from_str_radix(text, 16).ok();
    let line = |line: &str| {
        let mut fields = line.split_whitespace();
        let (destination, gateway) = (number(fields.nth(1)?)?, number(fields.next()?)?);
        let mask = u32::from_be_bytes(number(fields.nth(4)?)?.to_ne_bytes());
        let destination = Ipv4Addr::from(destination.to_ne_bytes());
        let prefix = u8::try_from(mask.leading_ones()).ok()?;
        let is_network =
            gateway == 0 && mask.leading_ones() == mask.count_ones() && (8..=30).contains(&prefix);
        (is_network && !destination.is_loopback()).then_some((destination, prefix))
    };
    table.lines().skip(1).filter_map(line).collect()
}

fn message_id() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let [a, b, c, d, e] = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].map(hex);
    Ok(format!("uuid:{a}-{b}-{c}-{d}-{e}"))
}

fn probe(id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
         xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><s:Header><a:MessageID>{id}</a:MessageID>\
         <a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\
         <a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>\
         <s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
    )
}

/// The first match of an answer to the question `id`.
pub(crate) fn read(bytes: &[u8], id: &str) -> Option<Found> {
    let envelope = Node::parse(bytes).ok()?;
    if envelope.text_at(&["Header", "RelatesTo"]) != id {
        return None;
    }
    let found = envelope.at(&["Body", "ProbeMatches", "ProbeMatch"])?;
    // A camera with several addresses names them all; that of IPv4 comes with the answer.
    let mut addresses =
        found.text_at(&["XAddrs"]).split_whitespace().filter_map(|text| Address::parse(text).ok());
    let address = addresses.find(|address| address.ip().is_some_and(|ip| ip.is_ipv4()))?;
    let scope = |kind: &str| {
        let mut scopes = found.text_at(&["Scopes"]).split_whitespace();
        let value = scopes.find_map(|scope| scope.strip_prefix("onvif://www.onvif.org/")?.strip_prefix(kind));
        value.map(|value| line(&percent_decoded(value))).unwrap_or_default()
    };
    Some(Found { address, name: scope("name/"), model: scope("hardware/") })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first_chunk::<2>().and_then(|pair| std::str::from_utf8(pair).ok());
        let value = pair.filter(|_| *first == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(id: &str, addresses: &str) -> String {
        format!(
            "<e:Envelope><e:Header><w:RelatesTo>{id}</w:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>\
             <d:Scopes>onvif://www.onvif.org/type/ptz onvif://www.onvif.org/name/Hall%20%C9%99 onvif://www.onvif.org/hardware/X1</d:Scopes>\
             <d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
        )
    }

    #[test]
    fn an_answer_belongs_to_its_question() {
        let text =
            answer("uuid:1", "http://[fe80::1]/onvif/device_service http://10.0.0.5/onvif/device_service");
        let found = read(text.as_bytes(), "uuid:1").unwrap();
        assert_eq!((found.name.as_str(), found.model.as_str()), ("Hall ə", "X1"));
        assert_eq!(found.address.to_string(), "http://10.0.0.5/onvif/device_service");
        assert_eq!(read(text.as_bytes(), "uuid:2"), None, "it answers another question");
        for addresses in
            ["", "https://10.0.0.5/", "http://camera.local/", "http://[fe80::1]/", "http://u:p@10.0.0.5/"]
        {
            assert_eq!(read(answer("uuid:1", addresses).as_bytes(), "uuid:1"), None, "{addresses}");
        }
    }

    #[test]
    fn networks_are_those_without_a_gateway() {
        let order = |ip: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(ip));
        let row = |destination, gateway, mask| {
            let (destination, gateway, mask) = (order(destination), order(gateway), order(mask));
            format!("eth0\t{destination}\t{gateway}\t0001\t0\t0\t0\t{mask}\t0\t0\t0\n")
        };
        let table = [
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n".to_owned(),
            row([0, 0, 0, 0], [10, 0, 0, 1], [0, 0, 0, 0]),
            row([10, 0, 0, 0], [0, 0, 0, 0], [255, 255, 255, 0]),
            row([10, 1, 0, 0], [10, 0, 0, 1], [255, 255, 0, 0]),
            row([127, 0, 0, 0], [0, 0, 0, 0], [255, 0, 0, 0]),
            row([10, 2, 0, 0], [0, 0, 0, 0], [255, 0, 255, 0]),
            "rubbish\n".to_owned(),
        ];
        assert_eq!(connected(&table.concat()), [(Ipv4Addr::new(10, 0, 0, 0), 24)]);
        let network = Network { here: Ipv4Addr::new(10, 0, 0, 9), prefix: 24 };
        for (ip, is_in) in [("10.0.0.5", true), ("10.0.1.5", false), ("127.0.0.1", false), ("::1", false)] {
            assert_eq!(network.has(ip.parse().unwrap()), is_in, "{ip}");
        }
        assert!(networks().is_ok());
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..300), addresses in "\\PC{0,60}", table in "[\\PC\t\n]{0,200}") {
            let _ = read(&bytes, "uuid:1");
            let _ = read(answer("uuid:1", &addresses).as_bytes(), "uuid:1");
            let _ = percent_decoded(&addresses);
            let _ = connected(&table);
        }
    }
}

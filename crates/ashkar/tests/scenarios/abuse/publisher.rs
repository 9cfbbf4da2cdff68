//! A publisher in a few lines: completes the handshake, publishes, and may then send anything.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use ashkar_ingest::rtmp::PublisherSession;
use ashkar_ingest::rtmp::client::PublisherError;
use ashkar_ingest::rtmp::handshake::BLOCK;

use super::sockets::connect_from;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A connection that was let in with `key`, or the reason for the refusal.
pub fn publish(source: Ipv4Addr, to: SocketAddr, key: &str) -> Result<TcpStream, String> {
    converse(source, to, key, &mut Vec::new())
}

/// All bytes that a publisher with `key` sends until it is let in.
pub fn transcript(to: SocketAddr, key: &str) -> Vec<u8> {
    let mut said = Vec::new();
    converse(Ipv4Addr::LOCALHOST, to, key, &mut said).expect("the key is right");
    said
}

fn converse(source: Ipv4Addr, to: SocketAddr, key: &str, said: &mut Vec<u8>) -> Result<TcpStream, String> {
    let mut stream = connect_from(source, to);
    stream.set_read_timeout(Some(TIMEOUT)).expect("a socket option");
    let mut session = PublisherSession::new("ingest", key, "rtmp://centre/ingest");
    let mut buffer = [0; 8192];
    while !session.is_publishing() {
        if let Some(bytes) = session.poll_output() {
            stream.write_all(&bytes).map_err(|error| error.to_string())?;
            said.extend(bytes);
        }
        let count = stream.read(&mut buffer).map_err(|error| error.to_string())?;
        if count == 0 {
            return Err("closed without a word".to_owned());
        }
        session.feed(&buffer[..count]).map_err(|error: PublisherError| error.to_string())?;
    }
    Ok(stream)
}

/// C0, C1 and C2 at once: they do not need the other side's response.
pub fn handshake() -> Vec<u8> {
    let mut bytes = vec![0; 1 + 2 * BLOCK];
    bytes[0] = 3;
    bytes
}

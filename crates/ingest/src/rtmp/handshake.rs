//! The simple handshake of both sides (Adobe RTMP 1.0, section 5.2).
//!
//! ```text
//!  publisher  C0: version 3 | C1: time:32 zero:32 random:1528 bytes
//!  centre     S0: version 3 | S1: like C1 | S2: C1 again
//!  publisher                               C2: S1 again
//! ```
//!
//! C2 is never compared with S1: encoders with the signed handshake of Flash fill it differently.

/// Bytes in C1, C2, S1 and S2.
pub const BLOCK: usize = 1536;
const VERSION: u8 = 3;

/// The first bytes are not RTMP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Looks like HTTP.
    #[error("an HTTP request came to the RTMP port")]
    Http,
    /// Looks like TLS.
    #[error("TLS came to the plain RTMP port: use rtmp:// and not rtmps://")]
    Tls,
    /// Anything else.
    #[error("RTMP version {0}, and 3 is needed")]
    Version(u8),
}

/// The centre's side: reads C0, C1 and C2, writes S0, S1 and S2.
#[derive(Debug)]
pub struct Handshake {
    seed: u64,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Version,
    First(Vec<u8>),
    Echo { missing: usize },
    Done,
}

impl Handshake {
    /// `seed` fills the random part of S1; it protects nothing.
    pub const fn new(seed: u64) -> Self {
        Self { seed, step: Step::Version }
    }

    /// Consumes the bytes of the handshake from the front of `input`; true when it is over.
    ///
    /// # Errors
    /// [`HandshakeError`] at the very first byte.
    pub fn feed(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Result<bool, HandshakeError> {
        if let Step::Version = self.step
            && let Some((&version, rest)) = input.split_first()
        {
            check_version(version)?;
            *input = rest;
            self.step = Step::First(Vec::with_capacity(BLOCK));
        }
        if let Step::First(block) = &mut self.step {
            block.extend_from_slice(take(input, BLOCK - block.len()));
            if block.len() == BLOCK {
                put_answer(self.seed, block, out);
                self.step = Step::Echo { missing: BLOCK };
            }
        }
        if let Step::Echo { missing } = &mut self.step {
            *missing -= take(input, *missing).len();
            if *missing == 0 {
                self.step = Step::Done;
            }
        }
        Ok(matches!(self.step, Step::Done))
    }
}

fn check_version(version: u8) -> Result<(), HandshakeError> {
    match version {
        VERSION => Ok(()),
        // CONNECT, DELETE, GET, HEAD, OPTIONS, POST, PUT, TRACE.
        b'C' | b'D' | b'G' | b'H' | b'O' | b'P' | b'T' => Err(HandshakeError::Http),
        0x16 => Err(HandshakeError::Tls),
        other => Err(HandshakeError::Version(other)),
    }
}

fn put_answer(seed: u64, first: &[u8], out: &mut Vec<u8>) {
    out.push(VERSION);
    put_block(seed, out);
    out.extend_from_slice(first);
}

/// C1 or S1: time zero, version zero (no signed handshake), then filler.
fn put_block(seed: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; 8]);
    let mut state = seed;
    for _ in 0..(BLOCK - 8) / 8 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.extend_from_slice(&(state ^ (state >> 29)).to_be_bytes());
    }
}

fn take<'a>(input: &mut &'a [u8], at_most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(at_most.min(input.len()));
    *input = rest;
    taken
}

/// The publisher's side: writes C0 and C1 at once, reads S0, S1 and S2, writes C2.
#[derive(Debug)]
pub(super) struct ClientHandshake {
    received: Vec<u8>,
}

impl ClientHandshake {
    pub(super) fn new(seed: u64, out: &mut Vec<u8>) -> Self {
        out.push(VERSION);
        put_block(seed, out);
        Self { received: Vec::new() }
    }

    /// True when it is over; C2 has then been appended to `out`.
    pub(super) fn feed(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Result<bool, HandshakeError> {
        let missing = 1 + 2 * BLOCK - self.received.len();
        self.received.extend_from_slice(take(input, missing));
        match self.received.first() {
            Some(&VERSION) | None => {}
            Some(&other) => return Err(HandshakeError::Version(other)),
        }
        let is_complete = self.received.len() == 1 + 2 * BLOCK;
        if is_complete {
            out.extend_from_slice(self.received.get(1..=BLOCK).unwrap_or_default());
            self.received = vec![VERSION];
        }
        Ok(is_complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_however_the_bytes_are_cut() {
        for cut in [1, 7, 1536, 1537, 4000] {
            let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
            let mut client = ClientHandshake::new(1, &mut from_client);
            let mut server = Handshake::new(2);
            for piece in std::mem::take(&mut from_client).chunks(cut) {
                assert_eq!(server.feed(&mut &piece[..], &mut from_server), Ok(false));
            }
            assert_eq!(from_server.len(), 1 + 2 * BLOCK);
            let pieces: Vec<_> = from_server.chunks(cut).map(<[u8]>::to_vec).collect();
            let done: Vec<_> =
                pieces.iter().map(|piece| client.feed(&mut &piece[..], &mut from_client).unwrap()).collect();
            assert_eq!(done.iter().filter(|done| **done).count(), 1);
            from_client.push(0x42);
            let mut rest = &from_client[..];
            assert_eq!(server.feed(&mut rest, &mut Vec::new()), Ok(true));
            assert_eq!(rest, [0x42], "what follows is left alone");
        }
    }

    #[test]
    fn other_protocols_are_told_apart_at_the_first_byte() {
        let first = |bytes: &[u8]| Handshake::new(0).feed(&mut &bytes[..], &mut Vec::new());
        assert_eq!(first(b"GET / HTTP/1.1\r\n"), Err(HandshakeError::Http));
        assert_eq!(first(&[0x16, 3, 1]), Err(HandshakeError::Tls));
        assert_eq!(first(&[6]), Err(HandshakeError::Version(6)));
        assert_eq!(first(&[]), Ok(false));
    }
}

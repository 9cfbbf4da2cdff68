//! Bytes that a socket has not accepted yet.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};

use bytes::{Buf, Bytes};

/// Bytes that may wait for one slow line: about four seconds of 1 Mbit/s. Beyond that, pictures are left out.
const MAX_WAITING_BYTES: usize = 512 << 10;
/// Pieces written at once; an access unit has at most six with its header.
const PIECES_PER_WRITE: usize = 16;

/// Bytes in order, written when the socket accepts them.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether no more pictures should be added.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MAX_WAITING_BYTES
    }

    /// Sends `header` and `pieces` after what waits, and returns the number of bytes that the socket accepted. In the
    /// usual case all of it goes out in one write and nothing is kept.
    ///
    /// # Errors
    /// Those of the socket, except for "would block".
    pub(super) fn send(
        &mut self,
        header: &[u8],
        pieces: &[Bytes],
        socket: &mut impl Write,
    ) -> io::Result<usize> {
        let mut taken = 0;
        if self.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES_PER_WRITE];
            let all = [header].into_iter().chain(pieces.iter().map(|piece| &piece[..]));
            slices.iter_mut().zip(all).for_each(|(slice, piece)| *slice = IoSlice::new(piece));
            taken = write(&slices[..(pieces.len() + 1).min(PIECES_PER_WRITE)], socket)?;
        }
        self.keep_rest(header, pieces, taken);
        Ok(taken)
    }

    /// Appends bytes that are not shared.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        self.waiting.push_back(bytes.into());
    }

    /// Writes what waits, as far as the socket accepts it; returns the number of bytes accepted.
    ///
    /// # Errors
    /// Those of the socket, except for "would block".
    pub(super) fn flush(&mut self, socket: &mut impl Write) -> io::Result<usize> {
        let mut total = 0;
        while !self.waiting.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES_PER_WRITE];
            slices.iter_mut().zip(&self.waiting).for_each(|(slice, piece)| *slice = IoSlice::new(piece));
            let taken = write(&slices[..self.waiting.len().min(PIECES_PER_WRITE)], socket)?;
            if taken == 0 {
                break;
            }
            self.advance(taken);
            total += taken;
        }
        Ok(total)
    }

    fn advance(&mut self, mut taken: usize) {
        self.bytes -= taken;
        while let Some(first) = self.waiting.front_mut() {
            if first.len() > taken {
                first.advance(taken);
                return;
            }
            taken -= first.len();
            self.waiting.pop_front();
        }
    }

    fn keep_rest(&mut self, header: &[u8], pieces: &[Bytes], mut taken: usize) {
        if taken < header.len() {
            self.push(header[taken..].to_vec());
        }
        taken = taken.saturating_sub(header.len());
        for piece in pieces {
            if taken < piece.len() {
                self.bytes += piece.len() - taken;
                self.waiting.push_back(piece.slice(taken..));
            }
            taken = taken.saturating_sub(piece.len());
        }
    }
}

/// One vectored write; 0 if the socket accepts nothing now.
fn write(slices: &[IoSlice<'_>], socket: &mut impl Write) -> io::Result<usize> {
    loop {
        match socket.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => return Ok(taken),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A socket that accepts as many bytes as it is set to, then blocks until it is set again.
    #[derive(Default)]
    struct Narrow {
        room: usize,
        got: Vec<u8>,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let taken = bytes.len().min(self.room);
            self.room -= taken;
            self.got.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.to_vec()).collect();
            self.write(&all)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn every_byte_goes_out_once_and_in_order(
            messages in proptest::collection::vec((1usize..20, proptest::collection::vec(1usize..50, 1..6)), 1..20),
            rooms in proptest::collection::vec(0usize..80, 1..20),
        ) {
            let mut outbox = Outbox::default();
            let mut socket = Narrow::default();
            let (mut expected, mut taken, mut number) = (Vec::new(), 0, 0u8);
            let mut fresh = |length: usize| {
                number = number.wrapping_add(1);
                vec![number; length]
            };
            for ((header, pieces), room) in messages.into_iter().zip(rooms.into_iter().cycle()) {
                socket.room = room;
                let header = fresh(header);
                let pieces: Vec<Bytes> = pieces.into_iter().map(|length| fresh(length).into()).collect();
                expected.extend_from_slice(&header);
                pieces.iter().for_each(|piece| expected.extend_from_slice(piece));
                taken += outbox.flush(&mut socket).unwrap();
                taken += outbox.send(&header, &pieces, &mut socket).unwrap();
            }
            socket.room = usize::MAX;
            taken += outbox.flush(&mut socket).unwrap();
            prop_assert_eq!(taken, expected.len());
            prop_assert_eq!(socket.got, expected);
            prop_assert_eq!(outbox.bytes, 0);
        }
    }
}

//! Finds where the next item begins when bytes between two items belong to neither.
//!
//! Some cameras let pieces of packets without a header slip into the stream. What follows them is whole again, so they
//! are skipped, up to a limit. A beginning is accepted only if it cannot be chance.

/// Maximum number of bytes skipped between two items; a stream with more of them is not RTSP.
pub(super) const MAX_SKIPPED_BYTES: u64 = 64 * 1024;

/// Longest first line of a message, bytes: the longest address that a camera has, and a method.
const MAX_FIRST_LINE_BYTES: usize = 2048;
const MAX_METHOD_BYTES: usize = 20;
const ANSWER: &[u8] = b"RTSP/";
const INTERLEAVED_HEAD_BYTES: usize = 4;
/// The shortest RTCP packet, and so the shortest payload that proves a beginning.
const MIN_PROOF_BYTES: usize = 8;

/// What some bytes begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemStart {
    /// An item, as far as can be seen.
    Item,
    /// More bytes are needed to tell.
    Undecided,
    /// No item.
    Nothing,
}

/// Channels on which packets are expected.
#[derive(Debug, Default)]
pub(super) struct Channels([u64; 4]);

impl Channels {
    pub(super) fn add(&mut self, channel: u8) {
        if let Some(word) = self.0.get_mut(usize::from(channel >> 6)) {
            *word |= 1 << (channel & 63);
        }
    }

    fn has(&self, channel: u8) -> bool {
        self.0.get(usize::from(channel >> 6)).is_some_and(|word| word >> (channel & 63) & 1 == 1)
    }
}

/// Judges `data`, which directly follows an item, or follows bytes that were `skipped`: a packet must then be on an
/// expected channel, look like RTP, and have an item after it.
pub(super) fn item_start(data: &[u8], channels: &Channels, skipped: bool) -> ItemStart {
    match data {
        [] => ItemStart::Undecided,
        [b'$', ..] if skipped => searched(data, channels),
        [b'$', channel, ..] if channels.has(*channel) && is_long_rtp(data) => ItemStart::Item,
        [b'$', ..] => interleaved_behind(data),
        _ => message(data),
    }
}

/// How many bytes to skip until an item may begin.
pub(super) fn next_item_start(data: &[u8], channels: &Channels) -> usize {
    let candidates = data.iter().enumerate().filter(|(_, byte)| **byte == b'$' || byte.is_ascii_uppercase());
    for (at, _) in candidates {
        if data.get(at..).is_some_and(|rest| item_start(rest, channels, true) != ItemStart::Nothing) {
            return at;
        }
    }
    data.len()
}

fn searched(data: &[u8], channels: &Channels) -> ItemStart {
    let known = data.get(1).is_none_or(|channel| channels.has(*channel));
    let fits = data.len() < INTERLEAVED_HEAD_BYTES || payload_length(data) >= MIN_PROOF_BYTES;
    let version = data.get(INTERLEAVED_HEAD_BYTES).is_none_or(|first| first >> 6 == 2);
    if !(known && fits && version) {
        return ItemStart::Nothing;
    }
    if data.len() < INTERLEAVED_HEAD_BYTES + payload_length(data) {
        return ItemStart::Undecided;
    }
    interleaved_behind(data)
}

/// An RTP or RTCP packet, judged by its version and a plausible length.
fn is_long_rtp(data: &[u8]) -> bool {
    data.get(INTERLEAVED_HEAD_BYTES).is_some_and(|first| first >> 6 == 2)
        && payload_length(data) >= MIN_PROOF_BYTES
}

fn interleaved_behind(data: &[u8]) -> ItemStart {
    if data.len() < INTERLEAVED_HEAD_BYTES {
        return ItemStart::Undecided;
    }
    match data.get(INTERLEAVED_HEAD_BYTES + payload_length(data)) {
        Some(b'$' | b'\r' | b'\n') => ItemStart::Item,
        Some(byte) if byte.is_ascii_uppercase() => ItemStart::Item,
        Some(_) => ItemStart::Nothing,
        // It may end right here, with nothing after it yet.
        None => ItemStart::Item,
    }
}

fn payload_length(data: &[u8]) -> usize {
    match data {
        [_, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    }
}

/// `RTSP/1.0 200 …` or `METHOD address RTSP/1.0`, as far as it has arrived.
fn message(data: &[u8]) -> ItemStart {
    let window = data.get(..MAX_FIRST_LINE_BYTES).unwrap_or(data);
    let end = window.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let line = window.get(..end.unwrap_or(window.len())).unwrap_or(window);
    if line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return ItemStart::Nothing;
    }
    let answer = line.iter().zip(ANSWER).all(|(one, other)| one == other);
    let possible = answer || is_method(line);
    match (possible, end) {
        (false, _) => ItemStart::Nothing,
        (true, None) if window.len() == MAX_FIRST_LINE_BYTES => ItemStart::Nothing,
        (true, None) => ItemStart::Undecided,
        (true, Some(_)) if answer && line.len() >= ANSWER.len() => ItemStart::Item,
        (true, Some(_)) if has_version(line) => ItemStart::Item,
        (true, Some(_)) => ItemStart::Nothing,
    }
}

fn is_method(line: &[u8]) -> bool {
    let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    word.len() <= MAX_METHOD_BYTES
        && !word.is_empty()
        && word.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

fn has_version(line: &[u8]) -> bool {
    line.windows(ANSWER.len()).any(|five| five == ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels() -> Channels {
        let mut channels = Channels::default();
        [0, 1, 200].into_iter().for_each(|channel| channels.add(channel));
        channels
    }

    #[test]
    fn begins_are_told_from_chance() {
        let item_start = |data| item_start(data, &channels(), false);
        assert_eq!(item_start(b"RTSP/1.0 200 OK\r\n"), ItemStart::Item);
        assert_eq!(item_start(b"RTS"), ItemStart::Undecided);
        assert_eq!(item_start(b"RTX"), ItemStart::Undecided, "a method, perhaps");
        assert_eq!(item_start(b"RT\x01"), ItemStart::Nothing);
        assert_eq!(item_start(b"OPTIONS * RTSP/1.0\n"), ItemStart::Item);
        assert_eq!(item_start(b"HELLO WORLD\r\n"), ItemStart::Nothing);
        assert_eq!(item_start(b"\x16\x03"), ItemStart::Nothing);
        assert_eq!(item_start(b"$\xc8\x00\x0c\x80"), ItemStart::Item, "RTP, of which more comes");
        assert_eq!(item_start(b"$\x00\x00\x01\x00x"), ItemStart::Nothing, "no RTP, and no item behind it");
        assert_eq!(item_start(b"$\x00\x00\x01\x00$"), ItemStart::Item);
    }

    #[test]
    fn the_next_begin_is_found_behind_what_looks_like_one() {
        let next_item_start = |data: &[u8]| next_item_start(data, &channels());
        let mut stream =
            b"ab$\x01\x00\x02hiRUX\x00$\x00\x00\x08\x81xxxxxxxy$\x07\x00\x08\x81xxxxxxx".to_vec();
        let garbage = stream.len();
        stream.extend(b"$\x00\x00\x0c\x80\x60");
        assert_eq!(next_item_start(&stream), garbage);
        assert_eq!(next_item_start(b"abc"), 3);
        assert_eq!(next_item_start(b"abcRTSP/1.0 200 OK\r\n"), 3);
        assert_eq!(next_item_start(b"abcRT"), 3, "it may go on in the next read");
    }
}

//! H.264 from RTP payloads (RFC 6184, packetization modes 0 and 1).
//!
//! ```text
//! single NAL unit (1-23):  NAL unit
//! STAP-A (24):             header (8)  [ size (16)  NAL unit ]+
//! FU-A (28):               F NRI 28 (8)   S E R type (8)   piece
//! ```

use super::access_unit::{AccessUnitBuilder, Damage};

/// Adds one payload to `unit` and passes each NAL unit that becomes complete to `seen`.
pub(super) fn take(payload: &[u8], unit: &mut AccessUnitBuilder, seen: &mut impl FnMut(&[u8])) {
    match payload {
        [] => {}
        // A start code in place of a header: the camera sends Annex B. Type 0 does not exist.
        [0, 0, ..] => unit.nal(payload, seen),
        [header, rest @ ..] => match header & 0x1f {
            1..=23 => unit.nal(payload, seen),
            24 => aggregate(rest, unit, seen),
            28 => fragment(*header, rest, unit, seen),
            kind @ (25..=27 | 29) => unit.damaged(Damage::Interleaved(kind)),
            // 0, 30 and 31 are undefined, and to be ignored (RFC 6184, 5.2).
            _ => {}
        },
    }
}

fn aggregate(mut rest: &[u8], unit: &mut AccessUnitBuilder, seen: &mut impl FnMut(&[u8])) {
    while let Some((&[high, low], body)) = rest.split_first_chunk() {
        let Some((nal, after)) = body.split_at_checked(usize::from(u16::from_be_bytes([high, low]))) else {
            return unit.damaged(Damage::Malformed);
        };
        unit.nal(nal, seen);
        rest = after;
    }
}

fn fragment(indicator: u8, rest: &[u8], unit: &mut AccessUnitBuilder, seen: &mut impl FnMut(&[u8])) {
    let Some((flags, piece)) = rest.split_first() else { return unit.damaged(Damage::Malformed) };
    if flags & 0x80 != 0 {
        unit.begin_fragment(&[indicator & 0xe0 | flags & 0x1f], piece);
    } else {
        unit.go_on_fragment(piece);
    }
    if flags & 0x40 != 0 {
        unit.end_fragment(seen);
    }
}

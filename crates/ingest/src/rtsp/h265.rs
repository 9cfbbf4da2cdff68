//! H.265 from RTP payloads (RFC 7798). Decoding order numbers are skipped if a camera sends them: its packets are taken
//! in the order of sending, which is the decoding order of any single camera.
//!
//! ```text
//! single NAL unit:  header (16)  [DONL (16)]  NAL unit's payload
//! AP (48):          header (16)  [DONL (16)]  size (16)  NAL unit  [ [DOND (8)]  size (16)  NAL unit ]+
//! FU (49):          header (16)   S E type (8)   [DONL (16), where S]   piece
//! ```

use super::access_unit::{AccessUnitBuilder, Damage};

const DONL_BYTES: usize = 2;

/// Adds one payload to `unit` and passes each NAL unit that becomes complete to `seen`.
pub(super) fn take(
    payload: &[u8],
    with_don: bool,
    unit: &mut AccessUnitBuilder,
    seen: &mut impl FnMut(&[u8]),
) {
    if matches!(payload, [0, 0, 1, ..] | [0, 0, 0, 1, ..]) {
        return unit.nal(payload, seen);
    }
    let Some((&header, rest)) = payload.split_first_chunk::<2>() else { return };
    match header[0] >> 1 & 0x3f {
        48 => aggregate(rest, with_don, unit, seen),
        49 => fragment(header, rest, with_don, unit, seen),
        // Payload content information (RFC 7798, 4.4.4), and reserved types.
        50..=63 => {}
        _ if with_don => {
            let without = [&header[..], rest.get(DONL_BYTES..).unwrap_or_default()].concat();
            unit.nal(&without, seen);
        }
        _ => unit.nal(payload, seen),
    }
}

fn aggregate(mut rest: &[u8], with_don: bool, unit: &mut AccessUnitBuilder, seen: &mut impl FnMut(&[u8])) {
    let mut order_bytes = if with_don { DONL_BYTES } else { 0 };
    while let Some((&[high, low], body)) = rest.get(order_bytes..).unwrap_or_default().split_first_chunk() {
        let Some((nal, after)) = body.split_at_checked(usize::from(u16::from_be_bytes([high, low]))) else {
            return unit.damaged(Damage::Malformed);
        };
        unit.nal(nal, seen);
        rest = after;
        order_bytes = order_bytes.min(1);
    }
}

fn fragment(
    header: [u8; 2],
    rest: &[u8],
    with_don: bool,
    unit: &mut AccessUnitBuilder,
    seen: &mut impl FnMut(&[u8]),
) {
    let Some((flags, piece)) = rest.split_first() else { return unit.damaged(Damage::Malformed) };
    if flags & 0x80 != 0 {
        let piece = if with_don { piece.get(DONL_BYTES..).unwrap_or_default() } else { piece };
        unit.begin_fragment(&[header[0] & 0x81 | (flags & 0x3f) << 1, header[1]], piece);
    } else {
        unit.go_on_fragment(piece);
    }
    if flags & 0x40 != 0 {
        unit.end_fragment(seen);
    }
}

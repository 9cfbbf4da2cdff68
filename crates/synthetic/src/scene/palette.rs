//! The colours of rooms and people.

use super::pen::{Ink, ink};

/// One room's colours, and whether it is mirrored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    pub(crate) wall: Ink,
    pub(crate) side: Ink,
    pub(crate) floor: Ink,
    pub(crate) board: Ink,
    pub(crate) door: Ink,
    pub(crate) cloth: Ink,
    pub(crate) curtain: Ink,
    pub(crate) mirrored: bool,
}

/// The rooms.
pub(crate) const PALETTES: [Palette; 4] = [
    Palette {
        wall: ink(0xd9dfd2),
        side: ink(0xc6cdbe),
        floor: ink(0xb89a77),
        board: ink(0x35594e),
        door: ink(0x9c7a59),
        cloth: ink(0x8e2f38),
        curtain: ink(0x7d8f9c),
        mirrored: false,
    },
    Palette {
        wall: ink(0xd7dfe6),
        side: ink(0xc3ced7),
        floor: ink(0x9aa2a4),
        board: ink(0x5b6f7d),
        door: ink(0x7f8b91),
        cloth: ink(0x2f5488),
        curtain: ink(0xa3907a),
        mirrored: true,
    },
    Palette {
        wall: ink(0xefe6d3),
        side: ink(0xdfd3bb),
        floor: ink(0xb98f5d),
        board: ink(0x845f42),
        door: ink(0x9a6c46),
        cloth: ink(0x2f6b57),
        curtain: ink(0x8a7f9a),
        mirrored: false,
    },
    Palette {
        wall: ink(0xe3dce3),
        side: ink(0xd0c6d1),
        floor: ink(0x958895),
        board: ink(0x4f5d54),
        door: ink(0x8d6f5a),
        cloth: ink(0x57336e),
        curtain: ink(0x86958b),
        mirrored: true,
    },
];

const COATS: [Ink; 9] = [
    ink(0xa04a52),
    ink(0x44586f),
    ink(0x9c6b57),
    ink(0x4b6b5a),
    ink(0x6a5a7b),
    ink(0x8c7a4b),
    ink(0x3b4a57),
    ink(0x7b4a44),
    ink(0x51707f),
];
const TROUSERS: [Ink; 4] = [ink(0x26333d), ink(0x39342f), ink(0x2f3b4d), ink(0x4a4540)];
const SKIN: [Ink; 3] = [ink(0xd2a27e), ink(0xc08c68), ink(0xdcb391)];
const HAIR: [Ink; 5] = [ink(0x2a221d), ink(0x4a3426), ink(0x8a5a3a), ink(0xcfcac3), ink(0x1f1c1a)];

/// The covering of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// Short hair.
    Short,
    /// Hair to the shoulders.
    Long,
    /// A headscarf, in a coat's colour.
    Scarf,
}

/// The appearance of one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looks {
    pub(crate) coat: Ink,
    pub(crate) trousers: Ink,
    pub(crate) skin: Ink,
    pub(crate) hair: Ink,
    pub(crate) head: Head,
    /// Whether the coat reaches to the knees.
    pub(crate) long_coat: bool,
    /// Height relative to others.
    pub(crate) height: f32,
}

impl Looks {
    /// Person number `n` of room `room`: always the same one.
    pub(crate) fn of(room: usize, n: usize) -> Self {
        let seed = room * 31 + n * 7;
        let head = [Head::Short, Head::Long, Head::Short, Head::Scarf, Head::Short, Head::Long][seed % 6];
        Self {
            coat: COATS[(seed + n) % COATS.len()],
            trousers: TROUSERS[seed / 2 % TROUSERS.len()],
            skin: SKIN[seed % SKIN.len()],
            hair: if head == Head::Scarf {
                COATS[(seed + 4) % COATS.len()]
            } else {
                HAIR[(seed / 3 + n) % HAIR.len()]
            },
            head,
            long_coat: head != Head::Short,
            height: if head == Head::Short { 1.0 } else { 0.95 } + (seed % 5) as f32 * 0.01,
        }
    }
}

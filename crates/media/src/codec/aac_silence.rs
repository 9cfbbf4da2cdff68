//! Whether an AAC-LC frame is digital silence: its spectrum is zero, by its syntax alone (ISO/IEC 14496-3, 4.4.2).
//! Nothing is decoded: the look ends at the first value that is not zero.
//!
//! In: one `raw_data_block` as it was sent. Out: a [`Look`]. What must never happen: *silent* said of a frame in which
//! there may be something; a frame that takes longer to look at than to read once.

use super::aac::MAX_FRAME_BYTES;
use super::bits::BitReader;

/// What one look at a frame found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Digital silence: every sample that it stands for is zero.
    Silent,
    /// Something else.
    Heard,
    /// It is damaged, or uses what is not looked at.
    Unjudged,
}

/// Syntactic elements (table 4.85).
const SINGLE: u32 = 0;
const PAIR: u32 = 1;
const LOW: u32 = 3;
const DATA: u32 = 4;
const FILL: u32 = 6;
const END: u32 = 7;
/// Extension types of a fill element that make sound: spectral band replication (table 4.121).
const REPLICATION: [u32; 2] = [13, 14];
const EIGHT_SHORT: u32 = 2;
/// The codebook of sections without values (table 4.151).
const ZERO_CODEBOOK: u32 = 0;

/// Looks at one frame of AAC-LC.
pub fn look(frame: &[u8]) -> Look {
    if frame.len() > MAX_FRAME_BYTES {
        return Look::Unjudged;
    }
    match block(&mut BitReader::plain(frame)) {
        Ok(Quiet) => Look::Silent,
        Err(Ended::Heard) => Look::Heard,
        Err(Ended::Unknown) => Look::Unjudged,
    }
}

/// All of it is zero so far.
struct Quiet;

/// Why a look ended early.
enum Ended {
    Heard,
    Unknown,
}

type Quietly<T = Quiet> = Result<T, Ended>;

/// The next bits; a frame that ends too soon is unknown.
trait Read {
    fn read(&mut self, count: u32) -> Quietly<u32>;
    fn pass(&mut self, count: u32) -> Quietly;

    fn is_set(&mut self) -> Quietly<bool> {
        Ok(self.read(1)? == 1)
    }
}

impl Read for BitReader<'_> {
    fn read(&mut self, count: u32) -> Quietly<u32> {
        self.bits(count).ok_or(Ended::Unknown)
    }

    fn pass(&mut self, count: u32) -> Quietly {
        self.skip(count).map(|()| Quiet).ok_or(Ended::Unknown)
    }
}

/// `raw_data_block`
fn block(bits: &mut BitReader<'_>) -> Quietly {
    let (mut channels, mut is_replicated) = (0_u32, false);
    loop {
        match bits.read(3)? {
            SINGLE | LOW => {
                bits.pass(4)?;
                channel(bits, None)?;
                channels += 1;
            }
            PAIR => {
                pair(bits)?;
                channels += 2;
            }
            DATA => data(bits)?,
            FILL => is_replicated |= fill(bits)?,
            END if channels > 0 && !is_replicated => return Ok(Quiet),
            _ => return Err(Ended::Unknown),
        }
    }
}

/// `data_stream_element`
fn data(bits: &mut BitReader<'_>) -> Quietly<()> {
    bits.pass(4)?;
    let is_aligned = bits.is_set()?;
    let mut bytes = bits.read(8)?;
    if bytes == 255 {
        bytes += bits.read(8)?;
    }
    if is_aligned {
        bits.pass((8 - bits.position() as u32 % 8) % 8)?;
    }
    bits.pass(8 * bytes).map(drop)
}

/// `fill_element`; whether it makes sound.
fn fill(bits: &mut BitReader<'_>) -> Quietly<bool> {
    let mut bytes = bits.read(4)?;
    if bytes == 15 {
        bytes += bits.read(8)?.saturating_sub(1);
    }
    if bytes == 0 {
        return Ok(false);
    }
    let kind = bits.read(4)?;
    bits.pass(8 * bytes - 4)?;
    Ok(REPLICATION.contains(&kind))
}

/// `channel_pair_element`
fn pair(bits: &mut BitReader<'_>) -> Quietly<()> {
    bits.pass(4)?;
    let shared = if bits.is_set()? {
        let shared = Windows::read(bits)?;
        if bits.read(2)? == 1 {
            bits.pass(shared.groups * shared.bands)?;
        }
        Some(shared)
    } else {
        None
    };
    channel(bits, shared)?;
    channel(bits, shared)
}

/// What `ics_info` says.
#[derive(Clone, Copy)]
struct Windows {
    is_short: bool,
    /// Groups of windows, and scale factor bands of each that have values.
    groups: u32,
    bands: u32,
}

impl Windows {
    fn read(bits: &mut BitReader<'_>) -> Quietly<Self> {
        bits.pass(1)?;
        let sequence = bits.read(2)?;
        bits.pass(1)?;
        if sequence == EIGHT_SHORT {
            let bands = bits.read(4)?;
            let grouping = bits.read(7)?;
            return Ok(Self { is_short: true, groups: 8 - grouping.count_ones(), bands });
        }
        let bands = bits.read(6)?;
        // Prediction is of other profiles.
        if bits.is_set()? { Err(Ended::Unknown) } else { Ok(Self { is_short: false, groups: 1, bands }) }
    }
}

/// `individual_channel_stream`. Without values there are neither scale factors nor spectral data in it.
fn channel(bits: &mut BitReader<'_>, shared: Option<Windows>) -> Quietly<()> {
    bits.pass(8)?;
    let windows = match shared {
        Some(windows) => windows,
        None => Windows::read(bits)?,
    };
    for _ in 0..windows.groups {
        sections(bits, windows)?;
    }
    // Pulses are values.
    if bits.is_set()? {
        return Err(Ended::Heard);
    }
    if bits.is_set()? {
        noise_shaping(bits, windows.is_short)?;
    }
    // Gain control is of another profile.
    if bits.is_set()? { Err(Ended::Unknown) } else { Ok(()) }
}

/// The `section_data` of one group.
fn sections(bits: &mut BitReader<'_>, windows: Windows) -> Quietly<()> {
    let width = if windows.is_short { 3 } else { 5 };
    let more = (1 << width) - 1;
    let mut band = 0;
    while band < windows.bands {
        let codebook = bits.read(4)?;
        let before = band;
        loop {
            let length = bits.read(width)?;
            band += length;
            if length != more {
                break;
            }
            if band > windows.bands {
                return Err(Ended::Unknown);
            }
        }
        if band > windows.bands || band == before {
            return Err(Ended::Unknown);
        }
        if codebook != ZERO_CODEBOOK {
            return Err(Ended::Heard);
        }
    }
    Ok(())
}

/// `tns_data`: a filter, and of zeros it makes zeros.
fn noise_shaping(bits: &mut BitReader<'_>, is_short: bool) -> Quietly<()> {
    let (windows, filters, length, order) = if is_short { (8, 1, 4, 3) } else { (1, 2, 6, 5) };
    for _ in 0..windows {
        let count = bits.read(filters)?;
        let resolution = if count > 0 { bits.read(1)? } else { 0 };
        for _ in 0..count {
            bits.pass(length)?;
            let order = bits.read(order)?;
            if order > 0 {
                bits.pass(1)?;
                let saved = bits.read(1)?;
                bits.pass(order * (3 + resolution - saved))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

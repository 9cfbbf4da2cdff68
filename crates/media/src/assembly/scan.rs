//! A single pass over a row of NAL units.

use crate::codec::nal::LENGTH_BYTES;
use crate::codec::sei::recovery_point;
use crate::codec::slice::{Slice, SliceRules};
use crate::codec::{NalError, NalKind, NalUnits, VideoCodec};

/// Whether decoding may begin at a picture (random access), from no to certainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum RandomAccess {
    /// Not here.
    #[default]
    None,
    /// A picture without references to others; nothing is known of those after it.
    Intra,
    /// A recovery point: everything is correct some pictures later.
    Gradual,
    /// A picture without references to others, after which everything shown is correct: a recovery point of zero
    /// pictures.
    Exact,
    /// An IDR (H.264) or IRAP (H.265) picture.
    Key,
}

impl RandomAccess {
    /// Whether its picture is correct without any other.
    pub(crate) const fn is_independent(self) -> bool {
        matches!(self, Self::Key | Self::Exact | Self::Intra)
    }
}

/// The result of scanning a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
    /// Its first and last slice, if it has any.
    pub(crate) slices: Option<(Slice, Slice)>,
    /// Whether decoding may begin with it.
    pub(crate) access: RandomAccess,
    /// It carries parameter sets.
    pub(crate) parameter_sets: bool,
    /// It has only NAL units that follow a picture's slices: it belongs to the picture before.
    pub(crate) behind: bool,
    /// Where another picture begins in it.
    pub(crate) next_picture: Option<usize>,
}

/// Scans `row` once, up to its end or to where another picture begins.
///
/// # Errors
/// [`NalError`] if it is not a row of NAL units; nothing of it is usable then.
pub(crate) fn scan(codec: VideoCodec, rules: Option<SliceRules>, row: &[u8]) -> Result<Scan, NalError> {
    let mut found = Scan { behind: true, ..Scan::default() };
    let (mut recovery, mut offset, mut ahead) = (None, 0, None);
    for unit in NalUnits::new(row) {
        let unit = unit?;
        let kind = NalKind::of(codec, unit);
        let here = offset;
        offset += LENGTH_BYTES + unit.len();
        found.behind &= kind == NalKind::Behind;
        if matches!(kind, NalKind::Slice | NalKind::KeySlice) {
            let slice = Slice::read(codec, rules, unit);
            if let Some((_, last)) = found.slices
                && slice.first
                && (ahead.is_some() || codec == VideoCodec::H265 || rules.is_some())
                && slice.begins_picture_after(&last)
            {
                found.next_picture = Some(ahead.unwrap_or(here));
                break;
            }
            found.add(slice, kind, recovery);
            ahead = None;
        } else if found.slices.is_some() && kind != NalKind::Behind {
            ahead = ahead.or(Some(here));
        }
        match kind {
            NalKind::Vps | NalKind::Sps | NalKind::Pps => found.parameter_sets = true,
            NalKind::Sei if found.slices.is_none() => {
                recovery = recovery.or_else(|| recovery_point(codec, unit));
            }
            _ => {}
        }
    }
    Ok(found)
}

impl Scan {
    fn add(&mut self, slice: Slice, kind: NalKind, recovery: Option<u32>) {
        let first = self.slices.map_or(slice, |(first, _)| first);
        if self.slices.is_none() {
            self.access = match (kind, recovery) {
                (NalKind::KeySlice, _) => RandomAccess::Key,
                (_, Some(0)) if slice.intra => RandomAccess::Exact,
                (_, Some(_)) => RandomAccess::Gradual,
                _ if slice.intra => RandomAccess::Intra,
                _ => RandomAccess::None,
            };
        }
        self.slices = Some((first, slice));
    }
}

//! Assembles one access unit from NAL units and their fragments.

use ashkar_media::codec::annex_b::{split_at_start_codes, starts_with_start_code};
use ashkar_media::codec::nal::{LENGTH_BYTES, length_field, put_unit};
use ashkar_media::codec::{NalKind, VideoCodec, begins_picture};
use bytes::{BufMut, Bytes, BytesMut};

pub use ashkar_media::MAX_ACCESS_UNIT_BYTES;

/// Why an access unit cannot be used. Only this unit is dropped (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    #[error("{0} of its packets were lost")]
    Lost(u16),
    #[error("the camera began a new run of packets inside it")]
    Restarted,
    #[error("its first slice never came")]
    Headless,
    #[error("one of its NAL units never ended")]
    Unended,
    #[error("a fragment came without its beginning")]
    Unbegun,
    #[error("it is larger than {MAX_ACCESS_UNIT_BYTES} bytes")]
    TooLarge,
    #[error("a packet of it cannot be read")]
    Malformed,
    #[error("it came in packets of type {0}, for interleaved sending, which is not supported")]
    Interleaved(u8),
}

/// The access unit in progress: NAL units, each after its length.
#[derive(Debug)]
pub(super) struct AccessUnitBuilder {
    codec: VideoCodec,
    data: BytesMut,
    /// Offset of the length of the NAL unit whose fragments are arriving.
    fragment: Option<usize>,
    damage: Option<Damage>,
    slices: bool,
    key: bool,
    /// Its first slice must be the first of a picture; if it is not, this is the damage.
    suspicion: Option<Damage>,
    /// Its first slice is not the first of a picture.
    continued: bool,
    /// Size of the last unit with and without a keyframe, to reserve the right amount of memory.
    sizes: [usize; 2],
}

/// A finished access unit.
#[derive(Debug)]
pub(super) enum Finished {
    /// Usable.
    Whole { data: Bytes, key: bool, continued: bool },
    /// Not usable.
    Damaged(Damage),
    /// It contained no picture.
    Empty,
}

impl AccessUnitBuilder {
    pub(super) fn new(codec: VideoCodec) -> Self {
        Self {
            codec,
            data: BytesMut::new(),
            fragment: None,
            damage: None,
            slices: false,
            key: false,
            suspicion: None,
            continued: false,
            sizes: [0; 2],
        }
    }

    /// Whether it contains a part of a picture.
    pub(super) const fn has_slices(&self) -> bool {
        self.slices
    }

    /// Marks it as unusable; the first reason stands.
    pub(super) fn damaged(&mut self, damage: Damage) {
        self.damage = self.damage.or(Some(damage));
        self.fragment = None;
        self.data.clear();
    }

    /// Whether it is known to be unusable.
    pub(super) const fn is_damaged(&self) -> bool {
        self.damage.is_some()
    }

    /// Requires its first slice to be the first of a picture; `otherwise` is the damage if it is not.
    pub(super) const fn suspect(&mut self, otherwise: Damage) {
        self.suspicion = Some(otherwise);
    }

    /// Adds a whole NAL unit and passes it, or its pieces, to `seen`.
    pub(super) fn nal(&mut self, nal: &[u8], seen: &mut impl FnMut(&[u8])) {
        if self.fragment.is_some() {
            self.damaged(Damage::Unended);
        }
        if self.stuffed(nal) {
            split_at_start_codes(nal).for_each(|piece| self.plain_nal(piece, seen));
        } else if !nal.is_empty() {
            self.plain_nal(nal, seen);
        }
    }

    /// Adds the first fragment of a NAL unit: its header, rebuilt, and what follows.
    pub(super) fn begin_fragment(&mut self, header: &[u8], payload: &[u8]) {
        if self.fragment.is_some() {
            self.damaged(Damage::Unended);
        }
        let place = self.data.len();
        if self.reserve(header, LENGTH_BYTES + header.len() + payload.len()) {
            self.data.put_bytes(0, LENGTH_BYTES);
            self.data.put_slice(header);
            self.data.put_slice(payload);
            self.fragment = Some(place);
        }
    }

    /// Adds a further fragment.
    pub(super) fn go_on_fragment(&mut self, payload: &[u8]) {
        if self.damage.is_some() {
            return;
        }
        if self.fragment.is_none() {
            self.damaged(Damage::Unbegun);
        } else if self.reserve(&[], payload.len()) {
            self.data.put_slice(payload);
        }
    }

    /// Ends the fragmented NAL unit and passes it, or its pieces, to `seen`.
    pub(super) fn end_fragment(&mut self, seen: &mut impl FnMut(&[u8])) {
        let Some(place) = self.fragment.take() else { return };
        let nal = self.data.get(place + LENGTH_BYTES..).unwrap_or_default();
        if self.stuffed(nal) {
            let bundle = nal.to_vec();
            self.data.truncate(place);
            split_at_start_codes(&bundle).for_each(|piece| self.plain_nal(piece, seen));
            return;
        }
        seen(nal);
        let length = length_field(nal.len());
        if let Some(field) = self.data.get_mut(place..place + LENGTH_BYTES) {
            field.copy_from_slice(&length);
        }
        let (codec, nal) = (self.codec, self.data.get(place + LENGTH_BYTES..).unwrap_or_default());
        let (kind, first) = (NalKind::of(codec, nal), begins_picture(codec, nal));
        self.note(kind, first);
    }

    /// Hands out the unit and begins the next one.
    pub(super) fn finish(&mut self, marked: bool, seen: &mut impl FnMut(&[u8])) -> Finished {
        // Some cameras omit the end bit of the last fragment, but not the marker.
        if marked {
            self.end_fragment(seen);
        } else if self.fragment.is_some() {
            self.damaged(Damage::Unended);
        }
        let (data, damage) = (std::mem::take(&mut self.data).freeze(), self.damage.take());
        let (slices, key, continued) = (self.slices, self.key, self.continued);
        (self.slices, self.key, self.continued, self.suspicion) = (false, false, false, None);
        if let Some(damage) = damage {
            return Finished::Damaged(damage);
        }
        if !slices {
            return Finished::Empty;
        }
        self.sizes[usize::from(key)] = data.len();
        Finished::Whole { data, key, continued }
    }

    /// Some cameras put several NAL units with start codes between them where one belongs
    /// (`laureii_annex_b_in_fragments`). Where the first is a slice, the packager splits them.
    fn stuffed(&self, nal: &[u8]) -> bool {
        starts_with_start_code(nal)
            || (begins_picture(self.codec, nal).is_none() && split_at_start_codes(nal).nth(1).is_some())
    }

    fn plain_nal(&mut self, nal: &[u8], seen: &mut impl FnMut(&[u8])) {
        seen(nal);
        if self.reserve(nal, LENGTH_BYTES + nal.len()) {
            put_unit(&mut self.data, nal);
        }
        self.note(NalKind::of(self.codec, nal), begins_picture(self.codec, nal));
    }

    fn note(&mut self, kind: NalKind, first: Option<bool>) {
        let Some(first) = first else { return };
        if let Some(otherwise) = self.suspicion.take()
            && !first
        {
            self.damaged(otherwise);
        }
        self.continued |= !self.slices && !first;
        self.slices = true;
        self.key |= kind == NalKind::KeySlice;
    }

    /// Reserves `more` bytes; false if the unit is damaged or would become too large.
    fn reserve(&mut self, beginning: &[u8], more: usize) -> bool {
        if self.damage.is_none() && self.data.len() + more > MAX_ACCESS_UNIT_BYTES {
            self.damaged(Damage::TooLarge);
        }
        if self.damage.is_some() {
            return false;
        }
        if self.data.is_empty() {
            // A unit that begins with anything but an ordinary slice is most often a keyframe.
            let plain = NalKind::of(self.codec, beginning) == NalKind::Slice;
            let expected = self.sizes[usize::from(!plain)];
            self.data.reserve(more.max(expected + expected / 8));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(unit: &mut AccessUnitBuilder) -> Result<(Vec<u8>, bool), Damage> {
        match unit.finish(true, &mut |_| {}) {
            Finished::Whole { data, key, .. } => Ok((data.to_vec(), key)),
            Finished::Damaged(damage) => Err(damage),
            Finished::Empty => Ok((vec![], false)),
        }
    }

    #[test]
    fn fragments_become_one_nal_unit() {
        let mut unit = AccessUnitBuilder::new(VideoCodec::H264);
        let mut seen = Vec::new();
        unit.nal(&[0x06, 5], &mut |nal| seen.push(nal.to_vec()));
        unit.begin_fragment(&[0x65], &[0x88, 1]);
        unit.go_on_fragment(&[2, 3]);
        unit.end_fragment(&mut |nal| seen.push(nal.to_vec()));
        assert_eq!(seen, [vec![0x06, 5], vec![0x65, 0x88, 1, 2, 3]]);
        assert_eq!(finish(&mut unit), Ok((vec![0, 0, 0, 2, 6, 5, 0, 0, 0, 5, 0x65, 0x88, 1, 2, 3], true)));
    }

    #[test]
    fn bundles_with_start_codes_are_taken_apart() {
        let mut unit = AccessUnitBuilder::new(VideoCodec::H264);
        unit.begin_fragment(&[0x67], &[1, 0, 0, 0, 1, 0x68, 2, 0, 0]);
        unit.go_on_fragment(&[1, 0x65, 0x80]);
        unit.end_fragment(&mut |_| {});
        let expected = vec![0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x65, 0x80];
        assert_eq!(finish(&mut unit), Ok((expected, true)));
    }

    #[test]
    fn size_is_capped_and_the_next_unit_is_whole_again() {
        let mut unit = AccessUnitBuilder::new(VideoCodec::H264);
        unit.begin_fragment(&[0x65], &[0x80]);
        for _ in 0..MAX_ACCESS_UNIT_BYTES / 60_000 + 2 {
            unit.go_on_fragment(&[0; 60_000]);
        }
        assert!(unit.data.capacity() <= 2 * MAX_ACCESS_UNIT_BYTES);
        assert_eq!(finish(&mut unit), Err(Damage::TooLarge));
        unit.nal(&[0x41, 0x80], &mut |_| {});
        assert_eq!(finish(&mut unit), Ok((vec![0, 0, 0, 2, 0x41, 0x80], false)));
    }

    #[test]
    fn a_suspect_unit_must_begin_at_its_first_slice() {
        let mut unit = AccessUnitBuilder::new(VideoCodec::H264);
        unit.suspect(Damage::Headless);
        unit.nal(&[0x41, 0x40], &mut |_| {});
        assert_eq!(finish(&mut unit), Err(Damage::Headless));
        unit.suspect(Damage::Headless);
        unit.nal(&[0x41, 0x9a], &mut |_| {});
        assert!(finish(&mut unit).is_ok());
    }
}

//! Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2), and checked conversions for their fields.

/// A size or count as a 32-bit field.
///
/// # Panics
/// If it does not fit. Everything written has a limit far below that, so this is a bug of ours; a wrong number is never
/// written in its place.
#[track_caller]
pub(crate) fn field_u32(value: usize) -> u32 {
    u32::try_from(value).expect("what goes into a box is limited before")
}

/// An offset as a signed 32-bit field, such as `data_offset` of `trun` (8.8.8.2).
///
/// # Panics
/// Like [`field_u32`].
#[track_caller]
pub(crate) fn field_i32(value: usize) -> i32 {
    i32::try_from(value).expect("what goes into a box is limited before")
}

/// Writes nested boxes (ISO/IEC 14496-12, 4.2) and fills in their sizes when they are closed. For init segments; the
/// hot path of parts computes its sizes beforehand.
#[derive(Debug, Default)]
pub(crate) struct BoxWriter {
    bytes: Vec<u8>,
}

impl BoxWriter {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A box of type `kind` whose content `fill` writes.
    pub(crate) fn put_box(&mut self, kind: &[u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.u32(0).raw(kind);
        fill(self);
        let size = field_u32(self.bytes.len() - start);
        self.bytes[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A full box: version and flags first.
    pub(crate) fn put_full_box(
        &mut self,
        kind: &[u8; 4],
        version: u8,
        flags: u32,
        fill: impl FnOnce(&mut Self),
    ) {
        self.put_box(kind, |w| {
            w.u32(u32::from(version) << 24 | flags);
            fill(w);
        });
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub(crate) fn zeros(&mut self, count: usize) -> &mut Self {
        self.bytes.resize(self.bytes.len() + count, 0);
        self
    }

    pub(crate) fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    pub(crate) fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }
}

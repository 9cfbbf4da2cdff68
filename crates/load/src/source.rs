//! What is published: pictures determined by the time alone, in pieces that many cameras share.

use std::fmt;

use ashkar_terms::{CameraId, MediaTime};
use bytes::{Bytes, BytesMut};

/// Maximum number of pieces of an access unit: two rows of plate and of clock, and the scene.
const MAX_CHUNKS: usize = 5;

/// One camera's pictures, as a pure function of time. Pictures are numbered from the Unix epoch.
pub trait Source: fmt::Debug + Send + 'static {
    /// The camera's id.
    fn id(&self) -> CameraId;
    /// The first picture taken at or after `at`.
    fn frame_from(&self, at: MediaTime) -> i64;
    /// When picture `frame` is taken.
    fn time_of(&self, frame: i64) -> MediaTime;
    /// Whether decoding can start at picture `frame`.
    fn is_keyframe(&self, frame: i64) -> bool;
    /// Picture `frame`. Cheapest when called in order.
    fn access_unit(&mut self, frame: i64) -> SharedAccessUnit;
}

/// An access unit in shared pieces: NAL units, each after its length in four bytes.
#[derive(Debug, Clone, Default)]
pub struct SharedAccessUnit {
    chunks: [Bytes; MAX_CHUNKS],
    used: usize,
    /// Whether decoding can start here.
    pub keyframe: bool,
}

impl SharedAccessUnit {
    /// An access unit without pieces.
    pub fn new(keyframe: bool) -> Self {
        Self { keyframe, ..Self::default() }
    }

    /// Appends a piece.
    ///
    /// # Panics
    /// If there are five already: a picture is made of fixed pieces, so that is a bug of the source.
    pub fn push(&mut self, chunk: Bytes) {
        assert!(self.used < MAX_CHUNKS, "an access unit has at most {MAX_CHUNKS} pieces");
        self.chunks[self.used] = chunk;
        self.used += 1;
    }

    /// The pieces, in order; together they are the access unit.
    pub fn chunks(&self) -> &[Bytes] {
        &self.chunks[..self.used]
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.chunks().iter().map(Bytes::len).sum()
    }

    /// Whether it is empty, which no picture is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pieces concatenated.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(self.len());
        self.chunks().iter().for_each(|chunk| out.extend_from_slice(chunk));
        out.freeze()
    }
}

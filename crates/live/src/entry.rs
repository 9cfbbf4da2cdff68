//! Segments and gaps as held by the live window: media bytes until they are dropped, and text ready to be sent.

use ashkar_media::Part;
use ashkar_terms::MediaTime;
use bytes::Bytes;

use crate::item::InitId;
use crate::text::{Addresses, push_date, push_seconds};

/// One listed media sequence number, with its lines of the playlist, which are rendered once.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) start: MediaTime,
    /// Duration so far, ticks.
    pub(crate) duration: i64,
    /// The current `EXT-X-MAP`; a gap keeps the one before it.
    pub(crate) init: Option<InitId>,
    pub(crate) discontinuity: bool,
    pub(crate) gap: bool,
    pub(crate) byte_length: u64,
    /// Empty for gaps and for restored segments.
    pub(crate) parts: Vec<Chunk>,
    /// Longest part, ticks; 0 once its parts are too old to be listed.
    pub(crate) longest_part: u32,
    /// Whether `head` contains `EXT-X-MAP`.
    pub(crate) has_map: bool,
    /// Discontinuity, map and date.
    pub(crate) head: String,
    /// The parts.
    pub(crate) part_lines: String,
    /// Gap, duration and address; empty while the segment grows.
    pub(crate) tail: String,
}

/// A part's place in memory.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// `None` once dropped: the archive has them.
    pub(crate) bytes: Option<Bytes>,
}

/// The tags before a segment.
pub(crate) struct Opening {
    pub(crate) number: u64,
    pub(crate) start: MediaTime,
    pub(crate) init: Option<InitId>,
    pub(crate) discontinuity: bool,
    pub(crate) gap: bool,
}

impl Entry {
    /// Begins a segment that follows one for which `current_map` was the map.
    pub(crate) fn open(opening: &Opening, current_map: Option<InitId>, addresses: &Addresses) -> Self {
        let mut head = String::new();
        if opening.discontinuity {
            head.push_str("#EXT-X-DISCONTINUITY\n");
        }
        // The map is repeated after each discontinuity: players that start there need not look back for it.
        let new_map = opening.init.filter(|&init| opening.discontinuity || current_map != Some(init));
        if let Some(init) = new_map {
            addresses.push_map(&mut head, init);
        }
        head.push_str("#EXT-X-PROGRAM-DATE-TIME:");
        push_date(&mut head, opening.start);
        head.push('\n');
        Self {
            number: opening.number,
            start: opening.start,
            duration: 0,
            init: opening.init.or(current_map),
            discontinuity: opening.discontinuity,
            gap: opening.gap,
            byte_length: 0,
            parts: Vec::new(),
            longest_part: 0,
            has_map: new_map.is_some(),
            head,
            part_lines: String::new(),
            tail: String::new(),
        }
    }

    pub(crate) fn push_part(&mut self, part: &Part, addresses: &Addresses) {
        let lines = &mut self.part_lines;
        lines.push_str("#EXT-X-PART:DURATION=");
        push_seconds(lines, i64::from(part.duration));
        lines.push_str(",URI=\"");
        addresses.push_part(lines, self.number, self.parts.len());
        lines.push_str(if part.independent { "\",INDEPENDENT=YES\n" } else { "\"\n" });
        self.duration += i64::from(part.duration);
        self.byte_length += part.bytes.len() as u64;
        self.longest_part = self.longest_part.max(part.duration);
        self.parts.push(Chunk { bytes: Some(part.bytes.clone()) });
    }

    /// The index of its next part.
    ///
    /// # Panics
    /// If it has more parts than an index can count: [`Part::index`] has 16 bits.
    pub(crate) fn next_part(&self) -> u32 {
        u32::try_from(self.parts.len()).expect("the index of a part has 16 bits")
    }

    /// Ends the segment: nothing of it changes afterwards, except that its parts may leave.
    pub(crate) fn close(&mut self, addresses: &Addresses) {
        if self.gap {
            self.tail.push_str("#EXT-X-GAP\n");
        }
        self.tail.push_str("#EXTINF:");
        push_seconds(&mut self.tail, self.duration);
        self.tail.push_str(",\n");
        addresses.push_segment(&mut self.tail, self.number);
        self.tail.push('\n');
        self.parts.shrink_to_fit();
        self.part_lines.shrink_to_fit();
    }

    pub(crate) fn end(&self) -> MediaTime {
        self.start.plus(self.duration)
    }

    pub(crate) fn unlist_parts(&mut self) {
        self.part_lines = String::new();
    }

    pub(crate) fn drop_bytes(&mut self) {
        for chunk in &mut self.parts {
            chunk.bytes = None;
        }
    }

    /// Bytes held, including text.
    pub(crate) fn memory(&self) -> usize {
        let media: usize = self.parts.iter().filter_map(|c| c.bytes.as_ref()).map(Bytes::len).sum();
        let text = self.head.capacity() + self.part_lines.capacity() + self.tail.capacity();
        media + text + self.parts.capacity() * size_of::<Chunk>()
    }
}

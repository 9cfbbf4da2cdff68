//! The text of live playlists (draft, 4.4), in full and as delta updates (draft, 6.2.5.1).

use std::fmt::Write;

use crate::entry::Entry;
use crate::limits::{SKIP_BOUNDARY_TICKS, TARGET_DURATION_S};
use crate::text::push_seconds;
use crate::window::Window;

/// `EXT-X-VERSION`: `EXT-X-SKIP` requires 9 (draft, 8); the same for full playlists and delta updates.
const VERSION: u32 = 9;
/// `PART-HOLD-BACK` in part targets, as recommended by the draft (4.4.3.8).
const HOLD_BACK_PARTS: i64 = 3;

impl Window {
    /// The playlist as it stands. The lines of each segment were rendered when it was added, so this only joins a few
    /// dozen pieces of text: some microseconds.
    pub fn playlist(&self) -> String {
        self.render(0)
    }

    /// The delta update (draft, 6.2.5.1): segments older than the skip boundary are left out. `None` if there are none:
    /// then the response is the full playlist.
    pub fn delta(&self) -> Option<String> {
        let skipped = self.skippable();
        (skipped > 0).then(|| self.render(skipped))
    }

    /// Number of segments that lie completely beyond the skip boundary, measured from the end of the last complete one.
    fn skippable(&self) -> usize {
        let mut kept_ticks = 0;
        let mut kept = 0;
        for entry in self.entries.iter().rev() {
            if kept_ticks > SKIP_BOUNDARY_TICKS {
                break;
            }
            kept_ticks += entry.duration;
            kept += 1;
        }
        self.entries.len() - kept
    }

    fn render(&self, skipped: usize) -> String {
        let mut out = String::with_capacity(self.rendered_length());
        self.push_header(&mut out);
        if skipped > 0 {
            // Writing into a String cannot fail.
            let _ = writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
        } else {
            self.push_first_map(&mut out);
        }
        for entry in self.entries.iter().skip(skipped).chain(&self.current) {
            out.push_str(&entry.head);
            out.push_str(&entry.part_lines);
            out.push_str(&entry.tail);
        }
        self.push_hint(&mut out);
        out
    }

    fn push_header(&self, out: &mut String) {
        let target = i64::from(self.part_target());
        let _ = write!(
            out,
            "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{TARGET_DURATION_S}\n\
             #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL="
        );
        push_seconds(out, SKIP_BOUNDARY_TICKS);
        out.push_str(",PART-HOLD-BACK=");
        push_seconds(out, HOLD_BACK_PARTS * target);
        out.push_str("\n#EXT-X-PART-INF:PART-TARGET=");
        push_seconds(out, target);
        let first = self.entries.front().or(self.current.as_ref()).map_or(0, |entry| entry.number);
        let _ = write!(
            out,
            "\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
            self.discontinuity_sequence
        );
    }

    /// The first segment's map, if it was written with a segment that has left.
    fn push_first_map(&self, out: &mut String) {
        let first = self.entries.front().or(self.current.as_ref()).filter(|entry| !entry.has_map);
        if let Some(init) = first.and_then(|entry| entry.init) {
            self.addresses.push_map(out, init);
        }
    }

    fn push_hint(&self, out: &mut String) {
        let Some((segment, part)) = self.hint() else { return };
        out.push_str("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"");
        self.addresses.push_part(out, segment, part as usize);
        out.push_str("\"\n");
    }

    fn rendered_length(&self) -> usize {
        const HEADER_AND_HINT: usize = 512;
        let length = |entry: &Entry| entry.head.len() + entry.part_lines.len() + entry.tail.len();
        HEADER_AND_HINT + self.entries.iter().chain(&self.current).map(length).sum::<usize>()
    }
}

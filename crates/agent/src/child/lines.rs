//! What a child says on its standard error: lines for the log, few and short.

use ashkar_terms::Blame;

/// Longest line that is kept, bytes.
const MAX_LINE_BYTES: usize = 500;
/// Lines for the log in one interval.
const MAX_LINES: u32 = 20;
/// That interval, microseconds.
const INTERVAL_US: u64 = 10_000_000;
/// How the system says what is the computer's fault, and not the device's: another program has it, this one may not have it, no room, no
/// memory.
const OF_STATION: [&str; 4] =
    ["Device or resource busy", "Permission denied", "No space left on device", "Cannot allocate memory"];
/// What ffmpeg says a dozen times of each webcam that sends MJPEG, though all is well.
const MEANINGLESS: &str = "deprecated pixel format used, make sure you did set range correctly";

/// Whose fault a line tells of.
pub(super) fn blame_of(line: &str) -> Blame {
    if OF_STATION.iter().any(|text| line.ends_with(text)) { Blame::Station } else { Blame::Camera }
}

/// The lines of one child. Pure: bytes and times in, lines out.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    since_us: u64,
    told: u32,
    /// Lines that were not told since the last one that was.
    pub(super) more: u64,
    /// The last line, whether it was told or not.
    pub(super) last: Option<String>,
}

impl Lines {
    /// Takes bytes; `tell` gets each line that is for the log.
    pub(super) fn take(&mut self, bytes: &[u8], now_us: u64, mut tell: impl FnMut(&str, u64)) {
        for &byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end(now_us, &mut tell),
                _ if self.held.len() < MAX_LINE_BYTES => self.held.push(byte),
                _ => {}
            }
        }
    }

    fn end(&mut self, now_us: u64, tell: &mut impl FnMut(&str, u64)) {
        let held = std::mem::take(&mut self.held);
        let text = without_credentials(String::from_utf8_lossy(&held).trim());
        if text.is_empty() || text.ends_with(MEANINGLESS) {
            return;
        }
        if now_us.saturating_sub(self.since_us) >= INTERVAL_US {
            (self.since_us, self.told) = (now_us, 0);
        }
        if self.told < MAX_LINES {
            self.told += 1;
            tell(&text, std::mem::take(&mut self.more));
        } else {
            self.more += 1;
        }
        self.last = Some(text);
    }
}

/// Addresses without `user:password@`, and no control characters.
fn without_credentials(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let authority = after.find(['/', ' ', '\'', '"']).unwrap_or(after.len());
        rest = match after.get(..authority).and_then(|authority| authority.rfind('@')) {
            Some(at) => {
                shown.push('…');
                after.get(at..).unwrap_or_default()
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown.replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_few_and_short() {
        let mut lines = Lines::default();
        let mut told = Vec::new();
        let long = "x".repeat(10_000);
        lines.take(format!("first\r\n\n{long}\n").as_bytes(), 0, |line, more| told.push((line.len(), more)));
        assert_eq!(told, [(5, 0), (MAX_LINE_BYTES, 0)]);
        for _ in 0..30 {
            lines.take(b"again\n", 1, |line, more| told.push((line.len(), more)));
        }
        assert_eq!((told.len(), lines.more), (20, 12));
        lines.take(b"later\n", INTERVAL_US, |line, more| told.push((line.len(), more)));
        assert_eq!(told.last(), Some(&(5, 12)));
        lines.take(b"half a li", INTERVAL_US, |_, _| panic!("not yet"));
        assert_eq!(lines.last.as_deref(), Some("later"));
    }

    #[test]
    fn what_means_nothing_is_neither_told_nor_a_reason() {
        let mut lines = Lines::default();
        lines.take(b"/dev/video0: No such device\n", 0, |_, _| {});
        let said = b"[swscaler @ 0x55] deprecated pixel format used, make sure you did set range correctly\n";
        lines.take(said, 0, |line, _| panic!("{line}"));
        assert_eq!((lines.last.as_deref(), lines.more), (Some("/dev/video0: No such device"), 0));
    }

    #[test]
    fn what_the_computer_refuses_is_not_the_cameras_fault() {
        assert_eq!(blame_of("/dev/video0: Device or resource busy"), Blame::Station);
        assert_eq!(blame_of("/dev/video0: No such device"), Blame::Camera);
    }

    #[test]
    fn credentials_are_left_out() {
        let shown =
            without_credentials("rtsp://user:s3@cret@10.0.0.5/x: refused (http://a@b c://d/e@f)\u{7}");
        assert_eq!(shown, "rtsp://…@10.0.0.5/x: refused (http://…@b c://d/e@f)?");
    }
}

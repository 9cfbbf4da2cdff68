//! Whether a camera's sound is silence, by one look at one frame a second: nothing is decoded.
//!
//! In: the outputs of a camera, with their time. Out: a [`Sound`]. What must never happen: *silent* said after less than a
//! whole minute of silent looks, or of a camera of which something could not be judged in that minute; a cost for each frame.

use ashkar_media::codec::aac_silence::{Look, look};
use ashkar_media::{Output, first_sound_of};

/// Time between two looks, microseconds.
const LOOK_EVERY_US: u64 = 1_000_000;
/// Silence is told after this long without anything else, microseconds.
const QUIET_US: u64 = 60_000_000;
/// Looks that lie further apart than this say nothing about the time between, microseconds.
const LOOKS_APART_US: u64 = 5_000_000;
/// How AAC-LC is named (RFC 6381). What HE-AAC adds to it is not looked at.
const AAC_LC: &str = "mp4a.40.2";

/// What is known of a camera's sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Its media have no sound.
    None,
    /// It has sent digital silence for a minute and more.
    Silent,
    /// It sends something else than digital silence.
    Heard,
    /// It is too early to tell, or its sound is of a kind that is not looked at.
    Unjudged,
}

impl Sound {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Silent => "silent",
            Self::Heard => "heard",
            Self::Unjudged => "not-judged",
        }
    }
}

/// What the looks at one camera found.
#[derive(Debug, Clone, Copy)]
pub(super) struct SoundWatch {
    told: Sound,
    is_looked_at: bool,
    last_look_us: Option<u64>,
    quiet: Option<Quiet>,
}

/// Looks without anything to hear.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    since_us: u64,
    /// Whether there was a frame at all in any of them.
    any_frame: bool,
}

impl Default for SoundWatch {
    fn default() -> Self {
        Self { told: Sound::Unjudged, is_looked_at: false, last_look_us: None, quiet: None }
    }
}

impl SoundWatch {
    /// What is known now.
    pub(super) const fn told(&self) -> Sound {
        self.told
    }

    /// Another connection begins. Whether there is a track of sound is as before, until its media say otherwise.
    pub(super) fn begin_anew(&mut self) {
        let told = if self.is_looked_at { Sound::Unjudged } else { self.told };
        *self = Self { told, is_looked_at: self.is_looked_at, ..Self::default() };
    }

    /// Takes note of an output that is handed on at `now_us`.
    pub(super) fn note(&mut self, output: &Output, now_us: u64) {
        match output {
            Output::Init(init) => self.track(&init.codecs),
            Output::Part(part) if self.is_looked_at && self.is_due(now_us) => {
                self.looked(first_sound_of(&part.bytes).map(look), now_us);
            }
            _ => {}
        }
    }

    /// The media that follow have these codecs.
    fn track(&mut self, codecs: &str) {
        let sound = codecs.split(',').find(|codec| codec.starts_with("mp4a"));
        let is_looked_at = sound == Some(AAC_LC);
        if is_looked_at && self.is_looked_at {
            return;
        }
        let told = if sound.is_none() { Sound::None } else { Sound::Unjudged };
        *self = Self { told, is_looked_at, ..Self::default() };
    }

    fn is_due(&self, now_us: u64) -> bool {
        self.last_look_us.is_none_or(|last| now_us.saturating_sub(last) >= LOOK_EVERY_US)
    }

    /// One look: at a frame, or at a part without one.
    fn looked(&mut self, found: Option<Look>, now_us: u64) {
        let last = self.last_look_us.replace(now_us);
        let is_apart = last.is_some_and(|last| now_us.saturating_sub(last) > LOOKS_APART_US);
        match found {
            Some(Look::Heard) => (self.told, self.quiet) = (Sound::Heard, None),
            Some(Look::Unjudged) => (self.told, self.quiet) = (Sound::Unjudged, None),
            Some(Look::Silent) | None => {
                let new = Quiet { since_us: now_us, any_frame: false };
                let mut quiet = self.quiet.filter(|_| !is_apart).unwrap_or(new);
                quiet.any_frame |= found.is_some();
                self.quiet = Some(quiet);
                if now_us.saturating_sub(quiet.since_us) >= QUIET_US {
                    self.told = if quiet.any_frame { Sound::Silent } else { Sound::None };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn watch() -> SoundWatch {
        let mut watch = SoundWatch::default();
        watch.track("avc1.64001f,mp4a.40.2");
        watch
    }

    /// What is told after looks with these results, one a second.
    fn after(watch: &mut SoundWatch, from_s: u64, looks: impl IntoIterator<Item = Option<Look>>) -> Sound {
        for (second, found) in (from_s..).zip(looks) {
            watch.looked(found, second * SECOND);
        }
        watch.told()
    }

    fn times(found: Option<Look>, many: usize) -> impl Iterator<Item = Option<Look>> {
        std::iter::repeat_n(found, many)
    }

    #[test]
    fn silence_is_told_after_a_whole_minute_of_it() {
        let mut one = watch();
        assert_eq!(after(&mut one, 0, times(Some(Look::Silent), 60)), Sound::Unjudged);
        assert_eq!(after(&mut one, 60, [Some(Look::Silent)]), Sound::Silent);
        assert_eq!(after(&mut one, 61, [Some(Look::Heard)]), Sound::Heard, "at once");
        assert_eq!(after(&mut one, 62, times(Some(Look::Silent), 60)), Sound::Heard, "for a minute");
        assert_eq!(after(&mut one, 122, [Some(Look::Silent)]), Sound::Silent);
        assert_eq!(after(&mut one, 123, [Some(Look::Unjudged)]), Sound::Unjudged);
    }

    #[test]
    fn frames_that_stop_coming_are_no_sound() {
        let mut one = watch();
        assert_eq!(after(&mut one, 0, [Some(Look::Heard)].into_iter().chain(times(None, 60))), Sound::Heard);
        assert_eq!(after(&mut one, 61, [None]), Sound::None);
        assert_eq!(
            after(&mut one, 62, [Some(Look::Silent)]),
            Sound::Silent,
            "frames come again, and are silent"
        );
    }

    #[test]
    fn time_without_a_look_is_no_silence() {
        let mut one = watch();
        after(&mut one, 0, times(Some(Look::Silent), 40));
        assert_eq!(after(&mut one, 90, times(Some(Look::Silent), 60)), Sound::Unjudged);
        assert_eq!(after(&mut one, 150, [Some(Look::Silent)]), Sound::Silent);
    }

    #[test]
    fn what_has_no_sound_and_what_is_not_looked_at_is_told_at_once() {
        let mut one = watch();
        after(&mut one, 0, times(Some(Look::Silent), 61));
        one.track("avc1.64001f,mp4a.40.2");
        assert_eq!(one.told(), Sound::Silent, "other pictures change nothing about the sound");
        one.begin_anew();
        assert_eq!(
            (one.told(), one.is_looked_at),
            (Sound::Unjudged, true),
            "of another connection nothing is known"
        );
        one.track("avc1.64001f");
        one.begin_anew();
        assert_eq!(one.told(), Sound::None);
        one.track("avc1.64001f,mp4a.40.5");
        assert_eq!((one.told(), one.is_looked_at), (Sound::Unjudged, false));
    }
}

//! A naive centre: it keeps everything in maps, and says of nothing that it is durable before a sync.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_media::Output;
use ashkar_terms::{CameraId, UtcMicros};

use super::random::Random;
use super::station::moment;
use crate::{
    Answer, AnswerState, Have, HavePart, HavePath, Line, RecordName, RecordPath, RecordingId, Refusal,
    RefusalCode, decode, encode,
};

/// Older media are not live, ticks.
const LIVE_TICKS: i64 = 12 * 90_000;

/// A record by what it is: a part by camera, segment, index; gaps and facts by their bytes.
type Key = (CameraId, RecordName, Vec<u8>);

#[derive(Debug, Default)]
struct Numbers {
    count: u64,
    /// Records that are not durable, by their number.
    outstanding: BTreeMap<u64, Key>,
}

#[derive(Debug)]
pub(super) struct Centre {
    pub(super) id: RecordingId,
    pub(super) session: Option<u64>,
    sessions: u64,
    /// Records that no crash loses.
    durable: BTreeMap<Key, Output>,
    /// Received, and lost by a crash.
    volatile: BTreeMap<Key, Output>,
    /// Late parts whose segment has not ended.
    staged: BTreeMap<Key, Output>,
    numbers: BTreeMap<(CameraId, Line), Numbers>,
    last_live: BTreeMap<CameraId, (u64, u16)>,
    /// When each declaration of a gap was taken over: the last one counts.
    gaps: BTreeMap<Key, u64>,
    /// How often it is busy, or calls something not live, in a thousand.
    pub(super) busy: u64,
    pub(super) not_live: u64,
}

impl Centre {
    pub(super) fn new(id: u32) -> Self {
        Self {
            id: RecordingId(id),
            session: None,
            sessions: u64::from(id) << 32,
            durable: BTreeMap::new(),
            volatile: BTreeMap::new(),
            staged: BTreeMap::new(),
            numbers: BTreeMap::new(),
            last_live: BTreeMap::new(),
            gaps: BTreeMap::new(),
            busy: 0,
            not_live: 0,
        }
    }

    pub(super) fn open_session(&mut self) -> u64 {
        self.sessions += 1;
        self.session = Some(self.sessions);
        self.numbers.clear();
        self.sessions
    }

    /// Forgets what was not synced.
    pub(super) fn crash(&mut self) {
        self.session = None;
        self.volatile.clear();
        self.staged.clear();
        self.numbers.clear();
        self.last_live.clear();
    }

    pub(super) fn sync(&mut self) {
        self.durable.append(&mut self.volatile);
        let durable = &self.durable;
        for numbers in self.numbers.values_mut() {
            numbers.outstanding.retain(|_, key| !durable.contains_key(key));
        }
    }

    pub(super) fn put(
        &mut self,
        session: u64,
        path: &RecordPath,
        output: &Output,
        random: &mut Random,
        now: u64,
    ) -> Result<Answer, Refusal> {
        let refuse = |code| Err(Refusal::new(code, ""));
        if self.session != Some(session) {
            return refuse(RefusalCode::UnknownSession);
        }
        if random.chance(self.busy) {
            return refuse(if random.chance(500) { RefusalCode::Busy } else { RefusalCode::Disk });
        }
        let (head, payload) = encode(output);
        let output = decode([head, payload.to_vec()].concat().into()).expect("what was sent can be read");
        assert_eq!(RecordName::of(&output), path.record, "the path names its record");
        let key = key(path.camera, &output);
        // The end of a late segment takes over its parts, also if live has brought that end before.
        let takes_over = path.line == Line::Late
            && matches!(path.record, RecordName::End { segment } if self.has_staged(path.camera, segment));
        if self.durable.contains_key(&key) && !takes_over {
            return Ok(self.answer(path, AnswerState::Persisted, now));
        }
        if (takes_over || !self.volatile.contains_key(&key))
            && let Err(code) = self.place(path, &key, output, random, now)
        {
            return refuse(code);
        }
        let numbers = self.numbers.entry((path.camera, path.line)).or_default();
        numbers.count += 1;
        numbers.outstanding.insert(numbers.count, key);
        Ok(self.answer(path, AnswerState::Received, now))
    }

    fn has_staged(&self, camera: CameraId, segment: u64) -> bool {
        self.staged.keys().any(|(of, name, _)| *of == camera && name.segment() == Some(segment))
    }

    fn answer(&self, path: &RecordPath, state: AnswerState, now: u64) -> Answer {
        let (count, persisted) = self.progress(path.camera, path.line);
        let (_, persisted_late) = self.progress(path.camera, Line::Late);
        Answer { state, count, persisted, persisted_late, now_us: UtcMicros(now as i64) }
    }

    /// Of a line: records taken, and how many of them are durable.
    fn progress(&self, camera: CameraId, line: Line) -> (u64, u64) {
        let numbers = self.numbers.get(&(camera, line));
        let count = numbers.map_or(0, |numbers| numbers.count);
        let first = numbers.and_then(|numbers| numbers.outstanding.keys().next());
        (count, first.map_or(count, |first| first - 1))
    }

    fn place(
        &mut self,
        path: &RecordPath,
        key: &Key,
        output: Output,
        random: &mut Random,
        now: u64,
    ) -> Result<(), RefusalCode> {
        let camera = path.camera;
        match (&output, path.line) {
            (Output::Init(_) | Output::Gap(_) | Output::Fact(_), _) => {}
            (Output::Part(part), line) => {
                let init = (camera, RecordName::Init(part.init), Vec::new());
                if !self.durable.contains_key(&init) && !self.volatile.contains_key(&init) {
                    return Err(RefusalCode::InitNeeded);
                }
                if line == Line::Late {
                    self.staged.insert(key.clone(), output);
                    return Ok(());
                }
                let age = ashkar_terms::MediaTime::from_utc(moment(now).wall).since(part.start);
                let last = self.last_live.get(&camera).copied().unwrap_or_default();
                if age > LIVE_TICKS || (part.segment, part.index) <= last || random.chance(self.not_live) {
                    return Err(RefusalCode::NotLive);
                }
                self.last_live.insert(camera, (part.segment, part.index));
            }
            (Output::SegmentEnd(end), Line::Live) => {
                let last = self.last_live.get(&camera).copied().unwrap_or_default();
                if last != (end.segment, end.parts - 1) || random.chance(self.not_live) {
                    return Err(RefusalCode::NotLive);
                }
            }
            (Output::SegmentEnd(end), Line::Late) => {
                let mut staged = Vec::new();
                for index in 0..end.parts {
                    let name = RecordName::Part { segment: end.segment, index };
                    let key = (camera, name, Vec::new());
                    if self.staged.contains_key(&key) {
                        staged.push(key);
                    } else if !self.durable.contains_key(&key) && !self.volatile.contains_key(&key) {
                        return Err(RefusalCode::OutOfOrder);
                    }
                }
                for key in staged {
                    let part = self.staged.remove(&key).expect("it was there");
                    self.volatile.insert(key, part);
                }
            }
        }
        if matches!(output, Output::Gap(_)) {
            let taken_over = self.gaps.len() as u64 + now;
            self.gaps.insert(key.clone(), taken_over);
        }
        self.volatile.insert(key.clone(), output);
        Ok(())
    }

    /// What the centre says of the gap that begins at `from`.
    pub(super) fn gap(&self, camera: CameraId, from: i64) -> Option<&Output> {
        let name = RecordName::Gap { from };
        let declared = self.durable.iter().filter(|((of, known, _), _)| *of == camera && *known == name);
        declared.max_by_key(|(key, _)| self.gaps.get(*key).copied()).map(|(_, output)| output)
    }

    pub(super) fn have(&self, session: u64, path: &HavePath) -> Result<Have, Refusal> {
        if self.session != Some(session) {
            return Err(Refusal::new(RefusalCode::UnknownSession, ""));
        }
        let of_camera = self.durable.iter().filter(|((camera, ..), _)| *camera == path.camera);
        let mut parts: Vec<HavePart> = of_camera
            .filter_map(|(_, output)| match output {
                Output::Part(part) if path.from <= part.start && part.start < path.to => {
                    Some(HavePart::of(part))
                }
                _ => None,
            })
            .collect();
        parts.sort();
        Ok(Have::from_json(&Have { parts }.to_json()).expect("it can be read"))
    }

    /// Whether these very bytes are durable here.
    pub(super) fn has(&self, camera: CameraId, output: &Output) -> bool {
        let bytes = |output: &Output| {
            let (head, payload) = encode(output);
            (head, payload)
        };
        self.durable.get(&key(camera, output)).is_some_and(|known| bytes(known) == bytes(output))
    }

    /// What is durable of this segment, for a violation's text.
    pub(super) fn tell(&self, camera: CameraId, segment: u64) -> BTreeSet<String> {
        let names =
            self.durable.keys().filter(|(of, name, _)| *of == camera && name.segment() == Some(segment));
        names.map(|(_, name, _)| name.to_string()).collect()
    }
}

fn key(camera: CameraId, output: &Output) -> Key {
    let bytes = match output {
        Output::Gap(_) | Output::Fact(_) => encode(output).0,
        _ => Vec::new(),
    };
    (camera, RecordName::of(output), bytes)
}

//! The loops of rooms and acts: encoded once or read from the cache, padded to a bit rate, played by every camera.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use ashkar_load::{LoadError, PublishOptions, Publisher, Publishers};
use ashkar_media::{VideoCodec, VideoConfig};
use ashkar_terms::{CameraId, Span};
use bytes::Bytes;
use parking_lot::Mutex;

use crate::encode::{Cut, EncodedLoop, encode_loop};
use crate::h264::params::{decoder_configuration, initial_qp, sps};
use crate::options::{GOPS_PER_LOOP, ROOMS};
use crate::overlay::artwork::ROWS;
use crate::overlay::cache::OverlayCache;
use crate::scene::{Act, HEIGHT, Stage, WIDTH};
use crate::{Camera, FrameRate, History, LoopOptions, SyntheticError, cache};

/// NAL unit header of filler data (ITU-T H.264, 7.3.2.7).
const NAL_FILLER: u8 = 12;
/// Length prefix, header and stop byte of a filler NAL unit.
const FILLER_FRAME_BYTES: usize = 6;
/// Approximate size of the overlay in a group of pictures; the rest of the requested rate is padding.
const OVERLAY_BYTES_PER_GOP: usize = 6_000;
const ACTS: [Act; 2] = [Act::Voting, Act::Count];

/// The encoded loops, shared by all cameras. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Loops(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: LoopOptions,
    config: VideoConfig,
    pps: Vec<u8>,
    overlays: OverlayCache,
    /// By room and act. A loop that is not made yet is replaced by its nearest neighbour.
    loops: [[OnceLock<Arc<Loop>>; 2]; ROOMS],
    /// Held while a loop is made, so that none is made twice.
    making: Mutex<()>,
}

/// One loop, ready to be sent: each picture's scene slice and filler, behind their lengths.
#[derive(Debug)]
pub(crate) struct Loop {
    gops: Vec<Vec<Bytes>>,
}

impl Loop {
    /// The part of a picture below the overlay; both numbers wrap around.
    pub(crate) fn scene(&self, gop: usize, frame: usize) -> Bytes {
        self.gops
            .get(gop % self.gops.len().max(1))
            .and_then(|frames| frames.get(frame % frames.len().max(1)))
            .cloned()
            .unwrap_or_default()
    }
}

impl Loops {
    /// Draws and encodes the first room during voting, or reads it from the cache. Takes about two seconds of two cores
    /// at 25 pictures a second, and none from the cache.
    ///
    /// # Errors
    /// If the encoder fails, or the cache directory cannot be written. An unreadable cache file is made anew.
    pub fn new(options: LoopOptions) -> Result<Self, SyntheticError> {
        let first = load_or_encode(&options, 0, Act::Voting)?;
        let initial_qp = initial_qp(&first.pps).ok_or(SyntheticError::ParameterSets)?;
        let record = decoder_configuration(&sps(WIDTH, HEIGHT + ROWS as u32 * 16), &first.pps);
        let inner = Inner {
            config: VideoConfig { codec: VideoCodec::H264, record: record.into() },
            pps: first.pps.clone(),
            overlays: OverlayCache::new(options.rate.frames_per_gop(), initial_qp),
            loops: Default::default(),
            making: Mutex::new(()),
            options,
        };
        let loops = Self(Arc::new(inner));
        loops.keep(0, Act::Voting, first);
        Ok(loops)
    }

    /// Makes the other rooms and the count, one after another; each is shown from the next group of pictures after it
    /// is ready. Meant for a thread of its own: cameras keep playing in the meantime.
    ///
    /// # Errors
    /// Like [`Loops::new`]; loops that were ready stay ready.
    pub fn prepare_all(&self) -> Result<(), SyntheticError> {
        for room in 0..self.rooms() {
            for act in ACTS {
                self.prepare(room, act)?;
            }
        }
        Ok(())
    }

    /// Makes the loops needed for `span` of `camera`, if they do not exist yet.
    ///
    /// # Errors
    /// Like [`Loops::new`].
    pub fn prepare_for(&self, camera: CameraId, span: Span) -> Result<(), SyntheticError> {
        let room = self.room_of(camera);
        for act in ACTS {
            // Half-hour steps find every act: none is shorter.
            let mut moments = (span.from.0..span.to.0).step_by(1_800_000_000).chain([span.to.0 - 1]);
            if moments.any(|at| self.act_at(at / 100 * 9) == act) {
                self.prepare(room, act)?;
            }
        }
        Ok(())
    }

    /// Publishes `cameras` under their stream keys to the RTMP port at `target`, from a thread of its own.
    ///
    /// # Errors
    /// [`LoadError::Start`] if the system provides no thread or no poll. An unreachable centre is not an error.
    pub fn publish(
        &self,
        target: SocketAddr,
        cameras: impl IntoIterator<Item = (CameraId, String)>,
    ) -> Result<Publishers, LoadError> {
        let publisher = |(camera, key)| Publisher { source: self.camera(camera), key };
        let publishers = cameras.into_iter().map(publisher).collect();
        let options = PublishOptions { target, application: "ingest".to_owned(), config: self.config() };
        Publishers::start(publishers, options)
    }

    /// The parameter sets of every camera that plays these loops.
    pub fn config(&self) -> VideoConfig {
        self.0.config.clone()
    }

    /// Pictures a second.
    pub fn rate(&self) -> FrameRate {
        self.0.options.rate
    }

    /// A camera that plays these loops, with a phase of its own that depends on its name.
    pub fn camera(&self, id: CameraId) -> Camera {
        Camera::new(self.clone(), id)
    }

    /// The pictures of camera `id` in `span`, oldest first. Their monotonic arrival starts at `mono_us`.
    pub fn history(&self, id: CameraId, span: Span, mono_us: u64) -> History {
        History::new(self.camera(id), span, mono_us)
    }

    pub(crate) fn overlays(&self) -> &OverlayCache {
        &self.0.overlays
    }

    /// The loop of a room and act, or the nearest one that is ready.
    pub(crate) fn show(&self, room: usize, act: Act) -> Option<Arc<Loop>> {
        let candidates = [(room, act), (0, act), (room, Act::Voting), (0, Act::Voting)];
        candidates.into_iter().find_map(|(room, act)| self.slot(room, act)?.get().cloned())
    }

    fn rooms(&self) -> usize {
        usize::from(self.0.options.rooms).clamp(1, ROOMS)
    }

    /// The room of a camera.
    pub(crate) fn room_of(&self, id: CameraId) -> usize {
        (usize::from(id.constituency) + usize::from(id.station) * 3 + usize::from(id.camera) - 1)
            % self.rooms()
    }

    /// The act in the room at a moment of the timeline, 90 kHz ticks since the Unix epoch.
    pub(crate) fn act_at(&self, ticks: i64) -> Act {
        let time = self.local(ticks).time();
        if self.0.options.hours.is_voting(time) { Act::Voting } else { Act::Count }
    }

    /// Local date and time of a moment of the timeline. Moments beyond the calendar become the epoch.
    pub(crate) fn local(&self, ticks: i64) -> jiff::civil::DateTime {
        let timestamp = jiff::Timestamp::from_second(ticks.div_euclid(90_000)).unwrap_or_default();
        self.0.options.zone.to_datetime(timestamp)
    }

    fn slot(&self, room: usize, act: Act) -> Option<&OnceLock<Arc<Loop>>> {
        self.0.loops.get(room)?.get(act as usize)
    }

    fn prepare(&self, room: usize, act: Act) -> Result<(), SyntheticError> {
        let _one_at_a_time = self.0.making.lock();
        if self.slot(room, act).is_some_and(|slot| slot.get().is_some()) {
            return Ok(());
        }
        let encoded = load_or_encode(&self.0.options, room, act)?;
        if encoded.pps != self.0.pps {
            return Err(SyntheticError::ParameterSets);
        }
        self.keep(room, act, encoded);
        Ok(())
    }

    fn keep(&self, room: usize, act: Act, encoded: EncodedLoop) {
        if let Some(slot) = self.slot(room, act) {
            slot.get_or_init(|| Arc::new(fill_up(encoded, self.0.options.bitrate)));
        }
    }
}

fn load_or_encode(options: &LoopOptions, room: usize, act: Act) -> Result<EncodedLoop, SyntheticError> {
    let cut = Cut {
        gops: GOPS_PER_LOOP,
        frames_per_gop: usize::from(options.rate.frames_per_gop()),
        frame_s: options.rate.ticks() as f32 / 90_000.0,
    };
    let file = options.cache.as_ref().map(|directory| cache::file(directory, room, act, options.rate));
    if let Some(known) = file.as_deref().and_then(|file| cache::read(file, cut)) {
        return Ok(known);
    }
    let encoded = encode_loop(&Stage::new(room, act), cut)?;
    if let Some(file) = file {
        cache::write(&file, &encoded).map_err(|source| SyntheticError::Cache { path: file, source })?;
    }
    Ok(encoded)
}

/// Adds filler so that each group of pictures has the requested rate, spread over the pictures after the first.
fn fill_up(encoded: EncodedLoop, bitrate: Option<u32>) -> Loop {
    let gop_bytes = bitrate.map_or(0, |bits| bits as usize / 8 * 2);
    let gops = encoded.gops.into_iter().map(|frames| fill_gop(frames, gop_bytes)).collect();
    Loop { gops }
}

fn fill_gop(mut frames: Vec<Vec<u8>>, gop_bytes: usize) -> Vec<Bytes> {
    let natural: usize = frames.iter().map(Vec::len).sum::<usize>() + OVERLAY_BYTES_PER_GOP;
    let inter = frames.len().saturating_sub(1).max(1);
    let filler = gop_bytes.saturating_sub(natural) / inter;
    for frame in frames.iter_mut().skip(1) {
        append_filler(filler, frame);
    }
    frames.into_iter().map(Bytes::from).collect()
}

/// A filler data NAL unit of `length` bytes including its length prefix; none if that is too short for one.
fn append_filler(length: usize, frame: &mut Vec<u8>) {
    let Some(ones) = length.checked_sub(FILLER_FRAME_BYTES) else { return };
    frame.extend_from_slice(&(ones as u32 + 2).to_be_bytes());
    frame.push(NAL_FILLER);
    frame.resize(frame.len() + ones, 0xff);
    frame.push(0x80);
}

//! Encoding of a drawn loop: from pictures to slices that are placed below the overlay.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use openh264::OpenH264API;
use openh264::encoder::{
    Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile, QpRange, RateControlMode,
    SpsPpsStrategy, UsageType,
};
use openh264::nal_units;
use parking_lot::Mutex;

use crate::SyntheticError;
use crate::h264::params::initial_qp;
use crate::h264::slice::{Picture, move_down};
use crate::overlay::artwork::{COLUMNS, ROWS};
use crate::picture::I420;
use crate::scene::Stage;

/// The quantiser of the scene. Flat colours stay clean at it, and a quiet room takes about 90 kbit/s.
const SCENE_QP: u8 = 32;
const NAL_PPS: u8 = 8;
const NAL_SLICES: [u8; 2] = [1, 5];

/// A loop, encoded: each picture's slice behind its length, in groups of equal length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncodedLoop {
    /// The encoder's PPS, the same in every loop.
    pub(crate) pps: Vec<u8>,
    /// `gops[g][f]`: picture `f` of group `g`; the first is an IDR picture with parity `g % 2`.
    pub(crate) gops: Vec<Vec<Vec<u8>>>,
}

/// The division of a loop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// Groups in the loop; even, so that parities alternate over its seam.
    pub(crate) gops: usize,
    /// Pictures in a group.
    pub(crate) frames_per_gop: usize,
    /// Length of a picture, seconds.
    pub(crate) frame_s: f32,
}

/// Draws and encodes `stage`. Groups do not depend on each other, so all cores are used, and the result is the same on
/// any number of them.
///
/// # Errors
/// [`SyntheticError::Encoder`] and [`SyntheticError::Shape`], if the encoder fails or its output changes shape.
pub(crate) fn encode_loop(stage: &Stage, cut: Cut) -> Result<EncodedLoop, SyntheticError> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new((0..cut.gops).map(|_| None).collect::<Vec<_>>());
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(cut.gops);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let gop = next.fetch_add(1, Ordering::Relaxed);
                    if gop >= cut.gops {
                        return;
                    }
                    let encoded = encode_gop(stage, cut, gop);
                    if let Some(place) = done.lock().get_mut(gop) {
                        *place = Some(encoded);
                    }
                }
            });
        }
    });
    let groups: Result<Vec<Gop>, SyntheticError> = done.into_inner().into_iter().flatten().collect();
    let groups = groups?;
    let pps = groups.first().map(|gop| gop.pps.clone()).ok_or(SyntheticError::Shape { gop: 0, frame: 0 })?;
    Ok(EncodedLoop { pps, gops: groups.into_iter().map(|gop| gop.frames).collect() })
}

#[derive(Debug, Clone)]
struct Gop {
    pps: Vec<u8>,
    frames: Vec<Vec<u8>>,
}

fn encode_gop(stage: &Stage, cut: Cut, gop: usize) -> Result<Gop, SyntheticError> {
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config(cut))?;
    let mut canvas = stage.canvas().ok_or(SyntheticError::Shape { gop, frame: 0 })?;
    let mut yuv = I420::new(crate::scene::WIDTH, crate::scene::HEIGHT);
    let mut out = Gop { pps: Vec::new(), frames: Vec::with_capacity(cut.frames_per_gop) };
    for frame in 0..cut.frames_per_gop {
        let at_s = (gop * cut.frames_per_gop + frame) as f32 * cut.frame_s;
        stage.draw(at_s, &mut canvas);
        yuv.fill_from(&canvas);
        let stream = encoder.encode(&yuv)?.to_vec();
        take_picture(&stream, gop, frame, &mut out).ok_or(SyntheticError::Shape { gop, frame })?;
    }
    Ok(out)
}

fn take_picture(stream: &[u8], gop: usize, frame: usize, out: &mut Gop) -> Option<()> {
    let picture = match frame {
        0 => Picture::Idr { parity: gop % 2 == 1 },
        _ => Picture::Inter { frame_num: u16::try_from(frame).ok()? },
    };
    let mut slice = Vec::new();
    for nal in nal_units(stream).map(without_start_code) {
        match nal.first()? & 0x1f {
            NAL_PPS => {
                initial_qp(nal)?;
                out.pps = nal.to_vec();
            }
            kind if NAL_SLICES.contains(&kind) => {
                if !slice.is_empty() {
                    return None;
                }
                move_down(nal, picture, (COLUMNS * ROWS) as u32, &mut slice)?;
            }
            _ => {}
        }
    }
    out.frames.push(slice);
    Some(())
}

fn without_start_code(nal: &[u8]) -> &[u8] {
    let zeros = nal.iter().take_while(|&&byte| byte == 0).count();
    nal.get(zeros + 1..).unwrap_or_default()
}

/// The encoder's settings: one slice per picture, CAVLC, nothing that lets a group depend on the one before.
pub(crate) fn config(cut: Cut) -> EncoderConfig {
    EncoderConfig::new()
        .profile(Profile::Baseline)
        .usage_type(UsageType::CameraVideoRealTime)
        // Without rate control the encoder chooses its own quantiser; with it, the range permits only ours.
        .rate_control_mode(RateControlMode::Bufferbased)
        .qp(QpRange::new(SCENE_QP, SCENE_QP))
        .complexity(Complexity::Low)
        .max_frame_rate(FrameRate::from_hz(1.0 / cut.frame_s))
        .intra_frame_period(IntraFramePeriod::from_num_frames(cut.frames_per_gop as u32))
        .sps_pps_strategy(SpsPpsStrategy::ConstantId)
        .num_threads(1)
        .skip_frames(false)
        .scene_change_detect(false)
        .adaptive_quantization(false)
        .background_detection(false)
}

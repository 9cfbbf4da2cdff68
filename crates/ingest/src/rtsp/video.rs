//! One video stream: RTP packets in, access units out.
//!
//! An access unit ends at the packet with the marker, or where the timestamp changes. A lost packet costs the access
//! unit that it belonged to, and no other (I3). If a camera marks packets that are not the last of their picture, they
//! are handed out as pieces of it; `ashkar_media` makes a picture of the pieces.

use ashkar_media::codec::ParameterSets;
use ashkar_media::{AccessUnit, MediaEvent, VideoCodec};
use ashkar_terms::Moment;
use bytes::Bytes;

use super::access_unit::{AccessUnitBuilder, Damage, Finished};
use super::decode_times::DecodeTimes;
use super::event::Event;
use super::rtp::{Order, RtpPacket};
use super::{h264, h265};
use crate::timestamp::TimestampUnwrapper;

/// Depacketiser of one video stream.
#[derive(Debug)]
pub(super) struct VideoDepacketizer {
    codec: VideoCodec,
    with_don: bool,
    parameters: ParameterSets,
    /// The sets have changed since the last attempt to build a record from them.
    changed: bool,
    unit: AccessUnitBuilder,
    clock: TimestampUnwrapper,
    decode_times: DecodeTimes,
    /// Timestamp of the unit in progress.
    current: Option<i64>,
    /// Timestamp of the last unit that was ended by a marker.
    ended: Option<i64>,
    /// The unit in progress began after a marker, at the same timestamp.
    behind_marker: bool,
    /// Times of the last unit that was handed out.
    placed: Option<(i64, i32)>,
    /// The parameter sets were handed out once: later ones are found in the pictures.
    described: bool,
    /// The camera sets the marker on packets that are not the last: from then on only timestamps end units.
    markers_lie: bool,
    /// Packets lost between units, to be reported with the next one.
    lost_between: u16,
}

impl VideoDepacketizer {
    /// A stream of `codec`; `sets` are the parameter sets of the camera's description, if any.
    pub(super) fn new(codec: VideoCodec, with_don: bool, sets: &[Bytes], out: &mut Vec<Event>) -> Self {
        let mut video = Self {
            codec,
            with_don,
            parameters: ParameterSets::new(codec),
            changed: false,
            unit: AccessUnitBuilder::new(codec),
            clock: TimestampUnwrapper::default(),
            decode_times: DecodeTimes::new(),
            current: None,
            ended: None,
            behind_marker: false,
            placed: None,
            described: false,
            markers_lie: false,
            lost_between: 0,
        };
        for set in sets {
            match video.parameters.insert(set) {
                Ok(changed) => video.changed |= changed,
                Err(error) => {
                    let reason = format!("in the camera's description, {error}");
                    out.push(Event::refused(reason, None));
                }
            }
        }
        video.describe(out);
        video
    }

    /// The latest decoding time handed out.
    pub(super) const fn last_dts(&self) -> Option<i64> {
        self.decode_times.last_dts()
    }

    /// Takes a packet that is not old.
    pub(super) fn take(&mut self, packet: &RtpPacket<'_>, order: Order, now: Moment, out: &mut Vec<Event>) {
        let pts = self.clock.unwrap(packet.timestamp);
        let begun = self.current;
        let loss = loss(order);
        if let (Some(loss), Some(_)) = (loss, begun) {
            self.unit.damaged(loss);
        }
        if begun.is_some_and(|begun| begun != pts) {
            self.timestamp_changed(now, out);
        }
        if let Some(loss) = loss {
            self.lost_before(loss, begun);
        }
        if self.current.is_none() {
            self.behind_marker = self.ended == Some(pts);
        }
        self.current = Some(pts);
        self.add(packet.payload, pts, out);
        if packet.marker && !self.markers_lie && (self.unit.has_slices() || self.unit.is_damaged()) {
            self.ended = Some(pts);
            self.finish(true, now, out);
        }
    }

    /// The unit in progress ends without a marker. One without a slice goes on: some cameras send parameter sets with a
    /// timestamp of their own, ahead of the picture.
    fn timestamp_changed(&mut self, now: Moment, out: &mut Vec<Event>) {
        if self.unit.has_slices() || self.unit.is_damaged() {
            self.finish(false, now, out);
        }
    }

    /// Packets were lost, and the unit that now begins may have lost its beginning with them.
    fn lost_before(&mut self, loss: Damage, begun: Option<i64>) {
        self.unit.suspect(Damage::Headless);
        if let (Damage::Lost(packets), None) = (loss, begun) {
            self.lost_between = packets;
        }
    }

    fn add(&mut self, payload: &[u8], pts: i64, out: &mut Vec<Event>) {
        let Self { parameters, changed, unit, .. } = self;
        let mut seen = |nal: &[u8]| *changed |= insert(parameters, nal, pts, out);
        match self.codec {
            VideoCodec::H264 => h264::take(payload, unit, &mut seen),
            VideoCodec::H265 => h265::take(payload, self.with_don, unit, &mut seen),
        }
    }

    fn finish(&mut self, marked: bool, now: Moment, out: &mut Vec<Event>) {
        let Some(pts) = self.current.take() else { return };
        let Self { parameters, changed, unit, .. } = self;
        let finished = unit.finish(marked, &mut |nal: &[u8]| *changed |= insert(parameters, nal, pts, out));
        let lost = std::mem::take(&mut self.lost_between);
        if lost > 0 {
            let reason = format!("{lost} packets before this access unit were lost");
            out.push(Event::refused(reason, Some(pts)));
        }
        match finished {
            Finished::Whole { data, key, continued } => {
                let goes_on = continued && self.behind_marker;
                self.markers_lie |= goes_on;
                self.give(data, key, (pts, goes_on), now, out);
            }
            Finished::Damaged(damage) => {
                let reason = format!("an access unit was dropped: {damage}");
                out.push(Event::refused(reason, Some(pts)));
            }
            Finished::Empty => {}
        }
    }

    /// Hands out the parameter sets, once. Later changes are in the pictures, and the packager finds them there.
    fn describe(&mut self, out: &mut Vec<Event>) {
        if !self.described
            && std::mem::take(&mut self.changed)
            && let Ok(config) = self.parameters.config()
        {
            self.described = true;
            out.push(MediaEvent::VideoConfig(config).into());
        }
    }

    fn give(
        &mut self,
        data: Bytes,
        keyframe: bool,
        (pts, goes_on): (i64, bool),
        arrival: Moment,
        out: &mut Vec<Event>,
    ) {
        self.describe(out);
        let placed = self.placed.filter(|_| goes_on).unwrap_or_else(|| self.decode_times.place(pts));
        self.placed = Some(placed);
        let (camera_dts, composition_offset) = placed;
        out.push(
            MediaEvent::Video(AccessUnit { data, camera_dts, composition_offset, keyframe, arrival }).into(),
        );
    }
}

const fn loss(order: Order) -> Option<Damage> {
    match order {
        Order::After(lost) => Some(Damage::Lost(lost)),
        Order::Restart => Some(Damage::Restarted),
        Order::Next | Order::Old => None,
    }
}

/// Takes note of a NAL unit that may be a parameter set; true if it is a new one.
fn insert(parameters: &mut ParameterSets, nal: &[u8], pts: i64, out: &mut Vec<Event>) -> bool {
    parameters.insert(nal).unwrap_or_else(|error| {
        out.push(MediaEvent::Refused { reason: error.to_string(), camera_dts: Some(pts) }.into());
        false
    })
}

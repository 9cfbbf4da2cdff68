//! Facts on the wire: each kind has a number and its own fields, both the same as in the archive's format.

use std::ops::RangeInclusive;

use ashkar_media::{Fact, FactKind};
use bytes::Bytes;

use super::fields::{Reader, Writer};
use super::{KIND_FACT, WireError, begin, cause, media_time, require};
use crate::TEXT_BYTES_MAX;

/// The numbers that this version knows.
pub(crate) const CODES: RangeInclusive<u16> = 1..=16;

/// The number of a kind of fact. Never renumber.
pub(crate) const fn code(kind: &FactKind) -> u16 {
    match kind {
        FactKind::Connected { .. } => 1,
        FactKind::Disconnected { .. } => 2,
        FactKind::CameraClockJumped { .. } => 3,
        FactKind::CameraClockDrifts { .. } => 4,
        FactKind::TimelineReanchored { .. } => 5,
        FactKind::TimestampRepaired { .. } => 6,
        FactKind::ParametersChanged => 7,
        FactKind::ParametersRefused { .. } => 8,
        FactKind::AccessUnitRefused { .. } => 9,
        FactKind::WaitingForKeyframe { .. } => 10,
        FactKind::SoundDropped { .. } => 11,
        FactKind::CentreClockStepped { .. } => 12,
        FactKind::PublisherRefused { .. } => 13,
        FactKind::PublisherTookOver { .. } => 14,
        FactKind::RecordDiffers { .. } => 15,
        FactKind::MediaPlaced { .. } => 16,
    }
}

pub(super) fn encode(fact: &Fact, out: &mut Vec<u8>) -> Bytes {
    begin(KIND_FACT, 0, out);
    out.extend(code(&fact.kind).to_be_bytes());
    out.extend([0; 2]);
    out.moment(fact.at);
    match &fact.kind {
        FactKind::Connected { source }
        | FactKind::PublisherRefused { source }
        | FactKind::PublisherTookOver { source }
        | FactKind::RecordDiffers { source } => out.text(source, TEXT_BYTES_MAX),
        FactKind::Disconnected { cause, reason } => {
            out.push(*cause as u8);
            out.text(reason, TEXT_BYTES_MAX);
        }
        FactKind::CameraClockJumped { by } | FactKind::TimelineReanchored { by } => {
            out.extend(by.to_be_bytes());
        }
        FactKind::CentreClockStepped { by_us } => out.extend(by_us.to_be_bytes()),
        FactKind::CameraClockDrifts { ppm } => out.extend(ppm.to_be_bytes()),
        FactKind::TimestampRepaired { camera_dts } => out.extend(camera_dts.to_be_bytes()),
        FactKind::ParametersChanged => {}
        FactKind::ParametersRefused { reason } => out.text(reason, TEXT_BYTES_MAX),
        FactKind::AccessUnitRefused { camera_dts, reason } => {
            out.extend(camera_dts.to_be_bytes());
            out.text(reason, TEXT_BYTES_MAX);
        }
        FactKind::WaitingForKeyframe { dropped } => out.extend(dropped.to_be_bytes()),
        FactKind::SoundDropped { codec } => out.text(codec, TEXT_BYTES_MAX),
        FactKind::MediaPlaced { boot, from, to, offset_us } => {
            out.extend(from.0.to_be_bytes());
            out.extend(to.map_or(0, |to| to.0).to_be_bytes());
            out.extend(offset_us.to_be_bytes());
            out.text(boot, TEXT_BYTES_MAX);
        }
    }
    Bytes::new()
}

pub(super) fn decode(r: &mut Reader) -> Result<Fact, WireError> {
    let code = r.u16("kind of fact")?;
    require(r.u16("reserved bytes")? == 0, "reserved bytes")?;
    let at = r.moment("time")?;
    let kind = match code {
        1 => FactKind::Connected { source: text(r)? },
        2 => FactKind::Disconnected { cause: cause(r)?, reason: text(r)? },
        3 => FactKind::CameraClockJumped { by: r.i64("by")? },
        4 => FactKind::CameraClockDrifts { ppm: i32::from_be_bytes(r.take("ppm")?) },
        5 => FactKind::TimelineReanchored { by: r.i64("by")? },
        6 => FactKind::TimestampRepaired { camera_dts: r.i64("camera dts")? },
        7 => FactKind::ParametersChanged,
        8 => FactKind::ParametersRefused { reason: text(r)? },
        9 => FactKind::AccessUnitRefused { camera_dts: r.i64("camera dts")?, reason: text(r)? },
        10 => FactKind::WaitingForKeyframe { dropped: r.u32("dropped")? },
        11 => FactKind::SoundDropped { codec: text(r)? },
        12 => FactKind::CentreClockStepped { by_us: r.i64("by")? },
        13 => FactKind::PublisherRefused { source: text(r)? },
        14 => FactKind::PublisherTookOver { source: text(r)? },
        15 => FactKind::RecordDiffers { source: text(r)? },
        16 => placed(r)?,
        _ => return Err(WireError::Value("kind of fact")),
    };
    Ok(Fact { at, kind })
}

fn placed(r: &mut Reader) -> Result<FactKind, WireError> {
    let from = media_time(r, "from")?;
    let to = Some(media_time(r, "to")?).filter(|to| to.0 != 0);
    let offset_us = r.i64("offset")?;
    Ok(FactKind::MediaPlaced { boot: text(r)?, from, to, offset_us })
}

fn text(r: &mut Reader) -> Result<String, WireError> {
    r.text("text", TEXT_BYTES_MAX)
}

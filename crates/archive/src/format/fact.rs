//! Payloads of fact records: each kind has a number and its own fields. Everything ever written must stay readable.

use ashkar_media::FactKind;
use ashkar_terms::{Cause, MediaTime};

use super::wire::{FormatError, Reader, Writer};
use crate::options::FACT_TEXT_BYTES_MAX;

/// The number under which a kind of fact is stored. Never renumber.
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

pub(crate) fn encode(kind: &FactKind) -> Vec<u8> {
    let mut out = Vec::new();
    match kind {
        FactKind::Connected { source }
        | FactKind::PublisherRefused { source }
        | FactKind::PublisherTookOver { source }
        | FactKind::RecordDiffers { source } => out.text(source, FACT_TEXT_BYTES_MAX),
        FactKind::Disconnected { cause, reason } => {
            out.push(*cause as u8);
            out.text(reason, FACT_TEXT_BYTES_MAX);
        }
        FactKind::CameraClockJumped { by } | FactKind::TimelineReanchored { by } => {
            out.extend(by.to_be_bytes());
        }
        FactKind::CentreClockStepped { by_us } => out.extend(by_us.to_be_bytes()),
        FactKind::CameraClockDrifts { ppm } => out.extend(ppm.to_be_bytes()),
        FactKind::TimestampRepaired { camera_dts } => out.extend(camera_dts.to_be_bytes()),
        FactKind::ParametersChanged => {}
        FactKind::ParametersRefused { reason } => out.text(reason, FACT_TEXT_BYTES_MAX),
        FactKind::AccessUnitRefused { camera_dts, reason } => {
            out.extend(camera_dts.to_be_bytes());
            out.text(reason, FACT_TEXT_BYTES_MAX);
        }
        FactKind::WaitingForKeyframe { dropped } => out.extend(dropped.to_be_bytes()),
        FactKind::SoundDropped { codec } => out.text(codec, FACT_TEXT_BYTES_MAX),
        FactKind::MediaPlaced { boot, from, to, offset_us } => {
            out.extend(from.0.to_be_bytes());
            out.extend(to.map_or(0, |to| to.0).to_be_bytes());
            out.extend(offset_us.to_be_bytes());
            out.text(boot, FACT_TEXT_BYTES_MAX);
        }
    }
    out
}

pub(crate) fn decode(code: u16, bytes: &[u8]) -> Result<FactKind, FormatError> {
    let mut r = Reader::new(bytes);
    let kind = match code {
        1 => FactKind::Connected { source: text(&mut r)? },
        2 => FactKind::Disconnected { cause: Cause::from_u8(r.u8()?), reason: text(&mut r)? },
        3 => FactKind::CameraClockJumped { by: r.i64()? },
        4 => FactKind::CameraClockDrifts { ppm: i32::from_be_bytes(r.take()?) },
        5 => FactKind::TimelineReanchored { by: r.i64()? },
        6 => FactKind::TimestampRepaired { camera_dts: r.i64()? },
        7 => FactKind::ParametersChanged,
        8 => FactKind::ParametersRefused { reason: text(&mut r)? },
        9 => FactKind::AccessUnitRefused { camera_dts: r.i64()?, reason: text(&mut r)? },
        10 => FactKind::WaitingForKeyframe { dropped: r.u32()? },
        11 => FactKind::SoundDropped { codec: text(&mut r)? },
        12 => FactKind::CentreClockStepped { by_us: r.i64()? },
        13 => FactKind::PublisherRefused { source: text(&mut r)? },
        14 => FactKind::PublisherTookOver { source: text(&mut r)? },
        15 => FactKind::RecordDiffers { source: text(&mut r)? },
        16 => {
            let (from, to, offset_us) = (MediaTime(r.i64()?), r.i64()?, r.i64()?);
            let to = (to != 0).then_some(MediaTime(to));
            FactKind::MediaPlaced { boot: text(&mut r)?, from, to, offset_us }
        }
        _ => return Err(FormatError::Value),
    };
    r.end()?;
    Ok(kind)
}

fn text(r: &mut Reader<'_>) -> Result<String, FormatError> {
    r.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<FactKind> {
        let text = || "rtmp 10.1.2.3:50123 ə".to_owned();
        vec![
            FactKind::Connected { source: text() },
            FactKind::Disconnected { cause: Cause::Uplink, reason: text() },
            FactKind::CameraClockJumped { by: -324_000_000 },
            FactKind::CameraClockDrifts { ppm: -40 },
            FactKind::TimelineReanchored { by: 90_000 },
            FactKind::TimestampRepaired { camera_dts: i64::MIN },
            FactKind::ParametersChanged,
            FactKind::ParametersRefused { reason: text() },
            FactKind::AccessUnitRefused { camera_dts: 7, reason: text() },
            FactKind::WaitingForKeyframe { dropped: 12 },
            FactKind::SoundDropped { codec: String::new() },
            FactKind::CentreClockStepped { by_us: -1 },
            FactKind::PublisherRefused { source: text() },
            FactKind::PublisherTookOver { source: text() },
            FactKind::RecordDiffers { source: text() },
            FactKind::MediaPlaced {
                boot: text(),
                from: MediaTime(90_000),
                to: Some(MediaTime(180_000)),
                offset_us: -3_600_000_000,
            },
        ]
    }

    #[test]
    fn every_kind_is_read_back() {
        for (at, kind) in all().into_iter().enumerate() {
            assert_eq!(usize::from(code(&kind)), at + 1);
            assert_eq!(decode(code(&kind), &encode(&kind)), Ok(kind));
        }
    }

    /// The frozen archives have the kinds up to 14.
    #[test]
    fn what_came_after_the_frozen_archives_stays_as_it_is_written() {
        let placed = FactKind::MediaPlaced {
            boot: "b".to_owned(),
            from: MediaTime(1),
            to: Some(MediaTime(0x0102)),
            offset_us: -1,
        };
        let frozen: [(FactKind, u16, &[u8]); 2] = [
            (FactKind::RecordDiffers { source: "ab".to_owned() }, 15, &[0, 2, b'a', b'b']),
            (
                placed,
                16,
                &[
                    0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 255, 255, 255, 255, 255, 255, 255, 255,
                    0, 1, b'b',
                ],
            ),
        ];
        for (kind, number, bytes) in frozen {
            assert_eq!((code(&kind), &*encode(&kind)), (number, bytes));
            assert_eq!(decode(number, bytes), Ok(kind));
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let kind = FactKind::SoundDropped { codec: "ə".repeat(FACT_TEXT_BYTES_MAX) };
        let Ok(FactKind::SoundDropped { codec }) = decode(code(&kind), &encode(&kind)) else {
            panic!("not read back")
        };
        assert_eq!(codec.len(), FACT_TEXT_BYTES_MAX);
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        for kind in all() {
            let bytes = encode(&kind);
            let longer = [bytes.as_slice(), &[0]].concat();
            assert!(decode(code(&kind), &longer).is_err(), "{kind:?}");
            if let Some((_, shorter)) = bytes.split_last() {
                assert!(decode(code(&kind), shorter).is_err(), "{kind:?}");
            }
        }
    }
}
